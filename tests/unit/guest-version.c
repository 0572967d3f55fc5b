/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which Windows it is, with SOFTWARE and without, and what state it was left in. */
#include "guest-fixture.h"

#define CCS "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define CV  "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n"

static const char select_text[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services]\n";

static ow_guest *open_with(struct rig *rig, const char *system, const char *software)
{
        OW_AUTO_BUFFER all = OW_BUFFER_INIT;
        char *whole;

        ow_buffer_put_text(&all, select_text);
        ow_buffer_put_text(&all, system);
        whole = ow_buffer_take_text(&all);
        assert_non_null(whole);
        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", whole);
        if (software)
                rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", software);
        rig_end(rig);
        ow_free(whole);
        return rig_open(rig, false);
}

static void server_2008_r2_is_told(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig,
                CCS "Control\\ProductOptions]\n\"ProductType\"=\"ServerNT\"\n"
                CCS "Control\\Session Manager\\Environment]\n\"PROCESSOR_ARCHITECTURE\"=\"AMD64\"\n"
                CCS "Control\\Windows]\n\"ShutdownTime\"=hex:00,00,00,00,14,c6,d3,01\n"
                CCS "Control\\ComputerName\\ComputerName]\n\"ComputerName\"=\"SRV01\"\n"
                CCS "Services\\Netlogon]\n\"Start\"=dword:00000002\n"
                CCS "Services\\Tcpip\\Parameters]\n\"NV Domain\"=\"corp.example\"\n\"Domain\"=\"corp.example\"\n",
                CV "\"CurrentVersion\"=\"6.1\"\n\"CurrentBuildNumber\"=\"7601\"\n\"CurrentBuild\"=\"1.511.1 ()\"\n"
                "\"CSDVersion\"=\"Service Pack 1\"\n\"ProductName\"=\"Windows Server 2008 R2 Standard\"\n"
                "\"EditionID\"=\"ServerStandard\"\n\"InstallationType\"=\"Server\"\n\"InstallDate\"=dword:5d3c2f10\n"
                "\"SystemRoot\"=\"C:\\\\Windows\"\n");
        const ow_windows *w = ow_guest_windows(guest);

        show_problems(guest);
        assert_int_equal(ow_guest_problem_count(guest), 0);
        assert_int_equal(w->major * 100 + w->minor, 601);
        assert_int_equal(w->build, 7601);
        assert_int_equal(w->service_pack, 1);
        assert_string_equal(w->name, "Windows Server 2008 R2 Standard");
        assert_string_equal(w->edition, "ServerStandard");
        assert_string_equal(w->installation_type, "Server");
        assert_string_equal(w->computer_name, "SRV01");
        assert_string_equal(w->domain, "corp.example");
        assert_true(w->domain_member);
        assert_int_equal(w->product, OW_PRODUCT_SERVER);
        assert_int_equal(w->arch, OW_ARCH_X64);
        assert_true(w->installed == (0x5d3c2f10ull + 11644473600ull) * 10000000ull);
        assert_true(w->last_shutdown == 0x01d3c61400000000ull);
        assert_false(w->from_fallback);
}

static void windows_11_calls_itself_10(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, CCS "Control\\ProductOptions]\n\"ProductType\"=\"WinNT\"\n",
                CV "\"CurrentVersion\"=\"6.3\"\n\"CurrentMajorVersionNumber\"=dword:0000000a\n"
                "\"CurrentMinorVersionNumber\"=dword:00000000\n\"CurrentBuildNumber\"=\"22631\"\n"
                "\"UBR\"=dword:00000e4c\n\"ProductName\"=\"Windows 10 Pro\"\n\"DisplayVersion\"=\"23H2\"\n"
                "\"ReleaseId\"=\"2009\"\n\"BuildLabEx\"=\"22621.1.amd64fre.ni_release.220506-1250\"\n");
        const ow_windows *w = ow_guest_windows(guest);

        assert_int_equal(w->major, 10);
        assert_int_equal(w->minor, 0);
        assert_int_equal(w->revision, 3660);
        assert_string_equal(w->name, "Windows 11 Pro");
        assert_string_equal(w->release, "23H2");
        assert_int_equal(w->arch, OW_ARCH_X64);
        assert_false(w->domain_member);
}

