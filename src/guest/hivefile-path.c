/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registry paths onto one hive: where Windows would show it, and what is left of a path inside it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <offwin/reg.h>
#include <offwin/registry.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/upcase.h"
#include "guest/hardware-profile.h"
#include "guest/hivefile.h"
#include "guest/internal.h"

/* ---- the prefix ---- */

static const char *last_part(const char *path, const char *separators)
{
        const char *last = path;

        for (; *path; path++)
                if (strchr(separators, *path))
                        last = path + 1;
        return last;
}

/* Names that say more than themselves; NULL: none of them. */
static const char *known_prefix(const char *name)
{
        static const struct { const char *name, *prefix; } known[] = {
                { "SYSTEM", "HKEY_LOCAL_MACHINE\\SYSTEM" },
                { "SOFTWARE", "HKEY_LOCAL_MACHINE\\SOFTWARE" },
                { "SAM", "HKEY_LOCAL_MACHINE\\SAM" },
                { "SECURITY", "HKEY_LOCAL_MACHINE\\SECURITY" },
                { "COMPONENTS", "HKEY_LOCAL_MACHINE\\COMPONENTS" },
                { "DRIVERS", "HKEY_LOCAL_MACHINE\\DRIVERS" },
                { "BCD", "HKEY_LOCAL_MACHINE\\BCD00000000" },
                { "DEFAULT", "HKEY_USERS\\.DEFAULT" },
                { "NTUSER.DAT", "HKEY_CURRENT_USER" },
                { "NTUSER.MAN", "HKEY_CURRENT_USER" },
                { "UsrClass.dat", "HKEY_CURRENT_USER\\Software\\Classes" },
        };

        for (size_t i = 0; i < OW_COUNT(known); i++)
                if (ow_name_compare(name, known[i].name) == 0)
                        return known[i].prefix;
        return NULL;
}

int hivefile_guess_prefix(const char *path, const ow_hive *hive, char **ret, bool *ret_known, ow_error *err)
{
        const char *of_file = last_part(path, "/");
        const char *inside, *prefix;
        ow_hive_info info;

        ow_hive_info_get(hive, &info);
        inside = last_part(info.name, "\\/");
        prefix = known_prefix(inside);
        if (!prefix)
                prefix = known_prefix(of_file);
        *ret = prefix ? ow_strdup(prefix) : ow_asprintf("HKEY_LOCAL_MACHINE\\%s", *inside ? inside : of_file);
        *ret_known = prefix;
        return *ret ? 0 : ow_fail_nomem(err);
}

int ow_hivefile_guess_prefix(const char *path, const ow_hive *hive, char **ret, ow_error *err)
{
        bool known;

        return hivefile_guess_prefix(path, hive, ret, &known, err);
}

const char *ow_hivefile_prefix(const ow_hivefile *file)
{
        return file->prefix;
}

int ow_hivefile_set_prefix(ow_hivefile *file, const char *prefix, ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path parsed = { 0 };
        char *full;
        int r;

        r = ow_reg_path_parse(prefix, &parsed, err);
        if (r < 0)
                return r;
        full = ow_asprintf("%s%s%s", ow_reg_root_name(parsed.root), *parsed.rest ? "\\" : "", parsed.rest);
        if (!full)
                return ow_fail_nomem(err);
        ow_free(file->prefix);
        file->prefix = full;
        file->placed = true;
        return 0;
}

/* ---- paths ---- */

/* What is left of path below at, both without their roots; NULL: it does not lie there. */
static const char *below(const char *path, const char *at)
{
        while (*at) {
                const char *next, *at_next;
                size_t size = guest_path_part(path, &next), at_size = guest_path_part(at, &at_next);

                if (ow_name_compare_n(path, size, at, at_size) != 0)
                        return NULL;
                path = next;
                at = at_next;
        }
        return path;
}

/* What the prefix leaves of path; *ret_rest is NULL when path lies elsewhere. */
static int below_prefix(const ow_hivefile *file, const ow_reg_path *path, const char **ret_rest, ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path prefix = { 0 };
        int r = ow_reg_path_parse(file->prefix, &prefix, err);

        if (r == 0)
                *ret_rest = prefix.root == path->root ? below(path->rest, prefix.rest) : NULL;
        return r;
}

int ow_hivefile_fits(const ow_hivefile *file, const char *path, ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path parsed = { 0 };
        const char *rest;
        int r;

        if (path[0] == '\\')
                return 1;
        r = ow_reg_path_parse(path, &parsed, err);
        if (r < 0)
                return r;
        r = below_prefix(file, &parsed, &rest, err);
        return r < 0 ? r : rest != NULL;
}

/*
 * A path with a root: what the prefix covers goes. Of a hive that may be shown anywhere, also the root and (HKLM,
 * HKU) the name that stands for the hive.
 */
