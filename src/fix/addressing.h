/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What files about addressing share: entries as people type and read them. */
#ifndef FIX_ADDRESSING_H
#define FIX_ADDRESSING_H

#include <offwin/addressing.h>

enum { ADDRESSING_TEXT = 128 }; /* bytes of any text below, its NUL included */

/* A connection may be called so. Other tools have stored names that Windows would not take. */
bool addressing_is_name(const char *name);

/* One of its addresses is in the network that hop is in. */
bool addressing_reaches(const ow_addressing *a, const ow_address *hop);

/* An address of a that is in b too, or NULL. Link-local ones may be on every link. */
const ow_address *addressing_shared(const ow_prefixes *a, const ow_prefixes *b);

/* "default", "on", "off" */
const char *addressing_netbios_name(uint32_t mode);

/* "10.0.0.1@5", "10.9.0.0/16=10.0.0.254@5": as ow_addressing_set() takes them. */
void addressing_gateway_text(const ow_gateway *gateway, char text[ADDRESSING_TEXT]);
void addressing_route_text(const ow_static_route *route, char text[ADDRESSING_TEXT]);

#endif
