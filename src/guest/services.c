/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Services and drivers of the current control set. Each key's values are walked once and sorted by name into place,
 * which on a real machine's 600 services is several times cheaper than asking for each value.
 */
#include <stdlib.h>
#include <string.h>

#include "base/upcase.h"
#include "guest/version.h"

enum { MAX_SERVICES = 20000, MAX_DEPENDENCIES = 200 };

enum field { TYPE, START, ERROR_CONTROL, DELAYED, DISPLAY_NAME, IMAGE_PATH, GROUP, ON_SERVICE, ON_GROUP, N_FIELDS };

static const char *const field_names[N_FIELDS] = {
        [TYPE] = "Type", [START] = "Start", [ERROR_CONTROL] = "ErrorControl", [DELAYED] = "DelayedAutostart",
        [DISPLAY_NAME] = "DisplayName", [IMAGE_PATH] = "ImagePath", [GROUP] = "Group",
        [ON_SERVICE] = "DependOnService", [ON_GROUP] = "DependOnGroup",
};

struct name_list {
        ow_guest *guest;
        char **names;
        size_t n, cap;
        bool groups;
};

static void service_done(ow_service *s)
{
        ow_free(s->name);
        ow_free(s->display_name);
        ow_free(s->image_path);
        ow_free(s->group);
        for (size_t i = 0; s->depends_on && s->depends_on[i]; i++)
                ow_free(s->depends_on[i]);
        ow_free(s->depends_on);
}

void guest_services_done(ow_guest *guest)
{
        for (size_t i = 0; i < guest->n_services; i++)
                service_done(&guest->services[i]);
        ow_free(guest->services);
        guest->services = NULL;
        guest->n_services = guest->cap_services = 0;
}

static void add_dependency(void *state, const char *text)
{
        struct name_list *list = state;
        char **grown;
        char *name;

        if (list->n == MAX_DEPENDENCIES || list->guest->out_of_memory)
                return;
        grown = ow_grow(list->names, list->n + 1, &list->cap, sizeof *grown);    /* and the final NULL */
        if (grown)
                list->names = grown;
        name = ow_asprintf("%s%s", list->groups && text[0] != '+' ? "+" : "", text);
        if (!grown || !name) {
                list->guest->out_of_memory = true;
                ow_free(name);
                return;
        }
        list->names[list->n++] = name;
        list->names[list->n] = NULL;
}

static char *take_text(ow_guest *guest, const char *name, uint32_t type, const ow_blob *blob)
{
        char text[2048];
        char *copy;

        (void)guest_blob_text(guest, name, type, blob, text, sizeof text);
        copy = ow_strdup(text);
        if (!copy)
                guest->out_of_memory = true;
        return copy;
}

/* One value into its place. depends collects names; services come before groups in it whatever their stored order. */
static void take(ow_guest *guest, ow_service *s, enum field field, uint32_t type, const ow_blob *blob,
                 struct name_list depends[2])
{
        const char *name = field_names[field];
        uint32_t number;

        switch (field) {
        case TYPE:
                (void)guest_blob_dword(guest, name, type, blob, &s->type);
                break;
        case START:
                (void)guest_blob_dword(guest, name, type, blob, &s->start);
                break;
        case ERROR_CONTROL:
                (void)guest_blob_dword(guest, name, type, blob, &s->error_control);
                break;
        case DELAYED:
                s->delayed = guest_blob_dword(guest, name, type, blob, &number) && number != 0;
                break;
        case DISPLAY_NAME:
                ow_free(s->display_name);
                s->display_name = take_text(guest, name, type, blob);
                break;
        case IMAGE_PATH:
                ow_free(s->image_path);
                s->image_path = take_text(guest, name, type, blob);
                break;
        case GROUP:
                ow_free(s->group);
                s->group = take_text(guest, name, type, blob);
                break;
        case ON_SERVICE:
                guest_blob_each_text(guest, type, blob, add_dependency, &depends[0]);
                break;
        case ON_GROUP:
                guest_blob_each_text(guest, type, blob, add_dependency, &depends[1]);
                break;
        case N_FIELDS:
                break;
        }
}

