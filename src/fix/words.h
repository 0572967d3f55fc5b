/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The closed vocabulary of fix files: one table for reading, for docs/fixes.md and for help. */
#ifndef FIX_WORDS_H
#define FIX_WORDS_H

#include "fix/fix.h"

struct fix_word {
        ow_fix_word word;
        bool required, repeats;
        int (*set)(ow_fix *fix, const char *value, ow_error *err);      /* NULL for words of [Service] */
};

/* The word of [Fix], or NULL. Its index is a bit for "seen". */
const struct fix_word *fix_word_find(const char *key, size_t *ret_index);
const struct fix_word *fix_word_at(size_t index);
size_t fix_word_count(void);

/* "Title, Why, ..." of one section. */
void fix_word_list(const char *section, ow_buffer *out);

/* What Start= of a [Service] section becomes. OW_E_INVAL lists what is allowed. */
struct fix_start {
        const char *name;
        uint32_t start;
        bool delayed;
};
int fix_start_find(const char *value, const struct fix_start **ret, ow_error *err);

#endif
