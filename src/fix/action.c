/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a plan that no fix file names, and editing what earlier parts left. */
#include "fix/action.h"

#include <string.h>

#include "base/filetime.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/first-boot-network.h"
#include "fix/ledger.h"

int ow_plan_begin(ow_plan **ret_plan, ow_error *err)
{
        return plan_new(ret_plan, err);
}

int ow_plan_finish(ow_plan *plan, ow_guest *guest, ow_error *err)
{
        int r = first_boot_network_record(plan, guest, err);

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

static int for_good_at(struct fix_job *job, const char *where, const char *name, const uint32_t *number, ow_error *err)
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

/* Copies the strings of a list that are not in drop, each with its NUL. */
static void list_copy(const char *text, size_t size, const char *const *drop, ow_buffer *out, size_t *ret_count)
{
        for (size_t at = 0; at < size; at += strlen(text + at) + 1) {
                if (text[at] == '\0' || listed(drop, text + at))
                        continue;
                ow_buffer_put(out, text + at, strlen(text + at) + 1);
                ++*ret_count;
        }
}

static bool list_holds(const ow_buffer *list, const char *name)
{
        for (size_t at = 0; at < list->len; at += strlen((const char *)list->p + at) + 1)
                if (ow_name_compare((const char *)list->p + at, name) == 0)
                        return true;
        return false;
}

/* The UTF-16 of list with its final NUL into *after, or an absent datum when nothing is left and drop_empty. */
static int list_encode(ow_buffer *list, size_t count, bool drop_empty, ow_datum *after, ow_error *err)
{
        OW_AUTO_BUFFER utf16 = OW_BUFFER_INIT;
        int r;

        if (count == 0 && drop_empty)
                return 0;
        ow_buffer_put_byte(list, 0);
        if (count == 0)
                ow_buffer_put_byte(list, 0);
        if (ow_buffer_failed(list))
                return ow_fail_nomem(err);
        r = ow_utf8_to_utf16((const char *)list->p, list->len, &utf16, err);
        if (r < 0)
                return r;
        if (ow_buffer_failed(&utf16))
                return ow_fail_nomem(err);
        *after = (ow_datum){ true, OW_REG_MULTI_SZ, { ow_malloc(utf16.len), utf16.len } };
        if (!after->data.p)
                return ow_fail_nomem(err);
        memcpy(after->data.p, utf16.p, utf16.len);
        return 0;
}

/* The strings of a list, each with its NUL, also when the last one lacks it. */
static int list_text(const ow_datum *now, ow_buffer *text, ow_error *err)
{
        if (now->present)
                ow_utf16_to_utf8((ow_view){ now->data.p, now->data.size }, text);
        ow_buffer_put_byte(text, 0);
        return ow_buffer_failed(text) ? ow_fail_nomem(err) : 0;
}

/* What the list becomes. 1 something else, 0 the same as now. */
static int list_change(const ow_datum *now, const char *const *remove, const char *const *add, bool drop_empty,
                       ow_datum *after, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        size_t count = 0, before = 0;
        int r;

        r = list_text(now, &text, err);
        if (r < 0)
                return r;
        for (size_t at = 0; at < text.len; at += strlen((const char *)text.p + at) + 1)
                before += text.p[at] != '\0';
        list_copy((const char *)text.p, text.len, remove, &list, &count);
        r = count != before;
        for (size_t i = 0; add && add[i]; i++) {
                if (list_holds(&list, add[i]))
                        continue;
                ow_buffer_put(&list, add[i], strlen(add[i]) + 1);
                count++;
                r = 1;
        }
        if (r == 0)
                return ow_buffer_failed(&list) ? ow_fail_nomem(err) : 0;
        r = list_encode(&list, count, drop_empty, after, err);
        return r < 0 ? r : 1;
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
                r = list_change(&now, remove, add, drop_empty, &after, err);
        if (r > 0)
                r = list_put(job, where, name, &after, err);
        ow_blob_done(&now.data);
        ow_blob_done(&after.data);
        return r < 0 ? r : 0;
}

/* What is left of the list when drop has seen it. 1 something else, 0 the same as now. */
static int list_filter(const ow_datum *now, plan_list_drop_fn drop, void *state, ow_datum *after, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        size_t index = 0, count = 0;
        int r;

        r = list_text(now, &text, err);
        if (r < 0)
                return r;
        for (size_t at = 0; at < text.len; at += strlen((const char *)text.p + at) + 1) {
                const char *entry = (const char *)text.p + at;

                if (!entry[0] || drop(state, index++, entry))
                        continue;
                ow_buffer_put(&list, entry, strlen(entry) + 1);
                count++;
        }
        if (ow_buffer_failed(&list))
                return ow_fail_nomem(err);
        if (count == index)
                return 0;
        r = list_encode(&list, count, false, after, err);
        return r < 0 ? r : 1;
}

int plan_list_drop(struct fix_job *job, const char *where, const char *name, plan_list_drop_fn drop, void *state,
                   ow_error *err)
{
        ow_datum now = { false, 0, { NULL, 0 } }, after = { false, 0, { NULL, 0 } };
        int r;

        r = plan_now(job->plan, job->guest, where, name, &now, err);
        if (r == 0 && now.present && now.type == OW_REG_MULTI_SZ)
                r = list_filter(&now, drop, state, &after, err);
        if (r > 0)
                r = list_put(job, where, name, &after, err);
        ow_blob_done(&now.data);
        ow_blob_done(&after.data);
        return r < 0 ? r : 0;
}
