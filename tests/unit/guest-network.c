/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network from recipes: routes, the network store, teams, odd settings; how an adapter is named by a person. */
#include "guest-fixture.h"

#include "base/macros.h"

#define CCS  "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define NET  "Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define CONN "Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define IFS  "Services\\Tcpip\\Parameters\\Interfaces\\"
#define NSI4 "Control\\Nsi\\{eb004a00-9b1a-11d4-9123-0050047759bc}\\"
#define NSI6 "Control\\Nsi\\{eb004a01-9b1a-11d4-9123-0050047759bc}\\"
#define G1   "{11111111-1111-1111-1111-111111111111}"
#define G2   "{22222222-2222-2222-2222-222222222222}"
#define G3   "{33333333-3333-3333-3333-333333333333}"
#define G4   "{44444444-4444-4444-4444-444444444444}"

#define FF8           "ff,ff,ff,ff,ff,ff,ff,ff,"
#define ONES28        FF8 FF8 FF8 "ff,ff,ff,ff"
#define UNICAST(bits) FF8 "10,00,00,00,10,00,00,00," bits ",00,00,00," ONES28
#define ROUTE         FF8 FF8 FF8 ONES28 ",ff,ff,ff,ff"
#define ZEROS48       "000000000000000000000000000000000000000000000000"

static const char begin[] = "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
                            "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services]\n";

static const ow_network *open_with(struct rig *rig, const char *text)
{
        OW_AUTO_BUFFER all = OW_BUFFER_INIT;
        char *whole;

        ow_buffer_put_text(&all, begin);
        ow_buffer_put_text(&all, text);
        whole = ow_buffer_take_text(&all);
        assert_non_null(whole);
        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", whole);
        rig_end(rig);
        ow_free(whole);
        return network_of(rig_open(rig, false));
}

/* A card with its class key, connection and device. */
#define CARD(guid, number, index, name)                                                                              \
        CCS NET number "]\n\"NetCfgInstanceId\"=\"" guid "\"\n\"Characteristics\"=dword:00000084\n"                  \
                       "\"*IfType\"=dword:00000006\n\"NetLuidIndex\"=dword:0000000" index "\n"                       \
                       "\"DriverDesc\"=\"Card " index "\"\n" CCS CONN guid "\\Connection]\n\"Name\"=\"" name "\"\n"  \
                       "\"PnpInstanceID\"=\"PCI\\\\VEN_8086&DEV_10D3\\\\4&" index "\"\n" CCS                         \
                       "Enum\\PCI\\VEN_8086&DEV_10D3\\4&" index "]\n\"Service\"=\"e1i\"\n"

#define STATIC(guid, address, gateway)                                                                               \
        CCS IFS guid "]\n\"EnableDHCP\"=dword:00000000\n\"IPAddress\"=multi:\"" address "\"\n"                       \
                     "\"SubnetMask\"=multi:\"255.255.255.0\"\n\"DefaultGateway\"=multi:\"" gateway "\"\n"            \
                     "\"DefaultGatewayMetric\"=multi:\"0\"\n"

static void the_store_is_joined_by_luid(void **state)
{
        static const char text[] = CARD(G1, "0001", "7", "LAN") STATIC(G1, "10.3.58.5", "10.3.58.1")
                CARD(G2, "0002", "6", "Old") STATIC(G2, "192.168.1.123", "192.168.1.1") CCS NSI4
                "10]\n\"00000007000006000a033a0500000000\"=hex:" UNICAST(
                        "18") "\n"
                              "\"0000000600000600c0a8017b00000000\"=hex:" UNICAST(
                                      "10") "\n"
                                            "\"00000009000006000a09090900000000\"=hex:" UNICAST(
                                                    "18") "\n"
                                                          "\"00000006000006000a0a0a0a00000000\"=hex:01,02\n\"junk\"="
                                                          "hex:00\n\"text\"=\"x\"\n" CCS NSI4 "16]\n\"" ZEROS48
                                                          "000000070000060000000007000006000a033a0100000000\"="
                                                          "hex:" ROUTE "\n" CCS NSI6
                                                          "10]\n\"000000070000060020010db8000000000000000000000005\"="
                                                          "hex:" UNICAST("40") "\n" CCS NSI6 "16]\n\"" ZEROS48
                                                                               "00000000000000000000000000000000"
                                                                               "0000000700000600"
                                                                               "0000000700000600"
                                                                               "fe800000000000000000000000000001\"="
                                                                               "hex:" ROUTE "\n";
        struct rig *rig = rig_get(state);
        const ow_network *n = open_with(rig, text);
        const ow_adapter *a = find_adapter(rig->guest, G1), *b = find_adapter(rig->guest, G2);

        show_problems(rig->guest);
        assert_string_equal(prefixes_text(a->ipv4.stored), "10.3.58.5/24");
        assert_false(a->ipv4.differs);
        assert_string_equal(prefixes_text(a->ipv6.addresses), "2001:db8::5/64");
        assert_string_equal(gateways_text(a->ipv6.gateways), "fe80::1");
        assert_string_equal(prefixes_text(b->ipv4.stored), "192.168.1.123/16");
        assert_true(b->ipv4.differs);
        assert_int_equal(b->n_rows, 2);
        assert_true(has_problem(rig->guest, "has 2 bytes, only rows of 48 are known"));
        assert_true(has_problem(rig->guest, "'junk' is no key of this table"));
        assert_false(b->rows[0].understood && b->rows[1].understood);
        assert_int_equal(n->n_strays, 1);
        assert_string_equal(n->strays[0].name, "00000009000006000a09090900000000");
        assert_int_equal(a->rows[0].size, 48);
        assert_string_equal(a->rows[0].key, OW_NSI_IPV4 "\\10");
}

