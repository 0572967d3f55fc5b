/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * "Hardware Profiles\Current" is a volatile link to "Hardware Profiles\%04d": a hive on disk does not hold it, and a
 * key of this name would be in the way of Windows. One that is there all the same stands for itself, so that it can be
 * seen and removed.
 */
#include <stdio.h>
#include <string.h>

#include "base/le.h"
#include "base/upcase.h"
#include "guest/hardware-profile.h"
#include "guest/internal.h"

enum { MAX_PROFILES = 9999 };           /* names have four digits */

static bool part_is(const char *part, size_t size, const char *want)
{
        return ow_name_compare_n(part, size, want, strlen(want)) == 0;
}

bool guest_profile_is_link(const char *path)
{
        const char *second, *third, *rest;
        size_t set = guest_path_part(path, &second);
        size_t profiles = guest_path_part(second, &third);
        size_t current = guest_path_part(third, &rest);

        return (part_is(path, set, "CurrentControlSet") ||
                (set == strlen("ControlSetNNN") && part_is(path, set - 3, "ControlSet"))) &&
               part_is(second, profiles, "Hardware Profiles") && part_is(third, current, "Current");
}

/* 1 *ret is what CurrentConfig says, 0 it says nothing. */
static int current_config(ow_hive *system, const char *set, size_t set_size, uint32_t *ret, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf("%.*s\\Control\\IDConfigDB", (int)set_size, set);
        __attribute__((cleanup(ow_blob_done))) ow_blob data = { 0 };
        uint32_t type;
        ow_key key;
        int r;

        if (!path)
                return ow_fail_nomem(err);
        r = ow_hive_find(system, ow_hive_root(system), path, &key, err);
        if (r > 0)
                r = ow_hive_get_value(system, key, "CurrentConfig", &type, &data, err);
        if (r <= 0)
                return r;
        *ret = data.size == 4 ? ow_le32_at(data.p) : MAX_PROFILES + 1;
        return type == OW_REG_DWORD && *ret <= MAX_PROFILES;
}

int guest_profile_path(ow_hive *system, const char *path, int absent, char **ret_path, ow_error *err)
{
        const char *profiles, *current, *rest;
        size_t set = guest_path_part(path, &profiles), size = guest_path_part(profiles, &current) + set + 1;
        OW_AUTO_FREE char *link = NULL;
        uint32_t number;
        ow_key key;
        int r = 1;

        if (guest_profile_is_link(path)) {
                link = ow_asprintf("%.*s\\Current", (int)size, path);
                r = link ? ow_hive_find(system, ow_hive_root(system), link, &key, err) : ow_fail_nomem(err);
        }
        if (r > 0) {
                *ret_path = ow_strdup(path);
                return *ret_path ? 0 : ow_fail_nomem(err);
        }
        if (r == 0)
                r = current_config(system, path, set, &number, err);
        if (r < 0)
                return r;
        if (r == 0)
                return ow_fail(err, absent, OW_NOWHERE, "'%s' is a link that Windows makes at each boot, and no "
                               "CurrentConfig in '%.*s\\Control\\IDConfigDB' says to which hardware profile", link,
                               (int)set, path);
        (void)guest_path_part(current, &rest);
        *ret_path = ow_asprintf("%.*s\\%04u%s%s", (int)size, path, number, *rest ? "\\" : "", rest);
        return *ret_path ? 0 : ow_fail_nomem(err);
}
