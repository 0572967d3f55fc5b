/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The closed vocabulary of fix files: one table for reading, for docs/fixes.md and for help. */
#ifndef FIX_WORDS_H
#define FIX_WORDS_H

#include "fix/fix.h"

enum fix_section_kind {
        FIX_SECTION_HEAD,               /* [Fix] */
        FIX_SECTION_PACK,               /* [Vendor] */
        FIX_SECTION_ITEM,               /* what a pack looks for; [Service] also stands without a pack */
        FIX_SECTION_REGISTRY,           /* .reg syntax: no words */
};

struct fix_section {
        ow_fix_section section;
        const char *name;               /* what stands behind '[': "Service" */
        enum fix_section_kind kind;
        enum ow_vendor_kind item;       /* with ITEM */
};

/* What a word is put into: the fix, and of it the item that is being read (NULL in [Fix] and [Vendor]). */
struct fix_place {
        ow_fix *fix;
        struct fix_item *item;
};

struct fix_word {
        ow_fix_word word;
        bool required, repeats;
        int (*set)(const struct fix_place *at, const char *value, ow_error *err);
};

/* [Fix] and [Vendor] are words of these; the table of all is their sum, in this order. */
extern const struct fix_word fix_head_words[], fix_item_words[];
extern const size_t fix_n_head_words, fix_n_item_words;

/* Index below ow_fix_section_count() and ow_fix_word_count(). */
const struct fix_section *fix_section_at(size_t index);
const struct fix_word *fix_word_at(size_t index);

/* The word of a section, or NULL. *ret_bit is its own among those of the section, for "seen". */
const struct fix_word *fix_word_find(const struct fix_section *section, const char *key, unsigned *ret_bit);

/* "Title, Why, ..." of one section; "[Fix], [Service NAME], ..." of all. */
void fix_word_list(const struct fix_section *section, ow_buffer *out);
void fix_section_list(ow_buffer *out);

/* What Start= of a [Service] section becomes. OW_E_INVAL lists what is allowed. */
struct fix_start {
        const char *name;
        uint32_t start;
        bool delayed;
};
int fix_start_find(const char *value, const struct fix_start **ret, ow_error *err);

/* ---- how values are read ---- */

int fix_set_text(char **slot, const char *value, ow_error *err);
int fix_set_flag(bool *flag, const char *value, ow_error *err);

/* The index of value among names, or OW_E_INVAL that lists them. */
int fix_set_choice(const char *const *names, size_t n, const char *value, unsigned *ret, ow_error *err);

#endif
