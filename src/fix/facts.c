/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the forecast has to know of a guest, read through a view: the guest as it is, or with the rows of a plan laid
 * over it. So "after" is what the planned fixes make of this guest, not a promise of the fixes.
 */
#include <string.h>

#include <offwin/guest.h>
#include <offwin/registry.h>

#include "base/le.h"
#include "fix/forecast.h"

#define CCS             "HKLM\\SYSTEM\\CurrentControlSet\\"
#define POLICIES        "HKLM\\SOFTWARE\\Policies\\Microsoft\\"
#define INTERNET        "\\Microsoft\\Windows\\CurrentVersion\\Internet Settings"
#define CHAIN_ENGINE    "HKLM\\SOFTWARE\\Microsoft\\Cryptography\\OID\\EncodingType 0\\" \
                        "CertDllCreateCertificateChainEngine\\Config"
#define PUBLISHING      "HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\WinTrust\\Trust Providers\\" \
                        "Software Publishing"

/* A value at a concrete place, with the plan's word before the guest's. */
static int view_read(const struct fix_view *view, const char *where, const char *name, ow_datum *ret, ow_error *err)
{
        const ow_change *row = view->plan ? plan_find(view->plan, where, name) : NULL;
        ow_error why = OW_ERROR_INIT;
        int r;

        if (row)
                return datum_copy(&row->after, ret, err);
        r = plan_read(view->guest, where, name, ret, &why);
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r < 0)
                *ret = (ow_datum){ false, 0, { NULL, 0 } };     /* a damaged hive: as if it were not set */
        return 0;
}

static int dword_at(const struct fix_view *view, const char *where, const char *name, uint32_t *ret, ow_error *err)
{
        ow_datum datum;
        int r;

        r = view_read(view, where, name, &datum, err);
        if (r < 0)
                return r;
        r = datum.present && datum.type == OW_REG_DWORD && datum.data.size == 4;
        if (r)
                *ret = ow_le32_at(datum.data.p);
        ow_blob_done(&datum.data);
        return r;
}

int fix_view_dword(const struct fix_view *view, const char *path, const char *name, uint32_t *ret, ow_error *err)
{
        char **paths = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(view->guest, path, &paths, &n, err);
        if (r >= 0)
                r = n ? dword_at(view, paths[0], name, ret, err) : 0;
        ow_registry_paths_free(paths, n);
        return r;
}

/* The value, or what Windows takes when there is none. */
struct wanted {
        const char *path, *name;
        uint32_t otherwise;
        uint32_t *ret;
};

