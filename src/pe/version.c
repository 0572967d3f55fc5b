/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A version resource: blocks of u16 length, u16 length of the value, u16 type, a key in UTF-16 with its NUL, the
 * value and the children, each of them on 4 bytes. Depth is fixed: VS_VERSION_INFO, StringFileInfo, a table per
 * language, strings.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "base/view.h"
#include "pe/pe.h"

enum { MAX_SIZE = 64 * 1024, HEAD = 6, FIXED_SIZE = 52, MAX_KEY = 64 };
static const uint32_t FIXED_MAGIC = 0xfeef04bd;

struct block {
        char key[MAX_KEY]; /* ASCII, cut */
        bool text;
        ow_view value, children;
};

static size_t on_4(size_t n)
{
        return (n + 3) & ~(size_t)3;
}

/* The block at the start of *at, which is moved past it; false at the end, or where the lengths make no sense. */
static bool next_block(ow_view *at, struct block *ret)
{
        size_t length, value_length, pos = HEAD, n = 0;
        ow_view all;

        if (at->len < HEAD + 2)
                return false;
        length = ow_le16_at(at->p);
        if (length < HEAD + 2 || !ow_view_sub(*at, 0, length, &all))
                return false;
        value_length = ow_le16_at(all.p + 2);
        ret->text = ow_le16_at(all.p + 4) == 1;
        for (; pos + 2 <= all.len; pos += 2) {
                uint16_t unit = ow_le16_at(all.p + pos);

                if (unit == 0)
                        break;
                if (n + 1 < sizeof ret->key)
                        ret->key[n++] = unit < 0x80 ? (char)unit : '?';
        }
        ret->key[n] = '\0';
        pos = on_4(pos + 2);
        if (pos > all.len)
                pos = all.len;
        /* The length of a text counts units, by some compilers bytes: never trust it past the block. */
        value_length *= ret->text ? 2 : 1;
        if (value_length > all.len - pos)
                value_length = all.len - pos;
        ret->value = (ow_view){ all.p + pos, value_length };
        pos = on_4(pos + value_length);
        ret->children = pos < all.len ? (ow_view){ all.p + pos, all.len - pos } : (ow_view){ all.p, 0 };
        length = on_4(length);
        *at = length < at->len ? (ow_view){ at->p + length, at->len - length } : (ow_view){ at->p, 0 };
        return true;
}

static void decode_fixed(ow_view value, struct pe_version *v)
{
        static const size_t at[4] = { 2, 0, 6, 4 }; /* high word of the high half first */

        if (value.len < FIXED_SIZE || ow_le32_at(value.p) != FIXED_MAGIC)
                return;
        v->has_fixed = true;
        for (size_t i = 0; i < 4; i++) {
                v->file[i] = ow_le16_at(value.p + 8 + at[i]);
                v->product[i] = ow_le16_at(value.p + 16 + at[i]);
        }
}

static int copy_text(ow_view utf16, char *buf, size_t size, ow_error *err)
{
        OW_AUTO_FREE char *text = NULL;
        size_t n = 0;

        while (n + 2 <= utf16.len && ow_le16_at(utf16.p + n) != 0)
                n += 2;
        text = ow_utf16_text((ow_view){ utf16.p, n });
        if (!text)
                return ow_fail_nomem(err);
        n = strlen(text);
        if (n >= size)
                for (n = size - 1; n > 0 && ((uint8_t)text[n] & 0xc0) == 0x80;)
                        n--;
        memcpy(buf, text, n);
        buf[n] = '\0';
        return 0;
}

/* Strings of one language; what is there already stays. */
static int decode_table(ow_view strings, struct pe_version *v, ow_error *err)
{
        const struct {
                const char *key;
                char *buf;
                size_t size;
        } known[] = {
                { "CompanyName", v->company, sizeof v->company },
                { "ProductName", v->product_name, sizeof v->product_name },
                { "FileDescription", v->description, sizeof v->description },
                { "OriginalFilename", v->original_name, sizeof v->original_name },
                { "FileVersion", v->file_version, sizeof v->file_version },
                { "ProductVersion", v->product_version, sizeof v->product_version },
        };
        struct block string;

        while (next_block(&strings, &string))
                for (size_t i = 0; i < OW_COUNT(known); i++) {
                        int r;

                        if (known[i].buf[0] || strcmp(known[i].key, string.key) != 0)
                                continue;
                        r = copy_text(string.value, known[i].buf, known[i].size, err);
                        if (r < 0)
                                return r;
                }
        return 0;
}

int pe_version_decode(const uint8_t *bytes, size_t size, struct pe_version *ret, ow_error *err)
{
        struct pe_version v = { .has_fixed = false };
        ow_view all = { bytes, size };
        struct block root, info, table;

        if (!next_block(&all, &root) || strcmp(root.key, "VS_VERSION_INFO") != 0)
                return ow_fail(err, OW_E_CORRUPT, 0, "the version resource does not begin as one");
        decode_fixed(root.value, &v);
        while (next_block(&root.children, &info)) {
                if (strcmp(info.key, "StringFileInfo") != 0)
                        continue;
                while (next_block(&info.children, &table)) {
                        int r = decode_table(table.children, &v, err);

                        if (r < 0)
                                return r;
                }
        }
        *ret = v;
        return 0;
}

int pe_version_find(struct pe_file *pe, struct pe_version *ret, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bytes = NULL;
        struct pe_data data;
        int r = pe_resource_find(pe, PE_RESOURCE_VERSION, PE_ANY, &data, err);

        if (r <= 0)
                return r;
        if (data.size == 0 || data.size > MAX_SIZE)
                return ow_fail(err, OW_E_CORRUPT, data.rva, "a version resource of %u bytes, limit %d", data.size,
                               MAX_SIZE);
        bytes = ow_malloc(data.size);
        if (!bytes)
                return ow_fail_nomem(err);
        r = pe_read(pe, data.rva, bytes, data.size, err);
        if (r >= 0)
                r = pe_version_decode(bytes, data.size, ret, err);
        return r < 0 ? r : 1;
}
