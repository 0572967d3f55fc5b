/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What each controller would meet, and making it meet what it needs. */
#include <stdio.h>
#include <string.h>

#include <offwin/registry.h>

#include "fix/storage-look.h"

/* ---- what every disk needs ---- */

static void stack_done(ow_storage_driver *drivers, size_t n)
{
        for (size_t i = 0; i < n; i++)
                storage_driver_done(&drivers[i]);
}

/*
 * Which of it has a problem. A service that is not there is not judged, and a file that is not only on a volume that
 * has another of them: a volume without any holds no Windows that was ever started from it.
 */
static int stack_look(struct storage_look *look, ow_error *err)
{
        const struct storage_driver *from[STORAGE_STACK_MAX];
        ow_storage_driver drivers[STORAGE_STACK_MAX];
        bool files = false;
        size_t n = 0;
        int r = 0;

        for (const struct storage_driver *s = storage_stack; s->service && r == 0; s++) {
                if (!storage_applies(s, look->windows))
                        continue;
                r = storage_driver_read(look, s, &drivers[n], err);
                if (r == 0) {
                        files = files || drivers[n].file_there;
                        from[n++] = s;
                }
        }
        for (size_t i = 0; i < n; i++) {
                const ow_storage_driver *d = &drivers[i];

                if (d->service_there && *d->problem && (d->file_there || files || d->start != 0))
                        look->stack[look->n_stack++] = from[i];
        }
        stack_done(drivers, n);
        return r;
}

/* ---- one controller ---- */

static bool can_start(const ow_storage_driver *driver, bool database)
{
        /* Windows' own can be given a service. Entries of the driver database are left to who brings drivers; that of
         * SYSTEM holds a part of them only, so a missing one of Windows' own proves nothing. */
        return driver->file_there && driver->file_whole &&
               (driver->in_box || (driver->service_there && (!database || driver->id_known || !*driver->id)));
}

/* The driver to speak of: the first that is needed and has the verdict's trouble. */
static const ow_storage_driver *speaker(const ow_storage_state *state, bool database)
{
        const ow_storage_driver *with_problem = NULL;

        for (size_t i = 0; i < state->n_drivers; i++) {
                const ow_storage_driver *d = &state->drivers[i];

                if (!d->needed || !*d->problem)
                        continue;
                if (!can_start(d, database))
                        return d;
                with_problem = with_problem ? with_problem : d;
        }
        return with_problem;
}

static int state_judge(const struct storage_look *look, ow_storage_state *state, ow_error *err)
{
        const ow_storage_driver *spoken = speaker(state, look->database);
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;

        if (state->n_drivers == 0) {
                state->verdict = OW_STORAGE_NO_DRIVER;
                ow_buffer_put_text(&reason, "no driver for this Windows is known");
        } else if (!spoken) {
                state->verdict = OW_STORAGE_READY;
                for (size_t i = 0; i < state->n_drivers; i++)
                        if (state->drivers[i].needed)
                                ow_buffer_printf(&reason, "%s%s", reason.len ? ", " : "", state->drivers[i].service);
                ow_buffer_put_text(&reason, " at boot");
        } else {
                state->verdict = can_start(spoken, look->database) ? OW_STORAGE_FIXABLE : OW_STORAGE_NO_DRIVER;
                ow_buffer_put_text(&reason, spoken->problem);
        }
        for (size_t i = 0; i < state->n_drivers; i++) {
                const ow_storage_driver *d = &state->drivers[i];

                if (*d->id_other)
                        ow_buffer_printf(&reason, "; %s takes the controller before %s", d->id_other, d->service);
                else if (d->needed && d->in_box && look->database && !d->id_known && *d->id)
                        ow_buffer_printf(&reason, "; the driver database of SYSTEM does not name %s for %s",
                                         d->service, d->id);
        }
        state->reason = ow_buffer_take_text(&reason);
        return state->reason ? 0 : ow_fail_nomem(err);
}

