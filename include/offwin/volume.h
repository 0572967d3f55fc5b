/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/volume.h - a file system on a partition: NTFS through libntfs-3g, FAT by our own reader and writer.
 *
 * Paths are UTF-8, relative to the volume's root, with '\\' or '/' between names, matched without regard to case as
 * Windows does; "" and "\\" are the root. All writing goes to the disk's overlay. Not thread-safe.
 */
#ifndef OFFWIN_VOLUME_H
#define OFFWIN_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/disk.h>
#include <offwin/error.h>
#include <offwin/io.h>

OW_BEGIN_DECLS

typedef struct ow_volume ow_volume;
typedef struct ow_file ow_file;

enum ow_volume_kind {
        OW_VOLUME_UNKNOWN,              /* nothing we know: unformatted, foreign */
        OW_VOLUME_NTFS,
        OW_VOLUME_FAT,                  /* FAT12, FAT16, FAT32 */
        OW_VOLUME_EXFAT,                /* told, not read */
        OW_VOLUME_REFS,                 /* told, not read */
        OW_VOLUME_BITLOCKER,            /* told, not read */
        OW_VOLUME_LDM,                  /* part of a dynamic disk: told, not read */
        OW_VOLUME_STORAGE_SPACES,       /* told, not read */
        OW_VOLUME_RESERVED,             /* Microsoft reserved partition: no file system */
};

/* "NTFS", "FAT32", "BitLocker", ... Static storage. */
OW_APIV const char *ow_volume_kind_name(enum ow_volume_kind kind);

/* What a partition holds, told by its first sectors (and, for LDM and Spaces, its type). Never fails on odd bytes. */
OW_API int ow_volume_probe(ow_disk *disk, const ow_partition_table *table, const ow_partition *partition,
                           enum ow_volume_kind *ret, ow_error *err);

enum ow_volume_flags {
        OW_VOLUME_WRITABLE = 1 << 0,    /* refuse what is unsafe to write to: hibernated, unclean journal */
        /* With WRITABLE: a hibernated session is given up instead of refused. What was open and not saved in it is
         * lost, and Windows starts anew. The first 4 KiB of hiberfil.sys become zeros, as part of the transaction. */
        OW_VOLUME_DISCARD_HIBERNATION = 1 << 1,
};

/**
 * ow_volume_open - open the file system on a partition
 * @disk: must outlive the volume
 *
 * Return: 0; OW_E_UNSUPPORTED BitLocker, ReFS, dynamic disk, Storage Spaces, exFAT (one clear sentence each);
 *         OW_E_FORMAT nothing known; OW_E_CORRUPT; OW_E_REFUSED or OW_E_DIRTY with OW_VOLUME_WRITABLE:
 *         hibernated or fast startup, unclean $LogFile; the text names the way on.
 */
OW_API int ow_volume_open(ow_disk *disk, const ow_partition_table *table, const ow_partition *partition,
                          unsigned flags, const ow_log *log, ow_volume **ret_volume, ow_error *err);

/* Drops what was not flushed. NULL is fine. */
OW_APIV void ow_volume_close(ow_volume *volume);

/* Puts everything the file system still holds in memory into the disk's overlay. Before each commit. */
OW_API int ow_volume_flush(ow_volume *volume, ow_error *err);

typedef struct ow_volume_info {
        enum ow_volume_kind kind;
        char kind_name[16];             /* "NTFS", "FAT12", "FAT16", "FAT32" */
        char label[128];                /* UTF-8 */
        uint64_t serial;
        uint64_t size;                  /* bytes the file system covers */
        uint64_t free;                  /* bytes; 0 until ow_volume_free_space() has counted them */
        uint32_t cluster_size;          /* bytes */
        bool hibernated;                /* hiberfil.sys holds a session (hibernation or fast startup) */
        bool unclean_journal;           /* $LogFile was not closed */
        bool dirty;                     /* chkdsk will run at the next boot */
} ow_volume_info;

/* What is not known stays 0. Cheap: a few reads. */
OW_API int ow_volume_info_get(ow_volume *volume, ow_volume_info *ret, ow_error *err);

