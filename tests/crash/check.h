/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Judging one state of a scene. */
#ifndef TESTS_CRASH_CHECK_H
#define TESTS_CRASH_CHECK_H

#include "explore.h"

/*
 * Lays state into the folder, opens it for reading and then for writing. 0: both gave the old state, 1: the new one,
 * < 0: anything else, told in err. ret_recovery gets what opening for writing did. luck varies the order of opening.
 */
int check_state(struct scene *scene, const struct state *state, uint64_t luck, struct ops *ret_recovery,
                ow_error *err);

#endif
