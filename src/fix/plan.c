/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rows of a plan: added once per place, found by place, read from a guest. */
#include <stdio.h>
#include <string.h>

#include <offwin/fix.h>
#include <offwin/registry.h>

#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/guard.h"
#include "fix/first-boot-network.h"
#include "fix/net.h"

int plan_new(ow_plan **ret_plan, ow_error *err)
{
        ow_plan *plan = ow_calloc(1, sizeof *plan);

        if (!plan)
                return ow_fail_nomem(err);
        *ret_plan = plan;
        return 0;
}

static void datum_done(ow_datum *datum)
{
        ow_blob_done(&datum->data);
        *datum = (ow_datum){ false, 0, { NULL, 0 } };
}

void plan_change_done(ow_change *change)
{
        ow_free(change->where);
        ow_free(change->name);
        datum_done(&change->before);
        datum_done(&change->after);
        change->where = change->name = NULL;
}

void ow_plan_free(ow_plan *plan)
{
        if (!plan)
                return;
        for (size_t i = 0; i < plan->n; i++)
                plan_change_done(&plan->changes[i]);
        for (size_t i = 0; i < plan->n_skipped; i++)
                ow_free(plan->skipped[i].reason);
        ow_free(plan->changes);
        ow_free(plan->skipped);
        ow_free(plan->slots);
        for (size_t i = 0; i < plan->n_heads; i++)
                ow_fix_free(plan->heads[i]);
        ow_free(plan->heads);
        for (size_t i = 0; i < plan->n_claims; i++) {
                ow_free(plan->claims[i].where);
                ow_free(plan->claims[i].name);
        }
        ow_free(plan->claims);
        guard_map_free(plan->guards);
        net_settings_done(plan);
        net_given_done(plan);
        first_boot_network_done(plan);
        ow_free(plan);
}

size_t ow_plan_change_count(const ow_plan *plan)
{
        return plan->n;
}

const ow_change *ow_plan_change(const ow_plan *plan, size_t index)
{
        return index < plan->n ? &plan->changes[index] : NULL;
}

size_t ow_plan_skipped_count(const ow_plan *plan)
{
        return plan->n_skipped;
}

const ow_skipped *ow_plan_skipped(const ow_plan *plan, size_t index)
{
        return index < plan->n_skipped ? &plan->skipped[index] : NULL;
}

bool datum_equal(const ow_datum *a, const ow_datum *b)
{
        if (a->present != b->present)
                return false;
        return !a->present || (a->type == b->type && ow_view_equal((ow_view){ a->data.p, a->data.size },
                                                                   (ow_view){ b->data.p, b->data.size }));
}

int datum_copy(const ow_datum *from, ow_datum *ret, ow_error *err)
{
        ow_datum copy = { from->present, from->type, { NULL, 0 } };

        if (from->data.size) {
                copy.data.p = ow_malloc(from->data.size);
                if (!copy.data.p)
                        return ow_fail_nomem(err);
                memcpy(copy.data.p, from->data.p, from->data.size);
                copy.data.size = from->data.size;
        }
        *ret = copy;
        return 0;
}

/* ---- places ---- */

/* FNV-1a over the upcased text; names that Windows takes for one hash alike. */
static uint32_t hash_text(uint32_t hash, const char *text)
{
        size_t size = strlen(text), at = 0;
        uint32_t c;

        while (at < size) {
                if ((uint8_t)text[at] < 0x80)
                        c = (uint8_t)text[at++]; /* as nearly always */
                else if (!ow_utf8_next(text, size, &at, &c))
                        break;
                hash ^= c < 0x10000 ? ow_upcase((uint16_t)c) : c;
                hash *= 16777619u;
        }
        return hash;
}

static uint32_t hash_place(const char *where, const char *name)
{
        uint32_t hash = hash_text(2166136261u, where);

        return name ? hash_text((hash ^ 1) * 16777619u, name) : hash;
}

static const char *name_of(const ow_change *change)
{
        return change->kind == OW_CHANGE_VALUE ? change->name : NULL;
}

static bool same_place(const ow_change *change, const char *where, const char *name)
{
        const char *have = name_of(change);

        if (!have != !name || ow_name_compare(change->where, where) != 0)
                return false;
        return !name || ow_name_compare(have, name) == 0;
}

