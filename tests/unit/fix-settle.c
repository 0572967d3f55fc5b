/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving back: the registry is as it was, and nothing of somebody else's is touched. */
#include "fix-fixture.h"

#define USER "HKU\\" SID
static const char *const roots[] = { "HKLM\\SYSTEM", "HKLM\\SOFTWARE", "HKU\\.DEFAULT", USER };

/* Names of all temporary fixes of set. */
static size_t temporary(const ow_fix_set *set, const char **names, size_t max)
{
        size_t n = 0;

        for (size_t i = 0; i < ow_fix_set_count(set) && n < max; i++)
                if (ow_fix_temporary(ow_fix_set_get(set, i)))
                        names[n++] = ow_fix_name(ow_fix_set_get(set, i));
        return n;
}

static void apply_names(ow_guest *guest, const ow_fix_set *set, const char *const *names, size_t n)
{
        ow_plan *plan = NULL;

        assert_ok(ow_plan_make(guest, set, names, n, NULL, 0, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
}

static ow_plan *settle(ow_guest *guest)
{
        ow_plan *plan = NULL;

        assert_ok(ow_plan_settle(guest, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        return plan;
}

static void everything_temporary_comes_back_exactly(void **state)
{
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        const char *names[64];
        char *before[OW_COUNT(roots)];
        ow_guest *guest;
        ow_plan *plan;
        size_t n;

        server_make(rig, true);
        guest = rig_open(rig, true);
        for (size_t i = 0; i < OW_COUNT(roots); i++)
                before[i] = hive_text(guest, roots[i]);
        n = temporary(set, names, 64);
        assert_true(n > 12);
        apply_names(guest, set, names, n);
        for (size_t i = 0; i < OW_COUNT(roots); i++) {
                OW_AUTO_FREE char *now = hive_text(guest, roots[i]);

                assert_true(strcmp(before[i], now) != 0);       /* each hive was changed ... */
        }
        plan = settle(guest);
        assert_int_equal(ow_plan_skipped_count(plan), 0);
        ow_plan_free(plan);
        for (size_t i = 0; i < OW_COUNT(roots); i++) {
                OW_AUTO_FREE char *now = hive_text(guest, roots[i]);

                assert_string_equal(before[i], now);            /* ... and is as it was */
                ow_free(before[i]);
        }
        plan = settle(guest);
        assert_int_equal(ow_plan_change_count(plan), 0);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void permanent_fixes_leave_no_ledger(void **state)
{
        static const char *const names[] = { "hibernation-off", "san-policy-online" };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_guest *guest;
        ow_plan *plan;

        server_make(rig, true);
        guest = rig_open(rig, true);
        apply_names(guest, set, names, 2);
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin"));
        plan = settle(guest);
        assert_int_equal(ow_plan_change_count(plan), 0);
        assert_int_equal(dword(guest, CS1 "Control\\Power", "HibernateEnabled"), 0);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void what_somebody_else_changed_stays(void **state)
{
        static const char *const names[] = { "auto-restart-off", "tcp-offload-off", "network-prompt-off" };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_guest *guest;
        ow_plan *plan;

        server_make(rig, true);
        guest = rig_open(rig, true);
        apply_names(guest, set, names, 3);
        set_dword(guest, CS1 "Control\\CrashControl", "AutoReboot", 7);
        set_dword(guest, CS1 "Control\\Network\\NewNetworkWindowOff", "mine", 1);
        plan = settle(guest);
        assert_int_equal(ow_plan_skipped_count(plan), 2);
        assert_non_null(strstr(ow_plan_skipped(plan, 0)->reason, "AutoReboot: changed since"));
        assert_non_null(strstr(ow_plan_skipped(plan, 1)->reason, "NewNetworkWindowOff"));
        assert_int_equal(dword(guest, CS1 "Control\\CrashControl", "AutoReboot"), 7);
        assert_int_equal(dword(guest, CS1 "Control\\Network\\NewNetworkWindowOff", "mine"), 1);
        assert_int_equal(dword(guest, CS1 "Services\\Tcpip\\Parameters", "DisableTaskOffload"), 0xdeadbeef);
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin"));
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void the_first_before_wins(void **state)
{
        static const char *const names[] = { "auto-restart-off" };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        struct ledger ledger;
        ow_guest *guest;
        ow_plan *plan;

        server_make(rig, true);
        guest = rig_open(rig, true);
        apply_names(guest, set, names, 1);
        set_dword(guest, CS1 "Control\\CrashControl", "AutoReboot", 7);
        apply_names(guest, set, names, 1);
        assert_ok(ledger_read(guest, &ledger, &err));
        assert_int_equal(ledger.n, 1);
        assert_string_equal(ledger.entries[0].fix, "auto-restart-off");
        assert_string_equal(ledger.entries[0].where, CS1 "Control\\CrashControl");
        assert_string_equal(ledger.entries[0].name, "AutoReboot");
        assert_int_equal(ow_le32_at(ledger.entries[0].before.data.p), 1);
        assert_int_equal(ow_le32_at(ledger.entries[0].after.data.p), 0);
        ledger_done(&ledger);
        assert_int_equal(dword(guest, "HKLM\\SOFTWARE\\offwin\\Ledger", "Format"), 2);
        plan = settle(guest);
        assert_int_equal(dword(guest, CS1 "Control\\CrashControl", "AutoReboot"), 1);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

static void a_later_fix_adds_to_the_ledger(void **state)
{
        static const char *const first[] = { "auto-restart-off" }, *const second[] = { "tcp-offload-off" };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_guest *guest;
        ow_plan *plan;

        server_make(rig, true);
        guest = rig_open(rig, true);
        apply_names(guest, set, first, 1);
        apply_names(guest, set, second, 1);
        assert_true(key_there(guest, "HKLM\\SOFTWARE\\offwin\\Ledger\\00000002"));
        plan = settle(guest);
        assert_int_equal(dword(guest, CS1 "Control\\CrashControl", "AutoReboot"), 1);
        assert_int_equal(dword(guest, CS1 "Services\\Tcpip\\Parameters", "DisableTaskOffload"), 0xdeadbeef);
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

/* Entries that are not as they should be: each is kept and told, and the good one still comes back. */
static void damaged_entries_are_kept(void **state)
{
        static const char *const names[] = { "auto-restart-off" };
        static const char *const broken[] = { "00000005", "x", "00000009", "123456789" };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_guest *guest;
        ow_plan *plan;

        server_make(rig, true);
        guest = rig_open(rig, true);
        apply_names(guest, set, names, 1);
        for (size_t i = 0; i < OW_COUNT(broken); i++) {
                OW_AUTO_FREE char *path = ow_asprintf("HKLM\\SOFTWARE\\offwin\\Ledger\\%s", broken[i]);

                set_dword(guest, path, "Kind", (uint32_t)i);
        }
        plan = settle(guest);
        assert_int_equal(ow_plan_skipped_count(plan), OW_COUNT(broken));
        assert_int_equal(dword(guest, CS1 "Control\\CrashControl", "AutoReboot"), 1);
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin\\Ledger\\00000001"));
        assert_true(key_there(guest, "HKLM\\SOFTWARE\\offwin\\Ledger\\00000005"));
        ow_plan_free(plan);
        ow_fix_set_free(set);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(everything_temporary_comes_back_exactly, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(permanent_fixes_leave_no_ledger, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_somebody_else_changed_stays, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(the_first_before_wins, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_later_fix_adds_to_the_ledger, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(damaged_entries_are_kept, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
