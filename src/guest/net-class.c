/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One record per key of the class of network adapters: who an adapter is, its driver, its LUID, what it is bound to,
 * and the keywords of its driver (docs/formats/windows-facts.md, network).
 */
#include <stdio.h>
#include <string.h>

#include "guest/net.h"

/* Values that describe and do not tune, besides those that have a member of their own. */
static const char *const descriptive[] = {
        "DriverDateData",
        "InfSection",
        "InfSectionExt",
        "InstallTimeStamp",
        "NetworkInterfaceInstallTimestamp",
        "IfTypePreStart",
        "BusType",
        "NewDeviceInstall",
        "CoInstallers32",
        "EnumPropPages32",
        "IncludedInfs",
        "IncludedConfigs",
        "DeviceInstanceID",
        "*IfConnectorPresent",
        "*IfConnectionType",
        "*IfDirectionType",
        "*IfAccessType",
        "*NdisDeviceType",
        "*HardwareLoopback",
        "Port1FunctionNumber",
        "RemoteBoot",
        "TimeStamp",
};

struct net_adapter *net_adapter_add(struct net *net)
{
        struct net_adapter *adapter = guest_list_add(net->guest, &net->adapters, sizeof *adapter, NET_MAX_ADAPTERS);

        if (!adapter) {
                guest_note(net->guest, "more than %d network adapters: the rest is left out", NET_MAX_ADAPTERS);
                return NULL;
        }
        adapter->if_type = adapter->media_type = adapter->physical_media = UINT32_MAX;
        adapter->a = (ow_adapter){ .team_adapter = OW_NO_ADAPTER };
        adapter->a.guid = adapter->a.name = adapter->a.description = adapter->a.class_number = "";
        adapter->a.component = adapter->a.hardware = adapter->a.instance = adapter->a.service = "";
        adapter->a.provider = adapter->a.driver_version = adapter->a.driver_date = adapter->a.inf = "";
        adapter->a.stays_behind = adapter->a.team_name = adapter->a.verdict.reason = "";
        adapter->a.ipv4.key = adapter->a.ipv4.suffix = adapter->a.ipv4.lease.domain = "";
        adapter->a.ipv6.key = adapter->a.ipv6.suffix = adapter->a.ipv6.lease.domain = "";
        adapter->a.service_ipv4 = adapter->a.ipv4;
        return adapter;
}

struct net_adapter *net_adapter_by_guid(const struct net *net, const char *guid)
{
        for (size_t i = 0; i < net->adapters.n; i++)
                if (guest_text_equal(net_adapter_at(net, i)->a.guid, guid))
                        return net_adapter_at(net, i);
        return NULL;
}

int net_adapter_index(const struct net *net, const struct net_adapter *adapter)
{
        return (int)(adapter - net_adapter_at(net, 0));
}

const char *net_adapter_called(const struct net_adapter *adapter)
{
        const ow_adapter *a = &adapter->a;

        return a->name[0] ? a->name : a->description[0] ? a->description : a->guid;
}

void net_place_add(struct net *net, struct net_adapter *adapter, enum ow_net_place_kind kind, const char *path)
{
        ow_net_place *place = guest_list_add(net->guest, &adapter->places, sizeof *place, NET_MAX_LIST);

        if (place)
                *place = (ow_net_place){ kind, guest_pool_text(&net->pool, path) };
}

const char *net_guid(struct net *net, const char *text)
{
        char upper[40];
        size_t i;

        if (strlen(text) != 38 || text[0] != '{' || text[37] != '}')
                return "";
        for (i = 0; text[i]; i++) {
                bool dash = i == 9 || i == 14 || i == 19 || i == 24;

                if (i > 0 && i < 37 && (dash ? text[i] != '-' : !strchr("0123456789abcdefABCDEF", text[i])))
                        return "";
                upper[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] & ~0x20 : text[i]);
        }
        upper[i] = '\0';
        return guest_pool_text(&net->pool, upper);
}

void net_each_guid(struct net *net, const char *path, const char *prefix,
                   void (*fn)(struct net *net, ow_regkey key, const char *path, const char *guid, const char *name))
{
        size_t skip = strlen(prefix);
        ow_subkey_iter iter = { 0 };
        ow_regkey parent, key;
        char *name;

        if (!net_key(net, path, &parent))
                return;
        while (guest_next_subkey(net->guest, parent, &iter, &key, &name)) {
                OW_AUTO_FREE char *owned = name;
                const char *guid = guest_text_begins(owned, prefix) ? net_guid(net, owned + skip) : "";

                if (guid[0])
                        fn(net, key, guest_pool_printf(&net->pool, "%s\\%s", path, owned), guid, owned);
        }
}

static void drop_descriptive(struct guest_bag *bag)
{
        for (size_t i = 0; i < OW_COUNT(descriptive); i++)
                (void)guest_bag_find(bag, descriptive[i]);
}

static uint32_t number_or(struct guest_bag *bag, const char *name)
{
        ow_setting number = guest_bag_number(bag, name);

        return number.set ? number.value : UINT32_MAX;
}

