/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The addresses of a machine as a plan file, to be edited and given back. */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/upcase.h"
#include "fix/addressing.h"
#include "fix/net-set.h"
#include "fix/planfile-network.h"

struct export
{
        struct planfile content;
        struct planfile_machine machine;
        struct planfile_network network;
        ow_buffer notes; /* comments about what is left out */
};

static int add_text(char ***list, unsigned *count, const char *text, ow_error *err)
{
        char **grown = ow_realloc_array(*list, *count + 1, sizeof *grown);

        if (!grown)
                return ow_fail_nomem(err);
        *list = grown;
        grown[*count] = ow_strdup(text);
        return grown[(*count)++] ? 0 : ow_fail_nomem(err);
}

/* "10.9.0.0/16=10.0.0.254@5" */
static int add_route(struct planfile_adapter *a, const char *text, ow_error *err)
{
        struct planfile_route *grown = ow_realloc_array(a->routes, a->routes_count + 1, sizeof *grown);
        const char *equals = strchr(text, '='), *at = strchr(text, '@');
        struct planfile_route *route;

        if (!grown || !equals)
                return ow_fail_nomem(err);
        a->routes = grown;
        route = &grown[a->routes_count++];
        *route = (struct planfile_route){
                .to = ow_strndup(text, (size_t)(equals - text)),
                .via = at ? ow_strndup(equals + 1, (size_t)(at - equals - 1)) : ow_strdup(equals + 1),
        };
        if (at) {
                route->metric = ow_malloc(sizeof *route->metric);
                if (!route->metric || sscanf(at + 1, "%u", route->metric) != 1)
                        return ow_fail_nomem(err);
        }
        return route->to && route->via ? 0 : ow_fail_nomem(err);
}

static int set_text(char **slot, const char *text, ow_error *err)
{
        *slot = ow_strdup(text);
        return *slot ? 0 : ow_fail_nomem(err);
}

static int set_choice(enum planfile_choice **slot, const char *text, ow_error *err)
{
        *slot = ow_malloc(sizeof **slot);
        if (!*slot)
                return ow_fail_nomem(err);
        **slot = strcmp(text, "yes") == 0 ? PLANFILE_YES : PLANFILE_NO;
        return 0;
}

static int set_number(uint32_t **slot, const char *text, ow_error *err)
{
        *slot = ow_malloc(sizeof **slot);
        return *slot && sscanf(text, "%u", *slot) == 1 ? 0 : ow_fail_nomem(err);
}

static int take(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        struct planfile_adapter *a = state;

        (void)family;
        if (strcmp(word, "address") == 0)
                return add_text(&a->addresses, &a->addresses_count, text, err);
        if (strcmp(word, "gateway") == 0)
                return add_text(&a->gateways, &a->gateways_count, text, err);
        if (strcmp(word, "dns") == 0)
                return add_text(&a->dns, &a->dns_count, text, err);
        if (strcmp(word, "wins") == 0)
                return add_text(&a->wins, &a->wins_count, text, err);
        if (strcmp(word, "route") == 0)
                return add_route(a, text, err);
        if (strcmp(word, "dhcp") == 0)
                return set_choice(&a->dhcp, text, err);
        if (strcmp(word, "register") == 0)
                return set_choice(&a->register_addresses, text, err);
        if (strcmp(word, "register-suffix") == 0)
                return set_choice(&a->register_suffix, text, err);
        if (strcmp(word, "suffix") == 0)
                return set_text(&a->suffix, text, err);
        if (strcmp(word, "netbios") == 0)
                return set_text(&a->netbios, text, err);
        if (strcmp(word, "mtu") == 0)
                return set_number(&a->mtu, text, err);
        return strcmp(word, "metric") == 0 ? set_number(&a->metric, text, err) : 0;
}

/* ---- which adapters, and what names them ---- */

/* One that a person gives addresses to: not a tunnel, a member of a team, or what `net set` would refuse. */
static bool wanted(const ow_network *network, size_t index)
{
        const ow_adapter *a = &network->adapters[index];

        if (!net_takes_addresses(a) || a->kind == OW_ADAPTER_LOOPBACK)
                return false;
        if (a->hidden || ow_network_carrier(network, index) != index)
                return false;
        return a->name[0] || a->hardware_device || a->kind == OW_ADAPTER_TEAM;
}

/* YAML has no way to write a lone surrogate. */
static bool is_unicode(const char *text)
{
        for (const char *at = strchr(text, '\xed'); at; at = strchr(at + 1, '\xed'))
                if ((unsigned char)at[1] >= 0xa0)
                        return false;
        return true;
}

static bool names(const ow_network *network, size_t index, const char *text)
{
        size_t found;

        return text[0] && ow_name_compare(text, "auto") != 0 && addressing_is_name(text) && is_unicode(text) &&
               ow_network_find(network, text, &found, NULL) == 0 && found == index;
}

/* What a plan finds this adapter by and no other: the connection's name, else the GUID; NT 4 has neither. */
static const char *name_of(const ow_network *network, size_t index)
{
        const ow_adapter *a = &network->adapters[index];
        const char *const texts[] = { a->name, a->guid, a->description, a->class_number };

        for (size_t i = 0; i < OW_COUNT(texts); i++)
                if (names(network, index, texts[i]))
                        return texts[i];
        return NULL;
}

/* ---- what a machine has twice ---- */

static bool has_route(const ow_addressing *a, const ow_route *route)
{
        for (size_t i = 0; i < a->n_routes; i++)
                if (ow_prefix_equal(&a->routes[i].destination, &route->destination) &&
                    ow_address_equal(&a->routes[i].gateway, &route->gateway))
                        return true;
        return false;
}

