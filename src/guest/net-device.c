/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The device behind each adapter: its entry in Enum, whether it was there when Windows last ran, what kind of adapter
 * it makes, whether a new virtual machine will have it, and its hardware address where that is really known.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "guest/device-read.h"
#include "guest/net.h"

enum { /* Characteristics of a class key */
       NCF_VIRTUAL = 0x1,
       NCF_SOFTWARE_ENUMERATED = 0x2,
       NCF_PHYSICAL = 0x4,
       NCF_HIDDEN = 0x8,
};

enum { TYPE_PPP = 23, TYPE_LOOPBACK = 24, TYPE_WIRELESS = 71, TYPE_TUNNEL = 131 }; /* *IfType */
enum { MEDIUM_WIRELESS_LAN = 1, MEDIUM_802_11 = 9, MEDIUM_BLUETOOTH = 10 };        /* *PhysicalMediaType */

enum { MAX_DEVICES = 20000 }; /* devices looked at for the one with a given Driver */

#define NET_CLASS_PREFIX "{4d36e972-e325-11ce-bfc1-08002be10318}\\"

static const char *const hardware_buses[] = {
        "PCI\\", "USB\\", "PCMCIA\\", "ISAPNP\\", "EISA\\",  "B06BDRV\\", "EBDRV\\", "QEBDRV\\",
        "MLX4",  "L2ND",  "IBA\\",    "ELXBE",    "VMBUS\\", "XEN",       "SD\\",    "VIRTIO",
};

/* Cards that only virtual machines have: their buses, their PCI vendors, and emulated cards by their subsystem. */
static const char *const virtual_cards[] = {
        "VMBUS\\",
        "XEN",
        "VEN_15AD",
        "15AD&REV",
        "VEN_1AF4",
        "1AF4&REV",
        "VEN_5853",
        "VEN_1414",
        "1414&REV",
        "VEN_80EE",
        "SUBSYS_001E8086&REV_02",
        "SUBSYS_21140A00",
};

/* What a component, an instance or a hardware id gives away. The first one that fits counts. */
static const struct {
        const char *mark;
        enum ow_adapter_kind kind;
        enum ow_team_kind team;
} marks[] = {
        { "CPQTEAM", OW_ADAPTER_TEAM, OW_TEAM_HP },
        { "BRCM_BLFM", OW_ADAPTER_TEAM, OW_TEAM_BROADCOM },
        { "IANSMINIPORT", OW_ADAPTER_TEAM, OW_TEAM_INTEL },
        { "MS_IMPLAT", OW_ADAPTER_TEAM, OW_TEAM_LBFO },
        { "MS_BRIDGEMP", OW_ADAPTER_BRIDGE, OW_TEAM_NONE },
        { "MS_BTHPAN", OW_ADAPTER_BLUETOOTH, OW_TEAM_NONE },
        { "MS_RFCOMM", OW_ADAPTER_BLUETOOTH, OW_TEAM_NONE },
        { "KDNIC", OW_ADAPTER_KERNEL_DEBUG, OW_TEAM_NONE },
        { "*ISATAP", OW_ADAPTER_TUNNEL, OW_TEAM_NONE },
        { "*TEREDO", OW_ADAPTER_TUNNEL, OW_TEAM_NONE },
        { "*6TO4", OW_ADAPTER_TUNNEL, OW_TEAM_NONE },
        { "MS_NDISWAN", OW_ADAPTER_WAN, OW_TEAM_NONE },
        { "MINIPORT", OW_ADAPTER_WAN, OW_TEAM_NONE },
        { "{eeab7790-c514-11d1-b42b-00805fc1270e}", OW_ADAPTER_WAN, OW_TEAM_NONE }, /* RAS Async */
        { "*MSLOOP", OW_ADAPTER_LOOPBACK, OW_TEAM_NONE },
        { "VMS_MP", OW_ADAPTER_SWITCH, OW_TEAM_NONE },
        { "VMS_VSMP", OW_ADAPTER_SWITCH, OW_TEAM_NONE },
};

static bool contains_any(const char *text, const char *const *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (guest_text_contains(text, list[i]))
                        return true;
        return false;
}

static bool begins_with_any(const char *text, const char *const *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (guest_text_begins(text, list[i]))
                        return true;
        return false;
}

/* ---- which device ---- */

