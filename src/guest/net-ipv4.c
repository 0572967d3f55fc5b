/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4 settings: Tcpip\Parameters\Interfaces\{GUID}, and the same again in the adapter's own service key (2000 to
 * 2003; NT 4 has only that). Settings that no adapter claims any more get a record of their own: they are what makes
 * Windows say that an address belongs to another adapter.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/le.h"
#include "guest/net.h"

enum { ADDRESS_TYPE_AUTOMATIC = 1 }; /* AddressType: made up by Windows (APIPA) */

void net_take_address(void *state, const char *text)
{
        struct net_addresses *list = state;
        ow_address address = { 0 };
        bool ours = ow_address_parse(text, &address) && (!list->family || address.family == list->family);

        if (!ours) {
                list->damaged = list->damaged || text[0];
                if (text[0])
                        guest_note(list->net->guest, "%s: '%s' is no IPv%u address", list->where, text,
                                   list->family ? list->family : 4);
                address = (ow_address){ 0 };
        }
        if ((ow_address_is_zero(&address) && !list->keep_zero) || list->n == NET_MAX_LIST)
                return;
        list->items[list->n++] = address;
}

ow_addresses net_addresses_keep(struct net *net, const struct net_addresses *list)
{
        ow_addresses kept = { guest_pool_copy(&net->pool, list->items, list->n, sizeof *list->items), list->n };

        return kept.items ? kept : (ow_addresses){ 0 };
}

bool net_no_text(struct guest_bag *bag, const char *name)
{
        const struct bag_value *v = guest_bag_find(bag, name);

        return v && v->type != OW_REG_SZ && v->type != OW_REG_EXPAND_SZ && v->type != OW_REG_MULTI_SZ;
}

static ow_addresses words(struct net *net, struct guest_bag *bag, const char *name, bool *ret_damaged)
{
        struct net_addresses list = { .net = net, .where = bag->where, .family = OW_FAMILY_IPV4 };

        guest_bag_each_word(bag, name, net_take_address, &list);
        *ret_damaged = list.damaged || net_no_text(bag, name);
        return net_addresses_keep(net, &list);
}

static ow_address one_address(struct net *net, struct guest_bag *bag, const char *name)
{
        struct net_addresses list = { .net = net, .where = bag->where, .family = OW_FAMILY_IPV4 };

        guest_bag_each_word(bag, name, net_take_address, &list);
        return list.n ? list.items[0] : (ow_address){ 0 };
}

/* The length that mask stands for; told when there is none. */
static uint8_t bits_of(const struct guest_bag *bag, const ow_address *mask)
{
        char text[OW_ADDRESS_TEXT];
        uint8_t bits;

        if (ow_mask_bits(mask, &bits))
                return bits;
        ow_address_format(mask, text);
        if (text[0])
                guest_note(bag->guest, "%s: '%s' is no mask", bag->where, text);
        return OW_PREFIX_UNKNOWN;
}

/* A list that is stored as one string. */
static bool is_single(struct guest_bag *bag, const char *name)
{
        const struct bag_value *v = guest_bag_find(bag, name);

        return v && v->blob.size > 2 && (v->type == OW_REG_SZ || v->type == OW_REG_EXPAND_SZ);
}

static ow_prefixes static_addresses(struct net *net, struct guest_bag *bag, bool *ret_uneven, bool *ret_damaged)
{
        struct net_addresses a = { .net = net, .where = bag->where, .family = OW_FAMILY_IPV4, .keep_zero = true };
        struct net_addresses m = { .net = net, .where = bag->where, .family = OW_FAMILY_IPV4, .keep_zero = true };
        ow_prefix list[NET_MAX_LIST];
        ow_prefixes kept;
        size_t n = 0;

        guest_bag_each(bag, "IPAddress", net_take_address, &a);
        guest_bag_each(bag, "SubnetMask", net_take_address, &m);
        *ret_uneven = a.n != m.n;
        *ret_damaged = a.damaged || m.damaged || net_no_text(bag, "IPAddress") || net_no_text(bag, "SubnetMask");
        if (a.n != m.n)
                guest_note(net->guest, "%s: %zu addresses and %zu masks", bag->where, a.n, m.n);
        for (size_t i = 0; i < a.n; i++) {
                uint8_t bits = i < m.n ? bits_of(bag, &m.items[i]) : OW_PREFIX_UNKNOWN;

                if (ow_address_is_zero(&a.items[i]))
                        continue;
                *ret_damaged = *ret_damaged || (i < m.n && bits == OW_PREFIX_UNKNOWN);
                list[n++] = (ow_prefix){ a.items[i], bits };
        }
        kept = (ow_prefixes){ guest_pool_copy(&net->pool, list, n, sizeof *list), n };
        return kept.items ? kept : (ow_prefixes){ 0 };
}

struct metrics {
        const struct guest_bag *bag;
        int64_t items[NET_MAX_LIST];
        size_t n;
};

