/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drive letters over several disks, Windows paths onto volumes, and which firmware starts it all. */
#include "guest-fixture.h"

#define ESP_TYPE   "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
#define BASIC_TYPE "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7"
#define BASIC_ID   "99931F21-7FAF-44A9-81D8-1E73C14B9EAF"

/* C: is GPT partition 2 of disk 1, D: at 1 MiB of the MBR disk 2, E: a CD drive, F: on a disk that is not given. */
static const char system_text[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services]\n"
        "[HKEY_LOCAL_MACHINE\\MountedDevices]\n"
        "\"\\\\DosDevices\\\\C:\"=hex:44,4d,49,4f,3a,49,44,3a,21,1f,93,99,af,7f,a9,44,81,d8,1e,73,c1,4b,9e,af\n"
        "\"\\\\DosDevices\\\\D:\"=hex:be,ba,fe,ca,00,00,10,00,00,00,00,00\n"
        "\"\\\\DosDevices\\\\E:\"=hex:5c,00,3f,00,3f,00,5c,00,43,00,64,00,31,00\n"
        "\"\\\\DosDevices\\\\F:\"=hex:01,02,03,04,00,00,10,00,00,00,00,00\n"
        "\"\\\\DosDevices\\\\G:\"=hex:01,02,03\n"
        "\"\\\\??\\\\Volume{656b1715-ecf6-11df-92e6-806e6f6e6963}\"=hex:be,ba,fe,ca,00,00,10,00,00,00,00,00\n"
        "\"#{x}\"=hex:00\n";

static ow_guest *open_two_disks(struct rig *rig)
{
        static const struct part gpt[] = { { "fat", 1, 4 }, { "ntfs", 8, 12 } };
        size_t found;

        rig_disk(rig, 0, 22,
                 "label: gpt;start=2048, size=8192, type=" ESP_TYPE ";start=16384, size=24576, type=" BASIC_TYPE
                 ", uuid=" BASIC_ID ";", gpt, 2);
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "EFI\\Microsoft\\Boot\\BCD", "[HKEY_LOCAL_MACHINE\\Objects]\n");
        rig_end(rig);
        rig_begin(rig, 0, 1);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system_text);
        rig_put(rig, "file.txt", "hello", 5);
        rig_end(rig);
        rig_plain_disk(rig, 1, 12, "cafebabe");
        rig_machine(rig, 2, false);
        assert_ok(ow_machine_find_guest(rig->machine, NULL, &found, &err));
        assert_ok(ow_guest_open(rig->machine, found, &rig->guest, &err));
        show_problems(rig->guest);
        return rig->guest;
}

