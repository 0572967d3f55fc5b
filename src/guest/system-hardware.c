/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine that Windows last ran on. SMBIOS strings are kept below HardwareConfig since Windows 8, and nowhere on
 * disk before (the HARDWARE hive lives in memory); processors, disks and cards stay in Enum.
 */
#include "guest/system.h"

#include <stdlib.h>
#include <string.h>

#include <offwin/device.h>

static void text_into(ow_guest *guest, struct guest_system *s, ow_regkey key, const char *name, const char **ret)
{
        char text[300];

        if (guest_text(guest, key, name, text, sizeof text))
                *ret = system_text(s, text);
}

static void read_firmware(ow_guest *guest, struct guest_system *s)
{
        ow_firmware_strings *f = &s->facts.firmware;
        ow_regkey configs, key;
        char last[80];

        if (!guest_key(guest, "HKLM\\SYSTEM\\HardwareConfig", &configs) ||
            !guest_text(guest, configs, "LastConfig", last, sizeof last) || strchr(last, '\\') ||
            !guest_subkey(guest, configs, last, &key))
                return;
        text_into(guest, s, key, "SystemManufacturer", &f->manufacturer);
        text_into(guest, s, key, "SystemProductName", &f->model);
        text_into(guest, s, key, "SystemFamily", &f->family);
        text_into(guest, s, key, "BIOSVendor", &f->bios_vendor);
        text_into(guest, s, key, "BIOSVersion", &f->bios_version);
        text_into(guest, s, key, "BIOSReleaseDate", &f->bios_date);
        text_into(guest, s, key, "BaseBoardProduct", &f->board);
        (void)guest_filetime(guest, key, "LastUse", &f->last_used);
}

/* ---- parts ---- */

/* Device setup classes (Microsoft: system-defined device setup classes). */
static const struct {
        const char *class_guid, *kind;
} kinds[] = {
        { "{50127dc3-0f36-415e-a6cc-4cb3be910b65}", "processor" },
        { "{4d36e967-e325-11ce-bfc1-08002be10318}", "disk" },
        { "{4d36e965-e325-11ce-bfc1-08002be10318}", "CD drive" },
        { "{4d36e97b-e325-11ce-bfc1-08002be10318}", "storage controller" },
        { "{4d36e96a-e325-11ce-bfc1-08002be10318}", "IDE controller" },
        { "{4d36e968-e325-11ce-bfc1-08002be10318}", "display" },
        { "{4d36e972-e325-11ce-bfc1-08002be10318}", "network" },
};

static const char *kind_of(const ow_device *device)
{
        for (size_t i = 0; i < OW_COUNT(kinds); i++)
                if (guest_text_equal(device->class_guid, kinds[i].class_guid))
                        return kinds[i].kind;
        return NULL;
}

static void part_add(struct guest_system *s, const ow_device *device)
{
        const char *kind = device->software ? NULL : kind_of(device);
        const char *name = device->friendly_name[0] ? device->friendly_name : device->description;
        ow_hardware_part *parts = s->parts.items, *part;

        if (!kind || !name[0])
                return;
        for (size_t i = 0; i < s->parts.n; i++) {
                if (strcmp(parts[i].kind, kind) == 0 && strcmp(parts[i].name, name) == 0) {
                        parts[i].count++;
                        return;
                }
        }
        part = s->parts.n < 256 ? system_add(s, &s->parts, sizeof *part) : NULL;
        if (part)
                *part = (ow_hardware_part){ kind, system_text(s, name), 1 };
}

static size_t rank(const char *kind)
{
        size_t i = 0;

        while (strcmp(kinds[i].kind, kind) != 0)
                i++;
        return i;
}

static int by_kind(const void *a, const void *b)
{
        const ow_hardware_part *l = a, *r = b;
        size_t i = rank(l->kind), k = rank(r->kind);

        return i != k ? (i > k) - (i < k) : strcmp(l->name, r->name);
}

void system_read_hardware(ow_guest *guest, struct guest_system *s)
{
        ow_error err = OW_ERROR_INIT;
        const ow_device *devices;
        size_t n;

        read_firmware(guest, s);
        if (ow_guest_devices(guest, &devices, &n, &err) < 0) {
                guest_note_error(guest, &err, "devices");
                return;
        }
        for (size_t i = 0; i < n; i++)
                if (devices[i].verdict.presence != OW_PRESENCE_GHOST)
                        part_add(s, &devices[i]);
        if (s->parts.n)
                qsort(s->parts.items, s->parts.n, sizeof(ow_hardware_part), by_kind);
}
