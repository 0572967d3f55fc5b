/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Was a device there when Windows last ran? Presence itself is never stored; what is left of it are dates (8 and
 * newer) and, in hives that were not closed cleanly, the count of volatile subkeys that a started device has
 * (docs/formats/windows-facts.md, devices).
 */
#include <stdio.h>

#include "base/filetime.h"
#include "guest/device-read.h"

enum { CONFIG_REMOVED = 0x2 }; /* ConfigFlags */

enum { MAX_SAMPLES = 500 }; /* PCI devices looked at for the mark of a started one */

const char *ow_presence_name(enum ow_presence presence)
{
        switch (presence) {
        case OW_PRESENCE_PRESENT:
                return "present";
        case OW_PRESENCE_GHOST:
                return "ghost";
        case OW_PRESENCE_UNKNOWN:
                break;
        }
        return "unknown";
}

const char *ow_confidence_name(enum ow_confidence confidence)
{
        switch (confidence) {
        case OW_CONFIDENCE_LOW:
                return "low";
        case OW_CONFIDENCE_FAIR:
                return "fair";
        case OW_CONFIDENCE_HIGH:
                return "high";
        case OW_CONFIDENCE_NONE:
                break;
        }
        return "none";
}

static ow_verdict dated(struct guest_pool *pool, struct device_dated *last, enum ow_presence presence,
                        enum ow_confidence confidence, const char *what, uint64_t filetime)
{
        const uint64_t day_units = UINT64_C(864000000000);
        char date[OW_FILETIME_TEXT];

        if (last->what != what || last->day != filetime / day_units) {
                ow_filetime_format(filetime, date);
                date[10] = '\0';
                *last = (struct device_dated){ what, guest_pool_printf(pool, "%s%s", what, date),
                                               filetime / day_units };
        }
        return (ow_verdict){ presence, confidence, last->reason };
}

/*
 * PCI functions are started at once when Windows starts, and nearly all that ran have the mark in a hive that has
 * any. Disks, volumes, USB come later, and none of them may have it. Bridges to the processor and to ISA never do.
 */
static bool mark_tells(const ow_device *d)
{
        if (!guest_text_equal(d->bus, "PCI") || !d->service[0] || guest_text_equal(d->service, "msisadrv"))
                return false;
        for (const char *const *id = d->compatible_ids; *id; id++)
                if (guest_text_equal(*id, "PCI\\CC_0600") || guest_text_equal(*id, "PCI\\CC_0601"))
                        return false;
        return true;
}

ow_verdict guest_device_verdict(struct guest_pool *pool, const ow_device *d, bool started_known,
                                struct device_dated *last)
{
        static const char went[] = "it was taken out on ", came[] = "it came last on ";

        if (d->last_removal > d->last_arrival)
                return dated(pool, last, OW_PRESENCE_GHOST, OW_CONFIDENCE_HIGH, went, d->last_removal);
        if (d->config_flags & CONFIG_REMOVED)
                return (ow_verdict){ OW_PRESENCE_GHOST, OW_CONFIDENCE_FAIR, "it is marked as removed" };
        if (d->n_volatile)
                return (ow_verdict){ OW_PRESENCE_PRESENT, OW_CONFIDENCE_HIGH, "it ran when the hive was written" };
        if (d->software)
                return (ow_verdict){ OW_PRESENCE_UNKNOWN, OW_CONFIDENCE_NONE, "software makes it when it is needed" };
        if (started_known && mark_tells(d))
                return (ow_verdict){ OW_PRESENCE_GHOST, OW_CONFIDENCE_FAIR,
                                     "it was not there when Windows last ran" };
        if (d->last_arrival)
                return dated(pool, last, OW_PRESENCE_PRESENT, OW_CONFIDENCE_LOW, came, d->last_arrival);
        if (started_known)
                return (ow_verdict){ OW_PRESENCE_UNKNOWN, OW_CONFIDENCE_NONE,
                                     "devices of its kind leave no trace of having run" };
        return (ow_verdict){ OW_PRESENCE_UNKNOWN, OW_CONFIDENCE_NONE,
                             "the hive was closed cleanly, which leaves no trace" };
}

bool guest_device_started_known(ow_guest *guest, ow_regkey enum_key)
{
        ow_subkey_iter models = { 0 };
        ow_regkey pci, model, device;
        unsigned left = MAX_SAMPLES;
        bool found = false;
        char *name;

        if (!guest_subkey(guest, enum_key, "PCI", &pci))
                return false;
        while (!found && left > 0 && guest_next_subkey(guest, pci, &models, &model, &name)) {
                ow_subkey_iter devices = { 0 };

                ow_free(name);
                while (!found && left-- > 1 && guest_next_subkey(guest, model, &devices, &device, &name)) {
                        OW_AUTO_KEY_INFO info = { 0 };

                        ow_free(name);
                        found = ow_hive_key_info(device.hive, device.key, &info, NULL) == 0 && info.n_volatile > 0;
                }
        }
        return found;
}
