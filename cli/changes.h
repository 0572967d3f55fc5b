/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing list of changes to show: what was, and what is to be. */
#ifndef CLI_CHANGES_H
#define CLI_CHANGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/fix.h>

struct change_list {
        ow_change *items;
        size_t count, cap;
};

/* A new last row with copies of where and name; NULL: no memory. */
ow_change *changes_add(struct change_list *list, enum ow_change_kind kind, const char *where, const char *name);
void change_done(ow_change *change);
void changes_done(struct change_list *list);

bool datum_same(const ow_datum *a, const ow_datum *b);

/* False: no memory. */
bool datum_fill(ow_datum *to, uint32_t type, const void *data, size_t size);

#endif
