/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the fat*.c files share. Every change goes to the disk's overlay at once; only FSInfo waits for a flush.
 * Format source: Microsoft "FAT: General Overview of On-Disk Format" 1.03, and what Windows NT does with the byte at
 * 0x0c of a folder entry.
 */
#ifndef VOLUME_FAT_H
#define VOLUME_FAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macros.h"
#include "volume/fat-boot.h"
#include "volume/ops.h"

enum {
        FAT_ENTRY = 32,                 /* bytes of a folder entry */
        FAT_MAX_FOLDER = 65536 * 32,    /* bytes; the format's own limit */
        FAT_MAX_RUNS = 4 << 20,         /* pieces of one file */
        FAT_ATTR_LABEL = 0x08,          /* folder entry: the volume's label */
        FAT_ATTR_LONG = 0x0f,           /* folder entry: a piece of a long name */
};

#define FAT_MAX_FILE UINT32_MAX         /* bytes */
#define FAT_END UINT32_C(0x0fffffff)    /* last cluster of a chain, whatever the width */
#define FAT_BAD UINT32_C(0x0ffffff7)

struct fat_run {
        uint32_t index;                 /* of its first cluster in the chain */
        uint32_t first;
        uint32_t count;
};

/* The clusters of a file or folder, in order. */
struct fat_chain {
        struct fat_run *runs;
        size_t n_runs;
        size_t cap;
        uint32_t n_clusters;
};

/* An open file, shared by its handles. */
struct fat_node {
        struct fat_node *next;
        uint64_t entry_offset;          /* bytes from the start of the volume: of its folder entry, its identity */
        uint32_t first_cluster;
        uint32_t size;
        struct fat_chain chain;
        unsigned refs;
};

struct fat_fs {
        ow_volume volume;               /* first */
        ow_log log;
        struct volume_window window;
        struct fat_boot boot;
        uint8_t piece[4096];            /* of the active FAT, as in the overlay */
        uint64_t piece_offset;          /* bytes from the start of that FAT */
        size_t piece_size;              /* 0: nothing loaded */
        uint32_t next_free;             /* where to look first */
        bool fsinfo;                    /* FAT32: the sector is there and good */
        bool fsinfo_changed;
        uint32_t fsinfo_free;           /* free clusters as it says; UINT32_MAX: it does not */
        bool free_known;
        uint32_t free_clusters;
        bool dirty;
        bool hibernated;
        struct fat_node *nodes;
};

static inline struct fat_fs *fat_fs_of(ow_volume *volume)
{
        return (struct fat_fs *)volume;
}

static inline bool fat_is_cluster(const struct fat_fs *fs, uint32_t n)
{
        return n >= 2 && n <= fs->boot.n_clusters + 1;
}

/* ---- fat-table.c: the file allocation table, one entry at a time ---- */

/* 0 free, FAT_BAD, FAT_END, or the next cluster, not checked. */
int fat_table_get(struct fat_fs *fs, uint32_t cluster, uint32_t *ret, ow_error *err);
int fat_table_set(struct fat_fs *fs, uint32_t cluster, uint32_t value, ow_error *err);
int fat_table_count_free(struct fat_fs *fs, uint32_t *ret, ow_error *err);

/* The next free cluster from fs->next_free on. OW_E_NOSPACE. */
int fat_table_find_free(struct fat_fs *fs, uint32_t *ret, ow_error *err);

/* FSInfo, and the two bits of entry 1 that say "not put away properly". */
int fat_fsinfo_load(struct fat_fs *fs, ow_error *err);
int fat_fsinfo_flush(struct fat_fs *fs, ow_error *err);

/* Books delta clusters as freed (> 0) or taken (< 0). */
void fat_fsinfo_add(struct fat_fs *fs, int64_t delta);

/* ---- fat-chain.c ---- */

void fat_chain_done(struct fat_chain *chain);