static const ow_route *find_route(const ow_network *n, const char *destination, const char *gateway)
{
        for (size_t i = 0; i < n->n_routes; i++) {
                char to[OW_PREFIX_TEXT], by[OW_ADDRESS_TEXT];

                ow_prefix_format(&n->routes[i].destination, to);
                ow_address_format(&n->routes[i].gateway, by);
                if (strcmp(to, destination) == 0 && strcmp(by, gateway) == 0)
                        return &n->routes[i];
        }
        return NULL;
}

static void routes_find_their_adapter(void **state)
{
        static const char text[] = CARD(G1, "0001", "7", "LAN") STATIC(G1, "10.3.58.5", "10.3.58.1")
                CARD(G2, "0002", "6", "Two") STATIC(G2, "10.3.58.6", "10.3.58.1") CARD(G3, "0003", "5", "Three")
                        STATIC(G3, "172.16.0.9", "172.16.0.1") CCS
                "Services\\Tcpip\\Parameters\\PersistentRoutes]\n"
                "\"0.0.0.0,0.0.0.0,10.3.58.1,-1\"=\"\"\n\"192.0.2.0,255.255.255.0,172.16.0.254,5\"=\"\"\n"
                "\"10.0.0.0,255.0.255.0,10.3.58.1,1\"=\"\"\n\"nonsense\"=\"\"\n\"1.2.3.4,255.255.255.255,9.9.9.9,1\"="
                "\"\"\n" CCS NSI4 "16]\n\"" ZEROS48 "000000070000060000000007000006000a033a0100000000\"=hex:" ROUTE
                "\n"
                "\"" ZEROS48 "000000060000060000000006000006000a033a0100000000\"=hex:" ROUTE "\n";
        struct rig *rig = rig_get(state);
        const ow_network *n = open_with(rig, text);
        const ow_route *route;

        show_problems(rig->guest);
        assert_int_equal(n->n_routes, 4);
        route = find_route(n, "192.0.2.0/24", "172.16.0.254");
        assert_non_null(route);
        assert_int_equal(route->metric, 5);
        assert_string_equal(n->adapters[route->adapter].name, "Three");
        assert_true(route->in_parameters && !route->in_store);
        route = find_route(n, "1.2.3.4/32", "9.9.9.9");
        assert_int_equal(route->adapter, OW_NO_ADAPTER);
        for (size_t i = 0; i < n->n_routes; i++)
                if (n->routes[i].destination.bits == 0)
                        assert_true(n->routes[i].in_parameters && n->routes[i].in_store &&
                                    n->routes[i].adapter != OW_NO_ADAPTER);
        assert_true(has_problem(rig->guest, "'nonsense' is no route"));
        assert_true(has_problem(rig->guest, "'10.0.0.0,255.0.255.0,10.3.58.1,1' is no route"));
}

