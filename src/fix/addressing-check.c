/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addressing that Windows would refuse, or that cannot work, found before anything is written. */
#include <offwin/addressing.h>

#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "base/upcase.h"
#include "base/utf16.h"

enum {
        METRIC_MAX = 9999,
        MTU_MIN = 576, /* what every IPv4 host has to take */
        MTU_MIN_IPV6 = 1280,
        MTU_MAX = 65535,
        NAME_MAX_UNITS = 255,
        SUFFIX_MAX = 253,
        LABEL_MAX = 63,
};

/* Why no machine can have this as its own address, as a server's or as a next hop; NULL: it can. */
static const char *unusable(const ow_address *address)
{
        bool ipv4 = address->family == OW_FAMILY_IPV4;

        if (ow_family_bits(address->family) == 0)
                return "is no address";
        if (ow_address_is_zero(address))
                return "stands for no address at all";
        if (ow_address_is_multicast(address))
                return "is a multicast address, which belongs to a group";
        if (ow_address_is_v4_mapped(address))
                return "is an IPv4 address in IPv6 clothes; give the IPv4 address";
        if (ipv4 && address->b[0] == 0)
                return "is in 0.0.0.0/8, which no host may have";
        if (ipv4 && address->b[0] == 255 && address->b[1] == 255 && address->b[2] == 255 && address->b[3] == 255)
                return "is the broadcast address";
        if (ipv4 && address->b[0] >= 240)
                return "is in 240.0.0.0/4, which is reserved";
        return NULL;
}

/* True when every bit of address behind the first bits is ones. */
static bool host_is(const ow_prefix *prefix, bool ones)
{
        unsigned n = ow_family_bits(prefix->address.family);

        for (unsigned i = prefix->bits; i < n; i++)
                if (((prefix->address.b[i / 8] >> (7 - i % 8)) & 1) != ones)
                        return false;
        return true;
}

static const char *unusable_host(const ow_prefix *address)
{
        unsigned bits = ow_family_bits(address->address.family);
        const char *why = unusable(&address->address);
        bool ipv4 = address->address.family == OW_FAMILY_IPV4;

        if (why)
                return why;
        if (address->bits == OW_PREFIX_UNKNOWN)
                return "has no mask that fits; give it with its prefix, as ADDRESS/24";
        if (address->bits == 0 || address->bits > bits)
                return ipv4 ? "needs a prefix length of 1 to 32" : "needs a prefix length of 1 to 128";
        if (ow_address_is_loopback(&address->address))
                return "is the loopback address";
        if (ipv4 && ow_address_is_link_local(&address->address))
                return "is in 169.254.0.0/16, from which Windows takes addresses when DHCP does not answer";
        if (address->bits + 1u < bits && host_is(address, false))
                return "is the address of its network, not of a host in it";
        if (ipv4 && address->bits < 31 && host_is(address, true))
                return "is the broadcast address of its network";
        return NULL;
}

static int check_addresses(const ow_addressing *a, ow_error *err)
{
        char text[OW_PREFIX_TEXT];

        for (size_t i = 0; i < a->n_addresses; i++) {
                const char *why = unusable_host(&a->addresses[i]);

                ow_prefix_format(&a->addresses[i], text);
                if (why)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "address %s %s", text, why);
                if (a->dhcp && a->addresses[i].address.family == OW_FAMILY_IPV4)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                                       "address %s together with DHCP: Windows has one or "
                                       "the other",
                                       text);
                for (size_t j = 0; j < i; j++)
                        if (ow_address_equal(&a->addresses[i].address, &a->addresses[j].address))
                                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "address %s is given twice", text);
        }
        return 0;
}

/* Why the card cannot send to it directly; NULL: it can. */
static const char *unreachable(const ow_addressing *a, const ow_address *hop)
{
        bool any = false;

        if (hop->family == OW_FAMILY_IPV6 && ow_address_is_link_local(hop))
                return NULL;
        if (hop->family == OW_FAMILY_IPV4 && a->dhcp)
                return NULL; /* the lease tells the network */
        for (size_t i = 0; i < a->n_addresses; i++) {
                any = any || a->addresses[i].address.family == hop->family;
                if (ow_prefix_contains(&a->addresses[i], hop))
                        return NULL;
        }
        return any ? "is outside the networks of all addresses, so it cannot be reached"
                   : "has no address of its family beside it, so it cannot be reached";
}

static const char *unusable_hop(const ow_addressing *a, const ow_address *hop)
{
        const char *why = unusable(hop);

        if (!why && ow_address_is_loopback(hop))
                why = "is the loopback address";
        for (size_t i = 0; i < a->n_addresses && !why; i++) {
                ow_prefix in_net = { *hop, a->addresses[i].bits };

                if (ow_address_equal(&a->addresses[i].address, hop))
                        why = "is the adapter's own address";
                else if (hop->family == OW_FAMILY_IPV4 && ow_prefix_contains(&a->addresses[i], hop) &&
                         in_net.bits < 31 && (host_is(&in_net, false) || host_is(&in_net, true)))
                        why = "is the first or last address of its network, which no host has";
        }
        return why ? why : unreachable(a, hop);
}

