/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going through a whole hive: bins without gaps, every cell in use reached exactly once, lists in order with right
 * hashes and counts, maxima not too small, references to security exact. docs/formats/regf.md 9.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/le.h"
#include "hive/hive.h"

enum { BIN_HEAD = 32, CELL_LEAST = 8 };

struct check {
        ow_hive *hive;
        ow_hive_report *report;
        ow_hive_fault_fn *fault;
        void *state;
        struct hive_map references;     /* sk cell: keys that use it */
        int broken;                     /* a code that ends the check: no memory, no input */
        ow_error *err;
};

static void tell(struct check *c, uint64_t where, const char *text)
{
        ow_hive_fault fault = { .offset = where + HIVE_BASE_BYTES, .path = "", .text = text };

        c->report->faults++;
        if (c->fault)
                c->fault(c->state, &fault);
}

static OW_PRINTF(3, 4) void fault(struct check *c, uint32_t where, const char *fmt, ...)
{
        char text[sizeof c->err->text];
        va_list ap;

        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        tell(c, where, text);
}

/* Passes on what a call has found. True when the check may go on with the next thing. */
static bool failed(struct check *c, int r, const ow_error *err)
{
        if (r >= 0)
                return false;
        if (r == OW_E_CORRUPT || r == OW_E_LIMIT) {
                tell(c, err->where, err->text);
        } else {
                c->broken = r;
                if (c->err)
                        *c->err = *err;
        }
        return true;
}

/* The cell is reached from its one owner. */
static bool reach(struct check *c, uint32_t cell)
{
        ow_error err = OW_ERROR_INIT;
        ow_view body;

        if (failed(c, hive_cell_view(c->hive, cell, &body, &err), &err))
                return false;
        if (hive_image_test_and_mark(&c->hive->image, cell)) {
                fault(c, cell, "cell 0x%x is used twice", cell);
                return false;
        }
        return true;
}

static void check_data(struct check *c, const struct hive_value *v)
{
        ow_error err = OW_ERROR_INIT;
        struct hive_bigdata db;
        ow_view piece;
        uint32_t cell;
        bool big;

        if (v->in_line)
                return;
        if (failed(c, hive_data_open(c->hive, v, &big, &piece, &err), &err) || !reach(c, v->data) || !big)
                return;
        if (failed(c, hive_bigdata_decode(c->hive, v->data, v->size, &db, &err), &err) || !reach(c, db.segments))
                return;
        for (uint32_t i = 0; i < db.count && !c->broken; i++)
                if (!failed(c, hive_bigdata_segment(c->hive, &db, v->size, i, &cell, &piece, &err), &err))
                        (void)reach(c, cell);
}

static void check_values(struct check *c, const struct hive_node *node)
{
        ow_error err = OW_ERROR_INIT;
        ow_view list;

        if (failed(c, hive_values_view(c->hive, node, &list, &err), &err) || list.len == 0 || !reach(c, node->values))
                return;
        for (size_t i = 0; i < list.len / 4 && !c->broken; i++) {
                struct hive_value v;
                size_t units;

                if (failed(c, hive_value_decode(c->hive, ow_le32_at(list.p + 4 * i), &v, &err), &err) ||
                    !reach(c, v.cell))
                        continue;
                c->report->values++;
                units = v.flags & HIVE_VALUE_COMP_NAME ? v.name.len : v.name.len / 2;
                if (node->max_value_name < 2 * units)
                        fault(c, node->cell, "key at 0x%x: longest value name %u, has one of %zu bytes", node->cell,
                              node->max_value_name, 2 * units);
                if (node->max_value_data < v.size)
                        fault(c, node->cell, "key at 0x%x: largest value %u, has one of %u bytes", node->cell,
                              node->max_value_data, v.size);
                check_data(c, &v);
        }
}

static void check_security_of(struct check *c, const struct hive_node *node)
{
        uint32_t users = hive_map_get(&c->references, node->security);
        ow_error err = OW_ERROR_INIT;

        if (node->security == 0 || !hive_map_put(&c->references, node->security, users + 1))
                (void)failed(c, node->security ? ow_fail_nomem(&err) : ow_fail(&err, OW_E_CORRUPT, node->cell,
                             "key at 0x%x has no security", node->cell), &err);
}

static void check_node(struct check *c, uint32_t cell, uint32_t parent, unsigned depth);

/* What the keys of one list have in common. */
struct family {
        const struct hive_node *parent;
        uint32_t previous;              /* the key before, or 0 */
        uint32_t count;
        unsigned depth;
};

static void check_element(struct check *c, const struct hive_list *leaf, uint32_t i, struct family *f)
{
        HIVE_AUTO_NAME name = { 0 };
        uint32_t cell = hive_list_cell(leaf, i);
        ow_error err = OW_ERROR_INIT;
        struct hive_node node, previous;
        uint8_t element[8];

        f->count++;
        if (failed(c, hive_node_decode(c->hive, cell, &node, &err), &err))
                return;
        if (failed(c, hive_name_init_stored(&name, node.name, hive_node_latin1(&node), &err), &err))
                return;
        (void)hive_list_element(leaf->kind, cell, &name, element);
        if (leaf->kind != HIVE_LI && ow_le32_at(element + 4) != hive_list_hint(leaf, i))
                fault(c, leaf->cell, "list 0x%x: element %u has hint %08x, its name %08x", leaf->cell, i,
                      hive_list_hint(leaf, i), ow_le32_at(element + 4));
        if (f->previous && hive_node_decode(c->hive, f->previous, &previous, NULL) >= 0 &&
            hive_name_order(previous.name, hive_node_latin1(&previous), &name) >= 0)
                fault(c, leaf->cell, "list 0x%x: element %u is not above the one before", leaf->cell, i);
        f->previous = cell;
        if (f->parent->max_name < 2 * name.n)
                fault(c, f->parent->cell, "key at 0x%x: longest subkey name %u, has one of %zu bytes",
                      f->parent->cell, f->parent->max_name, 2 * name.n);
        check_node(c, cell, f->parent->cell, f->depth + 1);
}

