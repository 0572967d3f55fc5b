/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .reg text to a document: keys and values in the order of the text, nothing interpreted beyond the text itself.
 * A text with one bad line gives no document at all. Format: docs/formats/reg-text.md.
 */
#include <string.h>
#include <strings.h>

#include <offwin/reg.h>

#include "base/alloc.h"
#include "base/le.h"
#include "base/utf16.h"
#include "reg/path.h"
#include "reg/text-lex.h"

enum {
        MAX_ITEMS = 8 << 20,            /* keys and values: each costs some 100 bytes of memory for 4 of text */
        WORD_CHARS = 8,
};

struct parser {
        struct reg_lex lex;
        unsigned flags;
        bool ansi;                      /* REGEDIT4: strings in hex(...) are single bytes */
        ow_buffer converted;            /* the text, when it came as UTF-16 */
        ow_buffer text;                 /* scratch: one name or string as UTF-8 */
        ow_buffer data;                 /* scratch: data of one value */
        ow_reg_document doc;
        size_t cap_keys, cap_values;    /* of doc.keys and of the last key's values */
        size_t items;
};

static void key_done(ow_reg_key *key)
{
        for (size_t i = 0; i < key->n_values; i++) {
                ow_free(key->values[i].name);
                ow_blob_done(&key->values[i].data);
        }
        ow_free(key->values);
        ow_free(key->path);
}

void ow_reg_document_done(ow_reg_document *document)
{
        for (size_t i = 0; i < document->n_keys; i++)
                key_done(&document->keys[i]);
        ow_free(document->keys);
        *document = (ow_reg_document){ NULL, 0 };
}

static void parser_done(struct parser *p)
{
        ow_buffer_done(&p->converted);
        ow_buffer_done(&p->text);
        ow_buffer_done(&p->data);
        ow_reg_document_done(&p->doc);
}

static int count_item(struct parser *p, ow_error *err)
{
        if (p->items == MAX_ITEMS)
                return ow_fail(err, OW_E_LIMIT, p->lex.line, "line %u: more than %d keys and values", p->lex.line,
                               MAX_ITEMS);
        p->items++;
        return 0;
}

static bool is_header(ow_view line, const char *header)
{
        return line.len == strlen(header) && memcmp(line.p, header, line.len) == 0;
}

static int parse_header(struct parser *p, ow_error *err)
{
        ow_view line;

        if (!reg_lex_next_line(&p->lex)) {
                if (p->flags & OW_REG_NO_HEADER)
                        return 0;
                return ow_fail(err, OW_E_FORMAT, 1, "not a .reg text: it is empty");
        }
        line = reg_lex_line_rest(&p->lex);
        p->ansi = is_header(line, "REGEDIT4");
        if (p->ansi || is_header(line, "Windows Registry Editor Version 5.00")) {
                p->lex.at += line.len;
                return 0;
        }
        if (p->flags & OW_REG_NO_HEADER)
                return 0;
        return ow_fail(err, OW_E_FORMAT, p->lex.line,
                       "not a .reg text: line %u is not 'Windows Registry Editor Version 5.00'", p->lex.line);
}

/* ---- data ---- */

/* "hex:" and "hex(n):" data, from the first byte on. */
static int parse_hex_bytes(struct parser *p, ow_error *err)
{
        struct reg_lex *lex = &p->lex;
        uint8_t chunk[256];
        size_t n = 0;
        uint64_t byte;
        int r;

        r = reg_lex_continue(lex, err);
        if (r < 0)
                return r;
        if (reg_lex_at_line_end(lex))
                return 0;
        for (;;) {
                r = reg_lex_hex(lex, 2, "a byte of one or two hex digits", &byte, err);
                if (r < 0)
                        return r;
                chunk[n++] = (uint8_t)byte;
                if (n == sizeof chunk) {
                        ow_buffer_put(&p->data, chunk, n);
                        n = 0;
                }
                r = reg_lex_continue(lex, err);
                if (r < 0)
                        return r;
                if (!reg_lex_accept(lex, ','))
                        break;
                r = reg_lex_continue(lex, err);
                if (r < 0)
                        return r;
        }
        ow_buffer_put(&p->data, chunk, n);
        return 0;
}

