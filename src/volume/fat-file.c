/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open files on FAT. Their folder entry is kept true with every change of size, place or time. */
#include <string.h>

#include "base/alloc.h"
#include "base/filetime.h"
#include "volume/fat.h"

struct fat_file {
        ow_file file;                   /* first */
        struct fat_node *node;
};

static struct fat_fs *fs_of(const ow_file *file)
{
        return fat_fs_of(file->volume);
}

static struct fat_node *node_of(const ow_file *file)
{
        return ((const struct fat_file *)file)->node;
}

struct fat_node *fat_node_find(struct fat_fs *fs, uint64_t entry_offset)
{
        for (struct fat_node *node = fs->nodes; node; node = node->next) {
                if (node->entry_offset == entry_offset)
                        return node;
        }
        return NULL;
}

static void node_free(struct fat_node *node)
{
        fat_chain_done(&node->chain);
        ow_free(node);
}

static void node_put(struct fat_fs *fs, struct fat_node *node)
{
        if (--node->refs > 0)
                return;
        for (struct fat_node **at = &fs->nodes; *at; at = &(*at)->next) {
                if (*at == node) {
                        *at = node->next;
                        break;
                }
        }
        node_free(node);
}

void fat_node_drop_all(struct fat_fs *fs)
{
        while (fs->nodes) {
                struct fat_node *node = fs->nodes;

                fs->nodes = node->next;
                node_free(node);
        }
}

static uint32_t clusters_of(const struct fat_fs *fs, uint64_t size)
{
        return (uint32_t)((size + fs->boot.cluster_size - 1) / fs->boot.cluster_size);
}

static int node_open(struct fat_fs *fs, const struct fat_entry *entry, uint64_t entry_offset, const char *path,
                     struct fat_node **ret, ow_error *err)
{
        OW_AUTO_FREE struct fat_node *node = ow_calloc(1, sizeof *node);
        uint32_t want = clusters_of(fs, entry->size);
        int r;

        if (!node)
                return ow_fail_nomem(err);
        node->entry_offset = entry_offset;
        node->first_cluster = entry->cluster;
        node->size = entry->size;
        node->refs = 1;
        r = fat_chain_load(fs, entry->cluster, want ? want : 1, &node->chain, err);
        if (r < 0)
                return ow_wrap(err, r, "'%s'", path);
        if (node->chain.n_clusters < want) {
                r = ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "'%s' has %u bytes, but only %u clusters", path,
                            entry->size, node->chain.n_clusters);
                fat_chain_done(&node->chain);
                return r;
        }
        node->next = fs->nodes;
        fs->nodes = node;
        *ret = OW_TAKE(node);
        return 0;
}

static int find_or_create(struct fat_fs *fs, const struct volume_path *path, unsigned flags,
                          struct fat_folder *folder, struct fat_entry *entry, ow_error *err)
{
        int r;

        if (!(flags & OW_FILE_CREATE)) {
                r = fat_path_find(fs, path, folder, entry, err);
                if (r == 0)
                        r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no file '%s'", path->text);
                return r < 0 ? r : 0;
        }
        r = fat_path_target(fs, path, 0, folder, entry, err);
        if (r > 0 && (flags & OW_FILE_EXCLUSIVE))
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is already there", path->text);
        if (r == 0)
                r = fat_create_file(folder, path, entry, err);
        return r < 0 ? r : 0;
}

int fat_file_open(ow_volume *volume, const struct volume_path *path, unsigned flags, ow_file **ret, ow_error *err)
{
        struct fat_fs *fs = fat_fs_of(volume);
        OW_AUTO_FREE struct fat_file *file = ow_calloc(1, sizeof *file);
        FAT_AUTO_FOLDER folder = { 0 };
        struct fat_entry entry;
        struct fat_node *node;
        uint64_t place;
        int r;

        if (!file)
                return ow_fail_nomem(err);
        r = find_or_create(fs, path, flags, &folder, &entry, err);
        if (r < 0)
                return r;
        if (entry.attributes & OW_ATTR_DIRECTORY)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a folder", path->text);
        r = fat_folder_place(&folder, entry.at, &place, err);
        if (r < 0)
                return r;
        node = fat_node_find(fs, place);
        if (node) {
                node->refs++;
        } else {
                r = node_open(fs, &entry, place, path->text, &node, err);
                if (r < 0)
                        return r;
        }
        *file = (struct fat_file){ .file = { .volume = volume, .writable = flags & OW_FILE_WRITE }, .node = node };
        *ret = &OW_TAKE(file)->file;
        return 0;
}

