/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every walker does with names and data, so that each byte of them is really read. */
#ifndef BENCH_SUM_H
#define BENCH_SUM_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint64_t bench_sum(const void *bytes, size_t size)
{
        const uint8_t *p = bytes;
        uint64_t sum = 0, word;

        for (; size >= sizeof word; p += sizeof word, size -= sizeof word) {
                memcpy(&word, p, sizeof word);
                sum += word;
        }
        for (size_t i = 0; i < size; i++)
                sum += p[i];
        return sum;
}

#endif
