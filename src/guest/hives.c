/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hives of a guest: which file a name stands for, opening it with its logs when it is first needed, and whether
 * it may be edited. A dirty hive that no log brings up to date can be read, with a note, but not edited unless the
 * user accepts that.
 */
#include <stdio.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/internal.h"

enum { MAX_HIVES = 4096 };              /* each profile has two */

static bool name_is(const char *name, size_t size, const char *want)
{
        return ow_name_compare_n(name, size, want, strlen(want)) == 0;
}

void guest_hive_free(struct guest_hive *hive)
{
        if (!hive)
                return;
        ow_hive_close(hive->hive);
        ow_file_close(hive->file);
        ow_free(hive->place);
        ow_free(hive->path);
        ow_free(hive);
}

/* ---- from a name to a file ---- */

/* A file below the folder of Windows itself. */
static int in_root(const ow_guest *guest, const char *below, char **ret_path, size_t *ret_volume, ow_error *err)
{
        *ret_volume = guest->volume;
        *ret_path = ow_asprintf("%s\\%s", guest->root, below);
        return *ret_path ? 1 : ow_fail_nomem(err);
}

static int locate_machine_hive(const ow_guest *guest, const char *name, size_t size, char **ret_place,
                               char **ret_path, size_t *ret_volume, ow_error *err)
{
        static const char *const names[] = { "SYSTEM", "SOFTWARE", "SAM", "SECURITY", "COMPONENTS", "DRIVERS" };

        if (name_is(name, size, "BCD00000000")) {
                if (guest->bcd_volume == SIZE_MAX)
                        return 0;
                *ret_volume = guest->bcd_volume;
                *ret_path = ow_strdup(guest->bcd_path);
                *ret_place = ow_strdup("HKLM\\BCD00000000");
                return *ret_path && *ret_place ? 1 : ow_fail_nomem(err);
        }
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                char below[64];

                if (!name_is(name, size, names[i]))
                        continue;
                (void)snprintf(below, sizeof below, "System32\\config\\%s", names[i]);
                *ret_place = ow_asprintf("HKLM\\%s", names[i]);
                return *ret_place ? in_root(guest, below, ret_path, ret_volume, err) : ow_fail_nomem(err);
        }
        return 0;
}

/* A file below a profile folder, when that folder is on the disks given. */
static int in_profile(ow_guest *guest, const ow_user *user, const char *below, char **ret_path, size_t *ret_volume,
                      ow_error *err)
{
        OW_AUTO_FREE char *windows_path = ow_asprintf("%s\\%s", user->profile, below);
        ow_error why = OW_ERROR_INIT;
        ow_volume *volume;
        int r;

        if (!windows_path)
                return ow_fail_nomem(err);
        r = ow_guest_resolve_path(guest, windows_path, &volume, ret_path, &why);
        if (r < 0)
                return r == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
        for (size_t i = 0; i < guest->machine->n_volumes; i++)
                if (guest->machine->volumes[i].volume == volume)
                        *ret_volume = i;
        return 1;
}

/* UsrClass.dat: Vista and newer, then XP and 2003. */
static int in_classes(ow_guest *guest, const ow_user *user, char **ret_path, size_t *ret_volume, ow_error *err)
{
        static const char *const below[] = {
                "AppData\\Local\\Microsoft\\Windows\\UsrClass.dat",
                "Local Settings\\Application Data\\Microsoft\\Windows\\UsrClass.dat",
        };

        for (size_t i = 0; i < OW_COUNT(below); i++) {
                int r = in_profile(guest, user, below[i], ret_path, ret_volume, err);

                if (r <= 0)
                        return r;
                if (guest_file_there(guest, *ret_volume, *ret_path))
                        return 1;
                ow_free(*ret_path);
                *ret_path = NULL;
        }
        return 0;
}

