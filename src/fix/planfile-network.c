/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The adapters of a plan file: into settings by name, as `offwin net set` takes them, and from them. */
#include "fix/planfile-network.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include <offwin/device-plan.h>
#include <offwin/tuning.h>

#include "fix/addressing.h"
#include "fix/net-set.h"

enum { SETTINGS_MAX = 16 };

/* The settings of one adapter, as texts. */
struct edits {
        ow_addressing_edit list[SETTINGS_MAX];
        size_t n;
        bool failed; /* no memory */
};

static void edits_done(struct edits *e)
{
        for (size_t i = 0; i < e->n; i++)
                ow_free((char *)(uintptr_t)e->list[i].text);
}

/* Takes text, which may be NULL when there was no memory for it. */
static void put(struct edits *e, const char *name, char *text)
{
        if (!text) {
                e->failed = true;
                return;
        }
        e->list[e->n++] = (ow_addressing_edit){ name, text };
}

static void put_text(struct edits *e, const char *name, const char *text)
{
        if (text)
                put(e, name, ow_strdup(text));
}

static void put_choice(struct edits *e, const char *name, const enum planfile_choice *choice)
{
        if (choice)
                put_text(e, name, planfile_yes(choice) ? "yes" : "no");
}

static void put_number(struct edits *e, const char *name, const uint32_t *number)
{
        if (number)
                put(e, name, ow_asprintf("%u", *number));
}

/* A list that is given takes the place of the whole old one. */
static void put_list(struct edits *e, const char *name, char *const *items, unsigned count)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;

        if (count == 0)
                return;
        if (strcmp(items[0], "none") != 0)
                ow_buffer_put_text(&text, "none,");
        for (unsigned i = 0; i < count; i++)
                ow_buffer_printf(&text, "%s%s", i ? "," : "", items[i]);
        put(e, name, ow_buffer_take_text(&text));
}

static void put_routes(struct edits *e, const struct planfile_route *routes, unsigned count)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;

        if (count == 0)
                return;
        ow_buffer_put_text(&text, "none");
        for (unsigned i = 0; i < count && routes[i].via; i++) {
                ow_buffer_printf(&text, ",%s=%s", routes[i].to, routes[i].via);
                if (routes[i].metric && *routes[i].metric)
                        ow_buffer_printf(&text, "@%u", *routes[i].metric);
        }
        put(e, "route", ow_buffer_take_text(&text));
}

static void edits_of(const struct planfile_adapter *a, struct edits *e)
{
        if (planfile_yes(a->dhcp))
                put_text(e, "dhcp", "yes");
        put_text(e, "name", a->name);
        put_list(e, "address", a->addresses, a->addresses_count);
        put_list(e, "gateway", a->gateways, a->gateways_count);
        put_list(e, "dns", a->dns, a->dns_count);
        put_text(e, "suffix", a->suffix);
        put_choice(e, "register", a->register_addresses);
        put_choice(e, "register-suffix", a->register_suffix);
        put_list(e, "wins", a->wins, a->wins_count);
        put_text(e, "netbios", a->netbios);
        put_number(e, "mtu", a->mtu);
        put_number(e, "metric", a->metric);
        put_routes(e, a->routes, a->routes_count);
}

/* ---- adapters that are set in place ---- */

/* What an entry makes of what its adapter has. *ret: ow_addressing_done(), also after an error. */
static int want_of(const struct planfile_work *w, size_t index, const struct planfile_adapter *a,
                   const struct edits *edits, ow_addressing *ret, ow_error *err)
{
        int r = ow_addressing_load(w->guest, index, ret, err);

        if (r < 0)
                ow_addressing_init(ret);
        for (size_t i = 0; i < edits->n && r == 0; i++)
                r = ow_addressing_set(ret, edits->list[i].name, edits->list[i].text, err);
        if (r == 0 && ret->dhcp && a->dhcp && !planfile_yes(a->dhcp))
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'dhcp: no' wants an IPv4 address in 'addresses'");
        if (r == 0)
                net_set_metrics(w->guest, ret);
        return r;
}

static int adapter_error(const struct planfile_work *w, unsigned entry, int r, ow_error *err)
{
        unsigned line = planfile_adapter_line(w->file, entry);

        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        return line ? ow_wrap(err, r, "%s:%u", w->file->label, line) : ow_wrap(err, r, "%s", w->file->label);
}

