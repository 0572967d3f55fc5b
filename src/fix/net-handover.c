/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hand-over: a card of the new machine gets the whole identity of an old adapter, which loses it in the same plan.
 * A card that the registry knows already is set; for one that Windows has yet to meet the first boot gets it.
 */
#include <stdio.h>
#include <string.h>

#include "base/upcase.h"
#include "fix/addressing.h"
#include "fix/net-set.h"

static const struct fix_action handover_action = {
        .name = "network-hand-over",
        .title = "Hand the old network adapter's identity to the new card",
        .why = "The new card starts with DHCP, while the addresses of the machine belong to hardware that is gone.",
};

enum { NICS_MAX = 64 };

struct handover {
        const ow_handover *nic;
        size_t old;  /* whose identity: a team stands for its members */
        size_t card; /* SIZE_MAX: not known yet */
        ow_addressing want;
};

struct work {
        const ow_network *network;
        struct handover items[NICS_MAX];
        size_t n;
        ow_addressing wants[NICS_MAX]; /* those of items, side by side; owned there */
        ow_addressing keep[NICS_MAX];  /* of cards that are set: their routes stay */
        bool *going;
        struct net_users users;
};

int ow_handover_parse(const char *text, ow_handover *ret, ow_error *err)
{
        const char *equals = strchr(text, '=');
        size_t n = equals ? (size_t)(equals - text) : strlen(text);
        ow_handover handover = { .old = equals && equals[1] ? equals + 1 : "auto" };
        char mac[32];

        if (n == 3 && strncmp(text, "any", n) == 0) {
                *ret = handover;
                return 0;
        }
        (void)snprintf(mac, sizeof mac, "%.*s", (int)(n < sizeof mac ? n : sizeof mac - 1), text);
        if (!ow_mac_parse(mac, &handover.mac) || !ow_mac_is_unicast(&handover.mac))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is not MAC or MAC=OLD: '%s' is no MAC of a card",
                               text, mac);
        handover.has_mac = true;
        *ret = handover;
        return 0;
}

/* ---- who gets what from whom ---- */

static bool may_be_card(const struct work *w, size_t index)
{
        const ow_adapter *a = &w->network->adapters[index];

        return a->kind == OW_ADAPTER_ETHERNET && a->verdict.presence != OW_PRESENCE_GHOST &&
               a->stays_behind[0] == '\0' && a->virtual_machine && a->team_adapter < 0;
}

/* The adapter of this MAC; without one, the only card that can be meant. */
static size_t find_card(const struct work *w, const ow_handover *nic, size_t n_nics)
{
        size_t found = SIZE_MAX, n = 0;

        for (size_t i = 0; i < w->network->n_adapters; i++) {
                const ow_adapter *a = &w->network->adapters[i];

                if (!may_be_card(w, i) ||
                    (nic->has_mac && (a->mac_source == OW_MAC_NONE || !ow_mac_equal(&a->mac, &nic->mac))))
                        continue;
                found = i;
                n++;
        }
        return n == 1 && (nic->has_mac || n_nics == 1) ? found : SIZE_MAX;
}

static int take_identity(struct work *w, ow_guest *guest, const ow_handover *nic, size_t n_nics, ow_error *err)
{
        struct handover *item = &w->items[w->n];
        size_t old;
        int r;

        r = ow_network_find(w->network, nic->old, &old, err);
        if (r < 0)
                return r;
        *item = (struct handover){ .nic = nic, .old = ow_network_carrier(w->network, old) };
        for (size_t i = 0; i < w->n; i++)
                if (w->items[i].old == item->old)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "two cards would take the identity of '%s'",
                                       net_shown(&w->network->adapters[item->old]));
        item->card = find_card(w, nic, n_nics);
        r = ow_addressing_load(guest, item->old, &item->want, err);
        if (r < 0)
                return r;
        item->want.has_mac = nic->has_mac;
        item->want.mac = nic->mac;
        w->n++;
        return 0;
}

