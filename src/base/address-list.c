/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "base/address-list.h"

void address_list_put(ow_buffer *out, const ow_address *items, size_t n)
{
        char text[OW_ADDRESS_TEXT];

        for (size_t i = 0; i < n; i++) {
                ow_address_format(&items[i], text);
                ow_buffer_printf(out, "%s%s", i ? ", " : "", text);
        }
}

void address_list_put_prefixes(ow_buffer *out, const ow_prefix *items, size_t n)
{
        char text[OW_PREFIX_TEXT];

        for (size_t i = 0; i < n; i++) {
                ow_prefix_format(&items[i], text);
                ow_buffer_printf(out, "%s%s", i ? ", " : "", text);
        }
}
