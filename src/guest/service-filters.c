/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where drivers stand in filter lists: UpperFilters and LowerFilters of device classes and of single devices, and the
 * filters of network adapters, which stand as "{adapter}-{component}-0000" in FilterList of the adapter's class key
 * and are told by their component (windows.md 3.4). A list is read also when it is not ended as it should be.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/le.h"
#include "guest/services.h"

#define NET_CLASS  "{4d36e972-e325-11ce-bfc1-08002be10318}"
#define COMPONENTS "Control\\Network\\{4d36e974-e325-11ce-bfc1-08002be10318}"

enum { MAX_FILTERS = 20000, MAX_COMPONENTS = 500, GUID_TEXT = 38, MAX_DAMAGED = 200 };

/* A network component that is a driver: its GUID and service. */
struct component {
        char guid[GUID_TEXT + 1];
        char service[80];
};

struct reading {
        ow_guest *guest;
        struct guest_service_set *set;
        struct component *components;
        size_t n_components, cap_components;
        ow_service_filter *filters;
        size_t n, cap;
        /* of the list under way */
        enum ow_filter_kind kind;
        const char *key, *value, *what;
        uint32_t position;
};

static const char *pool_text(struct reading *r, const char *text)
{
        return ow_pool_text(&r->set->pool, text, strlen(text));
}

static const char *service_of_component(const struct reading *r, const char *guid)
{
        for (size_t i = 0; i < r->n_components; i++)
                if (strncasecmp(r->components[i].guid, guid, GUID_TEXT) == 0)
                        return r->components[i].service;
        return "";
}

/* Of "{adapter}-{component}-0000" the service; "" for a component that is not known. */
static const char *service_of_entry(const struct reading *r, const char *entry)
{
        const char *second = strchr(entry + (entry[0] == '{'), '{');

        return second && strlen(second) >= GUID_TEXT ? service_of_component(r, second) : "";
}

static void add_filter(void *state, const char *text)
{
        struct reading *r = state;
        const char *service = r->kind == OW_FILTER_NETWORK ? service_of_entry(r, text) : text;
        ow_service_filter *grown;

        if (r->n == MAX_FILTERS) {
                guest_note(r->guest, "more than %d entries in filter lists: the rest is left out", MAX_FILTERS);
                return;
        }
        grown = ow_grow(r->filters, r->n, &r->cap, sizeof *grown);
        if (!grown) {
                r->set->pool.failed = true;
                return;
        }
        r->filters = grown;
        grown[r->n++] = (ow_service_filter){
                .kind = r->kind,
                .service = pool_text(r, service),
                .entry = pool_text(r, text),
                .key = r->key,
                .value = r->value,
                .what = r->what,
                .position = r->position++,
        };
}

static void take_list(struct reading *r, uint32_t type, const ow_blob *blob)
{
        r->position = 0;
        if (type != OW_REG_MULTI_SZ && type != OW_REG_SZ && type != OW_REG_EXPAND_SZ) {
                guest_note(r->guest, "%s: '%s' should be a list of names", r->key, r->value);
                return;
        }
        if (blob->size % 2 || (blob->size >= 2 && ow_le16_at(blob->p + blob->size - 2) != 0))
                guest_note(r->guest, "%s: '%s' is not ended by a NUL", r->key, r->value);
        guest_blob_each_text(r->guest, type, blob, add_filter, r);
}

/* The lists of one key, when it has any. path and what are copied only then. */
static void take_key(struct reading *r, ow_regkey key, const char *path, const char *what, bool device)
{
        static const char *const values[] = { "UpperFilters", "LowerFilters" };

        for (size_t i = 0; i < OW_COUNT(values); i++) {
                OW_AUTO_BLOB blob = { 0 };
                uint32_t type;

                if (!guest_blob(r->guest, key, values[i], &type, &blob))
                        continue;
                r->kind = device ? (i ? OW_FILTER_DEVICE_LOWER : OW_FILTER_DEVICE_UPPER)
                                 : (i ? OW_FILTER_CLASS_LOWER : OW_FILTER_CLASS_UPPER);
                r->key = pool_text(r, path);
                r->what = pool_text(r, what);
                r->value = values[i];
                take_list(r, type, &blob);
        }
}

/* ---- classes and network adapters ---- */

static void read_adapter(struct reading *r, ow_regkey class, const char *path, const char *number)
{
        OW_AUTO_BLOB blob = { 0 };
        char below[80], full[400];
        ow_regkey linkage;
        uint32_t type;

        (void)snprintf(below, sizeof below, "%.40s\\Linkage", number);
        if (!guest_subkey(r->guest, class, below, &linkage) ||
            !guest_blob(r->guest, linkage, "FilterList", &type, &blob))
                return;
        (void)snprintf(full, sizeof full, "%s\\%s", path, below);
        r->kind = OW_FILTER_NETWORK;
        r->key = pool_text(r, full);
        r->what = pool_text(r, number);
        r->value = "FilterList";
        take_list(r, type, &blob);
}

