/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disables or removes what was found of a vendor pack: filter lists first, then services and drivers, then what
 * starts with a logon, then the rest. Disabling lasts, and the ledger keeps what was, so that a service can be
 * enabled again.
 */
#include "fix/vendor-plan.h"

#include <string.h>

#include <offwin/hive.h>
#include <offwin/service-plan.h>

#include "base/le.h"
#include "fix/guard.h"
#include "fix/service-edit.h"

/* ---- filter lists ---- */

/* Takes the name of a filter sign out of the lists of its class, in every control set. */
static int filter_remove(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err)
{
        const char *const names[] = { sign->name, NULL };
        char **places = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(w->guest, sign->where, &places, &n, err);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = plan_list_edit(w->job, places[i], sign->detail, names, NULL, true, err);
        ow_registry_paths_free(places, n);
        return r < 0 ? r : 0;
}

/* ---- services and drivers ---- */

/* Rows that another part of the room has added since are the pack's: shown with it, and in the ledger under its name.
 */
void vendor_own_rows(struct vendor_work *w, size_t first)
{
        for (size_t i = first; i < w->plan->n; i++)
                w->plan->changes[i].fix = w->job->fix;
}

/* A driver that a pack only disables: of the disk, of the network, a filter, or one that the kernel loads. */
static bool only_disabled(const struct vendor_work *w, const ow_vendor_sign *sign)
{
        const struct fix_item *item = &w->fix->pack->items[sign->section];

        return sign->kind == OW_VENDOR_DRIVER && (item->driver != FIX_DRIVER_OTHER || sign->start <= START_BOOT);
}

static int disable(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err)
{
        const ow_service_edit edit = { .name = sign->name, .verb = OW_SERVICE_DISABLE };
        unsigned flags = OW_SERVICE_UNFILTER | (w->flags & OW_VENDOR_FORCE ? OW_SERVICE_FORCE : 0);
        size_t rows = w->plan->n;
        int r;

        if (sign->start == START_DISABLED)
                return 0;
        r = ow_plan_set_services(w->plan, w->guest, &edit, 1, flags, err);
        vendor_own_rows(w, rows);
        return r;
}

/* 1 when a filter list of the control set that where lies in names the service, 0 not, < 0. */
static int is_filter(struct vendor_work *w, const char *where, const char *name, ow_error *err)
{
        const struct guard_map *map;
        int r;

        r = guard_map_get(w->plan, w->guest, where, &map, err);
        for (size_t i = 0; r >= 0 && i < map->n_lists; i++) {
                OW_AUTO_BUFFER entries = OW_BUFFER_INIT;

                r = guard_list_entries(w->plan, w->guest, map, &map->lists[i], name, &entries, err);
                if (r >= 0 && entries.len)
                        return 1;
        }
        return r < 0 ? r : 0;
}

/* A key of a service goes when disabling the service would be allowed. */
static int service_remove(struct vendor_work *w, const char *where, ow_error *err)
{
        uint8_t bytes[4];
        ow_datum disabled = { true, OW_REG_DWORD, { bytes, sizeof bytes } };
        int r = 0;

        ow_le32_put(bytes, START_DISABLED);
        w->job->forced = w->flags & OW_VENDOR_FORCE;
        r = fix_guard_value(where, "Start", OW_REG_DWORD, &disabled.data, err);
        if (r == 0)
                r = guard_service_value(w->job, where, "Start", &disabled, err);
        if (r == 0)
                r = vendor_leave_providers(w, where, strrchr(where, '\\') + 1, err);
        return r < 0 ? r : fix_job_remove_key(w->job, where, err);
}

static int service_act(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err)
{
        char **places = NULL;
        size_t n = 0;
        int r;

        if (!(w->flags & OW_VENDOR_REMOVE) || only_disabled(w, sign))
                return disable(w, sign, err);
        r = ow_registry_expand(w->guest, sign->where, &places, &n, err);
        for (size_t i = 0; i < n && r == 0; i++)
                r = is_filter(w, places[i], sign->name, err);
        if (r > 0)
                r = disable(w, sign, err);
        else
                for (size_t i = 0; i < n && r == 0; i++)
                        r = service_remove(w, places[i], err);
        ow_registry_paths_free(places, n);
        return r;
}

/* ---- all signs of a pack ---- */

