/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The built-in fixes: a fix file each, for what data can say, and the function that does the rest. */
#include <offwin/fix.h>

#include "fix/builtin.h"

static const char apipa_off[] =
        "[Fix]\n"
        "Title=Turn off automatic private addresses (APIPA)\n"
        "Why=A card that finds no DHCP server takes a 169.254 address, probes for conflicts, and every address it\n"
        " takes starts another round of network location.\n"
        "Windows=5.0-\n"
        "Delay=APIPA\n"
        "Temporary=yes\n"
        "Source=Microsoft TechNet cc938259 (IPAutoconfigurationEnabled), KB220874\n"
        "Note=An interface that has its own IPAutoconfigurationEnabled is set too, because that one takes precedence.\n"
        "[HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters]\n"
        "\"IPAutoconfigurationEnabled\"=dword:00000000\n";

static const char wpad_off[] =
        "[Fix]\n"
        "Title=Turn off proxy auto-detection (WPAD) of every user\n"
        "Why=Programs that use Internet Options first look for a proxy by DHCP, DNS and broadcast; without a\n"
        " network each look can only time out.\n"
        "Windows=5.0-\n"
        "Delay=WPAD\n"
        "Temporary=yes\n"
        "Source=Layout of DefaultConnectionSettings as in Wine dlls/winhttp/session.c\n"
        "Note=Clears the auto-detect flag where a profile has connection settings; a profile without them is left\n"
        " alone. See winhttp-wpad-off for services.\n";

static const char old_addresses_strip[] =
        "[Fix]\n"
        "Title=Take the static addresses away from network adapters that are gone\n"
        "Why=Windows refuses to give a new card an address that belongs to missing hardware without a warning, and\n"
        " takes it back when that hardware is seen again.\n"
        "All=no\n"
        "Source=Microsoft KB269155 (addresses of absent adapters); rows of the network store as seen on Windows 7\n"
        "Note=Of ghosts only, and without giving the addresses to anybody: see `offwin net handover`, or --nic of\n"
        " this command, for that. Routes that another adapter can use stay.\n";

static const char park_network_services[] =
        "[Fix]\n"
        "Title=Hold back services that wait for the network\n"
        "Why=A service that needs the network waits at the first boot for one that is not there yet, each for its own\n"
        " time limit, and holds up those that depend on it.\n"
        "Delay=SERVICES\n"
        "Temporary=yes\n"
        "Source=Microsoft Win32 documentation: service start types, DependOnService, service trigger events\n"
        "Note=Automatic services that need the network and are not part of Windows start on demand until settle gives\n"
        " their start back; triggers that would start them are removed for as long. What a domain controller is made\n"
        " of is never held back. --verbose lists what is left and why; `offwin svc park NAME` holds back others.\n";

static const char proxy[] =
        "[Fix]\n"
        "Title=Send Windows services (Windows Update among them) through a proxy\n"
        "Why=A machine that reaches the Internet only through a proxy waits for every direct connection to time out.\n"
        "Windows=5.1-\n"
        "Needs=proxy: HOST:PORT of the HTTP proxy\n"
        "Source=Layout of WinHttpSettings as in Wine dlls/winhttp/session.c; Microsoft: netsh winhttp set proxy\n"
        "Note=Sets the WinHTTP proxy of the machine, local names excepted. Proxies of users stay as they are.\n";

static const char publisher_revocation_off[] =
        "[Fix]\n"
        "Title=Do not check publisher certificates for revocation\n"
        "Why=Starting a signed program asks for revocation lists on the Internet; without one, each look-up waits\n"
        " for its time limit, and services can miss theirs.\n"
        "Windows=5.0-\n"
        "Delay=CRL\n"
        "Temporary=yes\n"
        "Source=Microsoft Exchange team, Configuring Exchange Servers Without Internet Access (2010); STIG V-223016\n"
        "Note=A security setting of every user and service profile. It comes back with settle.\n";

const struct fix_builtin fix_builtins[] = {
        { "apipa-off", "network", apipa_off, fix_apipa_plan },
        { "old-addresses-strip", "network", old_addresses_strip, fix_old_addresses_plan },
        { "park-network-services", "services", park_network_services, fix_park_plan },
        { "proxy", "internet", proxy, fix_proxy_plan },
        { "publisher-revocation-off", "certificates", publisher_revocation_off, fix_publisher_revocation_plan },
        { "wpad-off", "internet", wpad_off, fix_wpad_plan },
};
const size_t fix_n_builtins = OW_COUNT(fix_builtins);