static int collect(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        (void)family, (void)err;
        ow_buffer_printf(state, "%s=%s\n", word, text);
        return 0;
}

/* OW_E_CONFLICT when another adapter's identity waits for the card, or other settings than are asked for. */
static int check_same(const struct work *w, const ow_handover *nic, ow_addressing *waiting, const char *from,
                      ow_error *err)
{
        OW_AUTO_BUFFER before = OW_BUFFER_INIT;
        OW_AUTO_BUFFER after = OW_BUFFER_INIT;
        size_t old;
        int r = 0;

        if (strcmp(nic->old, "auto") != 0 && ow_network_find(w->network, nic->old, &old, NULL) == 0 && from &&
            !(ow_name_compare(w->network->adapters[ow_network_carrier(w->network, old)].guid, from) == 0))
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE,
                               "another adapter's addresses wait for this card already, not those of '%s'; offwin undo "
                               "takes that back",
                               nic->old);
        r = ow_addressing_each(waiting, collect, &before, err);
        for (size_t k = 0; k < nic->n_edits && r == 0; k++)
                r = ow_addressing_set(waiting, nic->edits[k].name, nic->edits[k].text, err);
        if (r == 0)
                r = ow_addressing_each(waiting, collect, &after, err);
        if (r < 0)
                return r;
        if (ow_buffer_failed(&before) || ow_buffer_failed(&after))
                return ow_fail_nomem(err);
        if (before.len != after.len || memcmp(before.p, after.p, before.len) != 0)
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE,
                               "addresses wait for this card already, with other settings; offwin undo takes that back");
        return 0;
}

/*
 * The same again: what a card was handed once waits for it, and the old adapter has nothing left to give. Taking
 * another one ("auto" would) could only be wrong.
 */
static int take_once(struct work *w, struct fix_job *job, const ow_handover *nic, size_t n_nics, ow_error *err)
{
        OW_AUTO_FREE char *from = NULL;
        ow_addressing waiting;
        char mac[OW_MAC_TEXT] = "";
        int r;

        r = net_first_boot_waits(job->guest, nic->has_mac ? &nic->mac : NULL, &waiting, &from, err);
        if (r < 0)
                return r;
        if (r == 0)
                return take_identity(w, job->guest, nic, n_nics, err);
        r = check_same(w, nic, &waiting, from, err);
        ow_addressing_done(&waiting);
        if (r < 0)
                return r;
        if (nic->has_mac)
                ow_mac_format(&nic->mac, mac);
        return plan_skip(job->plan, job->fix, OW_FIX_DONE, err, "addresses wait already for %s %s; offwin undo takes "
                         "that back", nic->has_mac ? "the card" : "the new card", mac);
}

/* ---- re-IP ---- */

static bool rule_fits(const ow_re_ip *rule, const ow_addressing *a)
{
        bool fits = false;

        for (size_t i = 0; i < a->n_addresses; i++)
                fits = fits || ow_prefix_contains(&rule->from, &a->addresses[i].address);
        for (size_t i = 0; i < a->n_gateways; i++)
                fits = fits || ow_prefix_contains(&rule->from, &a->gateways[i].address);
        for (size_t i = 0; i < a->n_dns; i++)
                fits = fits || ow_prefix_contains(&rule->from, &a->dns[i]);
        for (size_t i = 0; i < a->n_wins; i++)
                fits = fits || ow_prefix_contains(&rule->from, &a->wins[i]);
        for (size_t i = 0; i < a->n_routes; i++)
                fits = fits || ow_prefix_contains(&rule->from, &a->routes[i].gateway) ||
                       ow_prefix_contains(&rule->from, &a->routes[i].destination.address);
        return fits;
}

