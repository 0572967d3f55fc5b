/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A pool for facts of a guest. When memory runs out, the guest remembers it (out_of_memory), texts become "" and lists
 * empty, so that readers go on without looking.
 */
#ifndef GUEST_POOL_H
#define GUEST_POOL_H

#include "base/pool.h"
#include "guest/internal.h"

struct guest_pool {
        ow_guest *guest;
        ow_pool memory;
};

void guest_pool_done(struct guest_pool *pool);

/* Zeroed, aligned for anything; NULL: no memory. */
void *guest_pool_alloc(struct guest_pool *pool, size_t count, size_t size);
/* A copy of count elements; NULL also when count is 0. */
void *guest_pool_copy(struct guest_pool *pool, const void *items, size_t count, size_t size);
/* A copy of text; never NULL. */
const char *guest_pool_text(struct guest_pool *pool, const char *text);
const char *guest_pool_printf(struct guest_pool *pool, const char *fmt, ...) OW_PRINTF(2, 3);

/* A growing array outside of the pool, with a limit; guest_list_done() frees it. */
struct guest_list {
        void *items;
        size_t n, cap;
};

/* Room for one more zeroed element of size bytes, or NULL: the limit is reached, or there is no memory (noted). */
void *guest_list_add(ow_guest *guest, struct guest_list *list, size_t size, size_t limit);
void guest_list_done(struct guest_list *list);

#define GUEST_AUTO_LIST __attribute__((cleanup(guest_list_done))) struct guest_list

#endif
