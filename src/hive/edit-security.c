/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Who uses which security cell: finding or adding a descriptor, counting keys that come and go, and keeping the ring
 * of all cells exact. may_...() checks and can fail; the plain verb follows when nothing can. regf.md 4.7.
 */
#include <string.h>

#include "base/alloc.h"
#include "hive/edit.h"

int hive_security_get(struct hive_edit *e, ow_view descriptor, uint32_t *ret_cell, ow_error *err)
{
        struct hive_security sk = { .descriptor = descriptor };
        int r = hive_ring_find(e->hive, descriptor, ret_cell, err);

        if (r != 0)
                return r < 0 ? r : 0;
        r = hive_edit_alloc(e, hive_security_body_size(descriptor.len), &sk.cell, &sk.body_len, err);
        if (r < 0)
                return r;
        hive_security_encode_new(e->hive, &sk);
        e->described = true;
        if (!hive_ring_add(e->hive, descriptor, sk.cell))
                return ow_fail_nomem(err);
        *ret_cell = sk.cell;
        return 0;
}

enum { AT_HAND = 32 };                  /* subkeys of one key that are asked what they use */

static bool is_outside(const struct hive_security *sk)
{
        return sk->next == 0;
}

int hive_security_may_gain(ow_hive *h, uint32_t cell, uint32_t users, ow_error *err)
{
        struct hive_security sk, beside, next;
        uint32_t member;
        int r = hive_security_decode(h, cell, &sk, err);

        if (r < 0)
                return r;
        if (users > UINT32_MAX - sk.references)
                return ow_fail(err, OW_E_LIMIT, cell, "security at 0x%x has %u references", cell, sk.references);
        if (!is_outside(&sk))
                return 0;
        r = hive_ring_member(h, &member, err);
        if (r < 0 || member == 0)
                return r;
        r = hive_security_decode(h, member, &beside, err);
        if (r < 0 || is_outside(&beside))
                return r;
        r = hive_security_decode(h, beside.next, &next, err);
        if (r >= 0 && next.previous != member)
                r = ow_fail(err, OW_E_CORRUPT, member, "ring of security cells is broken behind 0x%x", member);
        return r;
}

static void join_ring(ow_hive *h, struct hive_security *sk)
{
        struct hive_security beside, next;
        uint32_t member;

        if (hive_ring_member(h, &member, NULL) < 0 || hive_security_decode(h, member, &beside, NULL) < 0)
                return;
        if (is_outside(&beside)) {
                beside.next = beside.previous = member;
                hive_security_store(h, &beside);
        }
        if (member == sk->cell) {
                sk->next = sk->previous = member;
                return;
        }
        sk->previous = member;
        sk->next = beside.next;
        if (hive_security_decode(h, beside.next, &next, NULL) >= 0) {
                next.previous = sk->cell;
                hive_security_store(h, &next);
        }
        /* Anew: in a ring of one it is its own neighbour. */
        if (hive_security_decode(h, member, &beside, NULL) >= 0) {
                beside.next = sk->cell;
                hive_security_store(h, &beside);
        }
}

void hive_security_gain(ow_hive *h, uint32_t cell, uint32_t users)
{
        struct hive_security sk;

        if (hive_security_decode(h, cell, &sk, NULL) < 0)
                return;
        if (is_outside(&sk))
                join_ring(h, &sk);
        sk.references += users;
        hive_security_store(h, &sk);
}

/* Does top, or one of its first subkeys, use that cell? The key at going is left out. */
static bool family_uses(ow_hive *h, uint32_t top, uint32_t going, uint32_t cell)
{
        struct hive_list leaf;
        struct hive_node node;

        if (hive_node_decode(h, top, &node, NULL) < 0)
                return false;
        if (top != going && node.security == cell)
                return true;
        if (node.n_subkeys == 0 || hive_list_decode(h, node.subkeys, &leaf, NULL) < 0 ||
            (leaf.kind == HIVE_RI &&
             (leaf.count == 0 || hive_list_decode(h, hive_list_cell(&leaf, 0), &leaf, NULL) < 0)))
                return false;
        for (uint32_t i = 0; i < leaf.count && i < AT_HAND; i++) {
                uint32_t at = hive_list_cell(&leaf, i);

                if (at != going && hive_node_decode(h, at, &node, NULL) >= 0 && node.security == cell)
                        return true;
        }
        return false;
}

/* A count that says that nobody is left is not believed at once: most cells are used by kin of the key as well. */
static bool is_used_at_hand(ow_hive *h, uint32_t cell, const struct hive_node *going, bool with_all_below)
{
        return family_uses(h, h->base.root, going->cell, cell) ||
               (going->cell != h->base.root && family_uses(h, going->parent, going->cell, cell)) ||
               (!with_all_below && family_uses(h, going->cell, going->cell, cell));
}

