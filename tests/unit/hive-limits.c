/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The largest things a hive may hold. OFFWIN_LONG=1 adds a million subkeys and a hive that really grows to 2 GiB, for
 * a release build: they take a minute and 4 GB of memory with sanitizers.
 */
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"

static ow_hive *reload(ow_hive *h, struct memory *file)
{
        ow_sink sink = memory_sink(file);
        ow_source source;

        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        source = memory_source(file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        return h;
}

static void require_sound(ow_hive *h)
{
        ow_hive_report report = check_hive(h);

        assert_int_equal(report.faults + report.lost_cells, 0);
}

/* Names of units that take three bytes each in UTF-8. */
static void names_of_every_length_are_kept(void **state)
{
        static char name[3 * 16384 + 1];
        static const struct { size_t units; int value; int want; } cases[] = {
                { 254, 0, 0 }, { 255, 0, 0 }, { 256, 0, OW_E_INVAL },
                { 255, 1, 0 }, { 16382, 1, 0 }, { 16383, 1, 0 }, { 16384, 1, OW_E_LIMIT },
        };

        for (size_t i = 0; i < 2 * OW_COUNT(cases); i++) {
                size_t n = cases[i / 2].units;
                struct memory file = { 0 };
                ow_value_info info;
                ow_value value;
                ow_hive *h;
                ow_key key;
                int r;

                memset(name, 'n', n);
                name[n] = '\0';
                for (size_t u = 0; i % 2 && u < n; u++)
                        memcpy(name + 3 * u, "日", 4);
                assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
                if (cases[i / 2].value)
                        r = ow_hive_set_value(h, ow_hive_root(h), name, 1, "ab", 2, NULL);
                else
                        r = ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, NULL);
                assert_int_equal(r, cases[i / 2].want);
                h = reload(h, &file);
                if (r == 0 && cases[i / 2].value) {
                        assert_int_equal(ow_hive_find_value(h, ow_hive_root(h), name, &value, NULL), 1);
                        assert_ok(ow_hive_value_info(h, value, &info, &err));
                        assert_string_equal(info.name, name);
                        ow_value_info_done(&info);
                } else if (r == 0) {
                        assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &key, NULL), 1);
                        assert_ok(ow_hive_rename_key(h, key, "short", &key, &err));
                        assert_ok(ow_hive_rename_key(h, key, name, &key, &err));
                        assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &key, NULL), 1);
                }
                require_sound(h);
                ow_hive_close(h);
                memory_done(&file);
        }
}

static void values_of_every_size_are_kept(void **state)
{
        static const struct { uint32_t minor; size_t size; int want; } cases[] = {
                { 3, 1 << 20, 0 }, { 3, (1 << 20) + 1, OW_E_LIMIT },
                { 5, 1 << 20, 0 }, { 5, 64 << 20, 0 }, { 5, (64 << 20) + 1, OW_E_LIMIT },
        };
        uint8_t *data = malloc((64 << 20) + 1);

        assert_non_null(data);
        for (size_t i = 0; i <= 64 << 20; i++)
                data[i] = (uint8_t)(i * 31 >> 3);
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct memory file = { 0 };
                ow_blob blob;
                ow_hive *h;
                int r;

                assert_ok(ow_hive_new(cases[i].minor, "root", NULL, 0, &h, &err));
                r = ow_hive_set_value(h, ow_hive_root(h), "v", 3, data, cases[i].size, NULL);
                assert_int_equal(r, cases[i].want);
                h = reload(h, &file);
                if (r == 0) {
                        assert_int_equal(ow_hive_get_value(h, ow_hive_root(h), "v", NULL, &blob, NULL), 1);
                        assert_int_equal(blob.size, cases[i].size);
                        assert_memory_equal(blob.p, data, blob.size);
                        ow_blob_done(&blob);
                        require_sound(h);
                        /* What it took is given back to the file. */
                        assert_int_equal(ow_hive_delete_value(h, ow_hive_root(h), "v", NULL), 1);
                        h = reload(h, &file);
                        assert_int_equal(file.size, 8192);
                }
                ow_hive_close(h);
                memory_done(&file);
        }
        free(data);
}

static void fill(ow_hive *h, unsigned count)
{
        char name[32];
        ow_key key;

        /* An odd factor below 2^32 meets every number once when count is a power of two, and nearly so otherwise. */
        for (unsigned i = 0; i < count; i++) {
                (void)snprintf(name, sizeof name, "Key %07u", (unsigned)((uint64_t)i * 7919 % count));
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
        }
}

