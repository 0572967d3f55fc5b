/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Repairing Winsock catalogues: what the decision (winsock-repair.c) and the keys (winsock-catalog.c) share. */
#ifndef FIX_WINSOCK_REPAIR_H
#define FIX_WINSOCK_REPAIR_H

#include <offwin/winsock.h>

#include "fix/action.h"

/* The entries of one catalogue of one control set: transport or name providers. */
struct winsock_entries {
        char *catalog;     /* HKLM\SYSTEM\ControlSet001\...\Protocol_Catalog9 */
        char *entries;     /* ... \Catalog_Entries64 */
        const char *count; /* "Num_Catalog_Entries64" */
        char **names;      /* keys of entries, in order */
        bool *going;       /* beside them */
        size_t n, cap, cap_going;
        uint32_t next_id; /* above every id; 0: this catalogue has none */
};

void winsock_entries_done(struct winsock_entries *entries);

/* key: of an entry, below the control set, as in ow_winsock. */
int winsock_entries_add(struct winsock_entries *entries, const char *key, bool going, ow_error *err);

/*
 * Rows that take those that go out of the catalogue, number the others 1, 2, ... without a gap in their order, and
 * make the catalogue's counts agree. *ret_changed: something is to change. OW_E_UNSUPPORTED an entry with keys below
 * it.
 */
int winsock_entries_write(struct fix_job *job, const struct winsock_entries *entries, bool *ret_changed,
                          ow_error *err);

#endif
