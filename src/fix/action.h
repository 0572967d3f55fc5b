/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Changes that no fix file names: what a command does to services, adapters, devices. They go the way of fixes: rows
 * of a plan under a head of their own, so that showing, the ledger, verification and undo need not know the
 * difference.
 *
 * A plan grows part by part (ow_plan_begin, ow_plan_add_fixes and the calls of each area, ow_plan_finish). A part
 * that changes what an earlier part changed must look at the plan first: plan_now(), and plan_list_edit() for lists
 * that several parts edit.
 */
#ifndef FIX_ACTION_H
#define FIX_ACTION_H

#include "fix/plan.h"

/* What a part of a plan says of itself; every text is copied. */
struct fix_action {
        const char *name;               /* "services" */
        const char *title;              /* one line, as an order: "Set how services start" */
        const char *why;
        bool temporary;                 /* its value and new-key rows go into the ledger */
};

/*
 * Starts a job under a head that the plan owns; the same name gives the same head. The job then takes the calls of
 * plan.h: fix_job_value(), fix_job_dword(), fix_job_each(). fix_action_done() when it is over.
 */
int fix_action_begin(struct fix_job *job, ow_plan *plan, ow_guest *guest, const struct fix_action *action,
                     ow_error *err);
void fix_action_done(struct fix_job *job);

/* The value rows of this head go into the ledger, where settle leaves them: how it was can be looked up later. */
void fix_action_keep(struct fix_job *job);

/* OW_E_ABSENT with the reason when a hive or drive that the job asked for is not there: what a person asked for is
 * not done in part. */
int fix_action_complete(const struct fix_job *job, ow_error *err);

/*
 * A DWORD (NULL: its absence) in every concrete place of path, to stay: what a temporary fix lent there is no longer
 * lent, also where it is so already.
 */
int fix_job_dword_for_good(struct fix_job *job, const char *path, const char *name, const uint32_t *number,
                           ow_error *err);

/* What will be at a place (name NULL: the key) once the plan is applied. *ret: ow_blob_done(&ret->data). */
int plan_now(const ow_plan *plan, ow_guest *guest, const char *where, const char *name, ow_datum *ret, ow_error *err);

/*
 * Takes names out of a list of names (REG_MULTI_SZ; a REG_SZ is a list of one) and puts others at its end, both
 * compared as Windows compares names. Works on what the plan has made of the list so far. An emptied list is removed
 * when drop_empty is set. remove and add end with NULL, and may be NULL. A value that is not there and gets nothing
 * stays absent; one of another type is OW_E_UNSUPPORTED.
 */
int plan_list_edit(struct fix_job *job, const char *where, const char *name, const char *const *remove,
                   const char *const *add, bool drop_empty, ow_error *err);

/* A text as the plan has made it so far; "" when it is absent or no string. *ret is the caller's. */
int plan_text_now(ow_plan *plan, ow_guest *guest, const char *where, const char *name, char **ret, ow_error *err);

/* The key where, with all below it, goes. Nothing when it is not there (or goes already). */
int fix_job_remove_key(struct fix_job *job, const char *where, ow_error *err);

#endif