static void read_luid(struct guest_bag *bag, struct net_adapter *adapter)
{
        ow_setting index = guest_bag_number(bag, "NetLuidIndex");

        if (index.set && index.value >> 24)
                guest_note(bag->guest, "%s: NetLuidIndex is 0x%x, which has more than 24 bits", bag->where,
                           index.value);
        else if (index.set && adapter->if_type <= UINT16_MAX) {
                adapter->a.has_luid = true;
                adapter->a.luid = (ow_luid){ index.value, (uint16_t)adapter->if_type };
        }
}

static void read_macs(struct guest_bag *bag, struct guest_pool *pool, struct net_adapter *adapter)
{
        const char *forced = guest_bag_text(bag, "NetworkAddress", pool);
        const struct bag_value *own = guest_bag_find(bag, "PermanentAddress");
        ow_adapter *a = &adapter->a;

        if (forced[0] && ow_mac_parse(forced, &a->forced_mac) && ow_mac_is_unicast(&a->forced_mac))
                a->has_forced_mac = true;
        else if (forced[0])
                guest_note(bag->guest, "%s: NetworkAddress is '%s', which is no hardware address of a card",
                           bag->where, forced);
        /* Some drivers of HP keep what the card said. */
        if (own && own->type == OW_REG_SZ && ow_mac_parse(guest_bag_text(bag, "PermanentAddress", pool), &a->mac) &&
            ow_mac_is_unicast(&a->mac))
                a->mac_source = OW_MAC_DRIVER;
}

static void read_linkage(struct net *net, ow_regkey class_key, const char *path, ow_adapter *a)
{
        GUEST_AUTO_BAG bag = { 0 };
        ow_regkey linkage;

        if (!guest_subkey(net->guest, class_key, "Linkage", &linkage))
                return;
        guest_bag_load(net->guest, linkage, path, &bag);
        a->upper = guest_bag_texts(&bag, "UpperBind", &net->pool);
        a->filters = guest_bag_texts(&bag, "FilterList", &net->pool);
}

/* A whole instance path has bus, device and instance; class keys sometimes hold the first two only. */
static bool whole_instance(const char *instance)
{
        const char *first = strchr(instance, '\\');

        return first && strchr(first + 1, '\\');
}

static void read_class(struct net *net, ow_regkey key, const char *path, const char *number)
{
        struct guest_pool *pool = &net->pool;
        GUEST_AUTO_BAG bag = { 0 };
        struct net_adapter *adapter;
        const char *guid, *stored;
        ow_adapter *a;

        guest_bag_load(net->guest, key, path, &bag);
        stored = guest_bag_text(&bag, "NetCfgInstanceId", pool);
        guid = net_guid(net, stored);
        if (!guid[0]) { /* a half-deleted class key */
                if (stored[0])
                        guest_note(net->guest, "%s: NetCfgInstanceId is '%s', which is no GUID", path, stored);
                return;
        }
        if (net_adapter_by_guid(net, guid))
                guest_note(net->guest, "%s: another class key has the same GUID %s", path, guid);
        adapter = net_adapter_add(net);
        if (!adapter)
                return;
        a = &adapter->a;
        a->guid = guid;
        a->class_number = guest_pool_text(pool, number);
        a->description = guest_bag_text(&bag, "DriverDesc", pool);
        a->component = guest_bag_text(&bag, "ComponentId", pool);
        a->hardware = guest_bag_text(&bag, "MatchingDeviceId", pool);
        a->provider = guest_bag_text(&bag, "ProviderName", pool);
        a->driver_version = guest_bag_text(&bag, "DriverVersion", pool);
        a->driver_date = guest_bag_text(&bag, "DriverDate", pool);
        a->inf = guest_bag_text(&bag, "InfPath", pool);
        a->team_name = guest_bag_text(&bag, "TeamName", pool);
        a->characteristics = guest_bag_number(&bag, "Characteristics").value;
        stored = guest_bag_text(&bag, "DeviceInstanceID", pool);
        if (whole_instance(stored))
                a->instance = stored;
        adapter->if_type = number_or(&bag, "*IfType");
        adapter->media_type = number_or(&bag, "*MediaType");
        adapter->physical_media = number_or(&bag, "*PhysicalMediaType");
        read_luid(&bag, adapter);
        read_macs(&bag, pool, adapter);
        drop_descriptive(&bag);
        a->keywords = guest_bag_rest(&bag, pool);
        net_place_add(net, adapter, OW_PLACE_CLASS, path);
        read_linkage(net, key, path, a);
}

void net_read_classes(struct net *net)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey class_key, key;
        char *name;

        if (!net_key(net, NET_CLASS, &class_key))
                return;
        while (guest_next_subkey(net->guest, class_key, &iter, &key, &name)) {
                OW_AUTO_FREE char *number = name;

                if (strlen(number) == 4 && strspn(number, "0123456789") == 4)
                        read_class(net, key, guest_pool_printf(&net->pool, NET_CLASS "\\%s", number), number);
        }
}
