/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What starts by itself beside services and tasks: Run keys, and the places from which Windows' own programs take a
 * name (Microsoft: Run and RunOnce registry keys; Winlogon; AppInit DLLs; Session Manager).
 */
#include "guest/system.h"

#include <string.h>

#include <offwin/registry.h>
#include <offwin/service.h>
#include <offwin/software.h>

#define NT      "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\"
#define WOW     "HKLM\\SOFTWARE\\WOW6432Node\\Microsoft\\"
#define SESSION "HKLM\\SYSTEM\\CurrentControlSet\\Control\\Session Manager"
#define CURRENT "Software\\Microsoft\\Windows\\CurrentVersion\\"

/* One value each; name NULL: every value of the key. */
static const struct {
        const char *kind, *path, *name;
} places[] = {
        { "RunOnce", "HKLM\\" CURRENT "RunOnce", NULL },
        { "RunOnce", WOW "Windows\\CurrentVersion\\RunOnce", NULL },
        { "RunOnce", "HKCU\\" CURRENT "RunOnce", NULL },
        { "RunServices", "HKLM\\" CURRENT "RunServices", NULL },
        { "Winlogon", NT "Winlogon", "Shell" },
        { "Winlogon", NT "Winlogon", "Userinit" },
        { "Winlogon", NT "Winlogon", "GinaDLL" },
        { "Winlogon", NT "Winlogon", "Taskman" },
        { "AppInit", NT "Windows", "AppInit_DLLs" },
        { "AppInit", WOW "Windows NT\\CurrentVersion\\Windows", "AppInit_DLLs" },
        { "Load", "HKCU\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows", "Load" },
        { "Load", "HKCU\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Windows", "Run" },
        { "BootExecute", SESSION, "BootExecute" },
        { "BootExecute", SESSION, "SetupExecute" },
};

/* ---- the program behind a command ---- */

static enum ow_autorun_file look(ow_guest *guest, const char *path)
{
        int r = guest_path_there(guest, path);

        return r < 0 ? OW_AUTORUN_FILE_UNKNOWN : r > 0 ? OW_AUTORUN_FILE_THERE : OW_AUTORUN_FILE_MISSING;
}

/* A bare name, as CreateProcess finds it at boot: in System32, then in the system root. */
static enum ow_autorun_file look_around(ow_guest *guest, const char *name, char *buf, size_t size)
{
        static const char *const folders[] = { "%SystemRoot%\\System32\\", "%SystemRoot%\\" };

        for (size_t i = 0; i < OW_COUNT(folders); i++) {
                OW_AUTO_FREE char *path = ow_asprintf("%s%s", folders[i], name);

                if (!path)
                        break;
                guest_expand_path(guest, path, buf, size);
                if (look(guest, buf) == OW_AUTORUN_FILE_THERE)
                        return OW_AUTORUN_FILE_THERE;
        }
        buf[0] = '\0';
        return OW_AUTORUN_FILE_UNKNOWN;
}

enum ow_autorun_file system_program(ow_guest *guest, const char *command, char *buf, size_t size)
{
        char program[600];

        buf[0] = '\0';
        if (!guest_program_of(command, program, sizeof program) || !program[0])
                return OW_AUTORUN_FILE_UNKNOWN;
        if (!strchr(program, '\\'))
                return look_around(guest, program, buf, size);
        guest_expand_path(guest, program, buf, size);
        return look(guest, buf);
}

/* ---- entries ---- */

static void add(ow_guest *guest, struct guest_system *s, const char *kind, const char *place, const char *name,
                const char *command)
{
        char file[600];
        ow_autorun *a;

        if (!command[0])
                return;
        a = system_add(s, &s->autoruns, sizeof *a);
        if (!a)
                return;
        a->kind = kind;
        a->place = system_text(s, place);
        a->name = system_text(s, name);
        a->command = system_text(s, command);
        a->state = system_program(guest, command, file, sizeof file);
        a->file = system_text(s, file);
}

