/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers as users type them. */
#ifndef REG_TYPES_H
#define REG_TYPES_H

#include <stdbool.h>
#include <stdint.h>

/* Decimal, or hex after 0x; the whole text; at most max (which is 2^n - 1, n >= 4). */
bool reg_parse_number(const char *text, uint64_t max, uint64_t *ret);

#endif
