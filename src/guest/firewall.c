/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Windows Firewall. From Vista on a rule is a text of fields, "v2.10|Action=Allow|Dir=In|App=...|", below SharedAccess
 * and, for Group Policy, below SOFTWARE\Policies. XP lists programs for each profile, "path:scope:Enabled:name".
 */
#include <offwin/firewall.h>

#include <stdlib.h>
#include <string.h>

#include "base/utf16.h"
#include "guest/bag.h"
#include "guest/extra.h"
#include "guest/version.h"

#define POLICY     "HKLM\\SOFTWARE\\Policies\\Microsoft\\WindowsFirewall"
#define PROFILES   "\\%sProfile"
#define PROGRAMS   PROFILES "\\AuthorizedApplications\\List"

enum {
        RULES_MAX = 20000,
        LOOKS_MAX = 2000,       /* programs that are looked for; others stay unknown */
        GUID_CHARS = 38,
        TEXT_MAX = 512,
};

struct look {
        const char *program;
        enum ow_firewall_object state;
};

struct firewall {
        struct guest_extra extra; /* first */
        ow_firewall facts;
};

/* What one reading needs and nobody keeps. */
struct reading {
        struct guest_pool *pool;
        const ow_network *network;
        struct guest_list rules, looks;
};

bool ow_firewall_rule_left_over(const ow_firewall_rule *rule)
{
        return rule->active &&
               (rule->program_state == OW_FIREWALL_GONE || rule->adapter_state == OW_FIREWALL_GONE);
}

/* ---- what a rule is about ---- */

static enum ow_firewall_object look_for(struct guest_pool *pool, const char *program)
{
        int r;

        if (!strchr(program, '\\')) /* "System", the kernel's own */
                return OW_FIREWALL_UNKNOWN;
        r = guest_path_there(pool->guest, program);
        if (r < 0)
                return OW_FIREWALL_UNKNOWN;
        return r > 0 ? OW_FIREWALL_THERE : OW_FIREWALL_GONE;
}

/* Many rules are about few programs. */
static enum ow_firewall_object program_state(struct reading *reading, const char *program)
{
        struct look *looks = reading->looks.items;

        for (size_t i = 0; i < reading->looks.n; i++)
                if (guest_text_equal(looks[i].program, program))
                        return looks[i].state;
        looks = guest_list_add(reading->pool->guest, &reading->looks, sizeof *looks, LOOKS_MAX);
        if (!looks)
                return OW_FIREWALL_UNKNOWN;
        *looks = (struct look){ program, look_for(reading->pool, program) };
        return looks->state;
}

static enum ow_firewall_object adapter_state(const struct reading *reading, const ow_texts *guids)
{
        for (size_t i = 0; i < guids->count; i++)
                for (size_t k = 0; k < reading->network->n_adapters; k++) {
                        const ow_adapter *a = &reading->network->adapters[k];

                        if (guest_text_equal(a->guid, guids->items[i]) && a->verdict.presence != OW_PRESENCE_GHOST)
                                return OW_FIREWALL_THERE;
                }
        return guids->count ? OW_FIREWALL_GONE : OW_FIREWALL_UNKNOWN;
}

/* Every GUID in text, whatever stands between them, behind those of list. */
static void add_guids(struct guest_pool *pool, const char *text, ow_texts *list)
{
        const char **grown;
        size_t n = list->count;

        for (const char *p = strchr(text, '{'); p; p = strchr(p + 1, '{'))
                n += strlen(p) >= GUID_CHARS && p[GUID_CHARS - 1] == '}';
        if (n == list->count || n > TEXT_MAX)
                return;
        grown = guest_pool_alloc(pool, n, sizeof *grown);
        if (!grown)
                return;
        for (n = 0; n < list->count; n++)
                grown[n] = list->items[n];
        for (const char *p = strchr(text, '{'); p; p = strchr(p + 1, '{'))
                if (strlen(p) >= GUID_CHARS && p[GUID_CHARS - 1] == '}')
                        grown[n++] = guest_pool_printf(pool, "%.*s", GUID_CHARS, p);
        list->items = grown;
        list->count = n;
}

/* ---- rules of Vista and later ---- */

struct fields {
        char profiles[TEXT_MAX], ports[TEXT_MAX];
};