static int strip_root(const ow_hivefile *file, const ow_reg_path *path, char **ret, ow_error *err)
{
        const char *rest;
        int r = below_prefix(file, path, &rest, err);

        if (r < 0)
                return r;
        if (!rest && file->placed)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "registry path '%s%s%s' does not lie below %s, as which '%s' is taken (see --prefix)",
                               ow_reg_root_name(path->root), *path->rest ? "\\" : "", path->rest, file->prefix,
                               file->name);
        if (!rest) {
                rest = path->rest;
                if (path->root != OW_ROOT_HKCU)
                        (void)guest_path_part(rest, &rest);
        }
        *ret = ow_strdup(rest);
        return *ret ? 0 : ow_fail_nomem(err);
}

static int relative(const ow_hivefile *file, const char *path, char **ret, ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path parsed = { 0 };
        ow_error why = OW_ERROR_INIT;
        int r;

        if (strcmp(path, "") == 0 || strcmp(path, "\\") == 0) {
                *ret = ow_strdup("");
                return *ret ? 0 : ow_fail_nomem(err);
        }
        r = ow_reg_path_parse(path, &parsed, &why);
        if (r == 0)
                return strip_root(file, &parsed, ret, err);
        return r == OW_E_NOMEM ? ow_fail_nomem(err) : ow_reg_path_relative(path, ret, err);
}

/* The hive of a person: the services' and the system's have no UsrClass.dat. */
static bool is_a_persons(const ow_hivefile *file)
{
        static const char *const prefixes[] = { "HKEY_USERS\\S-1-5-21-", "HKEY_USERS\\S-1-12-1-" };

        for (size_t i = 0; i < OW_COUNT(prefixes); i++)
                if (strncasecmp(file->prefix, prefixes[i], strlen(prefixes[i])) == 0 &&
                    !strpbrk(file->prefix + strlen(prefixes[i]), "\\_"))
                        return true;
        return strcmp(file->prefix, "HKEY_CURRENT_USER") == 0;
}

int ow_hivefile_lasts(const ow_hivefile *file, const char *path, ow_error *err)
{
        if (!is_a_persons(file) || !below(path, "Software\\Classes"))
                return 0;
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' belongs into UsrClass.dat of the profile: from '%s', taken "
                       "as %s, Windows removes it at logon (see --prefix)", path, file->name, file->prefix);
}

/* ---- control sets ---- */

/* Numbers of the sets that Select's values name and that are there: what runs, then what the next boot takes. */
static size_t control_sets(ow_hivefile *file, uint32_t sets[2])
{
        static const char *const names[] = { "Current", "Default" };
        ow_key root = ow_hive_root(file->hive), select, set;
        size_t n = 0;

        if (ow_hive_find(file->hive, root, "Select", &select, NULL) <= 0)
                return 0;
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                OW_AUTO_BLOB data = { 0 };
                char name[32];
                uint32_t type, number;

                if (ow_hive_get_value(file->hive, select, names[i], &type, &data, NULL) <= 0 || data.size != 4)
                        continue;
                number = ow_le32_at(data.p);
                (void)snprintf(name, sizeof name, "ControlSet%03u", number);
                if ((n == 0 || sets[0] != number) && ow_hive_find(file->hive, root, name, &set, NULL) > 0)
                        sets[n++] = number;
        }
        return n;
}

static bool is_current_set(const char *path, const char **ret_rest)
{
        size_t size = guest_path_part(path, ret_rest);

        return ow_name_compare_n(path, size, "CurrentControlSet", strlen("CurrentControlSet")) == 0;
}

static char *in_set(uint32_t number, const char *rest)
{
        return ow_asprintf("ControlSet%03u%s%s", number, *rest ? "\\" : "", rest);
}

int ow_hivefile_resolve(ow_hivefile *file, const char *path, char **ret_path, ow_error *err)
{
        OW_AUTO_FREE char *plain = NULL;
        OW_AUTO_FREE char *led = NULL;
        const char *rest;
        uint32_t sets[2];
        int r;

        r = relative(file, path, &plain, err);
        if (r < 0)
                return r;
        led = is_current_set(plain, &rest) && control_sets(file, sets) > 0 ? in_set(sets[0], rest) : OW_TAKE(plain);
        return led ? guest_profile_path(file->hive, led, OW_E_ABSENT, ret_path, err) : ow_fail_nomem(err);
}

int ow_hivefile_expand(ow_hivefile *file, const char *path, char ***ret, size_t *ret_count, ow_error *err)
{
        OW_AUTO_FREE char *plain = NULL;
        const char *rest;
        uint32_t sets[2];
        char **paths;
        size_t n = 0;
        int r;

        r = relative(file, path, &plain, err);
        if (r < 0)
                return r;
        if (is_current_set(plain, &rest))
                n = control_sets(file, sets);
        paths = ow_calloc(n ? n : 1, sizeof *paths);
        if (!paths)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < (n ? n : 1); i++) {
                OW_AUTO_FREE char *led = n ? in_set(sets[i], rest) : OW_TAKE(plain);

                r = led ? guest_profile_path(file->hive, led, OW_E_REFUSED, &paths[i], err) : ow_fail_nomem(err);
                if (r < 0) {
                        ow_registry_paths_free(paths, i);
                        return r;
                }
        }
        *ret = paths;
        *ret_count = n ? n : 1;
        return 0;
}
