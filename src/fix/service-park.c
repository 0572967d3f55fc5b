/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Parking: automatic services that wait for the network, and without which Windows comes up, start on demand at the
 * first boot, so that nothing waits for them. DelayedAutostart stays where it is; triggers are stilled; the ledger
 * keeps what was, for settle and unpark.
 */
#include "fix/service-park.h"

#include <stdio.h>
#include <string.h>

#include <offwin/service.h>

#include "base/upcase.h"
#include "fix/builtin.h"
#include "fix/guard.h"

const char service_dc_advice[] =
        "this is a domain controller: what makes it one stays. It needs the address that its DNS records name on the "
        "new card, with itself or a partner as DNS server; and when it is an older copy, to know so before it "
        "replicates (NTDS\\Parameters 'Database restored from backup'; SYSVOL by DFSR or BurFlags as not "
        "authoritative). Its safe mode is directory services restore (dsrepair)";

/* The service that at is, by the facts of before the plan: 1, 0 none that can be read, < 0. */
static int service_of(struct fix_job *job, const struct service_at *at, const ow_service **ret, ow_error *err)
{
        uint32_t set = 0;

        (void)sscanf(at->where, "HKLM\\SYSTEM\\ControlSet%3u", &set);
        return ow_guest_service_find(job->guest, set, at->name, ret, err);
}

int service_is_dc_role(struct fix_job *job, const struct service_at *at, ow_error *err)
{
        ow_service_verdict verdict;
        const ow_service *s;
        int r;

        r = service_of(job, at, &s, err);
        if (r <= 0)
                return r;
        r = ow_service_verdict_get(job->guest, s, &verdict, err);
        return r < 0 ? r : verdict.verdict == OW_NETWORK_DC_ROLE;
}

/* Starts at boot by itself, or as soon as there is an address. */
static bool starts_itself(const ow_service *s)
{
        return s->start == OW_START_AUTO || (s->start == OW_START_DEMAND && s->network_trigger);
}

/* What the plan makes of services so far: the facts are those of before. */
static bool is_planned(const struct fix_job *job, const char *where)
{
        return plan_find(job->plan, where, "Start") != NULL;
}

/* ---- one service in one control set ---- */

/* The rows that hold back the service at where. 1 done, 0 it cannot be given back, and reason says why. */
static int hold_back(struct fix_job *job, const char *where, const ow_service *s, const char **ret_reason,
                     ow_error *err)
{
        int r;

        r = service_triggers_check(job->guest, where, err);
        if (r < 0)
                return r;
        if (r == 2) {
                *ret_reason = "a trigger starts it that could not be given back as it was";
                return 0;
        }
        if (s->start == OW_START_AUTO) {
                r = fix_job_dword(job, where, "Start", START_DEMAND, err);
                if (r < 0)
                        return r;
        }
        r = service_triggers_still(job, where, err);
        return r < 0 ? r : 1;
}

static int left(struct fix_job *job, const ow_service *s, const char *reason, ow_error *err)
{
        return plan_skip(job->plan, job->fix, OW_FIX_LEFT, err, "%s: %s", s->name, reason);
}

/* ---- all ---- */

struct pass {
        struct fix_job *job;
        uint32_t set;
        bool tell; /* the first control set: what is left is told once */
        bool *dc;  /* set when there is what makes a domain controller */
};

static int service_pass(const struct pass *p, const ow_service *s, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL;
        ow_service_verdict verdict;
        const char *reason;
        int r;

        if (!starts_itself(s) || !ow_service_is_win32(s))
                return 0;
        r = ow_service_verdict_get(p->job->guest, s, &verdict, err);
        if (r < 0 || verdict.verdict == OW_NETWORK_NONE)
                return r;
        *p->dc |= verdict.verdict == OW_NETWORK_DC_ROLE;
        reason = verdict.verdict == OW_NETWORK_NEEDED ? verdict.objection : verdict.reason;
        if (verdict.parkable && !guard_is_vital(s->name)) {
                where = ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u\\Services\\%s", p->set, s->name);
                if (!where)
                        return ow_fail_nomem(err);
                if (is_planned(p->job, where))
                        return 0;
                r = hold_back(p->job, where, s, &reason, err);
                if (r != 0)
                        return r < 0 ? r : 0;
        }
        return p->tell ? left(p->job, s, reason, err) : 0;
}

static int set_pass(const struct pass *p, ow_error *err)
{
        const ow_service *services;
        size_t n;
        int r;

        r = ow_guest_services_of(p->job->guest, p->set, &services, &n, err);
        if (r == OW_E_ABSENT)
                return 0;
        for (size_t i = 0; r == 0 && i < n; i++)
                r = service_pass(p, &services[i], err);
        return r;
}

/* What an earlier run has parked, and nobody changed since, is as it is wanted. */
static int count_parked(struct fix_job *job, ow_error *err)
{
        struct ledger ledger = { NULL, 0, 0, 0 };
        int r;

        r = ledger_read(job->guest, &ledger, err);
        for (size_t i = 0; r == 0 && i < ledger.n; i++) {
                const struct ledger_entry *e = &ledger.entries[i];
                uint32_t start;

                if (!e->readable || e->kind != LEDGER_VALUE || strcmp(e->fix, PARK_FIX) != 0 ||
                    ow_name_compare(e->name, "Start") != 0)
                        continue;
                r = service_dword(job->plan, job->guest, e->where, "Start", &start, err);
                job->wanted += r > 0 && start == START_DEMAND;
                r = r < 0 ? r : 0;
        }
        ledger_done(&ledger);
        return r;
}

