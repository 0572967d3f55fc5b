/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * C:\Windows\offwin\network.json: addresses that the first-boot service gives to cards (docs/firstboot.md is the
 * format). An entry replaces those for the same card or of the same old identity; others stay.
 */
#include "fix/net.h"

#include <stdlib.h>
#include <string.h>

#include "fix/first-boot-network-json.h"
#include "fix/first-boot-network.h"

static const struct fix_action first_boot_action = {
        .name = "first-boot-network",
        .title = "Hand addresses to the first boot",
        .why = "The card of the virtual machine is not known before Windows has installed it, and not every Windows "
               "takes every setting from the registry.",
};

struct net_first_boot {
        ow_addressing want;
        char *guid, *from; /* NULL: none */
        bool renew;        /* only in the place of one that is there */
        bool drop;         /* ... which goes */
        bool matched;      /* one is there */
};

/* ---- entries of a plan ---- */

static void entry_done(struct net_first_boot *entry)
{
        ow_addressing_done(&entry->want);
        ow_free(entry->guid);
        ow_free(entry->from);
}

void first_boot_network_done(ow_plan *plan)
{
        for (size_t i = 0; i < plan->n_first_boot; i++)
                entry_done(&plan->first_boot[i]);
        ow_free(plan->first_boot);
}

static int add(ow_plan *plan, const ow_addressing *want, const char *guid, const char *from, bool renew,
               ow_error *err)
{
        void *grown = ow_grow(plan->first_boot, plan->n_first_boot, &plan->cap_first_boot, sizeof *plan->first_boot);
        struct net_first_boot entry = { .guid = guid ? ow_strdup(guid) : NULL,
                                        .from = from ? ow_strdup(from) : NULL,
                                        .renew = renew,
                                        .drop = !want };
        int r = 0;

        if (grown)
                plan->first_boot = grown;
        ow_addressing_init(&entry.want);
        if (!grown || (guid && !entry.guid) || (from && !entry.from))
                r = ow_fail_nomem(err);
        else if (want)
                r = ow_addressing_copy(want, &entry.want, err);
        if (r < 0) {
                entry_done(&entry);
                return r;
        }
        plan->first_boot[plan->n_first_boot++] = entry;
        return 0;
}

int net_first_boot_add(ow_plan *plan, const ow_addressing *want, const char *guid, const char *from, ow_error *err)
{
        return add(plan, want, guid, from, false, err);
}

int net_first_boot_renew(ow_plan *plan, const ow_addressing *want, const char *guid, ow_error *err)
{
        return guid[0] ? add(plan, want, guid, NULL, true, err) : 0;
}

/* ---- writing ---- */

struct writer {
        json_t *object;
        bool failed;
};

static const char *list_of(const char *word)
{
        static const char *const lists[][2] = { { "address", "addresses" },
                                                { "gateway", "gateways" },
                                                { "dns", "dns" },
                                                { "wins", "wins" },
                                                { "route", "routes" } };

        for (size_t i = 0; i < OW_COUNT(lists); i++)
                if (strcmp(lists[i][0], word) == 0)
                        return lists[i][1];
        return NULL;
}

/* Addresses are lists of text, yes and no are booleans, mtu and metric numbers. */
static int put_setting(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        struct writer *w = state;
        const char *list = list_of(word);
        json_t *array = list ? json_object_get(w->object, list) : NULL;
        json_t *value;

        (void)family;
        if (list) {
                if (!array && json_object_set_new(w->object, list, array = json_array()) != 0)
                        return ow_fail_nomem(err);
                return json_array_append_new(array, json_string(text)) == 0 ? 0 : ow_fail_nomem(err);
        }
        if (strcmp(word, "dhcp") == 0 || strncmp(word, "register", 8) == 0)
                value = json_boolean(strcmp(text, "yes") == 0);
        else if (strcmp(word, "mtu") == 0 || strcmp(word, "metric") == 0)
                value = json_integer(strtol(text, NULL, 10));
        else
                value = json_string(text);
        return json_object_set_new(w->object, word, value) == 0 ? 0 : ow_fail_nomem(err);
}

