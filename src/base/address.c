/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <offwin/address.h>

unsigned ow_family_bits(unsigned family)
{
        return family == OW_FAMILY_IPV4 ? 32 : family == OW_FAMILY_IPV6 ? 128 : 0;
}

bool ow_address_parse(const char *text, ow_address *ret)
{
        ow_address address = { 0 };

        if (inet_pton(AF_INET, text, address.b) == 1)
                address.family = OW_FAMILY_IPV4;
        else if (inet_pton(AF_INET6, text, address.b) == 1)
                address.family = OW_FAMILY_IPV6;
        else
                return false;
        *ret = address;
        return true;
}

void ow_address_format(const ow_address *address, char text[OW_ADDRESS_TEXT])
{
        int family = address->family == OW_FAMILY_IPV4 ? AF_INET : AF_INET6;

        text[0] = '\0';
        if (ow_family_bits(address->family))
                (void)inet_ntop(family, address->b, text, OW_ADDRESS_TEXT);
}

int ow_address_compare(const ow_address *a, const ow_address *b)
{
        if (a->family != b->family)
                return a->family < b->family ? -1 : 1;
        return memcmp(a->b, b->b, sizeof a->b);
}

bool ow_address_equal(const ow_address *a, const ow_address *b)
{
        return ow_address_compare(a, b) == 0;
}

bool ow_address_is_zero(const ow_address *address)
{
        static const uint8_t none[sizeof address->b];

        return memcmp(address->b, none, sizeof none) == 0;
}

bool ow_address_is_link_local(const ow_address *address)
{
        if (address->family == OW_FAMILY_IPV4)
                return address->b[0] == 169 && address->b[1] == 254;
        return address->family == OW_FAMILY_IPV6 && address->b[0] == 0xfe && (address->b[1] & 0xc0) == 0x80;
}

bool ow_address_is_loopback(const ow_address *address)
{
        static const uint8_t one[16] = { [15] = 1 };

        if (address->family == OW_FAMILY_IPV4)
                return address->b[0] == 127;
        return address->family == OW_FAMILY_IPV6 && memcmp(address->b, one, sizeof one) == 0;
}

bool ow_address_is_multicast(const ow_address *address)
{
        if (address->family == OW_FAMILY_IPV4)
                return (address->b[0] & 0xf0) == 0xe0;
        return address->family == OW_FAMILY_IPV6 && address->b[0] == 0xff;
}

bool ow_address_is_v4_mapped(const ow_address *address)
{
        static const uint8_t front[12] = { [10] = 0xff, [11] = 0xff };

        return address->family == OW_FAMILY_IPV6 && memcmp(address->b, front, sizeof front) == 0;
}

/* ---- prefixes ---- */

bool ow_prefix_parse(const char *text, ow_prefix *ret)
{
        const char *slash = strchr(text, '/');
        ow_prefix prefix = { .bits = OW_PREFIX_UNKNOWN };
        char address[OW_ADDRESS_TEXT];
        size_t digits, size = slash ? (size_t)(slash - text) : strlen(text);
        unsigned bits = 0;

        if (size >= sizeof address)
                return false;
        memcpy(address, text, size);
        address[size] = '\0';
        if (!ow_address_parse(address, &prefix.address))
                return false;
        if (slash) {
                digits = strspn(slash + 1, "0123456789");
                if (digits == 0 || digits > 3 || slash[1 + digits])
                        return false;
                for (size_t i = 0; i < digits; i++)
                        bits = bits * 10 + (unsigned)(slash[1 + i] - '0');
                if (bits > ow_family_bits(prefix.address.family))
                        return false;
                prefix.bits = (uint8_t)bits;
        }
        *ret = prefix;
        return true;
}

void ow_prefix_format(const ow_prefix *prefix, char text[OW_PREFIX_TEXT])
{
        char address[OW_ADDRESS_TEXT];

        ow_address_format(&prefix->address, address);
        if (!address[0] || prefix->bits == OW_PREFIX_UNKNOWN)
                (void)snprintf(text, OW_PREFIX_TEXT, "%s", address);
        else
                (void)snprintf(text, OW_PREFIX_TEXT, "%s/%u", address, prefix->bits);
}

bool ow_prefix_equal(const ow_prefix *a, const ow_prefix *b)
{
        return a->bits == b->bits && ow_address_equal(&a->address, &b->address);
}

ow_prefix ow_prefix_network(const ow_prefix *prefix)
{
        ow_prefix network = *prefix;

        for (unsigned i = 0; i < sizeof network.address.b && prefix->bits != OW_PREFIX_UNKNOWN; i++) {
                unsigned before = i * 8;

                if (before >= prefix->bits)
                        network.address.b[i] = 0;
                else if (prefix->bits - before < 8)
                        network.address.b[i] &= (uint8_t)(0xff00u >> (prefix->bits - before));
        }
        return network;
}

bool ow_prefix_contains(const ow_prefix *prefix, const ow_address *address)
{
        ow_prefix ours = ow_prefix_network(prefix);
        ow_prefix theirs = { *address, prefix->bits };

        if (prefix->bits == OW_PREFIX_UNKNOWN || !ow_family_bits(address->family))
                return false;
        theirs = ow_prefix_network(&theirs);
        return ow_address_equal(&ours.address, &theirs.address);
}

bool ow_mask_bits(const ow_address *mask, uint8_t *ret_bits)
{
        uint32_t value =
                (uint32_t)mask->b[0] << 24 | (uint32_t)mask->b[1] << 16 | (uint32_t)mask->b[2] << 8 | mask->b[3];
        unsigned bits = (unsigned)__builtin_popcount(value);
        uint32_t even = bits ? UINT32_MAX << (32 - bits) : 0;

        if (mask->family != OW_FAMILY_IPV4 || value != even)
                return false;
        *ret_bits = (uint8_t)bits;
        return true;
}

ow_address ow_mask_of(uint8_t bits)
{
        ow_prefix all = { { OW_FAMILY_IPV4, { 0xff, 0xff, 0xff, 0xff } }, bits > 32 ? 32 : bits };

        return ow_prefix_network(&all).address;
}

/* ---- hardware addresses ---- */

static unsigned hex_value(char c)
{
        return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

bool ow_mac_parse(const char *text, ow_mac *ret)
{
        ow_mac mac;
        char gap = text[0] && text[1] ? text[2] : '\0';
        bool pairs = gap == '-' || gap == ':';
        bool quads = strlen(text) == 14 && text[4] == '.';

        for (size_t i = 0; i < sizeof mac.b; i++) {
                if (i && pairs && *text++ != gap)
                        return false;
                if (quads && (i == 2 || i == 4) && *text++ != '.')
                        return false;
                if (!isxdigit((unsigned char)text[0]) || !isxdigit((unsigned char)text[1]))
                        return false;
                mac.b[i] = (uint8_t)(hex_value(text[0]) << 4 | hex_value(text[1]));
                text += 2;
        }
        if (*text)
                return false;
        *ret = mac;
        return true;
}

void ow_mac_format(const ow_mac *mac, char text[OW_MAC_TEXT])
{
        (void)snprintf(text, OW_MAC_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", mac->b[0], mac->b[1], mac->b[2], mac->b[3],
                       mac->b[4], mac->b[5]);
}

bool ow_mac_equal(const ow_mac *a, const ow_mac *b)
{
        return memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool ow_mac_is_unicast(const ow_mac *mac)
{
        static const ow_mac none;

        return !(mac->b[0] & 1) && !ow_mac_equal(mac, &none);
}
