/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Everything that may hurt the first boot: every fix is run against the guest into a plan that is then thrown away,
 * so that a finding says just what the fix would do; the forecast is the model on the guest without that plan and
 * with it.
 */
#include <string.h>

#include <offwin/fix.h>

#include "fix/findings.h"
#include "fix/forecast.h"
#include "fix/plan.h"

void ow_diagnosis_done(ow_diagnosis *diagnosis)
{
        for (size_t i = 0; i < diagnosis->n_findings; i++) {
                ow_free(diagnosis->findings[i].id);
                ow_free(diagnosis->findings[i].title);
                ow_free(diagnosis->findings[i].reason);
                ow_free(diagnosis->findings[i].detail);
                ow_free(diagnosis->findings[i].command);
        }
        for (size_t i = 0; i < diagnosis->n_forecast; i++) {
                ow_free(diagnosis->forecast[i].what);
                ow_free(diagnosis->forecast[i].model);
        }
        ow_free(diagnosis->findings);
        ow_free(diagnosis->forecast);
        *diagnosis = (ow_diagnosis){ .findings = NULL };
}

struct work {
        ow_guest *guest;
        const ow_fix_set *set;
        const ow_fix_parameter *parameters;
        size_t n_parameters;
        ow_plan *all, *rest;            /* what --all would do; what the others would do */
        struct fix_findings findings;
};

static void work_done(struct work *w)
{
        ow_plan_free(w->all);
        ow_plan_free(w->rest);
        fix_findings_done(&w->findings);
}

/* Software that is not there is no finding; what is only reported is one that no fix answers. Takes outcome. */
static int judged_pack(struct work *w, const ow_fix *fix, struct fix_outcome *outcome, ow_error *err)
{
        OW_AUTO_FREE char *title = NULL;

        if (outcome->status == OW_FIX_NOT_FOR_THIS) {
                fix_outcome_done(outcome);
                return 0;
        }
        if (!fix->pack->report_only)
                return fix_findings_add(&w->findings, fix, fix->name, ow_fix_title(fix), outcome->status,
                                        outcome->reason, outcome->detail, fix->delay, err);
        title = ow_asprintf("%s: installed", fix->pack->name);
        ow_free(outcome->reason);
        outcome->reason = ow_strdup(fix->why);
        if (!title) {
                fix_outcome_done(outcome);
                return ow_fail_nomem(err);
        }
        return fix_findings_add(&w->findings, NULL, fix->name, title, OW_FIX_NEEDED, outcome->reason, outcome->detail,
                                FIX_DELAY_NONE, err);
}

/* A fix that is refused or clashes is a finding that failed, not the end of the diagnosis. */
static int judge(struct work *w, const ow_fix *fix, ow_error *err)
{
        ow_plan *plan = fix->in_all ? w->all : w->rest;
        struct fix_outcome outcome = { OW_FIX_FAILED, NULL, NULL };
        ow_error why = OW_ERROR_INIT;
        size_t rows = plan->n;
        int r;

        r = fix_run(w->guest, fix, w->parameters, w->n_parameters, plan, &outcome, &why);
        if (r == OW_E_NOMEM || r == OW_E_INVAL) {
                if (err)
                        *err = why;
                return r;
        }
        if (r < 0) {
                outcome.reason = ow_strdup(why.text);
                outcome.detail = ow_strdup("");
                if (plan_truncate(plan, rows, err) < 0) {
                        fix_outcome_done(&outcome);
                        return OW_E_NOMEM;
                }
        }
        if (fix->pack)
                return judged_pack(w, fix, &outcome, err);
        return fix_findings_add(&w->findings, fix, fix->name, ow_fix_title(fix), outcome.status, outcome.reason,
                                outcome.detail, fix->delay, err);
}

/* ---- forecast ---- */

static int line_fill(const struct fix_facts *before, const struct fix_facts *after, enum fix_delay delay,
                     ow_forecast_line *line, ow_error *err)
{
        struct fix_line now, then;
        int r;

        r = fix_forecast_line(before, delay, &now, err);
        if (r < 0)
                return r;
        r = fix_forecast_line(after, delay, &then, err);
        if (r < 0) {
                ow_free(now.model);
                return r;
        }
        line->before_s = now.seconds;
        line->after_s = then.seconds;
        line->overlaps = fix_forecast_overlaps(delay);
        line->what = ow_strdup(fix_forecast_title(delay));
        line->model = now.seconds == then.seconds ? ow_strdup(now.model) :
                      ow_asprintf("%s; then: %s", now.model, then.model);
        ow_free(now.model);
        ow_free(then.model);
        return line->what && line->model ? 0 : ow_fail_nomem(err);
}

static int forecast(const struct work *w, ow_diagnosis *d, ow_error *err)
{
        const struct fix_view as_is = { w->guest, NULL }, fixed = { w->guest, w->all };
        struct fix_facts before, after;
        int r;

        d->forecast = ow_calloc(FIX_DELAY_NONE, sizeof *d->forecast);
        if (!d->forecast)
                return ow_fail_nomem(err);
        r = fix_facts_read(&as_is, &before, err);
        if (r == 0)
                r = fix_facts_read(&fixed, &after, err);
        for (unsigned i = 0; i < FIX_DELAY_NONE && r == 0; i++) {
                ow_forecast_line *line = &d->forecast[d->n_forecast++];

                r = line_fill(&before, &after, i, line, err);
                if (r == 0 && !line->overlaps) {
                        d->before_s += line->before_s;
                        d->after_s += line->after_s;
                }
        }
        return r;
}

/* Findings go to the diagnosis, each with the seconds of its line. */
static void hand_over(struct work *w, ow_diagnosis *d)
{
        for (size_t i = 0; i < w->findings.n; i++) {
                enum fix_delay delay = w->findings.delays[i];

                if (delay != FIX_DELAY_NONE && w->findings.list[i].status != OW_FIX_NOT_FOR_THIS) {
                        w->findings.list[i].delay_before_s = d->forecast[delay].before_s;
                        w->findings.list[i].delay_after_s = d->forecast[delay].after_s;
                }
        }
        d->findings = OW_TAKE(w->findings.list);
        d->n_findings = w->findings.n;
        w->findings.n = 0;
}

int ow_diagnose(ow_guest *guest, const ow_fix_set *set, const ow_fix_parameter *parameters, size_t n_parameters,
                ow_diagnosis *ret, ow_error *err)
{
        __attribute__((cleanup(work_done))) struct work w = { .guest = guest, .set = set, .parameters = parameters,
                                                              .n_parameters = n_parameters };
        ow_diagnosis d = { .findings = NULL };
        int r;

        r = fix_parameters_check(set, parameters, n_parameters, err);
        if (r == 0)
                r = plan_new(&w.all, err);
        if (r == 0)
                r = plan_new(&w.rest, err);
        for (size_t i = 0; i < ow_fix_set_count(set) && r == 0; i++)
                r = judge(&w, ow_fix_set_get(set, i), err);
        if (r == 0)
                r = fix_findings_collect(&w.findings, guest, err);
        if (r == 0)
                r = forecast(&w, &d, err);
        if (r < 0) {
                ow_diagnosis_done(&d);
                return r;
        }
        hand_over(&w, &d);
        *ret = d;
        return 0;
}
