/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A list of texts (REG_MULTI_SZ) of the guest, taken apart to be edited and put together again. */
#ifndef FIX_TEXT_LIST_H
#define FIX_TEXT_LIST_H

#include "fix/plan.h"

enum { TEXT_LIST_MAX = 20000 }; /* texts of one list; far above what any Windows has */

/* Texts are the list's. {0} is an empty one. */
struct text_list {
        char **items;
        size_t n, cap;
};

#define AUTO_TEXT_LIST __attribute__((cleanup(text_list_done))) struct text_list

void text_list_done(struct text_list *list);

/*
 * Adds the texts of a value to list; an absent one has none, a REG_SZ is a list of one. OW_E_UNSUPPORTED for other
 * types (what names the value), OW_E_LIMIT.
 */
int text_list_read(const ow_datum *datum, const char *what, struct text_list *list, ow_error *err);

/* A copy of text comes to stand at index. OW_E_LIMIT. */
int text_list_insert(struct text_list *list, size_t index, const char *text, ow_error *err);

void text_list_remove(struct text_list *list, size_t index);

/* Where a text stands that equals text as Windows compares names; list->n when none does. */
size_t text_list_find(const struct text_list *list, const char *text);

bool text_list_equal(const struct text_list *a, const struct text_list *b);

/* The bytes of the value: each text with its NUL, one more at the end. An empty list is one NUL, as Windows has it.
 */
int text_list_encode(const struct text_list *list, ow_buffer *ret, ow_error *err);

#endif
