/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Uninstall entries and Run values, of the machine in both views and of every user whose hive is there. */
#include <offwin/software.h>

#include <string.h>

#include "guest/software.h"

#define UNINSTALL "Microsoft\\Windows\\CurrentVersion\\Uninstall"
#define RUN       "Microsoft\\Windows\\CurrentVersion\\Run"
#define POLICIES  "Microsoft\\Windows\\CurrentVersion\\Policies\\Explorer\\Run"

enum { PROGRAMS_MAX = 20000, AUTOSTARTS_MAX = 20000, TEXT_MAX = 2048 };

int guest_software_get(ow_guest *guest, struct guest_software **ret, ow_error *err)
{
        if (!guest->software)
                guest->software = ow_calloc(1, sizeof *guest->software);
        if (!guest->software)
                return ow_fail_nomem(err);
        *ret = guest->software;
        return 0;
}

static void program_done(ow_program *p)
{
        ow_free(p->place);
        ow_free(p->key);
        ow_free(p->name);
        ow_free(p->version);
        ow_free(p->publisher);
        ow_free(p->folder);
        ow_free(p->uninstall);
        ow_free(p->quiet_uninstall);
}

static void autostart_done(ow_autostart *a)
{
        ow_free(a->place);
        ow_free(a->name);
        ow_free(a->command);
}

void guest_software_free(struct guest_software *software)
{
        if (!software)
                return;
        for (size_t i = 0; i < software->n_programs; i++)
                program_done(&software->programs[i]);
        for (size_t i = 0; i < software->n_autostarts; i++)
                autostart_done(&software->autostarts[i]);
        ow_free(software->programs);
        ow_free(software->autostarts);
        guest_tasks_done(software);
        ow_free(software);
}

/* ---- uninstall entries ---- */

static char *text_of(ow_guest *guest, ow_regkey key, const char *name)
{
        char text[TEXT_MAX];

        (void)guest_text(guest, key, name, text, sizeof text);
        return ow_strdup(text);
}

static bool program_read(ow_guest *guest, ow_regkey key, const char *place, const char *name, bool wow64,
                         ow_program *ret)
{
        uint32_t number;
        ow_program p = {
                .place = ow_asprintf("%s\\%s", place, name),
                .key = ow_strdup(name),
                .wow64 = wow64,
                .name = text_of(guest, key, "DisplayName"),
                .version = text_of(guest, key, "DisplayVersion"),
                .publisher = text_of(guest, key, "Publisher"),
                .folder = text_of(guest, key, "InstallLocation"),
                .uninstall = text_of(guest, key, "UninstallString"),
                .quiet_uninstall = text_of(guest, key, "QuietUninstallString"),
        };

        p.msi = guest_dword(guest, key, "WindowsInstaller", &number) && number == 1;
        if (p.uninstall && name[0] == '{' && guest_text_contains(p.uninstall, "msiexec"))
                p.msi = true;
        p.system_component = guest_dword(guest, key, "SystemComponent", &number) && number == 1;
        if (!p.place || !p.key || !p.name || !p.version || !p.publisher || !p.folder || !p.uninstall ||
            !p.quiet_uninstall) {
                program_done(&p);
                return false;
        }
        *ret = p;
        return true;
}

static void programs_below(ow_guest *guest, const char *place, bool wow64)
{
        struct guest_software *s = guest->software;
        ow_subkey_iter iter = { 0 };
        ow_regkey at, key;
        char *name;

        if (!guest_key(guest, place, &at))
                return;
        while (guest_next_subkey(guest, at, &iter, &key, &name)) {
                OW_AUTO_FREE char *owned = name;
                void *grown = s->n_programs < PROGRAMS_MAX
                                      ? ow_grow(s->programs, s->n_programs, &s->cap_programs, sizeof *s->programs)
                                      : NULL;

                if (s->n_programs == PROGRAMS_MAX) {
                        guest_note(guest, "more than %d uninstall entries: the rest is not looked at", PROGRAMS_MAX);
                        return;
                }
                if (grown)
                        s->programs = grown;
                if (!grown || !program_read(guest, key, place, owned, wow64, &s->programs[s->n_programs])) {
                        guest->out_of_memory = true;
                        return;
                }
                s->n_programs++;
        }
}

