/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lines of .reg text: header, keys, values; and the passes over all of them. */
#include <string.h>

#include "base/alloc.h"
#include "reg/path.h"
#include "reg/text-parse.h"

static bool is_header(ow_view line, const char *header)
{
        return line.len == strlen(header) && memcmp(line.p, header, line.len) == 0;
}

static int parse_header(struct reg_parser *p, ow_error *err)
{
        ow_view line;

        if (!reg_lex_next_line(&p->lex)) {
                if (p->flags & OW_REG_NO_HEADER)
                        return 0;
                return ow_fail(err, OW_E_FORMAT, 1, "not a .reg text: it is empty");
        }
        line = reg_lex_line_rest(&p->lex);
        p->regedit4 = is_header(line, "REGEDIT4");
        if (p->regedit4 || is_header(line, "Windows Registry Editor Version 5.00")) {
                p->lex.at += line.len;
                return 0;
        }
        if (p->flags & OW_REG_NO_HEADER)
                return 0;
        return ow_fail(err, OW_E_FORMAT, p->lex.line,
                       "not a .reg text: line %u is not 'Windows Registry Editor Version 5.00'", p->lex.line);
}

static int parse_name(struct reg_parser *p, ow_error *err)
{
        p->name.len = 0;
        if (reg_lex_accept(&p->lex, '@'))
                return 0;
        if (reg_lex_peek(&p->lex) != '"')
                return reg_lex_expected(&p->lex, err, "a key in brackets, or a value: \"name\"=... or @=...");
        return reg_lex_string(&p->lex, &p->name, err);
}

/* Everything behind the name. */
static int parse_assignment(struct reg_parser *p, ow_error *err)
{
        int r = 0;

        reg_lex_blanks(&p->lex);
        if (!reg_lex_accept(&p->lex, '='))
                return reg_lex_expected(&p->lex, err, "'=' after the name of a value");
        reg_lex_blanks(&p->lex);
        p->data.len = 0;
        if (reg_lex_accept(&p->lex, '-')) {
                p->value.remove = true;
        } else if (reg_lex_peek(&p->lex) == '"') {
                p->value.type = OW_REG_SZ;
                r = reg_parse_string(p, err);
        } else {
                r = reg_parse_typed_data(p, &p->value.type, err);
        }
        if (r < 0)
                return r;
        if (!reg_lex_at_line_end(&p->lex))
                return reg_lex_expected(&p->lex, err, "the end of the line after the data");
        if (ow_buffer_failed(&p->data))
                return ow_fail_nomem(err);
        p->value.data = (ow_blob){ p->data.len ? p->data.p : NULL, p->data.len };
        return 0;
}

static int parse_value(struct reg_parser *p, ow_error *err)
{
        uint32_t line = p->lex.line;
        int r;

        r = parse_name(p, err);
        if (r < 0)
                return r;
        if (!p->key.path || p->key.remove)
                return ow_fail(err, OW_E_INVAL, line, "line %u: expected a key in brackets before the first value%s",
                               line, p->key.path ? " (the key above is removed)" : "");
        ow_buffer_put_byte(&p->name, 0);
        if (ow_buffer_failed(&p->name))
                return ow_fail_nomem(err);
        p->is_value = true;
        p->value = (ow_reg_value){ .name = (char *)p->name.p, .line = line };
        r = parse_assignment(p, err);
        return r < 0 ? r : 1;
}

/* The path of a key line: up to the last ']' that only a comment may follow. */
static int parse_key_path(struct reg_parser *p, ow_view *ret, ow_error *err)
{
        struct reg_lex *lex = &p->lex;
        ow_view rest = reg_lex_line_rest(lex);
        const uint8_t *close = rest.len ? memrchr(rest.p, ']', rest.len) : NULL;
        struct reg_lex after = *lex;

        if (!close)
                return reg_lex_expected(lex, err, "']' at the end of the key");
        *ret = (ow_view){ rest.p, (size_t)(close - rest.p) };
        after.at += ret->len + 1;
        if (!reg_lex_at_line_end(&after))
                return reg_lex_expected(&after, err, "the end of the line after ']'");
        /* hivexregedit ends the first key of a whole hive in '\\'. */
        ret->len = reg_path_trim((const char *)ret->p, ret->len);
        *lex = after;
        return 0;
}

