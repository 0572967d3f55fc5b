/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hash map from a nonzero 32-bit number to another number: cells and what is known of them. Each map has a salt of
 * its process, so that numbers which a hive chose do not end up side by side; entries lie in another order each time.
 */
#ifndef HIVE_MAP_H
#define HIVE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hive_map {
        struct hive_map_entry {
                uint32_t key, value;
        } * entries;    /* key 0: unused */
        size_t n, mask; /* mask + 1 entries, a power of two; nothing allocated yet: entries NULL */
        uint32_t salt;
};

void hive_map_done(struct hive_map *map);

/* Room for that many more; false: no memory. After that, as many hive_map_put() cannot fail. */
bool hive_map_reserve(struct hive_map *map, size_t more);
bool hive_map_put(struct hive_map *map, uint32_t key, uint32_t value);
/* 0 when absent: values are nonzero. */
uint32_t hive_map_get(const struct hive_map *map, uint32_t key);
void hive_map_remove(struct hive_map *map, uint32_t key);

/* ---- more than one value of a key: hashes, and what has them ---- */

/* One more value of key; false: no memory. */
bool hive_map_add(struct hive_map *map, uint32_t key, uint32_t value);
/* The values of key, one after the other, 0 at the end. *at starts at 0; good while the map stays as it is. */
uint32_t hive_map_next(const struct hive_map *map, uint32_t key, size_t *at);
/* Takes out that value of key. */
void hive_map_remove_value(struct hive_map *map, uint32_t key, uint32_t value);

/* ---- how many of each, in the order in which they were first seen ---- */

struct hive_tally {
        struct hive_map at; /* number: its place in v, plus 1 */
        struct hive_tally_entry {
                uint32_t number, count;
        } * v;
        size_t n, cap;
};

/* One more of number, which is not 0; false: no memory. */
bool hive_tally_add(struct hive_tally *tally, uint32_t number);
void hive_tally_done(struct hive_tally *tally);

#endif
