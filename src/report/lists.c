/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists: known fixes, undo records, folders. */
#include <inttypes.h>
#include <stdio.h>

#include <offwin/report.h>

#include "base/filetime.h"

#include "report/json.h"
#include "report/text.h"

static int only_text_or_json(const ow_report_options *options, bool *ret_json, ow_error *err)
{
        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        *ret_json = options && options->format == OW_REPORT_JSON;
        return 0;
}

/* ---- fixes ---- */

static int fixes_json(const ow_fix_set *set, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("fixes");
        json_t *array = report_json_array(&json, json.root, "fixes");

        for (size_t i = 0; i < ow_fix_set_count(set); i++) {
                const ow_fix *fix = ow_fix_set_get(set, i);
                const char *const *parameters = ow_fix_parameters(fix);
                json_t *o = report_json_add_object(&json, array);
                json_t *names;

                report_json_text(&json, o, "name", ow_fix_name(fix));
                report_json_text(&json, o, "area", ow_fix_area(fix));
                report_json_text(&json, o, "title", ow_fix_title(fix));
                report_json_text(&json, o, "why", ow_fix_why(fix));
                report_json_text(&json, o, "source", ow_fix_source(fix));
                report_json_text(&json, o, "windows", ow_fix_windows(fix));
                report_json_bool(&json, o, "temporary", ow_fix_temporary(fix));
                report_json_bool(&json, o, "in_all", ow_fix_in_all(fix));
                names = report_json_array(&json, o, "parameters");
                for (; parameters && *parameters; parameters++)
                        report_json_add_text(&json, names, *parameters);
        }
        return report_json_take(&json, ret, err);
}

static void put_fix(struct report_page *page, const ow_fix *fix, size_t width)
{
        const char *const *parameters = ow_fix_parameters(fix);
        size_t indent = 2 + width + 2;

        report_put_spaces(page, 2);
        report_put_style(page, REPORT_BOLD);
        report_put_padded(page, ow_fix_name(fix), width);
        report_put_style(page, REPORT_PLAIN);
        report_put_spaces(page, 2);
        report_put_wrapped(page, indent, ow_fix_title(fix));
        report_put_style(page, REPORT_DIM);
        for (; parameters && *parameters; parameters++) {
                report_put_spaces(page, indent);
                report_printf(page, "needs --set %s=VALUE\n", *parameters);
        }
        if (!ow_fix_in_all(fix)) {
                report_put_spaces(page, indent);
                report_put(page, "not part of --all\n");
        }
        if (page->verbose) {
                report_put_field(page, indent, 10, "Windows", ow_fix_windows(fix));
                report_put_style(page, REPORT_DIM);
                report_put_field(page, indent, 10, "Temporary", ow_fix_temporary(fix) ? "yes, see settle" : "");
                report_put_field(page, indent, 10, "Why", ow_fix_why(fix));
                report_put_field(page, indent, 10, "Source", ow_fix_source(fix));
        }
        report_put_style(page, REPORT_PLAIN);
}

int ow_report_fixes(const ow_fix_set *set, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        size_t width = 0;
        bool as_json = false;
        int r;

        r = only_text_or_json(options, &as_json, err);
        if (r < 0)
                return r;
        if (as_json)
                return fixes_json(set, ret, err);
        for (size_t i = 0; i < ow_fix_set_count(set); i++) {
                size_t w = report_width(ow_fix_name(ow_fix_set_get(set, i)));

                width = w > width ? w : width;
        }
        for (size_t i = 0; i < ow_fix_set_count(set); i++)
                put_fix(&page, ow_fix_set_get(set, i), width);
        return report_page_take(&page, ret, err);
}

/* ---- undo records ---- */

static int undo_json(const char *name, const ow_undo_record *records, size_t n_records, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("undo-records");
        json_t *array;

        report_json_text(&json, json.root, "disk", name);
        array = report_json_array(&json, json.root, "records");
        for (size_t i = 0; i < n_records; i++) {
                json_t *o = report_json_add_object(&json, array);

                report_json_number(&json, o, "sequence", records[i].sequence);
                report_json_time(&json, o, "time", records[i].time);
                report_json_text(&json, o, "title", records[i].title);
                report_json_number(&json, o, "bytes_changed", records[i].bytes_changed);
                report_json_text(&json, o, "journal", records[i].journal);
        }
        return report_json_take(&json, ret, err);
}

