/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses set and stripped on real machines: exactly these values in exactly these places, nothing a second time,
 * and nothing else touched.
 */
#include "fix-net.h"

static const char zeros48[] = "000000000000000000000000000000000000000000000000";

static ow_guest *open_machine(struct rig *rig, const char *machine, const char *root)
{
        char name[100], path[100];

        rig_plain_disk(rig, 0, 64, "5cbea03e");
        rig_begin(rig, 0, 0);
        (void)snprintf(name, sizeof name, "machines/%s/SYSTEM", machine);
        (void)snprintf(path, sizeof path, "%s\\System32\\config\\SYSTEM", root);
        rig_put_data(rig, path, name);
        if (strcmp(machine, "win10-laptop") == 0) {
                rig_put_data(rig, "Windows\\System32\\config\\SYSTEM.LOG1", "machines/win10-laptop/SYSTEM.LOG1");
                rig_put_data(rig, "Windows\\System32\\config\\SYSTEM.LOG2", "machines/win10-laptop/SYSTEM.LOG2");
        }
        if (strcmp(machine, "nt4-server") == 0)
                rig_put_data(rig, "WINNT\\System32\\config\\SOFTWARE", "machines/nt4-server/SOFTWARE");
        rig_end(rig);
        return rig_open(rig, true);
}

static const char manual24[] = "ffffffffffffffff100000001000000018000000"
                               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
static const char manual64[] = "ffffffffffffffff100000001000000040000000"
                               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

/* ---- Windows 7: two static cards, rows in the network store ---- */

static void stripping_the_second_card_of_7_is_exactly_what_is_documented(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");
        char route[100];

        (void)snprintf(route, sizeof route, "%s00000006000006000000000600000600c0a8010100000000", zeros48);
        assert_value(guest, NSI4 "10", "0000000600000600c0a8017b00000000", manual24);
        assert_string_not_equal(value(guest, NSI4 "16", route), "-");
        assert_string_not_equal(value(guest, ROUTES, "0.0.0.0,0.0.0.0,192.168.1.1,-1"), "-");

        assert_int_equal(strip(guest, "192.168.1.123"), 9);
        assert_value(guest, IPV4 SECOND, "IPAddress", "-");
        assert_value(guest, IPV4 SECOND, "SubnetMask", "-");
        assert_value(guest, IPV4 SECOND, "DefaultGateway", "-");
        assert_value(guest, IPV4 SECOND, "DefaultGatewayMetric", "-");
        assert_value(guest, IPV4 SECOND, "NameServer", "");
        assert_value(guest, IPV4 SECOND, "EnableDHCP", "1");
        assert_value(guest, NSI4 "10", "0000000600000600c0a8017b00000000", "-");
        assert_value(guest, NSI4 "16", route, "-");
        assert_value(guest, ROUTES, "0.0.0.0,0.0.0.0,192.168.1.1,-1", "-");

        /* The other card has all of its own. */
        assert_value(guest, IPV4 FIRST, "IPAddress", "10.3.58.5");
        assert_value(guest, NSI4 "10", "00000007000006000a033a0500000000", manual24);
        assert_string_not_equal(value(guest, ROUTES, "0.0.0.0,0.0.0.0,10.3.58.1,-1"), "-");
        assert_int_equal(strip(guest, SECOND), 0);
}

