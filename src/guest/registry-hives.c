/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hives of a guest as things of their own: all of them, bringing one up to date on disk, replacing one. */
#include <stdio.h>
#include <string.h>

#include "guest/internal.h"

struct entries {
        ow_registry_entry *p;
        size_t n, cap;
};

static void entries_done(struct entries *list)
{
        ow_registry_list_free(list->p, list->n);
}

void ow_registry_list_free(ow_registry_entry *entries, size_t count)
{
        (void)count;
        ow_free(entries);
}

static struct guest_hive *by_place(ow_guest *guest, const char *place)
{
        for (size_t i = 0; i < guest->n_hives; i++)
                if (guest_text_equal(guest->hives[i]->place, place))
                        return guest->hives[i];
        return NULL;
}

static int add(ow_guest *guest, enum ow_reg_root root, const char *name, struct entries *list, ow_error *err)
{
        OW_AUTO_FREE char *place = ow_asprintf("%s\\%s", root == OW_ROOT_HKLM ? "HKLM" : "HKU", name);
        ow_error why = OW_ERROR_INIT;
        struct guest_hive *h;
        ow_registry_entry *grown;
        int r;

        if (!place)
                return ow_fail_nomem(err);
        r = guest_hive_get(guest, root, name, strlen(name), &h, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r < 0)
                h = by_place(guest, place);
        if (r == 0 || !h)
                return 0;
        grown = ow_grow(list->p, list->n, &list->cap, sizeof *grown);
        if (!grown)
                return ow_fail_nomem(err);
        list->p = grown;
        grown[list->n++] = (ow_registry_entry){ .place = h->place, .file = h->path, .hive = h->hive,
                                                .stale = h->stale, .error = why,
                                                .file_size = h->file ? ow_file_size(h->file) : 0 };
        return 0;
}

static int add_user(ow_guest *guest, const ow_user *user, struct entries *list, ow_error *err)
{
        char place[300], classes[320];
        int r;

        if (!user->hive_present || user->kind == OW_USER_SYSTEM)
                return 0;               /* the system's profile is HKU\.DEFAULT */
        guest_user_place(user, place, sizeof place);
        (void)snprintf(classes, sizeof classes, "%s_Classes", place);
        r = add(guest, OW_ROOT_HKU, place, list, err);
        return r < 0 ? r : add(guest, OW_ROOT_HKU, classes, list, err);
}

int ow_registry_list(ow_guest *guest, ow_registry_entry **ret, size_t *ret_count, ow_error *err)
{
        static const char *const machine[] = { "SYSTEM", "SOFTWARE", "SAM", "SECURITY", "COMPONENTS", "DRIVERS",
                                               "BCD00000000" };
        __attribute__((cleanup(entries_done))) struct entries list = { NULL, 0, 0 };
        int r = 0;

        for (size_t i = 0; r == 0 && i < OW_COUNT(machine); i++)
                r = add(guest, OW_ROOT_HKLM, machine[i], &list, err);
        if (r == 0)
                r = add(guest, OW_ROOT_HKU, ".DEFAULT", &list, err);
        for (size_t i = 0; r == 0 && i < guest->n_users; i++)
                r = add_user(guest, &guest->users[i], &list, err);
        if (r < 0)
                return r;
        *ret = OW_TAKE(list.p);
        *ret_count = list.n;
        return 0;
}

static int open_at(ow_guest *guest, const char *place, struct guest_hive **ret, ow_error *err)
{
        OW_AUTO_FREE char *rest = NULL;
        int r = guest_registry_split(guest, place, ret, &rest, err);

        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no hive for '%s'", place);
        if (r > 0)
                r = guest_hive_editable(guest, *ret, err);
        return r;
}

int ow_registry_recover(ow_guest *guest, const char *place, ow_error *err)
{
        struct guest_hive *h;
        int r = open_at(guest, place, &h, err);

        if (r == 0)
                h->recover = true;
        return r;
}

int ow_registry_replace(ow_guest *guest, const char *place, ow_hive *hive, ow_error *err)
{
        struct guest_hive *h;
        int r = open_at(guest, place, &h, err);

        if (r < 0)
                return r;
        ow_hive_close(h->hive);
        h->hive = hive;
        return 0;
}
