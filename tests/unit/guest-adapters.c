/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network adapters from recipes: what is a card, a team, a ghost, and where a MAC is really known. */
#include "guest-fixture.h"

#define CCS   "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define NET   "Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define CONN  "Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define IFS   "Services\\Tcpip\\Parameters\\Interfaces\\"
#define G1    "{11111111-1111-1111-1111-111111111111}"
#define G2    "{22222222-2222-2222-2222-222222222222}"
#define G3    "{33333333-3333-3333-3333-333333333333}"
#define G4    "{AAAAAAAA-4444-4444-4444-444444444444}"
#define TIMES "Properties\\{83da6326-97a6-4088-9453-a1923f573b29}\\"

static const char select_text[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services]\n";

static ow_guest *open_with(struct rig *rig, const char *text)
{
        OW_AUTO_BUFFER all = OW_BUFFER_INIT;
        char *whole;

        ow_buffer_put_text(&all, select_text);
        ow_buffer_put_text(&all, text);
        whole = ow_buffer_take_text(&all);
        assert_non_null(whole);
        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", whole);
        rig_end(rig);
        ow_free(whole);
        return rig_open(rig, false);
}

static void a_team_of_old_cards_is_told(void **state)
{
        static const char text[] =
                CCS NET "0007]\n\"NetCfgInstanceId\"=\"" G1 "\"\n\"Characteristics\"=dword:00000084\n"
                "\"DriverDesc\"=\"HP NC382i DP Multifunction Gigabit Server Adapter\"\n"
                "\"NetworkAddress\"=\"02AABBCCDDEE\"\n"
                CCS CONN G1 "\\Connection]\n\"Name\"=\"LAN 1\"\n"
                "\"PnpInstanceID\"=\"B06BDRV\\\\L2ND&PCI_163914E4&SUBSYS_7055103C&REV_20\\\\5&1F0A\"\n"
                CCS "Enum\\B06BDRV\\L2ND&PCI_163914E4&SUBSYS_7055103C&REV_20\\5&1F0A]\n\"Service\"=\"l2nd\"\n"
                CCS NET "0011]\n\"NetCfgInstanceId\"=\"" G2 "\"\n\"Characteristics\"=dword:00000029\n"
                "\"ComponentId\"=\"cq_cpqteammp\"\n\"DriverDesc\"=\"HP Network Team #1\"\n"
                CCS CONN G2 "\\Connection]\n\"Name\"=\"Team\"\n\"PnpInstanceID\"=\"ROOT\\\\CQ_CPQTEAMMP\\\\0000\"\n"
                CCS "Enum\\ROOT\\CQ_CPQTEAMMP\\0000]\n\"Service\"=\"CPQTeamMP\"\n"
                CCS IFS G2 "]\n\"EnableDHCP\"=dword:00000000\n\"IPAddress\"=multi:\"10.1.2.3\",\"10.1.2.4\"\n"
                "\"SubnetMask\"=multi:\"255.255.252.0\",\"255.0.255.0\"\n\"DefaultGateway\"=multi:\"10.1.0.1\"\n"
                "\"NameServer\"=\"10.1.0.2,10.1.0.3 10.1.0.4\"\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text);
        const ow_adapter *card = find_adapter(guest, G1), *team = find_adapter(guest, G2);

        show_problems(guest);
        assert_non_null(card);
        assert_true(card->hardware_device);
        assert_false(card->kind == OW_ADAPTER_TEAM);
        assert_string_equal(card->service, "l2nd");
        assert_string_equal(mac_of(card), "02:aa:bb:cc:dd:ee");
        assert_non_null(strstr(ghost_of(card), "hardware of the old machine"));
        assert_non_null(team);
        assert_true(team->kind == OW_ADAPTER_TEAM);
        assert_false(team->hardware_device);
        assert_string_equal(addresses_of(team), "10.1.2.3/22, 10.1.2.4");
        assert_string_equal(gateways_of(team), "10.1.0.1");
        assert_string_equal(dns_of(team), "10.1.0.2, 10.1.0.3, 10.1.0.4");
        assert_non_null(strstr(ghost_of(team), "team"));
}

