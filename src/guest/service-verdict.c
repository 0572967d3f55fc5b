/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who waits for the network. Some services are told by name or by their own settings; from those the need goes up to
 * all that depend on them, on the shortest way, which the reason then names. It does not go through the core: what
 * needs RpcSs or gpsvc needs no network by that.
 */
#include <stdio.h>
#include <string.h>

#include "guest/services.h"

enum { MAX_HOPS = 6, REASON = 600 };

static const uint32_t NOBODY = UINT32_MAX;

/* What is told of a node by itself. */
enum own {
        OWN_NOTHING,
        OWN_STACK,
        OWN_CORE,
        OWN_CORE_NETWORK,
        OWN_DC,
        OWN_NETWORK,
        OWN_NOTED,
        OWN_TRIGGER,
        OWN_GROUP
};

struct judged {
        enum own own;
        const char *what; /* of it, in words */
        uint32_t via;     /* the need that leads to the network; itself when it is its own root */
        uint32_t kept_by; /* a core or stack service that needs it, and so it stays */
};

struct judging {
        ow_guest *guest;
        struct guest_service_set *set;
        const ow_service_graph *graph;
        struct judged *nodes;
        uint32_t *queue;
        bool dc;
};

/* ---- what each is by itself ---- */

static bool is_domain_controller(ow_guest *guest, uint32_t control_set)
{
        OW_AUTO_BLOB blob = { 0 };
        ow_regkey key;
        uint32_t type;

        return guest->windows.product == OW_PRODUCT_DOMAIN_CONTROLLER ||
               (guest_set_key(guest, control_set, "Services\\NTDS\\Parameters", &key) &&
                guest_blob(guest, key, "DSA Database file", &type, &blob));
}

static const char *note_of(const ow_guest *guest, const char *name)
{
        for (const struct guest_service_note *n = guest->service_notes; n; n = n->next)
                if (guest_text_equal(n->name, name))
                        return n->why;
        return NULL;
}

static enum own own_of_known(const struct judging *j, const struct guest_known_service *known)
{
        switch (known->kind) {
        case GUEST_KNOWN_STACK:
                return OWN_STACK;
        case GUEST_KNOWN_CORE:
                return OWN_CORE;
        case GUEST_KNOWN_CORE_NETWORK:
                return OWN_CORE_NETWORK;
        case GUEST_KNOWN_DC:
                return j->dc ? OWN_DC : OWN_NOTHING;
        case GUEST_KNOWN_NETWORK:
                return OWN_NETWORK;
        }
        return OWN_NOTHING;
}

static const char *trigger_text(const ow_service *s)
{
        for (size_t i = 0; i < s->n_triggers; i++) {
                const ow_service_trigger *t = &s->triggers[i];

                if (t->action == OW_TRIGGER_STARTS &&
                    (t->kind == OW_TRIGGER_IP_ADDRESS || t->kind == OW_TRIGGER_DOMAIN_JOIN))
                        return t->what;
        }
        return "the network changes";
}

static void judge_itself(struct judging *j, const ow_service_node *node, struct judged *judged)
{
        const struct guest_known_service *known;
        const ow_service *s = node->service;

        judged->via = judged->kept_by = NOBODY;
        if (node->kind == OW_NODE_GROUP) {
                if (guest_service_network_group(node->name)) {
                        judged->own = OWN_GROUP;
                        judged->what = "a group of network drivers";
                }
                return;
        }
        known = guest_service_known(node->name);
        if (known) {
                judged->own = own_of_known(j, known);
                judged->what = known->what;
        }
        if (judged->own != OWN_NOTHING || !s)
                return;
        if (ow_service_is_driver(s) && guest_service_network_group(s->group)) {
                judged->own = OWN_STACK;
                judged->what = "a network driver";
                return;
        }
        judged->what = note_of(j->guest, s->name);
        if (judged->what) {
                judged->own = OWN_NOTED;
        } else if (s->network_trigger) {
                judged->own = OWN_TRIGGER;
                judged->what = trigger_text(s);
        } else if (s->safe_minimal == OW_SAFE_BOOT_NAME && ow_service_is_win32(s) &&
                   guest_service_origin(j->guest, s, NULL) == OW_ORIGIN_MICROSOFT) {
                judged->own = OWN_CORE;
                judged->what = "it runs even in the minimal safe mode";
        }
}

