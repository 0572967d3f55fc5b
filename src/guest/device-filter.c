/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices a person means: by pattern, class, bus, driver, and whether they are gone. */
#include <ctype.h>
#include <string.h>

#include <offwin/device.h>

#include "base/glob.h"
#include "guest/internal.h"

static bool text_fits(const char *text, const char *pattern)
{
        return ow_glob_is(pattern) ? ow_glob_match(pattern, text) : guest_text_contains(text, pattern);
}

static bool pattern_fits(const ow_device *d, const char *pattern)
{
        if (text_fits(d->instance, pattern) || text_fits(d->description, pattern) ||
            text_fits(d->friendly_name, pattern))
                return true;
        for (const char *const *id = d->hardware_ids; *id; id++)
                if (text_fits(*id, pattern))
                        return true;
        return false;
}

/* "VEN_8086", whose four digits are given, in an id. */
static bool holds_vendor(const char *id, const char *kind, const char *digits)
{
        for (const char *at = strstr(id, kind); at; at = strstr(at + 1, kind))
                if (strncasecmp(at + strlen(kind), digits, 4) == 0 && !isxdigit((unsigned char)at[strlen(kind) + 4]))
                        return true;
        return false;
}

static bool vendor_fits(const ow_device *d, const char *vendor)
{
        bool pci = strncasecmp(vendor, "VEN_", 4) == 0, usb = strncasecmp(vendor, "VID_", 4) == 0;
        const char *digits = pci || usb ? vendor + 4 : vendor;

        if (strlen(digits) != 4 || strspn(digits, "0123456789abcdefABCDEF") != 4)
                return guest_text_contains(d->manufacturer, vendor);
        for (const char *const *id = d->hardware_ids; *id; id++)
                if ((!usb && holds_vendor(*id, "VEN_", digits)) || (!pci && holds_vendor(*id, "VID_", digits)))
                        return true;
        return (!usb && holds_vendor(d->instance, "VEN_", digits)) ||
               (!pci && holds_vendor(d->instance, "VID_", digits));
}

bool ow_device_fits(const ow_device *device, const ow_device_filter *filter)
{
        if (filter->ghosts && device->verdict.presence != OW_PRESENCE_GHOST)
                return false;
        if (filter->class_name && !guest_text_equal(device->class_name, filter->class_name) &&
            !guest_text_equal(device->class_guid, filter->class_name))
                return false;
        if (filter->bus && !guest_text_equal(device->bus, filter->bus))
                return false;
        if (filter->service && !guest_text_equal(device->service, filter->service))
                return false;
        if (filter->vendor && !vendor_fits(device, filter->vendor))
                return false;
        return !filter->pattern || pattern_fits(device, filter->pattern);
}
