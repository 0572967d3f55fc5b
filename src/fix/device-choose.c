/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which devices are to go: what was named or described, each name meaning something; docs/devices.md. */
#include "fix/device-choose.h"

#include <stdlib.h>

#define CLASS_NET "{4d36e972-e325-11ce-bfc1-08002be10318}"

static void choosing_done(struct choosing *c)
{
        ow_free(c->wanted);
        ow_free(c->stays);
        ow_free(c->disk_path);
        ow_free(c->loose);
}

/* ---- what is meant ---- */

static const ow_adapter *adapter_of(const struct choosing *c, const ow_device *device)
{
        if (!choosing_same(device->class_guid, CLASS_NET) && !choosing_same(device->class_name, "Net"))
                return NULL;
        for (size_t i = 0; i < c->network->n_adapters; i++)
                if (choosing_same(c->network->adapters[i].instance, device->instance))
                        return &c->network->adapters[i];
        return NULL;
}

static const ow_device *device_of(const struct choosing *c, const ow_adapter *adapter)
{
        for (size_t i = 0; i < c->n && adapter->instance[0]; i++)
                if (choosing_same(c->all[i].instance, adapter->instance))
                        return &c->all[i];
        return NULL;
}

static bool fits_pattern(const ow_device *device, const char *pattern)
{
        const ow_device_filter filter = { .pattern = pattern };

        return ow_device_fits(device, &filter);
}

bool choosing_is_card(const struct choosing *c, const ow_device *device)
{
        const ow_adapter *adapter = adapter_of(c, device);

        return adapter && adapter->hardware_device;
}

/* All that is asked but the patterns. */
static bool fits_rest(const struct choosing *c, const ow_device *device)
{
        ow_device_filter filter = c->choice->filter;

        filter.pattern = NULL;
        if (c->choice->not_in) {
                filter.ghosts = false; /* what the machine to come lacks is as good as gone */
                if (ow_device_list_tells(c->choice->not_in, device) != OW_DEVICE_NOWHERE)
                        return false;
        }
        return ow_device_fits(device, &filter) && (!c->choice->network || choosing_is_card(c, device));
}

static bool fits_named(const struct choosing *c, const ow_device *device)
{
        const ow_device_choice *choice = c->choice;

        for (size_t i = 0; i < choice->n_patterns; i++)
                if (fits_pattern(device, choice->patterns[i]))
                        return true;
        for (size_t i = 0; i < choice->n_adapters; i++)
                if (choosing_same(c->network->adapters[choice->adapters[i]].instance, device->instance))
                        return true;
        return choice->n_patterns + choice->n_adapters == 0;
}

/* ---- telling ---- */

static int refuse(const struct choosing *c, size_t index, ow_error *err)
{
        OW_AUTO_FREE char *text = choosing_stay_text(&c->all[index], c->stays[index]);

        if (!text)
                return ow_fail_nomem(err);
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' stays: %s", c->all[index].instance, text);
}

/* One line for each reason. */
static int tell_stays(const struct choosing *c, ow_plan *plan, ow_error *err)
{
        int r = 0;

        for (enum stay stay = SOFTWARE; stay < N_STAYS && r == 0; stay++) {
                OW_AUTO_FREE char *text = NULL;
                size_t first = SIZE_MAX, count = 0;

                for (size_t i = 0; i < c->n; i++) {
                        if (!c->wanted[i] || c->stays[i] != stay)
                                continue;
                        first = count++ ? first : i;
                }
                if (count == 0)
                        continue;
                text = choosing_stay_text(&c->all[first], stay);
                if (!text)
                        return ow_fail_nomem(err);
                r = count == 1 ? plan_skip(plan, NULL, OW_FIX_NOT_FOR_THIS, err, "%s stays: %s",
                                           c->all[first].instance, text)
                               : plan_skip(plan, NULL, OW_FIX_NOT_FOR_THIS, err, "%s and %zu more stay: %s",
                                           c->all[first].instance, count - 1, text);
        }
        return r;
}

/* ---- each name has to mean something ---- */

static int check_pattern(const struct choosing *c, const char *pattern, ow_error *err)
{
        size_t first = SIZE_MAX;
        bool fits = false;

        for (size_t i = 0; i < c->n; i++) {
                if (!fits_pattern(&c->all[i], pattern))
                        continue;
                fits = true;
                if (!c->wanted[i])
                        continue;
                if (c->stays[i] == GOES)
                        return 0;
                if (first == SIZE_MAX)
                        first = i;
        }
        if (first != SIZE_MAX)
                return refuse(c, first, err);
        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                       fits ? "what fits '%s' is not among the other devices that were asked for; `offwin dev list` "
                              "shows them all"
                            : "no device fits '%s'; `offwin dev list` shows them all",
                       pattern);
}

/* An adapter without a device: settings that are left go, what software makes stays. */
static int check_loose(struct choosing *c, size_t index, ow_error *err)
{
        const ow_adapter *a = &c->network->adapters[index];
        bool gone =
                a->verdict.presence == OW_PRESENCE_GHOST && (a->kind == OW_ADAPTER_SETTINGS || a->hardware_device);

        if (!gone && !(c->choice->force && a->hardware_device))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' stays: %s", a->name[0] ? a->name : a->guid,
                               a->verdict.reason[0] ? a->verdict.reason : "no device leads to it");
        c->loose[index] = true;
        return 0;
}

