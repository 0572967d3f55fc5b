/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the lines of .reg text are. */
#include "test.h"

#include "reg/text-lex.h"

static void lines_end_in_lf_or_crlf(void **state)
{
        static const char text[] = "a\r\n\r\n ; c\nb\rc\n";
        struct reg_lex lex = { .p = text, .size = sizeof text - 1, .line = 1 };

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
                cmocka_unit_test(lines_end_in_lf_or_crlf),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