struct list_walk {
        ow_guest *guest;
        struct guest_system *s;
        const char *kind, *place, *name;
};

/* Winlogon and AppInit keep several commands in one text, with commas between them. */
static void add_one(void *state, const char *text)
{
        const struct list_walk *w = state;

        while (*text) {
                size_t n = strcspn(text, ",");
                OW_AUTO_FREE char *one = ow_strndup(text, n);

                if (!one) {
                        w->guest->out_of_memory = true;
                        return;
                }
                add(w->guest, w->s, w->kind, w->place, w->name, one + strspn(one, " "));
                text += n + (text[n] == ',');
        }
}

static void add_all(ow_guest *guest, struct guest_system *s, const char *kind, const char *place, ow_regkey key)
{
        uint32_t index = 0;
        ow_value value;
        char *name;

        while (guest_next_value(guest, key, &index, &value, &name)) {
                OW_AUTO_FREE char *owned = name;
                char text[2048];

                if (guest_text(guest, key, owned, text, sizeof text))
                        add(guest, s, kind, place, owned, text);
        }
}

static void place_read(ow_guest *guest, struct guest_system *s, size_t index)
{
        ow_error err = OW_ERROR_INIT;
        char **paths = NULL;
        size_t n = 0;

        if (ow_registry_expand(guest, places[index].path, &paths, &n, &err) < 0) {
                guest_note_error(guest, &err, places[index].path);
                return;
        }
        for (size_t i = 0; i < n; i++) {
                struct list_walk walk = { guest, s, places[index].kind, paths[i], places[index].name };
                ow_regkey key;

                if (!guest_key(guest, paths[i], &key))
                        continue;
                if (places[index].name)
                        guest_each_text(guest, key, places[index].name, add_one, &walk);
                else
                        add_all(guest, s, places[index].kind, paths[i], key);
        }
        ow_registry_paths_free(paths, n);
}

/* Services that start by themselves and are not Windows' own: their file is elsewhere, or not there. */
static void services_read(ow_guest *guest, struct guest_system *s)
{
        const ow_service *services;
        ow_error err = OW_ERROR_INIT;
        char root[300];
        size_t n = 0;

        guest_expand_path(guest, "%SystemRoot%\\", root, sizeof root);
        if (ow_guest_services(guest, &services, &n, &err) < 0)
                guest_note_error(guest, &err, "services");
        for (size_t i = 0; i < n; i++) {
                const ow_service *service = &services[i];
                OW_AUTO_FREE char *place = NULL;
                enum ow_autorun_file state;
                ow_autorun *a;

                if (!ow_service_is_win32(service) || service->start != OW_START_AUTO ||
                    service->image_kind != OW_IMAGE_FILE)
                        continue;
                state = look(guest, service->file);
                if (state != OW_AUTORUN_FILE_MISSING && guest_text_begins(service->file, root))
                        continue;
                place = ow_asprintf("HKLM\\SYSTEM\\CurrentControlSet\\Services\\%s", service->name);
                a = place ? system_add(s, &s->autoruns, sizeof *a) : NULL;
                if (a)
                        *a = (ow_autorun){ "Service", system_text(s, place), service->name, service->file,
                                           service->file, state };
        }
}

void system_read_autoruns(ow_guest *guest, struct guest_system *s)
{
        const ow_autostart *starts;
        ow_error err = OW_ERROR_INIT;
        size_t n = 0;

        if (ow_guest_autostarts(guest, &starts, &n, &err) < 0)
                guest_note_error(guest, &err, "Run keys");
        for (size_t i = 0; i < n; i++)
                add(guest, s, "Run", starts[i].place, starts[i].name, starts[i].command);
        for (size_t i = 0; i < OW_COUNT(places); i++)
                place_read(guest, s, i);
        services_read(guest, s);
}
