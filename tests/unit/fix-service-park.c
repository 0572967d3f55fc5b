/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services are held back for the first boot and given back as they were. */
#include "fix-fixture.h"

#include <offwin/service-plan.h>

#define CS2     "HKLM\\SYSTEM\\ControlSet002\\"
#define SERVICE "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\"

/* Beside agent and agent2 of the fixture: one that a trigger starts, a circle, and odd ones. */
static const char more[] = SERVICE
        "trigger]\n\"Type\"=dword:10\n\"Start\"=dword:3\n\"ErrorControl\"=dword:1\n"
        "\"ImagePath\"=\"C:\\\\agent\\\\t.exe\"\n\"DependOnService\"=multi:\"Tcpip\"\n" SERVICE
        "trigger\\TriggerInfo\\0]\n\"Type\"=dword:2\n\"Action\"=dword:1\n"
        "\"GUID\"=hex:4f,27,f2,de,e2,14,0b,43,a5,49,7c,d4,8c,bc,82,45\n" SERVICE
        "delayed]\n\"Type\"=dword:10\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n\"DelayedAutostart\"=dword:1\n"
        "\"ImagePath\"=\"C:\\\\agent\\\\d.exe\"\n\"DependOnService\"=multi:\"Tcpip\"\n" SERVICE
        "delayed\\TriggerInfo\\0]\n\"Type\"=dword:14\n\"Action\"=dword:1\n\"Data0\"=\"x\"\n\"DataType0\"=dword:"
        "2\n" SERVICE "round]\n\"Type\"=dword:10\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n"
        "\"ImagePath\"=\"C:\\\\agent\\\\r.exe\"\n\"DependOnService\"=multi:\"round2\",\"nothere\"\n" SERVICE
        "round2]\n\"Type\"=dword:10\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n"
        "\"ImagePath\"=\"C:\\\\agent\\\\r.exe\"\n\"DependOnService\"=multi:\"round\",\"Tcpip\"\n" SERVICE
        "odd]\n\"Type\"=dword:10\n\"Start\"=\"2\"\n\"ImagePath\"=\"C:\\\\agent\\\\o.exe\"\n"
        "\"DependOnService\"=multi:\"Tcpip\"\n" SERVICE
        "local]\n\"Type\"=dword:10\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n"
        "\"ImagePath\"=\"C:\\\\agent\\\\l.exe\"\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet002\\Services\\agent]\n"
        "\"Type\"=dword:10\n\"Start\"=dword:2\n\"ErrorControl\"=dword:1\n\"ImagePath\"=\"C:\\\\agent\\\\a.exe\"\n"
        "\"DependOnService\"=multi:\"Tcpip\"\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet002\\Services\\Tcpip]\n\"Type\"=dword:1\n\"Start\"=dword:0\n";

static ow_guest *park_open(struct rig *rig)
{
        OW_AUTO_FREE char *text = ow_asprintf("%s%s", server_system, more);
        char *def = text ? strstr(text, "\"Default\"=dword:1") : NULL;

        assert_non_null(def);
        def[strlen("\"Default\"=dword:")] = '2';
        return hives_open(rig, text, server_software);
}

static int park(ow_guest *guest, const char *name, unsigned flags, ow_plan **ret, ow_error *why)
{
        int r;

        assert_ok(ow_plan_begin(ret, &err));
        r = ow_plan_park_services(*ret, guest, &name, name ? 1 : 0, flags, why);
        return r < 0 ? r : ow_plan_finish(*ret, guest, why);
}

static size_t carry_out(ow_guest *guest, ow_plan *plan)
{
        size_t n = rows_of_fixes(plan);

        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
        return n;
}

static size_t park_apply(ow_guest *guest, const char *name)
{
        ow_plan *plan = NULL;

        assert_ok(park(guest, name, 0, &plan, &err));
        return carry_out(guest, plan);
}

