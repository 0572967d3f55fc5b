/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filter drivers of the classes that a disk's stack is made of, and policies that keep devices from being installed:
 * both stop a boot on any controller.
 */
#include <string.h>

#include <offwin/registry.h>

#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/storage.h"

enum { MAX_FILTERS = 1024 };

static const char *const classes[] = {
        "{4d36e967-e325-11ce-bfc1-08002be10318}", /* DiskDrive */
        "{4d36e96a-e325-11ce-bfc1-08002be10318}", /* HDC */
        "{4d36e97b-e325-11ce-bfc1-08002be10318}", /* SCSIAdapter */
        "{4d36e97d-e325-11ce-bfc1-08002be10318}", /* System */
        "{71a27cdd-812a-11d0-bec7-08002be2092f}", /* Volume */
};

/* Windows' own, in the lists above. */
static const char *const own[] = { "partmgr", "EhStorClass", "fvevol", "iorate", "rdyboost", "volsnap" };

static const char *const lists[] = { "UpperFilters", "LowerFilters" };

struct filters {
        ow_guest *guest;
        ow_storage_report *report;
        size_t cap, cap_warnings;
};

static bool is_own(const char *service)
{
        for (size_t i = 0; i < OW_COUNT(own); i++)
                if (ow_name_compare(own[i], service) == 0)
                        return true;
        return false;
}

static int filter_add(struct filters *f, const char *set, const char *where, const char *list, const char *service,
                      ow_error *err)
{
        ow_storage_filter filter = { .list = list };
        void *grown;
        int r;

        r = storage_service_problem(f->guest, set, service, &filter.problem, err);
        if (r < 0)
                return r;
        if (!*filter.problem && is_own(service)) {
                ow_free(filter.problem);
                return 0;
        }
        if (f->report->n_filters == MAX_FILTERS) {
                ow_free(filter.problem);
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d filter drivers of disks", MAX_FILTERS);
        }
        grown = ow_grow(f->report->filters, f->report->n_filters, &f->cap, sizeof filter);
        if (grown)
                f->report->filters = grown;
        filter.where = ow_strdup(where);
        filter.service = ow_strdup(service);
        if (!grown || !filter.where || !filter.service) {
                ow_free(filter.where);
                ow_free(filter.service);
                ow_free(filter.problem);
                return ow_fail_nomem(err);
        }
        f->report->filters[f->report->n_filters++] = filter;
        return 0;
}

static int list_read(struct filters *f, const char *set, const char *where, const char *list, ow_error *err)
{
        ow_datum datum = { false, 0, { NULL, 0 } };
        OW_AUTO_BUFFER names = OW_BUFFER_INIT;
        int r;

        r = plan_read(f->guest, where, list, &datum, err);
        if (r == 0 && datum.present && (datum.type == OW_REG_MULTI_SZ || datum.type == OW_REG_SZ))
                ow_utf16_to_utf8((ow_view){ datum.data.p, datum.data.size }, &names);
        ow_blob_done(&datum.data);
        ow_buffer_put_byte(&names, 0); /* also for a list without its end */
        if (r == 0 && ow_buffer_failed(&names))
                return ow_fail_nomem(err);
        for (size_t at = 0; r == 0 && at < names.len; at += strlen((char *)names.p + at) + 1)
                if (names.p[at])
                        r = filter_add(f, set, where, list, (char *)names.p + at, err);
        return r;
}

static int set_read(struct filters *f, const char *set, ow_error *err)
{
        int r = 0;

        for (size_t c = 0; c < OW_COUNT(classes); c++) {
                OW_AUTO_FREE char *where = ow_asprintf("%s\\Control\\Class\\%s", set, classes[c]);

                if (!where)
                        return ow_fail_nomem(err);
                for (size_t l = 0; l < OW_COUNT(lists) && r == 0; l++)
                        r = list_read(f, set, where, lists[l], err);
        }
        return r;
}

static int warn(struct filters *f, const char *text, ow_error *err)
{
        void *grown = ow_grow(f->report->warnings, f->report->n_warnings, &f->cap_warnings, sizeof(char *));

        if (!grown)
                return ow_fail_nomem(err);
        f->report->warnings = grown;
        f->report->warnings[f->report->n_warnings] = ow_strdup(text);
        if (!f->report->warnings[f->report->n_warnings])
                return ow_fail_nomem(err);
        f->report->n_warnings++;
        return 0;
}

static int policies_read(struct filters *f, ow_error *err)
{
        static const char *const names[] = { "DenyUnspecified", "DenyDeviceIDs", "DenyDeviceClasses" };
        static const char where[] = "HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\DeviceInstall\\Restrictions";

        for (size_t i = 0; i < OW_COUNT(names); i++) {
                ow_datum datum = { false, 0, { NULL, 0 } };
                ow_error ignored = OW_ERROR_INIT;
                bool set;
                int r = plan_read(f->guest, where, names[i], &datum, &ignored);

                set = r == 0 && datum.present && datum.data.size == 4 && datum.data.p[0];
                ow_blob_done(&datum.data);
                if (r == OW_E_NOMEM)
                        return ow_fail_nomem(err);
                if (set)
                        return warn(
                                f,
                                "a policy restricts which devices may be installed (DeviceInstall\\Restrictions): "
                                "a new disk controller that it keeps out stops the boot with 0x7B",
                                err);
        }
        return 0;
}

int storage_look_filters(ow_guest *guest, ow_storage_report *report, ow_error *err)
{
        struct filters f = { .guest = guest, .report = report };
        char **sets = NULL;
        size_t n = 0;
        int r;

        r = ow_registry_expand(guest, "HKLM\\SYSTEM\\CurrentControlSet", &sets, &n, err);
        for (size_t i = 0; i < n && r >= 0; i++)
                r = set_read(&f, sets[i], err);
        ow_registry_paths_free(sets, n);
        return r < 0 ? r : policies_read(&f, err);
}
