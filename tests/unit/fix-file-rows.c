/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files and folders as rows of a plan: made, replaced and removed on a guest in an image, read back after a commit.
 */
#include "fix-fixture.h"

#include "fix/plan.h"

static ow_source text_source(const char *text)
{
        return plan_memory_source((const uint8_t *)text, strlen(text));
}

static const ow_change *row_of(const ow_plan *plan, const char *where)
{
        for (size_t i = 0; i < ow_plan_change_count(plan); i++)
                if (strcmp(ow_plan_change(plan, i)->where, where) == 0)
                        return ow_plan_change(plan, i);
        return NULL;
}

/* The file's text, or NULL when it is not there; the caller's: ow_free(). */
static char *read_text(ow_guest *guest, const char *path)
{
        ow_blob blob = { NULL, 0 };
        ow_error err = OW_ERROR_INIT;
        int r = ow_volume_read_file(ow_guest_volume(guest), path, 1 << 20, &blob, &err);
        char *text;

        if (r == OW_E_ABSENT)
                return NULL;
        assert_int_equal(r, 0);
        text = ow_strndup((const char *)blob.p, blob.size);
        ow_blob_done(&blob);
        return text;
}

static void commit(struct rig *rig, ow_plan *plan)
{
        ow_commit_result result = { 0 };
        ow_guest *guest;

        assert_ok(ow_plan_apply(plan, rig->guest, &err));
        assert_ok(ow_machine_commit(rig->machine, "files", &result, &err));
        ow_commit_result_done(&result);
        rig_close(rig);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
}

static ow_plan *new_plan(void)
{
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        return plan;
}

static void a_file_is_put_with_its_folders_replaced_and_removed(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_source one = text_source("one"), longer = text_source("another text, which is longer");
        ow_guest *guest;
        ow_plan *plan;
        char *text;

        server_make(rig, true);
        guest = rig_open(rig, true);
        plan = new_plan();
        assert_int_equal(ow_plan_put_file(plan, guest, "%SystemRoot%/offwin/net/a.json", &one, NULL), 1);
        assert_int_equal(ow_plan_change_count(plan), 3);
        assert_int_equal(row_of(plan, "C:\\Windows\\offwin")->kind, OW_CHANGE_FOLDER_CREATE);
        assert_int_equal(row_of(plan, "C:\\Windows\\offwin\\net")->kind, OW_CHANGE_FOLDER_CREATE);
        assert_false(row_of(plan, "C:\\Windows\\offwin\\net\\a.json")->before.present);
        commit(rig, plan);

        guest = rig->guest;
        plan = new_plan();
        assert_int_equal(ow_plan_put_file(plan, guest, "c:\\windows\\OFFWIN\\net\\A.json", &one, NULL), 0);
        assert_int_equal(ow_plan_make_folder(plan, guest, "C:\\Windows\\offwin\\net", NULL), 0);
        assert_int_equal(ow_plan_change_count(plan), 0);
        assert_int_equal(ow_plan_put_file(plan, guest, "C:\\Windows\\offwin\\net\\a.json", &longer, NULL), 1);
        assert_int_equal(ow_plan_change(plan, 0)->size_before, 3);
        commit(rig, plan);
        text = read_text(rig->guest, "Windows\\offwin\\net\\a.json");
        assert_string_equal(text, "another text, which is longer");
        ow_free(text);

        guest = rig->guest;
        plan = new_plan();
        assert_fails(OW_E_INVAL, ow_plan_remove(plan, guest, "C:\\Windows\\offwin", false, &err));
        assert_ok(ow_plan_remove(plan, guest, "C:\\Windows\\offwin", true, &err));
        assert_int_equal(ow_plan_change_count(plan), 3);
        assert_int_equal(ow_plan_change(plan, 0)->kind, OW_CHANGE_FILE);
        assert_string_equal(ow_plan_change(plan, 2)->where, "C:\\Windows\\offwin");
        commit(rig, plan);
        assert_null(read_text(rig->guest, "Windows\\offwin\\net\\a.json"));
}

