/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One device instance of Enum, and the verdict on it; for the list of devices and for network adapters. */
#ifndef GUEST_DEVICE_READ_H
#define GUEST_DEVICE_READ_H

#include <offwin/device.h>

#include "guest/pool.h"

enum { DEVICE_FIELDS = 16 }; /* at least as many as are read of a device */

/* What each field held last: devices beside each other often have the same class, maker or container. */
struct device_before {
        struct {
                const uint8_t *data; /* in the hive */
                uint32_t size, type;
                const void *kept; /* what was made of it */
        } fields[DEVICE_FIELDS];
};

/* Collects one device from the items of a walk that lie at or below its instance key. */
struct device_reader {
        struct guest_pool *pool;
        ow_device device;
        unsigned property;            /* 0x64 to 0x67 while below it, else 0 */
        struct device_before *before; /* NULL: nothing is kept for the next one */
};

/* Begins a device. instance is kept as it is. */
void guest_device_begin(struct device_reader *reader, struct guest_pool *pool, const char *instance);

/* An item of the walk; depth 0 is the instance key. True: nothing below this key is of interest. */
bool guest_device_take(struct device_reader *reader, ow_hive *hive, const ow_hive_item *item, unsigned depth);

/* Fills gaps once all items came. The verdict is not made yet. */
void guest_device_end(struct device_reader *reader);

/* All of that for the key of one instance. */
void guest_device_read(struct guest_pool *pool, ow_regkey key, const char *instance, ow_device *ret);

/* A reason with a date, kept for devices that came or went on the same day. */
struct device_dated {
        const char *what, *reason;
        uint64_t day;
};

/* started_known: in this hive a count of volatile subkeys tells that a device ran (windows-facts, devices). last:
 * zeroed at first. */
ow_verdict guest_device_verdict(struct guest_pool *pool, const ow_device *device, bool started_known,
                                struct device_dated *last);

/* True when some PCI device below enum_key carries that mark, so that its absence means something. */
bool guest_device_started_known(ow_guest *guest, ow_regkey enum_key);

/* Software makes it, on demand: no hardware stands behind it. */
bool guest_device_is_software(const char *instance);

/* Part of stored, or kept in the pool: "@inf,%token%;text" is text, "@file,#1;bus %1, device %2;(2,1)" is "bus 2,
 * device 1"; anything else is itself. */
const char *guest_device_text(struct guest_pool *pool, const char *stored);

#endif
