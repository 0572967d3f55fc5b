/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Security cells: each in the ring, each with as many references as keys use it, each with a descriptor that is one;
 * regf.md 4.7. Counts are put right only when every key was reached: one that was not may use a cell too.
 */
#include <stdlib.h>

#include "base/alloc.h"
#include "hive/check.h"

enum { PREVIOUS_AT = 8, REFERENCES_AT = 12 };   /* in the body */

static void check_descriptor(struct hive_check *c, const struct hive_security *sk)
{
        ow_error err = OW_ERROR_INIT;

        if (hive_descriptor_check(sk->descriptor, &err) < 0)
                hive_check_tell(c, sk->cell, "security at 0x%x: %s", sk->cell, err.text);
}

static void check_references(struct hive_check *c, struct hive_security *sk)
{
        uint32_t users = hive_map_get(&c->references, sk->cell);

        if (sk->references == users && users != 0)
                return;
        if (c->doubt)
                hive_check_tell(c, sk->cell + HIVE_CELL_HEAD + REFERENCES_AT,
                                "security at 0x%x has %u references, %u of the keys "
                                "that can be read use it", sk->cell, sk->references, users);
        else if (hive_check_mends(c, sk->cell + HIVE_CELL_HEAD + REFERENCES_AT,
                                  "security at 0x%x has %u references, %u keys use it",
                                  sk->cell, sk->references, users)) {
                sk->references = users;
                hive_security_store(c->hive, sk);
        }
}

/* Goes round by the links forward, from the security of the root. 0: it came back to where it began; else the cell
 * that cannot be read. */
static uint32_t reach_ring(struct hive_check *c, uint32_t first, uint32_t *ret_members)
{
        struct hive_security sk;
        uint32_t cell = first;

        *ret_members = 0;
        do {
                if (hive_check_failed(c, hive_security_decode(c->hive, cell, &sk, &c->error)) ||
                    !hive_check_reach(c, cell))
                        return cell;
                (*ret_members)++;
                check_descriptor(c, &sk);
                cell = sk.next;
        } while (cell != first);
        return 0;
}

static int compare_cells(const void *a, const void *b)
{
        const struct hive_map_entry *x = a, *y = b;

        return (x->key > y->key) - (x->key < y->key);
}

/* What keys name as their security, in the order of the hive. */
static struct hive_map_entry *list_references(struct hive_check *c)
{
        struct hive_map_entry *list = ow_calloc(c->references.n + 1, sizeof *list);
        size_t n = 0;

        if (!list)
                c->broken = ow_fail_nomem(&c->error);
        for (size_t i = 0; list && c->references.entries && i <= c->references.mask; i++)
                if (c->references.entries[i].key)
                        list[n++] = c->references.entries[i];
        if (n > 1)
                qsort(list, n, sizeof *list, compare_cells);
        return list;
}

/* Those that keys use and the ring does not have; told is told already. */
static void reach_strays(struct hive_check *c, uint32_t told)
{
        OW_AUTO_FREE struct hive_map_entry *list = list_references(c);

        for (size_t i = 0; i < c->references.n && !c->broken; i++) {
                uint32_t cell = list[i].key;
                struct hive_security sk;

                if (cell == told || (cell < c->hive->image.size && cell % 8 == 0 &&
                                                  hive_check_reached(c, cell) &&
                                  hive_security_decode(c->hive, cell, &sk, NULL) >= 0))
                        continue;
                if (hive_check_failed(c, hive_security_decode(c->hive, cell, &sk, &c->error)) ||
                    !hive_check_reach(c, cell))
                        continue;
                hive_check_damage(c, cell, "security at 0x%x is used by %u keys, but is not in the ring", cell,
                                  list[i].value);
                check_descriptor(c, &sk);
        }
}

/* A link back has one right answer while the links forward are whole. */
static void check_member(struct hive_check *c, struct hive_security *sk)
{
        struct hive_security next;

        if (hive_check_failed(c, hive_security_decode(c->hive, sk->next, &next, &c->error)))
                return;
        if (next.previous != sk->cell &&
            hive_check_mends(c, next.cell + HIVE_CELL_HEAD + PREVIOUS_AT,
                             "ring of security cells: 0x%x is before 0x%x, which says 0x%x",
                             sk->cell, next.cell, next.previous)) {
                next.previous = sk->cell;
                hive_security_store(c->hive, &next);
                if (next.cell == sk->cell)
                        *sk = next;
        }
        check_references(c, sk);
}

/* Nobody uses it, and everybody was asked. */
static bool take_out(struct hive_check *c, const struct hive_security *sk)
{
        struct hive_security next, previous;

        if (!c->mending || c->hands_off || c->doubt || sk->references != 0 || sk->next == sk->cell ||
            hive_security_decode(c->hive, sk->next, &next, NULL) < 0)
                return false;
        next.previous = sk->previous;
        hive_security_store(c->hive, &next);
        if (hive_security_decode(c->hive, sk->previous, &previous, NULL) < 0)
                return false;
        previous.next = sk->next;
        hive_security_store(c->hive, &previous);
        hive_cell_free(c->hive, sk->cell, sk->body_len);
        return true;
}

void hive_check_security(struct hive_check *c)
{
        struct hive_security sk;
        struct hive_node root;
        uint32_t members, cell, unreadable;

        if (hive_node_decode(c->hive, c->hive->base.root, &root, NULL) < 0 || root.security == 0 ||
            root.security == HIVE_NIL)
                return;
        unreadable = reach_ring(c, root.security, &members);
        reach_strays(c, unreadable);
        cell = root.security;
        for (uint32_t i = 0; !unreadable && i < members && !c->broken; i++) {
                if (hive_check_failed(c, hive_security_decode(c->hive, cell, &sk, &c->error)))
                        return;
                check_member(c, &sk);
                cell = sk.next;
        }
        /* The security of the root is in use, so the ring never becomes empty. */
        for (uint32_t i = 0; !unreadable && i < members && !c->broken; i++) {
                if (hive_check_failed(c, hive_security_decode(c->hive, cell, &sk, &c->error)))
                        return;
                cell = sk.next;
                (void)take_out(c, &sk);
        }
}