int ow_report_undo(const char *name, const ow_undo_record *records, size_t n_records,
                   const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        bool as_json = false;
        int r;

        r = only_text_or_json(options, &as_json, err);
        if (r < 0)
                return r;
        if (as_json)
                return undo_json(name, records, n_records, ret, err);
        if (n_records == 0) {
                report_put(&page, "Nothing to undo on ");
                report_put_guest(&page, name);
                report_put(&page, ".\n");
        }
        for (size_t i = 0; i < n_records; i++) {
                char time[OW_FILETIME_TEXT];
                char line[80];

                ow_filetime_format(records[i].time, time);
                snprintf(line, sizeof line, "%3" PRIu32 "  %s  %10" PRIu64 " bytes  ", records[i].sequence, time,
                         records[i].bytes_changed);
                report_put(&page, line);
                report_put_wrapped(&page, report_width(line), records[i].title);
                if (page.verbose) {
                        report_put_spaces(&page, 5);
                        report_put_guest(&page, records[i].journal);
                        report_put(&page, "\n");
                }
        }
        return report_page_take(&page, ret, err);
}

static int undone_json(const char *name, const ow_undo_record *record, const ow_commit_result *result, char **ret,
                       ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("undo");

        report_json_text(&json, json.root, "outcome", result ? "undone" : "dry-run");
        report_json_text(&json, json.root, "disk", name);
        report_json_number(&json, json.root, "sequence", record->sequence);
        report_json_time(&json, json.root, "time", record->time);
        report_json_text(&json, json.root, "title", record->title);
        report_json_number(&json, json.root, "bytes_changed", result ? result->bytes_changed : record->bytes_changed);
        return report_json_take(&json, ret, err);
}

int ow_report_undone(const char *name, const ow_undo_record *record, const ow_commit_result *result,
                     const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        char time[OW_FILETIME_TEXT];
        bool as_json = false;
        int r;

        r = only_text_or_json(options, &as_json, err);
        if (r < 0)
                return r;
        if (as_json)
                return undone_json(name, record, result, ret, err);
        if (result) {
                report_printf(&page, "Put back: %" PRIu64 " bytes in %" PRIu64 " place%s. ", result->bytes_changed,
                              result->extents, result->extents == 1 ? "" : "s");
                report_put_guest(&page, name);
                report_put(&page, " is as it was before.\n");
                return report_page_take(&page, ret, err);
        }
        ow_filetime_format(record->time, time);
        report_put(&page, "To undo: ");
        report_put_styled(&page, REPORT_BOLD, record->title);
        report_printf(&page, " of %s, %" PRIu64 " bytes of ", time, record->bytes_changed);
        report_put_guest(&page, name);
        report_put(&page, "\n");
        return report_page_take(&page, ret, err);
}

/* ---- folders and files ---- */

int ow_report_file(const char *path, const void *data, size_t size, const ow_report_options *options, char **ret,
                   ow_error *err)
{
        REPORT_AUTO_JSON json = { 0 };
        bool as_json = false;
        int r;

        r = only_text_or_json(options, &as_json, err);
        if (r < 0)
                return r;
        if (!as_json)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "a file is not shown as text");
        json = report_json_new("file");
        report_json_text(&json, json.root, "path", path);
        report_json_number(&json, json.root, "size", size);
        report_json_hex(&json, json.root, "hex", data, size);
        return report_json_take(&json, ret, err);
}

static void attribute_letters(uint32_t attributes, char text[8])
{
        static const struct { uint32_t bit; char letter; } letters[] = {
                { OW_ATTR_DIRECTORY, 'd' }, { OW_ATTR_ARCHIVE, 'a' }, { OW_ATTR_READONLY, 'r' },
                { OW_ATTR_HIDDEN, 'h' }, { OW_ATTR_SYSTEM, 's' }, { OW_ATTR_COMPRESSED, 'c' },
                { OW_ATTR_REPARSE, 'l' },
        };

        for (size_t i = 0; i < OW_COUNT(letters); i++)
                text[i] = attributes & letters[i].bit ? letters[i].letter : '-';
        text[OW_COUNT(letters)] = '\0';
}

