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
};

#define HIVE_AUTO_EDIT __attribute__((cleanup(hive_edit_done))) struct hive_edit

/* edit.c. begin: OW_E_READONLY, or OW_E_CORRUPT for a hive whose file is too short. */
int hive_edit_begin(struct hive_edit *e, ow_hive *h, ow_error *err);
int hive_edit_alloc(struct hive_edit *e, size_t body_size, uint32_t *ret_cell, uint32_t *ret_body_len, ow_error *err);
/* The cell goes when the edit is committed. Naming one twice is OW_E_CORRUPT: two owners. */
int hive_edit_drop(struct hive_edit *e, uint32_t cell, ow_error *err);
void hive_edit_commit(struct hive_edit *e);
void hive_edit_done(struct hive_edit *e);
/* OW_E_REFUSED for layered and predefined-handle keys. */
int hive_edit_may(const struct hive_node *node, ow_error *err);

/* edit-list.c. Both change fields of *parent, which the caller then stores; on error the lists are unchanged. */
int hive_list_insert(struct hive_edit *e, struct hive_node *parent, const struct hive_name *name, uint32_t child,
                     ow_error *err);
int hive_list_remove(struct hive_edit *e, struct hive_node *parent, const struct hive_node *child, ow_error *err);

/* edit-data.c: stores bytes in fresh cells, and notes the cells of old data as stale. */
int hive_data_store(struct hive_edit *e, struct hive_value *value, ow_view bytes, ow_error *err);
int hive_data_drop(struct hive_edit *e, const struct hive_value *value, ow_error *err);

#endif
