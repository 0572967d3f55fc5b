/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Control\Network: what a connection is called, and the device instance behind it. */
#include <stdio.h>
#include <string.h>

#include "guest/net.h"

static void read_connection(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name)
{
        struct net_adapter *adapter = net_adapter_by_guid(net, guid);
        GUEST_AUTO_BAG bag = { 0 };
        const char *instance, *first;
        ow_regkey connection;

        if (!adapter) {
                adapter = net_adapter_add(net);
                if (!adapter)
                        return;
                adapter->a.guid = guid;
                adapter->a.kind = OW_ADAPTER_SETTINGS;
        }
        net_place_add(net, adapter, OW_PLACE_CONNECTION, path);
        if (!guest_subkey(net->guest, key, "Connection", &connection))
                return;
        guest_bag_load(net->guest, connection, path, &bag);
        adapter->a.name = guest_bag_text(&bag, "Name", &net->pool);
        instance = guest_bag_text(&bag, "PnpInstanceID", &net->pool);
        first = strchr(instance, '\\');
        if (first && strchr(first + 1, '\\'))
                adapter->a.instance = instance;
}

void net_read_connections(struct net *net)
{
        net_each_guid(net, NET_CONNECTION, "", read_connection);
}
