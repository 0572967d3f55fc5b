/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The adapter that a person means by a name, an address, or "auto". */
#include <stdio.h>
#include <string.h>

#include "guest/net.h"

/* Ways to name an adapter, the surest first. */
enum way { BY_GUID, BY_NAME, BY_MAC, BY_ADDRESS, BY_CLASS_NUMBER, BY_DESCRIPTION, N_WAYS };

struct meant {
        const char *text;
        bool is_mac, is_address;
        ow_mac mac;
        ow_address address;
};

static bool has_address(const ow_ip *ip, const ow_address *address)
{
        ow_prefixes lists[] = { ip->addresses, ow_ip_addresses_in_use(ip), ip->stored };

        for (size_t k = 0; k < OW_COUNT(lists); k++)
                for (size_t i = 0; i < lists[k].count; i++)
                        if (ow_address_equal(&lists[k].items[i].address, address))
                                return true;
        return false;
}

static bool fits(const ow_adapter *a, const struct meant *meant, enum way way)
{
        switch (way) {
        case BY_GUID:
                return a->guid[0] && guest_text_equal(a->guid, meant->text);
        case BY_NAME:
                return guest_text_equal(a->name, meant->text);
        case BY_MAC:
                return meant->is_mac && ((a->mac_source != OW_MAC_NONE && ow_mac_equal(&a->mac, &meant->mac)) ||
                                         (a->has_forced_mac && ow_mac_equal(&a->forced_mac, &meant->mac)));
        case BY_ADDRESS:
                return meant->is_address &&
                       (has_address(&a->ipv4, &meant->address) || has_address(&a->ipv6, &meant->address));
        case BY_CLASS_NUMBER:
                return a->class_number[0] && strcmp(a->class_number, meant->text) == 0;
        case BY_DESCRIPTION:
                return guest_text_equal(a->description, meant->text);
        case N_WAYS:
                break;
        }
        return false;
}

/* A team shares the hardware address of one of its cards. */
static bool is_team_of_all(const ow_network *network, const size_t *found, size_t n, size_t team)
{
        for (size_t i = 0; i < n; i++)
                if (found[i] != team && network->adapters[found[i]].team_adapter != (int)team)
                        return false;
        return true;
}

/* Of several, those that are no ghosts; of teams and their members the team. */
static size_t choose(const ow_network *network, const size_t *found, size_t n, size_t *ret_index)
{
        size_t alive = 0;

        *ret_index = found[0];
        if (n == 1)
                return 1;
        for (size_t i = 0; i < n; i++)
                if (is_team_of_all(network, found, n, found[i])) {
                        *ret_index = found[i];
                        return 1;
                }
        for (size_t i = 0; i < n; i++)
                if (network->adapters[found[i]].verdict.presence != OW_PRESENCE_GHOST && alive++ == 0)
                        *ret_index = found[i];
        return alive == 1 ? 1 : n;
}

static int several(const ow_network *network, const char *what, const size_t *found, size_t n, ow_error *err)
{
        char list[300] = "", one[120];

        for (size_t i = 0; i < n; i++) {
                const ow_adapter *a = &network->adapters[found[i]];

                (void)snprintf(one, sizeof one, "%.60s %s", a->name[0] ? a->name : a->description, a->guid);
                guest_append(list, sizeof list, one);
        }
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' means several adapters: %s; name one by its GUID", what,
                       list);
}

/* The lowest metric of a default gateway; INT64_MAX without one. */
static int64_t gateway_metric(const ow_adapter *a)
{
        ow_gateways gateways = ow_ip_gateways_in_use(&a->ipv4);
        int64_t best = INT64_MAX;

        for (size_t i = 0; i < gateways.count; i++)
                if (gateways.items[i].metric < best)
                        best = gateways.items[i].metric;
        return best;
}

/* How surely an adapter was the one in use: there, known to the DNS server, a team rather than a card left of it. */
static unsigned in_use(const ow_adapter *a)
{
        return (a->verdict.presence != OW_PRESENCE_GHOST) * 4u + (a->dns_stale.set && !a->dns_stale.value) * 2u +
               (a->kind == OW_ADAPTER_TEAM);
}

/* Of those that have an address and a gateway the one in use, then by metric, then in order. */
static int find_auto(const ow_network *network, size_t *ret_index, ow_error *err)
{
        int64_t best_metric = INT64_MAX;
        unsigned best = 0;
        bool found = false;

        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];
                int64_t metric = gateway_metric(a);

                if (metric == INT64_MAX || ow_ip_addresses_in_use(&a->ipv4).count == 0 ||
                    (found && (in_use(a) < best || (in_use(a) == best && metric >= best_metric))))
                        continue;
                found = true;
                best = in_use(a);
                best_metric = metric;
                *ret_index = i;
        }
        if (!found)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no adapter has an IPv4 address and a default gateway");
        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];
                bool by_hand = a->ipv4.dhcp.set && !a->ipv4.dhcp.value;

                if (by_hand && a->ipv4.damaged & (OW_DAMAGED_ADDRESSES | OW_DAMAGED_GATEWAYS) && in_use(a) > best)
                        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                                       "'%s' may be the one that carried the default gateway, but its addresses "
                                       "cannot be read whole: name the adapter that is meant",
                                       a->name[0] ? a->name : a->guid);
        }
        return 0;
}

int ow_network_find(const ow_network *network, const char *what, size_t *ret_index, ow_error *err)
{
        struct meant meant = { .text = what };
        size_t found[16];

        if (guest_text_equal(what, "auto"))
                return find_auto(network, ret_index, err);
        meant.is_mac = ow_mac_parse(what, &meant.mac);
        meant.is_address = ow_address_parse(what, &meant.address);
        for (enum way way = 0; way < N_WAYS && *what; way++) {
                size_t n = 0;

                for (size_t i = 0; i < network->n_adapters && n < OW_COUNT(found); i++)
                        if (fits(&network->adapters[i], &meant, way))
                                found[n++] = i;
                if (n == 0)
                        continue;
                if (choose(network, found, n, ret_index) > 1)
                        return several(network, what, found, n, err);
                return 0;
        }
        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no adapter is called '%s'", what);
}
