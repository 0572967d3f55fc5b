/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ledger entries as rows of a plan, so that dry run and diff show them like everything else. */
#include <stdio.h>
#include <string.h>

#include <offwin/registry.h>

#include "base/le.h"
#include "base/utf16.h"
#include "fix/ledger-format.h"
#include "fix/ledger.h"

/* where!name becomes type and data; a row only when it is something else now. */
static int put(ow_plan *plan, ow_guest *guest, const char *where, const char *name, uint32_t type, const void *data,
               size_t size, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_VALUE };
        const ow_change *key = plan_find(plan, where, NULL);
        bool new_key = key && key->kind == OW_CHANGE_KEY_CREATE;
        int r = 0;

        change.where = ow_strdup(where);
        change.name = ow_strdup(name);
        change.after = (ow_datum){ true, type, { ow_malloc(size), size } };
        if (change.after.data.p && size)
                memcpy(change.after.data.p, data, size);
        if (!change.where || !change.name || !change.after.data.p)
                r = ow_fail_nomem(err);
        if (r == 0 && !new_key)
                r = plan_read(guest, where, name, &change.before, err);
        if (r == 0 && !datum_equal(&change.before, &change.after))
                return plan_add(plan, &change, err);
        plan_change_done(&change);
        return r;
}

static int put_dword(ow_plan *plan, ow_guest *guest, const char *where, const char *name, uint32_t n, ow_error *err)
{
        uint8_t data[4];

        ow_le32_put(data, n);
        return put(plan, guest, where, name, OW_REG_DWORD, data, sizeof data, err);
}

static int put_text(ow_plan *plan, ow_guest *guest, const char *where, const char *name, const char *text,
                    ow_error *err)
{
        OW_AUTO_BUFFER utf16 = OW_BUFFER_INIT;
        int r;

        r = ow_utf8_to_utf16(text, strlen(text) + 1, &utf16, err);
        if (r < 0)
                return r;
        if (ow_buffer_failed(&utf16))
                return ow_fail_nomem(err);
        return put(plan, guest, where, name, OW_REG_SZ, utf16.p, utf16.len, err);
}

static int put_datum(ow_plan *plan, ow_guest *guest, const char *where, const struct ledger_datum_names *names,
                     const ow_datum *datum, ow_error *err)
{
        int r;

        r = put_dword(plan, guest, where, names->present, datum->present, err);
        if (r == 0)
                r = put_dword(plan, guest, where, names->type, datum->type, err);
        if (r == 0)
                r = put(plan, guest, where, names->data, OW_REG_BINARY, datum->data.p, datum->data.size, err);
        return r;
}

static int entry_put(ow_plan *plan, ow_guest *guest, const char *place, const char *time, enum ledger_kind kind,
                     const ow_change *change, const ow_datum *before, ow_error *err)
{
        int r;

        r = put_text(plan, guest, place, LEDGER_FIX, change->fix->name, err);
        if (r == 0)
                r = put_text(plan, guest, place, LEDGER_KIND, ledger_kinds[kind], err);
        if (r == 0)
                r = put_text(plan, guest, place, LEDGER_TIME, time, err);
        if (r == 0)
                r = put_text(plan, guest, place, LEDGER_PATH, change->where, err);
        if (r < 0 || kind == LEDGER_KEY || kind == LEDGER_GONE)
                return r;
        r = put_text(plan, guest, place, LEDGER_NAME, change->name, err);
        if (r == 0)
                r = put_datum(plan, guest, place, &ledger_before, before, err);
        if (r == 0)
                r = put_datum(plan, guest, place, &ledger_after, &change->after, err);
        return r;
}

/* The place for new entries: the first whose hive is there. */
static int choose_root(ow_plan *plan, ow_guest *guest, const char **ret, ow_error *err)
{
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        int r;

        for (size_t i = 0; i < OW_COUNT(ledger_places); i++) {
                r = plan_need_key(plan, guest, NULL, false, ledger_places[i], &reason, err);
                if (r < 0)
                        return r;
                if (r > 0) {
                        *ret = ledger_places[i];
                        return put_dword(plan, guest, *ret, LEDGER_FORMAT, LEDGER_FORMAT_NOW, err);
                }
        }
        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no hive to keep the ledger in: %.*s", (int)reason.len,
                       (const char *)reason.p);
}

int ledger_entry_new(ow_plan *plan, ow_guest *guest, struct ledger *ledger, const char **root, const char *time,
                     enum ledger_kind kind, const ow_change *change, const ow_datum *before, ow_error *err)
{
        OW_AUTO_FREE char *place = NULL;
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        int r;

        if (!*root) {
                r = choose_root(plan, guest, root, err);
                if (r < 0)
                        return r;
        }
        if (ledger->last >= 99999999)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "the ledger has no number left");
        place = ow_asprintf("%s\\%08u", *root, ++ledger->last);
        if (!place)
                return ow_fail_nomem(err);
        r = plan_need_key(plan, guest, NULL, false, place, &reason, err);
        return r < 0 ? r : entry_put(plan, guest, place, time, kind, change, before, err);
}

int ledger_entry_data(ow_plan *plan, ow_guest *guest, const struct ledger_entry *entry, const ow_datum *before,
                      const ow_datum *after, ow_error *err)
{
        int r = put_datum(plan, guest, entry->place, &ledger_before, before, err);

        return r < 0 ? r : put_datum(plan, guest, entry->place, &ledger_after, after, err);
}

/* ---- taking it away ---- */

static int key_delete(ow_plan *plan, const char *where, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_KEY_DELETE };

        if (plan_find(plan, where, NULL))
                return 0;
        change.where = ow_strdup(where);
        change.before.present = true;
        return plan_add(plan, &change, err);
}

static int root_delete(ow_plan *plan, ow_guest *guest, const char *root, ow_error *err)
{
        OW_AUTO_FREE char *above = ow_strndup(root, (size_t)(strrchr(root, '\\') - root));
        ow_error why = OW_ERROR_INIT;
        ow_regkey key;
        int r;

        if (!above)
                return ow_fail_nomem(err);
        r = ow_registry_find(guest, root, &key, &why);
        if (r <= 0)
                return r == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
        r = key_delete(plan, root, err);
        if (r == 0)
                r = plan_empties_key(plan, guest, above, err);
        return r > 0 ? key_delete(plan, above, err) : r;
}

int ledger_remove(ow_plan *plan, ow_guest *guest, const struct ledger *ledger, const bool *keep, bool stays,
                  ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < ledger->n; i++)
                stays |= keep[i];
        if (!stays) {
                for (size_t i = 0; i < OW_COUNT(ledger_places) && r == 0; i++)
                        r = root_delete(plan, guest, ledger_places[i], err);
                return r;
        }
        for (size_t i = 0; i < ledger->n && r == 0; i++)
                if (!keep[i])
                        r = key_delete(plan, ledger->entries[i].place, err);
        return r;
}
