/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The values of one key: list, records, names, data, links, and what the node says of them; regf.md 4.4 to 4.6. */
#include "base/le.h"
#include "base/upcase.h"
#include "hive/check.h"

enum { SIZE_AT = 4, MAX_VALUE_NAME_AT = 0x3c, MAX_VALUE_DATA_AT = 0x40 };

struct values {
        const struct hive_node *node;
        uint32_t longest_name, largest_data;
        bool link;              /* a well-formed target was seen */
};

static uint16_t upper_unit(const struct hive_value *v, size_t i)
{
        return ow_upcase(hive_name_unit(v->name, v->flags & HIVE_VALUE_COMP_NAME, i));
}

static size_t units_of(const struct hive_value *v)
{
        return hive_name_units(v->name, v->flags & HIVE_VALUE_COMP_NAME);
}

/* Remembers the name; each other value of the key that had it already is told. */
static void check_duplicate(struct hive_check *c, const struct hive_value *v)
{
        uint32_t hash = hive_names_hash(v->name, v->flags & HIVE_VALUE_COMP_NAME), cell;
        struct hive_value other;
        size_t at = 0;

        while ((cell = hive_map_next(&c->names, hash, &at)) != 0) {
                if (hive_value_decode(c->hive, cell, &other, NULL) >= 0 && hive_value_same_name(v, &other)) {
                        hive_check_tell(c, v->cell, "values at 0x%x and 0x%x have the same name and key", cell,
                                        v->cell);
                        return;
                }
        }
        if (!hive_map_add(&c->names, hash, v->cell))
                c->broken = ow_fail_nomem(&c->error);
}

static void check_data(struct hive_check *c, const struct hive_value *v)
{
        struct hive_bigdata db;
        ow_view piece;
        uint32_t cell;
        bool big;

        if (v->in_line)
                return;
        if (hive_check_failed(c, hive_data_open(c->hive, v, &big, &piece, &c->error)) || !hive_check_reach(c,
                                                                                                           v->data))
                return;
        if (!big) {
                if (v->size > HIVE_MAX_FLAT_VALUE && hive_minor(c->hive) < 4)
                        hive_check_tell(c, v->cell, "value at 0x%x has %u bytes, limit of version 1.%u %d", v->cell,
                                        v->size, hive_minor(c->hive), HIVE_MAX_FLAT_VALUE);
                if (v->size > HIVE_SEGMENT_BYTES && hive_minor(c->hive) >= 4)
                        hive_check_tell(c, v->cell,
                                        "value at 0x%x has %u bytes in one cell; version 1.%u wants big data",
                                        v->cell, v->size, hive_minor(c->hive));
                return;
        }
        if (hive_check_failed(c, hive_bigdata_decode(c->hive, v->data, v->size, &db, &c->error)) ||
            !hive_check_reach(c, db.segments))
                return;
        for (uint32_t i = 0; i < db.count && !c->broken; i++)
                if (!hive_check_failed(c, hive_bigdata_segment(c->hive, &db, v->size, i, &cell, &piece, &c->error)))
                        (void)hive_check_reach(c, cell);
}

/* Size 0 without the bit for "inside the record": Windows takes it only where the data are no cell. */
static void check_nothing(struct hive_check *c, const struct hive_value *v)
{
        static const uint8_t right[8] = { 0, 0, 0, 0x80 };
        ow_le32 size;
        ow_view body;

        if (v->size != 0 || hive_check_failed(c, hive_cell_view(c->hive, v->cell, &body, &c->error)) ||
            !ow_view_copy(body, SIZE_AT, &size, sizeof size) || ow_le32_get(size) != 0 || v->data == HIVE_NIL)
                return;
        if (hive_check_mends(c, v->cell + HIVE_CELL_HEAD + SIZE_AT,
                             "value at 0x%x has no data, but names a cell for them", v->cell))
                hive_cell_write(c->hive, v->cell, body.len, SIZE_AT, right, sizeof right);
}

static void check_record(struct hive_check *c, const struct hive_value *v)
{
        bool latin1 = v->flags & HIVE_VALUE_COMP_NAME;

        if (!latin1 && v->name.len % 2)
                hive_check_tell(c, v->cell, "value name of %zu bytes at 0x%x, no UTF-16", v->name.len, v->cell);
        if (units_of(v) > HIVE_MAX_VALUE_NAME)
                hive_check_tell(c, v->cell, "name of the value at 0x%x has %zu UTF-16 units, limit %d", v->cell,
                                units_of(v),
                                HIVE_MAX_VALUE_NAME);
        if (v->flags & HIVE_VALUE_TOMBSTONE && hive_minor(c->hive) < 6)
                hive_check_tell(c, v->cell, "value at 0x%x is a tombstone; version 1.%u has none", v->cell,
                                hive_minor(c->hive));
        check_nothing(c, v);
}

/* The target of a symbolic link: UTF-16 of a full path, without a NUL. */
static bool is_target(struct hive_check *c, const struct hive_value *v)
{
        static const char name[] = "SymbolicLinkValue";
        ow_view data;
        bool big;

        if (v->type != OW_REG_LINK || units_of(v) != sizeof name - 1 || v->size < 4 || v->size % 2)
                return false;
        for (size_t i = 0; i < sizeof name - 1; i++)
                if (upper_unit(v, i) != ow_upcase((uint16_t)name[i]))
                        return false;
        if (hive_data_open(c->hive, v, &big, &data, NULL) < 0 || big || ow_le16_at(data.p) != '\\')
                return false;
        for (size_t i = 0; i + 1 < data.len; i += 2)
                if (ow_le16_at(data.p + i) == 0)
                        return false;
        return true;
}

static void check_value(struct hive_check *c, uint32_t cell, struct values *all)
{
        struct hive_value v;
        uint32_t name_bytes;

        if (hive_check_failed(c, hive_value_decode(c->hive, cell, &v, &c->error)) || !hive_check_reach(c, cell))
                return;
        c->report.values++;
        name_bytes = 2 * (uint32_t)units_of(&v);
        if (all->longest_name < name_bytes)
                all->longest_name = name_bytes;
        if (all->largest_data < v.size)
                all->largest_data = v.size;
        check_record(c, &v);
        check_duplicate(c, &v);
        check_data(c, &v);
        if (all->node->flags & OW_KEY_LINK)
                all->link = all->link || is_target(c, &v);
}

void hive_check_values(struct hive_check *c, struct hive_node *node)
{
        struct values all = { .node = node };
        ow_view list;

        /* Of a key that stands for a handle nobody touches the values, which may be there all the same. */
        if (node->flags & OW_KEY_PREDEFINED) {
                c->doubt = c->doubt || hive_cell_view(c->hive, node->values, &list, NULL) >= 0;
                return;
        }
        if (hive_check_failed(c, hive_values_view(c->hive, node, &list, &c->error)))
                return;
        if (list.len > 0 && hive_check_reach(c, node->values)) {
                for (size_t i = 0; i < list.len / 4 && !c->broken; i++)
                        check_value(c, ow_le32_at(list.p + 4 * i), &all);
                hive_map_done(&c->names);
        }
        if (c->broken)
                return;
        if (node->flags & OW_KEY_LINK && !all.link)
                hive_check_tell(c, node->cell, "key at 0x%x is a link, but has no value that says where to",
                                node->cell);
        hive_check_largest(c, node, &node->max_value_name, MAX_VALUE_NAME_AT, all.longest_name,
                           "longest value name");
        hive_check_largest(c, node, &node->max_value_data, MAX_VALUE_DATA_AT, all.largest_data, "largest value");
}
