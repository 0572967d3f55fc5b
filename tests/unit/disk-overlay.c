/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The overlay against a plain model: an array that is written at once. */
#include "test.h"

#include "memory-store.h"

enum { SIZE = 40 * 4096 + 700 };        /* an odd end */

static uint32_t seed = 1;

static uint32_t next_random(uint32_t below)
{
        seed = seed * 1664525u + 1013904223u;
        return (seed >> 8) % below;
}

static void check_changes(ow_disk *disk, const uint8_t *old, const uint8_t *new)
{
        uint64_t offset = 0, size = 0, clean_from = 0;
        ow_error err = OW_ERROR_INIT;
        int r;

        while ((r = ow_disk_next_change(disk, &offset, &size, &err)) == 1) {
                assert_true(offset >= clean_from && offset % 512 == 0 && size > 0);
                assert_true(size % 512 == 0 || offset + size == SIZE);
                assert_memory_equal(old + clean_from, new + clean_from, offset - clean_from);
                for (uint64_t at = offset; at < offset + size; at += 512)
                        assert_memory_not_equal(old + at, new + at, at + 512 > SIZE ? SIZE - at : 512);
                if (clean_from)
                        assert_true(offset > clean_from);       /* neighbours are one extent */
                offset += size;
                clean_from = offset;
        }
        assert_int_equal(r, 0);
        assert_memory_equal(old + clean_from, new + clean_from, SIZE - clean_from);
}

static void reads_and_changes_agree_with_a_plain_array(void **state)
{
        uint8_t *old = malloc(SIZE), *new = malloc(SIZE), *got = malloc(SIZE);
        ow_disk *disk;

        for (size_t i = 0; i < SIZE; i++)
                old[i] = new[i] = (uint8_t)next_random(256);
        disk = memory_disk(old, SIZE);
        for (int round = 0; round < 400; round++) {
                uint32_t offset = next_random(SIZE), size = next_random(round % 7 ? 700 : 9000);

                if (size > SIZE - offset)
                        size = SIZE - offset;
                if (round % 3 == 0)
                        memcpy(new + offset, old + offset, size);       /* back to what it was */
                else
                        memset(new + offset, (int)next_random(256), size);
                assert_ok(ow_disk_write(disk, offset, new + offset, size, &err));
                offset = next_random(SIZE);
                size = next_random(SIZE - offset);
                assert_ok(ow_disk_read(disk, offset, got, size, &err));
                assert_memory_equal(got, new + offset, size);
                if (round % 50 == 0)
                        check_changes(disk, old, new);
        }
        check_changes(disk, old, new);
        ow_disk_discard(disk);
        assert_ok(ow_disk_read(disk, 0, got, SIZE, &err));
        assert_memory_equal(got, old, SIZE);
        check_changes(disk, old, old);
        ow_disk_close(disk);
        free(old);
        free(new);
        free(got);
}

static void writing_the_same_bytes_is_no_change(void **state)
{
        static uint8_t bytes[SIZE];
        ow_disk *disk = memory_disk(bytes, SIZE);
        uint64_t offset = 0, size = 0;

        assert_ok(ow_disk_write(disk, 1000, bytes, 20000, &err));
        assert_int_equal(ow_disk_next_change(disk, &offset, &size, NULL), 0);
        assert_ok(ow_disk_write(disk, 5000, "x", 1, &err));
        assert_int_equal(ow_disk_next_change(disk, &offset, &size, NULL), 1);
        assert_int_equal(offset, 4608);
        assert_int_equal(size, 512);
        ow_disk_close(disk);
}

