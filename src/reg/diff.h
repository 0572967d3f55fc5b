/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the comparisons share: the values of one key as a list, and rows out of two such lists. */
#ifndef REG_DIFF_H
#define REG_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/reg.h>

#include "reg/tree-path.h"

/* A value where its hive keeps it. */
struct reg_held {
        ow_hive_name name;
        ow_hive *hive;
        ow_value value;
        uint32_t type, size;
        const uint8_t *data;            /* NULL with size > 0: in several pieces, see reg_whole_data() */
};

struct reg_held_list {
        struct reg_held *all;
        size_t n, cap;
};

int reg_held_add(struct reg_held_list *list, const struct reg_held *held, ow_error *err);
void reg_held_done(struct reg_held_list *list);

/* Where rows go, and what had to be left out; without lost that is an error. */
struct reg_rows {
        ow_reg_row_fn *row;
        ow_reg_lost_fn *lost;
        void *state;                    /* of both */
};

/* Rows for all values, of which both lists may be NULL; they are sorted when they differ. */
int reg_rows_values(const struct reg_rows *rows, const char *path, struct reg_held_list *a, struct reg_held_list *b,
                    ow_error *err);

int reg_rows_key(const struct reg_rows *rows, enum ow_reg_diff_kind kind, const char *path, ow_error *err);

/*
 * A walk that holds the values of the key it has reached. item is the key that comes after them: the next to compare.
 * What is damaged is told and passed over; without lost it is an error.
 */
struct reg_side {
        ow_hive *hive;
        ow_hive_walk *walk;
        ow_hive_item item;
        bool ended;                     /* there is no item */
        bool disordered;                /* item came out of order, which nobody was told yet */
        struct reg_held_list values;
        struct reg_tree_path path;      /* of the last key that was entered */
        ow_hive_name *last;             /* at each depth: the key before, for the order */
        size_t n_last, cap_last;
        ow_reg_lost_fn *lost;
        void *lost_state;
};

#define REG_SIDE_INIT { .path = REG_TREE_PATH_INIT }

int reg_side_open(struct reg_side *side, ow_hive *hive, ow_key key, const char *prefix, ow_reg_lost_fn *lost,
                  void *lost_state, ow_error *err);
void reg_side_close(struct reg_side *side);

/* Tells when item came out of order; path is then that of the key above it. */
int reg_side_check(struct reg_side *side, ow_error *err);

/* Goes to item: its path, and its values; then item is the key behind them. */
int reg_side_enter(struct reg_side *side, ow_error *err);

/* Leaves item out, with all below it. */
int reg_side_skip(struct reg_side *side, ow_error *err);

#endif
