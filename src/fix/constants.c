/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fix/constants.h"

const struct fix_constant fix_constants[FIX_C_COUNT] = {
        [FIX_C_DHCP_VISTA] = { "DHCP before a private address, Vista and later", 6, "documented",
                               "Microsoft KB931550" },
        [FIX_C_DHCP_XP] = { "DHCP before a private address, XP and 2003", 180, "documented", "Microsoft KB931550" },
        [FIX_C_DHCP_RFC] = { "DHCP request and three retries, NT 4 and 2000: 4 + 8 + 16 + 32", 60, "derived",
                             "Microsoft Q190552, RFC 2131 4.1" },
        [FIX_C_APIPA_PROBES] = { "conflict probes for a private address, one per second", 3, "derived",
                                 "ArpRetryCount default 3 (Microsoft KB219374)" },
        [FIX_C_NLA_PASS] = { "one round of network location without a gateway", 5, "estimate", "none found" },
        [FIX_C_NLA_EXPECTS_DC] = { "stands for 'no limit' in the total", 600, "estimate",
                                   "the wait itself has no documented end" },
        [FIX_C_DNS] = { "DNS look-up that nobody answers", 10, "documented", "Microsoft KB2834226" },
        [FIX_C_NETBIOS] = { "NetBIOS broadcast: 3 x 750 ms", 3, "documented",
                            "Microsoft KB314053 (BcastNameQueryCount, BcastQueryTimeout)" },
        [FIX_C_DC] = { "search for a domain controller", 15, "documented",
                       "Microsoft TechNet cc758105 (ExpectedDialupDelay)" },
        [FIX_C_GPO_BEFORE_VISTA] = { "Group Policy waits for a network, before Vista", 60, "estimate",
                                     "Microsoft KB840669 describes the wait, not its length" },
        [FIX_C_HTTP_CONNECT] = { "WinHTTP connection attempt", 60, "documented",
                                 "Microsoft: WinHttpSetTimeouts, initial value" },
};

uint32_t fix_constant(enum fix_constant_id id)
{
        return fix_constants[id].seconds;
}
