/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A vendor pack that is acted on: what its parts share, and what each does with one sign. */
#ifndef FIX_VENDOR_PLAN_H
#define FIX_VENDOR_PLAN_H

#include "fix/action.h"
#include "fix/vendor.h"

struct vendor_work {
        ow_plan *plan;
        ow_guest *guest;
        const ow_fix *fix;   /* the pack */
        unsigned flags;      /* OW_VENDOR_* */
        struct fix_job *job; /* whose rows they are */
        size_t changes;      /* rows added, as far as they were counted */
        ow_buffer uninstall; /* lines for uninstall.json */
        size_t n_uninstall;
};

void vendor_own_rows(struct vendor_work *w, size_t first);
void vendor_work_done(struct vendor_work *w);

/* A service that goes leaves the lists of network providers in the control set of its key where. */
int vendor_leave_providers(struct vendor_work *w, const char *where, const char *name, ow_error *err);
int vendor_remove_task(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err);
int vendor_remove_program(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err);
int vendor_remove_folder(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err);

/* Lines for the uninstall commands of the pack; the file of them, when there are any (docs/firstboot.md). */
int vendor_collect_uninstall(struct vendor_work *w, const ow_vendor_pack *pack, ow_error *err);
int vendor_uninstall_write(struct vendor_work *w, ow_error *err);

/* Judges a pack as a fix, and adds the rows that disable it. As fix_run() in plan.h. */
int vendor_job_run(struct fix_job *job, enum ow_fix_status *status, ow_buffer *reason, ow_error *err);

#endif
