/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How Windows judges networks: categories, the Internet probe, and how long it looks for a domain
 * (docs/formats/windows-facts.md, network location). What is known to do harm does not pass guard.c.
 */
#include <string.h>

#include <offwin/nla-plan.h>
#include <offwin/nla.h>

#include "base/macros.h"
#include "base/upcase.h"
#include "fix/action.h"

#define CCS      "HKLM\\SYSTEM\\CurrentControlSet\\Services\\"
#define POLICIES "HKLM\\SOFTWARE\\Policies\\Microsoft\\"
#define SIGNATURES                                                                                                   \
        POLICIES "Windows NT\\CurrentVersion\\NetworkList\\Signatures\\"                                             \
                 "010103000F0000F0010000000F0000F0C967A3643C3AD745950DA7859209176EF5B87C875FA20DF21951640E807D7C24"

enum { RETRY_MAX = 86400 };

static const struct fix_action action = {
        .name = "network-location",
        .title = "Set how networks are judged",
        .why = "It was asked for.",
};

static int category_of(const char *value, const char *also, uint32_t *ret, ow_error *err)
{
        for (uint32_t i = OW_CATEGORY_PUBLIC; i <= OW_CATEGORY_PRIVATE; i++) {
                if (ow_name_compare(ow_network_category_name(i), value) != 0)
                        continue;
                *ret = i;
                return 0;
        }
        if (ow_name_compare(value, ow_network_category_name(OW_CATEGORY_DOMAIN)) == 0)
                return ow_fail(
                        err, OW_E_REFUSED, OW_NOWHERE,
                        "a network is the domain's when a domain controller has answered on it: Windows decides "
                        "that at each connection");
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%.60s' is no category: public, private%s", value, also);
}

static int set_unidentified(struct fix_job *job, const char *value, ow_error *err)
{
        uint32_t category = 0;
        int r;

        if (ow_name_compare(value, "default") == 0)
                return fix_job_dword_for_good(job, SIGNATURES, "Category", NULL, err);
        r = category_of(value, ", default", &category, err);
        return r < 0 ? r : fix_job_dword_for_good(job, SIGNATURES, "Category", &category, err);
}

/* ---- a network that is remembered ---- */

static bool is_called(const ow_network_profile *p, const char *name, size_t size)
{
        return ow_name_compare_n(p->name, strlen(p->name), name, size) == 0 ||
               ow_name_compare_n(p->guid, strlen(p->guid), name, size) == 0;
}

static int find_profile(ow_guest *guest, const char *name, size_t size, const ow_network_profile **ret, ow_error *err)
{
        const ow_network_profile *found = NULL;
        const ow_nla *nla;
        int r = ow_guest_nla(guest, &nla, err);

        for (size_t i = 0; i < nla->n_profiles && r == 0; i++) {
                if (!is_called(&nla->profiles[i], name, size))
                        continue;
                if (found)
                        r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%.*s' means several networks: %s, %s; name one so",
                                    (int)(size < 60 ? size : 60), name, found->guid, nla->profiles[i].guid);
                found = &nla->profiles[i];
        }
        if (r == 0 && !found)
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE,
                            "no remembered network is called '%.*s' (`offwin net nla DISK` lists them)",
                            (int)(size < 60 ? size : 60), name);
        if (r == 0)
                *ret = found;
        return r;
}

static int set_category(struct fix_job *job, const char *value, ow_error *err)
{
        const char *equals = strrchr(value, '=');
        const ow_network_profile *profile;
        uint32_t category = 0;
        int r;

        if (!equals || equals == value)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%.60s' is not NETWORK=public or NETWORK=private",
                               value);
        r = category_of(equals + 1, "", &category, err);
        if (r == 0)
                r = find_profile(job->guest, value, (size_t)(equals - value), &profile, err);
        if (r < 0)
                return r;
        if (profile->managed.value || (profile->category.set && profile->category.value == OW_CATEGORY_DOMAIN))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%.60s' is a network of a domain: its category is decided anew at each connection",
                               profile->name);
        return fix_job_dword_for_good(job, profile->key, "Category", &category, err);
}

/* ---- probe and domain ---- */

