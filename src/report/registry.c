/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registry keys and values as `offwin reg` shows them. */
#include <stdio.h>
#include <string.h>

#include <offwin/hive.h>
#include <offwin/reg.h>
#include <offwin/report.h>

#include "base/alloc.h"
#include "base/filetime.h"
#include "base/utf16.h"

#include "report/datum.h"
#include "report/json.h"
#include "report/text.h"

enum { MAX_NAME_COLUMN = 32, TYPE_COLUMN = 14, SIZE_COLUMN = 8, DETAIL_COLUMN = 32, MAX_DISPLAY = 4096 };

static void value_info_done(ow_value_info *info)
{
        ow_value_info_done(info);
}

static void key_info_done(ow_key_info *info)
{
        ow_key_info_done(info);
}

static void blob_done(ow_blob *blob)
{
        ow_blob_done(blob);
}

#define AUTO_VALUE_INFO __attribute__((cleanup(value_info_done))) ow_value_info
#define AUTO_KEY_INFO   __attribute__((cleanup(key_info_done))) ow_key_info
#define AUTO_BLOB       __attribute__((cleanup(blob_done))) ow_blob

/* What a walk hands out: one subkey's name, one value, or a damaged place. Memory running out ends the walk. */
struct visitor {
        struct report_page *page;       /* text */
        struct report_json *json;       /* JSON */
        json_t *subkeys, *values, *problems;
        size_t name_width;
};

static void put_problem(struct visitor *v, const ow_error *problem)
{
        if (v->json) {
                report_json_add_text(v->json, v->problems, problem->text);
                return;
        }
        report_put_style(v->page, REPORT_WARN);
        report_put(v->page, "  ! ");
        report_put_style(v->page, REPORT_PLAIN);
        report_put_wrapped(v->page, 4, problem->text);
}

/* ---- subkeys ---- */

/* "  2015-11-02T09:30:00Z  12 keys, 3 values, link", in columns when the name is short. */
static void put_subkey_detail(struct report_page *page, const ow_key_info *info)
{
        size_t width = report_width(info->name) + 1;
        char time[OW_FILETIME_TEXT];

        ow_filetime_format(info->written, time);
        report_put_spaces(page, width < DETAIL_COLUMN ? DETAIL_COLUMN - width : 2);
        report_put_style(page, REPORT_DIM);
        report_printf(page, "%s  %u key%s, %u value%s", time, info->n_subkeys, info->n_subkeys == 1 ? "" : "s",
                      info->n_values, info->n_values == 1 ? "" : "s");
        if (info->flags & OW_KEY_LINK)
                report_put(page, ", link");
        if (info->layer)
                report_put(page, ", layered");
        if (info->flags & OW_KEY_PREDEFINED)
                report_put(page, ", predefined handle");
        report_put_style(page, REPORT_PLAIN);
}

static int put_subkey(struct visitor *v, ow_regkey at, ow_key key, ow_error *err)
{
        AUTO_KEY_INFO info = { 0 };
        int r;

        r = ow_hive_key_info(at.hive, key, &info, err);
        if (r < 0)
                return r;
        if (v->json) {
                report_json_add_text(v->json, v->subkeys, info.name);
                return 0;
        }
        report_put_spaces(v->page, 2);
        report_put_styled(v->page, REPORT_BOLD, info.name);
        report_put(v->page, "\\");
        if (v->page->verbose)
                put_subkey_detail(v->page, &info);
        report_put(v->page, "\n");
        return 0;
}

static int walk_subkeys(struct visitor *v, ow_regkey at, uint32_t budget, ow_error *err)
{
        ow_subkey_iter iter = { 0 };

        for (uint32_t seen = 0; seen <= budget; seen++) {
                ow_error problem = OW_ERROR_INIT;
                ow_key key;
                int r = ow_hive_next_subkey(at.hive, at.key, &iter, &key, &problem);

                if (r == 0)
                        return 0;
                if (r > 0)
                        r = put_subkey(v, at, key, &problem);
                if (r == OW_E_NOMEM)
                        return ow_fail_nomem(err);
                if (r < 0)
                        put_problem(v, &problem);
        }
        return 0;
}

/* ---- values ---- */

static void put_value_json(struct visitor *v, const char *name, uint32_t type, const ow_blob *data)
{
        json_t *o = report_json_add_object(v->json, v->values);

        report_json_text(v->json, o, "name", name);
        report_json_datum(v->json, o, type, data->p, data->size);
}

