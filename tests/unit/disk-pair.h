/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two disks of a world (disk-world.h) with one change of both: before, after, and what may be between. */
#ifndef TESTS_UNIT_DISK_PAIR_H
#define TESTS_UNIT_DISK_PAIR_H

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

static inline int set_apart(void **state)
{
        apart = true;
        return 0;
}

/* The first disk becomes longer and the second one shorter. */
static bool resizing;

static inline int set_resizing(void **state)
{
        resizing = true;
        return 0;
}

static inline int set_apart_resizing(void **state)
{
        apart = resizing = true;
        return 0;
}

static inline int set_plain(void **state)
{
        apart = resizing = false;
        return 0;
}

static inline void make_world(struct world *w)
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

static inline int open_both(struct world *w, ow_disk *disks[2], ow_error *err)
{
        int r = world_disk(w, 0, true, NULL, &disks[0], err);

        if (r < 0)
                return r;
        r = world_disk(w, 1, true, NULL, &disks[1], err);
        if (r < 0)
                ow_disk_close(disks[0]);
        return r;
}

static inline void close_both(ow_disk *disks[2])
{
        ow_disk_close(disks[0]);
        ow_disk_close(disks[1]);
}

static inline int write_changes(ow_disk *disks[2], ow_error *err)
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

static inline int do_commit(struct world *w, ow_commit_result *ret, ow_error *err)
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

static inline int do_undo(struct world *w, ow_error *err)
{
        ow_disk *disks[2];
        int r = open_both(w, disks, err);

        if (r < 0)
                return r;
        r = ow_transaction_undo(disks, 2, NULL, err);
        close_both(disks);
        return r;
}

static inline int do_recover(struct world *w, ow_error *err)
{
        ow_disk *disks[2];
        int r = open_both(w, disks, err);

        if (r == 0)
                close_both(disks);
        return r;
}

static inline bool image_is(struct world *w, size_t d, const struct content *content)
{
        return w->images[d].file->now_size == content->sizes[d] &&
               memcmp(w->images[d].file->now, content->bytes[d], content->sizes[d]) == 0;
}

static inline bool images_are(struct world *w, const struct content *content)
{
        return image_is(w, 0, content) && image_is(w, 1, content);
}

static inline bool disk_shows(ow_disk *disk, size_t d, const struct content *content)
{
        static uint8_t got[LONG_A];

        if (ow_disk_size(disk) != content->sizes[d])
                return false;
        assert_ok(ow_disk_read(disk, 0, got, content->sizes[d], &err));
        return memcmp(got, content->bytes[d], content->sizes[d]) == 0;
}

/* What read-only disks show: 0 old, 1 new; anything else fails. Nothing may be written meanwhile. */
static inline int shown_state(struct world *w)
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
static inline void check_after_crash(struct world *w, size_t first)
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

#endif
