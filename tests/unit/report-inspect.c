/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `offwin inspect` shows, on a machine of plain fields. */
#include "test.h"

#include <jansson.h>

#include <offwin/report.h>

#include "report-fake.h"

static char *report(ow_machine *machine, ow_guest *guest, const ow_report_options *options)
{
        char *text = NULL;

        assert_ok(ow_report_inspect(machine, &guest, guest ? 1 : 0, options, &text, &err));
        return text;
}

static void text_is_as_drawn(void **state)
{
        static const char want[] =
                "Disk 1  server.img\n"
                "  20.0 GiB, raw, MBR signature 0x1a2b3c4d\n"
                "    2   19.0 GiB  NTFS      C:   0x07 active  \"System\"\n"
                "\n"
                "Windows  disk1:partition2:Windows\n"
                "  Windows       Windows Server 2008 R2 Standard, Service Pack 1\n"
                "  Version       6.1.7601, x64, server, boots by BIOS\n"
                "  Computer      SRV01, member of the domain corp.example\n"
                "  Control sets  current 1, default 1, failed 0, last known good 2\n"
                "  State         file renames wait for a reboot; fast startup is on\n"
                "  Services      1 (1 automatic), and 1 driver\n"
                "\n"
                "  Drives\n"
                "    C:  disk 1 partition 2\n"
                "\n"
                "  Profiles\n"
                "    Administrator  person   C:\\Users\\Administrator\n"
                "\n"
                "  Network adapters\n"
                "    Team\n"
                "      Card      HP Network Team (team), 00:11:22:33:44:55\n"
                "      Address   static 10.0.0.5/24; gateway 10.0.0.1; DNS 10.0.0.2\n"
                "      Gone?     its card is an HP one\n"
                "    and 1 software adapter\n"
                "\n"
                "Next: offwin doctor server.img\n";
        static const ow_prefix address = { { OW_FAMILY_IPV4, { 10, 0, 0, 5 } }, 24 };
        static const ow_gateway gateway = { { OW_FAMILY_IPV4, { 10, 0, 0, 1 } }, OW_METRIC_AUTOMATIC };
        static const ow_address dns = { OW_FAMILY_IPV4, { 10, 0, 0, 2 } };
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text;

        fake_volume.info = (ow_volume_info){ .kind_name = "NTFS", .label = "System" };
        guest.state = (ow_guest_state){ .pending_renames = true, .fast_startup = true };
        guest.users[0] = (ow_user){ .kind = OW_USER_PERSON, .name = "Administrator",
                                    .profile = "C:\\Users\\Administrator", .hive_present = true };
        guest.n_users = 1;
        guest.adapters[0] = (ow_adapter){
                .guid = "", .name = "Team", .description = "HP Network Team", .kind = OW_ADAPTER_TEAM,
                .mac = { { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55 } }, .mac_source = OW_MAC_DRIVER,
                .verdict = { OW_PRESENCE_GHOST, OW_CONFIDENCE_HIGH, "its card is an HP one" },
                .ipv4 = { .key = "there", .addresses = { &address, 1 }, .gateways = { &gateway, 1 },
                          .dns = { &dns, 1 } },
        };
        guest.adapters[1] = (ow_adapter){ .name = "Teredo", .ipv4.key = "" };
        guest.network.n_adapters = 2;
        text = report(&machine, &guest, NULL);
        assert_string_equal(text, want);
        ow_text_free(text);
}

static void a_disk_without_windows_is_shown_too(void **state)
{
        ow_machine machine = fake_machine();
        char *text;

        machine.n_guests = 0;
        machine.volumes[0].volume = NULL;
        machine.volumes[0].kind = OW_VOLUME_BITLOCKER;
        (void)ow_fail(&machine.volumes[0].why_not, OW_E_UNSUPPORTED, OW_NOWHERE, "this volume is encrypted");
        text = report(&machine, NULL, NULL);
        assert_non_null(strstr(text, "19.0 GiB  BitLocker"));
        assert_non_null(strstr(text, "      ! this volume is encrypted\n"));
        assert_non_null(strstr(text, "No Windows was found on it.\n"));
        ow_text_free(text);
}

