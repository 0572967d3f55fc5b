/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Windows code pages, by name and by what they mean. */
#include "test.h"

#include <offwin/reg.h>

#include "base/macros.h"
#include "base/utf16.h"
#include "reg/codepage.h"

static void names_give_numbers(void **state)
{
        static const struct { const char *name; unsigned want; } all[] = {
                { "1252", 1252 }, { "cp1252", 1252 }, { "CP850", 850 }, { "windows-1251", 1251 }, { "IBM437", 437 },
                { "utf-8", 65001 }, { "UTF8", 65001 }, { "65001", 65001 }, { "932", 932 },
                { "", 0 }, { "cp", 0 }, { "1259", 0 }, { "latin1", 0 }, { "0x4e4", 0 }, { "-1252", 0 },
                { "1252 ", 0 }, { "1200", 0 }, { "99999999999999999999", 0 },
        };

        for (size_t i = 0; i < OW_COUNT(all); i++) {
                unsigned got = 0;

                print_message("'%s'\n", all[i].name);
                assert_int_equal(ow_reg_codepage_parse(all[i].name, &got), all[i].want != 0);
                assert_int_equal(got, all[i].want);
        }
}

static void bytes_give_characters(void **state)
{
        static const struct { unsigned number; const char *bytes, *utf8; } all[] = {
                { 437, "\x80\\", "\xc3\x87\\" },
                { 850, "\x9b", "\xc3\xb8" },
                { 866, "\x80", "\xd0\x90" },
                { 932, "\x83\x5c\x5c", "\xe3\x82\xbd\\" },       /* half a character is a backslash */
                { 936, "\xd6\xd0", "\xe4\xb8\xad" },
                { 949, "\xc7\xd1", "\xed\x95\x9c" },
                { 950, "\xa4\xa4", "\xe4\xb8\xad" },
                { 1250, "\xb9", "\xc4\x85" },
                { 1251, "\xc0", "\xd0\x90" },
                { 1252, "\x80\x81\xe9", "\xe2\x82\xac\xc2\x81\xc3\xa9" },
                { 1253, "\xc1", "\xce\x91" },
                { 1255, "\xe0", "\xd7\x90" },            /* held back by iconv, as a mark may follow */
                { 1258, "a\xd2", "\xe1\xba\xa3" },
                { 65001, "\xc3\xa9", "\xc3\xa9" },
        };

        for (size_t i = 0; i < OW_COUNT(all); i++) {
                for (unsigned wide = 0; wide < 2; wide++) {
                        OW_AUTO_BUFFER want = OW_BUFFER_INIT, got = OW_BUFFER_INIT;
                        const ow_view bytes = { (const uint8_t *)all[i].bytes, strlen(all[i].bytes) };
                        struct reg_codepage cp = { 0 };
                        size_t bad;

                        print_message("%u\n", all[i].number);
                        ow_buffer_put_text(&want, all[i].utf8);
                        if (wide) {
                                want.len = 0;
                                assert_ok(ow_utf8_to_utf16(all[i].utf8, strlen(all[i].utf8), &want, &err));
                        }
                        assert_ok(reg_codepage_open(&cp, all[i].number, wide, &err));
                        assert_ok(reg_codepage_convert(&cp, bytes, &got, &bad, &err));
                        assert_int_equal(got.len, want.len);
                        assert_memory_equal(got.p, want.p, want.len);
                        reg_codepage_close(&cp);
                }
        }
}

static void every_code_page_is_ascii_below_0x80(void **state)
{
        uint8_t ascii[127];

        for (uint8_t i = 0; i < sizeof ascii; i++)
                ascii[i] = (uint8_t)(i + 1);
        for (unsigned number = 1; number <= 65001; number++) {
                OW_AUTO_BUFFER got = OW_BUFFER_INIT;
                struct reg_codepage cp = { 0 };
                char name[16];
                unsigned same;
                size_t bad;

                (void)snprintf(name, sizeof name, "%u", number);
                if (!ow_reg_codepage_parse(name, &same))
                        continue;
                print_message("%s\n", name);
                assert_int_equal(same, number);
                assert_ok(reg_codepage_open(&cp, number, false, &err));
                assert_ok(reg_codepage_convert(&cp, (ow_view){ ascii, sizeof ascii }, &got, &bad, &err));
                assert_int_equal(got.len, sizeof ascii);
                assert_memory_equal(got.p, ascii, sizeof ascii);
                reg_codepage_close(&cp);
        }
}

static void a_byte_without_meaning_is_named(void **state)
{
        OW_AUTO_BUFFER got = OW_BUFFER_INIT;
        struct reg_codepage cp = { 0 };
        ow_error told = OW_ERROR_INIT;
        size_t bad = 0;

        assert_ok(reg_codepage_open(&cp, 1253, false, &err));
        assert_int_equal(reg_codepage_convert(&cp, (ow_view){ (const uint8_t *)"ab\xaa" "c", 4 }, &got, &bad, &told),
                         OW_E_INVAL);
        assert_int_equal(bad, 2);
        assert_int_equal(told.where, 2);
        assert_int_equal(got.len, 2);
        reg_codepage_close(&cp);
        assert_fails(OW_E_INVAL, reg_codepage_open(&cp, 1200, false, &err));
        reg_codepage_close(&cp);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names_give_numbers),
                cmocka_unit_test(bytes_give_characters),
                cmocka_unit_test(every_code_page_is_ascii_below_0x80),
                cmocka_unit_test(a_byte_without_meaning_is_named),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
