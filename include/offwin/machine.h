/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/machine.h - a machine: its disks, their volumes, and the Windows installations found there.
 * Not thread-safe. Everything handed out is the machine's and dies with it unless said otherwise.
 */
#ifndef OFFWIN_MACHINE_H
#define OFFWIN_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/disk.h>
#include <offwin/error.h>
#include <offwin/hive.h>
#include <offwin/io.h>
#include <offwin/volume.h>

OW_BEGIN_DECLS

typedef struct ow_machine ow_machine;
typedef struct ow_guest ow_guest;

typedef struct ow_machine_options {
        bool writable;                  /* will be committed: locks, and the safety refusals of volumes */
        bool allow_outside;             /* disk images may name files outside their own folder */
        bool accept_dirty;              /* load dirty hives whose logs are missing or do not apply */
        bool discard_hibernation;       /* with writable: OW_VOLUME_DISCARD_HIBERNATION on each volume */
        const char *journal_dir;        /* NULL: beside the image */
        ow_log log;
        /* Called when all disks are open and nothing of them was parsed, to give up privileges (offwin/sandbox.h).
         * A negative OW_E_* ends the opening. May be NULL. */
        int (*opened)(void *state, ow_error *err);
        void *opened_state;
} ow_machine_options;

/**
 * ow_machine_open - open disks as one machine and look for Windows on them
 * @names: as for ow_disk_open()
 *
 * A volume that cannot be read (BitLocker, damaged) does not fail the call: it is listed with its reason. With
 * writable, a Windows volume that must not be written to fails only when it is asked for (ow_guest_open()).
 *
 * Of several disks, one that holds neither a partition table nor a file system counts as empty.
 * Return: 0 (also when no Windows was found: see ow_machine_guest_count()), or the error of a disk or its
 *         partition table.
 */
OW_API int ow_machine_open(const char *const *names, size_t n_names, const ow_machine_options *options,
                           ow_machine **ret_machine, ow_error *err);
/* Closes its guests too. Drops everything that was not committed. NULL is fine. */
OW_APIV void ow_machine_close(ow_machine *machine);

/**
 * ow_machine_reload - forget everything that was read and look at the disks anew, for reading only
 *
 * What was not committed is dropped; guests and volumes of this machine are closed. What a commit wrote is read back
 * from the images. The disks stay open and locked, which saves starting their servers again.
 * Return: as ow_machine_open(). After an error the machine can only be closed.
 */
OW_API int ow_machine_reload(ow_machine *machine, ow_error *err);

/* The disks in the order of their names; index below the count. */
OW_APIV size_t ow_machine_disk_count(const ow_machine *machine);
OW_APIV ow_disk *ow_machine_disk(ow_machine *machine, size_t index);
OW_APIV const ow_partition_table *ow_machine_partition_table(const ow_machine *machine, size_t disk);

typedef struct ow_machine_volume {
        size_t disk;                    /* index */
        const ow_partition *partition;
        enum ow_volume_kind kind;
        ow_volume *volume;              /* NULL when it cannot be read */
        ow_error why_not;               /* when volume is NULL, or (code < 0) why it must not be written to */
} ow_machine_volume;

/* The partitions of all disks, in order; index below the count. */
OW_APIV size_t ow_machine_volume_count(const ow_machine *machine);
OW_APIV const ow_machine_volume *ow_machine_volume_get(const ow_machine *machine, size_t index);

/* Installations in order of disk and partition. root is the folder, e.g. "Windows", "WINNT". */
OW_APIV size_t ow_machine_guest_count(const ow_machine *machine);
OW_APIV size_t ow_machine_guest_volume(const ow_machine *machine, size_t guest);      /* index of its volume */
OW_APIV const char *ow_machine_guest_root(const ow_machine *machine, size_t guest);
/* What a person can tell it by and --root takes: "disk1:partition2:Windows"; "disk1:Windows" without a table. */
OW_APIV const char *ow_machine_guest_id(const ow_machine *machine, size_t guest);

/**
 * ow_machine_find_guest - the installation that a user means
 * @root: NULL (then there must be exactly one), an id, a folder name, or a number from 1
 *
 * Return: 0; OW_E_ABSENT no Windows, or none by that name; OW_E_INVAL several match (text lists them); OW_E_REFUSED on
 *         a writable machine where BitLocker, ReFS, a dynamic disk or Storage Spaces is what hides it.
 */
OW_API int ow_machine_find_guest(ow_machine *machine, const char *root, size_t *ret_guest, ow_error *err);

/**
 * ow_guest_open - read what an installation is: see offwin/guest.h for the facts
 *
 * Return: 0, also when hives are missing or damaged (facts get fewer; ow_guest_problem() says so); on a writable
 *         machine the volume's refusal (OW_E_REFUSED, OW_E_DIRTY) is returned here.
 */
OW_API int ow_guest_open(ow_machine *machine, size_t guest, ow_guest **ret_guest, ow_error *err);
OW_APIV void ow_guest_close(ow_guest *guest);

/**
 * ow_machine_commit - save hives, flush volumes, and commit all disks as one transaction
 *
 * Hives of every open guest are saved into their files first, their logs made invalid. See ow_transaction_commit().
 */
OW_API int ow_machine_commit(ow_machine *machine, const char *title, ow_commit_result *ret, ow_error *err);

OW_END_DECLS

#endif
