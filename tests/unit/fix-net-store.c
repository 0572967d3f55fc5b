/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What lies outside of an adapter's own keys, on machines made for it: routes that several may use, rows of nobody.
 */
#include "fix-net.h"

/* ---- routes in a network that two cards have ---- */

static ow_guest *open_two_in_one_network(struct rig *rig)
{
        static const char one[] =
                "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Class\\"
                "{4D36E972-E325-11CE-BFC1-08002BE10318}\\000%d]\n\"DriverDesc\"=\"Card %d\"\n"
                "\"NetCfgInstanceId\"=\"%s\"\n\"NetLuidIndex\"=dword:%d\n\"*IfType\"=dword:6\n"
                "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Tcpip\\Parameters\\Interfaces\\%s]\n"
                "\"EnableDHCP\"=dword:0\n\"IPAddress\"=hex(7):%s,00,00\n"
                "\"SubnetMask\"=hex(7):32,00,35,00,35,00,2e,00,30,00,2e,00,30,00,2e,00,30,00,00,00,00,00\n";
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_FREE char *system = NULL;

        ow_buffer_put_text(&text, server_system);
        ow_buffer_printf(&text, one, 7, 7, FIRST, 7, FIRST, "31,00,30,00,2e,00,30,00,2e,00,30,00,2e,00,37,00,00,00");
        ow_buffer_printf(&text, one, 8, 8, SECOND, 8, SECOND,
                         "31,00,30,00,2e,00,30,00,2e,00,30,00,2e,00,38,00,00,00");
        ow_buffer_put_text(&text,
                           "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\Tcpip\\Parameters\\PersistentRoutes]\n"
                           "\"172.16.0.0,255.240.0.0,10.0.0.9,1\"=\"\"\n");
        system = ow_buffer_take_text(&text);
        return hives_open(rig, system, server_software);
}

static void a_route_that_is_named_goes_and_another_stays(void **state)
{
        static const char there[] = "172.16.0.0,255.240.0.0,10.0.0.9,1";
        static const char *const dns[] = { "dns", "10.0.0.2", NULL }, *const none[] = { "route", "none", NULL };
        static const char *const other[] = { "route", "172.16.0.0/12=10.0.0.10", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_two_in_one_network(rig);

        (void)set(guest, FIRST, dns);
        assert_string_not_equal(value(guest, ROUTES, there), "-"); /* it may be either's */
        (void)set(guest, FIRST, other);
        assert_value(guest, ROUTES, there, "-");
        assert_string_not_equal(value(guest, ROUTES, "172.16.0.0,255.240.0.0,10.0.0.10,-1"), "-");
        (void)set(guest, SECOND, none);
        assert_string_not_equal(value(guest, ROUTES, "172.16.0.0,255.240.0.0,10.0.0.10,-1"), "-"); /* it has a row */
        (void)set(guest, FIRST, none);
        assert_value(guest, ROUTES, "172.16.0.0,255.240.0.0,10.0.0.10,-1", "-");
}

/* ---- rows of cards that nobody knows any more ---- */

static void rows_of_forgotten_cards_go_and_others_stay(void **state)
{
        static const char row[] =
                "ff,ff,ff,ff,ff,ff,ff,ff,10,00,00,00,10,00,00,00,18,00,00,00,"
                "ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff,ff";
        static const struct {
                const char *name;
                bool goes;
        } rows[] = {
                { "00000009000006000a09090900000000", true },  /* Ethernet */
                { "00000009000047000a09090a00000000", true },  /* wireless */
                { "00000001000018000a09090b00000000", false }, /* loopback */
                { "00000007000006000a09090c00000000", false }, /* of the card below */
        };
        static const char *const luids[] = { "\"NetLuidIndex\"=dword:7\n\"*IfType\"=dword:6\n", "" };

        for (size_t k = 0; k < OW_COUNT(luids); k++) {
                struct rig *rig = rig_get(state);
                OW_AUTO_BUFFER text = OW_BUFFER_INIT;
                OW_AUTO_FREE char *system = NULL;
                ow_guest *guest;
                ow_plan *plan = NULL;

                ow_buffer_printf(&text,
                                 "%s[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Class\\"
                                 "{4D36E972-E325-11CE-BFC1-08002BE10318}\\0007]\n\"DriverDesc\"=\"Card\"\n"
                                 "\"NetCfgInstanceId\"=\"" SECOND "\"\n%s"
                                 "[HKEY_LOCAL_MACHINE\\ControlSet001\\" OW_NSI_IPV4 "\\10]\n",
                                 server_system, luids[k]);
                for (size_t i = 0; i < OW_COUNT(rows); i++)
                        ow_buffer_printf(&text, "\"%s\"=hex:%s\n", rows[i].name, row);
                system = ow_buffer_take_text(&text);
                guest = hives_open(rig, system, server_software);
                assert_ok(ow_plan_begin(&plan, &err));
                assert_ok(ow_plan_strip_ghosts(plan, guest, NULL, &err));
                assert_ok(ow_plan_finish(plan, guest, &err));
                assert_int_equal(carry_out(guest, plan), k == 0 ? 2 : 0); /* of a card without a LUID they may be */
                for (size_t i = 0; i < OW_COUNT(rows) && k == 0; i++)
                        assert_int_equal(strcmp(value(guest, NSI4 "10", rows[i].name), "-") == 0, rows[i].goes);
                rig_close(rig);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_route_that_is_named_goes_and_another_stays, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(rows_of_forgotten_cards_go_and_others_stay, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
