/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lists of texts, to and from the bytes of a value. */
#include "fix/text-list.h"

#include <string.h>

#include "base/upcase.h"
#include "base/utf16.h"

void text_list_done(struct text_list *list)
{
        for (size_t i = 0; i < list->n; i++)
                ow_free(list->items[i]);
        ow_free(list->items);
        *list = (struct text_list){ 0 };
}

int text_list_insert(struct text_list *list, size_t index, const char *text, ow_error *err)
{
        char *copy;
        void *grown;

        if (list->n == TEXT_LIST_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "a list of more than %d texts", TEXT_LIST_MAX);
        grown = ow_grow(list->items, list->n, &list->cap, sizeof *list->items);
        if (!grown)
                return ow_fail_nomem(err);
        list->items = grown;
        copy = ow_strdup(text);
        if (!copy)
                return ow_fail_nomem(err);
        memmove(&list->items[index + 1], &list->items[index], (list->n - index) * sizeof list->items[0]);
        list->items[index] = copy;
        list->n++;
        return 0;
}

void text_list_remove(struct text_list *list, size_t index)
{
        ow_free(list->items[index]);
        list->n--;
        memmove(&list->items[index], &list->items[index + 1], (list->n - index) * sizeof list->items[0]);
}

int text_list_read(const ow_datum *datum, const char *what, struct text_list *list, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        int r = 0;

        if (!datum->present)
                return 0;
        if (datum->type != OW_REG_MULTI_SZ && datum->type != OW_REG_SZ)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is of type %u, not a list of texts", what,
                               datum->type);
        ow_utf16_to_utf8((ow_view){ datum->data.p, datum->data.size }, &text);
        ow_buffer_put_byte(&text, 0); /* a list whose final NUL is missing */
        if (ow_buffer_failed(&text))
                return ow_fail_nomem(err);
        for (size_t at = 0; at < text.len && r == 0; at += strlen((const char *)text.p + at) + 1)
                if (text.p[at] != '\0')
                        r = text_list_insert(list, list->n, (const char *)text.p + at, err);
        return r < 0 ? ow_wrap(err, r, "'%s'", what) : 0;
}

size_t text_list_find(const struct text_list *list, const char *text)
{
        size_t i = 0;

        while (i < list->n && ow_name_compare(list->items[i], text) != 0)
                i++;
        return i;
}

bool text_list_equal(const struct text_list *a, const struct text_list *b)
{
        if (a->n != b->n)
                return false;
        for (size_t i = 0; i < a->n; i++)
                if (ow_name_compare(a->items[i], b->items[i]) != 0)
                        return false;
        return true;
}

int text_list_encode(const struct text_list *list, ow_buffer *ret, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        int r;

        for (size_t i = 0; i < list->n; i++)
                ow_buffer_put(&text, list->items[i], strlen(list->items[i]) + 1);
        ow_buffer_put_byte(&text, 0);
        if (ow_buffer_failed(&text))
                return ow_fail_nomem(err);
        r = ow_utf8_to_utf16((const char *)text.p, text.len, ret, err);
        if (r == 0 && ow_buffer_failed(ret))
                r = ow_fail_nomem(err);
        return r;
}
