/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Trigger starts: a service on demand starts all the same when one of its triggers fires. They are stilled by
 * removing the subkeys of TriggerInfo, which is what `sc triggerinfo NAME delete` leaves: no triggers. The key itself
 * stays, because its security descriptor is its own on many services; those of the subkeys come from it, so that what
 * the ledger gives back is what was there.
 */
#include "fix/service-park.h"

#include <string.h>

#include "base/le.h"

enum {
        TRIGGERS_MAX = 64, /* of one service */
        VALUES_MAX = 1024, /* of one trigger */
};

#define ACTION_STOPS 2

struct names {
        char *at[VALUES_MAX];
        size_t n;
};

static void names_done(struct names *names)
{
        for (size_t i = 0; i < names->n; i++)
                ow_free(names->at[i]);
}

/* 1 and the name is kept, 0 there is room for no more. Takes name. */
static int names_add(struct names *names, size_t max, char *name, ow_error *err)
{
        if (!name)
                return ow_fail_nomem(err);
        if (names->n == max) {
                ow_free(name);
                return 0;
        }
        names->at[names->n++] = name;
        return 1;
}

/* 1 when the plan can remove key and the ledger give it back: nothing about it but its name and values. */
static int is_plain(ow_regkey above, ow_regkey key, ow_error *err)
{
        ow_key_info info, parent;
        int r;

        r = ow_hive_key_info(above.hive, above.key, &parent, err);
        if (r < 0)
                return r;
        r = ow_hive_key_info(key.hive, key.key, &info, err);
        if (r == 0) {
                r = info.n_subkeys == 0 && info.class_name.size == 0 && info.security_cell == parent.security_cell &&
                    !(info.flags & (OW_KEY_LINK | OW_KEY_NO_DELETE)) && info.n_values <= VALUES_MAX;
                ow_key_info_done(&info);
        }
        ow_key_info_done(&parent);
        return r;
}

/* 1 when key is a trigger that may start its service: any that is not known to stop it. */
static int starts(ow_regkey key, ow_error *err)
{
        ow_blob data = { NULL, 0 };
        uint32_t type;
        int r;

        r = ow_hive_get_value(key.hive, key.key, "Action", &type, &data, err);
        if (r < 0)
                return r;
        r = r == 0 || type != OW_REG_DWORD || data.size != 4 || ow_le32_at(data.p) != ACTION_STOPS;
        ow_blob_done(&data);
        return r;
}

/* Names of the subkeys of TriggerInfo. 1 there is one that starts, 0 none; *ret_plain: all can be given back. */
static int triggers_read(ow_regkey info, struct names *ret, bool *ret_plain, ow_error *err)
{
        ow_regkey key = { .hive = info.hive };
        ow_subkey_iter iter = { 0 };
        int r, start = 0;

        *ret_plain = true;
        while ((r = ow_hive_next_subkey(info.hive, info.key, &iter, &key.key, err)) > 0) {
                ow_key_info found;

                r = ow_hive_key_info(key.hive, key.key, &found, err);
                if (r < 0)
                        return r;
                r = names_add(ret, TRIGGERS_MAX, ow_strdup(found.name), err);
                ow_key_info_done(&found);
                *ret_plain = *ret_plain && r > 0;
                if (r > 0)
                        r = is_plain(info, key, err);
                *ret_plain = *ret_plain && r > 0;
                if (r >= 0)
                        r = starts(key, err);
                if (r < 0)
                        return r;
                start |= r;
        }
        return r < 0 ? r : start;
}

static int value_names(ow_regkey key, struct names *ret, ow_error *err)
{
        uint32_t index = 0;
        ow_value value;
        int r;

        while ((r = ow_hive_next_value(key.hive, key.key, &index, &value, err)) > 0) {
                ow_value_info info;

                r = ow_hive_value_info(key.hive, value, &info, err);
                if (r < 0)
                        return r;
                r = names_add(ret, VALUES_MAX, ow_strdup(info.name), err);
                ow_value_info_done(&info);
                if (r < 0)
                        return r;
        }
        return r;
}

/* Rows that remove one trigger: its values, then the key. */
static int trigger_remove(struct fix_job *job, const char *where, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_KEY_DELETE, .fix = job->fix, .temporary = job->fix->temporary };
        struct names values = { .n = 0 };
        ow_regkey key;
        int r;

        r = ow_registry_find(job->guest, where, &key, err);
        if (r <= 0)
                return r;
        r = value_names(key, &values, err);
        for (size_t i = 0; i < values.n && r >= 0; i++)
                r = fix_job_value(job, where, values.at[i], 0, NULL, 0, err);
        names_done(&values);
        if (r < 0)
                return r;
        job->wanted++;
        job->differing++;
        change.where = ow_strdup(where);
        change.before.present = true;
        return plan_add(job->plan, &change, err);
}

int service_triggers_check(ow_guest *guest, const char *where, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf("%s\\TriggerInfo", where);
        struct names names = { .n = 0 };
        ow_regkey info;
        bool plain;
        int r;

        r = path ? ow_registry_find(guest, path, &info, err) : ow_fail_nomem(err);
        if (r <= 0)
                return r;
        r = triggers_read(info, &names, &plain, err);
        names_done(&names);
        return r <= 0 ? r : plain ? 1 : 2;
}

int service_triggers_still(struct fix_job *job, const char *where, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf("%s\\TriggerInfo", where);
        struct names names = { .n = 0 };
        ow_regkey info;
        bool plain;
        int r;

        r = path ? ow_registry_find(job->guest, path, &info, err) : ow_fail_nomem(err);
        if (r <= 0)
                return r;
        r = triggers_read(info, &names, &plain, err);
        for (size_t i = 0; r > 0 && plain && i < names.n; i++) {
                OW_AUTO_FREE char *trigger = ow_asprintf("%s\\%s", path, names.at[i]);
                int failed = trigger ? trigger_remove(job, trigger, err) : ow_fail_nomem(err);

                if (failed < 0)
                        r = failed;
        }
        names_done(&names);
        return r < 0 ? r : 0;
}
