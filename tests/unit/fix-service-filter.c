/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Drivers that this machine needs are guarded; filters leave their lists before they are disabled, and come back. */
#include "fix-fixture.h"

#include <offwin/service-plan.h>

#define SET     "HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define CLASS   "Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}"
#define NET     "Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}"
#define SERVICE "[" SET "Services\\"

#define DRIVER(name, start) SERVICE name "]\n\"Type\"=dword:1\n\"Start\"=dword:" start "\n\"ErrorControl\"=dword:1\n"

/* A disk behind an IDE channel behind a PCI controller, and a machine full of filters. */
static const char machine[] =
        "[" SET "Enum\\IDE\\DiskWDC\\5&35dc7040&0&0.0.0]\n"
        "\"ClassGUID\"=\"{4D36E967-E325-11CE-BFC1-08002BE10318}\"\n\"Service\"=\"disk\"\n"
        "[" SET "Enum\\PCIIDE\\IDEChannel\\4&10bf2f88&0&0]\n"
        "\"Service\"=\"atapi\"\n\"ParentIdPrefix\"=\"5&35dc7040&0\"\n"
        "[" SET "Enum\\PCI\\VEN_8086&DEV_7111\\3&61aaa01&0&39]\n"
        "\"Service\"=\"intelide\"\n\"ParentIdPrefix\"=\"4&10bf2f88&0\"\n"
        "[" SET "Enum\\PCI\\VEN_0E11&DEV_0046\\3&61aaa01&0&40]\n"
        "\"Service\"=\"oldraid\"\n\"ParentIdPrefix\"=\"4&2222&0\"\n"
        "\"LowerFilters\"=multi:\"flt\"\n"
        "[" SET CLASS "]\n"
        "\"UpperFilters\"=multi:\"first\",\"FLT\",\"PartMgr\"\n\"LowerFilters\"=\"flt\"\n"
        "[" SET NET "\\0007\\Linkage]\n"
        "\"FilterList\"=multi:\"{A}-{11111111-0000-0000-0000-000000000001}-0000\","
        "\"{A}-{22222222-0000-0000-0000-000000000002}-0000\",\"{A}-{11111111-0000-0000-0000-000000000001}-0001\"\n"
        "[" SET
        "Control\\Network\\{4d36e974-e325-11ce-bfc1-08002be10318}\\{11111111-0000-0000-0000-000000000001}\\Ndi]\n"
        "\"Service\"=\"netflt\"\n"
        "[" SET "Control\\SafeBoot\\Minimal\\barest]\n@=\"Service\"\n"
        "[" SET "Control\\SafeBoot\\Minimal\\vga.sys]\n@=\"Driver\"\n" SERVICE
        "flt]\n\"Type\"=dword:1\n\"Start\"=dword:1\n\"ErrorControl\"=dword:1\n" SERVICE
        "first]\n\"Type\"=dword:1\n\"Start\"=dword:1\n\"ErrorControl\"=dword:1\n" SERVICE
        "netflt]\n\"Type\"=dword:1\n\"Start\"=dword:1\n\"ErrorControl\"=dword:1\n" SERVICE
        "critical]\n\"Type\"=dword:1\n\"Start\"=dword:0\n\"ErrorControl\"=dword:3\n" SERVICE
        "atapi]\n\"Type\"=dword:1\n\"Start\"=dword:3\n\"ErrorControl\"=dword:1\n" SERVICE
        "intelide]\n\"Type\"=dword:1\n\"Start\"=dword:0\n\"ErrorControl\"=dword:1\n" SERVICE
        "oldraid]\n\"Type\"=dword:1\n\"Start\"=dword:0\n\"ErrorControl\"=dword:1\n" SERVICE
        "barest]\n\"Type\"=dword:20\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n" SERVICE
        "screen]\n\"Type\"=dword:1\n\"Start\"=dword:1\n\"ErrorControl\"=dword:0\n"
        "\"ImagePath\"=expand:\"\\\\SystemRoot\\\\System32\\\\drivers\\\\VGA.SYS\"\n";