static int re_address(struct work *w, const ow_re_ip *rules, size_t n, ow_error *err)
{
        char text[OW_PREFIX_TEXT];
        int r = 0;

        for (size_t k = 0; k < n; k++) {
                bool fits = false;

                for (size_t i = 0; i < w->n; i++)
                        fits = fits || rule_fits(&rules[k], &w->items[i].want);
                if (fits)
                        continue;
                ow_prefix_format(&rules[k].from, text);
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "re-IP rule for %s: nothing that is handed over is in that "
                               "network",
                               text);
        }
        for (size_t i = 0; i < w->n && r == 0; i++)
                r = n ? ow_addressing_re_ip(&w->items[i].want, rules, n, err) : 0;
        return r;
}

static int edit_all(struct work *w, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < w->n; i++) {
                const ow_handover *nic = w->items[i].nic;

                for (size_t k = 0; k < nic->n_edits && r == 0; k++)
                        r = ow_addressing_set(&w->items[i].want, nic->edits[k].name, nic->edits[k].text, err);
        }
        return r;
}

/* ---- a way to the DNS servers ---- */

static bool is_connected(const struct work *w, const ow_address *server)
{
        for (size_t i = 0; i < w->n; i++) {
                const ow_addressing *a = &w->items[i].want;

                for (size_t k = 0; k < a->n_addresses; k++)
                        if (ow_prefix_contains(&a->addresses[k], server))
                                return true;
                for (size_t k = 0; k < a->n_routes; k++)
                        if (ow_prefix_contains(&a->routes[k].destination, server))
                                return true;
        }
        return false;
}

/* Whether a card may get its way out by DHCP, or is given one. */
static bool has_way_out(const struct work *w)
{
        for (size_t i = 0; i < w->n; i++) {
                const ow_addressing *a = &w->items[i].want;

                if (a->dhcp)
                        return true;
                for (size_t k = 0; k < a->n_gateways; k++)
                        if (a->gateways[k].address.family == OW_FAMILY_IPV4)
                                return true;
        }
        return false;
}

/* Servers that none of the cards will reach are told; what was asked for is done all the same. */
static int tell_out_of_reach(const struct work *w, struct fix_job *job, ow_error *err)
{
        char text[OW_ADDRESS_TEXT];
        int r = 0;

        for (size_t i = 0; i < w->n && !has_way_out(w); i++) {
                const ow_addressing *a = &w->items[i].want;

                for (size_t k = 0; k < a->n_dns && r == 0; k++) {
                        if (a->dns[k].family != OW_FAMILY_IPV4 || ow_address_is_loopback(&a->dns[k]) ||
                            is_connected(w, &a->dns[k]))
                                continue;
                        ow_address_format(&a->dns[k], text);
                        r = plan_skip(job->plan, job->fix, OW_FIX_NOT_FOR_THIS, err,
                                      "a way to DNS server %s: it is in no network of the new cards, and no gateway "
                                      "leads there (--re-ip moves it, `offwin net set --dns` names another)",
                                      text);
                }
        }
        return r;
}

/* ---- doing it ---- */

static void mark_going(struct work *w)
{
        for (size_t i = 0; i < w->n; i++) {
                const ow_adapter *old = &w->network->adapters[w->items[i].old];

                if (w->items[i].old == w->items[i].card)
                        continue;
                w->going[w->items[i].old] = true;
                for (size_t k = 0; k < old->n_members; k++)
                        w->going[old->members[k]] = true;
        }
        w->users = (struct net_users){ .keep = w->keep, .going = w->going };
        for (size_t i = 0; i < w->n; i++)
                if (w->items[i].card != SIZE_MAX)
                        w->keep[w->users.n_keep++] = w->items[i].want;
}

/* A setting that only the first boot makes. */
struct later {
        ow_plan *plan;
        char card[40];
};

static int tell_later(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        struct later *later = state;

        (void)family;
        return net_setting_add(later->plan, later->card, word, text, OW_EFFECT_FIRST_BOOT, err);
}

