/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies of keys and of whole hives: equal in all that a hive says, in the form that the target wants. */
#include "base/le.h"
#include "base/macros.h"
#include "hive-model.h"
#include "hive/hive.h"

static uint8_t bytes[3 << 20];

/* A tree with every size of data, classes, and more subkeys than one leaf holds. */
static ow_key make_tree(ow_hive *h, size_t most)
{
        static const size_t sizes[] = { 0, 1, 4, 5, 300, 16344, 16345, 60000, 1 << 20, 2 << 20 };
        ow_key top, key;
        char name[64];

        for (size_t i = 0; i < sizeof bytes; i++)
                bytes[i] = (uint8_t)(i * 7 + i / 253);
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "Tree", &top, NULL, &err));
        for (size_t i = 0; i < OW_COUNT(sizes) && sizes[i] <= most; i++) {
                if (i)
                        (void)snprintf(name, sizeof name, "größe %zu", sizes[i]);
                else
                        name[0] = '\0';
                assert_ok(ow_hive_set_value(h, top, name, 3, bytes, sizes[i], &err));
        }
        for (unsigned i = 0; i < 1500; i++) {
                (void)snprintf(name, sizeof name, "many\\Key %u", i * 7919 % 1500);
                assert_ok(ow_hive_create_key(h, top, name, &key, NULL, &err));
        }
        assert_ok(ow_hive_set_class(h, key, "c\0l\0s\0", 6, &err));
        assert_ok(ow_hive_create_key(h, top, "日本\\Ünï", &key, NULL, &err));
        assert_ok(ow_hive_set_value(h, key, "Ελλάς", 0xffff0012, bytes, 40, &err));
        return top;
}

static ow_key child_of(ow_hive *h, const char *path)
{
        ow_key key;

        assert_int_equal(ow_hive_find(h, ow_hive_root(h), path, &key, NULL), 1);
        return key;
}

/* Lists are of the kind that the version wants, and no larger than its leaves. */
static void check_kinds(ow_hive *h, const char *path, enum hive_list_kind kind)
{
        struct hive_list ri, leaf;
        struct hive_node node;

        assert_ok(hive_node_decode(h, child_of(h, path).cell, &node, &err));
        assert_ok(hive_list_decode(h, node.subkeys, &ri, &err));
        assert_int_equal(ri.kind, HIVE_RI);
        for (uint32_t i = 0; i < ri.count; i++) {
                assert_ok(hive_list_decode(h, hive_list_cell(&ri, i), &leaf, &err));
                assert_int_equal(leaf.kind, kind);
                assert_true(leaf.count <= hive_list_limit(kind));
        }
}

static bool is_big(ow_hive *h, const char *path, const char *name)
{
        HIVE_AUTO_NAME wanted = { 0 };
        struct hive_value value;
        struct hive_node node;
        ow_view flat;
        bool big;

        assert_ok(hive_name_init(&wanted, name, strlen(name), 255, &err));
        assert_ok(hive_node_decode(h, child_of(h, path).cell, &node, &err));
        assert_int_equal(hive_find_value(h, &node, &wanted, &value, NULL), 1);
        assert_ok(hive_data_open(h, &value, &big, &flat, &err));
        return big;
}

static void copies_between_versions_are_equal(void **state)
{
        static const uint32_t minors[][2] = { { 3, 5 }, { 5, 3 }, { 4, 6 }, { 5, 5 } };

        for (size_t i = 0; i < OW_COUNT(minors); i++) {
                struct model_key *model = model_new("copy");
                ow_hive_report report;
                ow_hive *from, *to;
                ow_key top, copy;

                print_message("1.%u to 1.%u\n", minors[i][0], minors[i][1]);
                assert_ok(ow_hive_new(minors[i][0], "from", NULL, 0, &from, &err));
                assert_ok(ow_hive_new(minors[i][1], "to", NULL, 0, &to, &err));
                top = make_tree(from, 1 << 20);
                model_load(from, top, model);
                assert_ok(ow_hive_copy_key(from, top, to, ow_hive_root(to), "copy", &copy, &err));
                model_compare(to, copy, model);
                check_kinds(to, "copy\\many", minors[i][1] >= 5 ? HIVE_LH : HIVE_LF);
                assert_int_equal(is_big(to, "copy", "größe 60000"), minors[i][1] >= 4);
                assert_false(is_big(to, "copy", "größe 16344"));
                report = check_hive(to);
                assert_int_equal(report.faults + report.lost_cells, 0);
                ow_hive_close(from);
                ow_hive_close(to);
                model_free(model);
        }
}

