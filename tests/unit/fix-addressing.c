/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addressing as typed: words, what is refused and why, and moving into another network. */
#include "test.h"

#include <stdlib.h>

#include <offwin/addressing.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "fix/addressing.h"

/* A static adapter as most have it. */
static void start(ow_addressing *a)
{
        static const char *const settings[][2] = {
                { "address", "10.0.0.5/24,fd00::5/64" }, { "gateway", "10.0.0.1,fe80::1" },
                { "dns", "10.0.0.2,10.0.0.3,fd00::2" },  { "wins", "10.0.0.4" },
                { "route", "10.9.0.0/16=10.0.0.254@5" }, { "suffix", "corp.example" },
        };

        ow_addressing_init(a);
        for (size_t i = 0; i < OW_COUNT(settings); i++)
                assert_ok(ow_addressing_set(a, settings[i][0], settings[i][1], &err));
        assert_ok(ow_addressing_check(a, &err));
}

static int join(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        ow_buffer_printf(state, "%s=%s ", word, text);
        return 0;
}

/* Everything that a has, on one line; free with ow_free(). */
static char *told(const ow_addressing *a)
{
        ow_buffer text = OW_BUFFER_INIT;

        assert_ok(ow_addressing_each(a, join, &text, &err));
        return ow_buffer_take_text(&text);
}

static void assert_told(const ow_addressing *a, const char *want)
{
        OW_AUTO_FREE char *text = told(a);

        assert_string_equal(text, want);
}

static void words_are_told_as_they_were_typed(void **state)
{
        ow_addressing a, copy;

        start(&a);
        assert_ok(ow_addressing_set(&a, "netbios", "off", &err));
        assert_ok(ow_addressing_set(&a, "register", "yes", &err));
        assert_ok(ow_addressing_set(&a, "register-suffix", "no", &err));
        assert_ok(ow_addressing_set(&a, "mtu", "1400", &err));
        assert_ok(ow_addressing_set(&a, "metric", "7", &err));
        assert_ok(ow_addressing_set(&a, "name", "LAN", &err));
        assert_ok(ow_addressing_copy(&a, &copy, &err));
        ow_addressing_done(&a);
        assert_told(&copy, "name=LAN address=10.0.0.5/24 address=fd00::5/64 gateway=10.0.0.1 gateway=fe80::1 "
                           "dns=10.0.0.2 dns=10.0.0.3 dns=fd00::2 wins=10.0.0.4 route=10.9.0.0/16=10.0.0.254@5 "
                           "suffix=corp.example register=yes register-suffix=no netbios=off mtu=1400 metric=7 ");
        assert_ok(ow_addressing_set(&copy, "mtu", "default", &err));
        assert_ok(ow_addressing_set(&copy, "metric", "0", &err));
        assert_false(copy.mtu.set || copy.metric.set);
        ow_addressing_done(&copy);
}

static void a_list_replaces_the_families_that_it_names(void **state)
{
        ow_addressing a;

        start(&a);
        assert_ok(ow_addressing_set(&a, "dns", "10.0.0.9", &err));
        assert_ok(ow_addressing_set(&a, "address", "fd00::6/64", &err));
        assert_ok(ow_addressing_set(&a, "wins", "none", &err));
        assert_ok(ow_addressing_set(&a, "route", "none", &err));
        assert_ok(ow_addressing_set(&a, "suffix", "none", &err));
        assert_ok(ow_addressing_set(&a, "gateway", "none,10.0.0.254", &err));
        assert_told(&a, "address=10.0.0.5/24 address=fd00::6/64 gateway=10.0.0.254 dns=fd00::2 dns=10.0.0.9 ");
        ow_addressing_use_dhcp(&a);
        assert_told(&a, "dhcp=yes address=fd00::6/64 dns=fd00::2 dns=10.0.0.9 ");
        ow_addressing_done(&a);
}

static void text_that_is_no_setting_is_refused(void **state)
{
        static const char *const bad[][2] = {
                { "address", "10.0.0.5" },
                { "address", "10.0.0.5/33" },
                { "address", "10.0.0/24" },
                { "address", "" },
                { "address", "10.0.0.5/24," },
                { "address", "10.0.0.9/24,none" },
                { "gateway", "10.0.0.1,none,10.0.0.2" },
                { "dns", "none,none" },
                { "gateway", "10.0.0.1@x" },
                { "gateway", "10.0.0.1@70000" },
                { "gateway", "10.0.0.1/24" },
                { "dns", "ns.example" },
                { "wins", "fd00::1" },
                { "route", "10.9.0.0/16" },
                { "route", "10.9.0.0=10.0.0.1" },
                { "route", "10.9.0.0/16=x" },
                { "netbios", "maybe" },
                { "mtu", "-1" },
                { "mtu", "99999" },
                { "metric", "fast" },
                { "register", "1" },
                { "dhcp", "no" },
                { "colour", "blue" },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_error err = OW_ERROR_INIT;
                ow_addressing a;

                ow_addressing_init(&a);
                print_message("%s %s\n", bad[i][0], bad[i][1]);
                assert_int_equal(ow_addressing_set(&a, bad[i][0], bad[i][1], &err), OW_E_INVAL);
                assert_true(err.text[0]);
                ow_addressing_done(&a);
        }
}

