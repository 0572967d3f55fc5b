/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/device.h - every device instance below Enum, and whether its hardware was there when Windows last ran.
 * Strings are the guest's, UTF-8, "" when not known; they live as long as the guest.
 */
#ifndef OFFWIN_DEVICE_H
#define OFFWIN_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/machine.h>

OW_BEGIN_DECLS

enum ow_presence {
        OW_PRESENCE_UNKNOWN, /* nothing on the disk tells */
        OW_PRESENCE_PRESENT, /* it was there when Windows last ran */
        OW_PRESENCE_GHOST,   /* Windows keeps it, and it was not there */
};

/* "unknown", "present", "ghost" */
OW_APIV const char *ow_presence_name(enum ow_presence presence);

enum ow_confidence { OW_CONFIDENCE_NONE, OW_CONFIDENCE_LOW, OW_CONFIDENCE_FAIR, OW_CONFIDENCE_HIGH };

/* "none", "low", "fair", "high" */
OW_APIV const char *ow_confidence_name(enum ow_confidence confidence);

typedef struct ow_verdict {
        enum ow_presence presence;
        enum ow_confidence confidence;
        const char *reason; /* "it was taken out on 2018-03-27" */
} ow_verdict;

typedef struct ow_device {
        const char *instance;            /* "PCI\\VEN_8086&DEV_100F&...\\4&b70f118&0&0888", as its keys are spelled */
        const char *bus;                 /* "PCI" */
        const char *const *hardware_ids; /* NULL-terminated */
        const char *const *compatible_ids; /* NULL-terminated */
        const char *class_guid;            /* as stored: "{4d36e972-...}" */
        const char *class_name;            /* "Net" */
        const char *service;
        const char *driver;      /* its software key: "{4d36e972-...}\\0007" */
        const char *description; /* without the reference into an inf */
        const char *friendly_name;
        const char *manufacturer;
        const char *location;
        const char *container; /* "{00000000-0000-0000-ffff-ffffffffffff}": the machine itself */
        uint32_t config_flags; /* 1 disabled, 2 removed, 0x40 failed install, ... */
        uint32_t capabilities;
        bool software;       /* made by software (ROOT, SWD, SW, HTREE, ...): never a ghost */
        uint32_t n_volatile; /* volatile subkeys of the last session, when the hive kept the count */
        uint64_t written;    /* FILETIME of its key */
        uint64_t installed, first_installed, last_arrival, last_removal; /* FILETIME or 0 */
        ow_verdict verdict;
} ow_device;

/* What devices are to be like; NULL and false: any. */
typedef struct ow_device_filter {
        const char *pattern;    /* looked for in instance, hardware ids, description, friendly name; with '*' or '?' it
                                   has to fit all of one of them */
        const char *class_name; /* or its GUID */
        const char *bus;
        const char *service;
        const char *vendor; /* "8086", "VEN_8086", "VID_03F0", or text in the manufacturer's name */
        bool ghosts; /* only those that were not there */
} ow_device_filter;

/* True when device is what filter asks for. */
OW_APIV bool ow_device_fits(const ow_device *device, const ow_device_filter *filter);

/* Devices of the current control set in the order of the registry. Read on first use; the array is the guest's. */
OW_API int ow_guest_devices(ow_guest *guest, const ow_device **ret, size_t *ret_count, ow_error *err);

OW_END_DECLS

#endif
