/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys by path, what a key says of itself, values and their data. */
#include <string.h>

#include "base/alloc.h"
#include "base/utf16.h"
#include "hive/hive.h"

int ow_hive_find(ow_hive *hive, ow_key at, const char *path, ow_key *ret_key, ow_error *err)
{
        const char *part;
        size_t size;

        for (part = hive_path_next(path, &size); size > 0; part = hive_path_next(part + size, &size)) {
                HIVE_AUTO_NAME name = { 0 };
                struct hive_node node;
                int r;

                r = hive_name_init(&name, part, size, HIVE_MAX_KEY_NAME, err);
                if (r == OW_E_LIMIT)
                        return 0;       /* no key can have that name */
                if (r < 0)
                        return r;
                r = hive_node_decode(hive, at.cell, &node, err);
                if (r < 0)
                        return r;
                r = hive_find_subkey(hive, &node, &name, &at.cell, err);
                if (r <= 0)
                        return r;
        }
        *ret_key = at;
        return 1;
}

static int read_class(ow_hive *h, const struct hive_node *node, ow_blob *ret, ow_error *err)
{
        ow_view text;
        int r = hive_class_view(h, node, &text, err);

        if (r < 0 || text.len == 0)
                return r;
        ret->p = ow_malloc(text.len);
        if (!ret->p)
                return ow_fail_nomem(err);
        memcpy(ret->p, text.p, text.len);
        ret->size = text.len;
        return 0;
}

int ow_hive_key_info(ow_hive *hive, ow_key key, ow_key_info *ret, ow_error *err)
{
        ow_key_info info = { 0 };
        struct hive_node node;
        int r;

        r = hive_node_decode(hive, key.cell, &node, err);
        if (r < 0)
                return r;
        r = read_class(hive, &node, &info.class_name, err);
        if (r < 0)
                return r;
        info.name = hive_name_text(node.name, hive_node_latin1(&node));
        if (!info.name) {
                ow_key_info_done(&info);
                return ow_fail_nomem(err);
        }
        info.written = node.written;
        info.n_subkeys = node.n_subkeys;
        info.n_values = node.flags & OW_KEY_PREDEFINED ? 0 : node.n_values;
        info.n_volatile = node.n_volatile;
        info.flags = node.flags;
        info.layer = node.layer;
        info.security_cell = node.security;
        *ret = info;
        return 0;
}

void ow_key_info_done(ow_key_info *info)
{
        ow_free(info->name);
        info->name = NULL;
        ow_blob_done(&info->class_name);
}

int ow_hive_parent(ow_hive *hive, ow_key key, ow_key *ret_parent, ow_error *err)
{
        struct hive_node node, parent;
        int r;

        if (key.cell == hive->base.root)
                return 0;
        r = hive_node_decode(hive, key.cell, &node, err);
        if (r < 0)
                return r;
        r = hive_node_decode(hive, node.parent, &parent, err);
        if (r < 0)
                return ow_wrap(err, r, "parent of the key at 0x%x", key.cell);
        ret_parent->cell = node.parent;
        return 1;
}

int ow_hive_find_value(ow_hive *hive, ow_key key, const char *name, ow_value *ret_value, ow_error *err)
{
        HIVE_AUTO_NAME wanted = { 0 };
        struct hive_value value;
        struct hive_node node;
        int r;

        r = hive_name_init(&wanted, name, strlen(name), HIVE_MAX_VALUE_NAME, err);
        if (r == OW_E_LIMIT)
                return 0;
        if (r < 0)
                return r;
        r = hive_node_decode(hive, key.cell, &node, err);
        if (r < 0)
                return r;
        r = hive_find_value(hive, &node, &wanted, &value, err);
        if (r > 0)
                ret_value->cell = value.cell;
        return r;
}

int ow_hive_value_info(ow_hive *hive, ow_value value, ow_value_info *ret, ow_error *err)
{
        struct hive_value v;
        char *name;
        int r;

        r = hive_value_decode(hive, value.cell, &v, err);
        if (r < 0)
                return r;
        name = hive_name_text(v.name, v.flags & HIVE_VALUE_COMP_NAME);
        if (!name)
                return ow_fail_nomem(err);
        *ret = (ow_value_info){ name, v.type, v.size };
        return 0;
}

void ow_value_info_done(ow_value_info *info)
{
        ow_free(info->name);
        info->name = NULL;
}

