/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of the network store, byte for byte as a Windows 7 SP1 wrote them for 10.3.58.5/24 by 10.3.58.1, and what is
 * refused: other lengths, damaged keys. docs/formats/nsi.md.
 */
#include "test.h"

#include <offwin/nsi.h>

#include "base/le.h"
#include "base/macros.h"

static const char unicast_name[] = "00000007000006000a033a0500000000";
static const char route_name[] = "0000000000000000000000000000000000000000000000000000000700000600"
                                 "00000007000006000a033a0100000000";

static const uint8_t unicast_data[OW_NSI_UNICAST_SIZE] = {
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x10, 0,    0,    0,    0x10, 0,    0,    0,
        0x18, 0,    0,    0,    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
};

static void luids_are_names(void **state)
{
        static const struct {
                ow_luid luid;
                const char *name;
        } luids[] = {
                { { 7, 6 }, "0000000700000600" },      { { 6, 6 }, "0000000600000600" },
                { { 0x8001, 6 }, "0000000180000600" }, { { 0x8000, 71 }, "0000000080004700" },
                { { 0, 24 }, "0000000000001800" },     { { 5, 131 }, "0000000500008300" },
        };
        ow_luid luid;

        for (size_t i = 0; i < OW_COUNT(luids); i++) {
                char text[OW_LUID_TEXT];

                ow_luid_format(&luids[i].luid, text);
                assert_string_equal(text, luids[i].name);
                assert_true(ow_luid_parse(text, &luid));
                assert_true(ow_luid_equal(&luid, &luids[i].luid));
        }
        assert_true(ow_luid_parse(unicast_name, &luid));
        assert_int_equal(luid.index, 7);
        assert_false(ow_luid_parse("", &luid));
        assert_false(ow_luid_parse("000000070000060", &luid));
        assert_false(ow_luid_parse("00000007000006x0", &luid));
        assert_false(ow_luid_parse("0000010700000600", &luid)); /* the reserved bits */
}

static void a_static_address_of_windows_7(void **state)
{
        ow_nsi_unicast row = { .luid = { 0, 0 } }, made;
        uint8_t data[OW_NSI_UNICAST_SIZE];
        char name[OW_NSI_NAME], text[OW_PREFIX_TEXT];

        assert_ok(ow_nsi_unicast_decode(4, unicast_name, unicast_data, sizeof unicast_data, &row, &err));
        ow_prefix_format(&row.address, text);
        assert_string_equal(text, "10.3.58.5/24");
        assert_int_equal(row.luid.index, 7);
        assert_int_equal(row.luid.type, 6);
        assert_int_equal(row.prefix_origin, 16);
        made = ow_nsi_unicast_manual(&row.luid, &row.address);
        assert_ok(ow_nsi_unicast_encode(&made, name, data, &err));
        assert_string_equal(name, unicast_name);
        assert_memory_equal(data, unicast_data, sizeof data);
}

static void a_static_ipv6_address(void **state)
{
        static const char name6[] = "000000090000060020010db8000000000000000000000001";
        const ow_luid luid = { 9, 6 };
        ow_prefix address = { .bits = 0 };
        ow_nsi_unicast row;
        uint8_t data[OW_NSI_UNICAST_SIZE];
        char name[OW_NSI_NAME];

        assert_true(ow_prefix_parse("2001:db8::1/64", &address));
        row = ow_nsi_unicast_manual(&luid, &address);
        assert_ok(ow_nsi_unicast_encode(&row, name, data, &err));
        assert_string_equal(name, name6);
        assert_int_equal(data[16], 64);
        memset(&row, 0, sizeof row);
        assert_ok(ow_nsi_unicast_decode(6, name6, data, sizeof data, &row, &err));
        assert_true(ow_prefix_equal(&row.address, &address));
        assert_true(ow_luid_equal(&row.luid, &luid));
}

static void a_default_route_of_windows_7(void **state)
{
        ow_nsi_route row = { .size = 0 };
        uint8_t ones[OW_NSI_ROUTE_SIZE], data[OW_NSI_ROUTE_SIZE];
        char name[OW_NSI_NAME], text[OW_ADDRESS_TEXT];

        memset(ones, 0xff, sizeof ones);
        assert_ok(ow_nsi_route_decode(4, route_name, ones, sizeof ones, &row, &err));
        ow_address_format(&row.next_hop, text);
        assert_string_equal(text, "10.3.58.1");
        assert_int_equal(row.destination.bits, 0);
        assert_true(ow_address_is_zero(&row.destination.address));
        assert_true(row.metric == OW_NSI_UNSET);
        assert_int_equal(row.luid.index, 7);
        assert_ok(ow_nsi_route_encode(&row, name, data, &err));
        assert_string_equal(name, route_name);
        assert_memory_equal(data, ones, sizeof data);
        assert_ok(ow_nsi_route_decode(4, route_name, ones, 48, &row, &err)); /* Vista */
        assert_int_equal(row.size, 48);
}

static void an_ipv6_route_comes_back(void **state)
{
        ow_nsi_route row = { .luid = { 0x8001, 6 }, .metric = 256 }, again;
        uint8_t data[OW_NSI_ROUTE_SIZE];
        char name[OW_NSI_NAME];

        assert_true(ow_prefix_parse("2001:db8:7::/48", &row.destination));
        assert_true(ow_address_parse("fe80::1", &row.next_hop));
        assert_ok(ow_nsi_route_encode(&row, name, data, &err));
        assert_int_equal(strlen(name), 144);
        assert_memory_equal(name + 80, "00000001800006000000000180000600", 32); /* both LUIDs, at byte 40 */
        assert_ok(ow_nsi_route_decode(6, name, data, sizeof data, &again, &err));
        assert_true(ow_prefix_equal(&again.destination, &row.destination));
        assert_true(ow_address_equal(&again.next_hop, &row.next_hop));
        assert_int_equal(again.metric, 256);
}

