/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a save does to the file: longer first, shorter last, and never over what is not the hive's. */
#include "base/le.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"

/* A sink that keeps the order of what it is told. */
struct diary {
        struct memory *file;
        char order[64];
        size_t n;
};

static int diary_write(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct diary *d = state;

        if (d->n < sizeof d->order - 1 && (d->n == 0 || d->order[d->n - 1] != 'w'))
                d->order[d->n++] = 'w';
        return memory_write(d->file, offset, buf, size, err);
}

static int diary_set_size(void *state, uint64_t size, ow_error *err)
{
        struct diary *d = state;

        if (d->n < sizeof d->order - 1)
                d->order[d->n++] = size > d->file->size ? '+' : '-';
        return memory_set_size(d->file, size, err);
}

static void save(ow_hive *h, struct memory *file, const char *order, bool can_size)
{
        struct diary d = { .file = file };
        ow_sink sink = { .state = &d, .write = diary_write, .set_size = can_size ? diary_set_size : NULL };

        assert_ok(ow_hive_save(h, 1, &sink, &err));
        assert_string_equal(d.order, order);
}

static ow_hive *load(struct memory *file)
{
        ow_source source = memory_source(file);
        ow_hive *h;

        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        return h;
}

static void require_sound(ow_hive *h)
{
        ow_hive_report report = check_hive(h);

        assert_int_equal(report.faults + report.lost_cells, 0);
}

static const uint8_t data[100000] = { 1 };

static ow_hive *make(struct memory *file)
{
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "key", &key, NULL, &err));
        assert_ok(ow_hive_set_value(h, key, "kept", 3, data, 3000, &err));
        save(h, file, "+w", true);
        ow_hive_close(h);
        return load(file);
}

static void files_grow_first_and_shrink_last(void **state)
{
        struct memory file = { 0 };
        ow_hive *h = make(&file);
        size_t small = file.size;
        ow_key key;

        for (unsigned round = 0; round < 3; round++) {
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), "key", &key, NULL), 1);
                assert_ok(ow_hive_set_value(h, key, "large", 3, data, sizeof data, &err));
                save(h, &file, "+w", true);
                require_sound(h);
                assert_true(file.size > small + sizeof data);
                if (round == 1) {
                        ow_hive_close(h);
                        h = load(&file);
                        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "key", &key, NULL), 1);
                }
                assert_int_equal(ow_hive_delete_value(h, key, "large", NULL), 1);
                save(h, &file, "w-", true);
                require_sound(h);
                assert_int_equal(file.size, small);
                assert_int_equal(ow_le32_at(file.p + 40), small - 4096);
                ow_hive_close(h);
                h = load(&file);
                require_sound(h);
        }
        ow_hive_close(h);
        memory_done(&file);
}

/* Grown and shrunk between two saves: the file has nothing to do with that. */
static void what_was_never_saved_is_given_up_too(void **state)
{
        struct memory file = { 0 };
        ow_hive *h = make(&file);
        size_t small = file.size;

        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "large", 3, data, sizeof data, &err));
        assert_int_equal(ow_hive_delete_value(h, ow_hive_root(h), "large", NULL), 1);
        save(h, &file, "w", true);
        assert_int_equal(file.size, small);
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "large", 3, data, sizeof data, &err));
        save(h, &file, "+w", true);
        require_sound(h);
        ow_hive_close(h);
        h = load(&file);
        require_sound(h);
        ow_hive_close(h);
        memory_done(&file);
}

static void what_lies_behind_the_bins_stays(void **state)
{
        struct memory file = { 0 };
        ow_hive *h = make(&file);
        size_t with_value, before;

        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "large", 3, data, sizeof data, &err));
        save(h, &file, "+w", true);
        ow_hive_close(h);
        with_value = file.size;
        assert_ok(memory_set_size(&file, with_value + 5000, &err));
        memset(file.p + with_value, 0x5a, 5000);
        before = file.size;
        h = load(&file);
        assert_int_equal(ow_hive_delete_value(h, ow_hive_root(h), "large", NULL), 1);
        save(h, &file, "w", true);
        assert_int_equal(file.size, before);
        assert_true(ow_le32_at(file.p + 40) < with_value - 4096);
        for (size_t i = 0; i < 5000; i++)
                assert_int_equal(file.p[with_value + i], 0x5a);
        ow_hive_close(h);
        h = load(&file);
        require_sound(h);
        ow_hive_close(h);
        memory_done(&file);
}

static void files_of_fixed_size_are_shrunk_inside_only(void **state)
{
        struct memory file = { 0 };
        ow_hive *h = make(&file);
        size_t large;

        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "large", 3, data, sizeof data, &err));
        save(h, &file, "+w", true);
        large = file.size;
        assert_int_equal(ow_hive_delete_value(h, ow_hive_root(h), "large", NULL), 1);
        save(h, &file, "w", false);
        assert_int_equal(file.size, large);
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "large", 3, data, sizeof data / 2, &err));
        save(h, &file, "w", false);
        ow_hive_close(h);
        h = load(&file);
        require_sound(h);
        ow_hive_close(h);
        memory_done(&file);
}

