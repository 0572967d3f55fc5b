/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System information of a made-up guest: where it is read from, and odd values. */
#include "guest-fixture.h"

#include <offwin/system.h>

#include "base/le.h"

#define NT  "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\"
#define CBS "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\"
#define CS1 "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define CPU "Enum\\ACPI\\GenuineIntel_-_x\\"

static const char system_hive[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:1\n\"Default\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\HardwareConfig]\n\"LastConfig\"=\"{a}\"\n"
        "[HKEY_LOCAL_MACHINE\\HardwareConfig\\{a}]\n\"SystemManufacturer\"=\"HP\"\n"
        "\"SystemProductName\"=\"ProLiant\"\n\"LastUse\"=hex:00,80,3e,d5,de,b1,9d,01\n" CS1
        "Control\\CrashControl]\n\"CrashDumpEnabled\"=dword:2\n\"DumpFile\"=expand:\"%SystemRoot%\\\\MEMORY.DMP\"\n"
        "\"AutoReboot\"=\"odd\"\n" CS1
        "Control\\Session Manager]\n\"BootExecute\"=multi:\"autocheck autochk *\"\n" CS1
        "Control\\Session Manager\\Memory Management]\n\"PagingFiles\"=multi:\"C:\\\\p.sys 1 "
        "2\",\"D:\\\\q.sys\"\n" CS1 CPU
        "_0]\n\"ClassGUID\"=\"{50127dc3-0f36-415e-a6cc-4cb3be910b65}\"\n\"FriendlyName\"=\"Xeon\"\n" CS1 CPU
        "_1]\n\"ClassGUID\"=\"{50127DC3-0f36-415e-a6cc-4cb3be910b65}\"\n\"FriendlyName\"=\"Xeon\"\n" CS1
        "Services\\own]\n\"Type\"=dword:10\n\"Start\"=dword:2\n\"ImagePath\"=\"C:\\\\own\\\\o.exe -x\"\n" CS1
        "Services\\windows]\n\"Type\"=dword:10\n\"Start\"=dword:2\n"
        "\"ImagePath\"=expand:\"%SystemRoot%\\\\there.exe\"\n" CS1
        "Services\\off]\n\"Type\"=dword:10\n\"Start\"=dword:4\n\"ImagePath\"=\"C:\\\\own\\\\o.exe\"\n";

static const char software_hive[] =
        "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n"
        "\"CurrentVersion\"=\"6.1\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n" NT
        "Winlogon]\n\"Shell\"=\"there.exe\"\n\"Userinit\"=\"C:\\\\Windows\\\\there.exe,C:\\\\gone.exe,\"\n" NT
        "Windows]\n\"AppInit_DLLs\"=\"\"\n" CBS
        "Package_for_KB2534111~31bf3856ad364e35~amd64~~6.1.1.0]\n\"CurrentState\"=dword:70\n" CBS
        "Package_1_for_KB2534111~31bf3856ad364e35~amd64~~6.1.1.0]\n\"CurrentState\"=dword:70\n" CBS
        "Package_for_KB999999~31bf3856ad364e35~amd64~~6.1.1.0]\n\"CurrentState\"=dword:70\n" CBS
        "Package_for_KB4000001~31bf3856ad364e35~amd64~~6.1.1.0]\n\"CurrentState\"=dword:20\n" CBS
        "Package_for_KBodd]\n\"CurrentState\"=dword:70\n";

#define TASK(settings, triggers, actions) \
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?>\r\n<!-- <Task> -->\n<Task version=\"1>2\" xmlns='x'>\n" \
        "<Settings>" settings "<IdleSettings><Enabled>false</Enabled></IdleSettings></Settings>\n" \
        "<Triggers>" triggers "</Triggers>\n<Actions Context=\"a\">" actions "</Actions></Task>"

static void put_task(struct rig *rig, const char *name, const char *text, bool utf16)
{
        OW_AUTO_BUFFER bytes = OW_BUFFER_INIT;
        char path[100];

        (void)snprintf(path, sizeof path, "Windows\\System32\\Tasks\\%s", name);
        if (utf16) {
                ow_buffer_put(&bytes, "\xff\xfe", 2);
                assert_ok(ow_utf8_to_utf16(text, strlen(text), &bytes, &err));
        } else {
                ow_buffer_put_text(&bytes, text);
        }
        rig_put(rig, path, bytes.p, bytes.len);
}

static void put_text(ow_buffer *out, const char *text)
{
        uint8_t units[2];

        ow_le16_put(units, (uint16_t)(strlen(text) + 1));
        ow_buffer_put(out, units, 2);
        assert_ok(ow_utf8_to_utf16(text, strlen(text) + 1, out, &err));
}

/* As Windows before Vista has it: disabled; at boot, weekly, and a trigger at logon that is off. */
static void put_job(struct rig *rig)
{
        static const uint8_t kinds[][2] = { { 6, 0 }, { 7, 4 }, { 2, 0 } };
        uint8_t head[70] = { [20] = 70, [48] = 4 }, count[2] = { 3, 0 };
        OW_AUTO_BUFFER bytes = OW_BUFFER_INIT;

        ow_buffer_put(&bytes, head, sizeof head);
        put_text(&bytes, "C:\\Windows\\there.exe");
        put_text(&bytes, "/n");
        ow_le16_put(bytes.p + 22, (uint16_t)bytes.len);
        ow_buffer_put(&bytes, count, sizeof count);
        for (size_t i = 0; i < OW_COUNT(kinds); i++) {
                uint8_t trigger[48] = { [0] = 48, [28] = kinds[i][1], [32] = kinds[i][0] };

                ow_buffer_put(&bytes, trigger, sizeof trigger);
        }
        rig_put(rig, "Windows\\Tasks\\Job.job", bytes.p, bytes.len);
        rig_put(rig, "Windows\\Tasks\\Short.job", bytes.p, bytes.len - 1);
}

static void put_tasks(struct rig *rig)
{
        put_job(rig);
        put_task(rig, "Vendor",
                 TASK("<Enabled>false</Enabled>",
                      "<BootTrigger/><LogonTrigger><Enabled>false</Enabled></LogonTrigger><CalendarTrigger>"
                      "<Enabled>true</Enabled></CalendarTrigger>",
                      "<Exec><Command>C:\\own place\\a&amp;b&#x2e;exe</Command>"
                      "<Arguments> /x &lt;1>\n</Arguments></Exec>"
                      "<Exec><Command>\"%windir%\\there.exe\"</Command></Exec><ComHandler/>"),
                 true);
        put_task(rig, "Plain",
                 TASK("", "<p:LogonTrigger/>", "<Exec><Command>C:\\Windows\\there.exe -k</Command></Exec>"), false);
        put_task(rig, "Cut", "<Task><Actions><Exec><Command>x.exe", false);
        put_task(rig, "Latin", "<Task><Actions><Exec><Command>caf\xe9</Command></Exec></Actions></Task>", false);
}

static const ow_system *system_of(struct rig *rig)
{
        const ow_system *system;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system_hive);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", software_hive);
        rig_put(rig, "Windows\\there.exe", "MZ", 2);
        rig_put(rig, "Windows\\System32\\winevt\\Logs\\System.evtx", "ElfFile", 7);
        rig_put(rig, "Windows\\System32\\winevt\\Logs\\notes.txt", "x", 1);
        rig_put(rig, "Windows\\System32\\config\\AppEvent.Evt", "x", 1);
        put_tasks(rig);
        rig_end(rig);
        assert_ok(ow_guest_system(rig_open(rig, false), &system, &err));
        return system;
}