static void check_list(struct check *c, uint32_t cell, struct family *f, bool inside)
{
        ow_error err = OW_ERROR_INIT;
        struct hive_list list;

        if (failed(c, hive_list_decode(c->hive, cell, &list, &err), &err) || !reach(c, cell))
                return;
        if (list.kind == HIVE_RI && inside)
                fault(c, cell, "list 0x%x is inside a list of its own kind", cell);
        if (list.count == 0)
                fault(c, cell, "list 0x%x is empty", cell);
        for (uint32_t i = 0; i < list.count && !c->broken; i++) {
                if (list.kind != HIVE_RI)
                        check_element(c, &list, i, f);
                else if (!inside)
                        check_list(c, hive_list_cell(&list, i), f, true);
        }
}

static void check_node(struct check *c, uint32_t cell, uint32_t parent, unsigned depth)
{
        ow_error err = OW_ERROR_INIT;
        struct hive_node node;
        struct family f = { .parent = &node, .depth = depth };

        if (depth > HIVE_MAX_DEPTH) {
                fault(c, cell, "key at 0x%x is more than %d levels deep", cell, HIVE_MAX_DEPTH);
                return;
        }
        if (failed(c, hive_node_decode(c->hive, cell, &node, &err), &err) || !reach(c, cell))
                return;
        c->report->keys++;
        if (parent && node.parent != parent)
                fault(c, cell, "key at 0x%x is listed under 0x%x but names 0x%x as its parent", cell, parent,
                      node.parent);
        if (node.class_len && node.class_cell != HIVE_NIL)
                (void)reach(c, node.class_cell);
        check_security_of(c, &node);
        check_values(c, &node);
        if (node.n_subkeys && node.subkeys != HIVE_NIL)
                check_list(c, node.subkeys, &f, false);
        if (f.count != node.n_subkeys)
                fault(c, cell, "key at 0x%x counts %u subkeys, its list has %u", cell, node.n_subkeys, f.count);
}

/* The ring, once round, from the security of the root. */
static void check_ring(struct check *c)
{
        ow_error err = OW_ERROR_INIT;
        struct hive_security sk, next;
        struct hive_node root;
        uint32_t first, cell;
        size_t members = 0;

        if (hive_node_decode(c->hive, c->hive->base.root, &root, NULL) < 0)
                return;
        first = cell = root.security;
        do {
                if (failed(c, hive_security_decode(c->hive, cell, &sk, &err), &err) || !reach(c, cell))
                        return;
                members++;
                if (sk.references != hive_map_get(&c->references, cell))
                        fault(c, cell, "security at 0x%x has %u references, %u keys use it", cell, sk.references,
                              hive_map_get(&c->references, cell));
                if (failed(c, hive_security_decode(c->hive, sk.next, &next, &err), &err))
                        return;
                if (next.previous != cell)
                        fault(c, cell, "ring of security cells is broken between 0x%x and 0x%x", cell, sk.next);
                cell = sk.next;
        } while (cell != first);
        if (members < c->references.n)
                fault(c, first, "%zu security cells are in the ring, keys use %zu", members, c->references.n);
}

/* The cells of one bin, against what was reached. */
static void check_cells(struct check *c, uint32_t start, uint32_t size)
{
        uint32_t end = start + size, len;
        ow_error err = OW_ERROR_INIT;

        if (failed(c, hive_image_need(&c->hive->image, start, size, &err), &err))
                return;
        for (uint32_t at = start + BIN_HEAD; at < end; at += len) {
                uint32_t raw = ow_le32_at(c->hive->image.bytes + at);
                bool used = raw & 0x80000000u;

                len = used ? 0u - raw : raw;
                if (len < CELL_LEAST || len % CELL_LEAST || len > end - at) {
                        fault(c, at, "cells of the bin at 0x%x do not fill it", start);
                        return;
                }
                if (!used) {
                        c->report->free_bytes += len;
                } else if (!hive_image_test_and_mark(&c->hive->image, at)) {
                        c->report->lost_cells++;
                        c->report->lost_bytes += len;
                }
        }
}

static void check_bins(struct check *c)
{
        ow_error err = OW_ERROR_INIT;
        uint32_t size;

        for (uint32_t at = 0; at < c->hive->image.size && !c->broken; at += size) {
                if (failed(c, hive_bin_size(c->hive, at, &size, &err), &err))
                        return;
                check_cells(c, at, size);
        }
}

int ow_hive_check(ow_hive *hive, ow_hive_report *ret, ow_hive_fault_fn *fault_fn, void *state, ow_error *err)
{
        ow_hive_report report = { 0 };
        struct check c = { .hive = hive, .report = &report, .fault = fault_fn, .state = state, .err = err };

        check_node(&c, hive->base.root, 0, 1);
        if (!c.broken)
                check_ring(&c);
        if (!c.broken)
                check_bins(&c);
        memset(hive->image.seen, 0, hive->image.size / 64);
        hive_map_done(&c.references);
        if (c.broken)
                return c.broken;
        *ret = report;
        return 0;
}
