/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/hivefile.h - a registry hive as a file by itself, with the logs that lie beside it.
 *
 * The same promises as for a machine: edits go through a transaction over the hive and its logs, so they are all or
 * nothing, leave an undo record, and are refused while somebody else has the file open.
 */
#ifndef OFFWIN_HIVEFILE_H
#define OFFWIN_HIVEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/disk.h>
#include <offwin/error.h>
#include <offwin/hive.h>

OW_BEGIN_DECLS

typedef struct ow_hivefile ow_hivefile;

typedef struct ow_hivefile_options {
        bool writable;
        bool accept_dirty;              /* also a dirty hive that no log completes */
        bool ignore_logs;               /* as if no log were there: the hive as it lies in its file */
        const char *journal_dir;        /* NULL: beside the file */
        const char *const *logs;        /* paths; NULL: NAME.LOG, NAME.LOG1, NAME.LOG2 beside it, in any case */
        size_t n_logs;
        ow_log log;
} ow_hivefile_options;

/* 1 the file starts as a hive does, or a log of a hive beside it says so; 0 not; < 0 error. */
OW_API int ow_hivefile_detect(const char *path, ow_error *err);

/**
 * ow_hivefile_open - open a hive file and load its hive, replaying its logs in memory
 * @options:  may be NULL: read-only
 * @ret_file: the caller's: ow_hivefile_close()
 *
 * Return: as ow_disk_open() and ow_hive_load().
 */
OW_API int ow_hivefile_open(const char *path, const ow_hivefile_options *options, ow_hivefile **ret_file,
                            ow_error *err);
OW_APIV void ow_hivefile_close(ow_hivefile *file);

OW_APIV ow_hive *ow_hivefile_hive(ow_hivefile *file);   /* the file's; dies with it */

/* Writes a new hive file (ow_hive_new(), ow_hive_compact()). OW_E_EXISTS when there is such a file. */
OW_API int ow_hivefile_create(const char *path, ow_hive *hive, uint64_t now, ow_error *err);

/**
 * ow_hivefile_commit - save the hive into its file, make its logs invalid, and commit both as one transaction
 * @title: for undo lists
 * @now:   FILETIME
 * @ret:   may be NULL; ow_commit_result_done()
 *
 * A replayed hive is written too (reg recover), edited or not. Return: as ow_hive_save() and ow_transaction_commit().
 */
OW_API int ow_hivefile_commit(ow_hivefile *file, const char *title, uint64_t now, ow_commit_result *ret,
                              ow_error *err);

/* Reads the committed file anew, so that what is on it can be compared with what was meant. */
OW_API int ow_hivefile_reload(ow_hivefile *file, ow_error *err);

/* The disks of the transaction, the hive first: for undo and undo lists. The file's. */
OW_APIV ow_disk *const *ow_hivefile_disks(ow_hivefile *file, size_t *ret_count);

OW_END_DECLS

#endif
