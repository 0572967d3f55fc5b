/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why this machine needs a service: asked before its start is taken away, or put off. */
#include <string.h>

#include "base/le.h"
#include "base/upcase.h"
#include "fix/action.h"
#include "fix/guard.h"
#include "fix/net-unteam.h"
#include "fix/service-edit.h"

/* Groups whose boot drivers lead to the disk, for a Windows that keeps no list of devices. */
static const char *const storage_groups[] = {
        "Boot Bus Extender", "System Bus Extender", "SCSI miniport", "Primary disk", "SCSI Class", "Boot file system",
};

/* ---- reasons: 1 and a reason, 0 none, < 0 ---- */

static int critical(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err)
{
        (void)job;
        (void)err;
        if (at->start != START_BOOT || at->error_control != 3)
                return 0;
        ow_buffer_put_text(reason, "it is a boot driver without which Windows stops (ErrorControl is critical)");
        return 1;
}

static int vital(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err)
{
        (void)job;
        (void)err;
        if (!guard_is_vital(at->name))
                return 0;
        ow_buffer_put_text(reason, GUARD_VITAL_REASON);
        return 1;
}

/* SafeBoot names services, or the files of drivers. */
static int safe_boot(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err)
{
        OW_AUTO_FREE char *image = NULL;
        size_t set = (size_t)(strstr(at->where, "\\Services\\") - at->where);
        const char *file, *names[2];
        int r;

        r = plan_text_now(job->plan, job->guest, at->where, "ImagePath", &image, err);
        if (r < 0)
                return r;
        file = strrchr(image, '\\') ? strrchr(image, '\\') + 1 : image;
        names[0] = at->name;
        names[1] = at->type > 0 && at->type & 0xf && !strchr(file, '/') ? file : "";
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                OW_AUTO_FREE char *path =
                        ow_asprintf("%.*s\\Control\\SafeBoot\\Minimal\\%s", (int)set, at->where, names[i]);
                ow_regkey key;

                if (!names[i][0])
                        continue;
                r = path ? ow_registry_find(job->guest, path, &key, err) : ow_fail_nomem(err);
                if (r <= 0) {
                        if (r < 0)
                                return r;
                        continue;
                }
                ow_buffer_put_text(reason, "safe mode starts it too (SafeBoot\\Minimal): Windows counts it as needed "
                                           "for the barest start");
                return 1;
        }
        return 0;
}

static int storage_group(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err)
{
        OW_AUTO_FREE char *group = NULL;
        int r;

        r = plan_text_now(job->plan, job->guest, at->where, "Group", &group, err);
        for (size_t i = 0; i < OW_COUNT(storage_groups) && r == 0; i++) {
                if (at->start != START_BOOT || ow_name_compare(group, storage_groups[i]) != 0)
                        continue;
                ow_buffer_printf(reason, "it is a boot driver of the group '%s', which leads to the disk", group);
                return 1;
        }
        return r;
}

static int storage_path(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err)
{
        const struct guard_map *map;
        int r;

        if (at->type >= 0 && !(at->type & 0xf))
                return 0;
        r = guard_map_get(job->plan, job->guest, at->where, &map, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < map->n_devices; i++) {
                const struct guard_device *d = &map->devices[i];

                if (!(d->on_path || (d->may_lead && at->start == START_BOOT)) ||
                    ow_name_compare(d->service, at->name) != 0)
                        continue;
                ow_buffer_printf(reason, "it drives %s, which %s on the way to a disk of this machine", d->path,
                                 d->on_path ? "is" : "may be");
                return 1;
        }
        return map->has_way ? 0 : storage_group(job, at, reason, err);
}

static int team(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err)
{
        if (at->type >= 0 && !(at->type & 0xf)) /* no driver */
                return 0;
        return net_team_needs(job->plan, job->guest, at->name, reason, err);
}

static int filter_listed(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err)
{
        const struct guard_map *map;
        int r;

        if (at->type >= 0 && !(at->type & 0xf))
                return 0;
        r = guard_map_get(job->plan, job->guest, at->where, &map, err);
        for (size_t i = 0; r == 0 && i < map->n_lists; i++) {
                OW_AUTO_BUFFER entries = OW_BUFFER_INIT;

                r = guard_list_entries(job->plan, job->guest, map, &map->lists[i], at->name, &entries, err);
                if (r < 0 || entries.len == 0)
                        continue;
                ow_buffer_printf(reason, "%s of %s names it, and a device whose filter does not load does not start",
                                 map->lists[i].name, map->lists[i].where + strlen(map->set) + 1);
                return 1;
        }
        return r;
}

