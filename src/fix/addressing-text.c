/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An addressing told setting by setting, in the words that ow_addressing_set() takes. */
#include "fix/addressing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"

const char *addressing_netbios_name(uint32_t mode)
{
        static const char *const names[] = { "default", "on", "off" };

        return mode < OW_COUNT(names) ? names[mode] : "default";
}

static void put_metric(char text[ADDRESSING_TEXT], int64_t metric)
{
        size_t n = strlen(text);

        if (metric != OW_METRIC_AUTOMATIC)
                (void)snprintf(text + n, ADDRESSING_TEXT - n, "@%" PRId64, metric);
}

void addressing_gateway_text(const ow_gateway *gateway, char text[ADDRESSING_TEXT])
{
        ow_address_format(&gateway->address, text);
        put_metric(text, gateway->metric);
}

void addressing_route_text(const ow_static_route *route, char text[ADDRESSING_TEXT])
{
        char network[OW_PREFIX_TEXT], hop[OW_ADDRESS_TEXT];

        ow_prefix_format(&route->destination, network);
        ow_address_format(&route->gateway, hop);
        (void)snprintf(text, ADDRESSING_TEXT, "%s=%s", network, hop);
        put_metric(text, route->metric);
}

/* Where to, and whether it still goes well. */
struct teller {
        int (*fn)(void *state, const char *word, uint8_t family, const char *text, ow_error *err);
        void *state;
        ow_error *err;
        int r;
};

static void tell(struct teller *t, const char *word, uint8_t family, const char *text)
{
        if (t->r == 0)
                t->r = t->fn(t->state, word, family, text, t->err);
}

static void tell_servers(struct teller *t, const char *word, const ow_address *servers, size_t n)
{
        char text[ADDRESSING_TEXT];

        for (size_t i = 0; i < n; i++) {
                ow_address_format(&servers[i], text);
                tell(t, word, servers[i].family, text);
        }
}

static void tell_lists(struct teller *t, const ow_addressing *a)
{
        char text[ADDRESSING_TEXT];

        for (size_t i = 0; i < a->n_addresses; i++) {
                ow_prefix_format(&a->addresses[i], text);
                tell(t, "address", a->addresses[i].address.family, text);
        }
        for (size_t i = 0; i < a->n_gateways; i++) {
                addressing_gateway_text(&a->gateways[i], text);
                tell(t, "gateway", a->gateways[i].address.family, text);
        }
        tell_servers(t, "dns", a->dns, a->n_dns);
        tell_servers(t, "wins", a->wins, a->n_wins);
        for (size_t i = 0; i < a->n_routes; i++) {
                addressing_route_text(&a->routes[i], text);
                tell(t, "route", a->routes[i].gateway.family, text);
        }
}

static void tell_number(struct teller *t, const char *word, const ow_setting *setting)
{
        char text[ADDRESSING_TEXT];

        (void)snprintf(text, sizeof text, "%u", setting->value);
        if (setting->set)
                tell(t, word, OW_FAMILY_NONE, text);
}

static void tell_yes_no(struct teller *t, const char *word, const ow_setting *setting)
{
        if (setting->set)
                tell(t, word, OW_FAMILY_NONE, setting->value ? "yes" : "no");
}

int ow_addressing_each(const ow_addressing *a,
                       int (*fn)(void *state, const char *word, uint8_t family, const char *text, ow_error *err),
                       void *state, ow_error *err)
{
        struct teller t = { fn, state, err, 0 };

        if (a->name)
                tell(&t, "name", OW_FAMILY_NONE, a->name);
        if (a->dhcp)
                tell(&t, "dhcp", OW_FAMILY_IPV4, "yes");
        tell_lists(&t, a);
        if (a->suffix && a->suffix[0])
                tell(&t, "suffix", OW_FAMILY_NONE, a->suffix);
        tell_yes_no(&t, "register", &a->register_addresses);
        tell_yes_no(&t, "register-suffix", &a->register_suffix);
        if (a->netbios.set)
                tell(&t, "netbios", OW_FAMILY_NONE, addressing_netbios_name(a->netbios.value));
        tell_number(&t, "mtu", &a->mtu);
        tell_number(&t, "metric", &a->metric);
        return t.r;
}
