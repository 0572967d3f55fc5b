/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every device of the current control set: Enum\<bus>\<model>\<instance> in one walk, which leaves out all that does
 * not count, then a verdict on each.
 */
#include <stdio.h>
#include <string.h>

#include "guest/device-read.h"
#include "guest/devices.h"
#include "guest/version.h"

enum { MAX_DEVICES = 50000, MAX_DAMAGED = 64, NAME_ROOM = 600, MAX_CLASSES = 128 };

enum { BUS = 1, MODEL = 2, INSTANCE = 3 }; /* depths below Enum */

struct guest_devices {
        struct guest_pool pool;
        struct guest_list list; /* ow_device */
        char bus[NAME_ROOM], model[NAME_ROOM];
        struct device_reader reader;
        struct device_before before;
        bool reading; /* reader holds a device */
        struct known_class {
                const char *guid, *name;
        } classes[MAX_CLASSES];
        size_t n_classes;
};

void guest_devices_free(struct guest_devices *devices)
{
        if (!devices)
                return;
        guest_list_done(&devices->list);
        guest_pool_done(&devices->pool);
        ow_free(devices);
}

static void end_device(struct guest_devices *devices)
{
        ow_device *slot;

        if (!devices->reading)
                return;
        devices->reading = false;
        guest_device_end(&devices->reader);
        slot = guest_list_add(devices->pool.guest, &devices->list, sizeof *slot, MAX_DEVICES);
        if (slot)
                *slot = devices->reader.device;
}

static void begin_device(struct guest_devices *devices, const ow_hive_item *item)
{
        size_t bus = strlen(devices->bus), model = strlen(devices->model);
        char instance[3 * NAME_ROOM];

        memcpy(instance, devices->bus, bus);
        instance[bus] = '\\';
        memcpy(instance + bus + 1, devices->model, model);
        instance[bus + 1 + model] = '\\';
        (void)ow_hive_name_utf8(&item->name, instance + bus + model + 2, NAME_ROOM);
        guest_device_begin(&devices->reader, &devices->pool, guest_pool_text(&devices->pool, instance));
        devices->reader.before = &devices->before;
        devices->reading = true;
}

/* True: nothing below this key is of interest. */
static bool take(struct guest_devices *devices, ow_hive *hive, const ow_hive_item *item)
{
        if (item->kind == OW_ITEM_KEY && item->depth <= INSTANCE)
                end_device(devices);
        if (item->kind == OW_ITEM_KEY && item->depth == BUS)
                (void)ow_hive_name_utf8(&item->name, devices->bus, sizeof devices->bus);
        if (item->kind == OW_ITEM_KEY && item->depth == MODEL)
                (void)ow_hive_name_utf8(&item->name, devices->model, sizeof devices->model);
        if (item->kind == OW_ITEM_KEY && item->depth == INSTANCE)
                begin_device(devices, item);
        if (!devices->reading || item->depth < INSTANCE)
                return false;
        return guest_device_take(&devices->reader, hive, item, item->depth - INSTANCE);
}

static void walk(struct guest_devices *devices, ow_regkey enum_key)
{
        ow_guest *guest = devices->pool.guest;
        ow_error err = OW_ERROR_INIT;
        ow_hive_walk *way = NULL;
        unsigned damaged = 0;

        if (ow_hive_walk_open(enum_key.hive, enum_key.key, OW_WALK_NO_END, &way, &err) < 0) {
                guest_note_error(guest, &err, "devices");
                return;
        }
        while (damaged < MAX_DAMAGED && devices->list.n < MAX_DEVICES && !guest->out_of_memory) {
                ow_hive_item item;
                int r = ow_hive_walk_next(way, &item, &err);

                if (r == 0)
                        break;
                if (r < 0) {
                        guest_note_error(guest, &err, "devices");
                        damaged++;
                } else if (take(devices, enum_key.hive, &item)) {
                        ow_hive_walk_skip(way);
                }
        }
        end_device(devices);
        ow_hive_walk_close(way);
        if (devices->list.n == MAX_DEVICES)
                guest_note(guest, "more than %d devices: the rest is left out", MAX_DEVICES);
}

/* 8 and newer store the class of a device by its GUID alone. */
static const char *class_name(struct guest_devices *devices, const char *guid)
{
        struct known_class *known = devices->classes;
        char path[120], name[64] = "";
        ow_regkey key;

        for (size_t i = 0; i < devices->n_classes; i++)
                if (guest_text_equal(known[i].guid, guid))
                        return known[i].name;
        (void)snprintf(path, sizeof path, "Control\\Class\\%.80s", guid);
        if (guest_ccs_key(devices->pool.guest, path, &key))
                (void)guest_text(devices->pool.guest, key, "Class", name, sizeof name);
        if (devices->n_classes == MAX_CLASSES)
                return guest_pool_text(&devices->pool, name);
        known = &devices->classes[devices->n_classes++];
        *known = (struct known_class){ guid, guest_pool_text(&devices->pool, name) };
        return known->name;
}

static void judge(struct guest_devices *devices)
{
        struct device_dated last = { .what = NULL };
        ow_device *all = devices->list.items;
        bool started_known = false;

        for (size_t i = 0; i < devices->list.n && !started_known; i++)
                started_known = all[i].n_volatile && guest_text_equal(all[i].bus, "PCI");
        for (size_t i = 0; i < devices->list.n; i++) {
                if (!all[i].class_name[0] && all[i].class_guid[0])
                        all[i].class_name = class_name(devices, all[i].class_guid);
                all[i].verdict = guest_device_verdict(&devices->pool, &all[i], started_known, &last);
        }
}

int ow_guest_devices(ow_guest *guest, const ow_device **ret, size_t *ret_count, ow_error *err)
{
        struct guest_devices *devices;
        ow_regkey key;

        if (!guest->devices) {
                devices = ow_calloc(1, sizeof *devices);
                if (!devices)
                        return ow_fail_nomem(err);
                devices->pool.guest = guest;
                if (guest_ccs_key(guest, "Enum", &key))
                        walk(devices, key);
                judge(devices);
                if (guest->out_of_memory) {
                        guest->out_of_memory = false;
                        guest_devices_free(devices);
                        return ow_fail_nomem(err);
                }
                guest->devices = devices;
        }
        *ret = guest->devices->list.items;
        *ret_count = guest->devices->list.n;
        return 0;
}