static int needed(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err)
{
        const char *name;
        int r = guard_dependent_find(job, at, GUARD_NEEDED_DEPENDENT, &name, err);

        if (r > 0)
                ow_buffer_printf(reason, "'%s', which Windows needs, depends on it", name);
        return r;
}

/* ---- asking ---- */

typedef int (*reason_fn)(struct fix_job *job, const struct service_at *at, ow_buffer *reason, ow_error *err);

int guard_service_reason(struct fix_job *job, const struct service_at *at, bool disabled, ow_buffer *reason,
                         ow_error *err)
{
        static const reason_fn always[] = { vital, critical, storage_path, safe_boot, team };
        static const reason_fn when_disabled[] = { filter_listed, needed };
        int r = 0;

        for (size_t i = 0; i < OW_COUNT(always) && r == 0; i++)
                r = always[i](job, at, reason, err);
        for (size_t i = 0; disabled && i < OW_COUNT(when_disabled) && r == 0; i++)
                r = when_disabled[i](job, at, reason, err);
        return r;
}

static int ask(struct fix_job *job, const struct service_at *at, uint32_t start, ow_error *err)
{
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;
        int r = guard_service_reason(job, at, start == START_DISABLED, &reason, err);

        if (r <= 0)
                return r;
        text = ow_buffer_take_text(&reason);
        if (!text)
                return ow_fail_nomem(err);
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "%s '%s' is refused: %s%s",
                       start == START_DISABLED ? "disabling" : "a later start of", at->name, text,
                       job->fix->action ? "; --force does it all the same" : "");
}

static int ask_disabled(struct fix_job *job, const struct service_at *at, ow_error *err)
{
        const char *name;
        int r = guard_dependent_find(job, at, GUARD_NEVER_DISABLED, &name, err);

        if (r > 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "disabling '%s' is refused: '%s', which Windows needs, depends on it, and is not "
                               "disabled even with --force",
                               at->name, name);
        return r < 0 || job->forced ? r : ask(job, at, START_DISABLED, err);
}

/* True for HKLM\SYSTEM\<set>\Services\<name> itself. */
static bool is_service_key(const char *where)
{
        static const char above[] = "\\Services\\";
        const char *p = where;

        for (unsigned i = 0; i < 2 && p; i++)
                p = strchr(p + (i > 0), '\\');
        p = p ? strchr(p + 1, '\\') : NULL;
        return p && ow_name_compare_n(where, 12, "HKLM\\SYSTEM\\", 12) == 0 && strlen(p) > sizeof above - 1 &&
               ow_name_compare_n(p, sizeof above - 1, above, sizeof above - 1) == 0 &&
               !strchr(p + sizeof above - 1, '\\');
}

int guard_service_value(struct fix_job *job, const char *where, const char *name, const ow_datum *after,
                        ow_error *err)
{
        struct service_at at;
        uint32_t start;
        int r;

        if (!after->present || ow_name_compare(name, "Start") != 0 || strlen(where) < 12 || !is_service_key(where) ||
            !guard_dword(after->type, &after->data, &start))
                return 0;
        r = service_at_read(job->plan, job->guest, where, &at, err);
        if (r <= 0)
                return r;
        if (start >= START_DISABLED)
                r = at.start == START_DISABLED ? 0 : ask_disabled(job, &at, err);
        else
                r = at.start >= 0 && at.start < START_AUTO && start > at.start && !job->forced
                            ? ask(job, &at, start, err)
                            : 0;
        service_at_done(&at);
        return r;
}

int guard_service_start(struct fix_job *job, const char *where, uint32_t start, ow_error *err)
{
        uint8_t bytes[4];
        const ow_datum after = { true, OW_REG_DWORD, { bytes, sizeof bytes } };
        int r;

        ow_le32_put(bytes, start);
        r = fix_guard_advice(where, "Start", OW_REG_DWORD, &after.data, err);
        return r < 0 ? r : guard_service_value(job, where, "Start", &after, err);
}