static void state_done(ow_storage_state *state)
{
        for (size_t i = 0; i < state->n_drivers; i++)
                storage_driver_done(&state->drivers[i]);
        ow_free(state->drivers);
        ow_free(state->reason);
}

static int state_read(const struct storage_look *look, const ow_storage_target *target, ow_storage_state *state,
                      ow_error *err)
{
        size_t n = 0;
        int r = 0;

        *state = (ow_storage_state){ .target = target };
        while (target->drivers[n].service)
                n++;
        state->drivers = ow_calloc(n + look->n_stack, sizeof *state->drivers);
        if (!state->drivers)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n && r == 0; i++) {
                if (!storage_applies(&target->drivers[i], look->windows))
                        continue;
                r = storage_driver_read(look, &target->drivers[i], &state->drivers[state->n_drivers], err);
                state->n_drivers += r == 0;
        }
        if (state->n_drivers == 0) /* no driver for this Windows: what else it needs is no matter */
                return r < 0 ? r : state_judge(look, state, err);
        for (size_t i = 0; i < look->n_stack && r == 0; i++) {
                r = storage_driver_read(look, look->stack[i], &state->drivers[state->n_drivers], err);
                state->n_drivers += r == 0;
        }
        return r < 0 ? r : state_judge(look, state, err);
}

static int look_begin(ow_guest *guest, struct storage_look *look, ow_error *err)
{
        int r;

        *look = (struct storage_look){ .guest = guest, .windows = ow_guest_windows(guest) };
        look->ids = storage_version(look->windows) >= 0x0500;
        look->overrides = storage_version(look->windows) >= 0x0602;
        r = storage_has_driver_database(guest, err);
        if (r < 0)
                return r;
        look->database = r > 0;
        r = ow_registry_expand(guest, "HKLM\\SYSTEM\\CurrentControlSet", &look->sets, &look->n_sets, err);
        return r < 0 ? r : stack_look(look, err);
}

static int look_all(const struct storage_look *look, ow_storage_report *report, ow_error *err)
{
        int r = 0;

        report->states = ow_calloc(ow_storage_target_count(), sizeof *report->states);
        if (!report->states)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < ow_storage_target_count() && r == 0; i++, report->n_states++)
                r = state_read(look, ow_storage_target_get(i), &report->states[i], err);
        return r < 0 ? r : storage_look_filters(look->guest, report, err);
}

int ow_storage_look(ow_guest *guest, ow_storage_report *ret, ow_error *err)
{
        ow_storage_report report = { NULL, 0, NULL, 0, NULL, 0 };
        struct storage_look look;
        int r;

        r = look_begin(guest, &look, err);
        if (r == 0)
                r = look_all(&look, &report, err);
        ow_registry_paths_free(look.sets, look.n_sets);
        if (r < 0)
                ow_storage_report_done(&report);
        else
                *ret = report;
        return r;
}

void ow_storage_report_done(ow_storage_report *report)
{
        for (size_t i = 0; i < report->n_states; i++)
                state_done(&report->states[i]);
        for (size_t i = 0; i < report->n_filters; i++) {
                ow_free(report->filters[i].where);
                ow_free(report->filters[i].service);
                ow_free(report->filters[i].problem);
        }
        for (size_t i = 0; i < report->n_warnings; i++)
                ow_free(report->warnings[i]);
        ow_free(report->states);
        ow_free(report->filters);
        ow_free(report->warnings);
        *report = (ow_storage_report){ NULL, 0, NULL, 0, NULL, 0 };
}

/* ---- the plan ---- */

static int refuse(ow_guest *guest, const ow_storage_state *state, ow_error *err)
{
        bool vendor = state->n_drivers == 0;

        for (size_t i = 0; i < state->n_drivers; i++)
                vendor = vendor || (state->drivers[i].needed && !state->drivers[i].in_box);
        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "%s cannot be made to start on %s: %s; %s", ow_guest_id(guest),
                       state->target->name, state->reason,
                       vendor ? "bring a driver in first (offwin drv inject DISK FOLDER)"
                              : "repair this Windows' own driver first, or choose another controller (offwin boot "
                                "storage DISK)");
}

