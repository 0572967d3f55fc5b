/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commit, undo and recovery on two disks, with the power cut or a device failing at every single step. */
#include "test.h"

#include "disk-world.h"

enum { SIZE_A = 60 * 1024, SIZE_B = 16 * 1024 + 300 };

enum { LONG_A = SIZE_A + 7000, SHORT_B = 5 * 1024 + 77 };

struct content {
        size_t sizes[2];
        uint8_t bytes[2][LONG_A];
};
static struct content old, new;

/* What the commit of these tests changes: two places on each disk, the odd end of b among them. */
static const struct { size_t disk, offset, size; } changes[] = {
        { 0, 0, 512 }, { 0, 50000, 9000 }, { 1, 4096, 4096 }, { 1, SIZE_B - 100, 100 },
};

/* The second disk in a folder of its own. */
static bool apart;

static int set_apart(void **state)
{
        apart = true;
        return 0;
}

/* The first disk becomes longer and the second one shorter. */
static bool resizing;

static int set_resizing(void **state)
{
        resizing = true;
        return 0;
}

static int set_apart_resizing(void **state)
{
        apart = resizing = true;
        return 0;
}

static int set_plain(void **state)
{
        apart = resizing = false;
        return 0;
}

static void make_world(struct world *w)
{
        const char *const paths[2] = { "/w/a.raw", apart ? "/v/b.raw" : "/w/b.raw" };

        world_init(w);
        old = (struct content){ .sizes = { SIZE_A, SIZE_B } };
        for (size_t d = 0; d < 2; d++)
                for (size_t i = 0; i < old.sizes[d]; i++)
                        old.bytes[d][i] = (uint8_t)(i * 7 + i / 512 + d);
        new = old;
        for (size_t i = 0; i < OW_COUNT(changes); i++)
                memset(new.bytes[changes[i].disk] + changes[i].offset, 0xc0 + (int)i, changes[i].size);
        if (resizing) {
                new.sizes[0] = LONG_A;          /* the last 1000 new bytes stay zero */
                memset(new.bytes[0] + SIZE_A, 0xd0, LONG_A - SIZE_A - 1000);
                new.sizes[1] = SHORT_B;
                memset(new.bytes[1] + SHORT_B - 30, 0xd1, 30);
        }
        for (size_t d = 0; d < 2; d++)
                world_add_image(w, d, paths[d], old.bytes[d], old.sizes[d]);
}

static int open_both(struct world *w, ow_disk *disks[2], ow_error *err)
{
        int r = world_disk(w, 0, true, NULL, &disks[0], err);

        if (r < 0)
                return r;
        r = world_disk(w, 1, true, NULL, &disks[1], err);
        if (r < 0)
                ow_disk_close(disks[0]);
        return r;
}

static void close_both(ow_disk *disks[2])
{
        ow_disk_close(disks[0]);
        ow_disk_close(disks[1]);
}

static int write_changes(ow_disk *disks[2], ow_error *err)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < OW_COUNT(changes); i++)
                r = ow_disk_write(disks[changes[i].disk], changes[i].offset,
                                  new.bytes[changes[i].disk] + changes[i].offset, changes[i].size, err);
        for (size_t d = 0; r == 0 && resizing && d < 2; d++)
                r = ow_disk_set_size(disks[d], new.sizes[d], err);
        if (r == 0 && resizing)
                r = ow_disk_write(disks[0], SIZE_A, new.bytes[0] + SIZE_A, LONG_A - SIZE_A - 1000, err);
        if (r == 0 && resizing)
                r = ow_disk_write(disks[1], SHORT_B - 30, new.bytes[1] + SHORT_B - 30, 30, err);
        return r;
}

static int do_commit(struct world *w, ow_commit_result *ret, ow_error *err)
{
        ow_disk *disks[2];
        int r = open_both(w, disks, err);

        if (r < 0)
                return r;
        r = write_changes(disks, err);
        if (r == 0)
                r = ow_transaction_commit(disks, 2, "first", ret, err);
        close_both(disks);
        return r;
}