int ow_hive_read_value(ow_hive *hive, ow_value value, uint32_t *ret_type, ow_blob *ret, ow_error *err)
{
        struct hive_value v;
        ow_view flat;
        uint8_t *data;
        bool big;
        int r;

        r = hive_value_decode(hive, value.cell, &v, err);
        if (r < 0)
                return r;
        r = hive_data_open(hive, &v, &big, &flat, err);
        if (r < 0)
                return r;
        if (big) {
                struct hive_bigdata db;

                /* Before the size is believed: that many segments are there. */
                r = hive_bigdata_decode(hive, v.data, v.size, &db, err);
                if (r < 0)
                        return r;
        }
        data = ow_malloc(v.size);
        if (!data)
                return ow_fail_nomem(err);
        r = hive_data_copy(hive, &v, data, err);
        if (r < 0) {
                ow_free(data);
                return r;
        }
        *ret = (ow_blob){ data, v.size };
        if (ret_type)
                *ret_type = v.type;
        return 0;
}

int ow_hive_get_value(ow_hive *hive, ow_key key, const char *name, uint32_t *ret_type, ow_blob *ret, ow_error *err)
{
        ow_value value;
        int r = ow_hive_find_value(hive, key, name, &value, err);

        if (r <= 0)
                return r;
        r = ow_hive_read_value(hive, value, ret_type, ret, err);
        return r < 0 ? r : 1;
}

int ow_hive_next_piece(ow_hive *hive, ow_value value, uint32_t *at, const uint8_t **ret, size_t *ret_size,
                       ow_error *err)
{
        struct hive_bigdata db;
        struct hive_value v;
        ow_view piece;
        uint32_t cell;
        bool big;
        int r;

        r = hive_value_decode(hive, value.cell, &v, err);
        if (r < 0)
                return r;
        if (*at >= v.size)
                return 0;
        r = hive_data_open(hive, &v, &big, &piece, err);
        if (r >= 0 && big) {
                r = hive_bigdata_decode(hive, v.data, v.size, &db, err);
                if (r >= 0)
                        r = hive_bigdata_segment(hive, &db, v.size, *at / HIVE_SEGMENT_BYTES, &cell, &piece, err);
        }
        if (r < 0)
                return r;
        if (v.in_line)
                piece.p = hive_value_inline(&v);
        if (!ow_view_from(piece, big ? *at % HIVE_SEGMENT_BYTES : *at, &piece))
                return ow_fail(err, OW_E_INVAL, value.cell, "no data at %u of the value at 0x%x", *at, value.cell);
        *ret = piece.p;
        *ret_size = piece.len;
        *at += (uint32_t)piece.len;
        return 1;
}

int ow_hive_link_target(ow_hive *hive, ow_key key, char **ret_target, ow_error *err)
{
        struct hive_node node;
        uint32_t type = 0;
        ow_blob data;
        char *text;
        int r;

        r = hive_node_decode(hive, key.cell, &node, err);
        if (r < 0)
                return r;
        if (!(node.flags & OW_KEY_LINK))
                return 0;
        r = ow_hive_get_value(hive, key, "SymbolicLinkValue", &type, &data, err);
        if (r < 0)
                return r;
        if (r == 0)
                return ow_fail(err, OW_E_CORRUPT, key.cell, "link at 0x%x has no target", key.cell);
        text = type == OW_REG_LINK ? ow_utf16_text((ow_view){ data.p, data.size }) : NULL;
        ow_blob_done(&data);
        if (type != OW_REG_LINK)
                return ow_fail(err, OW_E_CORRUPT, key.cell, "target of the link at 0x%x has type %u, not REG_LINK",
                               key.cell, type);
        if (!text)
                return ow_fail_nomem(err);
        *ret_target = text;
        return 1;
}

const char *ow_reg_type_name(uint32_t type)
{
        static const char *const names[] = {
                "REG_NONE",
                "REG_SZ",
                "REG_EXPAND_SZ",
                "REG_BINARY",
                "REG_DWORD",
                "REG_DWORD_BIG_ENDIAN",
                "REG_LINK",
                "REG_MULTI_SZ",
                "REG_RESOURCE_LIST",
                "REG_FULL_RESOURCE_DESCRIPTOR",
                "REG_RESOURCE_REQUIREMENTS_LIST",
                "REG_QWORD",
        };

        return type < OW_COUNT(names) ? names[type] : NULL;
}
