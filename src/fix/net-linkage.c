/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bindings of the network's services, edited by adapter. */
#include "fix/net-linkage.h"

#include <string.h>

#include "base/upcase.h"
#include "fix/action.h"
#include "fix/service-edit.h"

static const char *const names[NET_LINKAGE_LISTS] = { "Bind", "Export", "Route" };

enum { SERVICES_MAX = 10000, GUID_CHARS = 38 };

void net_linkage_done(struct net_linkage *linkage)
{
        ow_free(linkage->where);
        ow_free(linkage->service);
        for (size_t i = 0; i < NET_LINKAGE_LISTS; i++)
                text_list_done(&linkage->lists[i]);
        *linkage = (struct net_linkage){ 0 };
}

/* ---- reading ---- */

/* Bound to nothing: Bind and Route are empty, and Export names the service's own device. */
static bool is_unbound(const struct net_linkage *linkage)
{
        return linkage->lists[NET_BIND].n == 0 && linkage->lists[NET_ROUTE].n == 0 &&
               linkage->lists[NET_EXPORT].n <= 1;
}

static bool one_length(const struct net_linkage *linkage)
{
        return is_unbound(linkage) || (linkage->lists[NET_BIND].n == linkage->lists[NET_EXPORT].n &&
                                       linkage->lists[NET_BIND].n == linkage->lists[NET_ROUTE].n);
}

static int read_list(const struct fix_job *job, struct net_linkage *linkage, size_t i, ow_error *err)
{
        ow_datum now = { false, 0, { NULL, 0 } };
        int r;

        r = plan_now(job->plan, job->guest, linkage->where, names[i], &now, err);
        linkage->present[i] = now.present;
        if (r == 0)
                r = text_list_read(&now, names[i], &linkage->lists[i], err);
        ow_blob_done(&now.data);
        return r < 0 ? ow_wrap(err, r, "'%s'", linkage->where) : 0;
}

int net_linkage_read(const struct fix_job *job, const char *set, const char *service, struct net_linkage *ret,
                     ow_error *err)
{
        int r = 0;

        *ret = (struct net_linkage){ .where = ow_asprintf("%s\\Services\\%s\\Linkage", set, service),
                                     .service = ow_strdup(service) };
        if (!ret->where || !ret->service)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < NET_LINKAGE_LISTS && r == 0; i++)
                r = read_list(job, ret, i, err);
        ret->parallel = one_length(ret);
        if (r < 0)
                return r;
        return ret->present[NET_BIND] || ret->present[NET_ROUTE];
}

bool net_linkage_text_names(const char *text, const char *guid)
{
        if (strlen(guid) != GUID_CHARS) /* NT 4 has no GUIDs */
                return false;
        for (const char *p = strchr(text, '{'); p; p = strchr(p + 1, '{'))
                if (strlen(p) >= GUID_CHARS && ow_name_compare_n(p, GUID_CHARS, guid, GUID_CHARS) == 0)
                        return true;
        return false;
}

bool net_linkage_names(const struct net_linkage *linkage, const char *guid)
{
        for (size_t i = 0; i < NET_LINKAGE_LISTS; i++)
                for (size_t k = 0; k < linkage->lists[i].n; k++)
                        if (net_linkage_text_names(linkage->lists[i].items[k], guid))
                                return true;
        return false;
}

/* ---- editing ---- */

void net_linkage_drop(struct net_linkage *linkage, const char *guid)
{
        for (size_t i = 0; i < NET_LINKAGE_LISTS; i++) {
                struct text_list *list = &linkage->lists[i];

                for (size_t k = list->n; k-- > 0;) {
                        if (!net_linkage_text_names(list->items[k], guid))
                                continue;
                        text_list_remove(list, k);
                        linkage->changed = true;
                }
        }
}

/* text with every GUID from made to; ow_free(). */
static char *renamed(const char *text, const char *from, const char *to)
{
        char *copy = ow_strdup(text);

        for (char *p = copy ? strchr(copy, '{') : NULL; p; p = strchr(p + 1, '{'))
                if (strlen(p) >= GUID_CHARS && ow_name_compare_n(p, GUID_CHARS, from, GUID_CHARS) == 0)
                        memcpy(p, to, GUID_CHARS);
        return copy;
}

