/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Identities handed over: to a card that Windows knows, to one that it has yet to meet, and what is refused. */
#include "fix-fixture.h"

#include <offwin/addressing.h>

#include "fix/addressing.h"

#define OLD          "{11111111-1111-1111-1111-111111111111}"
#define BACK         "{22222222-2222-2222-2222-222222222222}"
#define CARD         "{33333333-3333-3333-3333-333333333333}"
#define NET          "Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define CLASS        "Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}\\"
#define KEY          "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define NETWORK_JSON "Windows\\offwin\\network.json"

/* The old server's two cards, with addresses. The first is a Broadcom of HP, which no virtual machine has. */
static const char old_cards[] = KEY CLASS
        "0001]\n"
        "\"DriverDesc\"=\"HP NC382i\"\n\"NetCfgInstanceId\"=\"" OLD "\"\n\"ComponentId\"=\"b06bdrv\\\\l2nd\"\n"
        "\"MatchingDeviceId\"=\"pci\\\\ven_14e4&dev_1639\"\n\"NetLuidIndex\"=dword:6\n\"*IfType\"=dword:6\n"
        "\"Characteristics\"=dword:84\n" KEY CLASS "0002]\n"
        "\"DriverDesc\"=\"HP NC382i #2\"\n\"NetCfgInstanceId\"=\"" BACK "\"\n\"NetLuidIndex\"=dword:7\n"
        "\"MatchingDeviceId\"=\"pci\\\\ven_14e4&dev_1639\"\n\"*IfType\"=dword:6\n\"Characteristics\"=dword:84\n" KEY
                NET OLD "\\Connection]\n"
        "\"Name\"=\"LAN\"\n\"PnpInstanceID\"=\"PCI\\\\VEN_14E4&DEV_1639\\\\4&1&0&0\"\n" KEY NET BACK "\\Connection]\n"
        "\"Name\"=\"Backup\"\n\"PnpInstanceID\"=\"PCI\\\\VEN_14E4&DEV_1639\\\\4&1&0&1\"\n" KEY
        "Enum\\PCI\\VEN_14E4&DEV_1639\\4&1&0&0]\n"
        "\"Driver\"=\"{4d36e972-e325-11ce-bfc1-08002be10318}\\\\0001\"\n\"ClassGUID\"=\"{4d36e972-e325-11ce-bfc1-"
        "08002be10318}\"\n"
        "\"HardwareID\"=multi:\"PCI\\\\VEN_14E4&DEV_1639\"\n\"Service\"=\"l2nd\"\n" KEY
        "Enum\\PCI\\VEN_14E4&DEV_1639\\4&1&0&1]\n"
        "\"Driver\"=\"{4d36e972-e325-11ce-bfc1-08002be10318}\\\\0002\"\n\"ClassGUID\"=\"{4d36e972-e325-11ce-bfc1-"
        "08002be10318}\"\n"
        "\"HardwareID\"=multi:\"PCI\\\\VEN_14E4&DEV_1639\"\n\"Service\"=\"l2nd\"\n" KEY
        "Services\\Tcpip\\Parameters\\Interfaces\\" OLD "]\n"
        "\"EnableDHCP\"=dword:0\n\"IPAddress\"=multi:\"10.3.58.5\"\n\"SubnetMask\"=multi:\"255.255.255.0\"\n"
        "\"DefaultGateway\"=multi:\"10.3.58.1\"\n\"DefaultGatewayMetric\"=multi:\"0\"\n"
        "\"NameServer\"=\"10.3.58.4,10.3.58.6\"\n\"Domain\"=\"corp.example\"\n" KEY
        "Services\\Tcpip\\Parameters\\Interfaces\\" BACK "]\n"
        "\"EnableDHCP\"=dword:0\n\"IPAddress\"=multi:\"192.168.7.5\"\n\"SubnetMask\"=multi:\"255.255.255.0\"\n" KEY
        "Services\\NetBT\\Parameters\\Interfaces\\Tcpip_" OLD "]\n"
        "\"NameServerList\"=multi:\"10.3.58.7\"\n\"NetbiosOptions\"=dword:2\n";

