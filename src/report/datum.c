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
        MAX_BINARY = 1024,              /* longer data is shown by its beginning; JSON has all of it */
        MAX_STRING_CHARS = 16384,
};

void report_type_name(uint32_t type, char text[REPORT_TYPE_TEXT])
{
        const char *name = ow_reg_type_name(type);

        if (name && strlen(name) < REPORT_TYPE_TEXT)
                memcpy(text, name, strlen(name) + 1);
        else if (name)
                snprintf(text, REPORT_TYPE_TEXT, "REG_TYPE_%u", type);  /* the resource types: long names */
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

int report_datum_line(const char *name, uint32_t type, const void *data, size_t size, ow_buffer *out, ow_error *err)
{
        bool readable = type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_MULTI_SZ;
        char *text = NULL;
        size_t length;
        int r;

        if (readable && size % 2 == 0) {
                report_datum_name(name, out);
                ow_buffer_put_text(out, type == OW_REG_SZ         ? "="
                                        : type == OW_REG_MULTI_SZ ? "=multi_sz:"
                                                                  : "=expand_sz:");
                r = ow_reg_display_data(type, data, size, MAX_STRING_CHARS, &text, err);
        } else if (size > MAX_BINARY) {
                char type_name[REPORT_TYPE_TEXT];

                report_type_name(type, type_name);
                report_datum_name(name, out);
                ow_buffer_printf(out, "=%s, %zu bytes: ", type_name, size);
                r = ow_reg_display_data(OW_REG_BINARY, data, MAX_BINARY, 96, &text, err);
        } else {
                r = format_value(name, type, data, size, out, &text, err);
        }
        if (r < 0)
                return r;
        length = strlen(text);
        while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
                length--;
        ow_buffer_put(out, text, length);
        ow_text_free(text);
        return 0;
}

/* ---- the data alone ---- */

static int put_string(ow_view utf16, ow_buffer *out, ow_error *err)
{
        OW_AUTO_FREE char *text = ow_utf16_text(utf16);

        if (!text)
                return ow_fail_nomem(err);
        report_escape(text, out);
        ow_buffer_put_byte(out, '\n');
        return 0;
}

static int put_strings(ow_view rest, ow_buffer *out, ow_error *err)
{
        while (rest.len >= 2) {
                size_t size = 0;
                ow_view one;
                int r;

                while (size + 1 < rest.len && (rest.p[size] || rest.p[size + 1]))
                        size += 2;
                if (size == 0 || !ow_view_sub(rest, 0, size, &one))
                        break;
                r = put_string(one, out, err);
                if (r < 0)
                        return r;
                if (!ow_view_from(rest, size + 2, &rest))
                        break;
        }
        return 0;
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
