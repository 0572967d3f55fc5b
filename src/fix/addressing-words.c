/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of an adapter by name, as people type them: the options of net set, and of other front ends. */
#include <offwin/addressing.h>

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "fix/addressing.h"

enum { ITEM_MAX = 128 };

/* One entry of a list as typed, split: WHAT, WHAT@METRIC, WHAT=HOP@METRIC. */
struct item {
        char text[ITEM_MAX]; /* WHAT */
        const char *hop;     /* NULL: none */
        int64_t metric;
};

typedef int (*item_fn)(ow_addressing *a, const char *word, const struct item *item, ow_error *err);

/* ---- entries of lists ---- */

static int bad(ow_error *err, const char *word, const char *text, const char *want)
{
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s '%s' is not %s", word, text, want);
}

static int metric_parse(const char *word, const char *text, int64_t *ret, ow_error *err)
{
        char *end;
        long number = strtol(text, &end, 10);

        if (*text < '0' || *text > '9' || *end || number > UINT16_MAX)
                return bad(err, word, text, "a metric (1 to 9999)");
        *ret = number;
        return 0;
}

/* hops: WHAT=HOP is allowed; metrics: so is @METRIC. */
static int item_split(const char *word, const char *text, size_t size, bool hops, bool metrics, struct item *ret,
                      ow_error *err)
{
        char *equals, *at;

        if (size == 0 || size >= sizeof ret->text)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%s: an entry of %zu characters", word, size);
        *ret = (struct item){ .metric = OW_METRIC_AUTOMATIC };
        memcpy(ret->text, text, size);
        equals = hops ? strchr(ret->text, '=') : NULL;
        at = metrics ? strchr(ret->text, '@') : NULL;
        if (equals) {
                *equals = '\0';
                ret->hop = equals + 1;
        }
        if (!at)
                return 0;
        *at = '\0';
        return metric_parse(word, at + 1, &ret->metric, err);
}

static int put_address(ow_addressing *a, const char *word, const struct item *item, ow_error *err)
{
        ow_prefix address;

        if (!ow_prefix_parse(item->text, &address))
                return bad(err, word, item->text, "ADDRESS/PREFIX, as 10.0.0.5/24 or fd00::5/64");
        if (address.bits == OW_PREFIX_UNKNOWN)
                return bad(err, word, item->text, "complete: its prefix is missing (ADDRESS/24)");
        return ow_addressing_add_address(a, &address, err);
}

static int put_gateway(ow_addressing *a, const char *word, const struct item *item, ow_error *err)
{
        ow_gateway gateway = { .metric = item->metric };

        if (!ow_address_parse(item->text, &gateway.address))
                return bad(err, word, item->text, "an address");
        return ow_addressing_add_gateway(a, &gateway, err);
}

static int put_dns(ow_addressing *a, const char *word, const struct item *item, ow_error *err)
{
        ow_address server;

        if (!ow_address_parse(item->text, &server))
                return bad(err, word, item->text, "an address");
        return ow_addressing_add_dns(a, &server, err);
}

static int put_wins(ow_addressing *a, const char *word, const struct item *item, ow_error *err)
{
        ow_address server;

        if (!ow_address_parse(item->text, &server) || server.family != OW_FAMILY_IPV4)
                return bad(err, word, item->text, "an IPv4 address");
        return ow_addressing_add_wins(a, &server, err);
}

static int put_route(ow_addressing *a, const char *word, const struct item *item, ow_error *err)
{
        ow_static_route route = { .metric = item->metric };

        if (!item->hop || !ow_prefix_parse(item->text, &route.destination) ||
            route.destination.bits == OW_PREFIX_UNKNOWN || !ow_address_parse(item->hop, &route.gateway))
                return bad(err, word, item->text, "NETWORK/PREFIX=GATEWAY, as 10.9.0.0/16=10.0.0.254");
        return ow_addressing_add_route(a, &route, err);
}

/* ---- lists ---- */

enum list { LIST_ADDRESSES, LIST_GATEWAYS, LIST_DNS, LIST_WINS, LIST_ROUTES };

