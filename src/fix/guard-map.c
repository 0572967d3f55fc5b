/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices and filter lists of a control set, collected in one walk over Enum, Class and Network. */
#include "fix/guard.h"

#include <string.h>

#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/action.h"

#define CLASS_NET    "{4d36e972-e325-11ce-bfc1-08002be10318}"
#define NET_SERVICES "Control\\Network\\{4d36e974-e325-11ce-bfc1-08002be10318}"

enum {
        KEYS_MAX = 200000, /* looked at in one control set; a real one has some thousands */
        DEVICES_MAX = 20000,
        SET_PARTS = 3, /* HKLM\SYSTEM\ControlSet001 */
};

static const char *const class_lists[] = { "UpperFilters", "LowerFilters" };

struct scan {
        struct guard_map *map;
        size_t budget;
};

typedef int (*subkey_fn)(struct scan *s, ow_regkey key, const char *where, ow_error *err);

void guard_map_free(struct guard_map *map)
{
        while (map) {
                struct guard_map *next = map->next;

                for (size_t i = 0; i < map->n_devices; i++) {
                        ow_free(map->devices[i].path);
                        ow_free(map->devices[i].service);
                        ow_free(map->devices[i].class_guid);
                        ow_free(map->devices[i].prefix);
                }
                for (size_t i = 0; i < map->n_lists; i++)
                        ow_free(map->lists[i].where);
                for (size_t i = 0; i < map->n_ndis; i++) {
                        ow_free(map->ndis[i].guid);
                        ow_free(map->ndis[i].service);
                }
                ow_free(map->devices);
                ow_free(map->lists);
                ow_free(map->ndis);
                ow_free(map->set);
                ow_free(map);
                map = next;
        }
}

/* A string value; "" when it is absent or no string. The caller's; NULL and *r on failure. */
static char *text_of(ow_regkey key, const char *name, int *r, ow_error *err)
{
        ow_blob data = { NULL, 0 };
        uint32_t type = OW_REG_NONE;
        char *text;

        *r = ow_hive_get_value(key.hive, key.key, name, &type, &data, err);
        if (*r < 0)
                return NULL;
        text = *r && (type == OW_REG_SZ || type == OW_REG_EXPAND_SZ) ? ow_utf16_text((ow_view){ data.p, data.size })
                                                                     : ow_strdup("");
        ow_blob_done(&data);
        *r = text ? 0 : ow_fail_nomem(err);
        return text;
}

static int each_subkey(struct scan *s, ow_regkey at, const char *where, subkey_fn fn, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey sub = { .hive = at.hive };
        int r;

        while ((r = ow_hive_next_subkey(at.hive, at.key, &iter, &sub.key, err)) > 0) {
                OW_AUTO_FREE char *path = NULL;
                ow_key_info info;

                if (s->budget-- == 0)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' has more than %d device keys", s->map->set,
                                       KEYS_MAX);
                r = ow_hive_key_info(sub.hive, sub.key, &info, err);
                if (r < 0)
                        return r;
                path = ow_asprintf("%s\\%s", where, info.name);
                ow_key_info_done(&info);
                r = path ? fn(s, sub, path, err) : ow_fail_nomem(err);
                if (r < 0)
                        return r;
        }
        return r;
}

static int list_found(struct scan *s, ow_regkey key, const char *where, const char *name, ow_error *err)
{
        struct guard_map *map = s->map;
        struct guard_list *grown;
        ow_value value;
        int r;

        r = ow_hive_find_value(key.hive, key.key, name, &value, err);
        if (r <= 0)
                return r;
        grown = ow_grow(map->lists, map->n_lists, &map->cap_lists, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        map->lists = grown;
        grown[map->n_lists] = (struct guard_list){ ow_strdup(where), name };
        return grown[map->n_lists++].where ? 0 : ow_fail_nomem(err);
}

static int class_lists_found(struct scan *s, ow_regkey key, const char *where, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < OW_COUNT(class_lists) && r == 0; i++)
                r = list_found(s, key, where, class_lists[i], err);
        return r;
}

/* ---- Enum ---- */