/* ---- from the roots up ---- */

static bool is_root(enum own own)
{
        return own != OWN_NOTHING && own != OWN_CORE;
}

/* All that needs what is in the queue, nearest first. */
static void spread(struct judging *j, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                const ow_service_node *node = &j->graph->nodes[j->queue[i]];

                for (size_t k = 0; k < node->n_needed_by; k++) {
                        uint32_t by = node->needed_by[k];
                        struct judged *judged = &j->nodes[by];

                        if (judged->via != NOBODY || judged->own == OWN_CORE ||
                            j->graph->nodes[by].kind != OW_NODE_SERVICE)
                                continue;
                        judged->via = j->queue[i];
                        j->queue[n++] = by;
                }
        }
}

/* Somebody entered it for safe mode with networking only. Of Windows' own that says nothing: smart cards are there.
 */
static bool only_with_networking(const struct judging *j, const ow_service *s)
{
        return s->safe_network == OW_SAFE_BOOT_NAME && s->safe_minimal == OW_SAFE_BOOT_NO &&
               guest_service_origin(j->guest, s, NULL) != OW_ORIGIN_MICROSOFT;
}

static void find_ways(struct judging *j)
{
        size_t n = 0;

        for (uint32_t i = 0; i < j->graph->n_nodes; i++)
                if (is_root(j->nodes[i].own)) {
                        j->nodes[i].via = i;
                        j->queue[n++] = i;
                }
        spread(j, n);
        n = 0;
        for (uint32_t i = 0; i < j->graph->n_services; i++)
                if (j->nodes[i].via == NOBODY && j->nodes[i].own == OWN_NOTHING &&
                    only_with_networking(j, j->graph->nodes[i].service)) {
                        j->nodes[i].via = i;
                        j->queue[n++] = i;
                }
        spread(j, n);
}

static enum ow_network_verdict verdict_of(const struct judged *judged)
{
        switch (judged->own) {
        case OWN_STACK:
                return OW_NETWORK_STACK;
        case OWN_CORE:
        case OWN_CORE_NETWORK:
                return OW_NETWORK_CORE;
        case OWN_DC:
                return OW_NETWORK_DC_ROLE;
        default:
                return judged->via == NOBODY ? OW_NETWORK_NONE : OW_NETWORK_NEEDED;
        }
}

/* What a core, stack or directory service needs stays, all the way down. */
static void keep_what_is_needed(struct judging *j)
{
        size_t n = 0;

        for (uint32_t i = 0; i < j->graph->n_services; i++) {
                enum ow_network_verdict verdict = verdict_of(&j->nodes[i]);

                if (verdict != OW_NETWORK_NONE && verdict != OW_NETWORK_NEEDED &&
                    j->graph->nodes[i].service->effective_start < OW_START_DISABLED)
                        j->queue[n++] = i;
        }
        for (size_t i = 0; i < n; i++) {
                const ow_service_node *node = &j->graph->nodes[j->queue[i]];

                for (size_t k = 0; k < node->n_needs; k++) {
                        uint32_t need = node->needs[k];

                        if (j->graph->nodes[need].kind != OW_NODE_SERVICE || j->nodes[need].kept_by != NOBODY)
                                continue;
                        j->nodes[need].kept_by = j->queue[i];
                        if (verdict_of(&j->nodes[need]) == OW_NETWORK_NONE ||
                            verdict_of(&j->nodes[need]) == OW_NETWORK_NEEDED)
                                j->queue[n++] = need;
                }
        }
}