static void hardware_and_settings_are_read(void **state)
{
        const ow_system *s = system_of(rig_get(state));

        assert_string_equal(s->firmware.manufacturer, "HP");
        assert_string_equal(s->firmware.model, "ProLiant");
        assert_string_equal(s->firmware.bios_vendor, "");
        assert_true(s->firmware.last_used != 0);
        assert_int_equal(s->n_parts, 1);
        assert_string_equal(s->parts[0].kind, "processor");
        assert_int_equal(s->parts[0].count, 2);
        assert_int_equal(s->n_page_files, 2);
        assert_string_equal(s->page_files[1], "D:\\q.sys");
        assert_int_equal(s->crash_dump, OW_DUMP_KERNEL);
        assert_string_equal(s->dump_file, "%SystemRoot%\\MEMORY.DMP");
        assert_false(s->auto_restart_known);
}

static void hotfixes_count_once_and_only_installed_ones(void **state)
{
        const ow_system *s = system_of(rig_get(state));

        assert_int_equal(s->n_hotfixes, 2);
        assert_string_equal(s->hotfixes[0].id, "KB999999");
        assert_string_equal(s->hotfixes[1].id, "KB2534111");
        assert_string_equal(s->hotfixes[1].version, "6.1.1.0");
}

static void event_logs_are_those_of_both_folders(void **state)
{
        const ow_system *s = system_of(rig_get(state));
        bool old = false, new = false;

        assert_int_equal(s->n_event_logs, 2);
        for (size_t i = 0; i < 2; i++) {
                old |= strcmp(s->event_logs[i].path, "C:\\Windows\\System32\\config\\AppEvent.Evt") == 0;
                new |= strcmp(s->event_logs[i].path, "C:\\Windows\\System32\\winevt\\Logs\\System.evtx") == 0;
        }
        assert_true(old && new);
}