/* Its only disk does not tell what it hangs on; its volume does. */
static const char raid_machine[] =
        "[" SET "Enum\\SCSI\\Disk&Ven_HP\\5&1b8a4c0d&0&000000]\n"
        "\"ClassGUID\"=\"{4D36E967-E325-11CE-BFC1-08002BE10318}\"\n\"Service\"=\"disk\"\n"
        "[" SET "Enum\\PCI\\VEN_8086&DEV_340A\\3&1&0&18]\n"
        "\"Service\"=\"bridge\"\n\"ParentIdPrefix\"=\"4&8d25b92&0\"\n"
        "[" SET "Enum\\PCI\\VEN_103C&DEV_323A\\4&8d25b92&0&0028]\n"
        "\"ClassGUID\"=\"{4D36E97B-E325-11CE-BFC1-08002BE10318}\"\n\"Service\"=\"raid\"\n"
        "[" SET "Enum\\ROOT\\ISCSIPRT\\0000]\n"
        "\"ClassGUID\"=\"{4D36E97B-E325-11CE-BFC1-08002BE10318}\"\n\"Service\"=\"later\"\n"
        "[" SET "Enum\\STORAGE\\Volume\\1&30a96598&0&Signature]\n\"Service\"=\"VolSnap\"\n"
        "[" SET
        "Enum\\ROOT\\MAKER\\0000]\n\"Service\"=\"maker\"\n\"ParentIdPrefix\"=\"1&30a96598&0\"\n" DRIVER("bridge", "0")
                DRIVER("raid", "0") DRIVER("later", "3") DRIVER("maker", "1")
                        DRIVER("grouped", "0") "\"Group\"=\"SCSI Miniport\"\n" DRIVER("other", "0");

#define NEEDS(name, start, on)                                                                                       \
        SERVICE name "]\n\"Type\"=dword:20\n\"Start\"=dword:" start "\n\"DependOnService\"=multi:" on "\n"

/* Two circles hang on "base"; what is disabled, and what needs any of a group, hands nothing on. */
static const char needy_machine[] = NEEDS("gpsvc", "2", "\"middle\"") NEEDS(
        "middle", "3", "\"middle2\",\"BASE\"") NEEDS("middle2", "3", "\"middle\"") NEEDS("Dhcp", "2", "\"tdx\"")
        NEEDS("Netlogon", "2", "\"client\"") NEEDS("W32Time", "2", "\"off\"") NEEDS(
                "TermService", "3",
                "\"termdd\"") NEEDS("PlugPlay", "4", "\"off\"") NEEDS("client", "2", "\"redirector\"") DRIVER("base",
                                                                                                              "1")
                DRIVER("tdx", "1") DRIVER("redirector", "1") DRIVER("termdd", "1") DRIVER("off", "1") DRIVER(
                        "member",
                        "1") "\"Group\"=\"Many\"\n" SERVICE
                             "EventLog]\n\"Type\"=dword:20\n\"Start\"=dword:2\n\"DependOnGroup\"=multi:\"Many\"\n";

/* A disk that Windows knows nothing more of. */
static const char lone_disk[] =
        "[" SET "Enum\\SCSI\\Disk&Ven_HP\\5&1b8a4c0d&0&000000]\n"
        "\"ClassGUID\"=\"{4D36E967-E325-11CE-BFC1-08002BE10318}\"\n\"Service\"=\"disk\"\n" DRIVER(
                "grouped", "0") "\"Group\"=\"SCSI Miniport\"\n" DRIVER("other", "0");

static ow_guest *with_machine(struct rig *rig, const char *more)
{
        OW_AUTO_FREE char *text = ow_asprintf("%s%s", server_system, more);

        assert_non_null(text);
        return hives_open(rig, text, server_software);
}

static ow_guest *machine_open(struct rig *rig)
{
        return with_machine(rig, machine);
}

static int plan_one(ow_guest *guest, const char *name, const char *start, unsigned flags, ow_plan **ret,
                    ow_error *why)
{
        ow_service_edit one = { .name = name, .verb = OW_SERVICE_ENABLE };
        int r;

        if (strcmp(start, "enable") != 0)
                assert_ok(ow_service_edit_start(&one, start, &err));
        assert_ok(ow_plan_begin(ret, &err));
        r = ow_plan_set_services(*ret, guest, &one, 1, flags, why);
        return r < 0 ? r : ow_plan_finish(*ret, guest, why);
}

