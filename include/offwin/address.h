/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/address.h - IPv4 and IPv6 addresses, prefixes, masks and hardware addresses.
 *
 * Plain values: copy and compare them as you like, bytes that a family does not use are 0. Nothing here allocates.
 */
#ifndef OFFWIN_ADDRESS_H
#define OFFWIN_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/api.h>

OW_BEGIN_DECLS

enum ow_family { OW_FAMILY_NONE = 0, OW_FAMILY_IPV4 = 4, OW_FAMILY_IPV6 = 6 };

typedef struct ow_address {
        uint8_t family; /* enum ow_family; OW_FAMILY_NONE: no address */
        uint8_t b[16];  /* network order; IPv4 in the first 4 */
} ow_address;

enum { OW_PREFIX_UNKNOWN = 255 }; /* the length of a network that nothing tells */

/* An address with the length of its network: 10.3.58.5/24 is the host, 10.3.58.0/24 the network. */
typedef struct ow_prefix {
        ow_address address;
        uint8_t bits; /* 0 to 32 or 128, or OW_PREFIX_UNKNOWN */
} ow_prefix;

typedef struct ow_mac {
        uint8_t b[6];
} ow_mac;

/* Bytes that any text below fits in, its NUL included. */
enum { OW_ADDRESS_TEXT = 46, OW_PREFIX_TEXT = 50, OW_MAC_TEXT = 18 };

/* The whole of text has to be one: "10.3.58.5" (decimal, four parts, no leading zeros) or "fe80::1", without a zone.
 */
OW_APIV bool ow_address_parse(const char *text, ow_address *ret);
/* Of IPv6 the short form; "" for no address. */
OW_APIV void ow_address_format(const ow_address *address, char text[OW_ADDRESS_TEXT]);
OW_APIV bool ow_address_equal(const ow_address *a, const ow_address *b);
/* By family, then by number: < 0, 0, > 0. */
OW_APIV int ow_address_compare(const ow_address *a, const ow_address *b);
/* No address, 0.0.0.0 or ::. */
OW_APIV bool ow_address_is_zero(const ow_address *address);
/* 169.254.0.0/16, which Windows makes up when DHCP does not answer; fe80::/10. */
OW_APIV bool ow_address_is_link_local(const ow_address *address);
OW_APIV bool ow_address_is_loopback(const ow_address *address);
OW_APIV bool ow_address_is_multicast(const ow_address *address);
/* ::ffff:0:0/96, an IPv4 address dressed as IPv6. */
OW_APIV bool ow_address_is_v4_mapped(const ow_address *address);
/* Bits of an address of this family: 32, 128, or 0. */
OW_APIV unsigned ow_family_bits(unsigned family);

/* "10.3.58.5/24" or "fe80::1/64"; without a length, OW_PREFIX_UNKNOWN. The whole of text has to be one. */
OW_APIV bool ow_prefix_parse(const char *text, ow_prefix *ret);
/* Without a length when it is not known; "" for no address. */
OW_APIV void ow_prefix_format(const ow_prefix *prefix, char text[OW_PREFIX_TEXT]);
OW_APIV bool ow_prefix_equal(const ow_prefix *a, const ow_prefix *b);
/* The network: every bit behind the length is 0. Of an unknown length the address alone counts. */
OW_APIV ow_prefix ow_prefix_network(const ow_prefix *prefix);
/* True when address lies in the network of prefix; always false for an unknown length or another family. */
OW_APIV bool ow_prefix_contains(const ow_prefix *prefix, const ow_address *address);

/* The length that a mask stands for; false when its ones are not all in front, or it is no IPv4 mask. */
OW_APIV bool ow_mask_bits(const ow_address *mask, uint8_t *ret_bits);
/* The IPv4 mask of a length up to 32: 24 is 255.255.255.0. */
OW_APIV ow_address ow_mask_of(uint8_t bits);

/* Twelve hex digits, bare or with '-', ':' between bytes, or in Cisco's form "001b.78a3.c41e". The whole of text. */
OW_APIV bool ow_mac_parse(const char *text, ow_mac *ret);
/* "00:1b:78:a3:c4:1e" */
OW_APIV void ow_mac_format(const ow_mac *mac, char text[OW_MAC_TEXT]);
OW_APIV bool ow_mac_equal(const ow_mac *a, const ow_mac *b);
/* One card's own address: neither zero nor a group's. */
OW_APIV bool ow_mac_is_unicast(const ow_mac *mac);

OW_END_DECLS

#endif
