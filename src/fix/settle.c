/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Giving back what was temporary, as a plan like any other. A value goes back only when it still is what the fix
 * made of it; a key that a fix made goes when nothing is left in it, one that it removed is made again; then the
 * ledger itself goes, unless it holds what was changed for good.
 */
#include <stdlib.h>
#include <string.h>

#include <offwin/fix.h>
#include <offwin/registry.h>

#include "fix/ledger.h"

struct settling {
        ow_guest *guest;
        ow_plan *plan;
        struct ledger ledger;
        bool *keep;                     /* per entry: not settled now */
        const struct settle_choice *choice;     /* NULL: everything */
};

static void settling_done(struct settling *s)
{
        ledger_done(&s->ledger);
        ow_free(s->keep);
}

static int keep(struct settling *s, size_t i, ow_error *err, const char *why)
{
        const struct ledger_entry *e = &s->ledger.entries[i];

        s->keep[i] = true;
        return plan_skip(s->plan, NULL, OW_FIX_FAILED, err, "%s: %s", e->readable ? e->where : e->place, why);
}

/* What was changed for good is not for settling, nor what was not asked for. */
static bool is_meant(const struct settling *s, const struct ledger_entry *e)
{
        if (!e->readable)
                return !s->choice;
        return e->kind != LEDGER_KEPT && (!s->choice || s->choice->meant(s->choice->state, e));
}

/* 1 the hive of entry i is there; 0 not, and the entry is kept. */
static int reachable(struct settling *s, size_t i, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        const char *rest;
        ow_hive *hive;
        int r;

        if (!s->ledger.entries[i].readable)
                return keep(s, i, err, "this ledger entry is not as it should be");
        r = ow_registry_hive(s->guest, s->ledger.entries[i].where, &hive, &rest, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        return r > 0 ? 1 : keep(s, i, err, r < 0 ? why.text : "its hive is not there");
}

static int value_back(struct settling *s, const struct ledger_entry *e, ow_datum *now, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_VALUE };
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        int r = 0;

        if (e->before.present)
                r = plan_need_key(s->plan, s->guest, NULL, false, e->where, &reason, err);
        if (r >= 0)
                r = datum_copy(&e->before, &change.after, err);
        if (r < 0)
                return r;
        change.where = ow_strdup(e->where);
        change.name = ow_strdup(e->name);
        change.before = *now;
        *now = (ow_datum){ false, 0, { NULL, 0 } };
        return plan_add(s->plan, &change, err);
}

/* What may become of a key that was removed. */
enum removed { NOT_REMOVED, ABSENT, THERE_AGAIN, ORPHAN };

/* A key comes back below what it was taken from, and only when nobody has made another in its place. */
static int removed_state(struct settling *s, const char *where, enum removed *ret, ow_error *err)
{
        OW_AUTO_FREE char *above = ow_strdup(where);
        ow_regkey key;
        int r;

        *ret = NOT_REMOVED;
        if (!above)
                return ow_fail_nomem(err);
        if (!ledger_find(&s->ledger, LEDGER_GONE, where, NULL))
                return 0;
        r = ow_registry_find(s->guest, where, &key, err);
        if (r != 0) {
                *ret = THERE_AGAIN;
                return r < 0 ? r : 0;
        }
        do {
                *strrchr(above, '\\') = '\0';
        } while (strchr(above, '\\') && ledger_find(&s->ledger, LEDGER_GONE, above, NULL));
        r = ow_registry_find(s->guest, above, &key, err);
        *ret = r > 0 ? ABSENT : ORPHAN;
        return r < 0 ? r : 0;
}

static int removed_settle(struct settling *s, size_t i, ow_error *err)
{
        const struct ledger_entry *e = &s->ledger.entries[i];
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        ow_error why = OW_ERROR_INIT;
        enum removed state;
        int r;

        r = removed_state(s, e->where, &state, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r < 0)
                return keep(s, i, err, why.text);
        if (state == ABSENT)
                r = plan_need_key(s->plan, s->guest, NULL, false, e->where, &reason, err);
        else if (state == THERE_AGAIN)
                r = plan_skip(s->plan, NULL, OW_FIX_NOT_FOR_THIS, err, "%s: made again by somebody else; left alone",
                              e->where);
        else
                r = plan_skip(s->plan, NULL, OW_FIX_NOT_FOR_THIS, err, "%s: what it belonged to is gone; not given "
                              "back", e->where);
        return r < 0 ? r : 0;
}

