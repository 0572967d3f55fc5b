/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drivers in filter lists: taken out before they are disabled, and put back where they stood when they are enabled. A
 * device whose list names a driver that does not load does not start (windows facts 3.4).
 */
#include "fix/service-filter.h"

#include <string.h>

#include "base/upcase.h"
#include "base/utf16.h"

enum { LIST_NAMES_MAX = 256 }; /* names of one list that is put together again */

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

struct names {
        const char *at[LIST_NAMES_MAX];
        size_t n;
        ow_buffer text;
};

/* OW_E_LIMIT for a list that is longer than any. */
static int names_read(const ow_datum *datum, struct names *ret, ow_error *err)
{
        ret->n = 0;
        ret->text = (ow_buffer)OW_BUFFER_INIT;
        if (datum->present)
                ow_utf16_to_utf8((ow_view){ datum->data.p, datum->data.size }, &ret->text);
        ow_buffer_put_byte(&ret->text, 0);
        if (ow_buffer_failed(&ret->text))
                return ow_fail_nomem(err);
        for (size_t i = 0; i < ret->text.len; i += strlen((const char *)ret->text.p + i) + 1) {
                if (ret->text.p[i] == '\0')
                        continue;
                if (ret->n == LIST_NAMES_MAX)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "a filter list of more than %d names",
                                       LIST_NAMES_MAX);
                ret->at[ret->n++] = (const char *)ret->text.p + i;
        }
        return 0;
}

static size_t position(const struct names *names, const char *name)
{
        size_t i = 0;

        while (i < names->n && ow_name_compare(names->at[i], name) != 0)
                i++;
        return i;
}

/* before's name number index into now: behind the nearest of those that stood before it, else in front of all. */
static int insert(struct names *now, const struct names *before, size_t index, ow_error *err)
{
        size_t place = 0;

        if (now->n == LIST_NAMES_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "a filter list of more than %d names", LIST_NAMES_MAX);
        for (size_t i = index; i-- > 0 && place == 0;) {
                size_t there = position(now, before->at[i]);

                if (there < now->n)
                        place = there + 1;
        }
        memmove(&now->at[place + 1], &now->at[place], (now->n - place) * sizeof now->at[0]);
        now->at[place] = before->at[index];
        now->n++;
        return 0;
}

static bool same_names(const struct names *a, const struct names *b)
{
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (ow_name_compare(a->at[i], b->at[i]) != 0)
                        return false;
        return true;
}

static int list_write(struct fix_job *job, const struct ledger_entry *e, const struct names *now, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_BUFFER utf16 = OW_BUFFER_INIT;
        int r;

        for (size_t i = 0; i < now->n; i++)
                ow_buffer_put(&text, now->at[i], strlen(now->at[i]) + 1);
        ow_buffer_put_byte(&text, 0);
        if (ow_buffer_failed(&text))
                return ow_fail_nomem(err);
        r = ow_utf8_to_utf16((const char *)text.p, text.len, &utf16, err);
        if (r == 0 && ow_buffer_failed(&utf16))
                r = ow_fail_nomem(err);
        if (r == 0)
                r = service_value(job, e->where, e->name, OW_REG_MULTI_SZ, utf16.p, utf16.len, err);
        return r;
}

/* Puts back what of e's list stands for service and is not in it now. */
static int list_refill(struct fix_job *job, const struct guard_map *map, const struct ledger_entry *e,
                       const char *service, ow_error *err)
{
        const struct guard_list list = { e->where, strcmp(e->name, "FilterList") == 0 ? "FilterList" : "" };
        ow_datum datum = { false, 0, { NULL, 0 } };
        struct names before, now = { .n = 0, .text = OW_BUFFER_INIT };
        bool changed = false;
        int r;

        r = names_read(&e->before, &before, err);
        if (r == 0)
                r = plan_now(job->plan, job->guest, e->where, e->name, &datum, err);
        if (r == 0)
                r = names_read(&datum, &now, err);
        for (size_t i = 0; r == 0 && i < before.n; i++) {
                if (!guard_entry_means(map, &list, before.at[i], service) || position(&now, before.at[i]) < now.n)
                        continue;
                r = insert(&now, &before, i, err);
                changed = true;
        }
        if (r == 0 && changed && same_names(&now, &before))
                r = service_value(job, e->where, e->name, e->before.type, e->before.data.p, e->before.data.size, err);
        else if (r == 0 && changed)
                r = list_write(job, e, &now, err);
        ow_blob_done(&datum.data);
        ow_buffer_done(&before.text);
        ow_buffer_done(&now.text);
        return r;
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
