/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key nodes; docs/formats/regf.md 4.1. */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "hive/hive.h"

struct node_disk {
        uint8_t magic[2];       /* 0x00 "nk" */
        ow_le16 flags;          /* 0x02 enum ow_key_flags */
        ow_le64 written;        /* 0x04 FILETIME */
        uint8_t access;         /* 0x0c who touched it since boot; 0 is always legal */
        uint8_t layer;          /* 0x0d layered keys, Windows 10 and newer */
        uint8_t spare[2];       /* 0x0e */
        ow_le32 parent;         /* 0x10 cell; no meaning in the root */
        ow_le32 n_subkeys;      /* 0x14 */
        ow_le32 n_volatile;     /* 0x18 left over from the last session */
        ow_le32 subkeys;        /* 0x1c list cell */
        ow_le32 volatile_list;  /* 0x20 no meaning on disk */
        ow_le32 n_values;       /* 0x24 */
        ow_le32 values;         /* 0x28 list cell */
        ow_le32 security;       /* 0x2c cell */
        ow_le32 class_name;     /* 0x30 cell */
        ow_le16 max_name;       /* 0x34 bytes */
        uint8_t user_flags;     /* 0x36 virtualization and Wow64 */
        uint8_t debug;          /* 0x37 */
        ow_le32 max_class;      /* 0x38 bytes */
        ow_le32 max_value_name; /* 0x3c bytes */
        ow_le32 max_value_data; /* 0x40 bytes */
        ow_le32 work;           /* 0x44 any value */
        ow_le16 name_len;       /* 0x48 bytes */
        ow_le16 class_len;      /* 0x4a bytes */
};                              /* 0x4c name follows */
static_assert(sizeof(struct node_disk) == 0x4c, "regf key node");
static_assert(offsetof(struct node_disk, class_name) == 0x30, "regf key node");
static_assert(offsetof(struct node_disk, name_len) == 0x48, "regf key node");

int hive_node_decode(ow_hive *h, uint32_t cell, struct hive_node *ret, ow_error *err)
{
        struct node_disk d;
        ow_view body, name;
        int r;

        r = hive_cell_view(h, cell, &body, err);
        if (r < 0)
                return r;
        if (!ow_view_copy(body, 0, &d, sizeof d))
                return ow_fail(err, OW_E_CORRUPT, cell, "key node at 0x%x holds %zu bytes, needs %zu", cell, body.len,
                               sizeof d);
        if (memcmp(d.magic, "nk", sizeof d.magic) != 0)
                return ow_fail(err, OW_E_CORRUPT, cell, "key node at 0x%x starts with %02x%02x", cell, d.magic[0],
                               d.magic[1]);
        if (!ow_view_sub(body, sizeof d, ow_le16_get(d.name_len), &name))
                return ow_fail(err, OW_E_CORRUPT, cell, "key name of %u bytes leaves its cell 0x%x",
                               ow_le16_get(d.name_len), cell);
        if (name.len == 0 || (!(ow_le16_get(d.flags) & OW_KEY_LATIN1) && name.len % 2))
                return ow_fail(err, OW_E_CORRUPT, cell, "key name of %zu bytes at 0x%x", name.len, cell);

        *ret = (struct hive_node){
                .cell = cell,
                .body_len = (uint32_t)body.len,
                .flags = ow_le16_get(d.flags),
                /* Before 1.5 this byte belonged to a spare field that could hold anything. */
                .layer = hive_minor(h) >= 5 ? d.layer : 0,
                .access = d.access,
                .user_flags = d.user_flags,
                .written = ow_le64_at(d.written.b),
                .parent = ow_le32_get(d.parent),
                .n_subkeys = ow_le32_get(d.n_subkeys),
                .n_volatile = ow_le32_get(d.n_volatile),
                .subkeys = ow_le32_get(d.subkeys),
                .n_values = ow_le32_get(d.n_values),
                .values = ow_le32_get(d.values),
                .security = ow_le32_get(d.security),
                .class_cell = ow_le32_get(d.class_name),
                .class_len = ow_le16_get(d.class_len),
                .max_name = ow_le16_get(d.max_name),
                .max_class = ow_le32_get(d.max_class),
                .max_value_name = ow_le32_get(d.max_value_name),
                .max_value_data = ow_le32_get(d.max_value_data),
                .name = name,
        };
        return 0;
}

