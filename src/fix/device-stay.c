/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which of the devices that are meant have to stay: what software makes, what is between Windows and its disk, what
 * was there when Windows last ran, the last network card. docs/devices.md says why.
 */
#include <stdio.h>
#include <string.h>

#include "fix/device-choose.h"
#include "fix/guard.h"
#include "fix/storage.h"

/* Made by software, or by the firmware for the machine itself. */
static bool is_software(const ow_device *device)
{
        return device->software || device->bus[0] == '{' || choosing_same(device->bus, "ACPI_HAL");
}

static bool drives(const struct storage_driver *driver, const ow_device *device)
{
        for (size_t i = 0; i < STORAGE_IDS_MAX && driver->ids[i]; i++) {
                if (!strstr(driver->ids[i], "VEN_") && !strstr(driver->ids[i], "\\{"))
                        continue; /* a class of devices */
                for (const char *const *id = device->hardware_ids; *id; id++)
                        if (choosing_same(*id, driver->ids[i]))
                                return true;
        }
        return false;
}

static bool is_disk_controller(const ow_device *device)
{
        return choosing_same(device->class_guid, STORAGE_CLASS_HDC) ||
               choosing_same(device->class_guid, STORAGE_CLASS_SCSI);
}

/* One that virtual machines have: Windows may be about to find its disk on it. */
static bool is_controller(const ow_device *device)
{
        if (!is_disk_controller(device))
                return false;
        for (size_t i = 0; i < ow_storage_target_count(); i++)
                for (const struct storage_driver *d = ow_storage_target_get(i)->drivers; d->service; d++)
                        if (drives(d, device))
                                return true;
        return false;
}

static enum stay judge(const struct choosing *c, size_t index)
{
        const ow_device *device = &c->all[index];
        bool ghost = device->verdict.presence == OW_PRESENCE_GHOST;
        bool disk = c->disk_path[index] || is_disk_controller(device);

        if (is_software(device))
                return SOFTWARE;
        if (disk && !ghost)
                return DISK_PATH;
        if (c->choice->force || c->choice->not_in)
                return GOES;
        if (!ghost)
                return device->verdict.presence == OW_PRESENCE_PRESENT ? THERE : NOT_TOLD;
        if (is_controller(device))
                return CONTROLLER;
        return disk && device->verdict.confidence < OW_CONFIDENCE_HIGH ? NOT_SURE : GOES;
}

/* guard-storage.c knows the way from the disks to the root. */
static int mark_disk_path(struct choosing *c, struct removal *removal, ow_error *err)
{
        const struct guard_map *map;
        char set[40];
        int r;

        (void)snprintf(set, sizeof set, "HKLM\\SYSTEM\\ControlSet%03u", c->network->control_set);
        r = guard_map_get(removal->plan, removal->guest, set, &map, err);
        for (size_t i = 0; r == 0 && i < map->n_devices; i++) {
                if (!map->devices[i].on_path)
                        continue;
                for (size_t k = 0; k < c->n; k++)
                        c->disk_path[k] = c->disk_path[k] || choosing_same(c->all[k].instance, map->devices[i].path);
        }
        return r;
}

/* One card stays, so that its addresses are not lost unseen. */
static void keep_last_card(struct choosing *c)
{
        size_t last = SIZE_MAX;

        for (size_t i = 0; i < c->n; i++) {
                bool goes = c->wanted[i] && c->stays[i] == GOES;

                if (c->all[i].verdict.presence == OW_PRESENCE_GHOST || !choosing_is_card(c, &c->all[i]))
                        continue;
                if (!goes)
                        return;
                last = i;
        }
        if (last != SIZE_MAX && !c->choice->force)
                c->stays[last] = LAST_CARD;
}

char *choosing_stay_text(const ow_device *device, enum stay stay)
{
        const char *why = device->verdict.reason;

        switch (stay) {
        case SOFTWARE:
                return ow_strdup("software or the firmware makes it, not a card or plug: it is never a leftover");
        case DISK_PATH:
                return ow_strdup(
                        "it leads to a disk of this machine, as far as can be told, and Windows may be on it");
        case THERE:
                return ow_asprintf("it was there when Windows last ran (%s); --force removes it all the same, and "
                                   "Windows finds it again when it is still there",
                                   why);
        case NOT_TOLD:
                return ow_asprintf("nothing tells that it is gone (%s); --not-in NAME goes by the machine to come, "
                                   "--force removes it all the same",
                                   why);
        case CONTROLLER:
                return ow_strdup(
                        "it is a disk controller of virtual machines, which Windows may have to find its disk "
                        "on; --not-in NAME or --force removes it");
        case NOT_SURE:
                return ow_asprintf("it may lead to a disk, and that it is gone is told with confidence %s only (%s); "
                                   "--not-in NAME or --force removes it",
                                   ow_confidence_name(device->verdict.confidence), why);
        case LAST_CARD:
                return ow_strdup("it is the last network card, and its addresses would go with it (`offwin net "
                                 "handover` hands them to the new one first); --force removes it all the same");
        case GOES:
        case N_STAYS:
                break;
        }
        return ow_strdup("");
}

int choosing_judge(struct choosing *c, struct removal *removal, ow_error *err)
{
        int r = c->n ? mark_disk_path(c, removal, err) : 0;

        if (r < 0)
                return r;
        for (size_t i = 0; i < c->n; i++)
                c->stays[i] = c->wanted[i] ? judge(c, i) : GOES;
        keep_last_card(c);
        return 0;
}