int hive_security_may_lose(struct hive_edit *e, uint32_t cell, uint32_t *users, const struct hive_node *going,
                           bool with_all_below, ow_error *err)
{
        struct hive_security sk, next, previous;
        int r = hive_security_decode(e->hive, cell, &sk, err);

        if (r < 0 || sk.references != *users)
                return r;
        if (is_used_at_hand(e->hive, cell, going, with_all_below)) {
                *users = sk.references - 1;     /* 1 is left */
                return 0;
        }
        r = hive_security_decode(e->hive, sk.next, &next, err);
        if (r >= 0)
                r = hive_security_decode(e->hive, sk.previous, &previous, err);
        if (r >= 0 && (next.previous != cell || previous.next != cell))
                r = ow_fail(err, OW_E_CORRUPT, cell, "ring of security cells is broken at 0x%x", cell);
        return r < 0 ? r : hive_edit_drop(e, cell, err);
}

static void leave_ring(ow_hive *h, const struct hive_security *sk)
{
        struct hive_security neighbour;

        hive_ring_remove(h, sk);
        if (hive_security_decode(h, sk->next, &neighbour, NULL) >= 0) {
                neighbour.previous = sk->previous;
                hive_security_store(h, &neighbour);
        }
        if (hive_security_decode(h, sk->previous, &neighbour, NULL) >= 0) {
                neighbour.next = sk->next;
                hive_security_store(h, &neighbour);
        }
}

void hive_security_lose(ow_hive *h, uint32_t cell, uint32_t users)
{
        struct hive_security sk;

        if (hive_security_decode(h, cell, &sk, NULL) < 0)
                return;
        if (sk.references == users) {
                leave_ring(h, &sk);
                return;
        }
        /* A count that was too low already never becomes 0: others may still use it. */
        sk.references = sk.references > users ? sk.references - users : 1;
        hive_security_store(h, &sk);
}

/* The key uses that cell from now on. */
static int change(struct hive_edit *e, struct hive_node *node, uint32_t cell, ow_error *err)
{
        uint32_t old = node->security, users = 1;
        int r;

        if (cell == old)
                return 0;
        r = hive_security_may_gain(e->hive, cell, 1, err);
        if (r < 0)
                return r;
        r = hive_security_may_lose(e, old, &users, node, false, err);
        /* A damaged old cell is left where it is; the key itself is sound again. */
        if (r == OW_E_CORRUPT)
                old = 0;
        else if (r < 0)
                return r;
        if (!hive_map_reserve(&e->hive->changed, 1))
                return ow_fail_nomem(err);
        hive_security_gain(e->hive, cell, 1);
        if (old)
                hive_security_lose(e->hive, old, users);
        node->security = cell;
        hive_node_store(e->hive, node);
        (void)hive_map_put(&e->hive->changed, node->cell, 1);
        hive_edit_commit(e);
        return 0;
}

int ow_hive_set_security(ow_hive *hive, ow_key key, const void *descriptor, size_t size, ow_error *err)
{
        HIVE_AUTO_EDIT e = { 0 };
        ow_view wanted = { descriptor, size };
        struct hive_security now;
        struct hive_node node;
        uint32_t cell;
        int r;

        r = hive_descriptor_check(wanted, err);
        if (r >= 0)
                r = hive_edit_begin(&e, hive, key.cell, &node, err);
        if (r < 0)
                return r;
        if (hive_security_decode(hive, node.security, &now, NULL) >= 0 && ow_view_equal(now.descriptor, wanted))
                return 0;
        r = hive_security_get(&e, wanted, &cell, err);
        return r < 0 ? r : change(&e, &node, cell, err);
}

int ow_hive_share_security(ow_hive *hive, ow_key key, ow_key like, ow_error *err)
{
        HIVE_AUTO_EDIT e = { 0 };
        struct hive_node node, other;
        struct hive_security sk;
        int r;

        r = hive_edit_begin(&e, hive, key.cell, &node, err);
        if (r >= 0)
                r = hive_node_decode(hive, like.cell, &other, err);
        if (r >= 0)
                r = hive_security_decode(hive, other.security, &sk, err);
        return r < 0 ? r : change(&e, &node, sk.cell, err);
}

int ow_hive_security(ow_hive *hive, ow_key key, ow_blob *ret, ow_error *err)
{
        struct hive_security sk;
        struct hive_node node;
        uint8_t *copy;
        int r;

        r = hive_node_decode(hive, key.cell, &node, err);
        if (r >= 0)
                r = hive_security_decode(hive, node.security, &sk, err);
        if (r < 0)
                return ow_wrap(err, r, "security of the key at 0x%x", key.cell);
        copy = ow_malloc(sk.descriptor.len);
        if (!copy)
                return ow_fail_nomem(err);
        memcpy(copy, sk.descriptor.p, sk.descriptor.len);
        *ret = (ow_blob){ copy, sk.descriptor.len };
        return 0;
}
