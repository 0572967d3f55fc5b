/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hash map from a nonzero 32-bit number to another number: cells and what is known of them. */
#ifndef HIVE_MAP_H
#define HIVE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hive_map {
        struct hive_map_entry { uint32_t key, value; } *entries;        /* key 0: unused */
        size_t n, mask; /* mask + 1 entries, a power of two; nothing allocated yet: entries NULL */
        uint32_t salt;  /* not 0: keys that somebody chose do not end up side by side */
};

/* Another one in each process, never 0. Entries then lie in another order each time. */
uint32_t hive_map_salt(void);

/* Empties it; the salt stays. */
void hive_map_done(struct hive_map *map);

/* Room for that many more; false: no memory. After that, as many hive_map_put() cannot fail. */
bool hive_map_reserve(struct hive_map *map, size_t more);
bool hive_map_put(struct hive_map *map, uint32_t key, uint32_t value);
/* 0 when absent: values are nonzero. */
uint32_t hive_map_get(const struct hive_map *map, uint32_t key);
void hive_map_remove(struct hive_map *map, uint32_t key);

#endif