/* Two may swap their addresses: what each has now does not count. OW_E_INVAL when one is named twice. */
static int mark_changing(const struct planfile_work *w, const ow_network *network, bool *changing, ow_error *err)
{
        const struct planfile_network *n = w->content->network;

        for (unsigned i = 0; i < n->adapters_count; i++) {
                size_t index;

                if (n->adapters[i].nic || ow_network_find(network, n->adapters[i].adapter, &index, NULL) < 0)
                        continue;
                if (changing[index])
                        return planfile_fail_adapter(w->file, i, NULL, err,
                                                     "adapter '%s' is named twice: all that it gets belongs to one "
                                                     "entry",
                                                     net_shown(&network->adapters[index]));
                changing[index] = true;
        }
        return 0;
}

/* The adapters that are set in place, all known before the first is written: routes may move between them. */
struct wants {
        ow_addressing *list;
        size_t *index;
        unsigned *entry;
        size_t n;
};

static void wants_done(struct wants *wants)
{
        for (size_t i = 0; i < wants->n; i++)
                ow_addressing_done(&wants->list[i]);
        ow_free(wants->list);
        ow_free(wants->index);
        ow_free(wants->entry);
}

static int wants_take(const struct planfile_work *w, const ow_network *network, const struct edits *edits,
                      struct wants *wants, ow_error *err)
{
        const struct planfile_network *n = w->content->network;
        int r = 0;

        wants->list = ow_calloc(n->adapters_count + 1, sizeof *wants->list);
        wants->index = ow_calloc(n->adapters_count + 1, sizeof *wants->index);
        wants->entry = ow_calloc(n->adapters_count + 1, sizeof *wants->entry);
        if (!wants->list || !wants->index || !wants->entry)
                return ow_fail_nomem(err);
        for (unsigned i = 0; i < n->adapters_count && r == 0; i++) {
                size_t k = wants->n;

                if (n->adapters[i].nic)
                        continue;
                r = ow_network_find(network, n->adapters[i].adapter, &wants->index[k], err);
                if (r == 0) {
                        wants->entry[wants->n++] = i;
                        r = want_of(w, wants->index[k], &n->adapters[i], &edits[i], &wants->list[k], err);
                }
                if (r < 0)
                        r = adapter_error(w, i, r, err);
        }
        return r;
}

static int set_all(const struct planfile_work *w, const struct edits *edits, ow_error *err)
{
        __attribute__((cleanup(wants_done))) struct wants wants = { .n = 0 };
        OW_AUTO_FREE bool *changing = NULL;
        struct net_users users = { 0 };
        const ow_network *network;
        int r;

        r = ow_guest_network(w->guest, &network, err);
        if (r < 0)
                return r;
        users.changing = changing = ow_calloc(network->n_adapters + 1, sizeof *changing);
        if (!changing)
                return ow_fail_nomem(err);
        r = mark_changing(w, network, changing, err);
        if (r == 0)
                r = wants_take(w, network, edits, &wants, err);
        users.beside = wants.list;
        users.n_beside = wants.n;
        for (size_t i = 0; i < wants.n && r == 0; i++) {
                r = net_set_beside(w->plan, w->guest, wants.index[i], &wants.list[i], &users, err);
                if (r < 0)
                        r = adapter_error(w, wants.entry[i], r, err);
        }
        return r;
}

/* ---- hand-over ---- */

static int rules_of(const struct planfile_work *w, ow_re_ip **ret, ow_error *err)
{
        const struct planfile_network *n = w->content->network;
        ow_re_ip *rules = ow_calloc(n->re_ip_count, sizeof *rules);
        int r = rules ? 0 : ow_fail_nomem(err);

        for (unsigned i = 0; i < n->re_ip_count && r == 0; i++) {
                OW_AUTO_FREE char *text = ow_asprintf("%s=%s", n->re_ip[i].from, n->re_ip[i].to);
                ow_error why = OW_ERROR_INIT;

                if (!text)
                        r = ow_fail_nomem(err);
                else if (ow_re_ip_parse(text, &rules[i], &why) < 0)
                        r = planfile_fail(w->file, n->re_ip[i].from, err, "re-ip: %s", why.text);
        }
        if (r < 0) {
                ow_free(rules);
                return r;
        }
        *ret = rules;
        return 0;
}