/* The virtual machine's card, from a boot that it had: a vmxnet3 whose instance tells its MAC. */
static const char new_card[] = KEY CLASS
        "0003]\n"
        "\"DriverDesc\"=\"vmxnet3 Ethernet Adapter\"\n\"NetCfgInstanceId\"=\"" CARD "\"\n\"NetLuidIndex\"=dword:8\n"
        "\"MatchingDeviceId\"=\"pci\\\\ven_15ad&dev_07b0\"\n\"*IfType\"=dword:6\n\"Characteristics\"=dword:84\n" KEY
                NET CARD "\\Connection]\n"
        "\"Name\"=\"Local Area "
        "Connection\"\n\"PnpInstanceID\"=\"PCI\\\\VEN_15AD&DEV_07B0&SUBSYS_07B015AD&REV_"
        "01\\\\525400FFFF12345600\"\n" KEY
        "Enum\\PCI\\VEN_15AD&DEV_07B0&SUBSYS_07B015AD&REV_01\\525400FFFF12345600]\n"
        "\"Driver\"=\"{4d36e972-e325-11ce-bfc1-08002be10318}\\\\0003\"\n\"ClassGUID\"=\"{4d36e972-e325-11ce-bfc1-"
        "08002be10318}\"\n"
        "\"HardwareID\"=multi:\"PCI\\\\VEN_15AD&DEV_07B0&SUBSYS_07B015AD&REV_01\"\n\"Service\"="
        "\"vmxnet3\"\n\"Capabilities\"=dword:10\n" KEY "Services\\Tcpip\\Parameters\\Interfaces\\" CARD "]\n"
        "\"EnableDHCP\"=dword:1\n\"DhcpIPAddress\"=\"169.254.1.2\"\n";

static ow_guest *open_server(struct rig *rig, bool booted)
{
        OW_AUTO_FREE char *system = ow_asprintf("%s%s%s", server_system, old_cards, booted ? new_card : "");

        return hives_open(rig, system, server_software);
}

static int plan_nics(ow_guest *guest, const char *const *nics, const char *const *rules, ow_plan **ret, ow_error *why)
{
        ow_handover list[4];
        ow_re_ip moves[4];
        size_t n = 0, n_moves = 0;
        int r;

        for (; nics[n]; n++)
                assert_ok(ow_handover_parse(nics[n], &list[n], &err));
        for (; rules && rules[n_moves]; n_moves++)
                assert_ok(ow_re_ip_parse(rules[n_moves], &moves[n_moves], &err));
        assert_ok(ow_plan_begin(ret, &err));
        r = ow_plan_hand_over(*ret, guest, list, n, moves, n_moves, why);
        return r < 0 ? r : ow_plan_finish(*ret, guest, why);
}

static size_t hand_over(ow_guest *guest, const char *const *nics, const char *const *rules)
{
        ow_plan *plan = NULL;
        size_t n;

        assert_ok(plan_nics(guest, nics, rules, &plan, &err));
        n = ow_plan_change_count(plan);
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
        ow_network_forget(guest);
        return n;
}

static void refuses(ow_guest *guest, const char *const *nics, const char *const *rules, int code, const char *says)
{
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;

        assert_int_equal(plan_nics(guest, nics, rules, &plan, &why), code);
        if (!strstr(why.text, says))
                fail_msg("'%s' does not say '%s'", why.text, says);
        ow_plan_free(plan);
}

static int join(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        ow_buffer_printf(state, "%s=%s ", word, text);
        return 0;
}

static void assert_has(ow_guest *guest, const char *guid, const char *want)
{
        ow_buffer buffer = OW_BUFFER_INIT;
        ow_addressing a;
        size_t index;
        char *text;

        assert_ok(ow_network_find(network_of(guest), guid, &index, &err));
        assert_ok(ow_addressing_from_adapter(network_of(guest), index, &a, &err));
        assert_ok(ow_addressing_each(&a, join, &buffer, &err));
        text = ow_buffer_take_text(&buffer);
        assert_string_equal(text, want);
        ow_free(text);
        ow_addressing_done(&a);
}

static char *file_text(ow_guest *guest)
{
        ow_blob blob = { NULL, 0 };
        char *text;

        assert_ok(ow_volume_read_file(ow_guest_volume(guest), NETWORK_JSON, 1 << 20, &blob, &err));
        text = ow_strndup((const char *)blob.p, blob.size);
        ow_blob_done(&blob);
        return text;
}

