/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and values as `offwin reg` shows them, from a real hive made in memory. */
#include "test.h"

#include <jansson.h>

#include <offwin/hive.h>
#include <offwin/report.h>

#include "base/le.h"
#include "base/macros.h"
#include "hive-common.h"

enum { BASE = 4096, NODE_FLAGS = 4 + 2, NODE_LAYER = 4 + 0x0d };

static uint8_t text_data[] = { 'h', 0, 'i', 0, 0x1b, 0, 0, 0 };
static uint8_t strings[] = { 'a', 0, 0, 0, 'b', 0, 'c', 0, 0, 0, 0, 0 };
static uint8_t number[] = { 0x2a, 0, 0, 0 };
static uint8_t large[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static ow_hive *make_hive(ow_regkey *ret)
{
        ow_hive *hive = NULL;
        ow_key key, sub;

        assert_ok(ow_hive_new(5, "SOFTWARE", NULL, 0, &hive, &err));
        assert_ok(ow_hive_create_key(hive, ow_hive_root(hive), "Vendor", &key, NULL, &err));
        assert_ok(ow_hive_create_key(hive, key, "Sub", &sub, NULL, &err));
        assert_ok(ow_hive_set_value(hive, key, "", OW_REG_SZ, text_data, sizeof text_data, &err));
        assert_ok(ow_hive_set_value(hive, key, "Number", OW_REG_DWORD, number, sizeof number, &err));
        assert_ok(ow_hive_set_value(hive, key, "Odd", 0x1234, number, 2, &err));
        *ret = (ow_regkey){ hive, key };
        return hive;
}

static void a_key_lists_its_values_then_its_subkeys(void **state)
{
        char *text = NULL;
        ow_regkey at;
        ow_hive *hive = make_hive(&at);

        assert_ok(ow_report_key(at, "HKLM\\SOFTWARE\\Vendor", NULL, &text, &err));
        assert_non_null(strstr(text, "[HKLM\\SOFTWARE\\Vendor]\n  @       REG_SZ        "));
        assert_non_null(strstr(text, "\n  Number  REG_DWORD     "));
        assert_non_null(strstr(text, "\n  Odd     0x1234        "));
        assert_string_equal(text + strlen(text) - 7, "  Sub\\\n");
        assert_null(strchr(text, 033));
        ow_text_free(text);
        ow_hive_close(hive);
}

static void the_default_value_looks_like_no_other(void **state)
{
        ow_reg_match match = { .what = OW_REG_FIND_NAMES, .path = "K", .name = "@", .type = OW_REG_SZ };
        char *text = NULL;
        ow_regkey at;
        ow_hive *hive = make_hive(&at);

        assert_ok(ow_hive_set_value(hive, at.key, "@", OW_REG_SZ, NULL, 0, &err));
        assert_ok(ow_hive_set_value(hive, at.key, "\"@\"", OW_REG_SZ, NULL, 0, &err));
        assert_ok(ow_report_key(at, "K", NULL, &text, &err));
        assert_non_null(strstr(text, "[K]\n  @       REG_SZ "));
        assert_non_null(strstr(text, "\n  \"@\"     REG_SZ "));
        assert_non_null(strstr(text, "\n  \"\"@\"\"   REG_SZ "));
        ow_text_free(text);
        assert_ok(ow_report_match(&match, true, NULL, &text, &err));
        assert_string_equal(text, "  \"@\"  REG_SZ  \"\"\n");
        ow_text_free(text);
        match.name = "";
        assert_ok(ow_report_match(&match, true, NULL, &text, &err));
        assert_string_equal(text, "  @  REG_SZ  \"\"\n");
        ow_text_free(text);
        ow_hive_close(hive);
}

static void a_long_type_leaves_a_blank_before_the_data(void **state)
{
        ow_report_options as_long = { .verbose = true };
        char *text = NULL;
        ow_regkey at;
        ow_hive *hive = make_hive(&at);

        assert_ok(ow_hive_set_value(hive, at.key, "Big", OW_REG_DWORD_BIG_ENDIAN, number, sizeof number, &err));
        assert_ok(ow_report_key(at, "HKLM\\SOFTWARE\\Vendor", NULL, &text, &err));
        assert_non_null(strstr(text, "\n  Big     REG_DWORD_BIG_ENDIAN 704643072 (0x2a000000)\n"));
        assert_non_null(strstr(text, "\n  Number  REG_DWORD     42 (0x0000002a)\n"));
        ow_text_free(text);
        assert_ok(ow_report_key(at, "HKLM\\SOFTWARE\\Vendor", &as_long, &text, &err));
        assert_non_null(strstr(text, "\n  Big     REG_DWORD_BIG_ENDIAN        4  704643072 (0x2a000000)\n"));
        ow_text_free(text);
        ow_hive_close(hive);
}

static void a_key_as_json(void **state)
{
        ow_report_options options = { .format = OW_REPORT_JSON };
        char *text = NULL;
        ow_regkey at;
        ow_hive *hive = make_hive(&at);
        const char *path, *value, *sub;
        json_t *root;

        assert_ok(ow_report_key(at, "HKLM\\SOFTWARE\\Vendor", &options, &text, &err));
        root = json_loads(text, 0, NULL);
        assert_int_equal(json_unpack(root, "{s:s, s:[{s:s}], s:[s]}", "path", &path, "values", "value", &value,
                                     "subkeys", &sub), 0);
        assert_string_equal(value, "hi\033");
        assert_string_equal(sub, "Sub");
        assert_int_equal(json_array_size(json_object_get(root, "values")), 3);
        json_decref(root);
        ow_text_free(text);
        ow_hive_close(hive);
}

/* A hive that lies in memory, for what only Windows sets. */
struct odd {
        struct memory file;
        ow_source source;
        ow_regkey at;                   /* "Vendor" of make_hive() */
};

static void make_odd(struct odd *odd, uint16_t flags, uint8_t layer)
{
        ow_hive *hive = make_hive(&odd->at);
        ow_sink sink = memory_sink(&odd->file);
        uint8_t *node;

        assert_ok(ow_hive_save(hive, 1, &sink, &err));
        ow_hive_close(hive);
        node = odd->file.p + BASE + odd->at.key.cell;
        ow_le16_put(node + NODE_FLAGS, (uint16_t)(ow_le16_at(node + NODE_FLAGS) | flags));
        node[NODE_LAYER] = layer;
        odd->source = memory_source(&odd->file);
        assert_ok(ow_hive_load(&odd->source, NULL, 0, 0, &odd->at.hive, &err));
}

static void odd_done(struct odd *odd)
{
        ow_hive_close(odd->at.hive);
        memory_done(&odd->file);
}

static void keys_of_other_kinds_are_told(void **state)
{
        static const uint8_t target[] = "\\\0R";
        static const struct {
                const char *member, *field, *mark;
                uint16_t flags;
                uint8_t layer;
        } cases[] = {
                { NULL, "  Written  ", NULL, 0, 0 },
                { "link", "Link to  \\R\n", ", link\n", OW_KEY_LINK, 0 },
                { "layered", "Layered  ", ", layered\n", 0, 0x83 },
                { "predefined", "Handle   ", ", predefined handle\n", OW_KEY_PREDEFINED, 0 },
        };
        static const char *const members[] = { "link", "layered", "predefined" };
        ow_report_options as_json = { .format = OW_REPORT_JSON }, as_long = { .verbose = true };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct odd odd = { 0 };
                ow_hive *hive;
                char *text = NULL;
                json_t *root;

                make_odd(&odd, cases[i].flags, cases[i].layer);
                hive = odd.at.hive;
                if (cases[i].flags & OW_KEY_LINK)
                        assert_ok(ow_hive_set_value(hive, odd.at.key, "SymbolicLinkValue", OW_REG_LINK, target, 4,
                                                    &err));
                assert_ok(ow_report_key(odd.at, "HKLM\\SOFTWARE\\Vendor", &as_long, &text, &err));
                assert_non_null(strstr(text, cases[i].field));
                ow_text_free(text);
                assert_ok(ow_report_key((ow_regkey){ hive, ow_hive_root(hive) }, "HKLM\\SOFTWARE", &as_long, &text,
                                        &err));
                assert_true(!cases[i].mark || strstr(text, cases[i].mark));
                ow_text_free(text);
                assert_ok(ow_report_key(odd.at, "HKLM\\SOFTWARE\\Vendor", &as_json, &text, &err));
                root = json_loads(text, 0, NULL);
                for (size_t m = 0; m < OW_COUNT(members); m++) {
                        const json_t *told = json_object_get(root, members[m]);

                        assert_true(json_is_boolean(told));
                        assert_int_equal(json_is_true(told), cases[i].member && !strcmp(cases[i].member, members[m]));
                }
                assert_int_equal(json_is_null(json_object_get(root, "link_target")), !(cases[i].flags & OW_KEY_LINK));
                json_decref(root);
                ow_text_free(text);
                odd_done(&odd);
        }
}