/* The first limit clusters of the chain from first on; 0 is an empty chain. OW_E_CORRUPT for loops and wild links. */
int fat_chain_load(struct fat_fs *fs, uint32_t first, uint32_t limit, struct fat_chain *ret, ow_error *err);

/* Appends count clusters, all or none. *first is set when the chain was empty. */
int fat_chain_grow(struct fat_fs *fs, struct fat_chain *chain, uint32_t count, uint32_t *first, ow_error *err);

/* Keeps the first keep clusters and frees every one behind them. *first becomes 0 when nothing is kept. */
int fat_chain_shrink(struct fat_fs *fs, struct fat_chain *chain, uint32_t keep, uint32_t *first, ow_error *err);

/* buf may be NULL for a write: zeros. */
int fat_chain_read(struct fat_fs *fs, const struct fat_chain *chain, uint64_t offset, void *buf, size_t size,
                   ow_error *err);
int fat_chain_write(struct fat_fs *fs, const struct fat_chain *chain, uint64_t offset, const void *buf, size_t size,
                    ow_error *err);

/* Offset in the volume of a byte of the chain; OW_E_CORRUPT past its end. *ret_left: bytes that follow in one piece. */
int fat_chain_place(struct fat_fs *fs, const struct fat_chain *chain, uint64_t offset, uint64_t *ret_offset,
                    uint64_t *ret_left, ow_error *err);

/* ---- fat-entry.c: folder entries ---- */

struct fat_entry {
        size_t first;                   /* offset in the folder of the first entry of its long name, or its own */
        size_t at;                      /* offset in the folder of the short entry */
        struct volume_name name;        /* long, or short in the case that Windows shows */
        uint8_t short_name[11];         /* as on disk, but 0xe5 for a first byte of 0x05 */
        uint32_t attributes;            /* OW_ATTR_* */
        uint32_t cluster;
        uint32_t size;
        uint64_t created, modified, accessed;   /* FILETIME; FAT has local time, which is taken for UTC */
};

/* Walks entries from *at on. Stray pieces of long names, labels and free entries are passed over. */
bool fat_entry_next(const uint8_t *bytes, size_t size, size_t *at, struct fat_entry *ret);

/* The label of a root folder, or "". */
void fat_entry_label(const uint8_t *bytes, size_t size, char label[12]);

/* A short entry, and the long-name entries that come before it: n_entries = (units + 12) / 13. */
void fat_entry_encode(const struct fat_entry *entry, uint8_t bytes[FAT_ENTRY]);
void fat_entry_encode_long(const struct volume_name *name, const uint8_t short_name[11], uint8_t *bytes,
                           size_t n_entries);

/* Changes of an entry that exists. */
void fat_entry_put_data(uint8_t bytes[FAT_ENTRY], uint32_t cluster, uint32_t size);
void fat_entry_put_attributes(uint8_t bytes[FAT_ENTRY], uint32_t attributes);
void fat_entry_put_modified(uint8_t bytes[FAT_ENTRY], uint64_t filetime);

uint64_t fat_time_decode(uint16_t date, uint16_t time, uint8_t tenths);
void fat_time_encode(uint64_t filetime, uint16_t *date, uint16_t *time, uint8_t *tenths);

/* ---- fat-alias.c: short names ---- */

/* The name in 11 bytes, when it needs no long name. */
bool fat_alias_exact(const struct volume_name *name, uint8_t ret[11]);

/* A short name of the form ABCDEF~1.EXT that nothing in the folder has. OW_E_NOSPACE when all are taken. */
int fat_alias_make(const struct volume_name *name, const uint8_t *bytes, size_t size, uint8_t ret[11], ow_error *err);

/* A short name as a person writes it; nt_case: the bits of Windows NT that say "lower case". */
void fat_alias_text(const uint8_t short_name[11], unsigned nt_case, struct volume_name *ret);