struct list_word {
        enum list list;
        item_fn put;
        bool hops, metrics;
        unsigned damaged; /* what it is that this mends */
};

static const struct list_word lists[] = {
        [LIST_ADDRESSES] = { LIST_ADDRESSES, put_address, false, false, OW_DAMAGED_ADDRESSES },
        [LIST_GATEWAYS] = { LIST_GATEWAYS, put_gateway, false, true, OW_DAMAGED_GATEWAYS },
        [LIST_DNS] = { LIST_DNS, put_dns, false, false, OW_DAMAGED_DNS },
        [LIST_WINS] = { LIST_WINS, put_wins, false, false, OW_DAMAGED_WINS },
        [LIST_ROUTES] = { LIST_ROUTES, put_route, true, true, 0 },
};

/* Takes the first n entries out of a list but for those of the families that keep allows. */
#define KEEP(items, count, n, family_of, keep)                                                                       \
        do {                                                                                                         \
                size_t kept_ = 0;                                                                                    \
                for (size_t i_ = 0; i_ < (count); i_++)                                                              \
                        if (i_ >= (n) || (keep)((items)[i_].family_of, families))                                    \
                                (items)[kept_++] = (items)[i_];                                                      \
                (count) = kept_;                                                                                     \
        } while (0)

enum { NAMES_IPV4 = 1, NAMES_IPV6 = 2 };

static bool not_named(uint8_t family, unsigned families)
{
        return !(families & (family == OW_FAMILY_IPV6 ? NAMES_IPV6 : NAMES_IPV4));
}

static void drop_old(ow_addressing *a, enum list list, size_t n, unsigned families)
{
        switch (list) {
        case LIST_ADDRESSES:
                KEEP(a->addresses, a->n_addresses, n, address.family, not_named);
                break;
        case LIST_GATEWAYS:
                KEEP(a->gateways, a->n_gateways, n, address.family, not_named);
                break;
        case LIST_DNS:
                KEEP(a->dns, a->n_dns, n, family, not_named);
                break;
        case LIST_WINS:
                KEEP(a->wins, a->n_wins, n, family, not_named);
                break;
        case LIST_ROUTES:
                KEEP(a->routes, a->n_routes, n, destination.address.family, not_named);
                break;
        }
}

static size_t list_count(const ow_addressing *a, enum list list)
{
        return list == LIST_ADDRESSES  ? a->n_addresses
               : list == LIST_GATEWAYS ? a->n_gateways
               : list == LIST_DNS      ? a->n_dns
               : list == LIST_WINS     ? a->n_wins
                                       : a->n_routes;
}

static int set_list(ow_addressing *a, const char *word, const struct list_word *list, const char *text, ow_error *err)
{
        size_t old = list_count(a, list->list);
        unsigned families = 0;
        bool emptied = false;

        for (;;) {
                size_t n = strcspn(text, ",");
                struct item item;
                int r;

                if (n == 4 && strncmp(text, "none", 4) == 0) {
                        if (families || emptied)
                                return bad(err, word, "none", "alone or first: it empties the list");
                        drop_old(a, list->list, SIZE_MAX, NAMES_IPV4 | NAMES_IPV6);
                        old = 0;
                        emptied = true;
                } else {
                        r = item_split(word, text, n, list->hops, list->metrics, &item, err);
                        if (r == 0)
                                r = list->put(a, word, &item, err);
                        if (r < 0)
                                return r;
                        families |= strchr(item.text, ':') ? NAMES_IPV6 : NAMES_IPV4;
                }
                if (text[n] == '\0')
                        break;
                text += n + 1;
        }
        drop_old(a, list->list, old, families);
        if (families & NAMES_IPV4 || emptied)
                a->damaged &= ~list->damaged;
        return 0;
}

/* ---- the words ---- */

static int set_number(const char *word, const char *text, ow_setting *ret, ow_error *err)
{
        char *end;
        unsigned long number = strtoul(text, &end, 10);

        if (strcmp(text, "default") == 0) {
                ret->set = false;
                return 0;
        }
        if (*text < '0' || *text > '9' || *end || number > UINT16_MAX)
                return bad(err, word, text, "a number, or default");
        *ret = (ow_setting){ number != 0, (uint32_t)number }; /* 0: by itself, too */
        return 0;
}