static void teams_have_members(void **state)
{
        static const char text[] =
                CARD(G1, "0001", "7", "Port 1") CARD(G2, "0002", "6", "Port 2") CARD(G3, "0003", "5", "Alone") CCS NET
                "0001\\Linkage]\n\"UpperBind\"=multi:\"NdisImPlatform\"\n" CCS NET
                "0002\\Linkage]\n\"UpperBind\"=multi:\"ndisimplatform\"\n" CCS NET
                "0003\\Linkage]\n\"UpperBind\"=multi:\"Tcpip\",\"Tcpip6\"\n" CCS NET
                "0004]\n\"NetCfgInstanceId\"=\"" G4 "\"\n\"ComponentId\"=\"compositebus\\\\ms_implat_mp\"\n"
                "\"DriverDesc\"=\"Microsoft Network Adapter Multiplexor Driver\"\n";
        struct rig *rig = rig_get(state);
        const ow_network *n = open_with(rig, text);
        const ow_adapter *team = find_adapter(rig->guest, G4);

        assert_int_equal(team->kind, OW_ADAPTER_TEAM);
        assert_int_equal(team->team, OW_TEAM_LBFO);
        assert_int_equal(team->n_members, 2);
        assert_string_equal(n->adapters[team->members[0]].name, "Port 1");
        assert_string_equal(n->adapters[team->members[1]].name, "Port 2");
        assert_int_equal(find_adapter(rig->guest, G3)->team_adapter, OW_NO_ADAPTER);
        assert_string_equal(n->adapters[find_adapter(rig->guest, G2)->team_adapter].guid, G4);
}

static void two_teams_are_told_apart_by_their_driver(void **state)
{
        static const char text[] = CARD(G1, "0001", "7", "Port 1") CARD(G2, "0002", "6", "Port 2") CCS NET
                "0001\\Linkage]\n\"UpperBind\"=multi:\"cpqteam\"\n" CCS NET
                "0002\\Linkage]\n\"UpperBind\"=multi:\"cpqteam\"\n" CCS NET "0003]\n\"NetCfgInstanceId\"=\"" G3
                "\"\n\"ComponentId\"=\"cq_cpqteammp\"\n" CCS NET "0004]\n\"NetCfgInstanceId\"=\"" G4
                "\"\n\"ComponentId\"=\"cq_cpqteammp\"\n" CCS "Services\\cpqteam\\Parameters\\Adapters\\" G2
                "]\n\"UpperBindings\"=multi:\"\\\\Device\\\\" G4 "\"\n";
        struct rig *rig = rig_get(state);
        const ow_network *n = open_with(rig, text);

        assert_int_equal(find_adapter(rig->guest, G3)->n_members, 0);
        assert_int_equal(find_adapter(rig->guest, G4)->n_members, 1);
        assert_string_equal(n->adapters[find_adapter(rig->guest, G4)->members[0]].name, "Port 2");
        assert_int_equal(find_adapter(rig->guest, G1)->team_adapter, OW_NO_ADAPTER);
        assert_int_equal(find_adapter(rig->guest, G1)->team, OW_TEAM_HP);
}

static void an_adapter_is_found_by_many_names(void **state)
{
        static const struct {
                const char *what, *guid;
        } good[] = {
                { "lan", G1 },       { "00:1B:78:A3:C4:1E", G1 },
                { "10.3.58.5", G1 }, { G2, G2 },
                { "0002", G2 },      { "card 6", G2 },
                { "auto", G1 },
        };
        static const char text[] = CARD(G1, "0001", "7", "LAN") "\"x\"=\"y\"\n" STATIC(G1, "10.3.58.5", "10.3.58.1")
                CCS NET "0001]\n\"PermanentAddress\"=\"001B78A3C41E\"\n" CARD(G2, "0002", "6", "Same")
                        CARD(G3, "0003", "5", "Same");
        struct rig *rig = rig_get(state);
        const ow_network *n = open_with(rig, text);
        size_t index = 99;

        for (size_t i = 0; i < OW_COUNT(good); i++) {
                assert_ok(ow_network_find(n, good[i].what, &index, &err));
                assert_string_equal(n->adapters[index].guid, good[i].guid);
        }
        assert_fails(OW_E_ABSENT, ow_network_find(n, "nobody", &index, &err));
        assert_fails(OW_E_ABSENT, ow_network_find(n, "", &index, &err));
        assert_fails(OW_E_INVAL, ow_network_find(n, "Same", &index, &err));
}