static int locate_user_hive(ow_guest *guest, const char *name, size_t size, char **ret_place, char **ret_path,
                            size_t *ret_volume, ow_error *err)
{
        static const char tail[] = "_Classes";
        const size_t tail_size = sizeof tail - 1;
        bool classes = size > tail_size && name_is(name + size - tail_size, tail_size, tail);
        const ow_user *user;
        char place[300];

        if (name_is(name, size, ".DEFAULT") || name_is(name, size, "S-1-5-18")) {
                *ret_place = ow_strdup("HKU\\.DEFAULT");
                return *ret_place ? in_root(guest, "System32\\config\\DEFAULT", ret_path, ret_volume, err) :
                                    ow_fail_nomem(err);
        }
        user = guest_user_find(guest, name, classes ? size - tail_size : size);
        if (!user)
                return 0;
        guest_user_place(user, place, sizeof place);
        *ret_place = ow_asprintf("HKU\\%s%s", place, classes ? tail : "");
        if (!*ret_place)
                return ow_fail_nomem(err);
        return classes ? in_classes(guest, user, ret_path, ret_volume, err) :
                         in_profile(guest, user, "NTUSER.DAT", ret_path, ret_volume, err);
}

/* ---- opening ---- */

/* The logs beside a hive that are there and not empty, in the order in which ow_hive_load() wants them. */
static int open_logs(ow_volume *volume, const char *path, ow_file *files[3], ow_source sources[3], size_t *ret_count,
                     ow_error *err)
{
        static const char *const tails[] = { ".LOG", ".LOG1", ".LOG2" };

        *ret_count = 0;
        for (size_t i = 0; i < OW_COUNT(tails); i++) {
                OW_AUTO(ow_file) file = NULL;
                OW_AUTO_FREE char *name = ow_asprintf("%s%s", path, tails[i]);
                ow_error why = OW_ERROR_INIT;
                int r;

                if (!name)
                        return ow_fail_nomem(err);
                r = ow_file_open(volume, name, 0, &file, &why);
                if (r == OW_E_NOMEM)
                        return ow_fail_nomem(err);
                if (r < 0 || ow_file_size(file) == 0)
                        continue;
                sources[*ret_count] = ow_file_source(file);
                files[(*ret_count)++] = OW_TAKE(file);
        }
        return 0;
}

static int load(ow_guest *guest, struct guest_hive *h, const ow_source *logs, size_t n_logs, ow_error *err)
{
        ow_source source = ow_file_source(h->file);
        ow_hive_info info;
        int r;

        r = ow_hive_load(&source, logs, n_logs, 0, &h->hive, err);
        if (r == OW_E_DIRTY) {
                r = ow_hive_load(&source, logs, n_logs,
                                 OW_HIVE_ACCEPT_DIRTY | (guest->machine->accept_dirty ? 0u : OW_HIVE_READONLY),
                                 &h->hive, err);
                if (r < 0)
                        return r;
                h->stale = !guest->machine->accept_dirty;
                guest_note(guest, "hive %s was not closed and no log completes it: its last changes are missing",
                           h->place);
        }
        if (r < 0)
                return r;
        ow_hive_info_get(h->hive, &info);
        if (info.truncated)
                guest_note(guest, "hive %s is cut off: what lay behind byte %llu is lost", h->place,
                           (unsigned long long)source.size);
        return 0;
}

static int open_file(ow_guest *guest, struct guest_hive *h, ow_error *err)
{
        const ow_machine_volume *v = &guest->machine->volumes[h->volume];
        ow_error why = OW_ERROR_INIT;

        if (guest->machine->writable && v->why_not.code == 0) {
                int r = ow_file_open(v->volume, h->path, OW_FILE_WRITE, &h->file, &why);

                if (r >= 0 || r == OW_E_ABSENT || r == OW_E_NOMEM || r == OW_E_REFUSED) {
                        if (r < 0 && err)
                                *err = why;
                        return r;
                }
        }
        return ow_file_open(v->volume, h->path, 0, &h->file, err);
}

