/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Upper case as Windows NT compares names: one UTF-16 unit to one unit, no locale. The table is made from the
 * Unicode database by scripts/gen-upcase; docs/formats/regf.md says where NT is known or suspected to differ.
 */
#ifndef BASE_UPCASE_H
#define BASE_UPCASE_H

#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

uint16_t ow_upcase(uint16_t unit);

/* Orders two UTF-8 texts as NT orders names: by upcased UTF-16 units, a prefix first. < 0, 0 or > 0. */
int ow_name_compare(const char *a, const char *b);

/* ow_name_compare() of the first size bytes of each. */
int ow_name_compare_n(const char *a, size_t a_size, const char *b, size_t b_size);

#endif
