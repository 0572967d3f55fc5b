/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an adapter is made of, and whether that will still be there: bus and vendor, the MAC where it is really known,
 * and the marks that Windows left about a device's last arrival, removal and start (windows.md 4.5 and 4.6).
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/filetime.h"
#include "base/le.h"
#include "guest/adapters.h"
#include "guest/version.h"

enum {                                  /* Characteristics of a class key */
        NCF_VIRTUAL = 0x1,
        NCF_SOFTWARE_ENUMERATED = 0x2,
        NCF_PHYSICAL = 0x4,
};

enum { CONFIG_REMOVED = 0x2 };          /* ConfigFlags of a device */

enum {
        MAX_SAMPLES = 500,              /* PCI devices looked at for the mark of a started device */
        MAX_DEVICES = 20000,            /* devices looked at for the one with a given Driver */
};

static const char *const software_buses[] = {
        "ROOT\\", "SW\\", "SWD\\", "HTREE\\", "COMPOSITEBUS\\", "BTH\\", "{5d624f94-8850-40c3-a3fa-a4fd2080baf3}\\",
        "VMS_MP\\", "VMS_VSMP\\", "UMB\\",
};

static const char *const hardware_buses[] = {
        "PCI\\", "USB\\", "PCMCIA\\", "ISAPNP\\", "EISA\\", "B06BDRV\\", "EBDRV\\", "QEBDRV\\", "MLX4", "L2ND",
        "IBA\\", "ELXBE", "VMBUS\\", "XEN", "SD\\", "VIRTIO",
};

/* Cards that only virtual machines have: their buses, their PCI vendors, and emulated cards by their subsystem. */
static const char *const virtual_cards[] = {
        "VMBUS\\", "XEN", "VEN_15AD", "15AD&REV", "VEN_1AF4", "1AF4&REV", "VEN_5853", "VEN_1414", "1414&REV",
        "VEN_80EE", "SUBSYS_001E8086&REV_02", "SUBSYS_21140A00",
};

static const char *const team_marks[] = {
        "CPQTEAM", "BRCM_BLFM", "IANSMINIPORT", "COMPOSITEBUS\\", "MS_IMPLAT",
};

static bool begins_with_any(const char *text, const char *const *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (guest_text_begins(text, list[i]))
                        return true;
        return false;
}

static bool contains_any(const char *text, const char *const *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (guest_text_contains(text, list[i]))
                        return true;
        return false;
}

/* ---- the MAC ---- */

static bool set_mac(ow_adapter *adapter, const uint8_t mac[6])
{
        static const uint8_t none[6];

        if (memcmp(mac, none, sizeof none) == 0 || (mac[0] & 1))
                return false;
        (void)snprintf(adapter->mac, sizeof adapter->mac, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
                       mac[3], mac[4], mac[5]);
        return true;
}

/* n bytes from hex digits, with '-' or ':' between bytes allowed; false when text holds anything else. */
static bool parse_hex(const char *text, uint8_t *bytes, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                unsigned value;

                if (i && (*text == '-' || *text == ':'))
                        text++;
                if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]) ||
                    sscanf(text, "%2x", &value) != 1)
                        return false;
                bytes[i] = (uint8_t)value;
                text += 2;
        }
        return *text == '\0';
}

/* 8 and newer keep what the card itself said. */
static bool mac_from_kernel(ow_guest *guest, ow_adapter *adapter)
{
        OW_AUTO_BLOB blob = { 0 };
        char path[120];
        ow_regkey key;
        uint32_t type;

        (void)snprintf(path, sizeof path, "Control\\NetworkSetup2\\Interfaces\\%s\\Kernel", adapter->guid);
        return adapter->guid[0] && guest_ccs_key(guest, path, &key) &&
               guest_blob(guest, key, "PermanentAddress", &type, &blob) && blob.size == 6 &&
               set_mac(adapter, blob.p);
}

/*
 * A PCI Express card with a serial number has it in its instance: the MAC with FFFF or FFFE in the middle, then the
 * port, "000C29FFFFF3FFDE00". Only port 00 surely has that very MAC.
 */
static bool mac_from_instance(ow_adapter *adapter)
{
        const char *last = strrchr(adapter->instance, '\\');
        uint8_t b[9];

        if (!last || !guest_text_begins(adapter->instance, "PCI\\") || !parse_hex(last + 1, b, sizeof b))
                return false;
        if (b[3] != 0xff || b[4] < 0xfe || b[8] != 0)
                return false;
        return set_mac(adapter, (const uint8_t[]){ b[0], b[1], b[2], b[5], b[6], b[7] });
}

static void find_mac(ow_guest *guest, const struct adapter_class *c, ow_adapter *adapter)
{
        uint8_t forced[6];

        if (mac_from_kernel(guest, adapter) || mac_from_instance(adapter))
                return;
        if (parse_hex(c->network_address, forced, sizeof forced))
                (void)set_mac(adapter, forced);
}

/* ---- the device entry ---- */

static bool device_time(ow_guest *guest, ow_regkey device, const char *property, uint64_t *ret)
{
        OW_AUTO_BLOB blob = { 0 };
        char path[100];
        ow_regkey key;
        uint32_t type;

        (void)snprintf(path, sizeof path, "Properties\\{83da6326-97a6-4088-9453-a1923f573b29}\\%s", property);
        if (!guest_subkey(guest, device, path, &key) || !guest_blob(guest, key, "", &type, &blob) || blob.size != 8)
                return false;
        *ret = ow_le64_at(blob.p);
        return true;
}

