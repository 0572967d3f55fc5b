/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the ntfs*.c files share; no other file includes libntfs-3g's headers. Our names start with nt_ here, because
 * ntfs_ is taken. Rules that libntfs-3g needs from us:
 *  - one inode is open once: an open file keeps its inode in nt_fs.nodes, and every other use finds it there;
 *  - folders are open only inside a call, never across calls;
 *  - each call into the library happens between NT_CALL() and the end of its block.
 */
#ifndef VOLUME_NTFS_H
#define VOLUME_NTFS_H

/* libntfs-3g's headers include what they need only with its own config.h. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include <ntfs-3g/types.h>
#include <ntfs-3g/support.h>
#include <ntfs-3g/endians.h>
#include <ntfs-3g/layout.h>
#include <ntfs-3g/device.h>
#include <ntfs-3g/volume.h>
#include <ntfs-3g/inode.h>
#include <ntfs-3g/attrib.h>
#include <ntfs-3g/dir.h>

#include "base/macros.h"
#include "volume/ntfs-boot.h"
#include "volume/ops.h"

/* The partition as a device for libntfs-3g. */
struct nt_device {
        struct volume_window window;
        int64_t position;
        uint32_t sector_size;
        uint64_t reads_left;            /* in this call; a loop in the image's structures runs it down to 0 */
        uint8_t *patch;                 /* what $MFT and $MFTMirr are shown to start with; NULL: what is there */
        size_t patch_size;
        uint64_t patch_at[2];
        bool dropping;                  /* closing without a flush: writes are swallowed */
        ow_error error;                 /* the first failure below libntfs-3g in this call; code 0: none */
};

/* An open file. */
struct nt_node {
        struct nt_node *next;
        ntfs_inode *ni;
        ntfs_attr *na;                  /* its unnamed data */
        unsigned refs;
};

typedef struct nt_fs {
        ow_volume volume;               /* first */
        ow_log log;
        ntfs_volume *vol;
        struct nt_device device;
        struct nt_node *nodes;
        char said[200];                 /* libntfs-3g's last complaint in this call, "" if none */
        ow_error deferred;              /* closing a file failed; the next flush reports it */
        uint64_t serial;
        bool hibernated;
        bool unclean_journal;
        bool free_known;
        uint64_t free_bytes;
} nt_fs;

/* libntfs-3g's own macros for this do not compile with -Wconversion. */
static inline void nt_clear(unsigned long *state, unsigned bit)
{
        *state &= ~(1ul << bit);
}

static inline struct nt_fs *nt_fs_of(ow_volume *volume)
{
        return (struct nt_fs *)volume;
}

/* ---- ntfs-log.c: entering libntfs-3g, and what it says ---- */

struct nt_call {
        struct nt_fs *fs;
        struct nt_fs *outer;            /* a call from inside a caller's list function */
        uint64_t outer_reads_left;
};

struct nt_call nt_call_begin(struct nt_fs *fs);
void nt_call_end(struct nt_call *call);
#define NT_CALL(fs) __attribute__((cleanup(nt_call_end), unused)) struct nt_call nt_call_here = nt_call_begin(fs)

/* ow_fail() for errno from libntfs-3g; a failure of the disk below is passed on as it was. fmt names what failed. */
int nt_fail(struct nt_fs *fs, ow_error *err, int sys, const char *fmt, ...) OW_PRINTF(4, 5);

/* ---- ntfs-full.c ---- */

/*
 * OW_E_NOSPACE after ENOSPC: which end was reached, and what to do. needed: bytes by which a file was to grow; 0: a
 * file or a name was to be made.
 */
int nt_fail_full(struct nt_fs *fs, ow_error *err, uint64_t needed, const char *context);

/* ---- ntfs-device.c ---- */

extern struct ntfs_device_operations nt_device_operations;      /* not const: libntfs-3g's type is not */

/* ---- ntfs-mirror.c ---- */

/* Before mounting: fills device.patch when $MFT and $MFTMirr differ in their first records. */
int nt_mirror_prepare(struct nt_fs *fs, const struct ntfs_boot *boot, ow_error *err);

/* ---- ntfs-state.c: is it safe to write ---- */

/* Fills hibernated (hiberfil.sys holds a session) and unclean_journal (the restart pages of $LogFile). */
int nt_state_find(struct nt_fs *fs, ow_error *err);

