/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reg/item.h"
#include "reg/widen.h"

bool reg_put_name(ow_buffer *out, const ow_hive_name *name)
{
        size_t size = ow_hive_name_utf8(name, NULL, 0);

        if (!reg_reserve(out, size + 1))
                return false;
        (void)ow_hive_name_utf8(name, (char *)out->p + out->len, size + 1);
        out->len += size;
        return true;
}

const char *reg_name_text(ow_buffer *scratch, const ow_hive_name *name)
{
        scratch->len = 0;
        return reg_put_name(scratch, name) ? (const char *)scratch->p : NULL;
}

int reg_whole_data(ow_hive *hive, ow_value value, const uint8_t *data, uint32_t size, ow_blob *holder, ow_view *ret,
                   ow_error *err)
{
        int r = 0;

        *ret = (ow_view){ data, size };
        if (data || size == 0)
                return 0;
        r = ow_hive_read_value(hive, value, NULL, holder, err);
        if (r == 0)
                *ret = (ow_view){ holder->p, holder->size };
        return r;
}
