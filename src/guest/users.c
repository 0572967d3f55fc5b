/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * User profiles: ProfileList of SOFTWARE, or, without that hive, the profile folders on the system drive. Those have
 * no SID that can be known, and go by HKU\offwin-user-<folder>.
 */
#include <stdio.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/internal.h"

enum { MAX_USERS = 2000 };

static const char *const profile_folders[] = { "Users", "Documents and Settings" };

static ow_user *add_user(ow_guest *guest)
{
        ow_user *grown;

        if (guest->n_users == MAX_USERS) {
                guest_note(guest, "more than %d user profiles: the rest is left out", MAX_USERS);
                return NULL;
        }
        grown = ow_grow(guest->users, guest->n_users, &guest->cap_users, sizeof *grown);
        if (!grown) {
                guest->out_of_memory = true;
                return NULL;
        }
        guest->users = grown;
        grown += guest->n_users++;
        *grown = (ow_user){ .kind = OW_USER_PERSON };
        return grown;
}

static bool hive_present(ow_guest *guest, const ow_user *user)
{
        OW_AUTO_FREE char *path = ow_asprintf("%s\\NTUSER.DAT", user->profile);
        OW_AUTO_FREE char *below = NULL;
        ow_error err = OW_ERROR_INIT;
        ow_volume *volume;
        ow_stat stat;
        int r;

        if (!path) {
                guest->out_of_memory = true;
                return false;
        }
        r = ow_guest_resolve_path(guest, path, &volume, &below, &err);
        if (r >= 0)
                r = ow_volume_stat(volume, below, &stat, &err);
        if (r == OW_E_NOMEM)
                guest->out_of_memory = true;
        return r > 0 && stat.size > 0;
}

static void set_profile(ow_guest *guest, ow_user *user, const char *path)
{
        const char *last;
        size_t len;

        guest_expand_path(guest, path, user->profile, sizeof user->profile);
        len = strlen(user->profile);
        while (len > 0 && user->profile[len - 1] == '\\')
                user->profile[--len] = '\0';
        last = strrchr(user->profile, '\\');
        guest_copy(user->name, sizeof user->name, last ? last + 1 : user->profile);
}

static enum ow_user_kind kind_of(const char *sid)
{
        if (guest_text_equal(sid, "S-1-5-18"))
                return OW_USER_SYSTEM;
        if (guest_text_begins(sid, "S-1-5-21-") || guest_text_begins(sid, "S-1-12-1-"))
                return OW_USER_PERSON;
        return OW_USER_SERVICE;
}

static bool ends_in_bak(const char *sid)
{
        size_t len = strlen(sid);

        return len > 4 && guest_text_equal(sid + len - 4, ".bak");
}

static void read_profile(ow_guest *guest, ow_regkey key, const char *sid)
{
        char path[520];
        ow_user *user;

        if (ends_in_bak(sid)) {
                guest_note(guest, "profile '%s' is a broken duplicate and is left out", sid);
                return;
        }
        if (!guest_text(guest, key, "ProfileImagePath", path, sizeof path) || !path[0])
                return;
        user = add_user(guest);
        if (!user)
                return;
        user->kind = kind_of(sid);
        guest_copy(user->sid, sizeof user->sid, sid);
        set_profile(guest, user, path);
        if (user->kind != OW_USER_SYSTEM)
                user->hive_present = hive_present(guest, user);
}

static void add_default(ow_guest *guest, const char *path)
{
        ow_user *user = add_user(guest);

        if (!user)
                return;
        user->kind = OW_USER_DEFAULT;
        set_profile(guest, user, path);
        user->hive_present = hive_present(guest, user);
        if (!user->hive_present)
                guest->n_users--;
}

/* Vista and newer name the folder whole, XP and older only its last part. */
static void read_default_profile(ow_guest *guest, ow_regkey list)
{
        char folder[400], name[120], path[540];

        if (guest_text(guest, list, "Default", path, sizeof path) && path[0]) {
                add_default(guest, path);
                return;
        }
        if (!guest_text(guest, list, "ProfilesDirectory", folder, sizeof folder))
                guest_copy(folder, sizeof folder, "%SystemRoot%\\Profiles");
        if (!guest_text(guest, list, "DefaultUserProfile", name, sizeof name))
                guest_copy(name, sizeof name, "Default User");
        (void)snprintf(path, sizeof path, "%s\\%s", folder, name);
        add_default(guest, path);
}

