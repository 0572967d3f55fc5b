/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The keys of a Winsock catalogue. Windows reads entries by number, from 1 to the count that the catalogue tells
 * (docs/formats/windows-facts.md), so entries move up when one in front of them goes.
 */
#include "fix/winsock-repair.h"

#include <stdio.h>
#include <string.h>

#include "base/le.h"
#include "fix/service-edit.h"

enum { DIGITS = 12, VALUES_MAX = 100 };

void winsock_entries_done(struct winsock_entries *entries)
{
        for (size_t i = 0; i < entries->n; i++)
                ow_free(entries->names[i]);
        ow_free(entries->names);
        ow_free(entries->going);
        ow_free(entries->catalog);
        ow_free(entries->entries);
        *entries = (struct winsock_entries){ 0 };
}

/* Keys of another form are none of the catalogue's: Windows never looks at them. */
static bool is_number(const char *name)
{
        return strlen(name) == DIGITS && strspn(name, "0123456789") == DIGITS;
}

int winsock_entries_add(struct winsock_entries *entries, const char *key, bool going, ow_error *err)
{
        const char *name = strrchr(key, '\\');
        void *grown;

        name = name ? name + 1 : key;
        if (!is_number(name))
                return 0;
        grown = ow_grow(entries->names, entries->n, &entries->cap, sizeof *entries->names);
        if (grown)
                entries->names = grown;
        if (grown && (grown = ow_grow(entries->going, entries->n, &entries->cap_going, sizeof *entries->going)))
                entries->going = grown;
        if (!grown)
                return ow_fail_nomem(err);
        entries->going[entries->n] = going;
        entries->names[entries->n] = ow_strdup(name);
        return entries->names[entries->n] ? (entries->n++, 0) : ow_fail_nomem(err);
}

/* ---- moving ---- */

static int open_entry(struct fix_job *job, const char *where, ow_regkey *ret, ow_error *err)
{
        ow_key_info info;
        int r;

        r = ow_registry_find(job->guest, where, ret, err);
        if (r <= 0)
                return r;
        r = ow_hive_key_info(ret->hive, ret->key, &info, err);
        if (r < 0)
                return r;
        if (info.n_subkeys)
                r = ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' has keys below it, which no catalogue entry has",
                            where);
        ow_key_info_done(&info);
        return r < 0 ? r : 1;
}

/* Values of what is at to now that from does not have. */
static int drop_others(struct fix_job *job, const ow_regkey *from, const char *to, ow_error *err)
{
        uint32_t index = 0;
        ow_value value;
        ow_regkey key;
        int r, more;

        r = open_entry(job, to, &key, err);
        if (r <= 0)
                return r;
        while ((more = ow_hive_next_value(key.hive, key.key, &index, &value, err)) > 0 && index <= VALUES_MAX) {
                ow_value_info info;
                ow_value same;

                r = ow_hive_value_info(key.hive, value, &info, err);
                if (r < 0)
                        return r;
                r = ow_hive_find_value(from->hive, from->key, info.name, &same, err);
                if (r == 0)
                        r = fix_job_value(job, to, info.name, 0, NULL, 0, err);
                ow_value_info_done(&info);
                if (r < 0)
                        return r;
        }
        return more < 0 ? more : 0;
}

static int copy_value(struct fix_job *job, const ow_regkey *from, ow_value value, const char *to, ow_error *err)
{
        ow_blob data = { NULL, 0 };
        ow_value_info info;
        int r;

        r = ow_hive_value_info(from->hive, value, &info, err);
        if (r < 0)
                return r;
        r = ow_hive_read_value(from->hive, value, NULL, &data, err);
        if (r == 0)
                r = fix_job_value(job, to, info.name, info.type, data.p ? data.p : (const void *)"", data.size, err);
        ow_blob_done(&data);
        ow_value_info_done(&info);
        return r;
}

static int copy_values(struct fix_job *job, const ow_regkey *from, const char *to, ow_error *err)
{
        uint32_t index = 0;
        ow_value value;
        int r;

        while ((r = ow_hive_next_value(from->hive, from->key, &index, &value, err)) > 0) {
                if (index > VALUES_MAX)
                        return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s': an entry with more than %d values", to,
                                       VALUES_MAX);
                r = copy_value(job, from, value, to, err);
                if (r < 0)
                        return r;
        }
        return r;
}

static int move(struct fix_job *job, const struct winsock_entries *entries, const char *name, const char *number,
                ow_error *err)
{
        OW_AUTO_FREE char *source = ow_asprintf("%s\\%s", entries->entries, name);
        OW_AUTO_FREE char *target = ow_asprintf("%s\\%s", entries->entries, number);
        ow_regkey from;
        int r;

        if (!source || !target)
                return ow_fail_nomem(err);
        r = open_entry(job, source, &from, err);
        if (r <= 0)
                return r;
        r = drop_others(job, &from, target, err);
        return r == 0 ? copy_values(job, &from, target, err) : r;
}

/* ---- counts ---- */

static int put_number(struct fix_job *job, const char *where, const char *name, uint32_t number, bool *changed,
                      ow_error *err)
{
        uint8_t data[4];
        uint32_t now;
        int r;

        r = service_dword(job->plan, job->guest, where, name, &now, err);
        if (r < 0 || (r > 0 && now == number))
                return r < 0 ? r : 0;
        *changed = true;
        ow_le32_put(data, number);
        return service_value(job, where, name, OW_REG_DWORD, data, sizeof data, err);
}

static int write_counts(struct fix_job *job, const struct winsock_entries *entries, size_t kept, bool *changed,
                        ow_error *err)
{
        uint32_t next = 0;
        int r;

        r = put_number(job, entries->catalog, entries->count, (uint32_t)kept, changed, err);
        if (r < 0 || entries->next_id == 0)
                return r;
        r = service_dword(job->plan, job->guest, entries->catalog, "Next_Catalog_Entry_ID", &next, err);
        if (r < 0 || (r > 0 && next >= entries->next_id))
                return r < 0 ? r : 0;
        return put_number(job, entries->catalog, "Next_Catalog_Entry_ID", entries->next_id, changed, err);
}

/* ---- all of it ---- */

int winsock_entries_write(struct fix_job *job, const struct winsock_entries *entries, bool *ret_changed,
                          ow_error *err)
{
        char number[DIGITS + 1];
        size_t kept = 0;
        int r = 0;

        for (size_t i = 0; i < entries->n && r == 0; i++) {
                if (entries->going[i])
                        continue;
                (void)snprintf(number, sizeof number, "%012zu", ++kept);
                if (strcmp(number, entries->names[i]) != 0) {
                        *ret_changed = true;
                        r = move(job, entries, entries->names[i], number, err);
                }
        }
        (void)snprintf(number, sizeof number, "%012zu", kept);
        for (size_t i = 0; i < entries->n && r == 0; i++) {
                OW_AUTO_FREE char *where = ow_asprintf("%s\\%s", entries->entries, entries->names[i]);

                if (strcmp(entries->names[i], number) <= 0) /* an entry of this number is there from now on */
                        continue;
                *ret_changed = true;
                r = where ? fix_job_remove_key(job, where, err) : ow_fail_nomem(err);
        }
        return r == 0 ? write_counts(job, entries, kept, ret_changed, err) : r;
}
