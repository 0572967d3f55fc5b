/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public face of one disk: opening, and reads and writes through the overlay. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "disk/disk.h"
#include "disk/raw.h"

int disk_open_store(struct store *store, const char *name, const char *format, const ow_disk_options *options,
                    ow_disk **ret, ow_error *err)
{
        ow_disk *disk = ow_calloc(1, sizeof *disk);
        char *copy = ow_strdup(name);

        if (!disk || !copy) {
                store_close(store);
                ow_free(copy);
                ow_free(disk);
                return ow_fail_nomem(err);
        }
        disk->store = store;
        disk->name = copy;
        disk->format = format;
        if (options) {
                disk->writable = options->flags & OW_DISK_WRITABLE;
                disk->log = options->log;
        }
        disk->stamp = store_stamp(store);
        *ret = disk;
        return 0;
}

int ow_disk_open(const char *name, const ow_disk_options *options, ow_disk **ret_disk, ow_error *err)
{
        bool writable = options && options->flags & OW_DISK_WRITABLE;
        struct store *store;
        int r;

        if (!name || !ret_disk)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no disk named");
        r = raw_open(name, writable, options ? &options->log : NULL, &store, err);
        if (r < 0)
                return r;
        return disk_open_store(store, name, "raw", options, ret_disk, err);
}

void ow_disk_close(ow_disk *disk)
{
        if (!disk)
                return;
        overlay_done(&disk->overlay);
        store_close(disk->store);
        ow_free(disk->name);
        ow_free(disk);
}

const char *ow_disk_name(const ow_disk *disk)
{
        return disk->name;
}

const char *ow_disk_format(const ow_disk *disk)
{
        return disk->format;
}

uint64_t ow_disk_size(const ow_disk *disk)
{
        return disk->store->size_bytes;
}

bool ow_disk_writable(const ow_disk *disk)
{
        return disk->writable;
}

static int check_range(const ow_disk *disk, uint64_t offset, size_t size, ow_error *err)
{
        if (!ow_fits_u64(offset, size, disk->store->size_bytes))
                return ow_fail(err, OW_E_INVAL, offset, "%zu bytes at %llu are past the end of '%s' (%llu bytes)", size,
                               (unsigned long long)offset, disk->name, (unsigned long long)disk->store->size_bytes);
        return 0;
}

int ow_disk_read(ow_disk *disk, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        int r = check_range(disk, offset, size, err);

        return r < 0 ? r : overlay_read(&disk->overlay, disk->store, offset, buf, size, err);
}

int ow_disk_write(ow_disk *disk, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        int r = check_range(disk, offset, size, err);

        return r < 0 ? r : overlay_write(&disk->overlay, disk->store, offset, buf, size, err);
}

void ow_disk_discard(ow_disk *disk)
{
        overlay_done(&disk->overlay);
}

int ow_disk_next_change(ow_disk *disk, uint64_t *offset, uint64_t *ret_size, ow_error *err)
{
        return overlay_next_change(&disk->overlay, disk->store, offset, ret_size, err);
}
