/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Known-bad advice is refused, and its harmless neighbours are not. */
#include "test.h"

#include <offwin/hive.h>

#include "base/le.h"
#include "fix/fix.h"

#define CCS "HKLM\\SYSTEM\\CurrentControlSet\\"

static const struct {
        const char *path, *name;
        uint32_t type, number;
        int want;
} cases[] = {
        { CCS "Services\\NlaSvc\\Parameters", "AlwaysExpectDomainController", OW_REG_DWORD, 1, OW_E_REFUSED },
        { CCS "services\\nlasvc\\PARAMETERS", "alwaysexpectdomaincontroller", OW_REG_DWORD, 2, OW_E_REFUSED },
        { "HKLM\\SYSTEM\\ControlSet003\\Services\\NlaSvc\\Parameters", "AlwaysExpectDomainController", OW_REG_DWORD,
          1, OW_E_REFUSED },
        { CCS "Services\\NlaSvc\\Parameters", "AlwaysExpectDomainController", OW_REG_DWORD, 0, 0 },
        { CCS "Services\\Other\\Parameters", "AlwaysExpectDomainController", OW_REG_DWORD, 1, 0 },
        { CCS "Services\\Dhcp", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\Dhcp", "Start", OW_REG_DWORD, 2, 0 },
        { CCS "Services\\Dhcp", "Start", OW_REG_DWORD_BIG_ENDIAN, 4 << 24, OW_E_REFUSED },
        { CCS "Services\\XDhcp", "Start", OW_REG_DWORD, 4, 0 },
        { CCS "Services\\Tcpip6\\Parameters", "DisabledComponents", OW_REG_DWORD, 0xffffffff, OW_E_REFUSED },
        { CCS "Services\\Tcpip6\\Parameters", "DisabledComponents", OW_REG_DWORD, 0xff, 0 },
        { CCS "Services\\disk", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\RpcSs", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\ftdisk", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\dmio", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\fileinfo", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\cdrom", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\mssmbios", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\Fs_Rec", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\kbdclass", "Start", OW_REG_DWORD, 4, OW_E_REFUSED },
        { CCS "Services\\NlaSvc", "Start", OW_REG_DWORD, 3, 0 },
        { CCS "Services\\cpqteammp", "Start", OW_REG_DWORD, 4, 0 },
        { "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnce", "x", OW_REG_SZ, 0, OW_E_REFUSED },
        { "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\Windows\\CurrentVersion\\RunOnce", "", OW_REG_SZ, 0, OW_E_REFUSED },
        { "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\RunOnce", "x", OW_REG_DWORD, 0, OW_E_REFUSED },
        { "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnceEx\\0001", "x", OW_REG_SZ, 0, OW_E_REFUSED },
        { "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\RunOnceMore", "x", OW_REG_SZ, 0, 0 },
        { "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run", "x", OW_REG_SZ, 0, 0 },
};

static void bad_advice_is_refused_and_only_that(void **state)
{
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                uint8_t bytes[4];
                ow_blob data = { bytes, sizeof bytes };
                ow_error err = OW_ERROR_INIT;

                ow_le32_put(bytes, cases[i].number);
                print_message("# %s!%s = %u\n", cases[i].path, cases[i].name, cases[i].number);
                assert_int_equal(fix_guard_value(cases[i].path, cases[i].name, cases[i].type, &data, &err),
                                 cases[i].want);
                assert_true((err.text[0] != '\0') == (cases[i].want < 0));
        }
}

static void taking_a_value_away_is_always_fine(void **state)
{
        for (size_t i = 0; i < OW_COUNT(cases); i++)
                assert_ok(fix_guard_value(cases[i].path, cases[i].name, cases[i].type, NULL, &err));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(bad_advice_is_refused_and_only_that),
                cmocka_unit_test(taking_a_value_away_is_always_fine),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