/* The entry that fails in the same way by itself; UINT_MAX: none does, it is about several. */
static unsigned culprit(const struct planfile_work *w, const ow_handover *nics, const ow_re_ip *rules,
                        const ow_error *err)
{
        const struct planfile_network *n = w->content->network;
        size_t k = 0;

        for (unsigned i = 0; i < n->adapters_count && err; i++) {
                ow_error why = OW_ERROR_INIT;
                ow_plan *alone = NULL;
                bool same;

                if (!n->adapters[i].nic)
                        continue;
                same = ow_plan_begin(&alone, NULL) == 0 &&
                       ow_plan_hand_over(alone, w->guest, &nics[k++], 1, rules, n->re_ip_count, &why) < 0 &&
                       strcmp(why.text, err->text) == 0;
                ow_plan_free(alone);
                if (same)
                        return i;
        }
        return UINT_MAX;
}

/* The first entry whose card or adapter an error text names, or the only one; UINT_MAX. */
static unsigned named_in(const struct planfile_work *w, const ow_error *err)
{
        const struct planfile_network *n = w->content->network;
        unsigned only = UINT_MAX, n_nics = 0;

        for (unsigned i = 0; i < n->adapters_count && err; i++) {
                const struct planfile_adapter *a = &n->adapters[i];

                if (!a->nic)
                        continue;
                if (strstr(err->text, a->nic) || (a->adapter && strstr(err->text, a->adapter)))
                        return i;
                only = n_nics++ ? UINT_MAX : i;
        }
        return only;
}

/* With the line of the adapter that the error is about. */
static int hand_over_error(const struct planfile_work *w, const ow_handover *nics, const ow_re_ip *rules, int r,
                           ow_error *err)
{
        unsigned entry = culprit(w, nics, rules, err);

        if (entry == UINT_MAX)
                entry = named_in(w, err);
        return entry != UINT_MAX ? adapter_error(w, entry, r, err) : ow_wrap(err, r, "%s", w->file->label);
}

static int hand_over(const struct planfile_work *w, const struct edits *edits, ow_error *err)
{
        const struct planfile_network *n = w->content->network;
        OW_AUTO_FREE ow_handover *nics = ow_calloc(n->adapters_count, sizeof *nics);
        OW_AUTO_FREE ow_re_ip *rules = NULL;
        size_t n_nics = 0;
        int r;

        if (!nics)
                return ow_fail_nomem(err);
        for (unsigned i = 0; i < n->adapters_count; i++) {
                const struct planfile_adapter *a = &n->adapters[i];

                if (!a->nic)
                        continue;
                if (!ow_mac_parse(a->nic, &nics[n_nics].mac))
                        return planfile_fail(w->file, a->nic, err, "nic: '%s' is no MAC address", a->nic);
                nics[n_nics].has_mac = true;
                nics[n_nics].old = a->adapter ? a->adapter : "auto";
                nics[n_nics].edits = edits[i].list;
                nics[n_nics++].n_edits = edits[i].n;
        }
        r = rules_of(w, &rules, err);
        if (r < 0)
                return r;
        if (n_nics == 0)
                return n->re_ip_count == 0 ? 0
                                           : planfile_fail(w->file, "re-ip:", err,
                                                           "re-ip changes what is handed over: give a nic too");
        r = ow_plan_hand_over(w->plan, w->guest, nics, n_nics, rules, n->re_ip_count, err);
        return r < 0 ? hand_over_error(w, nics, rules, r, err) : 0;
}

/* ---- teams, drivers, what is gone ---- */

/* Told to, all teams; with "all" fixes those that the hand-over has freed of their addresses, as `fix --all --nic`. */
static int unteam(const struct planfile_work *w, ow_error *err)
{
        const struct planfile_network *n = w->content->network;
        bool hands_over = false;

        if (n->unteam)
                return planfile_yes(n->unteam) ? ow_plan_unteam(w->plan, w->guest, NULL, 0, 0, err) : 0;
        for (unsigned i = 0; i < n->adapters_count; i++)
                hands_over = hands_over || n->adapters[i].nic;
        if (!hands_over || !w->content->fixes || !planfile_yes(w->content->fixes->all))
                return 0;
        return ow_plan_unteam(w->plan, w->guest, NULL, 0, OW_UNTEAM_ONLY_FREED, err);
}