static void json_has_the_promised_keys(void **state)
{
        ow_report_options options = { .format = OW_REPORT_JSON };
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        json_t *root;
        const char *scheme, *kind, *label, *id, *letter;
        int build, current;
        char *text;

        fake_volume.info = (ow_volume_info){ .kind_name = "NTFS", .label = HOSTILE };
        text = report(&machine, &guest, &options);
        root = json_loads(text, 0, NULL);
        assert_non_null(root);
        assert_int_equal(json_unpack(root, "{s:[{s:s, s:[{s:{s:s, s:s}}]}], s:[{s:s, s:{s:i}, s:{s:i}, s:[{s:s}]}]}",
                                     "disks", "scheme", &scheme, "partitions", "volume", "kind", &kind, "label", &label,
                                     "installations", "id", &id, "windows", "build", &build, "control_sets", "current",
                                     &current, "drives", "letter", &letter), 0);
        assert_string_equal(scheme, "MBR");
        assert_string_equal(kind, "NTFS");
        assert_string_equal(letter, "C:");
        assert_int_equal(build, 7601);
        assert_int_equal(current, 1);
        json_decref(root);
        ow_text_free(text);
}

static void no_control_of_a_guest_reaches_the_terminal(void **state)
{
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text;

        fake_volume.info = (ow_volume_info){ .kind_name = "NTFS", .label = HOSTILE };
        machine.disks[0].name = HOSTILE;
        strcpy(machine.tables[0].warning, HOSTILE);
        guest.id = HOSTILE;
        strcpy(guest.windows.name, HOSTILE);
        strcpy(guest.windows.domain, HOSTILE);
        strcpy(guest.drives[0].what, HOSTILE);
        strcpy(guest.users[0].name, HOSTILE);
        strcpy(guest.users[0].profile, HOSTILE);
        guest.n_users = 1;
        guest.adapters[0] = (ow_adapter){ .guid = HOSTILE, .name = HOSTILE, .description = HOSTILE,
                                          .hardware_device = true, .stays_behind = HOSTILE, .ipv4.key = "" };
        guest.network.n_adapters = 1;
        guest.problems[0] = HOSTILE;
        guest.n_problems = 1;
        text = report(&machine, &guest, NULL);
        for (const char *p = text; *p; p++)
                assert_true((unsigned char)*p >= 0x20 || *p == '\n');
        assert_null(strstr(text, "\xc2\x9b"));
        assert_null(strstr(text, "\xe2\x80\xae"));
        ow_text_free(text);
}

static const ow_hardware_part parts[] = { { "processor", "Xeon", 2 }, { "disk", "LOGICAL VOLUME", 1 } };
static const char *const page_files[] = { "?:\\pagefile.sys" };
static const ow_hotfix hotfixes[] = { { "KB2534111", "6.1.1.0" }, { "KB2999226", "" } };
static const ow_event_log event_logs[] = { { "C:\\Windows\\System32\\winevt\\Logs\\System.evtx", 1118208, 0 } };
static const ow_autorun autoruns[] = {
        { "Run", "HKLM\\SOFTWARE\\...\\Run", "CPQTEAM", "cpqteam.exe", "", OW_AUTORUN_FILE_UNKNOWN },
        { "Service", "HKLM\\SYSTEM\\...\\Services\\x", HOSTILE, "C:\\x.exe", "C:\\x.exe", OW_AUTORUN_FILE_MISSING },
};

static const ow_task_program task_programs[] = {
        { "C:\\b\\backup.exe", "/full " HOSTILE, "C:\\b\\backup.exe", OW_AUTORUN_FILE_MISSING },
};
static const ow_scheduled_task tasks[] = {
        { "\\Backup", "C:\\Windows\\System32\\Tasks\\Backup", true, true, OW_TRIGGER_BOOT | OW_TRIGGER_CALENDAR,
          task_programs, 1, true },
        { "\\Microsoft\\Defrag", "", false, false, 0, NULL, 0, false },
};

static char empty[] = "", program[] = "HP Network Configuration Utility", version[] = "10.20";

