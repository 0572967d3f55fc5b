/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows paths onto volumes. The letter that Windows calls its own drive always leads to the volume that it was
 * found on, whatever MountedDevices says; other letters lead where MountedDevices says.
 */
#include <stdio.h>
#include <string.h>

#include "guest/internal.h"

static const struct variable {
        const char *name;
        const char *below;              /* of the system drive; NULL: the system root */
} variables[] = {
        { "%SystemRoot%", NULL },
        { "%windir%", NULL },
        { "%SystemDrive%", "" },
        { "%HomeDrive%", "" },
        { "%ProgramFiles%", "\\Program Files" },
        { "%ProgramFiles(x86)%", "\\Program Files (x86)" },
        { "%CommonProgramFiles%", "\\Program Files\\Common Files" },
        { "%ProgramData%", "\\ProgramData" },
        { "%Public%", "\\Users\\Public" },
};

void guest_expand_path(const ow_guest *guest, const char *path, char *buf, size_t size)
{
        for (size_t i = 0; path[0] == '%' && i < OW_COUNT(variables); i++) {
                const struct variable *v = &variables[i];
                size_t len = strlen(v->name);

                if (!guest_text_begins(path, v->name))
                        continue;
                (void)snprintf(buf, size, "%c:%s%s%s", guest->system_drive, v->below ? "" : "\\",
                               v->below ? v->below : guest->root, path + len);
                return;
        }
        guest_copy(buf, size, path);
}

bool guest_file_there(ow_guest *guest, size_t volume, const char *path)
{
        ow_volume *v = guest->machine->volumes[volume].volume;
        ow_error err = OW_ERROR_INIT;
        ow_stat stat;
        int r = v ? ow_volume_stat(v, path, &stat, &err) : 0;

        if (r < 0)
                guest_note_error(guest, &err, path);
        return r > 0 && !(stat.attributes & OW_ATTR_DIRECTORY) && stat.size > 0;
}

static int find_volume(const ow_guest *guest, char letter, size_t *ret_volume, ow_error *err)
{
        const ow_machine_volume *v;
        size_t volume = SIZE_MAX;

        if (letter == guest->system_drive)
                volume = guest->volume;
        for (size_t i = 0; i < guest->n_drives && volume == SIZE_MAX; i++) {
                if (guest->drives[i].letter != letter)
                        continue;
                if (guest->drives[i].volume == SIZE_MAX)
                        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "drive %c: is %s", letter,
                                       guest->drives[i].what);
                volume = guest->drives[i].volume;
        }
        if (volume == SIZE_MAX)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "this Windows has no drive %c:", letter);
        v = &guest->machine->volumes[volume];
        if (!v->volume)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "drive %c: cannot be read: %s", letter,
                               v->why_not.text);
        *ret_volume = volume;
        return 0;
}

static bool is_slash(char c)
{
        return c == '\\' || c == '/';
}

static bool has_drive(const char *path)
{
        char c = (char)(path[0] & ~0x20);

        return c >= 'A' && c <= 'Z' && path[1] == ':';
}

/* path without what the kernel and the API put before a drive path; "" for what leads to no drive. */
static const char *strip_prefix(const char *path)
{
        static const char *const prefixes[] = { "\\??\\", "\\\\?\\", "\\\\.\\", "\\DosDevices\\", "\\GLOBAL??\\" };

        for (size_t i = 0; i < OW_COUNT(prefixes); i++) {
                size_t len = strlen(prefixes[i]);

                if (guest_text_begins(path, prefixes[i]))
                        return has_drive(path + len) ? path + len : "";
        }
        if ((is_slash(path[0]) && is_slash(path[1])) || guest_text_begins(path, "\\Device\\"))
                return "";
        return path;
}