static enum field field_of(const char *name)
{
        enum field i = 0;

        while (i < N_FIELDS && !guest_text_equal(name, field_names[i]))
                i++;
        return i;
}

/* Services first, then groups, as one NULL-terminated list. */
static char **join(ow_guest *guest, struct name_list depends[2])
{
        char **all = ow_calloc(depends[0].n + depends[1].n + 1, sizeof *all);

        if (!all) {
                guest->out_of_memory = true;
                return NULL;
        }
        for (size_t k = 0, at = 0; k < 2; k++)
                for (size_t i = 0; i < depends[k].n; i++)
                        all[at++] = OW_TAKE(depends[k].names[i]);
        return all;
}

static void name_list_done(struct name_list *list)
{
        for (size_t i = 0; i < list->n; i++)
                ow_free(list->names[i]);
        ow_free(list->names);
}

/* True when key is a service: it has a type or a start. */
static bool read_service(ow_guest *guest, ow_regkey key, ow_service *s)
{
        struct name_list depends[2] = { { .guest = guest }, { .guest = guest, .groups = true } };
        uint32_t index = 0;
        bool is_service = false;
        ow_regkey triggers;
        ow_value value;
        char *name;

        s->type = s->start = s->error_control = UINT32_MAX;
        while (guest_next_value(guest, key, &index, &value, &name)) {
                OW_AUTO_FREE char *owned = name;
                OW_AUTO_BLOB blob = { 0 };
                ow_error err = OW_ERROR_INIT;
                enum field field = field_of(owned);
                uint32_t type;

                if (field == N_FIELDS)
                        continue;
                is_service = is_service || field == TYPE || field == START;
                if (ow_hive_read_value(key.hive, value, &type, &blob, &err) < 0)
                        guest_note_error(guest, &err, owned);
                else
                        take(guest, s, field, type, &blob, depends);
        }
        s->trigger_start = is_service && guest_subkey(guest, key, "TriggerInfo", &triggers);
        s->depends_on = join(guest, depends);
        name_list_done(&depends[0]);
        name_list_done(&depends[1]);
        return is_service;
}

static void fill_gaps(ow_guest *guest, ow_service *s)
{
        char **texts[] = { &s->display_name, &s->image_path, &s->group };

        for (size_t i = 0; i < OW_COUNT(texts); i++) {
                if (!*texts[i])
                        *texts[i] = ow_strdup("");
                if (!*texts[i])
                        guest->out_of_memory = true;
        }
}

static void add_service(ow_guest *guest, ow_regkey key, char *name)
{
        ow_service service = { .name = name };
        ow_service *grown = NULL;

        if (!read_service(guest, key, &service) || guest->n_services == MAX_SERVICES) {
                service_done(&service);
                return;
        }
        fill_gaps(guest, &service);
        grown = ow_grow(guest->services, guest->n_services, &guest->cap_services, sizeof *grown);
        if (!grown) {
                guest->out_of_memory = true;
                service_done(&service);
                return;
        }
        guest->services = grown;
        grown[guest->n_services++] = service;
}

static int by_name(const void *a, const void *b)
{
        const ow_service *x = a, *y = b;

        return ow_name_compare(x->name, y->name);
}

int ow_guest_services(ow_guest *guest, const ow_service **ret, size_t *ret_count, ow_error *err)
{
        ow_subkey_iter iter = { 0 };
        ow_regkey services, key;
        char *name;

        if (!guest->services_read && guest_ccs_key(guest, "Services", &services))
                while (guest_next_subkey(guest, services, &iter, &key, &name))
                        add_service(guest, key, name);
        if (guest->out_of_memory) {
                guest->out_of_memory = false;
                guest_services_done(guest);
                return ow_fail_nomem(err);
        }
        if (!guest->services_read && guest->n_services)
                qsort(guest->services, guest->n_services, sizeof *guest->services, by_name);
        guest->services_read = true;
        *ret = guest->services;
        *ret_count = guest->n_services;
        return 0;
}
