/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filters of network adapters (firewalls, monitors, teaming) that do not load: FilterList of an adapter names a
 * component, that a service, and the service is gone, is disabled, or has lost its driver. What Microsoft's own
 * filters lack is a matter of the disk, not of a leftover.
 */
#include <string.h>

#include <offwin/network.h>
#include <offwin/service.h>

#include "base/upcase.h"
#include "fix/action.h"
#include "fix/findings.h"

#define COMPONENTS "Control\\Network\\{4D36E974-E325-11CE-BFC1-08002BE10318}"

enum { SHOWN_MAX = 6, FILTERS_MAX = 64, GUID_CHARS = 38, START_OFF = 4 };

struct filters {
        ow_guest *guest;
        const ow_network *network;
        char guids[FILTERS_MAX][GUID_CHARS + 1]; /* looked at */
        size_t n;
        struct fix_listing told;
        bool installed; /* one of them has a service, which can be disabled */
};

/* The component of "{adapter}-{component}-0000"; false when it was looked at, or is none. */
static bool next_component(struct filters *f, const char *entry)
{
        const char *second = strchr(entry + (entry[0] == '{'), '{');

        if (!second || strlen(second) < GUID_CHARS || f->n == FILTERS_MAX)
                return false;
        for (size_t i = 0; i < f->n; i++)
                if (ow_name_compare_n(f->guids[i], GUID_CHARS, second, GUID_CHARS) == 0)
                        return false;
        memcpy(f->guids[f->n++], second, GUID_CHARS);
        return true;
}

/* Why the service does not load; NULL: it does, or nobody can tell. */
static int reason(struct filters *f, const char *name, const char **ret, ow_error *err)
{
        enum ow_service_file_state file = OW_SERVICE_FILE_UNKNOWN;
        enum ow_service_origin origin;
        const ow_service *service;
        const char *evidence;
        int r;

        *ret = NULL;
        r = ow_guest_service_find(f->guest, 0, name, &service, err);
        if (r <= 0) {
                *ret = r == 0 ? "is not installed" : NULL;
                return r;
        }
        f->installed = f->installed || service->start == START_OFF;
        if (service->start == START_OFF) {
                *ret = "is disabled";
                return 0;
        }
        r = ow_service_origin_get(f->guest, service, false, &origin, &evidence, err);
        if (r < 0 || origin == OW_ORIGIN_MICROSOFT)
                return r < 0 ? r : 0;
        r = ow_service_file_look(f->guest, service, &file, err);
        if (r == 0 && file == OW_SERVICE_FILE_MISSING) {
                *ret = "has lost its driver's file";
                f->installed = true;
        }
        return r < 0 ? r : 0;
}

static int look_at(struct filters *f, const ow_adapter *a, const char *entry, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL;
        OW_AUTO_FREE char *service = NULL;
        OW_AUTO(ow_plan) plan = NULL;
        const char *why;
        int r;

        if (!next_component(f, entry))
                return 0;
        where = ow_asprintf("HKLM\\SYSTEM\\ControlSet%03u\\%s\\%s\\Ndi", f->network->control_set, COMPONENTS,
                            f->guids[f->n - 1]);
        r = where ? plan_new(&plan, err) : ow_fail_nomem(err);
        if (r == 0)
                r = plan_text_now(plan, f->guest, where, "Service", &service, err);
        if (r < 0 || !service[0]) /* a component that Windows makes itself has no key here */
                return r;
        r = reason(f, service, &why, err);
        if (r == 0 && why && fix_listing_next(&f->told))
                ow_buffer_printf(&f->told.text, "%.80s of %.80s %s", service, a->name[0] ? a->name : a->description,
                                 why);
        return r;
}

int fix_findings_filters(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        struct fix_note note = {
                .id = "network-filter-missing",
                .title = "A filter of a network card does not load",
                .reason = "a card may have no network while a filter that it names is not there",
                .confidence = OW_CONFIDENCE_FAIR,
        };
        struct filters f = { .guest = guest, .told = { .most = SHOWN_MAX } };
        int r;

        r = ow_guest_network(guest, &f.network, err);
        for (size_t i = 0; r == 0 && i < f.network->n_adapters; i++) {
                const ow_adapter *a = &f.network->adapters[i];

                for (size_t k = 0; r == 0 && k < a->filters.count && a->verdict.presence != OW_PRESENCE_GHOST; k++)
                        r = look_at(&f, a, a->filters.items[k], err);
        }
        if (f.installed) /* takes it out of the lists */
                note.command = "offwin drv disable --force DISK NAME";
        return fix_listing_tell(&f.told, findings, &note, r, err);
}
