/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of the forecast that a fix can name with Delay=. Their model is in forecast.c and docs/forecast.md. */
#ifndef FIX_DELAY_H
#define FIX_DELAY_H

enum fix_delay {
        FIX_DELAY_DHCP,
        FIX_DELAY_APIPA,
        FIX_DELAY_NLA,
        FIX_DELAY_NCSI,
        FIX_DELAY_SERVICES,
        FIX_DELAY_GPO,
        FIX_DELAY_DC,
        FIX_DELAY_CRL,
        FIX_DELAY_ROOTS,
        FIX_DELAY_WPAD,
        FIX_DELAY_WU,
        FIX_DELAY_DRIVERS,
        FIX_DELAY_NONE,                 /* also the number of lines */
};

/* "DHCP", ...; "" for FIX_DELAY_NONE. */
const char *fix_delay_name(enum fix_delay delay);

#endif
