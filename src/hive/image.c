/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bins in memory: reserved, read on demand, dirty sectors remembered. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "hive/base-block.h"
#include "hive/image.h"

#define GROWTH_ROOM (64u << 20)         /* when the host does not let us reserve room for the largest hive */
#define N_CHUNKS    (HIVE_MAX_BINS / HIVE_CHUNK + 1)
#define N_SECTORS   (HIVE_MAX_BINS / HIVE_SECTOR)
#define N_CELLS     (HIVE_MAX_BINS / 8)
#define N_PAGES     (HIVE_MAX_BINS / HIVE_PAGE)

static size_t round_up(size_t n, size_t unit)
{
        return (n + unit - 1) / unit * unit;
}

static size_t tables_size(void)
{
        return N_PAGES * sizeof(struct hive_bin_slot) + round_up(N_CHUNKS, 64) / 8 + N_SECTORS / 8 + N_CELLS / 8;
}

/* Costs nothing until it is touched. */
static void *reserve(size_t size, int protection)
{
        void *p = mmap(NULL, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        return p == MAP_FAILED ? NULL : p;
}

static int make_open(struct hive_image *image, uint32_t size, ow_error *err)
{
        size_t wanted = round_up(size, 1u << 20);

        if (wanted <= image->open)
                return 0;
        if (wanted > image->reserved)
                wanted = image->reserved;
        if (size > image->reserved)
                return ow_fail_nomem(err);
        if (mprotect(image->bytes, wanted, PROT_READ | PROT_WRITE) < 0)
                return ow_fail_nomem(err);
        image->open = wanted;
        return 0;
}

int hive_image_init(struct hive_image *image, const ow_source *source, uint32_t size, ow_error *err)
{
        memset(image, 0, sizeof *image);
        if (source)
                image->source = *source;
        image->reserved = HIVE_MAX_BINS;
        image->bytes = reserve(image->reserved, PROT_NONE);
        if (!image->bytes) {
                image->reserved = (size_t)size + GROWTH_ROOM;
                image->bytes = reserve(image->reserved, PROT_NONE);
        }
        image->tables = reserve(tables_size(), PROT_READ | PROT_WRITE);
        if (!image->bytes || !image->tables)
                return ow_fail_nomem(err);
        image->bins = (struct hive_bin_slot *)(void *)image->tables;
        image->loaded = image->tables + N_PAGES * sizeof *image->bins;
        image->dirty = image->loaded + round_up(N_CHUNKS, 64) / 8;
        image->seen = image->dirty + N_SECTORS / 8;
        if (image->source.size > HIVE_BASE_BYTES) {
                uint64_t held = image->source.size - HIVE_BASE_BYTES;

                image->backed = held < size ? (uint32_t)held : size;
        }
        return hive_image_set_size(image, size, err);
}

void hive_image_done(struct hive_image *image)
{
        if (image->bytes)
                (void)munmap(image->bytes, image->reserved);
        if (image->tables)
                (void)munmap(image->tables, tables_size());
        memset(image, 0, sizeof *image);
}

int hive_image_reset(struct hive_image *image, ow_error *err)
{
        ow_source source = image->source;
        uint32_t size = image->size;

        hive_image_done(image);
        return hive_image_init(image, &source, size, err);
}

int hive_image_set_size(struct hive_image *image, uint32_t size, ow_error *err)
{
        int r = make_open(image, size, err);

        if (r < 0)
                return r;
        if (size < image->backed)
                image->backed = size;
        image->size = size;
        return 0;
}

static bool is_loaded(const struct hive_image *image, uint32_t chunk)
{
        return image->loaded[chunk / 8] >> chunk % 8 & 1;
}

static void set_loaded(struct hive_image *image, uint32_t chunk)
{
        image->loaded[chunk / 8] |= (uint8_t)(1u << chunk % 8);
}

/* The first chunk that is missing, and as many after it as one read shall fetch. */
static uint32_t run_to_read(const struct hive_image *image, uint32_t chunk, uint32_t last)
{
        uint32_t n = 1, most = last - chunk + 1;
        uint32_t chunks = (uint32_t)(((uint64_t)image->size + HIVE_CHUNK - 1) / HIVE_CHUNK);

        /* Somebody who comes from the chunk before is likely to go on. */
        if (chunk > 0 && is_loaded(image, chunk - 1) && most < HIVE_READAHEAD)
                most = HIVE_READAHEAD;
        while (n < most && chunk + n < chunks && !is_loaded(image, chunk + n))
                n++;
        return n;
}

static int read_run(struct hive_image *image, uint32_t chunk, uint32_t n, ow_error *err)
{
        uint64_t start = (uint64_t)chunk * HIVE_CHUNK, end = start + (uint64_t)n * HIVE_CHUNK;
        int r;

        if (end > image->backed)
                end = image->backed;
        if (start < end) {
                r = image->source.read(image->source.state, HIVE_BASE_BYTES + start, image->bytes + start,
                                       (size_t)(end - start), err);
                if (r < 0)
                        return ow_wrap(err, r, "read %llu bytes of the hive at %llu",
                                       (unsigned long long)(end - start),
                                       (unsigned long long)(HIVE_BASE_BYTES + start));
        }
        for (uint32_t i = 0; i < n; i++)
                set_loaded(image, chunk + i);
        return 0;
}

int hive_image_load(struct hive_image *image, uint32_t offset, uint32_t size, ow_error *err)
{
        uint32_t chunk = offset >> HIVE_CHUNK_SHIFT, last = (offset + size - 1) >> HIVE_CHUNK_SHIFT;
        int r;

        while (chunk <= last) {
                uint32_t n = 1;

                if (!is_loaded(image, chunk)) {
                        n = run_to_read(image, chunk, last);
                        r = read_run(image, chunk, n, err);
                        if (r < 0)
                                return r;
                }
                chunk += n;
        }
        return 0;
}

void hive_image_mark_dirty(struct hive_image *image, uint32_t offset, uint32_t size)
{
        for (uint32_t s = offset / HIVE_SECTOR; s <= (offset + size - 1) / HIVE_SECTOR; s++)
                image->dirty[s / 8] |= (uint8_t)(1u << s % 8);
}
