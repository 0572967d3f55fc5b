/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts that few commands need: read on first use into a pool of their own, and kept with the guest. */
#ifndef GUEST_EXTRA_H
#define GUEST_EXTRA_H

#include "guest/pool.h"

struct guest_extra {
        struct guest_pool pool;
};

/* *slot is what was read before, or NULL; a struct of size bytes that begins with a guest_extra. 0 or OW_E_NOMEM. */
int guest_extra_load(ow_guest *guest, struct guest_extra **slot, size_t size, void (*read)(struct guest_extra *extra),
                     ow_error *err);
void guest_extra_free(struct guest_extra *extra); /* NULL is fine */

#endif
