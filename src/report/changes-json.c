/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A plan or an edit as JSON. Keys are a promise: docs/man/offwin-json.5.scd. */
#include "report/reports.h"

#include "report/changes.h"
#include "report/facts.h"
#include "report/json.h"

const char *report_outcome_name(enum ow_plan_outcome outcome)
{
        switch (outcome) {
        case OW_PLAN_DRY_RUN:
        case OW_PLAN_PROPOSED:
                return "dry-run";
        case OW_PLAN_APPLIED:
        case OW_PLAN_DONE:
                return "applied";
        case OW_PLAN_NOTHING_TO_DO:
                return "nothing-to-do";
        }
        return "dry-run";
}

static const char *kind_name(enum ow_change_kind kind)
{
        switch (kind) {
        case OW_CHANGE_KEY_CREATE:
                return "key-create";
        case OW_CHANGE_KEY_DELETE:
                return "key-delete";
        case OW_CHANGE_VALUE:
                return "value";
        case OW_CHANGE_FILE:
                return "file";
        case OW_CHANGE_FOLDER_CREATE:
                return "folder-create";
        case OW_CHANGE_FOLDER_DELETE:
                return "folder-delete";
        }
        return "value";
}

static void put_fix(struct report_json *json, json_t *o, const ow_fix *fix)
{
        if (fix)
                report_json_text(json, o, "fix", ow_fix_name(fix));
        else
                report_json_null(json, o, "fix");
}

static void put_datum(struct report_json *json, json_t *change, const char *key, const ow_change *c,
                      const ow_datum *datum)
{
        json_t *o;

        if (!datum->present) {
                report_json_null(json, change, key);
                return;
        }
        o = report_json_object(json, change, key);
        if (c->kind == OW_CHANGE_FILE) {
                report_json_number(json, o, "size", datum == &c->before ? c->size_before : c->content.size);
                if (datum->data.p)
                        report_json_hex(json, o, "hex", datum->data.p, datum->data.size);
        } else {
                report_json_datum(json, o, datum->type, datum->data.p, datum->data.size);
        }
}

static void put_change(struct report_json *json, json_t *o, const ow_change *c)
{
        put_fix(json, o, c->fix);
        report_json_text(json, o, "kind", kind_name(c->kind));
        report_json_text(json, o, "where", c->where);
        if (c->kind == OW_CHANGE_VALUE)
                report_json_text(json, o, "name", c->name);
        if (c->kind == OW_CHANGE_VALUE || c->kind == OW_CHANGE_FILE) {
                put_datum(json, o, "before", c, &c->before);
                put_datum(json, o, "after", c, &c->after);
        }
        report_json_bool(json, o, "temporary", c->temporary);
}

void report_json_commit(struct report_json *json, const ow_commit_result *commit)
{
        json_t *o;

        if (!commit) {
                report_json_null(json, json->root, "commit");
                return;
        }
        o = report_json_object(json, json->root, "commit");
        report_json_number(json, o, "bytes_changed", commit->bytes_changed);
        report_json_number(json, o, "extents", commit->extents);
        if (commit->journal)
                report_json_text(json, o, "undo_record", commit->journal);
        else
                report_json_null(json, o, "undo_record");
}

/* Changes that were too many to list. */
static void put_counts(struct report_json *json, const ow_reg_counts *counts)
{
        json_t *o = report_json_object(json, json->root, "counts");

        report_json_number(json, o, "keys_set", counts->keys);
        report_json_number(json, o, "values_set", counts->values);
        report_json_number(json, o, "keys_removed", counts->removed_keys);
        report_json_number(json, o, "values_removed", counts->removed_values);
}

int report_changes_json(const struct report_changes *what, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("changes");
        json_t *array;

        report_json_text(&json, json.root, "outcome", report_outcome_name(what->outcome));
        if (what->guest)
                report_json_installation(&json, json.root, what->guest);
        else
                report_json_hive_file(&json, json.root, what->file, what->prefix);
        if (what->counts)
                put_counts(&json, what->counts);
        array = report_json_array(&json, json.root, "changes");
        for (size_t i = 0; i < what->n_listed; i++)
                put_change(&json, report_json_add_object(&json, array), what->changes[i]);
        if (what->n_listed < what->n_changes + what->n_more)
                report_json_number(&json, json.root, "changes_left_out",
                                   what->n_changes + what->n_more - what->n_listed);
        report_json_settings(&json, what->plan);
        array = report_json_array(&json, json.root, "skipped");
        for (size_t i = 0; i < what->n_skipped; i++) {
                json_t *o = report_json_add_object(&json, array);

                put_fix(&json, o, what->skipped[i]->fix);
                report_json_text(&json, o, "status", report_status_name(what->skipped[i]->status));
                report_json_text(&json, o, "reason", what->skipped[i]->reason ? what->skipped[i]->reason : "");
        }
        report_json_commit(&json, what->commit);
        return report_json_take(&json, ret, err);
}

int report_diff_json(const char *before, const char *after, const struct report_changes *what, char **ret,
                     ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("diff");
        json_t *array;

        report_json_text(&json, json.root, "before", before);
        report_json_text(&json, json.root, "after", after);
        report_json_bool(&json, json.root, "equal", what->n_changes == 0);
        array = report_json_array(&json, json.root, "changes");
        for (size_t i = 0; i < what->n_changes; i++)
                put_change(&json, report_json_add_object(&json, array), what->changes[i]);
        return report_json_take(&json, ret, err);
}