/* Adapters whose instance nothing names (XP, 2003): Enum is asked once which device has their class key as Driver. */
static void find_instances(struct net *net, ow_regkey enum_key)
{
        unsigned left = MAX_DEVICES;
        ow_subkey_iter buses = { 0 };
        ow_regkey bus, model, device;
        char *bus_name, *model_name, *name, driver[80];

        while (left && guest_next_subkey(net->guest, enum_key, &buses, &bus, &bus_name)) {
                OW_AUTO_FREE char *owned_bus = bus_name;
                ow_subkey_iter models = { 0 };

                while (left && guest_next_subkey(net->guest, bus, &models, &model, &model_name)) {
                        OW_AUTO_FREE char *owned_model = model_name;
                        ow_subkey_iter devices = { 0 };

                        while (left && guest_next_subkey(net->guest, model, &devices, &device, &name)) {
                                OW_AUTO_FREE char *id = name;
                                size_t skip = strlen(NET_CLASS_PREFIX);

                                left--;
                                if (!guest_text(net->guest, device, "Driver", driver, sizeof driver) ||
                                    !guest_text_begins(driver, NET_CLASS_PREFIX))
                                        continue;
                                for (size_t i = 0; i < net->adapters.n; i++) {
                                        ow_adapter *a = &net_adapter_at(net, i)->a;

                                        if (!a->instance[0] && a->class_number[0] &&
                                            strcmp(a->class_number, driver + skip) == 0)
                                                a->instance = guest_pool_printf(&net->pool, "%s\\%s\\%s", owned_bus,
                                                                                owned_model, id);
                                }
                        }
                }
        }
}

static bool lacks_instance(const struct net *net)
{
        for (size_t i = 0; i < net->adapters.n; i++)
                if (net_adapter_at(net, i)->a.class_number[0] && !net_adapter_at(net, i)->a.instance[0])
                        return true;
        return false;
}

static void read_device(struct net *net, struct net_adapter *adapter)
{
        ow_adapter *a = &adapter->a;
        const char *path = guest_pool_printf(&net->pool, "Enum\\%s", a->instance);
        ow_regkey key;

        if (!a->instance[0] || !net_key(net, path, &key))
                return;
        adapter->device_there = true;
        guest_device_read(&net->pool, key, a->instance, &adapter->device);
        if (adapter->device.service[0])
                a->service = adapter->device.service;
        if (!a->hardware[0] && adapter->device.hardware_ids[0])
                a->hardware = adapter->device.hardware_ids[0];
        net_place_add(net, adapter, OW_PLACE_ENUM, path);
}

/* ---- what it is ---- */

static bool marked(const ow_adapter *a, const char *mark)
{
        return guest_text_contains(a->component, mark) || guest_text_contains(a->instance, mark) ||
               guest_text_contains(a->hardware, mark);
}

static bool is_hardware(const ow_adapter *a)
{
        if (guest_device_is_software(a->instance) || guest_text_begins(a->instance, "BTH\\"))
                return false;
        if (a->characteristics)
                return (a->characteristics & (NCF_PHYSICAL | NCF_VIRTUAL | NCF_SOFTWARE_ENUMERATED)) == NCF_PHYSICAL;
        return begins_with_any(a->instance, hardware_buses, OW_COUNT(hardware_buses));
}

static enum ow_adapter_kind kind_of(const struct net_adapter *adapter)
{
        const ow_adapter *a = &adapter->a;
        uint32_t medium = adapter->physical_media;

        if (a->hardware_device)
                return adapter->if_type == TYPE_WIRELESS || medium == MEDIUM_WIRELESS_LAN || medium == MEDIUM_802_11
                               ? OW_ADAPTER_WIRELESS
                       : medium == MEDIUM_BLUETOOTH ? OW_ADAPTER_BLUETOOTH
                                                    : OW_ADAPTER_ETHERNET;
        if (adapter->if_type == TYPE_TUNNEL)
                return OW_ADAPTER_TUNNEL;
        if (adapter->if_type == TYPE_LOOPBACK)
                return OW_ADAPTER_LOOPBACK;
        if (adapter->if_type == TYPE_PPP)
                return OW_ADAPTER_WAN;
        return a->class_number[0] ? OW_ADAPTER_SOFTWARE : OW_ADAPTER_SETTINGS;
}

static void decide_kind(struct net_adapter *adapter)
{
        ow_adapter *a = &adapter->a;

        if (a->kind == OW_ADAPTER_DIAL_UP)
                return;
        for (size_t i = 0; i < OW_COUNT(marks) && a->kind == OW_ADAPTER_UNKNOWN; i++) {
                if (!marked(a, marks[i].mark))
                        continue;
                a->kind = marks[i].kind;
                a->team = marks[i].team;
        }
        a->hardware_device = a->kind == OW_ADAPTER_UNKNOWN && is_hardware(a);
        if (a->kind == OW_ADAPTER_UNKNOWN)
                a->kind = kind_of(adapter);
        if (a->characteristics & NCF_HIDDEN)
                a->hidden = true;
        a->virtual_machine = a->hardware_device && contains_any(a->instance, virtual_cards, OW_COUNT(virtual_cards));
}

