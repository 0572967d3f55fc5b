/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Edits of a registry that are shown before they are written. An edit is made in memory at once, and each row keeps
 * what was there before; nothing reaches the disk until the person has seen all of it.
 */
#ifndef CLI_REG_EDIT_H
#define CLI_REG_EDIT_H

#include <offwin/reg.h>

#include "changes.h"
#include "target.h"

struct editor {
        struct target *target;
        bool counting;                  /* too many to show: only counted; of hive files alone */
        ow_reg_counts counts;           /* when counting */
        bool brief;                     /* of a long tree that goes only the first rows are kept */
        bool long_tree;                 /* came or went: not all rows are listed */
        size_t n_more;                  /* rows that are not kept */
        struct change_list rows;
};

/* The key at place, made when it is missing. */
int editor_key(struct editor *editor, const char *place, ow_regkey *ret, ow_error *err);

/* place is what at goes by. Setting what is there already is no change, and so is removing what is not. */
int editor_set(struct editor *editor, const char *place, ow_regkey at, const char *name, uint32_t type,
               const void *data, size_t size, ow_error *err);
int editor_remove_value(struct editor *editor, const char *place, ow_regkey at, const char *name, ow_error *err);

/* With everything below it. */
int editor_remove_key(struct editor *editor, const char *place, ow_error *err);

/* Brings rows from first on together by place, in the order in which the places came up. */
int editor_group(struct editor *editor, size_t first, ow_error *err);

/* The row for a key that the caller made, with the values and keys that it holds. */
int editor_note_tree(struct editor *editor, const char *place, ow_regkey at, bool made, ow_error *err);

/* What a value of at is. */
int editor_read(ow_regkey at, const char *name, ow_datum *ret, ow_error *err);

/*
 * Of the rows of each key and value only one is left, with what was there before all of them and what is there now;
 * none when that is the same. Places are matched as they are spelled, but for the case of a to z.
 */
int editor_net(struct editor *editor, ow_error *err);

/* One command. make returns 0 or an OW_E_*; rows of the editor are what it did. */
struct reg_edit {
        const char *title;              /* kept with the undo record */
        bool counting;                  /* see struct editor; rows are kept all the same for --verbose and a dry run */
        bool brief;                     /* see struct editor; but for --verbose */
        bool net;                       /* rows undo each other: see editor_net() */
        void *state;
        int (*make)(void *state, struct editor *editor, ow_error *err);
};

/*
 * Make, show, confirm, commit, read anew and compare. With --dry-run the target is opened for reading and the way ends
 * after showing. Returns an exit code.
 */
int reg_edit_run(const struct arguments *arguments, const char *operand, const struct reg_edit *edit);

/* Only what edit would change, as the difference between operand and wanted; exit code 3 when there is one. */
int reg_edit_compare(const struct arguments *arguments, const char *operand, const char *wanted,
                     const struct reg_edit *edit);

#endif
