/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lines of an INF: comments, continuations, quotes, "key = field, field". Forgiving as Windows is: a quote that does
 * not end ends with its line, what comes before the first section is passed over. docs/formats/inf.md 2.
 */
#include <string.h>

#include "inf/inf.h"

enum { MAX_SECTIONS = 100000, MAX_LINES = 1000000 };

static bool blank(char c)
{
        return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static char peek(const struct inf_lex *lex)
{
        return lex->at < lex->size ? lex->p[lex->at] : '\n';
}

static void skip_line(struct inf_lex *lex)
{
        const char *end = lex->at < lex->size ? memchr(lex->p + lex->at, '\n', lex->size - lex->at) : NULL;

        lex->at = end ? (size_t)(end - lex->p) + 1 : lex->size;
        lex->number++;
}

/*
 * At a '\': steps over it and to the next line when nothing but more of them, blanks and a comment follow. A second
 * '\' before the line end is dropped with the first.
 */
static bool continued(struct inf_lex *lex)
{
        size_t at = lex->at;

        while (at < lex->size && (lex->p[at] == '\\' || blank(lex->p[at])))
                at++;
        if (at == lex->size || (lex->p[at] != '\n' && lex->p[at] != ';'))
                return false;
        skip_line(lex);
        while (lex->at < lex->size && blank(peek(lex)))
                lex->at++;
        return true;
}

/* Past the first quote: what it means, up to the last one or the end of the line. */
static void quoted(struct inf_lex *lex, ow_buffer *out)
{
        for (; peek(lex) != '\n'; lex->at++) {
                if (peek(lex) == '"') {
                        lex->at++;
                        if (peek(lex) != '"')
                                return;
                }
                if (peek(lex) != '\r')
                        ow_buffer_put_byte(out, (uint8_t)peek(lex));
        }
}

/* At '%': a whole %token%, in which ';' means nothing. False: it is not one. */
static bool token(struct inf_lex *lex, ow_buffer *out)
{
        size_t end = lex->at + 1;

        while (end < lex->size && !strchr("%,\"\n", lex->p[end]))
                end++;
        if (end == lex->size || lex->p[end] != '%')
                return false;
        ow_buffer_put(out, lex->p + lex->at, end + 1 - lex->at);
        lex->at = end + 1;
        return true;
}

/*
 * Appends one field and its NUL; lex then is at what ended it: ',', '=' (only when stop_at_equals), or a line end.
 */
static void field(struct inf_lex *lex, bool stop_at_equals, ow_buffer *out)
{
        size_t keep = out->len; /* blanks before here are part of it */

        while (blank(peek(lex)))
                lex->at++;
        for (;;) {
                char c = peek(lex);

                if (c == '\n' || c == ',' || (c == '=' && stop_at_equals))
                        break;
                if (c == ';') {
                        while (peek(lex) != '\n')
                                lex->at++;
                        break;
                }
                if (c == '"') {
                        lex->at++;
                        quoted(lex, out);
                        keep = out->len;
                } else if (c == '%' && token(lex, out)) {
                        keep = out->len;
                } else if (c != '\\' || !continued(lex)) {
                        ow_buffer_put_byte(out, (uint8_t)c);
                        lex->at++;
                        if (!blank(c))
                                keep = out->len;
                }
        }
        if (!ow_buffer_failed(out))
                out->len = keep;
        ow_buffer_put_byte(out, 0);
}

static int field_add(ow_inf *inf, uint32_t offset, ow_error *err)
{
        void *grown = ow_grow(inf->fields, inf->n_fields, &inf->cap_fields, sizeof *inf->fields);

        if (!grown)
                return ow_fail_nomem(err);
        inf->fields = grown;
        inf->fields[inf->n_fields++] = offset;
        return 0;
}

static int fields(ow_inf *inf, struct inf_lex *lex, struct inf_line *line, ow_error *err)
{
        bool first = true;
        int r;

        for (;; first = false) {
                uint32_t offset = (uint32_t)inf->text.len;

                field(lex, first, &inf->text);
                if (ow_buffer_failed(&inf->text))
                        return ow_fail_nomem(err);
                if (first && peek(lex) == '=') {
                        line->key = offset;
                        lex->at++;
                        offset = (uint32_t)inf->text.len;
                        field(lex, false, &inf->text);
                        if (ow_buffer_failed(&inf->text))
                                return ow_fail_nomem(err);
                }
                r = field_add(inf, offset, err);
                if (r < 0 || peek(lex) != ',')
                        return r;
                lex->at++;
        }
}

static int line_add(ow_inf *inf, struct inf_lex *lex, ow_error *err)
{
        struct inf_line line = { .section = (uint32_t)inf->n_sections - 1,
                                 .key = INF_NO_KEY,
                                 .first = (uint32_t)inf->n_fields,
                                 .number = lex->number };
        void *grown;
        int r;

        if (inf->n_lines == MAX_LINES)
                return ow_fail(err, OW_E_LIMIT, lex->number, "more than %d lines", MAX_LINES);
        r = fields(inf, lex, &line, err);
        if (r < 0)
                return r;
        line.count = (uint32_t)inf->n_fields - line.first;
        grown = ow_grow(inf->lines, inf->n_lines, &inf->cap_lines, sizeof *inf->lines);
        if (!grown)
                return ow_fail_nomem(err);
        inf->lines = grown;
        inf->lines[inf->n_lines++] = line;
        return 0;
}

/* At '['. A name without its ']' ends with the line. */
static int section_add(ow_inf *inf, struct inf_lex *lex, ow_error *err)
{
        size_t begin = ++lex->at, end;
        void *grown;

        if (inf->n_sections == MAX_SECTIONS)
                return ow_fail(err, OW_E_LIMIT, lex->number, "more than %d sections", MAX_SECTIONS);
        while (peek(lex) != '\n' && peek(lex) != ']')
                lex->at++;
        end = lex->at;
        while (begin < end && blank(lex->p[begin]))
                begin++;
        while (end > begin && blank(lex->p[end - 1]))
                end--;
        grown = ow_grow(inf->sections, inf->n_sections, &inf->cap_sections, sizeof *inf->sections);
        if (!grown)
                return ow_fail_nomem(err);
        inf->sections = grown;
        inf->sections[inf->n_sections++] = (struct inf_section){ .name = (uint32_t)inf->text.len };
        ow_buffer_put(&inf->text, lex->p + begin, end - begin);
        ow_buffer_put_byte(&inf->text, 0);
        return ow_buffer_failed(&inf->text) ? ow_fail_nomem(err) : 0;
}

int inf_lex_all(ow_inf *inf, struct inf_lex *lex, ow_error *err)
{
        int r = 0;

        while (lex->at < lex->size && r == 0) {
                while (lex->at < lex->size && blank(peek(lex)))
                        lex->at++;
                if (peek(lex) == 0x1a) /* Ctrl-Z ends a text of old editors */
                        break;
                if (peek(lex) == '[')
                        r = section_add(inf, lex, err);
                else if (peek(lex) != '\n' && peek(lex) != ';' && inf->n_sections)
                        r = line_add(inf, lex, err);
                skip_line(lex);
        }
        return r;
}
