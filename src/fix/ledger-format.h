/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names in the ledger, as docs/ledger.md has them. Whoever reads it inside Windows uses the same. */
#ifndef FIX_LEDGER_FORMAT_H
#define FIX_LEDGER_FORMAT_H

#define LEDGER_FORMAT     "Format"      /* of the Ledger key itself */
#define LEDGER_KIND       "Kind"
#define LEDGER_FIX        "Fix"
#define LEDGER_PATH       "Path"
#define LEDGER_NAME       "Name"
#define LEDGER_TIME       "Time"

enum { LEDGER_FORMAT_NOW = 2 };

struct ledger_datum_names {
        const char *present, *type, *data;
};

static const struct ledger_datum_names ledger_before = { "BeforePresent", "BeforeType", "BeforeData" };
static const struct ledger_datum_names ledger_after = { "AfterPresent", "AfterType", "AfterData" };

/* What Kind says, by enum ledger_kind. */
extern const char *const ledger_kinds[4];

/* Where it may be: the second one serves a guest whose SOFTWARE hive is not there. */
extern const char *const ledger_places[2];

#endif