struct inference { const char *system; uint32_t major, minor, build; const char *name; };

/* One mark at a time, each on top of what the older releases have too. */
static const struct inference inferences[] = {
        { "", 0, 0, 0, "Windows" },
        { CCS "Services\\NetDetect]\n", 4, 0, 1381, "Windows NT Workstation 4.0" },
        { CCS "Control\\CriticalDeviceDatabase]\n", 5, 0, 2195, "Windows 2000 Professional" },
        { CCS "Control\\CriticalDeviceDatabase]\n" CCS "Services\\Themes]\n"
          CCS "Control\\ProductOptions]\n\"ProductType\"=\"ServerNT\"\n", 5, 2, 3790, "Windows Server 2003" },
        { CCS "Control\\CriticalDeviceDatabase]\n" CCS "Services\\Themes]\n"
          CCS "Control\\Windows]\n\"ComponentizedBuild\"=dword:00000001\n\"CSDVersion\"=dword:00000200\n",
          6, 0, 6002, "Windows Vista" },
        { CCS "Services\\Power]\n" CCS "Control\\Windows]\n\"ComponentizedBuild\"=dword:00000001\n",
          6, 1, 7600, "Windows 7" },
        { "[HKEY_LOCAL_MACHINE\\DriverDatabase]\n\"Version\"=dword:06020000\n", 6, 2, 9200, "Windows 8" },
        { "[HKEY_LOCAL_MACHINE\\DriverDatabase]\n\"Version\"=dword:0a000000\n"
          CCS "Control\\Windows]\n\"ShutdownStopTimePerfCounterBuildLab\"=\"17763.rs5_release\"\n",
          10, 0, 17763, "Windows 10" },
        { "[HKEY_LOCAL_MACHINE\\DriverDatabase]\n", 0, 0, 0, "Windows" },
};

static void the_version_is_inferred_no_further_than_the_marks_go(void **state)
{
        struct rig *rig = rig_get(state);

        for (size_t i = 0; i < OW_COUNT(inferences); i++) {
                const struct inference *want = &inferences[i];
                ow_guest *guest = open_with(rig, want->system, NULL);
                const ow_windows *w = ow_guest_windows(guest);

                print_message("%s\n", want->name);
                show_problems(guest);
                assert_int_equal(w->major, want->major);
                assert_int_equal(w->minor, want->minor);
                assert_int_equal(w->build, want->build);
                assert_string_equal(w->name, want->name);
                assert_true(w->from_fallback);
                rig_close(rig);
        }
}

static void what_was_going_on_is_told(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig,
                "[HKEY_LOCAL_MACHINE\\Setup]\n\"SystemSetupInProgress\"=dword:00000000\n\"SetupType\"=dword:00000002\n"
                "\"OOBEInProgress\"=dword:00000001\n"
                CCS "Control\\Session Manager]\n\"PendingFileRenameOperations\"=hex(7):41,00,00,00,00,00,00,00\n"
                CCS "Control\\Session Manager\\Power]\n\"HiberbootEnabled\"=dword:00000001\n",
                CV "\"CurrentVersion\"=\"6.1\"\n"
                "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State]\n"
                "\"ImageState\"=\"IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE\"\n"
                "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending]\n"
                "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows\\CurrentVersion\\WindowsUpdate\\Auto Update\\RebootRequired]\n");
        const ow_guest_state *s = ow_guest_state_get(guest);

        assert_true(s->setup_in_progress);
        assert_true(s->oobe_in_progress);
        assert_true(s->sysprep_generalized);
        assert_true(s->pending_renames);
        assert_true(s->pending_cbs);
        assert_true(s->pending_update);
        assert_true(s->fast_startup);
        assert_false(s->hibernated);
        assert_false(s->volume_dirty);
}

