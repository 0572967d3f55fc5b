/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of subkeys for the insert rows: the same for every engine. */
#ifndef BENCH_NAMES_H
#define BENCH_NAMES_H

#include <stdint.h>
#include <stdio.h>

/* An odd factor and a shift with "xor" can both be taken back, so no two of 2^32 numbers become the same. */
static inline uint32_t mixed(uint32_t i)
{
        i *= 0x9e3779b1u;
        i ^= i >> 15;
        return i * 0x85ebca6bu;
}

static inline void subkey_name(char ret[16], uint32_t i, const char *order)
{
        (void)snprintf(ret, 16, "key%08x", order[0] == 'r' ? mixed(i) : i);
}

#endif
