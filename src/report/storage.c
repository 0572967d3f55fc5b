/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On which controllers a Windows finds its disk, for people and for programs. */
#include <stdio.h>

#include <offwin/report.h>

#include "base/buffer.h"
#include "report/facts.h"
#include "report/json.h"
#include "report/text.h"

enum { NAME_WIDTH = 15, VERDICT_WIDTH = 11 };

static const char *verdict_name(enum ow_storage_verdict verdict)
{
        return verdict == OW_STORAGE_READY ? "ready" : verdict == OW_STORAGE_FIXABLE ? "fixable" : "no driver";
}

static enum report_style verdict_style(enum ow_storage_verdict verdict)
{
        return verdict == OW_STORAGE_READY ? REPORT_GOOD : verdict == OW_STORAGE_FIXABLE ? REPORT_WARN : REPORT_BAD;
}

/* ---- text ---- */

static const char *file_word(const ow_storage_driver *driver)
{
        return !driver->file_there ? "is missing" : driver->file_whole ? "is there" : "is cut off";
}

static void put_driver(struct report_page *page, const ow_storage_driver *driver)
{
        char start[40], override[60] = "";
        OW_AUTO_BUFFER line = OW_BUFFER_INIT;

        if (driver->start == UINT32_MAX)
                (void)snprintf(start, sizeof start, "no Start");
        else
                (void)snprintf(start, sizeof start, "Start %u", driver->start);
        if (driver->override != UINT32_MAX)
                (void)snprintf(override, sizeof override, ", StartOverride %u", driver->override);
        ow_buffer_printf(&line, "%s%s%s: %s%s, %s %s%s%s%s", driver->service, driver->needed ? "" : " (helps)",
                         driver->in_box ? ", in box" : "", driver->service_there ? start : "no service", override,
                         driver->file, file_word(driver), *driver->id ? ", " : "",
                         driver->id,
                         !*driver->id       ? ""
                         : driver->id_known ? " leads to it"
                                            : " does not lead to it");
        ow_buffer_put_byte(&line, 0);
        if (ow_buffer_failed(&line)) {
                page->text.failed = true;
                return;
        }
        report_put_spaces(page, NAME_WIDTH + 4);
        report_put_wrapped(page, NAME_WIDTH + 6, (char *)line.p);
}

static void put_state(struct report_page *page, const ow_storage_state *state)
{
        size_t indent = 2 + NAME_WIDTH + VERDICT_WIDTH;

        report_put_spaces(page, 2);
        report_put_padded(page, state->target->name, NAME_WIDTH);
        report_put_style(page, verdict_style(state->verdict));
        report_put_padded(page, verdict_name(state->verdict), VERDICT_WIDTH);
        report_put_style(page, REPORT_PLAIN);
        report_put_wrapped(page, indent, state->reason);
        if (!page->verbose)
                return;
        report_put_spaces(page, NAME_WIDTH + 2);
        report_put_wrapped(page, NAME_WIDTH + 2, state->target->title);
        if (*state->target->note) {
                report_put_spaces(page, NAME_WIDTH + 2);
                report_put_wrapped(page, NAME_WIDTH + 2, state->target->note);
        }
        for (size_t i = 0; i < state->n_drivers; i++)
                put_driver(page, &state->drivers[i]);
}

static void put_filters(struct report_page *page, const ow_storage_report *report)
{
        bool headed = false;

        for (size_t i = 0; i < report->n_filters; i++) {
                const ow_storage_filter *f = &report->filters[i];

                if (!*f->problem && !page->verbose)
                        continue;
                if (!headed)
                        report_put(page, "\nFilter drivers on the way to the disk\n");
                headed = true;
                report_put_spaces(page, 2);
                report_put_padded(page, f->service, NAME_WIDTH);
                report_put_style(page, *f->problem ? REPORT_BAD : REPORT_PLAIN);
                report_put_wrapped(page, 2 + NAME_WIDTH,
                                   *f->problem ? f->problem : "of another vendor; it will load");
                report_put_style(page, REPORT_PLAIN);
                report_put_spaces(page, 2 + NAME_WIDTH);
                report_put(page, f->list);
                report_put(page, " of ");
                report_put_guest(page, f->where);
                report_put(page, "\n");
        }
}

