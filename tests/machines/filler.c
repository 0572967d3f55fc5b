/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * filler.c - makes a hive as large as on a machine that has lived: COM classes, interfaces and installer records
 * (SOFTWARE), device identifiers and event sources (SYSTEM). The same bytes every time.
 */
#include <stdio.h>
#include <string.h>

#include "build.h"

enum { LOOK_EVERY = 64 };               /* keys between two looks at the size */

static void make_guid(struct dice *d, char text[39])
{
        uint32_t a = dice_next(d), b = dice_next(d), c = dice_next(d), e = dice_next(d);

        (void)snprintf(text, 39, "{%08X-%04X-%04X-%04X-%04X%08X}", a, b >> 16, b & 0xffff, c >> 16, c & 0xffff, e);
}

static int set_text(ow_hive *hive, ow_key key, const char *name, const char *text, ow_error *err)
{
        AUTO_BYTES utf16 = { 0 };

        (void)bytes_utf16(&utf16, text);
        bytes_le(&utf16, 0, 2);
        return ow_hive_set_value(hive, key, name, OW_REG_SZ, utf16.p, utf16.len, err);
}

static int set_dword(ow_hive *hive, ow_key key, const char *name, uint32_t number, ow_error *err)
{
        uint8_t le[4];

        put_le(le, number, sizeof le);
        return ow_hive_set_value(hive, key, name, OW_REG_DWORD, le, sizeof le, err);
}

/* One subkey of key with a default value, and one more value when name is given. */
static int put_sub(ow_hive *hive, ow_key key, const char *sub, const char *text, const char *name, const char *value,
                   ow_error *err)
{
        ow_key child;
        int r = ow_hive_create_key(hive, key, sub, &child, NULL, err);

        if (r == 0)
                r = set_text(hive, child, "", text, err);
        if (r == 0 && name != NULL)
                r = set_text(hive, child, name, value, err);
        return r;
}

static const char *const parts[] = { "Shell", "Media", "Print", "Search", "Device", "Policy", "Backup", "Report",
                                     "Update", "Session", "Cluster", "Storage", "Network", "Console", "Script", "Event" };
static const char *const things[] = { "Manager", "Provider", "Handler", "Factory", "Proxy", "Filter", "Broker",
                                      "Control", "Object", "Document", "Client", "Server", "Events", "Folder", "Page",
                                      "Monitor" };
static const char *const libraries[] = { "ole32.dll", "shell32.dll", "mmcndmgr.dll", "wbem\\fastprox.dll",
                                         "mstscax.dll", "actxprxy.dll", "netshell.dll", "propsys.dll", "msxml6.dll", "wuapi.dll" };

static int put_class(ow_hive *hive, ow_key at, struct dice *d, ow_error *err)
{
        uint32_t die = dice_next(d);
        const char *part = parts[die & 15], *thing = things[die >> 4 & 15];
        AUTO_TEXT title = need_printf("%s %s Class", part, thing);
        AUTO_TEXT library = need_printf("C:\\Windows\\System32\\%s", libraries[(die >> 8) % COUNT(libraries)]);
        AUTO_TEXT versioned = need_printf("%s.%s%u.1", part, thing, die >> 20);
        AUTO_TEXT program = need_printf("%s.%s%u", part, thing, die >> 20);
        char guid[39], library_guid[39];
        ow_key key;
        int r;

        make_guid(d, guid);
        make_guid(d, library_guid);
        r = ow_hive_create_key(hive, at, guid, &key, NULL, err);
        if (r == 0)
                r = set_text(hive, key, "", title, err);
        if (r == 0)
                r = put_sub(hive, key, "InprocServer32", library, "ThreadingModel",
                            die & 0x10000 ? "Both" : "Apartment", err);
        if (r == 0)
                r = put_sub(hive, key, "ProgID", versioned, NULL, NULL, err);
        if (r == 0)
                r = put_sub(hive, key, "VersionIndependentProgID", program, NULL, NULL, err);
        if (r == 0)
                r = put_sub(hive, key, "TypeLib", library_guid, NULL, NULL, err);
        return r;
}

static int put_interface(ow_hive *hive, ow_key at, struct dice *d, ow_error *err)
{
        uint32_t die = dice_next(d);
        AUTO_TEXT title = need_printf("I%s%s", parts[die & 15], things[die >> 4 & 15]);
        AUTO_TEXT methods = need_printf("%u", 3 + (die >> 8) % 40);
        char guid[39], proxy[39];
        ow_key key;
        int r;

        make_guid(d, guid);
        make_guid(d, proxy);
        r = ow_hive_create_key(hive, at, guid, &key, NULL, err);
        if (r == 0)
                r = set_text(hive, key, "", title, err);
        if (r == 0)
                r = put_sub(hive, key, "NumMethods", methods, NULL, NULL, err);
        if (r == 0)
                r = put_sub(hive, key, "ProxyStubClsid32", proxy, NULL, NULL, err);
        return r;
}