/* ---- is it there, and will it be ---- */

static void judge(struct net *net, struct net_adapter *adapter, bool enum_there, bool started_known)
{
        struct device_dated last = { .what = NULL };
        ow_adapter *a = &adapter->a;

        if (a->kind == OW_ADAPTER_SETTINGS)
                a->verdict =
                        (ow_verdict){ OW_PRESENCE_GHOST, OW_CONFIDENCE_HIGH, "only its address settings are left" };
        else if (adapter->device_there)
                a->verdict = guest_device_verdict(&net->pool, &adapter->device, started_known, &last);
        else if (a->instance[0])
                a->verdict = (ow_verdict){ OW_PRESENCE_GHOST, OW_CONFIDENCE_HIGH, "its device entry is gone" };
        else if (a->class_number[0] && enum_there)
                a->verdict = (ow_verdict){ OW_PRESENCE_UNKNOWN, OW_CONFIDENCE_NONE, "no device entry leads to it" };
        if (a->kind == OW_ADAPTER_TEAM)
                a->stays_behind = "a team stays behind without the cards that it was made of";
        else if (a->hardware_device && a->instance[0] && !a->virtual_machine)
                a->stays_behind = "it is hardware of the old machine, which a virtual machine does not have";
}

/* ---- the hardware address ---- */

/* 8 and newer keep what the card itself said. */
static bool mac_from_setup(struct net *net, ow_adapter *a)
{
        OW_AUTO_BLOB blob = { 0 };
        ow_mac mac;
        ow_regkey key;
        uint32_t type;

        if (!a->guid[0] || !net_key(net, guest_pool_printf(&net->pool, NET_SETUP "\\%s\\Kernel", a->guid), &key) ||
            !guest_blob(net->guest, key, "PermanentAddress", &type, &blob) || blob.size != sizeof mac.b)
                return false;
        memcpy(mac.b, blob.p, sizeof mac.b);
        if (!ow_mac_is_unicast(&mac))
                return false;
        a->mac = mac;
        a->mac_source = OW_MAC_DRIVER;
        return true;
}

/*
 * A PCI Express card with a serial number has it in its instance: the MAC with FFFF or FFFE in the middle, then the
 * port, "000C29FFFFF3FFDE00". Only port 00 surely has that very MAC.
 */
static bool mac_from_instance(ow_adapter *a)
{
        const char *last = strrchr(a->instance, '\\');
        char digits[13];
        ow_mac mac;

        if (!last || !guest_text_begins(a->instance, "PCI\\") || strlen(last + 1) != 18 ||
            strcmp(last + 17, "00") != 0)
                return false;
        if (strncasecmp(last + 7, "FFFF", 4) != 0 && strncasecmp(last + 7, "FFFE", 4) != 0)
                return false;
        (void)snprintf(digits, sizeof digits, "%.6s%.6s", last + 1, last + 11);
        if (!ow_mac_parse(digits, &mac) || !ow_mac_is_unicast(&mac))
                return false;
        a->mac = mac;
        a->mac_source = OW_MAC_INSTANCE;
        return true;
}

static void find_mac(struct net *net, ow_adapter *a)
{
        if (a->mac_source != OW_MAC_DRIVER && !mac_from_setup(net, a) && !mac_from_instance(a) && a->has_forced_mac) {
                a->mac = a->forced_mac;
                a->mac_source = OW_MAC_FORCED;
        }
        /* 00:17:a4:77: the pools of HP Virtual Connect. */
        a->virtual_connect = a->mac_source != OW_MAC_NONE && memcmp(a->mac.b, "\x00\x17\xa4\x77", 4) == 0;
}

void net_read_devices(struct net *net)
{
        ow_regkey enum_key;
        bool enum_there = net_key(net, "Enum", &enum_key);
        bool started_known = enum_there && guest_device_started_known(net->guest, enum_key);

        if (enum_there && lacks_instance(net))
                find_instances(net, enum_key);
        for (size_t i = 0; i < net->adapters.n; i++) {
                struct net_adapter *adapter = net_adapter_at(net, i);

                read_device(net, adapter);
                decide_kind(adapter);
                judge(net, adapter, enum_there, started_known);
                find_mac(net, &adapter->a);
        }
}
