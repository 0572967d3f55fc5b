/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses taken away from an adapter, which stays: what makes Windows say that an address is assigned to another
 * adapter which is no longer there (docs/formats/windows-facts.md).
 */
#include "fix/builtin.h"
#include "fix/net.h"

static const struct fix_action strip_action = {
        .name = "network-clean",
        .title = "Take the addresses away from network adapters",
        .why = "A static address that belongs to missing hardware cannot be given to a new card without a warning, "
               "and comes back with the old card.",
};

static int strip_set(struct net_job *nj, void *state, ow_error *err)
{
        static const ow_addressing nothing = { .dhcp = true };
        int r;

        r = net_strip_parameters(nj, err);
        return r == 0 ? net_write_store(nj, &nothing, state, err) : r;
}

int net_strip(struct fix_job *job, size_t index, const struct net_users *users, ow_error *err)
{
        struct net_users copy = *users;
        const ow_network *network;
        int r;

        r = ow_guest_network(job->guest, &network, err);
        if (r == 0)
                r = net_first_boot_renew(job->plan, NULL, network->adapters[index].guid, err);
        return r == 0 ? net_each_set(job, &network->adapters[index], strip_set, &copy, err) : r;
}

bool net_has_addresses(const ow_network *network, size_t index)
{
        const ow_adapter *a = &network->adapters[index];

        for (size_t i = 0; i < a->n_rows; i++)
                if (a->rows[i].kind == OW_NSI_ROW_UNICAST || a->rows[i].kind == OW_NSI_ROW_ROUTE)
                        return true;
        return a->ipv4.addresses.count || a->ipv4.gateways.count || a->ipv4.dns.count || a->ipv6.addresses.count ||
               a->ipv6.dns.count || a->wins.count || a->service_ipv4.addresses.count;
}

/* ---- rows of the network store without an adapter ---- */

/* Pseudo interfaces (loopback, on which addresses are set by hand too) have no class key, so that their rows always
 * look like that; what Ethernet and wireless cards had is what an address comes from. */
static bool is_card(const ow_nsi_row *row)
{
        enum { ETHERNET = 6, WIRELESS = 71 };

        return row->understood && (row->luid.type == ETHERNET || row->luid.type == WIRELESS);
}

static bool luids_are_known(const ow_network *network)
{
        for (size_t i = 0; i < network->n_adapters; i++)
                if (!network->adapters[i].has_luid && network->adapters[i].class_number[0])
                        return false;
        return true;
}

static int drop_strays(struct fix_job *job, const ow_network *network, void *state, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < network->n_strays && luids_are_known(network) && r == 0; i++) {
                const ow_nsi_row *row = &network->strays[i];
                OW_AUTO_FREE char *where = NULL;

                if (!is_card(row))
                        continue;
                where = ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u\\%s", network->control_set, row->key);
                r = where ? fix_job_value(job, where, row->name, 0, NULL, 0, err) : ow_fail_nomem(err);
        }
        return r;
}

/* ---- ghosts ---- */

int net_strip_ghosts(struct fix_job *job, size_t *ret_count, ow_error *err)
{
        const ow_network *network;
        OW_AUTO_FREE bool *going = NULL;
        struct net_users users = { .going = NULL };
        size_t count = 0;
        int r;

        r = ow_guest_network(job->guest, &network, err);
        if (r < 0)
                return r;
        going = ow_calloc(network->n_adapters + 1, sizeof *going);
        if (!going)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < network->n_adapters; i++)
                going[i] = network->adapters[i].verdict.presence == OW_PRESENCE_GHOST;
        users.going = going;
        for (size_t i = 0; i < network->n_adapters && r == 0; i++) {
                if (!going[i] || !net_has_addresses(network, i))
                        continue;
                count++;
                r = net_strip(job, i, &users, err);
        }
        if (r == 0)
                r = net_each_network(job, drop_strays, NULL, err);
        if (r == 0 && ret_count)
                *ret_count = count;
        return r;
}

int fix_old_addresses_plan(struct fix_job *job, ow_error *err)
{
        return net_strip_ghosts(job, NULL, err);
}

/* ---- parts of a plan ---- */

int net_plan_strays(ow_plan *plan, ow_guest *guest, ow_error *err)
{
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &strip_action, err);
        if (r < 0)
                return r;
        r = net_each_network(&job, drop_strays, NULL, err);
        fix_action_done(&job);
        return r;
}

int ow_plan_strip_adapter(ow_plan *plan, ow_guest *guest, size_t index, ow_error *err)
{
        static const struct net_users nobody = { .keep = NULL };
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &strip_action, err);
        if (r < 0)
                return r;
        r = net_strip(&job, index, &nobody, err);
        fix_action_done(&job);
        return r;
}

int ow_plan_strip_ghosts(ow_plan *plan, ow_guest *guest, size_t *ret_count, ow_error *err)
{
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &strip_action, err);
        if (r < 0)
                return r;
        r = net_strip_ghosts(&job, ret_count, err);
        fix_action_done(&job);
        return r;
}