static int do_undo(struct world *w, ow_error *err)
{
        ow_disk *disks[2];
        int r = open_both(w, disks, err);

        if (r < 0)
                return r;
        r = ow_transaction_undo(disks, 2, NULL, err);
        close_both(disks);
        return r;
}

static int do_recover(struct world *w, ow_error *err)
{
        ow_disk *disks[2];
        int r = open_both(w, disks, err);

        if (r == 0)
                close_both(disks);
        return r;
}

static bool image_is(struct world *w, size_t d, const struct content *content)
{
        return w->images[d].file->now_size == content->sizes[d] &&
               memcmp(w->images[d].file->now, content->bytes[d], content->sizes[d]) == 0;
}

static bool images_are(struct world *w, const struct content *content)
{
        return image_is(w, 0, content) && image_is(w, 1, content);
}

static bool disk_shows(ow_disk *disk, size_t d, const struct content *content)
{
        static uint8_t got[LONG_A];

        if (ow_disk_size(disk) != content->sizes[d])
                return false;
        assert_ok(ow_disk_read(disk, 0, got, content->sizes[d], &err));
        return memcmp(got, content->bytes[d], content->sizes[d]) == 0;
}

/* What read-only disks show: 0 old, 1 new; anything else fails. Nothing may be written meanwhile. */
static int shown_state(struct world *w)
{
        size_t steps = w->steps;
        int state[2];

        for (size_t d = 0; d < 2; d++) {
                ow_disk *disk;

                assert_ok(world_disk(w, d, false, NULL, &disk, &err));
                state[d] = disk_shows(disk, d, &old) ? 0 : disk_shows(disk, d, &new) ? 1 : -1;
                ow_disk_close(disk);
        }
        assert_int_equal(w->steps, steps);
        assert_true(state[0] >= 0);
        assert_int_equal(state[0], state[1]);
        return state[0];
}

/* Opens for writing, one disk alone or both, and looks at the images themselves. */
static void check_after_crash(struct world *w, size_t first)
{
        int state = shown_state(w);
        ow_disk *disk;

        assert_ok(world_disk(w, first, true, NULL, &disk, &err));
        ow_disk_close(disk);
        assert_ok(world_disk(w, !first, true, NULL, &disk, &err));
        ow_disk_close(disk);
        assert_true(images_are(w, state ? &new : &old));
        assert_int_equal(world_count(w, ".partial"), 0);
        assert_int_equal(world_count(w, ".pending"), 0);
        assert_int_equal(world_count(w, ".undoing"), 0);
        assert_int_equal(world_count(w, ".pending-pointer"), 0);
        assert_int_equal(world_count(w, ".journal"), state);
        assert_int_equal(world_count(w, ".pointer"), state);
        assert_int_equal(shown_state(w), state);
        if (state) {
                assert_ok(do_undo(w, &err));
                world_crash(w, WORLD_DROP);             /* what was told done has to stay done */
                assert_true(images_are(w, &old));
        }
        assert_int_equal(world_count(w, ".journal"), 0);
        assert_int_equal(world_count(w, ".undoing"), 0);
}

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

/* A commit whose power went right after the journal was complete. */
static void leave_pending(struct world *w)
{
        make_world(w);
        for (w->fail_at = 1;; w->fail_at++) {
                size_t at = w->fail_at;

                (void)!do_commit(w, NULL, NULL);
                w->off = false;
                w->steps = 0;
                if (world_count(w, ".pending"))
                        return;
                world_done(w);
                make_world(w);
                w->fail_at = at;
        }
}

static void count_warnings(void *state, enum ow_log_level level, const char *text)
{
        *(int *)state += level == OW_LOG_WARNING;
}

