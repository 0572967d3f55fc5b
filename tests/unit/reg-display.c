/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Data as people read it and type it. */
#include "test.h"

#include <offwin/reg.h>

#include "base/alloc.h"

static void data_reads_as_one_safe_line(void **state)
{
        static const struct { uint32_t type; const char *data; size_t size, max; const char *want; } shown[] = {
                { OW_REG_SZ, "C\0:\0\\\0\0", 8, 0, "\"C:\\\"" },
                { OW_REG_SZ, "C\0:\0", 4, 0, "\"C:\"" },
                { OW_REG_SZ, "", 0, 0, "\"\"" },
                { OW_REG_SZ, "a\0\0\0b\0\0\0", 8, 0, "$\"a\\u0000b\"" },
                { OW_REG_SZ, "a\0\n\0\r\0\t\0\x1b\0\0", 12, 0, "$\"a\\n\\r\\t\\u001b\"" },
                { OW_REG_SZ, "\x2e\x20\x00\xd8\x9b\0\0", 8, 0, "$\"\\u202e\\ud800\\u009b\"" },
                { OW_REG_SZ, "\x3d\xd8\x00\xde\0", 6, 0, "\"\xf0\x9f\x98\x80\"" },
                { OW_REG_SZ, "abc", 3, 0, "61 62 63" },
                { OW_REG_EXPAND_SZ, "%\0a\0\0", 6, 0, "\"%a\"" },
                { OW_REG_LINK, "\\\0a\0", 4, 0, "\"\\a\"" },
                { OW_REG_MULTI_SZ, "a\0\0\0b\0c\0\0\0\0", 12, 0, "[\"a\", \"bc\"]" },
                { OW_REG_MULTI_SZ, "a\0\0\0\0\0b\0", 8, 0, "[\"a\", \"\", \"b\"]" },
                { OW_REG_MULTI_SZ, "\0", 2, 0, "[]" },
                { OW_REG_MULTI_SZ, "a\0\0\0\0\0\0", 8, 0, "[\"a\", \"\"]" },
                { OW_REG_MULTI_SZ, "\0\0\0", 4, 0, "[\"\"]" },
                { OW_REG_MULTI_SZ, "a\0\"\0,\0 \0\"\0\\\0\0\0\0", 16, 0, "[$\"a\\\", \\\"\\\\\"]" },
                { OW_REG_SZ, "\"\0\\\0n\0\"\0\0", 10, 0, "\"\"\\n\"\"" },
                { OW_REG_SZ, "\"\0\\\0n\0\n\0\0", 10, 0, "$\"\\\"\\\\n\\n\"" },
                { OW_REG_SZ, "\xad\0\x40\xdb\x01\xdc\0", 8, 0, "$\"\\u00ad\\U000e0001\"" },
                { OW_REG_DWORD, "\x0a\0\0", 4, 0, "10 (0x0000000a)" },
                { OW_REG_DWORD, "\x0a\0\0", 3, 0, "0a 00 00" },
                { OW_REG_DWORD_BIG_ENDIAN, "\0\0\0\x0a", 4, 0, "10 (0x0000000a)" },
                { OW_REG_QWORD, "\1\0\0\0\0\0\0\x80", 8, 0, "9223372036854775809 (0x8000000000000001)" },
                { OW_REG_BINARY, "", 0, 0, "(empty)" },
                { OW_REG_BINARY, "\0\xff", 2, 0, "00 ff" },
                { 0xffff0012, "\1", 1, 0, "01" },
                { OW_REG_SZ, "a\0b\0c\0d\0e\0\0", 12, 7, "\"abcde\"" },
                { OW_REG_SZ, "a\0b\0c\0d\0e\0\0", 12, 6, "\"ab..." },
                { OW_REG_SZ, "\xe9\0\xe9\0\xe9\0\xe9\0\0", 10, 5, "\"\xc3\xa9..." },
                { OW_REG_SZ, "a\0b\0\0", 6, 2, ".." },
                { OW_REG_BINARY, "\1\2\3", 3, 7, "01 0..." },
        };

        for (size_t i = 0; i < OW_COUNT(shown); i++) {
                OW_AUTO_FREE char *text = NULL;

                assert_ok(ow_reg_display_data(shown[i].type, shown[i].data, shown[i].size, shown[i].max, &text,
                                              &err));
                assert_string_equal(text, shown[i].want);
        }
}

