/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a plan of files keeps its hands off: registry hives, which have a way of their own and may be held open by us,
 * and what Windows needs to start. Names are compared as Windows does.
 */
#include <stdio.h>
#include <string.h>

#include <offwin/guest.h>

#include "base/upcase.h"
#include "fix/plan.h"

static const char *const config_hives[] = { "SYSTEM",     "SOFTWARE", "SAM", "SECURITY", "DEFAULT",
                                            "COMPONENTS", "DRIVERS",  "BBI", "ELAM",     "BCD-Template" };
static const char *const boot_hives[] = { "Boot\\BCD", "EFI\\Microsoft\\Boot\\BCD" };

/* On whatever volume; nothing boots without them. */
static const char *const boot_files[] = { "bootmgr",      "bootmgr.efi",    "ntldr",
                                          "NTDETECT.COM", "boot.ini",       "Boot",
                                          "EFI",          "EFI\\Microsoft", "EFI\\Microsoft\\Boot" };

static bool same(const char *a, size_t size, const char *b)
{
        return ow_name_compare_n(a, size, b, strlen(b)) == 0;
}

/* What is left of path behind folder and its '\\', or NULL when it is not below it. */
static const char *below(const char *path, const char *folder)
{
        size_t size = strlen(folder);

        if (strlen(path) <= size + 1 || path[size] != '\\' || !same(path, size, folder))
                return NULL;
        return path + size + 1;
}

/* Length of path without what makes it the log of a hive. */
static size_t hive_length(const char *path)
{
        static const char *const logs[] = { ".LOG", ".LOG1", ".LOG2", ".SAV", ".ALT" };
        size_t size = strlen(path);

        for (size_t i = 0; i < OW_COUNT(logs); i++) {
                size_t n = strlen(logs[i]);

                if (size > n && same(path + size - n, n, logs[i]))
                        return size - n;
        }
        return size;
}

static bool is_machine_hive(const ow_guest *guest, const char *inside)
{
        char config[300];
        const char *name;

        (void)snprintf(config, sizeof config, "%s\\System32\\config", ow_guest_root(guest));
        name = below(inside, config);
        for (size_t i = 0; name && i < OW_COUNT(config_hives); i++)
                if (same(name, hive_length(name), config_hives[i]))
                        return true;
        return false;
}

/* where is C:\... . */
static bool is_user_hive(const ow_guest *guest, const char *where)
{
        static const char classes[] = "\\UsrClass.dat";

        for (size_t i = 0; i < ow_guest_user_count(guest); i++) {
                const char *name = below(where, ow_guest_user(guest, i)->profile);
                size_t size = name ? hive_length(name) : 0, n = sizeof classes - 1;

                if (size && (same(name, size, "NTUSER.DAT") || (size > n && same(name + size - n, n, classes))))
                        return true;
        }
        return false;
}

static bool is_hive(ow_guest *guest, ow_volume *volume, const char *inside, const char *where)
{
        if (volume == ow_guest_volume(guest) && is_machine_hive(guest, inside))
                return true;
        for (size_t i = 0; i < OW_COUNT(boot_hives); i++)
                if (same(inside, hive_length(inside), boot_hives[i]))
                        return true;
        return is_user_hive(guest, where);
}

static bool is_needed(ow_guest *guest, ow_volume *volume, const char *inside)
{
        static const char *const folders[] = { "", "\\System32", "\\System32\\config", "\\System32\\drivers" };
        char path[300];

        for (size_t i = 0; volume == ow_guest_volume(guest) && i < OW_COUNT(folders); i++) {
                (void)snprintf(path, sizeof path, "%s%s", ow_guest_root(guest), folders[i]);
                if (same(inside, strlen(inside), path))
                        return true;
        }
        for (size_t i = 0; i < OW_COUNT(boot_files); i++)
                if (same(inside, strlen(inside), boot_files[i]))
                        return true;
        return false;
}

int plan_file_guard(ow_guest *guest, ow_volume *volume, const char *inside, const char *where, bool removing,
                    ow_error *err)
{
        if (is_hive(guest, volume, inside, where))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s' belongs to a registry hive of this Windows, which is "
                               "changed key by key: see `offwin help reg import`",
                               where);
        if (removing && is_needed(guest, volume, inside))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "this Windows does not start without '%s'; name what is "
                               "to go inside of it",
                               where);
        return 0;
}
