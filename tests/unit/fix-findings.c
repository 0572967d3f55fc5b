/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of network settings: each where it has to fire, and not where it must not. */
#include "fix-fixture.h"

#include "fix/builtin.h"
#include "fix/findings.h"

#define CCS   "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define NET   "Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define IFS   "Services\\Tcpip\\Parameters\\Interfaces\\"
#define G1    "{11111111-1111-1111-1111-111111111111}"
#define G2    "{22222222-2222-2222-2222-222222222222}"
#define ENUM1 "Enum\\PCI\\VEN_1AF4&DEV_1000\\1]\n\"Service\"=\"netkvm\"\n"
#define ENUM2 "Enum\\PCI\\VEN_1AF4&DEV_1000\\2]\n\"Service\"=\"netkvm\"\n"
/* Two cards; what follows goes into the first one's, then the second one's class key. */
#define FIRST \
        CCS NET "0007]\n\"NetCfgInstanceId\"=\"" G1 "\"\n\"Characteristics\"=dword:84\n\"DriverDesc\"=\"One\"\n" \
        "\"DeviceInstanceID\"=\"PCI\\\\VEN_1AF4&DEV_1000\\\\1\"\n"
#define SECOND \
        CCS ENUM1 CCS NET "0008]\n\"NetCfgInstanceId\"=\"" G2 "\"\n\"Characteristics\"=dword:84\n" \
        "\"DriverDesc\"=\"Two\"\n\"DeviceInstanceID\"=\"PCI\\\\VEN_1AF4&DEV_1000\\\\2\"\n"
#define GONE CCS NET "0008]\n\"NetCfgInstanceId\"=\"" G2 "\"\n\"Characteristics\"=dword:84\n\"DriverDesc\"=\"Two\"\n" \
        "\"DeviceInstanceID\"=\"PCI\\\\VEN_1AF4&DEV_1000\\\\9\"\n"
#define STATIC(guid, address) \
        CCS IFS guid "]\n\"EnableDHCP\"=dword:0\n\"IPAddress\"=multi:\"" address "\"\n" \
        "\"SubnetMask\"=multi:\"255.255.255.0\"\n"
#define DHCP(guid) CCS IFS guid "]\n\"EnableDHCP\"=dword:1\n"

static ow_guest *open_with(struct rig *rig, const char *system, const char *software, const char *user)
{
        OW_AUTO_FREE char *all = ow_asprintf("%s%s", server_system, system);
        OW_AUTO_FREE char *soft = ow_asprintf("%s%s", server_software, software ? software : "");

        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", all);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", soft);
        if (user)
                rig_put_hive(rig, "Users\\bob\\NTUSER.DAT", user);
        rig_end(rig);
        return rig_open(rig, false);
}

static struct fix_findings found;

static const ow_finding *finding(const char *id)
{
        for (size_t i = 0; i < found.n; i++)
                if (strcmp(found.list[i].id, id) == 0)
                        return &found.list[i];
        return NULL;
}

static void look(struct rig *rig, const char *system, const char *software, const char *user)
{
        ow_guest *guest = open_with(rig, system, software, user);

        fix_findings_done(&found);
        assert_ok(fix_findings_network(&found, guest, &err));
        assert_ok(fix_findings_internet(&found, guest, &err));
        for (size_t i = 0; i < found.n; i++) {
                print_message("# %s: %s\n", found.list[i].id, found.list[i].detail);
                assert_true(strlen(found.list[i].reason) > 10);
                assert_non_null(found.list[i].command);
                assert_int_not_equal(found.list[i].confidence, OW_CONFIDENCE_NONE);
        }
}

static void says(const char *id, const char *detail, const char *command, enum ow_confidence confidence)
{
        const ow_finding *f = finding(id);

        if (!f)
                fail_msg("no finding %s", id);
        if (!strstr(f->detail, detail))
                fail_msg("%s: '%s' does not say '%s'", id, f->detail, detail);
        if (!strstr(f->command, command))
                fail_msg("%s: '%s' is not '%s'", id, f->command, command);
        assert_int_equal(f->confidence, confidence);
}

static int cleanup(void **state)
{
        fix_findings_done(&found);
        return rig_teardown(state);
}

/* Nothing is wrong: a static card with its gateway, one on DHCP. */
static void a_sound_network_has_no_findings(void **state)
{
        look(rig_get(state),
             FIRST "\"*SpeedDuplex\"=\"0\"\n" SECOND CCS ENUM2 STATIC(G1, "10.1.2.3")
             "\"DefaultGateway\"=multi:\"10.1.2.1\"\n\"NameServer\"=\"10.9.9.9\"\n" DHCP(G2), NULL, server_user);
        assert_int_equal(found.n, 0);
}

