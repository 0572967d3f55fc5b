/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An open machine and one Windows on it; the known fixes; and the way of commands that carry out a plan. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/machine.h>
#include <offwin/report.h>

#include "options.h"

struct session {
        ow_machine *machine;
        ow_guest *guest;                /* NULL until session_open_guest() */
        size_t guest_index;
};

#define AUTO_SESSION __attribute__((cleanup(session_close))) struct session

void session_close(struct session *session);

/* Opens the disks that disks names, and --disk; or an OW_E_*. */
int session_open(const struct arguments *arguments, const struct text_list *disks, bool writable,
                 struct session *ret, ow_error *err);

/* The Windows that --root means, or the only one. */
int session_open_guest(const struct arguments *arguments, struct session *session, ow_error *err);

/* Before hives are worked on: lets the limits of this process grow with their size (supervise.h). */
void session_expect_hives(ow_guest *guest);

/* Reads the disks anew, and the same Windows on them. The guest and what came from it is gone. */
int session_reload(struct session *session, ow_error *err);

/* Fixes of the installation (or of the build tree) and of --fix-dir. */
int load_fixes(const struct arguments *arguments, ow_fix_set **ret, ow_error *err);

static inline void free_fixes(ow_fix_set **set)
{
        ow_fix_set_free(*set);
}
#define AUTO_FIXES __attribute__((cleanup(free_fixes))) ow_fix_set *

/* A command that is a plan: add decides what is to change. */
struct plan_state {
        ow_plan *plan;                  /* run_plan()'s: begun before add, finished after it */
        bool dry;                       /* only shown: may be incomplete */
        bool files_only;                /* does not need the machine's hives */
        int (*add)(struct plan_state *state, ow_guest *guest, ow_error *err);
        int (*make)(ow_guest *guest, ow_plan **ret, ow_error *err); /* instead of add: a whole plan at once */
        void *more;
};

/*
 * Make, apply in memory, show, confirm, commit, open anew and verify. With --dry-run or --check the image is opened
 * read-only and the way ends after showing. title is kept with the undo record. Returns an exit code.
 */
int run_plan(const struct arguments *arguments, const struct text_list *disks, const char *title,
             struct plan_state *state);

#endif
