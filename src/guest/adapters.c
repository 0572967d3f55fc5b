/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Network adapters: the class key of each, joined with its connection, its device entry and its address settings
 * (windows.md 4.1). Address settings that no adapter claims any more are listed too: they are what makes Windows say
 * that an address belongs to another adapter. NT 4 has none of this; there each adapter is a service.
 */
#include <stdio.h>
#include <string.h>

#include "guest/adapters.h"
#include "guest/version.h"

#define CLASS_NET "{4D36E972-E325-11CE-BFC1-08002BE10318}"

enum { MAX_ADAPTERS = 2000 };

static ow_adapter *add_adapter(ow_guest *guest)
{
        ow_adapter *grown;

        if (guest->n_adapters == MAX_ADAPTERS) {
                guest_note(guest, "more than %d network adapters: the rest is left out", MAX_ADAPTERS);
                return NULL;
        }
        grown = ow_grow(guest->adapters, guest->n_adapters, &guest->cap_adapters, sizeof *grown);
        if (!grown) {
                guest->out_of_memory = true;
                return NULL;
        }
        guest->adapters = grown;
        grown += guest->n_adapters++;
        *grown = (ow_adapter){ .dhcp = false };
        return grown;
}

static void copy_guid(char guid[40], const char *text)
{
        guest_copy(guid, 40, text);
        for (char *c = guid; *c; c++)
                if (*c >= 'a' && *c <= 'z')
                        *c = (char)(*c & ~0x20);
}

static void read_class_value(ow_guest *guest, const char *name, uint32_t type, const ow_blob *blob,
                             struct adapter_class *c, ow_adapter *adapter)
{
        char guid[40];

        if (guest_text_equal(name, "NetCfgInstanceId")) {
                if (guest_blob_text(guest, name, type, blob, guid, sizeof guid))
                        copy_guid(adapter->guid, guid);
        } else if (guest_text_equal(name, "DriverDesc")) {
                (void)guest_blob_text(guest, name, type, blob, adapter->driver, sizeof adapter->driver);
        } else if (guest_text_equal(name, "DeviceInstanceID")) {
                (void)guest_blob_text(guest, name, type, blob, adapter->instance, sizeof adapter->instance);
        } else if (guest_text_equal(name, "ComponentId")) {
                (void)guest_blob_text(guest, name, type, blob, c->component, sizeof c->component);
        } else if (guest_text_equal(name, "NetworkAddress")) {
                (void)guest_blob_text(guest, name, type, blob, c->network_address, sizeof c->network_address);
        } else if (guest_text_equal(name, "Characteristics")) {
                c->has_characteristics = guest_blob_dword(guest, name, type, blob, &c->characteristics);
        }
}

static void read_class(ow_guest *guest, ow_regkey key, struct adapter_class *c, ow_adapter *adapter)
{
        uint32_t index = 0;
        ow_value value;
        char *name;

        while (guest_next_value(guest, key, &index, &value, &name)) {
                OW_AUTO_FREE char *owned = name;
                OW_AUTO_BLOB blob = { 0 };
                ow_error err = OW_ERROR_INIT;
                uint32_t type;

                if (ow_hive_read_value(key.hive, value, &type, &blob, &err) < 0)
                        guest_note_error(guest, &err, owned);
                else
                        read_class_value(guest, owned, type, &blob, c, adapter);
        }
}

/* A whole instance path has bus, device and instance; class keys sometimes hold the first two only. */
static bool whole_instance(const char *instance)
{
        const char *first = strchr(instance, '\\');

        return first && strchr(first + 1, '\\');
}

static void read_connection(ow_guest *guest, ow_adapter *adapter)
{
        char path[140], instance[sizeof adapter->instance];
        ow_regkey key;

        (void)snprintf(path, sizeof path, "Control\\Network\\" CLASS_NET "\\%s\\Connection", adapter->guid);
        if (!guest_ccs_key(guest, path, &key))
                return;
        (void)guest_text(guest, key, "Name", adapter->name, sizeof adapter->name);
        if (guest_text(guest, key, "PnpInstanceID", instance, sizeof instance) && whole_instance(instance))
                guest_copy(adapter->instance, sizeof adapter->instance, instance);
}

/* 2000 to 2003 also keep the settings with the adapter's own service key; they count when Interfaces has none. */
static void read_addresses(ow_guest *guest, ow_adapter *adapter)
{
        char path[120];
        ow_regkey key;

        (void)snprintf(path, sizeof path, "Services\\Tcpip\\Parameters\\Interfaces\\%s", adapter->guid);
        if (!guest_ccs_key(guest, path, &key)) {
                (void)snprintf(path, sizeof path, "Services\\%s\\Parameters\\Tcpip", adapter->guid);
                if (!guest_ccs_key(guest, path, &key))
                        return;
        }
        guest_adapter_addresses(guest, key, adapter);
}