static void setting_what_is_there_already_changes_nothing(void **state)
{
        static const char *const none[] = { "address", "10.3.58.5/24", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");

        (void)set(guest, FIRST, none); /* what a lease left goes the first time */
        assert_int_equal(set(guest, FIRST, none), 0);
}

static void a_new_address_of_7_is_in_the_store_and_the_old_one_is_not(void **state)
{
        static const char *const settings[] = { "address", "10.3.58.9/24,10.3.59.9/23,fd00::9/64",
                                                "gateway", "10.3.58.1,fe80::1",
                                                "dns",     "10.3.58.4,10.3.58.6,fd00::4",
                                                "wins",    "10.3.58.7",
                                                "netbios", "off",
                                                "route",   "172.16.0.0/12=10.3.58.254@3",
                                                "suffix",  "corp.example",
                                                NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");
        ow_plan *plan = NULL;
        char route[150];

        assert_ok(plan_set(guest, FIRST, settings, &plan, &err));
        assert_string_equal(ow_plan_setting_get(plan, 0)->name, "address");
        assert_string_equal(ow_plan_setting_get(plan, 0)->value, "10.3.58.9/24");
        assert_int_equal(ow_plan_setting_get(plan, 0)->effect, OW_EFFECT_OFFLINE);
        assert_string_equal(ow_plan_setting_get(plan, 2)->value, "fd00::9/64");
        assert_int_equal(ow_plan_setting_get(plan, 2)->effect, OW_EFFECT_BOTH);
        (void)carry_out(guest, plan);

        assert_value(guest, IPV4 FIRST, "IPAddress", "10.3.58.9|10.3.59.9");
        assert_value(guest, IPV4 FIRST, "SubnetMask", "255.255.255.0|255.255.254.0");
        assert_value(guest, IPV4 FIRST, "DefaultGateway", "10.3.58.1");
        assert_value(guest, IPV4 FIRST, "DefaultGatewayMetric", "0");
        assert_value(guest, IPV4 FIRST, "NameServer", "10.3.58.4,10.3.58.6");
        assert_value(guest, IPV4 FIRST, "Domain", "corp.example");
        assert_value(guest, IPV4 FIRST, "DhcpServer", "-");
        assert_value(guest, IPV4 FIRST, "LeaseTerminatesTime", "-");
        assert_value(guest, IPV6 "{698e50a9-4f58-4d86-b61d-f42e58dcacf6}", "NameServer", "fd00::4");
        assert_value(guest, NETBT FIRST, "NameServerList", "10.3.58.7");
        assert_value(guest, NETBT FIRST, "NetbiosOptions", "2");
        assert_value(guest, NSI4 "10", "00000007000006000a033a0500000000", "-");
        assert_value(guest, NSI4 "10", "00000007000006000a033a0900000000", manual24);
        assert_value(guest, NSI6 "10", "0000000700000600fd000000000000000000000000000009", manual64);
        (void)snprintf(route, sizeof route, "%s00000007000006000000000700000600%s", zeros48, "0a033a0100000000");
        assert_int_equal(strlen(value(guest, NSI4 "16", route)), 112);
        assert_string_not_equal(value(guest, ROUTES, "0.0.0.0,0.0.0.0,10.3.58.1,-1"), "-");
        assert_string_not_equal(value(guest, ROUTES, "172.16.0.0,255.240.0.0,10.3.58.254,3"), "-");

        /* Read back as it was given, and a second time there is nothing to do. */
        assert_int_equal(set(guest, FIRST, settings), 0);
}

static void to_dhcp_and_back_is_as_before(void **state)
{
        static const char *const dhcp[] = { "dhcp", "", NULL };
        static const char *const back[] = { "address", "10.3.58.5/24", "gateway", "10.3.58.1", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");
        char *before, *after;

        (void)set(guest, FIRST, back); /* without the remains of a lease */
        before = hive_text(guest, "HKLM\\SYSTEM");
        assert_int_equal(set(guest, FIRST, dhcp), 8);
        assert_value(guest, NSI4 "10", "00000007000006000a033a0500000000", "-");
        assert_value(guest, ROUTES, "0.0.0.0,0.0.0.0,10.3.58.1,-1", "-");
        assert_value(guest, IPV4 FIRST, "NameServer", "10.3.58.4");
        (void)set(guest, FIRST, back);
        after = hive_text(guest, "HKLM\\SYSTEM");
        assert_int_equal(strlen(before), strlen(after)); /* the order of values may differ */
        ow_free(before);
        ow_free(after);
}

static void a_name_is_changed_wherever_it_is(void **state)
{
        static const char *const name[] = { "name", "Backup", NULL };
        static const char *const taken[] = { "name", "Backup", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");
        ow_nsi_ifinfo info;
        ow_blob data;
        uint32_t type;

        assert_int_equal(set(guest, FIRST, name) >= 2, 1);
        assert_value(guest, CS1 "Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\" FIRST "\\Connection",
                     "Name", "Backup");
        assert_int_equal(ow_registry_get(guest, CS1 OW_NSI_NDIS "\\10", "0000000700000600", &type, &data, NULL), 1);
        assert_ok(ow_nsi_ifinfo_decode("0000000700000600", data.p, data.size, &info, &err));
        assert_string_equal(info.alias, "Backup");
        ow_blob_done(&data);
        refuses(guest, SECOND, taken, OW_E_INVAL, "called 'Backup' already");
}

/* Left by an earlier change, it would undo a newer one. */
static void what_waits_for_the_first_boot_keeps_step(void **state)
{
        static const char *const mtu[] = { "mtu", "1400", NULL };
        static const char *const address[] = { "address", "10.3.58.9/24", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");
        const char *want[] = { "10.3.58.5/24", "10.3.58.9/24", "\"adapters\": []" };

        for (size_t i = 0; i < OW_COUNT(want); i++) {
                ow_blob blob = { NULL, 0 };

                if (i == 2)
                        (void)strip(guest, FIRST);
                else
                        (void)set(guest, FIRST, i ? address : mtu);
                assert_ok(ow_volume_read_file(ow_guest_volume(guest), "Windows\\offwin\\network.json", 1 << 20, &blob,
                                              &err));
                assert_non_null(memmem(blob.p, blob.size, want[i], strlen(want[i])));
                ow_blob_done(&blob);
        }
}

static void what_others_have_is_refused(void **state)
{
        static const char *const taken[] = { "address", "10.3.58.5/24", "gateway", "none", NULL };
        static const char *const outside[] = { "gateway", "10.4.0.1", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");

        refuses(guest, SECOND, taken, OW_E_INVAL, "already belongs to");
        refuses(guest, FIRST, outside, OW_E_INVAL, "outside the networks");
}

/* Puts a value into the first card's settings; hex or text, as .reg has it. */
static void damage(ow_guest *guest, const char *where, const char *name, uint32_t type, const char *text, size_t size)
{
        ow_regkey key;

        assert_int_equal(ow_registry_find(guest, where, &key, NULL), 1);
        assert_ok(ow_hive_set_value(key.hive, key.key, name, type, text, size, &err));
        ow_network_forget(guest);
}

/* What cannot be read is not written over by the way, and neither is what stands beside it. */
static void damaged_lists_have_to_be_given_anew(void **state)
{
        static const char *const metric[] = { "metric", "5", NULL };
        static const char *const address[] = { "address", "10.3.58.5/24", NULL };
        static const char *const gateway[] = { "gateway", "10.3.58.1", NULL };
        static const char *const dns[] = { "dns", "none", NULL };
        static const char *const wins[] = { "wins", "10.3.58.4", NULL };
        static const char *const ipv6[] = { "address", "fd00::5/64", NULL };
        static const char gaps[] = "2\0" "5\0" "5\0" ".\0" "0\0" ".\0" "2\0" "5\0" "5\0" ".\0" "0\0" "\0\0\0";
        static const char hello[] = "h\0i\0\0\0\0", servers[] = "1\0.\0" "1\0.\0" "1\0.\0" "1\0,\0x\0\0";
        const struct {
                const char *where, *name;
                uint32_t type;
                const char *data;
                size_t size;
                const char *says;
                const char *const *mends;
        } cases[] = { { IPV4 FIRST, "IPAddress", OW_REG_MULTI_SZ, hello, sizeof hello - 1, "addresses", address },
                      { IPV4 FIRST, "IPAddress", OW_REG_BINARY, hello, 3, "addresses", address },
                      { IPV4 FIRST, "SubnetMask", OW_REG_MULTI_SZ, hello, sizeof hello - 1, "addresses", address },
                      { IPV4 FIRST, "SubnetMask", OW_REG_MULTI_SZ, gaps, sizeof gaps - 1, "addresses", address },
                      { IPV4 FIRST, "DefaultGateway", OW_REG_MULTI_SZ, hello, sizeof hello - 1, "gateways", gateway },
                      { IPV4 FIRST, "NameServer", OW_REG_SZ, servers, sizeof servers - 1, "DNS", dns },
                      { NETBT FIRST, "NameServerList", OW_REG_SZ, servers, sizeof servers - 1, "WINS", wins } };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                damage(guest, cases[i].where, cases[i].name, cases[i].type, cases[i].data, cases[i].size);
                refuses(guest, FIRST, metric, OW_E_REFUSED, cases[i].says);
                if (cases[i].mends == address)
                        refuses(guest, FIRST, ipv6, OW_E_REFUSED, "addresses");
                (void)set(guest, FIRST, cases[i].mends);
                if (i == 0) /* what stood beside the damaged list is still there */
                        assert_value(guest, IPV4 FIRST, "DefaultGateway", "10.3.58.1");
        }
}

/* A static card without an address is not made one of DHCP by the way; nor does another one stand in for it. */
static void no_address_is_not_dhcp(void **state)
{
        static const char *const dns[] = { "dns", "10.3.58.4", NULL };
        static const char *const dhcp[] = { "dhcp", "yes", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win7-vmware", "Windows");
        ow_error why = OW_ERROR_INIT;
        ow_regkey key;
        size_t index;

        assert_int_equal(ow_registry_find(guest, IPV4 FIRST, &key, NULL), 1);
        assert_true(ow_hive_delete_value(key.hive, key.key, "IPAddress", NULL) >= 0);
        ow_network_forget(guest);
        refuses(guest, FIRST, dns, OW_E_REFUSED, "addresses");
        damage(guest, IPV4 FIRST, "IPAddress", OW_REG_MULTI_SZ, "x\0\0\0\0\0", 6);
        assert_int_equal(ow_network_find(network_of(guest), "auto", &index, &why), OW_E_REFUSED);
        (void)set(guest, FIRST, dhcp);
        assert_value(guest, IPV4 FIRST, "EnableDHCP", "1");
}

static void ipv6_that_waits_is_kept_and_is_nobody_elses(void **state)
{
        static const char *const both[] = { "address", "10.3.58.5/24,fd00::5/64", "gateway", "10.3.58.1,fd00::1",
                                            NULL };
        static const char *const dns[] = { "dns", "10.3.58.4", NULL };
        static const char *const taken[] = { "address", "fd00::5/64", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "xp-virtualpc", "WINDOWS");
        static const char guid[] = "{02E6ECEC-3B8D-4DB3-AD37-051418F262D0}";
        static const char *const want[] = { "fd00::5/64", "fd00::1", "10.3.58.4" };
        ow_blob blob = { NULL, 0 };

        (void)set(guest, guid, both);
        (void)set(guest, guid, dns);
        assert_ok(ow_volume_read_file(ow_guest_volume(guest), "WINDOWS\\offwin\\network.json", 1 << 20, &blob, &err));
        for (size_t i = 0; i < OW_COUNT(want); i++)
                assert_non_null(memmem(blob.p, blob.size, want[i], strlen(want[i])));
        ow_blob_done(&blob);
        rig_close(rig);

        guest = open_machine(rig, "win7-vmware", "Windows");
        (void)set(guest, FIRST, both);
        refuses(guest, SECOND, taken, OW_E_INVAL, "fd00::5");
}

/* ---- others ---- */

static void xp_keeps_the_service_key_in_step(void **state)
{
        static const char *const settings[] = { "address", "10.0.0.5/8", "gateway", "10.0.0.1@4",
                                                "dns",     "10.0.0.2",   "route",   "172.16.0.0/12=10.0.0.9",
                                                NULL };
        static const char guid[] = "{02E6ECEC-3B8D-4DB3-AD37-051418F262D0}";
        static const char key[] = IPV4 "{02E6ECEC-3B8D-4DB3-AD37-051418F262D0}";
        static const char service[] = CS1 "Services\\{02E6ECEC-3B8D-4DB3-AD37-051418F262D0}\\Parameters\\Tcpip";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "xp-virtualpc", "WINDOWS");

        (void)set(guest, guid, settings);
        assert_value(guest, key, "IPAddress", "10.0.0.5");
        assert_value(guest, key, "DefaultGatewayMetric", "4");
        assert_value(guest, key, "DhcpIPAddress", "-");
        assert_value(guest, service, "IPAddress", "10.0.0.5");
        assert_value(guest, service, "SubnetMask", "255.0.0.0");
        assert_value(guest, service, "DefaultGateway", "10.0.0.1");
        assert_value(guest, service, "EnableDHCP", "0");
        assert_value(guest, service, "DhcpIPAddress", "-");
        assert_string_not_equal(value(guest, ROUTES, "172.16.0.0,255.240.0.0,10.0.0.9,1"), "-");
        assert_int_equal(set(guest, guid, settings), 0);

        assert_true(strip(guest, guid) > 0);
        assert_value(guest, key, "IPAddress", "0.0.0.0");
        assert_value(guest, key, "EnableDHCP", "1");
        assert_value(guest, key, "NameServer", "");
        assert_value(guest, service, "IPAddress", "0.0.0.0");
        assert_value(guest, service, "EnableDHCP", "1");
        assert_value(guest, ROUTES, "172.16.0.0,255.240.0.0,10.0.0.9,1", "-");
        assert_int_equal(strip(guest, guid), 0);
}

static void windows_10_gets_it_again_at_the_first_boot(void **state)
{
        static const char *const settings[] = {
                "address", "10.0.0.5/24,fd00::5/64", "gateway", "10.0.0.1", "dns", "10.0.0.2", NULL
        };
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "win10-laptop", "Windows");
        ow_plan *plan = NULL;
        size_t at = 0;

        for (size_t i = 0; i < network_of(guest)->n_adapters; i++)
                if (network_of(guest)->adapters[i].kind == OW_ADAPTER_ETHERNET)
                        at = i;
        assert_ok(plan_set(guest, network_of(guest)->adapters[at].guid, settings, &plan, &err));
        for (size_t i = 0; i < ow_plan_setting_count(plan); i++) {
                const ow_plan_setting *s = ow_plan_setting_get(plan, i);

                print_message("%s %s: %s\n", s->name, s->value, ow_effect_name(s->effect));
                assert_int_equal(s->effect, strchr(s->value, ':')         ? OW_EFFECT_FIRST_BOOT
                                            : strcmp(s->name, "dns") == 0 ? OW_EFFECT_OFFLINE
                                                                          : OW_EFFECT_BOTH);
        }
        assert_true(ow_plan_setting_count(plan) >= 4);
        (void)carry_out(guest, plan);
        assert_value(guest, NSI4 "10", "", "-");
}

static void nt4_is_stripped_and_not_written(void **state)
{
        static const char *const settings[] = { "address", "10.0.0.5/24", NULL };
        static const char key[] = CS1 "Services\\AMDPCN1\\Parameters\\Tcpip";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "nt4-server", "WINNT");
        ow_regkey at;

        refuses(guest, "AMDPCN1", settings, OW_E_UNSUPPORTED, "NT 4");
        assert_int_equal(ow_registry_find(guest, key, &at, NULL), 1);
        assert_ok(ow_hive_set_value(at.hive, at.key, "IPAddress", OW_REG_MULTI_SZ,
                                    "1\0.\0002\0.\0003\0.\0004\0\0\0\0\0", 18, &err));
        assert_ok(ow_hive_set_value(at.hive, at.key, "SubnetMask", OW_REG_MULTI_SZ,
                                    "2\0005\0005\0.\0000\0.\0000\0.\0000\0\0\0\0\0", 22, &err));
        ow_network_forget(guest);
        assert_true(strip(guest, "AMDPCN1") > 0);
        assert_value(guest, key, "IPAddress", "0.0.0.0");
        assert_int_equal(strip(guest, "AMDPCN1"), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(stripping_the_second_card_of_7_is_exactly_what_is_documented,
                                                rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(setting_what_is_there_already_changes_nothing, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(a_new_address_of_7_is_in_the_store_and_the_old_one_is_not, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(to_dhcp_and_back_is_as_before, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_name_is_changed_wherever_it_is, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_waits_for_the_first_boot_keeps_step, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_others_have_is_refused, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(damaged_lists_have_to_be_given_anew, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(no_address_is_not_dhcp, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(ipv6_that_waits_is_kept_and_is_nobody_elses, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(xp_keeps_the_service_key_in_step, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(windows_10_gets_it_again_at_the_first_boot, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(nt4_is_stripped_and_not_written, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
