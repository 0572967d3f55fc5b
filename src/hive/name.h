/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A name to look for or to write: UTF-16 units, the same in upper case, and the hash of fast lists. regf.md 5. */
#ifndef HIVE_NAME_H
#define HIVE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/hive.h>

#include "base/le.h"
#include "base/view.h"

enum { HIVE_NAME_SMALL = 64 };

struct hive_name {
        uint16_t *units, *upper;        /* n each */
        size_t n;
        uint32_t hash;
        bool latin1;                    /* every unit < 256: stored one byte each */
        bool ascii;
        uint16_t small[2 * HIVE_NAME_SMALL];
};

/* Decodes size bytes of UTF-8. OW_E_LIMIT when there are more than max_units; OW_E_INVAL for malformed text. */
int hive_name_init(struct hive_name *name, const char *utf8, size_t size, size_t max_units, ow_error *err);
/* From bytes as stored in a record. */
int hive_name_init_stored(struct hive_name *name, ow_view stored, bool latin1, ow_error *err);
/* To at most n units, and no half of a pair at the end. The hash is not kept. */
void hive_name_cut(struct hive_name *name, size_t n);
void hive_name_done(struct hive_name *name);
#define HIVE_AUTO_NAME __attribute__((cleanup(hive_name_done))) struct hive_name

/* A stored name unit by unit, whichever way it is stored. */
static inline size_t hive_name_units(ow_view stored, bool latin1)
{
        return latin1 ? stored.len : stored.len / 2;
}

static inline uint16_t hive_name_unit(ow_view stored, bool latin1, size_t i)
{
        return latin1 ? stored.p[i] : ow_le16_at(stored.p + 2 * i);
}

/* As it is handed out; for ow_hive_name_compare(). */
static inline ow_hive_name hive_name_shown(ow_view stored, bool latin1)
{
        return (ow_hive_name){ stored.p, (uint32_t)stored.len, latin1 };
}

/* Compares a stored name with one we look for, as NT orders them: < 0, 0, > 0. */
int hive_name_order(ow_view stored, bool latin1, const struct hive_name *name);
bool hive_name_equal(ow_view stored, bool latin1, const struct hive_name *name);

/* Bytes of the name as a record stores it; writes them to ret unless it is NULL. */
size_t hive_name_store(const struct hive_name *name, uint8_t *ret);

/* The next name of a path, without the '\\' before it. *ret_size 0: there is none. */
const char *hive_path_next(const char *path, size_t *ret_size);

/* The stored name as UTF-8 text, the caller's (ow_free). NULL: no memory. */
char *hive_name_text(ow_view stored, bool latin1);

#endif
