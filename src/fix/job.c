/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One fix on one guest: does it apply, what would it change. Data and built-ins end in the same few calls, so that
 * "needed", "done" and the rows of the plan can never disagree.
 *
 * When one of several hives of a fix is missing, the rest is done and the plan says which part was left out.
 */
#include <stdio.h>
#include <string.h>

#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/reg.h>
#include <offwin/registry.h>

#include "base/le.h"
#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/action.h"
#include "fix/guard.h"
#include "fix/vendor-plan.h"

enum { DETAIL_CHARS = 60 };

const char *fix_job_parameter(const struct fix_job *job, const char *name)
{
        for (size_t i = job->n_parameters; i-- > 0;)
                if (strcmp(job->parameters[i].name, name) == 0)
                        return job->parameters[i].value;
        return NULL;
}

int fix_job_each(struct fix_job *job, const char *path, fix_place_fn fn, ow_error *err)
{
        char **paths = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(job->guest, path, &paths, &n, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n && r >= 0; i++)
                r = fn(job, paths[i], err);
        ow_registry_paths_free(paths, n);
        return r < 0 ? r : 0;
}

static int each_below(struct fix_job *job, const char *where, fix_place_fn fn, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey at;
        ow_key subkey;
        int r;

        r = ow_registry_find(job->guest, where, &at, err);
        if (r <= 0)
                return r;
        while ((r = ow_hive_next_subkey(at.hive, at.key, &iter, &subkey, err)) > 0) {
                OW_AUTO_FREE char *path = NULL;
                ow_key_info info;

                r = ow_hive_key_info(at.hive, subkey, &info, err);
                if (r < 0)
                        return r;
                path = ow_asprintf("%s\\%s", where, info.name);
                ow_key_info_done(&info);
                r = path ? fn(job, path, err) : ow_fail_nomem(err);
                if (r < 0)
                        return r;
        }
        return r;
}

int fix_job_each_below(struct fix_job *job, const char *path, fix_place_fn fn, ow_error *err)
{
        char **paths = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(job->guest, path, &paths, &n, err);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = each_below(job, paths[i], fn, err);
        ow_registry_paths_free(paths, n);
        return r < 0 ? r : 0;
}

/* "EnableActiveProbing is 1", for the first value that differs. */
static int describe(struct fix_job *job, const char *name, const ow_datum *before, ow_error *err)
{
        const char *what = *name ? name : "(default)";
        char *shown = NULL;
        int r;

        if (job->detail.len)
                return 0;
        if (!before->present) {
                ow_buffer_printf(&job->detail, "%s is not set", what);
                return 0;
        }
        r = ow_reg_display_data(before->type, before->data.p, before->data.size, DETAIL_CHARS, &shown, err);
        if (r < 0)
                return r;
        ow_buffer_printf(&job->detail, "%s is %s", what, shown);
        ow_text_free(shown);
        return 0;
}

static int left_out(struct fix_job *job, ow_buffer *reason)
{
        if (job->left_out++ == 0)
                ow_buffer_put(&job->left_reason, reason->p, reason->len);
        return 0;
}

static int value_row(struct fix_job *job, const char *where, const char *name, ow_datum *before, ow_datum *after,
                     ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_VALUE, .fix = job->fix, .temporary = job->fix->temporary,
                             .lasting = job->fix->lasting };

        change.where = ow_strdup(where);
        change.name = ow_strdup(name);
        change.before = *before;
        change.after = *after;
        *before = *after = (ow_datum){ false, 0, { NULL, 0 } };
        return plan_add(job->plan, &change, err);
}

static int value_set(struct fix_job *job, const char *where, const char *name, ow_datum *before, ow_datum *after,
                     ow_error *err)
{
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        int r;

        if (after->present) {
                r = plan_need_key(job->plan, job->guest, job->fix, job->fix->temporary, where, &reason, err);
                if (r < 0)
                        return r;
                if (r == 0)
                        return left_out(job, &reason);
        }
        r = plan_read(job->guest, where, name, before, err);
        if (r < 0)
                return r;
        job->wanted++;
        if (datum_equal(before, after))
                return 0;
        job->differing++;
        r = describe(job, name, before, err);
        return r < 0 ? r : value_row(job, where, name, before, after, err);
}

int fix_job_value(struct fix_job *job, const char *where, const char *name, uint32_t type, const void *data,
                  size_t size, ow_error *err)
{
        ow_datum before = { false, 0, { NULL, 0 } };
        ow_datum after = { false, 0, { NULL, 0 } };
        ow_blob guarded = { NULL, size };
        int r = 0;

        if (data) {
                after.present = true;
                after.type = type;
                after.data.p = ow_malloc(size);
                if (!after.data.p)
                        return ow_fail_nomem(err);
                memcpy(after.data.p, data, size);
                after.data.size = size;
                guarded.p = after.data.p;
                r = job->forced || job->fix->action ? fix_guard_advice(where, name, type, &guarded, err) :
                                  fix_guard_value(where, name, type, &guarded, err);
        }
        if (r == 0)
                r = guard_service_value(job, where, name, &after, err);
        if (r == 0)
                r = value_set(job, where, name, &before, &after, err);
        ow_blob_done(&before.data);
        ow_blob_done(&after.data);
        return r;
}