static void odd_hives_are_told_and_survived(void **state)
{
        static const char text[] = CARD(G1, "0001", "7", "LAN") CARD(G1, "0002", "6", "Twin") CCS NET
                "0003]\n\"NetCfgInstanceId\"=\"" G2
                "\"\n\"NetLuidIndex\"=dword:0f000001\n\"*IfType\"=dword:00000006\n"
                "\"NetworkAddress\"=\"zz\"\n" CCS IFS G1
                "]\n\"IPAddress\"=\"10.0.0.1\"\n\"SubnetMask\"=hex(7):31,00,30\n\"NameServer\"=\"10.0.0.2,x\"\n"
                "\"DhcpGatewayHardware\"=hex:01\n\"MTU\"=\"1500\"\n" CCS IFS "{}]\n" CCS IFS "{1111]\n" CCS
                "Services\\NetBT\\Parameters\\Interfaces\\Tcpip_" G3 "]\n\"NameServerList\"=dword:00000001\n" CCS
                "Services\\Tcpip6\\Parameters\\Interfaces\\" G4 "]\n\"Dhcpv6DNSServers\"=hex:01,02,03\n" CCS
                "Services\\Tcpip6\\Parameters]\n\"Dhcpv6DUID\"=hex:00\n";
        struct rig *rig = rig_get(state);
        const ow_network *n = open_with(rig, text);
        ow_network *other = NULL;

        show_problems(rig->guest);
        assert_true(has_problem(rig->guest, "another class key has the same GUID"));
        assert_true(has_problem(rig->guest, "has more than 24 bits"));
        assert_true(has_problem(rig->guest, "is no hardware address of a card"));
        assert_true(has_problem(rig->guest, "'IPAddress' should be a list"));
        assert_true(has_problem(rig->guest, "'SubnetMask' should be UTF-16"));
        assert_true(has_problem(rig->guest, "'x' is no IPv4 address"));
        assert_true(has_problem(rig->guest, "DhcpGatewayHardware has 1 bytes"));
        assert_true(has_problem(rig->guest, "'NameServerList' should be text"));
        assert_true(has_problem(rig->guest, "Dhcpv6DNSServers has 3 bytes"));
        assert_true(has_problem(rig->guest, "Dhcpv6DUID has 1 bytes"));
        assert_string_equal(addresses_of(find_adapter(rig->guest, G1)), "10.0.0.1");
        assert_string_equal(dns_of(find_adapter(rig->guest, G1)), "10.0.0.2");
        assert_int_equal(find_adapter(rig->guest, G3)->kind, OW_ADAPTER_SETTINGS);
        assert_int_equal(n->n_adapters, 5);
        assert_fails(OW_E_ABSENT, ow_network_load(rig->guest, 7, &other, &err));
        assert_ok(ow_network_load(rig->guest, 1, &other, &err));
        assert_int_equal(other->n_adapters, 5);
        ow_network_free(other);
}

static void windows_7_as_it_stores_itself(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_network *n;
        const ow_adapter *a;

        rig_plain_disk(rig, 0, 24, "5cbea03e");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, "Windows\\System32\\config\\SYSTEM", "machines/win7-vmware/SYSTEM");
        rig_end(rig);
        n = network_of(rig_open(rig, false));
        a = find_adapter(rig->guest, "{698E50A9-4F58-4D86-B61D-F42E58DCACF6}");
        assert_string_equal(a->class_number, "0012");
        assert_int_equal(a->luid.index, 7);
        assert_string_equal(a->hardware, "pci\\ven_8086&dev_100f");
        assert_string_equal(prefixes_text(a->ipv4.stored), "10.3.58.5/24");
        assert_false(a->ipv4.differs);
        assert_int_equal(a->verdict.presence, OW_PRESENCE_PRESENT);
        assert_string_equal(ow_adapter_place(a, OW_PLACE_TCPIP6),
                            "Services\\Tcpip6\\Parameters\\Interfaces\\{698e50a9-4f58-4d86-b61d-f42e58dcacf6}");
        a = find_adapter(rig->guest, "{6AAFC9A9-0542-4DB2-8760-CCFFA953737C}");
        assert_int_equal(a->verdict.presence, OW_PRESENCE_GHOST);
        assert_int_equal(a->verdict.confidence, OW_CONFIDENCE_FAIR);
        assert_string_equal(mac_of(a), "00:0c:29:7e:7e:d3");
        assert_int_equal(a->mac_source, OW_MAC_DUID);
        assert_int_equal(a->n_rows, 4);
        assert_string_equal(a->rows[1].name, "0000000600000600c0a8017b00000000");
        assert_string_equal(a->rows[2].name, ZEROS48 "00000006000006000000000600000600c0a8010100000000");
        assert_int_equal(a->keywords.count, 24);
        assert_int_equal(n->n_routes, 2);
        assert_true(n->routes[0].in_store && n->routes[0].in_parameters);
        assert_string_equal(n->domain, "shieldbase.local");
        assert_string_equal(n->nv_host_name, "WKS-WIN732BITA");
        assert_int_equal(n->duid_size, 14);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(the_store_is_joined_by_luid),
                TEST(routes_find_their_adapter),
                TEST(teams_have_members),
                TEST(two_teams_are_told_apart_by_their_driver),
                TEST(an_adapter_is_found_by_many_names),
                TEST(odd_hives_are_told_and_survived),
                TEST(windows_7_as_it_stores_itself),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
