/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin reg mv|cp: a key with everything below it to another place, also into another hive of the same Windows.
 * Through CurrentControlSet it happens in every control set that the next boot may use.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "output.h"
#include "privileges.h"
#include "reg-edit.h"

struct move {
        const char *from, *to;
        bool keep;                      /* cp */
        struct target *source;          /* where from is; NULL: in what is edited */
};

static struct target *source_of(const struct move *move, struct editor *editor)
{
        return move->source ? move->source : editor->target;
}

/* The key that place is to be made below, and the last name of place. */
static int parent_of(struct editor *editor, char *place, ow_regkey *ret, const char **ret_name, ow_error *err)
{
        char *slash = strrchr(place, '\\');
        int r;

        *ret_name = slash ? slash + 1 : place;
        if (slash)
                *slash = '\0';
        r = editor_key(editor, slash ? place : "", ret, err);
        if (r == 0)
                r = target_refuse_link(*ret, place, err);
        if (slash)
                *slash = '\\';
        return r;
}

static int copy(struct editor *editor, struct target *target, char *from, char *to, ow_error *err)
{
        ow_regkey source, parent, made;
        const char *name;
        int r;

        r = target_find(editor->target, to, &made, err);
        if (r > 0)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "there is a key '%s' already", place_shown(to));
        if (r == 0)
                r = target_need(target, from, &source, err);
        if (r == 0)
                r = parent_of(editor, to, &parent, &name, err);
        if (r < 0)
                return r;
        made.hive = parent.hive;
        r = ow_hive_copy_key(source.hive, source.key, parent.hive, parent.key, name, &made.key, err);
        if (r == 0)
                r = editor_note_tree(editor, to, made, true, err);
        return r;
}

static size_t parent_size(const char *place)
{
        const char *slash = strrchr(place, '\\');

        return slash ? (size_t)(slash - place) : 0;
}

/* The same parent: only the name changes, perhaps only its case. */
static bool is_rename(const char *from, const char *to)
{
        size_t size = parent_size(from);

        return size == parent_size(to) && strncasecmp(from, to, size) == 0;
}

/* 1 the key is spelled so already, 0 not, < 0 error. */
static int has_name(ow_regkey at, const char *name, ow_error *err)
{
        ow_key_info info = { 0 };
        int r = ow_hive_key_info(at.hive, at.key, &info, err);

        if (r == 0)
                r = strcmp(info.name, name) == 0;
        ow_key_info_done(&info);
        return r;
}

static int rename_key(struct editor *editor, const char *from, const char *to, ow_error *err)
{
        const char *slash = strrchr(to, '\\');
        const char *name = slash ? slash + 1 : to;
        ow_regkey at;
        int r;

        r = target_need(editor->target, from, &at, err);
        if (r == 0)
                r = has_name(at, name, err);
        if (r != 0)
                return r < 0 ? r : 0;
        r = target_editable(editor->target, from, err);
        if (r == 0)
                r = editor_note_tree(editor, from, at, false, err);
        if (r == 0)
                r = ow_hive_rename_key(at.hive, at.key, name, &at.key, err);
        return r == 0 ? editor_note_tree(editor, to, at, true, err) : r;
}

/* Key by key: in each control set, when both go through CurrentControlSet; else one from into each of to. What the
 * current set has, the others may lack. */
static int place_each(const struct move *move, struct editor *editor, const struct places *from,
                      const struct places *to, ow_error *err)
{
        bool pairs = !move->source && from->count == to->count;
        int r = 0;

        for (size_t i = 0; r == 0 && i < to->count; i++) {
                char *source = from->items[pairs ? i : 0];
                ow_regkey ignored;

                if (pairs && i > 0) {
                        r = target_find(editor->target, source, &ignored, err);
                        if (r == 0)
                                continue;
                }
                if (r >= 0 && pairs && !move->keep && is_rename(source, to->items[i]))
                        r = rename_key(editor, source, to->items[i], err);
                else if (r >= 0)
                        r = copy(editor, source_of(move, editor), source, to->items[i], err);
        }
        return r;
}

/* The sources go, renamed ones have already. A copy must not lie in the source of another control set. */
static int remove_sources(struct editor *editor, const struct places *from, const struct places *to, ow_error *err)
{
        ow_regkey ignored;
        int r = 0;

        for (size_t i = 0; r == 0 && i < from->count; i++)
                r = editor_remove_key(editor, from->items[i], err);
        if (r == 0)
                r = target_find(editor->target, to->items[0], &ignored, err);
        if (r == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' lies below what is moved",
                               place_shown(to->items[0]));
        return r < 0 ? r : 0;
}

static int make(void *state, struct editor *editor, ow_error *err)
{
        const struct move *move = state;
        AUTO_PLACES one_from = { 0 };
        AUTO_PLACES one_to = { 0 };
        AUTO_PLACES from = { 0 };
        AUTO_PLACES to = { 0 };
        bool renamed;
        int r;

        /* Only CurrentControlSet may stand for several keys here, not HKCU. */
        r = target_place_to_read(source_of(move, editor), move->from, &one_from, err);
        if (r == 0)
                r = target_place_to_read(editor->target, move->to, &one_to, err);
        if (r == 0 && !move->source)
                r = target_places_to_edit(editor->target, move->from, &from, err);
        if (r == 0)
                r = target_places_to_edit(editor->target, move->to, &to, err);
        if (r == 0)
                r = place_each(move, editor, move->source ? &one_from : &from, &to, err);
        if (r < 0 || move->keep)
                return r;
        renamed = from.count == to.count && is_rename(from.items[0], to.items[0]);
        return renamed ? 0 : remove_sources(editor, &from, &to, err);
}

static int run(const struct arguments *arguments, const char *title, struct move *move)
{
        const char **words = arguments->operands.items;
        struct reg_edit edit = { .title = title, .state = move, .make = make };

        move->from = words[1];
        move->to = words[2];
        return reg_edit_run(arguments, words[0], &edit);
}

int run_reg_mv(const struct arguments *arguments)
{
        struct move move = { .keep = false };

        return run(arguments, "offwin reg mv", &move);
}

int run_reg_cp(const struct arguments *arguments)
{
        const struct text_list *words = &arguments->operands;
        struct move move = { .keep = true };
        AUTO_TARGET other = { 0 };
        ow_error err = OW_ERROR_INIT;

        if (words->count > 3) {
                privileges_expect(2);
                if (target_open(arguments, words->items[3], false, &other, &err) < 0)
                        return fail(arguments, &err);
                move.source = &other;
        }
        return run(arguments, "offwin reg cp", &move);
}
