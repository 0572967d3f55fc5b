/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Teams taken apart: which, whether their addresses are taken care of, and whether it is certain which cards are
 * theirs. The bindings are net-rebind.c's; here, at the end, the drivers of a team's software are disabled that no
 * team uses any more.
 */
#include "fix/net-unteam.h"

#include <string.h>

#include <offwin/service-plan.h>

#include "base/upcase.h"
#include "fix/action.h"

static const struct fix_action unteam_action = {
        .name = "network-unteam",
        .title = "Take the teams of network cards apart",
        .why = "The team has lost its cards, and its protocol keeps TCP/IP from the cards that it is bound to.",
};

struct unteam {
        struct fix_job *job;
        const ow_network *network;
        bool *going; /* teams, and cards whose team is not there; by index in network */
        size_t n_going;
        bool drop_addresses, only_freed;
};

static const char *shown(const ow_adapter *a)
{
        return a->name[0] ? a->name : a->description[0] ? a->description : a->guid;
}

/* ---- which ---- */

static bool is_team(const ow_adapter *a)
{
        return a->kind == OW_ADAPTER_TEAM && ow_team_protocols(a->team).count;
}

/* One that carries something, or has cards. */
static bool is_alive(const ow_adapter *a)
{
        return is_team(a) && (a->n_members || a->upper.count);
}

/* Bound to a team's protocol, and nothing says to which team. */
static bool is_stray(const ow_adapter *a)
{
        return a->kind != OW_ADAPTER_TEAM && a->team_adapter == OW_NO_ADAPTER && net_team_protocol(a, a->team);
}

static void go(struct unteam *u, size_t index)
{
        u->n_going += !u->going[index];
        u->going[index] = true;
}

static int pick(struct unteam *u, const size_t *teams, size_t n_teams, ow_error *err)
{
        for (size_t i = 0; i < u->network->n_adapters && !teams; i++)
                if (is_team(&u->network->adapters[i]) || is_stray(&u->network->adapters[i]))
                        go(u, i);
        for (size_t i = 0; i < n_teams; i++) {
                const ow_adapter *a = &u->network->adapters[teams[i]];

                if (!is_team(a))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is no team (kind: %s)%s", shown(a),
                                       ow_adapter_kind_name(a->kind),
                                       a->team_adapter >= 0 ? ", but one of the cards of a team" : "");
                go(u, teams[i]);
        }
        return 0;
}

/* ---- addresses ---- */

/* A value that the facts tell of and the plan does not touch. */
static bool untouched(const struct net_job *nj, const char *place, const char *name, ow_error *err, int *r)
{
        OW_AUTO_FREE char *where = *r == 0 ? net_path(nj, "%s", place) : NULL;

        if (*r == 0 && !where)
                *r = ow_fail_nomem(err);
        return where && !plan_find(nj->job->plan, where, name);
}

/* 1 when the adapter still has what net_strip() would take, once the plan is applied. */
static int keeps_addresses(struct unteam *u, size_t index, ow_error *err)
{
        struct net_job nj = {
                .job = u->job, .control_set = u->network->control_set, .network = u->network, .index = index
        };
        const ow_adapter *a = &u->network->adapters[index];
        const char *netbt = ow_adapter_place(a, OW_PLACE_NETBT);
        bool kept = false;
        int r = 0;

        net_job_init(&nj);
        for (size_t i = 0; i < a->n_rows && !kept; i++)
                if (a->rows[i].kind == OW_NSI_ROW_UNICAST || a->rows[i].kind == OW_NSI_ROW_ROUTE)
                        kept = untouched(&nj, a->rows[i].key, a->rows[i].name, err, &r);
        kept = kept || (a->ipv4.addresses.count && untouched(&nj, a->ipv4.key, "IPAddress", err, &r)) ||
               (a->ipv4.gateways.count && untouched(&nj, a->ipv4.key, "DefaultGateway", err, &r)) ||
               (a->ipv4.dns.count && untouched(&nj, a->ipv4.key, "NameServer", err, &r)) ||
               (a->ipv6.dns.count && untouched(&nj, a->ipv6.key, "NameServer", err, &r)) ||
               (a->service_ipv4.addresses.count && untouched(&nj, a->service_ipv4.key, "IPAddress", err, &r)) ||
               (a->wins.count && netbt && untouched(&nj, netbt, "NameServerList", err, &r));
        return r < 0 ? r : kept;
}

static int refuse_addresses(const ow_adapter *a, ow_error *err)
{
        char text[OW_PREFIX_TEXT] = "its DNS servers or routes";

        if (a->ipv4.addresses.count)
                ow_prefix_format(&a->ipv4.addresses.items[0], text);
        else if (a->ipv6.addresses.count)
                ow_prefix_format(&a->ipv6.addresses.items[0], text);
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                       "'%s' still has %s, which would be lost: --nic MAC='%s' hands it to the new card, "
                       "--drop-address gives it up",
                       shown(a), text, shown(a));
}

