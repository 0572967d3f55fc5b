/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names as they lie in a hive: text, order, hash and look-up beyond ASCII; kinds of keys that need care. */
#include "base/le.h"
#include "base/macros.h"
#include "base/upcase.h"
#include "hive-common.h"
#include "hive/hive.h"

enum { BASE = 4096, NODE_FLAGS = 4 + 2, NODE_LAYER = 4 + 0x0d, NODE_N_VALUES = 4 + 0x24 };

#define NAME(text, latin1) { (const uint8_t *)(text), sizeof(text) - 1, (latin1) }

static void names_become_utf8_and_are_cut_between_characters(void **state)
{
        static const struct {
                ow_hive_name name;
                size_t room;
                const char *want;
                size_t all;
        } cases[] = {
                { NAME("", true), 8, "", 0 },
                { NAME("plain", true), 8, "plain", 5 },
                { NAME("plain", true), 6, "plain", 5 },
                { NAME("plain", true), 5, "plai", 5 },
                { NAME("plain", true), 1, "", 5 },
                { NAME("longer than a word", true), 32, "longer than a word", 18 },
                { NAME("longer \xe9t\xe9 again", true), 32, "longer \xc3\xa9t\xc3\xa9 again", 18 },
                { NAME("\xe9", true), 3, "\xc3\xa9", 2 },
                { NAME("\xe9z", true), 2, "", 3 },
                { NAME("\xc4\x00\xe5\x65", false), 8, "\xc3\x84\xe6\x97\xa5", 5 },
                { NAME("\xc4\x00\xe5\x65", false), 5, "\xc3\x84", 5 },
                { NAME("\x3d\xd8\x00\xde", false), 8, "\xf0\x9f\x98\x80", 4 },
                { NAME("\x3d\xd8\x41\x00", false), 8, "\xed\xa0\xbd" "A", 4 },
                { NAME("\x3d\xd8", false), 8, "\xed\xa0\xbd", 3 },
                { NAME("a\0", false), 8, "a", 1 },
                { NAME("zero\0key", true), 16, "zero\xc0\x80key", 9 },
                { NAME("zero\0key, and more", true), 32, "zero\xc0\x80key, and more", 19 },
                { NAME("zero\0key", true), 6, "zero", 9 },
                { NAME("\0\0\xe5\x65", false), 8, "\xc0\x80\xe6\x97\xa5", 5 },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                char text[40];

                memset(text, 'x', sizeof text);
                assert_int_equal(ow_hive_name_utf8(&cases[i].name, text, cases[i].room), cases[i].all);
                assert_string_equal(text, cases[i].want);
                assert_true(text[cases[i].room] == 'x');
                assert_int_equal(ow_hive_name_utf8(&cases[i].name, NULL, 0), cases[i].all);
        }
}

/* Windows keeps names by their length; what hides keys from its own tools has a NUL in them. */
static void a_nul_is_part_of_a_name(void **state)
{
        static const char *const names[] = { "a\xc0\x80" "b", "a", "\xc0\x80", "\xe6\x97\xa5\xc0\x80" "b" };
        struct hive_node node;
        ow_value_info value;
        ow_key_info info;
        ow_value at;
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), names[i], &key, NULL, &err));
                assert_ok(ow_hive_set_value(h, key, names[i], OW_REG_BINARY, "x", 1, &err));
        }
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), names[i], &key, NULL), 1);
                assert_ok(ow_hive_key_info(h, key, &info, &err));
                assert_string_equal(info.name, names[i]);
                ow_key_info_done(&info);
                assert_int_equal(ow_hive_find_value(h, key, names[i], &at, NULL), 1);
                assert_ok(ow_hive_value_info(h, at, &value, &err));
                assert_string_equal(value.name, names[i]);
                ow_value_info_done(&value);
        }
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "A\xc0\x80" "B", &key, NULL), 1);
        assert_ok(hive_node_decode(h, key.cell, &node, &err));
        assert_true(ow_view_equal(node.name, (ow_view){ (const uint8_t *)"a\0b", 3 }));
        assert_ok(ow_hive_delete_key(h, key, &err));
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), names[0], &key, NULL), 0);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "a", &key, NULL), 1);
        ow_hive_close(h);
}

