/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An adapter that the registry has gets an addressing, in every control set that the next boot may use. */
#include "fix/net-set.h"

#include <string.h>

#include "base/upcase.h"

static const struct fix_action set_action = {
        .name = "network-set",
        .title = "Set the addresses of a network adapter",
        .why = "It was asked for.",
};

/* ---- may it? ---- */

bool net_takes_addresses(const ow_adapter *a)
{
        switch (a->kind) {
        case OW_ADAPTER_TUNNEL:
        case OW_ADAPTER_WAN:
        case OW_ADAPTER_DIAL_UP:
        case OW_ADAPTER_KERNEL_DEBUG:
        case OW_ADAPTER_SETTINGS:
                return false;
        default:
                return true;
        }
}

static int check_adapter(const ow_network *network, size_t index, ow_error *err)
{
        const ow_adapter *a = &network->adapters[index];

        if (network->old_layout)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "Windows NT 4 keeps addresses in a layout of its own, "
                               "which is shown and stripped, but not written");
        if (a->team_adapter >= 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s' is a member of '%s', which has the addresses: name "
                               "that one",
                               net_shown(a), net_shown(&network->adapters[a->team_adapter]));
        if (a->kind == OW_ADAPTER_SETTINGS)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "of '%s' only settings are left, and no adapter that could "
                               "use them",
                               net_shown(a));
        if (!net_takes_addresses(a))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s' is a %s adapter, which is given no addresses by hand", net_shown(a),
                               ow_adapter_kind_name(a->kind));
        return 0;
}

int net_check_others(struct fix_job *job, const char *who, size_t index, const ow_addressing *want,
                     const struct net_users *users, ow_error *err)
{
        const ow_prefixes wanted = { want->addresses, want->n_addresses };
        const ow_network *network;
        char text[OW_ADDRESS_TEXT];
        int r = ow_guest_network(job->guest, &network, err);

        for (size_t i = 0; r == 0 && i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];
                const ow_address *twice;

                if (i == index || a->verdict.presence == OW_PRESENCE_GHOST || (users->going && users->going[i]) ||
                    (users->changing && users->changing[i]))
                        continue;
                twice = addressing_shared(&wanted, &a->ipv4.addresses);
                if (!twice)
                        twice = addressing_shared(&wanted, &a->ipv6.addresses);
                if (!twice)
                        continue;
                ow_address_format(twice, text);
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "address %s already belongs to '%s'", text, net_shown(a));
        }
        if (r == 0)
                r = net_first_boot_check(job->guest, want, network->adapters[index].guid, users, err);
        return r == 0 ? net_give(job->plan, who, want, err) : r;
}

/* ---- what the plan gives ---- */

struct net_given {
        ow_address address;
        char *who;
};

void net_given_done(ow_plan *plan)
{
        for (size_t i = 0; i < plan->n_given; i++)
                ow_free(plan->given[i].who);
        ow_free(plan->given);
}

static int give(ow_plan *plan, const char *who, const ow_address *address, ow_error *err)
{
        struct net_given *grown;
        char text[OW_ADDRESS_TEXT];

        for (size_t i = 0; i < plan->n_given; i++) {
                if (!ow_address_equal(&plan->given[i].address, address) || strcmp(plan->given[i].who, who) == 0)
                        continue;
                ow_address_format(address, text);
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "address %s is given to both '%s' and '%s'", text,
                               plan->given[i].who, who);
        }
        grown = ow_grow(plan->given, plan->n_given, &plan->cap_given, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        plan->given = grown;
        grown[plan->n_given] = (struct net_given){ *address, ow_strdup(who) };
        return grown[plan->n_given].who ? (plan->n_given++, 0) : ow_fail_nomem(err);
}

int net_give(ow_plan *plan, const char *who, const ow_addressing *want, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < want->n_addresses && r == 0; i++)
                if (!ow_address_is_link_local(&want->addresses[i].address))
                        r = give(plan, who, &want->addresses[i].address, err);
        return r;
}