/* ---- in words ---- */

static void put_root(const struct judging *j, uint32_t root, bool alone, ow_buffer *out)
{
        const struct judged *judged = &j->nodes[root];
        const char *missing = j->graph->nodes[root].kind == OW_NODE_MISSING ? " (which is not there)" : "";

        switch (judged->own) {
        case OWN_NOTHING:
                ow_buffer_put_text(out, alone ? "safe mode runs it only with networking"
                                              : ", which safe mode runs only with networking");
                break;
        case OWN_TRIGGER:
                ow_buffer_printf(out, alone ? "starts when %s" : ", which starts when %s", judged->what);
                break;
        case OWN_NOTED:
        case OWN_NETWORK:
        case OWN_CORE_NETWORK:
                ow_buffer_printf(out, alone ? "%s" : ": %s", judged->what);
                break;
        default:
                ow_buffer_printf(out, alone ? "%s%s" : ", %s%s", judged->what, missing);
                break;
        }
}

/* "needs A, which needs B, the TCP/IP driver" */
static void put_way(const struct judging *j, uint32_t from, ow_buffer *out)
{
        uint32_t at = from;

        for (unsigned hop = 0; j->nodes[at].via != at; hop++) {
                at = j->nodes[at].via;
                if (hop < MAX_HOPS)
                        ow_buffer_printf(out, "%sneeds %s%s", hop ? ", which " : "",
                                         j->graph->nodes[at].kind == OW_NODE_GROUP ? "group " : "",
                                         j->graph->nodes[at].name);
                else if (j->nodes[at].via == at)
                        ow_buffer_printf(out, ", which in the end needs %s", j->graph->nodes[at].name);
        }
        put_root(j, at, at == from, out);
}

static bool starts_itself(const ow_service *s)
{
        return s->effective_start == OW_START_AUTO || (s->effective_start == OW_START_DEMAND && s->network_trigger);
}

/* Why a service that needs the network is not to be parked all the same; "" when it is. */
static void put_objection(const struct judging *j, const ow_service *s, ow_buffer *out)
{
        uint32_t kept_by = j->nodes[s->index].kept_by, root = (uint32_t)s->index;

        while (j->nodes[root].via != root)
                root = j->nodes[root].via;
        if (!ow_service_is_win32(s))
                ow_buffer_put_text(out, "only Win32 services are parked");
        else if (s->type & OW_SERVICE_USER_INSTANCE)
                ow_buffer_put_text(out, "it is a user's copy, which Windows makes anew");
        else if (s->effective_start == OW_START_DISABLED)
                ow_buffer_put_text(out, "it is disabled");
        else if (!starts_itself(s))
                ow_buffer_put_text(out, "it does not start by itself");
        else if (kept_by != NOBODY)
                ow_buffer_printf(out, "%s needs it", j->graph->nodes[kept_by].name);
        else if (s->safe_minimal == OW_SAFE_BOOT_NAME)
                ow_buffer_put_text(out, "it is to run even in the minimal safe mode");
        else if (j->nodes[root].own == OWN_NOTHING)
                ow_buffer_put_text(out, "only an entry for safe mode says so");
        else if (s->launch_protected)
                ow_buffer_put_text(out, "it is a protected service");
}

static const char *pool_take(struct guest_service_set *set, ow_buffer *text)
{
        const char *copy = ow_pool_text(&set->pool, (const char *)text->p, text->failed ? 0 : text->len);

        set->pool.failed |= text->failed;
        text->len = 0;
        return copy;
}

