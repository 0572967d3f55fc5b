/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ledger keeps beside values: removed keys, changes for good, and formats of others. */
#include "fix-fixture.h"

#include <offwin/service-plan.h>

#include "fix/service-park.h"

#define AGENT   CS1 "Services\\agent"
#define TRIGGER AGENT "\\TriggerInfo"
#define LEDGER  "HKLM\\SOFTWARE\\offwin\\Ledger"

static const struct fix_action action = { "parking", "Hold back", "For now.", true };

static void triggers_make(ow_guest *guest)
{
        static const uint8_t guid[16] = { 1, 2, 3 };
        ow_regkey key;

        set_dword(guest, TRIGGER "\\0", "Type", 2);
        set_dword(guest, TRIGGER "\\0", "Action", 1);
        assert_ok(ow_registry_create(guest, TRIGGER "\\0", &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "GUID", OW_REG_BINARY, guid, sizeof guid, &err));
        set_dword(guest, TRIGGER "\\1", "Action", 2);
        assert_ok(ow_registry_create(guest, TRIGGER "\\2", &key, &err)); /* a trigger without values */
}

static size_t still(ow_guest *guest)
{
        ow_plan *plan = NULL;
        struct fix_job job;
        size_t n;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(fix_action_begin(&job, plan, guest, &action, &err));
        assert_ok(service_triggers_still(&job, AGENT, &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        n = rows_of_fixes(plan);
        fix_action_done(&job);
        ow_plan_free(plan);
        return n;
}

static ow_plan *settle(ow_guest *guest)
{
        ow_plan *plan = NULL;

        assert_ok(ow_plan_settle(guest, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
        return plan;
}

static void removed_keys_come_back_as_they_were(void **state)
{
        struct rig *rig = rig_get(state);
        char *before, *now;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        triggers_make(guest);
        before = hive_text(guest, "HKLM\\SYSTEM");
        assert_int_equal(still(guest), 4 + 3);
        assert_true(key_there(guest, TRIGGER));
        assert_false(key_there(guest, TRIGGER "\\0"));
        assert_int_equal(still(guest), 0);
        ow_plan_free(settle(guest));
        now = hive_text(guest, "HKLM\\SYSTEM");
        assert_string_equal(before, now);
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\offwin"));
        ow_free(before);
        ow_free(now);
}

static void a_key_that_somebody_made_again_stays(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_plan *plan;

        server_make(rig, true);
        guest = rig_open(rig, true);
        triggers_make(guest);
        assert_true(still(guest) > 0);
        set_dword(guest, TRIGGER "\\0", "Type", 20);
        plan = settle(guest);
        assert_int_equal(ow_plan_skipped_count(plan), 1);
        assert_non_null(strstr(ow_plan_skipped(plan, 0)->reason, "made again by somebody else"));
        assert_int_equal(dword(guest, TRIGGER "\\0", "Type"), 20);
        assert_int_equal(dword(guest, TRIGGER "\\0", "Action"), 0xdeadbeef);
        assert_int_equal(dword(guest, TRIGGER "\\1", "Action"), 2);
        assert_false(key_there(guest, LEDGER));
        ow_plan_free(plan);
}

static void what_belonged_to_a_service_that_is_gone_does_not_come_back(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_regkey key;
        ow_plan *plan;

        server_make(rig, true);
        guest = rig_open(rig, true);
        triggers_make(guest);
        assert_true(still(guest) > 0);
        assert_true(ow_registry_find(guest, AGENT, &key, NULL) > 0);
        assert_ok(ow_hive_delete_key(key.hive, key.key, &err));
        plan = settle(guest);
        assert_int_equal(ow_plan_skipped_count(plan), 3);
        assert_non_null(strstr(ow_plan_skipped(plan, 0)->reason, "is gone"));
        assert_false(key_there(guest, AGENT));
        assert_false(key_there(guest, LEDGER));
        ow_plan_free(plan);
}

/* Only stop triggers: nothing starts the service by them, so they stay. */
static void stop_triggers_stay(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        set_dword(guest, TRIGGER "\\0", "Action", 2);
        assert_int_equal(still(guest), 0);
        assert_int_equal(service_triggers_check(guest, AGENT, NULL), 0);
}

static void triggers_that_could_not_be_given_back_stay(void **state)
{
        static const uint8_t name[] = { 'c', 0 };
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_regkey key;

        server_make(rig, true);
        guest = rig_open(rig, true);
        triggers_make(guest);
        assert_true(ow_registry_find(guest, TRIGGER "\\1", &key, NULL) > 0);
        assert_ok(ow_hive_set_class(key.hive, key.key, name, sizeof name, &err));
        assert_int_equal(service_triggers_check(guest, AGENT, NULL), 2);
        assert_int_equal(still(guest), 0);
}

/* One place, changed for good and for a while: each kind is given back by whom it is for. */
static void for_a_while_on_top_of_for_good(void **state)
{
        ow_service_edit edits[] = { { .name = "agent", .verb = OW_SERVICE_SET, .start = 3 } };
        struct rig *rig = rig_get(state);
        struct fix_job job;
        ow_plan *plan = NULL;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_set_services(plan, guest, edits, 1, 0, &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(fix_action_begin(&job, plan, guest, &action, &err));
        assert_ok(fix_job_dword(&job, AGENT, "Start", 4, &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        fix_action_done(&job);
        ow_plan_free(plan);
        ow_plan_free(settle(guest));
        assert_int_equal(dword(guest, AGENT, "Start"), 3);
        assert_true(key_there(guest, LEDGER "\\00000001"));
        assert_false(key_there(guest, LEDGER "\\00000002"));
}

/* A person's word takes over what was only for a while, also when the start is that already. */
static void for_good_takes_over(void **state)
{
        static const struct {
                uint32_t start, settled;
                bool ledger;
        } cases[] = { { 3, 3, true }, { 4, 4, true }, { 2, 2, false } };

        struct rig *rig = rig_get(state);
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_service_edit edits[] = { { .name = "agent", .verb = OW_SERVICE_SET, .start = cases[i].start } };
                struct fix_job job;
                ow_plan *plan = NULL;
                ow_regkey key;

                if (ow_registry_find(guest, LEDGER, &key, NULL) > 0)
                        assert_ok(ow_hive_delete_key(key.hive, key.key, &err));
                set_dword(guest, AGENT, "Start", 2);
                assert_ok(ow_plan_begin(&plan, &err));
                assert_ok(fix_action_begin(&job, plan, guest, &action, &err));
                assert_ok(fix_job_dword(&job, AGENT, "Start", 3, &err));
                assert_ok(ow_plan_finish(plan, guest, &err));
                assert_ok(ow_plan_apply(plan, guest, &err));
                fix_action_done(&job);
                ow_plan_free(plan);
                for (unsigned again = 0; again < 2; again++) {
                        assert_ok(ow_plan_begin(&plan, &err));
                        assert_ok(ow_plan_set_services(plan, guest, edits, 1, 0, &err));
                        assert_ok(ow_plan_finish(plan, guest, &err));
                        assert_true(again == 0 || ow_plan_change_count(plan) == 0);
                        assert_ok(ow_plan_apply(plan, guest, &err));
                        ow_plan_free(plan);
                }
                ow_plan_free(settle(guest));
                assert_int_equal(dword(guest, AGENT, "Start"), cases[i].settled);
                assert_int_equal(key_there(guest, LEDGER), cases[i].ledger);
        }
}

static void a_later_format_is_left_alone(void **state)
{
        struct rig *rig = rig_get(state);
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        set_dword(guest, LEDGER, "Format", 3);
        assert_int_equal(ow_plan_settle(guest, &plan, &why), OW_E_UNSUPPORTED);
        assert_non_null(strstr(why.text, "format 3"));
}

/* As format 1 wrote them: read as ever, and format 2 once something is added. */
static void format_1_is_read(void **state)
{
        static const char *const names[] = { "auto-restart-off" }, *const more[] = { "tcp-offload-off" };
        struct rig *rig = rig_get(state);
        ow_fix_set *set = fixes_load();
        ow_plan *plan = NULL;
        ow_guest *guest;

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_make(guest, set, names, 1, NULL, 0, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        set_dword(guest, LEDGER, "Format", 1);
        assert_ok(ow_plan_make(guest, set, more, 1, NULL, 0, &plan, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        ow_plan_free(plan);
        assert_int_equal(dword(guest, LEDGER, "Format"), 2);
        set_dword(guest, LEDGER, "Format", 1);
        ow_plan_free(settle(guest));
        assert_int_equal(dword(guest, CS1 "Control\\CrashControl", "AutoReboot"), 1);
        assert_false(key_there(guest, LEDGER));
        ow_fix_set_free(set);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(removed_keys_come_back_as_they_were, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_key_that_somebody_made_again_stays, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(what_belonged_to_a_service_that_is_gone_does_not_come_back, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(stop_triggers_stay, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(triggers_that_could_not_be_given_back_stay, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(for_a_while_on_top_of_for_good, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(for_good_takes_over, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_later_format_is_left_alone, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(format_1_is_read, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