static void one_address_on_two_cards(void **state)
{
        look(rig_get(state), FIRST SECOND CCS ENUM2 STATIC(G1, "10.1.2.3") STATIC(G2, "10.1.2.3"), NULL, NULL);
        says("duplicate-address", "10.1.2.3: One and Two", "net set", OW_CONFIDENCE_HIGH);
}

/* The second card is gone: its address is the matter of another finding. */
static void an_address_of_a_card_that_is_gone_is_no_duplicate(void **state)
{
        look(rig_get(state), FIRST CCS ENUM1 GONE STATIC(G1, "10.1.2.3") STATIC(G2, "10.1.2.3"), NULL, NULL);
        assert_null(finding("duplicate-address"));
}

static void no_gateway_and_dns_far_away(void **state)
{
        look(rig_get(state),
             FIRST CCS ENUM1 STATIC(G1, "10.1.2.3") "\"NameServer\"=\"10.1.2.9,127.0.0.1,10.9.9.9\"\n", NULL, NULL);
        says("static-without-gateway", "One: 10.1.2.3/24", "--gateway", OW_CONFIDENCE_HIGH);
        says("dns-out-of-reach", "One: 10.9.9.9", "--dns", OW_CONFIDENCE_HIGH);
        assert_null(strstr(finding("dns-out-of-reach")->detail, "10.1.2.9"));
        assert_null(strstr(finding("dns-out-of-reach")->detail, "127.0.0.1"));
}

/* DHCP on another card may bring a gateway; a route to the server's network is a way too. */
static void a_way_out_is_seen(void **state)
{
        look(rig_get(state),
             FIRST SECOND CCS ENUM2 STATIC(G1, "10.1.2.3") "\"NameServer\"=\"10.9.9.9\"\n" DHCP(G2), NULL, NULL);
        assert_int_equal(found.n, 0);
}

/* The default route of a card that is gone is no way out. */
static void a_way_of_a_ghost_is_none(void **state)
{
        look(rig_get(state),
             FIRST CCS ENUM1 GONE STATIC(G1, "10.1.2.3") STATIC(G2, "10.9.9.3")
             CCS "Services\\Tcpip\\Parameters\\PersistentRoutes]\n\"0.0.0.0,0.0.0.0,10.9.9.1,1\"=\"\"\n",
             NULL, NULL);
        assert_non_null(finding("static-without-gateway"));
}

static void a_route_leads_to_the_server(void **state)
{
        look(rig_get(state),
             FIRST CCS ENUM1 STATIC(G1, "10.1.2.3") "\"NameServer\"=\"10.9.9.9\"\n"
             CCS "Services\\Tcpip\\Parameters\\PersistentRoutes]\n\"10.9.0.0,255.255.0.0,10.1.2.1,1\"=\"\"\n",
             NULL, NULL);
        assert_non_null(finding("static-without-gateway"));
        assert_null(finding("dns-out-of-reach"));
}

static void what_was_set_by_hand(void **state)
{
        look(rig_get(state), FIRST "\"NetworkAddress\"=\"02AABBCCDDEE\"\n\"*SpeedDuplex\"=\"4\"\n" SECOND
             "\"NetworkAddress\"=\"02-AA-BB-CC-DD-EE\"\n" CCS ENUM2 DHCP(G1) DHCP(G2), NULL, NULL);
        says("forced-mac", "One: 02:aa:bb:cc:dd:ee; Two: 02", "mac=none", OW_CONFIDENCE_HIGH);
        says("forced-speed", "One: *SpeedDuplex is 4", "speed=auto", OW_CONFIDENCE_HIGH);
        says("duplicate-mac", "02:aa:bb:cc:dd:ee: One and Two", "mac=none", OW_CONFIDENCE_FAIR);
}

static void broken_lists_and_made_up_addresses(void **state)
{
        look(rig_get(state),
             FIRST SECOND CCS ENUM2 CCS IFS G1 "]\n\"EnableDHCP\"=dword:0\n\"IPAddress\"=\"10.1.2.3\"\n"
             "\"SubnetMask\"=multi:\"255.255.255.0\",\"255.255.0.0\"\n\"DefaultGateway\"=multi:\"10.1.2.1\"\n"
             DHCP(G2) "\"DhcpIPAddress\"=\"169.254.7.8\"\n\"DhcpSubnetMask\"=\"255.255.0.0\"\n"
             "\"AddressType\"=dword:1\n",
             NULL, NULL);
        says("address-lists-broken", "One: one string where a list is due, not as many masks", "net set",
             OW_CONFIDENCE_HIGH);
        says("apipa-history", "Two: 169.254.7.8", "net set", OW_CONFIDENCE_FAIR);
}

