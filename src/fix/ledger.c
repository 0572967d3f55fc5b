/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the ledger from a guest. It is data from an image like any other: an entry that is not as docs/ledger.md
 * says is kept and told, never guessed at.
 */
#include <stdlib.h>
#include <string.h>

#include <offwin/registry.h>

#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/ledger-format.h"
#include "fix/ledger.h"

const char *const ledger_kinds[4] = {
        [LEDGER_VALUE] = "value", [LEDGER_KEY] = "key", [LEDGER_KEPT] = "kept-value", [LEDGER_GONE] = "removed-key",
};
const char *const ledger_places[2] = { "HKLM\\SOFTWARE\\offwin\\Ledger", "HKLM\\SYSTEM\\offwin\\Ledger" };

static void entry_done(struct ledger_entry *e)
{
        ow_free(e->place);
        ow_free(e->fix);
        ow_free(e->where);
        ow_free(e->name);
        ow_blob_done(&e->before.data);
        ow_blob_done(&e->after.data);
}

void ledger_done(struct ledger *ledger)
{
        for (size_t i = 0; i < ledger->n; i++)
                entry_done(&ledger->entries[i]);
        ow_free(ledger->entries);
        *ledger = (struct ledger){ NULL, 0, 0, 0 };
}

/* 1 and the text, 0 when it is missing or no string. */
static int get_text(ow_regkey key, const char *name, char **ret, ow_error *err)
{
        ow_blob data = { NULL, 0 };
        uint32_t type;
        int r;

        r = ow_hive_get_value(key.hive, key.key, name, &type, &data, err);
        if (r <= 0)
                return r;
        if (type == OW_REG_SZ) {
                *ret = ow_utf16_text((ow_view){ data.p, data.size });
                r = *ret ? 1 : ow_fail_nomem(err);
        } else {
                r = 0;
        }
        ow_blob_done(&data);
        return r;
}

static int get_dword(ow_regkey key, const char *name, uint32_t *ret, ow_error *err)
{
        ow_blob data = { NULL, 0 };
        uint32_t type;
        int r;

        r = ow_hive_get_value(key.hive, key.key, name, &type, &data, err);
        if (r <= 0)
                return r;
        r = type == OW_REG_DWORD && data.size == 4;
        if (r)
                *ret = ow_le32_at(data.p);
        ow_blob_done(&data);
        return r;
}

static int get_datum(ow_regkey key, const struct ledger_datum_names *names, ow_datum *ret, ow_error *err)
{
        uint32_t present, type;
        int r;

        r = get_dword(key, names->present, &present, err);
        if (r > 0)
                r = get_dword(key, names->type, &ret->type, err);
        if (r > 0)
                r = ow_hive_get_value(key.hive, key.key, names->data, &type, &ret->data, err);
        if (r <= 0)
                return r;
        ret->present = present != 0;
        return type == OW_REG_BINARY;
}

static bool kind_of(const char *text, enum ledger_kind *ret)
{
        for (size_t i = 0; i < OW_COUNT(ledger_kinds); i++) {
                if (strcmp(text, ledger_kinds[i]) == 0) {
                        *ret = (enum ledger_kind)i;
                        return true;
                }
        }
        return false;
}

static int entry_fields(ow_regkey key, struct ledger_entry *e, ow_error *err)
{
        OW_AUTO_FREE char *kind = NULL;
        int r;

        r = get_text(key, LEDGER_KIND, &kind, err);
        if (r > 0)
                r = get_text(key, LEDGER_FIX, &e->fix, err);
        if (r > 0)
                r = get_text(key, LEDGER_PATH, &e->where, err);
        if (r <= 0)
                return r;
        if (!kind_of(kind, &e->kind))
                return 0;
        if (e->kind == LEDGER_KEY || e->kind == LEDGER_GONE)
                return 1;
        r = get_text(key, LEDGER_NAME, &e->name, err);
        if (r > 0)
                r = get_datum(key, &ledger_before, &e->before, err);
        if (r > 0)
                r = get_datum(key, &ledger_after, &e->after, err);
        return r;
}

static bool number_of(const char *name, uint32_t *ret)
{
        uint32_t n = 0;

        if (strlen(name) != 8 || strspn(name, "0123456789") != 8)
                return false;
        for (size_t i = 0; i < 8; i++)
                n = n * 10 + (uint32_t)(name[i] - '0');
        *ret = n;
        return true;
}

