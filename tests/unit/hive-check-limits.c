/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checking of what is too deep, too long or too large, and of what is not there at all. */
#include "base/le.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive-sample.h"
#include "hive-told.h"
#include "hive/check.h"
#include "hive/hive.h"

static void deeper_than_512_levels(void **state)
{
        struct sample s = { 0 };
        struct hive_node x, deep, y;
        ow_sink sink = memory_sink(&s.file);
        struct told told = { 0 };
        ow_hive_report report;
        char path[1100] = "";
        ow_key key;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (unsigned i = 0; i < 511; i++)
                memcpy(path + 2 * i, "a\\", 3);
        path[2 * 511 - 1] = '\0';
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), path, &key, NULL, &err));
        (void)node_at(h, path, &deep);
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "x\\y", &key, NULL, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        (void)node_at(h, "x", &x);
        (void)node_at(h, "x\\y", &y);
        assert_int_equal(check_hive(h).faults, 0);
        ow_hive_close(h);
        /* y moves from x to the deepest key */
        ow_le32_put(s.file.p + BASE + x.cell + 4 + 0x14, 0);
        ow_le32_put(s.file.p + BASE + x.cell + 4 + 0x1c, HIVE_NIL);
        ow_le32_put(s.file.p + BASE + deep.cell + 4 + 0x14, 1);
        ow_le32_put(s.file.p + BASE + deep.cell + 4 + 0x1c, x.subkeys);
        ow_le32_put(s.file.p + BASE + deep.cell + 4 + 0x34, 2);
        ow_le32_put(s.file.p + BASE + y.cell + 4 + 0x10, deep.cell);
        h = load_any(&s.file);
        assert_ok(ow_hive_check(h, &report, take, &told, &err));
        assert_non_null(strstr(told.text, "more than 512 levels"));
        assert_int_equal(told.offset, BASE + y.cell);
        ow_hive_close(h);
        memory_done(&s.file);
}

static void a_flat_value_where_big_data_belong_is_told(void **state)
{
        struct told told = { 0 };
        ow_hive_report report;
        struct sample s;
        ow_hive *h;

        make_sample(&s, 3);
        ow_le32_put(s.file.p + 0x18, 5);
        seal(&s);
        h = load_any(&s.file);
        assert_ok(ow_hive_check(h, &report, take, &told, &err));
        assert_non_null(strstr(told.text, "wants big data"));
        assert_string_equal(told.path, "alpha");
        assert_int_equal(told.n, 3); /* and two lists of the older kind */
        assert_int_equal(told.mendable, 2);
        ow_hive_close(h);
        assert_int_equal(repair_and_check(&s.file, 2).n, 1);
        memory_done(&s.file);
}

/* Larger than what those versions take: one byte more than we write ourselves. */
static void a_value_above_the_limit_of_old_versions_is_told(void **state)
{
        static const uint8_t most[HIVE_MAX_FLAT_VALUE];
        struct told told = { 0 };
        struct sample s = { 0 };
        ow_sink sink = memory_sink(&s.file);
        ow_hive_report report;
        uint32_t cell, data;
        ow_hive *h;

        assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", OW_REG_BINARY, most, sizeof most, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        cell = value_at(h, "", "v", &data);
        assert_int_equal(check_hive(h).faults, 0);
        ow_hive_close(h);
        ow_le32_put(s.file.p + BASE + cell + 4 + 4, sizeof most + 1);
        h = load_any(&s.file);
        assert_ok(ow_hive_check(h, &report, take, &told, &err));
        assert_non_null(strstr(told.text, "has 1048577 bytes, limit of version 1.3 1048576"));
        assert_int_equal(told.n, 2);            /* and the largest value */
        assert_int_equal(told.mendable, 1);
        ow_hive_close(h);
        memory_done(&s.file);
}

static unsigned long resident_mb(void)
{
        FILE *file = fopen("/proc/self/statm", "r");
        unsigned long pages = 0;

        assert_non_null(file);
        assert_int_equal(fscanf(file, "%*u %lu", &pages), 1);
        (void)fclose(file);
        return pages * 4096 >> 20;
}

