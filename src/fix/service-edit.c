/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every change of services needs: finding them in each control set, and the values that say how they start. */
#include "fix/service-edit.h"

#include <string.h>

#include "base/le.h"
#include "fix/guard.h"

enum { OVERRIDES_MAX = 256 }; /* values of one StartOverride that are looked at */

int service_dword(ow_plan *plan, ow_guest *guest, const char *where, const char *name, uint32_t *ret, ow_error *err)
{
        ow_datum datum = { false, 0, { NULL, 0 } };
        int r;

        r = plan_now(plan, guest, where, name, &datum, err);
        if (r < 0)
                return r;
        r = datum.present && datum.type == OW_REG_DWORD && datum.data.size == 4;
        if (r)
                *ret = ow_le32_at(datum.data.p);
        ow_blob_done(&datum.data);
        return r;
}

int service_value(struct fix_job *job, const char *where, const char *name, uint32_t type, const void *data,
                  size_t size, ow_error *err)
{
        ow_datum after = { data != NULL, data ? type : 0, { NULL, 0 } };
        int r;

        if (!plan_find(job->plan, where, name))
                return fix_job_value(job, where, name, type, data, size, err);
        r = datum_copy(&(ow_datum){ after.present, after.type, { (uint8_t *)(uintptr_t)data, data ? size : 0 } },
                       &after, err);
        if (r < 0)
                return r;
        (void)plan_amend(job->plan, where, name, &after);
        ow_blob_done(&after.data);
        return 0;
}

void service_at_done(struct service_at *at)
{
        ow_free(at->where);
        at->where = NULL;
}

/* where with its last part spelled as the key is; NULL and *ret_r: absent (0) or an error. */
static char *spelled(ow_guest *guest, const char *where, int *ret_r, ow_error *err)
{
        char *path = NULL;
        ow_key_info info;
        ow_regkey key;

        *ret_r = ow_registry_find(guest, where, &key, err);
        if (*ret_r <= 0)
                return NULL;
        *ret_r = ow_hive_key_info(key.hive, key.key, &info, err);
        if (*ret_r < 0)
                return NULL;
        path = ow_asprintf("%.*s\\%s", (int)(strrchr(where, '\\') - where), where, info.name);
        ow_key_info_done(&info);
        if (!path)
                *ret_r = ow_fail_nomem(err);
        return path;
}

int service_at_read(ow_plan *plan, ow_guest *guest, const char *where, struct service_at *ret, ow_error *err)
{
        static const char *const names[] = { "Type", "Start", "ErrorControl" };
        struct service_at at = { .where = NULL };
        int64_t *const slots[] = { &at.type, &at.start, &at.error_control };
        int r;

        at.where = spelled(guest, where, &r, err);
        if (!at.where)
                return r;
        at.name = strrchr(at.where, '\\') + 1;
        r = plan_key_goes(plan, at.where, err);
        for (size_t i = 0; i < OW_COUNT(names) && r == 0; i++) {
                uint32_t n = 0;

                r = service_dword(plan, guest, at.where, names[i], &n, err);
                *slots[i] = r > 0 ? (int64_t)n : -1;
                r = r < 0 ? r : 0;
        }
        if (r != 0) {
                service_at_done(&at);
                return r < 0 ? r : 0; /* 1: an earlier part of the plan removes it */
        }
        *ret = at;
        return 1;
}

static int each_at(struct fix_job *job, char *const *paths, size_t n, service_fn fn, void *state, size_t *ret_found,
                   ow_error *err)
{
        *ret_found = 0;
        for (size_t i = 0; i < n; i++) {
                struct service_at at;
                int r;

                r = service_at_read(job->plan, job->guest, paths[i], &at, err);
                if (r > 0) {
                        ++*ret_found;
                        r = fn(job, &at, state, err);
                        service_at_done(&at);
                }
                if (r < 0)
                        return r;
        }
        return 0;
}

