/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the process may still do once it reads bytes of a guest: open the files that the command line names, and write
 * into the folders where undo records and reports go. No other file, no program, no socket (offwin/sandbox.h).
 */
#ifndef CLI_PRIVILEGES_H
#define CLI_PRIVILEGES_H

#include <stdbool.h>

#include <offwin/error.h>

#include "options.h"

/* Before anything is opened: the command opens so many machines or files, and privileges are dropped with the last. */
void privileges_expect(unsigned n_opened);

/* Before that, too: files and folders will be made in this folder of the host, and privileges keep that. */
void privileges_make_below(const char *folder);

/* Before that, too: these files are read. The list outlives the call. */
void privileges_read_too(const struct text_list *files);

struct privileges {
        const struct arguments *arguments;      /* its operands and --disk may be read */
        const struct text_list *disks;          /* and, when writable, their folders be written to */
        bool writable;
};

/* For the rest of the program; when all disks are open and nothing of them was parsed. 0 or an OW_E_*. */
int privileges_drop(const struct privileges *privileges, ow_error *err);

/* The same for ow_machine_options.opened; state is a struct privileges. */
int privileges_drop_at_open(void *state, ow_error *err);

#endif