static int check_metric(const char *what, int64_t metric, ow_error *err)
{
        if (metric == OW_METRIC_AUTOMATIC || (metric >= 1 && metric <= METRIC_MAX))
                return 0;
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "metric %" PRId64 " of %s: it is 1 to %d, or none for automatic",
                       metric, what, METRIC_MAX);
}

static int check_gateways(const ow_addressing *a, ow_error *err)
{
        char text[OW_ADDRESS_TEXT];

        for (size_t i = 0; i < a->n_gateways; i++) {
                const ow_address *gateway = &a->gateways[i].address;
                const char *why = unusable_hop(a, gateway);
                int r;

                ow_address_format(gateway, text);
                if (gateway->family == OW_FAMILY_IPV4 && a->dhcp)
                        why = "together with DHCP: the lease brings the gateway";
                if (why)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "gateway %s %s", text, why);
                for (size_t j = 0; j < i; j++)
                        if (ow_address_equal(gateway, &a->gateways[j].address))
                                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "gateway %s is given twice", text);
                r = check_metric(text, a->gateways[i].metric, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_servers(const char *what, const ow_address *servers, size_t n, ow_error *err)
{
        char text[OW_ADDRESS_TEXT];

        for (size_t i = 0; i < n; i++) {
                const char *why = unusable(&servers[i]);

                ow_address_format(&servers[i], text);
                if (!why && servers[i].family == OW_FAMILY_IPV6 && ow_address_is_link_local(&servers[i]))
                        why = "is link-local: without the number of an interface it leads nowhere";
                if (why)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s server %s %s", what, text, why);
                for (size_t j = 0; j < i; j++)
                        if (ow_address_equal(&servers[i], &servers[j]))
                                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s server %s is given twice", what,
                                               text);
        }
        return 0;
}

static const char *unusable_route(const ow_addressing *a, const ow_static_route *route)
{
        ow_prefix network = ow_prefix_network(&route->destination);

        if (route->destination.bits > ow_family_bits(route->destination.address.family))
                return "has no destination with a prefix length";
        if (route->destination.bits == 0)
                return "is a default route: give its next hop as a gateway";
        if (!ow_prefix_equal(&network, &route->destination))
                return "does not begin at an address of a network: bits behind its prefix are set";
        if (ow_address_is_loopback(&route->destination.address))
                return "leads to the loopback network, which no machine sends to";
        if (ow_address_is_multicast(&route->destination.address))
                return "leads to multicast addresses";
        if (route->gateway.family != route->destination.address.family)
                return "mixes IPv4 and IPv6";
        if (route->gateway.family == OW_FAMILY_IPV6 && ow_address_is_zero(&route->gateway))
                return NULL; /* on the link */
        return unusable_hop(a, &route->gateway);
}

static int check_routes(const ow_addressing *a, ow_error *err)
{
        char text[OW_PREFIX_TEXT], hop[OW_ADDRESS_TEXT];

        for (size_t i = 0; i < a->n_routes; i++) {
                const ow_static_route *route = &a->routes[i];
                const char *why = unusable_route(a, route);
                int r;

                ow_prefix_format(&route->destination, text);
                ow_address_format(&route->gateway, hop);
                if (why)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "route %s=%s: it %s", text, hop, why);
                for (size_t j = 0; j < i; j++)
                        if (ow_prefix_equal(&route->destination, &a->routes[j].destination) &&
                            ow_address_equal(&route->gateway, &a->routes[j].gateway))
                                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "route %s=%s is given twice", text, hop);
                r = check_metric(text, route->metric, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* ---- texts and numbers ---- */

static int check_name(const char *name, ow_error *err)
{
        static const char forbidden[] = "\\/:*?\"<>|\t";
        size_t at = strcspn(name, forbidden);

        if (name[0] == '\0')
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "a connection has to have a name");
        if (name[at])
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "connection name '%s': Windows does not take '%c' in it",
                               name, name[at]);
        for (const char *p = name; *p; p++)
                if ((unsigned char)*p < ' ')
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "a connection name with a control character");
        if (strlen(name) > NAME_MAX_UNITS)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "connection name of %zu bytes, limit %d", strlen(name),
                               NAME_MAX_UNITS);
        return 0;
}

