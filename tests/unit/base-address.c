/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses, prefixes, masks and hardware addresses: what is read, what is refused, and back to the same text. */
#include "test.h"

#include <offwin/address.h>

#include "base/macros.h"

static ow_address address(const char *text)
{
        ow_address a = { 0 };

        assert_true(ow_address_parse(text, &a));
        return a;
}

static ow_prefix prefix(const char *text)
{
        ow_prefix p = { .bits = 0 };

        assert_true(ow_prefix_parse(text, &p));
        return p;
}

static void addresses_are_read_and_written(void **state)
{
        static const struct {
                const char *in, *out;
                unsigned family;
        } good[] = {
                { "10.3.58.5", "10.3.58.5", 4 },
                { "0.0.0.0", "0.0.0.0", 4 },
                { "255.255.255.255", "255.255.255.255", 4 },
                { "::", "::", 6 },
                { "FE80:0:0:0:0:0:0:1", "fe80::1", 6 },
                { "2001:db8::5", "2001:db8::5", 6 },
                { "::ffff:10.0.0.1", "::ffff:10.0.0.1", 6 },
        };
        static const char *const bad[] = { "",          " ",         "10.0.0", "10.0.0.1.2",  "10.0.0.256",
                                           "10.0.0.1 ", "10.0.0.01", "x",      "10.0.0.1/24", "fe80::1%4",
                                           "1::2::3",   ":",         "12345::" };

        for (size_t i = 0; i < OW_COUNT(good); i++) {
                ow_address a = address(good[i].in);
                char text[OW_ADDRESS_TEXT];

                assert_int_equal(a.family, good[i].family);
                ow_address_format(&a, text);
                assert_string_equal(text, good[i].out);
        }
        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_address a = { .family = 9 };

                assert_false(ow_address_parse(bad[i], &a));
                assert_int_equal(a.family, 9); /* untouched */
        }
}

static void kinds_of_addresses(void **state)
{
        ow_address none = { 0 }, apipa = address("169.254.7.7"), local = address("febf::1"),
                   plain = address("10.0.0.1");
        ow_address six = address("fec0::1"), mapped = address("::ffff:1.2.3.4"), one = address("::1");
        ow_address group = address("239.1.1.1"), group6 = address("ff02::1"), loop = address("127.0.0.1");
        char text[OW_ADDRESS_TEXT];

        assert_true(ow_address_is_zero(&none));
        ow_address_format(&none, text);
        assert_string_equal(text, "");
        assert_true(ow_address_is_link_local(&apipa) && ow_address_is_link_local(&local));
        assert_false(ow_address_is_link_local(&plain) || ow_address_is_link_local(&six));
        assert_true(ow_address_is_v4_mapped(&mapped));
        assert_false(ow_address_is_v4_mapped(&one) || ow_address_is_v4_mapped(&plain));
        assert_true(ow_address_is_loopback(&one) && ow_address_is_loopback(&loop));
        assert_false(ow_address_is_loopback(&mapped));
        assert_true(ow_address_is_multicast(&group) && ow_address_is_multicast(&group6));
        assert_false(ow_address_is_multicast(&plain) || ow_address_is_multicast(&six));
        assert_true(ow_address_compare(&plain, &six) < 0 && ow_address_compare(&loop, &plain) > 0);
        assert_true(ow_address_equal(&plain, &plain));
}

static void prefixes_hold_their_network(void **state)
{
        static const struct {
                const char *text, *network;
        } networks[] = {
                { "10.3.58.5/24", "10.3.58.0/24" },
                { "10.3.58.5/0", "0.0.0.0/0" },
                { "10.3.58.5/32", "10.3.58.5/32" },
                { "10.3.58.255/27", "10.3.58.224/27" },
                { "2001:db8:ffff::5/33", "2001:db8:8000::/33" },
                { "2001:db8::5", "2001:db8::5" },
        };
        static const char *const bad[] = { "10.0.0.1/33", "10.0.0.1/", "10.0.0.1/2x", "10.0.0.1/0024",
                                           "::/129",      "/24",       "10.0.0.1/-1", "10.0.0.1/24/8" };
        ow_prefix net = prefix("10.3.58.5/23"), untold = prefix("10.3.58.5"), p;
        ow_address in = address("10.3.59.9"), out = address("10.3.60.1"), six = address("::");

        for (size_t i = 0; i < OW_COUNT(networks); i++) {
                char text[OW_PREFIX_TEXT];

                p = prefix(networks[i].text);
                p = ow_prefix_network(&p);
                ow_prefix_format(&p, text);
                assert_string_equal(text, networks[i].network);
        }
        for (size_t i = 0; i < OW_COUNT(bad); i++)
                assert_false(ow_prefix_parse(bad[i], &p));
        assert_true(ow_prefix_contains(&net, &in));
        assert_false(ow_prefix_contains(&net, &out) || ow_prefix_contains(&net, &six));
        assert_false(ow_prefix_contains(&untold, &in) || ow_prefix_contains(&untold, &untold.address));
        assert_true(ow_prefix_equal(&net, &net));
        assert_false(ow_prefix_equal(&net, &untold));
}

static void masks_are_lengths(void **state)
{
        ow_address mask = address("255.255.0.255"), six = address("ffff::");
        uint8_t bits = 77;

        assert_false(ow_mask_bits(&mask, &bits));
        assert_false(ow_mask_bits(&six, &bits));
        assert_int_equal(bits, 77);
        for (unsigned i = 0; i <= 32; i++) {
                mask = ow_mask_of((uint8_t)i);
                assert_true(ow_mask_bits(&mask, &bits));
                assert_int_equal(bits, i);
        }
        mask = ow_mask_of(22);
        assert_memory_equal(mask.b, "\xff\xff\xfc\x00", 4);
}

static void hardware_addresses(void **state)
{
        static const char *const good[] = { "001b78a3c41e", "001B78A3C41E", "00:1b:78:a3:c4:1e", "00-1B-78-A3-C4-1E",
                                            "001b.78a3.c41e" };
        static const char *const bad[] = { "",
                                           "00",
                                           "001b78a3c41",
                                           "001b78a3c41e0",
                                           "00:1b-78:a3:c4:1e",
                                           "0x1b78a3c41e",
                                           "00:1b:78:a3:c4",
                                           "001b.78a3c41e",
                                           "001b78a3c41g",
                                           "00:1b:78:a3:c4:1e " };
        ow_mac mac, group = { { 1, 0, 0, 0, 0, 1 } }, none = { { 0 } };
        char text[OW_MAC_TEXT];

        for (size_t i = 0; i < OW_COUNT(good); i++) {
                assert_true(ow_mac_parse(good[i], &mac));
                ow_mac_format(&mac, text);
                assert_string_equal(text, "00:1b:78:a3:c4:1e");
        }
        for (size_t i = 0; i < OW_COUNT(bad); i++)
                assert_false(ow_mac_parse(bad[i], &none));
        assert_true(ow_mac_is_unicast(&mac));
        assert_false(ow_mac_is_unicast(&group) || ow_mac_is_unicast(&none));
        assert_true(ow_mac_equal(&mac, &mac));
        assert_false(ow_mac_equal(&mac, &none));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(addresses_are_read_and_written),
                cmocka_unit_test(kinds_of_addresses),
                cmocka_unit_test(prefixes_hold_their_network),
                cmocka_unit_test(masks_are_lengths),
                cmocka_unit_test(hardware_addresses),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
