/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The checksum of log entries: Marvin32 with a fixed seed, for sizes that are a multiple of 4. regf.md 7.3. */
#include <assert.h>

#include "base/le.h"
#include "hive/replay.h"

struct marvin {
        uint32_t low, high;
};

static uint32_t rotate(uint32_t v, unsigned bits)
{
        return v << bits | v >> (32 - bits);
}

static void mix(struct marvin *m, uint32_t v)
{
        m->low += v;
        m->high ^= m->low;
        m->low = rotate(m->low, 20) + m->high;
        m->high = rotate(m->high, 9) ^ m->low;
        m->low = rotate(m->low, 27) + m->high;
        m->high = rotate(m->high, 19);
}

uint64_t hive_marvin32(const uint8_t *bytes, size_t size)
{
        struct marvin m = { 0x7a4e55c5, 0x82ef4d88 };

        assert(size % 4 == 0);
        for (size_t i = 0; i < size; i += 4)
                mix(&m, ow_le32_at(bytes + i));
        mix(&m, 0x80);          /* end mark; no bytes are left over before it */
        mix(&m, 0);
        return (uint64_t)m.high << 32 | m.low;
}