/* A label of up to 11 bytes as UTF-8; cut to size. */
void fat_alias_label(const char *label, char *ret, size_t size);

/* ---- fat-folder.c ---- */

struct fat_folder {
        struct fat_fs *fs;
        uint32_t cluster;               /* 0: the root */
        struct fat_chain chain;         /* empty for the fixed root of FAT12 and FAT16 */
        uint8_t *bytes;
        size_t size;
};

int fat_folder_load(struct fat_fs *fs, uint32_t cluster, struct fat_folder *ret, ow_error *err);
void fat_folder_done(struct fat_folder *folder);
#define FAT_AUTO_FOLDER __attribute__((cleanup(fat_folder_done))) struct fat_folder

/* fat_entry_next() without "." and "..", and without what FAT12 and FAT16 keep in the upper half of a cluster. */
bool fat_folder_next(const struct fat_folder *folder, size_t *at, struct fat_entry *ret);

/* Long or short name, case-blind. */
bool fat_folder_find(const struct fat_folder *folder, const struct volume_name *name, struct fat_entry *ret);

/* Writes entry under its name, with a new short name; entry->at and ->first are set. */
int fat_folder_add(struct fat_folder *folder, struct fat_entry *entry, ow_error *err);
int fat_folder_remove(struct fat_folder *folder, const struct fat_entry *entry, ow_error *err);

/* Offset of a byte of the folder in the volume. */
int fat_folder_place(const struct fat_folder *folder, size_t at, uint64_t *ret, ow_error *err);

/* ---- fat-path.c ---- */

/* The folder of the first depth names: 1, or 0 when there is none. skip: OW_E_INVAL when it is on the way (0: none). */
int fat_path_folder(struct fat_fs *fs, const struct volume_path *path, size_t depth, uint32_t skip,
                    struct fat_folder *ret, ow_error *err);

/* The entry that path names and its folder: 1 found, 0 absent (folder is then empty). path is not the root. */
int fat_path_find(struct fat_fs *fs, const struct volume_path *path, struct fat_folder *ret_folder,
                  struct fat_entry *ret, ow_error *err);

/* Like fat_path_find() for something to be made: the folder must be there (OW_E_ABSENT), the entry need not (0). */
int fat_path_target(struct fat_fs *fs, const struct volume_path *path, uint32_t skip, struct fat_folder *ret_folder,
                    struct fat_entry *ret, ow_error *err);

int fat_stat(ow_volume *volume, const struct volume_path *path, ow_stat *ret, ow_error *err);
int fat_list(ow_volume *volume, const struct volume_path *path, ow_volume_list_fn fn, void *state, ow_error *err);

/* ---- fat-file.c ---- */

struct fat_node *fat_node_find(struct fat_fs *fs, uint64_t entry_offset);
void fat_node_drop_all(struct fat_fs *fs);

int fat_file_open(ow_volume *volume, const struct volume_path *path, unsigned flags, ow_file **ret, ow_error *err);
void fat_file_close(ow_file *file);
uint64_t fat_file_size(const ow_file *file);
int fat_file_read(ow_file *file, uint64_t offset, void *buf, size_t size, ow_error *err);
int fat_file_write(ow_file *file, uint64_t offset, const void *buf, size_t size, ow_error *err);
int fat_file_set_size(ow_file *file, uint64_t size, ow_error *err);
int fat_file_set_attributes(ow_file *file, uint32_t attributes, ow_error *err);

/* ---- fat-edit.c ---- */

/* A new empty file named by the last name of path, in folder. */
int fat_create_file(struct fat_folder *folder, const struct volume_path *path, struct fat_entry *ret, ow_error *err);
int fat_create_folder(ow_volume *volume, const struct volume_path *path, ow_error *err);
int fat_remove(ow_volume *volume, const struct volume_path *path, ow_error *err);
int fat_rename(ow_volume *volume, const struct volume_path *from, const struct volume_path *to, ow_error *err);

#endif