static void read_classes(struct reading *r)
{
        ow_subkey_iter iter = { 0 }, inner;
        ow_regkey classes, class, adapter;
        char path[300], what[128], *name, *number;

        if (!guest_set_key(r->guest, r->set->control_set, "Control\\Class", &classes))
                return;
        while (guest_next_subkey(r->guest, classes, &iter, &class, &name)) {
                (void)snprintf(path, sizeof path, "HKLM\\SYSTEM\\ControlSet%03u\\Control\\Class\\%.100s",
                               r->set->control_set, name);
                if (!guest_text(r->guest, class, "Class", what, sizeof what))
                        guest_copy(what, sizeof what, name);
                take_key(r, class, path, what, false);
                inner = (ow_subkey_iter){ 0 };
                while (guest_text_equal(name, NET_CLASS) &&
                       guest_next_subkey(r->guest, class, &inner, &adapter, &number)) {
                        read_adapter(r, class, path, number);
                        ow_free(number);
                }
                ow_free(name);
        }
}

static void read_components(struct reading *r)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey all, one, ndi;
        char *name;

        if (!guest_set_key(r->guest, r->set->control_set, COMPONENTS, &all))
                return;
        while (r->n_components < MAX_COMPONENTS && guest_next_subkey(r->guest, all, &iter, &one, &name)) {
                struct component *grown = ow_grow(r->components, r->n_components, &r->cap_components, sizeof *grown);

                if (grown) {
                        r->components = grown;
                        guest_copy(grown[r->n_components].guid, sizeof grown->guid, name);
                        if (guest_subkey(r->guest, one, "Ndi", &ndi) &&
                            guest_text(r->guest, ndi, "Service", grown[r->n_components].service,
                                       sizeof grown->service))
                                r->n_components++;
                } else {
                        r->set->pool.failed = true;
                }
                ow_free(name);
                if (!grown)
                        return;
        }
}

/* ---- devices: Enum\bus\device\instance ---- */

struct names {
        char bus[100], device[300], instance[300];
};

static void take_device(struct reading *r, struct names *names, ow_hive *hive, const ow_hive_item *item)
{
        char path[900], what[720];

        (void)snprintf(what, sizeof what, "%s\\%s\\%s", names->bus, names->device, names->instance);
        (void)snprintf(path, sizeof path, "HKLM\\SYSTEM\\ControlSet%03u\\Enum\\%s", r->set->control_set, what);
        take_key(r, (ow_regkey){ hive, item->key }, path, what, true);
}

static void read_devices(struct reading *r)
{
        struct names names = { .bus = "" };
        ow_error err = OW_ERROR_INIT;
        ow_hive_walk *walk = NULL;
        unsigned damaged = 0;
        ow_hive_item item;
        ow_regkey all;
        int got;

        if (!guest_set_key(r->guest, r->set->control_set, "Enum", &all))
                return;
        got = ow_hive_walk_open(all.hive, all.key, OW_WALK_NO_VALUES | OW_WALK_NO_END, &walk, &err);
        while (got >= 0 && damaged < MAX_DAMAGED && !r->guest->out_of_memory && !r->set->pool.failed) {
                int next = ow_hive_walk_next(walk, &item, &err);

                if (next == 0)
                        break;
                if (next < 0) {
                        guest_note_error(r->guest, &err, "devices");
                        damaged++;
                        continue;
                }
                if (item.depth == 1)
                        (void)ow_hive_name_utf8(&item.name, names.bus, sizeof names.bus);
                else if (item.depth == 2)
                        (void)ow_hive_name_utf8(&item.name, names.device, sizeof names.device);
                else if (item.depth == 3)
                        (void)ow_hive_name_utf8(&item.name, names.instance, sizeof names.instance);
                if (item.depth != 3)
                        continue;
                take_device(r, &names, all.hive, &item);
                ow_hive_walk_skip(walk);
        }
        ow_hive_walk_close(walk);
}

static int read_all(ow_guest *guest, struct guest_service_set *set, ow_error *err)
{
        struct reading r = { .guest = guest, .set = set };
        ow_service_filter *filters = NULL;

        read_components(&r);
        read_classes(&r);
        read_devices(&r);
        if (!set->pool.failed && !guest->out_of_memory)
                filters = ow_pool_alloc(&set->pool, r.n, sizeof *filters);
        if (filters && r.n)
                memcpy(filters, r.filters, r.n * sizeof *filters);
        ow_free(r.components);
        ow_free(r.filters);
        set->filters = filters;
        set->n_filters = r.n;
        if (filters)
                return 0;
        set->pool.failed = guest->out_of_memory = false;
        return ow_fail_nomem(err);
}

int ow_guest_service_filters(ow_guest *guest, uint32_t control_set, const ow_service_filter **ret, size_t *ret_count,
                             ow_error *err)
{
        struct guest_service_set *set;
        int r = guest_service_set(guest, control_set, &set, err);

        if (r >= 0 && !set->filters)
                r = read_all(guest, set, err);
        if (r < 0)
                return r;
        *ret = set->filters;
        *ret_count = set->n_filters;
        return 0;
}

const char *ow_filter_kind_name(enum ow_filter_kind kind)
{
        static const char *const names[] = { "class-upper", "class-lower", "device-upper", "device-lower",
                                             "network" };

        return (unsigned)kind < OW_COUNT(names) ? names[kind] : "?";
}
