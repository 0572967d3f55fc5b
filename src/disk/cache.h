/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store that remembers what it read: for stores where each request is a round trip. */
#ifndef DISK_CACHE_H
#define DISK_CACHE_H

#include "disk/store.h"

/* Takes inner over, also on failure. At most CACHE_BYTES are kept; reads that follow each other fetch ahead. */
int cache_open(struct store *inner, struct store **ret, ow_error *err);

#define CACHE_BYTES (8u << 20)

#endif
