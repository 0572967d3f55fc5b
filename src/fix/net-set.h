/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving an adapter its addressing, as a part of what is asked for, and as the end of a hand-over. */
#ifndef FIX_NET_SET_H
#define FIX_NET_SET_H

#include "fix/net.h"

/* As ow_plan_set_adapter(), under job's head. */
int net_set(struct fix_job *job, size_t index, const ow_addressing *want, const struct net_users *users,
            ow_error *err);

/* OW_E_INVAL when another adapter, no ghost and not going, has one of the addresses. index: SIZE_MAX for a new card.
 */
int net_check_others(const ow_network *network, size_t index, const ow_addressing *want,
                     const struct net_users *users, ow_error *err);

/* Renames an adapter to "<name> (old)", so that its name is free. */
int net_step_aside(struct fix_job *job, size_t index, ow_error *err);

#endif