static void a_list_has_an_end(void **state)
{
        ow_address server = { .family = OW_FAMILY_IPV4, .b = { 10, 0, 0, 1 } };
        ow_addressing a;

        ow_addressing_init(&a);
        for (int i = 0; i < OW_ADDRESSING_LIST_MAX; i++)
                assert_ok(ow_addressing_add_dns(&a, &server, &err));
        assert_fails(OW_E_LIMIT, ow_addressing_add_dns(&a, &server, &err));
        ow_addressing_done(&a);
}

/* Each is wrong in one way only; the text has to say which. */
static const struct {
        const char *word, *text, *says;
} wrong[] = {
        { "address", "10.0.0.0/24", "address of its network" },
        { "address", "10.0.0.255/24", "broadcast address" },
        { "address", "0.0.0.0/24", "no address at all" },
        { "address", "0.1.2.3/24", "0.0.0.0/8" },
        { "address", "127.0.0.1/8", "loopback" },
        { "address", "224.0.0.5/24", "multicast" },
        { "address", "250.0.0.5/24", "reserved" },
        { "address", "255.255.255.255/32", "broadcast" },
        { "address", "169.254.3.4/16", "when DHCP does not answer" },
        { "address", "10.0.0.5/0", "prefix length of 1 to 32" },
        { "address", "10.0.0.5/24,10.0.0.5/25", "given twice" },
        { "address", "::ffff:10.0.0.5/64", "IPv4 address in IPv6 clothes" },
        { "address", "ff02::1/64", "multicast" },
        { "address", "::1/128", "loopback" },
        { "address", "fd00::/64", "address of its network" },
        { "address", "192.168.1.5/24", "gateway 10.0.0.1 is outside the networks" },
        { "gateway", "10.0.1.1", "outside the networks" },
        { "gateway", "10.0.0.5", "own address" },
        { "gateway", "10.0.0.255", "first or last address" },
        { "gateway", "fd01::1", "outside the networks" },
        { "gateway", "10.0.0.1,10.0.0.1", "given twice" },
        { "gateway", "10.0.0.1@0", "metric 0" },
        { "gateway", "10.0.0.1@10000", "metric 10000" },
        { "dns", "0.0.0.0", "no address at all" },
        { "dns", "fe80::1", "link-local" },
        { "dns", "10.0.0.2,10.0.0.2", "given twice" },
        { "dns", "::ffff:10.0.0.2", "IPv6 clothes" },
        { "route", "10.9.0.1/16=10.0.0.254", "bits behind its prefix" },
        { "route", "0.0.0.0/0=10.0.0.254", "default route" },
        { "route", "10.9.0.0/16=192.168.1.1", "outside the networks" },
        { "route", "10.9.0.0/16=fe80::1", "mixes" },
        { "route", "fd09::/16=10.0.0.1", "mixes" },
        { "route", "224.0.0.0/4=10.0.0.1", "multicast" },
        { "suffix", "not a domain", "no domain name" },
        { "suffix", "a..b", "no domain name" },
        { "suffix", "-a.example", "no domain name" },
        { "suffix", "a-.example", "no domain name" },
        { "suffix", "a.example-", "no domain name" },
        { "route", "127.0.0.0/8=10.0.0.1", "loopback" },
        { "mtu", "500", "MTU of 500" },
        { "mtu", "1000", "with IPv6" },
        { "metric", "10000", "metric 10000" },
        { "name", "a/b", "does not take '/'" },
        { "name", "", "has to have a name" },
};

static void what_cannot_work_is_refused_with_its_reason(void **state)
{
        for (size_t i = 0; i < OW_COUNT(wrong); i++) {
                ow_error err = OW_ERROR_INIT;
                ow_addressing a;

                start(&a);
                print_message("%s %s\n", wrong[i].word, wrong[i].text);
                assert_int_equal(ow_addressing_set(&a, wrong[i].word, wrong[i].text, &err), 0);
                assert_int_equal(ow_addressing_check(&a, &err), OW_E_INVAL);
                if (!strstr(err.text, wrong[i].says))
                        fail_msg("'%s' does not say '%s'", err.text, wrong[i].says);
                ow_addressing_done(&a);
        }
}

