/* SPDX-License-Identifier: GPL-2.0-or-later */
/* System information, gathered once: settings, hotfixes and event logs are read here. */
#include "guest/system.h"

#include <stdlib.h>
#include <string.h>

#include <offwin/volume.h>

#define CONTROL "HKLM\\SYSTEM\\CurrentControlSet\\Control\\"

enum { LIST_MAX = 20000 };

const char *system_text(struct guest_system *s, const char *text)
{
        return guest_pool_text(&s->extra.pool, text);
}

void *system_add(struct guest_system *s, struct guest_list *list, size_t size)
{
        return guest_list_add(s->extra.pool.guest, list, size, LIST_MAX);
}

/* ---- settings ---- */

struct collector {
        struct guest_system *s;
        struct guest_list *list;
};

static void collect(void *state, const char *text)
{
        struct collector *c = state;
        const char **slot = system_add(c->s, c->list, sizeof *slot);

        if (slot)
                *slot = system_text(c->s, text);
}

void system_read_settings(ow_guest *guest, struct guest_system *s)
{
        struct collector page_files = { s, &s->page_files };
        char text[600];
        uint32_t number;
        ow_regkey key;

        s->facts.crash_dump = OW_DUMP_UNKNOWN;
        if (guest_key(guest, CONTROL "Session Manager\\Memory Management", &key))
                guest_each_text(guest, key, "PagingFiles", collect, &page_files);
        if (!guest_key(guest, CONTROL "CrashControl", &key))
                return;
        if (guest_dword(guest, key, "CrashDumpEnabled", &number))
                s->facts.crash_dump = number <= OW_DUMP_SMALL || number == OW_DUMP_AUTOMATIC
                                              ? (enum ow_crash_dump)number
                                              : OW_DUMP_UNKNOWN;
        if (guest_text(guest, key, "DumpFile", text, sizeof text))
                s->facts.dump_file = system_text(s, text);
        s->facts.auto_restart_known = guest_dword(guest, key, "AutoReboot", &number);
        s->facts.auto_restart = s->facts.auto_restart_known && number != 0;
}

const char *ow_crash_dump_name(enum ow_crash_dump dump)
{
        switch (dump) {
        case OW_DUMP_NONE:
                return "none";
        case OW_DUMP_COMPLETE:
                return "complete";
        case OW_DUMP_KERNEL:
                return "kernel";
        case OW_DUMP_SMALL:
                return "small";
        case OW_DUMP_AUTOMATIC:
                return "automatic";
        case OW_DUMP_UNKNOWN:
                break;
        }
        return "unknown";
}

/* ---- hotfixes ---- */

/* "KB2534111" of "Package_for_KB2534111~31bf3856ad364e35~amd64~~6.1.1.0"; false when name is not of that kind. */
static bool package_of(const char *name, char id[16], const char **version)
{
        const char *at = strstr(name, "_for_KB");
        size_t digits;

        if (!at || strncmp(name, "Package_", 8) != 0)
                return false;
        at += strlen("_for_");
        digits = strspn(at + 2, "0123456789");
        if (digits < 5 || digits > 8)
                return false;
        memcpy(id, at, digits + 2);
        id[digits + 2] = '\0';
        *version = strrchr(name, '~') ? strrchr(name, '~') + 1 : "";
        return true;
}

static void hotfix_add(struct guest_system *s, const char *id, const char *version)
{
        ow_hotfix *fix = system_add(s, &s->hotfixes, sizeof *fix);

        if (fix)
                *fix = (ow_hotfix){ system_text(s, id), system_text(s, version) };
}

/* Vista and later: packages of the component store that are installed (112) or staged for use (80). */
static void read_packages(ow_guest *guest, struct guest_system *s)
{
        static const char path[] = "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\"
                                   "Packages";
        ow_subkey_iter iter = { 0 };
        ow_regkey at, package;
        char *name;

        if (!guest_key(guest, path, &at))
                return;
        while (guest_next_subkey(guest, at, &iter, &package, &name)) {
                OW_AUTO_FREE char *owned = name;
                const char *version;
                uint32_t state;
                char id[16];

                if (package_of(owned, id, &version) && guest_dword(guest, package, "CurrentState", &state) &&
                    state == 112)
                        hotfix_add(s, id, version);
        }
}

/* 2000 to 2003 list them by name. */
static void read_old_hotfixes(ow_guest *guest, struct guest_system *s)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey at, hotfix;
        char *name;

        if (!guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\HotFix", &at))
                return;
        while (guest_next_subkey(guest, at, &iter, &hotfix, &name)) {
                OW_AUTO_FREE char *owned = name;

                hotfix_add(s, owned, "");
        }
}

static int by_id(const void *a, const void *b)
{
        const ow_hotfix *l = a, *r = b;
        size_t n = strlen(l->id), m = strlen(r->id);

        return n != m ? (n > m) - (n < m) : strcmp(l->id, r->id);
}

