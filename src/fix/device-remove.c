/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices taken out of the registry with every place that names them (docs/devices.md). What belongs to one device
 * stands under a head of its own, so that a person sees what goes with what.
 */
#include "fix/device-remove.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/net.h"
#include "fix/service-edit.h"

enum { KEYS_MAX = 100000 }; /* subkeys looked at below one key */

#define CLASSES    "Control\\DeviceClasses"
#define CONTAINERS "Control\\DeviceContainers"
#define PROFILES   "Hardware Profiles"

void removal_done(struct removal *removal)
{
        ow_free(removal->devices);
        ow_free(removal->going);
        ow_free(removal->shared);
        *removal = (struct removal){ .plan = NULL };
}

int removal_order(const void *a, const void *b)
{
        const ow_device *const *left = a, *const *right = b;

        return ow_name_compare((*left)->instance, (*right)->instance);
}

const ow_device *removal_find(const struct removal *removal, const char *instance)
{
        const ow_device key = { .instance = instance }, *wanted = &key, **found;

        found = removal->n_devices
                        ? bsearch(&wanted, removal->devices, removal->n_devices, sizeof(ow_device *), removal_order)
                        : NULL;
        return found ? *found : NULL;
}

/* ---- heads ---- */

static int begin(const struct removal *removal, const char *name, const char *title, const char *why,
                 struct fix_job *job, ow_error *err)
{
        const struct fix_action action = { .name = name, .title = title, .why = why };

        return fix_action_begin(job, removal->plan, removal->guest, &action, err);
}

static const char *called(const ow_device *device)
{
        return device->friendly_name[0] ? device->friendly_name
               : device->description[0] ? device->description
                                        : device->instance;
}

/* As a person should know it: by the list, by the verdict, or because it was asked for. */
static char *why_gone(const struct removal *removal, const ow_device *device)
{
        const ow_verdict *verdict = &device->verdict;

        if (removal->not_in)
                return ow_asprintf("%s: no machine of %s has it.", device->instance,
                                   ow_device_list_title(removal->not_in));
        if (verdict->presence != OW_PRESENCE_GHOST)
                return ow_asprintf("%s: asked for, though it is no ghost.", device->instance);
        return ow_asprintf("%s: %s (confidence %s).", device->instance, verdict->reason,
                           ow_confidence_name(verdict->confidence));
}

int removal_job(const struct removal *removal, const ow_device *device, const ow_adapter *adapter,
                struct fix_job *job, ow_error *err)
{
        OW_AUTO_FREE char *name = NULL;
        OW_AUTO_FREE char *title = NULL;
        OW_AUTO_FREE char *why = NULL;
        size_t place = removal->n_devices;

        for (size_t i = 0; i < removal->n_devices && device; i++)
                if (removal->devices[i] == device)
                        place = i;
        if (!device)
                for (size_t i = 0; i < removal->network->n_adapters; i++)
                        if (ow_name_compare(removal->network->adapters[i].guid, adapter->guid) == 0)
                                place += i;
        name = ow_asprintf("device-%zu", removal->heads + place + 1);
        title = device ? ow_asprintf("Remove %s", called(device))
                       : ow_asprintf("Remove what is left of the adapter %s", adapter->guid);
        why = device ? why_gone(removal, device) : ow_strdup(adapter->verdict.reason);
        return name && title && why ? begin(removal, name, title, why, job, err) : ow_fail_nomem(err);
}

int removal_job_shared(const struct removal *removal, struct fix_job *job, ow_error *err)
{
        return begin(removal, "device-shared", "Take them out of lists and keys that others share",
                     "What still names a device that is gone leads nowhere.", job, err);
}

/* ---- walking ---- */

