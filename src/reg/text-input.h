/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The bytes of a .reg text as UTF-8, window by window, whatever they are stored as. A window holds whole lines, and
 * everything in it has been checked (encoding, no NUL), so that what reads it may trust the bytes.
 * Format: docs/formats/reg-text.md 1.
 */
#ifndef REG_TEXT_INPUT_H
#define REG_TEXT_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/reg.h>

#include "base/buffer.h"
#include "reg/codepage.h"

#define REG_TEXT_MAX_BYTES (UINT64_C(16) << 30) /* of the text as stored */

enum reg_encoding { REG_UTF8, REG_UTF16, REG_CODEPAGE };

struct reg_input {
        const ow_reg_text *text;
        uint64_t size, at;              /* bytes of the text; where the next piece begins */
        enum reg_encoding encoding;
        struct reg_codepage codepage;   /* with REG_CODEPAGE */
        ow_buffer raw;                  /* a piece as stored: its last, unfinished line stays for the next one */
        ow_buffer window;               /* UTF-8; unused when the text in memory is UTF-8 itself */
        const char *p;                  /* the window */
        size_t len;
        bool last;                      /* the text ends where the window does */
};

/* Finds the encoding and loads the first window. Also after a failure: reg_input_close(). text must outlive in. */
int reg_input_open(struct reg_input *in, const ow_reg_text *text, ow_error *err);
void reg_input_close(struct reg_input *in);

/*
 * Drops the first used bytes of the window and adds at least one line, or as much again as is left; only when !last.
 * line is the number of the line at used, for messages.
 */
int reg_input_more(struct reg_input *in, size_t used, uint32_t line, ow_error *err);

#endif
