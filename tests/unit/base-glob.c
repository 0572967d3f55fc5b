/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names with wildcards: what fits, what does not, and that a bad pattern takes no time. */
#include "test.h"

#include "base/alloc.h"
#include "base/glob.h"

static const struct {
        const char *glob, *text;
        bool fits;
} cases[] = {
        { "CqMgHost", "cqmghost", true },
        { "CqMgHost", "CqMgHosts", false },
        { "CqMgHosts", "CqMgHost", false },
        { "CqMg*", "CqMgHost", true },
        { "CqMg*", "CqMg", true },
        { "CqMg*", "CqM", false },
        { "*.exe", "a.exe.exe", true },
        { "*.exe", "a.exe.ex", false },
        { "h?p*ent", "hxp agent", true },
        { "h?p*ent", "hp agent", false },
        { "?", "", false },
        { "?", "\xc3\xa9", true }, /* one character, two bytes */
        { "\xc3\x89t\xc3\xa9", "\xc3\xa9T\xc3\x89", true },
        { "*", "", true },
        { "**", "x", true },
        { "", "", true },
        { "", "x", false },
        { "*a*b*c*", "xxaxxbxxcxx", true },
        { "*a*b*c*", "xxaxxcxxbxx", false },
        { "a\xff*",
          "A\xff"
          "b",
          true }, /* not UTF-8: byte by byte */
};

static void each_case_is_as_it_says(void **state)
{
        (void)state;
        for (size_t i = 0; i < OW_COUNT(cases); i++)
                if (ow_glob_match(cases[i].glob, cases[i].text) != cases[i].fits)
                        fail_msg("'%s' and '%s'", cases[i].glob, cases[i].text);
}

static void many_stars_are_no_trap(void **state)
{
        char glob[201], text[20001];

        (void)state;
        for (size_t i = 0; i < 200; i++)
                glob[i] = i % 2 ? 'a' : '*';
        glob[199] = 'b';
        glob[200] = '\0';
        memset(text, 'a', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        assert_false(ow_glob_match(glob, text));
}

static void the_fixed_part_is_what_stands_in_front(void **state)
{
        (void)state;
        assert_int_equal(ow_glob_prefix("vm*x?"), 2);
        assert_int_equal(ow_glob_prefix("vmx"), 3);
        assert_true(ow_glob_is("vm?"));
        assert_false(ow_glob_is("vm"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_case_is_as_it_says),
                cmocka_unit_test(many_stars_are_no_trap),
                cmocka_unit_test(the_fixed_part_is_what_stands_in_front),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
