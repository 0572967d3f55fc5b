/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP/IP back to its defaults: documented tuning goes, what the machine is stays, and so does what settle gives back.
 */
#include "fix-fixture.h"

#include <offwin/tuning.h>

#define PARAMETERS "Services\\Tcpip\\Parameters"
#define CARD       PARAMETERS "\\Interfaces\\{1}"
#define KEY        "[HKEY_LOCAL_MACHINE\\ControlSet001\\"

static const char tuned[] = KEY PARAMETERS
        "]\n\"KeepAliveTime\"=dword:1388\n\"tcptimedwaitdelay\"=dword:1e\n\"Tcp1323Opts\"=\"odd\"\n"
        "\"EnableDeadGWDetect\"=dword:0\n\"ForwardBroadcasts\"=dword:0\n\"DisableTaskOffload\"=dword:1\n"
        "\"IPEnableRouter\"=dword:1\n\"SearchList\"=\"corp.example\"\n" KEY CARD
        "]\n\"EnableDHCP\"=dword:0\n\"IPAddress\"=multi:\"10.3.58.5\"\n\"TcpAckFrequency\"=dword:1\n"
        "\"TCPNoDelay\"=dword:1\n\"MTU\"=dword:578\n\"InterfaceMetric\"=dword:5\n";

static ow_guest *open_tuned(void **state)
{
        struct rig *rig = rig_get(state);
        OW_AUTO_FREE char *system = ow_asprintf("%s%s", server_system, tuned);

        return hives_open(rig, system, server_software);
}

static void reset(ow_guest *guest, bool adapters, size_t want)
{
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_reset_tcpip(plan, guest, adapters, &err));
        assert_int_equal(ow_plan_change_count(plan), want);
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
}

static void tuning_goes_and_the_machine_stays(void **state)
{
        static const char *const gone[] = { "KeepAliveTime", "TcpTimedWaitDelay", "Tcp1323Opts" };
        ow_guest *guest = open_tuned(state);
        ow_blob data = { NULL, 0 };

        reset(guest, false, 4);
        for (size_t i = 0; i < OW_COUNT(gone); i++)
                assert_int_equal(ow_registry_get(guest, CS1 PARAMETERS, gone[i], NULL, &data, NULL), 0);
        assert_int_equal(dword(guest, CS1 PARAMETERS, "EnableDeadGWDetect"), 1);
        assert_int_equal(dword(guest, CS1 PARAMETERS, "ForwardBroadcasts"), 0);
        assert_int_equal(dword(guest, CS1 PARAMETERS, "DisableTaskOffload"), 1);
        assert_int_equal(dword(guest, CS1 PARAMETERS, "IPEnableRouter"), 1);
        assert_int_equal(dword(guest, CS1 CARD, "TcpAckFrequency"), 1);
        reset(guest, true, 3);
        assert_int_equal(dword(guest, CS1 CARD, "TcpAckFrequency"), 0xdeadbeef);
        assert_int_equal(dword(guest, CS1 CARD, "InterfaceMetric"), 5);
        assert_int_equal(dword(guest, CS1 CARD, "EnableDHCP"), 0);
        assert_int_equal(ow_registry_get(guest, CS1 CARD, "IPAddress", NULL, &data, NULL), 1);
        ow_blob_done(&data);
        reset(guest, true, 0);
}

static void what_is_lent_stays(void **state)
{
        static const char *const name[] = { "apipa-off" };
        ow_guest *guest = open_tuned(state);
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL;

        reset(guest, false, 4);
        assert_ok(ow_plan_make(guest, set, name, 1, NULL, 0, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_int_equal(dword(guest, CS1 PARAMETERS, "IPAutoconfigurationEnabled"), 0);
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_reset_tcpip(plan, guest, false, &err));
        assert_int_equal(ow_plan_change_count(plan), 0);
        assert_int_equal(ow_plan_skipped_count(plan), 1);
        assert_non_null(strstr(ow_plan_skipped(plan, 0)->reason, "settle"));
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(tuning_goes_and_the_machine_stays, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_is_lent_stays, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