static size_t apply(ow_guest *guest, const char *name, const char *start, unsigned flags)
{
        ow_plan *plan = NULL;
        size_t n;

        assert_ok(plan_one(guest, name, start, flags, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        n = rows_of_fixes(plan);
        ow_plan_free(plan);
        return n;
}

struct refusal {
        const char *name, *start, *reason;
};

static void refused(ow_guest *guest, const struct refusal *cases, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                ow_error why = OW_ERROR_INIT;
                ow_plan *plan = NULL;

                print_message("# %s %s\n", cases[i].name, cases[i].start);
                assert_int_equal(plan_one(guest, cases[i].name, cases[i].start, 0, &plan, &why), OW_E_REFUSED);
                if (!strstr(why.text, cases[i].reason))
                        fail_msg("'%s' lacks '%s'", why.text, cases[i].reason);
                ow_plan_free(plan);
        }
}

static void every_guard_refuses_and_says_why(void **state)
{
        static const struct refusal cases[] = {
                { "critical", "disabled", "ErrorControl is critical" },
                { "critical", "demand", "a later start of 'critical' is refused" },
                { "partmgr", "disabled", "does not come up without it" },
                { "Tcpip", "demand", "a later start of 'Tcpip'" },
                { "atapi", "disabled", "drives PCIIDE\\IDEChannel\\4&10bf2f88&0&0" },
                { "intelide", "system", "drives PCI\\VEN_8086&DEV_7111" },
                { "barest", "disabled", "SafeBoot\\Minimal" },
                { "SCREEN", "disabled", "'screen' is refused: safe mode starts it too" },
                { "flt", "disabled",
                  "UpperFilters of Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318} names it" },
                { "netflt", "disabled", "FilterList of Control\\Class\\{4d36e972" },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = machine_open(rig);

        refused(guest, cases, OW_COUNT(cases));
        assert_int_equal(apply(guest, "barest", "demand", 0), 1);    /* not disabled, and no driver of the boot */
        assert_int_equal(apply(guest, "oldraid", "disabled", 0), 1); /* no disk hangs on it */
        assert_int_equal(apply(guest, "flt", "demand", 0), 1);       /* a filter may load when its device comes */
}

static void a_disk_without_a_way_guards_every_controller(void **state)
{
        static const struct refusal cases[] = {
                { "raid", "disabled", "drives PCI\\VEN_103C&DEV_323A\\4&8d25b92&0&0028, which may be on the way" },
                { "bridge", "disabled", "drives PCI\\VEN_8086&DEV_340A\\3&1&0&18, which may be on the way" },
                { "maker", "disabled", "drives ROOT\\MAKER\\0000, which is on the way to a disk" },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = with_machine(rig, raid_machine);

        refused(guest, cases, OW_COUNT(cases));
        assert_int_equal(apply(guest, "later", "disabled", 0), 1);
        assert_int_equal(apply(guest, "grouped", "disabled", 0), 1); /* Enum knows the controller */
        assert_int_equal(apply(guest, "other", "disabled", 0), 1);
}

static void without_controllers_groups_tell(void **state)
{
        static const struct refusal cases[] = { { "grouped", "disabled",
                                                  "group 'SCSI Miniport', which leads to the" } };
        struct rig *rig = rig_get(state);
        ow_guest *guest = with_machine(rig, lone_disk);

        refused(guest, cases, OW_COUNT(cases));
        assert_int_equal(apply(guest, "other", "disabled", 0), 1);
}

static void what_vital_services_depend_on_is_guarded(void **state)
{
        static const struct refusal cases[] = {
                { "base", "disabled", "'gpsvc', which Windows needs, depends on it; --force" },
                { "middle2", "disabled", "'gpsvc', which Windows needs, depends on it; --force" },
                { "redirector", "disabled", "'Netlogon', which Windows needs, depends on it; --force" },
                { "tdx", "disabled", "'Dhcp', which Windows needs, depends on it, and is not disabled even with" },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = with_machine(rig, needy_machine);
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;

        refused(guest, cases, OW_COUNT(cases));
        assert_int_equal(plan_one(guest, "tdx", "disabled", OW_SERVICE_FORCE, &plan, &why), OW_E_REFUSED);
        ow_plan_free(plan);
        assert_int_equal(apply(guest, "off", "disabled", 0), 1);
        assert_int_equal(apply(guest, "member", "disabled", 0), 1);
        assert_int_equal(apply(guest, "termdd", "disabled", 0), 1); /* nobody starts what needs it */
        assert_int_equal(apply(guest, "tdx", "demand", OW_SERVICE_FORCE), 1);
        assert_int_equal(apply(guest, "Netlogon", "disabled", 0), 1);
        assert_int_equal(apply(guest, "redirector", "disabled", 0), 1); /* what needed it is gone */
}

static void what_goes_along_is_not_told(void **state)
{
        const ow_service_edit both[] = { { .name = "redirector", .verb = OW_SERVICE_DISABLE },
                                         { .name = "agent", .verb = OW_SERVICE_DISABLE } };
        struct rig *rig = rig_get(state);
        ow_guest *guest = with_machine(rig, needy_machine);
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_set_services(plan, guest, both, 2, OW_SERVICE_FORCE, &err));
        assert_true(ow_plan_skipped_count(plan) >= 1);
        assert_string_equal(ow_plan_skipped(plan, 0)->reason,
                            "without redirector these no longer start by themselves: client, Netlogon");
        ow_plan_free(plan);
}

static void what_no_longer_starts_is_told(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = with_machine(rig, needy_machine);
        ow_plan *plan = NULL;

        assert_ok(plan_one(guest, "redirector", "disabled", OW_SERVICE_FORCE, &plan, &err));
        assert_int_equal(ow_plan_skipped_count(plan), 1);
        assert_string_equal(
                ow_plan_skipped(plan, 0)->reason,
                "without redirector these no longer start by themselves: client, Netlogon, agent, agent2");
        ow_plan_free(plan);
        plan = NULL;
        assert_ok(plan_one(guest, "termdd", "disabled", 0, &plan, &err));
        assert_int_equal(ow_plan_skipped_count(plan), 0);
        ow_plan_free(plan);
}

static void a_fix_file_asks_the_same_guards(void **state)
{
        static const char text[] = "[Fix]\nTitle=t\nWhy=w\nSource=s\n[Service intelide]\nStart=disabled\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = machine_open(rig);
        struct fix_outcome outcome;
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        ow_fix *fix = NULL;

        assert_ok(fix_file_parse("x", "a", "a/x.fix", text, sizeof text - 1, NULL, &fix, &err));
        assert_ok(ow_plan_begin(&plan, &err));
        assert_int_equal(fix_run(guest, fix, NULL, 0, plan, &outcome, &why), OW_E_REFUSED);
        assert_non_null(strstr(why.text, "'intelide' is refused"));
        ow_plan_free(plan);
        ow_fix_free(fix);
}

/* The lists' rows come first, and the one of Start last. */
static void a_filter_leaves_its_lists_first(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = machine_open(rig);
        const ow_change *last;
        ow_plan *plan = NULL;

        assert_ok(plan_one(guest, "flt", "disabled", OW_SERVICE_UNFILTER, &plan, &err));
        assert_int_equal(rows_of_fixes(plan), 4);
        last = ow_plan_change(plan, 3);
        assert_string_equal(last->where, CS1 "Services\\flt");
        assert_string_equal(last->name, "Start");
        for (size_t i = 0; i < 3; i++)
                assert_non_null(strstr(ow_plan_change(plan, i)->name, "Filters"));
        ow_plan_free(plan);
        plan = NULL;
        assert_ok(plan_one(guest, "netflt", "disabled", OW_SERVICE_FORCE, &plan, &err));
        assert_int_equal(rows_of_fixes(plan), 2);
        assert_int_equal(ow_plan_change(plan, 0)->after.data.size, 2 * (47 + 2));
        ow_plan_free(plan);
}

static void filters_come_back_where_they_stood(void **state)
{
        static const char *const orders[][2] = { { "flt", "first" }, { "first", "flt" } };
        struct rig *rig = rig_get(state);
        ow_guest *guest = machine_open(rig);
        OW_AUTO_FREE char *before = hive_text(guest, "HKLM\\SYSTEM");

        for (size_t i = 0; i < OW_COUNT(orders); i++) {
                OW_AUTO_FREE char *now = NULL;

                assert_int_equal(apply(guest, "flt", "disabled", OW_SERVICE_UNFILTER), 4);
                assert_int_equal(apply(guest, "first", "disabled", OW_SERVICE_UNFILTER), 2);
                assert_int_equal(apply(guest, "netflt", "disabled", OW_SERVICE_UNFILTER), 2);
                assert_int_equal(apply(guest, "netflt", "disabled", OW_SERVICE_UNFILTER), 0);
                assert_int_equal(apply(guest, "netflt", "enable", 0), 2);
                for (size_t k = 0; k < 2; k++)
                        assert_true(apply(guest, orders[i][k], "enable", 0) >= 2);
                now = hive_text(guest, "HKLM\\SYSTEM");
                assert_string_equal(before, now);
                assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin"));
        }
}

static void odd_lists_neither_crash_nor_lie(void **state)
{
        static const uint8_t open[] = { 'a', 0, 0, 0, 'f', 0, 'l', 0, 't', 0 }, odd[] = { 'f', 0, 'l', 0, 't' };
        struct rig *rig = rig_get(state);
        ow_guest *guest = machine_open(rig);
        OW_AUTO_FREE char *before = NULL, *now = NULL;
        ow_regkey key;

        assert_ok(ow_registry_create(guest, CS1 CLASS, &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "UpperFilters", OW_REG_MULTI_SZ, open, sizeof open, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "LowerFilters", OW_REG_BINARY, odd, sizeof odd, &err));
        before = hive_text(guest, "HKLM\\SYSTEM");
        assert_int_equal(apply(guest, "flt", "disabled", OW_SERVICE_FORCE), 3);
        assert_int_equal(apply(guest, "flt", "enable", 0), 3);
        now = hive_text(guest, "HKLM\\SYSTEM");
        assert_string_equal(before, now);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(every_guard_refuses_and_says_why, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_disk_without_a_way_guards_every_controller, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(without_controllers_groups_tell, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_vital_services_depend_on_is_guarded, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_goes_along_is_not_told, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_no_longer_starts_is_told, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_fix_file_asks_the_same_guards, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_filter_leaves_its_lists_first, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(filters_come_back_where_they_stood, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(odd_lists_neither_crash_nor_lie, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
