/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adapters of plan files on a machine: what an export names them by, that it changes nothing, and lines of errors. */
#include "fix-fixture.h"

#include <offwin/addressing.h>

#include "base/macros.h"
#include "fix/planfile.h"

#define CCS  "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define NET  "Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define CONN "Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define IFS  "Services\\Tcpip\\Parameters\\Interfaces\\"
#define G(n) "{" n n n n n n n n "-1111-1111-1111-111111111111}"
#define GA   G("A")
#define GB   G("B")
#define GC   G("C")
#define GD   G("D")
#define GE   G("E")
#define GF   G("F")
#define G7   G("7")
#define G8   G("8")

/* A card with its class key, device and connection. */
#define CARD(guid, n, name)                                                                                          \
        CCS NET "000" n "]\n\"NetCfgInstanceId\"=\"" guid "\"\n\"Characteristics\"=dword:00000084\n"                 \
                "\"*IfType\"=dword:00000006\n\"NetLuidIndex\"=dword:0000000" n "\n\"DriverDesc\"=\"Card " n "\"\n"   \
                "\"DeviceInstanceID\"=\"PCI\\\\VEN_8086&DEV_10D3\\\\4&" n "\"\n" CCS CONN guid                       \
                "\\Connection]\n" name "\n\"PnpInstanceID\"=\"PCI\\\\VEN_8086&DEV_10D3\\\\4&" n "\"\n" CCS           \
                "Enum\\PCI\\VEN_8086&DEV_10D3\\4&" n "]\n\"Service\"=\"e1i\"\n"
#define NAMED(name) "\"Name\"=\"" name "\""
#define NAMELESS    "\"Other\"=\"x\""

#define STATIC(guid, network)                                                                                        \
        CCS IFS guid "]\n\"EnableDHCP\"=dword:00000000\n\"IPAddress\"=multi:\"" network ".5\"\n"                     \
                     "\"SubnetMask\"=multi:\"255.255.255.0\"\n\"DefaultGateway\"=multi:\"" network ".1\"\n"          \
                     "\"DefaultGatewayMetric\"=multi:\"0\"\n"
#define DHCP(guid) CCS IFS guid "]\n\"EnableDHCP\"=dword:00000001\n"

static ow_guest *open_with(struct rig *rig, const char *text, const char *waiting)
{
        OW_AUTO_FREE char *all = ow_asprintf("%s%s", server_system, text);

        assert_non_null(all);
        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", all);
        if (waiting)
                rig_put(rig, "Windows\\offwin\\network.json", waiting, strlen(waiting));
        rig_end(rig);
        return rig_open(rig, true);
}

/* ---- plans ---- */

static int add(ow_guest *guest, const char *text, ow_plan **ret, ow_error *why)
{
        ow_planfile *file = NULL;
        int r;

        assert_ok(ow_plan_begin(ret, &err));
        r = ow_planfile_parse("p.yaml", text, strlen(text), &file, why);
        if (r == 0)
                r = ow_plan_add_planfile(*ret, guest, NULL, file, NULL, why);
        if (r == 0)
                r = ow_plan_finish(*ret, guest, why);
        ow_planfile_free(file);
        return r;
}

/* The number of rows that the adapters of a plan make; all of them are applied. */
static size_t carry_out(ow_guest *guest, const char *text)
{
        ow_plan *plan = NULL;
        size_t n;

        assert_ok(add(guest, text, &plan, &err));
        n = ow_plan_change_count(plan);
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        ow_network_forget(guest);
        return n;
}

static void refuses(ow_guest *guest, const char *text, int code, const char *says)
{
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;

        assert_int_equal(add(guest, text, &plan, &why), code);
        if (!strstr(why.text, says))
                fail_msg("'%s' does not say '%s'", why.text, says);
        ow_plan_free(plan);
}

static char *exported(ow_guest *guest)
{
        char *text = NULL;

        assert_ok(ow_planfile_export(guest, &text, &err));
        return text;
}

/* ---- what an export names adapters by ---- */