static size_t slot_of(const ow_plan *plan, const char *where, const char *name)
{
        size_t slot = hash_place(where, name) & (plan->n_slots - 1);

        while (plan->slots[slot] && !same_place(&plan->changes[plan->slots[slot] - 1], where, name))
                slot = (slot + 1) & (plan->n_slots - 1);
        return slot;
}

static ow_change *row_at(const ow_plan *plan, const char *where, const char *name)
{
        size_t slot = plan->n_slots ? slot_of(plan, where, name) : 0;

        return plan->n_slots && plan->slots[slot] ? &plan->changes[plan->slots[slot] - 1] : NULL;
}

const ow_change *plan_find(const ow_plan *plan, const char *where, const char *name)
{
        return row_at(plan, where, name);
}

static int slots_make(ow_plan *plan, size_t n, ow_error *err)
{
        uint32_t *slots = ow_calloc(n, sizeof *slots);

        if (!slots)
                return ow_fail_nomem(err);
        ow_free(plan->slots);
        plan->slots = slots;
        plan->n_slots = n;
        for (size_t i = 0; i < plan->n; i++)
                slots[slot_of(plan, plan->changes[i].where, name_of(&plan->changes[i]))] = (uint32_t)i + 1;
        return 0;
}

bool plan_amend(ow_plan *plan, const char *where, const char *name, ow_datum *after)
{
        ow_change *row = row_at(plan, where, name);

        if (!row)
                return false;
        datum_done(&row->after);
        row->after = *after;
        *after = (ow_datum){ false, 0, { NULL, 0 } };
        return true;
}

void plan_take_over(ow_plan *plan, const ow_fix *fix, const char *where, const char *name)
{
        ow_change *row = row_at(plan, where, name);

        if (!row)
                return;
        row->fix = fix;
        row->temporary = fix->temporary;
        row->lasting = fix->lasting;
}

int plan_claim(ow_plan *plan, const ow_fix *fix, const char *where, const char *name, ow_error *err)
{
        struct plan_claim *grown = ow_grow(plan->claims, plan->n_claims, &plan->cap_claims, sizeof *grown);

        if (!grown)
                return ow_fail_nomem(err);
        plan->claims = grown;
        grown[plan->n_claims] = (struct plan_claim){ fix, ow_strdup(where), ow_strdup(name) };
        plan->n_claims++;
        return grown[plan->n_claims - 1].where && grown[plan->n_claims - 1].name ? 0 : ow_fail_nomem(err);
}

/* Looks for the row that removes the key where, or one above it. 1 and *ret; 0 none. */
static int remover_of(const ow_plan *plan, const char *where, const ow_change **ret, ow_error *err)
{
        OW_AUTO_FREE char *path = NULL;

        if (plan->n_key_deletes == 0)
                return 0;
        path = ow_strdup(where);
        if (!path)
                return ow_fail_nomem(err);
        for (char *end = path + strlen(path); end; end = strrchr(path, '\\')) {
                *end = '\0';
                *ret = plan_find(plan, path, NULL);
                if (*ret && (*ret)->kind == OW_CHANGE_KEY_DELETE)
                        return 1;
        }
        return 0;
}

int plan_key_goes(const ow_plan *plan, const char *where, ow_error *err)
{
        const ow_change *row;

        return remover_of(plan, where, &row, err);
}

/* 0, or OW_E_CONFLICT when change would put something below a key that the plan removes. */
static int below_nothing(const ow_plan *plan, const ow_change *change, ow_error *err)
{
        int r;

        if (!change->after.present || plan_is_file_row(change))
                return 0;
        r = plan_key_goes(plan, change->where, err);
        if (r > 0)
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s' wants something in '%s', which the plan removes",
                               change->fix ? change->fix->name : "(ledger)", change->where);
        return r;
}

static bool wants_the_same(const ow_change *a, const ow_change *b)
{
        return a->kind == b->kind && datum_equal(&a->after, &b->after) && a->content.size == b->content.size &&
               !a->content.read == !b->content.read && (a->after.data.p || a->content.state == b->content.state);
}

