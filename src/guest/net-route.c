/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Persistent routes: names of values of Tcpip\Parameters\PersistentRoutes, "destination,mask,gateway,metric", joined
 * with the rows of the network store that say the same.
 */
#include <stdlib.h>
#include <string.h>

#include "guest/net.h"

enum { MAX_ROUTES = 2000 };

static bool parse_route(const char *name, ow_route *route)
{
        ow_address part[3], destination;
        char text[OW_ADDRESS_TEXT], *end;
        uint8_t bits;
        long metric;

        for (size_t i = 0; i < OW_COUNT(part); i++) {
                size_t size = strcspn(name, ",");

                if (name[size] != ',' || size >= sizeof text)
                        return false;
                memcpy(text, name, size);
                text[size] = '\0';
                if (!ow_address_parse(text, &part[i]) || part[i].family != OW_FAMILY_IPV4)
                        return false;
                name += size + 1;
        }
        metric = strtol(name, &end, 10);
        if (end == name || *end || metric < -1 || metric > UINT32_MAX || !ow_mask_bits(&part[1], &bits))
                return false;
        destination = part[0];
        route->destination = (ow_prefix){ destination, bits };
        route->gateway = part[2];
        route->metric = metric <= 0 ? OW_METRIC_AUTOMATIC : metric;
        return true;
}

static bool reaches(const ow_adapter *a, const ow_address *gateway)
{
        ow_prefixes addresses = ow_ip_addresses_in_use(&a->ipv4);

        for (size_t i = 0; i < addresses.count; i++)
                if (ow_prefix_contains(&addresses.items[i], gateway))
                        return true;
        return false;
}

/*
 * The adapter in whose network gateway is: of several, one that was there before ghosts, then a team before the cards
 * in the same network. What is still not one alone is nobody's.
 */
static int adapter_of(const struct net *net, const ow_address *gateway)
{
        int found = OW_NO_ADAPTER, best = 0;

        for (size_t i = 0; i < net->adapters.n; i++) {
                const ow_adapter *a = &net_adapter_at(net, i)->a;
                int worth = 1 + 2 * (a->verdict.presence != OW_PRESENCE_GHOST) + (a->kind == OW_ADAPTER_TEAM);

                if (worth < best || !reaches(a, gateway))
                        continue;
                found = worth > best ? (int)i : OW_NO_ADAPTER;
                best = worth;
        }
        return found;
}

static void read_parameters(struct net *net)
{
        static const char path[] = NET_TCPIP "\\PersistentRoutes";
        uint32_t index = 0;
        ow_value value;
        ow_regkey key;
        char *name;

        if (!net_key(net, path, &key))
                return;
        while (guest_next_value(net->guest, key, &index, &value, &name)) {
                OW_AUTO_FREE char *owned = name;
                ow_route route = { .in_parameters = true, .parameters_name = "", .store_key = "", .store_name = "" };
                ow_route *slot;

                if (!parse_route(owned, &route)) {
                        guest_note(net->guest, "%s: '%s' is no route", path, owned);
                        continue;
                }
                route.parameters_name = guest_pool_text(&net->pool, owned);
                route.adapter = adapter_of(net, &route.gateway);
                slot = guest_list_add(net->guest, &net->routes, sizeof *slot, MAX_ROUTES);
                if (!slot)
                        return;
                *slot = route;
        }
}

/* A route that says the same, the one that has no row yet before others; or NULL. */
static ow_route *same_route(struct net *net, const ow_nsi_row *row)
{
        ow_route *routes = net->routes.items, *found = NULL;

        for (size_t i = 0; i < net->routes.n; i++) {
                if (!ow_prefix_equal(&routes[i].destination, &row->prefix) ||
                    !ow_address_equal(&routes[i].gateway, &row->next_hop))
                        continue;
                if (!routes[i].in_store)
                        return &routes[i];
                found = &routes[i];
        }
        return found;
}

/* Parameters name no adapter, so that one value there may stand for the rows of several. */
static void take_row(struct net *net, const ow_nsi_row *row, int adapter)
{
        ow_route route = { .destination = row->prefix, .gateway = row->next_hop, .parameters_name = "" };
        ow_route *same = same_route(net, row), *slot;

        if (row->kind != OW_NSI_ROW_ROUTE || !row->understood)
                return;
        route.metric = row->metric == OW_NSI_UNSET ? OW_METRIC_AUTOMATIC : (int64_t)row->metric;
        if (same)
                route = *same;
        route.in_store = true;
        route.store_key = row->key;
        route.store_name = row->name;
        route.adapter = adapter;
        slot = same && !same->in_store ? same : guest_list_add(net->guest, &net->routes, sizeof *slot, MAX_ROUTES);
        if (slot)
                *slot = route;
}

void net_read_routes(struct net *net)
{
        const ow_nsi_row *strays = net->strays.items;

        read_parameters(net);
        for (size_t i = 0; i < net->adapters.n; i++) {
                const ow_nsi_row *rows = net_adapter_at(net, i)->rows.items;

                for (size_t k = 0; k < net_adapter_at(net, i)->rows.n; k++)
                        take_row(net, &rows[k], (int)i);
        }
        for (size_t i = 0; i < net->strays.n; i++)
                take_row(net, &strays[i], OW_NO_ADAPTER);
}
