/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The network of one control set: loaded, joined, handed out; and what is asked of a loaded one. */
#include <stdio.h>
#include <string.h>

#include "guest/net.h"

static void net_free(struct net *net)
{
        for (size_t i = 0; i < net->adapters.n; i++) {
                struct net_adapter *adapter = net_adapter_at(net, i);

                guest_list_done(&adapter->places);
                guest_list_done(&adapter->rows);
                guest_list_done(&adapter->members);
        }
        guest_list_done(&net->adapters);
        guest_list_done(&net->routes);
        guest_list_done(&net->strays);
        guest_pool_done(&net->pool);
        ow_free(net);
}

void ow_network_free(ow_network *network)
{
        if (network)
                net_free((struct net *)network);
}

static void free_net(struct net **net)
{
        if (*net)
                net_free(*net);
}

/* Lists that grew become the record's own. */
static void seal(struct net *net)
{
        ow_adapter *adapters = guest_pool_alloc(&net->pool, net->adapters.n, sizeof *adapters);

        if (!adapters)
                return;
        for (size_t i = 0; i < net->adapters.n; i++) {
                struct net_adapter *adapter = net_adapter_at(net, i);
                ow_adapter *a = &adapters[i];

                *a = adapter->a;
                a->places = guest_pool_copy(&net->pool, adapter->places.items, adapter->places.n, sizeof *a->places);
                a->n_places = adapter->places.n;
                a->rows = guest_pool_copy(&net->pool, adapter->rows.items, adapter->rows.n, sizeof *a->rows);
                a->n_rows = adapter->rows.n;
                a->members =
                        guest_pool_copy(&net->pool, adapter->members.items, adapter->members.n, sizeof *a->members);
                a->n_members = adapter->members.n;
        }
        net->network.adapters = adapters;
        net->network.n_adapters = net->adapters.n;
        net->network.routes = guest_pool_copy(&net->pool, net->routes.items, net->routes.n, sizeof(ow_route));
        net->network.n_routes = net->routes.n;
        net->network.strays = guest_pool_copy(&net->pool, net->strays.items, net->strays.n, sizeof(ow_nsi_row));
        net->network.n_strays = net->strays.n;
}

static void read_all(struct net *net)
{
        net_read_classes(net);
        net_read_connections(net);
        net_read_ipv4(net);
        if (net->adapters.n == 0 && net->guest->windows.major <= 4) {
                net->network.old_layout = true;
                net_read_old_cards(net);
        } else {
                net_read_ipv6(net);
                net_read_netbt(net);
                net_read_devices(net);
                net_read_store(net);
                net_read_teams(net);
                net_read_places(net);
        }
        net_read_routes(net);
        net_read_global(net);
        seal(net);
}

int ow_network_load(ow_guest *guest, uint32_t control_set, ow_network **ret, ow_error *err)
{
        __attribute__((cleanup(free_net))) struct net *net = ow_calloc(1, sizeof *net);
        char path[40];
        int r;

        if (!net)
                return ow_fail_nomem(err);
        net->guest = net->pool.guest = guest;
        net->network = (ow_network){ .control_set = control_set,
                                     .host_name = "",
                                     .nv_host_name = "",
                                     .domain = "",
                                     .nv_domain = "",
                                     .dhcp_domain = "" };
        (void)snprintf(path, sizeof path, "HKLM\\SYSTEM\\ControlSet%03u", control_set);
        r = ow_registry_find(guest, path, &net->set, err);
        if (r < 0)
                return r;
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no control set %u", control_set);
        read_all(net);
        if (guest->out_of_memory) {
                guest->out_of_memory = false;
                return ow_fail_nomem(err);
        }
        *ret = &OW_TAKE(net)->network;
        return 0;
}

int ow_guest_network(ow_guest *guest, const ow_network **ret, ow_error *err)
{
        static const ow_network none = {
                .host_name = "", .nv_host_name = "", .domain = "", .nv_domain = "", .dhcp_domain = ""
        };
        int r;

        if (guest->control_sets.current == 0) {
                *ret = &none; /* no SYSTEM hive, which is noted already */
                return 0;
        }
        if (!guest->network) {
                r = ow_network_load(guest, guest->control_sets.current, &guest->network, err);
                if (r < 0)
                        return r;
        }
        *ret = guest->network;
        return 0;
}