static void a_quiet_windows_has_nothing_going_on(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig,
                "[HKEY_LOCAL_MACHINE\\Setup]\n\"SystemSetupInProgress\"=dword:00000000\n\"SetupType\"=dword:00000000\n"
                "[HKEY_LOCAL_MACHINE\\Setup\\Status\\SysprepStatus]\n\"GeneralizationState\"=dword:00000007\n"
                CCS "Control\\Session Manager]\n\"PendingFileRenameOperations\"=hex(7):00,00\n",
                CV "\"CurrentVersion\"=\"6.1\"\n");
        const ow_guest_state *s = ow_guest_state_get(guest);

        assert_false(s->setup_in_progress || s->oobe_in_progress || s->sysprep_generalized || s->pending_renames ||
                     s->pending_cbs || s->pending_update || s->fast_startup);
}

static void odd_control_sets_are_worked_around(void **state)
{
        static const struct { const char *text; uint32_t current; size_t n_edit; const char *problem; } cases[] = {
                { "[HKEY_LOCAL_MACHINE\\ControlSet002\\Services]\n", 2, 1, "no Select key" },
                { "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000007\n\"Default\"=dword:00000003\n"
                  "[HKEY_LOCAL_MACHINE\\ControlSet003]\n", 3, 1, "control set 7 as current" },
                { "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=hex:01,00\n\"Default\"=dword:00000001\n"
                  "[HKEY_LOCAL_MACHINE\\ControlSet001]\n", 1, 1, "'Current' should be a 4-byte number" },
                { "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:ffffffff\n", 0, 0, "no control set" },
                { "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000002\n"
                  "[HKEY_LOCAL_MACHINE\\ControlSet001]\n[HKEY_LOCAL_MACHINE\\ControlSet002]\n", 1, 2,
                  "SOFTWARE is missing" },
        };
        struct rig *rig = rig_get(state);

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                const ow_control_sets *sets;
                ow_guest *guest;

                print_message("%s\n", cases[i].problem);
                rig_plain_disk(rig, 0, 12, "11111111");
                rig_begin(rig, 0, 0);
                rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", cases[i].text);
                rig_end(rig);
                guest = rig_open(rig, false);
                sets = ow_guest_control_sets(guest);
                show_problems(guest);
                assert_int_equal(sets->current, cases[i].current);
                assert_int_equal(sets->n_edit, cases[i].n_edit);
                assert_true(has_problem(guest, cases[i].problem));
                rig_close(rig);
        }
}

/* Every prefix of a real hive: found or not, never a crash, and always a sentence that says what is wrong. */
static void a_truncated_system_narrows_what_is_said(void **state)
{
        static const size_t sizes[] = { 0, 1, 511, 512, 4095, 4096, 4097, 8192, 100000, 1000000 };
        struct rig *rig = rig_get(state);
        ow_blob blob = { 0 };

        if (!rig_data("machines/nt4-server/SYSTEM", &blob))
                skip();
        for (size_t i = 0; i < OW_COUNT(sizes); i++) {
                ow_guest *guest;
                const ow_service *services;
                size_t n;

                rig_plain_disk(rig, 0, 12, "11111111");
                rig_begin(rig, 0, 0);
                rig_put(rig, "Windows\\System32\\config\\SYSTEM", blob.p, sizes[i]);
                rig_put(rig, "Windows\\System32\\ntoskrnl.exe", "MZ", 2);
                rig_end(rig);
                guest = rig_open(rig, false);
                print_message("%zu bytes\n", sizes[i]);
                show_problems(guest);
                assert_true(has_problem(guest, "SYSTEM"));
                if (sizes[i] >= 8192)
                        assert_true(has_problem(guest, "is cut off"));
                assert_ok(ow_guest_services(guest, &services, &n, &err));
                rig_close(rig);
        }
        ow_blob_done(&blob);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(server_2008_r2_is_told),
                TEST(windows_11_calls_itself_10),
                TEST(the_version_is_inferred_no_further_than_the_marks_go),
                TEST(what_was_going_on_is_told),
                TEST(a_quiet_windows_has_nothing_going_on),
                TEST(odd_control_sets_are_worked_around),
                TEST(a_truncated_system_narrows_what_is_said),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