static void what_works_passes(void **state)
{
        static const char *const good[][2] = {
                { "address", "10.0.0.5/31" },
                { "address", "fe80::5/64" },
                { "gateway", "10.0.0.1@1" },
                { "dns", "127.0.0.1,::1" },
                { "route", "fd09::/16=::" },
                { "suffix", "_tcp.corp.example." },
                { "mtu", "9000" },
                { "address", "10.0.0.5/24,10.0.1.5/24" },
        };

        for (size_t i = 0; i < OW_COUNT(good); i++) {
                ow_addressing a;

                start(&a);
                if (i == 0) { /* no room for the rest in a network of two */
                        assert_ok(ow_addressing_set(&a, "gateway", "10.0.0.4", &err));
                        assert_ok(ow_addressing_set(&a, "route", "none", &err));
                }
                print_message("%s %s\n", good[i][0], good[i][1]);
                assert_ok(ow_addressing_set(&a, good[i][0], good[i][1], &err));
                if (strcmp(good[i][1], "fe80::5/64") == 0)
                        assert_ok(ow_addressing_set(&a, "address", "fd00::5/64,fe80::5/64", &err));
                assert_ok(ow_addressing_check(&a, &err));
                ow_addressing_done(&a);
        }
}

static void dhcp_and_static_exclude_each_other(void **state)
{
        ow_addressing a;

        start(&a);
        a.dhcp = true;
        assert_fails(OW_E_INVAL, ow_addressing_check(&a, &err));
        ow_addressing_use_dhcp(&a);
        assert_ok(ow_addressing_check(&a, &err));
        assert_ok(ow_addressing_set(&a, "gateway", "10.0.0.1", &err));
        assert_fails(OW_E_INVAL, ow_addressing_check(&a, &err));
        ow_addressing_done(&a);
}

static void two_cards_do_not_share(void **state)
{
        ow_addressing a[2];

        start(&a[0]);
        start(&a[1]);
        assert_fails(OW_E_INVAL, ow_addressing_check_all(a, 2, &err));
        assert_ok(ow_addressing_set(&a[1], "address", "10.0.0.6/24,fd00::6/64", &err));
        assert_ok(ow_addressing_check_all(a, 2, &err));
        a[0].has_mac = a[1].has_mac = true;
        a[0].mac = a[1].mac = (ow_mac){ { 0x52, 0x54, 0, 1, 2, 3 } };
        assert_fails(OW_E_INVAL, ow_addressing_check_all(a, 2, &err));
        a[1].mac.b[5] = 4;
        assert_ok(ow_addressing_check_all(a, 2, &err));
        assert_ok(ow_addressing_set_name(&a[0], "Lan", &err));
        assert_ok(ow_addressing_set_name(&a[1], "LAN", &err));
        assert_fails(OW_E_INVAL, ow_addressing_check_all(a, 2, &err));
        a[1].mac = (ow_mac){ { 1, 0, 0x5e, 0, 0, 1 } };
        assert_fails(OW_E_INVAL, ow_addressing_check(&a[1], &err));
        ow_addressing_done(&a[0]);
        ow_addressing_done(&a[1]);
}

/* ---- re-IP ---- */

static void rules_are_two_networks_of_one_family(void **state)
{
        static const char *const bad[] = { "10.0.0.0/24",
                                           "10.0.0.0/24=",
                                           "10.0.0.1/24=10.1.0.0/24",
                                           "10.0.0.0/24=10.1.0.1/24",
                                           "10.0.0.0/24=fd00::/64",
                                           "10.0.0.0=10.1.0.0",
                                           "10.0.0.0/24=10.0.0.0/24",
                                           "0.0.0.0/0=10.1.0.0/24",
                                           "=" };
        ow_re_ip rule;

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                print_message("%s\n", bad[i]);
                assert_fails(OW_E_INVAL, ow_re_ip_parse(bad[i], &rule, &err));
        }
        assert_ok(ow_re_ip_parse("10.3.58.0/24=10.9.8.0/23", &rule, &err));
        assert_int_equal(rule.to.bits, 23);
}

static void move_by(ow_addressing *a, const char *text)
{
        ow_re_ip rule;

        assert_ok(ow_re_ip_parse(text, &rule, &err));
        assert_ok(ow_addressing_re_ip(a, &rule, 1, &err));
}

