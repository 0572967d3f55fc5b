/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Teams taken apart: the cards get what the team was bound to, the team's protocol and adapter go, addresses are
 * never lost by accident, and what cannot be told is refused. The teams are tests/machines/teams/.
 */
#include "fix-fixture.h"

#include <offwin/addressing.h>
#include <offwin/service-plan.h>

#include "fix/action.h"
#include "fix/net-unteam.h"
#include "fix/text-list.h"

#define CLASS "Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}\\"
#define KEY   "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define SEVEN "Ndisuio;RasPppoe;rspndr;lltdio;Tcpip;Tcpip6"

struct test {
        ow_guest *guest;
        ow_plan *plan;
};

/* A fragment of tests/machines/teams as text of the SYSTEM hive itself; ow_free(). */
static char *fragment(const char *name)
{
        static const char whole[] = "[HKEY_LOCAL_MACHINE\\SYSTEM\\", own[] = "[HKEY_LOCAL_MACHINE\\";
        const char *source = getenv("OFFWIN_SOURCE");
        OW_AUTO_FREE char *path = ow_asprintf("%s/tests/machines/teams/%s.reg", source ? source : ".", name);
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        char line[2000];
        FILE *f = fopen(path, "re");

        assert_non_null(f);
        while (fgets(line, sizeof line, f)) {
                if (strncmp(line, whole, sizeof whole - 1) == 0)
                        ow_buffer_printf(&text, "%s%s", own, line + sizeof whole - 1);
                else if (line[0] == '"' || line[0] == '[')
                        ow_buffer_put_text(&text, line);
        }
        assert_int_equal(fclose(f), 0);
        return ow_buffer_take_text(&text);
}

static void begin(void **state, struct test *t, const char *team, const char *more, bool ten)
{
        static const char ten_software[] = "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n"
                                           "\"CurrentVersion\"=\"6.3\"\n\"CurrentMajorVersionNumber\"=dword:"
                                           "a\n\"CurrentMinorVersionNumber\"=dword:0\n"
                                           "\"CurrentBuildNumber\"=\"17763\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n";
        struct rig *rig = rig_get(state);
        OW_AUTO_FREE char *text = team[0] ? fragment(team) : ow_strdup("");
        OW_AUTO_FREE char *system = ow_asprintf("%s%s%s", server_system, text, more);

        t->guest = hives_open(rig, system, ten ? ten_software : server_software);
        assert_ok(ow_plan_begin(&t->plan, &err));
}

static void end(struct test *t)
{
        ow_plan_free(t->plan);
}

static size_t team_called(struct test *t, const char *name)
{
        const ow_network *network = NULL;
        size_t index = 0;

        assert_ok(ow_guest_network(t->guest, &network, &err));
        assert_ok(ow_network_find(network, name, &index, &err));
        return index;
}

static void applies_and_then_is_done(struct test *t)
{
        ow_plan *again = NULL;

        assert_ok(ow_plan_finish(t->plan, t->guest, &err));
        assert_ok(ow_plan_apply(t->plan, t->guest, &err));
        ow_network_forget(t->guest);
        assert_ok(ow_plan_begin(&again, &err));
        assert_ok(ow_plan_unteam(again, t->guest, NULL, 0, 0, &err));
        assert_int_equal(ow_plan_change_count(again), 0);
        ow_plan_free(again);
}

/* ---- every kind ---- */

#define BASP1 "{B1A50001-93C7-4D1E-8A61-20C5E7F3A101}"
#define BASP2 "{B1A50002-93C7-4D1E-8A61-20C5E7F3A102}"