int removal_each(struct removal_set *set, struct fix_job *job, const char *where, removal_key_fn fn, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey key, sub;
        size_t left = KEYS_MAX;
        int r;

        r = ow_registry_find(set->removal->guest, where, &key, err);
        if (r <= 0)
                return r;
        sub.hive = key.hive;
        while ((r = ow_hive_next_subkey(key.hive, key.key, &iter, &sub.key, err)) > 0) {
                OW_AUTO_FREE char *path = NULL;
                OW_AUTO_FREE char *name = NULL;
                ow_key_info info;

                if (left-- == 0)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' has more than %d subkeys", where, KEYS_MAX);
                r = ow_hive_key_info(sub.hive, sub.key, &info, err);
                if (r < 0)
                        return r;
                name = ow_strdup(info.name);
                ow_key_info_done(&info);
                path = name ? ow_asprintf("%s\\%s", where, name) : NULL;
                r = path ? fn(set, job, path, name, err) : ow_fail_nomem(err);
                if (r < 0)
                        return r;
        }
        return r;
}

/* ---- the keys of a device ---- */

/* base\<bus>\<model>\<instance>, which a device has in Enum and in hardware profiles. */
static int remove_instance(struct fix_job *job, const char *base, const ow_device *device, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("%s\\%s", base, device->instance);

        return where ? fix_job_remove_key(job, where, err) : ow_fail_nomem(err);
}

/* A model all of whose instances are planned to go. */
static int remove_model(struct fix_job *job, const char *base, const ow_device *device, ow_error *err)
{
        const char *end = strrchr(device->instance, '\\');
        OW_AUTO_FREE char *where =
                ow_asprintf("%s\\%.*s", base, (int)(end ? end - device->instance : 0), device->instance);
        int r;

        if (!where)
                return ow_fail_nomem(err);
        if (!end || memchr(device->instance, '\\', (size_t)(end - device->instance)) == NULL)
                return 0;
        r = plan_empties_key(job->plan, job->guest, where, err);
        return r > 0 ? fix_job_remove_key(job, where, err) : r;
}

/* "{class}\NNNN" and nothing else. */
static bool is_software_key(const char *driver)
{
        const char *number = strchr(driver, '\\');

        return number && driver[0] == '{' && number - driver == 38 && number[-1] == '}' && strlen(number + 1) == 4 &&
               strspn(number + 1, "0123456789") == 4;
}

bool removal_shared(const struct removal *removal, const char *driver)
{
        for (size_t i = 0; i < removal->n_shared; i++)
                if (ow_name_compare(removal->shared[i], driver) == 0)
                        return true;
        return false;
}

/* Its software key, when this control set agrees on which it is. */
static int remove_software_key(struct removal_set *set, struct fix_job *job, const ow_device *device, ow_error *err)
{
        OW_AUTO_FREE char *enum_key = ow_asprintf("%s\\Enum\\%s", set->path, device->instance);
        OW_AUTO_FREE char *where = ow_asprintf("%s\\Control\\Class\\%s", set->path, device->driver);
        ow_blob data = { NULL, 0 };
        uint32_t type = 0;
        char *driver;
        bool same;
        int r;

        if (!enum_key || !where)
                return ow_fail_nomem(err);
        if (!is_software_key(device->driver) || removal_shared(set->removal, device->driver))
                return 0;
        r = ow_registry_get(job->guest, enum_key, "Driver", &type, &data, err);
        if (r <= 0)
                return r;
        driver = ow_utf16_text((ow_view){ data.p, data.size });
        ow_blob_done(&data);
        same = driver && type == OW_REG_SZ && ow_name_compare(driver, device->driver) == 0;
        if (!driver)
                return ow_fail_nomem(err);
        ow_free(driver);
        return same ? fix_job_remove_key(job, where, err) : 0;
}

/* 8 and newer keep, for each container, a value by the name of every device in it. */
static int remove_from_container(struct removal_set *set, struct fix_job *job, const ow_device *device, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL;

        if (device->container[0] != '{' || strchr(device->container, '\\'))
                return 0;
        where = ow_asprintf("%s\\" CONTAINERS "\\%s\\BaseContainers\\%s", set->path, device->container,
                            device->container);
        return where ? service_value(job, where, device->instance, 0, NULL, 0, err) : ow_fail_nomem(err);
}

