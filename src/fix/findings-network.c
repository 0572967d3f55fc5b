/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Findings of network settings that stand in a new machine's way: told with how sure they are and the command that
 * ends them. Adapters that are gone are left out; their addresses are the matter of old-addresses-strip.
 */
#include <stdlib.h>
#include <string.h>

#include <offwin/network.h>

#include "base/address-list.h"
#include "base/upcase.h"
#include "fix/findings.h"

enum { SHOWN_MAX = 8, PLACES_MAX = 8192 }; /* shown in one finding; addresses that are compared */

/* ---- adapters ---- */

static bool is_ghost(const ow_adapter *a)
{
        return a->verdict.presence == OW_PRESENCE_GHOST;
}

/* May carry addresses of its own. */
static bool is_carrier(const ow_adapter *a)
{
        bool kind = a->hardware_device || a->kind == OW_ADAPTER_TEAM || a->kind == OW_ADAPTER_BRIDGE ||
                    a->kind == OW_ADAPTER_SWITCH;

        return kind && !is_ghost(a) && a->team_adapter == OW_NO_ADAPTER;
}

static bool is_dhcp(const ow_adapter *a)
{
        return a->ipv4.dhcp.set && a->ipv4.dhcp.value;
}

static bool is_static(const ow_adapter *a)
{
        return is_carrier(a) && !is_dhcp(a) && a->ipv4.addresses.count;
}

static const char *called(const ow_adapter *a)
{
        return a->name[0] ? a->name : a->description[0] ? a->description : a->guid;
}

/* ---- one address or MAC on two adapters ---- */

struct place {
        uint8_t bytes[17]; /* family and address, or a MAC; zeros behind it */
        size_t adapter;
};

static int by_bytes(const void *a, const void *b)
{
        const struct place *x = a, *y = b;
        int order = memcmp(x->bytes, y->bytes, sizeof x->bytes);

        return order ? order : x->adapter < y->adapter ? -1 : x->adapter > y->adapter;
}

typedef void (*format_fn)(const struct place *place, char text[OW_ADDRESS_TEXT]);

static void format_address(const struct place *place, char text[OW_ADDRESS_TEXT])
{
        ow_address address = { .family = place->bytes[0] };

        memcpy(address.b, place->bytes + 1, sizeof address.b);
        ow_address_format(&address, text);
}

static void format_mac(const struct place *place, char text[OW_ADDRESS_TEXT])
{
        ow_mac mac;

        memcpy(mac.b, place->bytes, sizeof mac.b);
        ow_mac_format(&mac, text);
}

/* Lists what stands at more than one adapter; places are sorted here. */
static void put_twice(struct fix_listing *l, const ow_network *network, struct place *places, size_t n,
                      format_fn format)
{
        char text[OW_ADDRESS_TEXT];

        qsort(places, n, sizeof *places, by_bytes);
        for (size_t i = 1; i < n; i++) {
                if (memcmp(places[i - 1].bytes, places[i].bytes, sizeof places[i].bytes) != 0 ||
                    places[i - 1].adapter == places[i].adapter || !fix_listing_next(l))
                        continue;
                format(&places[i], text);
                ow_buffer_printf(&l->text, "%s: %s and %s", text, called(&network->adapters[places[i - 1].adapter]),
                                 called(&network->adapters[places[i].adapter]));
        }
}

/* Link-local addresses belong to their link. */
static size_t put_places(struct place *places, size_t n, size_t adapter, const ow_prefixes *list)
{
        for (size_t k = 0; k < list->count && n < PLACES_MAX; k++) {
                const ow_address *address = &list->items[k].address;

                if (ow_address_is_link_local(address))
                        continue;
                places[n] = (struct place){ .adapter = adapter };
                places[n].bytes[0] = address->family;
                memcpy(places[n++].bytes + 1, address->b, sizeof address->b);
        }
        return n;
}

static int duplicate_addresses(struct fix_findings *findings, const ow_network *network, struct place *places,
                               ow_error *err)
{
        static const struct fix_note note = {
                .id = "duplicate-address",
                .title = "Two network adapters have the same address",
                .reason = "Windows gives it to one of them only, and shows a conflict for the other",
                .command = "offwin net set DISK ADAPTER --address ADDRESS/PREFIX",
                .confidence = OW_CONFIDENCE_HIGH,
        };
        struct fix_listing l = { .most = SHOWN_MAX };
        size_t n = 0;

        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];

                if (is_static(a))
                        n = put_places(places, n, i, &a->ipv4.addresses);
                if (is_carrier(a))
                        n = put_places(places, n, i, &a->ipv6.addresses);
        }
        put_twice(&l, network, places, n, format_address);
        return fix_listing_tell(&l, findings, &note, 0, err);
}