int fix_park_plan(struct fix_job *job, ow_error *err)
{
        const ow_control_sets *sets = ow_guest_control_sets(job->guest);
        bool dc = false;
        int r;

        r = count_parked(job, err);
        for (size_t i = 0; r == 0 && i < sets->n_edit; i++) {
                struct pass pass = { job, sets->edit[i], i == 0, &dc };

                r = set_pass(&pass, err);
        }
        if (r == 0 && dc)
                r = plan_skip(job->plan, job->fix, OW_FIX_NOT_FOR_THIS, err, "%s", service_dc_advice);
        return r;
}

/* ---- by name ---- */

struct named {
        const char *name;
        unsigned flags;
};

/* Why a service is not parked by name without force, or NULL. */
static int refusal(struct fix_job *job, const ow_service *s, const char **ret, ow_error *err)
{
        ow_service_verdict verdict;
        int r;

        *ret = NULL;
        r = ow_service_verdict_get(job->guest, s, &verdict, err);
        if (r < 0)
                return r;
        if (guard_is_vital(s->name))
                *ret = GUARD_VITAL_REASON;
        else if (verdict.verdict == OW_NETWORK_DC_ROLE)
                *ret = service_dc_advice;
        else if (verdict.verdict == OW_NETWORK_STACK || verdict.verdict == OW_NETWORK_CORE)
                *ret = verdict.reason;
        else if (verdict.verdict == OW_NETWORK_NEEDED && !verdict.parkable)
                *ret = verdict.objection;
        return 0;
}

static int park_at(struct fix_job *job, const struct service_at *at, void *state, ow_error *err)
{
        const struct named *named = state;
        const char *reason = NULL;
        const ow_service *s;
        int r;

        r = service_of(job, at, &s, err);
        if (r <= 0)
                return r < 0 ? r
                             : ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is no service that can be read", at->name);
        if (!ow_service_is_win32(s))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "'%s' is no service of the service manager: only those are "
                               "parked",
                               s->name);
        if (!starts_itself(s) || is_planned(job, at->where))
                return plan_skip(job->plan, job->fix, OW_FIX_DONE, err, "%s does not start by itself", at->where);
        r = named->flags & OW_SERVICE_FORCE ? 0 : refusal(job, s, &reason, err);
        if (r < 0)
                return r;
        if (reason)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "parking '%s' is refused: %s; --force does it all the "
                               "same",
                               s->name, reason);
        r = hold_back(job, at->where, s, &reason, err);
        if (r == 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "parking '%s' is refused: %s", s->name, reason);
        return r < 0 ? r : 0;
}

int ow_plan_park_services(ow_plan *plan, ow_guest *guest, const char *const *names, size_t n_names, unsigned flags,
                          ow_error *err)
{
        static const struct fix_action action = {
                .name = PARK_FIX,
                .title = "Hold back services that wait for the network",
                .temporary = true,
                .why = "At a first boot without a network, or with one that does not answer, each waits for its own "
                       "time limit.",
        };
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &action, err);
        if (r < 0)
                return r;
        if (n_names == 0)
                r = fix_park_plan(&job, err);
        for (size_t i = 0; r == 0 && i < n_names; i++) {
                struct named named = { names[i], flags };

                r = service_each(&job, names[i], park_at, &named, err);
        }
        fix_action_done(&job);
        return r;
}

/* ---- giving back ---- */

struct given_back {
        const char *const *names;
        size_t n_names;
        bool *found; /* beside names */
};

/* True when where is, or is below, ...\Services\name. */
static bool is_of_service(const char *where, const char *name)
{
        const char *services = strstr(where, "\\Services\\");
        size_t n = strlen(name);

        services = services ? services + 10 : "";
        return strlen(services) >= n && (services[n] == '\0' || services[n] == '\\') &&
               ow_name_compare_n(services, n, name, n) == 0;
}

static bool is_given_back(void *state, const struct ledger_entry *e)
{
        struct given_back *q = state;

        if (strcmp(e->fix, PARK_FIX) != 0)
                return false;
        for (size_t i = 0; i < q->n_names; i++) {
                if (is_of_service(e->where, q->names[i])) {
                        q->found[i] = true;
                        return true;
                }
        }
        return q->n_names == 0;
}

int ow_plan_unpark_services(ow_plan *plan, ow_guest *guest, const char *const *names, size_t n_names, ow_error *err)
{
        OW_AUTO_FREE bool *found = ow_calloc(n_names + 1, sizeof *found);
        struct given_back q = { names, n_names, found };
        const struct settle_choice choice = { is_given_back, &q };
        int r;

        if (!found)
                return ow_fail_nomem(err);
        r = settle_add(plan, guest, &choice, err);
        for (size_t i = 0; i < n_names && r == 0; i++)
                if (!found[i])
                        r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "'%s' is not parked, by the ledger", names[i]);
        return r;
}
