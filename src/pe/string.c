/* SPDX-License-Identifier: GPL-2.0-or-later */
/* String tables: block n holds strings 16(n-1) to 16(n-1)+15, each a u16 count and as many units. */
#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "base/view.h"
#include "pe/pe.h"

enum { MAX_BLOCK = 256 * 1024, PER_BLOCK = 16, MAX_ID = 0xffff };

int pe_string_find(struct pe_file *pe, uint32_t id, char **ret, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bytes = NULL;
        struct pe_data data;
        ow_view rest, text;
        int r;

        if (id > MAX_ID)
                return 0;
        r = pe_resource_find(pe, PE_RESOURCE_STRING, id / PER_BLOCK + 1, &data, err);
        if (r <= 0)
                return r;
        if (data.size > MAX_BLOCK)
                return ow_fail(err, OW_E_CORRUPT, data.rva, "16 strings of %u bytes, limit %d", data.size, MAX_BLOCK);
        bytes = ow_malloc(data.size + 1);
        if (!bytes)
                return ow_fail_nomem(err);
        r = pe_read(pe, data.rva, bytes, data.size, err);
        if (r < 0)
                return r;
        rest = (ow_view){ bytes, data.size };
        for (uint32_t i = 0;; i++) {
                size_t size;

                if (rest.len < 2)
                        return 0;
                size = (size_t)ow_le16_at(rest.p) * 2;
                if (!ow_view_sub(rest, 2, size, &text))
                        return ow_fail(err, OW_E_CORRUPT, data.rva, "string %u leaves its block", id);
                if (i == id % PER_BLOCK)
                        break;
                (void)ow_view_from(rest, 2 + size, &rest);
        }
        if (text.len == 0)
                return 0;
        *ret = ow_utf16_text(text);
        return *ret ? 1 : ow_fail_nomem(err);
}
