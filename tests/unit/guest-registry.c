/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Windows registry paths onto hives, what one path stands for, and edits that last. */
#include "guest-fixture.h"

static const char system_text[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n"
        "\"Current\"=dword:00000002\n\"Default\"=dword:00000003\n\"Failed\"=dword:00000001\n"
        "\"LastKnownGood\"=dword:00000001\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services]\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet002\\Services\\Dhcp]\n\"Start\"=dword:00000002\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet003\\Services\\Dhcp]\n\"Start\"=dword:00000003\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet002\\Control\\IDConfigDB]\n\"CurrentConfig\"=dword:00000001\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet002\\Hardware Profiles\\0001\\System]\n\"x\"=dword:00000007\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet003\\Control\\IDConfigDB]\n\"CurrentConfig\"=dword:00000002\n";

static const char software_text[] =
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n"
        "\"CurrentVersion\"=\"6.1\"\n\"CurrentBuildNumber\"=\"7601\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList]\n"
        "\"Default\"=expand:\"%SystemDrive%\\\\Users\\\\Default\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-18]\n"
        "\"ProfileImagePath\"=expand:\"%systemroot%\\\\system32\\\\config\\\\systemprofile\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-19]\n"
        "\"ProfileImagePath\"=expand:\"C:\\\\Windows\\\\ServiceProfiles\\\\LocalService\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-21-1-2-3-500]\n"
        "\"ProfileImagePath\"=expand:\"C:\\\\Users\\\\Administrator\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-21-1-2-3-1001]\n"
        "\"ProfileImagePath\"=expand:\"C:\\\\Users\\\\gone\"\n"
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList\\S-1-5-21-1-2-3-1002.bak]\n"
        "\"ProfileImagePath\"=expand:\"C:\\\\Users\\\\bak\"\n";

static const char user_text[] = "[HKEY_LOCAL_MACHINE\\Software\\Test]\n\"Who\"=\"user\"\n";

static void fill(struct rig *rig, bool software)
{
        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system_text);
        rig_put(rig, "Windows\\System32\\config\\SYSTEM.LOG", "", 0);
        rig_put(rig, "Windows\\System32\\config\\SYSTEM.LOG1", "old log that is of no use", 25);
        if (software)
                rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", software_text);
        rig_put_hive(rig, "Windows\\System32\\config\\DEFAULT", user_text);
        rig_put_hive(rig, "Windows\\ServiceProfiles\\LocalService\\NTUSER.DAT", user_text);
        rig_put_hive(rig, "Users\\Default\\NTUSER.DAT", user_text);
        rig_put_hive(rig, "Users\\Administrator\\NTUSER.DAT", user_text);
        rig_put_hive(rig, "Users\\Administrator\\AppData\\Local\\Microsoft\\Windows\\UsrClass.dat",
                     "[HKEY_LOCAL_MACHINE\\Only\\InClasses]\n");
        rig_put_hive(rig, "Boot\\BCD", "[HKEY_LOCAL_MACHINE\\Objects]\n");
        rig_put(rig, "Users\\Public\\desktop.ini", "x", 1);
        rig_end(rig);
}

static uint32_t dword_at(ow_guest *guest, const char *path, const char *name)
{
        ow_blob blob = { 0 };
        uint32_t type = 99, value = 0xdead;
        int r;

        r = ow_registry_get(guest, path, name, &type, &blob, NULL);
        if (r > 0 && type == OW_REG_DWORD && blob.size == 4)
                memcpy(&value, blob.p, 4);
        ow_blob_done(&blob);
        return value;
}