/* REGEDIT4 keeps the strings of hex(1), hex(2) and hex(7) in the code page of the machine that wrote them. */
static int widen_ansi(struct parser *p, uint32_t line, ow_error *err)
{
        OW_AUTO_BUFFER wide = OW_BUFFER_INIT;

        for (size_t i = 0; i < p->data.len; i++) {
                if (p->data.p[i] >= 0x80)
                        return ow_fail(err, OW_E_INVAL, line, "line %u: byte %02x of a REGEDIT4 string depends on a "
                                       "code page; export it again as version 5", line, p->data.p[i]);
                ow_buffer_put_byte(&wide, p->data.p[i]);
                ow_buffer_put_byte(&wide, 0);
        }
        ow_buffer_done(&p->data);
        p->data = wide;
        wide = (ow_buffer)OW_BUFFER_INIT;
        return 0;
}

static int parse_hex(struct parser *p, uint32_t *ret_type, ow_error *err)
{
        uint32_t line = p->lex.line;
        uint64_t type = OW_REG_BINARY;
        int r;

        if (reg_lex_accept(&p->lex, '(')) {
                r = reg_lex_hex(&p->lex, 8, "a type of up to 8 hex digits after 'hex('", &type, err);
                if (r < 0)
                        return r;
                if (!reg_lex_accept(&p->lex, ')'))
                        return reg_lex_expected(&p->lex, err, "')' after the type number");
        }
        if (!reg_lex_accept(&p->lex, ':'))
                return reg_lex_expected(&p->lex, err, "'(' or ':' after 'hex'");
        *ret_type = (uint32_t)type;
        r = parse_hex_bytes(p, err);
        if (r < 0)
                return r;
        if (p->ansi && (type == OW_REG_SZ || type == OW_REG_EXPAND_SZ || type == OW_REG_MULTI_SZ))
                return widen_ansi(p, line, err);
        return 0;
}

static int parse_number(struct parser *p, unsigned digits, const char *what, ow_error *err)
{
        uint8_t bytes[8];
        uint64_t n = 0;
        int r;

        reg_lex_blanks(&p->lex);
        r = reg_lex_hex(&p->lex, digits, what, &n, err);
        if (r < 0)
                return r;
        ow_le64_put(bytes, n);
        ow_buffer_put(&p->data, bytes, digits / 2);
        return 0;
}

/* One quoted string as UTF-16LE with its NUL. */
static int parse_string(struct parser *p, ow_error *err)
{
        int r;

        if (reg_lex_peek(&p->lex) != '"')
                return reg_lex_expected(&p->lex, err, "a string in quotes");
        p->text.len = 0;
        r = reg_lex_string(&p->lex, &p->text, err);
        if (r < 0)
                return r;
        r = ow_utf8_to_utf16((const char *)p->text.p, p->text.len, &p->data, err);
        if (r < 0)
                return r;
        ow_buffer_put(&p->data, "\0", 2);
        return 0;
}

static int parse_multi(struct parser *p, ow_error *err)
{
        int r = reg_lex_continue(&p->lex, err);

        if (r < 0)
                return r;
        while (!reg_lex_at_line_end(&p->lex)) {
                r = parse_string(p, err);
                if (r < 0)
                        return r;
                if (p->text.len == 0)
                        return reg_lex_fail(&p->lex, err, "an empty string would end the list");
                reg_lex_blanks(&p->lex);
                if (!reg_lex_accept(&p->lex, ','))
                        break;
                r = reg_lex_continue(&p->lex, err);
                if (r < 0)
                        return r;
                if (reg_lex_peek(&p->lex) != '"')
                        return reg_lex_expected(&p->lex, err, "a string in quotes after ','");
        }
        ow_buffer_put(&p->data, "\0", 2);
        return 0;
}

/* The letters before ':' or '('; empty when there are none or too many. */
static void take_word(struct reg_lex *lex, char word[WORD_CHARS])
{
        size_t at = lex->at, n = 0;

        for (char c = reg_lex_peek(lex); (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); c = reg_lex_peek(lex)) {
                if (n == WORD_CHARS - 1) {
                        n = 0;
                        break;
                }
                word[n++] = c;
                lex->at++;
        }
        word[n] = '\0';
        if (n == 0)
                lex->at = at;
}