static int add(ow_plan *plan, ow_change *change, ow_error *err)
{
        const ow_change *there = plan_find(plan, change->where, name_of(change));
        void *grown;
        int r;

        if (there && wants_the_same(there, change))
                return 0;
        if (there && !there->fix && !change->fix && plan_is_file_row(change))
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s' is to become two different things",
                               change->where);
        if (there)
                return ow_fail(
                        err, OW_E_CONFLICT, OW_NOWHERE, "fixes '%s' and '%s' want different things of '%s%s%s'",
                        there->fix ? there->fix->name : "(ledger)", change->fix ? change->fix->name : "(ledger)",
                        change->where, name_of(change) ? "!" : "", name_of(change) ? change->name : "");
        r = below_nothing(plan, change, err);
        if (r < 0)
                return r;
        if (plan->n >= PLAN_CHANGES_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d changes", PLAN_CHANGES_MAX);
        if (plan->n * 2 >= plan->n_slots) {
                r = slots_make(plan, plan->n_slots ? plan->n_slots * 2 : 64, err);
                if (r < 0)
                        return r;
        }
        grown = ow_grow(plan->changes, plan->n, &plan->cap, sizeof *plan->changes);
        if (!grown)
                return ow_fail_nomem(err);
        plan->changes = grown;
        plan->changes[plan->n] = *change;
        plan->n_key_deletes += change->kind == OW_CHANGE_KEY_DELETE;
        plan->slots[slot_of(plan, change->where, name_of(change))] = (uint32_t)++plan->n;
        *change = (ow_change){ .where = NULL };
        return 0;
}

int plan_add(ow_plan *plan, ow_change *change, ow_error *err)
{
        int r;

        if (!change->name)
                change->name = ow_strdup("");
        r = change->where && change->name ? add(plan, change, err) : ow_fail_nomem(err);
        plan_change_done(change);
        return r;
}

int plan_truncate(ow_plan *plan, size_t n, ow_error *err)
{
        if (plan->n <= n)
                return 0;
        while (plan->n > n) {
                plan->n_key_deletes -= plan->changes[--plan->n].kind == OW_CHANGE_KEY_DELETE;
                plan_change_done(&plan->changes[plan->n]);
        }
        return slots_make(plan, plan->n_slots, err);
}

/*
 * A row of another part than the one that removes its key, or a key above it. A part that removes a key value by value
 * means these rows: the ledger gives them back.
 */
static int is_moot(const ow_plan *plan, const ow_change *change, ow_error *err)
{
        OW_AUTO_FREE char *above = ow_strdup(change->where);
        const ow_change *remover;
        char *last = above ? strrchr(above, '\\') : NULL;
        int r;

        if (!above)
                return ow_fail_nomem(err);
        if (plan_is_file_row(change) || !last)
                return 0;
        if (change->kind != OW_CHANGE_VALUE)
                *last = '\0';
        r = remover_of(plan, above, &remover, err);
        return r > 0 ? remover->fix != change->fix : r;
}

int plan_drop_moot(ow_plan *plan, ow_error *err)
{
        size_t kept = 0;
        bool *moot;
        int r = 0;

        if (plan->n_key_deletes == 0)
                return 0;
        moot = ow_calloc(plan->n, sizeof *moot);
        if (!moot)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < plan->n && r >= 0; i++) {
                r = is_moot(plan, &plan->changes[i], err);
                moot[i] = r > 0;
        }
        for (size_t i = 0; i < plan->n && r >= 0; i++) {
                if (!moot[i]) {
                        plan->changes[kept++] = plan->changes[i];
                        continue;
                }
                plan->n_key_deletes -= plan->changes[i].kind == OW_CHANGE_KEY_DELETE;
                plan_change_done(&plan->changes[i]);
        }
        ow_free(moot);
        if (r < 0)
                return r;
        plan->n = kept;
        return slots_make(plan, plan->n_slots, err);
}

int plan_skip(ow_plan *plan, const ow_fix *fix, enum ow_fix_status status, ow_error *err, const char *fmt, ...)
{
        OW_AUTO_FREE char *reason = NULL;
        void *grown;
        va_list ap;

        va_start(ap, fmt);
        reason = ow_vasprintf(fmt, ap);
        va_end(ap);
        grown = ow_grow(plan->skipped, plan->n_skipped, &plan->cap_skipped, sizeof *plan->skipped);
        if (grown)
                plan->skipped = grown;
        if (!reason || !grown)
                return ow_fail_nomem(err);
        plan->skipped[plan->n_skipped++] = (ow_skipped){ fix, status, OW_TAKE(reason) };
        return 0;
}

