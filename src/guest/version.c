/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Windows this is, from SOFTWARE\Microsoft\Windows NT\CurrentVersion and the current control set
 * (windows.md 2.3). Without SOFTWARE, version-infer.c says what SYSTEM alone allows to say.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/filetime.h"
#include "base/le.h"
#include "guest/version.h"

static const char ccs[] = "HKLM\\SYSTEM\\CurrentControlSet";

const char *ow_product_type_name(enum ow_product_type product)
{
        switch (product) {
        case OW_PRODUCT_CLIENT:
                return "client";
        case OW_PRODUCT_SERVER:
                return "server";
        case OW_PRODUCT_DOMAIN_CONTROLLER:
                return "domain controller";
        case OW_PRODUCT_UNKNOWN:
                break;
        }
        return "unknown";
}

const char *ow_arch_name(enum ow_arch arch)
{
        switch (arch) {
        case OW_ARCH_X86:
                return "x86";
        case OW_ARCH_X64:
                return "x64";
        case OW_ARCH_ARM64:
                return "arm64";
        case OW_ARCH_IA64:
                return "ia64";
        case OW_ARCH_ALPHA:
                return "alpha";
        case OW_ARCH_OTHER:
                return "other";
        case OW_ARCH_UNKNOWN:
                break;
        }
        return "unknown";
}

bool guest_ccs_key(ow_guest *guest, const char *below, ow_regkey *ret)
{
        char path[200];

        (void)snprintf(path, sizeof path, "%s\\%s", ccs, below);
        return guest->control_sets.current && guest_key(guest, path, ret);
}

/* ---- from SYSTEM ---- */

static void read_product(ow_guest *guest)
{
        static const struct { const char *text; enum ow_product_type product; } types[] = {
                { "WinNT", OW_PRODUCT_CLIENT },
                { "ServerNT", OW_PRODUCT_SERVER },
                { "LanmanNT", OW_PRODUCT_DOMAIN_CONTROLLER },
        };
        char text[64];
        ow_regkey key;

        if (!guest_ccs_key(guest, "Control\\ProductOptions", &key) ||
            !guest_text(guest, key, "ProductType", text, sizeof text))
                return;
        for (size_t i = 0; i < OW_COUNT(types); i++)
                if (guest_text_equal(text, types[i].text))
                        guest->windows.product = types[i].product;
        if (guest->windows.product == OW_PRODUCT_UNKNOWN)
                guest_note(guest, "ProductType is '%s', which no Windows writes", text);
}

static enum ow_arch arch_of(const char *text)
{
        static const struct { const char *text; enum ow_arch arch; } archs[] = {
                { "x86", OW_ARCH_X86 }, { "AMD64", OW_ARCH_X64 }, { "ARM64", OW_ARCH_ARM64 },
                { "IA64", OW_ARCH_IA64 }, { "ALPHA", OW_ARCH_ALPHA },
        };

        for (size_t i = 0; i < OW_COUNT(archs); i++)
                if (guest_text_equal(text, archs[i].text))
                        return archs[i].arch;
        return text[0] ? OW_ARCH_OTHER : OW_ARCH_UNKNOWN;
}

static void read_arch(ow_guest *guest)
{
        char text[64];
        ow_regkey key;

        if (guest_ccs_key(guest, "Control\\Session Manager\\Environment", &key) &&
            guest_text(guest, key, "PROCESSOR_ARCHITECTURE", text, sizeof text))
                guest->windows.arch = arch_of(text);
}

static void read_shutdown(ow_guest *guest)
{
        ow_regkey key;
        uint32_t pack;

        if (!guest_ccs_key(guest, "Control\\Windows", &key))
                return;
        (void)guest_filetime(guest, key, "ShutdownTime", &guest->windows.last_shutdown);
        if (guest_dword(guest, key, "CSDVersion", &pack))
                guest->windows.service_pack = pack >> 8 & 0xff;         /* 0x0100 is SP1 */
}

static void read_names(ow_guest *guest)
{
        ow_windows *w = &guest->windows;
        ow_regkey key;

        if (guest_ccs_key(guest, "Control\\ComputerName\\ComputerName", &key))
                (void)guest_text(guest, key, "ComputerName", w->computer_name, sizeof w->computer_name);
        if (!guest_ccs_key(guest, "Services\\Tcpip\\Parameters", &key))
                return;
        if (!guest_text(guest, key, "NV Domain", w->domain, sizeof w->domain) || !w->domain[0])
                (void)guest_text(guest, key, "Domain", w->domain, sizeof w->domain);
        if (!w->computer_name[0])
                (void)guest_text(guest, key, "NV Hostname", w->computer_name, sizeof w->computer_name);
}

/*
 * SECURITY knows: the account domain's SID is stored as the primary domain's, and a machine in a workgroup has none
 * (seen in hives of NT 4.0 to 2022). Without that hive, a Netlogon service that starts by itself tells it.
 */
