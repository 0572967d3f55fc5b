/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only place that writes to a guest: every "before" is read again first, then the rows are applied in order,
 * all in memory. When a row fails half-way, the guest must be closed without a commit.
 */
#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/registry.h>

#include "fix/plan.h"

/* 0 when the place is as want says; OW_E_CONFLICT when not. */
static int check(ow_guest *guest, const ow_change *change, bool before, const char *what, ow_error *err)
{
        const ow_datum *want = before ? &change->before : &change->after;
        ow_datum now = { false, 0, { NULL, 0 } };
        bool same;
        int r;

        if (plan_is_file_row(change))
                return plan_file_check(guest, change, before, what, err);
        r = plan_read(guest, change->where, change->kind == OW_CHANGE_VALUE ? change->name : NULL, &now, err);
        if (r < 0)
                return r;
        same = datum_equal(&now, want);
        ow_blob_done(&now.data);
        if (same)
                return 0;
        return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s%s%s' is not what %s", change->where,
                       change->kind == OW_CHANGE_VALUE ? "!" : "", change->name, what);
}

static int key_delete(ow_guest *guest, const char *where, ow_error *err)
{
        ow_regkey key;
        int r;

        r = ow_registry_editable(guest, where, err);
        if (r == 0)
                r = ow_registry_find(guest, where, &key, err);
        return r > 0 ? ow_hive_delete_key(key.hive, key.key, err) : r;
}

static int value_write(ow_guest *guest, const ow_change *change, ow_error *err)
{
        ow_regkey key;
        int r;

        if (!change->after.present) {
                r = ow_registry_editable(guest, change->where, err);
                if (r == 0)
                        r = ow_registry_find(guest, change->where, &key, err);
                if (r > 0)
                        r = ow_hive_delete_value(key.hive, key.key, change->name, err);
                return r < 0 ? r : 0;
        }
        r = ow_registry_create(guest, change->where, &key, err);
        return r < 0 ? r : ow_hive_set_value(key.hive, key.key, change->name, change->after.type,
                                             change->after.data.p, change->after.data.size, err);
}

static int row_write(ow_guest *guest, const ow_change *change, ow_error *err)
{
        ow_regkey key;

        switch (change->kind) {
        case OW_CHANGE_KEY_CREATE:
                return ow_registry_create(guest, change->where, &key, err);
        case OW_CHANGE_KEY_DELETE:
                return key_delete(guest, change->where, err);
        case OW_CHANGE_VALUE:
                return value_write(guest, change, err);
        case OW_CHANGE_FILE:
        case OW_CHANGE_FOLDER_CREATE:
        case OW_CHANGE_FOLDER_DELETE:
                return plan_file_apply(guest, change, err);
        }
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "unknown kind of change %d", (int)change->kind);
}

int ow_plan_apply(ow_plan *plan, ow_guest *guest, ow_error *err)
{
        for (size_t i = 0; i < plan->n; i++) {
                int r = check(guest, &plan->changes[i], true, "the plan saw there", err);

                if (r < 0)
                        return ow_wrap(err, r, "nothing applied");
        }
        for (size_t i = 0; i < plan->n; i++) {
                int r = row_write(guest, &plan->changes[i], err);

                if (r < 0)
                        return ow_wrap(err, r, "apply '%s'", plan->changes[i].where);
        }
        return 0;
}

int ow_plan_verify(const ow_plan *plan, ow_guest *guest, ow_error *err)
{
        for (size_t i = 0; i < plan->n; i++) {
                int r = check(guest, &plan->changes[i], false, "the plan wrote", err);

                if (r < 0)
                        return ow_wrap(err, r, "verification failed");
        }
        return 0;
}