/* ---- reading the guest ---- */

int plan_read(ow_guest *guest, const char *where, const char *name, ow_datum *ret, ow_error *err)
{
        ow_datum datum = { false, 0, { NULL, 0 } };
        int r;

        if (name) {
                r = ow_registry_get(guest, where, name, &datum.type, &datum.data, err);
        } else {
                ow_regkey key;

                r = ow_registry_find(guest, where, &key, err);
        }
        if (r < 0)
                return r;
        datum.present = r > 0;
        *ret = datum;
        return 0;
}

/* Length of the shortest prefix of where that is a key inside a hive: HKLM\SYSTEM\x, HKU\S-1-5-19\x. */
static size_t first_key_length(const char *where)
{
        size_t n = 0;

        for (unsigned i = 0; i < 3 && where[n]; i++)
                n += strcspn(where + n + (i > 0), "\\") + (i > 0);
        return n;
}

static int key_row(ow_plan *plan, const ow_fix *fix, bool temporary, const char *where, size_t size, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_KEY_CREATE, .fix = fix, .temporary = temporary };

        change.where = ow_strndup(where, size);
        change.after.present = true;
        return plan_add(plan, &change, err);
}

int plan_need_key(ow_plan *plan, ow_guest *guest, const ow_fix *fix, bool temporary, const char *where,
                  ow_buffer *reason, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        const char *rest;
        ow_hive *hive;
        ow_regkey key;
        int r;

        r = ow_registry_hive(guest, where, &hive, &rest, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r <= 0) {
                ow_buffer_printf(reason, "%.*s: %s", (int)first_key_length(where), where,
                                 r < 0 ? why.text : "its hive is not there");
                return 0;
        }
        r = ow_registry_find(guest, where, &key, err);
        if (r != 0)
                return r;
        for (size_t n = first_key_length(where);; n += 1 + strcspn(where + n + 1, "\\")) {
                OW_AUTO_FREE char *prefix = ow_strndup(where, n);

                r = prefix ? ow_registry_find(guest, prefix, &key, err) : ow_fail_nomem(err);
                if (r == 0)
                        r = key_row(plan, fix, temporary, where, n, err);
                if (r < 0 || where[n] == '\0')
                        return r < 0 ? r : 1;
        }
}

static int values_go(const ow_plan *plan, ow_regkey key, const char *where, ow_error *err)
{
        ow_value value;
        uint32_t at = 0;
        int r;

        while ((r = ow_hive_next_value(key.hive, key.key, &at, &value, err)) > 0) {
                const ow_change *row;
                ow_value_info info;

                r = ow_hive_value_info(key.hive, value, &info, err);
                if (r < 0)
                        return r;
                row = plan_find(plan, where, info.name);
                ow_value_info_done(&info);
                if (!row || row->after.present)
                        return 0;
        }
        return r < 0 ? r : 1;
}

static int subkeys_go(const ow_plan *plan, ow_regkey key, const char *where, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_key subkey;
        int r;

        while ((r = ow_hive_next_subkey(key.hive, key.key, &iter, &subkey, err)) > 0) {
                OW_AUTO_FREE char *path = NULL;
                const ow_change *row;
                ow_key_info info;

                r = ow_hive_key_info(key.hive, subkey, &info, err);
                if (r < 0)
                        return r;
                path = ow_asprintf("%s\\%s", where, info.name);
                ow_key_info_done(&info);
                if (!path)
                        return ow_fail_nomem(err);
                row = plan_find(plan, path, NULL);
                if (!row || row->after.present)
                        return 0;
        }
        return r < 0 ? r : 1;
}

int plan_empties_key(const ow_plan *plan, ow_guest *guest, const char *where, ow_error *err)
{
        ow_regkey key;
        int r;

        r = ow_registry_find(guest, where, &key, err);
        if (r > 0)
                r = values_go(plan, key, where, err);
        if (r > 0)
                r = subkeys_go(plan, key, where, err);
        return r;
}
