/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hive/names.h"

#include "base/le.h"
#include "base/upcase.h"
#include "hive/hive.h"
#include "hive/marvin.h"

enum {
        FEW = 8,         /* values that are as well looked at one by one */
        LONG_NAME = 256, /* bytes of a name, on average, up to which it is worth it */
};

void hive_names_forget(struct hive_names *names)
{
        hive_map_done(&names->cells);
        *names = (struct hive_names){ .key = 0 };
}

static uint32_t hash_of(const struct hive_name *name)
{
        struct hive_marvin m = hive_marvin_start();

        for (size_t i = 0; i < name->n; i++)
                hive_marvin_mix(&m, name->upper[i]);
        return hive_marvin_end(&m);
}

uint32_t hive_names_hash(ow_view stored, bool latin1)
{
        struct hive_marvin m = hive_marvin_start();
        size_t n = hive_name_units(stored, latin1);

        for (size_t i = 0; i < n; i++)
                hive_marvin_mix(&m, ow_upcase(hive_name_unit(stored, latin1, i)));
        return hive_marvin_end(&m);
}

static bool is_of(const struct hive_names *names, const struct hive_node *node)
{
        return names->key == node->cell && names->list == node->values && names->n == node->n_values;
}

/* A key with two values of one name, or with a damaged one, is better gone through as it is. */
static bool add_record(ow_hive *h, uint32_t cell, size_t *room)
{
        struct hive_names *names = &h->names;
        struct hive_value v, other;
        uint32_t hash, there;
        size_t at = 0;

        if (hive_value_decode(h, cell, &v, NULL) < 0 || v.name.len > *room)
                return false;
        *room -= v.name.len;
        hash = hive_names_hash(v.name, v.flags & HIVE_VALUE_COMP_NAME);
        while ((there = hive_map_next(&names->cells, hash, &at)) != 0)
                if (hive_value_decode(h, there, &other, NULL) < 0 || hive_value_same_name(&v, &other))
                        return false;
        return hive_map_add(&names->cells, hash, cell);
}

static void learn(ow_hive *h, ow_view list)
{
        struct hive_names *names = &h->names;
        size_t n = list.len / 4, room = n * LONG_NAME;

        names->state = HIVE_NAMES_KNOWN;
        for (size_t i = 0; i < n; i++) {
                if (!add_record(h, ow_le32_at(list.p + 4 * i), &room)) {
                        hive_map_done(&names->cells);
                        names->state = HIVE_NAMES_UNFIT;
                        return;
                }
        }
}

int hive_names_find(ow_hive *h, const struct hive_node *node, ow_view list, const struct hive_name *name,
                    struct hive_value *ret)
{
        struct hive_names *names = &h->names;
        uint32_t hash, cell;
        size_t at = 0;

        if (list.len / 4 < FEW)
                return -1;
        if (!is_of(names, node)) {
                /* Most keys are asked for one value only: the second look is what pays. */
                hive_names_forget(names);
                *names = (struct hive_names){
                        node->cell, node->values, node->n_values, HIVE_NAMES_SEEN, { NULL, 0, 0, 0 }
                };
                return -1;
        }
        if (names->state == HIVE_NAMES_SEEN)
                learn(h, list);
        if (names->state == HIVE_NAMES_UNFIT)
                return -1;
        hash = hash_of(name);
        while ((cell = hive_map_next(&names->cells, hash, &at)) != 0) {
                if (hive_value_decode(h, cell, ret, NULL) < 0) {
                        hive_names_forget(names);
                        return -1;
                }
                if (hive_name_equal(ret->name, ret->flags & HIVE_VALUE_COMP_NAME, name))
                        return 1;
        }
        return 0;
}

/* Goes along with one edit of its key; with any other it is of no use any more. */
static bool follow(struct hive_names *names, const struct hive_node *node, uint32_t n_before)
{
        if (names->key != node->cell || names->n != n_before) {
                hive_names_forget(names);
                return false;
        }
        names->list = node->values;
        names->n = node->n_values;
        return names->state == HIVE_NAMES_KNOWN;
}

void hive_names_added(ow_hive *h, const struct hive_node *node, const struct hive_name *name, uint32_t cell)
{
        struct hive_names *names = &h->names;

        if (follow(names, node, node->n_values - 1) && !hive_map_add(&names->cells, hash_of(name), cell))
                hive_names_forget(names);
}

void hive_names_removed(ow_hive *h, const struct hive_node *node, const struct hive_name *name, uint32_t cell)
{
        struct hive_names *names = &h->names;

        if (follow(names, node, node->n_values + 1))
                hive_map_remove_value(&names->cells, hash_of(name), cell);
}
