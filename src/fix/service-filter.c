/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drivers in filter lists: taken out before they are disabled, and put back where they stood when they are enabled. A
 * device whose list names a driver that does not load does not start (windows facts 3.4).
 */
#include "fix/service-filter.h"

#include <string.h>

#include "base/upcase.h"
#include "fix/text-list.h"

/* ---- out ---- */

/* NULL-terminated pointers to the texts of entries. */
static const char **pointers(const ow_buffer *entries)
{
        const char **names;
        size_t n = 0;

        for (size_t at = 0; at < entries->len; at++)
                n += entries->p[at] == '\0';
        names = ow_calloc(n + 1, sizeof *names);
        n = 0;
        for (size_t at = 0; names && at < entries->len; at += strlen((const char *)entries->p + at) + 1)
                names[n++] = (const char *)entries->p + at;
        return names;
}

int service_unfilter(struct fix_job *job, const struct service_at *at, ow_error *err)
{
        const struct guard_map *map;
        int r;

        r = guard_map_get(job->plan, job->guest, at->where, &map, err);
        for (size_t i = 0; r == 0 && i < map->n_lists; i++) {
                OW_AUTO_BUFFER entries = OW_BUFFER_INIT;
                OW_AUTO_FREE const char **names = NULL;

                r = guard_list_entries(job->plan, job->guest, map, &map->lists[i], at->name, &entries, err);
                if (r < 0 || entries.len == 0)
                        continue;
                names = pointers(&entries);
                r = names ? plan_list_edit(job, map->lists[i].where, map->lists[i].name, names, NULL, true, err)
                          : ow_fail_nomem(err);
        }
        return r;
}

/* ---- back ---- */

/* before's text number index into now: behind the nearest of those that stood before it, else in front of all. */
static int insert(struct text_list *now, const struct text_list *before, size_t index, ow_error *err)
{
        size_t place = 0;

        for (size_t i = index; i-- > 0 && place == 0;) {
                size_t there = text_list_find(now, before->items[i]);

                if (there < now->n)
                        place = there + 1;
        }
        return text_list_insert(now, place, before->items[index], err);
}

static int list_write(struct fix_job *job, const struct ledger_entry *e, const struct text_list *now, ow_error *err)
{
        OW_AUTO_BUFFER data = OW_BUFFER_INIT;
        int r = text_list_encode(now, &data, err);

        return r == 0 ? service_value(job, e->where, e->name, OW_REG_MULTI_SZ, data.p, data.len, err) : r;
}

/* Puts back what of e's list stands for service and is not in it now. */
static int list_refill(struct fix_job *job, const struct guard_map *map, const struct ledger_entry *e,
                       const char *service, ow_error *err)
{
        const struct guard_list list = { e->where, strcmp(e->name, "FilterList") == 0 ? "FilterList" : "" };
        ow_datum datum = { false, 0, { NULL, 0 } };
        AUTO_TEXT_LIST before = { 0 };
        AUTO_TEXT_LIST now = { 0 };
        bool changed = false;
        int r;

        r = text_list_read(&e->before, e->name, &before, err);
        if (r == 0)
                r = plan_now(job->plan, job->guest, e->where, e->name, &datum, err);
        if (r == 0)
                r = text_list_read(&datum, e->name, &now, err);
        ow_blob_done(&datum.data);
        for (size_t i = 0; r == 0 && i < before.n; i++) {
                if (!guard_entry_means(map, &list, before.items[i], service) ||
                    text_list_find(&now, before.items[i]) < now.n)
                        continue;
                r = insert(&now, &before, i, err);
                changed = true;
        }
        if (r < 0 || !changed)
                return r;
        if (text_list_equal(&now, &before))
                return service_value(job, e->where, e->name, e->before.type, e->before.data.p, e->before.data.size,
                                     err);
        return list_write(job, e, &now, err);
}

static bool is_filter_list(const char *name)
{
        return ow_name_compare(name, "UpperFilters") == 0 || ow_name_compare(name, "LowerFilters") == 0 ||
               ow_name_compare(name, "FilterList") == 0;
}

int service_refilter(struct fix_job *job, const struct ledger *ledger, const struct service_at *at, ow_error *err)
{
        const struct guard_map *map;
        size_t set;
        int r;

        r = guard_map_get(job->plan, job->guest, at->where, &map, err);
        set = r == 0 ? strlen(map->set) : 0;
        for (size_t i = 0; r == 0 && i < ledger->n; i++) {
                const struct ledger_entry *e = &ledger->entries[i];
                ow_regkey key;

                if (!e->readable || e->kind != LEDGER_KEPT || !is_filter_list(e->name) || !e->before.present ||
                    strlen(e->where) <= set || e->where[set] != '\\' ||
                    ow_name_compare_n(e->where, set, map->set, set) != 0)
                        continue;
                r = ow_registry_find(job->guest, e->where, &key, err); /* the device may have gone since */
                if (r > 0)
                        r = list_refill(job, map, e, at->name, err);
        }
        return r;
}
