/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <string.h>

#include "guest/pool.h"

void guest_pool_done(struct guest_pool *pool)
{
        ow_pool_done(&pool->memory);
}

void *guest_pool_alloc(struct guest_pool *pool, size_t count, size_t size)
{
        void *p = ow_pool_alloc(&pool->memory, count, size);

        if (!p)
                pool->guest->out_of_memory = true;
        return p;
}

void *guest_pool_copy(struct guest_pool *pool, const void *items, size_t count, size_t size)
{
        void *copy = count ? guest_pool_alloc(pool, count, size) : NULL;

        if (copy)
                memcpy(copy, items, count * size);
        return copy;
}

const char *guest_pool_text(struct guest_pool *pool, const char *text)
{
        const char *copy = text[0] ? guest_pool_copy(pool, text, strlen(text) + 1, 1) : NULL;

        return copy ? copy : "";
}

const char *guest_pool_printf(struct guest_pool *pool, const char *fmt, ...)
{
        OW_AUTO_FREE char *all = NULL;
        va_list ap;

        va_start(ap, fmt);
        all = ow_vasprintf(fmt, ap);
        va_end(ap);
        if (!all) {
                pool->guest->out_of_memory = true;
                return "";
        }
        return guest_pool_text(pool, all);
}

void *guest_list_add(ow_guest *guest, struct guest_list *list, size_t size, size_t limit)
{
        uint8_t *grown;

        if (list->n >= limit)
                return NULL;
        grown = ow_grow(list->items, list->n, &list->cap, size);
        if (!grown) {
                guest->out_of_memory = true;
                return NULL;
        }
        list->items = grown;
        grown += size * list->n++;
        memset(grown, 0, size);
        return grown;
}

void guest_list_done(struct guest_list *list)
{
        ow_free(list->items);
        *list = (struct guest_list){ 0 };
}
