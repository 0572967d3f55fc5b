/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Text in a Windows code page, by way of the system's iconv. Only code pages that are ASCII below 0x80 in the first
 * byte of a character and never use a line feed in a second one are known, so that text can be cut at line ends
 * before it is converted. Facts: docs/formats/reg-text.md 1.1.
 */
#ifndef REG_CODEPAGE_H
#define REG_CODEPAGE_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>

#include <offwin/error.h>

#include "base/buffer.h"
#include "base/view.h"

enum { REG_CODEPAGE_UTF8 = 65001 };

struct reg_codepage {
        unsigned number;                /* 0: closed */
        bool to_utf16;
        iconv_t converter;
};

/* to_utf16: converts to UTF-16LE, else to UTF-8. OW_E_INVAL not a code page we know, OW_E_UNSUPPORTED iconv has not. */
int reg_codepage_open(struct reg_codepage *cp, unsigned number, bool to_utf16, ow_error *err);
void reg_codepage_close(struct reg_codepage *cp);

/*
 * Appends text. OW_E_INVAL with the offset of a byte that means nothing in this code page in *ret_bad (what comes
 * before it has been appended); OW_E_NOMEM.
 */
int reg_codepage_convert(struct reg_codepage *cp, ow_view text, ow_buffer *out, size_t *ret_bad, ow_error *err);

#endif