static int profile_instances(struct removal_set *set, struct fix_job *job, const char *where, const char *name,
                             ow_error *err)
{
        const struct removal *removal = set->removal;
        OW_AUTO_FREE char *base = ow_asprintf("%s\\System\\CurrentControlSet\\Enum", where);
        int r = base ? 0 : ow_fail_nomem(err);

        if (name[0] == '\0' || strspn(name, "0123456789") != strlen(name))
                return r; /* Current is a link */
        for (size_t i = 0; i < removal->n_devices && r == 0; i++) {
                r = remove_instance(job, base, removal->devices[i], err);
                if (r == 0)
                        r = remove_model(job, base, removal->devices[i], err);
        }
        return r;
}

static int device_keys(struct removal_set *set, struct fix_job *job, const ow_device *device, ow_error *err)
{
        OW_AUTO_FREE char *base = ow_asprintf("%s\\Enum", set->path);
        int r = base ? remove_software_key(set, job, device, err) : ow_fail_nomem(err);

        if (r == 0)
                r = remove_instance(job, base, device, err);
        if (r == 0)
                r = remove_from_container(set, job, device, err);
        for (size_t i = 0; i < set->n_interfaces && r == 0; i++)
                if (set->interfaces[i].device == device)
                        r = fix_job_remove_key(job, set->interfaces[i].where, err);
        for (size_t i = 0; i < set->network->n_adapters && r == 0; i++)
                if (set->going[i] && ow_name_compare(set->network->adapters[i].instance, device->instance) == 0)
                        r = removal_adapter(set, job, i, err);
        return r;
}

/* ---- one control set ---- */

static void set_close(struct removal_set *set)
{
        for (size_t i = 0; i < set->n_interfaces; i++)
                ow_free(set->interfaces[i].where);
        ow_free(set->interfaces);
        ow_free(set->going);
        ow_network_free(set->loaded);
}

static int interface_at(struct removal_set *set, struct fix_job *job, const char *where, const char *name,
                        ow_error *err)
{
        const struct removal *removal = set->removal;
        OW_AUTO_FREE char *instance = NULL;
        struct removal_interface *grown;
        const ow_device *device;
        int r;

        r = plan_text_now(removal->plan, removal->guest, where, "DeviceInstance", &instance, err);
        device = r == 0 ? removal_find(removal, instance) : NULL;
        if (!device)
                return r;
        grown = ow_grow(set->interfaces, set->n_interfaces, &set->cap_interfaces, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        set->interfaces = grown;
        grown[set->n_interfaces] = (struct removal_interface){ device, ow_strdup(where) };
        return grown[set->n_interfaces++].where ? 0 : ow_fail_nomem(err);
}

static int interface_class(struct removal_set *set, struct fix_job *job, const char *where, const char *name,
                           ow_error *err)
{
        return removal_each(set, job, where, interface_at, err);
}

/* 1, or 0 when there is no such control set. */
static int set_open(struct removal_set *set, ow_error *err)
{
        const struct removal *removal = set->removal;
        OW_AUTO_FREE char *classes = NULL;
        int r = 0;

        (void)snprintf(set->path, sizeof set->path, "HKLM\\SYSTEM\\ControlSet%03u", set->number);
        classes = ow_asprintf("%s\\" CLASSES, set->path);
        set->network = removal->network;
        if (set->number != removal->network->control_set) {
                r = ow_network_load(removal->guest, set->number, &set->loaded, err);
                set->network = set->loaded;
        }
        if (r < 0)
                return r == OW_E_ABSENT ? 0 : r;
        set->going = ow_calloc(set->network->n_adapters + 1, sizeof *set->going);
        if (!set->going || !classes)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < removal->network->n_adapters; i++) {
                size_t index;

                if (removal->going[i] && net_counterpart(set->network, &removal->network->adapters[i], &index))
                        set->going[index] = true;
        }
        r = removal->n_devices ? removal_each(set, NULL, classes, interface_class, err) : 0;
        return r < 0 ? r : 1;
}

/* ---- all of them ---- */

static int plan_device(struct removal_set *sets, size_t n_sets, const ow_device *device, ow_error *err)
{
        struct fix_job job;
        int r = removal_job(sets->removal, device, NULL, &job, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n_sets && r == 0; i++)
                r = device_keys(&sets[i], &job, device, err);
        /* Once the last instance of a model goes, so does the model. */
        for (size_t i = 0; i < n_sets && r == 0; i++) {
                OW_AUTO_FREE char *base = ow_asprintf("%s\\Enum", sets[i].path);

                r = base ? remove_model(&job, base, device, err) : ow_fail_nomem(err);
        }
        fix_action_done(&job);
        return r;
}

