/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `offwin doctor --json`. Keys are a promise: docs/man/offwin-json.5.scd. */
#include "report/reports.h"

#include "report/facts.h"
#include "report/json.h"

#include "base/alloc.h"

static void put_forecast(struct report_json *json, const ow_diagnosis *d)
{
        json_t *forecast = report_json_object(json, json->root, "forecast");
        json_t *lines;

        report_json_bool(json, forecast, "is_a_model", true);
        report_json_number(json, forecast, "before_s", d->before_s);
        report_json_number(json, forecast, "after_s", d->after_s);
        lines = report_json_array(json, forecast, "lines");
        for (size_t i = 0; i < d->n_forecast; i++) {
                json_t *o = report_json_add_object(json, lines);

                report_json_text(json, o, "what", d->forecast[i].what);
                report_json_number(json, o, "before_s", d->forecast[i].before_s);
                report_json_number(json, o, "after_s", d->forecast[i].after_s);
                report_json_bool(json, o, "overlaps", d->forecast[i].overlaps);
                report_json_text(json, o, "model", d->forecast[i].model);
        }
}

static void put_finding(struct report_json *json, json_t *o, const ow_finding *f)
{
        report_json_text(json, o, "id", f->id);
        report_json_text(json, o, "title", f->title);
        report_json_text(json, o, "status", report_status_name(f->status));
        report_json_text(json, o, "reason", f->reason);
        report_json_text(json, o, "detail", f->detail);
        report_json_number(json, o, "delay_before_s", f->delay_before_s);
        report_json_number(json, o, "delay_after_s", f->delay_after_s);
        if (!f->fix) {
                report_json_null(json, o, "fix");
                if (f->command)
                        report_json_text(json, o, "command", f->command);
                else
                        report_json_null(json, o, "command");
                report_json_text(json, o, "confidence", ow_confidence_name(f->confidence));
                return;
        }
        report_json_text(json, o, "fix", ow_fix_name(f->fix));
        report_json_text(json, o, "area", ow_fix_area(f->fix));
        report_json_text(json, o, "why", ow_fix_why(f->fix));
        report_json_text(json, o, "source", ow_fix_source(f->fix));
        report_json_bool(json, o, "temporary", ow_fix_temporary(f->fix));
        report_json_bool(json, o, "in_all", ow_fix_in_all(f->fix));
}

int report_diagnosis_json(ow_guest *guest, const ow_diagnosis *diagnosis, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("doctor");
        OW_AUTO_FREE const ow_finding **sorted = report_findings_sorted(diagnosis);
        json_t *findings, *problems;
        size_t n_open = 0;

        if (!sorted)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < diagnosis->n_findings; i++)
                n_open += report_finding_is_open(&diagnosis->findings[i]);
        report_json_installation(&json, json.root, guest);
        report_json_number(&json, json.root, "to_fix", n_open);
        put_forecast(&json, diagnosis);
        findings = report_json_array(&json, json.root, "findings");
        for (size_t i = 0; i < diagnosis->n_findings; i++)
                put_finding(&json, report_json_add_object(&json, findings), sorted[i]);
        problems = report_json_array(&json, json.root, "problems");
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++)
                report_json_add_text(&json, problems, ow_guest_problem(guest, i));
        return report_json_take(&json, ret, err);
}