int fix_job_dword(struct fix_job *job, const char *where, const char *name, uint32_t number, ow_error *err)
{
        uint8_t data[4];

        ow_le32_put(data, number);
        return fix_job_value(job, where, name, OW_REG_DWORD, data, sizeof data, err);
}

/* ---- data ---- */

/* Every ${name} in the strings of value replaced. UTF-16 in, UTF-16 out; NULs between strings stay. */
static int substitute(struct fix_job *job, const struct fix_value *value, ow_buffer *out, ow_error *err)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_BUFFER done = OW_BUFFER_INIT;

        ow_utf16_to_utf8((ow_view){ value->data.p, value->data.size }, &text);
        if (ow_buffer_failed(&text))
                return ow_fail_nomem(err);
        for (size_t at = 0; at < text.len;) {
                const char *here = (const char *)text.p + at;
                const char *end = memchr(here, '}', text.len - at);
                OW_AUTO_FREE char *name = NULL;
                const char *with;

                if (text.len - at < 3 || here[0] != '$' || here[1] != '{' || !end) {
                        ow_buffer_put_byte(&done, (uint8_t)*here);
                        at++;
                        continue;
                }
                name = ow_strndup(here + 2, (size_t)(end - here - 2));
                with = name ? fix_job_parameter(job, name) : NULL;
                if (!with)
                        return ow_fail_nomem(err);      /* fix_run() has checked that it is given */
                ow_buffer_put_text(&done, with);
                at += (size_t)(end - here) + 1;
        }
        if (ow_buffer_failed(&done))
                return ow_fail_nomem(err);
        return ow_utf8_to_utf16((const char *)done.p, done.len, out, err);
}

static int data_value(struct fix_job *job, const char *where, const struct fix_value *value, ow_error *err)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        int r;

        if (value->remove)
                return fix_job_value(job, where, value->name, 0, NULL, 0, err);
        if (!value->parametric)
                return fix_job_value(job, where, value->name, value->type, value->data.p ? (void *)value->data.p : "",
                                     value->data.size, err);
        r = substitute(job, value, &out, err);
        if (r < 0)
                return r;
        if (ow_buffer_failed(&out))
                return ow_fail_nomem(err);
        return fix_job_value(job, where, value->name, value->type, out.p ? (void *)out.p : "", out.len, err);
}

int fix_job_remove_key(struct fix_job *job, const char *where, ow_error *err)
{
        ow_change change = { .kind = OW_CHANGE_KEY_DELETE, .fix = job->fix };
        ow_datum before;
        int r;

        r = plan_read(job->guest, where, NULL, &before, err);
        if (r == 0)
                r = plan_key_goes(job->plan, where, err);
        if (r < 0)
                return r;
        job->wanted++;
        if (!before.present || r > 0)
                return 0;
        job->differing++;
        if (job->detail.len == 0)
                ow_buffer_printf(&job->detail, "%s exists", where);
        change.where = ow_strdup(where);
        change.before.present = true;
        return plan_add(job->plan, &change, err);
}

/* An edit without values asks for the key itself. */
static int key_wanted(struct fix_job *job, const char *where, ow_error *err)
{
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        ow_datum before;
        int r;

        r = plan_need_key(job->plan, job->guest, job->fix, job->fix->temporary, where, &reason, err);
        if (r < 0)
                return r;
        if (r == 0)
                return left_out(job, &reason);
        r = plan_read(job->guest, where, NULL, &before, err);
        if (r < 0)
                return r;
        job->wanted++;
        job->differing += !before.present;
        if (!before.present && job->detail.len == 0)
                ow_buffer_printf(&job->detail, "key %s is not there", strrchr(where, '\\') + 1);
        return 0;
}

static int edit_at(struct fix_job *job, const struct fix_edit *edit, const char *where, ow_error *err)
{
        int r = 0;

        if (edit->remove)
                return fix_job_remove_key(job, where, err);
        if (edit->existing_only) {
                ow_datum key;

                r = plan_read(job->guest, where, NULL, &key, err);
                if (r < 0 || !key.present)
                        return r;
        }
        if (edit->n_values == 0)
                return key_wanted(job, where, err);
        for (size_t i = 0; i < edit->n_values && r >= 0; i++)
                r = data_value(job, where, &edit->values[i], err);
        return r;
}

