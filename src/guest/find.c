/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where Windows is: every top-level folder of a readable volume that holds System32\config\SYSTEM, whatever it
 * is called. Only names are looked up and four bytes read, so that a large volume costs no more than a small one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/internal.h"

enum {
        MAX_TOP_FOLDERS = 2000,         /* per volume; a root that full of folders is no system volume */
        MAX_GUESTS = 64,
};

struct folder_list {
        char **names;
        size_t n, cap;
};

static void folder_list_done(struct folder_list *list)
{
        for (size_t i = 0; i < list->n; i++)
                ow_free(list->names[i]);
        ow_free(list->names);
}

static int keep_folder(void *state, const char *name, const ow_stat *stat, ow_error *err)
{
        struct folder_list *list = state;
        char **grown;

        /* A reparse point leads elsewhere; the installation is found there, or is not ours to follow. */
        if (!(stat->attributes & OW_ATTR_DIRECTORY) || (stat->attributes & OW_ATTR_REPARSE) || name[0] == '$')
                return 0;
        if (list->n == MAX_TOP_FOLDERS)
                return 1;
        grown = ow_grow(list->names, list->n, &list->cap, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        list->names = grown;
        list->names[list->n] = ow_strdup(name);
        if (!list->names[list->n])
                return ow_fail_nomem(err);
        list->n++;
        return 0;
}

/* 1 when the file begins as a hive does, 0 when not, absent or unreadable; < 0 only without memory. */
static int is_hive(ow_volume *volume, const char *root, const char *name, bool *ret_there, ow_error *err)
{
        OW_AUTO(ow_file) file = NULL;
        OW_AUTO_FREE char *path = ow_asprintf("%s\\System32\\config\\%s", root, name);
        uint8_t magic[4];
        int r;

        *ret_there = false;
        if (!path)
                return ow_fail_nomem(err);
        r = ow_file_open(volume, path, 0, &file, err);
        if (r < 0) {
                *ret_there = r == OW_E_UNSUPPORTED || r == OW_E_CORRUPT;
                return r == OW_E_NOMEM ? r : 0;
        }
        *ret_there = true;
        if (ow_file_size(file) < sizeof magic)
                return 0;
        r = ow_file_read(file, 0, magic, sizeof magic, err);
        if (r < 0)
                return r == OW_E_NOMEM ? r : 0;
        return memcmp(magic, "regf", sizeof magic) == 0;
}

/* A SYSTEM that lost its base block still belongs to an installation when the rest of Windows stands around it. */
static int is_installation(ow_volume *volume, const char *root, ow_error *err)
{
        OW_AUTO_FREE char *kernel = NULL;
        ow_stat stat;
        bool there, other;
        int r;

        r = is_hive(volume, root, "SYSTEM", &there, err);
        if (r != 0 || !there)
                return r;
        r = is_hive(volume, root, "SOFTWARE", &other, err);
        if (r != 0)
                return r;
        kernel = ow_asprintf("%s\\System32\\ntoskrnl.exe", root);
        if (!kernel)
                return ow_fail_nomem(err);
        r = ow_volume_stat(volume, kernel, &stat, err);
        return r < 0 && r != OW_E_NOMEM ? 0 : r;
}

static int add_guest(ow_machine *machine, size_t volume, const char *root, ow_error *err)
{
        const ow_machine_volume *v = &machine->volumes[volume];
        struct machine_guest *grown, *g;

        if (machine->n_guests == MAX_GUESTS)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d Windows installations", MAX_GUESTS);
        grown = ow_grow(machine->guests, machine->n_guests, &machine->cap_guests, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        machine->guests = grown;
        g = &grown[machine->n_guests++];
        g->volume = volume;
        g->root = ow_strdup(root);
        if (v->partition->number)
                g->id = ow_asprintf("disk%zu:partition%u:%s", v->disk + 1, v->partition->number, root);
        else
                g->id = ow_asprintf("disk%zu:%s", v->disk + 1, root);
        return g->root && g->id ? 0 : ow_fail_nomem(err);
}

/* A damaged root folder makes the volume poorer, not the machine unusable: the reason is kept with the volume. */
static int look_on_volume(ow_machine *machine, size_t volume, ow_error *err)
{
        __attribute__((cleanup(folder_list_done))) struct folder_list list = { NULL, 0, 0 };
        ow_machine_volume *v = &machine->volumes[volume];
        ow_error why = OW_ERROR_INIT;
        int r;

        r = ow_volume_list(v->volume, "", keep_folder, &list, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r < 0 && v->why_not.code == 0)
                v->why_not = why;
        for (size_t i = 0; i < list.n; i++) {
                r = is_installation(v->volume, list.names[i], &why);
                if (r > 0)
                        r = add_guest(machine, volume, list.names[i], &why);
                if (r == OW_E_NOMEM || r == OW_E_LIMIT) {
                        if (err)
                                *err = why;
                        return r;
                }
        }
        return 0;
}

int machine_find_installations(ow_machine *machine, ow_error *err)
{
        for (size_t i = 0; i < machine->n_volumes; i++) {
                int r = 0;

                if (machine->volumes[i].volume)
                        r = look_on_volume(machine, i, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

size_t ow_machine_guest_count(const ow_machine *machine)
{
        return machine->n_guests;
}

size_t ow_machine_guest_volume(const ow_machine *machine, size_t guest)
{
        return guest < machine->n_guests ? machine->guests[guest].volume : SIZE_MAX;
}

const char *ow_machine_guest_root(const ow_machine *machine, size_t guest)
{
        return guest < machine->n_guests ? machine->guests[guest].root : "";
}

const char *ow_machine_guest_id(const ow_machine *machine, size_t guest)
{
        return guest < machine->n_guests ? machine->guests[guest].id : "";
}

static int fail_choice(const ow_machine *machine, int code, const char *what, ow_error *err)
{
        char ids[400] = "";

        for (size_t i = 0; i < machine->n_guests; i++)
                guest_append(ids, sizeof ids, machine->guests[i].id);
        return ow_fail(err, code, OW_NOWHERE, "%s; choose one with --root: %s", what, ids);
}

/* The largest volume that could not be looked into, or NULL. */
static const ow_machine_volume *largest_unread(const ow_machine *machine, size_t *ret_index)
{
        const ow_machine_volume *largest = NULL;

        for (size_t i = 0; i < machine->n_volumes; i++) {
                const ow_machine_volume *v = &machine->volumes[i];

                if (v->volume || v->kind == OW_VOLUME_UNKNOWN || v->kind == OW_VOLUME_RESERVED ||
                    (largest && v->partition->size <= largest->partition->size))
                        continue;
                largest = v;
                *ret_index = i;
        }
        return largest;
}

static bool is_never_written(enum ow_volume_kind kind)
{
        return kind == OW_VOLUME_BITLOCKER || kind == OW_VOLUME_REFS || kind == OW_VOLUME_LDM ||
               kind == OW_VOLUME_STORAGE_SPACES;
}

/* When nothing was found, what could not be looked into is the likely reason; for who wants to write, a refusal. */
static int fail_absent(const ow_machine *machine, ow_error *err)
{
        size_t index = 0;
        const ow_machine_volume *v = largest_unread(machine, &index);
        char name[64];

        if (!v)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                               "no Windows found: no folder with System32\\config\\SYSTEM on %zu volume%s",
                               machine->n_volumes, machine->n_volumes == 1 ? "" : "s");
        machine_volume_text(machine, index, name, sizeof name);
        return ow_fail(err, machine->writable && is_never_written(v->kind) ? OW_E_REFUSED : OW_E_ABSENT, OW_NOWHERE,
                       "no Windows found; %s cannot be read: %s", name, v->why_not.text);
}

static bool matches(const ow_machine *machine, size_t guest, const char *root)
{
        const struct machine_guest *g = &machine->guests[guest];
        char *end;
        unsigned long number = strtoul(root, &end, 10);

        if (root[0] >= '1' && root[0] <= '9' && *end == '\0')
                return number == guest + 1;
        return guest_text_equal(root, g->id) || guest_text_equal(root, g->root);
}

int ow_machine_find_guest(ow_machine *machine, const char *root, size_t *ret_guest, ow_error *err)
{
        size_t found = SIZE_MAX, count = 0;

        if (machine->n_guests == 0)
                return fail_absent(machine, err);
        for (size_t i = 0; i < machine->n_guests; i++) {
                if (root && !matches(machine, i, root))
                        continue;
                found = i;
                count++;
        }
        if (count == 0)
                return fail_choice(machine, OW_E_ABSENT, "no Windows by that name", err);
        if (count > 1)
                return fail_choice(machine, OW_E_INVAL, "several Windows installations", err);
        *ret_guest = found;
        return 0;
}
