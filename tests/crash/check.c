/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One state: what read-only disks show, what writable ones make of it, and whether the two agree. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

void scene_close(struct scene *scene, ow_disk *disks[MAX_IMAGES])
{
        for (size_t i = 0; i < scene->n_images; i++) {
                ow_disk_close(disks[i]);
                disks[i] = NULL;
        }
}

static int open_one(struct scene *scene, size_t i, bool writable, ow_disk **ret, ow_error *err)
{
        const char *companions[MAX_IMAGES];
        ow_disk_options options = { .flags = writable ? OW_DISK_WRITABLE : 0, .companions = companions,
                                    .n_companions = scene->n_images };

        for (size_t k = 0; k < scene->n_images; k++)
                companions[k] = scene->paths[k];
        return ow_disk_open(scene->paths[i], &options, ret, err);
}

int scene_open(struct scene *scene, bool writable, ow_disk *disks[MAX_IMAGES], ow_error *err)
{
        for (size_t i = 0; i < scene->n_images; i++)
                disks[i] = NULL;
        for (size_t i = 0; i < scene->n_images; i++) {
                int r = open_one(scene, i, writable, &disks[i], err);

                if (r < 0) {
                        scene_close(scene, disks);
                        return r;
                }
        }
        return 0;
}

static bool shows(struct scene *scene, unsigned image, ow_disk *disk, const struct content *ref)
{
        uint8_t bytes[SECTOR];

        if (ow_disk_size(disk) != ref->size)
                return false;
        for (size_t slot = 0; slot < scene->n_slots[image]; slot++) {
                uint64_t start = (scene->sectors[image] ? scene->sectors[image][slot] : slot) * SECTOR;
                uint64_t left = start >= ref->size ? 0 : ref->size - start;
                size_t size = left < SECTOR ? (size_t)left : SECTOR;

                if (size > 0 && (ow_disk_read(disk, start, bytes, size, NULL) < 0 ||
                                 memcmp(bytes, ref->bytes + slot * SECTOR, size) != 0))
                        return false;
        }
        return true;
}

/* 0 old, 1 new, -1 neither, or not the same on all disks. */
static int shown_state(struct scene *scene, ow_error *err)
{
        ow_disk *disks[MAX_IMAGES];
        int state = -1;

        if (scene_open(scene, false, disks, err) < 0)
                return -1;
        for (int candidate = 0; candidate < 2 && state < 0; candidate++) {
                bool all = true;

                for (unsigned i = 0; i < scene->n_images && all; i++)
                        all = shows(scene, i, disks[i], &scene->refs[candidate][i]);
                if (all)
                        state = candidate;
        }
        scene_close(scene, disks);
        if (state < 0)
                (void)ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "what is shown is neither old nor new");
        return state;
}

/* The disks one by one, from the front or from behind, or all together. */
static int open_for_writing(struct scene *scene, uint64_t luck, ow_error *err)
{
        ow_disk *disks[MAX_IMAGES] = { NULL };
        int r = 0;

        if (luck & 1) {
                r = scene_open(scene, true, disks, err);
                scene_close(scene, disks);
                return r;
        }
        for (size_t i = 0; i < scene->n_images && r == 0; i++) {
                ow_disk *disk;

                r = open_one(scene, luck & 2 ? i : scene->n_images - 1 - i, true, &disk, err);
                if (r == 0)
                        ow_disk_close(disk);
        }
        return r;
}

static int undo(struct scene *scene, ow_error *err)
{
        ow_disk *disks[MAX_IMAGES];
        ow_disk *changed[MAX_IMAGES];
        size_t n = 0;
        int r = scene_open(scene, true, disks, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < scene->n_images; i++)
                changed[n++] = disks[i];
        r = ow_transaction_undo(changed, n, NULL, err);
        scene_close(scene, disks);
        return r;
}

static bool images_are(const struct scene *scene, int state)
{
        for (unsigned i = 0; i < scene->n_images; i++)
                if (!content_equal(scene, i, &scene->there[i], &scene->refs[state][i]))
                        return false;
        return true;
}

static int leftovers(struct scene *scene, int state, ow_error *err)
{
        if (scene_count(scene, ".partial") || scene_count(scene, ".pending") || scene_count(scene, ".undoing") ||
            scene_count(scene, ".journal") != (size_t)state)
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "the records beside the images are not those of the %s "
                               "state", state ? "new" : "old");
        return 0;
}

/* Lets act work on the folder; what it does is added to ops. */
static int watched(struct scene *scene, int (*act)(struct scene *, uint64_t, ow_error *), uint64_t luck,
                   struct ops *ops, ow_error *err)
{
        int r;

        record_start(scene->folder, ops);
        r = act(scene, luck, err);
        record_stop();
        scene_follow(scene, ops);
        return r;
}

static int look_act(struct scene *scene, uint64_t luck, ow_error *err)
{
        (void)luck;
        return shown_state(scene, err);
}

static int undo_act(struct scene *scene, uint64_t luck, ow_error *err)
{
        (void)luck;
        return undo(scene, err);
}

int check_state(struct scene *scene, const struct state *state, uint64_t luck, struct ops *ret_recovery,
                ow_error *err)
{
        struct ops ops = { NULL, 0, 0 };
        size_t n_looked;
        int shown, r;

        scene_lay(scene, state);
        shown = watched(scene, look_act, 0, &ops, err);
        n_looked = ops.count;
        ops_done(&ops);
        if (n_looked && shown >= 0)
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "reading wrote to the folder");
        if (shown < 0)
                return -1;
        r = watched(scene, open_for_writing, luck, ret_recovery, err);
        if (r < 0)
                return -1;
        if (!images_are(scene, shown))
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "reading showed the %s state, the images hold another",
                               shown ? "new" : "old");
        r = leftovers(scene, shown, err);
        if (r < 0 || !shown || luck % 8)
                return r < 0 ? -1 : shown;
        r = watched(scene, undo_act, 0, &ops, err);
        ops_done(&ops);
        if (r == 0 && !images_are(scene, 0))
                r = ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "undo did not bring the old state back");
        return r < 0 ? -1 : shown;
}
