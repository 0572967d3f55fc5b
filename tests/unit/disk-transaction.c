/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commit, undo and recovery on two disks, with the power cut or a device failing at every single step. */
#include "test.h"

#include "disk-pair.h"

static void commit_changes_both_and_undo_takes_all_back(void **state)
{
        ow_commit_result result;
        ow_undo_record *records;
        struct world w;
        ow_disk *disk;
        size_t n;

        make_world(&w);
        assert_ok(do_commit(&w, &result, &err));
        assert_int_equal(result.extents, 4);
        assert_int_equal(result.bytes_changed, 512 + 9728 + 4096 + 300);
        assert_string_equal(result.journal, "/w/a.raw.offwin-0001.journal");
        ow_commit_result_done(&result);
        world_crash(&w, WORLD_DROP);
        assert_true(images_are(&w, &new));
        assert_int_equal(world_count(&w, ".journal"), 1);
        assert_int_equal(world_count(&w, ".pending"), 0);
        for (size_t d = 0; d < 2; d++) {
                assert_ok(world_disk(&w, d, false, NULL, &disk, &err));
                assert_ok(ow_undo_list(disk, &records, &n, &err));
                assert_int_equal(n, 1);
                assert_string_equal(records[0].title, "first");
                assert_int_equal(records[0].sequence, 1);
                assert_string_equal(records[0].journal, "/w/a.raw.offwin-0001.journal");
                ow_undo_list_free(records, n);
                ow_disk_close(disk);
        }
        assert_ok(do_undo(&w, &err));
        assert_true(images_are(&w, &old));
        assert_int_equal(world_count(&w, ""), 0);
        assert_fails(OW_E_ABSENT, do_undo(&w, &err));
        world_done(&w);
}

/* False when act needed fewer steps than cut. */
static bool cut_once(int (*act)(struct world *w, ow_error *err), bool committed_before, enum world_loss loss,
                     size_t cut, size_t first)
{
        struct world w;
        bool was_cut;

        make_world(&w);
        if (committed_before)
                assert_ok(do_commit(&w, NULL, &err));
        w.steps = 0;
        w.fail_at = cut;
        w.seed = (uint32_t)(cut * 31 + first);
        was_cut = act(&w, NULL) < 0 || w.steps >= cut;
        if (was_cut) {
                world_crash(&w, loss);
                check_after_crash(&w, first);
        }
        world_done(&w);
        return was_cut;
}

/* Cuts the power at every step of act and demands old or new, whichever disk is opened first afterwards. */
static void cut_everywhere(int (*act)(struct world *w, ow_error *err), bool committed_before)
{
        for (unsigned loss = 0; loss < WORLD_LOSSES; loss++) {
                size_t cut = 1;

                while (cut_once(act, committed_before, (enum world_loss)loss, cut, 0) &&
                       cut_once(act, committed_before, (enum world_loss)loss, cut, 1))
                        cut++;
                assert_true(cut > 10);
        }
}

static int commit_without_result(struct world *w, ow_error *err)
{
        return do_commit(w, NULL, err);
}

static void a_cut_commit_is_old_or_new(void **state)
{
        cut_everywhere(commit_without_result, false);
}

static void a_cut_undo_is_old_or_new(void **state)
{
        cut_everywhere(do_undo, true);
}

static void a_cut_recovery_is_old_or_new(void **state)
{
        for (unsigned loss = 0; loss < WORLD_LOSSES; loss++) {
                for (size_t cut = 1;; cut++) {
                        bool cut_through = false;

                        for (size_t again = 1; !cut_through; again++) {
                                struct world w;

                                make_world(&w);
                                w.fail_at = cut;
                                w.seed = (uint32_t)(cut * 17 + again);
                                if (do_commit(&w, NULL, NULL) == 0 && w.steps < cut) {
                                        world_done(&w);
                                        break;
                                }
                                world_crash(&w, (enum world_loss)loss);
                                w.fail_at = again;
                                cut_through = do_recover(&w, NULL) == 0 && w.steps < again;
                                world_crash(&w, (enum world_loss)loss);
                                check_after_crash(&w, again % 2);
                                world_done(&w);
                        }
                        if (!cut_through)
                                break;
                }
        }
}

/* A device that fails once: the call fails with its code and the images are what they were, or will be at next open. */
static void a_failing_device_leaves_old_or_new(void **state)
{
        static const int codes[] = { OW_E_NOSPACE, OW_E_IO };

        for (size_t undo = 0; undo < 2; undo++) {
                for (size_t fail = 1;; fail++) {
                        ow_error err = OW_ERROR_INIT;
                        struct world w;
                        int r;

                        make_world(&w);
                        if (undo)
                                assert_int_equal(do_commit(&w, NULL, NULL), 0);
                        w.steps = 0;
                        w.fail_at = fail;
                        w.fail_once = true;
                        w.fail_code = codes[fail % 2];
                        r = undo ? do_undo(&w, &err) : do_commit(&w, NULL, &err);
                        if (r < 0) {
                                assert_int_equal(r, w.fail_code);
                                assert_int_equal(err.code, r);
                        }
                        if (r == 0 && w.steps < fail) {
                                world_done(&w);
                                assert_true(fail > 10);
                                break;
                        }
                        if (r < 0 && !undo) {
                                world_crash(&w, WORLD_DROP);
                                assert_true(images_are(&w, &old));
                                assert_int_equal(world_count(&w, ".pending"), 0);
                        }
                        w.fail_at = 0;
                        check_after_crash(&w, fail % 2);
                        world_done(&w);
                }
        }
}

