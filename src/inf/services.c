/* SPDX-License-Identifier: GPL-2.0-or-later */
/* AddService and the sections that say what a service is. docs/formats/inf.md 5. */
#include "inf/inf.h"

enum {
        MAX_SERVICES = 256, /* of one install section */
        ASSOCIATED = 0x2,   /* SPSVCINST_ASSOCSERVICE */
};

static uint32_t number_or_none(const ow_inf *inf, const ow_inf_section *section, const char *key)
{
        uint32_t number;

        return ow_inf_number(inf_value(inf, section, key), &number) ? number : UINT32_MAX;
}

static int service_read(const ow_inf *inf, uint32_t line, size_t *budget, ow_inf_service *service, ow_error *err)
{
        ow_inf_section section = { "", 0, 0 };
        uint32_t flags = 0;

        (void)ow_inf_number(ow_inf_field(inf, line, 1), &flags);
        (void)ow_inf_find(inf, ow_inf_field(inf, line, 2), &section);
        *service = (ow_inf_service){
                .name = ow_inf_field(inf, line, 0),
                .display_name = inf_value(inf, &section, "DisplayName"),
                .group = inf_value(inf, &section, "LoadOrderGroup"),
                .dependencies = inf_value(inf, &section, "Dependencies"),
                .binary = inf_value(inf, &section, "ServiceBinary"),
                .function_driver = (flags & ASSOCIATED) != 0,
                .type = number_or_none(inf, &section, "ServiceType"),
                .start = number_or_none(inf, &section, "StartType"),
                .error_control = number_or_none(inf, &section, "ErrorControl"),
        };
        return inf_registry_get(inf, &section, budget, &service->registry, &service->n_registry, err);
}

static int services_read(const ow_inf *inf, const ow_inf_section *section, ow_inf_services *services, ow_error *err)
{
        size_t cap = 0, budget = INF_MAX_VALUES;

        for (uint32_t i = 0; i < section->count; i++) {
                uint32_t line = section->first + i;
                const char *key = ow_inf_key(inf, line);
                void *grown;
                int r;

                /* A device without a driver has an AddService without a name. */
                if (!key || !inf_equal(key, "AddService") || !*ow_inf_field(inf, line, 0))
                        continue;
                if (services->count == MAX_SERVICES)
                        return ow_fail(err, OW_E_LIMIT, ow_inf_line_number(inf, line), "more than %d services",
                                       MAX_SERVICES);
                grown = ow_grow(services->items, services->count, &cap, sizeof *services->items);
                if (!grown)
                        return ow_fail_nomem(err);
                services->items = grown;
                r = service_read(inf, line, &budget, &services->items[services->count], err);
                if (r < 0)
                        return r;
                services->count++;
        }
        return 0;
}

int ow_inf_services_get(const ow_inf *inf, const ow_inf_section *install, ow_inf_services *ret, ow_error *err)
{
        ow_inf_services services = { NULL, 0 };
        ow_inf_section section = { "", 0, 0 };
        int r;

        r = inf_find_joined(inf, install->name, "Services", &section, err);
        if (r > 0)
                r = services_read(inf, &section, &services, err);
        if (r < 0) {
                ow_inf_services_done(&services);
                return r;
        }
        *ret = services;
        return 0;
}

void ow_inf_services_done(ow_inf_services *services)
{
        for (size_t i = 0; i < services->count; i++)
                inf_registry_done(services->items[i].registry, services->items[i].n_registry);
        ow_free(services->items);
        *services = (ow_inf_services){ NULL, 0 };
}