static void take_metric(void *state, const char *text)
{
        struct metrics *metrics = state;
        char *end;
        unsigned long value = strtoul(text, &end, 10);

        if (*end)
                guest_note(metrics->bag->guest, "%s: '%s' is no metric of a gateway", metrics->bag->where, text);
        if (metrics->n < NET_MAX_LIST)
                metrics->items[metrics->n++] = value && value <= UINT32_MAX ? (int64_t)value : OW_METRIC_AUTOMATIC;
}

static ow_gateways gateways(struct net *net, struct guest_bag *bag, const char *name, const char *metric_name,
                            bool *ret_damaged)
{
        struct net_addresses a = { .net = net, .where = bag->where, .family = OW_FAMILY_IPV4, .keep_zero = true };
        ow_gateway list[NET_MAX_LIST];
        struct metrics metrics = { .bag = bag };
        ow_gateways kept;
        size_t n = 0;

        guest_bag_each(bag, name, net_take_address, &a);
        *ret_damaged = a.damaged || net_no_text(bag, name);
        if (metric_name)
                guest_bag_each(bag, metric_name, take_metric, &metrics);
        for (size_t i = 0; i < a.n; i++)
                if (!ow_address_is_zero(&a.items[i]))
                        list[n++] =
                                (ow_gateway){ a.items[i], i < metrics.n ? metrics.items[i] : OW_METRIC_AUTOMATIC };
        kept = (ow_gateways){ guest_pool_copy(&net->pool, list, n, sizeof *list), n };
        return kept.items ? kept : (ow_gateways){ 0 };
}

/* DhcpGatewayHardware: IPv4 address, 6 as the length, hardware address. */
static void take_gateway_hardware(struct guest_bag *bag, ow_lease *lease)
{
        const struct bag_value *v = guest_bag_find(bag, "DhcpGatewayHardware");

        if (!v)
                return;
        if (v->blob.size != 14 || ow_le32_at(v->blob.p + 4) != 6) {
                guest_note(bag->guest, "%s: DhcpGatewayHardware has %zu bytes in a form that is not known",
                           bag->where, v->blob.size);
                return;
        }
        lease->gateway_checked.family = OW_FAMILY_IPV4;
        memcpy(lease->gateway_checked.b, v->blob.p, 4);
        memcpy(lease->gateway_mac.b, v->blob.p + 8, sizeof lease->gateway_mac.b);
}

static void take_lease(struct net *net, struct guest_bag *bag, ow_lease *lease)
{
        ow_address address = one_address(net, bag, "DhcpIPAddress");
        ow_address mask = one_address(net, bag, "DhcpSubnetMask");
        bool damaged; /* the next lease takes its place */

        if (!ow_address_is_zero(&address))
                lease->address = (ow_prefix){ address, bits_of(bag, &mask) };
        lease->server = one_address(net, bag, "DhcpServer");
        lease->gateways = gateways(net, bag, "DhcpDefaultGateway", NULL, &damaged);
        lease->dns = words(net, bag, "DhcpNameServer", &damaged);
        lease->domain = guest_bag_text(bag, "DhcpDomain", &net->pool);
        lease->obtained = guest_bag_unix_time(bag, "LeaseObtainedTime");
        lease->expires = guest_bag_unix_time(bag, "LeaseTerminatesTime");
        lease->automatic = guest_bag_number(bag, "AddressType").value == ADDRESS_TYPE_AUTOMATIC ||
                           ow_address_is_link_local(&lease->address.address);
        take_gateway_hardware(bag, lease);
}

void net_take_ipv4(struct net *net, struct guest_bag *bag, ow_ip *ip)
{
        bool addresses, ways, servers;

        ip->key = guest_pool_text(&net->pool, bag->where);
        ip->dhcp = guest_bag_number(bag, "EnableDHCP");
        ip->addresses = static_addresses(net, bag, &ip->uneven, &addresses);
        ip->single = is_single(bag, "IPAddress") || is_single(bag, "SubnetMask") || is_single(bag, "DefaultGateway");
        ip->gateways = gateways(net, bag, "DefaultGateway", "DefaultGatewayMetric", &ways);
        ip->dns = words(net, bag, "NameServer", &servers);
        ip->damaged |= (addresses ? OW_DAMAGED_ADDRESSES : 0u) | (ways ? OW_DAMAGED_GATEWAYS : 0u) |
                       (servers ? OW_DAMAGED_DNS : 0u);
        ip->suffix = guest_bag_text(bag, "Domain", &net->pool);
        take_lease(net, bag, &ip->lease);
        ip->mtu = guest_bag_number(bag, "MTU");
        ip->metric = guest_bag_number(bag, "InterfaceMetric");
        ip->register_addresses = guest_bag_number(bag, "RegistrationEnabled");
        ip->register_suffix = guest_bag_number(bag, "RegisterAdapterName");
        ip->autoconfiguration = guest_bag_number(bag, "IPAutoconfigurationEnabled");
        ip->autoconfigured = one_address(net, bag, "IPAutoconfigurationAddress");
}

