/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registry paths as people write them. */
#include "test.h"

#include <offwin/reg.h>

#include "base/macros.h"
#include "reg/path.h"

static void each_spelling_leads_to_its_root(void **state)
{
        static const struct { const char *text; enum ow_reg_root root; const char *rest; } good[] = {
                { "HKLM", OW_ROOT_HKLM, "" },
                { "HKLM:", OW_ROOT_HKLM, "" },
                { "HKLM:\\", OW_ROOT_HKLM, "" },
                { "HKLM:\\SYSTEM\\Select", OW_ROOT_HKLM, "SYSTEM\\Select" },
                { "hklm\\system", OW_ROOT_HKLM, "system" },
                { "HKLM\\", OW_ROOT_HKLM, "" },
                { "HKLM\\A\\B\\", OW_ROOT_HKLM, "A\\B" },
                { "HKCR\\", OW_ROOT_HKLM, "SOFTWARE\\Classes" },
                { "HKEY_LOCAL_MACHINE\\SOFTWARE\\a/b", OW_ROOT_HKLM, "SOFTWARE\\a/b" },
                { "Hkey_Local_Machine", OW_ROOT_HKLM, "" },
                { "Computer\\HKEY_LOCAL_MACHINE\\SAM", OW_ROOT_HKLM, "SAM" },
                { "HKU\\.DEFAULT", OW_ROOT_HKU, ".DEFAULT" },
                { "HKEY_USERS\\S-1-5-18\\Environment", OW_ROOT_HKU, "S-1-5-18\\Environment" },
                { "HKCU\\Software", OW_ROOT_HKCU, "Software" },
                { "HKEY_CURRENT_USER", OW_ROOT_HKCU, "" },
                { "HKCR\\.txt", OW_ROOT_HKLM, "SOFTWARE\\Classes\\.txt" },
                { "HKEY_CLASSES_ROOT", OW_ROOT_HKLM, "SOFTWARE\\Classes" },
                { "HKCC\\System", OW_ROOT_HKLM,
                  "SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current\\System" },
                { "HKEY_CURRENT_CONFIG", OW_ROOT_HKLM,
                  "SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current" },
        };

        for (size_t i = 0; i < OW_COUNT(good); i++) {
                ow_reg_path path;

                print_message("%s\n", good[i].text);
                assert_ok(ow_reg_path_parse(good[i].text, &path, &err));
                assert_int_equal(path.root, good[i].root);
                assert_string_equal(path.rest, good[i].rest);
                ow_reg_path_done(&path);
        }
}

static void what_is_no_path_is_refused_with_its_reason(void **state)
{
        static const struct { const char *text, *says; } bad[] = {
                { "", "empty" },
                { "SYSTEM\\Select", "does not begin with HKLM" },
                { "HKLMX\\A", "does not begin with HKLM" },
                { "HKLM/SYSTEM", "and a '\\'" },
                { "Computer", "does not begin with HKLM" },
                { "Computer\\", "empty" },
                { "\\HKLM\\A", "begin" },
                { "HKLM\\A\\\\", "end" },
                { "\\", "begin" },
                { "HKLM\\\\A", "two '\\'" },
                { "HKLM:\\\\A", "two '\\'" },
                { "HKLM\\A\\\\B", "two '\\'" },
                { "HKLM\\A\nB", "line break" },
                { "HKLM\\A\xff", "UTF-8" },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_reg_path path = { OW_ROOT_HKU, NULL };
                ow_error err = OW_ERROR_INIT;

                print_message("%s\n", bad[i].text);
                assert_int_equal(ow_reg_path_parse(bad[i].text, &path, &err), OW_E_INVAL);
                print_message("  %s\n", err.text);
                assert_non_null(strstr(err.text, bad[i].says));
                assert_null(path.rest);
        }
}

static void below_is_told_name_by_name(void **state)
{
        static const struct { const char *path, *prefix, *below; } pairs[] = {
                { "A\\B\\C", "a\\b", "C" },
                { "A\\B", "a\\b", "" },
                { "A\\Bc", "a\\b", NULL },
                { "A", "a\\b", NULL },
                { "A\\B", "", "A\\B" },
                { "\xc3\x89t\xc3\xa9\\x", "\xc3\xa9T\xc3\x89", "x" },
        };

        for (size_t i = 0; i < OW_COUNT(pairs); i++) {
                const char *below = reg_path_below(pairs[i].path, pairs[i].prefix);

                print_message("%s below %s\n", pairs[i].path, pairs[i].prefix);
                if (pairs[i].below)
                        assert_string_equal(below, pairs[i].below);
                else
                        assert_null(below);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(each_spelling_leads_to_its_root),
                cmocka_unit_test(what_is_no_path_is_refused_with_its_reason),
                cmocka_unit_test(below_is_told_name_by_name),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
