/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * .reg text, one key or value at a time. An item that the window of the text cuts off is parsed again with more of it,
 * so an item is only acted upon once it is whole. Format: docs/formats/reg-text.md.
 */
#ifndef REG_TEXT_PARSE_H
#define REG_TEXT_PARSE_H

#include <stdbool.h>
#include <stdint.h>

#include <offwin/reg.h>

#include "base/buffer.h"
#include "reg/codepage.h"
#include "reg/text-input.h"
#include "reg/text-lex.h"

struct reg_parser {
        struct reg_input input;
        struct reg_lex lex;             /* on the window of input */
        unsigned flags;
        bool regedit4;                  /* strings in hex(...) are single bytes */
        struct reg_codepage ansi;       /* and this is what they mean, when it is known */
        ow_buffer text;                 /* scratch: one string as UTF-8 */
        ow_buffer name, path, data;     /* of the item */
        bool is_value;                  /* the item: a value, or a key */
        ow_reg_key key;                 /* the last one; its path is in path */
        ow_reg_value value;             /* its name is in name, its data in data */
};

#define REG_PARSER_INIT { .text = OW_BUFFER_INIT, .name = OW_BUFFER_INIT, .path = OW_BUFFER_INIT, \
                          .data = OW_BUFFER_INIT, .input = { .raw = OW_BUFFER_INIT, .window = OW_BUFFER_INIT } }

/* Starts on text, which must outlive the parser: reads its header. Also after a failure: reg_parser_close(). */
int reg_parser_open(struct reg_parser *p, const ow_reg_text *text, ow_error *err);
void reg_parser_close(struct reg_parser *p);

/* 1: p->is_value says which of p->key and p->value is next. 0: the text has ended. */
int reg_parser_next(struct reg_parser *p, ow_error *err);

/* One pass over all of text. reader may be NULL: the text is only checked. */
int reg_text_pass(const ow_reg_text *text, const ow_reg_reader *reader, ow_error *err);

/* One quoted string, at its first quote, as UTF-16LE with its NUL behind p->data; as UTF-8 in p->text. */
int reg_parse_string(struct reg_parser *p, ow_error *err);

/* What begins with a word: hex, dword, ... into p->data. */
int reg_parse_typed_data(struct reg_parser *p, uint32_t *ret_type, ow_error *err);

#endif