/* Bytes in free clusters. Reads the whole allocation map the first time: 640 KB for a 20 GB volume of 4 KB clusters. */
OW_API int ow_volume_free_space(ow_volume *volume, uint64_t *ret_bytes, ow_error *err);

enum ow_file_attributes {               /* as Windows numbers them */
        OW_ATTR_READONLY = 0x1,
        OW_ATTR_HIDDEN = 0x2,
        OW_ATTR_SYSTEM = 0x4,
        OW_ATTR_DIRECTORY = 0x10,
        OW_ATTR_ARCHIVE = 0x20,
        OW_ATTR_SPARSE = 0x200,
        OW_ATTR_REPARSE = 0x400,
        OW_ATTR_COMPRESSED = 0x800,
        OW_ATTR_ENCRYPTED = 0x4000,
};

typedef struct ow_stat {
        uint64_t size;                  /* bytes; 0 for a folder */
        uint32_t attributes;            /* OW_ATTR_* */
        uint32_t reparse_tag;           /* 0 when not a reparse point */
        uint64_t created, modified, accessed;   /* FILETIME UTC */
        uint64_t id;                    /* MFT record, or first cluster on FAT */
} ow_stat;

/* 1 found, 0 absent, < 0 error. */
OW_API int ow_volume_stat(ow_volume *volume, const char *path, ow_stat *ret, ow_error *err);

/* Return 0 to go on, > 0 to stop the walk early (ow_volume_list() returns 0), < 0 OW_E_* to fail it. */
typedef int (*ow_volume_list_fn)(void *state, const char *name, const ow_stat *stat, ow_error *err);

/* Names in a folder, DOS aliases, "." and ".." left out, in the file system's order. OW_E_ABSENT: no such folder. */
OW_API int ow_volume_list(ow_volume *volume, const char *path, ow_volume_list_fn fn, void *state, ow_error *err);

enum ow_file_flags {
        OW_FILE_WRITE = 1 << 0,
        OW_FILE_CREATE = 1 << 1,        /* make it when absent (its folder must exist); implies WRITE */
        OW_FILE_EXCLUSIVE = 1 << 2,     /* with CREATE: OW_E_EXISTS when it is there */
};

/* The volume must outlive the file. OW_E_ABSENT; for content that is not for us (EFS, deduplicated, WOF-compressed,
 * other reparse points) OW_E_UNSUPPORTED, and OW_E_REFUSED with WRITE. */
OW_API int ow_file_open(ow_volume *volume, const char *path, unsigned flags, ow_file **ret_file, ow_error *err);
OW_APIV void ow_file_close(ow_file *file);
OW_APIV uint64_t ow_file_size(const ow_file *file);

/* Exactly size bytes; OW_E_INVAL past the end. */
OW_API int ow_file_read(ow_file *file, uint64_t offset, void *buf, size_t size, ow_error *err);

/* Writes and grows as needed. OW_E_NOSPACE: the guest's volume is full. */
OW_API int ow_file_write(ow_file *file, uint64_t offset, const void *buf, size_t size, ow_error *err);
OW_API int ow_file_set_size(ow_file *file, uint64_t size, ow_error *err);
OW_API int ow_file_set_attributes(ow_file *file, uint32_t attributes, ow_error *err);

/* The file as a source or a sink; the file must outlive it. */
OW_APIV ow_source ow_file_source(ow_file *file);
OW_APIV ow_sink ow_file_sink(ow_file *file);

/* The whole of a file, at most limit bytes (OW_E_LIMIT). *ret is the caller's: ow_blob_done(). */
OW_API int ow_volume_read_file(ow_volume *volume, const char *path, size_t limit, ow_blob *ret, ow_error *err);

OW_API int ow_volume_create_folder(ow_volume *volume, const char *path, ow_error *err); /* OW_E_EXISTS */
OW_API int ow_volume_remove(ow_volume *volume, const char *path, ow_error *err);        /* file or empty folder */
OW_API int ow_volume_rename(ow_volume *volume, const char *from, const char *to, ow_error *err); /* OW_E_EXISTS */

OW_END_DECLS

#endif
