/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * set, disable and enable: what a person or a vendor pack asks of services by name. The guards are asked by
 * fix_job_value() for every row; here is what they cannot see.
 */
#include "fix/service-filter.h"

#include <stdio.h>
#include <string.h>

#include "base/le.h"
#include "base/upcase.h"
#include "fix/service-park.h"
#include "fix/words.h"

int ow_service_edit_start(ow_service_edit *ret, const char *word, ow_error *err)
{
        const struct fix_start *start;
        int r;

        r = fix_start_find(word, &start, err);
        if (r < 0)
                return r;
        ret->verb = OW_SERVICE_SET;
        ret->start = start->start;
        ret->delayed = start->delayed;
        return 0;
}

struct request {
        const ow_service_edit *edit;
        unsigned flags;
        struct ledger *ledger; /* read when an edit enables */
};

static bool is_driver(const struct service_at *at)
{
        return at->type >= 0 && at->type & 0xf;
}

static bool is_win32(const struct service_at *at)
{
        return at->type >= 0 && at->type & 0x30 && !(at->type & 0xf);
}

static int kind_check(const struct request *q, const struct service_at *at, ow_error *err)
{
        if (q->flags & OW_SERVICE_ONLY_SERVICES && is_driver(at))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "'%s' is a driver, not a service: `offwin drv` is for "
                               "drivers",
                               at->name);
        if (q->flags & OW_SERVICE_ONLY_DRIVERS && is_win32(at))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "'%s' is a service, not a driver: `offwin svc` is for "
                               "services",
                               at->name);
        return 0;
}

/* What the kind of service and this Windows can do. */
static int start_check(struct fix_job *job, const struct service_at *at, const ow_service_edit *edit, ow_error *err)
{
        uint32_t major = ow_guest_windows(job->guest)->major;

        if (edit->start > START_DISABLED)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no start is numbered %u", edit->start);
        if (edit->start <= START_SYSTEM && !is_driver(at))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "'%s' is %s: only drivers start that early, a service is "
                               "auto, delayed, demand or disabled",
                               at->name, at->type < 0 ? "of no type that Windows knows" : "a service");
        if (edit->delayed && is_driver(at))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a driver: only services start delayed",
                               at->name);
        if (edit->delayed && major && major < 6)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "'%s': delayed start came with Windows Vista; this is "
                               "%u.%u",
                               at->name, major, ow_guest_windows(job->guest)->minor);
        return 0;
}

/* What makes a domain controller one is disabled by force only. */
static int dc_check(struct fix_job *job, const struct service_at *at, ow_error *err)
{
        int r = service_is_dc_role(job, at, err);

        return r <= 0 ? r
                      : ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                                "disabling '%s' is refused: %s; --force does it all the same", at->name,
                                service_dc_advice);
}

/* The start that a disabled service had before, by the ledger: what was for good first. 1, 0 not known. */
static int start_before(const struct ledger *ledger, const char *where, const ow_datum **ret)
{
        static const enum ledger_kind kinds[] = { LEDGER_KEPT, LEDGER_VALUE };

        for (size_t i = 0; i < OW_COUNT(kinds); i++) {
                const struct ledger_entry *e = ledger_find(ledger, kinds[i], where, "Start");

                if (e && e->before.present &&
                    !(e->before.type == OW_REG_DWORD && e->before.data.size == 4 &&
                      ow_le32_at(e->before.data.p) >= START_DISABLED)) {
                        *ret = &e->before;
                        return 1;
                }
        }
        return 0;
}

/* Every value below key that was changed for good and still is as that change left it. */
static int overrides_back(struct fix_job *job, const struct ledger *ledger, const struct service_at *at,
                          ow_error *err)
{
        OW_AUTO_FREE char *where = ow_asprintf("%s\\StartOverride", at->where);
        int r = 0;

        if (!where)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < ledger->n && r == 0; i++) {
                const struct ledger_entry *e = &ledger->entries[i];
                ow_datum now = { false, 0, { NULL, 0 } };

                if (!e->readable || e->kind != LEDGER_KEPT || ow_name_compare(e->where, where) != 0)
                        continue;
                r = plan_now(job->plan, job->guest, where, e->name, &now, err);
                if (r == 0 && datum_equal(&now, &e->after))
                        r = fix_job_value(job, where, e->name, e->before.type,
                                          e->before.present ? e->before.data.p : NULL, e->before.data.size, err);
                ow_blob_done(&now.data);
        }
        return r;
}

