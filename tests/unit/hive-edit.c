/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What edits promise: nothing changes on error, equal values change nothing, counts and times are exact. */
#include "base/alloc.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"

static ow_hive *make_hive(uint32_t minor)
{
        static const uint8_t data[20000] = { 1 };
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(minor, "root", NULL, 0, &h, &err));
        for (unsigned i = 0; i < 40; i++) {
                char name[64];

                (void)snprintf(name, sizeof name, "Services\\service%02u\\Parameters", i);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
                assert_ok(ow_hive_set_value(h, key, "Start", OW_REG_DWORD, data, 4, &err));
                assert_ok(ow_hive_set_value(h, key, "Path", OW_REG_SZ, data, 20 + i, &err));
        }
        assert_ok(ow_hive_set_value(h, key, "Big", OW_REG_BINARY, data, sizeof data, &err));
        return h;
}

/* One edit of each kind; the number of the edit picks which. */
static int do_edit(ow_hive *h, unsigned which, ow_error *err)
{
        static const uint8_t data[40000] = { 2 };
        ow_key root = ow_hive_root(h), key;
        int r;

        switch (which) {
        case 0:
                return ow_hive_create_key(h, root, "Services\\a new one\\with\\some\\depth", &key, NULL, err);
        case 1:
                return ow_hive_set_value(h, root, "new", OW_REG_BINARY, data, sizeof data, err);
        case 2:
                r = ow_hive_find(h, root, "Services\\service39\\Parameters", &key, err);
                return r < 0 ? r : ow_hive_set_value(h, key, "Big", OW_REG_BINARY, data, 30000, err);
        case 3:
                r = ow_hive_find(h, root, "Services\\service39\\Parameters", &key, err);
                return r < 0 ? r : ow_hive_delete_value(h, key, "Big", err);
        case 4:
                r = ow_hive_find(h, root, "Services", &key, err);
                return r < 0 ? r : ow_hive_delete_key(h, key, err);
        default:
                r = ow_hive_find(h, root, "Services\\service07\\Parameters", &key, err);
                return r < 0 ? r : ow_hive_set_value(h, key, "Path", OW_REG_SZ, data, 2000, err);
        }
}

static void failing_allocations_leave_the_hive_as_it_was(void **state)
{
        for (unsigned which = 0; which < 6; which++) {
                ow_hive *h = make_hive(which % 2 ? 3 : 5);
                struct model_key *model = model_new("root");
                unsigned failures = 0;
                int r = OW_E_NOMEM;

                model_load(h, ow_hive_root(h), model);
                for (size_t nth = 1; r < 0; nth++) {
                        ow_error err = OW_ERROR_INIT;
                        ow_hive_report report;

                        ow_alloc_fail_from(nth);
                        r = do_edit(h, which, &err);
                        ow_alloc_fail_from(0);
                        if (r >= 0)
                                break;
                        assert_int_equal(r, OW_E_NOMEM);
                        assert_true(err.text[0] != '\0');
                        failures++;
                        model_compare(h, ow_hive_root(h), model);
                        report = check_hive(h);
                        assert_int_equal(report.faults + report.lost_cells, 0);
                }
                assert_true(failures > 0);
                assert_int_equal(check_hive(h).faults, 0);
                model_free(model);
                ow_hive_close(h);
        }
}

/* Loads, edits and saves; the first failure ends it. */
static int edit_file(struct memory *file, struct memory *out, ow_error *err)
{
        ow_source source = memory_source(file);
        OW_AUTO(ow_hive) h = NULL;
        ow_sink sink = memory_sink(out);
        int r = ow_hive_load(&source, NULL, 0, 0, &h, err);

        for (unsigned which = 0; r >= 0 && which < 6; which++)
                r = which == 4 ? 0 : do_edit(h, which, err);
        return r < 0 ? r : ow_hive_save(h, 2, &sink, err);
}

/* The nth read or write fails, in loading, editing or saving: an error that says so, and nothing worse. */
static void failing_reads_and_writes_are_reported(void **state)
{
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        ow_hive *h = make_hive(5);
        unsigned failures = 0;

        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        for (unsigned writing = 0; writing < 2; writing++) {
                int r = OW_E_IO;

                for (unsigned nth = 1; r < 0; nth++) {
                        struct memory out = memory_copy(&file);
                        ow_error err = OW_ERROR_INIT;

                        file.calls = 0;
                        file.fail_at = writing ? 0 : nth;
                        out.fail_at = writing ? nth : 0;
                        r = edit_file(&file, &out, &err);
                        if (r < 0) {
                                assert_int_equal(r, OW_E_IO);
                                assert_non_null(strstr(err.text, "made to fail"));
                                failures++;
                        }
                        memory_done(&out);
                }
        }
        assert_true(failures > 5);
        memory_done(&file);
}

