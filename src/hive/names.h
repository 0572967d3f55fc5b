/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of the values of one key, the one that is worked on: looking for one of thousands is then one look. What
 * it says is looked up in the record itself before it is believed, and what does not fit it is looked for one by one.
 */
#ifndef HIVE_NAMES_H
#define HIVE_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include <offwin/hive.h>

#include "base/view.h"
#include "hive/map.h"
#include "hive/name.h"

struct hive_node;
struct hive_value;

struct hive_names {
        uint32_t key, list, n; /* of this key, with its list here and so many values */
        enum { HIVE_NAMES_SEEN, HIVE_NAMES_KNOWN, HIVE_NAMES_UNFIT } state;
        struct hive_map cells; /* hash of a name: value record */
};

void hive_names_forget(struct hive_names *names);

/* 1 and the record of the value of that name, 0 absent, -1 not known here. list: hive_values_view(). */
int hive_names_find(ow_hive *h, const struct hive_node *node, ow_view list, const struct hive_name *name,
                    struct hive_value *ret);

/* The key has got a value, or lost one; node says so already. */
void hive_names_added(ow_hive *h, const struct hive_node *node, const struct hive_name *name, uint32_t cell);
void hive_names_removed(ow_hive *h, const struct hive_node *node, const struct hive_name *name, uint32_t cell);

/* For hash tables of this process: two names that Windows takes for the same have the same. */
uint32_t hive_names_hash(ow_view stored, bool latin1);

#endif