/* One field, cut at its '='. What else there is limits the rule further and is nothing to us. */
static void take_field(struct guest_pool *pool, ow_firewall_rule *rule, struct fields *more, const char *key,
                       const char *value)
{
        const struct {
                const char *key;
                const char **text;
        } texts[] = { { "App", &rule->program }, { "Svc", &rule->service }, { "Name", &rule->name } };

        for (size_t i = 0; i < OW_COUNT(texts); i++)
                if (strcmp(key, texts[i].key) == 0)
                        *texts[i].text = guest_pool_text(pool, value);
        if (strcmp(key, "Action") == 0)
                rule->allow = strcmp(value, "Block") != 0;
        else if (strcmp(key, "Dir") == 0)
                rule->inbound = strcmp(value, "Out") != 0;
        else if (strcmp(key, "Active") == 0)
                rule->active = guest_text_equal(value, "TRUE");
        else if (strcmp(key, "Protocol") == 0)
                rule->protocol = (uint32_t)strtoul(value, NULL, 10);
        else if (strcmp(key, "Profile") == 0)
                guest_append(more->profiles, sizeof more->profiles, value);
        else if (strcmp(key, "LPort") == 0 || strcmp(key, "LPort2_10") == 0)
                guest_append(more->ports, sizeof more->ports, value);
        else if (strcmp(key, "IF") == 0)
                add_guids(pool, value, &rule->adapters);
}

/* Cuts text into its fields. */
static void take_rule(struct guest_pool *pool, ow_firewall_rule *rule, char *text)
{
        struct fields more = { "", "" };
        char *save = NULL;

        for (char *field = strtok_r(text, "|", &save); field; field = strtok_r(NULL, "|", &save)) {
                char *equals = strchr(field, '=');

                if (!equals) /* the version */
                        continue;
                *equals = '\0';
                take_field(pool, rule, &more, field, equals + 1);
        }
        rule->profiles = guest_pool_text(pool, more.profiles);
        rule->ports = guest_pool_text(pool, more.ports);
}

static ow_firewall_rule *new_rule(struct reading *reading, const char *where, const char *id)
{
        ow_firewall_rule *rule =
                guest_list_add(reading->pool->guest, &reading->rules, sizeof *rule, RULES_MAX);

        if (!rule)
                return NULL;
        rule->where = where;
        rule->id = rule->name = guest_pool_text(reading->pool, id);
        rule->program = rule->service = rule->profiles = rule->ports = "";
        rule->protocol = OW_FIREWALL_ANY_PROTOCOL;
        rule->inbound = rule->allow = true;
        return rule;
}

/* Rules that are called by a resource ("@FirewallAPI.dll,-33003") are Windows' own, whatever its disk may lack. */
static void end_rule(struct reading *reading, ow_firewall_rule *rule)
{
        if (rule->active && rule->program[0] && rule->name[0] != '@')
                rule->program_state = program_state(reading, rule->program);
        rule->adapter_state = adapter_state(reading, &rule->adapters);
}

static void read_rules(struct reading *reading, const char *where, bool policy)
{
        GUEST_AUTO_BAG bag = { 0 };
        const struct bag_value *values;
        ow_regkey key;

        if (!guest_key(reading->pool->guest, where, &key))
                return;
        guest_bag_load(reading->pool->guest, key, where, &bag);
        values = bag.values.items;
        for (size_t i = 0; i < bag.values.n; i++) {
                OW_AUTO_FREE char *text = NULL;
                ow_firewall_rule *rule;

                if (values[i].type != OW_REG_SZ)
                        continue;
                rule = new_rule(reading, where, values[i].name);
                text = ow_utf16_text((ow_view){ values[i].blob.p, values[i].blob.size });
                if (!rule || !text) {
                        reading->pool->guest->out_of_memory |= !text;
                        return;
                }
                rule->policy = policy;
                take_rule(reading->pool, rule, text);
                end_rule(reading, rule);
        }
}

/* ---- programs of XP ---- */