static void unpark(ow_guest *guest, const char *name)
{
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_unpark_services(plan, guest, &name, name ? 1 : 0, &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        (void)carry_out(guest, plan);
}

static void settle(ow_guest *guest)
{
        ow_plan *plan = NULL;

        assert_ok(ow_plan_settle(guest, &plan, &err));
        (void)carry_out(guest, plan);
}

static void parking_and_back_leaves_the_registry_as_it_was(void **state)
{
        static const char *const parked[] = { "agent", "agent2", "delayed", "round", "round2", "trigger" };
        ow_guest *guest = park_open(rig_get(state));
        OW_AUTO_FREE char *before = hive_text(guest, "HKLM\\SYSTEM");

        for (unsigned round = 0; round < 2; round++) {
                OW_AUTO_FREE char *now = NULL;

                /* Five starts, the same of agent in the other set, and two triggers: 3 and 4 values, and the keys. */
                assert_int_equal(park_apply(guest, NULL), 5 + 1 + 3 + 1 + 4 + 1);
                for (size_t i = 0; i < OW_COUNT(parked); i++) {
                        OW_AUTO_FREE char *path = ow_asprintf(CS1 "Services\\%s", parked[i]);

                        assert_int_equal(dword(guest, path, "Start"), 3);
                }
                assert_int_equal(dword(guest, CS2 "Services\\agent", "Start"), 3);
                assert_int_equal(dword(guest, CS1 "Services\\delayed", "DelayedAutostart"), 1);
                assert_int_equal(dword(guest, CS1 "Services\\local", "Start"), 2);
                assert_int_equal(dword(guest, CS1 "Services\\Netlogon", "Start"), 2);
                assert_false(key_there(guest, CS1 "Services\\trigger\\TriggerInfo\\0"));
                if (round)
                        settle(guest);
                else
                        unpark(guest, NULL);
                now = hive_text(guest, "HKLM\\SYSTEM");
                assert_string_equal(before, now);
                assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin"));
        }
}

/* What a later offwin finds: the guest opened anew. */
static void the_second_run_plans_nothing(void **state)
{
        static const char *const names[] = { "park-network-services" };
        struct rig *rig = rig_get(state);
        ow_guest *guest = park_open(rig);
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL;

        assert_true(park_apply(guest, NULL) > 0);
        assert_ok(ow_machine_commit(rig->machine, "test", NULL, &err));
        rig_close(rig);
        guest = rig_open(rig, false);
        assert_ok(ow_plan_make(guest, set, names, 1, NULL, 0, &plan, &err));
        assert_int_equal(ow_plan_change_count(plan), 0);
        assert_non_null(skipped(plan, "park-network-services"));
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void named_services_only(void **state)
{
        ow_guest *guest = park_open(rig_get(state));
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        const char *name = "local";

        assert_int_equal(park_apply(guest, "LOCAL"), 1);
        assert_int_equal(dword(guest, CS1 "Services\\local", "Start"), 3);
        assert_int_equal(dword(guest, CS1 "Services\\agent", "Start"), 2);
        assert_int_equal(park_apply(guest, "delayed"), 1 + 5);
        unpark(guest, "local");
        assert_int_equal(dword(guest, CS1 "Services\\local", "Start"), 2);
        assert_int_equal(dword(guest, CS1 "Services\\delayed", "Start"), 3);
        assert_ok(ow_plan_begin(&plan, &err));
        assert_int_equal(ow_plan_unpark_services(plan, guest, &name, 1, &why), OW_E_ABSENT);
        ow_plan_free(plan);
        assert_int_equal(park(guest, "Netlogon", 0, &plan, &why), OW_E_REFUSED);
        assert_non_null(strstr(why.text, "parking 'Netlogon' is refused: "));
        ow_plan_free(plan);
        assert_int_equal(park(guest, "Netlogon", OW_SERVICE_FORCE, &plan, &why), 0);
        assert_int_equal(rows_of_fixes(plan), 1);
        ow_plan_free(plan);
        assert_int_equal(park(guest, "Tcpip", OW_SERVICE_FORCE, &plan, &why), OW_E_INVAL);
        ow_plan_free(plan);
        assert_int_equal(park(guest, "nosuch", 0, &plan, &why), OW_E_ABSENT);
        ow_plan_free(plan);
        assert_int_equal(park_apply(guest, "odd"), 0); /* its Start is no number: nothing is known to hold back */
}

/* What a person wants for good goes before what is only for a while, in one plan and later. */
static void disabled_by_hand_stays_disabled(void **state)
{
        const ow_service_edit off = { .name = "agent", .verb = OW_SERVICE_DISABLE };
        const ow_service_edit on = { .name = "agent", .verb = OW_SERVICE_ENABLE };
        ow_guest *guest = park_open(rig_get(state));

        for (unsigned together = 0; together < 2; together++) {
                ow_plan *plan = NULL;

                assert_ok(ow_plan_begin(&plan, &err));
                assert_ok(ow_plan_park_services(plan, guest, NULL, 0, 0, &err));
                if (!together) {
                        assert_ok(ow_plan_finish(plan, guest, &err));
                        (void)carry_out(guest, plan);
                        assert_ok(ow_plan_begin(&plan, &err));
                }
                assert_ok(ow_plan_set_services(plan, guest, &off, 1, 0, &err));
                assert_ok(ow_plan_finish(plan, guest, &err));
                (void)carry_out(guest, plan);
                assert_int_equal(dword(guest, CS1 "Services\\agent", "Start"), 4);
                settle(guest);
                assert_int_equal(dword(guest, CS1 "Services\\agent", "Start"), 4);
                assert_int_equal(dword(guest, CS1 "Services\\agent2", "Start"), 2);
                assert_ok(ow_plan_begin(&plan, &err));
                assert_ok(ow_plan_set_services(plan, guest, &on, 1, 0, &err));
                assert_ok(ow_plan_finish(plan, guest, &err));
                (void)carry_out(guest, plan);
                assert_int_equal(dword(guest, CS1 "Services\\agent", "Start"), 2);
                assert_int_equal(dword(guest, CS2 "Services\\agent", "Start"), 2);
                assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin"));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(parking_and_back_leaves_the_registry_as_it_was, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(the_second_run_plans_nothing, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(named_services_only, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(disabled_by_hand_stays_disabled, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