/* Each names exactly the adapter of its address. */
static void an_export_names_each_adapter_by_what_means_no_other(void **state)
{
        static const char text[] = CARD(GA, "1", NAMED("auto")) STATIC(GA, "10.0.1") CARD(GB, "2", NAMED(GC))
                STATIC(GB, "10.0.2") CARD(GC, "3", NAMED("LAN")) STATIC(GC, "10.0.3") CARD(GD, "4", NAMED("lan"))
                        STATIC(GD, "10.0.4") CARD(GE, "5", NAMED("10.0.1.5")) STATIC(GE, "10.0.5")
                                CARD(GF, "6", NAMED("a: b*")) STATIC(GF, "10.0.6") CARD(G7, "7", NAMELESS)
                                        STATIC(G7, "10.0.7") CARD(G8, "8", NAMELESS) DHCP(G8);
        static const struct {
                const char *address, *name;
        } want[] = { { "10.0.1.5/24", GA }, { "10.0.2.5/24", GB },         { "10.0.3.5/24", GC },
                     { "10.0.4.5/24", GD }, { "10.0.5.5/24", "10.0.1.5" }, { "10.0.6.5/24", GF },
                     { "10.0.7.5/24", G7 } };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text, NULL);
        ow_planfile *file = NULL;
        char *yaml = exported(guest);
        const struct planfile_network *network;

        assert_ok(ow_planfile_parse("p.yaml", yaml, strlen(yaml), &file, &err));
        network = file->content->network;
        assert_int_equal(network->adapters_count, OW_COUNT(want));
        for (unsigned i = 0; i < network->adapters_count; i++)
                for (size_t k = 0; k < OW_COUNT(want); k++)
                        if (strcmp(network->adapters[i].addresses[0], want[k].address) == 0)
                                assert_string_equal(network->adapters[i].adapter, want[k].name);
        ow_planfile_free(file);
        ow_text_free(yaml);
}

static void an_export_that_comes_back_leaves_every_address(void **state)
{
        static const char text[] = CARD(GA, "1", NAMED("auto")) STATIC(GA, "10.0.1") CARD(GB, "2", NAMED("LAN"))
                STATIC(GB, "10.0.2") CARD(GC, "3", NAMED("LAN")) STATIC(GC, "10.0.3") CARD(GD, "4", NAMED("a:b"))
                        STATIC(GD, "10.0.4") CARD(GE, "5", NAMELESS) STATIC(GE, "10.0.5") CCS
                "Services\\Tcpip\\Parameters\\PersistentRoutes]\n\"192.0.2.0,255.255.255.0,10.0.2.9,5\"=\"\"\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text, NULL);
        char *before = exported(guest), *after;

        (void)carry_out(guest, before); /* the network store had nothing */
        after = exported(guest);
        assert_string_equal(after, before);
        assert_int_equal(carry_out(guest, after), 0);
        assert_string_equal(find_adapter(guest, GD)->name, "a:b");
        assert_int_equal(network_of(guest)->n_routes, 1 + 5);
        ow_text_free(before);
        ow_text_free(after);
}

/* Both reach the hop of the second route, and a list of routes takes the place of the whole old one. */
static void a_route_that_two_can_use_comes_back(void **state)
{
        static const char text[] =
                CARD(GA, "1", NAMED("LAN")) STATIC(GA, "10.0.1") CARD(GB, "2", NAMED("Two")) STATIC(GB, "10.0.2") CCS
                "Services\\Tcpip\\Parameters\\PersistentRoutes]\n\"192.0.2.0,255.255.255.0,10.0.2.9,5\"=\"\"\n"
                "\"198.51.100.0,255.255.255.0,10.0.2.200,5\"=\"\"\n" CCS IFS GA "]\n"
                "\"IPAddress\"=multi:\"10.0.1.5\",\"10.0.2.129\"\n"
                "\"SubnetMask\"=multi:\"255.255.255.0\",\"255.255.255.128\"\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text, NULL);
        char *before = exported(guest), *after;

        assert_non_null(strstr(before, "198.51.100.0/24"));
        (void)carry_out(guest, before);
        after = exported(guest);
        assert_non_null(strstr(after, "192.0.2.0/24"));
        assert_non_null(strstr(after, "198.51.100.0/24"));
        assert_int_equal(carry_out(guest, after), 0);
        ow_text_free(before);
        ow_text_free(after);
}

