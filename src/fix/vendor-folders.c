/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs of a pack among folders. A variable may stand for two folders: Program Files of a 64-bit Windows. */
#include "fix/vendor.h"

#include <string.h>

#include <offwin/hive.h>
#include <offwin/registry.h>
#include <offwin/volume.h>

#include "base/glob.h"
#include "base/upcase.h"
#include "base/utf16.h"

#define CURRENT_VERSION "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion"

/* A variable, the values of CURRENT_VERSION that hold it, and what it is below the system drive when they do not. */
static const struct variable {
        const char *name;
        const char *values[2];
        const char *fallbacks[2];
} variables[] = {
        { "%SystemDrive%", { NULL, NULL }, { "", NULL } },
        { "%ProgramFiles%",
          { "ProgramFilesDir", "ProgramFilesDir (x86)" },
          { "\\Program Files", "\\Program Files (x86)" } },
        { "%CommonProgramFiles%",
          { "CommonFilesDir", "CommonFilesDir (x86)" },
          { "\\Program Files\\Common Files", "\\Program Files (x86)\\Common Files" } },
        { "%ProgramData%", { NULL, NULL }, { "\\ProgramData", NULL } },
};

/* The text of a value, the caller's; *ret is NULL when there is none. */
static int value_text(ow_guest *guest, const char *name, char **ret, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_error why = OW_ERROR_INIT;
        ow_blob data = { NULL, 0 };
        uint32_t type = 0;
        int r;

        *ret = NULL;
        r = ow_registry_get(guest, CURRENT_VERSION, name, &type, &data, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r <= 0)
                return 0;
        if (type == OW_REG_SZ || type == OW_REG_EXPAND_SZ)
                ow_utf16_to_utf8((ow_view){ data.p, data.size }, &text);
        ow_blob_done(&data);
        *ret = ow_buffer_take_text(&text);
        return *ret ? 0 : ow_fail_nomem(err);
}

/* What the index-th meaning of a variable is in this guest; NULL: there is none. */
static int base_of(ow_guest *guest, const struct variable *v, size_t index, char **ret, ow_error *err)
{
        OW_AUTO_FREE char *stored = NULL;
        int r = 0;

        *ret = NULL;
        if (v->values[index])
                r = value_text(guest, v->values[index], &stored, err);
        if (r < 0 || (!v->fallbacks[index] && !stored))
                return r;
        if (stored && stored[0] && stored[1] == ':')
                *ret = OW_TAKE(stored);
        else
                *ret = ow_asprintf("%c:%s", ow_guest_system_drive(guest), v->fallbacks[index]);
        return *ret ? 0 : ow_fail_nomem(err);
}

struct listing {
        struct vendor_search *search;
        size_t section;
        const char *folder, *glob; /* the Windows path of the folder; the last name looked for */
};

static int entry_look(void *state, const char *name, const ow_stat *stat, ow_error *err)
{
        struct listing *l = state;
        OW_AUTO_FREE char *where = NULL;

        if (!(stat->attributes & OW_ATTR_DIRECTORY) || !ow_glob_match(l->glob, name))
                return 0;
        where = ow_asprintf("%s\\%s", l->folder, name);
        if (!where)
                return ow_fail_nomem(err);
        return vendor_sign_add(l->search, l->section, where, where, "", UINT32_MAX, err);
}

/* Looks at path, a Windows path whose last name may be a glob. */
static int path_look(struct vendor_search *s, size_t section, char *path, ow_error *err)
{
        char *last = strrchr(path, '\\');
        bool glob = ow_glob_is(last + 1);
        struct listing listing = { s, section, path, last + 1 };
        OW_AUTO_FREE char *inside = NULL;
        ow_error why = OW_ERROR_INIT;
        ow_volume *volume;
        ow_stat stat;
        int r;

        if (glob)
                *last = '\0';
        r = ow_guest_resolve_path(s->guest, path, &volume, &inside, &why);
        if (r == 0)
                r = ow_volume_stat(volume, inside, &stat, &why);
        if (r > 0 && stat.attributes & OW_ATTR_DIRECTORY)
                r = glob ? ow_volume_list(volume, inside, entry_look, &listing, &why)
                         : vendor_sign_add(s, section, path, path, "", UINT32_MAX, &why);
        return r == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
}

int vendor_find_folder(struct vendor_search *s, size_t section, ow_error *err)
{
        const char *pattern = s->fix->pack->items[section].name;
        size_t size = (size_t)(strchr(pattern + 1, '%') - pattern) + 1;
        int r = 0;

        if (ow_name_compare_n(pattern, size, "%SystemRoot%", strlen("%SystemRoot%")) == 0) {
                OW_AUTO_FREE char *path = ow_asprintf("%c:\\%s%s", ow_guest_system_drive(s->guest),
                                                      ow_guest_root(s->guest), pattern + size);

                return path ? path_look(s, section, path, err) : ow_fail_nomem(err);
        }
        for (size_t i = 0; i < OW_COUNT(variables); i++) {
                if (ow_name_compare_n(pattern, size, variables[i].name, strlen(variables[i].name)) != 0)
                        continue;
                for (size_t b = 0; b < 2 && r == 0; b++) {
                        OW_AUTO_FREE char *base = NULL;
                        OW_AUTO_FREE char *path = NULL;

                        r = base_of(s->guest, &variables[i], b, &base, err);
                        if (r < 0 || !base)
                                continue;
                        path = ow_asprintf("%s%s", base, pattern + size);
                        r = path ? path_look(s, section, path, err) : ow_fail_nomem(err);
                }
        }
        return r;
}