/* ---- the connection's name ---- */

/* Another adapter that is called so, or SIZE_MAX. */
static size_t called(const ow_network *network, size_t index, const char *name)
{
        for (size_t i = 0; i < network->n_adapters; i++)
                if (i != index && ow_name_compare(network->adapters[i].name, name) == 0)
                        return i;
        return SIZE_MAX;
}

static int rename_set(struct net_job *nj, void *state, ow_error *err)
{
        return net_rename(nj, state, err);
}

int net_step_aside(struct fix_job *job, size_t index, ow_error *err)
{
        const ow_network *network;
        int r = ow_guest_network(job->guest, &network, err);
        const char *old = r == 0 ? network->adapters[index].name : "";

        for (unsigned n = 1; r == 0 && n < 100; n++) {
                OW_AUTO_FREE char *name = n == 1 ? ow_asprintf("%s (old)", old) : ow_asprintf("%s (old %u)", old, n);

                if (!name)
                        return ow_fail_nomem(err);
                if (called(network, index, name) == SIZE_MAX)
                        return net_each_set(job, &network->adapters[index], rename_set, name, err);
        }
        return r < 0 ? r : ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "no free name for '%s'", old);
}

static int take_name(struct fix_job *job, const ow_network *network, size_t index, const ow_addressing *want,
                     const struct net_users *users, ow_error *err)
{
        size_t other = want->name ? called(network, index, want->name) : SIZE_MAX;
        int r = 0;

        if (!want->name || strcmp(want->name, network->adapters[index].name) == 0)
                return 0;
        if (other != SIZE_MAX) {
                const ow_adapter *a = &network->adapters[other];

                if (a->verdict.presence != OW_PRESENCE_GHOST && !(users->going && users->going[other]))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "another connection is called '%s' already",
                                       want->name);
                r = net_step_aside(job, other, err);
        }
        return r == 0 ? net_each_set(job, &network->adapters[index], rename_set, want->name, err) : r;
}

/* ---- what takes effect how ---- */

struct difference {
        struct fix_job *job;
        const struct net_job *nj; /* of the current control set */
        const ow_addressing *now; /* NULL: tell everything */
        const char *adapter;
        bool first_boot; /* the first boot has a part in it */
        /* while looking for one setting in now */
        const char *word, *text;
        bool found;
};

static int look_for(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        struct difference *d = state;

        (void)family, (void)err;
        d->found = d->found || (strcmp(word, d->word) == 0 && (!d->text || strcmp(text, d->text) == 0));
        return 0;
}

static bool has_setting(struct difference *d, const ow_addressing *a, const char *word, const char *text)
{
        d->word = word;
        d->text = text;
        d->found = false;
        return ow_addressing_each(a, look_for, d, NULL) == 0 && d->found;
}

static int tell(struct difference *d, const char *word, uint8_t family, const char *text, ow_error *err)
{
        enum ow_effect effect = net_effect(d->nj, word, family);

        d->first_boot = d->first_boot || effect != OW_EFFECT_OFFLINE;
        return net_setting_add(d->job->plan, d->adapter, word, text, effect, err);
}

static int tell_new(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        struct difference *d = state;

        return d->now && has_setting(d, d->now, word, text) ? 0 : tell(d, word, family, text, err);
}

struct gone {
        struct difference *d;
        const ow_addressing *want;
        const char *last; /* the word told last: each once */
};

static int tell_gone(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        struct gone *gone = state;

        (void)text;
        if (has_setting(gone->d, gone->want, word, NULL) || strcmp(word, "name") == 0 || strcmp(word, "dhcp") == 0 ||
            (gone->last && strcmp(gone->last, word) == 0))
                return 0;
        gone->last = word;
        return tell(gone->d, word, family, "none", err);
}

