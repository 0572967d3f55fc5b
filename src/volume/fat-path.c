/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths, facts about files, and listings on FAT. */
#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "volume/fat.h"

/* Opens the folder that an entry stands for. A link back to the root would be a circle. */
static int enter(struct fat_fs *fs, const struct fat_entry *entry, const char *path, struct fat_folder *ret,
                 ow_error *err)
{
        int r;

        if (!fat_is_cluster(fs, entry->cluster) || entry->cluster == fs->boot.root_cluster)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "a folder in '%s' begins at cluster %u", path,
                               entry->cluster);
        r = fat_folder_load(fs, entry->cluster, ret, err);
        return r < 0 ? ow_wrap(err, r, "'%s'", path) : 0;
}

int fat_path_folder(struct fat_fs *fs, const struct volume_path *path, size_t depth, uint32_t skip,
                    struct fat_folder *ret, ow_error *err)
{
        FAT_AUTO_FOLDER folder = { 0 };
        int r = fat_folder_load(fs, 0, &folder, err);

        if (r < 0)
                return ow_wrap(err, r, "the root folder");
        for (size_t i = 0; i < depth; i++) {
                struct volume_name name;
                struct fat_entry entry;

                volume_path_name(path, i, &name);
                if (!fat_folder_find(&folder, &name, &entry) || !(entry.attributes & OW_ATTR_DIRECTORY))
                        return 0;
                if (skip && entry.cluster == skip)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' lies inside the folder to be moved",
                                       path->text);
                fat_folder_done(&folder);
                r = enter(fs, &entry, path->text, &folder, err);
                if (r < 0)
                        return r;
        }
        *ret = folder;
        folder = (struct fat_folder){ 0 };
        return 1;
}

int fat_path_find(struct fat_fs *fs, const struct volume_path *path, struct fat_folder *ret_folder,
                  struct fat_entry *ret, ow_error *err)
{
        FAT_AUTO_FOLDER folder = { 0 };
        struct volume_name name;
        int r = fat_path_folder(fs, path, path->depth - 1, 0, &folder, err);

        if (r <= 0)
                return r;
        volume_path_name(path, path->depth - 1, &name);
        if (!fat_folder_find(&folder, &name, ret))
                return 0;
        *ret_folder = folder;
        folder = (struct fat_folder){ 0 };
        return 1;
}

int fat_path_target(struct fat_fs *fs, const struct volume_path *path, uint32_t skip, struct fat_folder *ret_folder,
                    struct fat_entry *ret, ow_error *err)
{
        FAT_AUTO_FOLDER folder = { 0 };
        struct volume_name name;
        int r;

        volume_path_name(path, path->depth - 1, &name);
        r = volume_name_check(&name, path->text, err);
        if (r < 0)
                return r;
        r = fat_path_folder(fs, path, path->depth - 1, skip, &folder, err);
        if (r < 0)
                return r;
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no folder for '%s'", path->text);
        r = fat_folder_find(&folder, &name, ret);
        *ret_folder = folder;
        folder = (struct fat_folder){ 0 };
        return r;
}

static ow_stat stat_entry(const struct fat_entry *entry)
{
        return (ow_stat){ .size = entry->size, .attributes = entry->attributes, .created = entry->created,
                          .modified = entry->modified, .accessed = entry->accessed, .id = entry->cluster };
}

int fat_stat(ow_volume *volume, const struct volume_path *path, ow_stat *ret, ow_error *err)
{
        FAT_AUTO_FOLDER folder = { 0 };
        struct fat_entry entry;
        int r;

        if (path->depth == 0) {
                *ret = (ow_stat){ .attributes = OW_ATTR_DIRECTORY };
                return 1;
        }
        r = fat_path_find(fat_fs_of(volume), path, &folder, &entry, err);
        if (r > 0)
                *ret = stat_entry(&entry);
        return r;
}

static int list_entry(const struct fat_entry *entry, ow_volume_list_fn fn, void *state, ow_error *err)
{
        OW_AUTO_BUFFER units = OW_BUFFER_INIT;
        OW_AUTO_FREE char *name = NULL;
        ow_stat st = stat_entry(entry);

        for (size_t i = 0; i < entry->name.n_units; i++) {
                ow_le16 unit = ow_le16_of(entry->name.units[i]);

                ow_buffer_put(&units, &unit, sizeof unit);
        }
        name = ow_buffer_failed(&units) ? NULL : ow_utf16_text(ow_buffer_view(&units));
        if (!name)
                return ow_fail_nomem(err);
        return fn(state, name, &st, err);
}

int fat_list(ow_volume *volume, const struct volume_path *path, ow_volume_list_fn fn, void *state, ow_error *err)
{
        FAT_AUTO_FOLDER folder = { 0 };
        struct fat_entry entry;
        size_t at = 0;
        int r = fat_path_folder(fat_fs_of(volume), path, path->depth, 0, &folder, err);

        if (r < 0)
                return r;
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no folder '%s'", path->text);
        for (r = 0; r == 0 && fat_folder_next(&folder, &at, &entry);)
                r = list_entry(&entry, fn, state, err);
        return r < 0 ? r : 0;
}
