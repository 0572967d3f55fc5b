/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder in memory: at most 2 MiB, read whole. Changes go to the copy and to the volume. The 0x00 that ends a
 * folder is kept true: everything behind it counts as empty, whatever the disk has there.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/upcase.h"
#include "volume/fat.h"

void fat_folder_done(struct fat_folder *folder)
{
        fat_chain_done(&folder->chain);
        ow_free(folder->bytes);
        folder->bytes = NULL;
        folder->size = 0;
}

static bool is_fixed_root(const struct fat_folder *folder)
{
        return folder->cluster == 0 && folder->fs->boot.bits != 32;
}

static int read_bytes(struct fat_folder *folder, ow_error *err)
{
        struct fat_fs *fs = folder->fs;

        if (is_fixed_root(folder))
                return volume_window_read(&fs->window, fs->boot.root_offset, folder->bytes, folder->size, err);
        return fat_chain_read(fs, &folder->chain, 0, folder->bytes, folder->size, err);
}

static void clear_behind_end(struct fat_folder *folder)
{
        for (size_t at = 0; at < folder->size; at += FAT_ENTRY) {
                if (folder->bytes[at] == 0) {
                        memset(folder->bytes + at, 0, folder->size - at);
                        return;
                }
        }
}

int fat_folder_load(struct fat_fs *fs, uint32_t cluster, struct fat_folder *ret, ow_error *err)
{
        FAT_AUTO_FOLDER folder = { .fs = fs, .cluster = cluster };
        uint32_t limit = FAT_MAX_FOLDER / fs->boot.cluster_size + 1;
        int r;

        if (is_fixed_root(&folder)) {
                folder.size = fs->boot.root_size;
        } else {
                r = fat_chain_load(fs, cluster ? cluster : fs->boot.root_cluster, limit, &folder.chain, err);
                if (r < 0)
                        return r;
                if (folder.chain.n_clusters == limit)
                        return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "a folder has more than %d bytes",
                                       FAT_MAX_FOLDER);
                folder.size = (size_t)folder.chain.n_clusters * fs->boot.cluster_size;
        }
        folder.bytes = ow_malloc(folder.size + 1);
        if (!folder.bytes)
                return ow_fail_nomem(err);
        r = read_bytes(&folder, err);
        if (r < 0)
                return ow_wrap(err, r, "read a folder");
        clear_behind_end(&folder);
        *ret = folder;
        folder = (struct fat_folder){ 0 };
        return 0;
}

static bool names_equal(const struct volume_name *a, const struct volume_name *b)
{
        if (a->n_units != b->n_units)
                return false;
        for (size_t i = 0; i < a->n_units; i++) {
                if (ow_upcase(a->units[i]) != ow_upcase(b->units[i]))
                        return false;
        }
        return true;
}

bool fat_folder_find(const struct fat_folder *folder, const struct volume_name *name, struct fat_entry *ret)
{
        struct volume_name alias;
        struct fat_entry entry;
        size_t at = 0;

        while (fat_folder_next(folder, &at, &entry)) {
                fat_alias_text(entry.short_name, 0, &alias);
                if (names_equal(&entry.name, name) || names_equal(&alias, name)) {
                        *ret = entry;
                        return true;
                }
        }
        return false;
}

bool fat_folder_next(const struct fat_folder *folder, size_t *at, struct fat_entry *ret)
{
        while (fat_entry_next(folder->bytes, folder->size, at, ret)) {
                if (ret->short_name[0] == '.' && folder->cluster)       /* "." and "..": paths never name them */
                        continue;
                if (folder->fs->boot.bits != 32)        /* OS/2 and NT kept something else in the upper half */
                        ret->cluster &= 0xffff;
                return true;
        }
        return false;
}

int fat_folder_place(const struct fat_folder *folder, size_t at, uint64_t *ret, ow_error *err)
{
        uint64_t left;

        if (is_fixed_root(folder)) {
                *ret = folder->fs->boot.root_offset + at;
                return 0;
        }
        return fat_chain_place(folder->fs, &folder->chain, at, ret, &left, err);
}

