/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and drivers: what is one, its values in any order and of any type, and its dependencies. */
#include "guest-fixture.h"

#define SERVICES "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\"

static const char system_text[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n\"Default\"=dword:00000001\n"
        SERVICES "zz-last]\n\"Type\"=dword:00000001\n"
        SERVICES "Full]\n\"DependOnGroup\"=multi:\"NDIS\",\"+TDI\"\n\"DependOnService\"=multi:\"Tcpip\",\"Afd\"\n"
        "\"Type\"=dword:00000020\n\"START\"=dword:00000002\n\"ErrorControl\"=dword:00000001\n"
        "\"DelayedAutoStart\"=dword:00000001\n\"DisplayName\"=\"@x.dll,-1\"\n"
        "\"ImagePath\"=expand:\"%SystemRoot%\\\\x.exe -k\"\n\"Group\"=\"TDI\"\n"
        SERVICES "Full\\TriggerInfo\\0]\n\"Type\"=dword:00000001\n"
        SERVICES "{not-a-service}\\Parameters]\n\"Start\"=dword:00000002\n"
        SERVICES "Odd]\n\"Type\"=hex:01\n\"Start\"=\"2\"\n\"DependOnService\"=\"RpcSs\"\n\"Group\"=hex(1):41,00,42\n"
        SERVICES "senseless]\n\"Type\"=dword:ffffffff\n\"Start\"=dword:000000ff\n";

static void services_are_read_whole(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_service *services, *again;
        ow_guest *guest;
        size_t n, m;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", system_text);
        rig_end(rig);
        guest = rig_open(rig, false);
        assert_ok(ow_guest_services(guest, &services, &n, &err));
        assert_int_equal(n, 4);
        assert_string_equal(services[0].name, "Full");
        assert_int_equal(services[0].type, 0x20);
        assert_int_equal(services[0].start, 2);
        assert_int_equal(services[0].error_control, 1);
        assert_true(services[0].delayed);
        assert_true(services[0].trigger_start);
        assert_string_equal(services[0].display_name, "@x.dll,-1");
        assert_string_equal(services[0].image_path, "%SystemRoot%\\x.exe -k");
        assert_string_equal(services[0].group, "TDI");
        assert_string_equal(services[0].depends_on[0], "Tcpip");
        assert_string_equal(services[0].depends_on[1], "Afd");
        assert_string_equal(services[0].depends_on[2], "+NDIS");
        assert_string_equal(services[0].depends_on[3], "+TDI");
        assert_null(services[0].depends_on[4]);

        assert_string_equal(services[1].name, "Odd");
        assert_true(services[1].start == UINT32_MAX);
        assert_true(services[1].type == UINT32_MAX);
        assert_string_equal(services[1].depends_on[0], "RpcSs");
        assert_string_equal(services[1].group, "A");
        assert_string_equal(services[1].image_path, "");
        assert_true(has_problem(guest, "'Type' should be a 4-byte number"));
        assert_true(has_problem(guest, "'Start' should be a 4-byte number"));

        assert_string_equal(services[2].name, "senseless");
        assert_true(has_problem(guest, "service 'senseless': 'Type' is 0xffffffff, which means nothing"));
        assert_true(has_problem(guest, "service 'senseless': 'Start' is 0xff, which means nothing"));
        assert_string_equal(services[3].name, "zz-last");
        assert_null(services[3].depends_on[0]);
        assert_ok(ow_guest_services(guest, &again, &m, &err));
        assert_ptr_equal(again, services);
        assert_int_equal(m, n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(services_are_read_whole),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
