/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings and forecast: a guest of ours where every number is known, and real machines. */
#include "fix-fixture.h"

#include "fix/constants.h"
#include "fix/delay.h"

static const ow_finding *finding(const ow_diagnosis *d, const char *id)
{
        for (size_t i = 0; i < d->n_findings; i++)
                if (strcmp(d->findings[i].id, id) == 0)
                        return &d->findings[i];
        return NULL;
}

static void show(const ow_diagnosis *d)
{
        for (size_t i = 0; i < d->n_forecast; i++)
                print_message("# %4u -> %4u %s%s: %s\n", d->forecast[i].before_s, d->forecast[i].after_s,
                              d->forecast[i].what, d->forecast[i].overlaps ? " (beside)" : "", d->forecast[i].model);
        print_message("# %4u -> %4u\n", d->before_s, d->after_s);
}

static void findings_say_what_the_guest_shows(void **state)
{
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_diagnosis d;

        server_make(rig, true);
        assert_ok(ow_diagnose(rig_open(rig, false), set, NULL, 0, &d, &err));
        assert_int_equal(finding(&d, "ncsi-active-off")->status, OW_FIX_NEEDED);
        assert_string_equal(finding(&d, "ncsi-active-off")->detail, "EnableActiveProbing is 1 (0x00000001)");
        assert_int_equal(finding(&d, "ncsi-passive-off")->status, OW_FIX_NOT_FOR_THIS);
        assert_int_equal(finding(&d, "new-hardware-prompt-off")->status, OW_FIX_NOT_FOR_THIS);
        assert_int_equal(finding(&d, "proxy")->status, OW_FIX_NEEDS_PARAMETER);
        assert_non_null(strstr(finding(&d, "proxy")->reason, "--set proxy="));
        assert_int_equal(finding(&d, "gpo-network-wait")->status, OW_FIX_NEEDED);
        assert_int_equal(finding(&d, "nla-expect-dc-off")->status, OW_FIX_NEEDED);
        assert_int_equal(finding(&d, "logon-network-wait-off")->status, OW_FIX_NOT_FOR_THIS);
        assert_non_null(finding(&d, "domain-member-isolated"));
        assert_null(finding(&d, "domain-member-isolated")->fix);
        assert_null(finding(&d, "hibernated"));
        ow_diagnosis_done(&d);
        ow_fix_set_free(set);
}

static void the_forecast_follows_the_guest(void **state)
{
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        const ow_forecast_line *l;
        uint32_t before = 0, after = 0;
        ow_diagnosis d;

        server_make(rig, true);
        assert_ok(ow_diagnose(rig_open(rig, false), set, NULL, 0, &d, &err));
        show(&d);
        assert_int_equal(d.n_forecast, FIX_DELAY_NONE);
        l = d.forecast;
        assert_int_equal(l[FIX_DELAY_DHCP].before_s, 6);
        assert_int_equal(l[FIX_DELAY_DHCP].after_s, 6);
        assert_int_equal(l[FIX_DELAY_APIPA].before_s, 3);
        assert_int_equal(l[FIX_DELAY_APIPA].after_s, 0);
        /* Two rounds of 5 + 10 + 15 and the stand-in for no limit; then one round. */
        assert_int_equal(l[FIX_DELAY_NLA].before_s, 2 * 30 + 600);
        assert_int_equal(l[FIX_DELAY_NLA].after_s, 30);
        assert_int_equal(l[FIX_DELAY_NCSI].before_s, 10 + 35);
        assert_int_equal(l[FIX_DELAY_NCSI].after_s, 0);
        /* agent2 needs agent, which needs Netlogon: two of 30 s. */
        assert_int_equal(l[FIX_DELAY_SERVICES].before_s, 60);
        assert_int_equal(l[FIX_DELAY_SERVICES].after_s, 0);
        assert_int_equal(l[FIX_DELAY_GPO].before_s, 30);
        assert_int_equal(l[FIX_DELAY_GPO].after_s, 1);
        assert_int_equal(l[FIX_DELAY_CRL].before_s, 40);
        assert_int_equal(l[FIX_DELAY_CRL].after_s, 0);
        assert_int_equal(l[FIX_DELAY_WU].after_s, 0);
        for (size_t i = 0; i < d.n_forecast; i++) {
                before += l[i].overlaps ? 0 : l[i].before_s;
                after += l[i].overlaps ? 0 : l[i].after_s;
        }
        assert_int_equal(d.before_s, before);
        assert_int_equal(d.after_s, after);
        assert_int_equal(finding(&d, "ncsi-active-off")->delay_before_s, 45);
        assert_int_equal(finding(&d, "ncsi-active-off")->delay_after_s, 0);
        assert_int_equal(finding(&d, "ncsi-passive-off")->delay_before_s, 0);
        ow_diagnosis_done(&d);
        ow_fix_set_free(set);
}

