/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marvin32: the checksum of log entries with a fixed seed, and what hash tables here use, with another in each
 * process. */
#ifndef HIVE_MARVIN_H
#define HIVE_MARVIN_H

#include <stddef.h>
#include <stdint.h>

struct hive_marvin {
        uint32_t low, high;
};

/* With the seed of log entries; size is a multiple of 4. regf.md 7.3. */
uint64_t hive_marvin32(const uint8_t *bytes, size_t size);

/* A number of this process that no hive can know. */
uint32_t hive_marvin_salt(void);

/* A hash that nobody can choose bytes for: start, mix in numbers, end. The end is never 0. */
struct hive_marvin hive_marvin_start(void);
void hive_marvin_mix(struct hive_marvin *m, uint32_t v);
uint32_t hive_marvin_end(struct hive_marvin *m);

#endif
