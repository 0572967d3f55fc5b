/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reg-edit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "output.h"

enum { MOST_ROWS = 5000 };              /* are listed without --verbose when a larger tree comes or goes */

/* ---- rows ---- */

int editor_read(ow_regkey at, const char *name, ow_datum *ret, ow_error *err)
{
        int r = ow_hive_get_value(at.hive, at.key, name, &ret->type, &ret->data, err);

        ret->present = r > 0;
        return r < 0 ? r : 0;
}

/* ---- edits ---- */

/* A row for the key at place when it is missing, after those for the missing ones above it. */
static int note_missing(struct editor *editor, char *place, ow_error *err)
{
        char *slash = strrchr(place, '\\');
        ow_regkey at;
        int r = target_find(editor->target, place, &at, err);

        if (r != 0)
                return r < 0 ? r : 0;
        if (slash) {
                *slash = '\0';
                r = note_missing(editor, place, err);
                *slash = '\\';
        }
        if (r == 0 && !changes_add(&editor->rows, OW_CHANGE_KEY_CREATE, place, ""))
                r = ow_fail_nomem(err);
        return r;
}

int editor_key(struct editor *editor, const char *place, ow_regkey *ret, ow_error *err)
{
        char *above;
        int r;

        editor->counts.keys++;
        if (editor->counting)
                return target_create(editor->target, place, ret, err);
        r = target_editable(editor->target, place, err);
        above = r == 0 ? strdup(place) : NULL;
        if (r == 0)
                r = above ? note_missing(editor, above, err) : ow_fail_nomem(err);
        free(above);
        if (r == 0)
                r = target_create(editor->target, place, ret, err);
        return r;
}

/* The row of a value that becomes something else; takes both over. */
static int add_row(struct editor *editor, const char *place, const char *name, ow_datum *before, ow_datum *after,
                   ow_error *err)
{
        ow_change *row = changes_add(&editor->rows, OW_CHANGE_VALUE, place, name);

        if (!row) {
                ow_blob_done(&before->data);
                ow_blob_done(&after->data);
                return ow_fail_nomem(err);
        }
        row->before = *before;
        row->after = *after;
        return 0;
}

int editor_set(struct editor *editor, const char *place, ow_regkey at, const char *name, uint32_t type,
               const void *data, size_t size, ow_error *err)
{
        const ow_datum wanted = { .present = true, .type = type, .data = { (uint8_t *)(uintptr_t)data, size } };
        ow_datum before = { 0 }, after = { 0 };
        bool same;
        int r;

        editor->counts.values++;
        r = editor_read(at, name, &before, err);
        if (r < 0)
                return r;
        same = datum_same(&before, &wanted);
        r = same ? 0 : target_refuse_link(at, place, err);
        if (r < 0 || same || editor->counting) {
                ow_blob_done(&before.data);
        } else if (!datum_fill(&after, type, data, size)) {
                ow_blob_done(&before.data);
                return ow_fail_nomem(err);
        } else {
                r = add_row(editor, place, name, &before, &after, err);
        }
        if (r < 0 || same)
                return r;
        r = ow_hive_set_value(at.hive, at.key, name, type, data, size, err);
        return r < 0 ? ow_wrap(err, r, "set '%s' of '%s'", *name ? name : "@", place_shown(place)) : 0;
}

int editor_remove_value(struct editor *editor, const char *place, ow_regkey at, const char *name, ow_error *err)
{
        ow_datum before = { 0 };
        ow_change *row;
        int r;

        editor->counts.removed_values++;
        if (!editor->counting) {
                r = editor_read(at, name, &before, err);
                if (r < 0 || !before.present)
                        return r;
                row = changes_add(&editor->rows, OW_CHANGE_VALUE, place, name);
                if (!row) {
                        ow_blob_done(&before.data);
                        return ow_fail_nomem(err);
                }
                row->before = before;
        }
        r = target_refuse_link(at, place, err);
        if (r == 0)
                r = target_refuse_links_above(at, place, err);
        if (r < 0)
                return r;
        r = ow_hive_delete_value(at.hive, at.key, name, err);
        return r < 0 ? ow_wrap(err, r, "remove '%s' of '%s'", *name ? name : "@", place_shown(place)) : 0;
}

int editor_group(struct editor *editor, size_t first, ow_error *err)
{
        size_t n = editor->rows.count - first, done = 0;
        ow_change *rows = editor->rows.items + first;
        ow_change *grouped = calloc(n + 1, sizeof *grouped);

        if (!grouped)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n; i++) {
                const char *where = rows[i].where;

                for (size_t k = i; where && k < n; k++) {
                        if (!rows[k].where || strcmp(rows[k].where, where) != 0)
                                continue;
                        grouped[done++] = rows[k];
                        if (k > i)
                                rows[k].where = NULL;   /* taken; the first one still tells the others */
                }
        }
        memcpy(rows, grouped, n * sizeof *rows);
        free(grouped);
        return 0;
}

/* A tree whose rows are noted, until there are so many in all. */
struct noting {
        struct editor *editor;
        bool made;                      /* it came; else it goes */
        size_t most;
};

