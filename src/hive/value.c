/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Value records; docs/formats/regf.md 4.4. */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "hive/hive.h"

#define INLINE_BIT 0x80000000u

struct value_disk {
        uint8_t magic[2];       /* 0x00 "vk" */
        ow_le16 name_len;       /* 0x02 bytes; 0: the default value */
        ow_le32 size;           /* 0x04 bytes of data; bit 31: they are in the next field */
        uint8_t data[4];        /* 0x08 cell, or up to 4 bytes of data, first byte first */
        ow_le32 type;           /* 0x0c */
        ow_le16 flags;          /* 0x10 enum hive_value_flags */
        ow_le16 spare;          /* 0x12 */
};                              /* 0x14 name follows */
static_assert(sizeof(struct value_disk) == 0x14, "regf value");
static_assert(offsetof(struct value_disk, type) == 0x0c, "regf value");

const uint8_t *hive_value_inline(const struct hive_value *value)
{
        return value->name.p - sizeof(struct value_disk) + offsetof(struct value_disk, data);
}

int hive_value_decode(ow_hive *h, uint32_t cell, struct hive_value *ret, ow_error *err)
{
        struct value_disk d;
        ow_view body, name;
        uint32_t size;
        int r;

        r = hive_cell_view(h, cell, &body, err);
        if (r < 0)
                return r;
        if (!ow_view_copy(body, 0, &d, sizeof d))
                return ow_fail(err, OW_E_CORRUPT, cell, "value at 0x%x holds %zu bytes, needs %zu", cell, body.len,
                               sizeof d);
        if (memcmp(d.magic, "vk", sizeof d.magic) != 0)
                return ow_fail(err, OW_E_CORRUPT, cell, "value at 0x%x starts with %02x%02x", cell, d.magic[0],
                               d.magic[1]);
        if (!ow_view_sub(body, sizeof d, ow_le16_get(d.name_len), &name))
                return ow_fail(err, OW_E_CORRUPT, cell, "value name of %u bytes leaves its cell 0x%x",
                               ow_le16_get(d.name_len), cell);
        size = ow_le32_get(d.size);
        if ((size & INLINE_BIT) && (size & ~INLINE_BIT) > sizeof d.data)
                return ow_fail(err, OW_E_CORRUPT, cell, "value at 0x%x keeps %u bytes in 4", cell,
                               size & ~INLINE_BIT);

        *ret = (struct hive_value){
                .cell = cell,
                .body_len = (uint32_t)body.len,
                .size = size & ~INLINE_BIT,
                .in_line = size & INLINE_BIT || size == 0,
                .data = ow_le32_at(d.data),
                .type = ow_le32_get(d.type),
                .flags = ow_le16_get(d.flags),
                .name = name,
        };
        memcpy(ret->inline_data, d.data, sizeof ret->inline_data);
        return 0;
}

static void encode(const struct hive_value *v, struct value_disk *d)
{
        d->size = ow_le32_of(v->in_line ? v->size | INLINE_BIT : v->size);
        if (v->in_line)
                memcpy(d->data, v->inline_data, sizeof d->data);
        else
                ow_le32_put(d->data, v->data);
        d->type = ow_le32_of(v->type);
}

void hive_value_store(ow_hive *h, const struct hive_value *value)
{
        struct value_disk d;

        memcpy(&d, value->name.p - sizeof d, sizeof d);
        encode(value, &d);
        hive_cell_write(h, value->cell, value->body_len, 0, &d, sizeof d);
}

bool hive_value_same_name(const struct hive_value *a, const struct hive_value *b)
{
        const ow_hive_name x = hive_name_shown(a->name, a->flags & HIVE_VALUE_COMP_NAME);
        const ow_hive_name y = hive_name_shown(b->name, b->flags & HIVE_VALUE_COMP_NAME);

        return ow_hive_name_compare(&x, &y) == 0;
}

size_t hive_value_body_size(const struct hive_name *name)
{
        return sizeof(struct value_disk) + hive_name_store(name, NULL);
}

void hive_value_encode_new(ow_hive *h, const struct hive_value *value, const struct hive_name *name)
{
        struct value_disk d = { .magic = "vk" };

        encode(value, &d);
        d.name_len = ow_le16_of((uint16_t)hive_name_store(name, NULL));
        /* Old writers leave the flag of a nameless value clear, and Windows itself does either. */
        d.flags = ow_le16_of(name->latin1 && name->n ? HIVE_VALUE_COMP_NAME : 0);
        hive_cell_write(h, value->cell, value->body_len, 0, &d, sizeof d);
        for (size_t i = 0; i < name->n; i++) {
                uint8_t unit[2];

                ow_le16_put(unit, name->units[i]);
                if (name->latin1)
                        hive_cell_write(h, value->cell, value->body_len, sizeof d + i, unit, 1);
                else
                        hive_cell_write(h, value->cell, value->body_len, sizeof d + 2 * i, unit, 2);
        }
}