/* A list of routes takes the place of all that the adapter can reach: also of those that others can use as well. */
static int take_common_routes(const ow_network *network, ow_addressing *have, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < network->n_routes && have->n_routes && r == 0; i++) {
                const ow_route *route = &network->routes[i];
                int64_t metric = route->metric < 0 ? OW_METRIC_AUTOMATIC : route->metric;
                ow_static_route copy = { route->destination, route->gateway, metric };

                if (route->adapter == OW_NO_ADAPTER && route->destination.bits > 0 &&
                    route->destination.bits != OW_PREFIX_UNKNOWN && addressing_reaches(have, &route->gateway) &&
                    !has_route(have, route))
                        r = ow_addressing_add_route(have, &copy, err);
        }
        return r;
}

/* An address of a card that is gone which one that is there has now, or another one before it; NULL. */
static const ow_address *taken(const ow_network *network, size_t index)
{
        const ow_adapter *a = &network->adapters[index];
        const ow_address *address = NULL;

        for (size_t i = 0; i < network->n_adapters && a->verdict.presence == OW_PRESENCE_GHOST && !address; i++) {
                const ow_adapter *other = &network->adapters[i];

                if (i == index || !wanted(network, i) || (other->verdict.presence == OW_PRESENCE_GHOST && i > index))
                        continue;
                address = addressing_shared(&a->ipv4.addresses, &other->ipv4.addresses);
                if (!address)
                        address = addressing_shared(&a->ipv6.addresses, &other->ipv6.addresses);
        }
        return address;
}

/* No plan may give one address to two. */
static void leave_out(struct export *e, const ow_adapter *adapter, const ow_address *address)
{
        char text[OW_ADDRESS_TEXT];

        ow_address_format(address, text);
        ow_buffer_printf(&e->notes, "# Left out: %s, a card that is gone; another adapter has its %s.\n",
                         adapter->guid, text);
}

static int adapter_take(struct export *e, ow_guest *guest, const ow_network *network, size_t index, ow_error *err)
{
        const ow_adapter *adapter = &network->adapters[index];
        __attribute__((cleanup(ow_addressing_done))) ow_addressing have;
        struct planfile_adapter *a = &e->network.adapters[e->network.adapters_count];
        const ow_address *twice = taken(network, index);
        const char *name = name_of(network, index);
        int r;

        ow_addressing_init(&have);
        if (twice) {
                leave_out(e, adapter, twice);
                return 0;
        }
        r = ow_addressing_load(guest, index, &have, err);
        if (r < 0)
                return r == OW_E_NOMEM ? r : ow_wrap(err, r, "'%s'", net_shown(adapter));
        if (!adapter->name[0] && have.n_addresses == 0 && !adapter->ipv4.damaged) /* nothing that anybody gave it */
                return 0;
        if (have.damaged)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s': its addresses cannot be read whole; `offwin net set` gives it others",
                               net_shown(adapter));
        if (!name)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                               "'%s': nothing names this adapter alone, so that no plan could; `offwin net show "
                               "--json` has it",
                               net_shown(adapter));
        e->network.adapters_count++;
        r = take_common_routes(network, &have, err);
        if (r == 0)
                r = set_text(&a->adapter, name, err);
        return r == 0 ? ow_addressing_each(&have, take, a, err) : r;
}

static int adapters_take(struct export *e, ow_guest *guest, ow_error *err)
{
        const ow_network *network;
        int r;

        r = ow_guest_network(guest, &network, err);
        if (r < 0)
                return r;
        e->network.adapters = ow_calloc(network->n_adapters, sizeof *e->network.adapters);
        if (!e->network.adapters)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < network->n_adapters && r == 0; i++)
                if (wanted(network, i))
                        r = adapter_take(e, guest, network, i, err);
        return r;
}

static void list_done(char **list, unsigned count)
{
        for (unsigned i = 0; i < count; i++)
                ow_free(list[i]);
        ow_free(list);
}

static void adapter_done(struct planfile_adapter *a)
{
        list_done(a->addresses, a->addresses_count);
        list_done(a->gateways, a->gateways_count);
        list_done(a->dns, a->dns_count);
        list_done(a->wins, a->wins_count);
        for (unsigned i = 0; i < a->routes_count; i++) {
                ow_free(a->routes[i].to);
                ow_free(a->routes[i].via);
                ow_free(a->routes[i].metric);
        }
        ow_free(a->routes);
        ow_free(a->adapter);
        ow_free(a->suffix);
        ow_free(a->netbios);
        ow_free(a->dhcp);
        ow_free(a->register_addresses);
        ow_free(a->register_suffix);
        ow_free(a->mtu);
        ow_free(a->metric);
}

static void export_done(struct export *e)
{
        for (unsigned i = 0; i < e->network.adapters_count; i++)
                adapter_done(&e->network.adapters[i]);
        ow_free(e->network.adapters);
        ow_free(e->machine.name);
        ow_buffer_done(&e->notes);
}

int ow_planfile_export(ow_guest *guest, char **ret_text, ow_error *err)
{
        __attribute__((cleanup(export_done))) struct export e = { .content = { .version = 1 },
                                                                  .notes = OW_BUFFER_INIT };
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        int r;

        e.content.machine = &e.machine;
        e.content.network = &e.network;
        r = set_text(&e.machine.name, ow_guest_windows(guest)->computer_name, err);
        if (r == 0)
                r = adapters_take(&e, guest, err);
        if (r == 0) {
                ow_buffer_put(&text, e.notes.p, e.notes.len);
                r = ow_buffer_failed(&e.notes) ? ow_fail_nomem(err) : planfile_write(&e.content, &text, err);
        }
        if (r < 0)
                return r;
        *ret_text = ow_buffer_take_text(&text);
        return *ret_text ? 0 : ow_fail_nomem(err);
}
