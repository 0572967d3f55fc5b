/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "hive/marvin.h"

#include <assert.h>
#include <string.h>
#include <sys/auxv.h>

#include "base/le.h"

static uint32_t rotate(uint32_t v, unsigned bits)
{
        return v << bits | v >> (32 - bits);
}

void hive_marvin_mix(struct hive_marvin *m, uint32_t v)
{
        m->low += v;
        m->high ^= m->low;
        m->low = rotate(m->low, 20) + m->high;
        m->high = rotate(m->high, 9) ^ m->low;
        m->low = rotate(m->low, 27) + m->high;
        m->high = rotate(m->high, 19);
}

/* End mark, when no bytes are left over before it. */
static void finish(struct hive_marvin *m)
{
        hive_marvin_mix(m, 0x80);
        hive_marvin_mix(m, 0);
}

uint64_t hive_marvin32(const uint8_t *bytes, size_t size)
{
        struct hive_marvin m = { 0x7a4e55c5, 0x82ef4d88 };

        assert(size % 4 == 0);
        for (size_t i = 0; i < size; i += 4)
                hive_marvin_mix(&m, ow_le32_at(bytes + i));
        finish(&m);
        return (uint64_t)m.high << 32 | m.low;
}

struct hive_marvin hive_marvin_start(void)
{
        const void *random = (const void *)getauxval(AT_RANDOM); /* 16 bytes that the kernel gives a process */
        struct hive_marvin m = { 0x5bd1e995u, 0x1b873593u };

        if (random)
                memcpy(&m, random, sizeof m);
        return m;
}

uint32_t hive_marvin_salt(void)
{
        return hive_marvin_start().low;
}

uint32_t hive_marvin_end(struct hive_marvin *m)
{
        uint32_t hash;

        finish(m);
        hash = m->low ^ m->high;
        return hash ? hash : 1;
}