static void what_is_not_known_is_refused(void **state)
{
        uint8_t data[OW_NSI_UNICAST_SIZE];
        ow_nsi_unicast row;
        ow_nsi_route route;
        char name[200];

        memcpy(data, unicast_data, sizeof data);
        assert_fails(OW_E_UNSUPPORTED, ow_nsi_unicast_decode(4, unicast_name, data, 44, &row, &err));
        assert_fails(OW_E_FORMAT, ow_nsi_unicast_decode(6, unicast_name, data, sizeof data, &row, &err));
        assert_fails(OW_E_FORMAT, ow_nsi_unicast_decode(4, "", data, sizeof data, &row, &err));
        assert_fails(OW_E_FORMAT, ow_nsi_unicast_decode(4, route_name, data, sizeof data, &row, &err));
        data[16] = 33;
        assert_fails(OW_E_CORRUPT, ow_nsi_unicast_decode(4, unicast_name, data, sizeof data, &row, &err));
        assert_fails(OW_E_FORMAT, ow_nsi_route_decode(4, unicast_name, data, 48, &route, &err));
        assert_fails(OW_E_UNSUPPORTED, ow_nsi_route_decode(4, route_name, data, 40, &route, &err));
        (void)snprintf(name, sizeof name, "%s", route_name);
        name[71] = '8'; /* the second LUID */
        assert_fails(OW_E_CORRUPT, ow_nsi_route_decode(4, name, data, 48, &route, &err));
        (void)snprintf(name, sizeof name, "%s", route_name);
        name[16] = '4'; /* a network of 64 bits */
        assert_fails(OW_E_CORRUPT, ow_nsi_route_decode(4, name, data, 48, &route, &err));
}

static void only_whole_rows_are_written(void **state)
{
        ow_nsi_unicast row = { .address = { { 4, { 10 } }, OW_PREFIX_UNKNOWN } };
        ow_nsi_route route = { .destination = { { 4, { 0 } }, 0 }, .next_hop = { 6, { 0 } } };
        uint8_t data[OW_NSI_ROUTE_SIZE];
        char name[OW_NSI_NAME];

        assert_fails(OW_E_INVAL, ow_nsi_unicast_encode(&row, name, data, &err));
        row = (ow_nsi_unicast){ .address = { { 0, { 0 } }, 0 } };
        assert_fails(OW_E_INVAL, ow_nsi_unicast_encode(&row, name, data, &err));
        assert_fails(OW_E_INVAL, ow_nsi_route_encode(&route, name, data, &err));
        route.next_hop.family = 4;
        route.size = 50;
        assert_fails(OW_E_INVAL, ow_nsi_route_encode(&route, name, data, &err));
}

static void put_text(uint8_t *at, const char *ascii)
{
        ow_le16_put(at, (uint16_t)(2 * strlen(ascii)));
        for (size_t i = 0; ascii[i]; i++)
                ow_le16_put(at + 2 + 2 * i, (uint8_t)ascii[i]);
}

static void an_interface_of_ndis(void **state)
{
        static uint8_t data[OW_NSI_IFINFO_SIZE] = { 0xae, 0x01, 0x84, 0x04 };
        static ow_nsi_ifinfo row;
        char longest[258];

        put_text(data + 4, "LAN-Team");
        put_text(data + 520, "HP Network Team #1");
        memset(data + 1040, 0x77, 16);
        assert_ok(ow_nsi_ifinfo_decode("0000000900000600", data, sizeof data, &row, &err));
        assert_string_equal(row.alias, "LAN-Team");
        assert_string_equal(row.description, "HP Network Team #1");
        assert_int_equal(row.guid[15], 0x77);
        assert_int_equal(row.luid.index, 9);
        assert_ok(ow_nsi_ifinfo_rename(data, sizeof data, "LAN", &err));
        assert_ok(ow_nsi_ifinfo_decode("0000000900000600", data, sizeof data, &row, &err));
        assert_string_equal(row.alias, "LAN");
        assert_string_equal(row.description, "HP Network Team #1");
        memset(longest, 'x', 257);
        longest[257] = '\0';
        assert_fails(OW_E_INVAL, ow_nsi_ifinfo_rename(data, sizeof data, longest, &err));
        assert_ok(ow_nsi_ifinfo_rename(data, sizeof data, longest + 1, &err));
        assert_ok(ow_nsi_ifinfo_decode("0000000900000600", data, sizeof data, &row, &err));
        assert_string_equal(row.alias, longest + 1);
        assert_fails(OW_E_UNSUPPORTED, ow_nsi_ifinfo_decode("0000000900000600", data, 1000, &row, &err));
        assert_fails(OW_E_FORMAT, ow_nsi_ifinfo_decode("01000000", data, sizeof data, &row, &err));
        ow_le16_put(data + 4, 516);
        assert_fails(OW_E_CORRUPT, ow_nsi_ifinfo_decode("0000000900000600", data, sizeof data, &row, &err));
        ow_le16_put(data + 4, 3);
        assert_fails(OW_E_CORRUPT, ow_nsi_ifinfo_decode("0000000900000600", data, sizeof data, &row, &err));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(luids_are_names),
                cmocka_unit_test(a_static_address_of_windows_7),
                cmocka_unit_test(a_static_ipv6_address),
                cmocka_unit_test(a_default_route_of_windows_7),
                cmocka_unit_test(an_ipv6_route_comes_back),
                cmocka_unit_test(what_is_not_known_is_refused),
                cmocka_unit_test(only_whole_rows_are_written),
                cmocka_unit_test(an_interface_of_ndis),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
