/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `offwin doctor` for people: which Windows, the modelled delay, what it is made of, the findings, the next step.
 * Without verbose, what is fine and what does not apply is only counted.
 */
#include "report/reports.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#include "report/facts.h"
#include "report/text.h"

enum { INDENT = 4, NUMBER_COLUMN = 13 };

static void put_forecast_line(struct report_page *page, const ow_forecast_line *line, size_t what_width)
{
        char before[REPORT_NUMBER_TEXT], after[REPORT_NUMBER_TEXT];

        report_format_duration(line->before_s, before);
        report_format_duration(line->after_s, after);
        report_put_spaces(page, 2);
        if (report_width(line->what) > what_width) {
                report_put_guest(page, line->what);
                report_put(page, "\n");
                report_put_spaces(page, 2 + what_width);
        } else {
                report_put_padded(page, line->what, what_width);
        }
        report_put_right(page, before, NUMBER_COLUMN);
        report_put_right(page, after, NUMBER_COLUMN);
        report_put(page, "\n");
        if (page->verbose && line->model[0]) {
                report_put_style(page, REPORT_DIM);
                report_put_spaces(page, 4);
                report_put_wrapped(page, 4, line->model);
                report_put_style(page, REPORT_PLAIN);
        }
}

/* What takes no time, now or later, is only told to who asks for everything. */
static bool waits(const struct report_page *page, const ow_forecast_line *line)
{
        return page->verbose || line->before_s || line->after_s;
}

static void put_forecast(struct report_page *page, const ow_diagnosis *d)
{
        char before[REPORT_NUMBER_TEXT], after[REPORT_NUMBER_TEXT];
        size_t what_width = page->columns - 2 * NUMBER_COLUMN - 2;
        bool beside = false;

        report_format_duration(d->before_s, before);
        report_format_duration(d->after_s, after);
        report_put(page, "\nModelled first-boot delay: ");
        report_put_styled(page, d->before_s > d->after_s ? REPORT_BAD : REPORT_GOOD, before);
        report_put(page, " now");
        if (d->before_s != d->after_s) {
                report_put(page, ", ");
                report_put_styled(page, REPORT_GOOD, after);
                report_put(page, " after `offwin fix --all`");
        }
        report_put(page, "\n");
        if (d->n_forecast == 0)
                return;

        report_put(page, "\n");
        report_put_style(page, REPORT_DIM);
        report_put_spaces(page, 2);
        report_put_padded(page, "What waits", what_width);
        report_put_right(page, "now", NUMBER_COLUMN);
        report_put_right(page, "after", NUMBER_COLUMN);
        report_put(page, "\n");
        report_put_style(page, REPORT_PLAIN);
        for (size_t i = 0; i < d->n_forecast; i++) {
                if (d->forecast[i].overlaps)
                        beside = beside || waits(page, &d->forecast[i]);
                else if (waits(page, &d->forecast[i]))
                        put_forecast_line(page, &d->forecast[i], what_width);
        }
        if (!beside)
                return;
        report_put_style(page, REPORT_DIM);
        report_put(page, "  Beside these, not added:\n");
        report_put_style(page, REPORT_PLAIN);
        for (size_t i = 0; i < d->n_forecast; i++)
                if (d->forecast[i].overlaps && waits(page, &d->forecast[i]))
                        put_forecast_line(page, &d->forecast[i], what_width);
}

/* ---- findings ---- */

struct mark {
        const char *text;
        enum report_style style;
};

static const struct mark *mark_of(const ow_finding *finding)
{
        static const struct mark marks[] = {
                [OW_FIX_NEEDED] = { "!", REPORT_BAD },
                [OW_FIX_DONE] = { "+", REPORT_GOOD },
                [OW_FIX_NOT_FOR_THIS] = { "-", REPORT_DIM },
                [OW_FIX_NEEDS_PARAMETER] = { "?", REPORT_WARN },
                [OW_FIX_FAILED] = { "x", REPORT_BAD },
                [OW_FIX_LEFT] = { "-", REPORT_DIM },
        };
        static const struct mark to_know = { "i", REPORT_WARN };

        return finding->status == OW_FIX_NEEDED && !finding->fix ? &to_know : &marks[finding->status];
}

static bool is_shown(const struct report_page *page, const ow_finding *finding)
{
        return page->verbose || (finding->status != OW_FIX_DONE && finding->status != OW_FIX_NOT_FOR_THIS);
}

/* The title at the left, the fix's name at the right edge; below the title when there is no room. */
static void put_title(struct report_page *page, const ow_finding *finding)
{
        size_t title = report_width(finding->title), id = report_width(finding->id);
        bool fits = INDENT + title + 2 + id <= page->columns;

        report_put_spaces(page, 2);
        report_put_styled(page, mark_of(finding)->style, mark_of(finding)->text);
        report_put(page, " ");
        report_put_style(page, REPORT_BOLD);
        if (fits)
                report_put_padded(page, finding->title, page->columns - INDENT - id);
        else
                report_put_wrapped(page, INDENT, finding->title);
        report_put_style(page, REPORT_PLAIN);
        if (!fits)
                report_put_spaces(page, page->columns > id ? page->columns - id : 0);
        report_put_guest(page, finding->id);
        report_put(page, "\n");
}

