/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A difference as .reg text: the rows of ow_reg_diff(), as an import would have to be told of them. */
#include <string.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/utf16.h"
#include "reg/text-write.h"
#include "reg/tree-path.h"

struct writer {
        struct reg_writer text;
        ow_buffer key;                  /* the key that is open, NUL-terminated; empty: none */
};

static void writer_done(struct writer *w)
{
        reg_writer_done(&w->text);
        ow_buffer_done(&w->key);
}

static void close_key(struct writer *w)
{
        if (w->key.len)
                reg_write_ascii(&w->text, "\r\n");
        w->key.len = 0;
        reg_writer_spill(&w->text);
}

static void put_key(struct writer *w, const char *before, const char *path)
{
        reg_write_ascii(&w->text, before);
        reg_write_utf8(&w->text, path, strlen(path), false);
        reg_write_ascii(&w->text, "]\r\n");
}

/* The line of path, unless its key is open already. */
static void open_key(struct writer *w, const char *path)
{
        if (w->key.len && strcmp((const char *)w->key.p, path) == 0)
                return;
        close_key(w);
        put_key(w, "[", path);
        ow_buffer_put(&w->key, path, strlen(path) + 1);
}

static int put_value(struct writer *w, const ow_reg_row *row)
{
        struct reg_writer *text = &w->text;
        size_t begin;

        open_key(w, row->path);
        reg_writer_spill(text);
        begin = text->out.len;
        reg_write_ascii(text, *row->name ? "\"" : "@=");
        reg_write_utf8(text, row->name, strlen(row->name), true);
        reg_write_ascii(text, *row->name ? "\"=" : "");
        if (row->kind == OW_REG_DIFF_VALUE_REMOVED)
                reg_write_ascii(text, "-");
        else
                reg_write_data(text, begin, row->after.type, (ow_view){ row->after.data, row->after.size }, true);
        reg_write_ascii(text, "\r\n");
        return text->status;
}

static int write_row(void *state, const ow_reg_row *row, ow_error *err)
{
        struct writer *w = state;
        int r = 0;

        if (strpbrk(row->path, "\r\n"))
                return reg_fail_name(true, "line break", err);
        if (strstr(row->path, OW_UTF8_NUL))
                return reg_fail_name(true, "NUL", err);
        if (row->name && strstr(row->name, OW_UTF8_NUL))
                return reg_fail_name(false, "NUL", err);
        switch (row->kind) {
        case OW_REG_DIFF_KEY_REMOVED:
                close_key(w);
                put_key(w, "[-", row->path);
                reg_write_ascii(&w->text, "\r\n");
                break;
        case OW_REG_DIFF_KEY_ADDED:
                open_key(w, row->path);
                break;
        case OW_REG_DIFF_VALUE_ADDED:
        case OW_REG_DIFF_VALUE_REMOVED:
        case OW_REG_DIFF_VALUE_CHANGED:
                r = put_value(w, row);
                break;
        case OW_REG_DIFF_TIME:
        case OW_REG_DIFF_CLASS:
        case OW_REG_DIFF_DESCRIPTOR:
                break;
        }
        if (ow_buffer_failed(&w->key) || ow_buffer_failed(&w->text.out) || ow_buffer_failed(&w->text.scratch))
                return ow_fail_nomem(err);
        return r < 0 ? reg_writer_finish(&w->text, err) : 0;
}

int ow_reg_diff_export(ow_hive *a, ow_key a_key, ow_hive *b, ow_key b_key, const char *prefix, unsigned flags,
                       const ow_sink *sink, ow_error *err)
{
        __attribute__((cleanup(writer_done))) struct writer w = {
                .text = REG_WRITER_INIT, .key = OW_BUFFER_INIT,
        };
        int r;

        w.text.sink = sink;
        w.text.wide = flags & OW_REG_EXPORT_UTF16;
        reg_write_header(&w.text);
        r = ow_reg_diff(a, a_key, b, b_key, prefix, 0, write_row, NULL, &w, err);
        if (r < 0)
                return r;
        close_key(&w);
        return reg_writer_finish(&w.text, err);
}
