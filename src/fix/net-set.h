/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Giving an adapter its addressing, as a part of what is asked for, and as the end of a hand-over. */
#ifndef FIX_NET_SET_H
#define FIX_NET_SET_H

#include "fix/net.h"

/* As ow_plan_set_adapter(), under job's head. */
int net_set(struct fix_job *job, size_t index, const ow_addressing *want, const struct net_users *users,
            ow_error *err);

/* It is of a kind that a person gives addresses to. */
bool net_takes_addresses(const ow_adapter *a);

/* Before Vista a persistent route always has a metric, and 1 is what it gets by itself. net_set() does it too. */
void net_set_metrics(ow_guest *guest, ow_addressing *want);

/* ow_plan_set_adapter() beside others that the same plan changes. */
int net_set_beside(ow_plan *plan, ow_guest *guest, size_t index, const ow_addressing *want,
                   const struct net_users *users, ow_error *err);

/*
 * OW_E_INVAL when one of the addresses is another adapter's that is no ghost and not going, or gets to one by the same
 * plan, or waits for one. index: of the adapter that gets them, or whose identity they are; who: what gets them.
 */
int net_check_others(struct fix_job *job, const char *who, size_t index, const ow_addressing *want,
                     const struct net_users *users, ow_error *err);

/* Renames an adapter to "<name> (old)", so that its name is free. */
int net_step_aside(struct fix_job *job, size_t index, ow_error *err);

#endif