static void read_membership(ow_guest *guest)
{
        ow_windows *w = &guest->windows;
        OW_AUTO_BLOB sid = { 0 };
        ow_regkey key;
        uint32_t type, start = 0;

        if (w->product == OW_PRODUCT_DOMAIN_CONTROLLER) {
                w->domain_member = true;
        } else if (guest_key(guest, "HKLM\\SECURITY\\Policy\\PolPrDmS", &key)) {
                w->domain_member = guest_blob(guest, key, "", &type, &sid) && sid.size >= 12 && sid.p[0] == 1;
        } else if (guest_ccs_key(guest, "Services\\Netlogon", &key)) {
                w->domain_member = guest_dword(guest, key, "Start", &start) && start == 2;
        }
        if (!w->domain_member)
                w->domain[0] = '\0';    /* a suffix set by hand is no membership */
}

/* ---- from SOFTWARE ---- */

static void read_numbers(ow_guest *guest, ow_regkey key)
{
        ow_windows *w = &guest->windows;
        char text[64];
        unsigned major, minor;

        if (guest_dword(guest, key, "CurrentMajorVersionNumber", &w->major))
                (void)guest_dword(guest, key, "CurrentMinorVersionNumber", &w->minor);
        else if (guest_text(guest, key, "CurrentVersion", text, sizeof text) &&
                 sscanf(text, "%5u.%5u", &major, &minor) == 2) {
                w->major = major;
                w->minor = minor;
        }
        /* CurrentBuild held other things on old systems, so it comes second. */
        if (guest_text(guest, key, "CurrentBuildNumber", text, sizeof text) ||
            guest_text(guest, key, "CurrentBuild", text, sizeof text))
                w->build = (uint32_t)strtoul(text, NULL, 10);
        (void)guest_dword(guest, key, "UBR", &w->revision);
        if (guest_text(guest, key, "CSDVersion", text, sizeof text)) {
                const char *digit = strpbrk(text, "0123456789");

                w->service_pack = digit ? (uint32_t)strtoul(digit, NULL, 10) & 0xff : 0;
        }
}

static void read_install_time(ow_guest *guest, ow_regkey key)
{
        uint32_t seconds;

        if (guest_filetime(guest, key, "InstallTime", &guest->windows.installed))
                return;
        if (guest_dword(guest, key, "InstallDate", &seconds) && seconds)
                guest->windows.installed = ow_filetime_of_unix(seconds);
}

static void read_name(ow_guest *guest, ow_regkey key)
{
        ow_windows *w = &guest->windows;

        if (!guest_text(guest, key, "ProductName", w->name, sizeof w->name) || !w->name[0])
                guest_version_name(w);
        /* Windows 11 goes on calling itself 10 here. */
        if (w->build >= 22000 && w->product == OW_PRODUCT_CLIENT && guest_text_begins(w->name, "Windows 10"))
                memcpy(w->name, "Windows 11", 10);
}

static void read_arch_from_lab(ow_guest *guest, ow_regkey key)
{
        static const struct { const char *part; enum ow_arch arch; } labs[] = {
                { ".amd64", OW_ARCH_X64 }, { ".x86", OW_ARCH_X86 }, { ".arm64", OW_ARCH_ARM64 },
                { ".ia64", OW_ARCH_IA64 },
        };
        char text[160];

        if (!guest_text(guest, key, "BuildLabEx", text, sizeof text))
                return;
        for (size_t i = 0; i < OW_COUNT(labs); i++)
                if (guest_text_contains(text, labs[i].part))
                        guest->windows.arch = labs[i].arch;
}

static bool read_software(ow_guest *guest)
{
        ow_windows *w = &guest->windows;
        ow_regkey key;

        if (!guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", &key))
                return false;
        read_numbers(guest, key);
        if (w->major == 0)
                return false;
        (void)guest_text(guest, key, "EditionID", w->edition, sizeof w->edition);
        (void)guest_text(guest, key, "InstallationType", w->installation_type, sizeof w->installation_type);
        if (!guest_text(guest, key, "DisplayVersion", w->release, sizeof w->release))
                (void)guest_text(guest, key, "ReleaseId", w->release, sizeof w->release);
        read_install_time(guest, key);
        read_name(guest, key);
        if (w->arch == OW_ARCH_UNKNOWN)
                read_arch_from_lab(guest, key);
        return true;
}

static void note_missing_software(ow_guest *guest)
{
        ow_error err = OW_ERROR_INIT;
        struct guest_hive *hive;
        int r = guest_hive_get(guest, OW_ROOT_HKLM, "SOFTWARE", 8, &hive, &err);

        if (r == 0)
                guest_note(guest, "hive SOFTWARE is missing: the version is told from SYSTEM alone");
        else if (r > 0)
                guest_note(guest, "SOFTWARE does not say which Windows this is: the version is told from SYSTEM alone");
}

void guest_load_version(ow_guest *guest)
{
        read_product(guest);
        read_arch(guest);
        read_shutdown(guest);
        read_names(guest);
        read_membership(guest);
        if (!read_software(guest)) {
                note_missing_software(guest);
                guest->windows.from_fallback = true;
                guest_infer_version(guest);
                guest_version_name(&guest->windows);
        }
}
