/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The handle behind ow_disk, for the files of this room and for tests that bring their own store. */
#ifndef DISK_DISK_H
#define DISK_DISK_H

#include <offwin/disk.h>

#include "disk/overlay.h"
#include "disk/store.h"

struct ow_disk {
        char *name;                     /* as the caller gave it */
        const char *format;             /* static text */
        bool writable;
        struct store *store;
        struct overlay overlay;
        uint64_t stamp;                 /* of the store when it was opened or last committed to */
        ow_log log;
};

OW_DEFINE_AUTO(ow_disk, ow_disk_close);

/* Takes store over, also on failure. options may be NULL. */
int disk_open_store(struct store *store, const char *name, const char *format, const ow_disk_options *options,
                    ow_disk **ret, ow_error *err);

#endif
