/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The cache against the store below it: the same bytes, fewer reads, nothing stale after a failed write. */
#include <stdlib.h>

#include "test.h"

#include "disk/cache.h"

enum { SIZE = 12 * 1024 * 1024 + 100 };

struct counting {
        struct store store;
        uint8_t *bytes;
        unsigned reads;
        bool fail_writes;
};

static int counting_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        struct counting *c = (struct counting *)store;

        assert_true(offset + size <= SIZE);
        memcpy(buf, c->bytes + offset, size);
        c->reads++;
        return 0;
}

static int counting_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct counting *c = (struct counting *)store;

        /* A failed write may have done half of it. */
        memcpy(c->bytes + offset, buf, c->fail_writes ? size / 2 : size);
        return c->fail_writes ? ow_fail(err, OW_E_IO, offset, "write failed") : 0;
}

static int counting_flush(struct store *store, ow_error *err)
{
        return 0;
}

static void counting_close(struct store *store)
{
        free(((struct counting *)store)->bytes);
}

static struct store *setup(struct counting *c)
{
        static const struct store_ops ops = {
                .read = counting_read, .write = counting_write, .flush = counting_flush, .close = counting_close,
        };
        struct store *cached;

        *c = (struct counting){ .store = { &ops, SIZE, 0 }, .bytes = malloc(SIZE) };
        for (size_t i = 0; i < SIZE; i++)
                c->bytes[i] = (uint8_t)(i * 31 + i / 65536);
        assert_ok(cache_open(&c->store, &cached, &err));
        return cached;
}

static void reads_and_writes_agree_with_the_store(void **state)
{
        struct counting c;
        struct store *cached = setup(&c);
        uint8_t *buf = malloc(SIZE);
        uint32_t seed = 7;

        for (unsigned i = 0; i < 3000; i++) {
                size_t offset, size;

                seed = seed * 1664525u + 1013904223u;
                offset = (seed >> 4) % SIZE;
                size = (seed >> 20) % 3000 * (i % 50 == 0 ? 100 : 1);
                if (size > SIZE - offset)
                        size = SIZE - offset;
                if (i % 3 == 0) {
                        memset(buf, (int)i, size);
                        assert_ok(store_write(cached, offset, buf, size, &err));
                }
                assert_ok(store_read(cached, offset, buf, size, &err));
                assert_memory_equal(buf, c.bytes + offset, size);
        }
        assert_ok(store_read(cached, 0, buf, SIZE, &err));
        assert_memory_equal(buf, c.bytes, SIZE);
        free(buf);
        store_close(cached);
}

static void neighbours_cost_no_second_read(void **state)
{
        struct counting c;
        struct store *cached = setup(&c);
        uint8_t b[512];

        for (unsigned i = 0; i < 100; i++)
                assert_ok(store_read(cached, i * 512, b, sizeof b, &err));
        assert_int_equal(c.reads, 1);
        for (uint64_t at = 65536; at < 65536 * 17; at += 4096)
                assert_ok(store_read(cached, at, b, sizeof b, &err));
        assert_int_equal(c.reads, 3);           /* fetched ahead, 8 chunks at a time */
        store_close(cached);
}

static void a_failed_write_leaves_nothing_stale(void **state)
{
        struct counting c;
        struct store *cached = setup(&c);
        uint8_t b[100], got[100];

        assert_ok(store_read(cached, 1000, got, sizeof got, &err));
        memset(b, 0xee, sizeof b);
        c.fail_writes = true;
        assert_fails(OW_E_IO, store_write(cached, 1000, b, sizeof b, &err));
        assert_ok(store_read(cached, 1000, got, sizeof got, &err));
        assert_memory_equal(got, c.bytes + 1000, sizeof got);
        store_close(cached);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_and_writes_agree_with_the_store),
                cmocka_unit_test(neighbours_cost_no_second_read),
                cmocka_unit_test(a_failed_write_leaves_nothing_stale),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