/* ---- tests ---- */

static void a_card_that_is_not_known_gets_it_at_the_first_boot(void **state)
{
        static const char *const nics[] = { "52:54:00:12:34:56", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_server(rig, false);
        char *text;

        assert_true(hand_over(guest, nics, NULL) > 0);
        assert_has(guest, OLD, "name=LAN (old) dhcp=yes suffix=corp.example netbios=off ");
        assert_has(guest, BACK, "name=Backup address=192.168.7.5/24 ");
        text = file_text(guest);
        assert_non_null(strstr(text, "\"mac\": \"52:54:00:12:34:56\""));
        assert_non_null(strstr(text, "\"from\": \"" OLD "\""));
        assert_non_null(strstr(text, "\"name\": \"LAN\""));
        assert_non_null(strstr(text, "\"10.3.58.5/24\""));
        assert_non_null(strstr(text, "\"10.3.58.6\""));
        assert_non_null(strstr(text, "\"netbios\": \"off\""));
        assert_non_null(strstr(text, "\"dhcp\": false"));
        ow_free(text);
}

static void a_card_that_is_known_is_set(void **state)
{
        static const char *const nics[] = { "52:54:00:12:34:56=LAN", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_server(rig, true);

        assert_true(hand_over(guest, nics, NULL) > 0);
        assert_has(guest, OLD, "name=LAN (old) dhcp=yes suffix=corp.example netbios=off ");
        assert_has(guest, CARD,
                   "name=LAN address=10.3.58.5/24 gateway=10.3.58.1 dns=10.3.58.4 dns=10.3.58.6 "
                   "wins=10.3.58.7 suffix=corp.example netbios=off ");
}

static void several_cards_go_in_one_plan_and_into_other_networks(void **state)
{
        static const char *const nics[] = { "52:54:00:12:34:56=10.3.58.5", "52:54:00:00:00:02=Backup", NULL };
        static const char *const rules[] = { "10.3.58.0/24=10.9.8.0/24", "192.168.7.0/24=192.168.0.0/16", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_server(rig, true);
        char *text;

        (void)hand_over(guest, nics, rules);
        assert_has(guest, CARD,
                   "name=LAN address=10.9.8.5/24 gateway=10.9.8.1 dns=10.9.8.4 dns=10.9.8.6 wins=10.9.8.7 "
                   "suffix=corp.example netbios=off ");
        text = file_text(guest);
        assert_non_null(strstr(text, "\"192.168.0.5/16\""));
        assert_null(strstr(text, "52:54:00:12:34:56"));
        ow_free(text);
}

static void entries_for_other_cards_stay(void **state)
{
        static const char *const one[] = { "52:54:00:00:00:01=LAN", NULL };
        static const char *const two[] = { "52:54:00:00:00:02=Backup", NULL };
        static const char *const again[] = { "52:54:00:00:00:03=" BACK, NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_server(rig, false);
        char *text;

        (void)hand_over(guest, one, NULL);
        (void)hand_over(guest, two, NULL);
        text = file_text(guest);
        assert_non_null(strstr(text, "52:54:00:00:00:01"));
        assert_non_null(strstr(text, "52:54:00:00:00:02"));
        ow_free(text);
        (void)hand_over(guest, again, NULL); /* the same identity: one entry */
        text = file_text(guest);
        assert_non_null(strstr(text, "52:54:00:00:00:01"));
        assert_null(strstr(text, "52:54:00:00:00:02"));
        assert_non_null(strstr(text, "52:54:00:00:00:03"));
        ow_free(text);
}

static void what_makes_no_sense_is_refused(void **state)
{
        static const char *const twice[] = { "52:54:00:00:00:01=LAN", "52:54:00:00:00:02=10.3.58.5", NULL };
        static const char *const one_mac[] = { "52:54:00:00:00:01=LAN", "52:54:00:00:00:01=Backup", NULL };
        static const char *const nobody[] = { "52:54:00:00:00:01=Nobody", NULL };
        static const char *const lan[] = { "52:54:00:00:00:01=LAN", NULL };
        static const char *const backup[] = { "52:54:00:00:00:01=Backup", NULL };
        static const char *const elsewhere[] = { "172.16.0.0/24=172.17.0.0/24", NULL };
        static const char *const narrow[] = { "10.3.58.0/24=10.9.8.0/30", NULL };
        static const char *const collides[] = { "192.168.7.0/24=10.3.58.0/24", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_server(rig, false);

        refuses(guest, twice, NULL, OW_E_INVAL, "two cards would take the identity of 'LAN'");
        refuses(guest, one_mac, NULL, OW_E_INVAL, "one card");
        refuses(guest, nobody, NULL, OW_E_ABSENT, "no adapter is called 'Nobody'");
        refuses(guest, lan, elsewhere, OW_E_INVAL, "nothing that is handed over is in that network");
        refuses(guest, lan, narrow, OW_E_INVAL, "does not fit");
        refuses(guest, backup, collides, OW_E_INVAL, "already belongs to 'LAN'");
}

/* What waits for a card is not handed to another one, and not another identity to it. */
static void what_waits_already_is_compared(void **state)
{
        static const char *const first[] = { "52:54:00:00:00:01=LAN", NULL };
        static const char *const other[] = { "52:54:00:00:00:01=Backup", NULL };
        static const char *const rule[] = { "192.168.7.0/24=10.3.58.0/24", NULL };
        static const char *const second[] = { "52:54:00:00:00:02=Backup", NULL };
        static const ow_addressing_edit dns = { "dns", "10.3.58.9" }, same = { "dns", "10.3.58.4,10.3.58.6" };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_server(rig, false);
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        ow_handover nic;

        (void)hand_over(guest, first, NULL);
        assert_int_equal(hand_over(guest, first, NULL), 0);
        refuses(guest, other, NULL, OW_E_CONFLICT, "not those of 'Backup'");
        refuses(guest, second, rule, OW_E_INVAL, "waits for the card 52:54:00:00:00:01");
        assert_ok(ow_handover_parse("52:54:00:00:00:01=LAN (old)", &nic, &err));
        nic.edits = &dns;
        nic.n_edits = 1;
        assert_ok(ow_plan_begin(&plan, &err));
        assert_int_equal(ow_plan_hand_over(plan, guest, &nic, 1, NULL, 0, &why), OW_E_CONFLICT);
        nic.edits = &same;
        assert_ok(ow_plan_hand_over(plan, guest, &nic, 1, NULL, 0, &err));
        ow_plan_free(plan);
}

static void a_damaged_file_is_not_overwritten(void **state)
{
        static const char *const lan[] = { "52:54:00:00:00:01=LAN", NULL };
        static const struct {
                const char *text;
                int code;
        } files[] = {
                { "{", OW_E_CORRUPT },
                { "", OW_E_CORRUPT },
                { "{\"offwin\": 2, \"machine\": \"SRV\", \"adapters\": []}", OW_E_UNSUPPORTED },
                { "{\"offwin\": 1, \"machine\": \"SRV\", \"adapters\": {}}", OW_E_UNSUPPORTED },
                { "[]", OW_E_UNSUPPORTED },
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_server(rig, false);

        for (size_t i = 0; i < OW_COUNT(files); i++) {
                print_message("%s\n", files[i].text);
                if (i)
                        assert_ok(ow_volume_remove(ow_guest_volume(guest), NETWORK_JSON, &err));
                rig->volume = ow_guest_volume(guest);
                rig_put(rig, NETWORK_JSON, files[i].text, strlen(files[i].text));
                rig->volume = NULL;
                refuses(guest, lan, NULL, files[i].code, "network.json");
        }
}

/* A text with each "from" in it replaced; ow_free(). */
static char *replaced(const char *text, const char *from, const char *to)
{
        ow_buffer out = OW_BUFFER_INIT;
        const char *at;

        for (; (at = strstr(text, from)); text = at + strlen(from)) {
                ow_buffer_put(&out, text, (size_t)(at - text));
                ow_buffer_put_text(&out, to);
        }
        ow_buffer_put_text(&out, text);
        return ow_buffer_take_text(&out);
}

static void every_control_set_that_may_be_used_is_written(void **state)
{
        OW_AUTO_FREE char *second = replaced(old_cards, "ControlSet001", "ControlSet002");
        OW_AUTO_FREE char *select = replaced(server_system, "\"Default\"=dword:1", "\"Default\"=dword:2");
        OW_AUTO_FREE char *system = ow_asprintf("%s%s%s", select, old_cards, second);
        struct rig *rig = rig_get(state);
        ow_network *other = NULL;
        ow_plan *plan = NULL;
        ow_guest *guest;
        size_t index;

        guest = hives_open(rig, system, server_software);
        assert_int_equal(ow_guest_control_sets(guest)->n_edit, 2);
        assert_ok(ow_network_find(network_of(guest), "LAN", &index, &err));
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_strip_adapter(plan, guest, index, &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_int_equal(ow_plan_change_count(plan) % 2, 0);
        ow_plan_free(plan);
        ow_network_forget(guest);
        assert_has(guest, "LAN", "name=LAN dhcp=yes suffix=corp.example netbios=off ");
        assert_ok(ow_network_load(guest, 2, &other, &err));
        assert_ok(ow_network_find(other, "LAN", &index, &err));
        assert_int_equal(other->adapters[index].ipv4.addresses.count, 0);
        assert_int_equal(other->adapters[index].ipv4.dhcp.value, 1);
        ow_network_free(other);
}

/* Both cards in one network, with a persistent route over its router. */
static void a_route_that_another_card_can_use_stays(void **state)
{
        static const char routes[] = KEY "Services\\Tcpip\\Parameters\\PersistentRoutes]\n"
                                         "\"172.16.0.0,255.240.0.0,10.3.58.1,-1\"=\"\"\n"
                                         "\"172.32.0.0,255.255.0.0,192.168.7.1,5\"=\"\"\n";
        OW_AUTO_FREE char *same = replaced(old_cards, "192.168.7.5", "10.3.58.9");
        struct rig *rig = rig_get(state);
        OW_AUTO_FREE char *system = ow_asprintf("%s%s%s", server_system, same, routes);
        const char *const names[] = { "LAN", "Backup" };
        ow_guest *guest;
        size_t index;

        guest = hives_open(rig, system, server_software);
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                ow_plan *plan = NULL;

                assert_ok(ow_network_find(network_of(guest), names[i], &index, &err));
                assert_ok(ow_plan_begin(&plan, &err));
                assert_ok(ow_plan_strip_adapter(plan, guest, index, &err));
                assert_ok(ow_plan_finish(plan, guest, &err));
                assert_ok(ow_plan_apply(plan, guest, &err));
                ow_plan_free(plan);
                ow_network_forget(guest);
                assert_int_equal(network_of(guest)->n_routes, 2 - i); /* the one in no network of theirs stays */
        }
}

static void a_dns_server_out_of_reach_is_told(void **state)
{
        static const ow_addressing_edit no_gateway[] = { { "gateway", "none" }, { "dns", "10.3.58.4,10.77.0.1" } };
        ow_handover nic = { .has_mac = false, .old = "LAN" };
        ow_guest *guest = open_server(rig_get(state), false);
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_hand_over(plan, guest, &nic, 1, NULL, 0, &err)); /* it has a gateway */
        assert_int_equal(ow_plan_skipped_count(plan), 0);
        ow_plan_free(plan);
        nic.edits = no_gateway;
        nic.n_edits = 2;
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_hand_over(plan, guest, &nic, 1, NULL, 0, &err));
        assert_int_equal(ow_plan_skipped_count(plan), 1); /* not the one in the card's network */
        assert_non_null(strstr(ow_plan_skipped(plan, 0)->reason, "DNS server 10.77.0.1"));
        ow_plan_free(plan);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(every_control_set_that_may_be_used_is_written, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(a_route_that_another_card_can_use_stays, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_card_that_is_not_known_gets_it_at_the_first_boot, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(a_card_that_is_known_is_set, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(several_cards_go_in_one_plan_and_into_other_networks, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(entries_for_other_cards_stay, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_makes_no_sense_is_refused, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_dns_server_out_of_reach_is_told, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_waits_already_is_compared, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_damaged_file_is_not_overwritten, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