static int sign_act(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err)
{
        bool removing = w->flags & OW_VENDOR_REMOVE;

        if (sign->keep)
                return 0;
        switch (sign->kind) {
        case OW_VENDOR_FILTER:
                return filter_remove(w, sign, err);
        case OW_VENDOR_SERVICE:
        case OW_VENDOR_DRIVER:
                return service_act(w, sign, err);
        case OW_VENDOR_RUN:
                return fix_job_value(w->job, sign->where, sign->name, 0, NULL, 0, err);
        case OW_VENDOR_TASK:
                return vendor_remove_task(w, sign, err);
        case OW_VENDOR_PROGRAM:
                return removing && !(w->flags & OW_VENDOR_UNINSTALL) ? vendor_remove_program(w, sign, err) : 0;
        case OW_VENDOR_KEY:
                return removing ? fix_job_remove_key(w->job, sign->where, err) : 0;
        case OW_VENDOR_FOLDER:
                return removing && w->flags & OW_VENDOR_FILES ? vendor_remove_folder(w, sign, err) : 0;
        }
        return 0;
}

/* What of others no longer starts, once all of the pack is disabled. */
static int tell_left_behind(struct vendor_work *w, const ow_vendor_sign *sign, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        int r;

        if (sign->keep || (sign->kind != OW_VENDOR_SERVICE && sign->kind != OW_VENDOR_DRIVER))
                return 0;
        r = service_tell_left_behind(w->job, sign->name, &why);
        if (r == OW_E_ABSENT) /* it is removed */
                return 0;
        if (r < 0 && err)
                *err = why;
        return r;
}

/* Filter lists are first: nothing may be left in them that no longer starts. */
static int signs_act(struct vendor_work *w, const ow_vendor_pack *pack, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < pack->n_signs && r >= 0; i++)
                if (pack->signs[i].kind == OW_VENDOR_FILTER)
                        r = sign_act(w, &pack->signs[i], err);
        for (size_t i = 0; i < pack->n_signs && r >= 0; i++)
                if (pack->signs[i].kind != OW_VENDOR_FILTER)
                        r = sign_act(w, &pack->signs[i], err);
        for (size_t i = 0; i < pack->n_signs && r >= 0; i++)
                r = tell_left_behind(w, &pack->signs[i], err);
        return r < 0 ? r : 0;
}

/* ---- as a command ---- */

static int work_begin(struct vendor_work *w, struct fix_job *job, ow_error *err)
{
        bool removing = w->flags & OW_VENDOR_REMOVE;
        OW_AUTO_FREE char *title = ow_asprintf("%s %s", removing ? "Remove" : "Disable", w->fix->pack->name);
        struct fix_action action = { .name = w->fix->name, .title = title, .why = w->fix->why };
        int r;

        if (!title)
                return ow_fail_nomem(err);
        r = fix_action_begin(job, w->plan, w->guest, &action, err);
        if (r < 0)
                return r;
        fix_action_keep(job);
        w->job = job;
        return 0;
}

/* Whether what was found of the pack may be acted on; 1 yes, 0 no and the plan says why, OW_E_REFUSED. */
static int may_act(const struct vendor_work *w, const ow_vendor_pack *pack, ow_error *err)
{
        if (w->fix->pack->report_only)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' is only reported, never acted on: %s",
                               w->fix->name, ow_fix_note(w->fix)[0] ? ow_fix_note(w->fix) : w->fix->why);
        if (pack->state == OW_VENDOR_ABSENT)
                return plan_skip(w->plan, w->fix, OW_FIX_NOT_FOR_THIS, err, "nothing of it is installed");
        if (pack->state == OW_VENDOR_POSSIBLE && !(w->flags & OW_VENDOR_FORCE))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s' is only possible: %zu of the %zu signs that it "
                               "asks for were seen (`offwin vendor list`); --force acts on what was seen",
                               w->fix->name, pack->seen, pack->needed);
        return 1;
}

static int pack_plan(struct vendor_work *w, ow_error *err)
{
        struct fix_job job;
        ow_vendor_pack pack;
        int r;

        r = vendor_pack_find(w->guest, w->fix, &pack, err);
        if (r < 0)
                return r;
        r = may_act(w, &pack, err);
        if (r > 0) {
                r = work_begin(w, &job, err);
                if (r == 0) {
                        r = signs_act(w, &pack, err);
                        if (r == 0 && w->flags & OW_VENDOR_UNINSTALL)
                                r = vendor_collect_uninstall(w, &pack, err);
                        fix_action_done(&job);
                        w->job = NULL;
                }
        }
        vendor_pack_done(&pack);
        return r < 0 ? ow_wrap(err, r, "vendor pack '%s'", w->fix->name) : 0;
}