static int hand_to_first_boot(struct work *w, struct fix_job *job, const struct handover *item, ow_error *err)
{
        const ow_adapter *old = &w->network->adapters[item->old];
        struct later later = { .plan = job->plan, .card = "the new card" };
        char mac[OW_MAC_TEXT];
        int r;

        ow_mac_format(&item->nic->mac, mac);
        if (item->nic->has_mac)
                (void)snprintf(later.card, sizeof later.card, "the card %s", mac);
        r = net_check_others(job, later.card, item->old, &item->want, &w->users, err);
        if (r == 0)
                r = net_first_boot_add(job->plan, &item->want, NULL, old->guid, err);
        if (r == 0)
                r = ow_addressing_each(&item->want, tell_later, &later, err);
        /* Windows lets no two connections have one name, not even when one of them is a ghost. */
        if (r == 0 && old->name[0] && ow_adapter_place(old, OW_PLACE_CONNECTION))
                r = net_step_aside(job, item->old, err);
        return r;
}

/* Each by itself first: what is wrong with it may stand in the registry of the one that it comes from. */
static int check_wants(const struct work *w, ow_error *err)
{
        for (size_t i = 0; i < w->n; i++) {
                int r = ow_addressing_check(&w->wants[i], err);

                if (r < 0)
                        return ow_wrap(err, r, "'%s'", net_shown(&w->network->adapters[w->items[i].old]));
        }
        return ow_addressing_check_all(w->wants, w->n, err);
}

static int carry_out(struct work *w, struct fix_job *job, ow_error *err)
{
        int r;

        for (size_t i = 0; i < w->n; i++)
                w->wants[i] = w->items[i].want;
        r = check_wants(w, err);
        if (r < 0)
                return r;
        mark_going(w);
        for (size_t i = 0; i < w->n && r == 0; i++) {
                const struct handover *item = &w->items[i];

                r = item->card == SIZE_MAX ? hand_to_first_boot(w, job, item, err)
                                           : net_set(job, item->card, &item->want, &w->users, err);
        }
        for (size_t i = 0; i < w->network->n_adapters && r == 0; i++)
                if (w->going[i])
                        r = net_strip(job, i, &w->users, err);
        return r;
}

static int hand_over(struct work *w, struct fix_job *job, const ow_handover *nics, size_t n_nics,
                     const ow_re_ip *rules, size_t n_rules, ow_error *err)
{
        int r;

        r = ow_guest_network(job->guest, &w->network, err);
        if (r == 0 && w->network->old_layout)
                r = ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                            "Windows NT 4 keeps addresses in a layout of its own: they "
                            "cannot be handed over");
        for (size_t i = 0; i < n_nics && r == 0; i++)
                r = take_once(w, job, &nics[i], n_nics, err);
        if (r < 0 || w->n == 0)
                return r;
        if (r == 0)
                r = re_address(w, rules, n_rules, err);
        if (r == 0)
                r = edit_all(w, err);
        if (r == 0)
                r = tell_out_of_reach(w, job, err);
        if (r < 0)
                return r;
        w->going = ow_calloc(w->network->n_adapters + 1, sizeof *w->going);
        return w->going ? carry_out(w, job, err) : ow_fail_nomem(err);
}

static void work_free(struct work *w)
{
        for (size_t i = 0; i < w->n; i++)
                ow_addressing_done(&w->items[i].want);
        ow_free(w->going);
        ow_free(w);
}

int ow_plan_hand_over(ow_plan *plan, ow_guest *guest, const ow_handover *nics, size_t n_nics, const ow_re_ip *rules,
                      size_t n_rules, ow_error *err)
{
        struct fix_job job;
        struct work *w;
        int r;

        if (n_nics == 0 || n_nics > NICS_MAX)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "a hand-over to %zu cards: 1 to %d", n_nics, NICS_MAX);
        w = ow_calloc(1, sizeof *w);
        if (!w)
                return ow_fail_nomem(err);
        r = fix_action_begin(&job, plan, guest, &handover_action, err);
        if (r == 0) {
                r = hand_over(w, &job, nics, n_nics, rules, n_rules, err);
                fix_action_done(&job);
        }
        work_free(w);
        return r;
}
