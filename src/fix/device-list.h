/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of the devices that a kind of machine has: fixes/targets/<name>.list, docs/devices.md. */
#ifndef FIX_DEVICE_LIST_H
#define FIX_DEVICE_LIST_H

#include <offwin/device-plan.h>

#include "base/alloc.h"

enum {
        DEVICE_LIST_MAX = 1 << 18, /* bytes of one file */
        DEVICE_LIST_BUSES = 64,
        DEVICE_LIST_ENTRIES = 4096,
};

struct device_bus {
        char *name; /* "PCI" */
        char **ids; /* what comes after the bus: "VEN_8086&DEV_100E", a beginning, or with '*' a glob */
        size_t n, cap;
};

struct ow_device_list {
        char *name, *title, *source;
        struct device_bus *buses; /* a bus that is not here: nothing is told of it */
        size_t n_buses, cap_buses;
        size_t n_ids; /* of all buses */
};

/* OW_E_INVAL with label and line. *ret is the caller's: device_list_free(). */
int device_list_parse(const char *name, const char *label, const void *text, size_t size, ow_device_list **ret,
                      ow_error *err);
void device_list_free(ow_device_list *list);

#endif