static int duplicate_macs(struct fix_findings *findings, const ow_network *network, struct place *places,
                          ow_error *err)
{
        static const struct fix_note note = {
                .id = "duplicate-mac",
                .title = "Two network cards have the same hardware address",
                .reason =
                        "on one network neither works; an address that was set by hand comes along into the virtual "
                        "machine",
                .command = "offwin net tune DISK --set mac=none",
                .confidence = OW_CONFIDENCE_FAIR,
        };
        struct fix_listing l = { .most = SHOWN_MAX };
        size_t n = 0;

        for (size_t i = 0; i < network->n_adapters && n < PLACES_MAX; i++) {
                const ow_adapter *a = &network->adapters[i];
                bool own = a->mac_source == OW_MAC_DRIVER || a->mac_source == OW_MAC_INSTANCE;

                if (!a->hardware_device || is_ghost(a) || (!own && !a->has_forced_mac))
                        continue;
                places[n] = (struct place){ .adapter = i };
                memcpy(places[n++].bytes, a->has_forced_mac ? a->forced_mac.b : a->mac.b, sizeof a->mac.b);
        }
        put_twice(&l, network, places, n, format_mac);
        return fix_listing_tell(&l, findings, &note, 0, err);
}

static int duplicates(struct fix_findings *findings, const ow_network *network, ow_error *err)
{
        OW_AUTO_FREE struct place *places = NULL;
        int r;

        if (network->n_adapters < 2)
                return 0;
        places = ow_calloc(PLACES_MAX, sizeof *places);
        if (!places)
                return ow_fail_nomem(err);
        r = duplicate_addresses(findings, network, places, err);
        return r == 0 ? duplicate_macs(findings, network, places, err) : r;
}

/* ---- the way out ---- */

/* A persistent route over a card that is gone leads nowhere. */
static bool counts(const ow_network *network, const ow_route *route)
{
        return route->adapter < 0 || !is_ghost(&network->adapters[route->adapter]);
}

/* Some way leads out, or DHCP may bring one. */
static bool has_way_out(const ow_network *network)
{
        for (size_t i = 0; i < network->n_adapters; i++)
                if (is_carrier(&network->adapters[i]) &&
                    (is_dhcp(&network->adapters[i]) || network->adapters[i].ipv4.gateways.count))
                        return true;
        for (size_t i = 0; i < network->n_routes; i++)
                if (counts(network, &network->routes[i]) &&
                    network->routes[i].destination.address.family == OW_FAMILY_IPV4 &&
                    network->routes[i].destination.bits == 0)
                        return true;
        return false;
}

static int no_gateway(struct fix_findings *findings, const ow_network *network, ow_error *err)
{
        static const struct fix_note note = {
                .id = "static-without-gateway",
                .title = "Static addresses, and no default gateway",
                .reason = "a network without a gateway stays unidentified and gets the public firewall profile; what "
                          "is "
                          "behind a router is out of reach",
                .command = "offwin net set DISK ADAPTER --gateway ADDRESS",
                .confidence = OW_CONFIDENCE_HIGH,
        };
        struct fix_listing l = { .most = SHOWN_MAX };

        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];

                if (!is_static(a) || !fix_listing_next(&l))
                        continue;
                ow_buffer_printf(&l.text, "%s: ", called(a));
                address_list_put_prefixes(&l.text, a->ipv4.addresses.items, a->ipv4.addresses.count);
        }
        return fix_listing_tell(&l, findings, &note, 0, err);
}

static bool is_connected(const ow_network *network, const ow_address *address)
{
        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];

                for (size_t k = 0; k < a->ipv4.addresses.count && is_static(a); k++)
                        if (ow_prefix_contains(&a->ipv4.addresses.items[k], address))
                                return true;
        }
        for (size_t i = 0; i < network->n_routes; i++)
                if (counts(network, &network->routes[i]) &&
                    ow_prefix_contains(&network->routes[i].destination, address))
                        return true;
        return false;
}

