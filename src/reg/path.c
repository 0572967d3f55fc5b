/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registry paths as people write them: the roots under their many names, and what is a path at all. */
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "reg/path.h"

static const struct root {
        const char *name, *brief;
        enum ow_reg_root root;
        const char *lives_at;           /* below root */
} roots[] = {
        { "HKEY_LOCAL_MACHINE", "HKLM", OW_ROOT_HKLM, "" },
        { "HKEY_USERS", "HKU", OW_ROOT_HKU, "" },
        { "HKEY_CURRENT_USER", "HKCU", OW_ROOT_HKCU, "" },
        { "HKEY_CLASSES_ROOT", "HKCR", OW_ROOT_HKLM, "SOFTWARE\\Classes" },
        { "HKEY_CURRENT_CONFIG", "HKCC", OW_ROOT_HKLM,
          "SYSTEM\\CurrentControlSet\\Hardware Profiles\\Current" },
};

const char *ow_reg_root_name(enum ow_reg_root root)
{
        size_t i = 0;

        while (roots[i].root != root) /* the roots themselves stand before what lives below them */
                i++;
        return roots[i].name;
}

int reg_path_check(const char *path, size_t size, ow_error *err)
{
        unsigned depth = 1;
        uint32_t c;

        if (size == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "the registry path is empty");
        if (path[0] == '\\' || path[0] == '-')  /* "[-" would read as a removal */
                return ow_fail(err, OW_E_INVAL, 0, "a registry path does not begin with '%c'", path[0]);
        if (path[size - 1] == '\\')
                return ow_fail(err, OW_E_INVAL, size - 1, "a registry path does not end with '\\'");
        for (size_t at = 0; at < size;) {
                size_t begin = at;

                if ((uint8_t)path[at] < 0x80)
                        c = (uint8_t)path[at++];
                else if (!ow_utf8_next(path, size, &at, &c))
                        return ow_fail(err, OW_E_INVAL, at, "byte %zu of the registry path is not UTF-8", at);
                if (c == '\n' || c == '\r')
                        return ow_fail(err, OW_E_INVAL, begin, "a line break in a registry path");
                if (c != '\\')
                        continue;
                if (path[at] == '\\')
                        return ow_fail(err, OW_E_INVAL, begin, "two '\\' in a row in a registry path");
                if (++depth > REG_PATH_MAX_NAMES)
                        return ow_fail(err, OW_E_LIMIT, begin, "a registry path of more than %d names",
                                       REG_PATH_MAX_NAMES);
        }
        return 0;
}

size_t reg_path_trim(const char *path, size_t size)
{
        return size - (size > 1 && path[size - 1] == '\\');
}

static size_t name_length(const char *path)
{
        return strcspn(path, "\\");
}

const char *reg_path_below(const char *path, const char *prefix)
{
        while (*prefix) {
                size_t a = name_length(path), b = name_length(prefix);

                if (ow_name_compare_n(path, a, prefix, b) != 0)
                        return NULL;
                path += a + (path[a] != '\0');
                prefix += b + (prefix[b] != '\0');
        }
        return path;
}

static bool is_name(const char *text, size_t size, const char *name)
{
        return size == strlen(name) && strncasecmp(text, name, size) == 0;
}

static const struct root *find_root(const char *text, size_t size)
{
        if (size > 0 && text[size - 1] == ':')  /* PowerShell drives: HKLM:\ */
                size--;
        for (size_t i = 0; i < OW_COUNT(roots); i++) {
                if (is_name(text, size, roots[i].name) || is_name(text, size, roots[i].brief))
                        return &roots[i];
        }
        return NULL;
}

bool reg_path_has_root(const char *path, size_t size)
{
        const char *end = memchr(path, '\\', size);

        return find_root(path, end ? (size_t)(end - path) : size);
}

int ow_reg_path_parse(const char *text, ow_reg_path *ret, ow_error *err)
{
        const struct root *root;
        const char *path = text;
        size_t first, size, below;
        char *rest;
        int r;

        if (is_name(path, name_length(path), "Computer") && path[name_length(path)])
                path += sizeof "Computer";      /* the address bar of regedit writes it, and a '\\' */
        size = reg_path_trim(path, strlen(path)); /* "HKLM:\" is how PowerShell writes a root */
        first = name_length(path);
        r = reg_path_check(path, size, err);
        if (r < 0)
                return ow_wrap(err, r, "registry path '%s'", text);
        root = find_root(path, first);
        if (!root)
                return ow_fail(err, OW_E_INVAL, 0,
                               "registry path '%s' does not begin with HKLM, HKU, HKCU, HKCR or HKCC%s", text,
                               strchr(text, '/') ? " and a '\\'" : "");
        below = first < size ? size - first - 1 : 0;
        rest = ow_asprintf("%s%s%.*s", root->lives_at, *root->lives_at && below ? "\\" : "", (int)below,
                           below ? path + first + 1 : "");
        if (!rest)
                return ow_fail_nomem(err);
        *ret = (ow_reg_path){ .root = root->root, .rest = rest };
        return 0;
}

int ow_reg_path_relative(const char *text, char **ret, ow_error *err)
{
        const char *path = text + (text[0] == '\\');
        size_t size = reg_path_trim(path, strlen(path));
        size_t dash = size > 1 && path[0] == '-';       /* it removes only in a text */
        int r = reg_path_check(path + dash, size - dash, err);

        if (r < 0)
                return ow_wrap(err, r, "registry path '%s'", text);
        *ret = ow_strndup(path, size);
        return *ret ? 0 : ow_fail_nomem(err);
}

void ow_reg_path_done(ow_reg_path *path)
{
        ow_free(path->rest);
        path->rest = NULL;
}
