/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FAT12, FAT16 and FAT32: opening, closing, flushing, and facts about the volume. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "volume/fat.h"
#include "volume/hiberfil.h"
#include "volume/probe.h"

static void fs_free(struct fat_fs *fs)
{
        if (fs)
                fat_node_drop_all(fs);
        ow_free(fs);
}

typedef struct fat_fs fat_fs;
OW_DEFINE_AUTO(fat_fs, fs_free);

static void fat_close(ow_volume *volume)
{
        fs_free(fat_fs_of(volume));
}

static int fat_flush(ow_volume *volume, ow_error *err)
{
        return fat_fsinfo_flush(fat_fs_of(volume), err);
}

/* The label entry of the root folder is the one that Windows shows and changes. */
static int find_label(struct fat_fs *fs, char label[12], ow_error *err)
{
        FAT_AUTO_FOLDER root = { 0 };
        int r = fat_folder_load(fs, 0, &root, err);

        if (r < 0)
                return r;
        memcpy(label, fs->boot.label, sizeof fs->boot.label);
        if (strcmp(label, "NO NAME    ") == 0)
                label[0] = '\0';
        fat_entry_label(root.bytes, root.size, label);
        for (size_t i = strlen(label); i > 0 && label[i - 1] == ' '; i--)
                label[i - 1] = '\0';
        return 0;
}

static int fat_info(ow_volume *volume, ow_volume_info *ret, ow_error *err)
{
        struct fat_fs *fs = fat_fs_of(volume);
        ow_volume_info info = {
                .kind = OW_VOLUME_FAT,
                .serial = fs->boot.serial,
                .size = fs->boot.size,
                .free = fs->free_known ? (uint64_t)fs->free_clusters * fs->boot.cluster_size : 0,
                .cluster_size = fs->boot.cluster_size,
                .hibernated = fs->hibernated,
                .dirty = fs->dirty,
        };
        char label[12];
        int r = find_label(fs, label, err);

        if (r < 0)
                return r;
        (void)snprintf(info.kind_name, sizeof info.kind_name, "FAT%u", fs->boot.bits);
        fat_alias_label(label, info.label, sizeof info.label);
        *ret = info;
        return 0;
}

static int fat_free_space(ow_volume *volume, uint64_t *ret, ow_error *err)
{
        struct fat_fs *fs = fat_fs_of(volume);

        if (!fs->free_known) {
                int r = fat_table_count_free(fs, &fs->free_clusters, err);

                if (r < 0)
                        return r;
                fs->free_known = true;
        }
        *ret = (uint64_t)fs->free_clusters * fs->boot.cluster_size;
        return 0;
}

static const struct volume_ops fat_ops = {
        .close = fat_close,
        .flush = fat_flush,
        .info = fat_info,
        .free_space = fat_free_space,
        .stat = fat_stat,
        .list = fat_list,
        .open_file = fat_file_open,
        .create_folder = fat_create_folder,
        .remove = fat_remove,
        .rename = fat_rename,
        .file_close = fat_file_close,
        .file_size = fat_file_size,
        .file_read = fat_file_read,
        .file_write = fat_file_write,
        .file_set_size = fat_file_set_size,
        .file_set_attributes = fat_file_set_attributes,
};

/* Windows XP and older may live on FAT, and hibernate there. */
static int find_hibernation(struct fat_fs *fs, ow_error *err)
{
        __attribute__((cleanup(fat_chain_done))) struct fat_chain chain = { 0 };
        FAT_AUTO_FOLDER root = { 0 };
        uint8_t header[HIBERFIL_HEADER];
        struct volume_path path;
        struct fat_entry entry;
        size_t size;
        int r = volume_path_parse("hiberfil.sys", &path, err);

        if (r < 0)
                return r;
        r = fat_path_find(fs, &path, &root, &entry, err);
        if (r <= 0)
                return r;
        size = entry.size < sizeof header ? entry.size : sizeof header;
        r = fat_chain_load(fs, entry.cluster, HIBERFIL_HEADER / 512, &chain, err);
        if (r == 0)
                r = fat_chain_read(fs, &chain, 0, header, size, err);
        if (r < 0)
                return ow_wrap(err, r, "read 'hiberfil.sys'");
        fs->hibernated = hiberfil_is_session(header, size);
        return 0;
}

static int check_size(const struct fat_fs *fs, ow_error *err)
{
        if (fs->boot.size <= fs->window.size)
                return 0;
        if (fs->volume.writable)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "FAT covers %llu bytes, but its partition has only %llu: the image is cut off, or the "
                               "partition table is wrong", (unsigned long long)fs->boot.size,
                               (unsigned long long)fs->window.size);
        ow_log_printf(&fs->log, OW_LOG_WARNING, "FAT covers %llu bytes, but its partition has only %llu",
                      (unsigned long long)fs->boot.size, (unsigned long long)fs->window.size);
        return 0;
}

static int load(struct fat_fs *fs, ow_error *err)
{
        ow_error state_err = OW_ERROR_INIT;
        int r = check_size(fs, err);

        if (r < 0)
                return r;
        r = fat_fsinfo_load(fs, err);
        if (r < 0)
                return r;
        r = find_hibernation(fs, &state_err);
        if (r < 0 && fs->volume.writable) {
                if (err)
                        *err = state_err;
                return ow_wrap(err, r, "find out whether writing is safe");
        }
        if (r < 0)
                ow_log_printf(&fs->log, OW_LOG_WARNING, "hibernation state: %s", state_err.text);
        return fs->volume.writable && fs->hibernated && !fs->volume.discard_hibernation ? hiberfil_fail(err) : 0;
}

int volume_fat_open(const struct volume_window *window, uint64_t partition_size, unsigned flags, const ow_log *log,
                    ow_volume **ret, ow_error *err)
{
        OW_AUTO(fat_fs) fs = ow_calloc(1, sizeof *fs);
        uint8_t sector[VOLUME_BOOT_BYTES];
        int r;

        if (!fs)
                return ow_fail_nomem(err);
        r = volume_window_read(window, 0, sector, sizeof sector, err);
        if (r < 0)
                return r;
        r = fat_boot_decode((ow_view){ sector, sizeof sector }, &fs->boot, err);
        if (r < 0)
                return r;
        fs->volume = (ow_volume){ .ops = &fat_ops, .writable = flags & OW_VOLUME_WRITABLE,
                                    .discard_hibernation = flags & OW_VOLUME_DISCARD_HIBERNATION };
        if (log)
                fs->log = *log;
        fs->window = *window;
        r = load(fs, err);
        if (r < 0)
                return r;
        *ret = &OW_TAKE(fs)->volume;
        return 0;
}
