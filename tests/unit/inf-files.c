/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files an install section copies from where to where. */
#include "inf-sample.h"

#include "base/buffer.h"

static void copies_know_where_from_and_where_to(void **state)
{
        static const struct {
                const ow_inf_target *target;
                const char *folder;
        } cases[] = { { &inf_7_x64, "wide\\sys" }, { &inf_7_x86, "" } };
        ow_inf *inf = inf_parsed(inf_storage, 0);
        ow_inf_section install;
        ow_inf_files files;

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                assert_true(ow_inf_install_find(inf, "disk_inst", cases[i].target, &install));
                assert_ok(ow_inf_files_get(inf, &install, cases[i].target, &files, &err));
                assert_int_equal(files.count, 3);
                assert_string_equal(files.items[0].name, "teststor.sys");
                assert_string_equal(files.items[0].target, "teststor.sys");
                assert_string_equal(files.items[0].folder, cases[i].folder);
                assert_int_equal(files.items[0].dirid, 12);
                assert_string_equal(files.items[1].name, "testhelp.dll");
                assert_string_equal(files.items[1].target, "helper.dll");
                assert_int_equal(files.items[1].dirid, 10);
                assert_string_equal(files.items[1].subfolder, "Test\\Help");
                assert_string_equal(files.items[2].target, "single.txt");
                assert_int_equal(files.items[2].dirid, 11);
                ow_inf_files_done(&files);
        }
        ow_inf_free(inf);
}

static void a_package_is_what_its_source_lists(void **state)
{
        ow_inf *inf = inf_parsed(inf_storage, 0);
        ow_inf_files files;

        assert_ok(ow_inf_package_get(inf, &inf_7_x64, &files, &err));
        assert_int_equal(files.count, 3);
        assert_string_equal(files.items[0].name, "teststor.sys");
        assert_string_equal(files.items[0].folder, "wide\\sys");
        assert_string_equal(files.items[1].name, "testhelp.dll");
        assert_string_equal(files.items[1].folder, "wide");
        assert_string_equal(files.items[2].folder, "");
        ow_inf_files_done(&files);
        assert_ok(ow_inf_package_get(inf, &inf_7_x86, &files, &err));
        assert_int_equal(files.count, 1);
        ow_inf_files_done(&files);
        ow_inf_free(inf);
}

static void coinstallers_copy_too(void **state)
{
        ow_inf *inf = inf_parsed(INF_HEAD "[i]\nCopyFiles=none,@a.sys\n[i.CoInstallers]\nCopyFiles=@b.dll\n", 0);
        ow_inf_section install;
        ow_inf_files files;

        assert_true(ow_inf_find(inf, "i", &install));
        assert_ok(ow_inf_files_get(inf, &install, &inf_7_x64, &files, &err));
        assert_int_equal(files.count, 2);
        assert_string_equal(files.items[1].name, "b.dll");
        assert_int_equal(files.items[1].dirid, 0);
        ow_inf_files_done(&files);
        ow_inf_free(inf);
}

static void long_lists_end_at_a_limit(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_inf_section install;
        ow_inf_files files;
        ow_inf *inf = NULL;

        ow_buffer_put_text(&text, INF_HEAD "[i]\nCopyFiles=l\n[l]\n");
        for (int i = 0; i < 20000; i++)
                ow_buffer_put_text(&text, "x\n");
        ow_buffer_put_text(&text, "[SourceDisksFiles]\n");
        for (int i = 0; i < 20000; i++)
                ow_buffer_put_text(&text, "y=1\n");
        assert_ok(ow_inf_parse(text.p, text.len, 0, &inf, &err));
        assert_true(ow_inf_find(inf, "i", &install));
        assert_fails(OW_E_LIMIT, ow_inf_files_get(inf, &install, &inf_7_x64, &files, &err));
        ow_inf_free(inf);
}

static void directories_have_names(void **state)
{
        assert_string_equal(ow_inf_dirid(12), "%SystemRoot%\\System32\\drivers");
        assert_string_equal(ow_inf_dirid(10), "%SystemRoot%");
        assert_null(ow_inf_dirid(13));
        assert_null(ow_inf_dirid(0));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(copies_know_where_from_and_where_to),
                cmocka_unit_test(a_package_is_what_its_source_lists),
                cmocka_unit_test(coinstallers_copy_too),
                cmocka_unit_test(long_lists_end_at_a_limit),
                cmocka_unit_test(directories_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