static bool may_note(const struct noting *noting)
{
        return noting->editor->rows.count < noting->most;
}

static int note_values(const struct noting *noting, const char *place, ow_regkey at, ow_error *err)
{
        uint32_t index = 0;
        ow_value value;
        int r = 0;

        while (may_note(noting) && (r = ow_hive_next_value(at.hive, at.key, &index, &value, err)) > 0) {
                ow_value_info info = { 0 };
                ow_datum datum = { .present = true };
                ow_change *row;

                r = ow_hive_value_info(at.hive, value, &info, err);
                if (r == 0)
                        r = ow_hive_read_value(at.hive, value, &datum.type, &datum.data, err);
                row = r < 0 ? NULL : changes_add(&noting->editor->rows, OW_CHANGE_VALUE, place, info.name);
                ow_value_info_done(&info);
                if (!row) {
                        ow_blob_done(&datum.data);
                        return r < 0 ? r : ow_fail_nomem(err);
                }
                *(noting->made ? &row->after : &row->before) = datum;
        }
        return r;
}

static int note_key(const struct noting *noting, const char *place, ow_regkey at, ow_error *err)
{
        enum ow_change_kind kind = noting->made ? OW_CHANGE_KEY_CREATE : OW_CHANGE_KEY_DELETE;
        ow_subkey_iter iter = { 0 };
        ow_key key;
        int r = 0;

        if (!changes_add(&noting->editor->rows, kind, place, ""))
                return ow_fail_nomem(err);
        r = note_values(noting, place, at, err);
        while (r >= 0 && may_note(noting) && (r = ow_hive_next_subkey(at.hive, at.key, &iter, &key, err)) > 0) {
                ow_key_info info = { 0 };
                char *below = NULL;

                r = ow_hive_key_info(at.hive, key, &info, err);
                if (r == 0 && asprintf(&below, "%s%s%s", place, *place ? "\\" : "", info.name) < 0)
                        r = ow_fail_nomem(err);
                if (r == 0)
                        r = note_key(noting, below, (ow_regkey){ at.hive, key }, err);
                free(below);
                ow_key_info_done(&info);
        }
        return r < 0 ? r : 0;
}

/* Keys and values of a tree. */
static int count_tree(ow_regkey at, size_t *ret, ow_error *err)
{
        ow_hive_item item;
        ow_hive_walk *walk;
        int r = ow_hive_walk_open(at.hive, at.key, OW_WALK_NO_DATA | OW_WALK_NO_END, &walk, err);

        *ret = 0;
        if (r < 0)
                return r;
        while ((r = ow_hive_walk_next(walk, &item, err)) > 0)
                ++*ret;
        ow_hive_walk_close(walk);
        return r;
}

int editor_note_tree(struct editor *editor, const char *place, ow_regkey at, bool made, ow_error *err)
{
        struct noting noting = { .editor = editor, .made = made, .most = SIZE_MAX };
        size_t since = editor->rows.count, n = 0;
        int r = 0;

        /* When a tree is gone, its first row tells as much as all. */
        if (editor->brief && !made)
                r = count_tree(at, &n, err);
        if (n > MOST_ROWS)
                noting.most = since + MOST_ROWS;
        if (r == 0)
                r = note_key(&noting, place, at, err);
        if (n > MOST_ROWS)
                editor->n_more += n - MOST_ROWS;
        editor->long_tree |= editor->rows.count - since > MOST_ROWS;
        return r;
}

int editor_remove_key(struct editor *editor, const char *place, ow_error *err)
{
        ow_regkey at;
        int r = target_find(editor->target, place, &at, err);

        editor->counts.removed_keys++;
        if (r <= 0)
                return r;
        r = target_editable(editor->target, place, err);
        if (r == 0)
                r = target_refuse_links_above(at, place, err);
        if (r == 0 && !editor->counting)
                r = editor_note_tree(editor, place, at, false, err);
        if (r == 0)
                r = ow_hive_delete_key(at.hive, at.key, err);
        return r < 0 ? ow_wrap(err, r, "remove '%s'", place_shown(place)) : 0;
}

/* ---- comparing what was meant with what is there ---- */

/* 1 what the row says is so, 0 not, < 0 error. */
static int holds(struct target *target, const ow_change *change, ow_error *err)
{
        ow_datum found = { 0 };
        ow_regkey at;
        int r = target_find(target, change->where, &at, err);

        if (r < 0 || change->kind == OW_CHANGE_KEY_CREATE)
                return r;
        if (change->kind == OW_CHANGE_KEY_DELETE)
                return r == 0;
        if (r > 0)
                r = editor_read(at, change->name, &found, err);
        if (r == 0)
                r = datum_same(&found, &change->after);
        ow_blob_done(&found.data);
        return r;
}

/* Which rows are the last word on their place: a later row may have changed it again. */
static int last_words(struct editor *editor, bool **ret, ow_error *err)
{
        bool *last = calloc(editor->rows.count + 1, sizeof *last);

        if (!last)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < editor->rows.count; i++) {
                int r = holds(editor->target, &editor->rows.items[i], err);

                if (r < 0) {
                        free(last);
                        return r;
                }
                last[i] = r > 0;
        }
        *ret = last;
        return 0;
}

