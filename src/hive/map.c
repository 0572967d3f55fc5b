/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open addressing with linear probing; removal moves later entries back, so there are no tombstones. */
#include <string.h>
#include <sys/auxv.h>

#include "base/alloc.h"
#include "hive/map.h"

uint32_t hive_map_salt(void)
{
        const void *random = (const void *)getauxval(AT_RANDOM);        /* 16 bytes that the kernel gives a process */
        uint32_t salt = 0x5bd1e995u;

        if (random)
                memcpy(&salt, random, sizeof salt);
        return salt | 1;
}

static size_t slot_of(const struct hive_map *map, uint32_t key)
{
        if (map->salt) {
                key ^= map->salt;
                key = (key ^ key >> 16) * 0x85ebca6bu;
                key = (key ^ key >> 13) * 0xc2b2ae35u;
                return (key ^ key >> 16) & map->mask;
        }
        return (key * 0x9e3779b1u) >> 7 & map->mask;
}

static size_t capacity(const struct hive_map *map)
{
        return map->entries ? map->mask + 1 : 0;
}

static void insert(struct hive_map *map, uint32_t key, uint32_t value)
{
        size_t i = slot_of(map, key);

        while (map->entries[i].key != 0 && map->entries[i].key != key)
                i = (i + 1) & map->mask;
        if (map->entries[i].key == 0)
                map->n++;
        map->entries[i] = (struct hive_map_entry){ key, value };
}

void hive_map_done(struct hive_map *map)
{
        ow_free(map->entries);
        *map = (struct hive_map){ .salt = map->salt };
}

bool hive_map_reserve(struct hive_map *map, size_t more)
{
        struct hive_map bigger = { .salt = map->salt };
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
                        insert(&bigger, map->entries[i].key, map->entries[i].value);
        ow_free(map->entries);
        *map = bigger;
        return true;
}

bool hive_map_put(struct hive_map *map, uint32_t key, uint32_t value)
{
        if (!hive_map_reserve(map, 1))
                return false;
        insert(map, key, value);
        return true;
}

uint32_t hive_map_get(const struct hive_map *map, uint32_t key)
{
        if (!map->entries)
                return 0;
        for (size_t i = slot_of(map, key); map->entries[i].key != 0; i = (i + 1) & map->mask)
                if (map->entries[i].key == key)
                        return map->entries[i].value;
        return 0;
}

void hive_map_remove(struct hive_map *map, uint32_t key)
{
        size_t hole, i;

        if (!map->entries)
                return;
        hole = slot_of(map, key);
        while (map->entries[hole].key != key) {
                if (map->entries[hole].key == 0)
                        return;
                hole = (hole + 1) & map->mask;
        }
        for (i = (hole + 1) & map->mask; map->entries[i].key != 0; i = (i + 1) & map->mask) {
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
