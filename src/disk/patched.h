/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store with the bytes of an unfinished commit laid over it, for looking at an image that must not be written to. */
#ifndef DISK_PATCHED_H
#define DISK_PATCHED_H

#include "disk/journal.h"
#include "disk/store.h"

/* Lays the named image of disk index over *inout, which becomes the patched store. On failure it stays as it was. */
int patched_wrap(struct store **inout, const struct journal *journal, uint32_t index, enum journal_image image,
                 ow_error *err);

#endif