static int compare(struct editor *editor, const bool *last, ow_error *err)
{
        for (size_t i = 0; i < editor->rows.count; i++) {
                const ow_change *change = &editor->rows.items[i];
                int r = last[i] ? holds(editor->target, change, err) : 1;

                if (r < 0)
                        return r;
                if (r == 0)
                        return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s' of '%s' reads back differently",
                                       change->name, change->where);
        }
        return 0;
}

/* ---- the way of an edit ---- */

static int show(struct editor *editor, enum ow_plan_outcome outcome, const ow_commit_result *commit)
{
        const struct arguments *arguments = editor->target->arguments;
        const ow_reg_counts *counts = editor->counting ? &editor->counts : NULL;
        ow_report_options options = report_options(arguments);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;

        if (editor->long_tree && !has(arguments, OPTION_VERBOSE))
                options.max_changes = MOST_ROWS;
        options.more_changes = editor->n_more;
        if (target_report_changes(editor->target, editor->rows.items, editor->rows.count, counts, outcome, commit,
                                  &options, &text, &err) < 0)
                return fail(arguments, &err);
        return print_report(arguments, text);
}

static int commit_and_compare(struct editor *editor, const char *title)
{
        const struct arguments *arguments = editor->target->arguments;
        ow_commit_result commit = { 0 };
        ow_error err = OW_ERROR_INIT;
        bool *last = NULL;
        int r, code;

        r = last_words(editor, &last, &err);
        if (r == 0)
                r = target_commit(editor->target, title, &commit, &err);
        if (r == 0) {
                r = target_reload(editor->target, &err);
                if (r == 0)
                        r = compare(editor, last, &err);
                if (r < 0)
                        r = ow_wrap(&err, r, "the change is written, but reading it back failed (`offwin undo` takes "
                                    "it back)");
        }
        code = r < 0 ? fail(arguments, &err)
                     : show(editor, has(arguments, OPTION_JSON) ? OW_PLAN_APPLIED : OW_PLAN_DONE, &commit);
        ow_commit_result_done(&commit);
        free(last);
        return code;
}

static bool changes_anything(const struct editor *editor)
{
        return editor->counting ? ow_hive_edited(ow_hivefile_hive(editor->target->file)) : editor->rows.count > 0;
}

static int show_and_commit(struct editor *editor, const char *title)
{
        const struct arguments *arguments = editor->target->arguments;
        int code;

        if (!changes_anything(editor)) {
                editor->counting = false;       /* what was asked for is so already */
                return show(editor, OW_PLAN_NOTHING_TO_DO, NULL);
        }
        if (has(arguments, OPTION_DRY_RUN))
                return show(editor, OW_PLAN_DRY_RUN, NULL);
        if (!has(arguments, OPTION_JSON)) {
                code = show(editor, OW_PLAN_PROPOSED, NULL);
                if (code)
                        return code;
        }
        if (!confirm(arguments, editor->target->file ? "Write this to the file?" : "Write this to the image?")) {
                note(arguments, "nothing was written");
                return EXIT_FAILED;
        }
        return commit_and_compare(editor, title);
}

int reg_edit_run(const struct arguments *arguments, const char *operand, const struct reg_edit *edit)
{
        bool all_rows = has(arguments, OPTION_DRY_RUN) || has(arguments, OPTION_VERBOSE);
        AUTO_TARGET target = { 0 };
        struct editor editor = { .target = &target };
        ow_error err = OW_ERROR_INIT;
        int r, code;

        r = target_open(arguments, operand, !has(arguments, OPTION_DRY_RUN), &target, &err);
        if (r == 0)
                target_warn_dry_run(&target);
        editor.counting = r == 0 && edit->counting && !all_rows && target.file;
        editor.brief = edit->brief && !has(arguments, OPTION_VERBOSE);
        if (r == 0)
                r = edit->make(edit->state, &editor, &err);
        if (r == 0 && edit->net)
                r = editor_net(&editor, &err);
        code = r < 0 ? fail(arguments, &err) : show_and_commit(&editor, edit->title);
        changes_done(&editor.rows);
        return code;
}

int reg_edit_compare(const struct arguments *arguments, const char *operand, const char *wanted,
                     const struct reg_edit *edit)
{
        ow_report_options options = report_options(arguments);
        struct arguments lenient = *arguments;
        AUTO_TARGET target = { 0 };
        struct editor editor = { .target = &target };
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int r, code;

        lenient.given |= OPTION_ACCEPT_DIRTY;           /* the edit is never written */
        r = target_open(&lenient, operand, false, &target, &err);
        if (r == 0)
                r = edit->make(edit->state, &editor, &err);
        if (r == 0)
                r = editor_net(&editor, &err);
        if (r == 0)
                r = ow_report_diff(operand, wanted, editor.rows.items, editor.rows.count, &options, &text, &err);
        code = r < 0 ? fail(arguments, &err) : print_report(arguments, text);
        if (code == 0 && editor.rows.count)
                code = EXIT_TO_DO;
        changes_done(&editor.rows);
        return code;
}