/* Brings bytes [at, at + size) of the copy to the volume. */
static int write_back(const struct fat_folder *folder, size_t at, size_t size, ow_error *err)
{
        struct fat_fs *fs = folder->fs;

        if (is_fixed_root(folder))
                return volume_window_write(&fs->window, fs->boot.root_offset + at, folder->bytes + at, size, err);
        return fat_chain_write(fs, &folder->chain, at, folder->bytes + at, size, err);
}

static int extend(struct fat_folder *folder, ow_error *err)
{
        struct fat_fs *fs = folder->fs;
        size_t size = folder->size + fs->boot.cluster_size;
        uint32_t first = folder->cluster ? folder->cluster : fs->boot.root_cluster;
        uint8_t *grown;
        int r;

        if (is_fixed_root(folder))
                return ow_fail(err, OW_E_NOSPACE, OW_NOWHERE, "the root folder is full: it has room for %u entries, "
                               "and a long name takes several; remove files from it (`offwin file rm`), or put the new "
                               "ones into a folder", fs->boot.root_size / FAT_ENTRY);
        if (size > FAT_MAX_FOLDER)
                return ow_fail(err, OW_E_NOSPACE, OW_NOWHERE, "the folder is full: it has %zu entries, as many as FAT "
                               "allows; take another folder", folder->size / FAT_ENTRY);
        grown = ow_realloc(folder->bytes, size);
        if (!grown)
                return ow_fail_nomem(err);
        folder->bytes = grown;
        r = fat_chain_grow(fs, &folder->chain, 1, &first, err);
        if (r < 0)
                return r;
        memset(grown + folder->size, 0, fs->boot.cluster_size);
        folder->size = size;
        return write_back(folder, size - fs->boot.cluster_size, fs->boot.cluster_size, err);
}

/* count free entries in a row; the folder grows when there are none. */
static int find_room(struct fat_folder *folder, size_t count, size_t *ret_at, ow_error *err)
{
        size_t run = 0;

        for (size_t at = 0;; at += FAT_ENTRY) {
                if (at == folder->size) {
                        int r = extend(folder, err);

                        if (r < 0)
                                return r;
                }
                run = folder->bytes[at] == 0 || folder->bytes[at] == 0xe5 ? run + 1 : 0;
                if (run == count) {
                        *ret_at = at + FAT_ENTRY - count * FAT_ENTRY;
                        return 0;
                }
        }
}

int fat_folder_add(struct fat_folder *folder, struct fat_entry *entry, ow_error *err)
{
        size_t n_long = 0, at, size;
        int r;

        if (!fat_alias_exact(&entry->name, entry->short_name)) {
                n_long = (entry->name.n_units + 12) / 13;
                r = fat_alias_make(&entry->name, folder->bytes, folder->size, entry->short_name, err);
                if (r < 0)
                        return r;
        }
        size = (n_long + 1) * FAT_ENTRY;
        r = find_room(folder, n_long + 1, &at, err);
        if (r < 0)
                return r;
        fat_entry_encode_long(&entry->name, entry->short_name, folder->bytes + at, n_long);
        fat_entry_encode(entry, folder->bytes + at + n_long * FAT_ENTRY);
        entry->first = at;
        entry->at = at + n_long * FAT_ENTRY;
        /* What follows is empty in the copy; on the volume, too, when this used to be the end. */
        if (at + size < folder->size && folder->bytes[at + size] == 0)
                size += FAT_ENTRY;
        return write_back(folder, at, size, err);
}

int fat_folder_remove(struct fat_folder *folder, const struct fat_entry *entry, ow_error *err)
{
        for (size_t at = entry->first; at <= entry->at; at += FAT_ENTRY)
                folder->bytes[at] = 0xe5;
        return write_back(folder, entry->first, entry->at - entry->first + FAT_ENTRY, err);
}