static int put_way_on(struct report_page *page, ow_guest *guest, const ow_storage_report *report, ow_error *err)
{
        OW_AUTO_BUFFER words = OW_BUFFER_INIT;
        bool fixable = false, missing = false;

        for (size_t i = 0; i < report->n_states; i++) {
                fixable = fixable || report->states[i].verdict == OW_STORAGE_FIXABLE;
                missing = missing || report->states[i].verdict == OW_STORAGE_NO_DRIVER;
        }
        report_put_disk_words(&words, ow_guest_machine(guest), guest);
        ow_buffer_put_byte(&words, 0);
        if (ow_buffer_failed(&words))
                return ow_fail_nomem(err);
        if (fixable || missing)
                report_put(page, "\n");
        if (fixable) {
                report_put(page, "Make one ready      offwin boot storage --target NAME");
                report_put_guest(page, (char *)words.p);
                report_put(page, "\n");
        }
        if (missing) {
                report_put(page, "Bring drivers in    offwin drv inject");
                report_put_guest(page, (char *)words.p);
                report_put(page, " FOLDER\n");
        }
        return 0;
}

static int storage_text(ow_guest *guest, const ow_storage_report *report, const ow_report_options *options,
                        char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        int r;

        report_put_heading(&page, guest);
        report_put(&page, "\nControllers on which this Windows finds its disk\n");
        for (size_t i = 0; i < report->n_states; i++)
                put_state(&page, &report->states[i]);
        put_filters(&page, report);
        for (size_t i = 0; i < report->n_warnings; i++) {
                report_put(&page, "\n");
                report_put_wrapped(&page, 0, report->warnings[i]);
        }
        r = put_way_on(&page, guest, report, err);
        return r < 0 ? r : report_page_take(&page, ret, err);
}

/* ---- JSON ---- */

static void json_number_or_null(struct report_json *json, json_t *o, const char *key, uint32_t number)
{
        if (number == UINT32_MAX)
                report_json_null(json, o, key);
        else
                report_json_number(json, o, key, number);
}

static void json_driver(struct report_json *json, json_t *o, const ow_storage_driver *driver)
{
        report_json_text(json, o, "service", driver->service);
        report_json_bool(json, o, "needed", driver->needed);
        report_json_bool(json, o, "in_box", driver->in_box);
        report_json_bool(json, o, "service_there", driver->service_there);
        report_json_text(json, o, "file", driver->file);
        report_json_bool(json, o, "file_there", driver->file_there);
        report_json_bool(json, o, "file_whole", driver->file_whole);
        report_json_text(json, o, "image_other", driver->image_other);
        json_number_or_null(json, o, "start", driver->start);
        json_number_or_null(json, o, "start_override", driver->override);
        report_json_text(json, o, "id", driver->id);
        report_json_bool(json, o, "id_known", driver->id_known);
        report_json_text(json, o, "taken_by", driver->id_other);
        report_json_text(json, o, "problem", driver->problem);
}

static void json_state(struct report_json *json, json_t *o, const ow_storage_state *state)
{
        static const char *const names[] = {
                [OW_STORAGE_READY] = "ready", [OW_STORAGE_FIXABLE] = "fixable", [OW_STORAGE_NO_DRIVER] = "no-driver"
        };
        json_t *array;

        report_json_text(json, o, "target", state->target->name);
        report_json_text(json, o, "title", state->target->title);
        report_json_text(json, o, "note", state->target->note);
        report_json_text(json, o, "verdict", names[state->verdict]);
        report_json_text(json, o, "reason", state->reason);
        array = report_json_array(json, o, "drivers");
        for (size_t i = 0; i < state->n_drivers; i++)
                json_driver(json, report_json_add_object(json, array), &state->drivers[i]);
}

static int storage_json(ow_guest *guest, const ow_storage_report *report, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("boot-storage");
        json_t *array;

        report_json_installation(&json, json.root, guest);
        array = report_json_array(&json, json.root, "targets");
        for (size_t i = 0; i < report->n_states; i++)
                json_state(&json, report_json_add_object(&json, array), &report->states[i]);
        array = report_json_array(&json, json.root, "filters");
        for (size_t i = 0; i < report->n_filters; i++) {
                json_t *o = report_json_add_object(&json, array);

                report_json_text(&json, o, "where", report->filters[i].where);
                report_json_text(&json, o, "list", report->filters[i].list);
                report_json_text(&json, o, "service", report->filters[i].service);
                report_json_text(&json, o, "problem", report->filters[i].problem);
        }
        array = report_json_array(&json, json.root, "warnings");
        for (size_t i = 0; i < report->n_warnings; i++)
                report_json_add_text(&json, array, report->warnings[i]);
        return report_json_take(&json, ret, err);
}

int ow_report_storage(ow_guest *guest, const ow_storage_report *report, const ow_report_options *options, char **ret,
                      ow_error *err)
{
        switch (options->format) {
        case OW_REPORT_TEXT:
                return storage_text(guest, report, options, ret, err);
        case OW_REPORT_JSON:
                return storage_json(guest, report, ret, err);
        case OW_REPORT_HTML:
                break;
        }
        return report_no_html(err);
}
