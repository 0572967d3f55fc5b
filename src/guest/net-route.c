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

/* The adapter in whose network gateway is: one that was there before one that was not. */
static int adapter_of(const struct net *net, const ow_address *gateway)
{
        int found = OW_NO_ADAPTER;

        for (size_t i = 0; i < net->adapters.n; i++) {
                const ow_adapter *a = &net_adapter_at(net, i)->a;
                ow_prefixes addresses = ow_ip_addresses_in_use(&a->ipv4);

                for (size_t k = 0; k < addresses.count; k++) {
                        if (!ow_prefix_contains(&addresses.items[k], gateway))
                                continue;
                        if (a->verdict.presence != OW_PRESENCE_GHOST)
                                return (int)i;
                        if (found == OW_NO_ADAPTER)
                                found = (int)i;
                }
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

static bool is_same(const ow_route *route, const ow_nsi_row *row)
{
        return !route->in_store && ow_prefix_equal(&route->destination, &row->prefix) &&
               ow_address_equal(&route->gateway, &row->next_hop);
}

static void take_row(struct net *net, const ow_nsi_row *row, int adapter)
{
        ow_route *routes = net->routes.items, *slot = NULL;

        if (row->kind != OW_NSI_ROW_ROUTE || !row->understood)
                return;
        for (size_t i = 0; i < net->routes.n && !slot; i++)
                if (is_same(&routes[i], row))
                        slot = &routes[i];
        if (!slot) {
                slot = guest_list_add(net->guest, &net->routes, sizeof *slot, MAX_ROUTES);
                if (!slot)
                        return;
                *slot = (ow_route){ .destination = row->prefix, .gateway = row->next_hop, .parameters_name = "" };
                slot->metric = row->metric == OW_NSI_UNSET ? OW_METRIC_AUTOMATIC : (int64_t)row->metric;
        }
        slot->in_store = true;
        slot->store_key = row->key;
        slot->store_name = row->name;
        slot->adapter = adapter;
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
