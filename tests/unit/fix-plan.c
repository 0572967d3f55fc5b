/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans on a guest in an image: what they hold, applying, verifying, conflicts, parameters, missing hives. */
#include "fix-fixture.h"

#include "fix/action.h"

static void all_fixes_go_through_commit_and_verify(void **state)
{
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_commit_result result;
        ow_plan *plan = NULL, *again = NULL;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_make(guest, set, NULL, 0, NULL, 0, &plan, &err));
        assert_true(rows_of_fixes(plan) > 30);
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_machine_commit(rig->machine, "fix", &result, &err));
        ow_commit_result_done(&result);
        rig_close(rig);

        guest = rig_open(rig, false);
        assert_ok(ow_plan_verify(plan, guest, &err));
        assert_int_equal(dword(guest, CS1 "Services\\NlaSvc\\Parameters\\Internet", "EnableActiveProbing"), 0);
        assert_int_equal(dword(guest, CS1 "Services\\NlaSvc\\Parameters", "AlwaysExpectDomainController"), 0);
        assert_int_equal(dword(guest, CS1 "Services\\Tcpip\\Parameters\\Interfaces\\{1}",
                               "IPAutoconfigurationEnabled"), 0);
        assert_int_equal(dword(guest, CS1 "Services\\Tcpip\\Parameters\\Interfaces\\{2}",
                               "IPAutoconfigurationEnabled"), 0xdeadbeef);
        assert_int_equal(dword(guest, POLICIES "Windows\\System", "GpNetworkStartTimeoutPolicyValue"), 1);
        assert_int_equal(dword(guest, CS1 "Services\\partmgr\\Parameters", "SanPolicy"), 1);
        assert_true(key_there(guest, CS1 "Control\\Network\\NewNetworkWindowOff"));
        assert_ok(ow_plan_make(guest, set, NULL, 0, NULL, 0, &again, &err));
        assert_int_equal(ow_plan_change_count(again), 0);
        assert_int_equal(skipped(again, "ncsi-active-off")->status, OW_FIX_DONE);
        assert_int_equal(skipped(again, "ncsi-passive-off")->status, OW_FIX_NOT_FOR_THIS);
        assert_non_null(strstr(skipped(again, "ncsi-passive-off")->reason, "6.2-"));
        assert_non_null(strstr(skipped(again, "ncsi-passive-off")->reason, "6.1.7601"));
        assert_int_equal(skipped(again, "windows-update-wsus")->status, OW_FIX_NEEDS_PARAMETER);
        ow_plan_free(again);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static const ow_change *find_row(const ow_plan *plan, const char *where, const char *name)
{
        for (size_t i = 0; i < ow_plan_change_count(plan); i++) {
                const ow_change *c = ow_plan_change(plan, i);

                if (strcmp(c->where, where) == 0 && strcmp(c->name, name) == 0)
                        return c;
        }
        return NULL;
}