static void the_name_of_a_new_hive_is_cut_well(void **state)
{
        static const struct { const char *name, *want; } all[] = {
                { "0123456789012345678901234567890123456789\xe6\x97\xa5", "0123456789012345678901234567890" },
                { "012345678901234567890123456789\xf0\x9f\x98\x80", "012345678901234567890123456789" },
        };
        ow_hive *h = NULL;

        for (size_t i = 0; i < OW_COUNT(all); i++) {
                struct hive_node root;
                ow_key_info info;

                assert_ok(ow_hive_new(5, all[i].name, NULL, 0, &h, &err));
                assert_ok(ow_hive_key_info(h, ow_hive_root(h), &info, &err));
                assert_string_equal(info.name, all[i].want);
                ow_key_info_done(&info);
                assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
                assert_true(hive_node_latin1(&root));
                ow_hive_close(h);
        }
        assert_fails(OW_E_INVAL, ow_hive_new(5, "a\\b", NULL, 0, &h, &err));
}

static void names_are_ordered_by_upper_case_units(void **state)
{
        static const ow_hive_name ordered[] = {
                NAME("", true),
                NAME("A", true),
                NAME("a1", true),
                NAME("AB", true),
                NAME("_", true),                /* after Z, before what is beyond ASCII */
                NAME("\xb5", true),             /* the micro sign stays itself */
                NAME("\xe4", true),             /* as U+00C4 */
                NAME("\xf7", true),             /* divided by: no letter */
                NAME("\xff", true),             /* as U+0178 */
                NAME("\x3c\x04", false),        /* Cyrillic, as U+041C */
                NAME("\xe5\x65", false),
                NAME("\x3d\xd8\x00\xde", false),
                NAME("\xff\xff", false),
        };

        for (size_t i = 0; i < OW_COUNT(ordered); i++)
                for (size_t j = 0; j < OW_COUNT(ordered); j++) {
                        int order = ow_hive_name_compare(&ordered[i], &ordered[j]);

                        assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
                }
        assert_int_equal(ow_hive_name_compare(&(ow_hive_name)NAME("\xe4z", true),
                                              &(ow_hive_name)NAME("\xc4\0Z\0", false)), 0);
}

/* One unit to one unit; and the few places where the table is not simply Unicode's. */
static void upper_case_is_that_of_nt(void **state)
{
        static const struct {
                uint16_t unit, upper;
        } cases[] = {
                { 'a', 'A' }, { 'z', 'Z' }, { '[', '[' }, { '{', '{' },
                { 0xb5, 0xb5 }, { 0xdf, 0xdf }, { 0xe0, 0xc0 }, { 0xf7, 0xf7 }, { 0xfe, 0xde }, { 0xff, 0x178 },
                { 0x131, 0x131 }, { 0x17f, 0x17f }, { 0x130, 0x130 }, { 0x1c5, 0x1c5 }, { 0x1c6, 0x1c4 },
                { 0x3b1, 0x391 }, { 0x3c2, 0x3c2 }, { 0x3c3, 0x3a3 }, { 0x1f80, 0x1f88 }, { 0x10d0, 0x10d0 },
                { 0x430, 0x410 }, { 0x450, 0x400 }, { 0x561, 0x531 },
                { 0x1e9e, 0x1e9e }, { 0x24d0, 0x24b6 }, { 0xff41, 0xff21 }, { 0xd83d, 0xd83d }, { 0xffff, 0xffff },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++)
                assert_int_equal(ow_upcase(cases[i].unit), cases[i].upper);
        for (uint32_t unit = 0; unit < 0x10000; unit++) {
                uint16_t upper = ow_upcase((uint16_t)unit);

                assert_int_equal(ow_upcase(upper), upper);
                if (unit >= 0x80)
                        assert_true(upper >= 0x80);
        }
}

static uint32_t hash_of(const char *utf8)
{
        HIVE_AUTO_NAME name = { 0 };

        assert_ok(hive_name_init(&name, utf8, strlen(utf8), 255, &err));
        return name.hash;
}

static void hashes_are_those_of_the_upper_case_name(void **state)
{
        assert_int_equal(hash_of(""), 0);
        assert_int_equal(hash_of("a"), 0x41);
        assert_int_equal(hash_of("Ab"), 0x41 * 37 + 0x42);
        assert_int_equal(hash_of("\xc3\xa4"), 0xc4);
        assert_int_equal(hash_of("\xc3\xbf"), 0x178);
        assert_int_equal(hash_of("\xd0\xbc" "x"), 0x41c * 37 + 0x58);
        assert_int_equal(hash_of("\xf0\x9f\x98\x80"), 0xd83du * 37 + 0xde00);
        assert_int_equal(hash_of("software"), hash_of("SOFTWARE"));
}