static void a_mac_is_told_only_where_it_is_known(void **state)
{
        static const char text[] =
                CCS NET "0001]\n\"NetCfgInstanceId\"=\"" G1 "\"\n\"Characteristics\"=dword:00000084\n"
                "\"DeviceInstanceID\"=\"PCI\\\\VEN_15AD&DEV_07B0&SUBSYS_07B015AD&REV_01\\\\005056FFFF8B3C9100\"\n"
                CCS "Enum\\PCI\\VEN_15AD&DEV_07B0&SUBSYS_07B015AD&REV_01\\005056FFFF8B3C9100]\n"
                "\"Service\"=\"vmxnet3\"\n"
                CCS NET "0002]\n\"NetCfgInstanceId\"=\"" G2 "\"\n\"Characteristics\"=dword:00000084\n"
                "\"DeviceInstanceID\"=\"PCI\\\\VEN_8086&DEV_10C9&SUBSYS_0&REV_01\\\\A0369FFFFF01020301\"\n"
                CCS "Enum\\PCI\\VEN_8086&DEV_10C9&SUBSYS_0&REV_01\\A0369FFFFF01020301]\n\"Service\"=\"e1q\"\n"
                CCS IFS G2 "]\n\"DhcpGatewayHardware\"=hex:c0,a8,01,01,06,00,00,00,00,18,f8,ea,2e,a2\n"
                CCS NET "0003]\n\"NetCfgInstanceId\"=\"" G3 "\"\n\"NetworkAddress\"=\"0x02AABBCCDDE\"\n"
                CCS "Control\\NetworkSetup2\\Interfaces\\" G4 "\\Kernel]\n\"PermanentAddress\"=hex:ec,f4,bb,48,7f,ed\n"
                CCS NET "0004]\n\"NetCfgInstanceId\"=\"{aaaaaaaa-4444-4444-4444-444444444444}\"\n"
                "\"NetworkAddress\"=\"020000000001\"\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text);

        assert_string_equal(mac_of(find_adapter(guest, G1)), "00:50:56:8b:3c:91");
        assert_string_equal(ghost_of(find_adapter(guest, G1)), "");         /* a card of VMware's */
        /* Port 1 has another MAC than the serial number's, and the gateway's is not its own. */
        assert_string_equal(mac_of(find_adapter(guest, G2)), "");
        assert_string_equal(mac_of(find_adapter(guest, G3)), "");
        assert_non_null(find_adapter(guest, G4));               /* GUIDs are shown in upper case */
        assert_string_equal(mac_of(find_adapter(guest, G4)), "ec:f4:bb:48:7f:ed");
}

static void ghosts_are_told_with_their_reason(void **state)
{
        static const char text[] =
                CCS NET "0001]\n\"NetCfgInstanceId\"=\"" G1 "\"\n\"Characteristics\"=dword:00000084\n"
                "\"DeviceInstanceID\"=\"PCI\\\\VEN_1AF4&DEV_1000\\\\3&1\"\n"
                CCS NET "0002]\n\"NetCfgInstanceId\"=\"" G2 "\"\n\"Characteristics\"=dword:00000084\n"
                "\"DeviceInstanceID\"=\"PCI\\\\VEN_1AF4&DEV_1000\\\\3&2\"\n"
                CCS "Enum\\PCI\\VEN_1AF4&DEV_1000\\3&2\\" TIMES "0066]\n@=hex(ffff0010):00,00,00,00,14,c6,d3,01\n"
                CCS "Enum\\PCI\\VEN_1AF4&DEV_1000\\3&2\\" TIMES "0067]\n@=hex(ffff0010):00,00,00,00,15,c6,d3,01\n"
                CCS IFS G3 "]\n\"EnableDHCP\"=dword:00000000\n\"IPAddress\"=multi:\"192.168.7.7\"\n"
                "\"SubnetMask\"=multi:\"255.255.255.0\"\n"
                CCS IFS "{5c3108a9-31c0-11e8-9b10-806e6f6e6963}]\n"
                CCS NET "Properties]\n\"x\"=\"y\"\n"
                CCS NET "0005]\n\"DriverDesc\"=\"half deleted\"\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text);

        show_problems(guest);
        assert_string_equal(ghost_of(find_adapter(guest, G1)), "its device entry is gone");
        assert_string_equal(ghost_of(find_adapter(guest, G2)), "it was taken out on 2018-03-27");
        assert_string_equal(ghost_of(find_adapter(guest, G3)), "only its address settings are left");
        assert_string_equal(addresses_of(find_adapter(guest, G3)), "192.168.7.7/24");
        assert_int_equal(network_of(guest)->n_adapters, 3);
}

static void odd_settings_do_no_harm(void **state)
{
        static const char text[] =
                CCS NET "0001]\n\"NetCfgInstanceId\"=hex(1):7b,00,31\n\"Characteristics\"=hex:84,00\n"
                CCS NET "0002]\n\"NetCfgInstanceId\"=\"" G2 "\"\n\"DriverDesc\"=dword:00000001\n"
                "\"Characteristics\"=\"132\"\n"
                CCS IFS G2 "]\n\"EnableDHCP\"=hex(4):01,00\n\"IPAddress\"=multi:\"10.0.0.999\",\"10.0.0.7\"\n"
                "\"SubnetMask\"=multi:\"255.255.255.0\"\n\"NameServer\"=hex(1):31\n\"DefaultGateway\"=\"10.0.0.1\"\n"
                CCS IFS "{not a guid]\n\"EnableDHCP\"=dword:00000001\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text);
        const ow_adapter *a = find_adapter(guest, G2);

        show_problems(guest);
        assert_true(has_problem(guest, "'Characteristics' should be a 4-byte number"));
        assert_true(has_problem(guest, "'DriverDesc' should be text"));
        assert_true(has_problem(guest, "'EnableDHCP' should be a 4-byte number"));
        assert_non_null(a);
        assert_string_equal(addresses_of(a), "10.0.0.7");          /* its mask is not there; the bad one is left out */
        assert_string_equal(gateways_of(a), "10.0.0.1");
        assert_string_equal(a->description, "");
        assert_string_equal(dns_of(a), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_team_of_old_cards_is_told),
                TEST(a_mac_is_told_only_where_it_is_known),
                TEST(ghosts_are_told_with_their_reason),
                TEST(odd_settings_do_no_harm),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
