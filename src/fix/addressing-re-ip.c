/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Into another network by rule: the network part of an address changes, its host part stays. */
#include <offwin/addressing.h>

#include <string.h>

#include "base/macros.h"

static int half_parse(const char *text, size_t size, ow_prefix *ret, ow_error *err)
{
        char half[OW_PREFIX_TEXT];
        ow_prefix network;

        if (size < sizeof half) {
                memcpy(half, text, size);
                half[size] = '\0';
                if (ow_prefix_parse(half, ret) && ret->bits != OW_PREFIX_UNKNOWN && ret->bits > 0) {
                        network = ow_prefix_network(ret);
                        if (ow_prefix_equal(&network, ret))
                                return 0;
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                                       "re-IP rule: '%s' is no network, bits behind its "
                                       "prefix are set",
                                       half);
                }
        }
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "re-IP rule: '%.*s' is not NETWORK/PREFIX", (int)size, text);
}

int ow_re_ip_parse(const char *text, ow_re_ip *ret, ow_error *err)
{
        const char *equals = strchr(text, '=');
        ow_re_ip rule;
        int r;

        if (!equals)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "re-IP rule '%s' is not OLD/PREFIX=NEW/PREFIX", text);
        r = half_parse(text, (size_t)(equals - text), &rule.from, err);
        if (r == 0)
                r = half_parse(equals + 1, strlen(equals + 1), &rule.to, err);
        if (r < 0)
                return r;
        if (rule.from.address.family != rule.to.address.family)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "re-IP rule '%s' mixes IPv4 and IPv6", text);
        if (ow_prefix_equal(&rule.from, &rule.to))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "re-IP rule '%s' changes nothing", text);
        *ret = rule;
        return 0;
}

/* ---- one address ---- */

static bool bit_get(const ow_address *address, unsigned bit)
{
        return (address->b[bit / 8] >> (7 - bit % 8)) & 1;
}

static void bit_put(ow_address *address, unsigned bit, bool value)
{
        uint8_t mask = (uint8_t)(0x80 >> (bit % 8));

        address->b[bit / 8] = (uint8_t)(value ? address->b[bit / 8] | mask : address->b[bit / 8] & ~mask);
}

/* Of several rules that fit the one for the smallest network, whatever their order. */
static const ow_re_ip *rule_for(const ow_re_ip *rules, size_t n, const ow_address *address)
{
        const ow_re_ip *best = NULL;

        for (size_t i = 0; i < n; i++)
                if (ow_prefix_contains(&rules[i].from, address) && (!best || rules[i].from.bits > best->from.bits))
                        best = &rules[i];
        return best;
}

/* The network part of the rule, the host part of address; OW_E_INVAL when the host part is longer than its room. */
static int move(const ow_re_ip *rule, ow_address *address, ow_error *err)
{
        unsigned bits = ow_family_bits(address->family);
        char text[OW_ADDRESS_TEXT], to[OW_PREFIX_TEXT];

        for (unsigned bit = rule->from.bits; bit < rule->to.bits; bit++) {
                if (!bit_get(address, bit))
                        continue;
                ow_address_format(address, text);
                ow_prefix_format(&rule->to, to);
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s does not fit into %s: its host part is too large",
                               text, to);
        }
        for (unsigned bit = rule->to.bits; bit < rule->from.bits && bit < bits; bit++)
                bit_put(address, bit, false);
        for (unsigned bit = 0; bit < rule->to.bits; bit++)
                bit_put(address, bit, bit_get(&rule->to.address, bit));
        return 0;
}

static int move_if(const ow_re_ip *rules, size_t n, ow_address *address, ow_error *err)
{
        const ow_re_ip *rule = rule_for(rules, n, address);

        return rule ? move(rule, address, err) : 0;
}

/* ---- all of them ---- */

static int move_addresses(ow_addressing *a, const ow_re_ip *rules, size_t n, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < a->n_addresses && r == 0; i++) {
                const ow_re_ip *rule = rule_for(rules, n, &a->addresses[i].address);

                if (!rule)
                        continue;
                r = move(rule, &a->addresses[i].address, err);
                if (a->addresses[i].bits == rule->from.bits)
                        a->addresses[i].bits = rule->to.bits;
        }
        for (size_t i = 0; i < a->n_addresses && r == 0; i++)
                for (size_t j = 0; j < i && r == 0; j++) {
                        char text[OW_ADDRESS_TEXT];

                        if (!ow_address_equal(&a->addresses[i].address, &a->addresses[j].address))
                                continue;
                        ow_address_format(&a->addresses[i].address, text);
                        r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "re-IP: two addresses would both become %s", text);
                }
        return r;
}

static int move_routes(ow_addressing *a, const ow_re_ip *rules, size_t n, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < a->n_routes && r == 0; i++) {
                const ow_re_ip *rule = rule_for(rules, n, &a->routes[i].destination.address);

                /* A route to the whole of a network, or to a part of it; not one to more than it. */
                if (rule && a->routes[i].destination.bits >= rule->from.bits) {
                        r = move(rule, &a->routes[i].destination.address, err);
                        if (a->routes[i].destination.bits == rule->from.bits)
                                a->routes[i].destination.bits = rule->to.bits;
                }
                if (r == 0)
                        r = move_if(rules, n, &a->routes[i].gateway, err);
        }
        return r;
}

static int check_rules(const ow_re_ip *rules, size_t n, ow_error *err)
{
        char text[OW_PREFIX_TEXT];

        for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < i; j++) {
                        if (!ow_prefix_equal(&rules[i].from, &rules[j].from))
                                continue;
                        ow_prefix_format(&rules[i].from, text);
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "two re-IP rules for %s", text);
                }
        return 0;
}

int ow_addressing_re_ip(ow_addressing *a, const ow_re_ip *rules, size_t n, ow_error *err)
{
        int r;

        r = check_rules(rules, n, err);
        if (r == 0)
                r = move_addresses(a, rules, n, err);
        for (size_t i = 0; i < a->n_gateways && r == 0; i++)
                r = move_if(rules, n, &a->gateways[i].address, err);
        for (size_t i = 0; i < a->n_dns && r == 0; i++)
                r = move_if(rules, n, &a->dns[i], err);
        for (size_t i = 0; i < a->n_wins && r == 0; i++)
                r = move_if(rules, n, &a->wins[i], err);
        return r == 0 ? move_routes(a, rules, n, err) : r;
}