static int entry_add(struct ledger *ledger, ow_regkey key, const char *root, const char *name, ow_error *err)
{
        struct ledger_entry e = { .place = ow_asprintf("%s\\%s", root, name) };
        void *grown;
        int r;

        if (!e.place)
                return ow_fail_nomem(err);
        if (number_of(name, &e.number)) {
                r = entry_fields(key, &e, err);
                if (r == OW_E_NOMEM) {
                        entry_done(&e);
                        return r;
                }
                e.readable = r > 0;
        }
        grown = ledger->n < LEDGER_MAX ? ow_grow(ledger->entries, ledger->n, &ledger->cap, sizeof e) : NULL;
        if (!grown) {
                entry_done(&e);
                return ledger->n < LEDGER_MAX ? ow_fail_nomem(err) :
                       ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' has more than %d entries", root, LEDGER_MAX);
        }
        ledger->entries = grown;
        ledger->entries[ledger->n++] = e;
        if (e.number > ledger->last)
                ledger->last = e.number;
        return 0;
}

/* A later format may mean something else by the same words: neither used nor added to. */
static int format_check(ow_regkey at, const char *root, ow_error *err)
{
        uint32_t format = 0;
        int r;

        r = get_dword(at, LEDGER_FORMAT, &format, err);
        if (r < 0)
                return ow_wrap(err, r, "ledger '%s'", root);
        if (format > LEDGER_FORMAT_NOW)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "the ledger '%s' has format %u, written by a later "
                               "offwin; this one knows up to %d", root, format, LEDGER_FORMAT_NOW);
        return 0;
}

static int place_read(ow_guest *guest, const char *root, struct ledger *ledger, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        ow_subkey_iter iter = { 0 };
        ow_regkey at, sub;
        int r;

        r = ow_registry_find(guest, root, &at, &why);
        if (r <= 0)
                return r == OW_E_NOMEM ? ow_fail_nomem(err) : 0;        /* a hive that does not load has no ledger */
        r = format_check(at, root, err);
        if (r < 0)
                return r;
        sub.hive = at.hive;
        while ((r = ow_hive_next_subkey(at.hive, at.key, &iter, &sub.key, err)) > 0) {
                ow_key_info info;

                r = ow_hive_key_info(sub.hive, sub.key, &info, err);
                if (r < 0)
                        return ow_wrap(err, r, "ledger '%s'", root);
                r = entry_add(ledger, sub, root, info.name, err);
                ow_key_info_done(&info);
                if (r < 0)
                        return r;
        }
        return r < 0 ? ow_wrap(err, r, "ledger '%s'", root) : 0;
}

/* Unreadable entries first, then as the second one's place says. */
static int compare_place(const struct ledger_entry *l, const char *where, const char *name, enum ledger_kind kind)
{
        int order;

        if (!l->readable)
                return -1;
        order = ow_name_compare(l->where, where);
        if (order == 0)
                order = (l->name != NULL) - (name != NULL);
        if (order == 0 && name)
                order = ow_name_compare(l->name, name);
        return order ? order : (l->kind > kind) - (l->kind < kind);
}

static int by_place(const void *a, const void *b)
{
        const struct ledger_entry *l = a, *r = b;
        int order;

        if (!l->readable || !r->readable)
                return l->readable - r->readable;
        order = compare_place(l, r->where, r->name, r->kind);
        return order ? order : (l->number > r->number) - (l->number < r->number);
}

const struct ledger_entry *ledger_find(const struct ledger *ledger, enum ledger_kind kind, const char *where,
                                       const char *name)
{
        size_t low = 0, high = ledger->n;

        while (low < high) {
                size_t mid = (low + high) / 2;

                if (compare_place(&ledger->entries[mid], where, name, kind) < 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        if (low == ledger->n || compare_place(&ledger->entries[low], where, name, kind) != 0)
                return NULL;
        return &ledger->entries[low];
}

int ledger_read(ow_guest *guest, struct ledger *ret, ow_error *err)
{
        struct ledger ledger = { NULL, 0, 0, 0 };
        int r = 0;

        for (size_t i = 0; i < OW_COUNT(ledger_places) && r == 0; i++)
                r = place_read(guest, ledger_places[i], &ledger, err);
        if (r < 0) {
                ledger_done(&ledger);
                return r;
        }
        if (ledger.n)
                qsort(ledger.entries, ledger.n, sizeof *ledger.entries, by_place);
        *ret = ledger;
        return 0;
}
