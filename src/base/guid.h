/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GUIDs in Microsoft's mixed-endian form: three little-endian fields, then eight bytes as they are. */
#ifndef BASE_GUID_H
#define BASE_GUID_H

#include <stdbool.h>
#include <stdint.h>

typedef struct ow_guid {
        uint8_t b[16];          /* as on disk */
} ow_guid;

enum { OW_GUID_TEXT = 39 };     /* "{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}" and NUL */

/* Lower case, with braces. */
void ow_guid_format(const ow_guid *guid, char text[OW_GUID_TEXT]);

/* With or without braces, either case; the whole text must be a GUID. */
bool ow_guid_parse(const char *text, ow_guid *ret);

bool ow_guid_is_zero(const ow_guid *guid);

#endif
