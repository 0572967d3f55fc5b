/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * regtext.c - the readable forms of values:
 *
 *   "Bind"=multi:"a","b"         REG_MULTI_SZ           "When"=unixtime:2011-05-17 09:30:00     REG_DWORD
 *   "Path"=expand:"%SystemRoot%" REG_EXPAND_SZ          "Big"=qword:0x10                        REG_QWORD
 *   "Blob"=bytes:u32 5 utf16 "x" hex 01,02              REG_BINARY; bytes(1): for another type
 *
 * A line that ends in \ goes on in the next one. Everything else passes as it is.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "regtext.h"

struct line {
        const char *file;
        unsigned number;
        const char *at;                 /* what is left of the value */
};

static int bad(const struct line *line, ow_error *err, const char *what)
{
        return ow_fail(err, OW_E_INVAL, line->number, "%s:%u: %s, found '%s'", line->file, line->number, what,
                       line->at);
}

static void skip_spaces(struct line *line)
{
        while (*line->at == ' ' || *line->at == '\t')
                line->at++;
}

/* "..." with \\ and \"; the text is the caller's. */
static int read_string(struct line *line, char **ret, ow_error *err)
{
        AUTO_BYTES text = { 0 };

        if (*line->at != '"')
                return bad(line, err, "expected a string in quotes");
        bytes_text(&text, "");
        for (line->at++; *line->at && *line->at != '"'; line->at++) {
                if (*line->at == '\\' && line->at[1])
                        line->at++;
                bytes_put(&text, line->at, 1);
        }
        if (*line->at != '"')
                return bad(line, err, "expected the closing quote");
        line->at++;
        skip_spaces(line);
        *ret = text.p;
        text.p = NULL;
        return 0;
}

static int put_string(struct line *line, bool with_nul, struct bytes *data, ow_error *err)
{
        char *text = NULL;
        int r = read_string(line, &text, err);

        if (r == 0 && !bytes_utf16(data, text))
                r = bad(line, err, "the string before here is not UTF-8");
        if (r == 0 && with_nul)
                bytes_le(data, 0, 2);
        free(text);
        return r;
}

static int put_multi(struct line *line, struct bytes *data, ow_error *err)
{
        skip_spaces(line);
        while (*line->at == '"') {
                int r = put_string(line, true, data, err);

                if (r < 0)
                        return r;
                if (*line->at == ',')
                        line->at++;
                skip_spaces(line);
        }
        bytes_le(data, 0, 2);
        return 0;
}

/* A moment, from here to the next comma or the end. */
static int read_moment(struct line *line, int64_t *ret, ow_error *err)
{
        size_t len;
        AUTO_TEXT text = NULL;

        skip_spaces(line);
        len = strcspn(line->at, ",");
        text = need_copy_part(line->at, len);
        if (!parse_time(trim(text), ret))
                return bad(line, err, "expected a time like 2011-05-17 09:30:00");
        line->at += len + (line->at[len] == ',');
        return 0;
}

static void put_systemtime(struct bytes *data, int64_t moment)
{
        time_t t = (time_t)moment;
        struct tm tm;

        (void)gmtime_r(&t, &tm);
        const int fields[8] = { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_wday, tm.tm_mday,
                                tm.tm_hour, tm.tm_min, tm.tm_sec, 0 };
        for (size_t i = 0; i < COUNT(fields); i++)
                bytes_le(data, (uint64_t)fields[i], 2);
}

/* One word after the name of a part: a number, a GUID, hex digits. */
static void read_word(struct line *line, char word[128])
{
        size_t len = strcspn(line->at, " \t");

        if (len > 127)
                len = 127;
        memcpy(word, line->at, len);
        word[len] = '\0';
        line->at += len;
        skip_spaces(line);
}

static int put_number(struct line *line, unsigned size, struct bytes *data, ow_error *err)
{
        bool any = false;
        uint64_t number;
        char word[128];

        while (isdigit((unsigned char)*line->at) || (*line->at == '-' && isdigit((unsigned char)line->at[1]))) {
                read_word(line, word);
                if (!parse_number(word[0] == '-' ? word + 1 : word, &number))
                        return bad(line, err, "expected a number before here");
                bytes_le(data, word[0] == '-' ? 0 - number : number, size);
                any = true;
        }
        return any ? 0 : bad(line, err, "expected a number");
}