static int put_value(struct visitor *v, ow_regkey at, ow_value value, ow_error *err)
{
        AUTO_VALUE_INFO info = { 0 };
        AUTO_BLOB data = { 0 };
        char type_name[REPORT_TYPE_TEXT];
        OW_AUTO_FREE char *shown = NULL;
        uint32_t type;
        char *text;
        int r;

        r = ow_hive_value_info(at.hive, value, &info, err);
        if (r < 0)
                return r;
        r = ow_hive_read_value(at.hive, value, &type, &data, err);
        if (r < 0)
                return ow_wrap(err, r, "value '%s'", info.name);
        if (v->json) {
                put_value_json(v, info.name, type, &data);
                return 0;
        }
        shown = report_datum_listed(info.name);
        if (!shown)
                return ow_fail_nomem(err);
        r = ow_reg_display_data(type, data.p, data.size, MAX_DISPLAY, &text, err);
        if (r < 0)
                return ow_wrap(err, r, "value '%s'", info.name);
        report_type_name(type, type_name);
        report_put_spaces(v->page, 2);
        report_put_padded(v->page, shown, v->name_width);
        report_put_spaces(v->page, 2);
        report_put_padded(v->page, type_name, TYPE_COLUMN - 1);
        report_put_spaces(v->page, 1);
        if (v->page->verbose) {
                char size[24];

                (void)snprintf(size, sizeof size, "%zu", data.size);
                report_put_right(v->page, size, SIZE_COLUMN);
                report_put_spaces(v->page, 2);
        }
        report_put_guest(v->page, text);
        report_put(v->page, "\n");
        ow_text_free(text);
        return 0;
}

/* Columns for the names: the longest that is not absurd. */
static size_t name_column(ow_regkey at, uint32_t budget)
{
        size_t width = 1;
        uint32_t index = 0;

        for (uint32_t seen = 0; seen <= budget; seen++) {
                AUTO_VALUE_INFO info = { 0 };
                ow_value value;
                int r = ow_hive_next_value(at.hive, at.key, &index, &value, NULL);

                if (r == 0)
                        break;
                if (r > 0 && ow_hive_value_info(at.hive, value, &info, NULL) == 0) {
                        OW_AUTO_FREE char *shown = report_datum_listed(info.name);
                        size_t w = shown ? report_width(shown) : 0;

                        width = w > width && w <= MAX_NAME_COLUMN ? w : width;
                }
        }
        return width;
}

static int walk_values(struct visitor *v, ow_regkey at, uint32_t budget, ow_error *err)
{
        uint32_t index = 0;

        for (uint32_t seen = 0; seen <= budget; seen++) {
                ow_error problem = OW_ERROR_INIT;
                ow_value value;
                int r = ow_hive_next_value(at.hive, at.key, &index, &value, &problem);

                if (r == 0)
                        return 0;
                if (r > 0)
                        r = put_value(v, at, value, &problem);
                if (r == OW_E_NOMEM)
                        return ow_fail_nomem(err);
                if (r < 0)
                        put_problem(v, &problem);
        }
        return 0;
}

static int walk(struct visitor *v, ow_regkey at, const ow_key_info *info, ow_error *err)
{
        int r = walk_values(v, at, info->n_values, err);

        return r < 0 ? r : walk_subkeys(v, at, info->n_subkeys, err);
}

/* The descriptor as stored, and as text, NULL with what is wrong in *problem. < 0 only when memory has run out. */
static int read_security(ow_regkey at, ow_blob *ret, char **ret_text, ow_error *problem, ow_error *err)
{
        int r = ow_hive_security(at.hive, at.key, ret, problem);

        *ret_text = NULL;
        if (r == 0)
                r = ow_reg_descriptor_text(ret->p, ret->size, ret_text, problem);
        return r == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
}

static int put_security(struct report_page *page, ow_regkey at, ow_error *err)
{
        ow_error problem = OW_ERROR_INIT;
        OW_AUTO_FREE char *text = NULL;
        AUTO_BLOB descriptor = { 0 };
        int r = read_security(at, &descriptor, &text, &problem, err);

        if (r == 0)
                report_put_field(page, 2, 9, "Security", text ? text : problem.text);
        return r;
}

static void text_or_null(struct report_json *json, json_t *object, const char *key, const char *text)
{
        if (text)
                report_json_text(json, object, key, text);
        else
                report_json_null(json, object, key);
}

static int add_security(struct visitor *v, ow_regkey at, ow_error *err)
{
        ow_error problem = OW_ERROR_INIT;
        OW_AUTO_FREE char *text = NULL;
        AUTO_BLOB descriptor = { 0 };
        int r = read_security(at, &descriptor, &text, &problem, err);
        json_t *o = report_json_object(v->json, v->json->root, "security");

        text_or_null(v->json, o, "sddl", text);
        report_json_hex(v->json, o, "hex", descriptor.p, descriptor.size);
        if (r == 0 && !text)
                report_json_add_text(v->json, v->problems, problem.text);
        return r;
}

static int add_class(struct visitor *v, const ow_key_info *info, ow_error *err)
{
        OW_AUTO_FREE char *text = ow_utf16_text((ow_view){ info->class_name.p, info->class_name.size });

        if (!text)
                return ow_fail_nomem(err);
        text_or_null(v->json, v->json->root, "class", info->class_name.size ? text : NULL);
        return 0;
}