static void read_programs(struct reading *reading, const char *where, const char *profile, bool policy)
{
        GUEST_AUTO_BAG bag = { 0 };
        const struct bag_value *values;
        ow_regkey key;

        if (!guest_key(reading->pool->guest, where, &key))
                return;
        guest_bag_load(reading->pool->guest, key, where, &bag);
        values = bag.values.items;
        for (size_t i = 0; i < bag.values.n; i++) {
                size_t n = strlen(values[i].name);
                ow_firewall_rule *rule;
                char text[2 * TEXT_MAX], *save = NULL, *state;

                if (!guest_blob_text(reading->pool->guest, where, values[i].type, &values[i].blob, text, sizeof text))
                        continue;
                rule = new_rule(reading, where, values[i].name);
                if (!rule)
                        return;
                rule->program = rule->id;
                rule->profiles = profile;
                rule->policy = policy;
                /* The path, which has a colon itself, is the value's name. */
                if (strlen(text) > n && text[n] == ':' && strtok_r(text + n, ":", &save)) {
                        state = strtok_r(NULL, ":", &save);
                        rule->active = state && guest_text_equal(state, "Enabled");
                        rule->name = save && save[0] ? guest_pool_text(reading->pool, save) : rule->id;
                }
                end_rule(reading, rule);
        }
}

/* ---- profiles ---- */

static void read_profile(struct reading *reading, const char *where, const char *name, struct guest_list *list)
{
        GUEST_AUTO_BAG bag = { 0 };
        ow_firewall_profile *profile;
        ow_regkey key;

        if (!guest_key(reading->pool->guest, where, &key))
                return;
        profile = guest_list_add(reading->pool->guest, list, sizeof *profile, TEXT_MAX);
        if (!profile)
                return;
        guest_bag_load(reading->pool->guest, key, where, &bag);
        profile->name = name;
        profile->enabled = guest_bag_number(&bag, "EnableFirewall");
        add_guids(reading->pool, guest_bag_text(&bag, "DisabledInterfaces", reading->pool), &profile->off);
}

/* ---- all of it ---- */

static void read_store(struct reading *reading, const char *root, bool policy, bool old, struct guest_list *profiles)
{
        static const char *const keys[] = { "Domain", "Standard", "Public" };

        for (size_t i = 0; i < OW_COUNT(keys); i++) {
                const char *where = guest_pool_printf(reading->pool, "%s" PROFILES, root, keys[i]);
                const char *name = i == 1 && !old ? "Private" : keys[i];

                if (!policy)
                        read_profile(reading, where, name, profiles);
                if (old)
                        read_programs(reading, guest_pool_printf(reading->pool, "%s" PROGRAMS, root, keys[i]), name,
                                      policy);
        }
        if (!old)
                read_rules(reading, guest_pool_printf(reading->pool, "%s\\FirewallRules", root), policy);
}

static void read_firewall(struct guest_extra *extra)
{
        struct firewall *firewall = (struct firewall *)extra;
        struct guest_pool *pool = &extra->pool;
        struct reading reading = { .pool = pool };
        GUEST_AUTO_LIST profiles = { 0 };
        bool old = pool->guest->windows.major < 6;

        if (ow_guest_network(pool->guest, &reading.network, NULL) < 0) {
                pool->guest->out_of_memory = true; /* nothing else makes it fail */
                return;
        }
        read_store(&reading,
                   guest_pool_printf(pool,
                                     "HKLM\\SYSTEM\\ControlSet%03u\\Services\\SharedAccess\\Parameters\\FirewallPolicy",
                                     ow_guest_control_sets(pool->guest)->current),
                   false, old, &profiles);
        read_store(&reading, POLICY, true, old, &profiles);
        firewall->facts.profiles =
                guest_pool_copy(pool, profiles.items, profiles.n, sizeof *firewall->facts.profiles);
        firewall->facts.n_profiles = firewall->facts.profiles ? profiles.n : 0;
        firewall->facts.rules =
                guest_pool_copy(pool, reading.rules.items, reading.rules.n, sizeof *firewall->facts.rules);
        firewall->facts.n_rules = firewall->facts.rules ? reading.rules.n : 0;
        guest_list_done(&reading.rules);
        guest_list_done(&reading.looks);
}

int ow_guest_firewall(ow_guest *guest, const ow_firewall **ret, ow_error *err)
{
        int r = guest_extra_load(guest, &guest->firewall, sizeof(struct firewall), read_firewall, err);

        if (r == 0)
                *ret = &((struct firewall *)guest->firewall)->facts;
        return r;
}