static void a_machine_started_in_between_is_left_alone(void **state)
{
        int warnings = 0;
        ow_log log = { &warnings, count_warnings };
        uint8_t byte;
        struct world w;
        ow_disk *disk;

        leave_pending(&w);
        w.fail_at = 0;
        w.images[0].file->now[50000] ^= 0x55;
        for (size_t d = 0; d < 2; d++)
                assert_fails(OW_E_CONFLICT, world_disk(&w, d, true, NULL, &disk, &err));
        assert_true(image_is(&w, 1, &old));
        assert_ok(world_disk(&w, 0, false, &log, &disk, &err));
        assert_ok(ow_disk_read(disk, 50000, &byte, 1, &err));
        assert_int_equal(byte, old.bytes[0][50000] ^ 0x55);
        assert_int_equal(warnings, 1);
        ow_disk_close(disk);
        world_done(&w);
}

static void a_pending_change_needs_all_its_disks(void **state)
{
        struct world w;
        ow_disk *disk;

        leave_pending(&w);
        w.fail_at = 0;
        w.images[1].locked = true;
        assert_fails(OW_E_DIRTY, world_disk(&w, 0, true, NULL, &disk, &err));
        w.images[1].locked = false;
        w.images[0].path = "/w/gone.raw";
        assert_fails(OW_E_DIRTY, world_disk(&w, 1, true, NULL, &disk, &err));
        assert_true(images_are(&w, &old));
        w.images[0].path = "/w/a.raw";
        assert_ok(world_disk(&w, 1, true, NULL, &disk, &err));
        assert_true(images_are(&w, &new));
        ow_disk_close(disk);
        world_done(&w);
}

static void a_disk_elsewhere_is_written_only_when_named(void **state)
{
        ow_disk_options options = { .flags = OW_DISK_WRITABLE };
        struct disk_place place = { .name = "a", .format = "raw", .path = "/w/a.raw", .base = "a.raw", .folder = "/w" };
        struct world w;
        ow_disk *disk;

        apart = true;
        leave_pending(&w);
        apart = false;
        w.fail_at = 0;
        place.host = &w.host;
        assert_fails(OW_E_DIRTY, disk_open_store(world_store(&w, w.images[0].file, NULL, false), &place, &options,
                                                 &disk, &err));
        assert_true(images_are(&w, &old));
        assert_ok(world_disk(&w, 0, true, NULL, &disk, &err));
        assert_true(images_are(&w, &new));
        ow_disk_close(disk);
        world_done(&w);
}

static void a_damaged_pending_journal_is_refused(void **state)
{
        struct world w;
        ow_disk *disk;

        leave_pending(&w);
        w.fail_at = 0;
        for (int i = 0; i < WORLD_NAMES; i++) {
                const struct world_names *now = world_now(&w.folders[0]);

                if (now->at[i].file && strstr(now->at[i].name, ".pending") && !strstr(now->at[i].name, "pointer"))
                        now->at[i].file->now[700] ^= 1;         /* in the first before-image */
        }
        assert_fails(OW_E_CORRUPT, world_disk(&w, 0, true, NULL, &disk, &err));
        assert_fails(OW_E_CORRUPT, world_disk(&w, 0, false, NULL, &disk, &err));
        assert_true(images_are(&w, &old));
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
                cmocka_unit_test(a_disk_elsewhere_is_written_only_when_named),
                cmocka_unit_test(no_allocation_may_fail_badly),
                cmocka_unit_test_setup_teardown(no_allocation_may_fail_badly, set_resizing, set_plain),
                cmocka_unit_test(undo_goes_backwards_and_only_so_far),
                cmocka_unit_test(undo_stops_where_the_guest_wrote),
                cmocka_unit_test(a_machine_started_in_between_is_left_alone),
                cmocka_unit_test(a_pending_change_needs_all_its_disks),
                cmocka_unit_test(a_damaged_pending_journal_is_refused),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
