/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How networks are judged, set for good: exactly those values, and what is known to do harm refused. */
#include "fix-fixture.h"

#include <offwin/nla-plan.h>

#define LIST "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkList\\Profiles\\"
#define PROFILES "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkList\\Profiles\\"
#define P1 "{11111111-1111-1111-1111-111111111111}"
#define P2 "{22222222-2222-2222-2222-222222222222}"
#define P3 "{33333333-3333-3333-3333-333333333333}"
#define P4 "{44444444-4444-4444-4444-444444444444}"
#define SIGNATURE \
        POLICIES "Windows NT\\CurrentVersion\\NetworkList\\Signatures\\" \
                 "010103000F0000F0010000000F0000F0C967A3643C3AD745950DA7859209176EF5B87C875FA20DF21951640E807D7C24"

static const char networks[] =
        LIST P1 "]\n\"ProfileName\"=\"Network\"\n\"Category\"=dword:0\n\"Managed\"=dword:0\n"
        LIST P2 "]\n\"ProfileName\"=\"corp.example\"\n\"Category\"=dword:2\n\"Managed\"=dword:1\n"
        LIST P3 "]\n\"ProfileName\"=\"Twice\"\n\"Category\"=hex:01\n"
        LIST P4 "]\n\"ProfileName\"=\"Twice\"\n";

static ow_guest *open_server(struct rig *rig)
{
        OW_AUTO_FREE char *software = ow_asprintf("%s%s", server_software, networks);

        assert_non_null(software);
        return hives_open(rig, server_system, software);
}

static int plan_set(ow_guest *guest, const char *name, const char *value, ow_plan **ret, ow_error *why)
{
        ow_nla_edit edit = { name, value };
        int r;

        assert_ok(ow_plan_begin(ret, &err));
        r = ow_plan_set_nla(*ret, guest, &edit, 1, why);
        return r < 0 ? r : ow_plan_finish(*ret, guest, why);
}

/* Plans, applies; the number of rows of values. */
static size_t set(ow_guest *guest, const char *name, const char *value)
{
        ow_plan *plan = NULL;
        size_t n = 0;

        assert_ok(plan_set(guest, name, value, &plan, &err));
        for (size_t i = 0; i < ow_plan_change_count(plan); i++)
                n += ow_plan_change(plan, i)->kind == OW_CHANGE_VALUE;
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
        return n;
}

static void refuses(ow_guest *guest, const char *name, const char *value, int code, const char *says)
{
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;

        assert_int_equal(plan_set(guest, name, value, &plan, &why), code);
        if (!strstr(why.text, says))
                fail_msg("'%s' does not say '%s'", why.text, says);
        ow_plan_free(plan);
}

static void each_setting_has_its_place(void **state)
{
        ow_guest *guest = open_server(rig_get(state));

        assert_int_equal(set(guest, "unidentified", "private"), 1);
        assert_int_equal(dword(guest, SIGNATURE, "Category"), 1);
        assert_int_equal(set(guest, "unidentified", "Public"), 1);
        assert_int_equal(dword(guest, SIGNATURE, "Category"), 0);
        assert_int_equal(set(guest, "unidentified", "default"), 1);
        assert_int_equal(dword(guest, SIGNATURE, "Category"), 0xdeadbeef);
        assert_int_equal(set(guest, "category", "network=private"), 1);
        assert_int_equal(dword(guest, PROFILES P1, "Category"), 1);
        assert_int_equal(set(guest, "category", P3 "=private"), 1); /* was of another type */
        assert_int_equal(dword(guest, PROFILES P3, "Category"), 1);
        assert_int_equal(set(guest, "expect-dc", "off"), 1);
        assert_int_equal(set(guest, "expect-dc", "off"), 0);
        assert_int_equal(dword(guest, CS1 "Services\\NlaSvc\\Parameters", "AlwaysExpectDomainController"), 0xdeadbeef);
        assert_int_equal(set(guest, "dns-retry", "0"), 1);
        assert_int_equal(dword(guest, CS1 "Services\\Dnscache\\Parameters", "MaxNegativeCacheTtl"), 0);
        assert_int_equal(set(guest, "dc-retry", "86400"), 1);
        assert_int_equal(dword(guest, CS1 "Services\\Netlogon\\Parameters", "NegativeCachePeriod"), 86400);
        assert_int_equal(set(guest, "dc-retry", "default"), 1);
        assert_int_equal(set(guest, "active-probe", "on"), 0); /* it is */
        set_dword(guest, CS1 "Services\\NlaSvc\\Parameters\\Internet", "EnableActiveProbing", 0);
        set_dword(guest, POLICIES "Windows\\NetworkConnectivityStatusIndicator", "NoActiveProbe", 1);
        assert_int_equal(set(guest, "active-probe", "on"), 2);
        assert_int_equal(dword(guest, CS1 "Services\\NlaSvc\\Parameters\\Internet", "EnableActiveProbing"), 1);
}

