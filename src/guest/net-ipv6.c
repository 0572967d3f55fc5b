/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Tcpip6\Parameters keeps of each interface (DNS servers, DHCPv6; static addresses are in the network store),
 * and WINS and NetBIOS from NetBT\Parameters.
 */
#include <string.h>

#include "guest/net.h"

enum { IPV6_SIZE = 16 };

static ow_addresses words(struct net *net, struct guest_bag *bag, const char *name)
{
        struct net_addresses list = { .net = net, .where = bag->where, .family = OW_FAMILY_IPV6 };

        guest_bag_each_word(bag, name, net_take_address, &list);
        return net_addresses_keep(net, &list);
}

/* Addresses of 16 bytes one after the other. */
static ow_addresses packed(struct net *net, struct guest_bag *bag, const char *name)
{
        const struct bag_value *v = guest_bag_find(bag, name);
        struct net_addresses list = { .net = net, .where = bag->where };

        if (!v)
                return (ow_addresses){ 0 };
        if (v->blob.size % IPV6_SIZE)
                guest_note(net->guest, "%s: %s has %zu bytes, no multiple of %d", bag->where, name, v->blob.size,
                           IPV6_SIZE);
        for (size_t at = 0; at + IPV6_SIZE <= v->blob.size && list.n < NET_MAX_LIST; at += IPV6_SIZE) {
                list.items[list.n].family = OW_FAMILY_IPV6;
                memcpy(list.items[list.n++].b, v->blob.p + at, IPV6_SIZE);
        }
        return net_addresses_keep(net, &list);
}

static void read_interface(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);
        GUEST_AUTO_BAG bag = { 0 };
        ow_ip *ip;

        if (!adapter) {
                adapter = net_adapter_add(net);
                if (!adapter)
                        return;
                adapter->a.guid = guid;
                adapter->a.kind = OW_ADAPTER_SETTINGS;
                adapter->a.hidden = true; /* tunnels come and go, and leave these behind */
        }
        guest_bag_load(net->guest, key, path, &bag);
        ip = &adapter->a.ipv6;
        ip->key = guest_pool_text(&net->pool, path);
        ip->dhcp = guest_bag_number(&bag, "EnableDHCP");
        ip->dns = words(net, &bag, "NameServer");
        ip->suffix = guest_bag_text(&bag, "Domain", &net->pool);
        ip->iaid = guest_bag_number(&bag, "Dhcpv6Iaid");
        ip->lease.dns = packed(net, &bag, "Dhcpv6DNSServers");
        ip->lease.domain = guest_bag_text(&bag, "Dhcpv6Domain", &net->pool);
        ip->lease.obtained = guest_bag_unix_time(&bag, "Dhcpv6LeaseObtainedTime");
        ip->lease.expires = guest_bag_unix_time(&bag, "Dhcpv6LeaseTerminatesTime");
        net_place_add(net, adapter, OW_PLACE_TCPIP6, path);
}

void net_read_ipv6(struct net *net)
{
        net_each_guid(net, NET_TCPIP6 "\\Interfaces", "", read_interface);
}

/* ---- NetBIOS over TCP/IP ---- */

static ow_addresses list_of(struct net *net, struct guest_bag *bag, const char *name, bool *ret_damaged)
{
        struct net_addresses list = { .net = net, .where = bag->where, .family = OW_FAMILY_IPV4 };

        guest_bag_each(bag, name, net_take_address, &list);
        *ret_damaged = list.damaged || net_no_text(bag, name);
        return net_addresses_keep(net, &list);
}

static void read_netbt(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);
        GUEST_AUTO_BAG bag = { 0 };
        bool damaged;

        if (!adapter) {
                adapter = net_adapter_add(net);
                if (!adapter)
                        return;
                adapter->a.guid = guid;
                adapter->a.kind = OW_ADAPTER_SETTINGS;
                adapter->a.hidden = true;
        }
        guest_bag_load(net->guest, key, path, &bag);
        adapter->a.dhcp_wins = list_of(net, &bag, "DhcpNameServerList", &damaged);
        adapter->a.wins = list_of(net, &bag, "NameServerList", &damaged);
        adapter->a.ipv4.damaged |= damaged ? OW_DAMAGED_WINS : 0u;
        adapter->a.netbios = guest_bag_number(&bag, "NetbiosOptions");
        adapter->a.dhcp_netbios = guest_bag_number(&bag, "DhcpNetbiosOptions");
        net_place_add(net, adapter, OW_PLACE_NETBT, path);
}

static void note_netbt6(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);

        if (adapter)
                net_place_add(net, adapter, OW_PLACE_NETBT6, path);
}

void net_read_netbt(struct net *net)
{
        net_each_guid(net, NET_NETBT "\\Interfaces", "Tcpip_", read_netbt);
        net_each_guid(net, NET_NETBT "\\Interfaces", "Tcpip6_", note_netbt6);
}
