/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "changes.h"

#include <stdlib.h>
#include <string.h>

ow_change *changes_add(struct change_list *list, enum ow_change_kind kind, const char *where, const char *name)
{
        size_t cap = list->cap ? list->cap * 2 : 16;
        ow_change *change;

        if (list->count == list->cap) {
                ow_change *grown = realloc(list->items, cap * sizeof *grown);

                if (!grown)
                        return NULL;
                list->items = grown;
                list->cap = cap;
        }
        change = &list->items[list->count];
        *change = (ow_change){ .kind = kind, .where = strdup(where), .name = strdup(name) };
        if (!change->where || !change->name) {
                free(change->where);
                free(change->name);
                return NULL;
        }
        list->count++;
        return change;
}

void change_done(ow_change *change)
{
        free(change->where);
        free(change->name);
        ow_blob_done(&change->before.data);
        ow_blob_done(&change->after.data);
}

void changes_done(struct change_list *list)
{
        for (size_t i = 0; i < list->count; i++)
                change_done(&list->items[i]);
        free(list->items);
        *list = (struct change_list){ 0 };
}

bool datum_same(const ow_datum *a, const ow_datum *b)
{
        if (!a->present || !b->present)
                return a->present == b->present;
        return a->type == b->type && a->data.size == b->data.size &&
               (a->data.size == 0 || memcmp(a->data.p, b->data.p, a->data.size) == 0);
}

bool datum_fill(ow_datum *to, uint32_t type, const void *data, size_t size)
{
        *to = (ow_datum){ .present = true, .type = type, .data = { malloc(size ? size : 1), size } };
        if (to->data.p && size)
                memcpy(to->data.p, data, size);
        return to->data.p;
}
