/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The path of the key that a walk is at, in UTF-8, as it goes down and up. */
#ifndef REG_TREE_PATH_H
#define REG_TREE_PATH_H

#include <offwin/error.h>
#include <offwin/hive.h>

#include "base/buffer.h"

struct reg_tree_path {
        ow_buffer text;                 /* with a NUL that is not counted */
        size_t *ends;                   /* where the name at each depth ends */
        size_t n_ends, cap_ends;
};

#define REG_TREE_PATH_INIT { .text = OW_BUFFER_INIT }

/* Starts at prefix, which stands for depth 0. */
int reg_tree_path_init(struct reg_tree_path *path, const char *prefix, ow_error *err);
void reg_tree_path_done(struct reg_tree_path *path);

/* Cuts back to the key above depth (> 0) and appends name. */
int reg_tree_path_enter(struct reg_tree_path *path, size_t depth, const ow_hive_name *name, ow_error *err);

/* Cuts back to the key at depth. */
void reg_tree_path_leave(struct reg_tree_path *path, size_t depth);

/* NUL-terminated; good until the next change. */
const char *reg_tree_path_text(const struct reg_tree_path *path);

/*
 * Why a key or value of this name has no line of its own in .reg text, or in a path at all: 0 it has; OW_E_CORRUPT
 * empty or with a '\' (keys only); OW_E_UNSUPPORTED a NUL, or a line break in the name of a key.
 */
int reg_check_name(const ow_hive_name *name, bool is_key, ow_error *err);

/* OW_E_UNSUPPORTED: a key or value has that in its name, "NUL" or "line break". */
int reg_fail_name(bool is_key, const char *what, ow_error *err);

#endif
