/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Editing services in a plan: one service in one control set, what it is, and how it is to start. */
#ifndef FIX_SERVICE_EDIT_H
#define FIX_SERVICE_EDIT_H

#include <offwin/service-plan.h>

#include "fix/action.h"
#include "fix/ledger.h"

#define SERVICES_PATH "HKLM\\SYSTEM\\CurrentControlSet\\Services"

enum { START_BOOT, START_SYSTEM, START_AUTO, START_DEMAND, START_DISABLED, START_UNKNOWN = -1 };

/* A service in one control set, as the plan has made it so far. */
struct service_at {
        char *where;                        /* HKLM\SYSTEM\ControlSet001\Services\Name */
        const char *name;                   /* the end of where: as its key is spelled */
        int64_t type, start, error_control; /* -1: absent, or no DWORD */
};

/* Fills *ret for where. 1, or 0 when there is no such key. *ret: service_at_done(). */
int service_at_read(ow_plan *plan, ow_guest *guest, const char *where, struct service_at *ret, ow_error *err);
void service_at_done(struct service_at *at);

/* "ntfs" is in every control set of ours: calls fn for each. OW_E_ABSENT when none has it, OW_E_INVAL no such name.
 */
typedef int (*service_fn)(struct fix_job *job, const struct service_at *at, void *state, ow_error *err);
int service_each(struct fix_job *job, const char *name, service_fn fn, void *state, ow_error *err);

/* The job's rows that make at start so, StartOverride along with it. */
int service_start_rows(struct fix_job *job, const struct service_at *at, uint32_t start, bool delayed, ow_error *err);

/* Says among what the plan skips which services no longer start by themselves, when the plan disables the one called
 * name. */
int service_tell_left_behind(struct fix_job *job, const char *name, ow_error *err);

/* A DWORD as the plan has made it so far: 1, 0 absent or another type, < 0. */
int service_dword(ow_plan *plan, ow_guest *guest, const char *where, const char *name, uint32_t *ret, ow_error *err);

/*
 * A row for a value that an earlier part of the plan may have changed as well: like fix_job_value(), and changes the
 * row that is there. data NULL: it goes.
 */
int service_value(struct fix_job *job, const char *where, const char *name, uint32_t type, const void *data,
                  size_t size, ow_error *err);

#endif