/* A failed save loses nothing: it can be tried again. */
static void failed_save_can_be_repeated(void **state)
{
        struct model_key *model = model_new("root");
        struct memory out = { .fail_at = 2 };
        ow_sink sink = memory_sink(&out);
        ow_hive *h = make_hive(3);
        ow_source source;

        model_load(h, ow_hive_root(h), model);
        assert_fails(OW_E_IO, ow_hive_save(h, 2, &sink, &err));
        assert_true(ow_hive_changed(h));
        out.fail_at = 0;
        assert_ok(ow_hive_save(h, 2, &sink, &err));
        model_touch(model);
        model_save(model, 2);
        ow_hive_close(h);
        source = memory_source(&out);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        model_compare(h, ow_hive_root(h), model);
        ow_hive_close(h);
        model_free(model);
        memory_done(&out);
}

static void equal_values_change_nothing(void **state)
{
        static const uint8_t data[40000] = { 5 };
        static const size_t sizes[] = { 0, 1, 4, 5, 100, 16344, 16345, 40000 };
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (size_t i = 0; i < OW_COUNT(sizes); i++) {
                char name[16];

                (void)snprintf(name, sizeof name, "v%zu", i);
                assert_ok(ow_hive_set_value(h, ow_hive_root(h), name, 3, data, sizes[i], &err));
        }
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        for (size_t i = 0; i < OW_COUNT(sizes); i++) {
                char name[16];

                (void)snprintf(name, sizeof name, "V%zu", i);
                assert_ok(ow_hive_set_value(h, ow_hive_root(h), name, 3, data, sizes[i], &err));
        }
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "", &key, NULL, &err));
        assert_int_equal(ow_hive_delete_value(h, key, "not there", NULL), 0);
        assert_false(ow_hive_changed(h));
        file.bytes = 0;
        assert_ok(ow_hive_save(h, 2, &sink, &err));
        assert_int_equal(file.bytes, 0);
        assert_ok(ow_hive_set_value(h, key, "v4", 4, data, 100, &err));
        assert_true(ow_hive_changed(h));
        assert_ok(ow_hive_save(h, 2, &sink, &err));
        assert_true(file.bytes > 0 && file.bytes < 4096);
        ow_hive_close(h);
        memory_done(&file);
}

static uint64_t written_of(ow_hive *h, const char *path)
{
        ow_key_info info;
        ow_key key;
        uint64_t written;

        assert_int_equal(ow_hive_find(h, ow_hive_root(h), path, &key, NULL), 1);
        assert_ok(ow_hive_key_info(h, key, &info, &err));
        written = info.written;
        ow_key_info_done(&info);
        return written;
}

static void only_changed_keys_get_a_new_time(void **state)
{
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        ow_hive *h = make_hive(5);
        ow_key key;

        assert_ok(ow_hive_save(h, 1000, &sink, &err));
        assert_int_equal(written_of(h, "Services\\service03"), 1000);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "Services\\service03", &key, NULL), 1);
        assert_ok(ow_hive_create_key(h, key, "Enum", &key, NULL, &err));
        assert_ok(ow_hive_save(h, 2000, &sink, &err));
        assert_int_equal(written_of(h, "Services\\service03"), 2000);
        assert_int_equal(written_of(h, "Services\\service03\\Enum"), 2000);
        assert_int_equal(written_of(h, "Services\\service03\\Parameters"), 1000);
        assert_int_equal(written_of(h, "Services"), 1000);
        assert_ok(ow_hive_delete_key(h, key, &err));
        assert_ok(ow_hive_save(h, 3000, &sink, &err));
        assert_int_equal(written_of(h, "Services\\service03"), 3000);
        ow_hive_close(h);
        memory_done(&file);
}