static void put_detail(struct report_page *page, const char *guest)
{
        if (!*guest)
                return;
        report_put_style(page, REPORT_DIM);
        report_put_spaces(page, INDENT);
        report_put_wrapped(page, INDENT, guest);
        report_put_style(page, REPORT_PLAIN);
}

/* "To do: offwin net tune disk.img --set mac=none (confidence high)"; words stand in the place of " DISK". */
static void put_command(struct report_page *page, const ow_finding *finding, const char *words)
{
        const char *command = finding->command, *disk = strstr(command, " DISK");
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        ow_buffer_printf(&line, "To do: %.*s%s%s (confidence %s)", (int)(disk ? disk - command : 0), command,
                         disk ? words : "", disk ? disk + strlen(" DISK") : command,
                         ow_confidence_name(finding->confidence));
        text = ow_buffer_take_text(&line);
        if (text)
                put_detail(page, text);
        else
                page->text.failed = true;
}

static void put_finding(struct report_page *page, const ow_finding *finding, const char *words)
{
        char delay[REPORT_NUMBER_TEXT], text[REPORT_NUMBER_TEXT + 32];

        put_title(page, finding);
        put_detail(page, finding->detail);
        put_detail(page, finding->reason);
        if (finding->command)
                put_command(page, finding, words);
        if (finding->status == OW_FIX_NEEDED && finding->fix && !ow_fix_in_all(finding->fix))
                put_detail(page, "not part of --all: ask for it by name");
        if (!page->verbose)
                return;
        if (finding->delay_before_s) {
                report_format_duration(finding->delay_before_s, delay);
                snprintf(text, sizeof text, "takes part in a delay of %s", delay);
                put_detail(page, text);
        }
        if (finding->fix)
                put_detail(page, ow_fix_why(finding->fix));
}

struct counts {
        size_t open;                    /* fix --all would change something */
        size_t by_name;                 /* needed, and only done when asked for */
        size_t notes;                   /* needed, and no fix answers it */
        size_t parameter, failed, done, other;
};

static struct counts count(const ow_diagnosis *d)
{
        struct counts c = { 0 };

        for (size_t i = 0; i < d->n_findings; i++) {
                const ow_finding *f = &d->findings[i];

                switch (f->status) {
                case OW_FIX_NEEDED:
                        c.open += report_finding_is_open(f);
                        c.by_name += f->fix && !ow_fix_in_all(f->fix);
                        c.notes += !f->fix;
                        break;
                case OW_FIX_NEEDS_PARAMETER:
                        c.parameter++;
                        break;
                case OW_FIX_FAILED:
                        c.failed++;
                        break;
                case OW_FIX_DONE:
                        c.done++;
                        break;
                case OW_FIX_LEFT:
                case OW_FIX_NOT_FOR_THIS:
                        c.other++;
                        break;
                }
        }
        return c;
}

static void put_count(ow_buffer *line, size_t n, const char *what)
{
        if (n)
                ow_buffer_printf(line, "%s%zu %s", line->len ? ", " : "", n, what);
}

static void put_summary(struct report_page *page, const struct counts *c)
{
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        put_count(&line, c->open, "to fix");
        put_count(&line, c->by_name, "to fix by name");
        put_count(&line, c->notes, "to know");
        put_count(&line, c->parameter, "waiting for a value");
        put_count(&line, c->failed, "not judged");
        put_count(&line, c->done, "fine");
        put_count(&line, c->other, "not for this Windows");
        text = ow_buffer_take_text(&line);
        if (!text) {
                page->text.failed = true;
                return;
        }
        report_put(page, "\n");
        report_put_style(page, REPORT_BOLD);
        report_put(page, "Findings: ");
        report_put_wrapped(page, strlen("Findings: "), *text ? text : "none");
        report_put_style(page, REPORT_PLAIN);
}

static int put_findings(struct report_page *page, const ow_diagnosis *d, const char *words, ow_error *err)
{
        const struct counts c = count(d);
        OW_AUTO_FREE const ow_finding **sorted = report_findings_sorted(d);

        if (!sorted)
                return ow_fail_nomem(err);
        put_summary(page, &c);
        for (size_t i = 0; i < d->n_findings; i++)
                if (is_shown(page, sorted[i]))
                        put_finding(page, sorted[i], words);
        return 0;
}

static void put_next(struct report_page *page, const ow_diagnosis *d, const char *words)
{
        const struct counts c = count(d);

        if (c.open) {
                report_put(page, "\nNext: offwin fix --all --dry-run");
                report_put_guest(page, words);
                report_put(page, "\n");
        } else {
                report_put(page, "\nNothing to fix with `offwin fix --all`.\n");
        }
}

int report_diagnosis_text(ow_guest *guest, const ow_diagnosis *diagnosis, const ow_report_options *options,
                          char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        OW_AUTO_BUFFER words = OW_BUFFER_INIT;
        int r;

        report_put_disk_words(&words, ow_guest_machine(guest), guest);
        ow_buffer_put_byte(&words, '\0');
        if (ow_buffer_failed(&words))
                return ow_fail_nomem(err);
        report_put_heading(&page, guest);
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++) {
                report_put_styled(&page, REPORT_WARN, "! ");
                report_put_wrapped(&page, 2, ow_guest_problem(guest, i));
        }
        put_forecast(&page, diagnosis);
        r = put_findings(&page, diagnosis, (const char *)words.p, err);
        if (r < 0)
                return r;
        put_next(&page, diagnosis, (const char *)words.p);
        return report_page_take(&page, ret, err);
}