static void host_parts_stay_and_all_that_is_in_the_network_moves(void **state)
{
        ow_addressing a;

        start(&a);
        move_by(&a, "10.0.0.0/24=172.16.8.0/22");
        move_by(&a, "fd00::/64=fd00:9::/64");
        move_by(&a, "10.9.0.0/16=10.8.0.0/16");
        assert_told(&a, "address=172.16.8.5/22 address=fd00:9::5/64 gateway=172.16.8.1 gateway=fe80::1 "
                        "dns=172.16.8.2 dns=172.16.8.3 dns=fd00:9::2 wins=172.16.8.4 "
                        "route=10.8.0.0/16=172.16.8.254@5 suffix=corp.example ");
        assert_ok(ow_addressing_check(&a, &err));
        ow_addressing_done(&a);
}

/* Of two rules that fit, the one for the smaller network counts, in either order. */
static void the_rule_for_the_smallest_network_counts(void **state)
{
        for (size_t i = 0; i < 2; i++) {
                ow_re_ip rules[2];
                ow_addressing a;

                assert_ok(ow_re_ip_parse("10.0.0.0/8=172.0.0.0/8", &rules[i], &err));
                assert_ok(ow_re_ip_parse("10.0.0.0/24=192.168.1.0/24", &rules[1 - i], &err));
                start(&a);
                assert_ok(ow_addressing_re_ip(&a, rules, 2, &err));
                assert_told(&a, "address=192.168.1.5/24 address=fd00::5/64 gateway=192.168.1.1 gateway=fe80::1 "
                                "dns=192.168.1.2 dns=192.168.1.3 dns=fd00::2 wins=192.168.1.4 "
                                "route=172.9.0.0/16=192.168.1.254@5 suffix=corp.example ");
                ow_addressing_done(&a);
        }
}

static void a_host_part_that_does_not_fit_is_refused(void **state)
{
        ow_re_ip rules[2];
        ow_addressing a;

        start(&a);
        assert_ok(ow_re_ip_parse("10.0.0.0/24=10.1.0.0/25", &rules[0], &err));
        assert_fails(OW_E_INVAL, ow_addressing_re_ip(&a, rules, 1, &err)); /* the route's .254 */
        ow_addressing_done(&a);

        start(&a);
        rules[1] = rules[0];
        assert_fails(OW_E_INVAL, ow_addressing_re_ip(&a, rules, 2, &err)); /* two for one network */
        ow_addressing_done(&a);

        start(&a);
        assert_ok(ow_addressing_set(&a, "address", "10.0.0.5/24,10.1.0.5/24", &err));
        assert_ok(ow_re_ip_parse("10.0.0.0/24=10.1.0.0/24", &rules[0], &err));
        assert_fails(OW_E_INVAL, ow_addressing_re_ip(&a, rules, 1, &err)); /* two become one */
        ow_addressing_done(&a);
}

static void cards_and_old_ones_are_read(void **state)
{
        ow_handover nic;

        assert_ok(ow_handover_parse("52:54:00:12:34:56", &nic, &err));
        assert_true(nic.has_mac);
        assert_string_equal(nic.old, "auto");
        assert_ok(ow_handover_parse("52-54-00-12-34-56=LAN=Team", &nic, &err));
        assert_string_equal(nic.old, "LAN=Team");
        assert_ok(ow_handover_parse("any=10.0.0.5", &nic, &err));
        assert_false(nic.has_mac);
        assert_ok(ow_handover_parse("any", &nic, &err));
        assert_false(nic.has_mac);
        assert_string_equal(nic.old, "auto");
        assert_fails(OW_E_INVAL, ow_handover_parse("", &nic, &err));
        assert_fails(OW_E_INVAL, ow_handover_parse("LAN=52:54:00:12:34:56", &nic, &err));
        assert_fails(OW_E_INVAL, ow_handover_parse("01:00:5e:00:00:01=LAN", &nic, &err));
        assert_fails(OW_E_INVAL, ow_handover_parse("00:00:00:00:00:00", &nic, &err));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(words_are_told_as_they_were_typed),
                cmocka_unit_test(a_list_replaces_the_families_that_it_names),
                cmocka_unit_test(text_that_is_no_setting_is_refused),
                cmocka_unit_test(a_list_has_an_end),
                cmocka_unit_test(what_cannot_work_is_refused_with_its_reason),
                cmocka_unit_test(what_works_passes),
                cmocka_unit_test(dhcp_and_static_exclude_each_other),
                cmocka_unit_test(two_cards_do_not_share),
                cmocka_unit_test(rules_are_two_networks_of_one_family),
                cmocka_unit_test(host_parts_stay_and_all_that_is_in_the_network_moves),
                cmocka_unit_test(the_rule_for_the_smallest_network_counts),
                cmocka_unit_test(a_host_part_that_does_not_fit_is_refused),
                cmocka_unit_test(cards_and_old_ones_are_read),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
