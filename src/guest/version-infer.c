/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The version without SOFTWARE, from marks that a release left in SYSTEM. The exact ones come first; the others only
 * narrow, are noted as such, and claim no build. docs/formats/windows-facts.md has the list and how sure each is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/version.h"

static bool has_service(ow_guest *guest, const char *name)
{
        char path[100];
        ow_regkey key;

        (void)snprintf(path, sizeof path, "Services\\%s", name);
        return guest_ccs_key(guest, path, &key);
}

static void set(ow_guest *guest, uint32_t major, uint32_t minor, const char *mark)
{
        guest->windows.major = major;
        guest->windows.minor = minor;
        guest_note(guest, "Windows NT %u.%u is inferred: %s", major, minor, mark);
}

/* Written at each shutdown of Windows 10 and newer: "16299.rs3_release.170928-1534". */
static void read_shutdown_build(ow_guest *guest)
{
        char text[160];
        ow_regkey key;

        if (guest_ccs_key(guest, "Control\\Windows", &key) &&
            guest_text(guest, key, "ShutdownStopTimePerfCounterBuildLab", text, sizeof text))
                guest->windows.build = (uint32_t)strtoul(text, NULL, 10);
}

/* 8 and newer keep the driver database in SYSTEM; its version is that of the Windows it belongs to. */
static bool from_driver_database(ow_guest *guest)
{
        ow_regkey key;
        uint32_t version;

        if (!guest_key(guest, "HKLM\\SYSTEM\\DriverDatabase", &key))
                return false;
        if (guest_dword(guest, key, "Version", &version) && version >> 24 >= 6)
                set(guest, version >> 24, version >> 16 & 0xff, "the driver database says so");
        else
                guest_note(guest, "there is a driver database without a version: Windows NT 6.2 or newer");
        return true;
}

static void from_services(ow_guest *guest)
{
        ow_windows *w = &guest->windows;
        bool componentized = false;
        uint32_t value;
        ow_regkey key;

        if (guest_ccs_key(guest, "Control\\Windows", &key))
                componentized = guest_dword(guest, key, "ComponentizedBuild", &value) && value == 1;
        if (componentized && has_service(guest, "Power"))
                set(guest, 6, 1, "there is the service Power and no driver database");
        else if (componentized)
                set(guest, 6, 0, "it is a componentized build without the service Power");
        else if (has_service(guest, "NetDetect"))
                set(guest, 4, 0, "there is the service NetDetect");
        else if (!guest_ccs_key(guest, "Control\\CriticalDeviceDatabase", &key))
                guest_note(guest, "nothing in SYSTEM tells which Windows this is");
        else if (!has_service(guest, "Themes"))
                set(guest, 5, 0, "there is a database of critical devices but no service Themes");
        else if (w->product == OW_PRODUCT_CLIENT && w->arch == OW_ARCH_X86)
                set(guest, 5, 1, "it is a 32-bit client with the service Themes");
        else if (w->product != OW_PRODUCT_UNKNOWN)
                set(guest, 5, 2, "it is a server or 64-bit, with the service Themes");
}

/* Before 10 the release and its service pack fix the build. */
static uint32_t build_of(const ow_windows *w)
{
        static const struct { uint8_t major, minor; uint16_t build; bool packs; } builds[] = {
                { 4, 0, 1381, false }, { 5, 0, 2195, false }, { 5, 1, 2600, false }, { 5, 2, 3790, false },
                { 6, 0, 6000, true }, { 6, 1, 7600, true }, { 6, 2, 9200, false }, { 6, 3, 9600, false },
        };

        for (size_t i = 0; i < OW_COUNT(builds); i++)
                if (builds[i].major == w->major && builds[i].minor == w->minor)
                        return builds[i].build + (builds[i].packs ? w->service_pack : 0);
        return 0;
}

void guest_infer_version(ow_guest *guest)
{
        if (guest->control_sets.current == 0)
                return;
        if (!from_driver_database(guest))
                from_services(guest);
        if (guest->windows.major >= 10)
                read_shutdown_build(guest);
        else
                guest->windows.build = build_of(&guest->windows);
}

void guest_version_name(ow_windows *windows)
{
        static const struct { uint8_t major, minor; const char *client, *server; } names[] = {
                { 4, 0, "Windows NT Workstation 4.0", "Windows NT Server 4.0" },
                { 5, 0, "Windows 2000 Professional", "Windows 2000 Server" },
                { 5, 1, "Windows XP", "Windows XP" },
                { 5, 2, "Windows XP x64 Edition", "Windows Server 2003" },
                { 6, 0, "Windows Vista", "Windows Server 2008" },
                { 6, 1, "Windows 7", "Windows Server 2008 R2" },
                { 6, 2, "Windows 8", "Windows Server 2012" },
                { 6, 3, "Windows 8.1", "Windows Server 2012 R2" },
                { 10, 0, "Windows 10", "Windows Server 2016 or newer" },
        };
        const char *name = "Windows";

        for (size_t i = 0; i < OW_COUNT(names); i++) {
                if (names[i].major != windows->major || names[i].minor != windows->minor)
                        continue;
                if (windows->product == OW_PRODUCT_SERVER || windows->product == OW_PRODUCT_DOMAIN_CONTROLLER)
                        name = names[i].server;
                else
                        name = names[i].client;
        }
        if (windows->major == 10 && windows->product == OW_PRODUCT_CLIENT && windows->build >= 22000)
                name = "Windows 11";
        guest_copy(windows->name, sizeof windows->name, name);
}