void fat_file_close(ow_file *file)
{
        node_put(fs_of(file), node_of(file));
        ow_free(file);
}

uint64_t fat_file_size(const ow_file *file)
{
        return node_of(file)->size;
}

int fat_file_read(ow_file *file, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        return fat_chain_read(fs_of(file), &node_of(file)->chain, offset, buf, size, err);
}

/* The folder entry says what the node says, and that the file was changed now. */
static int update_entry(struct fat_fs *fs, const struct fat_node *node, ow_error *err)
{
        uint8_t bytes[FAT_ENTRY];
        int r = volume_window_read(&fs->window, node->entry_offset, bytes, sizeof bytes, err);

        if (r < 0)
                return r;
        fat_entry_put_data(bytes, node->first_cluster, node->size);
        fat_entry_put_modified(bytes, ow_filetime_now());
        fat_entry_put_attributes(bytes, bytes[0x0b] | OW_ATTR_ARCHIVE);
        return volume_window_write(&fs->window, node->entry_offset, bytes, sizeof bytes, err);
}

/* Gives the file the clusters for size bytes; those behind the old end are filled with zeros up to zero_until. */
static int grow(struct fat_fs *fs, struct fat_node *node, uint64_t size, uint64_t zero_until, ow_error *err)
{
        uint32_t before = node->chain.n_clusters, want = clusters_of(fs, size);
        int r = 0;

        if (size > FAT_MAX_FILE)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%llu bytes are too many for a file on FAT, limit %u",
                               (unsigned long long)size, FAT_MAX_FILE);
        if (want > before)
                r = fat_chain_grow(fs, &node->chain, want - before, &node->first_cluster, err);
        if (r < 0)
                return r;
        if (zero_until > node->size)
                r = fat_chain_write(fs, &node->chain, node->size, NULL, (size_t)(zero_until - node->size), err);
        if (r == 0)
                node->size = (uint32_t)size;
        return r;
}

int fat_file_write(ow_file *file, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct fat_fs *fs = fs_of(file);
        struct fat_node *node = node_of(file);
        int r = 0;

        if (offset + size > node->size)
                r = grow(fs, node, offset + size, offset, err);
        if (r < 0)
                return r;
        r = fat_chain_write(fs, &node->chain, offset, buf, size, err);
        return r < 0 ? r : update_entry(fs, node, err);
}

int fat_file_set_size(ow_file *file, uint64_t size, ow_error *err)
{
        struct fat_fs *fs = fs_of(file);
        struct fat_node *node = node_of(file);
        int r;

        if (size == node->size)
                return 0;
        if (size > node->size) {
                r = grow(fs, node, size, size, err);
        } else {
                r = fat_chain_shrink(fs, &node->chain, clusters_of(fs, size), &node->first_cluster, err);
                node->size = (uint32_t)size;
        }
        return r < 0 ? r : update_entry(fs, node, err);
}

int fat_file_set_attributes(ow_file *file, uint32_t attributes, ow_error *err)
{
        struct fat_fs *fs = fs_of(file);
        uint8_t bytes[FAT_ENTRY];
        int r = volume_window_read(&fs->window, node_of(file)->entry_offset, bytes, sizeof bytes, err);

        if (r < 0)
                return r;
        fat_entry_put_attributes(bytes, attributes);
        return volume_window_write(&fs->window, node_of(file)->entry_offset, bytes, sizeof bytes, err);
}
