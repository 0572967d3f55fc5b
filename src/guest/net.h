/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the files that read the network of a control set. ow_network_load() in network.c calls them in this order;
 * each adds what it finds to the records, and nothing fails but memory, which the guest remembers.
 */
#ifndef GUEST_NET_H
#define GUEST_NET_H

#include <offwin/network.h>

#include "guest/bag.h"
#include "guest/internal.h"
#include "guest/pool.h"

#define NET_CLASS      "Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}"
#define NET_CONNECTION "Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}"
#define NET_TCPIP      "Services\\Tcpip\\Parameters"
#define NET_TCPIP6     "Services\\Tcpip6\\Parameters"
#define NET_NETBT      "Services\\NetBT\\Parameters"
#define NET_SETUP      "Control\\NetworkSetup2\\Interfaces"

enum { NET_MAX_ADAPTERS = 2000, NET_MAX_ROWS = 20000, NET_MAX_LIST = 256 };

struct net_adapter {
        ow_adapter a;
        uint32_t if_type, media_type, physical_media; /* UINT32_MAX: not told */
        bool has_kernel_mac;                          /* a.mac is what the card itself said */
        bool device_there;                            /* its key in Enum is */
        ow_device device;                             /* then */
        struct guest_list places;                     /* ow_net_place */
        struct guest_list rows;                       /* ow_nsi_row */
        struct guest_list members;                    /* int */
};

struct net {
        ow_network network; /* first: what ow_network_load() hands out */
        struct guest_pool pool;
        ow_guest *guest;
        ow_regkey set;              /* the control set */
        struct guest_list adapters; /* struct net_adapter */
        struct guest_list routes;   /* ow_route */
        struct guest_list strays;   /* ow_nsi_row */
};

static inline struct net_adapter *net_adapter_at(const struct net *net, size_t index)
{
        return (struct net_adapter *)net->adapters.items + index;
}

/* A new record with every text "". NULL: no room. */
struct net_adapter *net_adapter_add(struct net *net);

/* The first record with this GUID, or NULL. */
struct net_adapter *net_adapter_by_guid(const struct net *net, const char *guid);
int net_adapter_index(const struct net *net, const struct net_adapter *adapter);

/* What notes call it. */
const char *net_adapter_called(const struct net_adapter *adapter);

void net_place_add(struct net *net, struct net_adapter *adapter, enum ow_net_place_kind kind, const char *path);

/* Upper case; "" unless text is a GUID in braces. */
const char *net_guid(struct net *net, const char *text);

/* The key at path below the control set. */
static inline bool net_key(struct net *net, const char *path, ow_regkey *ret)
{
        return guest_subkey(net->guest, net->set, path, ret);
}

/* Calls fn for each subkey of path that has a GUID, maybe behind prefix ("Tcpip_"); name is the key's own. */
void net_each_guid(struct net *net, const char *path, const char *prefix,
                   void (*fn)(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name));

/* ---- the readers, in order ---- */

void net_read_classes(struct net *net);     /* net-class.c: one record per class key */
void net_read_connections(struct net *net); /* net-connection.c: names, instances */
void net_read_ipv4(struct net *net);        /* net-ipv4.c: addresses; settings without an adapter */
void net_read_old_cards(struct net *net);   /* net-ipv4.c: NT 4 */
void net_read_ipv6(struct net *net);        /* net-ipv6.c */
void net_read_netbt(struct net *net);       /* net-ipv6.c */
void net_read_devices(struct net *net);     /* net-device.c: Enum, verdicts, what kind each is, MACs */
void net_read_store(struct net *net);       /* net-store.c: rows of the network store */
void net_read_routes(struct net *net);      /* net-route.c */
void net_read_teams(struct net *net);       /* net-team.c */
void net_read_places(struct net *net);      /* net-place.c: the places that hold no facts */
void net_read_global(struct net *net);      /* net-global.c */

/* ---- lists while a key is read ---- */

struct net_addresses {
        struct net *net;
        const char *where; /* for notes */
        unsigned family;   /* those of another one are noted and left out; 0: any */
        ow_address items[NET_MAX_LIST];
        size_t n;
        bool keep_zero; /* 0.0.0.0 holds a place in a list with another beside it */
        bool damaged;   /* something was no address */
};

/* For guest_bag_each() and guest_bag_each_word(). What is no address is noted and, with keep_zero, kept as none. */
void net_take_address(void *state, const char *text);
ow_addresses net_addresses_keep(struct net *net, const struct net_addresses *list);

/* Whether the value name is there and no text; then nothing of it is taken. */
bool net_no_text(struct guest_bag *bag, const char *name);

/* IPv4 settings from the values of one key. */
void net_take_ipv4(struct net *net, struct guest_bag *bag, ow_ip *ip);

#endif