static int spare(struct unteam *u, size_t index, ow_error *err)
{
        u->going[index] = false;
        u->n_going--;
        return plan_skip(u->job->plan, u->job->fix, OW_FIX_NOT_FOR_THIS, err,
                         "team '%s' stays as it is: nobody takes over its addresses",
                         shown(&u->network->adapters[index]));
}

static int settle_addresses(struct unteam *u, ow_error *err)
{
        const struct net_users users = { .going = u->going };
        int r = 0;

        for (size_t i = 0; i < u->network->n_adapters && r == 0; i++) {
                if (!u->going[i] || !is_team(&u->network->adapters[i]))
                        continue;
                r = keeps_addresses(u, i, err);
                if (r <= 0)
                        continue;
                r = u->only_freed       ? spare(u, i, err)
                    : u->drop_addresses ? net_strip(u->job, i, &users, err)
                                        : refuse_addresses(&u->network->adapters[i], err);
        }
        return r;
}

/* ---- is it certain ---- */

static int check_card(const ow_adapter *card, ow_error *err)
{
        size_t kinds = 0;

        for (int kind = OW_TEAM_HP; kind <= OW_TEAM_OTHER; kind++)
                kinds += net_team_protocol(card, (enum ow_team_kind)kind) != NULL;
        if (kinds > 1)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s' is bound to the protocols of two kinds of teams: which stands upon which cannot "
                               "be told",
                               shown(card));
        if (kinds && card->kind == OW_ADAPTER_TEAM)
                return ow_fail(
                        err, OW_E_REFUSED, OW_NOWHERE,
                        "'%s' is a team and at the same time in another one: take that apart on the old machine "
                        "first",
                        shown(card));
        return 0;
}

/* A team that stays while another of its kind goes has to have cards of its own, or they might be the other's. */
static int check_others(const struct unteam *u, enum ow_team_kind kind, ow_error *err)
{
        const ow_adapter *going = NULL, *doubtful = NULL;

        for (size_t i = 0; i < u->network->n_adapters; i++) {
                const ow_adapter *a = &u->network->adapters[i];

                if (a->team != kind)
                        continue;
                if (u->going[i])
                        going = a;
                else if (is_stray(a) || (is_alive(a) && a->n_members == 0))
                        doubtful = a;
        }
        if (!going || !doubtful)
                return 0;
        return ow_fail(
                err, OW_E_REFUSED, OW_NOWHERE,
                "it cannot be told whether '%s' belongs to '%s': take all teams apart together, without naming "
                "one",
                shown(doubtful), shown(going));
}

static int check(const struct unteam *u, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < u->network->n_adapters && r == 0; i++)
                r = check_card(&u->network->adapters[i], err);
        for (int kind = OW_TEAM_HP; kind <= OW_TEAM_OTHER && r == 0; kind++)
                r = check_others(u, (enum ow_team_kind)kind, err);
        return r;
}

/* ---- the software's drivers ---- */

static bool still_used(const struct unteam *u, enum ow_team_kind kind)
{
        for (size_t i = 0; i < u->network->n_adapters; i++)
                if (!u->going[i] && u->network->adapters[i].team == kind &&
                    (is_alive(&u->network->adapters[i]) || is_stray(&u->network->adapters[i])))
                        return true;
        return false;
}

static int disable(struct unteam *u, const char *service, ow_error *err)
{
        const ow_service_edit edit = { .name = service, .verb = OW_SERVICE_DISABLE };
        OW_AUTO_FREE char *path = ow_asprintf("%s\\%s", "HKLM\\SYSTEM\\CurrentControlSet\\Services", service);
        char **places = NULL;
        size_t n = 0, there = 0;
        ow_regkey key;
        int r;

        if (!path)
                return ow_fail_nomem(err);
        r = ow_registry_expand(u->job->guest, path, &places, &n, err);
        for (size_t i = 0; i < n && r >= 0; i++) {
                r = ow_registry_find(u->job->guest, places[i], &key, err);
                there += r > 0;
        }
        ow_registry_paths_free(places, n);
        if (r < 0 || !service[0] || there == 0)
                return r < 0 ? r : 0;
        return ow_plan_set_services(u->job->plan, u->job->guest, &edit, 1, OW_SERVICE_UNFILTER, err);
}