/* What is left of an adapter whose device is not there. */
static int plan_loose(struct removal_set *sets, size_t n_sets, const ow_adapter *adapter, ow_error *err)
{
        struct fix_job job;
        int r = removal_job(sets->removal, NULL, adapter, &job, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n_sets && r == 0; i++) {
                size_t index;

                if (net_counterpart(sets[i].network, adapter, &index))
                        r = removal_adapter(&sets[i], &job, index, err);
        }
        fix_action_done(&job);
        return r;
}

static int plan_shared(struct removal_set *set, ow_error *err)
{
        OW_AUTO_FREE char *profiles = ow_asprintf("%s\\" PROFILES, set->path);
        struct fix_job job;
        int r = profiles ? removal_job_shared(set->removal, &job, err) : ow_fail_nomem(err);

        if (r < 0)
                return r;
        r = set->removal->n_devices ? removal_each(set, &job, profiles, profile_instances, err) : 0;
        if (r == 0)
                r = removal_bindings(set, &job, err);
        fix_action_done(&job);
        return r;
}

static int plan_sets(struct removal *removal, struct removal_set *sets, size_t n_sets, ow_error *err)
{
        const ow_network *network = removal->network;
        int r = 0;

        for (size_t i = 0; i < removal->n_devices && r == 0; i++)
                r = plan_device(sets, n_sets, removal->devices[i], err);
        for (size_t i = 0; i < network->n_adapters && r == 0; i++)
                if (removal->going[i] && !removal_find(removal, network->adapters[i].instance))
                        r = plan_loose(sets, n_sets, &network->adapters[i], err);
        for (size_t i = 0; i < n_sets && r == 0; i++)
                r = plan_shared(&sets[i], err);
        for (size_t i = 0; i < n_sets && r == 0; i++)
                r = removal_leftovers(&sets[i], err);
        for (size_t i = 0; i < network->n_adapters && r == 0; i++)
                if (removal->going[i])
                        r = net_first_boot_renew(removal->plan, NULL, network->adapters[i].guid, err);
        return r;
}

static int plan_all(struct removal *removal, ow_error *err)
{
        const ow_control_sets *numbers = ow_guest_control_sets(removal->guest);
        struct removal_set sets[OW_COUNT(numbers->edit)] = { { .removal = removal } };
        size_t n_sets = 0;
        int r = 1;

        for (size_t i = 0; i < numbers->n_edit && r >= 0; i++) {
                sets[n_sets] = (struct removal_set){ .removal = removal, .number = numbers->edit[i] };
                r = set_open(&sets[n_sets], err);
                if (r > 0)
                        n_sets++;
                else
                        set_close(&sets[n_sets]);
        }
        if (r >= 0 && n_sets)
                r = plan_sets(removal, sets, n_sets, err);
        for (size_t i = 0; i < n_sets; i++)
                set_close(&sets[i]);
        return r < 0 ? r : 0;
}

int ow_plan_remove_devices(ow_plan *plan, ow_guest *guest, const ow_device_choice *choice, size_t *ret_count,
                           ow_error *err)
{
        struct removal removal = { .plan = plan, .guest = guest, .not_in = choice->not_in, .heads = plan->n_heads };
        size_t count;
        int r;

        r = removal_choose(&removal, choice, err);
        count = removal.n_devices;
        for (size_t i = 0; r == 0 && i < removal.network->n_adapters; i++)
                count += removal.going[i] && !removal_find(&removal, removal.network->adapters[i].instance);
        if (r == 0 && count)
                r = plan_all(&removal, err);
        removal_done(&removal);
        if (r == 0 && choice->network && choice->filter.ghosts && choice->n_patterns + choice->n_adapters == 0)
                r = net_plan_strays(plan, guest, err);
        if (r == 0 && ret_count)
                *ret_count = count;
        return r;
}
