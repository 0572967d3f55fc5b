/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Everything that one adapter may be given, and taking it from an adapter that has it. */
#include <offwin/addressing.h>

#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "fix/addressing.h"

void ow_addressing_init(ow_addressing *a)
{
        *a = (ow_addressing){ .dhcp = true };
}

void ow_addressing_done(ow_addressing *a)
{
        ow_free(a->name);
        ow_free(a->addresses);
        ow_free(a->gateways);
        ow_free(a->dns);
        ow_free(a->wins);
        ow_free(a->routes);
        ow_free(a->suffix);
        ow_addressing_init(a);
}

/* ---- lists ---- */

/* Puts one more entry behind the list at *items. Lists are short: each grows by what it needs. */
static int append(void *items_slot, size_t *count, const void *item, size_t size, ow_error *err)
{
        void **items = items_slot;
        uint8_t *grown;

        if (*count >= OW_ADDRESSING_LIST_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d entries in one list",
                               OW_ADDRESSING_LIST_MAX);
        grown = ow_realloc_array(*items, *count + 1, size);
        if (!grown)
                return ow_fail_nomem(err);
        memcpy(grown + *count * size, item, size);
        *items = grown;
        ++*count;
        return 0;
}

int ow_addressing_add_address(ow_addressing *a, const ow_prefix *address, ow_error *err)
{
        int r = append(&a->addresses, &a->n_addresses, address, sizeof *address, err);

        if (r == 0 && address->address.family == OW_FAMILY_IPV4)
                a->dhcp = false;
        return r;
}

int ow_addressing_add_gateway(ow_addressing *a, const ow_gateway *gateway, ow_error *err)
{
        return append(&a->gateways, &a->n_gateways, gateway, sizeof *gateway, err);
}

int ow_addressing_add_dns(ow_addressing *a, const ow_address *server, ow_error *err)
{
        return append(&a->dns, &a->n_dns, server, sizeof *server, err);
}

int ow_addressing_add_wins(ow_addressing *a, const ow_address *server, ow_error *err)
{
        return append(&a->wins, &a->n_wins, server, sizeof *server, err);
}

int ow_addressing_add_route(ow_addressing *a, const ow_static_route *route, ow_error *err)
{
        return append(&a->routes, &a->n_routes, route, sizeof *route, err);
}

static int set_text(char **text, const char *to, ow_error *err)
{
        char *copy = to ? ow_strdup(to) : NULL;

        if (to && !copy)
                return ow_fail_nomem(err);
        ow_free(*text);
        *text = copy;
        return 0;
}

int ow_addressing_set_name(ow_addressing *a, const char *name, ow_error *err)
{
        return set_text(&a->name, name, err);
}

int ow_addressing_set_suffix(ow_addressing *a, const char *suffix, ow_error *err)
{
        return set_text(&a->suffix, suffix, err);
}

void ow_addressing_use_dhcp(ow_addressing *a)
{
        size_t kept = 0;

        for (size_t i = 0; i < a->n_addresses; i++)
                if (a->addresses[i].address.family != OW_FAMILY_IPV4)
                        a->addresses[kept++] = a->addresses[i];
        a->n_addresses = kept;
        kept = 0;
        for (size_t i = 0; i < a->n_gateways; i++)
                if (a->gateways[i].address.family != OW_FAMILY_IPV4)
                        a->gateways[kept++] = a->gateways[i];
        a->n_gateways = kept;
        a->dhcp = true;
        a->damaged &= ~(unsigned)(OW_DAMAGED_ADDRESSES | OW_DAMAGED_GATEWAYS);
}

static int copy_list(const void *items, size_t count, size_t size, void *ret_items, size_t *ret_count, ow_error *err)
{
        void **copy = ret_items;

        if (count == 0)
                return 0;
        *copy = ow_calloc(count, size);
        if (!*copy)
                return ow_fail_nomem(err);
        memcpy(*copy, items, count * size);
        *ret_count = count;
        return 0;
}