static bool read_profile_list(ow_guest *guest)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey list, key;
        char *name;

        if (!guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList", &list))
                return false;
        while (guest_next_subkey(guest, list, &iter, &key, &name)) {
                OW_AUTO_FREE char *sid = name;

                read_profile(guest, key, sid);
        }
        read_default_profile(guest, list);
        return true;
}

/* ---- without SOFTWARE ---- */

struct folder {
        ow_guest *guest;
        const char *parent;
};

static bool is_default_name(const char *name)
{
        return guest_text_equal(name, "Default") || guest_text_equal(name, "Default User");
}

static int keep_profile(void *state, const char *name, const ow_stat *stat, ow_error *err)
{
        const struct folder *f = state;
        char path[520];
        ow_user *user;

        if (!(stat->attributes & OW_ATTR_DIRECTORY) || (stat->attributes & OW_ATTR_REPARSE))
                return 0;
        (void)snprintf(path, sizeof path, "%%SystemDrive%%\\%s\\%s", f->parent, name);
        if (is_default_name(name)) {
                add_default(f->guest, path);
                return 0;
        }
        user = add_user(f->guest);
        if (!user)
                return 1;
        set_profile(f->guest, user, path);
        if (guest_text_equal(name, "LocalService") || guest_text_equal(name, "NetworkService")) {
                user->kind = OW_USER_SERVICE;
                guest_copy(user->sid, sizeof user->sid,
                           guest_text_equal(name, "LocalService") ? "S-1-5-19" : "S-1-5-20");
        }
        user->hive_present = hive_present(f->guest, user);
        if (!user->hive_present)
                f->guest->n_users--;
        return 0;
}

static void read_folders(ow_guest *guest)
{
        for (size_t i = 0; i < OW_COUNT(profile_folders); i++) {
                struct folder f = { guest, profile_folders[i] };
                ow_error err = OW_ERROR_INIT;
                int r = ow_volume_list(guest->machine->volumes[guest->volume].volume, profile_folders[i],
                                       keep_profile, &f, &err);

                if (r < 0 && r != OW_E_ABSENT)
                        guest_note_error(guest, &err, profile_folders[i]);
        }
        if (guest->n_users)
                guest_note(guest, "users are told from their folders alone, without their SIDs");
}

static void add_service_profile(ow_guest *guest, const char *sid, const char *name)
{
        char path[200];
        ow_user *user;

        for (size_t i = 0; i < guest->n_users; i++)
                if (guest_text_equal(guest->users[i].sid, sid))
                        return;
        (void)snprintf(path, sizeof path, "%%SystemRoot%%\\ServiceProfiles\\%s", name);
        user = add_user(guest);
        if (!user)
                return;
        user->kind = OW_USER_SERVICE;
        guest_copy(user->sid, sizeof user->sid, sid);
        set_profile(guest, user, path);
        user->hive_present = hive_present(guest, user);
        if (!user->hive_present)
                guest->n_users--;
}

void guest_load_users(ow_guest *guest)
{
        if (!read_profile_list(guest))
                read_folders(guest);
        add_service_profile(guest, "S-1-5-19", "LocalService");
        add_service_profile(guest, "S-1-5-20", "NetworkService");
}

/* ---- names below HKU ---- */

void guest_user_place(const ow_user *user, char *buf, size_t size)
{
        if (user->kind == OW_USER_DEFAULT)
                guest_copy(buf, size, "offwin-default");
        else if (user->sid[0])
                guest_copy(buf, size, user->sid);
        else
                (void)snprintf(buf, size, "offwin-user-%s", user->name);
}

const ow_user *guest_user_find(const ow_guest *guest, const char *name, size_t name_size)
{
        const ow_user *by_name = NULL;

        for (size_t i = 0; i < guest->n_users; i++) {
                const ow_user *user = &guest->users[i];
                char place[300];

                guest_user_place(user, place, sizeof place);
                if (ow_name_compare_n(name, name_size, place, strlen(place)) == 0)
                        return user;
                if (!by_name && user->kind != OW_USER_DEFAULT &&
                    ow_name_compare_n(name, name_size, user->name, strlen(user->name)) == 0)
                        by_name = user;
        }
        return by_name;
}
