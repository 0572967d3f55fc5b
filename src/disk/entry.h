/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A journal as one of its disks finds it: directly in its own folder, or through a pointer. */
#ifndef DISK_ENTRY_H
#define DISK_ENTRY_H

#include "disk/disk.h"
#include "disk/record.h"

struct entry {
        struct journal journal;
        struct folder *folder;          /* that holds the journal */
        char *base;                     /* the journal's file is record_name(base, record) in folder */
        struct record record;           /* pending, done or undoing */
        uint32_t index;                 /* which disk of the journal the asking disk is */
};

void entry_done(struct entry *entry);

/*
 * Opens what record of disk stands for; folder is the disk's. size_bytes: the disk's after the commit, ENTRY_ANY_SIZE:
 * not known. 1 found, 0 the journal never came to be or is gone.
 * OW_E_CONFLICT: it is a journal of another image; OW_E_CORRUPT; OW_E_ABSENT: the journal's folder cannot be found.
 */
int entry_open(const ow_disk *disk, struct folder *folder, struct record record, uint64_t size_bytes, struct entry *ret,
               ow_error *err);

#define ENTRY_ANY_SIZE UINT64_MAX

/* True when described is this disk, of whatever size. */
bool entry_is_disk(const ow_disk *disk, const struct journal_disk *described);

#endif