static int copy_lists(const ow_addressing *from, ow_addressing *to, ow_error *err)
{
        int r;

        r = copy_list(from->addresses, from->n_addresses, sizeof *from->addresses, &to->addresses, &to->n_addresses,
                      err);
        if (r == 0)
                r = copy_list(from->gateways, from->n_gateways, sizeof *from->gateways, &to->gateways,
                              &to->n_gateways, err);
        if (r == 0)
                r = copy_list(from->dns, from->n_dns, sizeof *from->dns, &to->dns, &to->n_dns, err);
        if (r == 0)
                r = copy_list(from->wins, from->n_wins, sizeof *from->wins, &to->wins, &to->n_wins, err);
        if (r == 0)
                r = copy_list(from->routes, from->n_routes, sizeof *from->routes, &to->routes, &to->n_routes, err);
        return r;
}

int ow_addressing_copy(const ow_addressing *from, ow_addressing *ret, ow_error *err)
{
        ow_addressing copy = {
                .has_mac = from->has_mac,
                .mac = from->mac,
                .dhcp = from->dhcp,
                .register_addresses = from->register_addresses,
                .register_suffix = from->register_suffix,
                .netbios = from->netbios,
                .mtu = from->mtu,
                .metric = from->metric,
                .routes_named = from->routes_named,
                .damaged = from->damaged,
        };
        int r;

        r = set_text(&copy.name, from->name, err);
        if (r == 0)
                r = set_text(&copy.suffix, from->suffix, err);
        if (r == 0)
                r = copy_lists(from, &copy, err);
        if (r < 0) {
                ow_addressing_done(&copy);
                return r;
        }
        *ret = copy;
        return 0;
}

/* ---- looking at it ---- */

bool addressing_reaches(const ow_addressing *a, const ow_address *hop)
{
        for (size_t i = 0; i < a->n_addresses; i++)
                if (ow_prefix_contains(&a->addresses[i], hop))
                        return true;
        return false;
}

const ow_address *addressing_shared(const ow_prefixes *a, const ow_prefixes *b)
{
        for (size_t i = 0; i < a->count; i++)
                for (size_t k = 0; k < b->count; k++)
                        if (ow_address_equal(&a->items[i].address, &b->items[k].address) &&
                            !ow_address_is_zero(&a->items[i].address) &&
                            !ow_address_is_link_local(&a->items[i].address))
                                return &a->items[i].address;
        return NULL;
}

/* ---- from an adapter ---- */

size_t ow_network_carrier(const ow_network *network, size_t index)
{
        /* A team in a bridge, at most; a registry that leads in circles ends here too. */
        for (unsigned i = 0; i < 4 && network->adapters[index].team_adapter >= 0; i++)
                index = (size_t)network->adapters[index].team_adapter;
        return index;
}

static int take_addresses(const ow_prefixes *from, ow_addressing *a, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < from->count && r == 0; i++)
                if (!ow_address_is_zero(&from->items[i].address))
                        r = ow_addressing_add_address(a, &from->items[i], err);
        return r;
}

static bool has_gateway(const ow_addressing *a, const ow_address *address)
{
        for (size_t i = 0; i < a->n_gateways; i++)
                if (ow_address_equal(&a->gateways[i].address, address))
                        return true;
        return false;
}

static int take_gateway(const ow_gateway *from, ow_addressing *a, ow_error *err)
{
        ow_gateway gateway = *from;

        if (gateway.metric <= 0)
                gateway.metric = OW_METRIC_AUTOMATIC;
        if (ow_address_is_zero(&gateway.address) || has_gateway(a, &gateway.address))
                return 0;
        return ow_addressing_add_gateway(a, &gateway, err);
}

static int take_gateways(const ow_gateways *from, ow_addressing *a, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < from->count && r == 0; i++)
                r = take_gateway(&from->items[i], a, err);
        return r;
}

static int take_servers(const ow_addresses *from, ow_addressing *a,
                        int (*add)(ow_addressing *a, const ow_address *server, ow_error *err), ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < from->count && r == 0; i++)
                if (!ow_address_is_zero(&from->items[i]))
                        r = add(a, &from->items[i], err);
        return r;
}