static int device_at(struct scan *s, ow_regkey key, const char *where, ow_error *err)
{
        static const char *const names[] = { "Service", "ClassGUID", "ParentIdPrefix" };
        struct guard_map *map = s->map;
        struct guard_device *grown, d = { .path = NULL };
        char **const slots[] = { &d.service, &d.class_guid, &d.prefix };
        int r = 0;

        if (map->n_devices == DEVICES_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' has more than %d devices", map->set, DEVICES_MAX);
        grown = ow_grow(map->devices, map->n_devices, &map->cap_devices, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        map->devices = grown;
        d.path = ow_strdup(where + strlen(map->set) + strlen("\\Enum\\"));
        for (size_t i = 0; i < OW_COUNT(names) && r == 0; i++)
                *slots[i] = text_of(key, names[i], &r, err);
        grown[map->n_devices++] = d;
        if (r < 0 || !d.path)
                return r < 0 ? r : ow_fail_nomem(err);
        return class_lists_found(s, key, where, err);
}

static int hardware_at(struct scan *s, ow_regkey key, const char *where, ow_error *err)
{
        return each_subkey(s, key, where, device_at, err);
}

static int bus_at(struct scan *s, ow_regkey key, const char *where, ow_error *err)
{
        return each_subkey(s, key, where, hardware_at, err);
}

/* ---- Class and Network ---- */

static int adapter_at(struct scan *s, ow_regkey key, const char *where, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf("%s\\Linkage", where);
        ow_regkey linkage = { .hive = key.hive };
        int r;

        if (!path)
                return ow_fail_nomem(err);
        r = ow_hive_find(key.hive, key.key, "Linkage", &linkage.key, err);
        return r > 0 ? list_found(s, linkage, path, "FilterList", err) : r;
}

static int class_at(struct scan *s, ow_regkey key, const char *where, ow_error *err)
{
        int r = class_lists_found(s, key, where, err);

        if (r == 0 && ow_name_compare(strrchr(where, '\\') + 1, CLASS_NET) == 0)
                r = each_subkey(s, key, where, adapter_at, err);
        return r;
}

static int net_service_at(struct scan *s, ow_regkey key, const char *where, ow_error *err)
{
        struct guard_map *map = s->map;
        struct guard_ndis *grown;
        ow_regkey ndi = { .hive = key.hive };
        char *service;
        int r;

        r = ow_hive_find(key.hive, key.key, "Ndi", &ndi.key, err);
        if (r <= 0)
                return r;
        service = text_of(ndi, "Service", &r, err);
        if (!service || !*service) {
                ow_free(service);
                return r;
        }
        grown = ow_grow(map->ndis, map->n_ndis, &map->cap_ndis, sizeof *grown);
        if (!grown) {
                ow_free(service);
                return ow_fail_nomem(err);
        }
        map->ndis = grown;
        grown[map->n_ndis] = (struct guard_ndis){ ow_strdup(strrchr(where, '\\') + 1), service };
        return grown[map->n_ndis++].guid ? 0 : ow_fail_nomem(err);
}

/* ---- the whole ---- */

static int part_scan(struct scan *s, ow_guest *guest, const char *below, subkey_fn fn, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf("%s\\%s", s->map->set, below);
        ow_regkey key;
        int r;

        if (!path)
                return ow_fail_nomem(err);
        r = ow_registry_find(guest, path, &key, err);
        return r > 0 ? each_subkey(s, key, path, fn, err) : r;
}

static int scan(struct guard_map *map, ow_guest *guest, ow_error *err)
{
        struct scan s = { map, KEYS_MAX };
        int r;

        r = part_scan(&s, guest, "Control\\Class", class_at, err);
        if (r == 0)
                r = part_scan(&s, guest, "Enum", bus_at, err);
        if (r == 0)
                r = part_scan(&s, guest, NET_SERVICES, net_service_at, err);
        if (r == 0)
                guard_storage_mark(map);
        return r < 0 ? ow_wrap(err, r, "devices of '%s'", map->set) : 0;
}

static size_t set_length(const char *where)
{
        size_t n = 0;

        for (unsigned i = 0; i < SET_PARTS && where[n]; i++)
                n += strcspn(where + n + (i > 0), "\\") + (i > 0);
        return n;
}

int guard_map_get(ow_plan *plan, ow_guest *guest, const char *where, const struct guard_map **ret, ow_error *err)
{
        size_t n = set_length(where);
        struct guard_map *map = plan->guards;
        int r;

        while (map && (strlen(map->set) != n || ow_name_compare_n(map->set, n, where, n) != 0))
                map = map->next;
        if (!map) {
                map = ow_calloc(1, sizeof *map);
                if (!map)
                        return ow_fail_nomem(err);
                map->set = ow_strndup(where, n);
                r = map->set ? scan(map, guest, err) : ow_fail_nomem(err);
                if (r < 0) {
                        guard_map_free(map);
                        return r;
                }
                map->next = plan->guards;
                plan->guards = map;
        }
        *ret = map;
        return 0;
}

/* ---- lists ---- */

bool guard_entry_means(const struct guard_map *map, const struct guard_list *list, const char *entry,
                       const char *service)
{
        const char *dash;

        if (strcmp(list->name, "FilterList") != 0)
                return ow_name_compare(entry, service) == 0;
        dash = strstr(entry, "}-{");
        for (size_t i = 0; dash && i < map->n_ndis; i++) {
                size_t n = strlen(map->ndis[i].guid);

                if (strlen(dash + 2) >= n && ow_name_compare_n(dash + 2, n, map->ndis[i].guid, n) == 0 &&
                    ow_name_compare(map->ndis[i].service, service) == 0)
                        return true;
        }
        return false;
}

int guard_list_entries(ow_plan *plan, ow_guest *guest, const struct guard_map *map, const struct guard_list *list,
                       const char *service, ow_buffer *ret, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_datum now = { false, 0, { NULL, 0 } };
        int r;

        r = plan_now(plan, guest, list->where, list->name, &now, err);
        if (r < 0)
                return r;
        if (now.present && (now.type == OW_REG_MULTI_SZ || now.type == OW_REG_SZ))
                ow_utf16_to_utf8((ow_view){ now.data.p, now.data.size }, &text);
        ow_blob_done(&now.data);
        ow_buffer_put_byte(&text, 0); /* a list whose final NUL is missing */
        if (ow_buffer_failed(&text))
                return ow_fail_nomem(err);
        for (size_t at = 0; at < text.len; at += strlen((const char *)text.p + at) + 1) {
                const char *entry = (const char *)text.p + at;

                if (*entry && guard_entry_means(map, list, entry, service))
                        ow_buffer_put(ret, entry, strlen(entry) + 1);
        }
        return ow_buffer_failed(ret) ? ow_fail_nomem(err) : 0;
}