static int put_part(struct line *line, struct bytes *data, ow_error *err)
{
        char kind[128], word[128];
        uint8_t guid[16];
        uint64_t count;
        int64_t moment;
        int r;

        read_word(line, kind);
        if (kind[0] == 'u' && (strcmp(kind, "u8") == 0 || strcmp(kind, "u16") == 0 || strcmp(kind, "u32") == 0 ||
                               strcmp(kind, "u64") == 0))
                return put_number(line, (unsigned)strtoul(kind + 1, NULL, 10) / 8, data, err);
        if (strcmp(kind, "utf16") == 0 || strcmp(kind, "utf16z") == 0)
                return put_string(line, kind[5] == 'z', data, err);
        if (strcmp(kind, "ascii") == 0) {
                char *text = NULL;

                r = read_string(line, &text, err);
                if (r == 0)
                        bytes_text(data, text);
                free(text);
                return r;
        }
        if (strcmp(kind, "filetime") == 0 || strcmp(kind, "systemtime") == 0) {
                r = read_moment(line, &moment, err);
                if (r == 0 && kind[0] == 'f')
                        bytes_le(data, filetime_of(moment), 8);
                else if (r == 0)
                        put_systemtime(data, moment);
                skip_spaces(line);
                return r;
        }
        read_word(line, word);
        if (strcmp(kind, "guid") == 0 && parse_guid(word, guid)) {
                bytes_put(data, guid, sizeof guid);
                return 0;
        }
        if (strcmp(kind, "hex") == 0 && parse_hex(word, data))
                return 0;
        if ((strcmp(kind, "zeros") == 0 || strcmp(kind, "ones") == 0) && parse_number(word, &count) &&
            count < 1 << 20) {
                while (count-- > 0)
                        bytes_le(data, kind[0] == 'z' ? 0 : 0xff, 1);
                return 0;
        }
        if (strcmp(kind, "pad") == 0 && parse_number(word, &count) && count >= data->len && count < 1 << 20) {
                while (data->len < count)
                        bytes_le(data, 0, 1);
                return 0;
        }
        return bad(line, err, "expected u8, u16, u32, u64, utf16, utf16z, ascii, filetime, systemtime, guid, hex, "
                              "zeros, ones or pad with its argument before here");
}

static int put_bytes_form(struct line *line, unsigned *type, struct bytes *data, ow_error *err)
{
        if (*line->at == '(') {
                *type = (unsigned)strtoul(line->at + 1, NULL, 16);
                line->at += strcspn(line->at, ")");
                line->at += *line->at == ')';
        }
        if (*line->at != ':')
                return bad(line, err, "expected ':'");
        line->at++;
        skip_spaces(line);
        while (*line->at) {
                int r = put_part(line, data, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

static bool take_prefix(struct line *line, const char *prefix)
{
        size_t len = strlen(prefix);

        if (strncmp(line->at, prefix, len) != 0)
                return false;
        line->at += len;
        return true;
}

/* 1 and type and data filled when the value has one of our forms, 0 when it is plain .reg, < 0 error. */
static int read_form(struct line *line, unsigned *type, struct bytes *data, ow_error *err)
{
        int64_t moment;
        uint64_t number;
        int r;

        if (take_prefix(line, "multi:")) {
                *type = 7;
                r = put_multi(line, data, err);
        } else if (take_prefix(line, "expand:")) {
                *type = 2;
                r = put_string(line, true, data, err);
        } else if (take_prefix(line, "qword:")) {
                *type = 11;
                if (!parse_number(line->at, &number))
                        return bad(line, err, "expected a number");
                bytes_le(data, number, 8);
                return 1;
        } else if (take_prefix(line, "unixtime:")) {
                *type = 4;
                r = read_moment(line, &moment, err);
                bytes_le(data, r == 0 ? (uint64_t)moment : 0, 4);
        } else if (strncmp(line->at, "bytes:", 6) == 0 || strncmp(line->at, "bytes(", 6) == 0) {
                *type = 3;
                line->at += 5;
                r = put_bytes_form(line, type, data, err);
        } else {
                return 0;
        }
        if (r < 0)
                return r;
        return *line->at ? bad(line, err, "expected the end of the line") : 1;
}

/* Where the value begins: behind "name"= or @=; NULL for a line that is not a value. */
static const char *value_of(const char *text)
{
        if (text[0] == '@' && text[1] == '=')
                return text + 2;
        if (*text++ != '"')
                return NULL;
        while (*text && *text != '"')
                text += text[0] == '\\' && text[1] ? 2 : 1;
        return text[0] == '"' && text[1] == '=' ? text + 2 : NULL;
}

static int put_line(const char *file, unsigned number, const char *text, struct bytes *out, ow_error *err)
{
        struct line line = { .file = file, .number = number, .at = value_of(text) };
        const char *value = line.at;
        AUTO_BYTES data = { 0 };
        unsigned type = 0;
        int r = value == NULL ? 0 : read_form(&line, &type, &data, err);

        if (r < 0)
                return r;
        if (r == 0) {
                bytes_text(out, text);
                return 0;
        }
        bytes_put(out, text, (size_t)(value - text));
        bytes_printf(out, type == 3 ? "hex:" : "hex(%x):", type);
        for (size_t i = 0; i < data.len; i++) {
                static const char digits[] = "0123456789abcdef";
                uint8_t byte = (uint8_t)data.p[i];
                char hex[3] = { digits[byte >> 4], digits[byte & 15], ',' };

                bytes_put(out, hex, i + 1 < data.len ? 3 : 2);
        }
        return 0;
}

int regtext_expand(const struct variables *variables, const char *file, char *text, struct bytes *out, ow_error *err)
{
        unsigned number = 0;
        int r = 0;

        while (text != NULL && r == 0) {
                unsigned first = ++number;
                AUTO_BYTES whole = { 0 };
                char *line = trim(strsep(&text, "\n")), *filled = NULL;

                bytes_text(&whole, line);
                while (whole.len > 0 && whole.p[whole.len - 1] == '\\' && text != NULL && *line != ';') {
                        whole.len--;
                        bytes_text(&whole, trim(strsep(&text, "\n")));
                        number++;
                }
                r = variables_expand(variables, *line == ';' ? "" : whole.p, file, first, &filled, err);
                if (r == 0)
                        r = put_line(file, first, filled, out, err);
                for (unsigned n = first; n <= number; n++)
                        bytes_text(out, "\n");
                free(filled);
        }
        return r;
}
