/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Setting and deleting values. */
#include <string.h>

#include "base/le.h"
#include "hive/edit.h"

/* The key, ready to be edited, and whether it has that value: 1, 0, < 0. */
static int look(struct hive_edit *e, ow_hive *h, uint32_t key, const struct hive_name *name,
                struct hive_node *ret_node, struct hive_value *ret_value, ow_error *err)
{
        int r = hive_edit_begin(e, h, key, ret_node, err);

        if (r >= 0)
                r = hive_find_value(h, ret_node, name, ret_value, err);
        if (r > 0 && (ret_value->flags & HIVE_VALUE_TOMBSTONE))
                return ow_fail(err, OW_E_REFUSED, ret_value->cell,
                               "value at 0x%x is a tombstone of a layered key: not edited", ret_value->cell);
        return r;
}

static void raise_maxima(struct hive_node *node, const struct hive_name *name, size_t size)
{
        if (node->max_value_name < 2 * name->n)
                node->max_value_name = (uint32_t)(2 * name->n);
        if (node->max_value_data < size)
                node->max_value_data = (uint32_t)size;
}

/* The list of values with one more element at its end. */
static int append(struct hive_edit *e, struct hive_node *node, uint32_t value, ow_error *err)
{
        ow_le32 element = ow_le32_of(value);
        ow_view list, cell_body = { NULL, 0 };
        uint32_t cell = node->values, body_len;
        int r;

        r = hive_values_view(e->hive, node, &list, err);
        if (r >= 0 && list.len)
                r = hive_cell_view(e->hive, cell, &cell_body, err);
        if (r < 0)
                return r;
        body_len = (uint32_t)cell_body.len;
        if (body_len < list.len + sizeof element) {
                size_t wanted = list.len + sizeof element + list.len / 16 * 4;

                r = hive_edit_alloc(e, wanted, &cell, &body_len, err);
                if (r >= 0 && list.len)
                        r = hive_edit_drop(e, node->values, err);
                if (r < 0)
                        return r;
                hive_cell_write(e->hive, cell, body_len, 0, list.p, list.len);
        }
        hive_cell_write(e->hive, cell, body_len, list.len, &element, sizeof element);
        node->values = cell;
        node->n_values++;
        return 0;
}

static int add_value(struct hive_edit *e, struct hive_node *node, const struct hive_name *name, uint32_t type,
                     ow_view bytes, uint32_t *ret_cell, ow_error *err)
{
        struct hive_value value = { .type = type }, check;
        int r;

        r = hive_data_store(e, &value, bytes, err);
        if (r >= 0)
                r = hive_edit_alloc(e, hive_value_body_size(name), &value.cell, &value.body_len, err);
        if (r < 0)
                return r;
        hive_value_encode_new(e->hive, &value, name);
        r = hive_value_decode(e->hive, value.cell, &check, err);
        if (r >= 0)
                r = append(e, node, value.cell, err);
        *ret_cell = value.cell;
        return r;
}

/* The cell of the old data when the new bytes can go there. */
static bool fits_in_place(ow_hive *h, const struct hive_value *value, size_t size, ow_view *ret_body)
{
        ow_view flat;
        bool big;

        if (value->in_line || size <= sizeof value->inline_data || size > HIVE_SEGMENT_BYTES)
                return false;
        return hive_data_open(h, value, &big, &flat, NULL) >= 0 && !big &&
               hive_cell_view(h, value->data, ret_body, NULL) >= 0 && ret_body->len >= size;
}

static int replace(struct hive_edit *e, struct hive_value *value, uint32_t type, ow_view bytes, ow_error *err)
{
        struct hive_value old = *value;
        ow_view body;
        int r;

        value->type = type;
        if (fits_in_place(e->hive, value, bytes.len, &body)) {
                hive_cell_write(e->hive, value->data, body.len, 0, bytes.p, bytes.len);
                hive_cell_zero(e->hive, value->data, body.len, bytes.len, body.len - bytes.len);
                hive_cell_trim(e->hive, value->data, (uint32_t)body.len, (uint32_t)bytes.len);
                value->size = (uint32_t)bytes.len;
        } else {
                r = hive_data_store(e, value, bytes, err);
                if (r >= 0)
                        r = hive_data_drop(e, &old, err);
                /* Damaged old data are left where they are; the value itself is sound again. */
                if (r < 0 && r != OW_E_CORRUPT)
                        return r;
        }
        hive_value_store(e->hive, value);
        return 0;
}