int service_each(struct fix_job *job, const char *name, service_fn fn, void *state, ow_error *err)
{
        OW_AUTO_FREE char *path = NULL;
        char **paths = NULL;
        size_t n = 0, found = 0;
        int r;

        if (name[0] == '\0' || strlen(name) > 255 || strpbrk(name, "\\/"))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%.60s' is no name of a service", name);
        path = ow_asprintf(SERVICES_PATH "\\%s", name);
        if (!path)
                return ow_fail_nomem(err);
        r = ow_registry_expand(job->guest, path, &paths, &n, err);
        if (r >= 0)
                r = each_at(job, paths, n, fn, state, &found, err);
        ow_registry_paths_free(paths, n);
        if (r < 0)
                return r;
        if (!found)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no service or driver is called '%s'", name);
        return 0;
}

/* Collects the names of values that are DWORDs; values of other types mean nothing to Windows there. */
static int override_names(struct fix_job *job, const char *where, ow_buffer *names, ow_error *err)
{
        uint32_t index = 0;
        ow_regkey key;
        ow_value value;
        size_t n = 0;
        int r;

        r = ow_registry_find(job->guest, where, &key, err);
        if (r <= 0)
                return r;
        while ((r = ow_hive_next_value(key.hive, key.key, &index, &value, err)) > 0 && n++ < OVERRIDES_MAX) {
                ow_value_info info;

                r = ow_hive_value_info(key.hive, value, &info, err);
                if (r < 0)
                        return r;
                if (info.type == OW_REG_DWORD && info.size == 4)
                        ow_buffer_put(names, info.name, strlen(info.name) + 1);
                ow_value_info_done(&info);
        }
        return r < 0 ? r : ow_buffer_failed(names) ? ow_fail_nomem(err) : 0;
}

/*
 * Windows 8 and later: a value of StartOverride stands in Start's stead on the hardware whose number is its name
 * (windows facts 3.5), so each has to say the same.
 */
static int overrides_follow(struct fix_job *job, const struct service_at *at, uint32_t start, ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("%s\\StartOverride", at->where);
        OW_AUTO_BUFFER names = OW_BUFFER_INIT;
        int r;

        if (!where)
                return ow_fail_nomem(err);
        r = override_names(job, where, &names, err);
        for (size_t i = 0; i < names.len && r == 0; i += strlen((const char *)names.p + i) + 1) {
                uint32_t now;

                r = service_dword(job->plan, job->guest, where, (const char *)names.p + i, &now, err);
                if (r > 0 && now != start)
                        r = fix_job_dword(job, where, (const char *)names.p + i, start, err);
                r = r < 0 ? r : 0;
        }
        return r;
}

/* Its word counts with start 2 only; otherwise it stays, so that it is there when the service is automatic again. */
static int delayed_row(struct fix_job *job, const struct service_at *at, uint32_t start, bool delayed, ow_error *err)
{
        uint32_t now = 0;
        int r;

        if (start != START_AUTO)
                return 0;
        r = service_dword(job->plan, job->guest, at->where, "DelayedAutostart", &now, err);
        if (r < 0 || delayed == (r > 0 && now != 0))
                return r < 0 ? r : 0;
        return fix_job_dword(job, at->where, "DelayedAutostart", delayed, err);
}

/* What a person or a vendor pack wants for good goes before what an earlier part of the plan wants for a while. */
static int start_row(struct fix_job *job, const struct service_at *at, uint32_t start, ow_error *err)
{
        const ow_change *row = plan_find(job->plan, at->where, "Start");
        uint8_t data[4];
        int r;

        if (!row || !row->temporary || !job->fix->lasting) {
                if (at->start != (int64_t)start)
                        return fix_job_dword(job, at->where, "Start", start, err);
                return job->fix->lasting ? plan_claim(job->plan, job->fix, at->where, "Start", err) : 0;
        }
        ow_le32_put(data, start);
        r = guard_service_start(job, at->where, start, err);
        if (r == 0)
                r = service_value(job, at->where, "Start", OW_REG_DWORD, data, sizeof data, err);
        plan_take_over(job->plan, job->fix, at->where, "Start");
        return r;
}

int service_start_rows(struct fix_job *job, const struct service_at *at, uint32_t start, bool delayed, ow_error *err)
{
        int r = start_row(job, at, start, err);

        if (r == 0)
                r = delayed_row(job, at, start, delayed, err);
        return r < 0 ? r : overrides_follow(job, at, start, err);
}
