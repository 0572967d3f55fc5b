/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What decorations mean, and which one wins. */
#include "inf-sample.h"

static void decorations_are_read(void **state)
{
        ow_inf_decoration d;

        assert_true(ow_inf_decoration_parse("", &d));
        assert_int_equal(d.arch, OW_INF_ANY);
        assert_true(ow_inf_decoration_parse("ntAMD64.10.0...17763", &d));
        assert_int_equal(d.arch, OW_INF_AMD64);
        assert_int_equal(d.major, 10);
        assert_int_equal(d.minor, 0);
        assert_int_equal(d.product, 0);
        assert_int_equal(d.build, 17763);
        assert_true(ow_inf_decoration_parse("NTx86....0x80", &d));
        assert_int_equal(d.suites, 0x80);
        assert_true(ow_inf_decoration_parse("NT.6.1.3", &d));
        assert_int_equal(d.product, 3);
        assert_true(ow_inf_decoration_parse("NTarm64", &d));
        assert_int_equal(d.arch, OW_INF_ARM64);
}

static void other_words_are_no_decorations(void **state)
{
        static const char *const bad[] = { "amd64", "NTmips", "NTamd64.six",    "NTamd64.6.1.2.3.4.5",
                                           "N",     "NT.-1",  "NT.99999999999", "NTx86.6.1 " };
        ow_inf_decoration d = { .major = 42 };

        for (size_t i = 0; i < OW_COUNT(bad); i++)
                assert_false(ow_inf_decoration_parse(bad[i], &d));
        assert_int_equal(d.major, 42);
}

static void they_match_as_documented(void **state)
{
        static const ow_inf_target datacenter = { 5, 2, 3790, OW_INF_X86, 3, 0x80 };
        static const ow_inf_target early_10 = { 10, 0, 10240, OW_INF_AMD64, 1, 0 };
        static const struct {
                const char *text;
                const ow_inf_target *target;
                bool want;
        } cases[] = {
                { "", &inf_7_x86, true },
                { "", &inf_7_x64, false },
                { "NT", &inf_7_x86, true },
                { "NT", &inf_7_x64, false },
                { "NTx86", &inf_7_x86, true },
                { "NTamd64", &inf_7_x86, false },
                { "NTamd64.6.1", &inf_7_x64, true },
                { "NTamd64.6.2", &inf_7_x64, false },
                { "NTamd64.6", &inf_7_x64, true },
                { "NTamd64.6.3", &inf_10_x64, true },
                { "NTamd64.10.0...17763", &inf_2019, true },
                { "NTamd64.10.0...17764", &inf_2019, false },
                { "NTamd64.6.3...99999", &inf_2019, true },   /* an older version's build is not looked at */
                { "NTamd64.10.0...14393", &early_10, false }, /* a build before that does not know the form */
                { "NTamd64.6.3...14393", &early_10, false },
                { "NTamd64.10.0.3", &inf_2019, true },
                { "NTamd64.10.0.1", &inf_2019, false },
                { "NTx86....0x80", &datacenter, true },
                { "NTx86....0x82", &datacenter, false },
                { "NTx86....0x80", &inf_7_x86, false },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_inf_decoration d;

                print_message("# '%s'\n", cases[i].text);
                assert_true(ow_inf_decoration_parse(cases[i].text, &d));
                assert_int_equal(ow_inf_decoration_matches(&d, cases[i].target), cases[i].want);
        }
}

/* Each is preferred to those before it. */
static void the_closest_wins(void **state)
{
        static const char *const order[] = { "",
                                             "NTx86",
                                             "NTx86....0x80",
                                             "NTx86...3",
                                             "NTx86.5",
                                             "NTx86.5.1",
                                             "NTx86.5.1.1",
                                             "NTx86.6.1",
                                             "NTx86.10.0",
                                             "NTx86.10.0...14393",
                                             "NTx86.10.0...17763",
                                             "NTx86.10.0.3..17763" };

        for (size_t i = 0; i < OW_COUNT(order); i++) {
                for (size_t k = 0; k < OW_COUNT(order); k++) {
                        ow_inf_decoration a, b;
                        int want = i < k ? -1 : i > k;

                        assert_true(ow_inf_decoration_parse(order[i], &a) && ow_inf_decoration_parse(order[k], &b));
                        assert_int_equal(ow_inf_decoration_compare(&a, &b), want);
                }
        }
}

static void install_sections_go_from_special_to_plain(void **state)
{
        ow_inf *inf = inf_parsed(INF_HEAD "[a]\n[a.NT]\n[a.ntamd64]\n[b]\n[b.nt]\n[c]\n", 0);
        ow_inf_section s;

        assert_true(ow_inf_install_find(inf, "A", &inf_7_x64, &s));
        assert_string_equal(s.name, "a.ntamd64");
        assert_true(ow_inf_install_find(inf, "a", &inf_7_x86, &s));
        assert_string_equal(s.name, "a.NT");
        assert_true(ow_inf_install_find(inf, "b", &inf_7_x64, &s));
        assert_string_equal(s.name, "b.nt");
        assert_true(ow_inf_install_find(inf, "c", &inf_7_x64, &s));
        assert_string_equal(s.name, "c");
        assert_false(ow_inf_install_find(inf, "d", &inf_7_x64, &s));
        ow_inf_free(inf);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(decorations_are_read),
                cmocka_unit_test(other_words_are_no_decorations),
                cmocka_unit_test(they_match_as_documented),
                cmocka_unit_test(the_closest_wins),
                cmocka_unit_test(install_sections_go_from_special_to_plain),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
