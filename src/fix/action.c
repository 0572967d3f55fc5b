/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a plan that no fix file names, and editing what earlier parts left. */
#include "fix/action.h"

#include <string.h>

#include "base/filetime.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/first-boot-network.h"
#include "fix/ledger.h"
#include "fix/text-list.h"

int ow_plan_begin(ow_plan **ret_plan, ow_error *err)
{
        return plan_new(ret_plan, err);
}

int ow_plan_finish(ow_plan *plan, ow_guest *guest, ow_error *err)
{
        int r = first_boot_network_record(plan, guest, err);

        if (r == 0)
                r = plan_drop_moot(plan, err);
        return r == 0 ? ledger_record(plan, guest, ow_filetime_now(), err) : r;
}

/* ---- heads ---- */

static int head_new(const struct fix_action *action, ow_fix **ret, ow_error *err)
{
        OW_AUTO(ow_fix) fix = ow_calloc(1, sizeof *fix);

        if (!fix)
                return ow_fail_nomem(err);
        fix->name = ow_strdup(action->name);
        fix->area = ow_strdup("");
        fix->title = ow_strdup(action->title);
        fix->why = ow_strdup(action->why);
        fix->temporary = action->temporary;
        fix->action = true;
        if (!fix->name || !fix->area || !fix->title || !fix->why)
                return ow_fail_nomem(err);
        *ret = OW_TAKE(fix);
        return 0;
}

static int head_get(ow_plan *plan, const struct fix_action *action, const ow_fix **ret, ow_error *err)
{
        ow_fix *fix;
        void *grown;
        int r;

        for (size_t i = 0; i < plan->n_heads; i++) {
                if (strcmp(plan->heads[i]->name, action->name) == 0) {
                        *ret = plan->heads[i];
                        return 0;
                }
        }
        grown = ow_grow(plan->heads, plan->n_heads, &plan->cap_heads, sizeof(ow_fix *));
        if (!grown)
                return ow_fail_nomem(err);
        plan->heads = grown;
        r = head_new(action, &fix, err);
        if (r < 0)
                return r;
        *ret = plan->heads[plan->n_heads++] = fix;
        return 0;
}

int fix_action_begin(struct fix_job *job, ow_plan *plan, ow_guest *guest, const struct fix_action *action,
                     ow_error *err)
{
        const ow_fix *fix;
        int r;

        r = head_get(plan, action, &fix, err);
        if (r < 0)
                return r;
        *job = (struct fix_job){
                .guest = guest, .fix = fix, .plan = plan, .left_reason = OW_BUFFER_INIT, .detail = OW_BUFFER_INIT
        };
        return 0;
}

void fix_action_done(struct fix_job *job)
{
        ow_buffer_done(&job->left_reason);
        ow_buffer_done(&job->detail);
}

void fix_action_keep(struct fix_job *job)
{
        for (size_t i = 0; i < job->plan->n_heads; i++)
                if (job->plan->heads[i] == job->fix)
                        job->plan->heads[i]->lasting = true;
}

int fix_action_complete(const struct fix_job *job, ow_error *err)
{
        if (job->left_out == 0)
                return 0;
        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "%.*s", (int)job->left_reason.len,
                       (const char *)job->left_reason.p);
}

static int for_good_at(struct fix_job *job, const char *where, const char *name, const uint32_t *number,
                       ow_error *err)
{
        size_t differing = job->differing;
        int r;

        r = number ? fix_job_dword(job, where, name, *number, err) : fix_job_value(job, where, name, 0, NULL, 0, err);
        return r == 0 && job->differing == differing ? plan_claim(job->plan, job->fix, where, name, err) : r;
}

int fix_job_dword_for_good(struct fix_job *job, const char *path, const char *name, const uint32_t *number,
                           ow_error *err)
{
        char **paths = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(job->guest, path, &paths, &n, err);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = for_good_at(job, paths[i], name, number, err);
        ow_registry_paths_free(paths, n);
        return r < 0 ? r : 0;
}

/* ---- what the plan leaves at a place ---- */