static void copies_that_cannot_be_leave_the_hive_alone(void **state)
{
        struct model_key *model = model_new("to");
        ow_hive *from, *to;
        ow_key top, key;

        assert_ok(ow_hive_new(5, "from", NULL, 0, &from, &err));
        assert_ok(ow_hive_new(3, "to", NULL, 0, &to, &err));
        top = make_tree(from, 2 << 20);
        assert_ok(ow_hive_create_key(to, ow_hive_root(to), "there", &key, NULL, &err));
        model_load(to, ow_hive_root(to), model);
        assert_fails(OW_E_LIMIT, ow_hive_copy_key(from, top, to, key, NULL, NULL, &err));
        assert_fails(OW_E_EXISTS, ow_hive_copy_key(from, top, to, ow_hive_root(to), "THERE", NULL, &err));
        assert_fails(OW_E_INVAL, ow_hive_copy_key(from, top, to, key, "a\\b", NULL, &err));
        assert_fails(OW_E_INVAL, ow_hive_copy_key(from, top, to, key, "", NULL, &err));
        assert_fails(OW_E_INVAL, ow_hive_copy_key(from, top, from, top, "inside", NULL, &err));
        assert_fails(OW_E_INVAL,
                     ow_hive_copy_key(from, top, from, child_of(from, "Tree\\many\\Key 3"), "inside", NULL, &err));
        for (unsigned depth = 3; depth < HIVE_MAX_DEPTH; depth++)
                assert_ok(ow_hive_create_key(from, depth == 3 ? top : key, "d", &key, NULL, &err));
        top = child_of(from, "Tree\\many\\Key 3");
        assert_ok(ow_hive_copy_key(from, top, from, key, "fits", NULL, &err));
        top = child_of(from, "Tree\\many");
        assert_fails(OW_E_LIMIT, ow_hive_copy_key(from, top, from, key, "too deep", NULL, &err));
        model_compare(to, ow_hive_root(to), model);
        assert_int_equal(check_hive(to).faults + check_hive(to).lost_cells, 0);
        assert_int_equal(check_hive(from).faults + check_hive(from).lost_cells, 0);
        ow_hive_close(from);
        ow_hive_close(to);
        model_free(model);
}

/* Save, load again and compare: the file is the whole truth. */
static void compact_and_compare(ow_hive *h)
{
        struct model_key *model = model_new("root");
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        ow_hive_report report;
        ow_hive_info info;
        ow_source source;
        ow_hive *fresh;

        model_load(h, ow_hive_root(h), model);
        assert_ok(ow_hive_compact(h, &fresh, &err));
        assert_int_equal(ow_hive_root(fresh).cell, HIVE_BIN_HEAD);
        assert_ok(ow_hive_save(fresh, 5, &sink, &err));
        ow_hive_close(fresh);
        source = memory_source(&file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &fresh, &err));
        model_compare(fresh, ow_hive_root(fresh), model);
        report = check_hive(fresh);
        ow_hive_info_get(fresh, &info);
        assert_int_equal(report.faults + report.lost_cells, 0);
        /* What a small hive cannot fill is less than a page. */
        assert_true(report.free_bytes <= info.bins_size / 10 + 4096);
        ow_hive_close(fresh);
        model_free(model);
        memory_done(&file);
}

static void compaction_loses_nothing(void **state)
{
        static const char *const names[] = {
                "bcd/regipy-BCD",
                "machines/nt4-server/SYSTEM",
                "machines/nt4-server/SAM",
                "machines/xp-virtualpc/NTUSER.DAT",
                "corner/winreg-kb-UsrClass.dat",
                "corner/nt-hive-testhive",
                "corner/yarp-ManySubkeysHive",
                "corner/yarp-BigDataHive",
                "corner/yarp-UnicodeHive",
                "corner/notatin-win7_ntuser.dat",
                "corner/hivex-special",
                "machines/win7-vmware/NTUSER-nfury.DAT",
        };
        unsigned done = 0;
        ow_source source;
        struct memory file;
        ow_hive *h;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        (void)make_tree(h, 2 << 20);
        assert_ok(ow_hive_delete_key(h, child_of(h, "Tree\\many\\Key 7"), &err));
        {
                struct memory saved = { 0 };
                ow_sink sink = memory_sink(&saved);

                assert_ok(ow_hive_save(h, 4, &sink, &err));
                compact_and_compare(h);
                memory_done(&saved);
        }
        ow_hive_close(h);
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                if (!data_load(names[i], &file))
                        continue;
                print_message("%s\n", names[i]);
                source = memory_source(&file);
                assert_ok(ow_hive_load(&source, NULL, 0, OW_HIVE_READONLY, &h, &err));
                compact_and_compare(h);
                ow_hive_close(h);
                memory_done(&file);
                done++;
        }
        if (!done)
                print_message("no real hives here (OFFWIN_DATA)\n");
}