static int check_suffix(const char *suffix, ow_error *err)
{
        size_t label = 0;

        for (const char *p = suffix; *p; p++) {
                label = *p == '.' ? 0 : label + 1;
                if ((unsigned char)*p <= ' ' || strchr(",;:/\\\"'@*?<>|=", *p) || label > LABEL_MAX ||
                    (*p == '.' && (p == suffix || p[1] == '.')) ||
                    (*p == '-' && (label == 1 || p[1] == '.' || p[1] == '\0')))
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "DNS suffix '%s' is no domain name", suffix);
        }
        if (strlen(suffix) > SUFFIX_MAX)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "DNS suffix of %zu characters, limit %d", strlen(suffix),
                               SUFFIX_MAX);
        return 0;
}

static bool has_ipv6(const ow_addressing *a)
{
        for (size_t i = 0; i < a->n_addresses; i++)
                if (a->addresses[i].address.family == OW_FAMILY_IPV6)
                        return true;
        return false;
}

static int check_numbers(const ow_addressing *a, ow_error *err)
{
        uint32_t mtu_min = has_ipv6(a) ? MTU_MIN_IPV6 : MTU_MIN;

        if (a->mtu.set && (a->mtu.value < mtu_min || a->mtu.value > MTU_MAX))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "MTU of %u bytes: it is %u to %d%s, or default",
                               a->mtu.value, mtu_min, MTU_MAX, has_ipv6(a) ? " with IPv6" : "");
        if (a->metric.set && (a->metric.value < 1 || a->metric.value > METRIC_MAX))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "interface metric %u: it is 1 to %d, or default",
                               a->metric.value, METRIC_MAX);
        if (a->netbios.set && a->netbios.value > OW_NETBIOS_OFF)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "NetBIOS mode %u: it is 0, 1 or 2", a->netbios.value);
        if (a->has_mac && !ow_mac_is_unicast(&a->mac)) {
                char text[OW_MAC_TEXT];

                ow_mac_format(&a->mac, text);
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no card has the MAC %s", text);
        }
        return 0;
}

static int check_damaged(const ow_addressing *a, ow_error *err)
{
        static const struct {
                unsigned bit;
                const char *what, *give;
        } lists[] = { { OW_DAMAGED_ADDRESSES, "addresses", "address ADDRESS/PREFIX or --dhcp" },
                      { OW_DAMAGED_GATEWAYS, "gateways", "gateway" },
                      { OW_DAMAGED_DNS, "DNS servers", "dns" },
                      { OW_DAMAGED_WINS, "WINS servers", "wins" } };

        for (size_t i = 0; i < OW_COUNT(lists); i++)
                if (a->damaged & lists[i].bit)
                        return ow_fail(err, OW_E_REFUSED, OW_NOWHERE,
                                       "the adapter's %s cannot be read whole (offwin net show --all says why), and "
                                       "would be lost: give them anew, with --%s",
                                       lists[i].what, lists[i].give);
        return 0;
}

int ow_addressing_check(const ow_addressing *a, ow_error *err)
{
        int r;

        r = check_damaged(a, err);
        if (r == 0 && a->name)
                r = check_name(a->name, err);
        if (r == 0)
                r = check_addresses(a, err);
        if (r == 0)
                r = check_gateways(a, err);
        if (r == 0)
                r = check_servers("DNS", a->dns, a->n_dns, err);
        if (r == 0)
                r = check_servers("WINS", a->wins, a->n_wins, err);
        for (size_t i = 0; i < a->n_wins && r == 0; i++)
                if (a->wins[i].family != OW_FAMILY_IPV4)
                        r = ow_fail(err, OW_E_INVAL, OW_NOWHERE, "WINS servers have IPv4 addresses only");
        if (r == 0)
                r = check_routes(a, err);
        if (r == 0 && a->suffix)
                r = check_suffix(a->suffix, err);
        return r == 0 ? check_numbers(a, err) : r;
}

/* ---- several ---- */

static int check_pair(const ow_addressing *a, const ow_addressing *b, ow_error *err)
{
        char text[OW_PREFIX_TEXT];

        if (a->has_mac && b->has_mac && ow_mac_equal(&a->mac, &b->mac)) {
                ow_mac_format(&a->mac, text);
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "two sets of addresses for one card, MAC %s", text);
        }
        if (a->name && b->name && ow_name_compare(a->name, b->name) == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "two cards would be called '%s'", a->name);
        for (size_t i = 0; i < a->n_addresses; i++)
                for (size_t j = 0; j < b->n_addresses; j++) {
                        const ow_address *address = &a->addresses[i].address;

                        /* Link-local addresses belong to their link: two cards may have the same one. */
                        if (!ow_address_equal(address, &b->addresses[j].address) || ow_address_is_link_local(address))
                                continue;
                        ow_address_format(address, text);
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "two cards would have the address %s", text);
                }
        return 0;
}

int ow_addressing_check_all(const ow_addressing *all, size_t n, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < n && r == 0; i++) {
                r = ow_addressing_check(&all[i], err);
                for (size_t j = 0; j < i && r == 0; j++)
                        r = check_pair(&all[j], &all[i], err);
        }
        return r;
}
