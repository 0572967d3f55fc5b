/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handle behind ow_disk, for the files of this room and for tests that bring their own store and host. */
#ifndef DISK_DISK_H
#define DISK_DISK_H

#include <offwin/disk.h>

#include "disk/folder.h"
#include "disk/overlay.h"
#include "disk/store.h"

/* Where a disk and its journals are. Only name must be set; all are copied. */
struct disk_place {
        const char *name;               /* as the caller gave it */
        const char *format;             /* static text */
        const char *path;               /* absolute, or URI; identifies the disk in journals */
        const char *base;               /* what its records are named after */
        const char *folder;             /* where its records are; NULL: nowhere, so it cannot be committed to */
        bool shared_folder;             /* the folder was named by the user and may hold records of namesakes */
        const struct host *host;        /* outlives the disk; NULL: no journals */
};

struct ow_disk {
        char *name;
        const char *format;
        char *path;
        char *base;
        char *folder;
        bool shared_folder;
        const struct host *host;
        bool writable;
        struct store *store;
        struct overlay overlay;
        uint64_t stamp;                 /* of the store when it was opened or last committed to */
        ow_log log;
};

OW_DEFINE_AUTO(ow_disk, ow_disk_close);

/* Takes store over, also on failure. options may be NULL. Honours a pending journal as ow_disk_open() does. */
int disk_open_store(struct store *store, const struct disk_place *place, const ow_disk_options *options,
                    ow_disk **ret, ow_error *err);

/* The folder of the disk's records. OW_E_REFUSED when it has none. */
int disk_open_folder(const ow_disk *disk, struct folder **ret, ow_error *err);

/* recover.c: what disk_open_store() calls last. */
int disk_recover(ow_disk *disk, const ow_disk_options *options, ow_error *err);

#endif