static void a_broadcom_team(void **state)
{
        struct test t;

        begin(state, &t, "basp", "", false);
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, OW_UNTEAM_DROP_ADDRESSES, &err));
        plan_leaves(t.plan, t.guest, CLASS "0101\\Linkage", "UpperBind", SEVEN);
        plan_leaves(t.plan, t.guest, CLASS "0102\\Linkage", "UpperBind", SEVEN);
        plan_leaves(t.plan, t.guest, CLASS "0103\\Linkage", "UpperBind", "");
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Bind", "\\Device\\" BASP1 ";\\Device\\" BASP2);
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Export",
                    "\\Device\\Tcpip_" BASP1 ";\\Device\\Tcpip_" BASP2);
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Route", "\"" BASP1 "\";\"" BASP2 "\"");
        plan_leaves(t.plan, t.guest, "Services\\NetBT\\Linkage", "Bind",
                    "\\Device\\Tcpip_" BASP1 ";\\Device\\Tcpip_" BASP2 ";\\Device\\Tcpip6_" BASP1
                    ";\\Device\\Tcpip6_" BASP2);
        plan_leaves(t.plan, t.guest, "Services\\Blfp\\Linkage", "Bind", "");
        plan_leaves(t.plan, t.guest, "Services\\Blfp\\Linkage", "Export", "\\Device\\Blfp");
        applies_and_then_is_done(&t);
        assert_int_equal(dword(t.guest, CS1 "Services\\Blfp", "Start"), 4);
        assert_int_equal(dword(t.guest, CS1 "Services\\Blfm", "Start"), 4);
        assert_int_equal(dword(t.guest, CS1 "Enum\\ROOT\\BRCM_BLFM\\0000", "ConfigFlags"), 1);
        /* TCP/IP finds settings of cards that it was never bound to */
        assert_int_equal(dword(t.guest, CS1 "Services\\Tcpip\\Parameters\\Interfaces\\" BASP1, "EnableDHCP"), 1);
        assert_int_equal(dword(t.guest,
                               CS1 "Services\\Tcpip\\Parameters\\Interfaces\\{B1A50003-93C7-4D1E-8A61-20C5E7F3A103}",
                               "EnableDHCP"),
                         1);
        end(&t);
}

static void an_intel_team(void **state)
{
        struct test t;
        size_t team;

        begin(state, &t, "ans", "", false);
        team = team_called(&t, "Intel Team");
        assert_ok(ow_plan_unteam(t.plan, t.guest, &team, 1, OW_UNTEAM_DROP_ADDRESSES, &err));
        plan_leaves(t.plan, t.guest, CLASS "0101\\Linkage", "UpperBind", SEVEN);
        plan_leaves(t.plan, t.guest, CLASS "0102\\Linkage", "UpperBind", SEVEN);
        applies_and_then_is_done(&t);
        assert_int_equal(dword(t.guest, CS1 "Services\\iANSProtocol", "Start"), 4);
        assert_int_equal(dword(t.guest, CS1 "Services\\iANSMiniport", "Start"), 4);
        end(&t);
}

static void a_team_of_windows_itself_keeps_its_drivers(void **state)
{
        struct test t;

        begin(state, &t, "lbfo", "", true);
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, OW_UNTEAM_DROP_ADDRESSES, &err));
        plan_leaves(t.plan, t.guest, CLASS "0101\\Linkage", "UpperBind",
                    "lltdio;MsLldp;Ndisuio;RasPppoe;RDMANDK;rspndr;Tcpip;Tcpip6");
        applies_and_then_is_done(&t);
        assert_int_equal(dword(t.guest, CS1 "Services\\NdisImPlatform", "Start"), 3);
        assert_int_equal(dword(t.guest, CS1 "Services\\NdisImPlatformMp", "Start"), 3);
        assert_int_equal(dword(t.guest,
                               CS1 "Enum\\COMPOSITEBUS\\MS_IMPLAT_MP\\{1BF00003-2E94-4F7A-93B0-5D0C48A6E303}",
                               "ConfigFlags"),
                         1);
        end(&t);
}

/* ---- addresses ---- */

