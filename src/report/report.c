/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The public calls: each picks the writer for the format asked for. */
#include "report/reports.h"

#include "base/alloc.h"
#include "base/buffer.h"

#include "report/json.h"
#include "report/text.h"

static enum ow_report_format format_of(const ow_report_options *options)
{
        return options ? options->format : OW_REPORT_TEXT;
}

int ow_report_inspect(ow_machine *machine, ow_guest *const *guests, size_t n_guests,
                      const ow_report_options *options, char **ret, ow_error *err)
{
        switch (format_of(options)) {
        case OW_REPORT_TEXT:
                return report_inspect_text(machine, guests, n_guests, options, ret, err);
        case OW_REPORT_JSON:
                return report_inspect_json(machine, guests, n_guests, options->full, ret, err);
        case OW_REPORT_HTML:
                break;
        }
        return report_no_html(err);
}

int ow_report_diagnosis(ow_guest *guest, const ow_diagnosis *diagnosis, const ow_report_options *options, char **ret,
                        ow_error *err)
{
        switch (format_of(options)) {
        case OW_REPORT_TEXT:
                return report_diagnosis_text(guest, diagnosis, options, ret, err);
        case OW_REPORT_JSON:
                return report_diagnosis_json(guest, diagnosis, ret, err);
        case OW_REPORT_HTML:
                return report_diagnosis_html(guest, diagnosis, ret, err);
        }
        return report_no_html(err);
}

int ow_report_vendor(ow_guest *guest, const ow_vendor_packs *packs, bool all, const ow_report_options *options,
                     char **ret, ow_error *err)
{
        switch (format_of(options)) {
        case OW_REPORT_TEXT:
                return report_vendor_text(guest, packs, all, options, ret, err);
        case OW_REPORT_JSON:
                return report_vendor_json(guest, packs, all, ret, err);
        case OW_REPORT_HTML:
                break;
        }
        return report_no_html(err);
}

static int put_changes(const struct report_changes *what, const ow_report_options *options, char **ret,
                       ow_error *err)
{
        switch (format_of(options)) {
        case OW_REPORT_TEXT:
                return report_changes_text(what, options, ret, err);
        case OW_REPORT_JSON:
                return report_changes_json(what, ret, err);
        case OW_REPORT_HTML:
                break;
        }
        return report_no_html(err);
}

int ow_report_plan(ow_guest *guest, const ow_plan *plan, enum ow_plan_outcome outcome,
                   const ow_commit_result *commit, const ow_report_options *options, char **ret, ow_error *err)
{
        struct report_changes what = { .guest = guest, .n_changes = ow_plan_change_count(plan),
                                       .n_skipped = ow_plan_skipped_count(plan), .outcome = outcome,
                                       .commit = commit, .plan = plan };
        OW_AUTO_FREE const ow_change **changes = ow_calloc(what.n_changes + 1, sizeof *changes);
        OW_AUTO_FREE const ow_skipped **skipped = ow_calloc(what.n_skipped + 1, sizeof *skipped);

        if (!changes || !skipped)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < what.n_changes; i++)
                changes[i] = ow_plan_change(plan, i);
        for (size_t i = 0; i < what.n_skipped; i++)
                skipped[i] = ow_plan_skipped(plan, i);
        what.changes = changes;
        what.n_listed = what.n_changes;
        what.skipped = skipped;
        return put_changes(&what, options, ret, err);
}

static int put_edit(struct report_changes *what, const ow_change *changes, size_t n_changes,
                    const ow_report_options *options, char **ret, ow_error *err)
{
        OW_AUTO_FREE const ow_change **pointers = ow_calloc(n_changes + 1, sizeof *pointers);

        if (!pointers)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n_changes; i++)
                pointers[i] = &changes[i];
        what->changes = pointers;
        what->n_changes = what->n_listed = n_changes;
        if (options && options->max_changes && options->max_changes < n_changes)
                what->n_listed = options->max_changes;
        what->n_more = options ? options->more_changes : 0;
        return put_changes(what, options, ret, err);
}

int ow_report_changes(ow_guest *guest, const ow_change *changes, size_t n_changes, enum ow_plan_outcome outcome,
                      const ow_commit_result *commit, const ow_report_options *options, char **ret, ow_error *err)
{
        struct report_changes what = { .guest = guest, .outcome = outcome, .commit = commit };

        return put_edit(&what, changes, n_changes, options, ret, err);
}

int ow_report_hive_changes(const char *file, const char *prefix, const ow_change *changes, size_t n_changes,
                           const ow_reg_counts *counts, enum ow_plan_outcome outcome, const ow_commit_result *commit,
                           const ow_report_options *options, char **ret, ow_error *err)
{
        struct report_changes what = { .file = file, .prefix = prefix, .counts = counts,
                                       .outcome = outcome, .commit = commit };

        return put_edit(&what, changes, n_changes, options, ret, err);
}

int ow_report_diff(const char *before, const char *after, const ow_change *changes, size_t n_changes,
                   const ow_report_options *options, char **ret, ow_error *err)
{
        OW_AUTO_FREE const ow_change **pointers = ow_calloc(n_changes + 1, sizeof *pointers);
        struct report_changes what = { .changes = pointers, .n_changes = n_changes, .n_listed = n_changes };

        if (!pointers)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n_changes; i++)
                pointers[i] = &changes[i];
        switch (format_of(options)) {
        case OW_REPORT_TEXT:
                return report_diff_text(before, after, &what, options, ret, err);
        case OW_REPORT_JSON:
                return report_diff_json(before, after, &what, ret, err);
        case OW_REPORT_HTML:
                break;
        }
        return report_no_html(err);
}

int ow_report_error(const ow_error *what, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = { 0 };

        if (format_of(options) != OW_REPORT_JSON)
                return ow_report_printable(what->text, ret, err);
        json = report_json_new("error");
        report_json_error(&json, json.root, "error", what);
        return report_json_take(&json, ret, err);
}

int ow_report_printable(const char *text, char **ret, ow_error *err)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        char *printable;

        report_escape(text, &out);
        printable = ow_buffer_take_text(&out);
        if (!printable)
                return ow_fail_nomem(err);
        *ret = printable;
        return 0;
}

int ow_report_planfile(const char *yaml, const char *path, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);

        if (format_of(options) == OW_REPORT_JSON) {
                REPORT_AUTO_JSON json = report_json_new("planfile");

                report_json_text(&json, json.root, "yaml", yaml);
                if (path)
                        report_json_text(&json, json.root, "file", path);
                else
                        report_json_null(&json, json.root, "file");
                return report_json_take(&json, ret, err);
        }
        if (format_of(options) == OW_REPORT_HTML)
                return report_no_html(err);
        if (path) {
                report_put(&page, "Written to ");
                report_put_guest(&page, path);
                report_put(&page, "\nEdit it, then: offwin fix DISK --plan ");
                report_put_guest(&page, path);
                report_put(&page, "\n");
        } else {
                ow_buffer_put_text(&page.text, yaml);   /* libcyaml has escaped what is not printable */
        }
        return report_page_take(&page, ret, err);
}
