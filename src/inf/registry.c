/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AddReg: which values a section sets. docs/formats/inf.md 6. */
#include <string.h>

#include "base/le.h"
#include "base/utf16.h"
#include "inf/inf.h"

enum { /* FLG_ADDREG_*, Microsoft "INF AddReg directive" */
       BINARY_VALUE = 0x1,
       DELETE_VALUE = 0x4,
       KEY_ONLY = 0x10,
       KEY_ONLY_COMMON = 0x2000,
       TYPE_MASK = (int)0xffff0001,
       TYPE_MULTI_SZ = 0x00010000,
       TYPE_EXPAND_SZ = 0x00020000,
       TYPE_DWORD = 0x00010001,
       TYPE_NONE = 0x00020001,
};

enum { SZ = 1, EXPAND_SZ = 2, RAW = 3, DWORD = 4, MULTI_SZ = 7 }; /* REG_* */

struct rows {
        ow_inf_reg *items;
        size_t n, cap;
        size_t *budget; /* bytes that may still be spent */
};

void inf_registry_done(ow_inf_reg *rows, size_t n)
{
        for (size_t i = 0; i < n; i++)
                ow_blob_done(&rows[i].data);
        ow_free(rows);
}

static int put_text(const char *text, ow_buffer *out, ow_error *err)
{
        int r = ow_utf8_to_utf16(text, strlen(text), out, err);

        ow_buffer_put(out, "\0", 2);
        return r;
}

static int strings(const ow_inf *inf, uint32_t line, bool several, ow_buffer *out, ow_error *err)
{
        uint32_t n = ow_inf_field_count(inf, line);
        int r = 0;

        if (!several)
                return put_text(ow_inf_field(inf, line, 4), out, err);
        for (uint32_t i = 4; i < n && r == 0; i++)
                if (*ow_inf_field(inf, line, i)) /* an empty one would end the list */
                        r = put_text(ow_inf_field(inf, line, i), out, err);
        ow_buffer_put(out, "\0", 2);
        return r;
}

/* "01,0a,ff": hex without 0x, as the format has it; with it, too. */
static bool bytes(const ow_inf *inf, uint32_t line, ow_buffer *out)
{
        for (uint32_t i = 4; i < ow_inf_field_count(inf, line); i++) {
                const char *text = ow_inf_field(inf, line, i);
                char prefixed[8] = "0x";
                uint32_t number;

                if (!*text)
                        continue;
                if (text[0] == '0' && (text[1] | 0x20) == 'x')
                        text += 2;
                if (strlen(text) > 2)
                        return false;
                strcat(prefixed, text);
                if (!ow_inf_number(prefixed, &number))
                        return false;
                ow_buffer_put_byte(out, (uint8_t)number);
        }
        return true;
}

static bool dword(const ow_inf *inf, uint32_t line, ow_buffer *out)
{
        const char *text = ow_inf_field(inf, line, 4);
        uint8_t data[4];
        uint32_t number = 0;

        if (ow_inf_field_count(inf, line) == 8) /* four bytes */
                return bytes(inf, line, out);
        if (*text == '-' && ow_inf_number(text + 1, &number))
                number = 0 - number;
        else if (*text && !ow_inf_number(text, &number))
                return false;
        ow_le32_put(data, number);
        ow_buffer_put(out, data, sizeof data);
        return true;
}

/* 1 decoded, 0 it makes no sense. */
static int data_of(const ow_inf *inf, uint32_t line, ow_inf_reg *row, ow_buffer *out, ow_error *err)
{
        uint32_t kind = row->flags & (uint32_t)TYPE_MASK;
        int r;

        if (!(kind & BINARY_VALUE)) {
                row->type = kind == TYPE_MULTI_SZ ? MULTI_SZ : kind == TYPE_EXPAND_SZ ? EXPAND_SZ : SZ;
                r = strings(inf, line, kind == TYPE_MULTI_SZ, out, err);
                return r < 0 ? r : 1;
        }
        if (kind == TYPE_DWORD) {
                row->type = DWORD;
                return dword(inf, line, out);
        }
        row->type = kind == TYPE_NONE ? 0 : kind == BINARY_VALUE ? RAW : kind >> 16;
        return bytes(inf, line, out);
}

static int row_add(const ow_inf *inf, uint32_t line, struct rows *rows, ow_error *err)
{
        ow_inf_reg row = { .root = ow_inf_field(inf, line, 0),
                           .subkey = ow_inf_field(inf, line, 1),
                           .name = ow_inf_field(inf, line, 2) };
        OW_AUTO_BUFFER data = OW_BUFFER_INIT;
        const char *flags = ow_inf_field(inf, line, 3);
        void *grown;
        int r = 1;

        if (ow_inf_key(inf, line) || (*flags && !ow_inf_number(flags, &row.flags)) || row.flags & DELETE_VALUE)
                return 0;
        row.key_only =
                (row.flags & (KEY_ONLY | KEY_ONLY_COMMON)) != 0 || (!*row.name && ow_inf_field_count(inf, line) <= 4);
        if (!row.key_only)
                r = data_of(inf, line, &row, &data, err);
        if (r <= 0)
                return r;
        if (data.len + sizeof row > *rows->budget)
                return ow_fail(err, OW_E_LIMIT, ow_inf_line_number(inf, line),
                               "more than %d bytes of registry values", INF_MAX_VALUES);
        *rows->budget -= data.len + sizeof row;
        grown = ow_buffer_failed(&data) ? NULL : ow_grow(rows->items, rows->n, &rows->cap, sizeof *rows->items);
        if (!grown)
                return ow_fail_nomem(err);
        rows->items = grown;
        row.data = (ow_blob){ data.p, data.len };
        data = (ow_buffer)OW_BUFFER_INIT;
        rows->items[rows->n++] = row;
        return 0;
}

int inf_registry_get(const ow_inf *inf, const ow_inf_section *section, size_t *budget, ow_inf_reg **ret,
                     size_t *ret_n, ow_error *err)
{
        struct inf_names names = { .inf = inf, .section = *section, .key = "AddReg" };
        struct rows rows = { .budget = budget };
        const char *name;
        size_t looked = 0;
        int r = 0;

        while (r == 0 && (name = inf_names_next(&names))) {
                ow_inf_section values;

                if (!ow_inf_find(inf, name, &values))
                        continue;
                looked += values.count;
                if (looked > INF_MAX_ITEMS)
                        r = ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "AddReg of [%.60s] leads to more than %d lines",
                                    section->name, INF_MAX_ITEMS);
                for (uint32_t i = 0; i < values.count && r == 0; i++)
                        r = row_add(inf, values.first + i, &rows, err);
        }
        if (r < 0) {
                inf_registry_done(rows.items, rows.n);
                return r;
        }
        *ret = rows.items;
        *ret_n = rows.n;
        return 0;
}
