/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registry of a guest: Windows paths to keys of its hives, and saving what was edited. */
#include <stdio.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/hardware-profile.h"
#include "guest/hivefile.h"
#include "guest/internal.h"


static bool part_is(const char *path, size_t size, const char *want)
{
        return ow_name_compare_n(path, size, want, strlen(want)) == 0;
}

/* rest below HKLM\SYSTEM with CurrentControlSet led through Select, and on to the hardware profile. */
static int through_select(const ow_guest *guest, ow_hive *system, const char *rest, char **ret, ow_error *err)
{
        OW_AUTO_FREE char *led = NULL;
        const char *next;
        size_t size = guest_path_part(rest, &next);

        if (!part_is(rest, size, "CurrentControlSet") || guest->control_sets.current == 0)
                led = ow_strdup(rest);
        else
                led = ow_asprintf("ControlSet%03u%s%s", guest->control_sets.current, *next ? "\\" : "", next);
        return led ? guest_profile_path(system, led, OW_E_ABSENT, ret, err) : ow_fail_nomem(err);
}

static bool is_in_classes(const char *rest, const char **ret_below)
{
        const char *second;
        size_t first_size = guest_path_part(rest, &second);
        size_t second_size = guest_path_part(second, ret_below);

        return part_is(rest, first_size, "Software") && part_is(second, second_size, "Classes");
}

/* HKU\<who>\Software\Classes is a link to HKU\<who>_Classes. 1 when rest leads there and that hive exists. */
static int through_classes(ow_guest *guest, const char *who, size_t who_size, const char *rest,
                           struct guest_hive **ret_hive, const char **ret_rest, ow_error *err)
{
        OW_AUTO_FREE char *name = NULL;
        const char *below;
        int r;

        if (!is_in_classes(rest, &below))
                return 0;
        name = ow_asprintf("%.*s_Classes", (int)who_size, who);
        if (!name)
                return ow_fail_nomem(err);
        r = guest_hive_get(guest, OW_ROOT_HKU, name, strlen(name), ret_hive, err);
        if (r > 0)
                *ret_rest = below;
        return r;
}

int guest_classes_last(ow_guest *guest, const char *who, size_t who_size, const char *rest, ow_error *err)
{
        const ow_user *user = guest_user_find(guest, who, who_size);
        struct guest_hive *classes;
        const char *below;

        if (!is_in_classes(rest, &below) || !user || part_is(who, who_size, ".DEFAULT") ||
            (user->kind != OW_USER_PERSON && user->kind != OW_USER_DEFAULT))
                return 1;
        return through_classes(guest, who, who_size, rest, &classes, &below, err);
}

static int split(ow_guest *guest, const ow_reg_path *path, struct guest_hive **ret_hive, char **ret_rest,
                 ow_error *err)
{
        struct guest_hive *hive;
        const char *rest;
        size_t size = guest_path_part(path->rest, &rest);
        int r;

        if (path->root == OW_ROOT_HKCU)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "HKEY_CURRENT_USER stands for several users here: name one below HKEY_USERS");
        if (size == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "the path names no hive below %s",
                               ow_reg_root_name(path->root));
        r = 0;
        if (path->root == OW_ROOT_HKU)
                r = through_classes(guest, path->rest, size, rest, &hive, &rest, err);
        if (r == 0)
                r = guest_hive_get(guest, path->root, path->rest, size, &hive, err);
        if (r <= 0)
                return r;
        *ret_hive = hive;
        if (path->root == OW_ROOT_HKLM && part_is(path->rest, size, "SYSTEM")) {
                r = through_select(guest, hive->hive, rest, ret_rest, err);
                return r < 0 ? r : 1;
        }
        *ret_rest = ow_strdup(rest);
        return *ret_rest ? 1 : ow_fail_nomem(err);
}

int guest_registry_split(ow_guest *guest, const char *path, struct guest_hive **ret_hive, char **ret_rest,
                         ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path parsed = { 0 };
        int r;

        r = ow_reg_path_parse(path, &parsed, err);
        if (r < 0)
                return r;
        return split(guest, &parsed, ret_hive, ret_rest, err);
}

int ow_registry_find(ow_guest *guest, const char *path, ow_regkey *ret, ow_error *err)
{
        OW_AUTO_FREE char *rest = NULL;
        struct guest_hive *hive;
        ow_key key;
        int r;

        r = guest_registry_split(guest, path, &hive, &rest, err);
        if (r <= 0)
                return r;
        r = ow_hive_find(hive->hive, ow_hive_root(hive->hive), rest, &key, err);
        if (r < 0)
                return ow_wrap(err, r, "'%s'", path);
        if (r > 0)
                *ret = (ow_regkey){ hive->hive, key };
        return r;
}

