/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Places that belong to an adapter and hold no fact of their own: what has to go when it is removed. */
#include <string.h>

#include "guest/net.h"

enum { MAX_FILTERS = 64 };

static void note_adapter(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);

        if (adapter)
                net_place_add(net, adapter, OW_PLACE_TCPIP_ADAPTER, path);
}

static void note_registered(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);

        GUEST_AUTO_BAG bag = { 0 };

        if (!adapter)
                return;
        guest_bag_load(net->guest, key, path, &bag);
        adapter->a.dns_stale = guest_bag_number(&bag, "StaleAdapter");
        net_place_add(net, adapter, OW_PLACE_DNS_REGISTERED, path);
}

static void note_setup(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);

        if (adapter)
                net_place_add(net, adapter, OW_PLACE_NETWORK_SETUP, path);
}

static void note_filter(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);

        if (adapter)
                net_place_add(net, adapter, OW_PLACE_FILTER, path);
}

/* Every driver that keeps a key per adapter: WFP, the packet scheduler, filters of other vendors, teaming. */
static void read_filters(struct net *net)
{
        static const char *const below[] = { "Adapters", "NdisAdapters" };
        ow_subkey_iter iter = { 0 };
        ow_regkey services, service, parameters, key;
        char *name;

        if (!net_key(net, "Services", &services))
                return;
        while (guest_next_subkey(net->guest, services, &iter, &service, &name)) {
                OW_AUTO_FREE char *owned = name;

                if (owned[0] == '{' || guest_text_equal(owned, "Tcpip") ||
                    !guest_subkey(net->guest, service, "Parameters", &parameters))
                        continue;
                for (size_t i = 0; i < OW_COUNT(below); i++)
                        if (guest_subkey(net->guest, parameters, below[i], &key))
                                net_each_guid(net,
                                              guest_pool_printf(&net->pool, "Services\\%s\\Parameters\\%s", owned,
                                                                below[i]),
                                              "", note_filter);
        }
}

/* SOFTWARE's own list of cards, by number. */
static void read_cards(struct net *net)
{
        static const char path[] = "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkCards";
        ow_subkey_iter iter = { 0 };
        ow_regkey cards, card;
        char *name, service[80];

        if (!guest_key(net->guest, path, &cards))
                return;
        while (guest_next_subkey(net->guest, cards, &iter, &card, &name)) {
                OW_AUTO_FREE char *number = name;
                struct net_adapter *adapter = NULL;

                if (guest_text(net->guest, card, "ServiceName", service, sizeof service) && service[0] == '{')
                        adapter = net_adapter_by_guid(net, service);
                if (adapter)
                        net_place_add(net, adapter, OW_PLACE_NETWORK_CARD,
                                      guest_pool_printf(&net->pool, "%s\\%s", path, number));
        }
}

void net_read_places(struct net *net)
{
        net_each_guid(net, NET_TCPIP "\\Adapters", "", note_adapter);
        net_each_guid(net, NET_TCPIP "\\DNSRegisteredAdapters", "", note_registered);
        net_each_guid(net, NET_SETUP, "", note_setup);
        read_filters(net);
        read_cards(net);
}
