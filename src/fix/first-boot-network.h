/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses for the first boot: the file that holds them, as a part of a plan. */
#ifndef FIX_FIRST_BOOT_NETWORK_H
#define FIX_FIRST_BOOT_NETWORK_H

#include <stddef.h>

#include <offwin/error.h>
#include <offwin/fix.h>

struct json_t;

/*
 * The adapters of a file, a JSON array: the caller's reference. None when the file is of another machine.
 * OW_E_CORRUPT no JSON; OW_E_UNSUPPORTED another format; OW_E_LIMIT.
 */
int first_boot_network_parse(const void *bytes, size_t size, const char *machine, struct json_t **ret_adapters,
                             ow_error *err);

/* Rows for the file, when the plan has anything for it. */
int first_boot_network_record(ow_plan *plan, ow_guest *guest, ow_error *err);
void first_boot_network_done(ow_plan *plan);

#endif
