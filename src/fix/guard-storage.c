/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way from the machine's disks to the root of its devices: the disk, its controller, the buses above. A device's
 * instance id begins with the ParentIdPrefix of the device above it.
 */
#include "fix/guard.h"

#include <string.h>

#include "base/upcase.h"

#define CLASS_DISK "{4d36e967-e325-11ce-bfc1-08002be10318}"

enum {
        LEVELS_MAX = 16, /* between a disk and the root */
        DISKS_MAX = 64,  /* whose ways are followed */
};

static bool begins(const char *text, const char *with)
{
        size_t n = strlen(with);

        return strlen(text) >= n && ow_name_compare_n(text, n, with, n) == 0;
}

static struct guard_device *above(struct guard_map *map, const struct guard_device *device)
{
        const char *instance = strrchr(device->path, '\\');

        for (size_t i = 0; instance && i < map->n_devices; i++) {
                struct guard_device *d = &map->devices[i];
                size_t n = strlen(d->prefix);

                if (n && d != device && begins(instance + 1, d->prefix) && instance[1 + n] == '&')
                        return d;
        }
        return NULL;
}

/* A disk that may hold Windows: sticks and memory cards do not. */
static bool is_fixed_disk(const struct guard_device *device)
{
        static const char *const removable[] = { "USBSTOR\\", "SD\\", "SDBUS\\", "WPDBUSENUM", "FDC\\" };

        if (ow_name_compare(device->class_guid, CLASS_DISK) != 0)
                return false;
        for (size_t i = 0; i < OW_COUNT(removable); i++)
                if (begins(device->path, removable[i]))
                        return false;
        return true;
}

void guard_storage_mark(struct guard_map *map)
{
        unsigned disks = 0;

        for (size_t i = 0; i < map->n_devices && disks < DISKS_MAX; i++) {
                struct guard_device *d = &map->devices[i];

                if (begins(d->path, "STORAGE\\Volume\\"))
                        d->on_path = true;
                if (!is_fixed_disk(d))
                        continue;
                disks++;
                map->has_disk = true;
                for (unsigned level = 0; d && !d->on_path && level < LEVELS_MAX; level++) {
                        d->on_path = true;
                        d = above(map, d);
                }
        }
}