static void security_is_counted(void **state)
{
        struct hive_security sk;
        struct hive_node root;
        ow_hive *h = make_hive(5);
        ow_key key;

        assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
        assert_ok(hive_security_decode(h, root.security, &sk, &err));
        assert_int_equal(sk.references, 2 + 2 * 40);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "Services\\service03", &key, NULL), 1);
        assert_ok(ow_hive_delete_key(h, key, &err));
        assert_ok(hive_security_decode(h, root.security, &sk, &err));
        assert_int_equal(sk.references, 2 * 40);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "Services", &key, NULL), 1);
        assert_ok(ow_hive_delete_key(h, key, &err));
        assert_ok(hive_security_decode(h, root.security, &sk, &err));
        assert_int_equal(sk.references, 1);
        ow_hive_close(h);
}

/* Deleting the last key with its own descriptor takes that out of the ring. */
static void unused_security_leaves_the_ring(void **state)
{
        ow_hive_report before, after;
        struct memory file;
        ow_source source;
        ow_hive *h;
        ow_subkey_iter iter = { 0 };
        ow_key key;

        if (!data_load("machines/nt4-server/SYSTEM", &file)) {
                print_message("skipped: no real hives here (OFFWIN_DATA)\n");
                skip();
        }
        source = memory_source(&file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        before = check_hive(h);
        assert_int_equal(before.faults, 0);
        while (ow_hive_next_subkey(h, ow_hive_root(h), &iter, &key, NULL) == 1) {
                assert_ok(ow_hive_delete_key(h, key, &err));
                after = check_hive(h);
                assert_int_equal(after.faults + after.lost_cells, 0);
                iter = (ow_subkey_iter){ 0 };
        }
        assert_int_equal(after.keys, 1);
        assert_true(after.free_bytes > file.size * 9 / 10);
        ow_hive_close(h);
        memory_done(&file);
}

static void limits_are_refused_by_name(void **state)
{
        static char name[3 * 16384 + 1];
        static uint8_t data[(1 << 20) + 1];
        ow_key key, root;
        ow_hive *h;

        assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
        root = ow_hive_root(h);
        memset(name, 'k', 256);
        assert_fails(OW_E_INVAL, ow_hive_create_key(h, root, name, &key, NULL, &err));
        name[255] = '\0';
        assert_ok(ow_hive_create_key(h, root, name, &key, NULL, &err));
        memset(name, 'v', 16384);
        assert_fails(OW_E_LIMIT, ow_hive_set_value(h, root, name, 1, "", 0, &err));
        assert_int_equal(ow_hive_delete_value(h, root, name, NULL), 0);
        name[16383] = '\0';
        assert_ok(ow_hive_set_value(h, root, name, 1, "", 0, &err));
        assert_fails(OW_E_LIMIT, ow_hive_set_value(h, root, "big", 3, data, sizeof data, &err));
        assert_ok(ow_hive_set_value(h, root, "big", 3, data, sizeof data - 1, &err));
        assert_fails(OW_E_INVAL, ow_hive_create_key(h, root, "bad \xff utf-8", &key, NULL, &err));
        assert_fails(OW_E_INVAL, ow_hive_delete_key(h, root, &err));
        for (unsigned depth = 2; depth <= HIVE_MAX_DEPTH; depth++)
                assert_ok(ow_hive_create_key(h, depth == 2 ? root : key, "d", &key, NULL, &err));
        assert_fails(OW_E_LIMIT, ow_hive_create_key(h, key, "d", &key, NULL, &err));
        assert_int_equal(ow_hive_find(h, root, "d", &key, NULL), 1);
        assert_ok(ow_hive_delete_key(h, key, &err));
        assert_int_equal(check_hive(h).faults, 0);
        ow_hive_close(h);
}

/* What may not be edited is not edited through its subkeys either. */
static void subkeys_of_special_keys_stay(void **state)
{
        for (unsigned layered = 0; layered < 2; layered++) {
                struct model_key *model = model_new("root");
                ow_key parent, key, new_key;
                struct hive_node node;
                ow_hive *h;

                assert_ok(ow_hive_new(6, "root", NULL, 0, &h, &err));
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), "parent", &parent, NULL, &err));
                assert_ok(ow_hive_create_key(h, parent, "key", &key, NULL, &err));
                assert_ok(hive_node_decode(h, parent.cell, &node, &err));
                if (layered)
                        hive_cell_write(h, node.cell, node.body_len, 0x0d, "\2", 1);
                else
                        hive_cell_write(h, node.cell, node.body_len, 2, "\x60", 1);
                model_load(h, ow_hive_root(h), model);
                assert_fails(OW_E_REFUSED, ow_hive_create_key(h, parent, "new", &new_key, NULL, &err));
                assert_fails(OW_E_REFUSED, ow_hive_rename_key(h, key, "other", &new_key, &err));
                assert_fails(OW_E_REFUSED, ow_hive_delete_key(h, key, &err));
                assert_fails(OW_E_REFUSED, ow_hive_set_class(h, key, "c\0", 2, &err));
                model_compare(h, ow_hive_root(h), model);
                model_free(model);
                ow_hive_close(h);
        }
}

