/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing .reg text: into memory, or through a bounded buffer into a sink. Failures stay in the writer; check once,
 * with reg_writer_finish(). Format: docs/formats/reg-text.md 3.
 */
#ifndef REG_TEXT_WRITE_H
#define REG_TEXT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/io.h>

#include "base/buffer.h"
#include "base/view.h"

struct reg_writer {
        ow_buffer text;                 /* UTF-8 that is not yet with the sink; never ends inside a character */
        ow_buffer wide;                 /* scratch: the same as UTF-16LE, and strings with other than ASCII */
        const ow_sink *sink;            /* NULL: everything stays in text */
        uint64_t offset;                /* bytes the sink has */
        bool utf16;
        int status;                     /* OW_E_* of the sink, or 0 */
        ow_error error;                 /* of status */
};

#define REG_WRITER_INIT { .text = OW_BUFFER_INIT, .wide = OW_BUFFER_INIT, .error = OW_ERROR_INIT }

void reg_writer_done(struct reg_writer *w);

void reg_write_text(struct reg_writer *w, const char *text, size_t size);

/* "name"=... without a line end; wrap breaks hex data into lines. */
void reg_write_value(struct reg_writer *w, const char *name, uint32_t type, ow_view data, bool wrap);

/* Hands the rest to the sink. The first failure of the writer, or 0. */
int reg_writer_finish(struct reg_writer *w, ow_error *err);

#endif
