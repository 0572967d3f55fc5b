/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many small things that live and die together. Once memory runs out it stays failed; check once, at the end. */
#ifndef BASE_POOL_H
#define BASE_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macros.h"

typedef struct ow_pool {
        struct ow_pool_chunk *chunks;
        bool failed;
} ow_pool;

/* Zeroed and aligned for anything; NULL when memory has run out or count * size overflows. */
void *ow_pool_alloc(ow_pool *pool, size_t count, size_t size);

/* The first size bytes of text with a NUL behind them; NULL when memory has run out. */
char *ow_pool_text(ow_pool *pool, const char *text, size_t size);

/* Frees all of it and leaves an empty pool. */
void ow_pool_done(ow_pool *pool);

#define OW_AUTO_POOL __attribute__((cleanup(ow_pool_done))) ow_pool

#endif
