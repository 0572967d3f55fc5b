/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IPv4 settings of one interface as text (windows.md 5.2): static addresses, or the last lease under DHCP. */
#include <stdio.h>
#include <string.h>

#include "guest/adapters.h"

enum { MAX_ADDRESSES = 64 };

struct address_list {
        char text[MAX_ADDRESSES][48];
        size_t n;
};

static void keep(void *state, const char *text)
{
        struct address_list *list = state;

        if (list->n < MAX_ADDRESSES)
                guest_copy(list->text[list->n++], sizeof list->text[0], text);
}

static bool parse_ipv4(const char *text, uint32_t *ret)
{
        unsigned a, b, c, d;
        char end;

        if (sscanf(text, "%3u.%3u.%3u.%3u%c", &a, &b, &c, &d, &end) != 4 || a > 255 || b > 255 || c > 255 || d > 255)
                return false;
        *ret = a << 24 | b << 16 | c << 8 | d;
        return true;
}

/* "10.0.0.5/24"; a mask with holes is spelled out, one that is no mask is left off. */
static void add_address(ow_adapter *adapter, const char *address, const char *mask)
{
        char text[110];
        uint32_t bits, value;

        if (!parse_ipv4(address, &value) || value == 0)
                return;
        if (!parse_ipv4(mask, &bits)) {
                (void)snprintf(text, sizeof text, "%s", address);
        } else {
                unsigned prefix = (unsigned)__builtin_popcount(bits);
                uint32_t even = prefix ? UINT32_MAX << (32 - prefix) : 0;

                if (bits == even)
                        (void)snprintf(text, sizeof text, "%s/%u", address, prefix);
                else
                        (void)snprintf(text, sizeof text, "%s mask %s", address, mask);
        }
        guest_append(adapter->addresses, sizeof adapter->addresses, text);
}

static void static_addresses(ow_guest *guest, ow_regkey key, ow_adapter *adapter)
{
        struct address_list addresses = { .n = 0 }, masks = { .n = 0 };

        guest_each_text(guest, key, "IPAddress", keep, &addresses);
        guest_each_text(guest, key, "SubnetMask", keep, &masks);
        for (size_t i = 0; i < addresses.n; i++)
                add_address(adapter, addresses.text[i], i < masks.n ? masks.text[i] : "");
}

static void leased_address(ow_guest *guest, ow_regkey key, ow_adapter *adapter)
{
        char address[48], mask[48];

        if (guest_text(guest, key, "DhcpIPAddress", address, sizeof address)) {
                (void)guest_text(guest, key, "DhcpSubnetMask", mask, sizeof mask);
                add_address(adapter, address, mask);
        }
}

static void gateways(ow_guest *guest, ow_regkey key, const char *name, ow_adapter *adapter)
{
        struct address_list list = { .n = 0 };
        uint32_t value;

        guest_each_text(guest, key, name, keep, &list);
        for (size_t i = 0; i < list.n; i++)
                if (parse_ipv4(list.text[i], &value) && value != 0)
                        guest_append(adapter->gateways, sizeof adapter->gateways, list.text[i]);
}

/* Servers stand in one string, with commas or spaces between them. */
static void servers(ow_guest *guest, ow_regkey key, const char *name, ow_adapter *adapter)
{
        char text[600];
        char *at, *save = NULL;

        if (!guest_text(guest, key, name, text, sizeof text))
                return;
        for (at = strtok_r(text, ", ;", &save); at; at = strtok_r(NULL, ", ;", &save))
                guest_append(adapter->dns, sizeof adapter->dns, at);
}

void guest_adapter_addresses(ow_guest *guest, ow_regkey key, ow_adapter *adapter)
{
        uint32_t dhcp;
        bool told = guest_dword(guest, key, "EnableDHCP", &dhcp);

        adapter->dhcp = told && dhcp != 0;
        if (!adapter->dhcp)
                static_addresses(guest, key, adapter);
        else
                leased_address(guest, key, adapter);
        /* A gateway or server set by hand wins over the leased one also under DHCP. */
        gateways(guest, key, "DefaultGateway", adapter);
        if (adapter->dhcp && !adapter->gateways[0])
                gateways(guest, key, "DhcpDefaultGateway", adapter);
        servers(guest, key, "NameServer", adapter);
        if (adapter->dhcp && !adapter->dns[0])
                servers(guest, key, "DhcpNameServer", adapter);
}
