/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of temporary changes, kept inside the guest. docs/ledger.md is its format. */
#ifndef FIX_LEDGER_H
#define FIX_LEDGER_H

#include "fix/plan.h"

enum { LEDGER_MAX = 100000 };           /* entries that are read */

struct ledger_entry {
        char *place;                    /* its own key: HKLM\SOFTWARE\offwin\Ledger\00000001 */
        uint32_t number;
        bool is_key;                    /* records a key that was made, else a value */
        bool readable;                  /* false: not as docs/ledger.md says; only place and number are set */
        char *fix, *where, *name;
        ow_datum before, after;
};

struct ledger {
        struct ledger_entry *entries;   /* by where and name, then by number */
        size_t n, cap;
        uint32_t last;                  /* highest number in use */
};

void ledger_done(struct ledger *ledger);

/* Both places. A guest without a ledger gives an empty one. */
int ledger_read(ow_guest *guest, struct ledger *ret, ow_error *err);

/* Rows that record every temporary change of plan. now: FILETIME. */
int ledger_record(ow_plan *plan, ow_guest *guest, uint64_t now, ow_error *err);

/* Rows that remove the ledger (keep: NULL) or those of its entries that keep[] does not mark. */
int ledger_remove(ow_plan *plan, ow_guest *guest, const struct ledger *ledger, const bool *keep, ow_error *err);

#endif