/* A bin that only seems to start inside the data of a value is not cut off. */
static void data_that_looks_like_a_free_bin_is_kept(void **state)
{
        struct memory file = { 0 };
        struct hive_value value;
        uint8_t *fake = calloc(1, 20000);
        struct hive_node root;
        ow_blob blob;
        ow_view list;
        ow_hive *h;
        size_t at;

        assert_non_null(fake);
        assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "fake", 3, fake, 20000, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "freed", 3, data, 100, &err));
        assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
        assert_ok(hive_values_view(h, &root, &list, &err));
        assert_ok(hive_value_decode(h, ow_le32_at(list.p), &value, &err));
        /* The last page that the data fill from its start. */
        at = (value.data + 4 + 20000) / HIVE_PAGE * HIVE_PAGE;
        assert_true(at > value.data && h->image.size - at == HIVE_PAGE);
        memcpy(fake + at - value.data - 4, "hbin", 4);
        ow_le32_put(fake + at - value.data, (uint32_t)at);
        ow_le32_put(fake + at - value.data + 4, HIVE_PAGE);
        ow_le32_put(fake + at - value.data - 4 + 32, HIVE_PAGE - 32);
        hive_cell_write(h, value.data, 20000, 0, fake, 20000);
        save(h, &file, "+w", true);
        ow_hive_close(h);
        h = load(&file);
        assert_int_equal(ow_hive_delete_value(h, ow_hive_root(h), "freed", NULL), 1);
        save(h, &file, "w", true);
        ow_hive_close(h);
        h = load(&file);
        assert_int_equal(ow_hive_get_value(h, ow_hive_root(h), "fake", NULL, &blob, NULL), 1);
        assert_memory_equal(blob.p, fake, 20000);
        ow_blob_done(&blob);
        ow_hive_close(h);
        free(fake);
        memory_done(&file);
}

static void a_thousand_saved_rounds_leave_the_size_alone(void **state)
{
        struct memory file = { 0 };
        ow_hive *h = make(&file);
        size_t size = 0;
        ow_key key;

        for (unsigned i = 0; i < 1000; i++) {
                struct diary d = { .file = &file };
                ow_sink sink = { .state = &d, .write = diary_write, .set_size = diary_set_size };

                assert_int_equal(ow_hive_find(h, ow_hive_root(h), "key", &key, NULL), 1);
                assert_ok(ow_hive_set_value(h, key, "a", 3, data, 20 + i % 7 * 100, &err));
                assert_ok(ow_hive_set_value(h, key, "b", 3, data, 17000 + i % 3 * 5000, &err));
                assert_int_equal(ow_hive_delete_value(h, key, "a", NULL), 1);
                assert_int_equal(ow_hive_delete_value(h, key, "b", NULL), 1);
                assert_ok(ow_hive_save(h, i, &sink, &err));
                if (i % 10 == 9) {
                        ow_hive_close(h);
                        h = load(&file);
                }
                if (i == 10)
                        size = file.size;
        }
        assert_int_equal(file.size, size);
        require_sound(h);
        ow_hive_close(h);
        memory_done(&file);
}

static void require_times(const struct memory *file, uint64_t time)
{
        assert_int_equal(ow_le64_at(file->p + 12), time);
        assert_int_equal(ow_le64_at(file->p + 4096 + 20), time);
}

/* The base block and the first bin, also when the save before has failed at its nth step. */
static void both_times_are_set(void **state)
{
        unsigned failed = 0;
        int r = -1;

        for (unsigned n = 1; r < 0; n++) {
                struct memory file = { 0 };
                ow_hive *h = make(&file);
                ow_sink sink = memory_sink(&file);

                require_times(&file, 1);
                assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", 3, data, 9000, &err));
                file.calls = 0;
                file.fail_at = n;
                r = ow_hive_save(h, 2000, &sink, NULL);
                file.fail_at = 0;
                if (r < 0) {
                        failed++;
                        assert_ok(ow_hive_save(h, 3000, &sink, &err));
                }
                require_times(&file, r < 0 ? 3000 : 2000);
                assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", 3, data, 2000, &err));
                assert_ok(ow_hive_save(h, 4000, &sink, &err));
                require_times(&file, 4000);
                require_sound(h);
                ow_hive_close(h);
                memory_done(&file);
        }
        assert_true(failed >= 3);
}

/* A compacted hive keeps a time where its source does, from its first save on. */
static void compacting_keeps_what_is_done_with_the_time(void **state)
{
        for (unsigned keeps = 0; keeps < 2; keeps++) {
                struct memory file = { 0 }, out = { 0 };
                ow_hive *h = make(&file), *c;
                ow_sink sink = memory_sink(&out);

                ow_hive_close(h);
                if (!keeps) {
                        ow_le64_put(file.p + 12, 0);
                        ow_le64_put(file.p + 4096 + 20, 0);
                        ow_le32_put(file.p + 508, hive_base_checksum(file.p));
                }
                h = load(&file);
                assert_ok(ow_hive_compact(h, &c, &err));
                ow_hive_close(h);
                assert_ok(ow_hive_save(c, 5000, &sink, &err));
                require_times(&out, keeps ? 5000 : 0);
                assert_ok(ow_hive_set_value(c, ow_hive_root(c), "v", 3, data, 2000, &err));
                assert_ok(ow_hive_save(c, 6000, &sink, &err));
                require_times(&out, keeps ? 6000 : 0);
                ow_hive_close(c);
                memory_done(&file);
                memory_done(&out);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(files_grow_first_and_shrink_last),
                cmocka_unit_test(what_was_never_saved_is_given_up_too),
                cmocka_unit_test(what_lies_behind_the_bins_stays),
                cmocka_unit_test(files_of_fixed_size_are_shrunk_inside_only),
                cmocka_unit_test(data_that_looks_like_a_free_bin_is_kept),
                cmocka_unit_test(a_thousand_saved_rounds_leave_the_size_alone),
                cmocka_unit_test(both_times_are_set),
                cmocka_unit_test(compacting_keeps_what_is_done_with_the_time),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
