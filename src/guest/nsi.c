/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of the network store (docs/formats/nsi.md): LUIDs, unicast addresses, routes. Names are the bytes of a key in
 * lower case hex; only this file and nsi-ifinfo.c know the layouts.
 */
#include <assert.h>
#include <string.h>

#include <offwin/nsi.h>

#include "base/le.h"
#include "base/macros.h"
#include "guest/nsi-hex.h"

struct unicast_disk {               /* data of table 10 */
        ow_le32 valid_lifetime;     /* 0x00 */
        ow_le32 preferred_lifetime; /* 0x04 */
        ow_le32 prefix_origin;      /* 0x08 */
        ow_le32 suffix_origin;      /* 0x0c */
        uint8_t on_link_bits;       /* 0x10 */
        uint8_t skip_as_source;     /* 0x11 IPv6; 0 in the IPv4 rows that were seen */
        uint8_t zero[2];            /* 0x12 */
        uint8_t rest[28];           /* 0x14 ones */
};
static_assert(sizeof(struct unicast_disk) == OW_NSI_UNICAST_SIZE, "unicast row");
static_assert(offsetof(struct unicast_disk, on_link_bits) == 0x10, "unicast row");

enum { MANUAL = 0x10 }; /* origin that Windows 7 writes for an address set by hand */

struct route_disk {                 /* data of table 16 */
        ow_le32 site_prefix;        /* 0x00 */
        ow_le32 valid_lifetime;     /* 0x04 */
        ow_le32 preferred_lifetime; /* 0x08 */
        ow_le32 metric;             /* 0x0c */
        uint8_t rest[40];           /* 0x10 */
};
static_assert(sizeof(struct route_disk) == OW_NSI_ROUTE_SIZE, "route row");

enum { VISTA_ROUTE_SIZE = 48 };

enum { /* bytes of keys */
       LUID_SIZE = 8,
       UNICAST4_KEY = 16,
       UNICAST6_KEY = 24,
       ROUTE4_KEY = 48,
       ROUTE6_KEY = 72,
};

/* Where the members of a route's key lie. */
static const struct route_layout {
        size_t key, prefix, bits, luid, luid2, next_hop, address;
} route_layouts[] = {
        { ROUTE4_KEY, 4, 8, 24, 32, 40, 4 },
        { ROUTE6_KEY, 4, 20, 40, 48, 56, 16 },
};

/* ---- LUIDs ---- */

bool ow_luid_equal(const ow_luid *a, const ow_luid *b)
{
        return a->index == b->index && a->type == b->type;
}

static void put_luid(uint8_t *p, const ow_luid *luid)
{
        ow_le64_put(p, (uint64_t)luid->type << 48 | (uint64_t)(luid->index & 0xffffff) << 24);
}

static ow_luid get_luid(const uint8_t *p)
{
        uint64_t value = ow_le64_at(p);

        return (ow_luid){ (uint32_t)(value >> 24 & 0xffffff), (uint16_t)(value >> 48) };
}

void ow_luid_format(const ow_luid *luid, char text[OW_LUID_TEXT])
{
        uint8_t bytes[LUID_SIZE];

        put_luid(bytes, luid);
        nsi_hex_put(text, bytes, sizeof bytes);
}

bool ow_luid_parse(const char *name, ow_luid *ret)
{
        uint8_t bytes[LUID_SIZE];

        if (!nsi_hex_get(name, bytes, sizeof bytes) || bytes[0] || bytes[1] || bytes[2])
                return false;
        *ret = get_luid(bytes);
        return true;
}

/* ---- unicast addresses ---- */

ow_nsi_unicast ow_nsi_unicast_manual(const ow_luid *luid, const ow_prefix *address)
{
        return (ow_nsi_unicast){ .luid = *luid,
                                 .address = *address,
                                 .valid_lifetime = OW_NSI_UNSET,
                                 .preferred_lifetime = OW_NSI_UNSET,
                                 .prefix_origin = MANUAL,
                                 .suffix_origin = MANUAL,
                                 .skip_as_source = 0 };
}

/* The bytes that name spells when there are exactly size of them. */
static int whole_key(const char *name, uint8_t *key, size_t size, ow_error *err)
{
        if (strlen(name) != 2 * size || !nsi_hex_get(name, key, size) || key[0] || key[1] || key[2])
                return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "'%.160s' is no key of this table", name);
        return 0;
}