static int check_adapter(struct choosing *c, size_t index, ow_error *err)
{
        const ow_adapter *a = &c->network->adapters[index];
        const ow_device *device = device_of(c, a);
        size_t at;

        if (!device)
                return check_loose(c, index, err);
        at = (size_t)(device - c->all);
        if (!c->wanted[at])
                return ow_fail(err, c->choice->not_in ? OW_E_REFUSED : OW_E_ABSENT, OW_NOWHERE,
                               "'%s' (%s) is not among the devices that were asked for",
                               a->name[0] ? a->name : a->guid, a->instance);
        return c->stays[at] == GOES ? 0 : refuse(c, at, err);
}

/* Only a class, a bus or the like was said: all of it staying is no success. */
static int check_filter(const struct choosing *c, ow_error *err)
{
        size_t first = SIZE_MAX;

        if (c->choice->filter.ghosts || c->choice->not_in)
                return 0;
        for (size_t i = 0; i < c->n; i++) {
                if (c->wanted[i] && c->stays[i] == GOES)
                        return 0;
                if (c->wanted[i] && (first == SIZE_MAX || c->stays[first] == SOFTWARE))
                        first = i;
        }
        return first == SIZE_MAX ? 0 : refuse(c, first, err);
}

static int check_names(struct choosing *c, ow_error *err)
{
        const ow_device_choice *choice = c->choice;
        int r = 0;

        for (size_t i = 0; i < choice->n_patterns && r == 0; i++)
                r = check_pattern(c, choice->patterns[i], err);
        for (size_t i = 0; i < choice->n_adapters && r == 0; i++)
                r = check_adapter(c, choice->adapters[i], err);
        if (choice->n_patterns + choice->n_adapters > 0)
                return r;
        for (size_t i = 0; i < c->network->n_adapters && choice->network; i++) {
                const ow_adapter *a = &c->network->adapters[i];

                c->loose[i] = a->verdict.presence == OW_PRESENCE_GHOST && !device_of(c, a) &&
                              (a->kind == OW_ADAPTER_SETTINGS || a->hardware_device);
        }
        return check_filter(c, err);
}

/* ---- the result ---- */

static int by_driver(const void *a, const void *b)
{
        const ow_device *const *left = a, *const *right = b;

        return ow_name_compare((*left)->driver, (*right)->driver);
}

/* Software keys that more than one device claims, and not all of them go. */
static int find_shared(const struct choosing *c, struct removal *removal, ow_error *err)
{
        OW_AUTO_FREE const ow_device **sorted = ow_calloc(c->n + 1, sizeof *sorted);

        removal->shared = ow_calloc(c->n + 1, sizeof *removal->shared);
        if (!sorted || !removal->shared)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < c->n; i++)
                sorted[i] = &c->all[i];
        if (c->n)
                qsort(sorted, c->n, sizeof *sorted, by_driver);
        for (size_t i = 1; i < c->n; i++) {
                bool both =
                        removal_find(removal, sorted[i]->instance) && removal_find(removal, sorted[i - 1]->instance);

                if (sorted[i]->driver[0] && choosing_same(sorted[i]->driver, sorted[i - 1]->driver) && !both)
                        removal->shared[removal->n_shared++] = sorted[i]->driver;
        }
        return 0;
}

static int take(const struct choosing *c, struct removal *removal, ow_error *err)
{
        removal->devices = ow_calloc(c->n + 1, sizeof *removal->devices);
        removal->going = ow_calloc(c->network->n_adapters + 1, sizeof *removal->going);
        if (!removal->devices || !removal->going)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < c->n; i++)
                if (c->wanted[i] && c->stays[i] == GOES)
                        removal->devices[removal->n_devices++] = &c->all[i];
        if (removal->n_devices)
                qsort(removal->devices, removal->n_devices, sizeof *removal->devices, removal_order);
        for (size_t i = 0; i < c->network->n_adapters; i++) {
                const char *instance = c->network->adapters[i].instance;

                removal->going[i] = c->loose[i] || (instance[0] && removal_find(removal, instance));
        }
        return find_shared(c, removal, err);
}

static int choose(struct choosing *c, struct removal *removal, ow_error *err)
{
        int r;

        c->wanted = ow_calloc(c->n + 1, sizeof *c->wanted);
        c->stays = ow_calloc(c->n + 1, sizeof *c->stays);
        c->disk_path = ow_calloc(c->n + 1, sizeof *c->disk_path);
        c->loose = ow_calloc(c->network->n_adapters + 1, sizeof *c->loose);
        if (!c->wanted || !c->stays || !c->disk_path || !c->loose)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < c->n; i++)
                c->wanted[i] = fits_named(c, &c->all[i]) && fits_rest(c, &c->all[i]);
        r = choosing_judge(c, removal, err);
        if (r == 0)
                r = check_names(c, err);
        if (r == 0)
                r = tell_stays(c, removal->plan, err);
        return r == 0 ? take(c, removal, err) : r;
}

int removal_choose(struct removal *removal, const ow_device_choice *choice, ow_error *err)
{
        struct choosing c = { .choice = choice };
        int r;

        r = ow_guest_devices(removal->guest, &c.all, &c.n, err);
        if (r == 0)
                r = ow_guest_network(removal->guest, &c.network, err);
        if (r < 0)
                return r;
        if (c.network->old_layout)
                return ow_fail(
                        err, OW_E_UNSUPPORTED, OW_NOWHERE,
                        "Windows NT 4 has no list of devices to remove one from; `offwin drv disable` keeps the "
                        "driver of a card from starting");
        removal->network = c.network;
        r = choose(&c, removal, err);
        choosing_done(&c);
        return r;
}