static int dns_out_of_reach(struct fix_findings *findings, const ow_network *network, ow_error *err)
{
        static const struct fix_note note = {
                .id = "dns-out-of-reach",
                .title = "DNS servers are out of reach",
                .reason = "they are in no network of this machine, and no gateway leads to them: every look-up runs "
                          "into "
                          "its time limit",
                .command = "offwin net set DISK ADAPTER --dns ADDRESS --gateway ADDRESS",
                .confidence = OW_CONFIDENCE_HIGH,
        };
        struct fix_listing l = { .most = SHOWN_MAX };
        size_t budget = PLACES_MAX;

        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];

                for (size_t k = 0; k < a->ipv4.dns.count && is_static(a) && l.n <= SHOWN_MAX && budget;
                     k++, budget--) {
                        const ow_address *server = &a->ipv4.dns.items[k];

                        if (server->family != OW_FAMILY_IPV4 || ow_address_is_loopback(server) ||
                            ow_address_is_zero(server) || is_connected(network, server) || !fix_listing_next(&l))
                                continue;
                        ow_buffer_printf(&l.text, "%s: ", called(a));
                        address_list_put(&l.text, server, 1);
                }
        }
        return fix_listing_tell(&l, findings, &note, 0, err);
}

/* ---- what nobody could set ---- */

static int judge_settings(const ow_network *network, size_t index, struct fix_listing *l, ow_error *err)
{
        const ow_adapter *a = &network->adapters[index];
        ow_error why = OW_ERROR_INIT;
        ow_addressing has;
        int r;

        if (!is_static(a) || a->ipv4.damaged || a->ipv4.uneven)
                return 0;
        r = ow_addressing_from_adapter(network, index, &has, &why);
        if (r == 0) {
                r = ow_addressing_check(&has, &why);
                ow_addressing_done(&has);
        }
        if (r == OW_E_NOMEM)
                return ow_fail_nomem(err);
        if (r < 0 && fix_listing_next(l))
                ow_buffer_printf(&l->text, "%s: %s", called(a), why.text);
        return 0;
}

static int settings_that_fail(struct fix_findings *findings, const ow_network *network, ow_error *err)
{
        static const struct fix_note note = {
                .id = "address-settings-impossible",
                .title = "A static adapter has settings that cannot work",
                .reason = "they cannot be handed over, and other changes of the adapter are refused until what is "
                          "named here is set right",
                .command = "offwin net set DISK ADAPTER --gateway ADDRESS",
                .confidence = OW_CONFIDENCE_FAIR,
        };
        struct fix_listing l = { .most = SHOWN_MAX };
        int r = 0;

        for (size_t i = 0; i < network->n_adapters && r == 0; i++)
                r = judge_settings(network, i, &l, err);
        return fix_listing_tell(&l, findings, &note, r, err);
}

/* ---- one adapter at a time ---- */

static bool broken_lists(const ow_adapter *a, ow_buffer *out)
{
        static const char *const lists[] = { "addresses", "gateways", "DNS servers", "WINS servers" };
        const char *between = "";

        if (is_ghost(a) || (!a->ipv4.single && !a->ipv4.uneven && !a->ipv4.damaged))
                return false;
        if (!out)
                return true;
        ow_buffer_printf(out, "%s: ", called(a));
        for (size_t i = 0; i < OW_COUNT(lists); i++) {
                if (!(a->ipv4.damaged & 1u << i))
                        continue;
                ow_buffer_printf(out, "%ssomething else among its %s", between, lists[i]);
                between = ", ";
        }
        if (a->ipv4.single)
                ow_buffer_printf(out, "%sone string where a list is due", between);
        if (a->ipv4.uneven)
                ow_buffer_printf(out, "%s%s", a->ipv4.single ? ", " : between, "not as many masks as addresses");
        return true;
}

static bool forced_mac(const ow_adapter *a, ow_buffer *out)
{
        char text[OW_MAC_TEXT];

        if (!a->hardware_device || is_ghost(a) || !a->has_forced_mac)
                return false;
        ow_mac_format(&a->forced_mac, text);
        if (out)
                ow_buffer_printf(out, "%s: %s", called(a), text);
        return true;
}