/* The elements of a leaf, last first. */
static void turn_round(ow_hive *h, uint32_t cell)
{
        struct hive_list leaf;
        uint32_t stride;

        assert_ok(hive_list_decode(h, cell, &leaf, &err));
        stride = hive_list_stride(leaf.kind);
        for (uint32_t i = 0, k = leaf.count - 1; i < k; i++, k--) {
                size_t first = HIVE_LIST_HEAD + (size_t)i * stride, last = HIVE_LIST_HEAD + (size_t)k * stride;
                uint8_t a[8], b[8];

                memcpy(a, leaf.body.p + first, stride);
                memcpy(b, leaf.body.p + last, stride);
                hive_cell_write(h, cell, leaf.body.len, first, b, stride);
                hive_cell_write(h, cell, leaf.body.len, last, a, stride);
        }
}

static void lists_out_of_order_are_copied_in_order(void **state)
{
        HIVE_AUTO_NAME twin = { 0 };
        struct memory saved = { 0 };
        ow_sink sink = memory_sink(&saved);
        struct hive_node node;
        struct hive_list ri;
        ow_hive *h, *fresh = NULL;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        (void)make_tree(h, 5);
        assert_ok(ow_hive_save(h, 4, &sink, &err)); /* so that times are equal */
        assert_ok(hive_node_decode(h, child_of(h, "Tree\\many").cell, &node, &err));
        assert_ok(hive_list_decode(h, node.subkeys, &ri, &err));
        turn_round(h, hive_list_cell(&ri, 0));
        turn_round(h, hive_list_cell(&ri, 1));
        compact_and_compare(h);
        assert_ok(hive_node_decode(h, child_of(h, "Tree\\many\\Key 700").cell, &node, &err));
        assert_ok(hive_name_init(&twin, "KEY 701", 7, 255, &err));
        hive_node_store_name(h, &node, &twin);
        assert_fails(OW_E_CORRUPT, ow_hive_compact(h, &fresh, &err));
        assert_null(fresh);
        ow_hive_close(h);
        memory_done(&saved);
}

static void damaged_hives_are_not_compacted(void **state)
{
        struct hive_node node;
        ow_hive *h, *fresh = NULL;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        (void)make_tree(h, 60000);
        key = child_of(h, "Tree\\many\\Key 700");
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        hive_cell_write(h, node.cell, node.body_len, 0, "xx", 2);
        assert_fails(OW_E_CORRUPT, ow_hive_compact(h, &fresh, &err));
        assert_null(fresh);
        hive_cell_write(h, node.cell, node.body_len, 0, "nk", 2);
        /* Two owners of one list of values: a copy would say more than the hive holds. */
        assert_ok(hive_node_decode(h, child_of(h, "Tree").cell, &node, &err));
        {
                struct hive_node other;

                for (unsigned i = 0; i < 100; i++) {
                        char name[64];

                        (void)snprintf(name, sizeof name, "Tree\\many\\Key %u", i);
                        assert_ok(hive_node_decode(h, child_of(h, name).cell, &other, &err));
                        other.values = node.values;
                        other.n_values = node.n_values;
                        hive_node_store(h, &other);
                }
        }
        assert_fails(OW_E_CORRUPT, ow_hive_compact(h, &fresh, &err));
        ow_hive_close(h);
}

/* A name of 510 units, as only damage makes it: loaded and shown, but no copy is made of it. */
static void names_that_are_too_long_are_not_copied(void **state)
{
        char wide[2 * HIVE_MAX_KEY_NAME + 1] = "";
        ow_hive *h, *to, *fresh = NULL;
        struct hive_node node;
        ow_key top, key;
        ow_le16 flags;

        for (size_t i = 0; i < HIVE_MAX_KEY_NAME; i++)
                memcpy(wide + 2 * i, "\xc4\x80", 3);
        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_new(5, "root", NULL, 0, &to, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "top", &top, NULL, &err));
        assert_ok(ow_hive_create_key(h, top, wide, &key, NULL, &err));
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        flags = ow_le16_of(node.flags | OW_KEY_LATIN1);
        hive_cell_write(h, node.cell, node.body_len, 2, &flags, sizeof flags);
        assert_fails(OW_E_CORRUPT, ow_hive_compact(h, &fresh, &err));
        assert_fails(OW_E_CORRUPT, ow_hive_copy_key(h, top, to, ow_hive_root(to), NULL, NULL, &err));
        assert_fails(OW_E_CORRUPT, ow_hive_copy_key(h, key, to, ow_hive_root(to), NULL, NULL, &err));
        assert_int_equal(check_hive(to).keys, 1);
        /* Another name makes it sound. */
        assert_ok(ow_hive_rename_key(h, key, "short", &key, &err));
        assert_ok(ow_hive_compact(h, &fresh, &err));
        assert_int_equal(check_hive(fresh).faults, 0);
        ow_hive_close(fresh);
        ow_hive_close(to);
        ow_hive_close(h);
}

