/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Going through a whole hive, to tell what breaks the rules and, when mending, to put right what has one right
 * answer. Each thing is mended where it is found, after it was told. docs/formats/regf.md 9.
 */
#ifndef HIVE_CHECK_H
#define HIVE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "hive/hive.h"

struct hive_check {
        ow_hive *hive;
        ow_hive_report report;
        ow_hive_fault_fn *fault;
        void *state;
        bool mending;
        bool hands_off;                 /* the file is too short: nothing is mended */
        bool doubt;                     /* a damaged place may hide keys: what nothing leads to may be theirs */
        int broken;                     /* a code that ends the check: no memory, no input */
        ow_error error;                 /* of the call just made */
        uint8_t *starts;                /* bit per 8 bytes of bins: a cell may start here */
        struct hive_map references;     /* sk cell: keys that use it */
        struct hive_map names;          /* hash of a name: value record; of one key at a time */
        uint32_t first_lost;
        uint32_t looked_at;             /* elements, to see which of two keys a third one belongs to */
        /* The names on the way to the key that is being looked at; made into a path only when a fault is told. */
        struct hive_check_step { ow_view name; bool latin1; size_t path_end; } steps[HIVE_MAX_DEPTH + 1];
        unsigned depth, in_path;        /* steps now; of them, those that path holds */
        ow_buffer path;
};

/* ---- check.c: telling ---- */

/* A fault that does no harm to what is reachable, and has no one right answer. where: offset in the bins. */
void hive_check_tell(struct hive_check *c, uint32_t where, const char *fmt, ...) OW_PRINTF(3, 4);
/* A fault that may cost keys or values: from now on, nothing that looks unused is given up. */
void hive_check_damage(struct hive_check *c, uint32_t where, const char *fmt, ...) OW_PRINTF(3, 4);
/* A fault with one right answer. True: the caller puts it right, now. */
bool hive_check_mends(struct hive_check *c, uint32_t where, const char *fmt, ...) OW_PRINTF(3, 4);
/* The same in the base block: where is an offset in the file. */
bool hive_check_mends_base(struct hive_check *c, uint32_t where, const char *fmt, ...) OW_PRINTF(3, 4);
/* Tells what the call that gave r and c->error has found. True when it failed. */
bool hive_check_failed(struct hive_check *c, int r);
/* The cell, which is sound by itself, has found its one owner. */
bool hive_check_reach(struct hive_check *c, uint32_t cell);
bool hive_check_reached(const struct hive_check *c, uint32_t cell);

/* ---- check-key.c ---- */
/* The root and all below it. */
void hive_check_keys(struct hive_check *c);
/* A key that was reached, and all below it. */
void hive_check_key(struct hive_check *c, struct hive_node *node);
/* Raises a field of node with the largest of something, when it is too small. at: of the field, in the body. */
void hive_check_largest(struct hive_check *c, struct hive_node *node, uint32_t *field, uint32_t at, uint32_t real,
                        const char *what);

/* ---- check-list.c and check-order.c ---- */
void hive_check_subkeys(struct hive_check *c, struct hive_node *node);
/* Does there, the key that node names as its parent, have it in its list as well? */
bool hive_check_belongs(struct hive_check *c, const struct hive_node *there, const struct hive_node *node);
/* As hive_name_order(), of two stored names. */
int hive_check_order(const struct hive_node *a, const struct hive_node *b);
/* Tells that the subkeys of node, so many of them, are not in order, and sorts them when may_sort. */
void hive_check_sort(struct hive_check *c, const struct hive_node *node, uint32_t count, bool may_sort);

/* ---- check-value.c ---- */
void hive_check_values(struct hive_check *c, struct hive_node *node);

/* ---- check-security.c ---- */
void hive_check_security(struct hive_check *c);

/* ---- check-bins.c: before and after the walk ---- */
void hive_check_tiles(struct hive_check *c);
void hive_check_lost(struct hive_check *c);

/* All of it. */
int hive_check_run(ow_hive *hive, bool mending, ow_hive_report *ret, ow_hive_fault_fn *fault, void *state,
                   ow_error *err);

#endif