/* Windows' own teaming stays installed: it does nothing without a team. */
static int disable_drivers(struct unteam *u, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < u->network->n_adapters && r == 0; i++) {
                const ow_adapter *a = &u->network->adapters[i];
                ow_texts protocols = ow_team_protocols(a->team);

                if (!u->going[i] || a->team == OW_TEAM_LBFO || still_used(u, a->team))
                        continue;
                for (size_t k = 0; k < protocols.count && r == 0; k++)
                        r = disable(u, protocols.items[k], err);
                if (r == 0 && is_team(a))
                        r = disable(u, a->service, err);
        }
        return r;
}

/* ---- for others that disable them ---- */

static bool unbound_by(const ow_plan *plan, uint32_t control_set, const ow_adapter *card)
{
        const char *place = ow_adapter_place(card, OW_PLACE_CLASS);
        OW_AUTO_FREE char *where =
                ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u\\%s\\Linkage", control_set, place ? place : "");

        return where && plan_find(plan, where, "UpperBind");
}

/* Of the protocol of such teams, or of their adapters. */
static bool drives(const ow_network *network, enum ow_team_kind kind, const char *service)
{
        ow_texts protocols = ow_team_protocols(kind);

        for (size_t i = 0; i < protocols.count; i++)
                if (ow_name_compare(protocols.items[i], service) == 0)
                        return true;
        for (size_t i = 0; i < network->n_adapters; i++)
                if (network->adapters[i].kind == OW_ADAPTER_TEAM && network->adapters[i].team == kind &&
                    ow_name_compare(network->adapters[i].service, service) == 0)
                        return true;
        return false;
}

int net_team_needs(const ow_plan *plan, ow_guest *guest, const char *service, ow_buffer *reason, ow_error *err)
{
        const ow_network *network;
        int r = ow_guest_network(guest, &network, err);

        for (size_t i = 0; r == 0 && i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];
                const char *protocol = net_team_protocol(a, a->team);

                if (!protocol || !drives(network, a->team, service) || a->kind == OW_ADAPTER_TEAM ||
                    a->verdict.presence == OW_PRESENCE_GHOST || net_has_tcpip(a) ||
                    unbound_by(plan, network->control_set, a))
                        continue;
                ow_buffer_printf(reason,
                                 "'%s' is bound to its team instead of TCP/IP; `offwin net unteam` takes that apart",
                                 shown(a));
                return 1;
        }
        return r;
}

/* ---- all of it ---- */

static int take_apart(struct unteam *u, ow_error *err)
{
        int r;

        r = check(u, err);
        if (r == 0)
                r = settle_addresses(u, err);
        for (size_t i = 0; i < u->network->n_adapters && r == 0; i++)
                if (u->going[i])
                        r = net_each_set(u->job, &u->network->adapters[i], net_rebind, NULL, err);
        return r == 0 ? disable_drivers(u, err) : r;
}

static int unteam(struct unteam *u, const size_t *teams, size_t n_teams, ow_error *err)
{
        int r;

        r = ow_guest_network(u->job->guest, &u->network, err);
        if (r < 0)
                return r;
        u->going = ow_calloc(u->network->n_adapters + 1, sizeof *u->going);
        if (!u->going)
                return ow_fail_nomem(err);
        r = pick(u, teams, n_teams, err);
        if (r == 0 && u->n_going == 0 && !u->only_freed)
                return plan_skip(u->job->plan, u->job->fix, OW_FIX_NOT_FOR_THIS, err,
                                 "no network cards of this machine are in a team");
        return r == 0 ? take_apart(u, err) : r;
}

/* What is done along with something else is left, not refused, where it is not certain. */
static int unteam_freed(struct unteam *u, ow_error *err)
{
        size_t rows = u->job->plan->n;
        ow_error why = OW_ERROR_INIT;
        int r;

        r = unteam(u, NULL, 0, &why);
        if (r == OW_E_REFUSED) {
                r = plan_truncate(u->job->plan, rows, err);
                return r < 0 ? r : plan_skip(u->job->plan, u->job->fix, OW_FIX_NOT_FOR_THIS, err, "%s", why.text);
        }
        if (r < 0 && err)
                *err = why;
        return r;
}

int ow_plan_unteam(ow_plan *plan, ow_guest *guest, const size_t *teams, size_t n_teams, unsigned flags, ow_error *err)
{
        struct fix_job job;
        struct unteam u = { .job = &job,
                            .drop_addresses = flags & OW_UNTEAM_DROP_ADDRESSES,
                            .only_freed = flags & OW_UNTEAM_ONLY_FREED };
        int r;

        r = fix_action_begin(&job, plan, guest, &unteam_action, err);
        if (r < 0)
                return r;
        r = u.only_freed ? unteam_freed(&u, err) : unteam(&u, teams, n_teams, err);
        ow_free(u.going);
        fix_action_done(&job);
        return r;
}
