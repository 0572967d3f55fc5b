/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The record of changes, kept inside the guest. docs/ledger.md is its format. */
#ifndef FIX_LEDGER_H
#define FIX_LEDGER_H

#include "fix/plan.h"

enum { LEDGER_MAX = 100000 };           /* entries that are read */

enum ledger_kind {
        LEDGER_VALUE,                   /* a value was set or removed for a while */
        LEDGER_KEY,                     /* a key was made for a while */
        LEDGER_KEPT,                    /* a value was set or removed for good; its "before" is kept */
        LEDGER_GONE,                    /* a key was removed for a while; its values have entries of their own */
};

struct ledger_entry {
        char *place;                    /* its own key: HKLM\SOFTWARE\offwin\Ledger\00000001 */
        uint32_t number;
        enum ledger_kind kind;
        bool readable;                  /* false: not as docs/ledger.md says; only place and number are set */
        char *fix, *where, *name;       /* name: NULL for keys */
        ow_datum before, after;
};

struct ledger {
        struct ledger_entry *entries;   /* by where, name and kind, then by number */
        size_t n, cap;
        uint32_t last;                  /* highest number in use */
};

void ledger_done(struct ledger *ledger);

/* Both places. A guest without a ledger gives an empty one. OW_E_UNSUPPORTED: a later format. */
int ledger_read(ow_guest *guest, struct ledger *ret, ow_error *err);

/* The first entry of that kind for a place (name NULL: a key), or NULL. */
const struct ledger_entry *ledger_find(const struct ledger *ledger, enum ledger_kind kind, const char *where,
                                       const char *name);

/* Rows that record every temporary and every lasting change of plan. now: FILETIME. */
int ledger_record(ow_plan *plan, ow_guest *guest, uint64_t now, ow_error *err);

/* Rows that remove the entries that keep[] does not mark, and the ledger itself when it keeps none and !stays. */
int ledger_remove(ow_plan *plan, ow_guest *guest, const struct ledger *ledger, const bool *keep, bool stays,
                  ow_error *err);

/* ---- giving back: settle.c ---- */

/* Which entries are meant; NULL in its stead: all of them. */
struct settle_choice {
        bool (*meant)(void *state, const struct ledger_entry *entry);
        void *state;
};

/* Rows that give back what is meant, and remove its entries. */
int settle_add(ow_plan *plan, ow_guest *guest, const struct settle_choice *choice, ow_error *err);

/* ---- rows of one entry: ledger-write.c ---- */

/* Makes an entry (ledger->last counts up) for a change; *root is chosen with the first one. time: as text. */
int ledger_entry_new(ow_plan *plan, ow_guest *guest, struct ledger *ledger, const char **root, const char *time,
                     enum ledger_kind kind, const ow_change *change, const ow_datum *before, ow_error *err);
int ledger_entry_data(ow_plan *plan, ow_guest *guest, const struct ledger_entry *entry, const ow_datum *before,
                      const ow_datum *after, ow_error *err);

#endif