static int tell_all(struct difference *d, const ow_addressing *want, ow_error *err)
{
        struct gone gone = { d, want, NULL };
        int r;

        r = ow_addressing_each(want, tell_new, d, err);
        return r == 0 && d->now ? ow_addressing_each(d->now, tell_gone, &gone, err) : r;
}

static int tell_difference(struct fix_job *job, const ow_network *network, size_t index, const ow_addressing *want,
                           ow_error *err)
{
        struct net_job nj = { .job = job, .control_set = network->control_set, .network = network, .index = index };
        struct difference d = { .job = job, .nj = &nj, .adapter = net_shown(&network->adapters[index]) };
        ow_addressing now;
        int r;

        net_job_init(&nj);
        if (ow_addressing_load(job->guest, index, &now, NULL) == 0)
                d.now = &now;
        r = tell_all(&d, want, err);
        if (d.now)
                ow_addressing_done(&now);
        if (r == 0)
                r = d.first_boot ? net_first_boot_add(job->plan, want, network->adapters[index].guid, NULL, err)
                                 : net_first_boot_renew(job->plan, want, network->adapters[index].guid, err);
        return r;
}

/* ---- setting ---- */

struct request {
        const ow_addressing *want;
        const struct net_users *users;
        bool done; /* some control set has it */
};

static int set_in(struct net_job *nj, void *state, ow_error *err)
{
        struct request *request = state;
        struct net_users users = *request->users;
        int r;

        request->done = true;
        users.replaced = true;
        r = net_write_parameters(nj, request->want, err);
        return r == 0 ? net_write_store(nj, request->want, &users, err) : r;
}

static int set_checked(struct fix_job *job, size_t index, const ow_addressing *want, const struct net_users *users,
                       ow_error *err)
{
        struct request request = { want, users, false };
        const ow_network *network;
        int r;

        r = ow_guest_network(job->guest, &network, err);
        if (r == 0)
                r = check_adapter(network, index, err);
        if (r == 0) {
                r = ow_addressing_check(want, err);
                r = r < 0 ? ow_wrap(err, r, "'%s'", net_shown(&network->adapters[index])) : 0;
        }
        if (r == 0)
                r = net_check_others(job, net_shown(&network->adapters[index]), index, want, users, err);
        if (r == 0)
                r = net_each_set(job, &network->adapters[index], set_in, &request, err);
        if (r == 0 && !request.done)
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                            "the control set that the next boot uses does not have '%s'",
                            net_shown(&network->adapters[index]));
        if (r == 0)
                r = take_name(job, network, index, want, users, err);
        return r == 0 ? tell_difference(job, network, index, want, err) : r;
}

void net_set_metrics(ow_guest *guest, ow_addressing *want)
{
        for (size_t i = 0; i < want->n_routes && ow_guest_windows(guest)->major < 6; i++)
                if (want->routes[i].metric == OW_METRIC_AUTOMATIC && want->routes[i].gateway.family == OW_FAMILY_IPV4)
                        want->routes[i].metric = 1;
}

int net_set(struct fix_job *job, size_t index, const ow_addressing *want, const struct net_users *users,
            ow_error *err)
{
        ow_addressing copy;
        int r = ow_addressing_copy(want, &copy, err);

        if (r < 0)
                return r;
        net_set_metrics(job->guest, &copy);
        r = set_checked(job, index, &copy, users, err);
        ow_addressing_done(&copy);
        return r;
}

int net_set_beside(ow_plan *plan, ow_guest *guest, size_t index, const ow_addressing *want,
                   const struct net_users *users, ow_error *err)
{
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &set_action, err);
        if (r < 0)
                return r;
        r = net_set(&job, index, want, users, err);
        fix_action_done(&job);
        return r;
}

int ow_plan_set_adapter(ow_plan *plan, ow_guest *guest, size_t index, const ow_addressing *addressing, ow_error *err)
{
        static const struct net_users nobody = { .keep = NULL };

        return net_set_beside(plan, guest, index, addressing, &nobody, err);
}
