/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The work on an image is done by a child process, so that whatever the bytes of the image make of it - a crash of
 * libntfs-3g, memory that grows without end, a loop - is one clear sentence and an exit code of this program. The
 * child does everything, the commit included; the parent only waits. It passes signals on and ends as the child did.
 */
#ifndef CLI_SUPERVISE_H
#define CLI_SUPERVISE_H

#include <stdint.h>

#include "options.h"

/* What a crash of the worker means for the image. */
enum stage {
        STAGE_READING,                  /* nothing was written */
        STAGE_WRITING,                  /* a commit is under way: the journal decides */
        STAGE_WRITTEN,                  /* it is on the image */
};

/*
 * The worker's: it is about to handle so many bytes of hives or files, whose size is no secret of a damaged image: its
 * limits of memory and time grow with them. More than the host can give is never allowed.
 */
void supervise_expect(uint64_t bytes);

/* Runs the command of arguments. Returns its exit code, in the worker and in the program that waits for it. */
int supervise(const struct arguments *arguments);

/* The worker's: from now on, this is what would be said about it. */
void supervise_stage(enum stage stage);

#endif