static int set_active_probe(struct fix_job *job, const char *value, ow_error *err)
{
        static const uint32_t on = 1;
        int r;

        if (ow_name_compare(value, "off") == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                               "the probe is turned off by `offwin fix ncsi-active-off`, and given back by settle");
        if (ow_name_compare(value, "on") != 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "active-probe takes on, not '%.60s'", value);
        r = fix_job_dword_for_good(job, CCS "NlaSvc\\Parameters\\Internet", "EnableActiveProbing", &on, err);
        return r < 0 ? r
                     : fix_job_dword_for_good(job, POLICIES "Windows\\NetworkConnectivityStatusIndicator",
                                              "NoActiveProbe", NULL, err);
}

static int set_expect_dc(struct fix_job *job, const char *value, ow_error *err)
{
        static const uint32_t on = 1;

        if (ow_name_compare(value, "on") == 0) /* the guard says why not */
                return fix_job_dword_for_good(job, CCS "NlaSvc\\Parameters", "AlwaysExpectDomainController", &on,
                                              err);
        if (ow_name_compare(value, "off") == 0)
                return fix_job_dword_for_good(job, CCS "NlaSvc\\Parameters", "AlwaysExpectDomainController", NULL,
                                              err);
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "expect-dc takes off, not '%.60s'", value);
}

static int set_seconds(struct fix_job *job, const char *path, const char *name, const char *value, ow_error *err)
{
        size_t digits = strspn(value, "0123456789");
        uint32_t seconds = 0;

        if (ow_name_compare(value, "default") == 0)
                return fix_job_dword_for_good(job, path, name, NULL, err);
        for (size_t i = 0; i < digits && seconds <= RETRY_MAX; i++)
                seconds = seconds * 10 + (uint32_t)(value[i] - '0');
        if (digits == 0 || value[digits] || seconds > RETRY_MAX)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%.60s' is not a number of seconds up to %d, or default",
                               value, RETRY_MAX);
        return fix_job_dword_for_good(job, path, name, &seconds, err);
}

static int set_dns_retry(struct fix_job *job, const char *value, ow_error *err)
{
        return set_seconds(job, CCS "Dnscache\\Parameters", "MaxNegativeCacheTtl", value, err);
}

static int set_dc_retry(struct fix_job *job, const char *value, ow_error *err)
{
        return set_seconds(job, CCS "Netlogon\\Parameters", "NegativeCachePeriod", value, err);
}

/* ---- all of them ---- */

static const struct knob {
        const char *name;
        unsigned from; /* Windows, major and minor */
        int (*set)(struct fix_job *job, const char *value, ow_error *err);
} knobs[] = {
        { "unidentified", 61, set_unidentified }, { "category", 60, set_category },
        { "active-probe", 60, set_active_probe }, { "expect-dc", 60, set_expect_dc },
        { "dns-retry", 50, set_dns_retry },       { "dc-retry", 50, set_dc_retry },
};

static int set_knob(struct fix_job *job, const ow_nla_edit *edit, ow_error *err)
{
        const ow_windows *w = ow_guest_windows(job->guest);

        for (size_t i = 0; i < OW_COUNT(knobs); i++) {
                if (ow_name_compare(knobs[i].name, edit->name) != 0)
                        continue;
                if (w->major < knobs[i].from / 10 ||
                    (w->major == knobs[i].from / 10 && w->minor < knobs[i].from % 10))
                        return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                                       "--%s needs Windows %u.%u or newer, this one "
                                       "is %u.%u",
                                       knobs[i].name, knobs[i].from / 10, knobs[i].from % 10, w->major, w->minor);
                return knobs[i].set(job, edit->value, err);
        }
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "network location has no setting '%.60s'", edit->name);
}

int ow_plan_set_nla(ow_plan *plan, ow_guest *guest, const ow_nla_edit *edits, size_t n_edits, ow_error *err)
{
        struct fix_job job;
        int r;

        r = fix_action_begin(&job, plan, guest, &action, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n_edits && r == 0; i++)
                r = set_knob(&job, &edits[i], err);
        if (r == 0)
                r = fix_action_complete(&job, err);
        fix_action_done(&job);
        return r;
}