/* Another writer's hash of a name beyond ASCII may be another one; the key is found all the same. */
static void keys_beyond_ascii_are_found_whatever_their_hash_says(void **state)
{
        static const char *const names[] = { "\xc3\xa4pfel", "\xc2\xb5Torrent", "\xc3\xbf", "\xd0\xbc\xd0\xb8\xd1\x80",
                                             "\xe6\x97\xa5\xe6\x9c\xac", "plain", "\xc4\xb1stanbul" };
        struct memory file = { 0 };
        ow_sink sink = memory_sink(&file);
        struct hive_list list;
        struct hive_node root;
        ow_source source;
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (size_t i = 0; i < OW_COUNT(names); i++)
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), names[i], &key, NULL, &err));
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "\xc3\x84PFEL", &key, NULL), 1);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "\xd0\x9c\xd0\x98\xd0\xa0", &key, NULL), 1);
        assert_int_equal(ow_hive_find(h, ow_hive_root(h), "Istanbul", &key, NULL), 0);
        assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
        assert_ok(hive_list_decode(h, root.subkeys, &list, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        for (uint32_t i = 0; i < list.count; i++) {
                struct hive_node node;

                assert_ok(hive_node_decode(h, hive_list_cell(&list, i), &node, &err));
                if (!(node.name.p[0] == 'p' && hive_node_latin1(&node)))
                        ow_le32_put(file.p + BASE + root.subkeys + 8 + 8 * i + 4, 0x12345678);
        }
        ow_hive_close(h);
        source = memory_source(&file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        for (size_t i = 0; i < OW_COUNT(names); i++)
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), names[i], &key, NULL), 1);
        ow_hive_close(h);
        memory_done(&file);
}

/* The UTF-8 of number, in letters of an alphabet that has capitals. */
static void cyrillic(char ret[16], unsigned number)
{
        for (unsigned i = 0; i < 5; i++, number /= 16) {
                ret[2 * i] = '\xd0';
                ret[2 * i + 1] = (char)(0xb0 + number % 16);
        }
        ret[10] = '\0';
}

/*
 * Names beyond ASCII in a list of many leaves: what is absent is looked for in its place once the list is known to be
 * in order, and everywhere in one of a writer who sorts otherwise.
 */
static void lists_in_another_order_are_gone_through(void **state)
{
        enum { MANY = 9000 };
        struct hive_list ri, first, last;
        struct hive_node root;
        char name[16];
        ow_hive *h;
        ow_key key;

        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        for (unsigned i = 0; i < MANY; i++) {
                cyrillic(name, i * 7919u % MANY);
                assert_ok(ow_hive_create_key(h, ow_hive_root(h), name, &key, NULL, &err));
        }
        for (unsigned i = 0; i < MANY + 100; i++) {
                cyrillic(name, i);
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &key, NULL), i < MANY);
        }
        assert_ok(hive_node_decode(h, ow_hive_root(h).cell, &root, &err));
        assert_int_equal(root.n_subkeys, MANY);
        assert_ok(hive_list_decode(h, root.subkeys, &ri, &err));
        assert_true(ri.count > 8);
        assert_int_equal(hive_map_get(&h->orders, ri.cell), 9);
        /* The first and the last leaf change places. */
        assert_ok(hive_list_decode(h, hive_list_cell(&ri, 0), &first, &err));
        assert_ok(hive_list_decode(h, hive_list_cell(&ri, ri.count - 1), &last, &err));
        hive_cell_write(h, ri.cell, ri.body.len, HIVE_LIST_HEAD, ow_le32_of(last.cell).b, 4);
        hive_cell_write(h, ri.cell, ri.body.len, HIVE_LIST_HEAD + 4 * (size_t)(ri.count - 1),
                        ow_le32_of(first.cell).b, 4);
        hive_find_forget(h);
        for (unsigned i = 0; i < MANY + 100; i++) {
                cyrillic(name, i);
                assert_int_equal(ow_hive_find(h, ow_hive_root(h), name, &key, NULL), i < MANY);
        }
        assert_int_equal(hive_map_get(&h->orders, ri.cell), 10);
        ow_hive_close(h);
}

