/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "report/datum.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <offwin/hive.h>
#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"

#include "report/text.h"

enum {
        MAX_BINARY = 1024,  /* longer data is shown by its beginning; JSON has all of it */
        MAX_STRING = 32768, /* ... of what quoted strings can show */
        MAX_BEGINNING = 96, /* characters of it */
        MAX_DIFFERENT = 8,  /* bytes where it differs from the other side of a change */
};

void report_type_name(uint32_t type, char text[REPORT_TYPE_TEXT])
{
        const char *name = ow_reg_type_name(type);

        if (name && strlen(name) < REPORT_TYPE_TEXT)
                memcpy(text, name, strlen(name) + 1);
        else if (name)
                snprintf(text, REPORT_TYPE_TEXT, "REG_TYPE_%u", type); /* the resource types: long names */
        else
                snprintf(text, REPORT_TYPE_TEXT, "0x%x", type);
}

static bool ends_line(char c)
{
        return c == '\n' || c == '\r';
}

void report_datum_name(const char *name, ow_buffer *out)
{
        if (!*name) {
                ow_buffer_put_byte(out, '@');
                return;
        }
        ow_buffer_put_byte(out, '"');
        for (; *name; name++) {
                const char one[] = { *name, '\0' };

                if (*name == '"' || *name == '\\')
                        ow_buffer_put_byte(out, '\\');
                if (ends_line(*name))
                        report_escape(one, out);
                else
                        ow_buffer_put_byte(out, (uint8_t)*name);
        }
        ow_buffer_put_byte(out, '"');
}

char *report_datum_listed(const char *name)
{
        ow_buffer out = OW_BUFFER_INIT;
        bool quotes = *name == '"' || strcmp(name, "@") == 0;

        ow_buffer_put_text(&out, quotes ? "\"" : "");
        ow_buffer_put_text(&out, *name ? name : "@");
        ow_buffer_put_text(&out, quotes ? "\"" : "");
        return ow_buffer_take_text(&out);
}

/* As .reg text, but that a name in it with line ends stays in its line. */
static int format_value(const char *name, uint32_t type, const void *data, size_t size, ow_buffer *out, char **ret,
                        ow_error *err)
{
        char *text;
        int r;

        if (!strpbrk(name, "\r\n"))
                return ow_reg_format_value(name, type, data, size, true, ret, err);
        r = ow_reg_format_value("", type, data, size, true, &text, err);
        if (r < 0)
                return r;
        report_datum_name(name, out);
        memmove(text, text + 1, strlen(text)); /* all but the "@" of no name */
        *ret = text;
        return 0;
}

/* Appends string, its NUL included, as .reg text quotes it; *ret is false, when no such text gives back its bytes. */
static int put_quoted(ow_view string, ow_buffer *out, bool *ret, ow_error *err)
{
        char *text;
        int r = ow_reg_format_value("", OW_REG_SZ, string.p, string.len, false, &text, err);

        if (r < 0)
                return r;
        *ret = text[strlen("@=")] == '"';
        ow_buffer_put_text(out, *ret ? text + strlen("@=") : "");
        ow_text_free(text);
        return 0;
}

static int put_quoted_list(ow_view data, ow_buffer *out, bool *ret, ow_error *err)
{
        ow_view one, rest = ow_utf16_list(data);
        int r;

        *ret = data.len == rest.len + 2 && (rest.len == 0 || ow_le16_at(rest.p + rest.len - 2) == 0);
        ow_buffer_put_byte(out, '[');
        for (bool first = true; *ret && ow_utf16_next_string(&rest, &one); first = false) {
                ow_buffer_put_text(out, first ? "" : ", ");
                r = put_quoted((ow_view){ one.p, one.len + 2 }, out, ret, err);
                if (r < 0)
                        return r;
        }
        ow_buffer_put_byte(out, ']');
        return 0;
}

/* Strings, where quotes tell their bytes exactly; *ret: they did. */
static int put_readable(const ow_datum *datum, ow_buffer *out, bool *ret, ow_error *err)
{
        const ow_view data = { datum->data.p, datum->data.size };

        *ret = false;
        if (data.len > MAX_STRING)
                return 0;
        switch (datum->type) {
        case OW_REG_SZ:
                ow_buffer_put_byte(out, '=');
                return put_quoted(data, out, ret, err);
        case OW_REG_EXPAND_SZ:
                ow_buffer_put_text(out, "=expand_sz:");
                return put_quoted(data, out, ret, err);
        case OW_REG_MULTI_SZ:
                ow_buffer_put_text(out, "=multi_sz:");
                return put_quoted_list(data, out, ret, err);
        default:
                return 0;
        }
}

