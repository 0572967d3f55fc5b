/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An INF in memory: one run of NUL-terminated texts, and lines that point into it by offset, sorted by section.
 *
 * The bytes come from a driver folder that somebody downloaded. Caps: OW_INF_MAX_BYTES of text, INF_MAX_TEXT after
 * replacing tokens, INF_MAX_ITEMS of whatever an answer lists.
 */
#ifndef INF_INF_H
#define INF_INF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/inf.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "base/upcase.h"

enum {
        INF_MAX_TEXT = 32 << 20,  /* bytes of all texts once tokens are replaced */
        INF_MAX_FIELD = 4096,     /* bytes of one field with its tokens replaced, as Windows has it */
        INF_MAX_ITEMS = 100000,   /* models, files, lines of values of one answer */
        INF_MAX_VALUES = 8 << 20, /* bytes of registry values of one answer */
        INF_MAX_LOOKS = 5000000,  /* lines looked at for one answer */
};

#define INF_NO_KEY UINT32_MAX

struct inf_line {
        uint32_t section;      /* index into sections */
        uint32_t key;          /* offset of a text, or INF_NO_KEY */
        uint32_t first, count; /* fields */
        uint32_t number;       /* in the file */
};

struct inf_section {
        uint32_t name;         /* offset of a text */
        uint32_t first, count; /* lines */
};

struct ow_inf {
        ow_buffer text;
        uint32_t *fields; /* offsets of texts */
        size_t n_fields, cap_fields;
        struct inf_line *lines;
        size_t n_lines, cap_lines;
        struct inf_section *sections;
        size_t n_sections, cap_sections;
};

OW_DEFINE_AUTO(ow_inf, ow_inf_free);

/* Appends what bytes say, as UTF-8 without a byte order mark. OW_E_FORMAT, OW_E_LIMIT, OW_E_NOMEM. */
int inf_text_decode(const void *bytes, size_t size, ow_buffer *out, ow_error *err);

/* One logical line: over how many lines of the file it runs, its section name or its fields. */
struct inf_lex {
        const char *p; /* UTF-8 without NUL */
        size_t size, at;
        uint32_t number; /* of the line that at is in */
};

/* Sections, lines and fields into inf, in the file's order; %token% still in place. */
int inf_lex_all(ow_inf *inf, struct inf_lex *lex, ow_error *err);

/* Replaces tokens and directory ids everywhere but in [Strings]. */
int inf_strings_replace(ow_inf *inf, uint16_t language, ow_error *err);

static inline const char *inf_text_at(const ow_inf *inf, uint32_t offset)
{
        return (const char *)inf->text.p + offset;
}

static inline bool inf_equal(const char *a, const char *b)
{
        return ow_name_compare(a, b) == 0;
}

/* Fields of section's lines that have key, as one list: "AddReg = a, b" twice is four names. */
struct inf_names {
        const ow_inf *inf;
        ow_inf_section section;
        const char *key;
        uint32_t line, field; /* where the search goes on; start with 0 */
};

/* The next name that is not empty, or NULL. */
const char *inf_names_next(struct inf_names *names);

/* Value of the first line with key in section, or "". */
const char *inf_value(const ow_inf *inf, const ow_inf_section *section, const char *key);

/* base.suffix, if inf has it. OW_E_NOMEM; 1 found, 0 not. */
int inf_find_joined(const ow_inf *inf, const char *base, const char *suffix, ow_inf_section *ret, ow_error *err);

/* What section's AddReg directives set; budget, bytes, shrinks. The rows are the caller's: inf_registry_done(). */
int inf_registry_get(const ow_inf *inf, const ow_inf_section *section, size_t *budget, ow_inf_reg **ret,
                     size_t *ret_n, ow_error *err);
void inf_registry_done(ow_inf_reg *rows, size_t n);

#endif