static void settings_that_cannot_work(void **state)
{
        look(rig_get(state),
             FIRST SECOND CCS ENUM2 STATIC(G1, "10.1.2.3") "\"DefaultGateway\"=multi:\"10.7.2.1\"\n"
             STATIC(G2, "10.9.9.3") "\"MTU\"=dword:46\n",
             NULL, NULL);
        says("address-settings-impossible", "One: gateway 10.7.2.1", "net set", OW_CONFIDENCE_FAIR);
        says("address-settings-impossible", "Two: MTU of 70 bytes", "net set", OW_CONFIDENCE_FAIR);
        assert_null(finding("address-lists-broken"));
}

static void a_team_without_cards(void **state)
{
        look(rig_get(state), CCS NET "0011]\n\"NetCfgInstanceId\"=\"" G2 "\"\n\"Characteristics\"=dword:29\n"
             "\"ComponentId\"=\"cq_cpqteammp\"\n\"DriverDesc\"=\"HP Network Team #1\"\n"
             CCS "Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\" G2 "\\Connection]\n\"Name\"=\"Team\"\n"
             "\"PnpInstanceID\"=\"ROOT\\\\CQ_CPQTEAMMP\\\\0000\"\n"
             CCS "Enum\\ROOT\\CQ_CPQTEAMMP\\0000]\n\"Service\"=\"CPQTeamMP\"\n" STATIC(G2, "10.1.2.3"), NULL, NULL);
        says("team-without-members", "Team (HP Network", "net unteam", OW_CONFIDENCE_FAIR);
}

#define FILTER(guid) \
        CCS "Control\\Network\\{4D36E974-E325-11CE-BFC1-08002BE10318}\\" guid "\\Ndi]\n\"Service\"=\"flt\"\n" CCS NET \
        "0007\\Linkage]\n\"FilterList\"=multi:\"" G1 "-" guid "-0000\",\"" G1 "-" G2 "-0000\",\"odd\",\"{\"\n"

static void filters_of(void **state, const char *services)
{
        OW_AUTO_FREE char *text = ow_asprintf("%s%s%s%s", FIRST, CCS ENUM1, FILTER(G1), services);
        ow_guest *guest = open_with(rig_get(state), text, NULL, NULL);

        fix_findings_done(&found);
        assert_ok(fix_findings_filters(&found, guest, &err));
        rig_close(rig_get(state));
}

/* A filter of the network whose service, start or file is not there; a component without a key is Windows' own. */
static void filters_that_do_not_load(void **state)
{
        static const char driver[] = CCS "Services\\flt]\n\"Type\"=dword:1\n\"ErrorControl\"=dword:1\n"
                                         "\"ImagePath\"=\"system32\\\\drivers\\\\flt.sys\"\n";
        OW_AUTO_FREE char *off = ow_asprintf("%s\"Start\"=dword:4\n", driver);
        OW_AUTO_FREE char *lost = ow_asprintf("%s\"Start\"=dword:1\n", driver);

        filters_of(state, "");
        assert_int_equal(found.n, 1);
        assert_non_null(strstr(found.list[0].detail, "flt of One is not installed"));
        filters_of(state, off);
        says("network-filter-missing", "flt of One is disabled", "drv disable", OW_CONFIDENCE_FAIR);
        filters_of(state, lost);
        says("network-filter-missing", "flt of One has lost its driver's file", "drv disable", OW_CONFIDENCE_FAIR);
}

#define WU "[HKEY_LOCAL_MACHINE\\Policies\\Microsoft\\Windows\\WindowsUpdate]\n"
#define AU "[HKEY_LOCAL_MACHINE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU]\n\"UseWUServer\"=dword:1\n"

static void an_update_server_of_ones_own(void **state)
{
        look(rig_get(state), "", WU "\"WUServer\"=\"http://wsus:8530\"\n" AU, NULL);
        says("wsus-policy", "http://wsus:8530", "windows-update-wsus", OW_CONFIDENCE_HIGH);
}

static void an_update_server_by_private_address(void **state)
{
        look(rig_get(state), "", WU "\"WUServer\"=\"http://192.168.7.7/x\"\n" AU, NULL);
        says("wsus-policy", "192.168.7.7", "windows-update-wsus", OW_CONFIDENCE_HIGH);
}

static void an_update_server_elsewhere(void **state)
{
        look(rig_get(state), "", WU "\"WUServer\"=\"https://updates.example.org\"\n" AU, NULL);
        says("wsus-policy", "updates.example.org", "windows-update-wsus", OW_CONFIDENCE_FAIR);
}