/* Windows Installer keeps one key per installed file, named by a packed GUID. */
static int put_component(ow_hive *hive, ow_key at, struct dice *d, ow_error *err)
{
        uint32_t die = dice_next(d);
        AUTO_TEXT name = need_printf("%08X%08X%08X%08X", dice_next(d), dice_next(d), dice_next(d), die);
        AUTO_TEXT product = need_printf("%08X%08X%08X%08X", dice_next(d) % 40, 0xA0C01000u, 0x0Fu, 0xF01FEC00u);
        AUTO_TEXT path = need_printf("C:\\Program Files\\Common Files\\%s\\%s%04x.dll", parts[die & 15],
                                     things[die >> 4 & 15], die >> 16);
        ow_key key;
        int r = ow_hive_create_key(hive, at, name, &key, NULL, err);

        return r < 0 ? r : set_text(hive, key, product, path, err);
}

static int put_device_id(ow_hive *hive, ow_key at, struct dice *d, ow_error *err)
{
        uint32_t die = dice_next(d);
        AUTO_TEXT name = need_printf("PCI#VEN_%04X&DEV_%04X&SUBSYS_%08X", die >> 16, die & 0xffff, dice_next(d));
        ow_key key;
        int r = ow_hive_create_key(hive, at, name, &key, NULL, err);

        if (r == 0)
                r = set_text(hive, key, "ClassGUID", "{4D36E97B-E325-11CE-BFC1-08002BE10318}", err);
        return r < 0 ? r : set_text(hive, key, "Service", "storahci", err);
}

static int put_event_source(ow_hive *hive, ow_key at, struct dice *d, ow_error *err)
{
        uint32_t die = dice_next(d);
        AUTO_TEXT name = need_printf("Microsoft-Windows-%s-%s%u", parts[die & 15], things[die >> 4 & 15], die >> 12);
        ow_key key;
        char guid[39];
        int r = ow_hive_create_key(hive, at, name, &key, NULL, err);

        make_guid(d, guid);
        if (r == 0)
                r = set_text(hive, key, "ProviderGuid", guid, err);
        if (r == 0)
                r = set_text(hive, key, "EventMessageFile", "%SystemRoot%\\System32\\IoLogMsg.dll", err);
        return r < 0 ? r : set_dword(hive, key, "TypesSupported", 7, err);
}

typedef int (*filler_fn)(ow_hive *hive, ow_key at, struct dice *d, ow_error *err);

static const struct filler {
        const char *kind, *path;
        filler_fn put;
        unsigned share;                 /* how many in a row */
} fillers[] = {
        { "software", "Classes\\CLSID", put_class, 5 },
        { "software", "Classes\\Interface", put_interface, 6 },
        { "software", "Microsoft\\Windows\\CurrentVersion\\Installer\\UserData\\S-1-5-18\\Components", put_component,
          4 },
        { "software", "Classes\\Wow6432Node\\CLSID", put_class, 2 },
        { "system", "ControlSet001\\Control\\CriticalDeviceDatabase", put_device_id, 5 },
        { "system", "ControlSet001\\Services\\eventlog\\System", put_event_source, 3 },
        { "system", "ControlSet002\\Control\\CriticalDeviceDatabase", put_device_id, 5 },
};

static bool is_full(const ow_hive *hive, uint64_t size)
{
        ow_hive_info info;

        ow_hive_info_get(hive, &info);
        return info.bins_size + 4096ull >= size;
}

int fill_hive(ow_hive *hive, const char *kind, uint64_t size, ow_error *err)
{
        struct dice dice = { .state = size };
        ow_key at[COUNT(fillers)];
        bool any = false;
        int r = 0;

        for (size_t i = 0; i < COUNT(fillers) && r == 0; i++)
                if (strcmp(fillers[i].kind, kind) == 0) {
                        r = ow_hive_create_key(hive, ow_hive_root(hive), fillers[i].path, &at[i], NULL, err);
                        any = true;
                }
        if (r == 0 && !any)
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "fill: neither software nor system: '%s'", kind);
        while (r == 0 && !is_full(hive, size))
                for (unsigned n = 0; n < LOOK_EVERY && r == 0; n++) {
                        size_t i = dice_next(&dice) % COUNT(fillers);

                        if (strcmp(fillers[i].kind, kind) != 0)
                                continue;
                        for (unsigned k = 0; k < fillers[i].share && r == 0; k++)
                                r = fillers[i].put(hive, at[i], &dice, err);
                }
        return r;
}
