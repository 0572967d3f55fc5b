/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/pool.h"

#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"

enum { CHUNK = 32 * 1024, ALIGN = sizeof(max_align_t) > 8 ? 16 : 8 };

struct ow_pool_chunk {
        struct ow_pool_chunk *next;
        size_t used, size;
        max_align_t room[];
};

static struct ow_pool_chunk *add_chunk(ow_pool *pool, size_t size)
{
        struct ow_pool_chunk *chunk = ow_malloc(sizeof *chunk + size);

        if (!chunk) {
                pool->failed = true;
                return NULL;
        }
        *chunk = (struct ow_pool_chunk){ pool->chunks, 0, size };
        pool->chunks = chunk;
        return chunk;
}

void *ow_pool_alloc(ow_pool *pool, size_t count, size_t size)
{
        struct ow_pool_chunk *chunk = pool->chunks;
        uint64_t bytes;
        void *p;

        if (!ow_mul_u64(count, size, &bytes) || bytes > SIZE_MAX / 2 || pool->failed) {
                pool->failed = true;
                return NULL;
        }
        bytes = (bytes + ALIGN - 1) / ALIGN * ALIGN;
        if (!chunk || bytes > chunk->size - chunk->used)
                chunk = add_chunk(pool, bytes > CHUNK ? (size_t)bytes : CHUNK);
        if (!chunk)
                return NULL;
        p = (char *)chunk->room + chunk->used;
        chunk->used += (size_t)bytes;
        return memset(p, 0, (size_t)bytes);
}

char *ow_pool_text(ow_pool *pool, const char *text, size_t size)
{
        char *copy = ow_pool_alloc(pool, size + 1, 1);

        if (copy && size)
                memcpy(copy, text, size);
        return copy;
}

void ow_pool_done(ow_pool *pool)
{
        struct ow_pool_chunk *chunk = pool->chunks, *next;

        for (; chunk; chunk = next) {
                next = chunk->next;
                ow_free(chunk);
        }
        *pool = (ow_pool){ NULL, false };
}
