/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `offwin doctor --html`: one file that a browser or a printer shows without anything else. */
#include "report/reports.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/filetime.h"

#include "report/facts.h"
#include "report/html.h"

/* Text of line, which is emptied; NULL and out failed when memory is out. */
static char *line_text(ow_buffer *line, ow_buffer *out)
{
        char *text = ow_buffer_take_text(line);

        if (!text)
                out->failed = true;
        return text;
}

static void put_heading(ow_buffer *out, ow_guest *guest)
{
        const ow_windows *w = ow_guest_windows(guest);
        ow_machine *machine = ow_guest_machine(guest);
        ow_buffer line = OW_BUFFER_INIT;
        OW_AUTO_FREE char *windows = NULL;
        OW_AUTO_FREE char *where = NULL;

        report_html_element(out, "h1", "", w->computer_name[0] ? w->computer_name : "Windows without a name");
        report_windows_name(w, &line);
        ow_buffer_put_text(&line, ", ");
        report_windows_version(w, &line);
        windows = line_text(&line, out);
        if (windows)
                report_html_element(out, "p", "", windows);
        ow_buffer_printf(&line, "%s of", ow_guest_id(guest));
        for (size_t i = 0; i < ow_machine_disk_count(machine); i++)
                ow_buffer_printf(&line, "%s %s", i ? "," : "", ow_disk_name(ow_machine_disk(machine, i)));
        where = line_text(&line, out);
        if (where)
                report_html_element(out, "p", "dim", where);
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++)
                report_html_element(out, "p", "dim", ow_guest_problem(guest, i));
}

static void put_delay(ow_buffer *out, const ow_diagnosis *d)
{
        char before[REPORT_NUMBER_TEXT], after[REPORT_NUMBER_TEXT];

        report_format_duration(d->before_s, before);
        report_format_duration(d->after_s, after);
        ow_buffer_printf(out,
                         "<div class=\"delay\">\n<div class=\"now\"><b>%s</b>modelled first-boot delay, as it is "
                         "now</div>\n<div class=\"then\"><b>%s</b>after <code>offwin fix --all</code></div>\n</div>\n",
                         before, after);
}

static void put_bar(ow_buffer *out, const char *css, uint32_t seconds, uint32_t longest)
{
        if (seconds && longest)
                ow_buffer_printf(out, "<span class=\"bar%s\" style=\"width:%.1f%%\"></span>", css,
                                 100.0 * seconds / longest);
}

static void put_forecast(ow_buffer *out, const ow_diagnosis *d)
{
        uint32_t longest = 0;

        if (d->n_forecast == 0)
                return;
        for (size_t i = 0; i < d->n_forecast; i++)
                longest = d->forecast[i].before_s > longest ? d->forecast[i].before_s : longest;
        ow_buffer_put_text(out, "<h2>What waits</h2>\n<p class=\"dim\">A model: computed from the settings in the "
                                "registry, not measured.</p>\n<table>\n<tr><th>wait</th><th class=\"n\">now</th>"
                                "<th class=\"n\">after</th></tr>\n");
        for (size_t i = 0; i < d->n_forecast; i++) {
                const ow_forecast_line *line = &d->forecast[i];
                char before[REPORT_NUMBER_TEXT], after[REPORT_NUMBER_TEXT];

                report_format_duration(line->before_s, before);
                report_format_duration(line->after_s, after);
                ow_buffer_put_text(out, "<tr><td>");
                report_html_text(out, line->what);
                if (line->overlaps)
                        ow_buffer_put_text(out, " <span class=\"tag\">beside the others, not added</span>");
                report_html_element(out, "p", "dim", line->model);
                put_bar(out, "", line->before_s, longest);
                put_bar(out, " after", line->after_s, longest);
                ow_buffer_printf(out, "</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n", before, after);
        }
        ow_buffer_put_text(out, "</table>\n");
}

static void put_finding(ow_buffer *out, const ow_finding *f)
{
        char delay[REPORT_NUMBER_TEXT];

        ow_buffer_printf(out, "<li class=\"f %s\">\n", report_status_name(f->status));
        ow_buffer_put_text(out, "<p><b>");
        report_html_text(out, f->title);
        ow_buffer_put_text(out, "</b> <span class=\"tag\"><code>");
        report_html_text(out, f->id);
        ow_buffer_put_text(out, "</code></span>");
        if (f->fix && ow_fix_temporary(f->fix))
                ow_buffer_put_text(out, "<span class=\"tag\">temporary</span>");
        if (f->status == OW_FIX_NEEDED && !f->fix)
                ow_buffer_put_text(out, "<span class=\"tag\">to know: no fix</span>");
        if (f->delay_before_s) {
                report_format_duration(f->delay_before_s, delay);
                ow_buffer_printf(out, "<span class=\"tag\">part of %s</span>", delay);
        }
        ow_buffer_put_text(out, "</p>\n");
        report_html_element(out, "p", "", f->detail);
        report_html_element(out, "p", "", f->reason);
        if (f->command)
                report_html_element(out, "p", "", f->command);
        if (f->fix) {
                report_html_element(out, "p", "dim", ow_fix_why(f->fix));
                report_html_element(out, "p", "dim", ow_fix_source(f->fix));
        }
        ow_buffer_put_text(out, "</li>\n");
}

static void put_findings(ow_buffer *out, const ow_finding **sorted, size_t count)
{
        static const char *const titles[] = {
                [OW_FIX_NEEDED] = "To fix", [OW_FIX_DONE] = "Fine",
                [OW_FIX_NOT_FOR_THIS] = "Not for this Windows",
                [OW_FIX_NEEDS_PARAMETER] = "Waiting for a value from you", [OW_FIX_FAILED] = "Not judged",
                [OW_FIX_LEFT] = "Left as it is",
        };

        for (size_t i = 0; i < count; i++) {
                if (i == 0 || sorted[i]->status != sorted[i - 1]->status) {
                        ow_buffer_put_text(out, i ? "</ul>\n" : "");
                        report_html_element(out, "h2", "", titles[sorted[i]->status]);
                        ow_buffer_put_text(out, "<ul>\n");
                }
                put_finding(out, sorted[i]);
        }
        if (count)
                ow_buffer_put_text(out, "</ul>\n");
}

static void put_next(ow_buffer *out, ow_guest *guest)
{
        ow_buffer line = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        ow_buffer_put_text(&line, "offwin fix --all --dry-run");
        report_put_disk_words(&line, ow_guest_machine(guest), guest);
        text = line_text(&line, out);
        if (!text)
                return;
        ow_buffer_put_text(out, "<h2>Next</h2>\n<p>");
        report_html_element(out, "code", "", text);
        ow_buffer_put_text(out, "</p>\n");
}

int report_diagnosis_html(ow_guest *guest, const ow_diagnosis *diagnosis, char **ret, ow_error *err)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        OW_AUTO_FREE const ow_finding **sorted = report_findings_sorted(diagnosis);
        const ow_windows *w = ow_guest_windows(guest);
        char *text;

        if (!sorted)
                return ow_fail_nomem(err);
        report_html_start(&out, w->computer_name[0] ? w->computer_name : "offwin doctor");
        put_heading(&out, guest);
        put_delay(&out, diagnosis);
        put_forecast(&out, diagnosis);
        put_findings(&out, sorted, diagnosis->n_findings);
        put_next(&out, guest);
        report_html_end(&out);
        text = ow_buffer_take_text(&out);
        if (!text)
                return ow_fail_nomem(err);
        *ret = text;
        return 0;
}