static int folder_json(const char *path, const ow_folder_entry *entries, size_t n_entries, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("folder");
        json_t *array;

        report_json_text(&json, json.root, "path", path);
        array = report_json_array(&json, json.root, "entries");
        for (size_t i = 0; i < n_entries; i++) {
                const ow_stat *stat = &entries[i].stat;
                json_t *o = report_json_add_object(&json, array);

                report_json_text(&json, o, "name", entries[i].name);
                report_json_bool(&json, o, "folder", stat->attributes & OW_ATTR_DIRECTORY);
                report_json_number(&json, o, "size", stat->size);
                report_json_number(&json, o, "attributes", stat->attributes);
                report_json_time(&json, o, "created", stat->created);
                report_json_time(&json, o, "modified", stat->modified);
                if (stat->reparse_tag)
                        report_json_number(&json, o, "reparse_tag", stat->reparse_tag);
        }
        return report_json_take(&json, ret, err);
}

int ow_report_folder(const char *path, const ow_folder_entry *entries, size_t n_entries,
                     const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        bool as_json = false;
        int r;

        r = only_text_or_json(options, &as_json, err);
        if (r < 0)
                return r;
        if (as_json)
                return folder_json(path, entries, n_entries, ret, err);
        for (size_t i = 0; i < n_entries; i++) {
                const ow_stat *stat = &entries[i].stat;
                bool folder = stat->attributes & OW_ATTR_DIRECTORY;
                char time[OW_FILETIME_TEXT], letters[8];

                ow_filetime_format(stat->modified, time);
                attribute_letters(stat->attributes, letters);
                report_printf(&page, "%s  %-20s  ", letters, time);
                if (folder)
                        report_put_spaces(&page, 12);
                else
                        report_printf(&page, "%12" PRIu64, stat->size);
                report_put_spaces(&page, 2);
                report_put_guest(&page, entries[i].name);
                report_put(&page, folder ? "\\\n" : "\n");
        }
        return report_page_take(&page, ret, err);
}

static int copied_json(const ow_report_copied *copied, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("copied");
        json_t *array;

        report_json_text(&json, json.root, "to", copied->to);
        report_json_number(&json, json.root, "files", copied->files);
        report_json_number(&json, json.root, "folders", copied->folders);
        report_json_number(&json, json.root, "bytes", copied->bytes);
        array = report_json_array(&json, json.root, "skipped");
        for (size_t i = 0; i < copied->n_skipped; i++)
                report_json_text(&json, report_json_add_object(&json, array), "reason", copied->skipped[i].reason);
        return report_json_take(&json, ret, err);
}

static const char *plural(uint64_t n)
{
        return n == 1 ? "" : "s";
}

int ow_report_copied_files(const ow_report_copied *copied, const ow_report_options *options, char **ret,
                           ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        char size[REPORT_NUMBER_TEXT];
        bool as_json = false;
        int r;

        r = only_text_or_json(options, &as_json, err);
        if (r < 0)
                return r;
        if (as_json)
                return copied_json(copied, ret, err);
        if (copied->n_skipped)
                report_put_styled(&page, REPORT_BOLD, "Not copied\n");
        for (size_t i = 0; i < copied->n_skipped; i++) {
                report_put_spaces(&page, 4);
                report_put_wrapped(&page, 4, copied->skipped[i].reason);
        }
        report_format_size(copied->bytes, size);
        report_printf(&page, "%" PRIu64 " file%s", copied->files, plural(copied->files));
        if (copied->folders)
                report_printf(&page, " and %" PRIu64 " folder%s", copied->folders, plural(copied->folders));
        report_printf(&page, " (%s) copied to ", size);
        report_put_guest(&page, copied->to);
        report_put(&page, "\n");
        return report_page_take(&page, ret, err);
}