static int entry_json(const struct net_first_boot *entry, json_t **ret, ow_error *err)
{
        AUTO_JSON object = json_object();
        struct writer w = { object, false };
        char mac[OW_MAC_TEXT];
        int r = 0;

        if (!object)
                return ow_fail_nomem(err);
        ow_mac_format(&entry->want.mac, mac);
        if (entry->want.has_mac)
                r = json_object_set_new(object, "mac", json_string(mac));
        if (r == 0 && entry->guid)
                r = json_object_set_new(object, "guid", json_string(entry->guid));
        if (r == 0 && entry->from)
                r = json_object_set_new(object, "from", json_string(entry->from));
        if (r == 0 && !entry->want.dhcp)
                r = json_object_set_new(object, "dhcp", json_false());
        if (r != 0)
                return ow_fail_nomem(err);
        r = ow_addressing_each(&entry->want, put_setting, &w, err);
        if (r == 0) {
                *ret = object;
                object = NULL;
        }
        return r;
}

/* ---- what is there ---- */

/* An entry that one of the plan's takes the place of. */
static bool replaced(const ow_plan *plan, const json_t *object)
{
        char mac[OW_MAC_TEXT];
        bool found = false;

        for (size_t i = 0; i < plan->n_first_boot; i++) {
                struct net_first_boot *entry = &plan->first_boot[i];

                ow_mac_format(&entry->want.mac, mac);
                if ((entry->want.has_mac && first_boot_entry_is(object, "mac", mac)) ||
                    first_boot_entry_is(object, "guid", entry->guid) ||
                    first_boot_entry_is(object, "from", entry->from))
                        found = entry->matched = true;
        }
        return found;
}

static int put_entries(const ow_plan *plan, const json_t *old, json_t *adapters, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < json_array_size(old) && r == 0; i++) {
                json_t *entry = json_array_get(old, i);

                if (!replaced(plan, entry) && json_array_append(adapters, entry) != 0)
                        r = ow_fail_nomem(err);
        }
        for (size_t i = 0; i < plan->n_first_boot && r == 0; i++) {
                json_t *entry = NULL;

                if (plan->first_boot[i].drop || (plan->first_boot[i].renew && !plan->first_boot[i].matched))
                        continue;
                r = entry_json(&plan->first_boot[i], &entry, err);
                if (r == 0 && json_array_append_new(adapters, entry) != 0)
                        r = ow_fail_nomem(err);
        }
        return r;
}

static bool has_effect(const ow_plan *plan)
{
        for (size_t i = 0; i < plan->n_first_boot; i++)
                if (!plan->first_boot[i].renew || plan->first_boot[i].matched)
                        return true;
        return false;
}

/* *ret stays NULL when there is nothing to write. */
static int file_text(const ow_plan *plan, ow_guest *guest, char **ret, ow_error *err)
{
        AUTO_JSON root = json_object();
        AUTO_JSON old = NULL;
        json_t *adapters = json_array();
        int r;

        if (json_object_set_new(root, "offwin", json_integer(FIRST_BOOT_NETWORK_FORMAT)) != 0 ||
            json_object_set_new(root, "machine", json_string(ow_guest_windows(guest)->computer_name)) != 0 ||
            json_object_set_new(root, "adapters", adapters) != 0)
                return ow_fail_nomem(err);
        r = first_boot_network_load(guest, &old, err);
        if (r == 0)
                r = put_entries(plan, old, adapters, err);
        if (r < 0 || !has_effect(plan))
                return r;
        *ret = json_dumps(root, JSON_INDENT(2));
        return *ret ? 0 : ow_fail_nomem(err);
}

int first_boot_network_record(ow_plan *plan, ow_guest *guest, ow_error *err)
{
        struct fix_job job;
        char *text = NULL;
        int r;

        if (plan->n_first_boot == 0)
                return 0;
        r = file_text(plan, guest, &text, err);
        if (r < 0 || !text)
                return r;
        r = fix_action_begin(&job, plan, guest, &first_boot_action, err);
        if (r == 0) {
                r = fix_job_file(&job, FIRST_BOOT_NETWORK_FILE, text, strlen(text), err);
                if (r == 0 && job.left_out)
                        r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "cannot write '%s': %.*s", FIRST_BOOT_NETWORK_FILE,
                                    (int)job.left_reason.len, (const char *)job.left_reason.p);
                fix_action_done(&job);
        }
        free(text); /* jansson's */
        return r;
}
