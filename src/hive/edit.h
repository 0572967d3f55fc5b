/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One edit. It first takes every cell it will need, and notes every cell it will give back; only when nothing can
 * fail any more does it link. If it stops before hive_edit_commit(), the new cells are freed again and the hive
 * says what it said before.
 */
#ifndef HIVE_EDIT_H
#define HIVE_EDIT_H

#include "hive/hive.h"

struct hive_cells {
        struct hive_cell_ref { uint32_t cell, body_len; } *v;
        size_t n, cap;
};

struct hive_edit {
        ow_hive *hive;
        struct hive_cells fresh, stale;
        bool described;                 /* a fresh cell has a descriptor that the hive did not have */
        bool untracked;                 /* a hive that is thrown away whole when the edit fails */
};

#define HIVE_AUTO_EDIT __attribute__((cleanup(hive_edit_done))) struct hive_edit

/* edit.c. begin: of that key. OW_E_READONLY; OW_E_CORRUPT for a hive whose file is too short; as hive_edit_may(). */
int hive_edit_begin(struct hive_edit *e, ow_hive *h, uint32_t key, struct hive_node *ret, ow_error *err);
int hive_edit_alloc(struct hive_edit *e, size_t body_size, uint32_t *ret_cell, uint32_t *ret_body_len, ow_error *err);
/* The cell goes when the edit is committed. Naming one twice is OW_E_CORRUPT: two owners. */
int hive_edit_drop(struct hive_edit *e, uint32_t cell, ow_error *err);
/* Takes the last drop back. */
void hive_edit_undrop(struct hive_edit *e);
void hive_edit_commit(struct hive_edit *e);
void hive_edit_done(struct hive_edit *e);
/* OW_E_REFUSED for layered and predefined-handle keys. */
int hive_edit_may(const struct hive_node *node, ow_error *err);

/* Room for one more; false: no memory. */
bool hive_cells_reserve(struct hive_cells *cells);

/* edit-key.c. Levels from the root down to key: the root is 1. */
int hive_depth_of(ow_hive *h, uint32_t cell, unsigned *ret, ow_error *err);
/* The name of one key: not empty, no '\\', short enough. */
int hive_key_name_init(struct hive_name *name, const char *text, ow_error *err);

/* edit-list.c. All change fields of *parent, which the caller then stores; on error the lists are unchanged. */
int hive_list_insert(struct hive_edit *e, struct hive_node *parent, const struct hive_name *name, uint32_t child,
                     ow_error *err);
int hive_list_remove(struct hive_edit *e, struct hive_node *parent, const struct hive_node *child, ow_error *err);
/* The same subkey under another name, and maybe in another cell. */
int hive_list_rename(struct hive_edit *e, struct hive_node *parent, const struct hive_node *child,
                     const struct hive_name *name, uint32_t new_cell, ow_error *err);

/* edit-security.c. A cell with this descriptor: one of the ring, or a fresh one, which is not in it yet. */
int hive_security_get(struct hive_edit *e, ow_view descriptor, uint32_t *ret_cell, ow_error *err);
/* So many keys more use that cell; a fresh one joins the ring. First may the hive, then it does, which cannot fail. */
int hive_security_may_gain(ow_hive *h, uint32_t cell, uint32_t users, ow_error *err);
void hive_security_gain(ow_hive *h, uint32_t cell, uint32_t users);
/*
 * So many keys less, going among them, or with all below it; without any it leaves the ring, and goes when the edit is
 * committed. *users becomes less where the count was too low and a key at hand still uses the cell.
 */
int hive_security_may_lose(struct hive_edit *e, uint32_t cell, uint32_t *users, const struct hive_node *going,
                           bool with_all_below, ow_error *err);
void hive_security_lose(ow_hive *h, uint32_t cell, uint32_t users);

/* copy.c: a tree of keys in fresh cells, below nothing yet. */
struct hive_copy {
        struct hive_edit *edit;         /* of the hive that gets the copy */
        ow_hive *from;
        bool whole;                     /* all of a hive: keys that may not be edited are copied too */
        struct hive_map security;       /* cell of an sk in from: cell in the other hive */
        struct hive_tally users;        /* cells of sk there: keys of the copy that use them */
        struct hive_cells unsaved;      /* copies of keys whose time is still to be set by a save */
        uint64_t budget;                /* bytes of from that are left: none is copied twice */
};
void hive_copy_begin(struct hive_copy *c, struct hive_edit *e, ow_hive *from);
void hive_copy_done(struct hive_copy *c);
/* *node is the original, and then the copy. depth: level at which it goes. */
int hive_copy_tree(struct hive_copy *c, struct hive_node *node, const struct hive_name *name, uint32_t parent,
                   unsigned depth, ow_error *err);
int hive_copy_may_link(struct hive_copy *c, ow_error *err);
void hive_copy_link(struct hive_copy *c);

/* edit-data.c: stores bytes in fresh cells, and notes the cells of old data as stale. */
int hive_data_store(struct hive_edit *e, struct hive_value *value, ow_view bytes, ow_error *err);
int hive_data_drop(struct hive_edit *e, const struct hive_value *value, ow_error *err);

#endif
