/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/disk.h - one disk image, and the transaction that changes several of them together.
 *
 * Reads come from the image. Writes land in an overlay in memory: nothing reaches the image before
 * ow_transaction_commit(), which journals the old and the new bytes first and so is all or nothing, also across a
 * power cut. The same journal is the undo record. See docs/formats/journal.md.
 * Not thread-safe per handle.
 */
#ifndef OFFWIN_DISK_H
#define OFFWIN_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/io.h>

OW_BEGIN_DECLS

typedef struct ow_disk ow_disk;

enum ow_disk_flags {
        OW_DISK_WRITABLE = 1 << 0,      /* may be committed to; takes an exclusive lock on the image */
        OW_DISK_ALLOW_OUTSIDE = 1 << 1, /* the header may name files outside the image's own folder */
        OW_DISK_FORGET = 1 << 2,        /* writable: give up a cut-off commit that cannot be finished; see there */
};

typedef struct ow_disk_options {
        unsigned flags;                 /* OW_DISK_* */
        const char *journal_dir;        /* where journals are looked for and written; NULL: beside the image */
        ow_log log;
        const char *const *companions;  /* paths of the other disks of the machine, as the user named them */
        size_t n_companions;            /* finishing a cut-off commit may write to these; see ow_disk_open() */
} ow_disk_options;

/**
 * ow_disk_open - open a raw file, a block device, an image that qemu reads, or an nbd URI
 * @name:     a path, or nbd://host/export, nbd+unix:///export?socket=PATH
 * @options:  may be NULL: read-only, journal beside the image
 * @ret_disk: the caller's: ow_disk_close()
 *
 * The format is told from the header by our own look and given to qemu-nbd by name. A pending journal (a commit
 * that was cut off) is honoured: a read-only disk shows the finished state and writes nothing, a writable one is
 * finished on the image first. When the commit had several disks, the others are opened and finished with it if they
 * lie in the same folder or are named as companions; otherwise the writable open is refused and names them.
 *
 * A cut-off commit cannot be finished any more when somebody changed the image in between (the machine was started) or
 * its journal is damaged. OW_DISK_FORGET then keeps the image as it is, with whatever part of the change had reached
 * it, and keeps the journal under another name, where nobody looks for it again.
 *
 * Return: 0; OW_E_ABSENT no such file; OW_E_DIRTY somebody else (a running VM, another offwin) has the image open, or
 *         a cut-off commit needs other disks; OW_E_READONLY wanted writable and is not; OW_E_UNSUPPORTED a format
 *         that cannot be written, or qemu-nbd is not installed; OW_E_REFUSED a header that names files elsewhere;
 *         OW_E_CONFLICT the image was changed after a commit was cut off; OW_E_CORRUPT a damaged journal or image
 *         header; OW_E_IO; OW_E_NOMEM.
 */
OW_API int ow_disk_open(const char *name, const ow_disk_options *options, ow_disk **ret_disk, ow_error *err);

/* Drops the overlay and everything uncommitted. NULL is fine. */
OW_APIV void ow_disk_close(ow_disk *disk);

OW_APIV const char *ow_disk_name(const ow_disk *disk);          /* as given to ow_disk_open() */
OW_APIV const char *ow_disk_format(const ow_disk *disk);        /* "raw", "qcow2", "vpc", "vhdx", "vmdk", ... */
OW_APIV uint64_t ow_disk_size(const ow_disk *disk);             /* bytes the guest sees */
OW_APIV bool ow_disk_writable(const ow_disk *disk);             /* opened with OW_DISK_WRITABLE */

/* Fills buf with size bytes at offset as the guest would see them after a commit. OW_E_INVAL past the end. */
OW_API int ow_disk_read(ow_disk *disk, uint64_t offset, void *buf, size_t size, ow_error *err);

/* Changes the overlay only; works on a read-only disk too (a dry run). OW_E_INVAL past the end. */
OW_API int ow_disk_write(ow_disk *disk, uint64_t offset, const void *buf, size_t size, ow_error *err);

/**
 * ow_disk_set_size - make a plain file longer (by zeros) or shorter with the next commit
 * @size: bytes; ow_disk_size() from now on
 *
 * For hive files by themselves; the images of machines keep their size. Part of the transaction: works on a read-only
 * disk too (a dry run), an undo takes it back, what a shorter file loses is in the journal. What is cut off here does
 * not come back when the size grows again before the commit.
 *
 * Return: 0; OW_E_UNSUPPORTED not a raw regular file; OW_E_LIMIT more than 2 GiB longer than the file is; OW_E_NOMEM;
 *         OW_E_IO. On error nothing has changed.
 */
OW_API int ow_disk_set_size(ow_disk *disk, uint64_t size, ow_error *err);

/* Forgets everything written since the open or the last commit. */
OW_APIV void ow_disk_discard(ow_disk *disk);

/**
 * ow_disk_next_change - walk the extents that a commit would write, in disk order
 * @offset:   in: where to look from; out: first changed byte
 * @ret_size: bytes of the extent (a multiple of 512 unless the disk ends earlier, now or after the commit)
 *
 * Blocks that equal what the image holds already are not changes. With another size (ow_disk_set_size()) all that only
 * the longer one of the two has is a change, from the sector on in which the shorter one ends; ow_disk_read() gives
 * no more of it than ow_disk_size() says.
 * Return: 1 found, 0 no more, < 0 error.
 */
OW_API int ow_disk_next_change(ow_disk *disk, uint64_t *offset, uint64_t *ret_size, ow_error *err);