static void paths_lead_to_hives(void **state)
{
        static const char *const there[] = {
                "HKLM\\SYSTEM", "HKLM\\System\\ControlSet001\\Services", "hklm\\software\\microsoft",
                "HKEY_USERS\\.DEFAULT\\Software\\Test", "HKU\\S-1-5-18\\Software\\Test", "HKU\\S-1-5-19\\Software\\Test",
                "HKU\\S-1-5-21-1-2-3-500\\Software\\Test", "HKU\\administrator\\Software\\Test",
                "HKU\\offwin-default\\Software\\Test", "HKU\\S-1-5-21-1-2-3-500_Classes\\Only\\InClasses",
                "HKU\\Administrator\\Software\\Classes\\Only", "HKLM\\BCD00000000\\Objects",
        };
        static const char *const absent[] = {
                "HKLM\\SYSTEM\\ControlSet009", "HKLM\\SAM\\SAM", "HKLM\\HARDWARE", "HKU\\S-1-5-21-9-9-9-9",
                "HKU\\S-1-5-21-1-2-3-1001\\Software", "HKLM\\COMPONENTS", "HKU\\S-1-5-19_Classes\\x",
        };
        struct rig *rig = rig_get(state);
        const char *rest;
        ow_guest *guest;
        ow_regkey key;
        ow_hive *hive;

        fill(rig, true);
        guest = rig_open(rig, false);
        for (size_t i = 0; i < OW_COUNT(there); i++) {
                print_message("%s\n", there[i]);
                assert_int_equal(ow_registry_find(guest, there[i], &key, NULL), 1);
        }
        for (size_t i = 0; i < OW_COUNT(absent); i++) {
                print_message("%s\n", absent[i]);
                assert_int_equal(ow_registry_find(guest, absent[i], &key, NULL), 0);
        }
        assert_fails(OW_E_INVAL, ow_registry_find(guest, "HKCU\\Software", &key, &err));
        assert_fails(OW_E_INVAL, ow_registry_find(guest, "HKLM", &key, &err));
        assert_fails(OW_E_ABSENT, ow_registry_create(guest, "HKLM\\SAM\\x", &key, &err));
        assert_int_equal(dword_at(guest, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Dhcp", "Start"), 2);
        assert_int_equal(ow_registry_hive(guest, "HKLM\\SYSTEM\\currentcontrolset\\Services", &hive, &rest, NULL), 1);
        assert_string_equal(rest, "ControlSet002\\Services");
        assert_int_equal(ow_registry_hive(guest, "HKLM\\SYSTEM\\CurrentControlSet", &hive, &rest, NULL), 1);
        assert_string_equal(rest, "ControlSet002");
        assert_true(has_problem(guest, "1002.bak"));
}

static void assert_expands(ow_guest *guest, const char *path, const char *want)
{
        OW_AUTO_BUFFER all = OW_BUFFER_INIT;
        char **paths = NULL, *text;
        size_t n = 0;

        assert_ok(ow_registry_expand(guest, path, &paths, &n, &err));
        for (size_t i = 0; i < n; i++)
                ow_buffer_printf(&all, "%s%s", i ? "|" : "", paths[i]);
        text = ow_buffer_take_text(&all);
        assert_string_equal(text, want);
        ow_free(text);
        ow_registry_paths_free(paths, n);
}

static void one_path_stands_for_all_its_places(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        fill(rig, true);
        guest = rig_open(rig, false);
        assert_expands(guest, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\X",
                       "HKLM\\SYSTEM\\ControlSet002\\Services\\X|HKLM\\SYSTEM\\ControlSet003\\Services\\X");
        assert_expands(guest, "HKEY_LOCAL_MACHINE\\system\\currentcontrolset",
                       "HKLM\\SYSTEM\\ControlSet002|HKLM\\SYSTEM\\ControlSet003");
        assert_expands(guest, "HKLM\\SYSTEM\\ControlSet001\\X", "HKLM\\SYSTEM\\ControlSet001\\X");
        assert_expands(guest, "HKLM\\SOFTWARE\\CurrentControlSet", "HKLM\\SOFTWARE\\CurrentControlSet");
        assert_expands(guest, "HKCU\\Software\\X",
                       "HKU\\S-1-5-19\\Software\\X|HKU\\S-1-5-21-1-2-3-500\\Software\\X|"
                       "HKU\\offwin-default\\Software\\X|HKU\\.DEFAULT\\Software\\X");
        assert_expands(guest, "HKU\\ADMINISTRATOR\\X", "HKU\\S-1-5-21-1-2-3-500\\X");
        assert_expands(guest, "HKU\\nobody\\X", "HKU\\nobody\\X");
        assert_expands(guest, "HKU\\.DEFAULT\\X", "HKU\\.DEFAULT\\X");
}

/* Windows makes the link "Current" at each boot: no hive holds it, and none may get a key of this name. */
static void current_config_is_the_profile_of_each_control_set(void **state)
{
        struct rig *rig = rig_get(state);
        char **paths;
        ow_guest *guest;
        ow_regkey key;
        size_t n;

        fill(rig, true);
        guest = rig_open(rig, true);
        assert_expands(guest, "HKCC\\System",
                       "HKLM\\SYSTEM\\ControlSet002\\Hardware Profiles\\0001\\System|"
                       "HKLM\\SYSTEM\\ControlSet003\\Hardware Profiles\\0002\\System");
        assert_expands(guest, "HKLM\\SYSTEM\\ControlSet003\\hardware profiles\\current",
                       "HKLM\\SYSTEM\\ControlSet003\\hardware profiles\\0002");
        assert_int_equal(dword_at(guest, "HKCC\\System", "x"), 7);
        assert_fails(OW_E_ABSENT, ow_registry_find(guest, "HKLM\\SYSTEM\\ControlSet001\\Hardware Profiles\\Current",
                                                   &key, &err));
        assert_fails(OW_E_REFUSED, ow_registry_expand(guest, "HKLM\\SYSTEM\\ControlSet001\\Hardware Profiles\\Current",
                                                      &paths, &n, &err));
        assert_ok(ow_registry_create(guest, "HKCC\\New", &key, &err));
        assert_int_equal(ow_registry_find(guest, "HKLM\\SYSTEM\\ControlSet002\\Hardware Profiles\\0001\\New", &key,
                                          NULL), 1);
}

/* Windows keeps a user's classes in UsrClass.dat alone; the services and the system have no such file. */
static void classes_go_where_they_last(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_regkey key;

        fill(rig, true);
        guest = rig_open(rig, true);
        assert_expands(guest, "HKCU\\Software\\Classes\\X",
                       "HKU\\S-1-5-19\\Software\\Classes\\X|HKU\\S-1-5-21-1-2-3-500\\Software\\Classes\\X|"
                       "HKU\\.DEFAULT\\Software\\Classes\\X");
        assert_true(has_problem(guest, "profile offwin-default has no UsrClass.dat"));
        assert_ok(ow_registry_create(guest, "HKU\\Administrator\\Software\\Classes\\X", &key, &err));
        assert_int_equal(ow_registry_find(guest, "HKU\\S-1-5-21-1-2-3-500_Classes\\X", &key, NULL), 1);
        assert_ok(ow_registry_create(guest, "HKU\\S-1-5-19\\Software\\Classes\\X", &key, &err));
        assert_fails(OW_E_REFUSED, ow_registry_create(guest, "HKU\\offwin-default\\Software\\Classes\\X", &key, &err));
}

static void users_are_found_without_software(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_regkey key;

        fill(rig, false);
        guest = rig_open(rig, false);
        show_problems(guest);
        assert_true(has_problem(guest, "hive SOFTWARE is missing"));
        assert_true(has_problem(guest, "users are told from their folders alone"));
        assert_expands(guest, "HKCU\\Software",
                       "HKU\\offwin-user-Administrator\\Software|HKU\\offwin-default\\Software|"
                       "HKU\\S-1-5-19\\Software|HKU\\.DEFAULT\\Software");
        assert_int_equal(ow_registry_find(guest, "HKU\\offwin-user-Administrator\\Software\\Test", &key, NULL), 1);
}

static void edits_last_and_logs_become_invalid(void **state)
{
        struct rig *rig = rig_get(state);
        const char *path = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\New\\Parameters";
        uint8_t log[25], zeros[25] = { 0 };
        ow_commit_result result = { 0 };
        ow_guest *guest;
        ow_regkey key;
        ow_file *file;
        ow_stat before, after;

        fill(rig, true);
        guest = rig_open(rig, true);
        assert_int_equal(ow_volume_stat(ow_guest_volume(guest), "Windows\\System32\\config\\SYSTEM", &before, NULL), 1);
        assert_ok(ow_registry_editable(guest, path, &err));
        assert_ok(ow_registry_create(guest, path, &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "Answer", OW_REG_DWORD, "\x2a\0\0\0", 4, &err));
        assert_ok(ow_registry_create(guest, "HKU\\Administrator\\Software\\New", &key, &err));
        assert_ok(ow_machine_commit(rig->machine, "test", &result, &err));
        assert_true(result.bytes_changed > 0);
        ow_commit_result_done(&result);
        rig_close(rig);

        guest = rig_open(rig, false);
        assert_false(has_problem(guest, "was not closed"));
        assert_int_equal(dword_at(guest, path, "Answer"), 42);
        assert_int_equal(ow_registry_find(guest, "HKU\\S-1-5-21-1-2-3-500\\Software\\New", &key, NULL), 1);
        assert_int_equal(ow_volume_stat(ow_guest_volume(guest), "Windows\\System32\\config\\SYSTEM", &after, NULL), 1);
        assert_int_equal(before.attributes, after.attributes);
        assert_int_equal(before.created, after.created);
        assert_ok(ow_file_open(ow_guest_volume(guest), "Windows\\System32\\config\\SYSTEM.LOG1", 0, &file, &err));
        assert_int_equal(ow_file_size(file), sizeof log);
        assert_ok(ow_file_read(file, 0, log, sizeof log, &err));
        assert_memory_equal(log, zeros, sizeof log);
        ow_file_close(file);
}

/* A hive that must grow past its file, and one more commit by the same handles. */
static void a_hive_grows_and_can_be_edited_again(void **state)
{
        struct rig *rig = rig_get(state);
        static uint8_t big[300000];
        ow_guest *guest;
        ow_regkey key;

        fill(rig, true);
        memset(big, 'x', sizeof big);
        guest = rig_open(rig, true);
        assert_ok(ow_registry_create(guest, "HKLM\\SOFTWARE\\Big", &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "Data", OW_REG_BINARY, big, sizeof big, &err));
        assert_ok(ow_machine_commit(rig->machine, "first", NULL, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "Second", OW_REG_DWORD, "\7\0\0\0", 4, &err));
        assert_ok(ow_machine_commit(rig->machine, "second", NULL, &err));
        rig_close(rig);

        guest = rig_open(rig, false);
        assert_int_equal(dword_at(guest, "HKLM\\SOFTWARE\\Big", "Second"), 7);
        {
                ow_blob blob = { 0 };
                uint32_t type;

                assert_int_equal(ow_registry_get(guest, "HKLM\\SOFTWARE\\Big", "Data", &type, &blob, NULL), 1);
                assert_int_equal(blob.size, sizeof big);
                assert_memory_equal(blob.p, big, sizeof big);
                ow_blob_done(&blob);
        }
}

/* After a commit the same disks are looked at anew; before one, what was only in memory is gone. */
static void a_reload_shows_what_is_on_the_image(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_regkey key;

        fill(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_registry_create(guest, "HKLM\\SOFTWARE\\Kept", &key, &err));
        assert_ok(ow_machine_commit(rig->machine, "kept", NULL, &err));
        assert_ok(ow_registry_create(guest, "HKLM\\SOFTWARE\\Lost", &key, &err));
        assert_ok(ow_registry_save(guest, 1, &err));
        assert_ok(ow_machine_reload(rig->machine, &err));
        assert_ok(ow_guest_open(rig->machine, 0, &rig->guest, &err));
        guest = rig->guest;
        assert_int_equal(ow_registry_find(guest, "HKLM\\SOFTWARE\\Kept", &key, NULL), 1);
        assert_int_equal(ow_registry_find(guest, "HKLM\\SOFTWARE\\Lost", &key, NULL), 0);
        assert_fails(OW_E_READONLY, ow_machine_commit(rig->machine, "no", NULL, &err));
}

static void reading_changes_nothing(void **state)
{
        struct rig *rig = rig_get(state);
        uint64_t at = 0, size;
        ow_guest *guest;
        ow_regkey key;

        fill(rig, true);
        guest = rig_open(rig, true);
        assert_int_equal(ow_registry_find(guest, "HKU\\Administrator\\Software", &key, NULL), 1);
        assert_ok(ow_registry_save(guest, 1, &err));
        assert_ok(ow_volume_flush(ow_guest_volume(guest), &err));
        assert_int_equal(ow_disk_next_change(ow_machine_disk(rig->machine, 0), &at, &size, NULL), 0);
}

/* Dry run: edits in memory are fine on a read-only machine, saving them is not. */
static void a_read_only_machine_saves_nothing(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_regkey key;

        fill(rig, true);
        guest = rig_open(rig, false);
        assert_ok(ow_registry_create(guest, "HKLM\\SOFTWARE\\New", &key, &err));
        assert_fails(OW_E_READONLY, ow_registry_save(guest, 1, &err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(paths_lead_to_hives),
                TEST(one_path_stands_for_all_its_places),
                TEST(current_config_is_the_profile_of_each_control_set),
                TEST(classes_go_where_they_last),
                TEST(users_are_found_without_software),
                TEST(edits_last_and_logs_become_invalid),
                TEST(a_hive_grows_and_can_be_edited_again),
                TEST(a_reload_shows_what_is_on_the_image),
                TEST(reading_changes_nothing),
                TEST(a_read_only_machine_saves_nothing),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
