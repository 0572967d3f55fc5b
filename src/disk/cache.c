/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Chunks of 64 KiB, looked up by number modulo the number of ways: simple, and enough for the access of NTFS, which
 * touches a few places often. A write goes through and drops the chunks it meets.
 */
#include <string.h>

#include "base/alloc.h"
#include "disk/cache.h"

enum {
        CHUNK = 64 << 10,
        CHUNKS = CACHE_BYTES / CHUNK,
        AHEAD = 8,                      /* chunks fetched at once when reads follow each other */
};

#define NO_CHUNK UINT64_MAX

struct cache {
        struct store store;
        struct store *inner;
        uint64_t numbers[CHUNKS];
        uint64_t expected;              /* the chunk after the last one fetched */
        uint8_t *bytes;                 /* CHUNKS of them, then room for AHEAD more */
};

static uint8_t *chunk_at(struct cache *cache, uint64_t number)
{
        return cache->bytes + number % CHUNKS * CHUNK;
}

static size_t chunk_size(const struct cache *cache, uint64_t number)
{
        uint64_t left = cache->store.size_bytes - number * CHUNK;

        return left < CHUNK ? (size_t)left : CHUNK;
}

/* Fetches chunk number, and the ones after it that are missing when the reads seem to go on. */
static int fetch(struct cache *cache, uint64_t number, ow_error *err)
{
        uint8_t *landing = cache->bytes + (size_t)CHUNKS * CHUNK;
        uint64_t last = (cache->store.size_bytes - 1) / CHUNK, n = 1, limit = number == cache->expected ? AHEAD : 1;
        size_t size;
        int r;

        while (n < limit && number + n <= last && cache->numbers[(number + n) % CHUNKS] != number + n)
                n++;
        size = (size_t)(n - 1) * CHUNK + chunk_size(cache, number + n - 1);
        r = store_read(cache->inner, number * CHUNK, landing, size, err);
        if (r < 0)
                return r;
        for (uint64_t i = 0; i < n; i++) {
                memcpy(chunk_at(cache, number + i), landing + i * CHUNK, chunk_size(cache, number + i));
                cache->numbers[(number + i) % CHUNKS] = number + i;
        }
        cache->expected = number + n;
        return 0;
}

static int cache_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        struct cache *cache = (struct cache *)store;
        uint8_t *p = buf;

        while (size > 0) {
                uint64_t number = offset / CHUNK;
                size_t within = (size_t)(offset % CHUNK);
                size_t n = CHUNK - within < size ? CHUNK - within : size;
                int r;

                if (cache->numbers[number % CHUNKS] != number) {
                        r = fetch(cache, number, err);
                        if (r < 0)
                                return r;
                }
                memcpy(p, chunk_at(cache, number) + within, n);
                p += n;
                offset += n;
                size -= n;
        }
        return 0;
}

/* What was written is read again from below: a commit that is checked afterwards must not be checked against itself. */
static int cache_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct cache *cache = (struct cache *)store;

        for (uint64_t number = offset / CHUNK; number <= (offset + size - 1) / CHUNK; number++)
                if (cache->numbers[number % CHUNKS] == number)
                        cache->numbers[number % CHUNKS] = NO_CHUNK;
        return store_write(cache->inner, offset, buf, size, err);
}

static int cache_flush(struct store *store, ow_error *err)
{
        return store_flush(((struct cache *)store)->inner, err);
}

static uint64_t cache_stamp(struct store *store)
{
        return store_stamp(((struct cache *)store)->inner);
}

static void cache_close(struct store *store)
{
        struct cache *cache = (struct cache *)store;

        store_close(cache->inner);
        ow_free(cache->bytes);
        ow_free(cache);
}

int cache_open(struct store *inner, struct store **ret, ow_error *err)
{
        static const struct store_ops ops = {
                .read = cache_read, .write = cache_write, .flush = cache_flush, .stamp = cache_stamp,
                .close = cache_close,
        };
        struct cache *cache = ow_calloc(1, sizeof *cache);

        if (cache)
                cache->bytes = ow_malloc((size_t)(CHUNKS + AHEAD) * CHUNK);
        if (!cache || !cache->bytes) {
                ow_free(cache);
                store_close(inner);
                return ow_fail_nomem(err);
        }
        cache->store = (struct store){ &ops, inner->size_bytes, inner->sector_bytes };
        cache->inner = inner;
        cache->expected = NO_CHUNK;
        for (unsigned i = 0; i < CHUNKS; i++)
                cache->numbers[i] = NO_CHUNK;
        *ret = &cache->store;
        return 0;
}