/* ---- Run values ---- */

static bool autostart_read(ow_guest *guest, ow_regkey at, const char *place, const char *name, ow_autostart *ret)
{
        ow_autostart a = { .place = ow_strdup(place), .name = ow_strdup(name), .command = text_of(guest, at, name) };

        if (!a.place || !a.name || !a.command) {
                autostart_done(&a);
                return false;
        }
        *ret = a;
        return true;
}

static void autostarts_of(ow_guest *guest, const char *place, bool wow64)
{
        struct guest_software *s = guest->software;
        uint32_t index = 0;
        ow_value value;
        ow_regkey at;
        char *name;

        (void)wow64; /* the place tells */
        if (!guest_key(guest, place, &at))
                return;
        while (guest_next_value(guest, at, &index, &value, &name)) {
                OW_AUTO_FREE char *owned = name;
                void *grown;

                if (s->n_autostarts == AUTOSTARTS_MAX) {
                        guest_note(guest, "more than %d Run values: the rest is not looked at", AUTOSTARTS_MAX);
                        return;
                }
                grown = ow_grow(s->autostarts, s->n_autostarts, &s->cap_autostarts, sizeof *s->autostarts);
                if (grown)
                        s->autostarts = grown;
                if (!grown || !autostart_read(guest, at, place, owned, &s->autostarts[s->n_autostarts])) {
                        guest->out_of_memory = true;
                        return;
                }
                s->n_autostarts++;
        }
}

/* ---- both ---- */

/* Calls fn with the key called name below SOFTWARE of the machine, its 32-bit view, and every user. */
static int each_software(ow_guest *guest, const char *name, void (*fn)(ow_guest *, const char *, bool), ow_error *err)
{
        static const struct {
                const char *root;
                bool wow64;
        } roots[] = {
                { "HKLM\\SOFTWARE", false },
                { "HKLM\\SOFTWARE\\WOW6432Node", true },
                { "HKCU\\Software", false },
                { "HKCU\\Software\\WOW6432Node", true },
        };

        for (size_t i = 0; i < OW_COUNT(roots); i++) {
                OW_AUTO_FREE char *path = ow_asprintf("%s\\%s", roots[i].root, name);
                char **places = NULL;
                size_t n = 0;
                int r;

                r = path ? ow_registry_expand(guest, path, &places, &n, err) : ow_fail_nomem(err);
                if (r < 0)
                        return r;
                for (size_t p = 0; p < n; p++)
                        fn(guest, places[p], roots[i].wow64);
                ow_registry_paths_free(places, n);
        }
        return 0;
}

/* Memory that ran out while reading is told once, and what was read so far is thrown away with the guest. */
static int finish(ow_guest *guest, int r, bool *read, ow_error *err)
{
        if (r < 0)
                return r;
        if (guest->out_of_memory) {
                guest->out_of_memory = false;
                guest_software_free(OW_TAKE(guest->software));
                return ow_fail_nomem(err);
        }
        *read = true;
        return 0;
}

int ow_guest_programs(ow_guest *guest, const ow_program **ret, size_t *ret_count, ow_error *err)
{
        struct guest_software *s;
        int r;

        r = guest_software_get(guest, &s, err);
        if (r == 0 && !s->programs_read)
                r = finish(guest, each_software(guest, UNINSTALL, programs_below, err), &s->programs_read, err);
        if (r < 0)
                return r;
        *ret = s->programs;
        *ret_count = s->n_programs;
        return 0;
}

int ow_guest_autostarts(ow_guest *guest, const ow_autostart **ret, size_t *ret_count, ow_error *err)
{
        struct guest_software *s;
        int r;

        r = guest_software_get(guest, &s, err);
        if (r == 0 && !s->autostarts_read) {
                r = each_software(guest, RUN, autostarts_of, err);
                if (r == 0)
                        r = each_software(guest, POLICIES, autostarts_of, err);
                r = finish(guest, r, &s->autostarts_read, err);
        }
        if (r < 0)
                return r;
        *ret = s->autostarts;
        *ret_count = s->n_autostarts;
        return 0;
}