static int plan_driver(struct fix_job *job, const struct storage_look *look, const struct storage_driver *from,
                       const ow_storage_driver *driver, ow_error *err)
{
        struct storage_entry entry = {
                .service = from->service, .class_guid = from->class_guid, .group = from->group, .ids = from->missing
        };
        OW_AUTO_FREE char *file = ow_strndup(from->file, strcspn(from->file, ","));
        int r;

        if (!file)
                return ow_fail_nomem(err);
        if (!driver->file_there || !driver->file_whole || !(driver->service_there || driver->in_box))
                return 0; /* one that only helps */
        entry.file = file;
        while (entry.n_ids < STORAGE_IDS_MAX && from->missing[entry.n_ids])
                entry.n_ids++;
        r = storage_plan_service(job, &entry, err);
        if (r == 0 && look->ids && !look->database && !driver->id_known)
                r = storage_plan_critical(job, &entry, err);
        return r;
}

/* What no driver helps against is told along with what is done. */
static int tell_filters(struct fix_job *job, ow_error *err)
{
        ow_storage_report report = { NULL, 0, NULL, 0, NULL, 0 };
        int r = storage_look_filters(job->guest, &report, err);

        for (size_t i = 0; i < report.n_filters && r == 0; i++) {
                const ow_storage_filter *f = &report.filters[i];

                if (*f->problem)
                        r = plan_skip(job->plan, job->fix, OW_FIX_NOT_FOR_THIS, err,
                                      "%s of %s names the filter driver %s, and %s: no disk starts", f->list,
                                      f->where, f->service, f->problem);
        }
        for (size_t i = 0; i < report.n_warnings && r == 0; i++)
                r = plan_skip(job->plan, job->fix, OW_FIX_NOT_FOR_THIS, err, "%s", report.warnings[i]);
        ow_storage_report_done(&report);
        return r;
}

static int plan_state(ow_plan *plan, const struct storage_look *look, const ow_storage_state *state, ow_error *err)
{
        OW_AUTO_FREE char *title = ow_asprintf("Find the disk on %s: %s", state->target->name, state->target->title);
        const struct fix_action action = { .name = "boot-storage",
                                           .title = title,
                                           .why = "Windows starts its disk with drivers that are loaded at boot." };
        struct fix_job job;
        size_t at = 0;
        int r;

        if (!title)
                return ow_fail_nomem(err);
        if (state->verdict == OW_STORAGE_NO_DRIVER)
                return refuse(look->guest, state, err);
        r = fix_action_begin(&job, plan, look->guest, &action, err);
        if (r < 0)
                return r;
        for (const struct storage_driver *from = state->target->drivers; from->service && r == 0; from++)
                if (storage_applies(from, look->windows))
                        r = plan_driver(&job, look, from, &state->drivers[at++], err);
        for (size_t i = 0; i < look->n_stack && r == 0; i++)
                r = plan_driver(&job, look, look->stack[i], &state->drivers[at++], err);
        if (r == 0 && job.differing == 0)
                r = plan_skip(plan, job.fix, OW_FIX_DONE, err, "%s: %s", state->target->name, state->reason);
        if (r == 0)
                r = tell_filters(&job, err);
        fix_action_done(&job);
        return r;
}

int ow_plan_boot_storage(ow_plan *plan, ow_guest *guest, const ow_storage_target *target, ow_error *err)
{
        ow_storage_state state = { 0 };
        struct storage_look look;
        int r;

        if (ow_guest_windows(guest)->major == 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "the version of %s is not known, and with it which drivers it "
                               "needs",
                               ow_guest_id(guest));
        r = look_begin(guest, &look, err);
        if (r == 0)
                r = state_read(&look, target, &state, err);
        if (r == 0)
                r = plan_state(plan, &look, &state, err);
        state_done(&state);
        ow_registry_paths_free(look.sets, look.n_sets);
        return r;
}