/* What was a spare byte in the old version does not become bits that say who was there. */
static void spare_bytes_do_not_become_access_bits(void **state)
{
        static const uint32_t minors[][2] = { { 3, 5 }, { 3, 3 }, { 5, 5 } };

        for (size_t i = 0; i < OW_COUNT(minors); i++) {
                ow_hive *from, *to;
                struct hive_node node;
                ow_key key;

                assert_ok(ow_hive_new(minors[i][0], "root", NULL, 0, &from, &err));
                assert_ok(ow_hive_new(minors[i][1], "root", NULL, 0, &to, &err));
                assert_ok(ow_hive_create_key(from, ow_hive_root(from), "key", &key, NULL, &err));
                assert_ok(hive_node_decode(from, key.cell, &node, &err));
                hive_cell_write(from, node.cell, node.body_len, 0x0c, "\xcd", 1);
                assert_ok(ow_hive_copy_key(from, key, to, ow_hive_root(to), NULL, &key, &err));
                assert_ok(hive_node_decode(to, key.cell, &node, &err));
                assert_int_equal(node.access, minors[i][0] == minors[i][1] ? 0xcd : 0);
                ow_hive_close(from);
                ow_hive_close(to);
        }
}

static void set_flags(ow_hive *h, const char *path, uint16_t flags)
{
        struct hive_node node;
        ow_le16 value = ow_le16_of(flags);

        assert_ok(hive_node_decode(h, child_of(h, path).cell, &node, &err));
        hive_cell_write(h, node.cell, node.body_len, 2, &value, sizeof value);
}

/* Compaction keeps what may not be edited; copying one key does not touch it. */
static void special_keys_are_kept_whole(void **state)
{
        struct hive_node node;
        ow_hive *h, *fresh = NULL;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "top\\handle", &key, NULL, &err));
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        node.n_values = 0x80000002u;
        node.n_volatile = 7;
        hive_node_store(h, &node);
        set_flags(h, "top\\handle", OW_KEY_LATIN1 | OW_KEY_PREDEFINED);
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "link", &key, NULL, &err));
        assert_ok(ow_hive_set_value(h, key, "SymbolicLinkValue", OW_REG_LINK, "\\\0y\0", 4, &err));
        set_flags(h, "link", OW_KEY_LATIN1 | OW_KEY_LINK | 0x1000);
        assert_ok(ow_hive_compact(h, &fresh, &err));
        assert_ok(hive_node_decode(fresh, child_of(fresh, "top\\handle").cell, &node, &err));
        assert_int_equal(node.flags, OW_KEY_LATIN1 | OW_KEY_PREDEFINED);
        assert_int_equal(node.n_values, 0x80000002u);
        assert_int_equal(node.n_volatile, 7);
        assert_ok(hive_node_decode(fresh, child_of(fresh, "link").cell, &node, &err));
        assert_int_equal(node.flags, OW_KEY_LATIN1 | OW_KEY_LINK | 0x1000);
        assert_int_equal(check_hive(fresh).faults, 0);
        ow_hive_close(fresh);
        assert_fails(OW_E_REFUSED, ow_hive_copy_key(h, child_of(h, "top"), h, ow_hive_root(h), "copy", NULL, &err));
        assert_fails(OW_E_REFUSED, ow_hive_rename_key(h, child_of(h, "link"), "other", NULL, &err));
        assert_ok(ow_hive_copy_key(h, child_of(h, "link"), h, ow_hive_root(h), "link 2", &key, &err));
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        assert_int_equal(node.flags, OW_KEY_LATIN1 | OW_KEY_LINK | 0x1000);
        hive_cell_write(h, key.cell, node.body_len, 0x0d, "\1", 1);
        assert_fails(OW_E_REFUSED, ow_hive_compact(h, &fresh, &err));
        ow_hive_close(h);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(copies_between_versions_are_equal),
                cmocka_unit_test(copies_that_cannot_be_leave_the_hive_alone),
                cmocka_unit_test(compaction_loses_nothing),
                cmocka_unit_test(lists_out_of_order_are_copied_in_order),
                cmocka_unit_test(damaged_hives_are_not_compacted),
                cmocka_unit_test(names_that_are_too_long_are_not_copied),
                cmocka_unit_test(spare_bytes_do_not_become_access_bits),
                cmocka_unit_test(special_keys_are_kept_whole),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
