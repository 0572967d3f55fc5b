/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of the network store, given to the adapters whose LUID they carry (docs/formats/nsi.md). Static IPv6 addresses
 * are kept nowhere else; for IPv4, it is told whether the store and Tcpip\Parameters agree.
 */
#include <string.h>

#include "guest/net.h"

enum { MAX_DAMAGED = 64, NAME_ROOM = 200 };

struct table {
        const char *module, *number;
        uint8_t family;
        enum ow_nsi_kind kind;
};

static const struct table tables[] = {
        { OW_NSI_IPV4, OW_NSI_TABLE_INTERFACE, OW_FAMILY_IPV4, OW_NSI_ROW_INTERFACE },
        { OW_NSI_IPV4, OW_NSI_TABLE_UNICAST, OW_FAMILY_IPV4, OW_NSI_ROW_UNICAST },
        { OW_NSI_IPV4, OW_NSI_TABLE_NEIGHBOUR, OW_FAMILY_IPV4, OW_NSI_ROW_OTHER },
        { OW_NSI_IPV4, OW_NSI_TABLE_ROUTE, OW_FAMILY_IPV4, OW_NSI_ROW_ROUTE },
        { OW_NSI_IPV6, OW_NSI_TABLE_INTERFACE, OW_FAMILY_IPV6, OW_NSI_ROW_INTERFACE },
        { OW_NSI_IPV6, OW_NSI_TABLE_UNICAST, OW_FAMILY_IPV6, OW_NSI_ROW_UNICAST },
        { OW_NSI_IPV6, OW_NSI_TABLE_NEIGHBOUR, OW_FAMILY_IPV6, OW_NSI_ROW_OTHER },
        { OW_NSI_IPV6, OW_NSI_TABLE_ROUTE, OW_FAMILY_IPV6, OW_NSI_ROW_ROUTE },
        { OW_NSI_NDIS, OW_NSI_TABLE_IFINFO, OW_FAMILY_NONE, OW_NSI_ROW_IFINFO },
};

/* LUIDs are unique among adapters; a copy of one goes to the first. */
static struct net_adapter *by_luid(const struct net *net, const ow_luid *luid)
{
        for (size_t i = 0; i < net->adapters.n; i++) {
                struct net_adapter *adapter = net_adapter_at(net, i);

                if (adapter->a.has_luid && ow_luid_equal(&adapter->a.luid, luid))
                        return adapter;
        }
        return NULL;
}

/* What the name and data of a row say; false: its key is not one of this table. */
static bool decode(struct net *net, const struct table *table, const char *name, const ow_hive_item *item,
                   ow_nsi_row *row)
{
        ow_error err = OW_ERROR_INIT;
        ow_nsi_unicast unicast;
        ow_nsi_route route;
        size_t at = 0;
        int r = 0;

        if (table->kind == OW_NSI_ROW_UNICAST && item->data) {
                r = ow_nsi_unicast_decode(table->family, name, item->data, item->size, &unicast, &err);
                if (r == 0) {
                        row->prefix = unicast.address;
                        row->luid = unicast.luid;
                        row->understood = true;
                        return true;
                }
        } else if (table->kind == OW_NSI_ROW_ROUTE && item->data) {
                r = ow_nsi_route_decode(table->family, name, item->data, item->size, &route, &err);
                if (r == 0) {
                        row->prefix = route.destination;
                        row->next_hop = route.next_hop;
                        row->metric = route.metric;
                        row->luid = route.luid;
                        row->understood = true;
                        return true;
                }
        }
        if (r < 0)
                guest_note(net->guest, "%s: %s", row->key, err.text);
        row->understood = table->kind == OW_NSI_ROW_INTERFACE ||
                          (table->kind == OW_NSI_ROW_IFINFO && item->size == OW_NSI_IFINFO_SIZE);
        /* The LUID stands first in keys of every table but that of routes, where it follows the destination. */
        if (table->kind == OW_NSI_ROW_ROUTE)
                at = table->family == OW_FAMILY_IPV6 ? 80 : 48;
        return strlen(name) > at && ow_luid_parse(name + at, &row->luid);
}

static void take_row(struct net *net, const struct table *table, const char *key, const ow_hive_item *item)
{
        struct guest_list *rows = &net->strays;
        struct net_adapter *adapter = NULL;
        ow_nsi_row row = { table->kind, .family = table->family, .key = key, .size = item->size,
                           .metric = OW_NSI_UNSET };
        ow_nsi_row *slot;
        char name[NAME_ROOM];

        if (item->type != OW_REG_BINARY || ow_hive_name_utf8(&item->name, name, sizeof name) >= sizeof name ||
            !decode(net, table, name, item, &row))
                return;
        adapter = by_luid(net, &row.luid);
        if (adapter)
                rows = &adapter->rows;
        else if (table->kind != OW_NSI_ROW_UNICAST && table->kind != OW_NSI_ROW_ROUTE)
                return;
        row.name = guest_pool_text(&net->pool, name);
        slot = guest_list_add(net->guest, rows, sizeof *slot, NET_MAX_ROWS);
        if (slot)
                *slot = row;
}

