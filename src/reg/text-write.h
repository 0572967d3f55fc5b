/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Writing .reg text: into memory, or through a bounded buffer into a sink, as UTF-8 or UTF-16LE; hive text is turned
 * into either without a detour. Failures stay in the writer; check once, with reg_writer_finish().
 * Format: docs/formats/reg-text.md 3.
 */
#ifndef REG_TEXT_WRITE_H
#define REG_TEXT_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/hive.h>
#include <offwin/io.h>

#include "base/buffer.h"
#include "base/view.h"

struct reg_writer {
        ow_buffer out;                  /* what the sink has not got yet; never ends inside a character */
        ow_buffer scratch;
        const ow_sink *sink;            /* NULL: everything stays in out */
        uint64_t offset;                /* bytes the sink has */
        bool wide;                      /* UTF-16LE, else UTF-8 */
        bool hold;                      /* nothing goes to the sink for now */
        int status;                     /* OW_E_* of the sink, or 0 */
        ow_error error;                 /* of status */
};

#define REG_WRITER_INIT { .out = OW_BUFFER_INIT, .scratch = OW_BUFFER_INIT, .error = OW_ERROR_INIT }

void reg_writer_done(struct reg_writer *w);

/* The mark of UTF-16, when that is written, and the header with its empty line. */
void reg_write_header(struct reg_writer *w);

void reg_write_ascii(struct reg_writer *w, const char *text);

/* A name as a hive or as the caller has it; escape: with a '\' before each '"' and '\'. */
void reg_write_name(struct reg_writer *w, const ow_hive_name *name, bool escape);
void reg_write_utf8(struct reg_writer *w, const char *text, size_t size, bool escape);

/* What is behind "name"= or @=. line_begin: where in w->out.len its line began. wrap breaks hex data into lines. */
void reg_write_data(struct reg_writer *w, size_t line_begin, uint32_t type, ow_view data, bool wrap);

/* One whole line, its end included. */
void reg_write_value(struct reg_writer *w, const ow_hive_name *name, uint32_t type, ow_view data);

/* Hands what is there to the sink, unless it is little or held back. */
void reg_writer_spill(struct reg_writer *w);

/* Hands the rest to the sink. The first failure of the writer, or 0. */
int reg_writer_finish(struct reg_writer *w, ow_error *err);

#endif