int ow_plan_vendor(ow_plan *plan, ow_guest *guest, const ow_fix_set *set, const char *const *names, size_t n_names,
                   unsigned flags, ow_error *err)
{
        struct vendor_work w = { .plan = plan, .guest = guest, .flags = flags };
        int r = 0;

        for (size_t i = 0; i < n_names && r == 0; i++) {
                w.fix = ow_fix_set_find(set, names[i]);
                if (!w.fix || !w.fix->pack)
                        r = ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                                    "no vendor pack is called '%s' (offwin vendor list "
                                    "--all)",
                                    names[i]);
                else
                        r = pack_plan(&w, err);
        }
        if (r == 0)
                r = vendor_uninstall_write(&w, err);
        vendor_work_done(&w);
        return r;
}

/* ---- as a fix ---- */

/* What shows it: the names of its signs, before any row adds what it sees. */
static void names_of(const ow_vendor_pack *pack, ow_buffer *out)
{
        enum { SHOWN = 6 };
        size_t n = 0;

        for (size_t i = 0; i < pack->n_signs; i++)
                if (pack->signs[i].counts && n++ < SHOWN)
                        ow_buffer_printf(out, "%s%s", n > 1 ? ", " : "", pack->signs[i].name);
        if (n > SHOWN)
                ow_buffer_printf(out, ", and %zu more", n - SHOWN);
}

static bool is_told(const ow_buffer *reason, const char *text)
{
        return memmem(reason->p ? reason->p : (const uint8_t *)"", reason->len, text, strlen(text)) != NULL;
}

/* Something that the guards refuse stays as it is, and is told; the rest is done. */
static int sign_try(struct vendor_work *w, const ow_vendor_sign *sign, ow_buffer *reason, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        size_t rows = w->plan->n;
        int r;

        r = sign_act(w, sign, &why);
        if (r == OW_E_REFUSED || r == OW_E_UNSUPPORTED) {
                if (!is_told(reason, why.text))
                        ow_buffer_printf(reason, "%s%s", reason->len ? "; " : "in part only: ", why.text);
                return plan_truncate(w->plan, rows, err);
        }
        if (r < 0 && err)
                *err = why;
        return r < 0 ? r : 0;
}

static int pack_judge(struct vendor_work *w, const ow_vendor_pack *pack, ow_buffer *reason, ow_error *err)
{
        size_t rows = w->plan->n;
        int r = 0;

        for (unsigned pass = 0; pass < 2; pass++)
                for (size_t i = 0; i < pack->n_signs && r == 0; i++)
                        if ((pack->signs[i].kind == OW_VENDOR_FILTER) == (pass == 0))
                                r = sign_try(w, &pack->signs[i], reason, err);
        w->changes = w->plan->n - rows;
        return r;
}

int vendor_job_run(struct fix_job *job, enum ow_fix_status *status, ow_buffer *reason, ow_error *err)
{
        struct vendor_work w = { .plan = job->plan, .guest = job->guest, .fix = job->fix, .job = job };
        ow_vendor_pack pack;
        int r;

        *status = OW_FIX_NOT_FOR_THIS;
        r = vendor_pack_find(job->guest, job->fix, &pack, err);
        if (r < 0)
                return r;
        names_of(&pack, &job->detail);
        if (pack.state == OW_VENDOR_ABSENT) {
                ow_buffer_put_text(reason, "nothing of it is installed");
        } else if (pack.state == OW_VENDOR_POSSIBLE) {
                ow_buffer_printf(reason, "only %zu of the %zu signs that it asks for were seen", pack.seen,
                                 pack.needed);
        } else if (job->fix->pack->report_only) {
                ow_buffer_put_text(reason, "only reported, never acted on");
                *status = OW_FIX_NEEDED;
        } else {
                r = pack_judge(&w, &pack, reason, err);
                *status = w.changes ? OW_FIX_NEEDED : OW_FIX_DONE;
        }
        job->wanted = pack.n_signs;
        job->differing = w.changes;
        vendor_pack_done(&pack);
        vendor_work_done(&w);
        return r;
}