static const ow_autorun *autorun(const ow_system *s, const char *command)
{
        for (size_t i = 0; i < s->n_autoruns; i++)
                if (strcmp(s->autoruns[i].command, command) == 0)
                        return &s->autoruns[i];
        return NULL;
}

static void what_starts_by_itself_is_found_and_looked_for(void **state)
{
        const ow_system *s = system_of(rig_get(state));

        assert_int_equal(s->n_autoruns, 5);
        assert_int_equal(autorun(s, "there.exe")->state, OW_AUTORUN_FILE_THERE);
        assert_string_equal(autorun(s, "there.exe")->file, "C:\\Windows\\there.exe");
        assert_int_equal(autorun(s, "C:\\Windows\\there.exe")->state, OW_AUTORUN_FILE_THERE);
        assert_string_equal(autorun(s, "C:\\gone.exe")->kind, "Winlogon");
        assert_int_equal(autorun(s, "C:\\gone.exe")->state, OW_AUTORUN_FILE_MISSING);
        assert_int_equal(autorun(s, "autocheck autochk *")->state, OW_AUTORUN_FILE_UNKNOWN);
        assert_string_equal(autorun(s, "C:\\own\\o.exe")->name, "own");
        assert_int_equal(autorun(s, "C:\\own\\o.exe")->state, OW_AUTORUN_FILE_MISSING);
}

static const ow_scheduled_task *task_of(const ow_system *s, const char *path)
{
        for (size_t i = 0; i < s->n_tasks; i++)
                if (strcmp(s->tasks[i].path, path) == 0)
                        return &s->tasks[i];
        fail_msg("no task %s", path);
        return NULL;
}

static void tasks_tell_what_they_run_and_when(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_system *s = system_of(rig);
        const ow_scheduled_task *t = task_of(s, "\\Vendor");
        bool told = false;

        assert_int_equal(s->n_tasks, 6);
        assert_true(t->known && t->disabled && t->missing);
        assert_int_equal(t->triggers, OW_TRIGGER_BOOT | OW_TRIGGER_CALENDAR);
        assert_int_equal(t->n_programs, 2);
        assert_string_equal(t->programs[0].command, "C:\\own place\\a&b.exe");
        assert_string_equal(t->programs[0].arguments, "/x <1>");
        assert_string_equal(t->programs[0].file, "C:\\own place\\a&b.exe");
        assert_int_equal(t->programs[0].state, OW_AUTORUN_FILE_MISSING);
        assert_int_equal(t->programs[1].state, OW_AUTORUN_FILE_THERE);
        t = task_of(s, "\\Plain");
        assert_true(t->known && !t->disabled && !t->missing);
        assert_int_equal(t->triggers, OW_TRIGGER_LOGON);
        assert_string_equal(t->programs[0].file, "C:\\Windows\\there.exe");
        assert_string_equal(task_of(s, "\\Latin")->programs[0].command, "caf\xc3\xa9");
        t = task_of(s, "\\Job");
        assert_true(t->known && t->disabled && !t->missing);
        assert_int_equal(t->triggers, OW_TRIGGER_BOOT | OW_TRIGGER_CALENDAR);
        assert_string_equal(t->programs[0].command, "C:\\Windows\\there.exe");
        assert_string_equal(t->programs[0].arguments, "/n");
        assert_int_equal(t->programs[0].state, OW_AUTORUN_FILE_THERE);
        assert_false(task_of(s, "\\Short")->known);
        assert_false(task_of(s, "\\Cut")->known);
        assert_int_equal(task_of(s, "\\Cut")->n_programs, 0);
        for (size_t i = 0; i < ow_guest_problem_count(rig->guest); i++)
                told |= strstr(ow_guest_problem(rig->guest, i), "Tasks\\Cut") != NULL;
        assert_true(told);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(hardware_and_settings_are_read, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(hotfixes_count_once_and_only_installed_ones, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(event_logs_are_those_of_both_folders, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_starts_by_itself_is_found_and_looked_for, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(tasks_tell_what_they_run_and_when, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
