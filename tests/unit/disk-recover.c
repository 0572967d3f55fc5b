/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What opening a disk makes of a cut-off change that it cannot simply finish, and what keeps an undo away. */
#include "test.h"

#include "disk-pair.h"

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

/* The names of both folders, as in world_count(), after the unfinished change was given up on disk d. */
static void forget_and_look(struct world *w, size_t d)
{
        const char *const companions[] = { w->images[0].path, w->images[1].path };
        ow_disk_options options = { .flags = OW_DISK_WRITABLE | OW_DISK_FORGET, .companions = companions,
                                    .n_companions = 2 };
        struct disk_place place = { .name = "x", .format = "raw", .path = w->images[d].path,
                                    .base = w->images[d].path + 3, .folder = "/w", .host = &w->host };
        ow_disk *disk;

        assert_ok(disk_open_store(world_store(w, w->images[d].file, NULL, false), &place, &options, &disk, &err));
        ow_disk_close(disk);
        assert_int_equal(world_count(w, ".pending"), 0);
        assert_int_equal(world_count(w, ".forgotten"), 1);
        for (size_t i = 0; i < 2; i++) {
                assert_ok(world_disk(w, i, true, NULL, &disk, &err));
                ow_disk_close(disk);
        }
        assert_int_equal(world_count(w, ".pending-pointer"), 0);
        assert_fails(OW_E_ABSENT, do_undo(w, &err));
}

static void a_change_that_cannot_be_finished_is_forgotten_when_asked(void **state)
{
        for (size_t d = 0; d < 2; d++) {
                struct world w;
                uint8_t byte;

                leave_pending(&w);
                w.fail_at = 0;
                byte = w.images[0].file->now[50000] ^= 0x55;
                forget_and_look(&w, d);
                assert_int_equal(w.images[0].file->now[50000], byte);
                assert_true(image_is(&w, 1, &old));
                /* The next change gets another number, and an undo of its own. */
                assert_ok(do_commit(&w, NULL, &err));
                assert_int_equal(world_count(&w, "a.raw.offwin-0002.journal"), 1);
                assert_ok(do_undo(&w, &err));
                assert_true(image_is(&w, 1, &old));
                world_done(&w);
        }
}

static void what_can_be_finished_is_not_forgotten(void **state)
{
        const char *const companions[] = { "/w/a.raw", "/w/b.raw" };
        ow_disk_options options = { .flags = OW_DISK_WRITABLE | OW_DISK_FORGET, .companions = companions,
                                    .n_companions = 2 };
        struct disk_place place = { .name = "a", .format = "raw", .path = "/w/a.raw", .base = "a.raw", .folder = "/w" };
        struct world w;
        ow_disk *disk;

        leave_pending(&w);
        w.fail_at = 0;
        place.host = &w.host;
        assert_ok(disk_open_store(world_store(&w, w.images[0].file, NULL, false), &place, &options, &disk, &err));
        ow_disk_close(disk);
        assert_true(images_are(&w, &new));
        assert_int_equal(world_count(&w, ".forgotten"), 0);
        world_done(&w);
}

static void what_keeps_an_undo_away_is_told(void **state)
{
        ow_undo_difference *differences;
        struct world w;
        ow_disk *disk;
        size_t n;

        make_world(&w);
        assert_ok(do_commit(&w, NULL, &err));
        assert_ok(world_disk(&w, 1, false, NULL, &disk, &err));
        assert_ok(ow_undo_differences(disk, &differences, &n, &err));
        assert_int_equal(n, 0);
        ow_undo_differences_free(differences);
        w.images[1].file->now[4096 + 1234] ^= 1;
        w.images[1].file->now[4096 + 1600] ^= 1;
        w.images[1].file->now[9000] ^= 1;               /* not of the change */
        w.images[1].file->now[SIZE_B - 1] ^= 1;
        assert_ok(ow_undo_differences(disk, &differences, &n, &err));
        assert_int_equal(n, 2);
        assert_int_equal(differences[0].offset, 4096 + 1024);
        assert_int_equal(differences[0].size, 1024);
        assert_int_equal(differences[0].partition, 0);
        assert_int_equal(differences[1].offset, SIZE_B - 300);
        assert_int_equal(differences[1].size, 300);
        ow_undo_differences_free(differences);
        ow_disk_close(disk);
        world_done(&w);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_machine_started_in_between_is_left_alone),
                cmocka_unit_test(a_pending_change_needs_all_its_disks),
                cmocka_unit_test(a_disk_elsewhere_is_written_only_when_named),
                cmocka_unit_test(a_damaged_pending_journal_is_refused),
                cmocka_unit_test(a_change_that_cannot_be_finished_is_forgotten_when_asked),
                cmocka_unit_test(what_can_be_finished_is_not_forgotten),
                cmocka_unit_test(what_keeps_an_undo_away_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
