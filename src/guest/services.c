/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Services and drivers of a control set: read on first use, kept, looked up by name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/services.h"

static void set_free(struct guest_service_set *set)
{
        if (!set)
                return;
        ow_pool_done(&set->pool);
        ow_free(set->services);
        ow_free(set);
}

void guest_services_done(ow_guest *guest)
{
        struct guest_service_set *set = guest->service_sets, *next;

        for (; set; set = next) {
                next = set->next;
                set_free(set);
        }
        guest->service_sets = NULL;
        while (guest->service_notes) {
                struct guest_service_note *note = guest->service_notes;

                guest->service_notes = note->next;
                ow_free(note);
        }
}

bool guest_set_key(ow_guest *guest, uint32_t control_set, const char *below, ow_regkey *ret)
{
        char path[600];

        (void)snprintf(path, sizeof path, "HKLM\\SYSTEM\\ControlSet%03u%s%s", control_set, below[0] ? "\\" : "",
                       below);
        return guest_key(guest, path, ret);
}

static int by_name(const void *a, const void *b)
{
        const ow_service *x = a, *y = b;

        return ow_name_compare(x->name, y->name);
}

static bool is_sorted(const struct guest_service_set *set)
{
        for (size_t i = 1; i < set->n; i++)
                if (by_name(&set->services[i - 1], &set->services[i]) > 0)
                        return false;
        return true;
}

static int read_set(ow_guest *guest, uint32_t control_set, struct guest_service_set **ret, ow_error *err)
{
        struct guest_service_set *set = ow_calloc(1, sizeof *set);
        ow_regkey services;

        if (!set)
                return ow_fail_nomem(err);
        set->control_set = control_set;
        if (guest_set_key(guest, control_set, "Services", &services))
                guest_services_read(guest, services, set);
        if (set->n && !is_sorted(set))
                qsort(set->services, set->n, sizeof *set->services, by_name);
        for (size_t i = 0; i < set->n; i++)
                set->services[i].index = i;
        guest_services_safe_boot(guest, set);
        if (guest->out_of_memory || set->pool.failed) {
                guest->out_of_memory = false;
                set_free(set);
                return ow_fail_nomem(err);
        }
        set->next = guest->service_sets;
        guest->service_sets = set;
        *ret = set;
        return 0;
}

int guest_service_set(ow_guest *guest, uint32_t control_set, struct guest_service_set **ret, ow_error *err)
{
        struct guest_service_set *set = guest->service_sets;
        ow_regkey key;

        if (control_set == 0)
                control_set = guest->control_sets.current;
        while (set && set->control_set != control_set)
                set = set->next;
        if (!set && control_set != guest->control_sets.current && !guest_set_key(guest, control_set, "", &key))
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "there is no ControlSet%03u", control_set);
        if (!set)
                return read_set(guest, control_set, ret, err);
        *ret = set;
        return 0;
}

int ow_guest_services_of(ow_guest *guest, uint32_t control_set, const ow_service **ret, size_t *ret_count,
                         ow_error *err)
{
        struct guest_service_set *set;
        int r = guest_service_set(guest, control_set, &set, err);

        if (r < 0)
                return r;
        *ret = set->services;
        *ret_count = set->n;
        return 0;
}

int ow_guest_services(ow_guest *guest, const ow_service **ret, size_t *ret_count, ow_error *err)
{
        return ow_guest_services_of(guest, 0, ret, ret_count, err);
}

ow_service *guest_service_find(const struct guest_service_set *set, const char *name)
{
        size_t low = 0, high = set->n;

        while (low < high) {
                size_t mid = (low + high) / 2;
                int order = ow_name_compare(set->services[mid].name, name);

                if (order == 0)
                        return &set->services[mid];
                if (order < 0)
                        low = mid + 1;
                else
                        high = mid;
        }
        return NULL;
}

int ow_guest_service_find(ow_guest *guest, uint32_t control_set, const char *name, const ow_service **ret,
                          ow_error *err)
{
        struct guest_service_set *set;
        const ow_service *found;
        int r = guest_service_set(guest, control_set, &set, err);

        if (r < 0)
                return r;
        found = guest_service_find(set, name);
        if (!found)
                return 0;
        *ret = found;
        return 1;
}

const char *ow_service_start_name(uint32_t start)
{
        static const char *const names[] = { "boot", "system", "auto", "demand", "disabled" };

        return start < OW_COUNT(names) ? names[start] : "?";
}

bool ow_service_is_driver(const ow_service *service)
{
        return service->type != UINT32_MAX && (service->type & OW_SERVICE_DRIVER);
}

bool ow_service_is_win32(const ow_service *service)
{
        return service->type != UINT32_MAX && !(service->type & OW_SERVICE_DRIVER) &&
               (service->type & OW_SERVICE_WIN32);
}
