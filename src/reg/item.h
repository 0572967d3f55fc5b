/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a walk hands out as bytes where they lie, as one piece of text or data. */
#ifndef REG_ITEM_H
#define REG_ITEM_H

#include <offwin/error.h>
#include <offwin/hive.h>

#include "base/buffer.h"
#include "base/view.h"

/* Appends the name as UTF-8, and a NUL that is not counted. False: no memory, and out failed. */
bool reg_put_name(ow_buffer *out, const ow_hive_name *name);

/* The name as NUL-terminated UTF-8 in scratch, which is emptied first. NULL: no memory. */
const char *reg_name_text(ow_buffer *scratch, const ow_hive_name *name);

/* All data of a value: where they lie when data is not NULL, else read into holder, which the caller gives back. */
int reg_whole_data(ow_hive *hive, ow_value value, const uint8_t *data, uint32_t size, ow_blob *holder, ow_view *ret,
                   ow_error *err);

#endif