static void fill_system(void)
{
        fake_system.firmware.manufacturer = "HP";
        fake_system.firmware.model = "ProLiant DL380 G7";
        fake_system.parts = parts;
        fake_system.n_parts = OW_COUNT(parts);
        fake_system.page_files = page_files;
        fake_system.n_page_files = 1;
        fake_system.crash_dump = OW_DUMP_KERNEL;
        fake_system.hotfixes = hotfixes;
        fake_system.n_hotfixes = OW_COUNT(hotfixes);
        fake_system.event_logs = event_logs;
        fake_system.n_event_logs = 1;
        fake_system.autoruns = autoruns;
        fake_system.n_autoruns = OW_COUNT(autoruns);
        fake_programs[0] = (ow_program){ .place = empty, .key = empty, .name = program, .version = version,
                                         .publisher = empty, .folder = empty, .uninstall = empty,
                                         .quiet_uninstall = empty };
        fake_n_programs = 1;
        fake_system.tasks = tasks;
        fake_system.n_tasks = OW_COUNT(tasks);
}

static void full_shows_what_computer_management_shows(void **state)
{
        static const char *const want[] = {
                "    Machine             HP ProLiant DL380 G7\n",
                "    Processor           2 x Xeon\n    Disk                LOGICAL VOLUME\n",
                "    Page file           as Windows chooses\n    Memory dump         kernel\n",
                "  Hotfixes (2)\n    KB2534111 KB2999226\n",
                "  Installed programs (1)\n    HP Network Configuration Utility              10.20\n",
                ("  Scheduled tasks (2)\n  ! \\Backup  disabled  at boot, calendar  (its file is not there)\n"
                 "                C:\\b\\backup.exe /full "),
                "    and 1 of Windows' own (--verbose lists them)\n",
                "    Run         CPQTEAM\n                cpqteam.exe\n",
                "  (its file is not there)\n                C:\\x.exe\n",
                "1.1 MiB  System.evtx\n",
        };
        ow_report_options options = { .columns = 80, .full = true };
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        char *text;

        fill_system();
        text = report(&machine, &guest, &options);
        for (size_t i = 0; i < OW_COUNT(want); i++)
                if (!strstr(text, want[i]))
                        fail_msg("no '%s' in:\n%s", want[i], text);
        assert_null(strchr(text, '\033'));
        ow_text_free(text);
        options.full = false;
        text = report(&machine, &guest, &options);
        assert_null(strstr(text, "Hotfixes"));
        ow_text_free(text);
}

static void full_json_has_the_promised_keys(void **state)
{
        ow_report_options options = { .format = OW_REPORT_JSON, .full = true };
        ow_machine machine = fake_machine();
        ow_guest guest = fake_guest(&machine);
        const char *model, *dump, *hotfix, *path, *name, *boot, *calendar, *command;
        json_t *root, *installation, *unknown;
        int present, count, disabled;
        char *text;

        fill_system();
        text = report(&machine, &guest, &options);
        root = json_loads(text, 0, NULL);
        installation = json_array_get(json_object_get(root, "installations"), 0);
        assert_int_equal(json_unpack(installation,
                                     "{s:{s:s, s:[{s:i}]}, s:{s:s}, s:[{s:s}], s:[{s:s}], s:[{s:o}, {s:b}], s:[{s:s}]}",
                                     "hardware", "model", &model, "parts", "count", &count, "settings", "crash_dump",
                                     &dump, "hotfixes", "id", &hotfix, "event_logs", "path", &path, "autoruns",
                                     "file_present", &unknown, "file_present", &present, "programs", "name", &name),
                         0);
        assert_string_equal(model, "ProLiant DL380 G7");
        assert_int_equal(count, 2);
        assert_string_equal(dump, "kernel");
        assert_string_equal(hotfix, "KB2534111");
        assert_string_equal(name, program);
        assert_true(json_is_null(unknown));
        assert_false(present);
        assert_int_equal(json_unpack(installation,
                                     "{s:[{s:b, s:[s, s!], s:[{s:s, s:b}!]}, {s:n, s:[!]}!]}", "tasks", "disabled",
                                     &disabled, "triggers", &boot, &calendar, "programs", "command", &command,
                                     "file_present", &present, "disabled", "triggers"),
                         0);
        assert_true(disabled && !present);
        assert_string_equal(boot, "boot");
        assert_string_equal(command, "C:\\b\\backup.exe");
        json_decref(root);
        ow_text_free(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(text_is_as_drawn),
                cmocka_unit_test(a_disk_without_windows_is_shown_too),
                cmocka_unit_test(json_has_the_promised_keys),
                cmocka_unit_test(full_shows_what_computer_management_shows),
                cmocka_unit_test(full_json_has_the_promised_keys),
                cmocka_unit_test(no_control_of_a_guest_reaches_the_terminal),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