/* The caller's: ow_free(). */
static ow_tuning_edit *tuning_of(const struct planfile_parameter *list, unsigned count)
{
        ow_tuning_edit *edits = ow_calloc(count, sizeof *edits);

        for (unsigned i = 0; i < count && edits; i++)
                edits[i] = (ow_tuning_edit){ list[i].name, list[i].value };
        return edits;
}

/* With the line of the setting that the error is about. */
static int tuning_error(const struct planfile_work *w, const struct planfile_parameter *list, unsigned count, int r,
                        ow_error *err)
{
        unsigned line = 0;

        for (unsigned i = 0; i < count && line == 0 && err; i++)
                if (strstr(err->text, list[i].name))
                        line = planfile_line(w->file->text, list[i].name);
        return line ? ow_wrap(err, r, "%s:%u", w->file->label, line) : ow_wrap(err, r, "%s", w->file->label);
}

static int tune(const struct planfile_work *w, ow_error *err)
{
        const struct planfile_tune *t = w->content->network->tune;
        OW_AUTO_FREE ow_tuning_edit *set = t ? tuning_of(t->set, t->set_count) : NULL;
        OW_AUTO_FREE ow_tuning_edit *tcp = t ? tuning_of(t->tcp, t->tcp_count) : NULL;
        unsigned flags = t && planfile_yes(t->safe) ? OW_TUNE_SAFE : 0;
        int r = 0;

        if (!t)
                return 0;
        if (!set || !tcp)
                return ow_fail_nomem(err);
        if (t->set_count || flags)
                r = ow_plan_tune_adapters(w->plan, w->guest, NULL, 0, set, t->set_count, flags, err);
        if (r < 0)
                return tuning_error(w, t->set, t->set_count, r, err);
        if (t->tcp_count)
                r = ow_plan_tune_tcp(w->plan, w->guest, tcp, t->tcp_count, err);
        return r < 0 ? tuning_error(w, t->tcp, t->tcp_count, r, err) : 0;
}

/* Addresses of cards that are gone; then the cards, also those that the machine to come does not have. */
static int clean(const struct planfile_work *w, ow_error *err)
{
        const struct planfile_network *n = w->content->network;
        ow_device_choice cards = { .network = true, .filter.ghosts = true };
        int r = planfile_yes(n->clean) ? ow_plan_strip_ghosts(w->plan, w->guest, NULL, err) : 0;

        if (r < 0 || (!planfile_yes(n->remove) && !n->not_in))
                return r < 0 ? ow_wrap(err, r, "%s", w->file->label) : 0;
        if (n->not_in) {
                cards.not_in = ow_device_list_find(w->set, n->not_in);
                if (!cards.not_in)
                        return planfile_fail(w->file, n->not_in, err, "not-in: no machine is called '%s'", n->not_in);
        }
        r = ow_plan_remove_devices(w->plan, w->guest, &cards, NULL, err);
        return r < 0 ? ow_wrap(err, r, "%s", w->file->label) : 0;
}

static int rest(const struct planfile_work *w, ow_error *err)
{
        int r = unteam(w, err);

        if (r < 0)
                return ow_wrap(err, r, "%s", w->file->label);
        r = tune(w, err);
        return r == 0 ? clean(w, err) : r;
}

int planfile_network_add(const struct planfile_work *w, ow_error *err)
{
        const struct planfile_network *n = w->content->network;
        struct edits *edits;
        int r = 0;

        if (!n)
                return 0;
        edits = ow_calloc(n->adapters_count, sizeof *edits);
        if (!edits)
                return ow_fail_nomem(err);
        for (unsigned i = 0; i < n->adapters_count && r == 0; i++) {
                edits_of(&n->adapters[i], &edits[i]);
                r = edits[i].failed ? ow_fail_nomem(err) : 0;
        }
        if (r == 0)
                r = set_all(w, edits, err);
        if (r == 0)
                r = hand_over(w, edits, err);
        if (r == 0)
                r = rest(w, err);
        for (unsigned i = 0; i < n->adapters_count; i++)
                edits_done(&edits[i]);
        ow_free(edits);
        return r;
}