/* Default routes are gateways here; one of a card on DHCP came with an earlier life of it. */
static int take_routes(const ow_network *network, size_t index, ow_addressing *a, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < network->n_routes && r == 0; i++) {
                const ow_route *route = &network->routes[i];
                ow_gateway gateway = { route->gateway, route->metric };
                ow_static_route copy = { route->destination, route->gateway, route->metric };

                if (route->adapter != (int)index || route->destination.bits == OW_PREFIX_UNKNOWN)
                        continue;
                if (copy.metric < 0)
                        copy.metric = OW_METRIC_AUTOMATIC;
                if (route->destination.bits > 0)
                        r = ow_addressing_add_route(a, &copy, err);
                else if (route->gateway.family != OW_FAMILY_IPV4 || !a->dhcp)
                        r = take_gateway(&gateway, a, err);
        }
        return r;
}

bool addressing_is_name(const char *name)
{
        const ow_addressing only = { .name = (char *)(uintptr_t)name, .dhcp = true };

        return name[0] && ow_addressing_check(&only, NULL) == 0;
}

/* After the routes: a route says where it leads, and lists of DNS do not. */
static int take_rest(const ow_adapter *adapter, ow_addressing *a, ow_error *err)
{
        int r;

        r = take_servers(&adapter->ipv4.dns, a, ow_addressing_add_dns, err);
        if (r == 0)
                r = take_servers(&adapter->ipv6.dns, a, ow_addressing_add_dns, err);
        if (r == 0)
                r = take_servers(&adapter->wins, a, ow_addressing_add_wins, err);
        if (r == 0 && addressing_is_name(adapter->name)) /* another one stays, and is given to nobody */
                r = ow_addressing_set_name(a, adapter->name, err);
        if (r == 0 && adapter->ipv4.suffix[0])
                r = ow_addressing_set_suffix(a, adapter->ipv4.suffix, err);
        a->register_addresses = adapter->ipv4.register_addresses;
        a->register_suffix = adapter->ipv4.register_suffix;
        a->netbios = adapter->netbios;
        a->mtu = adapter->ipv4.mtu;
        a->metric = adapter->ipv4.metric;
        if (a->metric.value == 0) /* automatic */
                a->metric.set = false;
        return r;
}

/* Of what counts; not by DHCP and without an address is none that anybody meant. */
static unsigned damaged(const ow_adapter *adapter, const ow_addressing *a)
{
        const ow_setting *dhcp = &adapter->ipv4.dhcp;
        unsigned which = adapter->ipv4.damaged;

        if (dhcp->set && dhcp->value)
                which &= ~(unsigned)(OW_DAMAGED_ADDRESSES | OW_DAMAGED_GATEWAYS);
        else if (dhcp->set && a->dhcp)
                which |= OW_DAMAGED_ADDRESSES;
        return which;
}

int ow_addressing_from_adapter(const ow_network *network, size_t index, ow_addressing *ret, ow_error *err)
{
        const ow_adapter *adapter = &network->adapters[index];
        ow_addressing a;
        int r = 0;

        ow_addressing_init(&a);
        if (!(adapter->ipv4.dhcp.set && adapter->ipv4.dhcp.value != 0)) {
                r = take_addresses(&adapter->ipv4.addresses, &a, err);
                if (r == 0 && (!a.dhcp || adapter->ipv4.dhcp.set))
                        r = take_gateways(&adapter->ipv4.gateways, &a, err);
        }
        a.damaged = damaged(adapter, &a);
        if (r == 0)
                r = take_addresses(&adapter->ipv6.addresses, &a, err);
        if (r == 0)
                r = take_gateways(&adapter->ipv6.gateways, &a, err);
        if (r == 0)
                r = take_routes(network, index, &a, err);
        if (r == 0)
                r = take_rest(adapter, &a, err);
        if (r < 0) {
                ow_addressing_done(&a);
                return r;
        }
        *ret = a;
        return 0;
}