static void a_link_without_a_target_is_named(void **state)
{
        ow_report_options as_json = { .format = OW_REPORT_JSON }, as_long = { .verbose = true };
        struct odd odd = { 0 };
        char *text = NULL;
        json_t *root;

        make_odd(&odd, OW_KEY_LINK, 0);
        assert_ok(ow_report_key(odd.at, "HKLM\\SOFTWARE\\Vendor", &as_long, &text, &err));
        assert_non_null(strstr(text, "  Link to  "));
        ow_text_free(text);
        assert_ok(ow_report_key(odd.at, "HKLM\\SOFTWARE\\Vendor", &as_json, &text, &err));
        root = json_loads(text, 0, NULL);
        assert_true(json_is_true(json_object_get(root, "link")));
        assert_int_equal(json_array_size(json_object_get(root, "problems")), 1);
        json_decref(root);
        ow_text_free(text);
        odd_done(&odd);
}

static void one_value_is_only_its_data(void **state)
{
        static const struct { uint32_t type; const void *data; size_t size; const char *want; } cases[] = {
                { OW_REG_SZ, text_data, sizeof text_data, "hi\\x1b\n" },
                { OW_REG_MULTI_SZ, strings, sizeof strings, "a\nbc\n" },
                { OW_REG_MULTI_SZ, strings, 2, "a\n" },
                { OW_REG_MULTI_SZ, NULL, 0, "" },
                { OW_REG_MULTI_SZ, "\0", 2, "" },
                { OW_REG_MULTI_SZ, "\0\0a\0\0\0\0\0b\0\0\0\0\0\0", 16, "\na\n\nb\n\n" },
                { OW_REG_SZ, "\0\0a\0\0\0\0\0b\0\0\0\0", 14, "\\x00a\\x00\\x00b\n" },
                { OW_REG_DWORD, number, 4, "42\n" },
                { OW_REG_DWORD, number, 3, "2a0000\n" },         /* not four bytes: shown as it is */
                { OW_REG_DWORD_BIG_ENDIAN, number, 4, "704643072\n" },
                { OW_REG_DWORD_BIG_ENDIAN, number, 2, "2a00\n" },
                { OW_REG_QWORD, large, 8, "18446744073709551615\n" },
                { OW_REG_SZ, text_data, 3, "680069\n" },         /* half a character: shown as it is */
                { OW_REG_BINARY, number, 2, "2a00\n" },
                { OW_REG_NONE, NULL, 0, "\n" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                char *text = NULL;

                assert_ok(ow_report_value("HKLM\\X", "n", cases[i].type, cases[i].data, cases[i].size, NULL, &text,
                                          &err));
                assert_string_equal(text, cases[i].want);
                ow_text_free(text);
        }
}

static void a_big_endian_number_is_a_number_in_json(void **state)
{
        ow_report_options options = { .format = OW_REPORT_JSON };
        char *text = NULL;
        json_t *root;

        assert_ok(ow_report_value("HKLM\\X", "n", OW_REG_DWORD_BIG_ENDIAN, number, 4, &options, &text, &err));
        root = json_loads(text, 0, NULL);
        assert_int_equal(json_integer_value(json_object_get(root, "value")), 0x2a000000);
        json_decref(root);
        ow_text_free(text);
}

static void numbers_beyond_json_become_text(void **state)
{
        ow_report_options options = { .format = OW_REPORT_JSON };
        char *text = NULL;
        const char *value, *hex;
        json_t *root;

        assert_ok(ow_report_value("HKLM\\X", "n", OW_REG_QWORD, large, 8, &options, &text, &err));
        root = json_loads(text, 0, NULL);
        assert_int_equal(json_unpack(root, "{s:s, s:s}", "value", &value, "hex", &hex), 0);
        assert_string_equal(value, "18446744073709551615");
        assert_string_equal(hex, "ffffffffffffffff");
        json_decref(root);
        ow_text_free(text);
}

/* reports data as JSON, and its "value"; *ret_root holds it. */
static const json_t *json_value(uint32_t type, const void *data, size_t size, json_t **ret_root, char **ret_text)
{
        ow_report_options options = { .format = OW_REPORT_JSON };

        assert_ok(ow_report_value("HKLM\\X", "n", type, data, size, &options, ret_text, &err));
        *ret_root = json_loads(*ret_text, JSON_ALLOW_NUL, NULL);
        assert_non_null(*ret_root);
        return json_object_get(*ret_root, "value");
}

static void json_has_all_strings_and_all_of_each(void **state)
{
        static const char *const all[] = { "", "a", "", "b", "" };
        char *text = NULL;
        json_t *root;
        const json_t *value = json_value(OW_REG_MULTI_SZ, "\0\0a\0\0\0\0\0b\0\0\0\0\0\0", 16, &root, &text);

        assert_int_equal(json_array_size(value), OW_COUNT(all));
        for (size_t i = 0; i < OW_COUNT(all); i++)
                assert_string_equal(json_string_value(json_array_get(value, i)), all[i]);
        json_decref(root);
        ow_text_free(text);
        value = json_value(OW_REG_SZ, "a\0\0\0b\0\0\0\0", 10, &root, &text);
        assert_int_equal(json_string_length(value), 3);
        assert_memory_equal(json_string_value(value), "a\0b", 3);
        json_decref(root);
        ow_text_free(text);
}

static void json_has_nothing_for_a_terminal(void **state)
{
        static const char hostile[] = "\x9b\0\x2e\x20\x7f\0\xad\0\x40\xdb\x01\xdc\xe9\0";
        char *text = NULL;
        json_t *root;
        const json_t *value = json_value(OW_REG_SZ, hostile, 14, &root, &text);

        assert_non_null(strstr(text, "\"\\u009b\\u202e\\u007f\\u00ad\\udb40\\udc01\xc3\xa9\""));
        assert_string_equal(json_string_value(value), "\xc2\x9b\xe2\x80\xae\x7f\xc2\xad\xf3\xa0\x80\x81\xc3\xa9");
        json_decref(root);
        ow_text_free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_key_lists_its_values_then_its_subkeys),
                cmocka_unit_test(the_default_value_looks_like_no_other),
                cmocka_unit_test(a_long_type_leaves_a_blank_before_the_data),
                cmocka_unit_test(a_key_as_json),
                cmocka_unit_test(keys_of_other_kinds_are_told),
                cmocka_unit_test(a_link_without_a_target_is_named),
                cmocka_unit_test(one_value_is_only_its_data),
                cmocka_unit_test(a_big_endian_number_is_a_number_in_json),
                cmocka_unit_test(json_has_all_strings_and_all_of_each),
                cmocka_unit_test(json_has_nothing_for_a_terminal),
                cmocka_unit_test(numbers_beyond_json_become_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