int net_linkage_copy(struct net_linkage *linkage, const char *from, const char *to, ow_error *err)
{
        int r = 0;

        if (strlen(from) != GUID_CHARS || strlen(to) != GUID_CHARS)
                return 0;
        for (size_t i = 0; i < NET_LINKAGE_LISTS; i++) {
                struct text_list *list = &linkage->lists[i];

                for (size_t k = 0; k < list->n && r == 0; k++) {
                        OW_AUTO_FREE char *text = NULL;

                        if (!net_linkage_text_names(list->items[k], from))
                                continue;
                        text = renamed(list->items[k], from, to);
                        if (!text)
                                return ow_fail_nomem(err);
                        if (text_list_find(list, text) < list->n)
                                continue;
                        r = text_list_insert(list, ++k, text, err);
                        linkage->changed = true;
                }
        }
        return r;
}

int net_linkage_bind(struct net_linkage *linkage, const char *guid, ow_error *err)
{
        OW_AUTO_FREE char *device = ow_asprintf("\\Device\\%s", guid);
        OW_AUTO_FREE char *made = ow_asprintf("\\Device\\%s_%s", linkage->service, guid);
        OW_AUTO_FREE char *way = ow_asprintf("\"%s\"", guid);
        const char *texts[NET_LINKAGE_LISTS] = { device, made, way };
        int r = 0;

        if (!device || !made || !way)
                return ow_fail_nomem(err);
        if (net_linkage_names(linkage, guid))
                return 0;
        if (is_unbound(linkage) && linkage->lists[NET_EXPORT].n)
                text_list_remove(&linkage->lists[NET_EXPORT], 0);
        for (size_t i = 0; i < NET_LINKAGE_LISTS && r == 0; i++)
                r = text_list_insert(&linkage->lists[i], linkage->lists[i].n, texts[i], err);
        linkage->changed = true;
        return r;
}

/* ---- writing ---- */

static int export_bare(struct net_linkage *linkage, ow_error *err)
{
        OW_AUTO_FREE char *device = ow_asprintf("\\Device\\%s", linkage->service);

        if (!is_unbound(linkage) || linkage->lists[NET_EXPORT].n)
                return 0;
        return device ? text_list_insert(&linkage->lists[NET_EXPORT], 0, device, err) : ow_fail_nomem(err);
}

static int write_list(struct fix_job *job, const struct net_linkage *linkage, size_t i, ow_error *err)
{
        OW_AUTO_BUFFER data = OW_BUFFER_INIT;
        int r;

        if (!linkage->present[i] && linkage->lists[i].n == 0)
                return 0;
        r = text_list_encode(&linkage->lists[i], &data, err);
        return r == 0 ? service_value(job, linkage->where, names[i], OW_REG_MULTI_SZ, data.p, data.len, err) : r;
}

int net_linkage_write(struct fix_job *job, struct net_linkage *linkage, ow_error *err)
{
        int r;

        if (!linkage->changed)
                return 0;
        if (linkage->parallel && !one_length(linkage))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s': Bind, Export and Route do not name the same adapters in the same places, so "
                               "that they cannot be edited safely",
                               linkage->where);
        r = export_bare(linkage, err);
        for (size_t i = 0; i < NET_LINKAGE_LISTS && r == 0; i++)
                r = write_list(job, linkage, i, err);
        return r;
}

/* ---- all services ---- */

static int at_service(struct fix_job *job, const char *set, const char *service, net_linkage_fn fn, void *state,
                      ow_error *err)
{
        struct net_linkage linkage;
        int r;

        r = net_linkage_read(job, set, service, &linkage, err);
        if (r > 0)
                r = fn(job, &linkage, state, err);
        if (r == 0)
                r = net_linkage_write(job, &linkage, err);
        net_linkage_done(&linkage);
        return r;
}

int net_linkage_each(struct fix_job *job, const char *set, net_linkage_fn fn, void *state, ow_error *err)
{
        OW_AUTO_FREE char *services = ow_asprintf("%s\\Services", set);
        ow_subkey_iter iter = { 0 };
        unsigned left = SERVICES_MAX;
        ow_regkey at;
        ow_key subkey, linkage;
        int r;

        if (!services)
                return ow_fail_nomem(err);
        r = ow_registry_find(job->guest, services, &at, err);
        if (r <= 0)
                return r;
        while ((r = ow_hive_next_subkey(at.hive, at.key, &iter, &subkey, err)) > 0 && left--) {
                ow_key_info info;

                r = ow_hive_find(at.hive, subkey, "Linkage", &linkage, err);
                if (r == 0)
                        continue;
                if (r > 0)
                        r = ow_hive_key_info(at.hive, subkey, &info, err);
                if (r < 0)
                        return r;
                r = at_service(job, set, info.name, fn, state, err);
                ow_key_info_done(&info);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : 0;
}