int hive_node_name(ow_hive *h, uint32_t cell, ow_view *ret, bool *ret_latin1, ow_error *err)
{
        struct hive_node node;
        ow_view body;
        uint16_t flags;
        int r = hive_cell_view(h, cell, &body, err);

        if (r < 0)
                return r;
        /* What hive_node_decode() accepts, without the rest of the record. */
        if (body.len >= sizeof(struct node_disk) && body.p[0] == 'n' && body.p[1] == 'k' &&
            ow_view_sub(body, sizeof(struct node_disk),
                        ow_le16_at(body.p + offsetof(struct node_disk, name_len)), ret)) {
                flags = ow_le16_at(body.p + offsetof(struct node_disk, flags));
                *ret_latin1 = flags & OW_KEY_LATIN1;
                if (ret->len > 0 && (*ret_latin1 || ret->len % 2 == 0))
                        return 0;
        }
        r = hive_node_decode(h, cell, &node, err);
        return r < 0 ? r : ow_fail(err, OW_E_CORRUPT, cell, "name of the key at 0x%x cannot be read", cell);
}

int hive_node_order(const void *a, const void *b, void *hive)
{
        ow_view x, y;
        bool x_latin1, y_latin1;
        ow_hive_name xn, yn;

        /* Should one fail now, any order will do. */
        if (hive_node_name(hive, *(const uint32_t *)a, &x, &x_latin1, NULL) < 0 ||
            hive_node_name(hive, *(const uint32_t *)b, &y, &y_latin1, NULL) < 0)
                return 0;
        xn = hive_name_shown(x, x_latin1);
        yn = hive_name_shown(y, y_latin1);
        return ow_hive_name_compare(&xn, &yn);
}

/* flags and name are set by hive_node_encode_new() and hive_node_store_name(). */
static void encode(const struct hive_node *n, struct node_disk *d)
{
        d->written = ow_le64_of(n->written);
        d->parent = ow_le32_of(n->parent);
        d->n_subkeys = ow_le32_of(n->n_subkeys);
        d->n_volatile = ow_le32_of(n->n_volatile);
        d->subkeys = ow_le32_of(n->subkeys);
        d->n_values = ow_le32_of(n->n_values);
        d->values = ow_le32_of(n->values);
        d->security = ow_le32_of(n->security);
        d->class_name = ow_le32_of(n->class_cell);
        d->class_len = ow_le16_of(n->class_len);
        d->max_name = ow_le16_of(n->max_name);
        d->max_class = ow_le32_of(n->max_class);
        d->max_value_name = ow_le32_of(n->max_value_name);
        d->max_value_data = ow_le32_of(n->max_value_data);
}

void hive_node_store(ow_hive *h, const struct hive_node *node)
{
        struct node_disk d;

        memcpy(&d, node->name.p - sizeof d, sizeof d);
        encode(node, &d);
        hive_cell_write(h, node->cell, node->body_len, 0, &d, sizeof d);
}

void hive_node_stamp(ow_hive *h, const struct hive_node *node, uint64_t now)
{
        ow_le64 written = ow_le64_of(now);

        hive_cell_write(h, node->cell, node->body_len, offsetof(struct node_disk, written), &written, sizeof written);
}

size_t hive_node_body_size(const struct hive_name *name)
{
        return sizeof(struct node_disk) + hive_name_store(name, NULL);
}

/* The name and what the fixed part says of it. */
static void put_name(ow_hive *h, const struct hive_node *node, struct node_disk *d, const struct hive_name *name)
{
        uint8_t bytes[2 * HIVE_MAX_KEY_NAME];
        size_t size, room = node->body_len - sizeof *d;
        uint16_t flags = (uint16_t)(node->flags & ~OW_KEY_LATIN1);

        assert(name->n > 0 && name->n <= HIVE_MAX_KEY_NAME);
        size = hive_name_store(name, bytes);
        d->flags = ow_le16_of((uint16_t)(flags | (name->latin1 ? OW_KEY_LATIN1 : 0)));
        d->name_len = ow_le16_of((uint16_t)size);
        hive_cell_write(h, node->cell, node->body_len, 0, d, sizeof *d);
        hive_cell_write(h, node->cell, node->body_len, sizeof *d, bytes, size);
        hive_cell_zero(h, node->cell, node->body_len, sizeof *d + size, room - size);
}

void hive_node_encode_new(ow_hive *h, const struct hive_node *node, const struct hive_name *name)
{
        struct node_disk d = { .magic = "nk", .access = node->access, .layer = node->layer,
                               .volatile_list = ow_le32_of(HIVE_NIL), .user_flags = node->user_flags };

        encode(node, &d);
        put_name(h, node, &d, name);
}

void hive_node_store_name(ow_hive *h, const struct hive_node *node, const struct hive_name *name)
{
        struct node_disk d;

        memcpy(&d, node->name.p - sizeof d, sizeof d);
        encode(node, &d);
        put_name(h, node, &d, name);
}