int ow_nsi_unicast_decode(unsigned family, const char *name, const void *data, size_t size, ow_nsi_unicast *ret,
                          ow_error *err)
{
        bool v6 = family == OW_FAMILY_IPV6;
        ow_nsi_unicast row = { 0 };
        struct unicast_disk d;
        uint8_t key[UNICAST6_KEY];
        int r;

        r = whole_key(name, key, v6 ? UNICAST6_KEY : UNICAST4_KEY, err);
        if (r < 0)
                return r;
        if (size != sizeof d)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "address row '%s' has %zu bytes, only rows of %zu are known", name, size, sizeof d);
        memcpy(&d, data, sizeof d);
        if (d.on_link_bits > ow_family_bits(family))
                return ow_fail(err, OW_E_CORRUPT, 0x10, "address row '%s' has a network length of %u", name,
                               d.on_link_bits);
        row.luid = get_luid(key);
        row.address.address.family = (uint8_t)family;
        memcpy(row.address.address.b, key + LUID_SIZE, v6 ? 16 : 4);
        row.address.bits = d.on_link_bits;
        row.valid_lifetime = ow_le32_get(d.valid_lifetime);
        row.preferred_lifetime = ow_le32_get(d.preferred_lifetime);
        row.prefix_origin = ow_le32_get(d.prefix_origin);
        row.suffix_origin = ow_le32_get(d.suffix_origin);
        row.skip_as_source = d.skip_as_source;
        *ret = row;
        return 0;
}

int ow_nsi_unicast_encode(const ow_nsi_unicast *row, char name[OW_NSI_NAME], uint8_t data[OW_NSI_UNICAST_SIZE],
                          ow_error *err)
{
        unsigned family = row->address.address.family;
        bool v6 = family == OW_FAMILY_IPV6;
        struct unicast_disk d = {
                .valid_lifetime = ow_le32_of(row->valid_lifetime),
                .preferred_lifetime = ow_le32_of(row->preferred_lifetime),
                .prefix_origin = ow_le32_of(row->prefix_origin),
                .suffix_origin = ow_le32_of(row->suffix_origin),
                .on_link_bits = row->address.bits,
                .skip_as_source = row->skip_as_source,
        };
        uint8_t key[UNICAST6_KEY] = { 0 };

        if (!ow_family_bits(family) || row->address.bits > ow_family_bits(family))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no address with a network length for the network store");
        memset(d.rest, 0xff, sizeof d.rest);
        put_luid(key, &row->luid);
        memcpy(key + LUID_SIZE, row->address.address.b, v6 ? 16 : 4);
        nsi_hex_put(name, key, v6 ? UNICAST6_KEY : UNICAST4_KEY);
        memcpy(data, &d, sizeof d);
        return 0;
}

/* ---- routes ---- */

int ow_nsi_route_decode(unsigned family, const char *name, const void *data, size_t size, ow_nsi_route *ret,
                        ow_error *err)
{
        const struct route_layout *at = &route_layouts[family == OW_FAMILY_IPV6];
        ow_nsi_route row = { .size = size };
        uint8_t key[ROUTE6_KEY];
        ow_luid second;

        if (strlen(name) != 2 * at->key || !nsi_hex_get(name, key, at->key))
                return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "'%.160s' is no key of a route", name);
        if (size != OW_NSI_ROUTE_SIZE && size != VISTA_ROUTE_SIZE)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "route row '%s' has %zu bytes, only rows of 48 and 56 are known", name, size);
        if (key[at->bits] > ow_family_bits(family))
                return ow_fail(err, OW_E_CORRUPT, at->bits, "route row '%s' has a network length of %u", name,
                               key[at->bits]);
        row.luid = get_luid(key + at->luid);
        second = get_luid(key + at->luid2);
        if (!ow_luid_equal(&row.luid, &second))
                return ow_fail(err, OW_E_CORRUPT, at->luid2, "route row '%s' names two interfaces", name);
        row.destination.address.family = row.next_hop.family = (uint8_t)family;
        memcpy(row.destination.address.b, key + at->prefix, at->address);
        row.destination.bits = key[at->bits];
        memcpy(row.next_hop.b, key + at->next_hop, at->address);
        row.metric = ow_le32_at((const uint8_t *)data + offsetof(struct route_disk, metric));
        *ret = row;
        return 0;
}

int ow_nsi_route_encode(const ow_nsi_route *row, char name[OW_NSI_NAME], uint8_t data[OW_NSI_ROUTE_SIZE],
                        ow_error *err)
{
        unsigned family = row->destination.address.family;
        const struct route_layout *at = &route_layouts[family == OW_FAMILY_IPV6];
        size_t size = row->size ? row->size : OW_NSI_ROUTE_SIZE;
        uint8_t key[ROUTE6_KEY] = { 0 };

        if (!ow_family_bits(family) || row->destination.bits > ow_family_bits(family) ||
            row->next_hop.family != family)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "no route for the network store: its families differ, or "
                               "the length of its network is not known");
        if (size != OW_NSI_ROUTE_SIZE && size != VISTA_ROUTE_SIZE)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "a route row has 48 or 56 bytes, not %zu", size);
        memcpy(key + at->prefix, row->destination.address.b, at->address);
        key[at->bits] = row->destination.bits;
        put_luid(key + at->luid, &row->luid);
        put_luid(key + at->luid2, &row->luid);
        memcpy(key + at->next_hop, row->next_hop.b, at->address);
        nsi_hex_put(name, key, at->key);
        memset(data, 0xff, size);
        ow_le32_put(data + offsetof(struct route_disk, metric), row->metric);
        return 0;
}