static void many_subkeys(unsigned count)
{
        struct memory file = { 0 };
        ow_hive_report report;
        ow_key_info info;
        ow_hive *h;
        ow_key key;
        char name[32];

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        fill(h, count);
        h = reload(h, &file);
        assert_ok(ow_hive_key_info(h, ow_hive_root(h), &info, &err));
        assert_int_equal(info.n_subkeys, count);
        ow_key_info_done(&info);
        report = check_hive(h);
        assert_int_equal(report.faults + report.lost_cells, 0);
        assert_true(report.free_bytes < file.size / 10);
        for (unsigned i = 0; i < count; i += 97) {
                (void)snprintf(name, sizeof name, "KEY %07u", i);
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &key, NULL), 1);
        }
        /* Taken away again, from both ends and from the middle, the leaves go too. */
        for (unsigned i = 0; i < count; i++) {
                (void)snprintf(name, sizeof name, "Key %07u", (unsigned)((uint64_t)i * 104729 % count));
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &key, NULL), 1);
                assert_ok(ow_hive_delete_key(h, key, &err));
                if (i % (count / 8) == 1)
                        require_sound(h);
        }
        assert_ok(ow_hive_key_info(h, ow_hive_root(h), &info, &err));
        assert_int_equal(info.n_subkeys, 0);
        ow_key_info_done(&info);
        h = reload(h, &file);
        require_sound(h);
        assert_int_equal(file.size, 8192);
        ow_hive_close(h);
        memory_done(&file);
}

static void more_subkeys_than_one_list_can_name(void **state)
{
        many_subkeys(65536);
}

static void a_million_subkeys(void **state)
{
        if (!getenv("OFFWIN_LONG")) {
                print_message("skipped: OFFWIN_LONG is not set\n");
                skip();
        }
        many_subkeys(1000000);
}

/* Leaves that deletions have made small become one: the list does not stay as wide as it once was. */
static void small_leaves_are_merged(void **state)
{
        struct hive_list list, leaf;
        struct hive_node root;
        uint32_t total = 0;
        char name[32];
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        fill(h, 20000);
        for (unsigned i = 0; i < 20000; i++) {
                if (i % 40 == 0)
                        continue;
                (void)snprintf(name, sizeof name, "Key %07u", i);
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &key, NULL), 1);
                assert_ok(ow_hive_delete_key(h, key, &err));
        }
        assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
        assert_ok(hive_list_decode(h, root.subkeys, &list, &err));
        if (list.kind == HIVE_RI) {
                assert_true(list.count <= 4);
                for (uint32_t i = 0; i < list.count; i++) {
                        assert_ok(hive_list_decode(h, hive_list_cell(&list, i), &leaf, &err));
                        total += leaf.count;
                }
        } else {
                total = list.count;
        }
        assert_int_equal(total, 500);
        require_sound(h);
        ow_hive_close(h);
}

/* 2 GiB, by pretending that all but the last pages are taken: room for them is reserved, not used. */
static void growth_past_2_gib_is_refused(void **state)
{
        static const uint8_t data[40000] = { 1 };
        struct model_key *model = model_new("root");
        uint32_t size;
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", 3, data, 500, &err));
        model_load(h, ow_hive_root(h), model);
        size = h->image.size;
        assert_ok(hive_image_set_size(&h->image, HIVE_MAX_BINS - 8192, &err));
        h->space.scanned = h->image.size;
        assert_fails(OW_E_LIMIT, ow_hive_set_value(h, ow_hive_root(h), "w", 3, data, sizeof data, &err));
        assert_fails(OW_E_LIMIT, ow_hive_set_value(h, ow_hive_root(h), "v", 3, data, sizeof data, &err));
        model_compare(h, ow_hive_root(h), model);
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "still fits", &key, NULL, &err));
        assert_ok(ow_hive_delete_key(h, key, &err));
        assert_ok(hive_image_set_size(&h->image, size, &err));
        require_sound(h);
        ow_hive_close(h);
        model_free(model);
}

static void a_hive_grows_to_2_gib(void **state)
{
        uint8_t *data;
        unsigned n = 0;
        ow_hive *h;
        char name[32];
        int r = 0;

        if (!getenv("OFFWIN_LONG")) {
                print_message("skipped: OFFWIN_LONG is not set\n");
                skip();
        }
        data = calloc(1, 64 << 20);
        assert_non_null(data);
        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        while (r == 0 && n < 100) {
                ow_error err = OW_ERROR_INIT;

                (void)snprintf(name, sizeof name, "value %u", n++);
                memcpy(data, name, sizeof name);
                r = ow_hive_set_value(h, ow_hive_root(h), name, 3, data, 64 << 20, &err);
        }
        assert_int_equal(r, OW_E_LIMIT);
        assert_int_equal(n, 32);
        assert_true(h->image.size > 0x7c000000u);
        require_sound(h);
        ow_hive_close(h);
        free(data);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_of_every_length_are_kept),
                cmocka_unit_test(values_of_every_size_are_kept),
                cmocka_unit_test(more_subkeys_than_one_list_can_name),
                cmocka_unit_test(small_leaves_are_merged),
                cmocka_unit_test(growth_past_2_gib_is_refused),
                cmocka_unit_test(a_million_subkeys),
                cmocka_unit_test(a_hive_grows_to_2_gib),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