static int value_settle(struct settling *s, size_t i, ow_error *err)
{
        const struct ledger_entry *e = &s->ledger.entries[i];
        ow_error why = OW_ERROR_INIT;
        ow_datum now = { false, 0, { NULL, 0 } };
        enum removed state;
        int r;

        if (plan_find(s->plan, e->where, e->name))
                return 0;               /* a second entry for one place: the first one counts */
        r = removed_state(s, e->where, &state, err);
        if (r < 0 || state == THERE_AGAIN || state == ORPHAN)
                return r;               /* told with the key */
        r = plan_read(s->guest, e->where, e->name, &now, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r < 0)
                return keep(s, i, err, why.text);
        if (datum_equal(&now, &e->before))
                r = 0;
        else if (datum_equal(&now, &e->after))
                r = value_back(s, e, &now, err);
        else
                r = plan_skip(s->plan, NULL, OW_FIX_NOT_FOR_THIS, err, "%s!%s: changed since by somebody else; left "
                              "alone", e->where, e->name);
        ow_blob_done(&now.data);
        return r;
}

static int key_settle(struct settling *s, size_t i, ow_error *err)
{
        const struct ledger_entry *e = &s->ledger.entries[i];
        ow_change change = { .kind = OW_CHANGE_KEY_DELETE };
        ow_error why = OW_ERROR_INIT;
        ow_datum now;
        int r;

        r = plan_read(s->guest, e->where, NULL, &now, &why);
        if (r >= 0 && (!now.present || plan_find(s->plan, e->where, NULL)))
                return 0;
        if (r >= 0)
                r = plan_empties_key(s->plan, s->guest, e->where, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r < 0)
                return keep(s, i, err, why.text);
        if (r == 0)
                return plan_skip(s->plan, NULL, OW_FIX_NOT_FOR_THIS, err,
                                 "%s: made by a fix, and now holds more than that; left alone", e->where);
        change.where = ow_strdup(e->where);
        change.before.present = true;
        return plan_add(s->plan, &change, err);
}

/* Longest path first: what is below goes before what is above. */
static int deepest_first(const void *a, const void *b, void *state)
{
        const struct settling *s = state;
        size_t l = strlen(s->ledger.entries[*(const size_t *)a].where);
        size_t r = strlen(s->ledger.entries[*(const size_t *)b].where);

        return (l < r) - (l > r);
}

static int keys_settle(struct settling *s, size_t *keys, size_t n, ow_error *err)
{
        if (n)
                qsort_r(keys, n, sizeof *keys, deepest_first, s);
        for (size_t i = 0; i < n; i++) {
                int r = key_settle(s, keys[i], err);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* In the order in which they were made: what is made again gets its values in the order that it had. */
static int by_number(const void *a, const void *b, void *state)
{
        const struct settling *s = state;
        uint32_t l = s->ledger.entries[*(const size_t *)a].number, r = s->ledger.entries[*(const size_t *)b].number;

        return (l > r) - (l < r);
}

static int entry_settle(struct settling *s, size_t i, size_t *keys, size_t *n_keys, ow_error *err)
{
        const struct ledger_entry *e = &s->ledger.entries[i];
        int r;

        if (!is_meant(s, e)) {
                s->keep[i] = true;
                return 0;
        }
        r = reachable(s, i, err);
        if (r <= 0)
                return r;
        if (e->kind == LEDGER_GONE)
                return removed_settle(s, i, err);
        if (e->kind == LEDGER_VALUE)
                return value_settle(s, i, err);
        keys[(*n_keys)++] = i;
        return 0;
}

static int entries_settle(struct settling *s, ow_error *err)
{
        OW_AUTO_FREE size_t *keys = ow_calloc(s->ledger.n, sizeof *keys);
        OW_AUTO_FREE size_t *order = ow_calloc(s->ledger.n, sizeof *order);
        size_t n_keys = 0;
        int r = 0;

        if (!keys || !order)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < s->ledger.n; i++)
                order[i] = i;
        qsort_r(order, s->ledger.n, sizeof *order, by_number, s);
        for (size_t i = 0; i < s->ledger.n && r >= 0; i++)
                r = entry_settle(s, order[i], keys, &n_keys, err);
        return r < 0 ? r : keys_settle(s, keys, n_keys, err);
}

int settle_add(ow_plan *plan, ow_guest *guest, const struct settle_choice *choice, ow_error *err)
{
        __attribute__((cleanup(settling_done))) struct settling s = { .guest = guest, .plan = plan,
                                                                       .choice = choice };
        int r;

        r = ledger_read(guest, &s.ledger, err);
        if (r < 0)
                return r;
        s.keep = ow_calloc(s.ledger.n + 1, sizeof *s.keep);
        if (!s.keep)
                return ow_fail_nomem(err);
        r = s.ledger.n ? entries_settle(&s, err) : 0;
        return r < 0 ? r : ledger_remove(plan, guest, &s.ledger, s.keep, false, err);
}

int ow_plan_settle(ow_guest *guest, ow_plan **ret_plan, ow_error *err)
{
        OW_AUTO(ow_plan) plan = NULL;
        int r;

        r = plan_new(&plan, err);
        if (r == 0)
                r = settle_add(plan, guest, NULL, err);
        if (r < 0)
                return r;
        *ret_plan = OW_TAKE(plan);
        return 0;
}