static void read_adapter(ow_guest *guest, ow_regkey key, const char *number, bool started_known)
{
        struct adapter_class c = { 0 };
        ow_adapter *adapter = add_adapter(guest);

        if (!adapter)
                return;
        read_class(guest, key, &c, adapter);
        if (adapter->guid[0] != '{') {          /* a half-deleted class key */
                guest->n_adapters--;
                return;
        }
        read_connection(guest, adapter);
        if (!whole_instance(adapter->instance)) {
                adapter->instance[0] = '\0';
                guest_adapter_find_instance(guest, number, adapter);
        }
        read_addresses(guest, adapter);
        guest_adapter_hardware(guest, &c, started_known, adapter);
}

static void read_classes(ow_guest *guest)
{
        bool started_known;
        ow_subkey_iter iter = { 0 };
        ow_regkey class_key, key;
        char *name;

        if (!guest_ccs_key(guest, "Control\\Class\\" CLASS_NET, &class_key))
                return;
        started_known = guest_adapter_started_known(guest);
        while (guest_next_subkey(guest, class_key, &iter, &key, &name)) {
                OW_AUTO_FREE char *number = name;

                if (strlen(number) == 4 && strspn(number, "0123456789") == 4)
                        read_adapter(guest, key, number, started_known);
        }
}

/* ---- settings without an adapter ---- */

static bool known_guid(const ow_guest *guest, const char *guid)
{
        for (size_t i = 0; i < guest->n_adapters; i++)
                if (guest_text_equal(guest->adapters[i].guid, guid))
                        return true;
        return false;
}

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
static bool is_dial_up(ow_guest *guest, const char *guid)
{
        struct guid_search search = { guid, false };
        ow_regkey key;

        if (guest_ccs_key(guest, "Services\\Tcpip\\Parameters\\Adapters\\NdisWanIp", &key))
                guest_each_text(guest, key, "IpConfig", look_for_guid, &search);
        return search.found;
}

static void read_stray(ow_guest *guest, ow_regkey key, const char *guid)
{
        ow_adapter *adapter;

        if (guid[0] != '{' || strlen(guid) >= sizeof adapter->guid || is_loopback(guid) || known_guid(guest, guid))
                return;
        adapter = add_adapter(guest);
        if (!adapter)
                return;
        copy_guid(adapter->guid, guid);
        read_connection(guest, adapter);
        guest_adapter_addresses(guest, key, adapter);
        if (is_dial_up(guest, guid))
                guest_copy(adapter->driver, sizeof adapter->driver, "Dial-up and VPN connections (NdisWanIp)");
        else
                guest_copy(adapter->ghost_reason, sizeof adapter->ghost_reason, "only its address settings are left");
}

static void read_strays(ow_guest *guest)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey interfaces, key;
        char *name;

        if (!guest_ccs_key(guest, "Services\\Tcpip\\Parameters\\Interfaces", &interfaces))
                return;
        while (guest_next_subkey(guest, interfaces, &iter, &key, &name)) {
                OW_AUTO_FREE char *guid = name;

                read_stray(guest, key, guid);
        }
}

/* ---- NT 4 ---- */

/* SOFTWARE lists the cards; each is a service of type "adapter" with its settings below Parameters\Tcpip. */
static void read_old_card(ow_guest *guest, ow_regkey card)
{
        ow_adapter *adapter = add_adapter(guest);
        char path[140];
        ow_regkey key;

        if (!adapter)
                return;
        (void)guest_text(guest, card, "ServiceName", adapter->service, sizeof adapter->service);
        (void)guest_text(guest, card, "Description", adapter->driver, sizeof adapter->driver);
        (void)guest_text(guest, card, "Title", adapter->name, sizeof adapter->name);
        if (!adapter->service[0]) {
                guest->n_adapters--;
                return;
        }
        (void)snprintf(path, sizeof path, "Services\\%s\\Parameters\\Tcpip", adapter->service);
        if (guest_ccs_key(guest, path, &key))
                guest_adapter_addresses(guest, key, adapter);
        adapter->physical = !guest_text_begins(adapter->service, "NdisWan");
}

static void read_old_cards(ow_guest *guest)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey cards, card;
        char *name;

        if (!guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkCards", &cards))
                return;
        while (guest_next_subkey(guest, cards, &iter, &card, &name)) {
                ow_free(name);
                read_old_card(guest, card);
        }
}

void guest_load_adapters(ow_guest *guest)
{
        read_classes(guest);
        if (guest->n_adapters == 0 && guest->windows.major <= 4)
                read_old_cards(guest);
        read_strays(guest);
}
