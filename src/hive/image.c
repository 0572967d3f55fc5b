/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bins in memory: reserved, read on demand, dirty sectors remembered. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "hive/base-block.h"
#include "hive/image.h"

#define GROWTH_ROOM (64u << 20)         /* when the host does not let us reserve room for the largest hive */
#define BLOCK_CHUNKS (HIVE_BLOCK / HIVE_CHUNK)
#define LARGE_CHUNKS (HIVE_LARGE_PAGE / HIVE_CHUNK)
#define N_CHUNKS    (HIVE_MAX_BINS / HIVE_CHUNK + 1)
#define N_SECTORS   (HIVE_MAX_BINS / HIVE_SECTOR)
#define N_CELLS     (HIVE_MAX_BINS / 8)
#define N_PAGES     (HIVE_MAX_BINS / HIVE_PAGE)

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25                /* Linux 6.1; older ones refuse it */
#endif

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
        image->region = reserve(image->reserved + HIVE_LARGE_PAGE, PROT_NONE);
        if (!image->region) {
                image->reserved = (size_t)size + GROWTH_ROOM;
                image->region = reserve(image->reserved + HIVE_LARGE_PAGE, PROT_NONE);
        }
        image->tables = reserve(tables_size(), PROT_READ | PROT_WRITE);
        if (!image->region || !image->tables)
                return ow_fail_nomem(err);
        image->bytes = image->region + (round_up((uintptr_t)image->region, HIVE_LARGE_PAGE) - (uintptr_t)image->region);
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
        if (image->region)
                (void)munmap(image->region, image->reserved + HIVE_LARGE_PAGE);
        if (image->tables)
                (void)munmap(image->tables, tables_size());
        memset(image, 0, sizeof *image);
}

int hive_image_reset(struct hive_image *image, uint32_t size, ow_error *err)
{
        ow_source source = image->source;

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

void hive_image_cut(struct hive_image *image, uint32_t size)
{
        uint32_t first = size / HIVE_SECTOR, last = image->size / HIVE_SECTOR;

        memset(image->bins + size / HIVE_PAGE, 0, (image->size - size) / HIVE_PAGE * sizeof *image->bins);
        /* A page is a byte of this. */
        memset(image->dirty + first / 8, 0, (last - first) / 8);
        if (size < image->backed)
                image->backed = size;
        image->size = size;
}

static bool is_loaded(const struct hive_image *image, uint32_t chunk)
{
        return image->loaded[chunk / 8] >> chunk % 8 & 1;
}

static void set_loaded(struct hive_image *image, uint32_t chunk)
{
        image->loaded[chunk / 8] |= (uint8_t)(1u << chunk % 8);
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

/* How many of n chunks are in memory; both are multiples of 8 unless n is smaller. */
static uint32_t count_loaded(const struct hive_image *image, uint32_t chunk, uint32_t n)
{
        uint32_t count = 0;

        for (uint32_t i = 0; i < n; i += 8) {
                uint32_t bits = image->loaded[(chunk + i) / 8];

                if (n < 8)
                        bits = bits >> chunk % 8 & ((1u << n) - 1);
                count += (uint32_t)__builtin_popcount(bits);
        }
        return count;
}

static bool is_half_loaded(const struct hive_image *image, uint32_t block)
{
        return block < N_CHUNKS / BLOCK_CHUNKS &&
               count_loaded(image, block * BLOCK_CHUNKS, BLOCK_CHUNKS) * 2 >= BLOCK_CHUNKS;
}

/*
 * How much is worth reading around a chunk that is missing: who has needed a quarter of some stretch, or half of the
 * block beside this one, is going over all of it, in whatever order. Who looks something up gets single chunks.
 */
static uint32_t window(const struct hive_image *image, uint32_t chunk)
{
        uint32_t block = chunk / BLOCK_CHUNKS, n = BLOCK_CHUNKS;

        if (image->all_wanted || is_half_loaded(image, block + 1) || (block > 0 && is_half_loaded(image, block - 1)))
                return n;
        while (n > 1 && count_loaded(image, chunk / n * n, n) * 4 < n)
                n /= 2;
        return n;
}

/* Memory for whole blocks costs less in large pages, where the host has them to give. */
static void use_large_page(const struct hive_image *image, uint32_t chunk)
{
        uint32_t first = chunk / LARGE_CHUNKS * LARGE_CHUNKS;
        size_t start = (size_t)first * HIVE_CHUNK;

        if (start + HIVE_LARGE_PAGE > image->size)
                return;
        (void)madvise(image->bytes + start, HIVE_LARGE_PAGE, MADV_HUGEPAGE);
        if (count_loaded(image, first, LARGE_CHUNKS) > 0)
                (void)madvise(image->bytes + start, HIVE_LARGE_PAGE, MADV_COLLAPSE);
}

/* Reads what is missing around a chunk. What fails here fails again when it is really needed. */
static void read_around(struct hive_image *image, uint32_t chunk)
{
        uint32_t n = window(image, chunk), at = chunk / n * n, end = at + n;
        uint32_t chunks = (uint32_t)(((uint64_t)image->size + HIVE_CHUNK - 1) / HIVE_CHUNK);

        if (n == 1)
                return;
        if (n == BLOCK_CHUNKS)
                use_large_page(image, chunk);
        if (end > chunks)
                end = chunks;
        while (at < end) {
                uint32_t run = 0;

                while (at + run < end && !is_loaded(image, at + run))
                        run++;
                if (run > 0)
                        (void)read_run(image, at, run, NULL);
                at += run + 1;
        }
}

int hive_image_load(struct hive_image *image, uint32_t offset, uint32_t size, ow_error *err)
{
        uint32_t chunk = offset >> HIVE_CHUNK_SHIFT, last = (offset + size - 1) >> HIVE_CHUNK_SHIFT;

        for (; chunk <= last; chunk++) {
                if (!is_loaded(image, chunk))
                        read_around(image, chunk);
                if (!is_loaded(image, chunk)) {
                        int r = read_run(image, chunk, 1, err);

                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

void hive_image_mark_dirty(struct hive_image *image, uint32_t offset, uint32_t size)
{
        for (uint32_t s = offset / HIVE_SECTOR; s <= (offset + size - 1) / HIVE_SECTOR; s++)
                image->dirty[s / 8] |= (uint8_t)(1u << s % 8);
}