/* The nth allocation and all after it fail, until act needs fewer. */
static void no_allocation_may_fail_badly(void **state)
{
        for (size_t undo = 0; undo < 2; undo++) {
                int r = OW_E_NOMEM;

                for (size_t nth = 1; r != 0; nth++) {
                        struct world w;

                        make_world(&w);
                        if (undo)
                                assert_ok(do_commit(&w, NULL, &err));
                        ow_alloc_fail_from(nth);
                        r = undo ? do_undo(&w, NULL) : do_commit(&w, NULL, NULL);
                        ow_alloc_fail_from(0);
                        assert_true(r == 0 || r == OW_E_NOMEM);
                        check_after_crash(&w, nth % 2);
                        world_done(&w);
                        assert_true(nth < 500);
                }
        }
}

static void nothing_changed_leaves_no_journal(void **state)
{
        ow_commit_result result = { 1, 1, NULL };
        ow_disk *disks[2];
        struct world w;

        make_world(&w);
        assert_ok(open_both(&w, disks, &err));
        assert_ok(ow_disk_write(disks[0], 100, old.bytes[0] + 100, 5000, &err));
        assert_ok(ow_transaction_commit(disks, 2, "nothing", &result, &err));
        assert_null(result.journal);
        assert_int_equal(result.extents, 0);
        assert_int_equal(w.steps, 0);
        close_both(disks);
        world_done(&w);
}

static void undo_goes_backwards_and_only_so_far(void **state)
{
        ow_disk *disks[2];
        struct world w;

        make_world(&w);
        assert_ok(do_commit(&w, NULL, &err));
        assert_ok(open_both(&w, disks, &err));
        assert_ok(ow_disk_write(disks[1], 4096, "second", 6, &err));
        assert_ok(ow_transaction_commit(disks, 2, "second", NULL, &err));
        /* What a has to undo was on both disks. */
        assert_fails(OW_E_INVAL, ow_transaction_undo(disks, 1, NULL, &err));
        assert_ok(ow_transaction_undo(disks + 1, 1, NULL, &err));
        assert_true(images_are(&w, &new));
        /* Now the first is the newest on both, but takes both. */
        assert_fails(OW_E_INVAL, ow_transaction_undo(disks, 1, NULL, &err));
        assert_fails(OW_E_INVAL, ow_transaction_undo(disks + 1, 1, NULL, &err));
        assert_ok(ow_transaction_undo(disks, 2, NULL, &err));
        assert_true(images_are(&w, &old));
        close_both(disks);
        world_done(&w);
}

static void undo_stops_where_the_guest_wrote(void **state)
{
        ow_error err = OW_ERROR_INIT;
        struct world w;

        make_world(&w);
        assert_int_equal(do_commit(&w, NULL, NULL), 0);
        w.images[1].file->now[4096 + 1234] ^= 1;
        assert_int_equal(do_undo(&w, &err), OW_E_CONFLICT);
        assert_int_equal(err.where, 4096 + 1024);
        assert_non_null(strstr(err.text, "/w/b.raw"));
        assert_true(image_is(&w, 0, &new));
        assert_int_equal(world_count(&w, ".journal"), 1);
        assert_int_equal(world_count(&w, ".pointer"), 1);
        world_done(&w);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(commit_changes_both_and_undo_takes_all_back),
                cmocka_unit_test(nothing_changed_leaves_no_journal),
                cmocka_unit_test(a_cut_commit_is_old_or_new),
                cmocka_unit_test(a_cut_undo_is_old_or_new),
                cmocka_unit_test(a_cut_recovery_is_old_or_new),
                cmocka_unit_test(a_failing_device_leaves_old_or_new),
                cmocka_unit_test_setup_teardown(a_cut_commit_is_old_or_new, set_apart, set_plain),
                cmocka_unit_test_setup_teardown(a_cut_undo_is_old_or_new, set_apart, set_plain),
                cmocka_unit_test_setup_teardown(a_cut_recovery_is_old_or_new, set_apart, set_plain),
                cmocka_unit_test_setup_teardown(a_failing_device_leaves_old_or_new, set_apart, set_plain),
                cmocka_unit_test_setup_teardown(a_cut_commit_is_old_or_new, set_resizing, set_plain),
                cmocka_unit_test_setup_teardown(a_cut_commit_is_old_or_new, set_apart_resizing, set_plain),
                cmocka_unit_test_setup_teardown(a_cut_undo_is_old_or_new, set_resizing, set_plain),
                cmocka_unit_test_setup_teardown(a_cut_undo_is_old_or_new, set_apart_resizing, set_plain),
                cmocka_unit_test_setup_teardown(a_cut_recovery_is_old_or_new, set_resizing, set_plain),
                cmocka_unit_test_setup_teardown(a_cut_recovery_is_old_or_new, set_apart_resizing, set_plain),
                cmocka_unit_test_setup_teardown(a_failing_device_leaves_old_or_new, set_resizing, set_plain),
                cmocka_unit_test_setup_teardown(a_failing_device_leaves_old_or_new, set_apart_resizing, set_plain),
                cmocka_unit_test(no_allocation_may_fail_badly),
                cmocka_unit_test_setup_teardown(no_allocation_may_fail_badly, set_resizing, set_plain),
                cmocka_unit_test(undo_goes_backwards_and_only_so_far),
                cmocka_unit_test(undo_stops_where_the_guest_wrote),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
