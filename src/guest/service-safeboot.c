/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What runs in safe mode: Control\SafeBoot\Minimal and \Network name services, driver files and groups by the names
 * of their subkeys (windows.md 9.3). Names are sorted once, so that each service costs three look-ups.
 */
#include <stdlib.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/services.h"

enum { MAX_NAMES = 4000 };

struct names {
        char **items;
        size_t n, cap;
};

static int compare(const void *a, const void *b)
{
        return ow_name_compare(*(char *const *)a, *(char *const *)b);
}

static void read_names(ow_guest *guest, uint32_t control_set, const char *below, struct names *ret)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey at, key;
        char *name, **grown;

        if (!guest_set_key(guest, control_set, below, &at))
                return;
        while (ret->n < MAX_NAMES && guest_next_subkey(guest, at, &iter, &key, &name)) {
                grown = ow_grow(ret->items, ret->n, &ret->cap, sizeof *grown);
                if (!grown) {
                        guest->out_of_memory = true;
                        ow_free(name);
                        return;
                }
                ret->items = grown;
                grown[ret->n++] = name;
        }
        if (ret->n)
                qsort(ret->items, ret->n, sizeof *ret->items, compare);
}

static void names_done(struct names *names)
{
        for (size_t i = 0; i < names->n; i++)
                ow_free(names->items[i]);
        ow_free(names->items);
}

static bool has(const struct names *names, const char *name)
{
        return name[0] && names->n && bsearch(&name, names->items, names->n, sizeof *names->items, compare);
}

static enum ow_safe_boot look_up(const struct names *names, const ow_service *s)
{
        const char *slash = strrchr(s->file, '\\');

        if (has(names, s->name))
                return OW_SAFE_BOOT_NAME;
        if (slash && ow_service_is_driver(s) && has(names, slash + 1))
                return OW_SAFE_BOOT_FILE;
        return has(names, s->group) ? OW_SAFE_BOOT_GROUP : OW_SAFE_BOOT_NO;
}

void guest_services_safe_boot(ow_guest *guest, struct guest_service_set *set)
{
        struct names minimal = { 0 }, network = { 0 };

        if (set->n) {
                read_names(guest, set->control_set, "Control\\SafeBoot\\Minimal", &minimal);
                read_names(guest, set->control_set, "Control\\SafeBoot\\Network", &network);
        }
        for (size_t i = 0; i < set->n; i++) {
                set->services[i].safe_minimal = look_up(&minimal, &set->services[i]);
                set->services[i].safe_network = look_up(&network, &set->services[i]);
        }
        names_done(&minimal);
        names_done(&network);
}