/* Where a link points, NULL with what is wrong in *problem, or for a key that is none. < 0 only without memory. */
static int read_link(ow_regkey at, char **ret, ow_error *problem, ow_error *err)
{
        *ret = NULL;
        return ow_hive_link_target(at.hive, at.key, ret, problem) == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
}

/* What kind of key it is, when it is none that just holds keys and values. */
static int put_kind(struct report_page *page, ow_regkey at, const ow_key_info *info, ow_error *err)
{
        ow_error problem = OW_ERROR_INIT;
        OW_AUTO_FREE char *target = NULL;
        int r = read_link(at, &target, &problem, err);

        if (r < 0)
                return r;
        if (info->flags & OW_KEY_LINK)
                report_put_field(page, 2, 9, "Link to", target ? target : problem.text);
        if (info->layer)
                report_put_field(page, 2, 9, "Layered", "part of a container's registry; not edited");
        if (info->flags & OW_KEY_PREDEFINED)
                report_put_field(page, 2, 9, "Handle", "stands for a predefined handle; no values are shown");
        return 0;
}

static int add_kind(struct visitor *v, ow_regkey at, const ow_key_info *info, ow_error *err)
{
        ow_error problem = OW_ERROR_INIT;
        OW_AUTO_FREE char *target = NULL;
        int r = read_link(at, &target, &problem, err);
        json_t *root = v->json->root;

        report_json_bool(v->json, root, "link", info->flags & OW_KEY_LINK);
        text_or_null(v->json, root, "link_target", target);
        report_json_bool(v->json, root, "layered", info->layer);
        report_json_bool(v->json, root, "predefined", info->flags & OW_KEY_PREDEFINED);
        if (r == 0 && info->flags & OW_KEY_LINK && !target)
                report_json_add_text(v->json, v->problems, problem.text);
        return r;
}

/* What ls --long tells of the key itself. */
static int put_key_detail(struct report_page *page, ow_regkey at, const ow_key_info *info, ow_error *err)
{
        OW_AUTO_FREE char *class_name = NULL;
        char time[OW_FILETIME_TEXT];
        int r;

        ow_filetime_format(info->written, time);
        report_put_field(page, 2, 9, "Written", time);
        if (info->class_name.size) {
                class_name = ow_utf16_text((ow_view){ info->class_name.p, info->class_name.size });
                if (!class_name)
                        return ow_fail_nomem(err);
                report_put_field(page, 2, 9, "Class", class_name);
        }
        r = put_kind(page, at, info, err);
        return r < 0 ? r : put_security(page, at, err);
}

static int key_json(ow_regkey at, const char *path, const ow_key_info *info, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("key");
        struct visitor v = { .json = &json };
        int r;

        report_json_text(&json, json.root, "path", path);
        report_json_time(&json, json.root, "written", info->written);
        r = add_class(&v, info, err);
        if (r < 0)
                return r;
        v.values = report_json_array(&json, json.root, "values");
        v.subkeys = report_json_array(&json, json.root, "subkeys");
        v.problems = report_json_array(&json, json.root, "problems");
        r = add_kind(&v, at, info, err);
        if (r == 0)
                r = add_security(&v, at, err);
        if (r < 0)
                return r;
        r = walk(&v, at, info, err);
        if (r < 0)
                return r;
        return report_json_take(&json, ret, err);
}

int ow_report_key(ow_regkey at, const char *path, const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        struct visitor v = { .page = &page };
        AUTO_KEY_INFO info = { 0 };
        int r;

        r = ow_hive_key_info(at.hive, at.key, &info, err);
        if (r < 0)
                return ow_wrap(err, r, "key '%s'", path);
        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        if (options && options->format == OW_REPORT_JSON)
                return key_json(at, path, &info, ret, err);
        report_put(&page, "[");
        report_put_guest(&page, path);
        report_put(&page, "]\n");
        r = page.verbose ? put_key_detail(&page, at, &info, err) : 0;
        if (r < 0)
                return r;
        v.name_width = name_column(at, info.n_values);
        r = walk(&v, at, &info, err);
        if (r < 0)
                return r;
        return report_page_take(&page, ret, err);
}

int ow_report_value(const char *path, const char *name, uint32_t type, const void *data, size_t size,
                    const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = { 0 };
        REPORT_AUTO_PAGE page = report_page_new(options);
        int r;

        if (options && options->format == OW_REPORT_HTML)
                return report_no_html(err);
        if (!options || options->format == OW_REPORT_TEXT) {
                r = report_datum_plain(type, data, size, &page.text, err);
                if (r < 0)
                        return r;
                return report_page_take(&page, ret, err);
        }
        json = report_json_new("value");
        report_json_text(&json, json.root, "path", path);
        report_json_text(&json, json.root, "name", name);
        report_json_datum(&json, json.root, type, data, size);
        return report_json_take(&json, ret, err);
}