static void put_verdict(const struct judging *j, uint32_t i, ow_buffer *text, ow_service_verdict *ret)
{
        const ow_service *s = j->graph->nodes[i].service;

        ret->verdict = verdict_of(&j->nodes[i]);
        switch (ret->verdict) {
        case OW_NETWORK_NONE:
                ow_buffer_put_text(text, "no dependency, trigger or safe-mode entry leads to the network");
                ret->reason = pool_take(j->set, text);
                ret->objection = "it does not wait for the network";
                return;
        case OW_NETWORK_STACK:
        case OW_NETWORK_CORE:
                ow_buffer_put_text(text, j->nodes[i].what);
                ret->reason = pool_take(j->set, text);
                ret->objection = ret->verdict == OW_NETWORK_STACK ? "it is part of the network stack"
                                                                  : "Windows itself needs it";
                return;
        case OW_NETWORK_DC_ROLE:
                ow_buffer_put_text(text, j->nodes[i].what);
                ret->reason = pool_take(j->set, text);
                ret->objection = "without it this domain controller serves no domain";
                return;
        case OW_NETWORK_NEEDED:
                put_way(j, i, text);
                ret->reason = pool_take(j->set, text);
                put_objection(j, s, text);
                ret->parkable = text->len == 0;
                ret->objection = pool_take(j->set, text);
                return;
        }
}

static bool judge(struct judging *j)
{
        ow_service_verdict *verdicts = ow_pool_alloc(&j->set->pool, j->set->n, sizeof *verdicts);
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;

        if (!verdicts)
                return false;
        for (uint32_t i = 0; i < j->graph->n_nodes; i++)
                judge_itself(j, &j->graph->nodes[i], &j->nodes[i]);
        find_ways(j);
        keep_what_is_needed(j);
        for (uint32_t i = 0; i < j->graph->n_services; i++)
                put_verdict(j, i, &text, &verdicts[i]);
        if (j->set->pool.failed || j->guest->out_of_memory)
                return false;
        j->set->verdicts = verdicts;
        return true;
}

static int make_verdicts(ow_guest *guest, struct guest_service_set *set, ow_error *err)
{
        OW_AUTO_FREE struct judged *nodes = NULL;
        OW_AUTO_FREE uint32_t *queue = NULL;
        struct judging j = { .guest = guest, .set = set };
        int r = guest_service_graph(guest, set, err);

        if (r < 0)
                return r;
        nodes = ow_calloc(set->graph->n_nodes + 1, sizeof *nodes);
        queue = ow_calloc(set->graph->n_nodes + 1, sizeof *queue);
        j.graph = set->graph;
        j.nodes = nodes;
        j.queue = queue;
        j.dc = is_domain_controller(guest, set->control_set);
        if (!nodes || !queue || !judge(&j)) {
                set->pool.failed = guest->out_of_memory = false;
                return ow_fail_nomem(err);
        }
        return 0;
}

int ow_service_verdict_get(ow_guest *guest, const ow_service *service, ow_service_verdict *ret, ow_error *err)
{
        struct guest_service_set *set;
        int r = guest_service_set(guest, service->control_set, &set, err);

        if (r >= 0 && service->index >= set->n)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is not a service of this Windows", service->name);
        if (r >= 0 && !set->verdicts)
                r = make_verdicts(guest, set, err);
        if (r >= 0)
                *ret = set->verdicts[service->index];
        return r < 0 ? r : 0;
}

int ow_guest_service_note(ow_guest *guest, const char *name, const char *why, ow_error *err)
{
        size_t name_size = strlen(name) + 1, why_size = strlen(why) + 1;
        struct guest_service_note *note = ow_malloc(sizeof *note + name_size + why_size);

        if (!note)
                return ow_fail_nomem(err);
        note->next = guest->service_notes;
        note->name = memcpy(note->text, name, name_size);
        note->why = memcpy(note->text + name_size, why, why_size);
        guest->service_notes = note;
        return 0;
}

const char *ow_network_verdict_name(enum ow_network_verdict verdict)
{
        static const char *const names[] = { "none", "needs-network", "network-stack", "core", "dc-role" };

        return (unsigned)verdict < OW_COUNT(names) ? names[verdict] : "?";
}
