/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hive/ring.h"

#include "base/le.h"
#include "hive/hive.h"
#include "hive/marvin.h"

/* The least bytes that a member of the ring takes. With its descriptor, it is what bounds a walk round it. */
enum { LEAST_MEMBER = 32 };

void hive_ring_forget(struct hive_ring *ring)
{
        hive_map_done(&ring->cells);
        ring->known = ring->twins = false;
}

int hive_ring_member(ow_hive *h, uint32_t *ret, ow_error *err)
{
        struct hive_node root;
        int r;

        *ret = 0;
        if (h->base.root == 0)
                return 0;
        r = hive_node_decode(h, h->base.root, &root, err);
        if (r >= 0)
                *ret = root.security;
        return r;
}

static uint32_t hash_of(ow_view descriptor)
{
        struct hive_marvin m = hive_marvin_start();
        size_t i = 0;

        for (; i + 4 <= descriptor.len; i += 4)
                hive_marvin_mix(&m, ow_le32_at(descriptor.p + i));
        for (; i < descriptor.len; i++)
                hive_marvin_mix(&m, descriptor.p[i]);
        return hive_marvin_end(&m);
}

static bool find(ow_hive *h, uint32_t hash, ow_view descriptor, uint32_t *ret_cell)
{
        struct hive_security sk;
        size_t at = 0;
        uint32_t cell;

        while ((cell = hive_map_next(&h->ring.cells, hash, &at)) != 0) {
                if (hive_security_decode(h, cell, &sk, NULL) >= 0 && ow_view_equal(sk.descriptor, descriptor)) {
                        *ret_cell = cell;
                        return true;
                }
        }
        return false;
}

/* Goes round once. A ring that does not close is longer than its hive. */
static int walk(ow_hive *h, ow_error *err)
{
        uint32_t first, cell, twin, hash;
        uint64_t left = h->image.size;
        struct hive_security sk;
        int r = hive_ring_member(h, &first, err);

        for (cell = first; r >= 0 && cell != 0;) {
                r = hive_security_decode(h, cell, &sk, err);
                if (r < 0 || LEAST_MEMBER + sk.descriptor.len > left)
                        break;
                left -= LEAST_MEMBER + sk.descriptor.len;
                hash = hash_of(sk.descriptor);
                if (find(h, hash, sk.descriptor, &twin))
                        h->ring.twins = true;
                else if (!hive_map_add(&h->ring.cells, hash, cell))
                        return ow_fail_nomem(err);
                cell = sk.next == first ? 0 : sk.next;
        }
        return r;
}

int hive_ring_find(ow_hive *h, ow_view descriptor, uint32_t *ret_cell, ow_error *err)
{
        if (!h->ring.known) {
                int r;

                hive_ring_forget(&h->ring);
                r = walk(h, err);
                /* A ring that breaks off may still take a new member at its start. */
                if (r < 0 && r != OW_E_CORRUPT)
                        return r;
                h->ring.known = true;
        }
        return find(h, hash_of(descriptor), descriptor, ret_cell);
}

bool hive_ring_add(ow_hive *h, ow_view descriptor, uint32_t cell)
{
        return hive_map_add(&h->ring.cells, hash_of(descriptor), cell);
}

void hive_ring_remove(ow_hive *h, const struct hive_security *sk)
{
        if (h->ring.twins)
                hive_ring_forget(&h->ring);
        else if (h->ring.known)
                hive_map_remove_value(&h->ring.cells, hash_of(sk->descriptor), sk->cell);
}