static void an_address_is_never_lost_by_accident(void **state)
{
        ow_handover nic = { .old = "BASP Team" };
        struct test t;

        begin(state, &t, "basp", "", false);
        assert_fails(OW_E_REFUSED, ow_plan_unteam(t.plan, t.guest, NULL, 0, 0, &err));
        ow_plan_free(t.plan);
        assert_ok(ow_plan_begin(&t.plan, &err));
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, OW_UNTEAM_ONLY_FREED, &err));
        assert_int_equal(ow_plan_change_count(t.plan), 0);
        assert_int_equal(ow_plan_skipped(t.plan, 0)->status, OW_FIX_NOT_FOR_THIS);
        ow_plan_free(t.plan);
        assert_ok(ow_plan_begin(&t.plan, &err));
        assert_ok(ow_plan_hand_over(t.plan, t.guest, &nic, 1, NULL, 0, &err));
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, OW_UNTEAM_ONLY_FREED, &err));
        plan_leaves(t.plan, t.guest, CLASS "0101\\Linkage", "UpperBind", SEVEN);
        applies_and_then_is_done(&t);
        end(&t);
}

/* ---- what a card is bound to ---- */

static void bindings_come_from_another_card_or_the_version(void **state)
{
        static const char unbound[] = KEY CLASS "0103\\Linkage]\n\"UpperBind\"=multi:\n";
        static const char other[] = KEY CLASS
                "0103\\Linkage]\n\"UpperBind\"=multi:\n" KEY CLASS
                "0104]\n\"DriverDesc\"=\"Plain\"\n\"NetCfgInstanceId\"=\"{44444444-4444-4444-4444-444444444444}\"\n"
                "\"MatchingDeviceId\"=\"pci\\\\ven_8086&dev_10c9\"\n\"*IfType\"=dword:6\n"
                "\"Characteristics\"=dword:84\n" KEY CLASS
                "0104\\Linkage]\n\"UpperBind\"=multi:\"Tcpip\",\"Extra\"\n";
        static const char present[] =
                KEY "Services\\Tcpip6]\n\"Start\"=dword:1\n" KEY "Services\\lltdio]\n\"Start\"=dword:4\n";
        OW_AUTO_FREE char *installed = ow_asprintf("%s%s", unbound, present);
        struct test t;

        begin(state, &t, "basp", other, false);
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, OW_UNTEAM_DROP_ADDRESSES, &err));
        plan_leaves(t.plan, t.guest, CLASS "0101\\Linkage", "UpperBind", "Tcpip;Extra");
        end(&t);
        rig_close(rig_get(state));
        begin(state, &t, "basp", installed, false);
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, OW_UNTEAM_DROP_ADDRESSES, &err));
        plan_leaves(t.plan, t.guest, CLASS "0101\\Linkage", "UpperBind", "Tcpip;Tcpip6");
        plan_leaves(t.plan, t.guest, "Services\\Tcpip\\Linkage", "Bind", "\\Device\\" BASP1 ";\\Device\\" BASP2);
        applies_and_then_is_done(&t);
        end(&t);
}

/* ---- what cannot be told ---- */

static void refused(void **state, const char *team, const char *more, bool named, const char *why)
{
        ow_error got = OW_ERROR_INIT;
        struct test t;
        size_t index;
        int r;

        print_message("%s\n", why);
        begin(state, &t, team, more, false);
        index = named ? team_called(&t, "BASP Team") : 0;
        r = ow_plan_unteam(t.plan, t.guest, named ? &index : NULL, named, OW_UNTEAM_DROP_ADDRESSES, &got);
        if (r != OW_E_REFUSED || !strstr(got.text, why))
                fail_msg("got %s: %s", ow_error_name(r), got.text);
        end(&t);
        rig_close(rig_get(state));
}