static void read_table(struct net *net, const struct table *table)
{
        const char *path = guest_pool_printf(&net->pool, "%s\\%s", table->module, table->number);
        ow_error err = OW_ERROR_INIT;
        ow_hive_walk *walk = NULL;
        unsigned damaged = 0, rows = 0;
        ow_regkey key;

        if (!net_key(net, path, &key))
                return;
        if (ow_hive_walk_open(key.hive, key.key, OW_WALK_NO_END, &walk, &err) < 0) {
                guest_note_error(net->guest, &err, path);
                return;
        }
        while (damaged < MAX_DAMAGED && rows < NET_MAX_ROWS && !net->guest->out_of_memory) {
                ow_hive_item item;
                int r = ow_hive_walk_next(walk, &item, &err);

                if (r == 0 || (r > 0 && item.kind == OW_ITEM_KEY && item.depth > 0))
                        break; /* subkeys come last */
                if (r < 0) {
                        guest_note_error(net->guest, &err, path);
                        damaged++;
                } else if (item.kind == OW_ITEM_VALUE) {
                        take_row(net, table, path, &item);
                        rows++;
                }
        }
        ow_hive_walk_close(walk);
}

/* ---- what rows mean for their adapter ---- */

static ow_prefixes stored_addresses(struct net *net, const struct net_adapter *adapter, unsigned family)
{
        const ow_nsi_row *rows = adapter->rows.items;
        ow_prefix list[NET_MAX_LIST];
        ow_prefixes kept;
        size_t n = 0;

        for (size_t i = 0; i < adapter->rows.n && n < NET_MAX_LIST; i++)
                if (rows[i].kind == OW_NSI_ROW_UNICAST && rows[i].family == family && rows[i].understood)
                        list[n++] = rows[i].prefix;
        kept = (ow_prefixes){ guest_pool_copy(&net->pool, list, n, sizeof *list), n };
        return kept.items ? kept : (ow_prefixes){ 0 };
}

static ow_gateways stored_gateways(struct net *net, const struct net_adapter *adapter, unsigned family)
{
        const ow_nsi_row *rows = adapter->rows.items;
        ow_gateway list[NET_MAX_LIST];
        ow_gateways kept;
        size_t n = 0;

        for (size_t i = 0; i < adapter->rows.n && n < NET_MAX_LIST; i++)
                if (rows[i].kind == OW_NSI_ROW_ROUTE && rows[i].family == family && rows[i].understood &&
                    rows[i].prefix.bits == 0 && !ow_address_is_zero(&rows[i].next_hop))
                        list[n++] = (ow_gateway){ rows[i].next_hop, rows[i].metric == OW_NSI_UNSET
                                                                            ? OW_METRIC_AUTOMATIC
                                                                            : (int64_t)rows[i].metric };
        kept = (ow_gateways){ guest_pool_copy(&net->pool, list, n, sizeof *list), n };
        return kept.items ? kept : (ow_gateways){ 0 };
}

static bool holds(ow_prefixes list, const ow_prefix *prefix)
{
        for (size_t i = 0; i < list.count; i++)
                if (ow_prefix_equal(&list.items[i], prefix))
                        return true;
        return false;
}

static bool same_addresses(ow_prefixes a, ow_prefixes b)
{
        bool same = a.count == b.count;

        for (size_t i = 0; i < a.count && same; i++)
                same = holds(b, &a.items[i]);
        return same;
}

static void settle(struct net *net, struct net_adapter *adapter)
{
        ow_ip *v4 = &adapter->a.ipv4, *v6 = &adapter->a.ipv6;

        v4->stored = stored_addresses(net, adapter, OW_FAMILY_IPV4);
        v4->differs = v4->stored.count && !same_addresses(v4->stored, v4->addresses);
        v6->stored = v6->addresses = stored_addresses(net, adapter, OW_FAMILY_IPV6);
        v6->gateways = stored_gateways(net, adapter, OW_FAMILY_IPV6);
}

void net_read_store(struct net *net)
{
        for (size_t i = 0; i < OW_COUNT(tables); i++)
                read_table(net, &tables[i]);
        for (size_t i = 0; i < net->adapters.n; i++)
                settle(net, net_adapter_at(net, i));
}
