/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a file system of this room provides. volume.c checks arguments and calls through; ntfs*.c and fat*.c embed
 * ow_volume and ow_file as their first members. Offsets and sizes have been checked when a function here is called.
 */
#ifndef VOLUME_OPS_H
#define VOLUME_OPS_H

#include <stdbool.h>
#include <stdint.h>

#include <offwin/volume.h>

#include "volume/path.h"

/* The bytes of a partition that exist: an image that ends early gives a window smaller than its partition. */
struct volume_window {
        ow_disk *disk;
        uint64_t offset;
        uint64_t size;
};

struct volume_ops {
        void (*close)(ow_volume *volume);
        int (*flush)(ow_volume *volume, ow_error *err);
        int (*info)(ow_volume *volume, ow_volume_info *ret, ow_error *err);
        int (*free_space)(ow_volume *volume, uint64_t *ret, ow_error *err);
        int (*stat)(ow_volume *volume, const struct volume_path *path, ow_stat *ret, ow_error *err);
        int (*list)(ow_volume *volume, const struct volume_path *path, ow_volume_list_fn fn, void *state,
                    ow_error *err);
        int (*open_file)(ow_volume *volume, const struct volume_path *path, unsigned flags, ow_file **ret,
                         ow_error *err);
        int (*create_folder)(ow_volume *volume, const struct volume_path *path, ow_error *err);
        int (*remove)(ow_volume *volume, const struct volume_path *path, ow_error *err);
        int (*rename)(ow_volume *volume, const struct volume_path *from, const struct volume_path *to,
                      ow_error *err);

        void (*file_close)(ow_file *file);
        uint64_t (*file_size)(const ow_file *file);
        int (*file_read)(ow_file *file, uint64_t offset, void *buf, size_t size, ow_error *err);
        int (*file_write)(ow_file *file, uint64_t offset, const void *buf, size_t size, ow_error *err);
        int (*file_set_size)(ow_file *file, uint64_t size, ow_error *err);
        int (*file_set_attributes)(ow_file *file, uint32_t attributes, ow_error *err);
};

struct ow_volume {
        const struct volume_ops *ops;
        bool writable;
        bool discard_hibernation;       /* no reason to refuse: ow_volume_open() empties hiberfil.sys */
        bool session_discarded;         /* and has done so */
};

struct ow_file {
        ow_volume *volume;
        bool writable;
};

/* Attributes that a caller may change; the others follow from what a file is. */
#define VOLUME_SETTABLE (OW_ATTR_READONLY | OW_ATTR_HIDDEN | OW_ATTR_SYSTEM | OW_ATTR_ARCHIVE)

int volume_window_read(const struct volume_window *window, uint64_t offset, void *buf, size_t size, ow_error *err);
int volume_window_write(const struct volume_window *window, uint64_t offset, const void *buf, size_t size,
                        ow_error *err);

/* partition_size: bytes the table gives the partition, which may be more than the window has. */
int volume_ntfs_open(const struct volume_window *window, uint64_t partition_size, unsigned flags, const ow_log *log,
                     ow_volume **ret, ow_error *err);
int volume_fat_open(const struct volume_window *window, uint64_t partition_size, unsigned flags, const ow_log *log,
                    ow_volume **ret, ow_error *err);

#endif
