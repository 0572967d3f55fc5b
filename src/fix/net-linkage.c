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
        ow_free(linkage->fault);
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
        if (r == 0 && now.present && now.type != OW_REG_MULTI_SZ && !linkage->fault) {
                linkage->fault = ow_asprintf("'%s' is of type %u, not a list of texts", names[i], now.type);
                r = linkage->fault ? 0 : ow_fail_nomem(err);
        } else if (r == 0 && !linkage->fault) {
                r = text_list_read(&now, names[i], &linkage->lists[i], err);
        }
        ow_blob_done(&now.data);
        return r < 0 ? ow_wrap(err, r, "'%s'", linkage->where) : 0;
}

/* Where the next GUID of text begins, or NULL. */
static const char *next_guid(const char *text)
{
        const char *p = strchr(text, '{');

        while (p && (strlen(p) < GUID_CHARS || p[GUID_CHARS - 1] != '}'))
                p = strchr(p + 1, '{');
        return p;
}

/* What Bind names, Export and Route name in the same place: so it is in each of 327 bindings of real machines. */
static int compare_rows(struct net_linkage *linkage, ow_error *err)
{
        for (size_t k = 0; k < linkage->lists[NET_BIND].n; k++) {
                const char *bound = next_guid(linkage->lists[NET_BIND].items[k]);

                for (size_t i = NET_EXPORT; i <= NET_ROUTE && bound; i++) {
                        char guid[GUID_CHARS + 1] = "";

                        memcpy(guid, bound, GUID_CHARS);
                        if (net_linkage_text_names(linkage->lists[i].items[k], guid))
                                continue;
                        linkage->fault = ow_asprintf("'Bind' and '%s' do not name the same adapters in the same places",
                                                     names[i]);
                        return linkage->fault ? 0 : ow_fail_nomem(err);
                }
        }
        return 0;
}

int net_linkage_read(const struct fix_job *job, const char *set, const char *service, bool disabled,
                     struct net_linkage *ret, ow_error *err)
{
        int r = 0;

        *ret = (struct net_linkage){ .where = ow_asprintf("%s\\Services\\%s\\Linkage%s", set, service,
                                                          disabled ? "\\Disabled" : ""),
                                     .service = ow_strdup(service),
                                     .disabled = disabled };
        if (!ret->where || !ret->service)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < NET_LINKAGE_LISTS && r == 0; i++)
                r = read_list(job, ret, i, err);
        ret->parallel = one_length(ret);
        if (r == 0 && !ret->fault && ret->parallel && !is_unbound(ret))
                r = compare_rows(ret, err);
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

static void drop_row(struct net_linkage *linkage, size_t k)
{
        for (size_t i = 0; i < NET_LINKAGE_LISTS; i++)
                if (k < linkage->lists[i].n)
                        text_list_remove(&linkage->lists[i], k);
}

void net_linkage_drop(struct net_linkage *linkage, net_linkage_goes_fn goes, const void *state)
{
        for (size_t i = 0; i < NET_LINKAGE_LISTS; i++) {
                struct text_list *list = &linkage->lists[i];

                for (size_t k = list->n; k-- > 0;) {
                        if (!goes(state, list->items[k]))
                                continue;
                        if (linkage->parallel)
                                drop_row(linkage, k);
                        else
                                text_list_remove(list, k);
                        linkage->changed = true;
                }
        }
}

static bool names_adapter(const void *guid, const char *text)
{
        return net_linkage_text_names(text, guid);
}

void net_linkage_drop_adapter(struct net_linkage *linkage, const char *guid)
{
        net_linkage_drop(linkage, names_adapter, guid);
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

/* A copy of text k that names to for from comes to stand behind it. */
static int copy_text(struct net_linkage *linkage, size_t i, size_t k, const char *from, const char *to, ow_error *err)
{
        OW_AUTO_FREE char *text = renamed(linkage->lists[i].items[k], from, to);

        linkage->changed = true;
        return text ? text_list_insert(&linkage->lists[i], k + 1, text, err) : ow_fail_nomem(err);
}

/* 1 text k is about from, and no other is the same about to. */
static int wants_copy(const struct text_list *list, size_t k, const char *from, const char *to, ow_error *err)
{
        OW_AUTO_FREE char *text = NULL;

        if (!net_linkage_text_names(list->items[k], from))
                return 0;
        text = renamed(list->items[k], from, to);
        return text ? text_list_find(list, text) == list->n : ow_fail_nomem(err);
}

int net_linkage_copy(struct net_linkage *linkage, const char *from, const char *to, ow_error *err)
{
        size_t n_looked = linkage->parallel ? NET_BIND + 1 : NET_LINKAGE_LISTS;
        int r = 0;

        if (strlen(from) != GUID_CHARS || strlen(to) != GUID_CHARS)
                return 0;
        for (size_t i = 0; i < n_looked && r == 0; i++) {
                for (size_t k = 0; k < linkage->lists[i].n && r == 0; k++) {
                        size_t first = i, last = linkage->parallel ? NET_LINKAGE_LISTS - 1 : i;

                        r = wants_copy(&linkage->lists[i], k, from, to, err);
                        if (r <= 0)
                                continue;
                        for (r = 0; first <= last && r == 0; first++)
                                r = copy_text(linkage, first, k, from, to, err);
                        k++;
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

        if (linkage->disabled || !is_unbound(linkage) || linkage->lists[NET_EXPORT].n)
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
        if (linkage->fault)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s': %s, so that the bindings cannot be edited safely",
                               linkage->where, linkage->fault);
        r = export_bare(linkage, err);
        for (size_t i = 0; i < NET_LINKAGE_LISTS && r == 0; i++)
                r = write_list(job, linkage, i, err);
        return r;
}

/* ---- all services ---- */

static int at_service(struct fix_job *job, const char *set, const char *service, net_linkage_fn fn, void *state,
                      ow_error *err)
{
        int r = 0;

        for (int disabled = 0; disabled <= 1 && r == 0; disabled++) {
                struct net_linkage linkage;

                r = net_linkage_read(job, set, service, disabled, &linkage, err);
                if (r > 0)
                        r = fn(job, &linkage, state, err);
                if (r == 0)
                        r = net_linkage_write(job, &linkage, err);
                net_linkage_done(&linkage);
        }
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
