/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files about hive files share; the calls are those of offwin/hivefile.h. */
#ifndef GUEST_HIVEFILE_H
#define GUEST_HIVEFILE_H

#include <offwin/hivefile.h>

#include "base/macros.h"

enum { HIVEFILE_MAX_LOGS = 3 };

struct ow_hivefile {
        char *name;                     /* as given */
        char *prefix;
        bool accept_dirty, ignore_logs;
        bool stale;                     /* dirty, and no log completes it */
        ow_disk *disks[1 + HIVEFILE_MAX_LOGS];  /* the hive, then its logs that are not empty */
        size_t n_disks;
        ow_source source;               /* of disks[0] */
        ow_hive *hive;                  /* NULL with disks_only */
};

OW_DEFINE_AUTO(ow_hivefile, ow_hivefile_close);

/* hivefile-logs.c: paths of the logs beside path, in the order .LOG, .LOG1, .LOG2; the caller's, each and all. */
int hivefile_find_logs(const char *path, char *logs[HIVEFILE_MAX_LOGS], size_t *ret_count, ow_error *err);

#endif
