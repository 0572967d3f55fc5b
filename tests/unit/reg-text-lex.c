/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How .reg text may be encoded, and what its lines are. */
#include "test.h"

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "reg/text-lex.h"

static void each_encoding_reads_the_same(void **state)
{
        static const struct { const char *label, *text; size_t size; } same[] = {
                { "utf-8", "A\xc3\xa9", 3 },
                { "utf-8 with mark", "\xef\xbb\xbf" "A\xc3\xa9", 6 },
                { "utf-16", "A\0\xe9\0", 4 },
                { "utf-16 with mark", "\xff\xfe" "A\0\xe9\0", 6 },
        };

        for (size_t i = 0; i < OW_COUNT(same); i++) {
                OW_AUTO_BUFFER converted = OW_BUFFER_INIT;
                struct reg_lex lex;

                print_message("%s\n", same[i].label);
                assert_ok(reg_lex_open(&lex, (ow_view){ (const uint8_t *)same[i].text, same[i].size }, &converted,
                                       &err));
                assert_int_equal(lex.size, 3);
                assert_memory_equal(lex.p, "A\xc3\xa9", 3);
        }
}

static void a_text_that_is_none_is_refused(void **state)
{
        static const struct { const char *label, *text; size_t size; int want; uint64_t where; } bad[] = {
                { "big-endian", "\xfe\xff\0A", 4, OW_E_FORMAT, 1 },
                { "odd utf-16", "A\0\n\0B", 5, OW_E_INVAL, 2 },
                { "NUL", "A\nB\0", 4, OW_E_INVAL, 2 },
                { "NUL unit", "A\0\n\0\0\0", 6, OW_E_INVAL, 2 },
                { "not utf-8", "A\n\n\x80", 4, OW_E_INVAL, 3 },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                OW_AUTO_BUFFER converted = OW_BUFFER_INIT;
                ow_error err = OW_ERROR_INIT;
                struct reg_lex lex;

                print_message("%s\n", bad[i].label);
                assert_int_equal(reg_lex_open(&lex, (ow_view){ (const uint8_t *)bad[i].text, bad[i].size },
                                              &converted, &err), bad[i].want);
                assert_int_equal(err.where, bad[i].where);
                assert_true(err.text[0] != '\0');
        }
}

static void too_many_lines_are_refused(void **state)
{
        size_t size = REG_TEXT_MAX_LINES;
        OW_AUTO_FREE char *text = ow_malloc(size);
        OW_AUTO_BUFFER converted = OW_BUFFER_INIT;
        struct reg_lex lex;

        assert_non_null(text);
        memset(text, '\n', size);
        assert_ok(reg_lex_open(&lex, (ow_view){ (uint8_t *)text, size - 1 }, &converted, &err));
        assert_fails(OW_E_LIMIT, reg_lex_open(&lex, (ow_view){ (uint8_t *)text, size }, &converted, &err));
        /* The size is looked at before the first byte. */
        assert_fails(OW_E_LIMIT, reg_lex_open(&lex, (ow_view){ (uint8_t *)text, (size_t)REG_TEXT_MAX_BYTES + 1 },
                                              &converted, &err));
}

static void lines_end_in_lf_or_crlf(void **state)
{
        static const char text[] = "a\r\n\r\n ; c\nb\rc\n";
        OW_AUTO_BUFFER converted = OW_BUFFER_INIT;
        struct reg_lex lex;

        assert_ok(reg_lex_open(&lex, (ow_view){ (const uint8_t *)text, sizeof text - 1 }, &converted, &err));
        assert_true(reg_lex_next_line(&lex));
        assert_true(reg_lex_accept(&lex, 'a'));
        assert_int_equal(reg_lex_peek(&lex), 0);
        assert_true(reg_lex_next_line(&lex));
        assert_int_equal(lex.line, 4);
        assert_int_equal(reg_lex_line_rest(&lex).len, 3);
        lex.at += 3;
        assert_false(reg_lex_next_line(&lex));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_encoding_reads_the_same),
                cmocka_unit_test(a_text_that_is_none_is_refused),
                cmocka_unit_test(too_many_lines_are_refused),
                cmocka_unit_test(lines_end_in_lf_or_crlf),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
