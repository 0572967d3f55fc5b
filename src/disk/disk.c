/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public face of one disk: opening, and reads and writes through the overlay. */
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "disk/disk.h"
#include "disk/raw.h"

static int copy_text(char **ret, const char *text, ow_error *err)
{
        if (!text)
                return 0;
        *ret = ow_strdup(text);
        return *ret ? 0 : ow_fail_nomem(err);
}

static int copy_place(ow_disk *disk, const struct disk_place *place, ow_error *err)
{
        int r = copy_text(&disk->name, place->name, err);

        if (r == 0)
                r = copy_text(&disk->path, place->path, err);
        if (r == 0)
                r = copy_text(&disk->base, place->base, err);
        if (r == 0)
                r = copy_text(&disk->folder, place->folder, err);
        disk->format = place->format;
        disk->shared_folder = place->shared_folder;
        disk->host = place->host;
        return r;
}

int disk_open_store(struct store *store, const struct disk_place *place, const ow_disk_options *options,
                    ow_disk **ret, ow_error *err)
{
        OW_AUTO(ow_disk) disk = ow_calloc(1, sizeof *disk);
        int r;

        if (!disk) {
                store_close(store);
                return ow_fail_nomem(err);
        }
        disk->store = store;
        r = copy_place(disk, place, err);
        if (r < 0)
                return r;
        if (options) {
                disk->writable = options->flags & OW_DISK_WRITABLE;
                disk->log = options->log;
        }
        r = disk_recover(disk, options, err);
        if (r < 0)
                return r;
        disk->stamp = store_stamp(disk->store);
        *ret = OW_TAKE(disk);
        return 0;
}

int disk_open_folder(const ow_disk *disk, struct folder **ret, ow_error *err)
{
        if (!disk->host || !disk->folder)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s' has no folder where a journal could be kept: name one with --journal-dir",
                               disk->name);
        return disk->host->open_folder(disk->host, disk->folder, ret, err);
}

void ow_disk_close(ow_disk *disk)
{
        if (!disk)
                return;
        overlay_done(&disk->overlay);
        store_close(disk->store);
        ow_free(disk->name);
        ow_free(disk->path);
        ow_free(disk->base);
        ow_free(disk->folder);
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
        return overlay_size(&disk->overlay, disk->store);
}

bool ow_disk_writable(const ow_disk *disk)
{
        return disk->writable;
}

static int check_range(const ow_disk *disk, uint64_t offset, size_t size, ow_error *err)
{
        if (!ow_fits_u64(offset, size, ow_disk_size(disk)))
                return ow_fail(err, OW_E_INVAL, offset, "%zu bytes at %llu are past the end of '%s' (%llu bytes)", size,
                               (unsigned long long)offset, disk->name, (unsigned long long)ow_disk_size(disk));
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

int ow_disk_set_size(ow_disk *disk, uint64_t size, ow_error *err)
{
        int r;

        if (size != ow_disk_size(disk) && (!store_can_resize(disk->store) || strcmp(disk->format, "raw") != 0))
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' cannot become longer or shorter: it is not a "
                               "plain file", disk->name);
        r = overlay_set_size(&disk->overlay, disk->store, size, err);
        return r < 0 ? ow_wrap(err, r, "size of '%s'", disk->name) : 0;
}

void ow_disk_discard(ow_disk *disk)
{
        overlay_done(&disk->overlay);
}

int ow_disk_next_change(ow_disk *disk, uint64_t *offset, uint64_t *ret_size, ow_error *err)
{
        return overlay_next_change(&disk->overlay, disk->store, offset, ret_size, err);
}
