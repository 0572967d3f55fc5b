/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the rows of a plan mean for the ledger. A place keeps its first "before", however often fixes are applied, but
 * of a start that becomes disabled the last one, which `enable` gives back; a lasting change takes over what was
 * recorded of a temporary one; what is back as it was needs no entry.
 */
#include <string.h>

#include <offwin/fix.h>

#include "base/filetime.h"
#include "base/le.h"
#include "base/upcase.h"
#include "fix/ledger.h"

enum { START_DISABLED = 4 };

struct recording {
        ow_plan *plan;
        ow_guest *guest;
        struct ledger ledger;
        bool *keep; /* per entry that was read */
        size_t n_dropped, n_new;
        const char *root; /* where new entries go; NULL before the first */
        char time[OW_FILETIME_TEXT];
};

static void drop(struct recording *rec, const struct ledger_entry *entry)
{
        size_t i = (size_t)(entry - rec->ledger.entries);

        rec->n_dropped += rec->keep[i];
        rec->keep[i] = false;
}

static int entry_new(struct recording *rec, enum ledger_kind kind, const ow_change *change, const ow_datum *before,
                     ow_error *err)
{
        rec->n_new++;
        return ledger_entry_new(rec->plan, rec->guest, &rec->ledger, &rec->root, rec->time, kind, change, before,
                                err);
}

/* An entry of kind unless there is one; one of the opposite kind is settled by that and goes. */
static int key_record(struct recording *rec, enum ledger_kind kind, enum ledger_kind opposite,
                      const ow_change *change, ow_error *err)
{
        const struct ledger_entry *undone = ledger_find(&rec->ledger, opposite, change->where, NULL);

        if (undone)
                drop(rec, undone);
        if (undone || ledger_find(&rec->ledger, kind, change->where, NULL))
                return 0;
        return entry_new(rec, kind, change, NULL, err);
}

static int value_record(struct recording *rec, const ow_change *change, ow_error *err)
{
        const struct ledger_entry *known = ledger_find(&rec->ledger, LEDGER_VALUE, change->where, change->name);

        if (known)
                return ledger_entry_data(rec->plan, rec->guest, known, &known->before, &change->after, err);
        return entry_new(rec, LEDGER_VALUE, change, &change->before, err);
}

/* Whether a service no longer starts after it, by its Start or a value of its StartOverride. */
static bool disables(const ow_change *change)
{
        const ow_datum *after = &change->after;
        const char *key = strrchr(change->where, '\\');

        return after->present && after->type == OW_REG_DWORD && after->data.size == 4 &&
               ow_le32_at(after->data.p) == START_DISABLED &&
               (ow_name_compare(change->name, "Start") == 0 ||
                (key && ow_name_compare(key + 1, "StartOverride") == 0));
}

static int lasting_record(struct recording *rec, const ow_change *change, ow_error *err)
{
        const struct ledger_entry *kept = ledger_find(&rec->ledger, LEDGER_KEPT, change->where, change->name);
        const struct ledger_entry *lent = ledger_find(&rec->ledger, LEDGER_VALUE, change->where, change->name);
        const ow_datum *before = kept && !disables(change) ? &kept->before : lent ? &lent->before : &change->before;
        bool back = datum_equal(before, &change->after);

        if (lent)
                drop(rec, lent);
        if (kept && back)
                drop(rec, kept);
        if (back)
                return 0;
        return kept ? ledger_entry_data(rec->plan, rec->guest, kept, before, &change->after, err)
                    : entry_new(rec, LEDGER_KEPT, change, before, err);
}

static int row_record(struct recording *rec, size_t row, ow_error *err)
{
        /* The copy borrows from a row that plan_add() may move, but never frees. */
        const ow_change change = rec->plan->changes[row];

        if (change.kind == OW_CHANGE_VALUE)
                return change.lasting ? lasting_record(rec, &change, err) : value_record(rec, &change, err);
        if (change.kind == OW_CHANGE_KEY_CREATE && change.temporary)
                return key_record(rec, LEDGER_KEY, LEDGER_GONE, &change, err);
        if (change.kind == OW_CHANGE_KEY_DELETE && change.temporary)
                return key_record(rec, LEDGER_GONE, LEDGER_KEY, &change, err);
        return 0;
}

/* As it is, and from now on for good: nothing is lent there any more. */
static int claim_record(struct recording *rec, const struct plan_claim *claim, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_VALUE, .fix = claim->fix, .where = claim->where, .name = claim->name };
        int r;

        if (!ledger_find(&rec->ledger, LEDGER_VALUE, claim->where, claim->name))
                return 0;
        r = plan_read(rec->guest, claim->where, claim->name, &change.after, err);
        if (r == 0)
                r = lasting_record(rec, &change, err);
        ow_blob_done(&change.after.data);
        return r;
}

static int rows_record(struct recording *rec, size_t rows, ow_error *err)
{
        int r = 0;

        rec->keep = ow_calloc(rec->ledger.n + 1, sizeof *rec->keep);
        if (!rec->keep)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < rec->ledger.n; i++)
                rec->keep[i] = true;
        for (size_t i = 0; i < rows && r == 0; i++)
                if (rec->plan->changes[i].temporary || rec->plan->changes[i].lasting)
                        r = row_record(rec, i, err);
        for (size_t i = 0; i < rec->plan->n_claims && r == 0; i++)
                r = claim_record(rec, &rec->plan->claims[i], err);
        if (r < 0 || rec->n_dropped == 0)
                return r;
        return ledger_remove(rec->plan, rec->guest, &rec->ledger, rec->keep, rec->n_new > 0, err);
}

int ledger_record(ow_plan *plan, ow_guest *guest, uint64_t now, ow_error *err)
{
        struct recording rec = { .plan = plan, .guest = guest };
        size_t rows = plan->n;
        bool any = plan->n_claims > 0;
        int r;

        for (size_t i = 0; i < rows; i++)
                any |= plan->changes[i].temporary || plan->changes[i].lasting;
        if (!any)
                return 0;
        ow_filetime_format(now, rec.time);
        r = ledger_read(guest, &rec.ledger, err);
        if (r == 0)
                r = rows_record(&rec, rows, err);
        ledger_done(&rec.ledger);
        ow_free(rec.keep);
        return r < 0 ? ow_wrap(err, r, "ledger") : 0;
}