static bool forced_speed(const ow_adapter *a, ow_buffer *out)
{
        for (size_t i = 0; i < a->keywords.count && a->hardware_device && !is_ghost(a); i++) {
                const ow_named_value *k = &a->keywords.items[i];

                if (ow_name_compare(k->name, "*SpeedDuplex") != 0 || !k->text[0] || strcmp(k->text, "0") == 0)
                        continue;
                if (out)
                        ow_buffer_printf(out, "%s: *SpeedDuplex is %.20s", called(a), k->text);
                return true;
        }
        return false;
}

static bool made_up_address(const ow_adapter *a, ow_buffer *out)
{
        const ow_lease *lease = &a->ipv4.lease;
        bool now = lease->automatic && !ow_address_is_zero(&lease->address.address);

        if (!is_carrier(a) || !is_dhcp(a) || (!now && ow_address_is_zero(&a->ipv4.autoconfigured)))
                return false;
        if (out) {
                ow_buffer_printf(out, "%s: ", called(a));
                address_list_put(out, now ? &lease->address.address : &a->ipv4.autoconfigured, 1);
        }
        return true;
}

static bool empty_team(const ow_adapter *a, ow_buffer *out)
{
        if (a->kind != OW_ADAPTER_TEAM || is_ghost(a) || a->n_members)
                return false;
        if (!a->upper.count && !a->ipv4.addresses.count) /* taken apart already */
                return false;
        if (out)
                ow_buffer_printf(out, "%s (%s)", called(a), ow_team_kind_name(a->team));
        return true;
}

/* Each says whether it is so, and with out what shows it. */
static const struct check {
        bool (*is_so)(const ow_adapter *a, ow_buffer *out);
        struct fix_note note;
} checks[] = {
        { broken_lists,
          { .id = "address-lists-broken",
            .title = "Address settings that Windows cannot read as they were meant",
            .reason = "addresses, masks and gateways are lists (REG_MULTI_SZ) that go together entry by entry",
            .command = "offwin net set DISK ADAPTER --address ADDRESS/PREFIX --gateway ADDRESS",
            .confidence = OW_CONFIDENCE_HIGH } },
        { forced_mac,
          { .id = "forced-mac",
            .title = "A hardware address was set by hand",
            .reason = "the card goes on with it in the virtual machine, whatever address its definition gives, and "
                      "clashes with the old machine",
            .command = "offwin net tune DISK --set mac=none",
            .confidence = OW_CONFIDENCE_HIGH } },
        { forced_speed,
          { .id = "forced-speed",
            .title = "A link speed was set by hand",
            .reason = "it belongs to the old switch port; a virtual one negotiates",
            .command = "offwin net tune DISK --set speed=auto",
            .confidence = OW_CONFIDENCE_HIGH } },
        { made_up_address,
          { .id = "apipa-history",
            .title = "It has had to make up an address before (APIPA)",
            .reason = "no DHCP server answered then; without one in the new network it waits for that again",
            .command = "offwin net set DISK ADAPTER --address ADDRESS/PREFIX",
            .confidence = OW_CONFIDENCE_FAIR } },
        { empty_team,
          { .id = "team-without-members",
            .title = "A team without cards",
            .reason = "no card is bound to it, so that its addresses lead nowhere",
            .command = "offwin net unteam DISK",
            .confidence = OW_CONFIDENCE_FAIR } },
};

static int one_by_one(struct fix_findings *findings, const ow_network *network, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < OW_COUNT(checks) && r == 0; i++) {
                struct fix_listing l = { .most = SHOWN_MAX };

                for (size_t k = 0; k < network->n_adapters; k++)
                        if (checks[i].is_so(&network->adapters[k], NULL) && fix_listing_next(&l))
                                (void)checks[i].is_so(&network->adapters[k], &l.text);
                r = fix_listing_tell(&l, findings, &checks[i].note, 0, err);
        }
        return r;
}

int fix_findings_network(struct fix_findings *findings, ow_guest *guest, ow_error *err)
{
        const ow_network *network;
        int r;

        r = ow_guest_network(guest, &network, err);
        if (r == 0)
                r = duplicates(findings, network, err);
        if (r == 0 && !has_way_out(network))
                r = no_gateway(findings, network, err);
        if (r == 0 && !has_way_out(network))
                r = dns_out_of_reach(findings, network, err);
        if (r == 0)
                r = settings_that_fail(findings, network, err);
        return r == 0 ? one_by_one(findings, network, err) : r;
}
