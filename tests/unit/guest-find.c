/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Installations on disks: any folder name, several on one disk, several disks, none at all. */
#include "guest-fixture.h"

static const char small_system[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services]\n";

static void fill_two(struct rig *rig)
{
        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "WINNT\\system32\\config\\system", small_system);
        rig_put_hive(rig, "Win2k3\\System32\\Config\\SYSTEM", small_system);
        rig_put_hive(rig, "Windows.old\\Windows\\System32\\config\\SYSTEM", small_system);
        rig_put(rig, "Windows\\System32\\config\\SYSTEM", "garbage, not a hive", 19);
        rig_end(rig);
}

static void any_folder_with_a_system_hive_is_windows(void **state)
{
        struct rig *rig = rig_get(state);
        size_t found = 99;

        fill_two(rig);
        rig_machine(rig, 1, false);
        assert_int_equal(ow_machine_guest_count(rig->machine), 2);
        assert_string_equal(ow_machine_guest_root(rig->machine, 0), "Win2k3");
        assert_string_equal(ow_machine_guest_id(rig->machine, 0), "disk1:partition1:Win2k3");
        assert_string_equal(ow_machine_guest_id(rig->machine, 1), "disk1:partition1:WINNT");
        assert_int_equal(ow_machine_guest_volume(rig->machine, 1), 0);

        assert_fails(OW_E_INVAL, ow_machine_find_guest(rig->machine, NULL, &found, &err));
        assert_fails(OW_E_ABSENT, ow_machine_find_guest(rig->machine, "Windows", &found, &err));
        assert_fails(OW_E_ABSENT, ow_machine_find_guest(rig->machine, "3", &found, &err));
        assert_int_equal(found, 99);
        assert_ok(ow_machine_find_guest(rig->machine, "2", &found, &err));
        assert_int_equal(found, 1);
        assert_ok(ow_machine_find_guest(rig->machine, "WIN2K3", &found, &err));
        assert_int_equal(found, 0);
        assert_ok(ow_machine_find_guest(rig->machine, "DISK1:partition1:winnt", &found, &err));
        assert_int_equal(found, 1);
}

static void a_broken_system_hive_counts_when_windows_stands_around_it(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put(rig, "Windows\\System32\\config\\SYSTEM", "garbage, not a hive", 19);
        rig_put(rig, "Windows\\System32\\ntoskrnl.exe", "MZ", 2);
        rig_end(rig);
        guest = rig_open(rig, false);
        show_problems(guest);
        assert_true(has_problem(guest, "HKLM\\SYSTEM"));
        assert_true(has_problem(guest, "hive SOFTWARE is missing"));
        assert_int_equal(ow_guest_control_sets(guest)->n_edit, 0);
        assert_int_equal(ow_guest_windows(guest)->major, 0);
}

static void several_disks_make_one_machine(void **state)
{
        struct rig *rig = rig_get(state);

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_disk(rig, 1, 4, NULL, NULL, 0);                             /* blank */
        rig_disk(rig, 2, 8, NULL, &(struct part){ "fat", 0, 8 }, 1);    /* no partition table */
        rig_begin(rig, 2, 0);
        rig_put_hive(rig, "WINDOWS\\system32\\config\\system", small_system);
        rig_end(rig);
        rig_machine(rig, 3, false);
        assert_int_equal(ow_machine_disk_count(rig->machine), 3);
        assert_int_equal(ow_machine_volume_count(rig->machine), 2);
        assert_int_equal(ow_machine_guest_count(rig->machine), 1);
        assert_string_equal(ow_machine_guest_id(rig->machine, 0), "disk3:WINDOWS");
        assert_true(ow_machine_partition_table(rig->machine, 1)->warning[0] != '\0');
}

static void no_windows_is_said_clearly(void **state)
{
        struct rig *rig = rig_get(state);
        size_t found;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_machine(rig, 1, false);
        assert_int_equal(ow_machine_guest_count(rig->machine), 0);
        assert_fails(OW_E_ABSENT, ow_machine_find_guest(rig->machine, NULL, &found, &err));
}

static void what_is_no_disk_fails(void **state)
{
        struct rig *rig = rig_get(state);
        const char *name = rig->image[0];
        const char *absent = "/nonexistent/disk.raw";
        ow_machine *machine = NULL;

        rig_disk(rig, 0, 1, NULL, NULL, 0);
        assert_fails(OW_E_FORMAT, ow_machine_open(&name, 1, NULL, &machine, &err));
        assert_fails(OW_E_ABSENT, ow_machine_open(&absent, 1, NULL, &machine, &err));
        assert_fails(OW_E_INVAL, ow_machine_open(&name, 0, NULL, &machine, &err));
        assert_null(machine);
}

static void a_read_only_machine_commits_nothing(void **state)
{
        struct rig *rig = rig_get(state);

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_machine(rig, 1, false);
        assert_fails(OW_E_READONLY, ow_machine_commit(rig->machine, "x", NULL, &err));
}

/* A Windows that sleeps is read, but not opened for writing, and the reason is the volume's. */
static void a_hibernated_windows_is_read_only(void **state)
{
        struct rig *rig = rig_get(state);
        uint8_t page[4096] = "hibr";
        size_t found;
        ow_guest *guest = NULL;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", small_system);
        rig_put(rig, "hiberfil.sys", page, sizeof page);
        rig_end(rig);
        guest = rig_open(rig, false);
        assert_true(ow_guest_state_get(guest)->hibernated);
        rig_close(rig);

        rig_machine(rig, 1, true);
        assert_non_null(ow_machine_volume_get(rig->machine, 0)->volume);
        assert_true(ow_machine_volume_get(rig->machine, 0)->why_not.code < 0);
        assert_ok(ow_machine_find_guest(rig->machine, NULL, &found, &err));
        assert_fails(OW_E_REFUSED, ow_guest_open(rig->machine, found, &guest, &err));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(any_folder_with_a_system_hive_is_windows),
                TEST(a_broken_system_hive_counts_when_windows_stands_around_it),
                TEST(several_disks_make_one_machine),
                TEST(no_windows_is_said_clearly),
                TEST(what_is_no_disk_fails),
                TEST(a_read_only_machine_commits_nothing),
                TEST(a_hibernated_windows_is_read_only),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
