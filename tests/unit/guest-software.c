/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uninstall entries, Run values and tasks of made-up guests: both views, every user, odd values. */
#include "guest-fixture.h"

#include <offwin/software.h>

#define SID "S-1-5-21-1-2-3-1001"

static const char system_text[] = "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:1\n\"Default\"=dword:1\n"
                                  "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control]\n";

#define CV   "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows\\CurrentVersion\\"
#define CV32 "[HKEY_LOCAL_MACHINE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\"
#define TREE "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\"

static const char software_text[] =
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n"
        "\"CurrentVersion\"=\"6.1\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\" SID "]\n"
        "\"ProfileImagePath\"=\"C:\\\\Users\\\\bob\"\n"
        CV "Uninstall\\{A}]\n\"DisplayName\"=\"Agents\"\n\"DisplayVersion\"=\"8.70\"\n\"Publisher\"=\"HP\"\n"
        "\"UninstallString\"=expand:\"MsiExec.exe /X{A}\"\n\"WindowsInstaller\"=dword:1\n"
        CV "Uninstall\\Odd]\n\"DisplayName\"=dword:5\n\"WindowsInstaller\"=\"1\"\n\"SystemComponent\"=dword:1\n"
        CV32 "Uninstall\\Old]\n\"DisplayName\"=\"Old\"\n\"QuietUninstallString\"=\"x /q\"\n"
        CV "Run]\n\"Tray\"=\"C:\\\\t.exe\"\n"
        CV32 "Run]\n\"Tray32\"=expand:\"%ProgramFiles%\\\\t.exe\"\n"
        TREE "Top]\n\"Id\"=\"{11111111-0000-0000-0000-000000000000}\"\n"
        TREE "Vendor]\n\"SD\"=hex:01\n"
        TREE "Vendor\\Update]\n\"Id\"=\"{22222222-0000-0000-0000-000000000000}\"\n"
        TREE "Vendor\\Broken]\n\"Id\"=dword:7\n";

static const char user_text[] = "[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Run]\n"
                                "\"Mine\"=\"C:\\\\mine.exe\"\n"
                                "[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\"
                                "Explorer\\Run]\n\"1\"=\"C:\\\\policy.exe\"\n";

static ow_guest *guest_make(struct rig *rig)
{
        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system_text);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", software_text);
        rig_put_hive(rig, "Users\\bob\\NTUSER.DAT", user_text);
        rig_put(rig, "Windows\\System32\\Tasks\\Top", "<Task/>", 7);
        rig_put(rig, "Windows\\System32\\Tasks\\Left over", "<Task/>", 7);
        rig_put(rig, "Windows\\Tasks\\Old one.job", "x", 1);
        rig_put(rig, "Windows\\Tasks\\SA.DAT", "x", 1);
        rig_end(rig);
        return rig_open(rig, false);
}

static void programs_are_those_of_both_views(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        const ow_program *p;
        size_t n;

        assert_ok(ow_guest_programs(guest, &p, &n, &err));
        assert_int_equal(n, 3);
        assert_string_equal(p[1].place, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{A}");
        assert_string_equal(p[1].key, "{A}");
        assert_string_equal(p[1].name, "Agents");
        assert_string_equal(p[1].version, "8.70");
        assert_string_equal(p[1].publisher, "HP");
        assert_string_equal(p[1].uninstall, "MsiExec.exe /X{A}");
        assert_string_equal(p[1].quiet_uninstall, "");
        assert_true(p[1].msi);
        assert_false(p[1].wow64);
        assert_string_equal(p[0].name, "");
        assert_false(p[0].msi);
        assert_true(p[0].system_component);
        assert_string_equal(p[2].name, "Old");
        assert_string_equal(p[2].quiet_uninstall, "x /q");
        assert_true(p[2].wow64);
}

static void autostarts_are_those_of_every_user(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        const ow_autostart *a;
        size_t n;

        assert_ok(ow_guest_autostarts(guest, &a, &n, &err));
        assert_int_equal(n, 4);
        assert_string_equal(a[0].name, "Tray");
        assert_string_equal(a[0].command, "C:\\t.exe");
        assert_string_equal(a[1].place, "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\Run");
        assert_string_equal(a[1].command, "%ProgramFiles%\\t.exe");
        assert_string_equal(a[2].place, "HKU\\" SID "\\Software\\Microsoft\\Windows\\CurrentVersion\\Run");
        assert_string_equal(a[2].name, "Mine");
        assert_string_equal(a[3].command, "C:\\policy.exe");
}

static void tasks_are_those_of_the_cache_and_of_files(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = guest_make(rig);
        const ow_task *t;
        size_t n;

        assert_ok(ow_guest_tasks(guest, &t, &n, &err));
        assert_int_equal(n, 4);
        assert_string_equal(t[0].path, "\\Top");
        assert_string_equal(t[0].id, "{11111111-0000-0000-0000-000000000000}");
        assert_string_equal(t[0].file, "C:\\Windows\\System32\\Tasks\\Top");
        assert_string_equal(t[1].path, "\\Vendor\\Update");
        assert_non_null(strstr(t[1].place, "TaskCache\\Tree\\Vendor\\Update"));
        assert_string_equal(t[2].path, "\\Left over");
        assert_string_equal(t[2].place, "");
        assert_string_equal(t[3].path, "\\Old one");
        assert_string_equal(t[3].file, "C:\\Windows\\Tasks\\Old one.job");
}

static void a_guest_without_software_has_none(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_autostart *a;
        const ow_program *p;
        const ow_task *t;
        ow_guest *guest;
        size_t n;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system_text);
        rig_end(rig);
        guest = rig_open(rig, false);
        assert_ok(ow_guest_programs(guest, &p, &n, &err));
        assert_int_equal(n, 0);
        assert_ok(ow_guest_autostarts(guest, &a, &n, &err));
        assert_int_equal(n, 0);
        assert_ok(ow_guest_tasks(guest, &t, &n, &err));
        assert_int_equal(n, 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(programs_are_those_of_both_views, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(autostarts_are_those_of_every_user, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(tasks_are_those_of_the_cache_and_of_files, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_guest_without_software_has_none, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