/* A route is one value without an adapter: taken from one card and given to another, it is the same value. */
static void a_route_moves_from_card_to_card(void **state)
{
        static const char text[] =
                CARD(GA, "1", NAMED("LAN")) STATIC(GA, "10.0.1") CARD(GB, "2", NAMED("Two")) STATIC(GB, "10.0.2") CCS
                "Services\\Tcpip\\Parameters\\PersistentRoutes]\n\"192.0.2.0,255.255.255.0,10.0.2.9,5\"=\"\"\n";
        static const char plan[] = "offwin: 1\nnetwork:\n  adapters:\n"
                                   "    - adapter: LAN\n      addresses: [10.0.1.5/24, 10.0.2.77/24]\n"
                                   "      routes: [{to: 192.0.2.0/24, via: 10.0.2.9, metric: 5}]\n"
                                   "    - adapter: Two\n      routes: [{to: none}]\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text, NULL);
        ow_blob data = { NULL, 0 };

        (void)carry_out(guest, plan);
        assert_int_equal(ow_registry_get(guest,
                                         "HKLM\\SYSTEM\\ControlSet001\\Services\\Tcpip\\Parameters\\PersistentRoutes",
                                         "192.0.2.0,255.255.255.0,10.0.2.9,5", NULL, &data, NULL),
                         1);
        ow_blob_done(&data);
}

/* No plan may give one address to two: the one that is gone does not come along, and the file says so. */
static void a_card_that_is_gone_gives_its_address_up(void **state)
{
        static const char text[] = CARD(GA, "1", NAMED("LAN")) STATIC(GA, "10.0.1") CCS NET
                "0002]\n\"NetCfgInstanceId\"=\"" GB "\"\n\"Characteristics\"=dword:00000084\n"
                "\"DeviceInstanceID\"=\"PCI\\\\VEN_8086&DEV_10D3\\\\4&2\"\n" CCS CONN GB
                "\\Connection]\n\"Name\"=\"Old\"\n" STATIC(GB, "10.0.1");
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text, NULL);
        char *yaml = exported(guest);

        assert_int_equal(find_adapter(guest, GB)->verdict.presence, OW_PRESENCE_GHOST);
        assert_non_null(strstr(yaml, "# Left out: " GB ", a card that is gone; another adapter has its 10.0.1.5.\n"));
        assert_null(strstr(yaml, "Old"));
        (void)carry_out(guest, yaml);
        assert_int_equal(carry_out(guest, yaml), 0);
        ow_text_free(yaml);
}

/* IPv6 addresses go along with DHCP. */
static void dhcp_beside_ipv6_addresses_comes_back_too(void **state)
{
        static const char plan[] = "offwin: 1\nnetwork:\n  adapters:\n    - adapter: LAN\n      dhcp: yes\n"
                                   "      addresses: ['fd00::5/64']\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, CARD(GA, "1", NAMED("LAN")) STATIC(GA, "10.0.1"), NULL);
        char *yaml;

        assert_true(carry_out(guest, plan) > 0);
        yaml = exported(guest);
        assert_non_null(strstr(yaml, "dhcp: yes"));
        assert_non_null(strstr(yaml, "fd00::5/64"));
        assert_int_equal(carry_out(guest, yaml), 0);
        ow_text_free(yaml);
}

/* What waits cannot be read: nobody may take what is there now for it. */
static void what_cannot_be_told_is_refused_with_the_adapter(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, CARD(GA, "1", NAMED("LAN")) STATIC(GA, "10.0.1"), "{ nothing");
        ow_error why = OW_ERROR_INIT;
        char *yaml = NULL;

        assert_int_equal(ow_planfile_export(guest, &yaml, &why), OW_E_CORRUPT);
        assert_null(yaml);
        assert_non_null(strstr(why.text, "'LAN'"));
        assert_non_null(strstr(why.text, "network.json"));
}

/* ---- names that are there ---- */