static void what_must_not_be_touched_is_refused(void **state)
{
        static const char *const hives[] = { "C:\\Windows\\System32\\config\\SYSTEM", "system32/config/software.LOG1",
                                             "\\Users\\bob\\ntuser.dat", "C:\\Users\\Default\\NTUSER.DAT.LOG2",
                                             "C:\\boot\\bcd" };
        static const char *const needed[] = { "C:\\", "C:\\Windows", "C:\\Windows\\System32", "C:\\Users\\bob" };
        struct rig *rig = rig_get(state);
        const ow_source one = text_source("one");
        ow_guest *guest;
        ow_plan *plan = new_plan();

        server_make(rig, true);
        guest = rig_open(rig, true);
        for (size_t i = 0; i < OW_COUNT(hives); i++)
                assert_fails(OW_E_REFUSED, ow_plan_put_file(plan, guest, hives[i], &one, &err));
        for (size_t i = 0; i < OW_COUNT(needed); i++)
                assert_fails(OW_E_REFUSED, ow_plan_remove(plan, guest, needed[i], true, &err));
        assert_fails(OW_E_ABSENT, ow_plan_remove(plan, guest, "C:\\nothing", true, &err));
        assert_fails(OW_E_ABSENT, ow_plan_put_file(plan, guest, "X:\\nothing", &one, &err));
        assert_fails(OW_E_EXISTS, ow_plan_put_file(plan, guest, "C:\\Windows", &one, &err));
        assert_fails(OW_E_EXISTS, ow_plan_put_file(plan, guest, "C:\\", &one, &err));
        assert_fails(OW_E_EXISTS, ow_plan_make_folder(plan, guest, "C:\\Users\\bob\\NTUSER.DAT\\x", &err));
        assert_fails(OW_E_INVAL, ow_plan_put_file(plan, guest, "C:\\a\\..\\b", &one, &err));
        ow_plan_free(plan);
}

static void two_things_for_one_place_are_a_conflict(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_source one = text_source("one"), two = text_source("two");
        ow_guest *guest;
        ow_plan *plan = new_plan();

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_int_equal(ow_plan_put_file(plan, guest, "C:\\x\\y", &one, NULL), 1);
        assert_fails(OW_E_CONFLICT, ow_plan_put_file(plan, guest, "C:/X/Y", &two, &err));
        assert_fails(OW_E_CONFLICT, ow_plan_make_folder(plan, guest, "C:\\x\\y\\z", &err));
        ow_plan_free(plan);
}

static void a_file_that_changed_since_stops_the_plan(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_source one = text_source("one");
        ow_error why = OW_ERROR_INIT;
        ow_guest *guest;
        ow_plan *plan = new_plan();

        server_make(rig, true);
        guest = rig_open(rig, true);
        assert_int_equal(ow_plan_put_file(plan, guest, "C:\\x", &one, NULL), 1);
        ow_file *file = NULL;
        assert_ok(ow_file_open(ow_guest_volume(guest), "x", OW_FILE_WRITE | OW_FILE_CREATE, &file, &err));
        ow_file_close(file);
        assert_int_equal(ow_plan_apply(plan, guest, &why), OW_E_CONFLICT);
        assert_non_null(strstr(why.text, "'C:\\x' is not what the plan saw there"));
        assert_int_equal(ow_plan_verify(plan, guest, &why), OW_E_CONFLICT);
        ow_plan_free(plan);
}

static void a_fix_puts_files_and_says_what_it_found(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_fix fix = { .name = (char *)(uintptr_t) "drivers", .temporary = true };
        struct fix_job job = { .fix = &fix, .left_reason = OW_BUFFER_INIT, .detail = OW_BUFFER_INIT };
        ow_guest *guest;
        ow_plan *plan = new_plan();

        server_make(rig, true);
        guest = rig_open(rig, true);
        job.guest = guest;
        job.plan = plan;
        assert_ok(fix_job_file(&job, "%SystemRoot%\\System32\\drivers\\x.sys", "MZ", 2, &err));
        assert_ok(fix_job_folder(&job, "C:\\Windows\\INF", &err));
        assert_ok(fix_job_file(&job, "C:\\Windows\\nothing", NULL, 0, &err));
        assert_ok(fix_job_file(&job, "Q:\\nothing", "x", 1, &err));
        assert_int_equal(job.wanted, 3);
        assert_int_equal(job.differing, 2);
        assert_int_equal(job.left_out, 1);
        assert_true(row_of(plan, "C:\\Windows\\System32\\drivers\\x.sys")->fix == &fix);
        assert_false(row_of(plan, "C:\\Windows\\System32\\drivers\\x.sys")->temporary);
        assert_int_equal(job.plan->n, 3);
        commit(rig, plan);

        job.guest = rig->guest;
        job.plan = plan = new_plan();
        job.wanted = job.differing = 0;
        assert_ok(fix_job_file(&job, "%SystemRoot%\\System32\\drivers\\x.sys", "MZ", 2, &err));
        assert_int_equal(job.differing, 0);
        assert_ok(fix_job_file(&job, "C:\\Windows\\System32\\drivers\\x.sys", NULL, 0, &err));
        assert_int_equal(job.differing, 1);
        commit(rig, plan);
        assert_null(read_text(rig->guest, "Windows\\System32\\drivers\\x.sys"));
        ow_buffer_done(&job.left_reason);
        ow_buffer_done(&job.detail);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_file_is_put_with_its_folders_replaced_and_removed, rig_setup,
                                                rig_teardown),
                cmocka_unit_test_setup_teardown(what_must_not_be_touched_is_refused, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(two_things_for_one_place_are_a_conflict, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_file_that_changed_since_stops_the_plan, rig_setup, rig_teardown),
                cmocka_unit_test_setup_teardown(a_fix_puts_files_and_says_what_it_found, rig_setup, rig_teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