/* A hive with the key "k" of three values; its node is changed in the file before it is loaded again. */
static ow_hive *changed_hive(struct memory *file, uint16_t flags, uint8_t layer, ow_key *ret_key)
{
        static const uint8_t target[] = "\\\0R\0\xe4\0";
        ow_sink sink = memory_sink(file);
        ow_source source;
        uint8_t *node;
        ow_hive *h;

        memory_done(file);
        assert_ok(ow_hive_new(5, "root", NULL, 0, &h, &err));
        assert_ok(ow_hive_create_key(h, ow_hive_root(h), "k", ret_key, NULL, &err));
        assert_ok(ow_hive_set_value(h, *ret_key, "SymbolicLinkValue", OW_REG_LINK, target, 6, &err));
        assert_ok(ow_hive_set_value(h, *ret_key, "b", OW_REG_DWORD, "1234", 4, &err));
        assert_ok(ow_hive_save(h, 1, &sink, &err));
        ow_hive_close(h);
        node = file->p + BASE + ret_key->cell;
        ow_le16_put(node + NODE_FLAGS, (uint16_t)(ow_le16_at(node + NODE_FLAGS) | flags));
        node[NODE_LAYER] = layer;
        if (flags & OW_KEY_PREDEFINED)
                ow_le32_put(node + NODE_N_VALUES, 0x80000002);
        source = memory_source(file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        return h;
}

static void links_show_their_target(void **state)
{
        struct memory file = { 0 };
        ow_key key;
        ow_hive *h = changed_hive(&file, 0, 0, &key);
        char *target = NULL;

        assert_int_equal(ow_hive_link_target(h, key, &target, NULL), 0);
        ow_hive_close(h);
        h = changed_hive(&file, OW_KEY_LINK, 0, &key);
        assert_int_equal(ow_hive_link_target(h, key, &target, NULL), 1);
        assert_string_equal(target, "\\R\xc3\xa4");
        ow_text_free(target);
        assert_ok(ow_hive_set_value(h, key, "SymbolicLinkValue", OW_REG_SZ, "x", 2, &err));
        assert_fails(OW_E_CORRUPT, ow_hive_link_target(h, key, &target, &err));
        assert_int_equal(ow_hive_delete_value(h, key, "SymbolicLinkValue", NULL), 1);
        assert_fails(OW_E_CORRUPT, ow_hive_link_target(h, key, &target, &err));
        ow_hive_close(h);
        memory_done(&file);
}

static void predefined_and_layered_keys_are_shown_with_care(void **state)
{
        struct memory file = { 0 };
        struct walk_result all;
        ow_key_info info;
        ow_value value;
        ow_key key;
        ow_hive *h = changed_hive(&file, OW_KEY_PREDEFINED, 0, &key);

        assert_ok(ow_hive_key_info(h, key, &info, &err));
        assert_int_equal(info.n_values, 0);
        assert_true(info.flags & OW_KEY_PREDEFINED);
        ow_key_info_done(&info);
        assert_int_equal(ow_hive_find_value(h, key, "b", &value, NULL), 0);
        all = walk_all(h);
        assert_int_equal(all.values + all.errors, 0);
        ow_hive_close(h);

        h = changed_hive(&file, 0, 0x83, &key);
        assert_ok(ow_hive_key_info(h, key, &info, &err));
        assert_int_equal(info.layer, 0x83);
        ow_key_info_done(&info);
        assert_int_equal(ow_hive_find_value(h, key, "b", &value, NULL), 1);
        assert_fails(OW_E_REFUSED, ow_hive_set_value(h, key, "b", OW_REG_SZ, "x", 2, &err));
        ow_hive_close(h);
        memory_done(&file);
}

/* Bytes after the last bin, such as the old end of a hive that became shorter, mean nothing. */
static void what_follows_the_last_bin_is_left_alone(void **state)
{
        struct memory file = { 0 };
        ow_key key;
        ow_hive *h = changed_hive(&file, 0, 0, &key);
        struct walk_result before = walk_all(h), after;
        ow_source source;
        ow_hive_info info;
        size_t size = file.size;

        ow_hive_close(h);
        assert_ok(memory_set_size(&file, size + 10000, &err));
        for (size_t i = size; i < file.size; i++)
                file.p[i] = file.p[BASE + (i - size) % 4096];
        source = memory_source(&file);
        assert_ok(ow_hive_load(&source, NULL, 0, 0, &h, &err));
        ow_hive_info_get(h, &info);
        assert_false(info.truncated);
        assert_int_equal(info.bins_size, size - BASE);
        after = walk_all(h);
        assert_int_equal(after.keys, before.keys);
        assert_int_equal(after.bytes, before.bytes);
        assert_int_equal(after.errors, 0);
        ow_hive_close(h);
        memory_done(&file);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_become_utf8_and_are_cut_between_characters),
                cmocka_unit_test(a_nul_is_part_of_a_name),
                cmocka_unit_test(the_name_of_a_new_hive_is_cut_well),
                cmocka_unit_test(names_are_ordered_by_upper_case_units),
                cmocka_unit_test(upper_case_is_that_of_nt),
                cmocka_unit_test(hashes_are_those_of_the_upper_case_name),
                cmocka_unit_test(keys_beyond_ascii_are_found_whatever_their_hash_says),
                cmocka_unit_test(lists_in_another_order_are_gone_through),
                cmocka_unit_test(links_show_their_target),
                cmocka_unit_test(predefined_and_layered_keys_are_shown_with_care),
                cmocka_unit_test(what_follows_the_last_bin_is_left_alone),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
