/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg diff: two registries, or a registry and what a .reg file wants. Exit code 3 when they differ. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/reg.h>

#include "changes.h"
#include "commands.h"
#include "output.h"
#include "privileges.h"
#include "reg-output.h"
#include "reg-text.h"

struct comparison {
        const struct arguments *arguments;
        struct change_list rows;
        uint64_t n_lost;
};

static enum ow_change_kind kind_of(enum ow_reg_diff_kind kind)
{
        return kind == OW_REG_DIFF_KEY_ADDED     ? OW_CHANGE_KEY_CREATE
               : kind == OW_REG_DIFF_KEY_REMOVED ? OW_CHANGE_KEY_DELETE
                                                 : OW_CHANGE_VALUE;
}

static int on_row(void *state, const ow_reg_row *row, ow_error *err)
{
        struct comparison *c = state;
        ow_change *change = changes_add(&c->rows, kind_of(row->kind), row->path, row->name ? row->name : "");
        const ow_reg_side *before = &row->before, *after = &row->after;
        bool ok = change;

        if (ok && (row->kind == OW_REG_DIFF_VALUE_REMOVED || row->kind == OW_REG_DIFF_VALUE_CHANGED))
                ok = datum_fill(&change->before, before->type, before->data, before->size);
        if (ok && (row->kind == OW_REG_DIFF_VALUE_ADDED || row->kind == OW_REG_DIFF_VALUE_CHANGED))
                ok = datum_fill(&change->after, after->type, after->data, after->size);
        return ok ? 0 : ow_fail_nomem(err);
}

static void on_lost(void *state, const char *path, const ow_error *why)
{
        struct comparison *c = state;

        c->n_lost++;
        note(c->arguments, "damaged in '%s', not compared: %s", path, why->text);
}

static int show(const struct comparison *c, const char *before, const char *after)
{
        ow_report_options options = report_options(c->arguments);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int code;

        if (ow_report_diff(before, after, c->rows.items, c->rows.count, &options, &text, &err) < 0)
                return fail(c->arguments, &err);
        code = print_report(c->arguments, text);
        return code ? code : c->rows.count || c->n_lost ? EXIT_TO_DO : EXIT_DONE;
}

/* ---- two registries ---- */

struct side {
        struct target target;
        struct places places;           /* the one key that PATH stands for */
        ow_regkey at;
        bool there;
        ow_hive *stand_in;              /* or NULL: see stand_in() */
};

#define AUTO_SIDE __attribute__((cleanup(side_done))) struct side

static void side_done(struct side *side)
{
        ow_hive_close(side->stand_in);
        places_done(&side->places);
        target_close(&side->target);
}

static int find_side(struct side *side, const char *path, ow_error *err)
{
        int r = target_place_to_read(&side->target, path, &side->places, err);

        if (r == 0)
                r = target_find(&side->target, side->places.items[0], &side->at, err);
        side->there = r > 0;
        return r < 0 ? r : 0;
}

/* What is in one registry only is compared as a key below an empty one. prefix is cut to what this one is. */
static int stand_in(struct side *side, const char *name, ow_error *err)
{
        ow_regkey at;
        ow_key key;
        int r = ow_hive_new(5, "stand-in", NULL, 0, &side->stand_in, err);

        if (r < 0)
                return r;
        at = (ow_regkey){ side->stand_in, ow_hive_root(side->stand_in) };
        if (side->there)
                r = ow_hive_copy_key(side->at.hive, side->at.key, at.hive, at.key, name, &key, err);
        side->at = at;
        return r;
}

static int stand_in_both(struct side *a, struct side *b, char *prefix, ow_error *err)
{
        char *name = strrchr(prefix, '\\');
        int r;

        if (!name || !name[1])
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no key '%s' in '%s'", prefix,
                               a->there ? b->target.name : a->target.name);
        *name++ = '\0';
        r = stand_in(a, name, err);
        return r < 0 ? r : stand_in(b, name, err);
}

static int find_both(struct side *a, struct side *b, const char *path, char **ret_prefix, ow_error *err)
{
        int r = find_side(a, path, err);

        if (r == 0)
                r = find_side(b, path, err);
        if (r == 0 && !a->there && !b->there) {
                r = target_need(&a->target, a->places.items[0], &a->at, err);
                return r < 0 ? ow_wrap(err, r, "neither '%s' nor '%s' has it", a->target.name, b->target.name) : r;
        }
        if (r < 0)
                return r;
        *ret_prefix = key_in_text(&a->target, path, a->places.items[0]);
        if (!*ret_prefix)
                return ow_fail_nomem(err);
        return a->there && b->there ? 0 : stand_in_both(a, b, *ret_prefix, err);
}

static int compare(struct comparison *c, ow_regkey a, ow_regkey b, const char *prefix, ow_error *err)
{
        AUTO_REG_OUTPUT out = { .name = NULL };
        int r;

        if (!c->arguments->output)
                return ow_reg_diff(a.hive, a.key, b.hive, b.key, prefix, OW_REG_DIFF_REMOVED, on_row, on_lost, c, err);
        r = ow_reg_diff(a.hive, a.key, b.hive, b.key, prefix, 0, on_row, on_lost, c, err);
        if (r == 0)
                r = reg_output_open(c->arguments, &out, err);
        if (r == 0)
                r = ow_reg_diff_export(a.hive, a.key, b.hive, b.key, prefix,
                                       has(c->arguments, OPTION_UTF8) ? 0 : OW_REG_EXPORT_UTF16, &out.sink, err);
        return r == 0 ? reg_output_finish(&out, err) : r;
}

static int diff_registries(struct comparison *c)
{
        const struct text_list *words = &c->arguments->operands;
        const char *path = words->count > 2 ? words->items[2] : "";
        AUTO_SIDE before = { .there = false };
        AUTO_SIDE after = { .there = false };
        ow_error err = OW_ERROR_INIT;
        char *prefix = NULL;
        int r;

        privileges_expect(2);
        r = target_open(c->arguments, words->items[0], false, &before.target, &err);
        if (r == 0)
                r = target_open(c->arguments, words->items[1], false, &after.target, &err);
        if (r == 0 && words->count < 3 && !(before.target.file && after.target.file))
                return usage_error(c->arguments->command, "a PATH is needed, for a DISK has many hives");
        if (r == 0)
                r = find_both(&before, &after, path, &prefix, &err);
        if (r == 0)
                r = compare(c, before.at, after.at, prefix, &err);
        free(prefix);
        return r < 0 ? fail(c->arguments, &err) : show(c, words->items[0], words->items[1]);
}

/* ---- a registry and a text: what an import would change ---- */

static int diff_text(const struct arguments *arguments)
{
        const struct text_list *words = &arguments->operands;
        struct reg_texts texts = { arguments, words->items + 1, 1 };
        struct reg_edit edit = { .state = &texts, .make = reg_texts_apply };

        if (words->count > 2 || arguments->output)
                return usage_error(arguments->command, "a .reg file has its own paths: PATH and -o do not go with it");
        return reg_edit_compare(arguments, words->items[0], words->items[1], &edit);
}

int run_reg_diff(const struct arguments *arguments)
{
        struct comparison c = { .arguments = arguments };
        int code;

        if (reg_text_detect(arguments->operands.items[1]))
                return diff_text(arguments);
        if (reg_text_detect(arguments->operands.items[0]))
                return usage_error(arguments->command, "the .reg file comes second: what it would change in the first");
        code = diff_registries(&c);
        changes_done(&c.rows);
        return code;
}
