/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Little-endian integers as structs of bytes: alignment 1, no packing needed, and a forgotten conversion does not
 * compile. ow_be32 is here for the one big-endian value type of the registry.
 */
#ifndef BASE_LE_H
#define BASE_LE_H

#include <stdint.h>

typedef struct { uint8_t b[2]; } ow_le16;
typedef struct { uint8_t b[4]; } ow_le32;
typedef struct { uint8_t b[8]; } ow_le64;
typedef struct { uint8_t b[4]; } ow_be32;

static inline uint16_t ow_le16_get(ow_le16 v)
{
        return (uint16_t)(v.b[0] | v.b[1] << 8);
}

static inline uint32_t ow_le32_get(ow_le32 v)
{
        return (uint32_t)v.b[0] | (uint32_t)v.b[1] << 8 | (uint32_t)v.b[2] << 16 | (uint32_t)v.b[3] << 24;
}

static inline uint64_t ow_le64_get(ow_le64 v)
{
        uint64_t n = 0;

        for (unsigned i = 8; i-- > 0;)
                n = n << 8 | v.b[i];
        return n;
}

static inline uint32_t ow_be32_get(ow_be32 v)
{
        return (uint32_t)v.b[3] | (uint32_t)v.b[2] << 8 | (uint32_t)v.b[1] << 16 | (uint32_t)v.b[0] << 24;
}

static inline ow_le16 ow_le16_of(uint16_t n)
{
        return (ow_le16){ { (uint8_t)n, (uint8_t)(n >> 8) } };
}

static inline ow_le32 ow_le32_of(uint32_t n)
{
        return (ow_le32){ { (uint8_t)n, (uint8_t)(n >> 8), (uint8_t)(n >> 16), (uint8_t)(n >> 24) } };
}

static inline ow_le64 ow_le64_of(uint64_t n)
{
        ow_le64 v;

        for (unsigned i = 0; i < 8; i++)
                v.b[i] = (uint8_t)(n >> 8 * i);
        return v;
}

/* The same on bare bytes, for places that hold a pointer into a view. */
static inline uint16_t ow_le16_at(const uint8_t *p)
{
        return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t ow_le32_at(const uint8_t *p)
{
        return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t ow_le64_at(const uint8_t *p)
{
        return (uint64_t)ow_le32_at(p) | (uint64_t)ow_le32_at(p + 4) << 32;
}

static inline void ow_le16_put(uint8_t *p, uint16_t n)
{
        p[0] = (uint8_t)n;
        p[1] = (uint8_t)(n >> 8);
}

static inline void ow_le32_put(uint8_t *p, uint32_t n)
{
        ow_le16_put(p, (uint16_t)n);
        ow_le16_put(p + 2, (uint16_t)(n >> 16));
}

static inline void ow_le64_put(uint8_t *p, uint64_t n)
{
        ow_le32_put(p, (uint32_t)n);
        ow_le32_put(p + 4, (uint32_t)(n >> 32));
}

#endif
