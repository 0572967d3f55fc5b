/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every nth allocation, read and write fails during each kind of edit: an error that says so, nothing leaked, and
 * the hive is what it was, or what it should become.
 */
#include "base/alloc.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"

static const uint8_t data[60000] = { 3 };
static const uint8_t descriptor[20] = { 1, 0, 0, 0x80 };

/* Big enough to be read in pieces, with a list of leaves, big data, a class and two descriptors. */
static void make_file(struct memory *file)
{
        ow_sink sink = memory_sink(file);
        char name[64];
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (unsigned i = 0; i < 1100; i++) {
                (void)snprintf(name, sizeof name, "list\\key %04u", i);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
                if (i % 3 == 0)
                        assert_ok(ow_hive_set_value(h, key, "value", 3, data, 30 + i % 50, &err));
        }
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "tree\\sub\\a", &key, NULL, &err));
        assert_ok(ow_hive_set_value(h, key, "big", 3, data, sizeof data, &err));
        assert_ok(ow_hive_set_class(h, key, "c\0l\0", 4, &err));
        assert_ok(ow_hive_set_security(h, key, descriptor, sizeof descriptor, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "tree\\sub\\b", &key, NULL, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
}

static int at(ow_hive *h, const char *path, ow_key *ret, ow_error *err)
{
        int r = ow_hive_find(h, ow_hive_root(h), path, ret, err);

        if (r == 0)
                fail_msg("%s is gone", path);
        return r;
}

static int do_create(ow_hive *h, ow_error *err)
{
        ow_key key;

        return ow_hive_create_key(h, ow_hive_root(h), "list\\key 0500x\\with\\some\\depth", &key, NULL, err);
}

static int do_set(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "list\\key 0901", &key, err);

        return r < 0 ? r : ow_hive_set_value(h, key, "new", 3, data, 40000, err);
}

static int do_replace(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "tree\\sub\\a", &key, err);

        return r < 0 ? r : ow_hive_set_value(h, key, "big", 3, data, 50000, err);
}

static int do_unset(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "tree\\sub\\a", &key, err);

        return r < 0 ? r : ow_hive_delete_value(h, key, "big", err);
}

static int do_delete(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "tree", &key, err);

        return r < 0 ? r : ow_hive_delete_key(h, key, err);
}

static int do_delete_one(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "list\\key 0030", &key, err);

        return r < 0 ? r : ow_hive_delete_key(h, key, err);
}

static int do_rename_longer(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "tree", &key, err);

        return r < 0 ? r : ow_hive_rename_key(h, key, "a much longer name than the cell has room for", &key, err);
}

/* From one leaf of the list to another. */
static int do_rename_far(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "list\\key 0007", &key, err);

        return r < 0 ? r : ow_hive_rename_key(h, key, "zzz", &key, err);
}

static int do_copy(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "tree", &key, err);

        return r < 0 ? r : ow_hive_copy_key(h, key, h, ow_hive_root(h), "second tree", NULL, err);
}

static int do_class(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "tree\\sub\\a", &key, err);

        return r < 0 ? r : ow_hive_set_class(h, key, data, 200, err);
}

static int do_security(ow_hive *h, ow_error *err)
{
        uint8_t other[20] = { 1, 0, 0x04, 0x80 };
        ow_key key;
        int r = at(h, "tree\\sub\\a", &key, err);

        return r < 0 ? r : ow_hive_set_security(h, key, other, sizeof other, err);
}

static int do_share(ow_hive *h, ow_error *err)
{
        ow_key key;
        int r = at(h, "tree\\sub\\a", &key, err);

        return r < 0 ? r : ow_hive_share_security(h, key, ow_hive_root(h), err);
}

static int do_compact(ow_hive *h, ow_error *err)
{
        ow_hive *fresh;
        int r = ow_hive_compact(h, &fresh, err);

        if (r >= 0)
                ow_hive_close(fresh);
        return r;
}