static void past_the_end_is_refused(void **state)
{
        static uint8_t bytes[SIZE];
        ow_disk *disk = memory_disk(bytes, SIZE);
        uint8_t b[4] = { 0 };

        assert_ok(ow_disk_write(disk, SIZE - 4, b, 4, &err));
        assert_ok(ow_disk_read(disk, SIZE, b, 0, &err));
        assert_fails(OW_E_INVAL, ow_disk_write(disk, SIZE - 3, b, 4, &err));
        assert_fails(OW_E_INVAL, ow_disk_read(disk, SIZE - 3, b, 4, &err));
        assert_fails(OW_E_INVAL, ow_disk_read(disk, UINT64_MAX, b, 4, &err));
        ow_disk_close(disk);
}

/* Every byte of disk is new's, and what is told as changed covers all that differs from old. */
static void check_sized(ow_disk *disk, const uint8_t *old, size_t old_size, const uint8_t *new, size_t new_size)
{
        static uint8_t got[2 * SIZE], told[2 * SIZE];
        uint64_t offset = 0, size = 0;
        size_t more = old_size < new_size ? new_size : old_size, less = old_size + new_size - more;
        int r;

        assert_int_equal(ow_disk_size(disk), new_size);
        assert_ok(ow_disk_read(disk, 0, got, new_size, &err));
        assert_memory_equal(got, new, new_size);
        assert_fails(OW_E_INVAL, ow_disk_read(disk, new_size, got, 1, &err));
        memset(told, 0, sizeof told);
        while ((r = ow_disk_next_change(disk, &offset, &size, NULL)) == 1) {
                assert_true(offset % 512 == 0 && size > 0 && (size % 512 == 0 || offset + size == more));
                assert_true(offset + size <= more);
                memset(told + offset, 1, size);
                offset += size;
        }
        assert_int_equal(r, 0);
        for (size_t i = 0; i < more; i++) {
                bool must = i >= less || old[i] != new[i];
                size_t start = i / 512 * 512, end = start + 512 < less ? start + 512 : less;

                if (must && !told[i])
                        fail_msg("byte %zu changes and is not told", i);
                if (told[i] && !must && memcmp(old + start, new + start, end - start) == 0 &&
                    (less == more || start + 512 <= less))
                        fail_msg("byte %zu is told and does not change", i);
        }
}

static void sizes_and_writes_agree_with_a_plain_array(void **state)
{
        static uint8_t old[2 * SIZE], new[2 * SIZE];
        size_t now = SIZE;
        ow_disk *disk;

        for (size_t i = 0; i < SIZE; i++)
                old[i] = new[i] = (uint8_t)next_random(256);
        disk = memory_disk(old, SIZE);
        for (int round = 0; round < 600; round++) {
                uint32_t offset, size;

                if (round % 3 == 0) {
                        size_t wanted = round % 4 ? next_random(2 * SIZE) : round % 8 ? SIZE : next_random(320) * 512;

                        assert_ok(ow_disk_set_size(disk, wanted, &err));
                        if (wanted < now)
                                memset(new + wanted, 0, now - wanted);
                        now = wanted;
                }
                offset = next_random((uint32_t)now + 1);
                size = next_random(2000);
                if (size > now - offset)
                        size = (uint32_t)now - offset;
                memset(new + offset, (int)next_random(256), size);
                assert_ok(ow_disk_write(disk, offset, new + offset, size, &err));
                check_sized(disk, old, SIZE, new, now);
        }
        ow_disk_discard(disk);
        check_sized(disk, old, SIZE, old, SIZE);
        assert_fails(OW_E_LIMIT, ow_disk_set_size(disk, SIZE + OVERLAY_MAX_BYTES + 1, &err));
        assert_fails(OW_E_LIMIT, ow_disk_set_size(disk, UINT64_MAX, &err));
        check_sized(disk, old, SIZE, old, SIZE);
        ow_disk_close(disk);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(reads_and_changes_agree_with_a_plain_array),
                cmocka_unit_test(writing_the_same_bytes_is_no_change),
                cmocka_unit_test(past_the_end_is_refused),
                cmocka_unit_test(sizes_and_writes_agree_with_a_plain_array),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
