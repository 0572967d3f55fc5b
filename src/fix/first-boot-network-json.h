/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file with addresses for the first boot, as JSON: between the files that write it and read it back. */
#ifndef FIX_FIRST_BOOT_NETWORK_JSON_H
#define FIX_FIRST_BOOT_NETWORK_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include <offwin/addressing.h>
#include <offwin/error.h>
#include <offwin/fix.h>

#define FIRST_BOOT_NETWORK_FILE "%SystemRoot%\\offwin\\network.json"

enum { FIRST_BOOT_NETWORK_FORMAT = 1 };

static inline void first_boot_json_done(json_t **json)
{
        json_decref(*json);
}
#define AUTO_JSON __attribute__((cleanup(first_boot_json_done))) json_t *

/* Whether the text at key is this one, whatever the case. text may be NULL. */
bool first_boot_entry_is(const json_t *entry, const char *key, const char *text);

/* What an entry gives. *ret: ow_addressing_done(). OW_E_CORRUPT. */
int first_boot_entry_parse(const json_t *entry, ow_addressing *ret, ow_error *err);

/* The entries of the guest's file that count: the caller's reference. NULL and 0: there is no file. */
int first_boot_network_load(ow_guest *guest, json_t **ret, ow_error *err);

/*
 * The adapters of a file, a JSON array: the caller's reference. None when the file is of another machine.
 * OW_E_CORRUPT no JSON; OW_E_UNSUPPORTED another format; OW_E_LIMIT.
 */
int first_boot_network_parse(const void *bytes, size_t size, const char *machine, json_t **ret_adapters, ow_error *err);

#endif