static int read_all(const struct fix_view *view, const struct wanted *wanted, size_t n, ow_error *err)
{
        for (size_t i = 0; i < n; i++) {
                int r;

                *wanted[i].ret = wanted[i].otherwise;
                r = fix_view_dword(view, wanted[i].path, wanted[i].name, wanted[i].ret, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

typedef int (*profile_fn)(const struct fix_view *view, const char *where, bool *ret, ow_error *err);

/* True when fn says so for one profile; otherwise when there is no profile to ask. */
static int any_profile(const struct fix_view *view, const char *path, profile_fn fn, bool otherwise, bool *ret,
                       ow_error *err)
{
        char **paths = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(view->guest, path, &paths, &n, err);
        *ret = n == 0 && otherwise;
        for (size_t i = 0; i < n && r >= 0 && !*ret; i++)
                r = fn(view, paths[i], ret, err);
        ow_registry_paths_free(paths, n);
        return r < 0 ? r : 0;
}

static int checks_publishers(const struct fix_view *view, const char *where, bool *ret, ow_error *err)
{
        uint32_t state = 0;
        int r;

        r = dword_at(view, where, "State", &state, err);
        *ret = r >= 0 && !(state & 0x200);
        return r;
}

static int detects_proxy(const struct fix_view *view, const char *where, bool *ret, ow_error *err)
{
        ow_datum settings;
        int r;

        r = view_read(view, where, "DefaultConnectionSettings", &settings, err);
        if (r < 0)
                return r;
        *ret = settings.present && settings.data.size >= 12 && settings.data.p[8] & 0x8;
        ow_blob_done(&settings.data);
        return 0;
}

static int policy_facts(const struct fix_view *view, struct fix_facts *f, ow_error *err)
{
        uint32_t no_update, no_roots, search, no_wpad, sync;
        const struct wanted wanted[] = {
                { POLICIES "Windows\\WindowsUpdate\\AU", "NoAutoUpdate", 0, &no_update },
                { POLICIES "SystemCertificates\\AuthRoot", "DisableRootAutoUpdate", 0, &no_roots },
                { POLICIES "Windows\\DriverSearching", "SearchOrderConfig", 1, &search },
                { "HKLM\\SOFTWARE" INTERNET "\\WinHttp", "DisableWpad", 0, &no_wpad },
                { POLICIES "Windows NT\\CurrentVersion\\Winlogon", "SyncForegroundPolicy", 0, &sync },
                { POLICIES "Windows\\System", "GpNetworkStartTimeoutPolicyValue", 30, &f->gpo_wait_s },
                { CHAIN_ENGINE, "ChainUrlRetrievalTimeoutMilliseconds", 0, &f->crl_one_ms },
                { CHAIN_ENGINE, "ChainRevAccumulativeUrlRetrievalTimeoutMilliseconds", 0, &f->crl_total_ms },
        };
        bool users_detect;
        int r;

        r = read_all(view, wanted, OW_COUNT(wanted), err);
        if (r == 0)
                r = any_profile(view, PUBLISHING, checks_publishers, true, &f->revocation, err);
        if (r == 0)
                r = any_profile(view, "HKCU\\Software" INTERNET "\\Connections", detects_proxy, false, &users_detect,
                                err);
        if (r < 0)
                return r;
        f->updates = !no_update;
        f->roots = !no_roots;
        f->drivers = search != 0;
        f->gpo_sync = sync != 0;
        f->wpad = users_detect || (f->major >= 10 && !no_wpad);
        f->crl_one_ms = f->crl_one_ms ? f->crl_one_ms : 15000;          /* 0 means the default, as absent does */
        f->crl_total_ms = f->crl_total_ms ? f->crl_total_ms : 20000;
        return 0;
}

static int network_facts(const struct fix_view *view, struct fix_facts *f, ow_error *err)
{
        uint32_t autoconfigure, active, no_active, expects;
        const struct wanted wanted[] = {
                { CCS "Services\\Tcpip\\Parameters", "IPAutoconfigurationEnabled", 1, &autoconfigure },
                { CCS "Services\\NlaSvc\\Parameters\\Internet", "EnableActiveProbing", 1, &active },
                { POLICIES "Windows\\NetworkConnectivityStatusIndicator", "NoActiveProbe", 0, &no_active },
                { CCS "Services\\NlaSvc\\Parameters", "AlwaysExpectDomainController", 0, &expects },
                { CCS "Services\\NlaSvc\\Parameters\\Internet", "WebTimeout", 35, &f->web_timeout_s },
                { CCS "Services\\Netlogon\\Parameters", "ExpectedDialupDelay", 0, &f->dc_extra_s },
                { CCS "Control", "ServicesPipeTimeout", 30000, &f->service_timeout_ms },
        };
        int r;

        r = read_all(view, wanted, OW_COUNT(wanted), err);
        if (r < 0)
                return r;
        f->apipa = autoconfigure != 0;
        f->probing = active != 0 && no_active == 0;
        f->expects_dc = expects != 0;
        return 0;
}

/* Values of an image may be anything; a model of hours says no more than "very long". */
static void clamp(uint32_t *n, uint32_t most)
{
        if (*n > most)
                *n = most;
}

int fix_facts_read(const struct fix_view *view, struct fix_facts *ret, ow_error *err)
{
        const ow_windows *w = ow_guest_windows(view->guest);
        struct fix_facts f = { .major = w->major, .minor = w->minor, .member = w->domain_member };
        int r;

        r = network_facts(view, &f, err);
        if (r == 0)
                r = policy_facts(view, &f, err);
        if (r == 0)
                r = fix_services_count(view, &f.vendor_services, &f.vendor_chain, err);
        if (r == OW_E_NOMEM)
                return r;
        clamp(&f.web_timeout_s, 600);
        clamp(&f.gpo_wait_s, 600);
        clamp(&f.dc_extra_s, 600);
        clamp(&f.crl_one_ms, 600000);
        clamp(&f.crl_total_ms, 600000);
        clamp(&f.service_timeout_ms, 600000);
        clamp(&f.vendor_chain, 10);
        *ret = f;
        return 0;
}