static int refuse_lost_classes(ow_guest *guest, const char *path, ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path parsed = { 0 };
        const char *rest;
        size_t size;
        int r = ow_reg_path_parse(path, &parsed, err);

        if (r < 0 || parsed.root != OW_ROOT_HKU)
                return r;
        size = guest_path_part(parsed.rest, &rest);
        r = guest_classes_last(guest, parsed.rest, size, rest, err);
        if (r == 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' belongs into UsrClass.dat, which this profile does "
                               "not have: in its NTUSER.DAT Windows removes it at logon", path);
        return r < 0 ? r : 0;
}

int ow_registry_create(ow_guest *guest, const char *path, ow_regkey *ret, ow_error *err)
{
        OW_AUTO_FREE char *rest = NULL;
        struct guest_hive *hive;
        ow_key key;
        int r;

        r = refuse_lost_classes(guest, path, err);
        if (r < 0)
                return r;
        r = guest_registry_split(guest, path, &hive, &rest, err);
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no hive for '%s'", path);
        if (r > 0)
                r = guest_hive_editable(guest, hive, err);
        if (r < 0)
                return r;
        r = ow_hive_create_key(hive->hive, ow_hive_root(hive->hive), rest, &key, NULL, err);
        if (r < 0)
                return ow_wrap(err, r, "'%s'", path);
        *ret = (ow_regkey){ hive->hive, key };
        return 0;
}

int ow_registry_editable(ow_guest *guest, const char *path, ow_error *err)
{
        OW_AUTO_FREE char *rest = NULL;
        struct guest_hive *hive;
        int r;

        r = guest_registry_split(guest, path, &hive, &rest, err);
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no hive for '%s'", path);
        return r < 0 ? r : guest_hive_editable(guest, hive, err);
}

int ow_registry_get(ow_guest *guest, const char *path, const char *name, uint32_t *ret_type, ow_blob *ret,
                    ow_error *err)
{
        ow_regkey key;
        int r;

        r = ow_registry_find(guest, path, &key, err);
        if (r <= 0)
                return r;
        r = ow_hive_get_value(key.hive, key.key, name, ret_type, ret, err);
        return r < 0 ? ow_wrap(err, r, "value '%s' of '%s'", name, path) : r;
}

int ow_registry_hive(ow_guest *guest, const char *path, ow_hive **ret_hive, const char **ret_rest, ow_error *err)
{
        struct guest_hive *hive;
        char *rest = NULL;
        int r;

        r = guest_registry_split(guest, path, &hive, &rest, err);
        if (r <= 0)
                return r;
        ow_free(guest->rest);
        guest->rest = rest;
        *ret_hive = hive->hive;
        *ret_rest = rest;
        return 1;
}

/* ---- saving ---- */

static int empty_log(ow_volume *volume, const char *path, ow_error *err)
{
        OW_AUTO(ow_file) file = NULL;
        ow_sink sink;
        int r = ow_file_open(volume, path, OW_FILE_WRITE, &file, err);

        if (r < 0)
                return r == OW_E_ABSENT ? 0 : r;
        sink = ow_file_sink(file);
        return guest_log_invalidate(&sink, ow_file_size(file), err);
}

static int empty_logs(const ow_guest *guest, const struct guest_hive *h, ow_error *err)
{
        static const char *const tails[] = { ".LOG", ".LOG1", ".LOG2" };

        for (size_t i = 0; i < OW_COUNT(tails); i++) {
                OW_AUTO_FREE char *path = ow_asprintf("%s%s", h->path, tails[i]);
                ow_error why = OW_ERROR_INIT;
                int r;

                if (!path)
                        return ow_fail_nomem(err);
                r = empty_log(guest->machine->volumes[h->volume].volume, path, &why);
                if (r < 0) {
                        if (err)
                                *err = why;
                        return ow_wrap(err, r, "empty the log '%s'", path);
                }
        }
        return 0;
}

static int save(ow_guest *guest, struct guest_hive *h, uint64_t now, ow_error *err)
{
        ow_sink sink = ow_file_sink(h->file);
        int r;

        if (!guest->machine->writable)
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE,
                               "hive %s was edited, but the disks were opened read-only", h->place);
        r = guest_hive_editable(guest, h, err);
        if (r < 0)
                return r;
        r = ow_hive_save(h->hive, now, &sink, err);
        if (r < 0)
                return ow_wrap(err, r, "save hive %s", h->place);
        return empty_logs(guest, h, err);
}

int ow_registry_save(ow_guest *guest, uint64_t now, ow_error *err)
{
        for (size_t i = 0; i < guest->n_hives; i++) {
                struct guest_hive *h = guest->hives[i];
                int r = 0;

                if (h->state == GUEST_HIVE_OPEN &&
                    (ow_hive_edited(h->hive) || (h->recover && ow_hive_changed(h->hive))))
                        r = save(guest, h, now, err);
                if (r < 0)
                        return r;
        }
        return 0;
}
