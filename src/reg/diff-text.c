/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an import would change. Lines of a text may undo each other, so the import is tried: the parts of the hive
 * that the text names go into two small hives in memory, the text into one of them, and the two are compared.
 */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "reg/import.h"
#include "reg/item.h"
#include "reg/path.h"
#include "reg/text-parse.h"
#include "reg/tree-path.h"

struct trial {
        ow_hive *hive;                  /* the real one */
        ow_key at;
        const char *prefix;
        ow_hive *now, *then;            /* the parts of it before and after the import */
        ow_hive *to;                    /* the one that is being filled */
        ow_buffer name;
};

static void trial_done(struct trial *t)
{
        ow_hive_close(t->now);
        ow_hive_close(t->then);
        ow_buffer_done(&t->name);
}

static int copy_value(struct trial *t, const ow_hive_item *item, ow_key to, ow_error *err)
{
        __attribute__((cleanup(ow_blob_done))) ow_blob whole = { 0 };
        const char *name = reg_name_text(&t->name, &item->name);
        ow_view data;
        int r;

        if (!name)
                return ow_fail_nomem(err);
        r = reg_whole_data(t->hive, item->value, item->data, item->size, &whole, &data, err);
        return r < 0 ? r : ow_hive_set_value(t->to, to, name, item->type, data.p, data.len, err);
}

/* The values of a key, and with deep all below it. What is there already stays the same. */
static int copy_items(struct trial *t, ow_hive_walk *walk, ow_key to, bool deep, ow_error *err)
{
        ow_key keys[REG_PATH_MAX_DEPTH + 1] = { to };
        ow_hive_item item;
        int r;

        while ((r = ow_hive_walk_next(walk, &item, err)) > 0) {
                if (item.kind == OW_ITEM_VALUE) {
                        r = copy_value(t, &item, keys[item.depth], err);
                } else if (item.depth > 0) {
                        const char *name = reg_name_text(&t->name, &item.name);

                        if (!deep)
                                return 0;
                        if (item.depth > REG_PATH_MAX_DEPTH)
                                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "keys are nested deeper than %d",
                                               REG_PATH_MAX_DEPTH);
                        r = !name ? ow_fail_nomem(err) :
                            ow_hive_create_key(t->to, keys[item.depth - 1], name, &keys[item.depth], NULL, err);
                }
                if (r < 0)
                        return r;
        }
        return r;
}

static int copy_tree(struct trial *t, ow_key from, ow_key to, bool deep, ow_error *err)
{
        ow_hive_walk *walk = NULL;
        int r;

        r = ow_hive_walk_open(t->hive, from, OW_WALK_NO_END, &walk, err);
        if (r == 0)
                r = copy_items(t, walk, to, deep, err);
        ow_hive_walk_close(walk);
        return r;
}

/* The deepest key on path that the hive has; path is cut to it. */
static int find_deepest(struct trial *t, char *path, ow_key *ret, ow_error *err)
{
        for (;;) {
                char *cut;
                int r = ow_hive_find(t->hive, t->at, path, ret, err);

                if (r != 0)
                        return r < 0 ? r : 0;
                cut = strrchr(path, '\\');
                *(cut ? cut : path) = '\0';
        }
}

/* What an import of this key can touch: its values, or, when it is removed, all of it. */
static int take_key(void *state, const ow_reg_key *from, ow_error *err)
{
        __attribute__((cleanup(ow_reg_path_done))) ow_reg_path holder = { 0 };
        OW_AUTO_FREE char *path = NULL;
        struct trial *t = state;
        const char *below;
        ow_key source, to = ow_hive_root(t->to);
        bool whole;
        int r;

        r = reg_import_below(from->path, t->prefix, &below, &holder, err);
        if (r < 0 || !below)
                return r;               /* a path outside: the import says so */
        path = ow_strdup(below);
        if (!path)
                return ow_fail_nomem(err);
        r = find_deepest(t, path, &source, err);
        whole = r == 0 && strcmp(path, below) == 0;
        if (r == 0 && *path)
                r = ow_hive_create_key(t->to, to, path, &to, NULL, err);
        if (r == 0 && whole)
                r = copy_tree(t, source, to, from->remove && *path, err);
        return r < 0 ? ow_wrap(err, r, "line %u: key '%s'", from->line, from->path) : 0;
}

static int fill(struct trial *t, const ow_reg_text *text, ow_hive **ret, ow_error *err)
{
        const ow_reg_reader reader = { .state = t, .key = take_key };
        ow_hive_info info;
        int r;

        ow_hive_info_get(t->hive, &info);
        r = ow_hive_new(info.minor < 4 ? 3 : 5, "trial", NULL, 0, ret, err);
        if (r < 0)
                return r;
        t->to = *ret;
        return reg_text_pass(text, &reader, err);
}

int ow_reg_diff_text(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_text *text, ow_reg_row_fn *row,
                     void *state, ow_error *err)
{
        __attribute__((cleanup(trial_done))) struct trial t = {
                .hive = hive, .at = key, .prefix = prefix, .name = OW_BUFFER_INIT,
        };
        int r;

        r = fill(&t, text, &t.now, err);
        if (r == 0)
                r = fill(&t, text, &t.then, err);
        if (r == 0)
                r = ow_reg_import_text(t.then, ow_hive_root(t.then), prefix, text, NULL, err);
        if (r < 0)
                return r;
        return ow_reg_diff(t.now, ow_hive_root(t.now), t.then, ow_hive_root(t.then), prefix, 0, row, NULL, state,
                           err);
}
