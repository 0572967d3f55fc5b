/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses for the first boot: the file that holds them, as a part of a plan. */
#ifndef FIX_FIRST_BOOT_NETWORK_H
#define FIX_FIRST_BOOT_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/addressing.h>
#include <offwin/error.h>
#include <offwin/fix.h>

struct json_t;

#define FIRST_BOOT_NETWORK_FILE "%SystemRoot%\\offwin\\network.json"

enum { FIRST_BOOT_NETWORK_FORMAT = 1 };

/* Whether the text at key is this one, whatever the case. text may be NULL. */
bool first_boot_entry_is(const struct json_t *entry, const char *key, const char *text);

/* What an entry gives. *ret: ow_addressing_done(). OW_E_CORRUPT. */
int first_boot_entry_parse(const struct json_t *entry, ow_addressing *ret, ow_error *err);

/* The entries of the guest's file that count: the caller's reference. NULL and 0: there is no file. */
int first_boot_network_load(ow_guest *guest, struct json_t **ret, ow_error *err);

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
