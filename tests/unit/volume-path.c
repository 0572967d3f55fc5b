/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include "base/macros.h"
#include "volume/path.h"

static void paths_are_split_at_either_separator(void **state)
{
        static const struct { const char *text; size_t depth; const char *last; } cases[] = {
                { "", 0, NULL }, { "\\", 0, NULL }, { "//", 0, NULL }, { ".", 0, NULL }, { "a", 1, "a" },
                { "\\Windows\\System32/config\\", 3, "config" }, { "a\\.\\b", 2, "b" }, { "...", 1, "..." },
                { "a b.c", 1, "a b.c" },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct volume_path path;

                assert_ok(volume_path_parse(cases[i].text, &path, &err));
                assert_int_equal(path.depth, cases[i].depth);
                if (cases[i].last) {
                        assert_int_equal(path.names[path.depth - 1].size, strlen(cases[i].last));
                        assert_memory_equal(path.names[path.depth - 1].p, cases[i].last, strlen(cases[i].last));
                }
        }
}

static void names_become_utf16(void **state)
{
        struct volume_path path;
        struct volume_name name;

        assert_ok(volume_path_parse("x\\A\xc3\xa9\xf0\x9f\x98\x80", &path, &err));
        volume_path_name(&path, 1, &name);
        assert_int_equal(name.n_units, 4);
        assert_int_equal(name.units[0], 'A');
        assert_int_equal(name.units[1], 0xe9);
        assert_int_equal(name.units[2], 0xd83d);
        assert_int_equal(name.units[3], 0xde00);
}

static void bad_paths_are_refused(void **state)
{
        struct volume_path path;
        char text[1000];

        assert_fails(OW_E_INVAL, volume_path_parse(NULL, &path, &err));
        assert_fails(OW_E_INVAL, volume_path_parse("..", &path, &err));
        assert_fails(OW_E_INVAL, volume_path_parse("a/../b", &path, &err));
        assert_fails(OW_E_INVAL, volume_path_parse("a\\\xff", &path, &err));
        memset(text, 'n', 255);
        text[255] = '\0';
        assert_ok(volume_path_parse(text, &path, &err));
        text[255] = 'n';
        text[256] = '\0';
        assert_fails(OW_E_INVAL, volume_path_parse(text, &path, &err));
        for (size_t i = 0; i < 256; i++)
                memcpy(text + 2 * i, "a\\", 3);
        assert_ok(volume_path_parse(text, &path, &err));
        memcpy(text + 512, "a", 2);
        assert_fails(OW_E_INVAL, volume_path_parse(text, &path, &err));
}

static void names_that_windows_refuses_are_not_made(void **state)
{
        static const char *const bad[] = { "a:b", "a*", "a?", "a\"b", "<a", "a>", "a|b", "a.", "a ", "a\x01" };
        struct volume_path path;
        struct volume_name name;

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                assert_ok(volume_path_parse(bad[i], &path, &err));
                volume_path_name(&path, 0, &name);
                assert_fails(OW_E_INVAL, volume_name_check(&name, bad[i], &err));
        }
        assert_ok(volume_path_parse(".a {b}'c", &path, &err));
        volume_path_name(&path, 0, &name);
        assert_ok(volume_name_check(&name, ".a", &err));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(paths_are_split_at_either_separator),
                cmocka_unit_test(names_become_utf16),
                cmocka_unit_test(bad_paths_are_refused),
                cmocka_unit_test(names_that_windows_refuses_are_not_made),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
