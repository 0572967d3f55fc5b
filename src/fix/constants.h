/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every constant of the forecast, once, with where it comes from. docs/forecast.md repeats the table. */
#ifndef FIX_CONSTANTS_H
#define FIX_CONSTANTS_H

#include <stdint.h>

enum fix_constant_id {
        FIX_C_DHCP_VISTA,
        FIX_C_DHCP_XP,
        FIX_C_DHCP_RFC,
        FIX_C_APIPA_PROBES,
        FIX_C_NLA_PASS,
        FIX_C_NLA_EXPECTS_DC,
        FIX_C_DNS,
        FIX_C_NETBIOS,
        FIX_C_DC,
        FIX_C_GPO_BEFORE_VISTA,
        FIX_C_HTTP_CONNECT,
        FIX_C_COUNT,
};

struct fix_constant {
        const char *name;
        uint32_t seconds;
        const char *sure;               /* "documented", "derived" or "estimate" */
        const char *source;
};

extern const struct fix_constant fix_constants[FIX_C_COUNT];

uint32_t fix_constant(enum fix_constant_id id);

#endif