/* ---- interfaces ---- */

/* GUIDs that TCP/IP makes up for loopback: their last bytes spell "nonic" or "mario". */
static bool is_loopback(const char *guid)
{
        return guest_text_contains(guid, "-806e6f6e6963}") || guest_text_contains(guid, "-806d6172696f}");
}

struct guid_search {
        const char *guid;
        bool found;
};

static void look_for_guid(void *state, const char *text)
{
        struct guid_search *search = state;

        if (guest_text_contains(text, search->guid))
                search->found = true;
}

/* Dial-up interfaces of 2000 to 2003 hang on one common adapter, not on a class key each. */
static bool is_dial_up(struct net *net, const char *guid)
{
        struct guid_search search = { guid, false };
        ow_regkey key;

        if (net_key(net, NET_TCPIP "\\Adapters\\NdisWanIp", &key))
                guest_each_text(net->guest, key, "IpConfig", look_for_guid, &search);
        return search.found;
}

static void read_interface(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);
        GUEST_AUTO_BAG bag = { 0 };

        if (is_loopback(guid))
                return;
        if (!adapter) {
                adapter = net_adapter_add(net);
                if (!adapter)
                        return;
                adapter->a.guid = guid;
                adapter->a.kind = is_dial_up(net, guid) ? OW_ADAPTER_DIAL_UP : OW_ADAPTER_SETTINGS;
                if (adapter->a.kind == OW_ADAPTER_DIAL_UP)
                        adapter->a.description = "Dial-up and VPN connections (NdisWanIp)";
        }
        guest_bag_load(net->guest, key, path, &bag);
        net_take_ipv4(net, &bag, &adapter->a.ipv4);
        net_place_add(net, adapter, OW_PLACE_TCPIP, path);
}

static void read_service_key(struct net *net, struct net_adapter *adapter)
{
        const char *path = guest_pool_printf(&net->pool, "Services\\%s", adapter->a.guid);
        GUEST_AUTO_BAG bag = { 0 };
        ow_regkey key, tcpip;

        if (!net_key(net, path, &key))
                return;
        net_place_add(net, adapter, OW_PLACE_SERVICE, path);
        if (!guest_subkey(net->guest, key, "Parameters\\Tcpip", &tcpip))
                return;
        guest_bag_load(net->guest, tcpip, guest_pool_printf(&net->pool, "%s\\Parameters\\Tcpip", path), &bag);
        net_take_ipv4(net, &bag, &adapter->a.service_ipv4);
        if (!adapter->a.ipv4.key[0]) /* it counts when Interfaces has none */
                adapter->a.ipv4 = adapter->a.service_ipv4;
}

void net_read_ipv4(struct net *net)
{
        net_each_guid(net, NET_TCPIP "\\Interfaces", "", read_interface);
        for (size_t i = 0; i < net->adapters.n; i++)
                read_service_key(net, net_adapter_at(net, i));
}

/* ---- NT 4 ---- */

/* SOFTWARE lists the cards; each is a service of type "adapter" with its settings below Parameters\Tcpip. */
static void read_old_card(struct net *net, ow_regkey card, const char *path)
{
        GUEST_AUTO_BAG told = { 0 }, bag = { 0 };
        struct net_adapter *adapter;
        const char *service, *settings;
        ow_regkey key;

        guest_bag_load(net->guest, card, path, &told);
        service = guest_bag_text(&told, "ServiceName", &net->pool);
        adapter = service[0] ? net_adapter_add(net) : NULL;
        if (!adapter)
                return;
        adapter->a.service = service;
        adapter->a.description = guest_bag_text(&told, "Description", &net->pool);
        adapter->a.name = guest_bag_text(&told, "Title", &net->pool);
        adapter->a.provider = guest_bag_text(&told, "Manufacturer", &net->pool);
        adapter->a.hardware_device = !guest_text_begins(service, "NdisWan");
        adapter->a.kind = adapter->a.hardware_device ? OW_ADAPTER_ETHERNET : OW_ADAPTER_WAN;
        net_place_add(net, adapter, OW_PLACE_NETWORK_CARD, path);
        settings = guest_pool_printf(&net->pool, "Services\\%s\\Parameters\\Tcpip", service);
        if (!net_key(net, settings, &key))
                return;
        guest_bag_load(net->guest, key, settings, &bag);
        net_take_ipv4(net, &bag, &adapter->a.ipv4);
        net_place_add(net, adapter, OW_PLACE_TCPIP, settings);
}

void net_read_old_cards(struct net *net)
{
        static const char path[] = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkCards";
        ow_subkey_iter iter = { 0 };
        ow_regkey cards, card;
        char *name;

        if (!guest_key(net->guest, path, &cards))
                return;
        while (guest_next_subkey(net->guest, cards, &iter, &card, &name)) {
                OW_AUTO_FREE char *number = name;

                read_old_card(net, card, guest_pool_printf(&net->pool, "%s\\%s", path, number));
        }
}