void ow_network_forget(ow_guest *guest)
{
        ow_network_free(guest->network);
        guest->network = NULL;
}

/* ---- names ---- */

const char *ow_net_place_name(enum ow_net_place_kind kind)
{
        static const char *const names[] = {
                [OW_PLACE_CLASS] = "class",
                [OW_PLACE_ENUM] = "enum",
                [OW_PLACE_CONNECTION] = "connection",
                [OW_PLACE_TCPIP] = "tcpip",
                [OW_PLACE_TCPIP6] = "tcpip6",
                [OW_PLACE_TCPIP_ADAPTER] = "tcpip-adapter",
                [OW_PLACE_DNS_REGISTERED] = "dns-registered",
                [OW_PLACE_NETBT] = "netbt",
                [OW_PLACE_NETBT6] = "netbt6",
                [OW_PLACE_SERVICE] = "service",
                [OW_PLACE_FILTER] = "filter",
                [OW_PLACE_NETWORK_SETUP] = "network-setup",
                [OW_PLACE_NETWORK_CARD] = "network-card",
        };

        return (size_t)kind < OW_COUNT(names) ? names[kind] : "";
}

const char *ow_adapter_kind_name(enum ow_adapter_kind kind)
{
        static const char *const names[] = {
                [OW_ADAPTER_UNKNOWN] = "unknown",   [OW_ADAPTER_ETHERNET] = "ethernet",
                [OW_ADAPTER_WIRELESS] = "wireless", [OW_ADAPTER_BLUETOOTH] = "bluetooth",
                [OW_ADAPTER_TEAM] = "team",         [OW_ADAPTER_BRIDGE] = "bridge",
                [OW_ADAPTER_SWITCH] = "switch",     [OW_ADAPTER_TUNNEL] = "tunnel",
                [OW_ADAPTER_WAN] = "wan",           [OW_ADAPTER_DIAL_UP] = "dial-up",
                [OW_ADAPTER_LOOPBACK] = "loopback", [OW_ADAPTER_KERNEL_DEBUG] = "kernel-debug",
                [OW_ADAPTER_SOFTWARE] = "software", [OW_ADAPTER_SETTINGS] = "settings",
        };

        return (size_t)kind < OW_COUNT(names) ? names[kind] : "";
}

const char *ow_mac_source_name(enum ow_mac_source source)
{
        static const char *const names[] = {
                [OW_MAC_NONE] = "none", [OW_MAC_DRIVER] = "driver", [OW_MAC_INSTANCE] = "instance",
                [OW_MAC_DUID] = "duid", [OW_MAC_FORCED] = "forced",
        };

        return (size_t)source < OW_COUNT(names) ? names[source] : "";
}

const char *ow_team_kind_name(enum ow_team_kind kind)
{
        static const char *const names[] = {
                [OW_TEAM_NONE] = "",
                [OW_TEAM_HP] = "HP Network Configuration Utility",
                [OW_TEAM_BROADCOM] = "Broadcom Advanced Server Program",
                [OW_TEAM_INTEL] = "Intel Advanced Network Services",
                [OW_TEAM_LBFO] = "Windows NIC teaming (LBFO)",
                [OW_TEAM_OTHER] = "another vendor's teaming",
        };

        return (size_t)kind < OW_COUNT(names) ? names[kind] : "";
}

/* ---- questions ---- */

const char *ow_adapter_place(const ow_adapter *adapter, enum ow_net_place_kind kind)
{
        for (size_t i = 0; i < adapter->n_places; i++)
                if (adapter->places[i].kind == kind)
                        return adapter->places[i].path;
        return NULL;
}

static bool leases(const ow_ip *ip)
{
        return ip->dhcp.set && ip->dhcp.value;
}

ow_prefixes ow_ip_addresses_in_use(const ow_ip *ip)
{
        if (!leases(ip) || ip->key[0] == '\0')
                return ip->addresses;
        return (ow_prefixes){ &ip->lease.address, !ow_address_is_zero(&ip->lease.address.address) };
}

ow_gateways ow_ip_gateways_in_use(const ow_ip *ip)
{
        return ip->gateways.count || !leases(ip) ? ip->gateways : ip->lease.gateways;
}

ow_addresses ow_ip_dns_in_use(const ow_ip *ip)
{
        return ip->dns.count || !leases(ip) ? ip->dns : ip->lease.dns;
}
