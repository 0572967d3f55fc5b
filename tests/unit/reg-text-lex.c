/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lines of .reg text are. */
#include "test.h"

#include "reg/text-lex.h"

static void lines_end_in_lf_crlf_or_cr(void **state)
{
        static const char text[] = "a\r\n\r\n ; c\nb\r ; d\r\rc \r";
        struct reg_lex lex = { .p = text, .size = sizeof text - 1, .line = 1 };

        assert_true(reg_lex_next_line(&lex));
        assert_true(reg_lex_accept(&lex, 'a'));
        assert_int_equal(reg_lex_peek(&lex), 0);
        assert_true(reg_lex_next_line(&lex));
        assert_int_equal(lex.line, 4);
        assert_int_equal(reg_lex_line_rest(&lex).len, 1);
        lex.at++;
        assert_true(reg_lex_next_line(&lex));
        assert_int_equal(lex.line, 7);
        assert_int_equal(reg_lex_line_rest(&lex).len, 1);
        lex.at++;
        assert_false(reg_lex_next_line(&lex));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_end_in_lf_crlf_or_cr),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
