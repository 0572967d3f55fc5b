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
        bool placed;                    /* prefix is more than a guess: a name that is known, or set */
        bool accept_dirty, ignore_logs;
        bool stale;                     /* dirty, and no log completes it */
        ow_disk *disks[1 + HIVEFILE_MAX_LOGS];  /* the hive, then its logs that are not empty */
        size_t n_disks;
        ow_source source;               /* of disks[0] */
        ow_hive *hive;                  /* NULL with disks_only */
};

OW_DEFINE_AUTO(ow_hivefile, ow_hivefile_close);

/*
 * hivefile-logs.c: takes the validity from a log of size bytes by zeroing its first sector. The file stays, with its
 * size and its clusters, so that next to nothing changes on disk; Windows ignores it beside a clean hive and writes a
 * new header when it needs one.
 */
int guest_log_invalidate(const ow_sink *sink, uint64_t size, ow_error *err);

/* hivefile-logs.c: paths of the logs beside path, in the order .LOG, .LOG1, .LOG2; the caller's, each and all. */
int hivefile_find_logs(const char *path, char *logs[HIVEFILE_MAX_LOGS], size_t *ret_count, ow_error *err);

/* hivefile-path.c: where Windows shows the hive, by the names it has, and whether they are known ones. */
int hivefile_guess_prefix(const char *path, const ow_hive *hive, char **ret, bool *ret_known, ow_error *err);

#endif