static void what_does_harm_or_makes_no_sense_is_refused(void **state)
{
        ow_guest *guest = open_server(rig_get(state));

        refuses(guest, "expect-dc", "on", OW_E_REFUSED, "without a time limit");
        refuses(guest, "category", "corp.example=private", OW_E_REFUSED, "of a domain");
        refuses(guest, "category", "Network=domain", OW_E_REFUSED, "domain controller has answered");
        refuses(guest, "unidentified", "domain", OW_E_REFUSED, "domain controller has answered");
        refuses(guest, "unidentified", "secret", OW_E_INVAL, "public, private, default");
        refuses(guest, "category", "Network=default", OW_E_INVAL, "no category");
        refuses(guest, "category", "Twice=private", OW_E_INVAL, P3 ", " P4);
        refuses(guest, "category", "Nobody=private", OW_E_ABSENT, "no remembered network is called 'Nobody'");
        refuses(guest, "category", "=private", OW_E_INVAL, "is not NETWORK=");
        refuses(guest, "active-probe", "off", OW_E_INVAL, "ncsi-active-off");
        refuses(guest, "active-probe", "2", OW_E_INVAL, "takes on");
        refuses(guest, "dns-retry", "86401", OW_E_INVAL, "86400");
        refuses(guest, "dns-retry", "99999999999999999999", OW_E_INVAL, "86400");
        refuses(guest, "dns-retry", "-1", OW_E_INVAL, "number of seconds");
        refuses(guest, "dns-retry", "", OW_E_INVAL, "number of seconds");
        refuses(guest, "nonsense", "1", OW_E_INVAL, "no setting 'nonsense'");
}

static void for_good_is_not_given_back_by_settle(void **state)
{
        static const char *const names[] = { "unidentified-networks-private" };
        ow_guest *guest = open_server(rig_get(state));
        ow_fix_set *fixes = fixes_load();
        ow_plan *plan = NULL;

        assert_ok(ow_plan_make(guest, fixes, names, 1, NULL, 0, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        (void)set(guest, "unidentified", "private"); /* changes the ledger only */
        assert_ok(ow_plan_settle(guest, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_int_equal(dword(guest, SIGNATURE, "Category"), 1);
        ow_fix_set_free(fixes);
}

/* XP knows none of these, but the caches. */
static void an_old_windows_is_told(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        rig_plain_disk(rig, 0, 24, "5cbea03e");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, "WINDOWS\\System32\\config\\SYSTEM", "machines/xp-virtualpc/SYSTEM");
        rig_end(rig);
        guest = rig_open(rig, true);
        refuses(guest, "unidentified", "private", OW_E_UNSUPPORTED, "needs Windows 6.1");
        refuses(guest, "category", "Network=private", OW_E_UNSUPPORTED, "needs Windows 6.0");
        refuses(guest, "expect-dc", "on", OW_E_UNSUPPORTED, "needs Windows 6.0");
        assert_int_equal(set(guest, "dns-retry", "0"), 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(each_setting_has_its_place, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_does_harm_or_makes_no_sense_is_refused, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(for_good_is_not_given_back_by_settle, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(an_old_windows_is_told, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