/* OW_E_REFUSED or OW_E_DIRTY with the way on, or 0. */
int nt_state_check_writable(const struct nt_fs *fs, ow_error *err);

/* ---- ntfs-path.c ---- */

/* A closed inode; NULL is fine. A failure is kept in fs->deferred. */
void nt_inode_close(struct nt_fs *fs, ntfs_inode *ni);

/* The MFT record that name stands for in folder: 1 found, 0 absent, < 0 error. path is for messages. */
int nt_path_lookup(struct nt_fs *fs, ntfs_inode *folder, const struct volume_name *name, const char *path,
                   uint64_t *ret_record, ow_error *err);

/*
 * Opens the folder that holds the last name of path (1), or says that there is none (0). Junctions on the way are
 * refused. for_change: also refuses what belongs to the file system itself. skip: OW_E_INVAL when the way leads
 * through this record (0: none). *ret is the caller's: nt_inode_close().
 */
int nt_path_open_parent(struct nt_fs *fs, const struct volume_path *path, bool for_change, uint64_t skip,
                        ntfs_inode **ret, ow_error *err);

/* Record of the file or folder that path names: 1 found, 0 absent, < 0 error. */
int nt_path_find(struct nt_fs *fs, const struct volume_path *path, bool for_change, uint64_t *ret_record,
                 ow_error *err);

/* OW_E_REFUSED for $MFT and its like. */
int nt_path_check_record(uint64_t record, const char *path, ow_error *err);

/* Opens an inode that is not open as a file. */
int nt_inode_open(struct nt_fs *fs, uint64_t record, const char *path, ntfs_inode **ret, ow_error *err);

/* Reads the start of an attribute: at most size bytes. 1 and *ret_size, 0 there is no such attribute, < 0 error. */
int nt_attribute_read(struct nt_fs *fs, ntfs_inode *ni, ATTR_TYPES type, void *buf, size_t size, size_t *ret_size,
                      ow_error *err);

/* The tag of a reparse point; 0 when ni is none. */
int nt_reparse_tag(struct nt_fs *fs, ntfs_inode *ni, uint32_t *ret, ow_error *err);

/* ---- ntfs-list.c ---- */

int nt_stat(ow_volume *volume, const struct volume_path *path, ow_stat *ret, ow_error *err);
int nt_list(ow_volume *volume, const struct volume_path *path, ow_volume_list_fn fn, void *state, ow_error *err);

/* ---- ntfs-file.c ---- */

struct nt_node *nt_node_find(struct nt_fs *fs, uint64_t record);
int nt_node_sync_all(struct nt_fs *fs, ow_error *err);
void nt_node_drop_all(struct nt_fs *fs);

int nt_file_open(ow_volume *volume, const struct volume_path *path, unsigned flags, ow_file **ret, ow_error *err);
void nt_file_close(ow_file *file);
uint64_t nt_file_size(const ow_file *file);
int nt_file_read(ow_file *file, uint64_t offset, void *buf, size_t size, ow_error *err);
int nt_file_write(ow_file *file, uint64_t offset, const void *buf, size_t size, ow_error *err);
int nt_file_set_size(ow_file *file, uint64_t size, ow_error *err);
int nt_file_set_attributes(ow_file *file, uint32_t attributes, ow_error *err);

/* ---- ntfs-compressed.c ---- */

/* Before a write: stores the content of an NTFS-compressed file uncompressed. Does nothing for others. */
int nt_node_decompress(struct nt_fs *fs, struct nt_node *node, ow_error *err);

/* ---- ntfs.c ---- */

int nt_free_space(ow_volume *volume, uint64_t *ret, ow_error *err);

/* ---- ntfs-edit.c ---- */

/* Makes a file or folder named by the last name of path in parent, which it closes. *ret_record: what was made. */
int nt_create(struct nt_fs *fs, const struct volume_path *path, bool folder, ntfs_inode *parent,
              uint64_t *ret_record, ow_error *err);
int nt_create_folder(ow_volume *volume, const struct volume_path *path, ow_error *err);
int nt_remove(ow_volume *volume, const struct volume_path *path, ow_error *err);
int nt_rename(ow_volume *volume, const struct volume_path *from, const struct volume_path *to, ow_error *err);

#endif
