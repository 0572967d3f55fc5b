/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of services on a volume: there or not, whose they are, and the texts that stand in them. */
#include "guest-fixture.h"
#include "pe-image.h"

#include <offwin/service.h>

#define SERVICES "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\"
#define PROCESS  "\"Type\"=dword:00000010\n\"Start\"=dword:00000002\n"

static const char system_text[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\MUI\\UILanguages\\de-DE]\n"
        SERVICES "acme]\n" PROCESS "\"ImagePath\"=\"%SystemRoot%\\\\acme.exe -s\"\n"
        "\"DisplayName\"=\"@%SystemRoot%\\\\acme.exe,-100\"\n\"Description\"=\"@acme.exe,-101;as a last resort\"\n"
        SERVICES "mui]\n" PROCESS "\"ImagePath\"=\"text.exe\"\n\"DisplayName\"=\"@text.exe,-100\"\n"
        "\"Description\"=\"@%SystemRoot%\\\\nowhere.dll,-1\"\n"
        SERVICES "gone]\n" PROCESS "\"ImagePath\"=\"C:\\\\Agent\\\\gone.exe\"\n"
        SERVICES "folder]\n" PROCESS "\"ImagePath\"=\"C:\\\\Windows\\\\System32.exe\"\n"
        SERVICES "elsewhere]\n" PROCESS "\"ImagePath\"=\"X:\\\\a.exe\"\n"
        SERVICES "remote]\n" PROCESS "\"ImagePath\"=\"\\\\\\\\server\\\\share\\\\a.exe\"\n"
        SERVICES "oem]\n\"Type\"=dword:00000001\n\"DisplayName\"=\"@oem4.inf,%token%;Storage Filter\"\n"
        SERVICES "inbox]\n\"Type\"=dword:00000001\n\"DisplayName\"=\"@disk.inf,%token%;Disk Driver\"\n"
        SERVICES "owned]\n\"Type\"=dword:00000001\n\"Owners\"=multi:\"oem12.inf\"\n"
        SERVICES "Spooler]\n" PROCESS "\"ImagePath\"=\"%SystemRoot%\\\\System32\\\\spoolsv.exe\"\n"
        SERVICES "unknown]\n" PROCESS "\"ImagePath\"=\"%SystemRoot%\\\\System32\\\\u.exe\"\n";

static ow_guest *open_guest(struct rig *rig)
{
        struct image image, none;

        image_make(&image);
        image_make(&none);
        memset(none.b + RSRC, 0, SIZE - RSRC);          /* a program without texts */
        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system_text);
        rig_put(rig, "Windows\\acme.exe", image.b, sizeof image.b);
        rig_put(rig, "Windows\\System32\\text.exe", none.b, sizeof none.b);
        rig_put(rig, "Windows\\System32\\de-DE\\text.exe.mui", image.b, sizeof image.b);
        rig_put(rig, "Windows\\System32.exe\\x", "x", 1);
        rig_put(rig, "Windows\\System32\\u.exe", "no program at all", 17);
        rig_end(rig);
        return rig_open(rig, false);
}

static const ow_service *find(ow_guest *guest, const char *name)
{
        const ow_service *s = NULL;

        assert_int_equal(ow_guest_service_find(guest, 1, name, &s, NULL), 1);
        return s;
}

static void what_a_file_says_is_read_once_it_is_there(void **state)
{
        static const struct {
                const char *name;
                enum ow_service_file_state want;
        } cases[] = {
                { "acme", OW_SERVICE_FILE_THERE },   { "gone", OW_SERVICE_FILE_MISSING },
                { "folder", OW_SERVICE_FILE_MISSING }, { "elsewhere", OW_SERVICE_FILE_UNKNOWN },
                { "remote", OW_SERVICE_FILE_NONE },  { "unknown", OW_SERVICE_FILE_THERE },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_guest(rig);
        enum ow_service_file_state got;
        ow_service_file file;

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                print_message("%s\n", cases[i].name);
                assert_ok(ow_service_file_look(guest, find(guest, cases[i].name), &got, &err));
                assert_int_equal(got, cases[i].want);
                assert_ok(ow_service_file_get(guest, find(guest, cases[i].name), &file, &err));
                assert_int_equal(file.state, cases[i].want);
        }
        assert_ok(ow_service_file_get(guest, find(guest, "acme"), &file, &err));
        assert_true(file.program);
        assert_int_equal(file.machine, PE_MACHINE_X64);
        assert_int_equal(file.size, SIZE);
        assert_string_equal(file.company, "Acme");
        assert_string_equal(file.version, "6.1.7601.17514");
        assert_string_equal(file.version_text, "6.1");
        assert_string_equal(file.why, "");
        assert_ok(ow_service_file_get(guest, find(guest, "unknown"), &file, &err));
        assert_false(file.program);
        assert_string_equal(file.company, "");
        assert_non_null(strstr(file.why, "not a program file"));
        assert_ok(ow_service_file_get(guest, find(guest, "elsewhere"), &file, &err));
        assert_non_null(strstr(file.why, "no drive X:"));
}

static void texts_are_found_in_files_and_beside_them(void **state)
{
        static const struct {
                const char *name;
                bool description;
                const char *want;
        } cases[] = {
                { "acme", false, "Hello" },
                { "acme", true, "as a last resort" },
                { "mui", false, "Hello" },
                { "mui", true, "@%SystemRoot%\\nowhere.dll,-1" },
                { "oem", false, "Storage Filter" },
                { "inbox", false, "Disk Driver" },
                { "gone", false, "" },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_guest(rig);

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                const ow_service *s = find(guest, cases[i].name);
                const char *text;

                assert_ok(ow_service_text(guest, s, cases[i].description ? s->description : s->display_name, &text,
                                          &err));
                print_message("%s: %s\n", cases[i].name, text);
                assert_string_equal(text, cases[i].want);
        }
}

static void whose_it_is_is_told_with_the_evidence(void **state)
{
        static const struct {
                const char *name;
                enum ow_service_origin want;
                const char *evidence;   /* a part */
        } cases[] = {
                { "acme", OW_ORIGIN_OTHER, "company" },
                { "gone", OW_ORIGIN_OTHER, "outside of Windows" },
                { "oem", OW_ORIGIN_OTHER, "oem INF" },
                { "owned", OW_ORIGIN_OTHER, "oem INF" },
                { "inbox", OW_ORIGIN_MICROSOFT, "driver package of Windows" },
                { "Spooler", OW_ORIGIN_MICROSOFT, "name" },
                { "unknown", OW_ORIGIN_UNKNOWN, "nothing" },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_guest(rig);

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                enum ow_service_origin origin;
                const char *evidence;

                assert_ok(ow_service_origin_get(guest, find(guest, cases[i].name), true, &origin, &evidence, &err));
                print_message("%s: %s, %s\n", cases[i].name, ow_service_origin_name(origin), evidence);
                assert_int_equal(origin, cases[i].want);
                assert_non_null(strstr(evidence, cases[i].evidence));
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(what_a_file_says_is_read_once_it_is_there),
                TEST(texts_are_found_in_files_and_beside_them),
                TEST(whose_it_is_is_told_with_the_evidence),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