static void rows_have_before_and_after_and_keys_of_their_own(void **state)
{
        static const char *const names[] = { "windows-update-off", "ncsi-active-off" };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL;
        const ow_change *row;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, false);
        assert_ok(ow_plan_make(guest, set, names, 2, NULL, 0, &plan, &err));
        row = find_row(plan, POLICIES "Windows\\WindowsUpdate\\AU", "");
        assert_non_null(row);
        assert_int_equal(row->kind, OW_CHANGE_KEY_CREATE);
        assert_null(find_row(plan, POLICIES "Windows\\WindowsUpdate", ""));     /* is there */
        row = find_row(plan, POLICIES "Windows\\WindowsUpdate\\AU", "NoAutoUpdate");
        assert_false(row->before.present);
        assert_true(row->after.present && row->temporary);
        row = find_row(plan, CS1 "Services\\NlaSvc\\Parameters\\Internet", "EnableActiveProbing");
        assert_int_equal(ow_le32_at(row->before.data.p), 1);
        assert_int_equal(ow_le32_at(row->after.data.p), 0);
        assert_null(find_row(plan, "HKLM\\SYSTEM\\ControlSet002\\Services\\NlaSvc\\Parameters\\Internet",
                             "EnableActiveProbing"));
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void parameters_are_put_in_and_asked_for(void **state)
{
        static const char *const wsus[] = { "windows-update-wsus" }, *const proxy[] = { "proxy" };
        static const char *const nothing[] = { "no-such-fix" };
        const ow_fix_parameter good[] = { { "wsus", "http://w:8530" }, { "proxy", "px:3128" } };
        const ow_fix_parameter bad[] = { { "wsus", "a\nb" }, { "proxy", "px" }, { "colour", "red" }, { "wsus", "" } };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, false);
        assert_fails(OW_E_INVAL, ow_plan_make(guest, set, wsus, 1, NULL, 0, &plan, &err));
        assert_fails(OW_E_INVAL, ow_plan_make(guest, set, nothing, 1, NULL, 0, &plan, &err));
        assert_fails(OW_E_INVAL, ow_plan_make(guest, set, proxy, 1, &bad[1], 1, &plan, &err));
        for (size_t i = 0; i < 4; i++)
                if (i != 1)
                        assert_fails(OW_E_INVAL, ow_plan_make(guest, set, NULL, 0, &bad[i], 1, &plan, &err));
        assert_ok(ow_plan_make(guest, set, wsus, 1, good, 2, &plan, &err));
        assert_memory_equal(find_row(plan, POLICIES "Windows\\WindowsUpdate", "WUServer")->after.data.p,
                            u"http://w:8530", 28);
        assert_int_equal(find_row(plan, POLICIES "Windows\\WindowsUpdate", "WUServer")->after.data.size, 28);
        ow_plan_free(plan);
        assert_ok(ow_plan_make(guest, set, proxy, 1, good, 2, &plan, &err));
        assert_memory_equal(find_row(plan, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\"
                                     "Connections", "WinHttpSettings")->after.data.p,
                            "\x18\0\0\0\0\0\0\0\3\0\0\0\7\0\0\0px:3128\7\0\0\0<local>", 34);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void users_are_edited_bit_by_bit(void **state)
{
        static const char *const names[] = { "wpad-off", "publisher-revocation-off" };
        static const char publishing[] = "\\Software\\Microsoft\\Windows\\CurrentVersion\\WinTrust\\Trust Providers\\"
                                         "Software Publishing";
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        OW_AUTO_FREE char *bob = ow_asprintf("HKU\\%s%s", SID, publishing);
        OW_AUTO_FREE char *system_user = ow_asprintf("HKU\\.DEFAULT%s", publishing);
        ow_plan *plan = NULL;
        const ow_change *row;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, false);
        assert_ok(ow_plan_make(guest, set, names, 2, NULL, 0, &plan, &err));
        row = find_row(plan, "HKU\\" SID "\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\"
                       "Connections", "DefaultConnectionSettings");
        assert_non_null(row);
        assert_int_equal(row->after.data.p[8], 1);
        assert_int_equal(row->after.data.p[4], 6);
        assert_int_equal(row->after.data.size, 56);
        /* A blob whose strings leave it is not touched. */
        assert_null(find_row(plan, row->where, "SavedLegacySettings"));
        assert_int_equal(ow_le32_at(find_row(plan, bob, "State")->after.data.p), 0x23e01);
        assert_int_equal(ow_le32_at(find_row(plan, system_user, "State")->after.data.p), 0x23e00);
        assert_non_null(find_row(plan, system_user, ""));
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void a_conflict_applies_nothing(void **state)
{
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL;
        ow_error why = OW_ERROR_INIT;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_make(guest, set, NULL, 0, NULL, 0, &plan, &err));
        set_dword(guest, CS1 "Control\\CrashControl", "AutoReboot", 7);
        assert_int_equal(ow_plan_apply(plan, guest, &why), OW_E_CONFLICT);
        assert_non_null(strstr(why.text, "AutoReboot"));
        assert_int_equal(dword(guest, CS1 "Services\\NlaSvc\\Parameters\\Internet", "EnableActiveProbing"), 1);
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin"));
        assert_int_equal(ow_plan_verify(plan, guest, &why), OW_E_CONFLICT);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void without_software_the_rest_is_done(void **state)
{
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL;
        ow_guest *guest;

        server_make(rig, false);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_make(guest, set, NULL, 0, NULL, 0, &plan, &err));
        assert_int_equal(skipped(plan, "ncsi-active-off")->status, OW_FIX_NOT_FOR_THIS);
        assert_non_null(strstr(skipped(plan, "ncsi-active-off")->reason, "in part only: HKLM\\SOFTWARE"));
        assert_null(strstr(skipped(plan, "windows-update-off")->reason, "in part"));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_int_equal(dword(guest, CS1 "Services\\NlaSvc\\Parameters\\Internet", "EnableActiveProbing"), 0);
        assert_true(key_there(guest, "HKLM\\SYSTEM\\offwin\\Ledger\\00000001"));
        ow_plan_free(plan);
        assert_ok(ow_plan_settle(guest, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_int_equal(dword(guest, CS1 "Services\\NlaSvc\\Parameters\\Internet", "EnableActiveProbing"), 1);
        assert_false(key_there(guest, "HKLM\\SYSTEM\\offwin"));
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

/* A fix folder of the user's with these texts: 1.fix is a.fix, ... */
static int load_texts(struct rig *rig, const char *a, const char *b, ow_fix_set **ret, ow_error *err)
{
        OW_AUTO_FREE char *dir = ow_asprintf("%s/fixes", rig->dir);
        const char *texts[2] = { a, b };
        const char *dirs[1];

        dirs[0] = dir;
        assert_int_equal(run("mkdir -p '%s/area'", dir), 0);
        for (int i = 0; i < 2; i++) {
                OW_AUTO_FREE char *path = ow_asprintf("%s/area/%c.fix", dir, 'a' + i);
                FILE *f = texts[i] ? fopen(path, "w") : NULL;

                if (!f)
                        continue;
                assert_true(fputs(texts[i], f) >= 0);
                assert_int_equal(fclose(f), 0);
        }
        return ow_fix_set_load(dirs, 1, ret, err);
}

#define HEAD "[Fix]\nTitle=T\nWhy=W\nSource=S\n"

static void services_and_removals_of_a_users_fix(void **state)
{
        static const char *const names[] = { "a", "b" };
        static const char a[] = HEAD "Temporary=yes\n[Service agent]\nStart=disabled\n"
                                "[Service nothere]\nStart=demand\n";
        static const char b[] = HEAD "[-HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\agent2]\n"
                                "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\NlaSvc\\Parameters]\n"
                                "\"AlwaysExpectDomainController\"=-\n";
        struct rig *rig = rig_get(state);
        ow_fix_set *set = NULL;
        ow_plan *plan = NULL;
        ow_guest *guest;

        server_make(rig, true);
        assert_ok(load_texts(rig, a, b, &set, &err));
        guest = rig_open(rig, true);
        assert_ok(ow_plan_make(guest, set, names, 2, NULL, 0, &plan, &err));
        assert_int_equal(rows_of_fixes(plan), 3);
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        assert_int_equal(dword(guest, CS1 "Services\\agent", "Start"), 4);
        assert_false(key_there(guest, CS1 "Services\\nothere"));
        assert_false(key_there(guest, CS1 "Services\\agent2"));
        assert_int_equal(dword(guest, CS1 "Services\\NlaSvc\\Parameters", "AlwaysExpectDomainController"),
                         0xdeadbeef);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void two_fixes_that_disagree_are_told(void **state)
{
        static const char a[] = HEAD "[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\n\"v\"=dword:1\n";
        static const char b[] = HEAD "[HKEY_LOCAL_MACHINE\\SOFTWARE\\X]\n\"V\"=dword:2\n";
        static const char bad[] = HEAD "[Service Dhcp]\nStart=disabled\n";
        static const char *const names[] = { "a", "b" };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = NULL;
        ow_plan *plan = NULL;
        ow_error why = OW_ERROR_INIT;

        server_make(rig, true);
        assert_ok(load_texts(rig, a, b, &set, &err));
        assert_int_equal(ow_plan_make(rig_open(rig, false), set, names, 2, NULL, 0, &plan, &why), OW_E_CONFLICT);
        assert_non_null(strstr(why.text, "'a' and 'b'"));
        ow_fix_set_free(set);
        assert_int_equal(load_texts(rig, a, bad, &set, &why), OW_E_REFUSED);
        assert_non_null(strstr(why.text, "b.fix:6"));
}

/* Every 5th allocation of planning, settling and diagnosing fails once: a clean error each time, and no leak. */
static void running_out_of_memory_is_clean(void **state)
{
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL, *back = NULL;
        ow_guest *guest;
        int r = OW_E_NOMEM;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_make(guest, set, NULL, 0, NULL, 0, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        for (size_t n = 1; r != 0 && n < 200000; n += 5) {
                ow_error why = OW_ERROR_INIT;
                ow_diagnosis d = { .findings = NULL };

                plan = back = NULL;
                ow_alloc_fail_from(n);
                r = ow_plan_make(guest, set, NULL, 0, NULL, 0, &plan, &why);
                if (r == 0)
                        r = ow_plan_settle(guest, &back, &why);
                if (r == 0)
                        r = ow_diagnose(guest, set, NULL, 0, &d, &why);
                ow_alloc_fail_from(0);
                if (r != 0 && r != OW_E_NOMEM)
                        fail_msg("allocation %zu: %d %s", n, r, why.text);
                ow_diagnosis_done(&d);
                ow_plan_free(plan);
                ow_plan_free(back);
        }
        assert_int_equal(r, 0);
        ow_fix_set_free(set);
}

/* What a part wants of a key is moot when a later part removes the key. */
static void a_key_that_goes_takes_earlier_rows_along(void **state)
{
        static const struct fix_action first = { "first", "First", "", false };
        static const struct fix_action second = { "second", "Second", "", false };
        static const uint8_t one[4] = { 1 }, three[4] = { 3 };
        struct rig *rig = rig_get(state);
        OW_AUTO(ow_plan) plan = NULL;
        struct fix_job job;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(fix_action_begin(&job, plan, guest, &first, &err));
        assert_ok(fix_job_value(&job, CS1 "Services\\Dhcp\\Below", "x", OW_REG_DWORD, one, sizeof one, &err));
        assert_ok(fix_job_value(&job, CS1 "Services\\Dhcp", "Start", OW_REG_DWORD, three, sizeof three, &err));
        assert_ok(fix_job_value(&job, CS1 "Services\\agent", "Start", OW_REG_DWORD, three, sizeof three, &err));
        fix_action_done(&job);
        assert_ok(fix_action_begin(&job, plan, guest, &second, &err));
        assert_ok(fix_job_value(&job, CS1 "Services\\Dhcp", "ErrorControl", 0, NULL, 0, &err));
        assert_ok(fix_job_remove_key(&job, CS1 "Services\\Dhcp", &err));
        fix_action_done(&job);
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_int_equal(ow_plan_change_count(plan), 3);
        assert_non_null(plan_find(plan, CS1 "Services\\Dhcp", "ErrorControl")); /* of the part that removes the key */
        assert_non_null(plan_find(plan, CS1 "Services\\agent", "Start"));
        assert_int_equal(plan_find(plan, CS1 "Services\\Dhcp", NULL)->kind, OW_CHANGE_KEY_DELETE);
        assert_null(plan_find(plan, CS1 "Services\\Dhcp", "Start"));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(all_fixes_go_through_commit_and_verify, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(rows_have_before_and_after_and_keys_of_their_own, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(parameters_are_put_in_and_asked_for, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(users_are_edited_bit_by_bit, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_conflict_applies_nothing, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(without_software_the_rest_is_done, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(services_and_removals_of_a_users_fix, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(two_fixes_that_disagree_are_told, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_key_that_goes_takes_earlier_rows_along, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(running_out_of_memory_is_clean, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