/* Words that regedit does not know; see OW_REG_EXTENDED. 1 taken, 0 not one of them. */
static int parse_extension(struct parser *p, const char *word, uint32_t *ret_type, ow_error *err)
{
        bool multi = strcasecmp(word, "multi") == 0;
        bool expand = strcasecmp(word, "expand") == 0;
        int r;

        if (!multi && !expand && strcasecmp(word, "qword") != 0)
                return 0;
        if (!(p->flags & OW_REG_EXTENDED))
                return reg_lex_fail(&p->lex, err,
                                    "'%s:' is not known to regedit and not accepted here; write hex(%s):", word,
                                    multi ? "7" : expand ? "2" : "b");
        if (!reg_lex_accept(&p->lex, ':'))
                return reg_lex_expected(&p->lex, err, "':' after the type");
        *ret_type = multi ? OW_REG_MULTI_SZ : expand ? OW_REG_EXPAND_SZ : OW_REG_QWORD;
        reg_lex_blanks(&p->lex);
        r = multi ? parse_multi(p, err) :
            expand ? parse_string(p, err) : parse_number(p, 16, "1 to 16 hex digits after 'qword:'", err);
        return r < 0 ? r : 1;
}

static int parse_typed_data(struct parser *p, uint32_t *ret_type, ow_error *err)
{
        struct reg_lex begin = p->lex;
        char word[WORD_CHARS];
        int r;

        take_word(&p->lex, word);
        if (strcasecmp(word, "hex") == 0)
                return parse_hex(p, ret_type, err);
        if (strcasecmp(word, "dword") == 0 && reg_lex_accept(&p->lex, ':')) {
                *ret_type = OW_REG_DWORD;
                return parse_number(p, 8, "1 to 8 hex digits after 'dword:'", err);
        }
        r = parse_extension(p, word, ret_type, err);
        if (r == 0)
                return reg_lex_expected(&begin, err, p->flags & OW_REG_EXTENDED ?
                                        "a string, dword:, hex:, multi:, expand:, qword: or -" :
                                        "a string, dword:, hex: or -");
        return r < 0 ? r : 0;
}

/* ---- lines ---- */

static int parse_name(struct parser *p, ow_error *err)
{
        p->text.len = 0;
        if (reg_lex_accept(&p->lex, '@'))
                return 0;
        if (reg_lex_peek(&p->lex) != '"')
                return reg_lex_expected(&p->lex, err, "a key in brackets, or a value: \"name\"=... or @=...");
        return reg_lex_string(&p->lex, &p->text, err);
}

/* Everything behind the name. value is reached through doc already, so a failure frees what it has so far. */
static int parse_assignment(struct parser *p, ow_reg_value *value, ow_error *err)
{
        int r = 0;

        reg_lex_blanks(&p->lex);
        if (!reg_lex_accept(&p->lex, '='))
                return reg_lex_expected(&p->lex, err, "'=' after the name of a value");
        reg_lex_blanks(&p->lex);
        p->data.len = 0;
        if (reg_lex_accept(&p->lex, '-')) {
                value->remove = true;
        } else if (reg_lex_peek(&p->lex) == '"') {
                value->type = OW_REG_SZ;
                r = parse_string(p, err);
        } else {
                r = parse_typed_data(p, &value->type, err);
        }
        if (r < 0)
                return r;
        if (!reg_lex_at_line_end(&p->lex))
                return reg_lex_expected(&p->lex, err, "the end of the line after the data");
        if (ow_buffer_failed(&p->data))
                return ow_fail_nomem(err);
        if (p->data.len == 0)
                return 0;
        value->data.p = ow_malloc(p->data.len);
        if (!value->data.p)
                return ow_fail_nomem(err);
        memcpy(value->data.p, p->data.p, p->data.len);
        value->data.size = p->data.len;
        return 0;
}

