/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a search finds and what an export wrote. */
#include <inttypes.h>

#include <offwin/reg.h>
#include <offwin/report.h>

#include "base/alloc.h"

#include "report/datum.h"
#include "report/json.h"
#include "report/text.h"

enum { MAX_DISPLAY = 4096 };

static int match_json(const ow_reg_match *match, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("match");

        report_json_text(&json, json.root, "path", match->path);
        report_json_bool(&json, json.root, "in_key", match->what & OW_REG_FIND_KEYS);
        report_json_bool(&json, json.root, "in_name", match->what & OW_REG_FIND_NAMES);
        report_json_bool(&json, json.root, "in_data", match->what & OW_REG_FIND_DATA);
        if (match->name) {
                report_json_text(&json, json.root, "name", match->name);
                report_json_datum(&json, json.root, match->type, match->data, match->size);
        }
        return report_json_take(&json, ret, err);
}

static int put_value(struct report_page *page, const ow_reg_match *match, ow_error *err)
{
        OW_AUTO_FREE char *name = report_datum_listed(match->name);
        char type_name[REPORT_TYPE_TEXT];
        char *text;
        int r = name ? ow_reg_display_data(match->type, match->data, match->size, MAX_DISPLAY, &text, err)
                     : ow_fail_nomem(err);

        if (r < 0)
                return r;
        report_type_name(match->type, type_name);
        report_put(page, "  ");
        report_put_guest(page, name);
        report_put(page, "  ");
        report_put(page, type_name);
        report_put(page, "  ");
        report_put_guest(page, text);
        report_put(page, "\n");
        ow_text_free(text);
        return 0;
}

int ow_report_match(const ow_reg_match *match, bool same_key, const ow_report_options *options, char **ret,
                    ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        int r = 0;

        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        if (options && options->format == OW_REPORT_JSON)
                return match_json(match, ret, err);
        if (!same_key) {
                report_put(&page, "[");
                report_put_styled(&page, match->name ? REPORT_PLAIN : REPORT_BOLD, match->path);
                report_put(&page, "]\n");
        }
        if (match->name)
                r = put_value(&page, match, err);
        return r < 0 ? r : report_page_take(&page, ret, err);
}

int ow_report_exported(const char *path, const char *name, uint64_t bytes, const ow_reg_counts *counts,
                       uint64_t n_lost, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        REPORT_AUTO_JSON json = { 0 };

        if (!options || options->format != OW_REPORT_JSON) {
                report_printf(&page, "%" PRIu64 " key%s and %" PRIu64 " value%s of ", counts->keys,
                              counts->keys == 1 ? "" : "s", counts->values, counts->values == 1 ? "" : "s");
                report_put_guest(&page, path);
                report_put(&page, " are in ");
                report_put_guest(&page, name);
                report_printf(&page, " (%" PRIu64 " bytes)\n", bytes);
                return report_page_take(&page, ret, err);
        }
        json = report_json_new("export");
        report_json_text(&json, json.root, "path", path);
        report_json_text(&json, json.root, "file", name);
        report_json_number(&json, json.root, "bytes", bytes);
        report_json_number(&json, json.root, "keys", counts->keys);
        report_json_number(&json, json.root, "values", counts->values);
        report_json_number(&json, json.root, "left_out", n_lost);
        return report_json_take(&json, ret, err);
}