static void absurd_values_of_an_image_stay_bounded(void **state)
{
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_diagnosis d;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        set_dword(guest, CS1 "Services\\NlaSvc\\Parameters\\Internet", "WebTimeout", 0xffffffff);
        set_dword(guest, CS1 "Control", "ServicesPipeTimeout", 0xffffffff);
        set_dword(guest, CS1 "Services\\Netlogon\\Parameters", "ExpectedDialupDelay", 0xffffffff);
        set_dword(guest, CS1 "Services\\Tcpip6\\Parameters", "DisabledComponents", 0xffffffff);
        set_dword(guest, CS1 "Services\\Dhcp", "Start", 4);
        assert_ok(ow_diagnose(guest, set, NULL, 0, &d, &err));
        assert_true(d.before_s < 10000);
        assert_non_null(finding(&d, "ipv6-boot-delay"));
        assert_non_null(finding(&d, "dhcp-service-disabled"));
        assert_string_equal(finding(&d, "dhcp-service-disabled")->detail, "");
        assert_non_null(strstr(finding(&d, "dhcp-service-disabled")->command, "svc set DISK Dhcp"));
        ow_diagnosis_done(&d);
        ow_fix_set_free(set);
}

/* Real SYSTEM hives, without SOFTWARE: everything is judged, nothing fails, fix --all goes through. */
static void real_machine(void **state, const char *root, const char *data, unsigned size_mib)
{
        struct rig *rig = rig_get(state);
        ow_plan *plan = NULL, *again = NULL;
        ow_fix_set *set;
        ow_guest *guest;
        ow_diagnosis d;
        char path[80];

        (void)snprintf(path, sizeof path, "%s\\System32\\config\\SYSTEM", root);
        rig_plain_disk(rig, 0, size_mib, "5cbea03e");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, path, data);          /* may skip */
        rig_end(rig);
        set = fixes_load();
        guest = rig_open(rig, false);
        assert_ok(ow_diagnose(guest, set, NULL, 0, &d, &err));
        show(&d);
        for (size_t i = 0; i < d.n_findings; i++)
                if (d.findings[i].status == OW_FIX_FAILED)
                        fail_msg("%s: %s", d.findings[i].id, d.findings[i].reason);
        assert_true(d.before_s >= d.after_s && d.before_s > 0);
        ow_diagnosis_done(&d);
        rig_close(rig);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_make(guest, set, NULL, 0, NULL, 0, &plan, &err));
        assert_true(rows_of_fixes(plan) > 0);
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        assert_ok(ow_plan_make(guest, set, NULL, 0, NULL, 0, &again, &err));
        assert_int_equal(ow_plan_change_count(again), 0);
        ow_plan_free(again);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void real_windows_7(void **state)
{
        real_machine(state, "Windows", "machines/win7-vmware/SYSTEM", 40);
}

static void real_windows_xp(void **state)
{
        real_machine(state, "WINDOWS", "machines/xp-virtualpc/SYSTEM", 24);
}

static void real_nt4_server(void **state)
{
        real_machine(state, "WINNT", "machines/nt4-server/SYSTEM", 24);
}

static void every_constant_names_its_source(void **state)
{
        for (size_t i = 0; i < FIX_C_COUNT; i++) {
                assert_non_null(fix_constants[i].name);
                assert_true(fix_constants[i].seconds > 0);
                assert_true(strlen(fix_constants[i].source) > 3);
                assert_true(strcmp(fix_constants[i].sure, "documented") == 0 ||
                            strcmp(fix_constants[i].sure, "derived") == 0 ||
                            strcmp(fix_constants[i].sure, "estimate") == 0);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(findings_say_what_the_guest_shows, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(the_forecast_follows_the_guest, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(absurd_values_of_an_image_stay_bounded, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(real_windows_7, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(real_windows_xp, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(real_nt4_server, rig_setup, rig_teardown),
                cmocka_unit_test(every_constant_names_its_source),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
