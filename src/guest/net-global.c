/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What counts for the whole machine: its names, search list, the switches of TCP/IP, and its identity for DHCPv6. */
#include <string.h>

#include "base/le.h"
#include "guest/net.h"

enum { DUID_LLT = 1, DUID_LL = 3, HARDWARE_ETHERNET = 1 }; /* RFC 8415, 11.2 and 11.4 */

struct words {
        struct net *net;
        const char *items[NET_MAX_LIST];
        size_t n;
};

static void take_word(void *state, const char *text)
{
        struct words *words = state;

        if (words->n < NET_MAX_LIST)
                words->items[words->n++] = guest_pool_text(&words->net->pool, text);
}

static ow_addresses servers(struct net *net, struct guest_bag *bag, const char *name)
{
        struct net_addresses list = { .net = net, .where = bag->where };

        guest_bag_each_word(bag, name, net_take_address, &list);
        return net_addresses_keep(net, &list);
}

static void read_tcpip(struct net *net)
{
        ow_network *n = &net->network;
        struct words words = { .net = net };
        GUEST_AUTO_BAG bag = { 0 };
        ow_regkey key;

        if (!net_key(net, NET_TCPIP, &key))
                return;
        guest_bag_load(net->guest, key, NET_TCPIP, &bag);
        n->host_name = guest_bag_text(&bag, "Hostname", &net->pool);
        n->nv_host_name = guest_bag_text(&bag, "NV Hostname", &net->pool);
        n->domain = guest_bag_text(&bag, "Domain", &net->pool);
        n->nv_domain = guest_bag_text(&bag, "NV Domain", &net->pool);
        n->dhcp_domain = guest_bag_text(&bag, "DhcpDomain", &net->pool);
        n->dns = servers(net, &bag, "NameServer");
        n->dhcp_dns = servers(net, &bag, "DhcpNameServer");
        guest_bag_each_word(&bag, "SearchList", take_word, &words);
        n->search_list =
                (ow_texts){ guest_pool_copy(&net->pool, words.items, words.n, sizeof *words.items), words.n };
        if (!n->search_list.items)
                n->search_list.count = 0;
        n->tcpip = guest_bag_rest(&bag, &net->pool);
}

static void read_tcpip6(struct net *net)
{
        ow_network *n = &net->network;
        const struct bag_value *duid;
        GUEST_AUTO_BAG bag = { 0 };
        ow_regkey key;

        if (!net_key(net, NET_TCPIP6, &key))
                return;
        guest_bag_load(net->guest, key, NET_TCPIP6, &bag);
        n->disabled_components = guest_bag_number(&bag, "DisabledComponents");
        duid = guest_bag_find(&bag, "Dhcpv6DUID");
        if (duid && duid->blob.size >= 3 && duid->blob.size <= 130) {
                n->duid = guest_pool_copy(&net->pool, duid->blob.p, duid->blob.size, 1);
                n->duid_size = n->duid ? duid->blob.size : 0;
        } else if (duid) {
                guest_note(net->guest, "%s: Dhcpv6DUID has %zu bytes", NET_TCPIP6, duid->blob.size);
        }
        n->tcpip6 = guest_bag_rest(&bag, &net->pool);
}

static void read_netbt(struct net *net)
{
        GUEST_AUTO_BAG bag = { 0 };
        ow_regkey key;

        if (!net_key(net, NET_NETBT, &key))
                return;
        guest_bag_load(net->guest, key, NET_NETBT, &bag);
        net->network.netbt = guest_bag_rest(&bag, &net->pool);
}

/* The hardware address in the DUID: that of a card which the machine had when the DUID was made. */
static bool duid_mac(const ow_network *n, ow_mac *ret)
{
        size_t at;

        if (n->duid_size < 4 || n->duid[0] != 0 || n->duid[2] != 0 || n->duid[3] != HARDWARE_ETHERNET)
                return false;
        at = n->duid[1] == DUID_LLT ? 8 : n->duid[1] == DUID_LL ? 4 : 0;
        if (!at || n->duid_size != at + sizeof ret->b)
                return false;
        memcpy(ret->b, n->duid + at, sizeof ret->b);
        return ow_mac_is_unicast(ret);
}

/*
 * Dhcpv6Iaid of an interface ends with the vendor part of its MAC (seen on 7 and 10). The DUID's MAC belongs to the
 * adapter whose vendor part fits, when that is one alone and no other is known to have the address.
 */
static void find_owner_of_duid(struct net *net)
{
        struct net_adapter *owner = NULL;
        uint32_t vendor;
        ow_mac mac;

        if (!duid_mac(&net->network, &mac))
                return;
        vendor = (uint32_t)mac.b[0] << 16 | (uint32_t)mac.b[1] << 8 | mac.b[2];
        for (size_t i = 0; i < net->adapters.n; i++) {
                struct net_adapter *adapter = net_adapter_at(net, i);
                ow_adapter *a = &adapter->a;

                if (a->mac_source != OW_MAC_NONE && ow_mac_equal(&a->mac, &mac))
                        return;
                if (!a->hardware_device || !a->ipv6.iaid.set || (a->ipv6.iaid.value & 0xffffff) != vendor)
                        continue;
                if (owner)
                        return;
                owner = adapter;
        }
        if (owner && (owner->a.mac_source == OW_MAC_NONE || owner->a.mac_source == OW_MAC_FORCED)) {
                owner->a.mac = mac;
                owner->a.mac_source = OW_MAC_DUID;
        }
}

void net_read_global(struct net *net)
{
        read_tcpip(net);
        read_tcpip6(net);
        read_netbt(net);
        find_owner_of_duid(net);
}
