/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Plans in parts: heads, lists that several parts edit, keys that go. */
#include "fix-fixture.h"

#include "fix/action.h"

#define LISTS CS1 "Control\\Class\\{x}"
#define AGENT CS1 "Services\\agent"

static const struct fix_action action = { "filters", "Take filters out", "They are gone.", false };
static const struct fix_action lasting = { "services", "Set how services start", "Asked for.", true };

static void set_list(ow_guest *guest, const char *where, const char *name, const char *text, size_t size)
{
        uint8_t data[200];
        ow_regkey key;

        assert_true(size * 2 <= sizeof data);
        for (size_t i = 0; i < size; i++) {
                data[2 * i] = (uint8_t)text[i];
                data[2 * i + 1] = 0;
        }
        assert_ok(ow_registry_create(guest, where, &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, name, OW_REG_MULTI_SZ, data, size * 2, &err));
}

/* The plan's row for a list must hold just want (its NULs included); want NULL: the value goes. */
static void expect_list(const ow_plan *plan, const char *name, const char *want, size_t size)
{
        const ow_change *row = plan_find(plan, LISTS, name);

        assert_non_null(row);
        assert_int_equal(row->after.present, want != NULL);
        if (!want)
                return;
        assert_int_equal(row->after.type, OW_REG_MULTI_SZ);
        assert_int_equal(row->after.data.size, size * 2);
        for (size_t i = 0; i < size; i++)
                assert_int_equal(row->after.data.p[2 * i] | row->after.data.p[2 * i + 1] << 8, want[i]);
}

static void edit(ow_plan *plan, ow_guest *guest, const char *name, const char *remove, const char *add, bool drop)
{
        const char *out[] = { remove, NULL }, *in[] = { add, NULL };
        struct fix_job job;

        assert_ok(fix_action_begin(&job, plan, guest, &action, &err));
        assert_ok(plan_list_edit(&job, LISTS, name, out, in, drop, &err));
        fix_action_done(&job);
}

static void lists_are_edited_by_several_parts(void **state)
{
        struct rig *rig = rig_get(state);
        ow_plan *plan = NULL;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        set_list(guest, LISTS, "UpperFilters", "a\0PartMgr\0b\0", 13);
        set_list(guest, LISTS, "LowerFilters", "open\0tail", 9); /* neither NUL is there */
        set_list(guest, LISTS, "Only", "one\0", 5);
        assert_ok(ow_plan_begin(&plan, &err));
        edit(plan, guest, "UpperFilters", "nothere", "PARTMGR", true);
        assert_null(plan_find(plan, LISTS, "UpperFilters"));
        edit(plan, guest, "UpperFilters", "A", NULL, true);
        expect_list(plan, "UpperFilters", "PartMgr\0b\0", 11);
        edit(plan, guest, "UpperFilters", "b", "c", true);
        expect_list(plan, "UpperFilters", "PartMgr\0c\0", 11);
        edit(plan, guest, "LowerFilters", "tail", NULL, true);
        expect_list(plan, "LowerFilters", "open\0", 6);
        edit(plan, guest, "Only", "one", NULL, true);
        expect_list(plan, "Only", NULL, 0);
        edit(plan, guest, "Absent", "one", NULL, false);
        assert_null(plan_find(plan, LISTS, "Absent"));
        edit(plan, guest, "Absent", NULL, "new", false);
        expect_list(plan, "Absent", "new\0", 5);
        assert_int_equal(rows_of_fixes(plan), 4);
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
}

static void a_key_goes_once_and_nothing_is_put_below_it(void **state)
{
        static const char *const names[] = { "x", NULL };
        struct rig *rig = rig_get(state);
        ow_datum now = { true, 0, { NULL, 0 } };
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        struct fix_job job;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(fix_action_begin(&job, plan, guest, &action, &err));
        assert_ok(fix_job_remove_key(&job, AGENT, &err));
        assert_ok(fix_job_remove_key(&job, AGENT "\\Parameters", &err));
        assert_ok(fix_job_remove_key(&job, CS1 "Services\\nothere", &err));
        assert_int_equal(ow_plan_change_count(plan), 1);
        assert_ok(plan_now(plan, guest, AGENT, "Start", &now, &err));
        assert_false(now.present);
        assert_int_equal(plan_list_edit(&job, AGENT, "DependOnService", NULL, names, false, &why), OW_E_CONFLICT);
        assert_non_null(strstr(why.text, "removes"));
        fix_action_done(&job);
        ow_plan_free(plan);
}

static void a_head_is_made_once_and_its_rows_reach_the_ledger(void **state)
{
        struct rig *rig = rig_get(state);
        struct fix_job first, second;
        ow_plan *plan = NULL, *back = NULL;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(fix_action_begin(&first, plan, guest, &lasting, &err));
        assert_ok(fix_action_begin(&second, plan, guest, &lasting, &err));
        assert_ptr_equal(first.fix, second.fix);
        assert_true(ow_fix_is_action(first.fix));
        assert_string_equal(ow_fix_name(first.fix), "services");
        assert_ok(fix_job_dword(&first, AGENT, "Start", 3, &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_true(ow_plan_change_count(plan) > 5);
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_int_equal(dword(guest, AGENT, "Start"), 3);
        assert_ok(ow_plan_settle(guest, &back, &err));
        assert_ok(ow_plan_apply(back, guest, &err));
        assert_int_equal(dword(guest, AGENT, "Start"), 2);
        fix_action_done(&first);
        fix_action_done(&second);
        ow_plan_free(back);
        ow_plan_free(plan);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(lists_are_edited_by_several_parts, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_key_goes_once_and_nothing_is_put_below_it, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_head_is_made_once_and_its_rows_reach_the_ledger, rig_setup,
                                                rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