static void typed_data_becomes_stored_data(void **state)
{
        static const struct { uint32_t type; const char *text, *data; size_t size; } good[] = {
                { OW_REG_SZ, "", "\0", 2 },
                { OW_REG_SZ, "\xc3\xa9", "\xe9\0\0", 4 },
                { OW_REG_EXPAND_SZ, "%x%", "%\0x\0%\0\0", 8 },
                { OW_REG_LINK, "x", "x", 2 },
                { OW_REG_DWORD, "10", "\x0a\0\0", 4 },
                { OW_REG_DWORD, "0xFFFFffff", "\xff\xff\xff\xff", 4 },
                { OW_REG_DWORD_BIG_ENDIAN, "1", "\0\0\0\1", 4 },
                { OW_REG_QWORD, "18446744073709551615", "\xff\xff\xff\xff\xff\xff\xff\xff", 8 },
                { OW_REG_BINARY, "", "", 0 },
                { OW_REG_BINARY, "00ff 01,02", "\0\xff\1\2", 4 },
                { OW_REG_NONE, "01", "\1", 1 },
        };

        for (size_t i = 0; i < OW_COUNT(good); i++) {
                ow_blob blob = { 0 };

                print_message("%s\n", good[i].text);
                assert_ok(ow_reg_parse_data(good[i].type, &good[i].text, 1, &blob, &err));
                assert_int_equal(blob.size, good[i].size);
                if (blob.size)
                        assert_memory_equal(blob.p, good[i].data, good[i].size);
                ow_blob_done(&blob);
        }
}

static void typed_lists_have_each_string_and_an_end(void **state)
{
        static const char *const texts[] = { "a", "b c", "" }, *const inner[] = { "a", "", "b" };
        ow_blob blob = { 0 };

        assert_ok(ow_reg_parse_data(OW_REG_MULTI_SZ, texts, 2, &blob, &err));
        assert_int_equal(blob.size, 14);
        assert_memory_equal(blob.p, "a\0\0\0b\0 \0c\0\0\0\0\0", 14);
        ow_blob_done(&blob);
        assert_ok(ow_reg_parse_data(OW_REG_MULTI_SZ, NULL, 0, &blob, &err));
        assert_int_equal(blob.size, 2);
        ow_blob_done(&blob);
        assert_ok(ow_reg_parse_data(OW_REG_MULTI_SZ, texts, 3, &blob, &err));
        assert_int_equal(blob.size, 16);
        assert_memory_equal(blob.p, "a\0\0\0b\0 \0c\0\0\0\0\0\0", 16);
        ow_blob_done(&blob);
        assert_ok(ow_reg_parse_data(OW_REG_MULTI_SZ, inner, 3, &blob, &err));
        assert_int_equal(blob.size, 12);
        assert_memory_equal(blob.p, "a\0\0\0\0\0b\0\0\0\0", 12);
        ow_blob_done(&blob);
        assert_ok(ow_reg_parse_data(OW_REG_MULTI_SZ, texts + 2, 1, &blob, &err));
        assert_int_equal(blob.size, 4);
        assert_memory_equal(blob.p, "\0\0\0", 4);
        ow_blob_done(&blob);
        assert_fails(OW_E_INVAL, ow_reg_parse_data(OW_REG_SZ, texts, 2, &blob, &err));
        assert_fails(OW_E_INVAL, ow_reg_parse_data(OW_REG_BINARY, texts, 0, &blob, &err));
}

static void what_is_no_data_is_refused(void **state)
{
        static const struct { uint32_t type; const char *text; } bad[] = {
                { OW_REG_DWORD, "" }, { OW_REG_DWORD, "-1" }, { OW_REG_DWORD, "4294967296" },
                { OW_REG_DWORD, "0x100000000" }, { OW_REG_DWORD, "12x" }, { OW_REG_DWORD, "0x" },
                { OW_REG_QWORD, "18446744073709551616" }, { OW_REG_QWORD, "0x10000000000000000" },
                { OW_REG_BINARY, "0" }, { OW_REG_BINARY, "0g" }, { OW_REG_BINARY, "00 1" }, { OW_REG_SZ, "\xff" },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_blob blob = { 0 };

                print_message("%s\n", bad[i].text);
                assert_fails(OW_E_INVAL, ow_reg_parse_data(bad[i].type, &bad[i].text, 1, &blob, &err));
                assert_null(blob.p);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(data_reads_as_one_safe_line),
                cmocka_unit_test(typed_data_becomes_stored_data),
                cmocka_unit_test(typed_lists_have_each_string_and_an_end),
                cmocka_unit_test(what_is_no_data_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