static int parse_value(struct parser *p, ow_error *err)
{
        ow_reg_key *key = p->doc.n_keys ? &p->doc.keys[p->doc.n_keys - 1] : NULL;
        uint32_t line = p->lex.line;
        ow_reg_value *values;
        char *name;
        int r;

        r = parse_name(p, err);
        if (r < 0)
                return r;
        if (!key || key->remove)
                return ow_fail(err, OW_E_INVAL, line, "line %u: expected a key in brackets before the first value%s",
                               line, key ? " (the key above is removed)" : "");
        r = count_item(p, err);
        if (r < 0)
                return r;
        values = ow_grow(key->values, key->n_values, &p->cap_values, sizeof *values);
        if (!values)
                return ow_fail_nomem(err);
        key->values = values;
        name = ow_strndup(p->text.len ? (const char *)p->text.p : "", p->text.len);
        if (!name)
                return ow_fail_nomem(err);
        values[key->n_values] = (ow_reg_value){ .name = name, .line = line };
        return parse_assignment(p, &values[key->n_values++], err);
}

/* Gives back the room that doubling left over: most keys have few values. */
static void trim_values(struct parser *p)
{
        ow_reg_key *key = p->doc.n_keys ? &p->doc.keys[p->doc.n_keys - 1] : NULL;
        ow_reg_value *values;

        if (!key || key->n_values == p->cap_values)
                return;
        values = ow_realloc_array(key->values, key->n_values, sizeof *values);
        if (values)
                key->values = values;
}

/* The path of a key line: up to the last ']' that only a comment may follow. */
static int parse_key_path(struct parser *p, ow_view *ret, ow_error *err)
{
        struct reg_lex *lex = &p->lex;
        ow_view rest = reg_lex_line_rest(lex);
        const uint8_t *close = memrchr(rest.p, ']', rest.len);
        struct reg_lex after = *lex;

        if (!close)
                return reg_lex_expected(lex, err, "']' at the end of the key");
        *ret = (ow_view){ rest.p, (size_t)(close - rest.p) };
        after.at += ret->len + 1;
        if (!reg_lex_at_line_end(&after))
                return reg_lex_expected(&after, err, "the end of the line after ']'");
        if (ret->len > 1 && ret->p[ret->len - 1] == '\\')
                ret->len--;             /* hivexregedit ends the first key of a whole hive in it */
        *lex = after;
        return 0;
}

static int parse_key(struct parser *p, ow_error *err)
{
        uint32_t line = p->lex.line;
        ow_reg_key *keys;
        ow_view path;
        bool remove;
        char *copy;
        int r;

        r = count_item(p, err);
        if (r < 0)
                return r;
        remove = reg_lex_accept(&p->lex, '-');
        r = parse_key_path(p, &path, err);
        if (r < 0)
                return r;
        r = reg_path_check((const char *)path.p, path.len, err);
        if (r < 0) {
                if (err)
                        err->where = line;
                return ow_wrap(err, r, "line %u", line);
        }
        trim_values(p);
        keys = ow_grow(p->doc.keys, p->doc.n_keys, &p->cap_keys, sizeof *keys);
        if (!keys)
                return ow_fail_nomem(err);
        p->doc.keys = keys;
        copy = ow_strndup((const char *)path.p, path.len);
        if (!copy)
                return ow_fail_nomem(err);
        keys[p->doc.n_keys++] = (ow_reg_key){ .path = copy, .remove = remove, .line = line };
        p->cap_values = 0;
        return 0;
}

int ow_reg_parse(const void *text, size_t size, unsigned flags, ow_reg_document *ret, ow_error *err)
{
        __attribute__((cleanup(parser_done))) struct parser p = { .flags = flags };
        int r;

        r = reg_lex_open(&p.lex, (ow_view){ text, size }, &p.converted, err);
        if (r < 0)
                return r;
        r = parse_header(&p, err);
        if (r < 0)
                return r;
        while (reg_lex_next_line(&p.lex)) {
                r = reg_lex_accept(&p.lex, '[') ? parse_key(&p, err) : parse_value(&p, err);
                if (r < 0)
                        return r;
        }
        trim_values(&p);
        *ret = p.doc;
        p.doc = (ow_reg_document){ NULL, 0 };
        return 0;
}
