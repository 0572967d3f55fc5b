/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of addresses as text, ", " between them. */
#ifndef BASE_ADDRESS_LIST_H
#define BASE_ADDRESS_LIST_H

#include <offwin/address.h>

#include "base/buffer.h"

void address_list_put(ow_buffer *out, const ow_address *items, size_t n);
void address_list_put_prefixes(ow_buffer *out, const ow_prefix *items, size_t n);

#endif