static void doubt_is_refused(void **state)
{
        static const char another[] = KEY CLASS
                "0105]\n\"DriverDesc\"=\"BASP #2\"\n\"ComponentId\"=\"brcm_blfm\"\n"
                "\"NetCfgInstanceId\"=\"{55555555-5555-5555-5555-555555555555}\"\n\"*IfType\"=dword:6\n" KEY CLASS
                "0105\\Linkage]\n\"UpperBind\"=multi:\"Tcpip\"\n";

        refused(state, "basp", another, true, "it cannot be told whether");
        refused(state, "basp", KEY CLASS "0101\\Linkage]\n\"UpperBind\"=multi:\"Blfp\",\"cpqteam\"\n", false,
                "the protocols of two kinds of teams");
        refused(state, "basp", KEY CLASS "0103\\Linkage]\n\"UpperBind\"=multi:\"iANSProtocol\"\n", false,
                "is a team and at the same time in another one");
        refused(state, "basp", KEY CLASS "0103\\Linkage]\n\"UpperBind\"=multi:\"VMSMP\"\n", false,
                "is not bound to TCP/IP but to 'VMSMP'");
        refused(state, "basp",
                KEY
                "Services\\Tcpip\\Linkage]\n\"Bind\"=multi:\"\\\\Device\\\\{B1A50003-93C7-4D1E-8A61-20C5E7F3A103}\"\n"
                "\"Export\"=multi:\"\\\\Device\\\\Tcpip_X\"\n\"Route\"=multi:\"\\\"X\\\"\"\n",
                false, "do not name the same adapters");
}

static void no_team_is_no_fault(void **state)
{
        const ow_network *network = NULL;
        struct test t;
        size_t card;

        begin(state, &t, "", "", false);
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, 0, &err));
        assert_int_equal(ow_plan_change_count(t.plan), 0);
        assert_int_equal(ow_plan_skipped_count(t.plan), 1);
        end(&t);
        rig_close(rig_get(state));
        begin(state, &t, "basp", "", false);
        assert_ok(ow_guest_network(t.guest, &network, &err));
        card = team_called(&t, "Broadcom Port 1");
        assert_fails(OW_E_INVAL, ow_plan_unteam(t.plan, t.guest, &card, 1, 0, &err));
        end(&t);
}

static void drivers_of_a_team_are_guarded(void **state)
{
        const ow_service_edit edit = { .name = "blfp", .verb = OW_SERVICE_DISABLE };
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        struct test t;

        begin(state, &t, "basp", "", false);
        assert_int_equal(net_team_needs(t.plan, t.guest, "BLFP", &reason, NULL), 1);
        assert_int_equal(net_team_needs(t.plan, t.guest, "Blfm", &reason, NULL), 1);
        assert_int_equal(net_team_needs(t.plan, t.guest, "cpqteam", &reason, NULL), 0);
        assert_int_equal(net_team_needs(t.plan, t.guest, "Tcpip", &reason, NULL), 0);
        assert_fails(OW_E_REFUSED, ow_plan_set_services(t.plan, t.guest, &edit, 1, 0, &err));
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, OW_UNTEAM_DROP_ADDRESSES, &err));
        assert_int_equal(net_team_needs(t.plan, t.guest, "Blfp", &reason, NULL), 0);
        end(&t);
}

/* A card that is bound to the protocol of a team which is not there has no TCP/IP at all. */
static void a_card_left_behind_gets_tcpip_back(void **state)
{
        static const char lost[] = KEY CLASS
                "0001]\n\"DriverDesc\"=\"Lost\"\n\"NetCfgInstanceId\"=\"" BASP1 "\"\n"
                "\"MatchingDeviceId\"=\"pci\\\\ven_8086&dev_10c9\"\n\"*IfType\"=dword:6\n"
                "\"Characteristics\"=dword:84\n" KEY CLASS "0001\\Linkage]\n\"UpperBind\"=multi:\"cpqteam\"\n";
        struct test t;

        begin(state, &t, "", lost, false);
        assert_ok(ow_plan_unteam(t.plan, t.guest, NULL, 0, 0, &err));
        plan_leaves(t.plan, t.guest, CLASS "0001\\Linkage", "UpperBind", "Tcpip");
        applies_and_then_is_done(&t);
        end(&t);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_broadcom_team, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(an_intel_team, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_team_of_windows_itself_keeps_its_drivers, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(an_address_is_never_lost_by_accident, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(bindings_come_from_another_card_or_the_version, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(doubt_is_refused, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(drivers_of_a_team_are_guarded, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(no_team_is_no_fault, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_card_left_behind_gets_tcpip_back, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