/* ---- partitions ---- */

enum ow_partition_scheme { OW_SCHEME_NONE, OW_SCHEME_MBR, OW_SCHEME_GPT };

typedef struct ow_partition {
        uint32_t number;                /* MBR 1-4 primary, 5+ logical; GPT slot + 1; 0: the whole disk */
        uint64_t offset;                /* bytes from the start of the disk */
        uint64_t size;                  /* bytes */
        uint8_t mbr_type;               /* MBR only */
        bool active;                    /* MBR only: boot flag */
        uint8_t gpt_type[16];           /* GPT only, as on disk */
        uint8_t gpt_id[16];             /* GPT only, as on disk: the unique GUID of the partition */
        char name[112];                 /* GPT only, UTF-8 */
} ow_partition;

typedef struct ow_partition_table {
        enum ow_partition_scheme scheme;
        uint32_t sector_size;           /* bytes, 512 or 4096 */
        uint32_t mbr_signature;         /* at 0x1B8; Windows knows the disk by it */
        uint8_t gpt_disk_id[16];
        bool gpt_from_backup;           /* the primary header or its entries were bad */
        ow_partition *partitions;       /* by number */
        size_t n_partitions;
        char warning[240];              /* a problem that does not keep us from reading on, or "" */
} ow_partition_table;

/**
 * ow_partition_table_read - MBR (primary and logical), GPT (CRCs checked, backup when the primary is bad), or none
 *
 * A bare file system gives scheme NONE and one partition over the whole disk. Entries past the end of the disk are
 * kept and named in warning; overlapping ones are OW_E_CORRUPT.
 * Return: 0, or OW_E_FORMAT neither table nor file system; OW_E_CORRUPT; OW_E_LIMIT; OW_E_IO; OW_E_NOMEM.
 * Source: docs/formats/partitions.md.
 */
OW_API int ow_partition_table_read(ow_disk *disk, ow_partition_table *ret, ow_error *err);
OW_APIV void ow_partition_table_done(ow_partition_table *table);

/* ---- commit, recovery, undo ---- */

typedef struct ow_commit_result {
        uint64_t bytes_changed;         /* bytes of the extents that differed and were written */
        uint64_t extents;
        char *journal;                  /* path of the journal, now the undo record; NULL when nothing changed */
} ow_commit_result;

/**
 * ow_transaction_commit - make what the overlays of disks hold true on the images: all or nothing
 * @disks:  all opened with OW_DISK_WRITABLE
 * @title:  what this change is, one line, kept in the journal for undo lists
 * @ret:    may be NULL; ow_commit_result_done()
 *
 * Order: drop unchanged blocks; write the journal (before- and after-image, checksums); fsync it and its folder;
 * write the images; flush them; mark the journal done. A failure before the journal is complete leaves the images
 * as they were; after that point the images are written back from the before-images.
 *
 * Return: 0; OW_E_READONLY; OW_E_CONFLICT the image changed since it was read; OW_E_REFUSED a block device or nbd URI
 *         without journal_dir; OW_E_NOSPACE or OW_E_IO while journalling (images untouched) or writing (text says in
 *         which state they are).
 */
OW_API int ow_transaction_commit(ow_disk *const *disks, size_t n_disks, const char *title, ow_commit_result *ret,
                                 ow_error *err);
OW_APIV void ow_commit_result_done(ow_commit_result *result);

typedef struct ow_undo_record {
        char *journal;                  /* path */
        char *title;                    /* as given to ow_transaction_commit() */
        uint64_t time;                  /* FILETIME of the commit */
        uint64_t bytes_changed;
        uint32_t sequence;              /* 1, 2, ... per image; the highest is undone first */
} ow_undo_record;

/* A run of sectors that are not what the newest commit wrote there. */
typedef struct ow_undo_difference {
        uint64_t offset;                /* bytes from the start of the disk */
        uint64_t size;                  /* bytes */
        uint32_t partition;             /* its number; 0: in none, or there is no table */
        uint64_t partition_offset;      /* bytes from the start of that partition */
} ow_undo_difference;

/**
 * ow_undo_differences - what keeps the newest commit on disk from being undone
 * @ret: in disk order, at most 1000; the caller's: ow_undo_differences_free()
 *
 * A file of another size differs from the smaller of the two sizes on.
 * Return: 0, also with none; OW_E_ABSENT no undo record; OW_E_CORRUPT; OW_E_IO; OW_E_NOMEM.
 */
OW_API int ow_undo_differences(ow_disk *disk, ow_undo_difference **ret, size_t *ret_count, ow_error *err);
OW_APIV void ow_undo_differences_free(ow_undo_difference *differences);

/* All undo records of disk, newest first; *ret is the caller's: ow_undo_list_free(). */
OW_API int ow_undo_list(ow_disk *disk, ow_undo_record **ret, size_t *ret_count, ow_error *err);
OW_APIV void ow_undo_list_free(ow_undo_record *records, size_t count);

/**
 * ow_transaction_undo - put the before-images of the newest journal back, all or nothing, and retire the journal
 * @disks: the same disks that the commit had, all writable
 *
 * Return: 0; OW_E_ABSENT nothing to undo; OW_E_CONFLICT blocks changed since the commit (err->where: first such
 *         byte; the VM was started), or the journal is of another image; OW_E_CORRUPT the journal is damaged.
 */
OW_API int ow_transaction_undo(ow_disk *const *disks, size_t n_disks, ow_commit_result *ret, ow_error *err);

OW_END_DECLS

#endif
