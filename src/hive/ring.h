/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The descriptors of a hive by their hash, learned from the ring of security cells when an edit first asks for one.
 */
#ifndef HIVE_RING_H
#define HIVE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include <offwin/hive.h>

#include "base/view.h"
#include "hive/map.h"

struct hive_security;

struct hive_ring {
        struct hive_map cells; /* hash of a descriptor: its cell */
        bool known;
        bool twins; /* two cells have the same one: only the first of them is in cells */
};

void hive_ring_forget(struct hive_ring *ring);

/* Any member of the ring: the one of the root. 0: the hive has no root yet. */
int hive_ring_member(ow_hive *h, uint32_t *ret, ow_error *err);

/* 1 and the cell with this descriptor, 0 none; what lies behind a break of the ring is not seen. */
int hive_ring_find(ow_hive *h, ow_view descriptor, uint32_t *ret_cell, ow_error *err);

/* A cell with another one is there, or goes. add: after hive_ring_find() did not find it; false: no memory. */
bool hive_ring_add(ow_hive *h, ow_view descriptor, uint32_t cell);
void hive_ring_remove(ow_hive *h, const struct hive_security *sk);

#endif