/* What a base block promises and the file does not have takes no memory, also when something is looked for in it. */
static void gigabytes_that_are_not_there_cost_nothing(void **state)
{
        struct told told = { 0 };
        ow_hive_report report;
        unsigned long before;
        struct sample s;
        ow_hive *h;

        make_sample(&s, 5);
        ow_le32_put(s.file.p + 0x28, 0x60000000);
        ow_le32_put(s.file.p + BASE + s.at[ALPHA] + 4 + 0x24, 1);
        ow_le32_put(s.file.p + BASE + s.at[ALPHA] + 4 + 0x28, 0x5ffffff0);
        seal(&s);
        before = resident_mb();
        h = load_any(&s.file);
        assert_ok(ow_hive_check(h, &report, take, &told, &err));
        assert_true(report.faults > 1);
        assert_true(resident_mb() - before < 200);
        ow_hive_close(h);
        memory_done(&s.file);
}

/* A name that no field of its parent can tell the length of: what can be mended is, once. */
static void a_name_of_40000_characters(void **state)
{
        static const uint8_t room[45000];
        struct sample s = { 0 };
        ow_sink sink = memory_sink(&s.file);
        struct hive_node root;
        uint32_t data, cell;
        uint8_t *bins;
        ow_key key;
        ow_hive *h;

        assert_ok(ow_hive_new(3, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "key", &key, NULL, &err));
        assert_ok(ow_hive_set_value(h, ow_hive_root(h), "v", OW_REG_BINARY, room, sizeof room, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        cell = node_at(h, "", &root);
        (void)value_at(h, "", "v", &data);
        ow_hive_close(h);
        /* The key moves into the data of the value, which goes. */
        bins = s.file.p + BASE;
        memcpy(bins + data + 4, bins + key.cell + 4, 0x4c);
        memset(bins + data + 4 + 0x4c, 'a', 40000);
        ow_le16_put(bins + data + 4 + 0x48, 40000);
        ow_le32_put(bins + root.subkeys + 4 + HIVE_LIST_HEAD, data);
        ow_le32_put(bins + cell + 4 + 0x24, 0);
        ow_le32_put(bins + cell + 4 + 0x28, HIVE_NIL);
        /* hint, longest name, lost cells; what stays is the name */
        assert_int_equal(repair_and_check(&s.file, 3).n, 1);
        memory_done(&s.file);
}

/* What a key that stands for a handle names as its values may be some: they are not taken for lost. */
static void values_of_a_predefined_key_are_kept(void **state)
{
        enum { FLAGS_AT = HIVE_CELL_HEAD + 2 };
        struct sample s;
        uint8_t *flags;
        ow_hive *h;

        make_sample(&s, 5);
        flags = s.file.p + BASE + s.at[ALPHA] + FLAGS_AT;
        *flags |= OW_KEY_PREDEFINED;
        assert_int_equal(repair_and_check(&s.file, 0).n, 1);
        flags = s.file.p + BASE + s.at[ALPHA] + FLAGS_AT;
        *flags &= (uint8_t)~OW_KEY_PREDEFINED;
        h = load_any(&s.file);
        assert_int_equal(check_hive(h).faults, 0);
        assert_int_equal(check_hive(h).values, 6);
        ow_hive_close(h);
        memory_done(&s.file);
}

/* To look for a key in a list costs the length of the list. */
static void a_look_into_a_list_is_paid_for(void **state)
{
        enum { KEYS = 3000 };
        struct hive_check c = { 0 };
        struct hive_node root, node;
        struct hive_list list;
        uint32_t before;
        ow_key key;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (unsigned i = 0; i < KEYS; i++) {
                char name[8];

                (void)snprintf(name, sizeof name, "%u", i);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
        }
        (void)node_at(h, "", &root);
        (void)node_at(h, "77", &node);
        assert_ok(hive_list_decode(h, root.subkeys, &list, &err));
        assert_int_equal(list.kind, HIVE_RI);
        c.hive = h;
        assert_true(hive_check_belongs(&c, &root, &node));
        before = c.looked_at;
        node.cell = root.cell;
        assert_false(hive_check_belongs(&c, &root, &node));
        assert_true(c.looked_at - before > KEYS);
        ow_hive_close(h);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(deeper_than_512_levels),
                cmocka_unit_test(a_flat_value_where_big_data_belong_is_told),
                cmocka_unit_test(a_value_above_the_limit_of_old_versions_is_told),
                cmocka_unit_test(gigabytes_that_are_not_there_cost_nothing),
                cmocka_unit_test(a_name_of_40000_characters),
                cmocka_unit_test(values_of_a_predefined_key_are_kept),
                cmocka_unit_test(a_look_into_a_list_is_paid_for),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
