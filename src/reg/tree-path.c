/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "base/alloc.h"
#include "reg/item.h"
#include "reg/path.h"
#include "reg/tree-path.h"
#include "reg/widen.h"

void reg_tree_path_done(struct reg_tree_path *path)
{
        ow_buffer_done(&path->text);
        ow_free(path->ends);
}

static int close_name(struct reg_tree_path *path, ow_error *err)
{
        size_t *ends;

        if (!reg_reserve(&path->text, 1))
                return ow_fail_nomem(err);
        path->text.p[path->text.len] = '\0';
        ends = ow_grow(path->ends, path->n_ends, &path->cap_ends, sizeof *ends);
        if (!ends)
                return ow_fail_nomem(err);
        path->ends = ends;
        ends[path->n_ends++] = path->text.len;
        return 0;
}

int reg_tree_path_init(struct reg_tree_path *path, const char *prefix, ow_error *err)
{
        int r = reg_path_check(prefix, strlen(prefix), err);

        if (r < 0)
                return ow_wrap(err, r, "registry path '%s'", prefix);
        ow_buffer_put_text(&path->text, prefix);
        return close_name(path, err);
}

void reg_tree_path_leave(struct reg_tree_path *path, size_t depth)
{
        if (depth + 1 >= path->n_ends)
                return;
        path->n_ends = depth + 1;
        path->text.len = path->ends[depth];
        path->text.p[path->text.len] = '\0';
}

int reg_tree_path_enter(struct reg_tree_path *path, size_t depth, const ow_hive_name *name, ow_error *err)
{
        reg_tree_path_leave(path, depth - 1);
        ow_buffer_put_byte(&path->text, '\\');
        (void)reg_put_name(&path->text, name);
        return close_name(path, err);
}

const char *reg_tree_path_text(const struct reg_tree_path *path)
{
        return (const char *)path->text.p;
}

static bool holds(const ow_hive_name *name, uint8_t c)
{
        if (name->latin1)
                return name->size > 0 && memchr(name->p, c, name->size);
        for (size_t i = 0; i + 2 <= name->size; i += 2) {
                if (name->p[i] == c && name->p[i + 1] == 0)
                        return true;
        }
        return false;
}

int reg_fail_name(bool is_key, const char *what, ow_error *err)
{
        return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "a %s has a %s in its name, which .reg text cannot hold",
                       is_key ? "key" : "value", what);
}

int reg_check_name(const ow_hive_name *name, bool is_key, ow_error *err)
{
        bool odd = false;

        /* Names are short, and nearly always sound: one look for anything that could matter. */
        for (size_t i = 0; i < name->size && !odd; i++)
                odd = name->p[i] == '\\' || name->p[i] < ' ';
        if (name->latin1 && !odd && (name->size || !is_key))
                return 0;
        if (is_key && (name->size == 0 || holds(name, '\\')))
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, name->size ? "a key below has a '\\' in its name" :
                               "a key below has no name");
        if (holds(name, 0))
                return reg_fail_name(is_key, "NUL", err);
        if (is_key && (holds(name, '\r') || holds(name, '\n')))
                return reg_fail_name(true, "line break", err);
        return 0;
}