static size_t first_difference(const ow_blob *a, const ow_blob *b)
{
        size_t at = 0;

        while (at < a->size && at < b->size && a->p[at] == b->p[at])
                at++;
        return at;
}

/* "name"=REG_BINARY, 5000 bytes: 00 00 00..., at 4711: 01 02 */
static int put_beginning(const char *name, const ow_datum *datum, const ow_datum *other, ow_buffer *out,
                         ow_error *err)
{
        char type_name[REPORT_TYPE_TEXT], *text;
        size_t at;
        int r = ow_reg_display_data(datum->type, datum->data.p, datum->data.size, MAX_BEGINNING, &text, err);

        if (r < 0)
                return r;
        report_type_name(datum->type, type_name);
        report_datum_name(name, out);
        ow_buffer_printf(out, "=%s, %zu bytes: ", type_name, datum->data.size);
        ow_buffer_put_text(out, text);
        ow_text_free(text);
        if (!other || !other->present || other->data.size <= MAX_BINARY)
                return 0;
        at = first_difference(&datum->data, &other->data);
        for (size_t i = at; i < datum->data.size && i < at + MAX_DIFFERENT; i++) {
                if (i == at)
                        ow_buffer_printf(out, ", at %zu:", at);
                ow_buffer_printf(out, " %02x", datum->data.p[i]);
        }
        return 0;
}

static int put_as_reg_text(const char *name, const ow_datum *datum, ow_buffer *out, ow_error *err)
{
        char *text;
        int r = format_value(name, datum->type, datum->data.p, datum->data.size, out, &text, err);

        if (r < 0)
                return r;
        ow_buffer_put_text(out, text);
        ow_text_free(text);
        return 0;
}

int report_datum_line(const char *name, const ow_datum *datum, const ow_datum *other, ow_buffer *out, ow_error *err)
{
        OW_AUTO_BUFFER readable = OW_BUFFER_INIT;
        bool exact;
        int r = put_readable(datum, &readable, &exact, err);

        if (r < 0)
                return r;
        out->failed |= ow_buffer_failed(&readable);
        if (exact) {
                report_datum_name(name, out);
                ow_buffer_put(out, readable.p, readable.len);
                return 0;
        }
        return datum->data.size > MAX_BINARY ? put_beginning(name, datum, other, out, err)
                                             : put_as_reg_text(name, datum, out, err);
}

/* ---- the data alone ---- */

char *report_string_text(ow_view utf16)
{
        ow_buffer out = OW_BUFFER_INIT;
        ow_view part;

        utf16 = ow_utf16_trim(utf16);
        while (ow_utf16_next_string(&utf16, &part)) {
                ow_utf16_to_utf8(part, &out);
                ow_buffer_put_text(&out, utf16.len > 0 ? OW_UTF8_NUL : "");
        }
        return ow_buffer_take_text(&out);
}

static int put_string(ow_view utf16, ow_buffer *out, ow_error *err)
{
        OW_AUTO_FREE char *text = report_string_text(utf16);

        if (!text)
                return ow_fail_nomem(err);
        report_escape(text, out);
        ow_buffer_put_byte(out, '\n');
        return 0;
}

static int put_strings(ow_view data, ow_buffer *out, ow_error *err)
{
        ow_view one, rest = ow_utf16_list(data);
        int r = 0;

        while (r == 0 && ow_utf16_next_string(&rest, &one))
                r = put_string(one, out, err);
        return r;
}

int report_datum_plain(uint32_t type, const void *data, size_t size, ow_buffer *out, ow_error *err)
{
        const ow_view view = { data, size };

        if ((type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_LINK) && size % 2 == 0)
                return put_string(view, out, err);
        if (type == OW_REG_MULTI_SZ && size % 2 == 0)
                return put_strings(view, out, err);
        if (type == OW_REG_DWORD && size == 4) {
                ow_buffer_printf(out, "%" PRIu32 "\n", ow_le32_at(view.p));
                return 0;
        }
        if (type == OW_REG_DWORD_BIG_ENDIAN && size == 4) {
                ow_buffer_printf(out, "%" PRIu32 "\n", __builtin_bswap32(ow_le32_at(view.p)));
                return 0;
        }
        if (type == OW_REG_QWORD && size == 8) {
                ow_buffer_printf(out, "%" PRIu64 "\n", ow_le64_at(view.p));
                return 0;
        }
        for (size_t i = 0; i < size; i++)
                ow_buffer_printf(out, "%02x", view.p[i]);
        ow_buffer_put_byte(out, '\n');
        return 0;
}