static void a_name_that_windows_would_refuse_blocks_nothing(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, CARD(GA, "1", NAMED("a*b")) STATIC(GA, "10.0.1"), NULL);

        assert_true(
                carry_out(guest, "offwin: 1\nnetwork:\n  adapters:\n    - adapter: a*b\n      dns: [10.0.1.9]\n"));
        assert_string_equal(find_adapter(guest, GA)->name, "a*b");
        assert_string_equal(dns_of(find_adapter(guest, GA)), "10.0.1.9");
        refuses(guest, "offwin: 1\nnetwork:\n  adapters:\n    - adapter: a*b\n      name: c*d\n", OW_E_INVAL,
                "does not take '*'");
}

/* ---- routes ---- */

static void routes_can_be_emptied(void **state)
{
        static const char plan[] = "offwin: 1\nnetwork:\n  adapters:\n    - adapter: LAN\n      routes:\n"
                                   "        - to: none\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig,
                                    CARD(GA, "1", NAMED("LAN")) STATIC(GA, "10.0.1") CCS
                                    "Services\\Tcpip\\Parameters\\PersistentRoutes]\n"
                                    "\"192.0.2.0,255.255.255.0,10.0.1.9,5\"=\"\"\n",
                                    NULL);

        assert_int_equal(network_of(guest)->n_routes, 1);
        assert_true(carry_out(guest, plan) > 0);
        assert_int_equal(carry_out(guest, plan), 0);
        for (size_t i = 0; i < network_of(guest)->n_routes; i++)
                assert_int_equal(network_of(guest)->routes[i].destination.bits, 0);
}

/* ---- errors have the line of their entry ---- */

static void errors_have_the_line_of_their_entry(void **state)
{
#define TWO "offwin: 1\nnetwork:\n  adapters:\n"
        static const struct {
                const char *text;
                const char *says;
        } bad[] = {
                { TWO "    - adapter: LAN\n      mtu: 1400\n    - adapter: LAN\n      dns: [10.0.1.9]\n",
                  "p.yaml:6: adapter 'LAN' is named twice" },
                { TWO "    - adapter: LAN\n      mtu: 1400\n    - adapter: \"" GA "\"\n      dns: [10.0.1.9]\n",
                  "p.yaml:6: adapter 'LAN' is named twice" },
                { TWO "    - adapter: SAN\n      mtu: 1400\n    - adapter: LAN\n      name: SAN\n",
                  "p.yaml:6: another connection is called 'SAN' already" },
                { TWO "    - adapter: SAN\n      name: LAN\n    - adapter: LAN\n      gateways: [10.9.9.9]\n",
                  "p.yaml:4: another connection is called 'LAN'" },
                { TWO "    - adapter: SAN\n      mtu: 1400\n    - adapter: LAN\n      gateways: [10.9.9.9]\n",
                  "p.yaml:6: 'LAN': gateway 10.9.9.9" },
                { TWO "    - adapter: SAN\n      mtu: 1400\n    - adapter: LAN\n      mtu: 100\n",
                  "p.yaml:6: 'LAN': MTU of 100" },
                { TWO "    - adapter: LAN\n      nic: 52:54:00:00:00:01\n    - adapter: SAN\n"
                      "      nic: 52:54:00:00:00:02\n      mtu: 100\n",
                  "p.yaml:7: " },
                { TWO "    - adapter: LAN\n      nic: 52:54:00:00:00:01\n    - adapter: SAN\n"
                      "      nic: 52:54:00:00:00:02\n      dns: [x]\n",
                  "p.yaml:7: dns 'x'" },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig,
                                    CARD(GA, "1", NAMED("LAN")) STATIC(GA, "10.0.1") CARD(GB, "2", NAMED("SAN"))
                                            STATIC(GB, "10.0.2"),
                                    NULL);

        for (size_t i = 0; i < OW_COUNT(bad); i++)
                refuses(guest, bad[i].text, OW_E_INVAL, bad[i].says);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(an_export_names_each_adapter_by_what_means_no_other, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(an_export_that_comes_back_leaves_every_address, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(a_route_that_two_can_use_comes_back, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_route_moves_from_card_to_card, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_card_that_is_gone_gives_its_address_up, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(dhcp_beside_ipv6_addresses_comes_back_too, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_cannot_be_told_is_refused_with_the_adapter, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(a_name_that_windows_would_refuse_blocks_nothing, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(routes_can_be_emptied, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(errors_have_the_line_of_their_entry, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
