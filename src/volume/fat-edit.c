/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Making, removing and renaming on FAT. */
#include <string.h>

#include "base/alloc.h"
#include "base/filetime.h"
#include "volume/fat.h"

static void init_entry(const struct volume_path *path, uint32_t attributes, struct fat_entry *ret)
{
        uint64_t now = ow_filetime_now();

        *ret = (struct fat_entry){ .attributes = attributes, .created = now, .modified = now, .accessed = now };
        volume_path_name(path, path->depth - 1, &ret->name);
}

int fat_create_file(struct fat_folder *folder, const struct volume_path *path, struct fat_entry *ret, ow_error *err)
{
        int r;

        init_entry(path, OW_ATTR_ARCHIVE, ret);
        r = fat_folder_add(folder, ret, err);
        return r < 0 ? ow_wrap(err, r, "create '%s'", path->text) : 0;
}

/* Cluster that ".." names: 0 for the root, also on FAT32. */
static void put_dots(uint8_t *bytes, const struct fat_entry *self, uint32_t parent)
{
        struct fat_entry dot = *self;

        memcpy(dot.short_name, ".          ", sizeof dot.short_name);
        fat_entry_encode(&dot, bytes);
        dot.cluster = parent;
        memcpy(dot.short_name, "..         ", sizeof dot.short_name);
        fat_entry_encode(&dot, bytes + FAT_ENTRY);
}

/* A cluster that holds an empty folder. */
static int make_folder(struct fat_fs *fs, uint32_t parent, struct fat_entry *entry, struct fat_chain *chain,
                       ow_error *err)
{
        uint8_t dots[2 * FAT_ENTRY];
        int r = fat_chain_grow(fs, chain, 1, &entry->cluster, err);

        if (r < 0)
                return r;
        put_dots(dots, entry, parent);
        r = fat_chain_write(fs, chain, 0, NULL, fs->boot.cluster_size, err);
        return r < 0 ? r : fat_chain_write(fs, chain, 0, dots, sizeof dots, err);
}

int fat_create_folder(ow_volume *volume, const struct volume_path *path, ow_error *err)
{
        __attribute__((cleanup(fat_chain_done))) struct fat_chain chain = { 0 };
        struct fat_fs *fs = fat_fs_of(volume);
        FAT_AUTO_FOLDER folder = { 0 };
        struct fat_entry entry;
        int r = fat_path_target(fs, path, 0, &folder, &entry, err);

        if (r < 0)
                return r;
        if (r > 0)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is already there", path->text);
        init_entry(path, OW_ATTR_DIRECTORY, &entry);
        r = make_folder(fs, folder.cluster, &entry, &chain, err);
        if (r < 0)
                return ow_wrap(err, r, "create '%s'", path->text);
        r = fat_folder_add(&folder, &entry, err);
        if (r < 0) {
                (void)fat_chain_shrink(fs, &chain, 0, &entry.cluster, NULL);
                return ow_wrap(err, r, "create '%s'", path->text);
        }
        return 0;
}

static int check_empty(struct fat_fs *fs, const struct fat_entry *entry, const char *path, ow_error *err)
{
        FAT_AUTO_FOLDER folder = { 0 };
        struct fat_entry inside;
        size_t at = 0;
        int r;

        if (!fat_is_cluster(fs, entry->cluster) || entry->cluster == fs->boot.root_cluster)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "the folder '%s' begins at cluster %u", path,
                               entry->cluster);
        r = fat_folder_load(fs, entry->cluster, &folder, err);
        if (r < 0)
                return r;
        if (fat_folder_next(&folder, &at, &inside))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "remove '%s': the folder is not empty", path);
        return 0;
}

/* What is to be removed or renamed: there, and not open as a file. */
static int find_victim(struct fat_fs *fs, const struct volume_path *path, struct fat_folder *folder,
                       struct fat_entry *entry, ow_error *err)
{
        uint64_t place;
        int r = fat_path_find(fs, path, folder, entry, err);

        if (r == 0)
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no '%s'", path->text);
        if (r < 0)
                return r;
        r = fat_folder_place(folder, entry->at, &place, err);
        if (r == 0 && fat_node_find(fs, place))
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is open", path->text);
        return r;
}

int fat_remove(ow_volume *volume, const struct volume_path *path, ow_error *err)
{
        struct fat_fs *fs = fat_fs_of(volume);
        struct fat_chain nothing = { 0 };
        FAT_AUTO_FOLDER folder = { 0 };
        struct fat_entry entry;
        int r = find_victim(fs, path, &folder, &entry, err);

        if (r < 0)
                return r;
        if (entry.attributes & OW_ATTR_DIRECTORY) {
                r = check_empty(fs, &entry, path->text, err);
                if (r < 0)
                        return r;
        }
        r = fat_folder_remove(&folder, &entry, err);
        return r < 0 ? r : fat_chain_shrink(fs, &nothing, 0, &entry.cluster, err);
}

/* A moved folder must name its new parent in "..". */
static int update_dotdot(struct fat_fs *fs, const struct fat_entry *entry, uint32_t parent, ow_error *err)
{
        __attribute__((cleanup(fat_chain_done))) struct fat_chain chain = { 0 };
        uint8_t bytes[FAT_ENTRY];
        int r = fat_chain_load(fs, entry->cluster, 1, &chain, err);

        if (r < 0)
                return r;
        r = fat_chain_read(fs, &chain, FAT_ENTRY, bytes, sizeof bytes, err);
        if (r < 0)
                return r;
        if (memcmp(bytes, "..         ", 11) != 0)
                return 0;
        fat_entry_put_data(bytes, parent, 0);
        return fat_chain_write(fs, &chain, FAT_ENTRY, bytes, sizeof bytes, err);
}

/* The old entry goes first, so that a change of case finds its own short name free. */
static int move_entry(struct fat_folder *source, const struct fat_entry *old, struct fat_folder *target,
                      const struct volume_path *to, ow_error *err)
{
        bool same_folder = source->cluster == target->cluster;
        struct fat_entry entry = *old;
        int r;

        volume_path_name(to, to->depth - 1, &entry.name);
        if (!same_folder) {
                r = fat_folder_add(target, &entry, err);
                return r < 0 ? r : fat_folder_remove(source, old, err);
        }
        r = fat_folder_remove(source, old, err);
        return r < 0 ? r : fat_folder_add(source, &entry, err);
}

int fat_rename(ow_volume *volume, const struct volume_path *from, const struct volume_path *to, ow_error *err)
{
        struct fat_fs *fs = fat_fs_of(volume);
        FAT_AUTO_FOLDER source = { 0 };
        FAT_AUTO_FOLDER target = { 0 };
        struct fat_entry entry, there;
        bool folder;
        int r = find_victim(fs, from, &source, &entry, err);

        if (r < 0)
                return r;
        folder = entry.attributes & OW_ATTR_DIRECTORY;
        r = fat_path_target(fs, to, folder ? entry.cluster : 0, &target, &there, err);
        if (r < 0)
                return r;
        if (r > 0 && (target.cluster != source.cluster || there.at != entry.at))
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is already there", to->text);
        r = move_entry(&source, &entry, &target, to, err);
        if (r == 0 && folder && source.cluster != target.cluster)
                r = update_dotdot(fs, &entry, target.cluster, err);
        return r < 0 ? ow_wrap(err, r, "rename '%s'", from->text) : 0;
}
