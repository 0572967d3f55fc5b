/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key paths of fix files: which roots they may use, and one spelling for each. */
#include <string.h>

#include <offwin/fix.h>

#include "base/upcase.h"
#include "fix/fix.h"

static const char *const hku_allowed[] = { ".DEFAULT", "S-1-5-18", "S-1-5-19", "S-1-5-20" };

static bool is_numbered_control_set(const char *rest)
{
        static const char prefix[] = "SYSTEM\\ControlSet";
        size_t n = sizeof prefix - 1;

        return strlen(rest) > n && ow_name_compare_n(rest, n, prefix, n) == 0 && rest[n] >= '0' && rest[n] <= '9';
}

static int hku_parse(const char *text, const char *rest, char **ret, ow_error *err)
{
        const char *end = strchr(rest, '\\');
        size_t n = end ? (size_t)(end - rest) : strlen(rest);

        for (size_t i = 0; i < OW_COUNT(hku_allowed); i++) {
                if (ow_name_compare_n(rest, n, hku_allowed[i], strlen(hku_allowed[i])) != 0)
                        continue;
                /* The profile of LocalSystem is the .DEFAULT hive; two names for it would be two changes. */
                *ret = ow_asprintf("HKU\\%s%s", i <= 1 ? ".DEFAULT" : hku_allowed[i], end ? end : "");
                return *ret ? 0 : ow_fail_nomem(err);
        }
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s': below HKEY_USERS only .DEFAULT, S-1-5-18, S-1-5-19 and "
                       "S-1-5-20 may be named; HKEY_CURRENT_USER stands for every profile", text);
}

static int canonical(const char *text, const ow_reg_path *path, char **ret, ow_error *err)
{
        if (!strchr(path->rest, '\\'))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' names a whole hive; a fix names a key in it", text);
        switch (path->root) {
        case OW_ROOT_HKLM:
                if (is_numbered_control_set(path->rest))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s': write CurrentControlSet; it stands for "
                                       "every control set that the next boot may use", text);
                *ret = ow_asprintf("HKLM\\%s", path->rest);
                break;
        case OW_ROOT_HKCU:
                *ret = ow_asprintf("HKCU\\%s", path->rest);
                break;
        case OW_ROOT_HKU:
                return hku_parse(text, path->rest, ret, err);
        }
        return *ret ? 0 : ow_fail_nomem(err);
}

int fix_path_parse(const char *text, char **ret, ow_error *err)
{
        ow_reg_path path = { OW_ROOT_HKLM, NULL };
        char *made = NULL;
        int r;

        r = ow_reg_path_parse(text, &path, err);
        if (r < 0)
                return r;
        r = canonical(text, &path, &made, err);
        ow_reg_path_done(&path);
        if (r < 0)
                return r;
        *ret = made;
        return 0;
}
