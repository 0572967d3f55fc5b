/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices a person means: by pattern, class, bus, driver, and whether they are gone. */
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
        return !filter->pattern || pattern_fits(device, filter->pattern);
}
