/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From names of fixes to a plan. */
#include <string.h>

#include <offwin/fix.h>

#include "fix/plan.h"

static bool needed_by(const ow_fix *fix, const char *parameter)
{
        for (size_t i = 0; i < fix->n_parameters; i++)
                if (strcmp(fix->parameters[i], parameter) == 0)
                        return true;
        return false;
}

int fix_parameters_check(const ow_fix_set *set, const ow_fix_parameter *parameters, size_t n, ow_error *err)
{
        for (size_t i = 0; i < n; i++) {
                const char *value = parameters[i].value;
                bool known = false;

                for (size_t f = 0; f < ow_fix_set_count(set) && !known; f++)
                        known = needed_by(ow_fix_set_get(set, f), parameters[i].name);
                if (!known)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no fix needs a parameter '%s'",
                                       parameters[i].name);
                if (value[0] == '\0' || strlen(value) > FIX_PARAMETER_MAX)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "--set %s: %zu bytes; it takes 1 to %d",
                                       parameters[i].name, strlen(value), FIX_PARAMETER_MAX);
                for (const char *p = value; *p; p++)
                        if ((unsigned char)*p < 0x20 || *p == 0x7f)
                                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "--set %s: holds a control character",
                                               parameters[i].name);
        }
        return 0;
}

struct request {
        ow_guest *guest;
        const ow_fix_parameter *parameters;
        size_t n_parameters;
        bool by_name;                   /* asked for by name: a missing parameter is the caller's mistake */
};

static int fix_add(const struct request *q, const ow_fix *fix, ow_plan *plan, ow_error *err)
{
        struct fix_outcome outcome;
        int r;

        r = fix_run(q->guest, fix, q->parameters, q->n_parameters, plan, &outcome, err);
        if (r < 0)
                return r;
        if (outcome.status == OW_FIX_NEEDS_PARAMETER && q->by_name)
                r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "fix '%s' %s", fix->name, outcome.reason);
        else if (outcome.status == OW_FIX_DONE && !outcome.reason[0])
                r = plan_skip(plan, fix, OW_FIX_DONE, err, "already as the fix wants it");
        else if (outcome.status == OW_FIX_NEEDED && outcome.reason[0])
                r = plan_skip(plan, fix, OW_FIX_NOT_FOR_THIS, err, "%s", outcome.reason);
        else if (outcome.status != OW_FIX_NEEDED)
                r = plan_skip(plan, fix, outcome.status, err, "%s", outcome.reason);
        fix_outcome_done(&outcome);
        return r;
}

static int all_add(const struct request *q, const ow_fix_set *set, ow_plan *plan, ow_error *err)
{
        for (size_t i = 0; i < ow_fix_set_count(set); i++) {
                const ow_fix *fix = ow_fix_set_get(set, i);
                int r = fix->in_all ? fix_add(q, fix, plan, err) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

static int named_add(const struct request *q, const ow_fix_set *set, const char *const *names, size_t n_names,
                     ow_plan *plan, ow_error *err)
{
        for (size_t i = 0; i < n_names; i++) {
                const ow_fix *fix = ow_fix_set_find(set, names[i]);
                int r;

                if (!fix)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no fix is called '%s'", names[i]);
                r = fix_add(q, fix, plan, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

int ow_plan_add_fixes(ow_plan *plan, ow_guest *guest, const ow_fix_set *set, const char *const *names, size_t n_names,
                      const ow_fix_parameter *parameters, size_t n_parameters, ow_error *err)
{
        const struct request q = { guest, parameters, n_parameters, names != NULL };
        int r;

        r = fix_parameters_check(set, parameters, n_parameters, err);
        if (r < 0)
                return r;
        return names ? named_add(&q, set, names, n_names, plan, err) : all_add(&q, set, plan, err);
}

int ow_plan_make(ow_guest *guest, const ow_fix_set *set, const char *const *names, size_t n_names,
                 const ow_fix_parameter *parameters, size_t n_parameters, ow_plan **ret_plan, ow_error *err)
{
        OW_AUTO(ow_plan) plan = NULL;
        int r;

        r = plan_new(&plan, err);
        if (r == 0)
                r = ow_plan_add_fixes(plan, guest, set, names, n_names, parameters, n_parameters, err);
        if (r == 0)
                r = ow_plan_finish(plan, guest, err);
        if (r < 0)
                return r;
        *ret_plan = OW_TAKE(plan);
        return 0;
}