static int check_key_path(ow_view path, ow_error *err)
{
        const char *text = (const char *)path.p;
        bool at_root = path.len > 0 && *text == '\\';

        if (at_root && path.len == 1)
                return 0;
        /* hivexregedit begins the keys of a hive with '\\'; before a root of the registry it is a mistake. */
        if (at_root && !reg_path_has_root(text + 1, path.len - 1))
                return reg_path_check(text + 1, path.len - 1, err);
        return reg_path_check(text, path.len, err);
}

static int parse_key(struct reg_parser *p, ow_error *err)
{
        uint32_t line = p->lex.line;
        ow_view path;
        bool remove;
        int r;

        remove = reg_lex_accept(&p->lex, '-');
        r = parse_key_path(p, &path, err);
        if (r < 0)
                return r;
        r = check_key_path(path, err);
        if (r < 0) {
                if (err)
                        err->where = line;
                return ow_wrap(err, r, "line %u", line);
        }
        p->path.len = 0;
        ow_buffer_put(&p->path, path.p, path.len);
        ow_buffer_put_byte(&p->path, 0);
        if (ow_buffer_failed(&p->path))
                return ow_fail_nomem(err);
        p->is_value = false;
        p->key = (ow_reg_key){ .path = (char *)p->path.p, .remove = remove, .line = line };
        return 1;
}

static int parse_item(struct reg_parser *p, ow_error *err)
{
        if (!reg_lex_next_line(&p->lex))
                return 0;
        return reg_lex_accept(&p->lex, '[') ? parse_key(p, err) : parse_value(p, err);
}

/* Runs parse, and again with more text as long as it came to the end of the window. */
static int parse_whole(struct reg_parser *p, int (*parse)(struct reg_parser *p, ow_error *err), ow_error *err)
{
        for (;;) {
                struct reg_lex begin = p->lex;
                int r = parse(p, err);

                if (p->lex.at < p->lex.size || p->input.last)
                        return r;
                r = reg_input_more(&p->input, begin.at, begin.line, err);
                if (r < 0)
                        return r;
                p->lex = (struct reg_lex){ .p = p->input.p, .size = p->input.len, .line = begin.line };
        }
}

void reg_parser_close(struct reg_parser *p)
{
        reg_input_close(&p->input);
        reg_codepage_close(&p->ansi);
        ow_buffer_done(&p->text);
        ow_buffer_done(&p->name);
        ow_buffer_done(&p->path);
        ow_buffer_done(&p->data);
}

int reg_parser_open(struct reg_parser *p, const ow_reg_text *text, ow_error *err)
{
        int r;

        p->flags = text->flags;
        r = reg_input_open(&p->input, text, err);
        if (r < 0)
                return r;
        p->lex = (struct reg_lex){ .p = p->input.p, .size = p->input.len, .line = 1 };
        r = parse_whole(p, parse_header, err);
        if (r == 0 && p->regedit4 && text->codepage)
                r = reg_codepage_open(&p->ansi, text->codepage, true, err);
        return r;
}

int reg_parser_next(struct reg_parser *p, ow_error *err)
{
        return parse_whole(p, parse_item, err);
}

int reg_text_pass(const ow_reg_text *text, const ow_reg_reader *reader, ow_error *err)
{
        __attribute__((cleanup(reg_parser_close))) struct reg_parser p = REG_PARSER_INIT;
        int r;

        r = reg_parser_open(&p, text, err);
        while (r >= 0 && (r = reg_parser_next(&p, err)) > 0) {
                if (reader && !p.is_value && reader->key)
                        r = reader->key(reader->state, &p.key, err);
                else if (reader && p.is_value && reader->value)
                        r = reader->value(reader->state, &p.value, err);
        }
        return r;
}

int ow_reg_read(const ow_reg_text *text, const ow_reg_reader *reader, ow_error *err)
{
        int r = reg_text_pass(text, NULL, err);

        return r < 0 ? r : reg_text_pass(text, reader, err);
}