static int set_yes_no(const char *word, const char *text, ow_setting *ret, ow_error *err)
{
        if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
                return bad(err, word, text, "yes or no");
        *ret = (ow_setting){ true, text[0] == 'y' };
        return 0;
}

static int set_addresses(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        return set_list(a, word, &lists[LIST_ADDRESSES], text, err);
}

static int set_gateways(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        return set_list(a, word, &lists[LIST_GATEWAYS], text, err);
}

static int set_dns(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        return set_list(a, word, &lists[LIST_DNS], text, err);
}

static int set_wins(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        return set_list(a, word, &lists[LIST_WINS], text, err);
}

static int set_routes(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        a->routes_named = true;
        return set_list(a, word, &lists[LIST_ROUTES], text, err);
}

static int set_dhcp(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        if (*text && strcmp(text, "yes") != 0)
                return bad(err, word, text, "yes (give addresses instead)");
        ow_addressing_use_dhcp(a);
        return 0;
}

static int set_suffix(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        (void)word;
        return ow_addressing_set_suffix(a, strcmp(text, "none") == 0 ? NULL : text, err);
}

static int set_netbios(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        for (uint32_t mode = OW_NETBIOS_DEFAULT; mode <= OW_NETBIOS_OFF; mode++) {
                if (strcmp(text, addressing_netbios_name(mode)) != 0)
                        continue;
                a->netbios = (ow_setting){ true, mode };
                return 0;
        }
        return bad(err, word, text, "default, on or off");
}

static int set_mtu(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        return set_number(word, text, &a->mtu, err);
}

static int set_metric(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        return set_number(word, text, &a->metric, err);
}

static int set_register(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        return set_yes_no(word, text, &a->register_addresses, err);
}

static int set_register_suffix(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        return set_yes_no(word, text, &a->register_suffix, err);
}

static int set_name(ow_addressing *a, const char *word, const char *text, ow_error *err)
{
        (void)word;
        return ow_addressing_set_name(a, text, err);
}

static const struct {
        ow_addressing_word word;
        int (*set)(ow_addressing *a, const char *word, const char *text, ow_error *err);
} words[] = {
        { { "dhcp", NULL, "IPv4 by DHCP; static addresses and gateways go" }, set_dhcp },
        { { "address", "ADDRESS/PREFIX,...", "static addresses, IPv4 and IPv6" }, set_addresses },
        { { "gateway", "ADDRESS[@METRIC],...", "default gateways" }, set_gateways },
        { { "dns", "ADDRESS,...", "DNS servers, in the order to ask" }, set_dns },
        { { "suffix", "DOMAIN", "DNS suffix of the connection; none: no suffix" }, set_suffix },
        { { "register", "yes|no", "register the addresses in DNS" }, set_register },
        { { "register-suffix", "yes|no", "also below the suffix of the connection" }, set_register_suffix },
        { { "wins", "ADDRESS,...", "WINS servers" }, set_wins },
        { { "netbios", "default|on|off", "NetBIOS over TCP/IP" }, set_netbios },
        { { "mtu", "BYTES", "largest packet; default: the driver's" }, set_mtu },
        { { "metric", "NUMBER", "of the interface; default: automatic" }, set_metric },
        { { "route", "NETWORK=GATEWAY[@METRIC],...", "persistent routes" }, set_routes },
        { { "name", "NAME", "connection name" }, set_name },
};

size_t ow_addressing_word_count(void)
{
        return OW_COUNT(words);
}

const ow_addressing_word *ow_addressing_word_get(size_t index)
{
        return &words[index].word;
}

int ow_addressing_set(ow_addressing *a, const char *name, const char *text, ow_error *err)
{
        for (size_t i = 0; i < OW_COUNT(words); i++)
                if (strcmp(words[i].word.name, name) == 0)
                        return words[i].set(a, name, text, err);
        return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "an adapter has no setting '%s'", name);
}
