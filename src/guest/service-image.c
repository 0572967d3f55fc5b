/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From an image path to the file that counts. A driver's is a path, most often below the system root; without one it
 * is System32\drivers\<name>.sys. A service's is a command line: quoted, or cut where CreateProcess would find a
 * program. Of what svchost hosts, the DLL counts. Nothing here touches a volume.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "guest/services.h"

enum { MAX_PATH = 600 };

static bool is_end(char c)
{
        return c == '\0' || c == ' ' || c == '\t';
}

/* Length of the program in an unquoted command line: up to an extension of programs, else up to the first space. */
static size_t program_length(const char *line)
{
        static const char *const extensions[] = { ".exe", ".sys", ".dll", ".com", ".bat", ".cmd" };

        for (size_t i = 0; line[i]; i++)
                for (size_t k = 0; line[i] == '.' && k < OW_COUNT(extensions); k++)
                        if (strncasecmp(line + i, extensions[k], 4) == 0 && is_end(line[i + 4]))
                                return i + 4;
        return strcspn(line, " \t");
}

bool guest_program_of(const char *line, char *buf, size_t size)
{
        const char *name;
        size_t len;

        while (*line == ' ' || *line == '\t')
                line++;
        if (*line == '"') {
                line++;
                len = strcspn(line, "\"");
        } else {
                len = program_length(line);
        }
        if (len + sizeof ".exe" > size)
                return false;
        memcpy(buf, line, len);
        buf[len] = '\0';
        name = strrchr(buf, '\\');
        if (len && !strchr(name ? name : buf, '.'))
                memcpy(buf + len, ".exe", sizeof ".exe");
        return true;
}

static bool is_svchost(const char *program)
{
        const char *name = strrchr(program, '\\');

        return guest_text_equal(name ? name + 1 : program, "svchost.exe");
}

/* What to resolve, into buf; false when it does not fit. "" when there is nothing. */
static bool choose(const ow_service *s, char *buf, size_t size)
{
        bool driver = ow_service_is_driver(s);
        const char *from = s->image_path;

        if (driver && from[0] == '\0')
                return (size_t)snprintf(buf, size, "System32\\drivers\\%s.sys", s->name) < size;
        if (driver)
                return (size_t)snprintf(buf, size, "%s", from) < size;
        if (!guest_program_of(from, buf, size))
                return false;
        if (s->service_dll[0] && is_svchost(buf))
                return (size_t)snprintf(buf, size, "%s", s->service_dll) < size;
        /* A bare name is looked for in System32. */
        if (buf[0] && buf[0] != '%' && !strpbrk(buf, "\\/:")) {
                char name[MAX_PATH];

                guest_copy(name, sizeof name, buf);
                return (size_t)snprintf(buf, size, "System32\\%s", name) < size;
        }
        return true;
}

/* \\server\share and its long forms; \\.\ and \\?\ begin names of devices. */
static bool is_remote(const char *path)
{
        if (guest_text_begins(path, "\\\\.\\") || guest_text_begins(path, "\\\\?\\"))
                return guest_text_begins(path + 4, "UNC\\");
        return strncmp(path, "\\\\", 2) == 0 || guest_text_begins(path, "\\??\\UNC\\");
}

void guest_service_image(ow_guest *guest, struct guest_service_set *set, ow_service *s)
{
        char path[MAX_PATH], full[2 * MAX_PATH];
        ow_error err = OW_ERROR_INIT;

        s->image_kind = OW_IMAGE_ODD;
        if (!choose(s, path, sizeof path)) {
                guest_note(guest, "service '%s': its image path is longer than %d bytes", s->name, MAX_PATH);
                return;
        }
        if (path[0] == '\0') {
                s->image_kind = OW_IMAGE_NONE;
                return;
        }
        switch (guest_drive_path(guest, path, full, sizeof full, &err)) {
        case 0:
                s->image_kind = OW_IMAGE_FILE;
                s->file = ow_pool_text(&set->pool, full, strlen(full));
                return;
        case OW_E_UNSUPPORTED:
                if (path[0] != '%') {
                        s->image_kind = is_remote(path) ? OW_IMAGE_REMOTE : OW_IMAGE_DEVICE;
                        return;
                }
                guest_note(guest, "service '%s': %s", s->name, err.text);
                return;
        default:
                guest_note(guest, "service '%s': %s", s->name, err.text);
        }
}