static void parents_are_found(void **state)
{
        ow_key key, top, root = { 0 };
        ow_hive *h = NULL;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "a\\b", &key, NULL, &err));
        assert_int_equal(ow_hive_parent(h, key, &top, NULL), 1);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "A", &key, NULL), 1);
        assert_int_equal(top.cell, key.cell);
        assert_int_equal(ow_hive_parent(h, top, &root, NULL), 1);
        assert_int_equal(root.cell, ow_hive_root(h).cell);
        assert_int_equal(ow_hive_parent(h, root, &top, NULL), 0);
        assert_fails(OW_E_CORRUPT, ow_hive_parent(h, (ow_key){ root.cell + 8 }, &top, &err));
        ow_hive_close(h);
}

static void read_only_hives_are_not_edited(void **state)
{
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        ow_hive *h = make_hive(5);
        ow_source source;
        ow_key key;

        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        source = memory_source(&file);
        assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_READONLY, &h, &err));
        assert_fails(OW_E_READONLY, ow_hive_create_key(h, ow_hive_root(h), "x", &key, NULL, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "SERVICES", &key, NULL, &err));
        assert_fails(OW_E_READONLY, ow_hive_set_value(h, key, "x", 1, "", 0, &err));
        assert_fails(OW_E_READONLY, ow_hive_delete_key(h, key, &err));
        assert_fails(OW_E_READONLY, ow_hive_delete_value(h, key, "x", &err));
        assert_fails(OW_E_READONLY, ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        memory_done(&file);
}

/* Three neighbours freed in any order are one free cell again: the next large one fits without growth. */
static void freed_neighbours_are_joined(void **state)
{
        static const uint8_t orders[6][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
                                              { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

        for (size_t o = 0; o < OW_COUNT(orders); o++) {
                uint32_t cells[3], lens[3], large, large_len, size;
                ow_hive *h;

                assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
                size = h->image.size;
                for (size_t i = 0; i < 3; i++)
                        assert_ok(hive_cell_alloc(h, 1000, &cells[i], &lens[i], &err));
                assert_int_equal(h->image.size, size);
                for (size_t i = 0; i < 3; i++)
                        hive_cell_free(h, cells[orders[o][i]], lens[orders[o][i]]);
                assert_ok(hive_cell_alloc(h, 3100, &large, &large_len, &err));
                assert_int_equal(h->image.size, size);
                assert_int_equal(large, cells[0] < cells[2] ? cells[0] : cells[2]);
                ow_hive_close(h);
        }
}

static void last_value_takes_its_list_along(void **state)
{
        struct hive_node node;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", OW_REG_BINARY, "123456", 6, &err));
        assert_int_equal(ow_hive_delete_value(h, ow_hive_root(h), "V", NULL), 1);
        assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &node, &err));
        assert_int_equal(node.n_values, 0);
        assert_int_equal(node.values, HIVE_NIL);
        ow_hive_close(h);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(failing_allocations_leave_the_hive_as_it_was),
                cmocka_unit_test(failing_reads_and_writes_are_reported),
                cmocka_unit_test(failed_save_can_be_repeated),
                cmocka_unit_test(equal_values_change_nothing),
                cmocka_unit_test(only_changed_keys_get_a_new_time),
                cmocka_unit_test(security_is_counted),
                cmocka_unit_test(unused_security_leaves_the_ring),
                cmocka_unit_test(limits_are_refused_by_name),
                cmocka_unit_test(subkeys_of_special_keys_stay),
                cmocka_unit_test(parents_are_found),
                cmocka_unit_test(read_only_hives_are_not_edited),
                cmocka_unit_test(freed_neighbours_are_joined),
                cmocka_unit_test(last_value_takes_its_list_along),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
