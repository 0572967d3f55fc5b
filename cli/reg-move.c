/* SPDX-License-Identifier: GPL-2.0-or-later */
/* offwin reg mv|cp: a key with everything below it to another place, also into another hive of the same Windows. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "commands.h"
#include "reg-edit.h"

struct move {
        const char *from, *to;
        bool keep;                      /* cp */
};

/* The key that place is to be made below, and the last name of place. */
static int parent_of(struct editor *editor, char *place, ow_regkey *ret, const char **ret_name, ow_error *err)
{
        char *slash = strrchr(place, '\\');
        int r;

        *ret_name = slash ? slash + 1 : place;
        if (slash)
                *slash = '\0';
        r = editor_key(editor, slash ? place : "", ret, err);
        if (slash)
                *slash = '\\';
        return r;
}

static int copy(struct editor *editor, char *from, char *to, ow_error *err)
{
        ow_regkey source, parent, made;
        const char *name;
        int r;

        r = target_find(editor->target, to, &made, err);
        if (r > 0)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "there is a key '%s' already", place_shown(to));
        if (r == 0)
                r = target_need(editor->target, from, &source, err);
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

static int rename_key(struct editor *editor, const char *from, const char *to, ow_error *err)
{
        const char *slash = strrchr(to, '\\');
        ow_regkey at;
        int r;

        r = target_need(editor->target, from, &at, err);
        if (r == 0)
                r = target_editable(editor->target, from, err);
        if (r == 0)
                r = editor_note_tree(editor, from, at, false, err);
        if (r == 0)
                r = ow_hive_rename_key(at.hive, at.key, slash ? slash + 1 : to, &at.key, err);
        return r == 0 ? editor_note_tree(editor, to, at, true, err) : r;
}

static int make(void *state, struct editor *editor, ow_error *err)
{
        const struct move *move = state;
        AUTO_PLACES from = { 0 };
        AUTO_PLACES to = { 0 };
        int r;

        r = target_place_to_read(editor->target, move->from, &from, err);
        if (r == 0)
                r = target_place_to_read(editor->target, move->to, &to, err);
        if (r < 0)
                return r;
        if (!move->keep && is_rename(from.items[0], to.items[0]))
                return rename_key(editor, from.items[0], to.items[0], err);
        r = copy(editor, from.items[0], to.items[0], err);
        return r == 0 && !move->keep ? editor_remove_key(editor, from.items[0], err) : r;
}

static int run(const struct arguments *arguments, const char *title, bool keep)
{
        const char **words = arguments->operands.items;
        struct move move = { words[1], words[2], keep };
        struct reg_edit edit = { .title = title, .state = &move, .make = make };

        return reg_edit_run(arguments, words[0], &edit);
}

int run_reg_mv(const struct arguments *arguments)
{
        return run(arguments, "offwin reg mv", false);
}

int run_reg_cp(const struct arguments *arguments)
{
        return run(arguments, "offwin reg cp", true);
}
