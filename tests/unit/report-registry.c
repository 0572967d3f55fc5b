/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys and values as `offwin reg` shows them, from a real hive made in memory. */
#include "test.h"

#include <jansson.h>

#include <offwin/hive.h>
#include <offwin/report.h>

#include "base/macros.h"

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

static void one_value_is_only_its_data(void **state)
{
        static const struct { uint32_t type; const void *data; size_t size; const char *want; } cases[] = {
                { OW_REG_SZ, text_data, sizeof text_data, "hi\\x1b\n" },
                { OW_REG_MULTI_SZ, strings, sizeof strings, "a\nbc\n" },
                { OW_REG_MULTI_SZ, strings, 2, "a\n" },
                { OW_REG_MULTI_SZ, NULL, 0, "" },
                { OW_REG_DWORD, number, 4, "42\n" },
                { OW_REG_DWORD, number, 3, "2a0000\n" },         /* not four bytes: shown as it is */
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

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_key_lists_its_values_then_its_subkeys),
                cmocka_unit_test(a_key_as_json),
                cmocka_unit_test(one_value_is_only_its_data),
                cmocka_unit_test(numbers_beyond_json_become_text),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
