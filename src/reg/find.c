/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Searching a tree. Data is only read where it is looked at or shown. Rules: docs/formats/reg-text.md 4. */
#include <string.h>

#include <offwin/reg.h>

#include "reg/item.h"
#include "reg/pattern.h"
#include "reg/tree-path.h"

struct find {
        ow_hive *hive;
        ow_hive_walk *walk;
        const ow_reg_query *query;
        unsigned fields;                /* OW_REG_FIND_KEYS, _NAMES, _DATA */
        struct reg_pattern pattern;
        struct reg_tree_path path;
        ow_buffer name;                 /* of the value that matched */
        ow_reg_match_fn *match;
        ow_reg_lost_fn *lost;
        void *state;
        uint64_t matches;
};

static void find_done(struct find *f)
{
        ow_hive_walk_close(f->walk);
        reg_pattern_done(&f->pattern);
        reg_tree_path_done(&f->path);
        ow_buffer_done(&f->name);
}

static int tell_match(struct find *f, const ow_reg_match *match, ow_error *err)
{
        f->matches++;
        return f->match(f->state, match, err);
}

static int find_key(struct find *f, const ow_hive_item *item, ow_error *err)
{
        int r = 0;

        if (item->depth > 0)
                r = reg_tree_path_enter(&f->path, item->depth, &item->name, err);
        if (r == 0 && (f->fields & OW_REG_FIND_KEYS) && !f->query->types)
                r = reg_pattern_name(&f->pattern, &item->name, err);
        if (r <= 0)
                return r;
        return tell_match(f, &(ow_reg_match){ .what = OW_REG_FIND_KEYS, .path = reg_tree_path_text(&f->path) }, err);
}

static bool has_type(const ow_reg_query *query, uint32_t type)
{
        for (size_t i = 0; i < query->n_types; i++) {
                if (query->types[i] == type)
                        return true;
        }
        return !query->types;
}

static int show_value(struct find *f, const ow_hive_item *item, unsigned what, ow_view data, ow_error *err)
{
        const char *name = reg_name_text(&f->name, &item->name);

        if (!name)
                return ow_fail_nomem(err);
        return tell_match(f, &(ow_reg_match){ .what = what, .path = reg_tree_path_text(&f->path),
                          .name = name, .type = item->type, .data = data.p, .size = data.len }, err);
}

static int find_value(struct find *f, const ow_hive_item *item, ow_error *err)
{
        __attribute__((cleanup(ow_blob_done))) ow_blob holder = { 0 };
        bool by_data = f->fields & OW_REG_FIND_DATA;
        unsigned what = 0;
        ow_view data;
        int r = 0;

        if (!has_type(f->query, item->type))
                return 0;
        if (f->fields & OW_REG_FIND_NAMES) {
                r = reg_pattern_name(&f->pattern, &item->name, err);
                what |= r > 0 ? (unsigned)OW_REG_FIND_NAMES : 0;
        }
        if (r < 0 || (!what && !by_data))
                return r;
        r = reg_whole_data(f->hive, item->value, item->data, item->size, &holder, &data, err);
        if (r == 0 && by_data) {
                r = reg_pattern_data(&f->pattern, item->type, data, err);
                what |= r > 0 ? (unsigned)OW_REG_FIND_DATA : 0;
        }
        return r < 0 || !what ? r : show_value(f, item, what, data, err);
}

static int find_all(struct find *f, ow_error *err)
{
        while (f->query->max_matches == 0 || f->matches < f->query->max_matches) {
                ow_hive_item item;
                uint64_t before = f->matches;
                int r = ow_hive_walk_next(f->walk, &item, err);

                if (r == 0)
                        return 0;
                if (r > 0)
                        r = item.kind == OW_ITEM_KEY ? find_key(f, &item, err) : find_value(f, &item, err);
                if (r >= 0)
                        continue;
                if (f->matches != before || (r != OW_E_CORRUPT && r != OW_E_LIMIT))
                        return r;       /* what match returned stays as it is */
                if (f->lost)
                        f->lost(f->state, reg_tree_path_text(&f->path), err);
        }
        return 0;
}

int ow_reg_find(ow_hive *hive, ow_key key, const char *prefix, const ow_reg_query *query, ow_reg_match_fn *match,
                ow_reg_lost_fn *lost, void *state, ow_error *err)
{
        __attribute__((cleanup(find_done))) struct find f = {
                .hive = hive, .query = query, .pattern = REG_PATTERN_INIT, .path = REG_TREE_PATH_INIT,
                .name = OW_BUFFER_INIT, .match = match, .lost = lost, .state = state,
        };
        const unsigned all = OW_REG_FIND_KEYS | OW_REG_FIND_NAMES | OW_REG_FIND_DATA;
        ow_error mine = OW_ERROR_INIT;
        unsigned walk_flags = OW_WALK_NO_END;
        int r;

        if (!err)
                err = &mine;            /* lost is told in any case */
        f.fields = query->flags & all ? query->flags & all : all;
        if (f.fields == OW_REG_FIND_KEYS)
                walk_flags |= OW_WALK_NO_VALUES;
        else if (!(f.fields & OW_REG_FIND_DATA))
                walk_flags |= OW_WALK_NO_DATA;
        r = reg_tree_path_init(&f.path, prefix, err);
        if (r == 0)
                r = reg_pattern_init(&f.pattern, query->pattern, query->flags, err);
        if (r == 0)
                r = ow_hive_walk_open(hive, key, walk_flags, &f.walk, err);
        return r < 0 ? r : find_all(&f, err);
}