static int enable(struct fix_job *job, const struct request *q, const struct service_at *at, ow_error *err)
{
        const ow_datum *before = NULL;
        int r;

        if (at->start != START_DISABLED)
                return plan_skip(job->plan, job->fix, OW_FIX_DONE, err, "%s is not disabled", at->where);
        if (!start_before(q->ledger, at->where, &before))
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                               "the ledger does not say how '%s' started before it was "
                               "disabled; give it a start: set %s --start demand",
                               at->name, at->name);
        r = fix_job_value(job, at->where, "Start", before->type, before->data.p ? (void *)before->data.p : "",
                          before->data.size, err);
        if (r == 0)
                r = overrides_back(job, q->ledger, at, err);
        /* Only now: a list must not name what does not load. */
        return r < 0 ? r : service_refilter(job, q->ledger, at, err);
}

/* Said once, for the first of the control sets, of what the plan disables. */
static int tell_at(struct fix_job *job, const struct service_at *at, void *state, ow_error *err)
{
        const ow_control_sets *sets = ow_guest_control_sets(job->guest);
        OW_AUTO_BUFFER names = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;
        uint32_t set;
        int r;

        (void)state;
        if (at->start != START_DISABLED || !plan_find(job->plan, at->where, "Start"))
                return 0;
        if (sscanf(at->where, "HKLM\\SYSTEM\\ControlSet%3u", &set) != 1 || sets->n_edit == 0 || set != sets->edit[0])
                return 0;
        r = guard_left_behind(job, at, &names, err);
        if (r < 0 || names.len == 0)
                return r;
        text = ow_buffer_take_text(&names);
        return text ? plan_skip(job->plan, job->fix, OW_FIX_NOT_FOR_THIS, err,
                                "without %s these no longer start by themselves: %s", at->name, text)
                    : ow_fail_nomem(err);
}

int service_tell_left_behind(struct fix_job *job, const char *name, ow_error *err)
{
        return service_each(job, name, tell_at, NULL, err);
}

static int edit_at(struct fix_job *job, const struct service_at *at, void *state, ow_error *err)
{
        const struct request *q = state;
        ow_service_edit edit = *q->edit;
        int r;

        r = kind_check(q, at, err);
        if (r < 0)
                return r;
        if (edit.verb == OW_SERVICE_ENABLE)
                return enable(job, q, at, err);
        if (edit.verb == OW_SERVICE_DISABLE) {
                edit.start = START_DISABLED;
                edit.delayed = false;
        }
        r = start_check(job, at, &edit, err);
        if (r == 0 && edit.start == START_DISABLED && at->start != START_DISABLED && !(q->flags & OW_SERVICE_FORCE))
                r = dc_check(job, at, err);
        if (r == 0 && edit.start == START_DISABLED && q->flags & (OW_SERVICE_FORCE | OW_SERVICE_UNFILTER) &&
            !is_win32(at))
                r = service_unfilter(job, at, err);
        return r < 0 ? r : service_start_rows(job, at, edit.start, edit.delayed, err);
}

static int edits_run(struct fix_job *job, const ow_service_edit *edits, size_t n, unsigned flags,
                     struct ledger *ledger, ow_error *err)
{
        bool enables = false;
        int r = 0;

        for (size_t i = 0; i < n; i++)
                enables |= edits[i].verb == OW_SERVICE_ENABLE;
        if (enables)
                r = ledger_read(job->guest, ledger, err);
        for (size_t i = 0; i < n && r == 0; i++) {
                struct request q = { &edits[i], flags, ledger };

                r = service_each(job, edits[i].name, edit_at, &q, err);
        }
        /* Only now: what depends on one may be another one. */
        for (size_t i = 0; i < n && r == 0 && !(flags & OW_SERVICE_UNFILTER); i++)
                r = service_tell_left_behind(job, edits[i].name, err);
        return r;
}

int ow_plan_set_services(ow_plan *plan, ow_guest *guest, const ow_service_edit *edits, size_t n_edits, unsigned flags,
                         ow_error *err)
{
        static const struct fix_action action = {
                .name = "services",
                .title = "Set how services and drivers start",
                .why = "Asked for by name. `enable` gives a disabled one the start back that it had; settle leaves "
                       "it.",
        };
        struct ledger ledger = { NULL, 0, 0, 0 };
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &action, err);
        if (r < 0)
                return r;
        fix_action_keep(&job);
        job.forced = flags & OW_SERVICE_FORCE;
        r = edits_run(&job, edits, n_edits, flags, &ledger, err);
        ledger_done(&ledger);
        fix_action_done(&job);
        return r;
}