static const struct {
        const char *label;
        int (*fn)(ow_hive *h, ow_error *err);
} edits[] = {
        { "create keys", do_create },
        { "set a big value", do_set },
        { "replace a big value", do_replace },
        { "delete a big value", do_unset },
        { "delete a tree", do_delete },
        { "delete one of a list", do_delete_one },
        { "rename into a larger cell", do_rename_longer },
        { "rename into another leaf", do_rename_far },
        { "copy a tree", do_copy },
        { "set a class", do_class },
        { "add a descriptor", do_security },
        { "share a descriptor", do_share },
        { "compact", do_compact },
};

static ow_hive *load(struct memory *file)
{
        ow_source source = memory_source(file);
        ow_hive *h;

        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        return h;
}

static void require_unchanged(ow_hive *h, struct model_key *model)
{
        ow_hive_report report;

        model_compare(h, ow_hive_root(h), model);
        report = check_hive(h);
        assert_int_equal(report.faults + report.lost_cells, 0);
}

/* Returns how many failures there were before it worked. */
static unsigned fail_each(struct memory *file, struct model_key *model, size_t which, bool reads)
{
        for (unsigned nth = 1; nth < 5000; nth++) {
                ow_error err = OW_ERROR_INIT;
                ow_hive *h = load(file);
                int r;

                /* Allocations fail in a hive that is in memory, reads in one that is not. */
                if (!reads)
                        model_compare(h, ow_hive_root(h), model);
                file->calls = 0;
                file->fail_at = reads ? nth : 0;
                ow_alloc_fail_from(reads ? 0 : nth);
                r = edits[which].fn(h, &err);
                ow_alloc_fail_from(0);
                file->fail_at = 0;
                if (r >= 0) {
                        ow_hive_report report = check_hive(h);

                        assert_int_equal(report.faults + report.lost_cells, 0);
                        ow_hive_close(h);
                        return nth - 1;
                }
                assert_int_equal(r, reads ? OW_E_IO : OW_E_NOMEM);
                assert_int_equal(err.code, r);
                assert_true(err.text[0] != '\0');
                require_unchanged(h, model);
                ow_hive_close(h);
        }
        fail_msg("it never worked");
        return 0;
}

static void each_failure(bool reads)
{
        struct model_key *model = model_new("root");
        struct memory file = { 0 };
        ow_hive *h;

        make_file(&file);
        h = load(&file);
        model_load(h, ow_hive_root(h), model);
        ow_hive_close(h);
        for (size_t i = 0; i < OW_COUNT(edits); i++) {
                unsigned failures = fail_each(&file, model, i, reads);

                print_message("%s: %u failures\n", edits[i].label, failures);
                assert_true(failures > 0 || reads);
        }
        model_free(model);
        memory_done(&file);
}

static void failing_allocations_change_nothing(void **state)
{
        each_failure(false);
}

static void failing_reads_change_nothing(void **state)
{
        each_failure(true);
}

/* A save that fails half-way can be done again, and then the file is right; the hive in memory was so all the time. */
static void failing_writes_can_be_repeated(void **state)
{
        for (size_t i = 0; i < OW_COUNT(edits); i++) {
                int r = -1;

                for (unsigned nth = 1; r < 0; nth++) {
                        struct model_key *model = model_new("root");
                        struct memory file = { 0 }, out;
                        ow_sink sink = memory_sink(&out);
                        ow_hive *h;

                        make_file(&file);
                        out = memory_copy(&file);
                        h = load(&file);
                        assert_true(edits[i].fn(h, NULL) >= 0);
                        out.fail_at = nth;
                        r = ow_hive_save(h, 2, &sink, NULL);
                        out.fail_at = 0;
                        if (r < 0)
                                assert_ok(ow_hive_save(h, 2, &sink, &err));
                        model_load(h, ow_hive_root(h), model);
                        ow_hive_close(h);
                        memory_done(&file);
                        h = load(&out);
                        require_unchanged(h, model);
                        ow_hive_close(h);
                        memory_done(&out);
                        model_free(model);
                }
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(failing_allocations_change_nothing),
                cmocka_unit_test(failing_reads_change_nothing),
                cmocka_unit_test(failing_writes_can_be_repeated),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