/* Appends path to out name by name: one '\\' between names, "." dropped, ".." and streams refused. */
static int put_clean(ow_buffer *out, const char *path, ow_error *err)
{
        while (*path) {
                size_t len = strcspn(path, "\\/");

                if (len == 2 && path[0] == '.' && path[1] == '.')
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'..' in a path is not followed");
                if (memchr(path, ':', len))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "':' stands only behind a drive letter");
                if (len > 0 && !(len == 1 && path[0] == '.')) {
                        if (out->len)
                                ow_buffer_put_byte(out, '\\');
                        ow_buffer_put(out, path, len);
                }
                path += len;
                path += *path ? 1 : 0;
        }
        return 0;
}

/* Splits off the drive; *ret_below is below the system root when *ret_in_root. */
static int split(const ow_guest *guest, const char *path, char *ret_letter, const char **ret_below,
                 bool *ret_in_root, ow_error *err)
{
        static const char root[] = "\\SystemRoot";
        const size_t root_len = sizeof root - 1;
        const char *bare = strip_prefix(path);

        if (bare[0] == '\0')
                return ow_fail(err, path[0] ? OW_E_UNSUPPORTED : OW_E_INVAL, OW_NOWHERE, "'%s' is %s", path,
                               path[0] ? "a network or device path, not one on a drive" : "no path");
        *ret_letter = guest->system_drive;
        *ret_in_root = false;
        *ret_below = bare;
        if (has_drive(bare)) {
                *ret_letter = (char)(bare[0] & ~0x20);
                *ret_below = bare + 2;
        } else if (guest_text_begins(bare, root) && (is_slash(bare[root_len]) || !bare[root_len])) {
                *ret_in_root = true;
                *ret_below = bare + root_len;
        } else if (!is_slash(bare[0])) {
                *ret_in_root = true;
        }
        return 0;
}

/* The letter and the clean path below it, in out. */
static int clean(const ow_guest *guest, const char *path, char *ret_letter, ow_buffer *out, ow_error *err)
{
        char expanded[1200];
        const char *below;
        bool in_root;
        int r;

        if (strlen(path) >= sizeof expanded / 2)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "the path is longer than %zu bytes", sizeof expanded / 2);
        guest_expand_path(guest, path, expanded, sizeof expanded);
        if (expanded[0] == '%')
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' begins with a variable that is not known",
                               path);
        r = split(guest, expanded, ret_letter, &below, &in_root, err);
        if (r < 0)
                return r;
        if (in_root)
                ow_buffer_put_text(out, guest->root);
        r = put_clean(out, below, err);
        return r < 0 ? ow_wrap(err, r, "'%s'", path) : 0;
}

int ow_guest_resolve_path(ow_guest *guest, const char *path, ow_volume **ret_volume, char **ret_path, ow_error *err)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        size_t volume;
        char letter, *text;
        int r;

        r = clean(guest, path, &letter, &out, err);
        if (r >= 0)
                r = find_volume(guest, letter, &volume, err);
        if (r < 0)
                return r;
        text = ow_buffer_take_text(&out);
        if (!text)
                return ow_fail_nomem(err);
        *ret_volume = guest->machine->volumes[volume].volume;
        *ret_path = text;
        return 0;
}

int guest_drive_path(const ow_guest *guest, const char *path, char *buf, size_t size, ow_error *err)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;
        char letter;
        int r;

        r = clean(guest, path, &letter, &out, err);
        if (r < 0)
                return r;
        text = ow_buffer_take_text(&out);
        if (!text)
                return ow_fail_nomem(err);
        if ((size_t)snprintf(buf, size, "%c:\\%s", letter, text) >= size)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "the path is longer than %zu bytes", size);
        return 0;
}

int guest_path_there(ow_guest *guest, const char *path)
{
        OW_AUTO_FREE char *inside = NULL;
        ow_volume *volume;
        ow_stat stat;
        int r;

        r = ow_guest_resolve_path(guest, path, &volume, &inside, NULL);
        if (r >= 0)
                r = ow_volume_stat(volume, inside, &stat, NULL);
        guest->out_of_memory |= r == OW_E_NOMEM;
        return r;
}
