/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Advice that circulates and makes a first boot worse, or stops it. The table is asked for every value that a fix
 * file names when it is loaded, and again for every value of a plan, so that parameters and built-ins pass it too.
 */
#include <string.h>

#include <offwin/fix.h>
#include <offwin/hive.h>

#include "base/glob.h"
#include "base/le.h"
#include "base/upcase.h"
#include "fix/guard.h"

enum test {
        ANY,                    /* whatever the data */
        NOT_ZERO,               /* DWORD != number */
        EQUALS,                 /* DWORD == number */
        AT_LEAST,               /* DWORD >= number */
};

/* The key path ends with suffix, or holds it as whole names when inside is set. name NULL: every value. */
static const struct guard {
        const char *suffix;
        bool inside;
        const char *name;
        enum test test;
        uint32_t number;
        const char *reason;
} guards[] = {
        { "\\Services\\NlaSvc\\Parameters", false, "AlwaysExpectDomainController", NOT_ZERO, 0,
          "with it, network location waits without a time limit for a domain controller that an isolated first boot "
          "cannot reach" },
        { "\\Services\\Dhcp", false, "Start", AT_LEAST, 4,
          "network location, the network list and DNS registration depend on the Dhcp service, with static "
          "addresses too" },
        { "\\Services\\Tcpip6\\Parameters", false, "DisabledComponents", EQUALS, 0xffffffff,
          "it delays every boot by five seconds; 0xff turns IPv6 off and 0x20 prefers IPv4 without that" },
        { "\\Windows\\CurrentVersion\\RunOnce", true, NULL, ANY, 0,
          "it runs when an administrator first logs on at the console, not at the first boot" },
        { "\\Windows\\CurrentVersion\\RunOnceEx", true, NULL, ANY, 0,
          "it runs when an administrator first logs on at the console, not at the first boot" },
        { "\\Windows\\CurrentVersion\\RunServicesOnce", true, NULL, ANY, 0, "Windows NT never runs it" },
};

/* Services without which no Windows comes up (docs/fixes.md, Guards). guard-service.c asks the machine itself. */
static const char *const never_disabled[] = {
        "ACPI", "pci", "msisadrv", "isapnp", "volmgr", "volmgrx", "Ftdisk", "dmio", "dmload", "mountmgr", "partmgr",
        "volsnap", "disk", "cdrom", "CLFS", "CNG", "KSecDD", "KSecPkg", "NDIS", "Ntfs", "FltMgr", "FileInfo", "Fs_Rec",
        "mssmbios", "i8042prt", "kbdclass", "mouclass", "Wdf01000", "fvevol", "pcw", "vdrvroot", "Tcpip", "AFD", "NSI",
        "nsiproxy", "RpcSs", "DcomLaunch", "RpcEptMapper", "PlugPlay", "Power", "ProfSvc", "EventLog", "SamSs", "LSM",
        "gpsvc", "BFE", "BrokerInfrastructure", "SystemEventsBroker", "CoreMessagingRegistrar", "StateRepository",
        "DeviceInstall", "TrustedInstaller", "NlaSvc", "netprofm",
};

/* Where these start by themselves, disabling what they need takes them away unseen. */
static const char *const wanted[] = {
        "Netlogon", "Schedule", "Winmgmt", "CryptSvc", "TermService", "UserManager", "NTDS", "kdc", "DNS", "DFSR",
        "NtFrs",
};

static bool ends_with(const char *path, const char *suffix)
{
        size_t n = strlen(path), m = strlen(suffix);

        return n >= m && ow_name_compare(path + n - m, suffix) == 0;
}

/* The names of suffix stand in path, one after the other and whole. */
static bool holds(const char *path, const char *suffix)
{
        size_t m = strlen(suffix);

        for (const char *p = strchr(path, '\\'); p; p = strchr(p + 1, '\\'))
                if (strlen(p) >= m && ow_name_compare_n(p, m, suffix, m) == 0 && (p[m] == '\0' || p[m] == '\\'))
                        return true;
        return false;
}

bool guard_dword(uint32_t type, const ow_blob *data, uint32_t *ret)
{
        if ((type != OW_REG_DWORD && type != OW_REG_DWORD_BIG_ENDIAN) || data->size != 4)
                return false;
        *ret = ow_le32_at(data->p);
        if (type == OW_REG_DWORD_BIG_ENDIAN)
                *ret = __builtin_bswap32(*ret);
        return true;
}

static bool forbidden(const struct guard *g, uint32_t type, const ow_blob *data)
{
        uint32_t n;

        if (g->test == ANY)
                return true;
        if (!guard_dword(type, data, &n))
                return false;
        switch (g->test) {
        case NOT_ZERO:
                return n != g->number;
        case EQUALS:
                return n == g->number;
        case AT_LEAST:
                return n >= g->number;
        case ANY:
                break;
        }
        return true;
}

static bool is_among(const char *const *names, size_t n, const char *name)
{
        for (size_t i = 0; i < n; i++)
                if (ow_name_compare(names[i], name) == 0)
                        return true;
        return false;
}

bool guard_is_vital(const char *name)
{
        return is_among(never_disabled, OW_COUNT(never_disabled), name);
}

bool guard_is_wanted(const char *name)
{
        return is_among(wanted, OW_COUNT(wanted), name);
}

static bool disables_vital_service(const char *path, const char *name, uint32_t type, const ow_blob *data)
{
        const char *service = strrchr(path, '\\');
        uint32_t start;

        if (!service || ow_name_compare(name, "Start") != 0 || !guard_dword(type, data, &start) || start < 4)
                return false;
        return (size_t)(service - path) >= 9 && ow_name_compare_n(service - 9, 9, "\\Services", 9) == 0 &&
               guard_is_vital(service + 1);
}

int fix_guard_advice(const char *path, const char *name, uint32_t type, const ow_blob *data, ow_error *err)
{
        if (!data)
                return 0;
        for (size_t i = 0; i < OW_COUNT(guards); i++) {
                const struct guard *g = &guards[i];
                bool here = g->inside ? holds(path, g->suffix) : ends_with(path, g->suffix);

                if (here && (!g->name || ow_name_compare(g->name, name) == 0) && forbidden(g, type, data))
                        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' in '%s' is refused: %s", name, path,
                                       g->reason);
        }
        return 0;
}

int fix_guard_value(const char *path, const char *name, uint32_t type, const ow_blob *data, ow_error *err)
{
        int r = fix_guard_advice(path, name, type, data, err);

        if (r < 0 || !data || !disables_vital_service(path, name, type, data))
                return r;
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "disabling '%s' is refused: " GUARD_VITAL_REASON, path);
}

int fix_guard_pack_name(const char *glob, ow_error *err)
{
        for (size_t i = 0; i < OW_COUNT(never_disabled); i++)
                if (ow_glob_match(glob, never_disabled[i]))
                        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                                       "'%s' is refused: it fits '%s', and Windows or its network does not come up "
                                       "without that", glob, never_disabled[i]);
        return ow_glob_match(glob, "Dhcp") ?
               ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' is refused: it fits 'Dhcp', on which network location "
                       "depends", glob) : 0;
}