int ow_hive_set_value(ow_hive *hive, ow_key key, const char *name, uint32_t type, const void *data, size_t size,
                      ow_error *err)
{
        HIVE_AUTO_EDIT e = { 0 };
        HIVE_AUTO_NAME wanted = { 0 };
        ow_view bytes = { data, size };
        struct hive_value value;
        struct hive_node node;
        uint32_t added = 0;
        int r;

        r = hive_name_init(&wanted, name, strlen(name), HIVE_MAX_VALUE_NAME, err);
        if (r < 0)
                return r;
        r = look(&e, hive, key.cell, &wanted, &node, &value, err);
        if (r < 0)
                return r;
        if (r > 0 && value.type == type && hive_data_equal(hive, &value, bytes, NULL) == 1)
                return 0;
        if (!hive_map_reserve(&hive->changed, 1))
                return ow_fail_nomem(err);
        r = r > 0 ? replace(&e, &value, type, bytes, err) : add_value(&e, &node, &wanted, type, bytes, &added, err);
        if (r < 0)
                return r;
        raise_maxima(&node, &wanted, size);
        hive_node_store(hive, &node);
        (void)hive_map_put(&hive->changed, key.cell, 1);
        if (added)
                hive_names_added(hive, &node, &wanted, added);
        hive_edit_commit(&e);
        return 0;
}

/* The byte of the list at which that cell stands. */
static size_t find_element(ow_view list, uint32_t cell)
{
        size_t at = 0;

        while (at < list.len && ow_le32_at(list.p + at) != cell)
                at += 4;
        return at;
}

static int remove_value(struct hive_edit *e, struct hive_node *node, const struct hive_value *value, ow_error *err)
{
        ow_view list, body;
        size_t at = 0;
        int r;

        r = hive_values_view(e->hive, node, &list, err);
        if (r >= 0)
                at = find_element(list, value->cell);
        if (r >= 0 && at == list.len)
                return ow_fail(err, OW_E_CORRUPT, node->values, "value at 0x%x is not in the list of its key at 0x%x",
                               value->cell, node->cell);
        if (r >= 0)
                r = hive_cell_view(e->hive, node->values, &body, err);
        if (r >= 0)
                r = hive_edit_drop(e, value->cell, err);
        if (r >= 0)
                r = hive_data_drop(e, value, err);
        if (r < 0 && r != OW_E_CORRUPT)
                return r;
        if (node->n_values == 1) {
                r = hive_edit_drop(e, node->values, err);
                if (r < 0)
                        return r;
                node->values = HIVE_NIL;
        } else {
                hive_cell_move(e->hive, node->values, body.len, at, at + 4, list.len - at - 4);
        }
        node->n_values--;
        return 0;
}

int ow_hive_delete_value(ow_hive *hive, ow_key key, const char *name, ow_error *err)
{
        HIVE_AUTO_EDIT e = { 0 };
        HIVE_AUTO_NAME wanted = { 0 };
        struct hive_value value;
        struct hive_node node;
        int r;

        r = hive_name_init(&wanted, name, strlen(name), HIVE_MAX_VALUE_NAME, err);
        if (r == OW_E_LIMIT)
                return 0;
        if (r < 0)
                return r;
        r = look(&e, hive, key.cell, &wanted, &node, &value, err);
        if (r <= 0)
                return r;
        if (!hive_map_reserve(&hive->changed, 1))
                return ow_fail_nomem(err);
        r = remove_value(&e, &node, &value, err);
        if (r < 0)
                return r;
        hive_node_store(hive, &node);
        (void)hive_map_put(&hive->changed, key.cell, 1);
        hive_names_removed(hive, &node, &wanted, value.cell);
        hive_edit_commit(&e);
        return 1;
}
