/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way from the machine's disks and volumes to the root of its devices: the disk, its controller, the buses above;
 * the volume, what makes volumes of disks. A device's instance id begins with the ParentIdPrefix of the device above
 * it. Not every device has one (RAID controllers' drivers name their disks as they like): when no disk's way leads
 * past the disk, every disk controller may be the one, with all above it.
 */
#include "fix/guard.h"

#include <string.h>

#include "base/upcase.h"

#define CLASS_DISK "{4d36e967-e325-11ce-bfc1-08002be10318}"
#define CLASS_HDC  "{4d36e96a-e325-11ce-bfc1-08002be10318}"
#define CLASS_SCSI "{4d36e97b-e325-11ce-bfc1-08002be10318}"

enum {
        LEVELS_MAX = 16, /* between a disk and the root */
        WAYS_MAX = 256,  /* disks and volumes whose ways are followed */
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

/* The device and all above it, as surely or perhaps on the path; how many there are. */
static unsigned mark_way(struct guard_map *map, struct guard_device *d, bool sure)
{
        unsigned level = 0;

        for (; d && level < LEVELS_MAX; level++) {
                d->on_path = d->on_path || sure;
                d->may_lead = d->may_lead || !sure;
                d = above(map, d);
        }
        return level;
}

static bool is_controller(const struct guard_device *device)
{
        return *device->service && (ow_name_compare(device->class_guid, CLASS_HDC) == 0 ||
                                    ow_name_compare(device->class_guid, CLASS_SCSI) == 0);
}

/* True when what is above a fixed disk is known. */
static bool mark_disks_and_volumes(struct guard_map *map)
{
        bool known = false;
        unsigned ways = 0;

        for (size_t i = 0; i < map->n_devices && ways < WAYS_MAX; i++) {
                struct guard_device *d = &map->devices[i];
                bool disk = is_fixed_disk(d);

                if (!disk && !begins(d->path, "STORAGE\\Volume\\"))
                        continue;
                ways++;
                known = (mark_way(map, d, true) > 1 && disk) || known;
        }
        return known;
}

void guard_storage_mark(struct guard_map *map)
{
        unsigned ways = 0;

        map->has_way = mark_disks_and_volumes(map);
        if (map->has_way)
                return;
        for (size_t i = 0; i < map->n_devices && ways < WAYS_MAX; i++) {
                if (!is_controller(&map->devices[i]))
                        continue;
                ways++;
                (void)mark_way(map, &map->devices[i], false);
        }
        map->has_way = ways > 0;
}
