/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open addressing with linear probing; removal moves later entries back, so there are no tombstones. */
#include "base/alloc.h"
#include "hive/map.h"
#include "hive/marvin.h"

static size_t slot_of(const struct hive_map *map, uint32_t key)
{
        key ^= map->salt;
        key = (key ^ key >> 16) * 0x85ebca6bu;
        key = (key ^ key >> 13) * 0xc2b2ae35u;
        return (key ^ key >> 16) & map->mask;
}

static size_t capacity(const struct hive_map *map)
{
        return map->entries ? map->mask + 1 : 0;
}

/* The slot of key, or the unused one where it would be. */
static size_t find(const struct hive_map *map, uint32_t key)
{
        size_t i = slot_of(map, key);

        while (map->entries[i].key != 0 && map->entries[i].key != key)
                i = (i + 1) & map->mask;
        return i;
}

/* Behind whatever has that key already. */
static void append(struct hive_map *map, uint32_t key, uint32_t value)
{
        size_t i = slot_of(map, key);

        while (map->entries[i].key != 0)
                i = (i + 1) & map->mask;
        map->entries[i] = (struct hive_map_entry){ key, value };
        map->n++;
}

void hive_map_done(struct hive_map *map)
{
        ow_free(map->entries);
        *map = (struct hive_map){ NULL, 0, 0, 0 };
}

bool hive_map_reserve(struct hive_map *map, size_t more)
{
        struct hive_map bigger = { .salt = map->entries ? map->salt : hive_marvin_salt() };
        size_t wanted = 16;

        if (more > SIZE_MAX / 8 - map->n)
                return false;
        if ((map->n + more) * 4 <= capacity(map) * 3)
                return true;
        while ((map->n + more) * 2 > wanted)
                wanted *= 2;
        bigger.entries = ow_calloc(wanted, sizeof *bigger.entries);
        if (!bigger.entries)
                return false;
        bigger.mask = wanted - 1;
        for (size_t i = 0; i < capacity(map); i++)
                if (map->entries[i].key != 0)
                        append(&bigger, map->entries[i].key, map->entries[i].value);
        ow_free(map->entries);
        *map = bigger;
        return true;
}

bool hive_map_put(struct hive_map *map, uint32_t key, uint32_t value)
{
        size_t i;

        if (!hive_map_reserve(map, 1))
                return false;
        i = find(map, key);
        if (map->entries[i].key == 0)
                map->n++;
        map->entries[i] = (struct hive_map_entry){ key, value };
        return true;
}

uint32_t hive_map_get(const struct hive_map *map, uint32_t key)
{
        return map->entries ? map->entries[find(map, key)].value : 0;
}

/* Empties a slot. */
static void take(struct hive_map *map, size_t hole)
{
        for (size_t i = (hole + 1) & map->mask; map->entries[i].key != 0; i = (i + 1) & map->mask) {
                size_t home = slot_of(map, map->entries[i].key);

                /* Only an entry whose home is not between the hole and itself may move into the hole. */
                if (((i - home) & map->mask) >= ((i - hole) & map->mask)) {
                        map->entries[hole] = map->entries[i];
                        hole = i;
                }
        }
        map->entries[hole] = (struct hive_map_entry){ 0, 0 };
        map->n--;
}

void hive_map_remove(struct hive_map *map, uint32_t key)
{
        size_t i = map->entries ? find(map, key) : 0;

        if (map->entries && map->entries[i].key != 0)
                take(map, i);
}

bool hive_map_add(struct hive_map *map, uint32_t key, uint32_t value)
{
        if (!hive_map_reserve(map, 1))
                return false;
        append(map, key, value);
        return true;
}

uint32_t hive_map_next(const struct hive_map *map, uint32_t key, size_t *at)
{
        size_t start;

        if (!map->entries)
                return 0;
        start = slot_of(map, key);
        for (size_t i = (start + *at) & map->mask; map->entries[i].key != 0; i = (i + 1) & map->mask) {
                if (map->entries[i].key == key) {
                        *at = ((i - start) & map->mask) + 1;
                        return map->entries[i].value;
                }
        }
        return 0;
}

void hive_map_remove_value(struct hive_map *map, uint32_t key, uint32_t value)
{
        size_t at = 0;
        uint32_t found;

        while ((found = hive_map_next(map, key, &at)) != 0) {
                if (found == value) {
                        take(map, (slot_of(map, key) + at - 1) & map->mask);
                        return;
                }
        }
}

bool hive_tally_add(struct hive_tally *tally, uint32_t number)
{
        uint32_t at = hive_map_get(&tally->at, number);
        struct hive_tally_entry *moved;

        if (at) {
                tally->v[at - 1].count++;
                return true;
        }
        moved = ow_grow(tally->v, tally->n, &tally->cap, sizeof *tally->v);
        if (moved)
                tally->v = moved;
        if (!moved || !hive_map_put(&tally->at, number, (uint32_t)tally->n + 1))
                return false;
        tally->v[tally->n++] = (struct hive_tally_entry){ number, 1 };
        return true;
}

void hive_tally_done(struct hive_tally *tally)
{
        hive_map_done(&tally->at);
        ow_free(tally->v);
        *tally = (struct hive_tally){ .v = NULL };
}
