/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the list of what a run asked of the host to the states that a power cut could leave, and to what offwin makes
 * of each: the old state or the new one, exactly.
 */
#ifndef TESTS_CRASH_EXPLORE_H
#define TESTS_CRASH_EXPLORE_H

#include <offwin/disk.h>

#include "states.h"

struct tally {
        uint64_t *seen;                 /* hashes of states: open addressing, 0 is free */
        size_t n_seen, seen_room;
        size_t cases;                   /* distinct states */
        size_t ended[2];                /* in the old state, in the new one */
        size_t failed;
};

/* base with everything done that is in ops. */
struct state play(struct scene *scene, const struct state *base, const struct ops *ops);

/* Opens all disks of the scene, for writing or not. */
int scene_open(struct scene *scene, bool writable, ow_disk *disks[MAX_IMAGES], ow_error *err);
void scene_close(struct scene *scene, ow_disk *disks[MAX_IMAGES]);

/*
 * Tries states of ops on top of base until there were budget new ones or luck finds no more. told: the state that the
 * run ended with and told its caller. Some states whose recovery has something to do are explored a level deeper:
 * their recovery is cut again.
 */
void explore(struct scene *scene, const struct state *base, const struct ops *ops, int told, size_t budget,
             size_t deeper, struct tally *tally);

#endif