static int open_hive(ow_guest *guest, struct guest_hive *h, ow_error *err)
{
        ow_volume *volume = guest->machine->volumes[h->volume].volume;
        ow_file *files[3] = { NULL, NULL, NULL };
        ow_source sources[3];
        size_t n_logs = 0;
        int r;

        r = open_file(guest, h, err);
        if (r < 0)
                return r;
        r = open_logs(volume, h->path, files, sources, &n_logs, err);
        if (r >= 0)
                r = load(guest, h, sources, n_logs, err);
        for (size_t i = 0; i < n_logs; i++)
                ow_file_close(files[i]);
        return r;
}

static void open_once(ow_guest *guest, struct guest_hive *h)
{
        ow_error err = OW_ERROR_INIT;
        int r = open_hive(guest, h, &err);

        if (r >= 0) {
                h->state = GUEST_HIVE_OPEN;
        } else if (!h->file && r == OW_E_ABSENT) {
                h->state = GUEST_HIVE_ABSENT;
        } else {
                h->error = err;
                (void)ow_wrap(&h->error, r, "hive %s ('%s')", h->place, h->path);
                if (r != OW_E_NOMEM) {
                        h->state = GUEST_HIVE_FAILED;
                        guest_note(guest, "%s", h->error.text);
                }
        }
}

static struct guest_hive *known(ow_guest *guest, const char *place)
{
        for (size_t i = 0; i < guest->n_hives; i++)
                if (guest_text_equal(guest->hives[i]->place, place))
                        return guest->hives[i];
        return NULL;
}

/* Takes over place and path, also when it fails. */
static int remember(ow_guest *guest, char *place, char *path, size_t volume, struct guest_hive **ret, ow_error *err)
{
        struct guest_hive **grown = NULL;
        struct guest_hive *h = NULL;

        if (guest->n_hives < MAX_HIVES) {
                grown = ow_grow(guest->hives, guest->n_hives, &guest->cap_hives, sizeof(*grown));
                if (grown)
                        guest->hives = grown;
                h = ow_calloc(1, sizeof *h);
        }
        if (!grown || !h) {
                ow_free(place);
                ow_free(path);
                ow_free(h);
                return ow_fail_nomem(err);
        }
        *h = (struct guest_hive){ .place = place, .path = path, .volume = volume, .error = OW_ERROR_INIT };
        guest->hives[guest->n_hives++] = h;
        *ret = h;
        return 0;
}

int guest_hive_get(ow_guest *guest, enum ow_reg_root root, const char *name, size_t name_size,
                   struct guest_hive **ret, ow_error *err)
{
        OW_AUTO_FREE char *place = NULL;
        OW_AUTO_FREE char *path = NULL;
        struct guest_hive *h;
        size_t volume = guest->volume;
        int r;

        if (root == OW_ROOT_HKLM)
                r = locate_machine_hive(guest, name, name_size, &place, &path, &volume, err);
        else
                r = locate_user_hive(guest, name, name_size, &place, &path, &volume, err);
        if (r <= 0)
                return r;
        h = known(guest, place);
        if (!h) {
                r = remember(guest, OW_TAKE(place), OW_TAKE(path), volume, &h, err);
                if (r < 0)
                        return r;
        }
        if (h->state == GUEST_HIVE_UNTRIED)
                open_once(guest, h);
        if (h->state == GUEST_HIVE_ABSENT)
                return 0;
        if (h->state != GUEST_HIVE_OPEN) {
                if (err)
                        *err = h->error;
                return h->error.code;
        }
        *ret = h;
        return 1;
}

int guest_hive_editable(const ow_guest *guest, const struct guest_hive *hive, ow_error *err)
{
        const ow_machine_volume *v = &guest->machine->volumes[hive->volume];

        if (hive->stale)
                return ow_fail(err, OW_E_DIRTY, OW_NOWHERE,
                               "hive %s ('%s') was not closed and no log completes it: boot this Windows once and "
                               "shut it down, or accept the state on disk with --accept-dirty",
                               hive->place, hive->path);
        if (guest->machine->writable && v->why_not.code < 0) {
                if (err)
                        *err = v->why_not;
                return ow_wrap(err, v->why_not.code, "hive %s", hive->place);
        }
        return 0;
}
