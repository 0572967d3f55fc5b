/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Windows ranges of fix files. */
#include "test.h"

#include "fix/fix.h"

static ow_windows windows(uint32_t major, uint32_t minor, uint32_t build)
{
        return (ow_windows){ .major = major, .minor = minor, .build = build };
}

static bool matches(const char *text, uint32_t major, uint32_t minor, uint32_t build)
{
        const ow_windows w = windows(major, minor, build);
        struct fix_range *ranges = NULL;
        size_t n = 0;
        bool match;

        assert_ok(fix_ranges_parse(text, &ranges, &n, &err));
        match = fix_ranges_match(ranges, n, &w);
        ow_free(ranges);
        return match;
}

static void open_ranges_have_one_end(void **state)
{
        assert_true(matches("6.0-", 6, 0, 6000));
        assert_true(matches("6.0-", 10, 0, 26100));
        assert_false(matches("6.0-", 5, 2, 3790));
        assert_true(matches("-5.2", 4, 0, 1381));
        assert_true(matches("-5.2", 5, 2, 3790));
        assert_false(matches("-5.2", 6, 0, 6000));
        assert_false(matches("10.0-", 6, 3, 9600));
}

static void closed_ranges_hold_both_ends(void **state)
{
        assert_true(matches("5.1-5.2", 5, 1, 2600));
        assert_true(matches("5.1-5.2", 5, 2, 3790));
        assert_false(matches("5.1-5.2", 5, 0, 2195));
        assert_false(matches("5.1-5.2", 6, 0, 6000));
        assert_true(matches("6.1", 6, 1, 7601));
        assert_false(matches("6.1", 6, 2, 9200));
}

static void a_list_holds_where_one_range_does(void **state)
{
        assert_true(matches("5.1-5.2, 10.0-", 5, 2, 3790));
        assert_true(matches("5.1-5.2, 10.0-", 10, 0, 17763));
        assert_false(matches("5.1-5.2, 10.0-", 6, 1, 7601));
}

static void builds_count_and_an_unknown_one_is_never_sure(void **state)
{
        assert_true(matches("10.0.17134-", 10, 0, 17763));
        assert_false(matches("10.0.17134-", 10, 0, 10240));
        assert_false(matches("10.0.17134-", 10, 0, 0));
        assert_false(matches("-10.0.17134", 10, 0, 0));
        assert_true(matches("6.1.7600-10.0.17134", 6, 3, 0));
        assert_true(matches("10.0-", 10, 0, 0));
}

static void an_unknown_version_matches_no_range(void **state)
{
        const ow_windows unknown = windows(0, 0, 0);

        assert_false(matches("-10.0", 0, 0, 0));
        assert_true(fix_ranges_match(NULL, 0, &unknown));
}

static void bad_ranges_are_refused(void **state)
{
        static const char *const bad[] = {
                "", "-", "6", "6.", "6.x", "6.0--", "6.0-7", "6.0,", ",6.0", "6.0 7.0", "6.0.1.2", "6.2-6.1",
                "10.0.17134-10.0.17133", "6.0-, -", "Vista", "1234567.0", "6.0-5.2",
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                struct fix_range *ranges = NULL;
                size_t n = 77;

                print_message("# '%s'\n", bad[i]);
                assert_fails(OW_E_INVAL, fix_ranges_parse(bad[i], &ranges, &n, &err));
                assert_null(ranges);
                assert_int_equal(n, 77);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(open_ranges_have_one_end),
                cmocka_unit_test(closed_ranges_hold_both_ends),
                cmocka_unit_test(a_list_holds_where_one_range_does),
                cmocka_unit_test(builds_count_and_an_unknown_one_is_never_sure),
                cmocka_unit_test(an_unknown_version_matches_no_range),
                cmocka_unit_test(bad_ranges_are_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