int plan_now(const ow_plan *plan, ow_guest *guest, const char *where, const char *name, ow_datum *ret, ow_error *err)
{
        const ow_change *row = plan_find(plan, where, name);
        int r;

        if (row)
                return datum_copy(&row->after, ret, err);
        r = plan_key_goes(plan, where, err);
        if (r > 0)
                *ret = (ow_datum){ false, 0, { NULL, 0 } };
        return r ? (r < 0 ? r : 0) : plan_read(guest, where, name, ret, err);
}

int plan_text_now(ow_plan *plan, ow_guest *guest, const char *where, const char *name, char **ret, ow_error *err)
{
        ow_datum datum = { false, 0, { NULL, 0 } };
        int r;

        r = plan_now(plan, guest, where, name, &datum, err);
        if (r < 0)
                return r;
        *ret = datum.present && (datum.type == OW_REG_SZ || datum.type == OW_REG_EXPAND_SZ)
                       ? ow_utf16_text((ow_view){ datum.data.p, datum.data.size })
                       : ow_strdup("");
        ow_blob_done(&datum.data);
        return *ret ? 0 : ow_fail_nomem(err);
}

/* ---- lists ---- */

static bool listed(const char *const *names, const char *name)
{
        for (size_t i = 0; names && names[i]; i++)
                if (ow_name_compare(names[i], name) == 0)
                        return true;
        return false;
}

/* The value that list becomes; absent when nothing is left and drop_empty. */
static int list_datum(const struct text_list *list, bool drop_empty, ow_datum *after, ow_error *err)
{
        OW_AUTO_BUFFER data = OW_BUFFER_INIT;
        int r;

        if (list->n == 0 && drop_empty)
                return 0;
        r = text_list_encode(list, &data, err);
        if (r < 0)
                return r;
        *after = (ow_datum){ true, OW_REG_MULTI_SZ, { ow_malloc(data.len), data.len } };
        if (ow_buffer_failed(&data) || !after->data.p)
                return ow_fail_nomem(err);
        memcpy(after->data.p, data.p, data.len);
        return 0;
}

/* What the list becomes. 1 something else, 0 the same as now. */
static int list_change(const ow_datum *now, const char *what, const char *const *remove, const char *const *add,
                       bool drop_empty, ow_datum *after, ow_error *err)
{
        AUTO_TEXT_LIST list = { 0 };
        bool changed = false;
        int r;

        r = text_list_read(now, what, &list, err);
        for (size_t i = r == 0 ? list.n : 0; i-- > 0;) {
                if (!listed(remove, list.items[i]))
                        continue;
                text_list_remove(&list, i);
                changed = true;
        }
        for (size_t i = 0; r == 0 && add && add[i]; i++) {
                if (text_list_find(&list, add[i]) < list.n)
                        continue;
                r = text_list_insert(&list, list.n, add[i], err);
                changed = true;
        }
        if (r == 0 && changed)
                r = list_datum(&list, drop_empty, after, err);
        return r < 0 ? r : changed;
}

/* The plan's row for the list, or a new one, gets after. */
static int list_put(struct fix_job *job, const char *where, const char *name, ow_datum *after, ow_error *err)
{
        if (plan_amend(job->plan, where, name, after))
                return 0;
        return fix_job_value(job, where, name, OW_REG_MULTI_SZ, after->present ? after->data.p : NULL,
                             after->data.size, err);
}

int plan_list_edit(struct fix_job *job, const char *where, const char *name, const char *const *remove,
                   const char *const *add, bool drop_empty, ow_error *err)
{
        ow_datum now = { false, 0, { NULL, 0 } }, after = { false, 0, { NULL, 0 } };
        int r;

        r = plan_now(job->plan, job->guest, where, name, &now, err);
        if (r < 0)
                return r;
        if (now.present && now.type != OW_REG_MULTI_SZ && now.type != OW_REG_SZ)
                r = ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' in '%s' is of type %u, not a list of names",
                            name, where, now.type);
        else
                r = list_change(&now, name, remove, add, drop_empty, &after, err);
        if (r > 0)
                r = list_put(job, where, name, &after, err);
        ow_blob_done(&now.data);
        ow_blob_done(&after.data);
        return r < 0 ? r : 0;
}
