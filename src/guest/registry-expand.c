/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One registry path as a user or a fix writes it, into all the concrete places that it stands for. */
#include <stdio.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/hardware-profile.h"
#include "guest/internal.h"

struct path_list {
        char **paths;
        size_t n, cap;
};

static void path_list_done(struct path_list *list)
{
        ow_registry_paths_free(list->paths, list->n);
}

void ow_registry_paths_free(char **paths, size_t count)
{
        for (size_t i = 0; i < count; i++)
                ow_free(paths[i]);
        ow_free(paths);
}

/* Takes over path, which may be NULL for "no memory". */
static int add(struct path_list *list, char *path, ow_error *err)
{
        char **grown = path ? ow_grow(list->paths, list->n, &list->cap, sizeof *grown) : NULL;

        if (!grown) {
                ow_free(path);
                return ow_fail_nomem(err);
        }
        list->paths = grown;
        grown[list->n++] = path;
        return 0;
}

static int add_below(struct path_list *list, const char *root, const char *rest, ow_error *err)
{
        return add(list, ow_asprintf("%s%s%s", root, *rest ? "\\" : "", rest), err);
}

static int expand_system(const ow_guest *guest, const char *below, struct path_list *list, ow_error *err)
{
        for (size_t i = 0; i < guest->control_sets.n_edit; i++) {
                char root[64];
                int r;

                (void)snprintf(root, sizeof root, "HKLM\\SYSTEM\\ControlSet%03u", guest->control_sets.edit[i]);
                r = add_below(list, root, below, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool part_is(const char *path, size_t size, const char *want)
{
        return ow_name_compare_n(path, size, want, strlen(want)) == 0;
}

/* Paths below HKLM\SYSTEM on to the hardware profile that HKEY_CURRENT_CONFIG means. */
static int lead_to_profiles(ow_guest *guest, struct path_list *list, ow_error *err)
{
        for (size_t i = 0; i < list->n; i++) {
                OW_AUTO_FREE char *led = NULL;
                struct guest_hive *system;
                const char *hive, *rest;
                int r;

                (void)guest_path_part(list->paths[i], &hive);
                (void)guest_path_part(hive, &rest);
                /* Other paths are only text: the hive need not be readable. */
                if (!guest_profile_is_link(rest))
                        continue;
                r = guest_hive_get(guest, OW_ROOT_HKLM, "SYSTEM", 6, &system, err);
                if (r > 0)
                        r = guest_profile_path(system->hive, rest, OW_E_REFUSED, &led, err);
                if (r < 0)
                        return r;
                if (!led || strcmp(led, rest) == 0)
                        continue;
                ow_free(list->paths[i]);
                list->paths[i] = ow_asprintf("HKLM\\SYSTEM\\%s", led);
                if (!list->paths[i])
                        return ow_fail_nomem(err);
        }
        return 0;
}

static int expand_machine(ow_guest *guest, const char *rest, struct path_list *list, ow_error *err)
{
        const char *second, *below;
        size_t size = guest_path_part(rest, &second);
        size_t second_size = guest_path_part(second, &below);

        int r;

        if (!part_is(rest, size, "SYSTEM"))
                return add_below(list, "HKLM", rest, err);
        if (part_is(second, second_size, "CurrentControlSet") && guest->control_sets.n_edit > 0)
                r = expand_system(guest, below, list, err);
        else
                r = add_below(list, "HKLM", rest, err);
        return r < 0 ? r : lead_to_profiles(guest, list, err);
}

static int expand_users(ow_guest *guest, const char *rest, struct path_list *list, ow_error *err)
{
        bool left_out = false;
        char config[300];
        int r = 0;

        for (size_t i = 0; i < guest->n_users && r >= 0; i++) {
                const ow_user *user = &guest->users[i];
                char place[300], root[310];

                if (!user->hive_present || user->kind == OW_USER_SYSTEM)
                        continue;       /* the system's profile is HKU\.DEFAULT, below */
                guest_user_place(user, place, sizeof place);
                (void)snprintf(root, sizeof root, "HKU\\%s", place);
                r = guest_classes_last(guest, place, strlen(place), rest, err);
                left_out |= r == 0;
                if (r == 0)
                        guest_note(guest, "profile %s has no UsrClass.dat: it is left out, for Windows removes "
                                   "Software\\Classes from its NTUSER.DAT at logon", place);
                else if (r > 0)
                        r = add_below(list, root, rest, err);
        }
        if (r < 0)
                return r;
        (void)snprintf(config, sizeof config, "%s\\System32\\config\\DEFAULT", guest->root);
        if (guest_file_there(guest, guest->volume, config))
                return add_below(list, "HKU\\.DEFAULT", rest, err);
        if (left_out && list->n == 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "no profile has a UsrClass.dat, into which "
                               "'HKCU\\%s' belongs", rest);
        return 0;
}

static int expand_one_user(const ow_guest *guest, const char *rest, struct path_list *list, ow_error *err)
{
        const char *below;
        size_t size = guest_path_part(rest, &below);
        const ow_user *user = guest_user_find(guest, rest, size);
        char place[300], root[310];

        if (!user || part_is(rest, size, ".DEFAULT"))
                return add_below(list, "HKU", rest, err);
        guest_user_place(user, place, sizeof place);
        (void)snprintf(root, sizeof root, "HKU\\%s", place);
        return add_below(list, root, below, err);
}

int ow_registry_expand(ow_guest *guest, const char *path, char ***ret, size_t *ret_count, ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path parsed = { 0 };
        __attribute__((cleanup(path_list_done))) struct path_list list = { NULL, 0, 0 };
        int r;

        r = ow_reg_path_parse(path, &parsed, err);
        if (r < 0)
                return r;
        if (parsed.root == OW_ROOT_HKCU)
                r = expand_users(guest, parsed.rest, &list, err);
        else if (parsed.root == OW_ROOT_HKU)
                r = expand_one_user(guest, parsed.rest, &list, err);
        else
                r = expand_machine(guest, parsed.rest, &list, err);
        if (r < 0)
                return r;
        *ret = OW_TAKE(list.paths);
        *ret_count = list.n;
        list.n = 0;
        return 0;
}
