/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of the lines of the forecast. */
#include "fix/delay.h"

const char *fix_delay_name(enum fix_delay delay)
{
        switch (delay) {
        case FIX_DELAY_DHCP:
                return "DHCP";
        case FIX_DELAY_APIPA:
                return "APIPA";
        case FIX_DELAY_NLA:
                return "NLA";
        case FIX_DELAY_NCSI:
                return "NCSI";
        case FIX_DELAY_SERVICES:
                return "SERVICES";
        case FIX_DELAY_GPO:
                return "GPO";
        case FIX_DELAY_DC:
                return "DC";
        case FIX_DELAY_CRL:
                return "CRL";
        case FIX_DELAY_ROOTS:
                return "ROOTS";
        case FIX_DELAY_WPAD:
                return "WPAD";
        case FIX_DELAY_WU:
                return "WU";
        case FIX_DELAY_DRIVERS:
                return "DRIVERS";
        case FIX_DELAY_NONE:
                break;
        }
        return "";
}
