/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/device-plan.h - removing devices that Windows keeps in its registry, as parts of a plan (offwin/fix.h), and
 * lists of the devices that a kind of virtual machine has (fixes/targets/<name>.list, docs/devices.md).
 */
#ifndef OFFWIN_DEVICE_PLAN_H
#define OFFWIN_DEVICE_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/device.h>
#include <offwin/error.h>
#include <offwin/fix.h>

OW_BEGIN_DECLS

/* ---- lists of devices ---- */

/* What devices a kind of machine has. Part of a set of fixes, and lives as long. */
typedef struct ow_device_list ow_device_list;

/* Index below the count, or by name. */
OW_APIV size_t ow_device_list_count(const ow_fix_set *set);
OW_APIV const ow_device_list *ow_device_list_get(const ow_fix_set *set, size_t index);      /* NULL past the last */
OW_APIV const ow_device_list *ow_device_list_find(const ow_fix_set *set, const char *name); /* NULL when unknown */

OW_APIV const char *ow_device_list_name(const ow_device_list *list);  /* "qemu" */
OW_APIV const char *ow_device_list_title(const ow_device_list *list); /* "QEMU and KVM" */

enum ow_device_told {
        OW_DEVICE_NOT_TOLD, /* the list says nothing of the device's bus */
        OW_DEVICE_THERE,    /* such a machine can have it */
        OW_DEVICE_NOWHERE,  /* no such machine has it */
};

/* What list says of device. */
OW_APIV enum ow_device_told ow_device_list_tells(const ow_device_list *list, const ow_device *device);

/* ---- removal ---- */

/* Which devices are meant. NULL, 0 and false: any. */
typedef struct ow_device_choice {
        const char *const *patterns; /* as ow_device_filter.pattern; a device has to fit one of them */
        size_t n_patterns;
        ow_device_filter filter;      /* its pattern is not looked at */
        const ow_device_list *not_in; /* only those that such a machine does not have; they count as gone */
        const size_t *adapters;       /* beside these devices: adapters by index in ow_guest_network(), which count as
                                         named by a pattern each */
        size_t n_adapters;
        bool network; /* only network cards; with neither patterns nor adapters also address settings that are left
                         of cards without a device */
        bool force;   /* also devices that were there, or of which nothing tells, and the last network card */
} ow_device_choice;

/**
 * ow_plan_remove_devices - rows that remove devices with every place in the registry that names them
 * @choice:    devices that are not gone stay, and stand among what the plan skips, unless choice->force
 * @ret_count: may be NULL; devices (and adapters without one) that go
 *
 * Never removed: what software makes (ROOT, SWD, SW, HTREE, ...), and what is between Windows and its disk. In every
 * control set that the next boot may use. What removes a network card also takes away its addresses, its name, its
 * bindings and its routes (docs/devices.md lists the places, and those that are left).
 *
 * Return: 0, also when there is nothing to remove; OW_E_ABSENT a pattern fits no device; OW_E_REFUSED all that a
 *         pattern fits has to stay, with the reason; OW_E_UNSUPPORTED Windows NT 4; OW_E_CORRUPT; OW_E_LIMIT;
 * OW_E_NOMEM.
 */
OW_API int ow_plan_remove_devices(ow_plan *plan, ow_guest *guest, const ow_device_choice *choice, size_t *ret_count,
                                  ow_error *err);

OW_END_DECLS

#endif