static void letters_lead_to_volumes_of_all_disks(void **state)
{
        static const struct { char letter; size_t volume; const char *what; } want[] = {
                { 'C', 1, "disk 1 partition 2" },
                { 'D', 2, "disk 2 partition 1" },
                { 'E', SIZE_MAX, "\\??\\Cd1" },
                { 'F', SIZE_MAX, "signature 04030201 at byte 1048576" },
                { 'G', SIZE_MAX, "3 bytes of an unknown form" },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_two_disks(rig);
        ow_regkey key;

        assert_int_equal(ow_guest_drive_count(guest), OW_COUNT(want));
        for (size_t i = 0; i < OW_COUNT(want); i++) {
                const ow_drive *drive = ow_guest_drive(guest, i);

                assert_int_equal(drive->letter, want[i].letter);
                assert_true(drive->volume == want[i].volume);
                assert_non_null(strstr(drive->what, want[i].what));
        }
        assert_int_equal(ow_guest_system_drive(guest), 'C');
        assert_int_equal(ow_guest_firmware(guest), OW_FIRMWARE_UEFI);
        assert_int_equal(ow_registry_find(guest, "HKLM\\BCD00000000\\Objects", &key, NULL), 1);
}

static void windows_paths_lead_to_volumes(void **state)
{
        static const struct { const char *path; size_t volume; const char *want; int error; } cases[] = {
                { "C:\\file.txt", 1, "file.txt", 0 },
                { "c:/Dir/./x//y", 1, "Dir\\x\\y", 0 },
                { "D:\\", 2, "", 0 },
                { "\\Program Files\\x", 1, "Program Files\\x", 0 },
                { "%SystemRoot%\\system32\\x.dll", 1, "Windows\\system32\\x.dll", 0 },
                { "%systemdrive%\\x", 1, "x", 0 },
                { "\\SystemRoot\\System32\\x", 1, "Windows\\System32\\x", 0 },
                { "\\??\\D:\\a", 2, "a", 0 },
                { "\\\\?\\C:\\a", 1, "a", 0 },
                { "system32\\drivers\\x.sys", 1, "Windows\\system32\\drivers\\x.sys", 0 },
                { "\\SystemRootless\\x", 1, "SystemRootless\\x", 0 },
                { "E:\\x", 0, NULL, OW_E_ABSENT },
                { "F:\\x", 0, NULL, OW_E_ABSENT },
                { "Z:\\x", 0, NULL, OW_E_ABSENT },
                { "\\\\server\\share\\x", 0, NULL, OW_E_UNSUPPORTED },
                { "\\??\\UNC\\server\\x", 0, NULL, OW_E_UNSUPPORTED },
                { "\\Device\\HarddiskVolume1\\x", 0, NULL, OW_E_UNSUPPORTED },
                { "%nobody%\\x", 0, NULL, OW_E_UNSUPPORTED },
                { "C:\\a\\..\\b", 0, NULL, OW_E_INVAL },
                { "C:\\a:stream", 0, NULL, OW_E_INVAL },
                { "", 0, NULL, OW_E_INVAL },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_two_disks(rig);

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_error err = OW_ERROR_INIT;
                ow_volume *volume = NULL;
                char *path = NULL;
                int r = ow_guest_resolve_path(guest, cases[i].path, &volume, &path, &err);

                print_message("%s: %s\n", cases[i].path, r < 0 ? err.text : path);
                assert_int_equal(r, cases[i].error);
                if (r < 0)
                        continue;
                assert_string_equal(path, cases[i].want);
                assert_ptr_equal(volume, ow_machine_volume_get(rig->machine, cases[i].volume)->volume);
                ow_text_free(path);
        }
}

/* The letter of SystemRoot wins over MountedDevices that names another disk. */
static void the_system_drive_is_where_windows_was_found(void **state)
{
        struct rig *rig = rig_get(state);
        ow_volume *volume = NULL;
        ow_guest *guest;
        char *path = NULL;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "WINDOWS\\System32\\config\\SYSTEM", system_text);
        rig_put_hive(rig, "WINDOWS\\System32\\config\\SOFTWARE",
                     "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"5.1\"\n"
                     "\"SystemRoot\"=\"D:\\\\WINDOWS\"\n");
        rig_put(rig, "NTLDR", "x", 1);
        rig_end(rig);
        guest = rig_open(rig, false);
        show_problems(guest);
        assert_int_equal(ow_guest_system_drive(guest), 'D');
        assert_ok(ow_guest_resolve_path(guest, "%SystemRoot%\\x", &volume, &path, &err));
        assert_string_equal(path, "WINDOWS\\x");
        assert_ptr_equal(volume, ow_guest_volume(guest));
        ow_text_free(path);
        assert_int_equal(ow_guest_drive(guest, 1)->letter, 'D');
        assert_int_equal(ow_guest_drive(guest, 1)->volume, 0);
        assert_true(has_problem(guest, "MountedDevices has it on the disk with signature cafebabe"));
        assert_int_equal(ow_guest_firmware(guest), OW_FIRMWARE_BIOS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(letters_lead_to_volumes_of_all_disks),
                TEST(windows_paths_lead_to_volumes),
                TEST(the_system_drive_is_where_windows_was_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
