/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/nsi.h - rows of the network store, Control\Nsi\{module}\table: the addresses and routes that Vista and newer
 * keep beside, or instead of, those of Tcpip\Parameters.
 *
 * A row is one REG_BINARY value: its name is the key in hex, its data the settings, where members that nobody set are
 * all ones. docs/formats/nsi.md has the layouts and how sure each is. A length that was never seen is
 * OW_E_UNSUPPORTED, not a guess.
 */
#ifndef OFFWIN_NSI_H
#define OFFWIN_NSI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/address.h>
#include <offwin/error.h>

OW_BEGIN_DECLS

/* Keys below a control set. */
#define OW_NSI_IPV4 "Control\\Nsi\\{eb004a00-9b1a-11d4-9123-0050047759bc}"
#define OW_NSI_IPV6 "Control\\Nsi\\{eb004a01-9b1a-11d4-9123-0050047759bc}"
#define OW_NSI_NDIS "Control\\Nsi\\{eb004a11-9b1a-11d4-9123-0050047759bc}"

/* Subkeys of them: the number of each table. */
#define OW_NSI_TABLE_INTERFACE "7"  /* IPv4, IPv6 */
#define OW_NSI_TABLE_UNICAST   "10" /* IPv4, IPv6 */
#define OW_NSI_TABLE_NEIGHBOUR "11" /* IPv4, IPv6 */
#define OW_NSI_TABLE_ROUTE     "16" /* IPv4, IPv6 */
#define OW_NSI_TABLE_IFINFO    "10" /* NDIS, up to 8.1 */

/* What names an interface in the store: NetLuidIndex and *IfType of its class key. */
typedef struct ow_luid {
        uint32_t index; /* 24 bits */
        uint16_t type;  /* 6 Ethernet, 71 wireless, 131 tunnel, 24 loopback, 23 PPP */
} ow_luid;

enum {
        OW_LUID_TEXT = 17,        /* "0000000700000600" and NUL */
        OW_NSI_NAME = 145,        /* the longest name of a row (an IPv6 route), and NUL */
        OW_NSI_UNICAST_SIZE = 48, /* bytes of data, of both families */
        OW_NSI_ROUTE_SIZE = 56,   /* 7 SP1; Vista has 48 */
        OW_NSI_IFINFO_SIZE = 2312,
};

#define OW_NSI_UNSET UINT32_MAX /* a 32-bit member that nobody set */

/* The same index and type. */
OW_APIV bool ow_luid_equal(const ow_luid *a, const ow_luid *b);
/* Lower case hex of the bytes in memory, as names of rows begin. An index past 24 bits is cut to them. */
OW_APIV void ow_luid_format(const ow_luid *luid, char text[OW_LUID_TEXT]);
/* From the first 16 characters of name; false when they are no LUID. */
OW_APIV bool ow_luid_parse(const char *name, ow_luid *ret);

/* An address that somebody gave to an interface. */
typedef struct ow_nsi_unicast {
        ow_luid luid;
        ow_prefix address;
        uint32_t valid_lifetime, preferred_lifetime; /* seconds; OW_NSI_UNSET: for ever */
        uint32_t prefix_origin, suffix_origin;       /* 16 as Windows writes it for a manual address */
        uint8_t skip_as_source;                      /* IPv6: 0xff not set */
} ow_nsi_unicast;

/* A unicast row with what Windows writes for a manual address. */
OW_APIV ow_nsi_unicast ow_nsi_unicast_manual(const ow_luid *luid, const ow_prefix *address);

/**
 * ow_nsi_unicast_decode - a row of table 10
 * @family: of the module that the row was found in
 *
 * Return: 0; OW_E_FORMAT @name is no key of this table; OW_E_UNSUPPORTED data of a length that is not known;
 *         OW_E_CORRUPT a length of the network that the family does not have.
 */
OW_API int ow_nsi_unicast_decode(unsigned family, const char *name, const void *data, size_t size,
                                 ow_nsi_unicast *ret, ow_error *err);
/* The name and data that Windows keeps for it; OW_E_INVAL an address of no family or a length it does not have. */
OW_API int ow_nsi_unicast_encode(const ow_nsi_unicast *row, char name[OW_NSI_NAME], uint8_t data[OW_NSI_UNICAST_SIZE],
                                 ow_error *err);

/* A persistent route. */
typedef struct ow_nsi_route {
        ow_luid luid;
        ow_prefix destination;
        ow_address next_hop; /* zero: on the link */
        uint32_t metric;     /* OW_NSI_UNSET: automatic */
        size_t size;         /* of its data: 56, or 48 */
} ow_nsi_route;

/* A row of table 16. As ow_nsi_unicast_decode(). */
OW_API int ow_nsi_route_decode(unsigned family, const char *name, const void *data, size_t size, ow_nsi_route *ret,
                               ow_error *err);
/* row->size 0 is 56. OW_E_INVAL: families that differ, a length that the family does not have, another size. */
OW_API int ow_nsi_route_encode(const ow_nsi_route *row, char name[OW_NSI_NAME], uint8_t data[OW_NSI_ROUTE_SIZE],
                               ow_error *err);

/* What NDIS keeps of an interface. Texts are UTF-8. */
typedef struct ow_nsi_ifinfo {
        ow_luid luid;
        char alias[1540]; /* connection name; up to 256 UTF-16 units */
        char description[1540];
        uint8_t guid[16]; /* as on disk */
} ow_nsi_ifinfo;

/* A row of NDIS' table 10. As ow_nsi_unicast_decode(); OW_E_CORRUPT also for texts that leave their place. */
OW_API int ow_nsi_ifinfo_decode(const char *name, const void *data, size_t size, ow_nsi_ifinfo *ret, ow_error *err);
/* Puts another alias into the data of a row and leaves the rest; OW_E_INVAL alias too long or no UTF-8; else as
 * ow_nsi_ifinfo_decode(). */
OW_API int ow_nsi_ifinfo_rename(void *data, size_t size, const char *alias, ow_error *err);

OW_END_DECLS

#endif
