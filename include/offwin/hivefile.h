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
        bool ignore_logs;               /* as if no log were there: the hive as it lies in its file, for reading only */
        bool disks_only;                /* the files and their journals only: ow_hivefile_hive() is NULL (undo) */
        const char *journal_dir;        /* NULL: beside the file */
        const char *const *logs;        /* paths; NULL: NAME.LOG, NAME.LOG1, NAME.LOG2 beside it, in any case */
        size_t n_logs;                  /* at most 3 */
        ow_log log;
        int (*opened)(void *opened_state, ow_error *err);       /* called when the files are open and before anything in
                                           them is parsed: the place to give up privileges. < 0 fails the open */
        void *opened_state;
} ow_hivefile_options;

/**
 * ow_hivefile_detect - is this a hive file, and not the image of a disk?
 *
 * Decided by content: "regf" at the start, or bins where they belong and beside the file a log that can replace a lost
 * base block. Everything that is no regular file is not a hive.
 * Return: 1 a hive, 0 not, < 0 error.
 */
OW_API int ow_hivefile_detect(const char *path, ow_error *err);

/**
 * ow_hivefile_open - open a hive file and load its hive, replaying its logs in memory
 * @options:  may be NULL: read-only
 * @ret_file: the caller's: ow_hivefile_close()
 *
 * A dirty hive that no log completes opens for reading all the same: see ow_hivefile_stale().
 * Return: as ow_disk_open() and ow_hive_load(); OW_E_DIRTY such a hive, wanted writable without accept_dirty;
 *         OW_E_REFUSED the file ends like a disk image.
 */
OW_API int ow_hivefile_open(const char *path, const ow_hivefile_options *options, ow_hivefile **ret_file,
                            ow_error *err);

/* Drops what was not committed. NULL is fine. */
OW_APIV void ow_hivefile_close(ow_hivefile *file);

OW_APIV ow_hive *ow_hivefile_hive(ow_hivefile *file);           /* the file's; dies with it */
OW_APIV const char *ow_hivefile_name(const ow_hivefile *file);  /* as given to ow_hivefile_open() */
OW_APIV uint64_t ow_hivefile_size(const ow_hivefile *file);     /* bytes, as a commit would leave it */

/* The hive was not closed and no log completes it: its last changes are missing. */
OW_APIV bool ow_hivefile_stale(const ow_hivefile *file);

/* 0 when the hive may be edited; OW_E_DIRTY: it is stale and that was not accepted. */
OW_API int ow_hivefile_editable(const ow_hivefile *file, ow_error *err);

/* The disks of the transaction, the hive first: for undo and undo lists. The file's. */
OW_APIV ow_disk *const *ow_hivefile_disks(ow_hivefile *file, size_t *ret_count);

/* ---- paths ---- */

/*
 * Where Windows shows the hive: "HKEY_LOCAL_MACHINE\\SYSTEM", "HKEY_CURRENT_USER", ... Guessed from the name inside
 * the hive, else from the name of the file, unless it is set, in any spelling of ow_reg_path_parse(): what comes back
 * then begins with the full name of the root, as .reg text needs it. The file's.
 */
OW_APIV const char *ow_hivefile_prefix(const ow_hivefile *file);
OW_API int ow_hivefile_set_prefix(ow_hivefile *file, const char *prefix, ow_error *err);

/* The guess for a hive that is no file yet; the caller's: ow_text_free(). */
OW_API int ow_hivefile_guess_prefix(const char *path, const ow_hive *hive, char **ret, ow_error *err);

/* What a key of .reg text means: 1 path lies where the prefix says, or begins at the root of the hive ("\\Select"); 0
 * it lies elsewhere; OW_E_INVAL it has no root. */
OW_API int ow_hivefile_fits(const ow_hivefile *file, const char *path, ow_error *err);

/**
 * ow_hivefile_resolve - a registry path to a path below the root of the hive
 * @path:     relative to the root ("Select"), or with a root of the registry ("HKLM\\SYSTEM\\Select"): then what the
 *            prefix says goes; of a hive whose place is not known, because neither its names say it nor the prefix was
 *            set, else the root and, below HKLM and HKU, one name more. "" and "\\" are the root itself
 * @ret_path: the caller's: ow_text_free()
 *
 * CurrentControlSet leads through Select. Return: 0; OW_E_INVAL not a path, or it lies elsewhere.
 */
OW_API int ow_hivefile_resolve(ow_hivefile *file, const char *path, char **ret_path, ow_error *err);

/* As ow_hivefile_resolve(), but CurrentControlSet becomes each set that the next boot may use (see
 * ow_registry_expand()). *ret is the caller's: ow_registry_paths_free(). */
OW_API int ow_hivefile_expand(ow_hivefile *file, const char *path, char ***ret, size_t *ret_count, ow_error *err);

/* 0 when what is made at path, as ow_hivefile_expand() gives it, lasts. OW_E_REFUSED: Software\\Classes of a user:
 * it belongs into UsrClass.dat; Windows removes it from NTUSER.DAT at logon. */
OW_API int ow_hivefile_lasts(const ow_hivefile *file, const char *path, ow_error *err);

/* ---- writing ---- */

/* Writes hive (ow_hive_new(), ow_hive_compact()) to a new file, flushed to disk. Nothing is left of a failed one.
 * OW_E_EXISTS when there is such a file. */
OW_API int ow_hivefile_create(const char *path, ow_hive *hive, uint64_t now, ow_error *err);

/* Puts hive in the place of the file's own, which is closed; the next commit writes all of it. Takes hive over. */
OW_APIV void ow_hivefile_replace(ow_hivefile *file, ow_hive *hive);

/**
 * ow_hivefile_commit - save the hive into its file, make its logs invalid, and commit both as one transaction
 * @title: for undo lists
 * @now:   FILETIME
 * @ret:   may be NULL; ow_commit_result_done()
 *
 * A replayed hive is written too, edited or not. What was written is read back and compared.
 * Return: as ow_hive_save() and ow_transaction_commit(); OW_E_IO it reads back differently.
 */
OW_API int ow_hivefile_commit(ow_hivefile *file, const char *title, uint64_t now, ow_commit_result *ret,
                              ow_error *err);

/* Loads the committed file anew; keys and values of before are gone. After an error it can only be closed. */
OW_API int ow_hivefile_reload(ow_hivefile *file, ow_error *err);

OW_END_DECLS

#endif