static int data_run(struct fix_job *job, ow_error *err)
{
        for (size_t e = 0; e < job->fix->n_edits; e++) {
                const struct fix_edit *edit = &job->fix->edits[e];
                char **paths = NULL;
                size_t n = 0;
                int r;

                r = ow_registry_expand(job->guest, edit->path, &paths, &n, err);
                for (size_t i = 0; i < n && r >= 0; i++)
                        r = edit_at(job, edit, paths[i], err);
                ow_registry_paths_free(paths, n);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- does it apply ---- */

static int version_reason(const struct fix_job *job, ow_buffer *reason)
{
        const ow_windows *w = ow_guest_windows(job->guest);

        if (fix_ranges_match(job->fix->ranges, job->fix->n_ranges, w))
                return 1;
        ow_buffer_printf(reason, "for Windows %s; ", job->fix->windows);
        if (w->major == 0)
                ow_buffer_put_text(reason, "the version of this one is not known");
        else
                ow_buffer_printf(reason, "this is %u.%u.%u", w->major, w->minor, w->build);
        return 0;
}

static int product_reason(const struct fix_job *job, ow_buffer *reason)
{
        enum ow_product_type product = ow_guest_windows(job->guest)->product;

        if (job->fix->products == 0 || job->fix->products & 1U << product)
                return 1;
        ow_buffer_printf(reason, "not for this product: this is a %s", ow_product_type_name(product));
        return 0;
}

/* 1 applies; 0 with status and reason; < 0. */
static int applies(const struct fix_job *job, enum ow_fix_status *status, ow_buffer *reason, ow_error *err)
{
        int r;

        *status = OW_FIX_NOT_FOR_THIS;
        if (!version_reason(job, reason) || !product_reason(job, reason))
                return 0;
        for (size_t i = 0; i < job->fix->n_conditions; i++) {
                r = fix_condition_test(job->guest, &job->fix->conditions[i], reason, err);
                if (r <= 0)
                        return r;
        }
        *status = OW_FIX_NEEDS_PARAMETER;
        for (size_t i = 0; i < job->fix->n_parameters; i++) {
                if (!fix_job_parameter(job, job->fix->parameters[i])) {
                        ow_buffer_printf(reason, "needs --set %s=... (%s)", job->fix->parameters[i],
                                         job->fix->parameter_help[i]);
                        return 0;
                }
        }
        return 1;
}

static enum ow_fix_status status_of(struct fix_job *job, ow_buffer *reason)
{
        if (job->left_out) {
                ow_buffer_printf(reason, "%s%.*s", job->wanted ? "in part only: " : "", (int)job->left_reason.len,
                                 (const char *)job->left_reason.p);
        } else if (job->wanted == 0) {
                ow_buffer_put_text(reason, "nothing of what it is about is there");
        }
        if (job->wanted == 0)
                return OW_FIX_NOT_FOR_THIS;
        return job->differing ? OW_FIX_NEEDED : OW_FIX_DONE;
}

void fix_outcome_done(struct fix_outcome *outcome)
{
        ow_free(outcome->reason);
        ow_free(outcome->detail);
        outcome->reason = outcome->detail = NULL;
}

/* A damaged cell on the way is the guest's trouble, not the caller's: told as FAILED. */
static bool is_damage(int r)
{
        return r == OW_E_CORRUPT || r == OW_E_UNSUPPORTED || r == OW_E_FORMAT || r == OW_E_DIRTY || r == OW_E_IO;
}

static int run(struct fix_job *job, enum ow_fix_status *status, ow_buffer *reason, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        size_t rows = job->plan->n;
        int r;

        r = applies(job, status, reason, &why);
        if (r > 0)
                r = job->fix->pack ? vendor_job_run(job, status, reason, &why) : data_run(job, &why);
        else if (r == 0)
                return 0;
        if (r >= 0 && job->fix->plan)
                r = job->fix->plan(job, &why);
        if (is_damage(r)) {
                *status = OW_FIX_FAILED;
                ow_buffer_put_text(reason, why.text);
                return plan_truncate(job->plan, rows, err);
        }
        if (r < 0) {
                if (err)
                        *err = why;
                return ow_wrap(err, r, "fix '%s'", job->fix->name);
        }
        if (!job->fix->pack)
                *status = status_of(job, reason);
        return 0;
}

int fix_run(ow_guest *guest, const ow_fix *fix, const ow_fix_parameter *parameters, size_t n_parameters,
            ow_plan *plan, struct fix_outcome *ret, ow_error *err)
{
        struct fix_job job = { .guest = guest, .fix = fix, .plan = plan, .parameters = parameters,
                               .n_parameters = n_parameters, .left_reason = OW_BUFFER_INIT,
                               .detail = OW_BUFFER_INIT };
        struct fix_outcome outcome = { OW_FIX_FAILED, NULL, NULL };
        OW_AUTO_BUFFER reason = OW_BUFFER_INIT;
        int r;

        r = run(&job, &outcome.status, &reason, err);
        if (r == 0) {
                outcome.reason = ow_buffer_take_text(&reason);
                outcome.detail = ow_buffer_take_text(&job.detail);
                if (!outcome.reason || !outcome.detail)
                        r = ow_fail_nomem(err);
        }
        ow_buffer_done(&job.left_reason);
        ow_buffer_done(&job.detail);
        if (r < 0) {
                fix_outcome_done(&outcome);
                return r;
        }
        *ret = outcome;
        return 0;
}