static void an_update_server_that_is_not_used(void **state)
{
        look(rig_get(state), "", WU "\"WUServer\"=\"http://wsus:8530\"\n", NULL);
        assert_null(finding("wsus-policy"));
}

#define SETTINGS "[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\n"

static void proxies_of_users(void **state)
{
        look(rig_get(state), "", NULL,
             SETTINGS "\"ProxyEnable\"=dword:1\n\"ProxyServer\"=\"proxy:8080\"\n"
             "\"AutoConfigURL\"=\"http://x/p.pac\"\n");
        says("proxy-set", "a user: proxy:8080; a user, by script: http://x/p.pac", "reg set", OW_CONFIDENCE_FAIR);
}

static void a_proxy_that_is_off_is_none(void **state)
{
        look(rig_get(state), "", NULL, SETTINGS "\"ProxyEnable\"=dword:0\n\"ProxyServer\"=\"proxy:8080\"\n");
        assert_null(finding("proxy-set"));
}

static void proxies_of_services_are_read_within_bounds(void **state)
{
        uint8_t data[20] = { 0x18, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 'p', ':', '8', '0' };
        char text[8];

        (void)state;
        assert_true(fix_proxy_of(data, sizeof data, text, sizeof text));
        assert_string_equal(text, "p:80");
        assert_true(fix_proxy_of(data, sizeof data, text, 3));
        assert_string_equal(text, "p:");
        assert_false(fix_proxy_of(data, sizeof data - 1, text, sizeof text));
        for (size_t i = 0; i < sizeof data; i++)
                assert_false(fix_proxy_of(data, i, text, sizeof text));
        data[15] = 0xff; /* longer than there is */
        assert_false(fix_proxy_of(data, sizeof data, text, sizeof text));
        data[15] = 0;
        data[8] = 1; /* direct */
        assert_false(fix_proxy_of(data, sizeof data, text, sizeof text));
}

/* ---- Winsock ---- */

static void put_hex(ow_buffer *out, const uint8_t *bytes, size_t size)
{
        for (size_t i = 0; i < size; i++)
                ow_buffer_printf(out, "%s%02x", i ? "," : "", bytes[i]);
}

/* One entry with this library and length of chain, as .reg text; ow_free(). */
static char *catalogue(const char *library, uint8_t chain)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        uint8_t item[888] = { 0 };

        memcpy(item, library, strlen(library));
        item[260 + 40] = chain;
        item[260 + 36] = 0xe9;
        item[260 + 116] = 'L';
        ow_buffer_put_text(&text, CCS "Services\\WinSock2\\Parameters]\n"
                           "\"Current_Protocol_Catalog\"=\"Protocol_Catalog9\"\n"
                           CCS "Services\\WinSock2\\Parameters\\Protocol_Catalog9\\Catalog_Entries\\000000000001]\n"
                           "\"PackedCatalogItem\"=hex:");
        put_hex(&text, item, sizeof item);
        ow_buffer_put_text(&text, "\n");
        return ow_buffer_take_text(&text);
}

static void a_layer_whose_library_is_missing(void **state)
{
        OW_AUTO_FREE char *text = catalogue("C:\\Program Files\\Layer\\lsp.dll", 2);

        look(rig_get(state), text, NULL, NULL);
        says("winsock-layers", "lsp.dll, which is missing", "net winsock repair", OW_CONFIDENCE_HIGH);
}

static void windows_own_provider_is_none(void **state)
{
        OW_AUTO_FREE char *text = catalogue("%SystemRoot%\\system32\\mswsock.dll", 1);

        look(rig_get(state), text, NULL, NULL);
        assert_null(finding("winsock-layers"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_sound_network_has_no_findings, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(one_address_on_two_cards, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(an_address_of_a_card_that_is_gone_is_no_duplicate, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(no_gateway_and_dns_far_away, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(a_way_out_is_seen, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(a_way_of_a_ghost_is_none, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(a_route_leads_to_the_server, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(what_was_set_by_hand, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(broken_lists_and_made_up_addresses, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(settings_that_cannot_work, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(a_team_without_cards, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(filters_that_do_not_load, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(an_update_server_of_ones_own, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(an_update_server_by_private_address, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(an_update_server_elsewhere, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(an_update_server_that_is_not_used, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(proxies_of_users, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(a_proxy_that_is_off_is_none, rig_setup, cleanup),
                cmocka_unit_test(proxies_of_services_are_read_within_bounds),
                cmocka_unit_test_setup_teardown(a_layer_whose_library_is_missing, rig_setup, cleanup),
                cmocka_unit_test_setup_teardown(windows_own_provider_is_none, rig_setup, cleanup),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