static bool was_started(ow_guest *guest, ow_regkey device)
{
        OW_AUTO_KEY_INFO info = { 0 };
        ow_error err = OW_ERROR_INIT;

        if (ow_hive_key_info(device.hive, device.key, &info, &err) < 0) {
                guest_note_error(guest, &err, "device entry");
                return true;
        }
        return info.n_volatile > 0;
}

bool guest_adapter_started_known(ow_guest *guest)
{
        ow_subkey_iter models = { 0 };
        ow_regkey pci, model, device;
        unsigned left = MAX_SAMPLES;
        bool found = false;
        char *name;

        if (!guest_ccs_key(guest, "Enum\\PCI", &pci))
                return false;
        while (!found && left > 0 && guest_next_subkey(guest, pci, &models, &model, &name)) {
                ow_subkey_iter devices = { 0 };

                ow_free(name);
                while (!found && left-- > 1 && guest_next_subkey(guest, model, &devices, &device, &name)) {
                        ow_free(name);
                        found = was_started(guest, device);
                }
        }
        return found;
}

/* "" or what the device's own entry says against it. */
static void read_device(ow_guest *guest, bool started_known, ow_adapter *adapter)
{
        uint64_t arrived = 0, removed = 0;
        char path[500], date[OW_FILETIME_TEXT];
        uint32_t flags = 0;
        ow_regkey device;

        (void)snprintf(path, sizeof path, "Enum\\%s", adapter->instance);
        if (!guest_ccs_key(guest, path, &device)) {
                guest_copy(adapter->ghost_reason, sizeof adapter->ghost_reason, "its device entry is gone");
                return;
        }
        if (!adapter->service[0])
                (void)guest_text(guest, device, "Service", adapter->service, sizeof adapter->service);
        (void)guest_dword(guest, device, "ConfigFlags", &flags);
        (void)device_time(guest, device, "0066", &arrived);
        if (device_time(guest, device, "0067", &removed) && removed > arrived) {
                ow_filetime_format(removed, date);
                (void)snprintf(adapter->ghost_reason, sizeof adapter->ghost_reason, "it was taken out on %.10s", date);
        } else if (flags & CONFIG_REMOVED) {
                guest_copy(adapter->ghost_reason, sizeof adapter->ghost_reason, "it is marked as removed");
        } else if (adapter->physical && started_known && !was_started(guest, device)) {
                guest_copy(adapter->ghost_reason, sizeof adapter->ghost_reason,
                           "it was not there when Windows last ran");
        }
}

void guest_adapter_find_instance(ow_guest *guest, const char *number, ow_adapter *adapter)
{
        static const char *const buses[] = { "PCI", "PCMCIA", "USB", "VMBUS", "ISAPNP", "B06BDRV", "EBDRV", "XEN",
                                             "XENVIF", "CQ_CPQTEAMMP", "BRCM_BLFM", "Root" };
        unsigned left = MAX_DEVICES;
        char want[60];

        (void)snprintf(want, sizeof want, "{4d36e972-e325-11ce-bfc1-08002be10318}\\%s", number);
        for (size_t i = 0; i < OW_COUNT(buses); i++) {
                ow_subkey_iter models = { 0 };
                ow_regkey bus, model, device;
                char path[40], *model_name;

                (void)snprintf(path, sizeof path, "Enum\\%s", buses[i]);
                if (!guest_ccs_key(guest, path, &bus))
                        continue;
                while (left > 0 && guest_next_subkey(guest, bus, &models, &model, &model_name)) {
                        OW_AUTO_FREE char *owned = model_name;
                        ow_subkey_iter devices = { 0 };
                        char *name, driver[80];

                        while (left-- > 1 && guest_next_subkey(guest, model, &devices, &device, &name)) {
                                OW_AUTO_FREE char *id = name;

                                if (!guest_text(guest, device, "Driver", driver, sizeof driver) ||
                                    !guest_text_equal(driver, want))
                                        continue;
                                (void)snprintf(adapter->instance, sizeof adapter->instance, "%s\\%s\\%s", buses[i],
                                               owned, id);
                                return;
                        }
                }
        }
}

/* ---- all together ---- */

static bool is_physical(const struct adapter_class *c, const ow_adapter *adapter)
{
        if (begins_with_any(adapter->instance, software_buses, OW_COUNT(software_buses)))
                return false;
        if (c->has_characteristics)
                return (c->characteristics & (NCF_PHYSICAL | NCF_VIRTUAL | NCF_SOFTWARE_ENUMERATED)) == NCF_PHYSICAL;
        return begins_with_any(adapter->instance, hardware_buses, OW_COUNT(hardware_buses));
}

void guest_adapter_hardware(ow_guest *guest, const struct adapter_class *c, bool started_known, ow_adapter *adapter)
{
        adapter->team = contains_any(adapter->instance, team_marks, OW_COUNT(team_marks)) ||
                        contains_any(c->component, team_marks, OW_COUNT(team_marks));
        adapter->physical = !adapter->team && is_physical(c, adapter);
        if (adapter->instance[0])
                read_device(guest, started_known, adapter);
        find_mac(guest, c, adapter);
        if (adapter->ghost_reason[0])
                return;
        if (adapter->team)
                guest_copy(adapter->ghost_reason, sizeof adapter->ghost_reason,
                           "a team stays behind without the cards that it was made of");
        else if (adapter->physical && adapter->instance[0] &&
                 !contains_any(adapter->instance, virtual_cards, OW_COUNT(virtual_cards)))
                guest_copy(adapter->ghost_reason, sizeof adapter->ghost_reason,
                           "it is hardware of the old machine, which a virtual machine does not have");
}