void system_read_hotfixes(ow_guest *guest, struct guest_system *s)
{
        ow_hotfix *items;
        size_t kept = 0;

        read_packages(guest, s);
        read_old_hotfixes(guest, s);
        items = s->hotfixes.items;
        if (s->hotfixes.n)
                qsort(items, s->hotfixes.n, sizeof *items, by_id);
        for (size_t i = 0; i < s->hotfixes.n; i++) /* a hotfix has a package for each part of Windows */
                if (kept == 0 || strcmp(items[kept - 1].id, items[i].id) != 0)
                        items[kept++] = items[i];
        s->hotfixes.n = kept;
}

/* ---- event logs ---- */

struct log_folder {
        struct guest_system *s;
        const char *folder;
};

static int take_log(void *state, const char *name, const ow_stat *stat, ow_error *err)
{
        struct log_folder *f = state;
        size_t n = strlen(name);
        OW_AUTO_FREE char *path = NULL;
        ow_event_log *log;

        if (stat->attributes & OW_ATTR_DIRECTORY || n < 6 ||
            (!guest_text_equal(name + n - 5, ".evtx") && !guest_text_equal(name + n - 4, ".evt")))
                return 0;
        path = ow_asprintf("%s\\%s", f->folder, name);
        log = path ? system_add(f->s, &f->s->event_logs, sizeof *log) : NULL;
        if (!path)
                return ow_fail_nomem(err);
        if (log)
                *log = (ow_event_log){ system_text(f->s, path), stat->size, stat->modified };
        return 0;
}

static int newest_first(const void *a, const void *b)
{
        const ow_event_log *l = a, *r = b;

        return l->modified != r->modified ? (l->modified < r->modified) - (l->modified > r->modified)
                                          : strcmp(l->path, r->path);
}

void system_read_event_logs(ow_guest *guest, struct guest_system *s)
{
        static const char *const folders[] = { "%SystemRoot%\\System32\\winevt\\Logs",
                                               "%SystemRoot%\\System32\\config" };

        for (size_t i = 0; i < OW_COUNT(folders); i++) {
                char folder[300];
                struct log_folder f = { s, folder };
                ow_error err = OW_ERROR_INIT;
                OW_AUTO_FREE char *inside = NULL;
                ow_volume *volume;
                ow_stat stat;

                guest_expand_path(guest, folders[i], folder, sizeof folder);
                if (ow_guest_resolve_path(guest, folder, &volume, &inside, &err) < 0 ||
                    ow_volume_stat(volume, inside, &stat, &err) <= 0)
                        continue;
                if (ow_volume_list(volume, inside, take_log, &f, &err) < 0)
                        guest_note_error(guest, &err, folder);
        }
        if (s->event_logs.n)
                qsort(s->event_logs.items, s->event_logs.n, sizeof(ow_event_log), newest_first);
}

/* ---- all of it ---- */

static void texts_never_null(ow_system *f)
{
        const char **texts[] = { &f->firmware.manufacturer, &f->firmware.model,
                                 &f->firmware.family,       &f->firmware.bios_vendor,
                                 &f->firmware.bios_version, &f->firmware.bios_date,
                                 &f->firmware.board,        &f->dump_file };

        for (size_t i = 0; i < OW_COUNT(texts); i++)
                if (!*texts[i])
                        *texts[i] = "";
}

/* Moves a list into the pool that lives with the guest. */
static const void *keep(struct guest_system *s, struct guest_list *list, size_t size, size_t *ret_n)
{
        const void *kept = guest_pool_copy(&s->extra.pool, list->items, list->n, size);

        *ret_n = kept ? list->n : 0;
        guest_list_done(list);
        return kept;
}

static void read_system(struct guest_extra *extra)
{
        struct guest_system *s = (struct guest_system *)extra;
        ow_guest *guest = extra->pool.guest;
        ow_system *f = &s->facts;

        system_read_hardware(guest, s);
        system_read_settings(guest, s);
        system_read_hotfixes(guest, s);
        system_read_event_logs(guest, s);
        system_read_autoruns(guest, s);
        system_read_tasks(guest, s);
        texts_never_null(f);
        f->parts = keep(s, &s->parts, sizeof *f->parts, &f->n_parts);
        f->page_files = keep(s, &s->page_files, sizeof *f->page_files, &f->n_page_files);
        f->hotfixes = keep(s, &s->hotfixes, sizeof *f->hotfixes, &f->n_hotfixes);
        f->event_logs = keep(s, &s->event_logs, sizeof *f->event_logs, &f->n_event_logs);
        f->autoruns = keep(s, &s->autoruns, sizeof *f->autoruns, &f->n_autoruns);
        f->tasks = keep(s, &s->tasks, sizeof *f->tasks, &f->n_tasks);
}

int ow_guest_system(ow_guest *guest, const ow_system **ret, ow_error *err)
{
        int r = guest_extra_load(guest, &guest->system, sizeof(struct guest_system), read_system, err);

        if (r == 0)
                *ret = &((struct guest_system *)guest->system)->facts;
        return r;
}
