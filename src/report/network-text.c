/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * `offwin net show` for people: in the order and with the words of `ipconfig /all` where it has them, so that the two
 * can be laid side by side; adapters that were there first, then ghosts.
 */
#include "report/network.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <offwin/addressing.h>

#include "base/address-list.h"
#include "base/alloc.h"
#include "base/filetime.h"

#include "report/facts.h"

enum { LABEL = 18, INDENT = 2, MAX_SHOWN = 500 };

/* FILETIME; an earlier lease comes from a clock that was not set. */
#define YEAR_1990 UINT64_C(122756256000000000)

static void put_line(struct report_page *page, const char *label, ow_buffer *line)
{
        report_put_field_line(page, INDENT, LABEL, label, line);
}

static void put_text(struct report_page *page, const char *label, const char *text)
{
        report_put_field(page, INDENT, LABEL, label, text);
}

static void put_addresses(struct report_page *page, const char *label, ow_addresses list)
{
        ow_buffer line = OW_BUFFER_INIT;

        address_list_put(&line, list.items, list.count);
        put_line(page, label, &line);
}

static void put_texts(struct report_page *page, const char *label, ow_texts list)
{
        ow_buffer line = OW_BUFFER_INIT;

        for (size_t i = 0; i < list.count; i++)
                ow_buffer_printf(&line, "%s%s", i ? ", " : "", list.items[i]);
        put_line(page, label, &line);
}

static void put_gateways(struct report_page *page, const char *label, ow_gateways list)
{
        ow_buffer line = OW_BUFFER_INIT;

        for (size_t i = 0; i < list.count; i++) {
                ow_buffer_put_text(&line, i ? ", " : "");
                address_list_put(&line, &list.items[i].address, 1);
                if (list.items[i].metric != OW_METRIC_AUTOMATIC)
                        ow_buffer_printf(&line, " metric %" PRId64, list.items[i].metric);
        }
        put_line(page, label, &line);
}

static void put_number(struct report_page *page, const char *label, ow_setting number)
{
        char text[16];

        (void)snprintf(text, sizeof text, "%u", number.value);
        if (number.set)
                put_text(page, label, text);
}

static const char *called(const ow_adapter *a)
{
        return a->name[0] ? a->name : a->description[0] ? a->description : a->guid;
}

/* ---- one adapter ---- */

static void put_title(struct report_page *page, const ow_adapter *a)
{
        bool dhcp = a->ipv4.dhcp.set && a->ipv4.dhcp.value;
        ow_buffer line = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;

        report_put(page, "\n");
        report_put_styled(page, REPORT_BOLD, called(a));
        ow_buffer_printf(&line, "  (%s%s%s%s)", ow_adapter_kind_name(a->kind), a->hidden ? ", hidden" : "",
                         a->ipv4.key[0] == '\0'    ? ""
                         : dhcp                    ? ", DHCP"
                         : a->ipv4.addresses.count ? ", static"
                                                   : "",
                         a->verdict.presence == OW_PRESENCE_GHOST ? ", ghost" : "");
        text = ow_buffer_take_text(&line);
        report_put(page, text ? text : "");
        report_put(page, "\n");
}

static void put_driver(struct report_page *page, const ow_adapter *a, bool details)
{
        ow_buffer line = OW_BUFFER_INIT;

        put_text(page, "Description", a->description);
        if (!details) {
                put_text(page, "Driver", a->service);
                return;
        }
        ow_buffer_printf(&line, "%s%s%s%s%s%s%s", a->service, a->provider[0] ? ", " : "", a->provider,
                         a->driver_version[0] ? " " : "", a->driver_version, a->driver_date[0] ? " of " : "",
                         a->driver_date);
        put_line(page, "Driver", &line);
        put_text(page, "Inf file", a->inf);
        put_text(page, "Hardware", a->hardware);
}

static void put_identity(struct report_page *page, const ow_adapter *a)
{
        ow_buffer line = OW_BUFFER_INIT;
        char luid[OW_LUID_TEXT];

        put_text(page, "Device", a->instance);
        ow_buffer_printf(&line, "%s", a->guid);
        if (a->class_number[0])
                ow_buffer_printf(&line, "%sclass key %s", line.len ? ", " : "", a->class_number);
        put_line(page, "Interface", &line);
        if (a->has_luid) {
                ow_luid_format(&a->luid, luid);
                put_text(page, "LUID", luid);
        }
}

static void put_mac(struct report_page *page, const ow_adapter *a)
{
        static const char *const sources[] = {
                [OW_MAC_NONE] = "",
                [OW_MAC_DRIVER] = "",
                [OW_MAC_INSTANCE] = " (from its serial number)",
                [OW_MAC_DUID] = " (from the machine's DHCPv6 identity)",
                [OW_MAC_FORCED] = " (set by hand)",
        };
        ow_buffer line = OW_BUFFER_INIT;
        char mac[OW_MAC_TEXT];

        if (a->mac_source != OW_MAC_NONE) {
                ow_mac_format(&a->mac, mac);
                ow_buffer_printf(&line, "%s%s", mac, sources[a->mac_source]);
        }
        if (a->has_forced_mac && a->mac_source != OW_MAC_FORCED) {
                ow_mac_format(&a->forced_mac, mac);
                ow_buffer_printf(&line, "%s%s set by hand", line.len ? ", " : "", mac);
        }
        if (a->virtual_connect)
                ow_buffer_put_text(&line, ", of HP Virtual Connect");
        put_line(page, "Physical address", &line);
}

static void put_presence(struct report_page *page, const ow_adapter *a)
{
        ow_buffer line = OW_BUFFER_INIT;

        ow_buffer_printf(&line, "%s", ow_presence_name(a->verdict.presence));
        if (a->verdict.reason[0])
                ow_buffer_printf(&line, ": %s", a->verdict.reason);
        if (a->verdict.confidence != OW_CONFIDENCE_NONE)
                ow_buffer_printf(&line, " (confidence %s)", ow_confidence_name(a->verdict.confidence));
        put_line(page, "Was it there", &line);
        put_text(page, "In a new VM", a->stays_behind);
}

static void put_team(struct report_page *page, const ow_network *network, const ow_adapter *a)
{
        ow_buffer line = OW_BUFFER_INIT;

        if (a->n_members || a->kind == OW_ADAPTER_TEAM) {
                ow_buffer_put_text(&line, ow_team_kind_name(a->team));
                if (a->team_name[0] && strcmp(a->team_name, a->description) != 0)
                        ow_buffer_printf(&line, ", %s", a->team_name);
                ow_buffer_put_text(&line, a->n_members ? ": " : ": no card is in it");
                for (size_t i = 0; i < a->n_members; i++)
                        ow_buffer_printf(&line, "%s%s", i ? ", " : "", called(&network->adapters[a->members[i]]));
                put_line(page, a->kind == OW_ADAPTER_BRIDGE ? "Bridge of" : "Team", &line);
        } else if (a->team_adapter != OW_NO_ADAPTER) {
                put_text(page, "Member of", called(&network->adapters[a->team_adapter]));
        }
}

/* ---- its addresses ---- */

static void put_lease(struct report_page *page, const ow_lease *lease, bool dhcp)
{
        char obtained[OW_FILETIME_TEXT], expires[OW_FILETIME_TEXT];
        ow_buffer line = OW_BUFFER_INIT;
        bool any = !ow_address_is_zero(&lease->address.address);

        if (any && !dhcp) {
                ow_buffer_put_text(&line, "left over: ");
                address_list_put_prefixes(&line, &lease->address, 1);
        } else if (any) {
                ow_buffer_put_text(&line, lease->automatic ? "made up by Windows (APIPA)" : "last lease");
        }
        if (any && !ow_address_is_zero(&lease->server)) {
                ow_buffer_put_text(&line, " from ");
                address_list_put(&line, &lease->server, 1);
        }
        if (any && lease->obtained > YEAR_1990 && lease->expires) {
                ow_filetime_format(lease->obtained, obtained);
                ow_filetime_format(lease->expires, expires);
                ow_buffer_printf(&line, ", %.10s %.5s to %.10s %.5s UTC", obtained, obtained + 11, expires,
                                 expires + 11);
        }
        put_line(page, "Lease", &line);
}

static void put_ipv4(struct report_page *page, const ow_adapter *a, bool details)
{
        const ow_ip *ip = &a->ipv4;
        bool dhcp = ip->dhcp.set && ip->dhcp.value;
        ow_prefixes addresses = ow_ip_addresses_in_use(ip);
        ow_buffer line = OW_BUFFER_INIT;

        if (!ip->key[0])
                return;
        put_text(page, "DHCP", dhcp ? "yes" : ip->dhcp.set ? "no" : "not set");
        address_list_put_prefixes(&line, addresses.items, addresses.count);
        put_line(page, "IPv4 address", &line);
        if (ip->single || ip->uneven || ip->damaged)
                put_text(page, "Damaged", ip->damaged  ? "something in its lists is no address (see --all)"
                                          : ip->uneven ? "not as many masks as addresses"
                                                       : "one string where a list is due");
        if (dhcp && ip->addresses.count) {
                address_list_put_prefixes(&line, ip->addresses.items, ip->addresses.count);
                put_line(page, "Static, not used", &line);
        }
        if (dhcp || details)
                put_lease(page, &ip->lease, dhcp);
        put_gateways(page, "Default gateway", ow_ip_gateways_in_use(ip));
        put_addresses(page, "DNS servers", ow_ip_dns_in_use(ip));
        put_text(page, "DNS suffix", ip->suffix[0] || !dhcp ? ip->suffix : ip->lease.domain);
        if (ip->register_addresses.set && (details || !ip->register_addresses.value))
                put_text(page, "Register in DNS", ip->register_addresses.value ? "yes" : "no");
        if (ip->register_suffix.set && (details || ip->register_suffix.value))
                put_text(page, "With its suffix", ip->register_suffix.value ? "yes" : "no");
        if (ip->autoconfiguration.set)
                put_text(page, "Autoconfiguration", ip->autoconfiguration.value ? "yes" : "no");
        if (!ow_address_is_zero(&ip->autoconfigured)) {
                address_list_put(&line, &ip->autoconfigured, 1);
                put_line(page, "APIPA before", &line);
        }
        put_number(page, "MTU", ip->mtu);
        put_number(page, "Interface metric", ip->metric);
        if (ip->stored.count) {
                address_list_put_prefixes(&line, ip->stored.items, ip->stored.count);
                ow_buffer_put_text(&line, ip->differs ? ", which is not the same" : ", the same");
                put_line(page, "Network store", &line);
        }
}

static void put_netbios(struct report_page *page, const ow_adapter *a, bool details)
{
        static const char *const modes[] = { "as DHCP says", "on", "off" };

        put_addresses(page, "WINS servers", a->wins.count ? a->wins : a->dhcp_wins);
        if (a->netbios.set && (details || a->netbios.value || a->wins.count))
                put_text(page, "NetBIOS", a->netbios.value < OW_COUNT(modes) ? modes[a->netbios.value] : "?");
}

static void put_ipv6(struct report_page *page, const ow_adapter *a, bool details)
{
        const ow_ip *ip = &a->ipv6;
        ow_buffer line = OW_BUFFER_INIT;

        address_list_put_prefixes(&line, ip->addresses.items, ip->addresses.count);
        put_line(page, "IPv6 address", &line);
        put_gateways(page, "IPv6 gateway", ip->gateways);
        put_addresses(page, "IPv6 DNS", ow_ip_dns_in_use(ip));
        if (ip->iaid.set && details) {
                ow_buffer_printf(&line, "%u", ip->iaid.value);
                put_line(page, "DHCPv6 IAID", &line);
        }
}

/* ---- what only a single adapter or --all shows ---- */

static void put_keywords(struct report_page *page, const ow_adapter *a)
{
        ow_buffer line = OW_BUFFER_INIT;

        for (size_t i = 0; i < a->keywords.count; i++)
                ow_buffer_printf(&line, "%s%s=%s", i ? ", " : "", a->keywords.items[i].name,
                                 a->keywords.items[i].text);
        put_line(page, "Driver settings", &line);
}

static void put_places(struct report_page *page, const ow_adapter *a)
{
        for (size_t i = 0; i < a->n_places; i++)
                put_text(page, i ? "" : "Registry", a->places[i].path);
        for (size_t i = 0; i < a->n_rows; i++) {
                const ow_nsi_row *row = &a->rows[i];
                ow_buffer line = OW_BUFFER_INIT;

                ow_buffer_printf(&line, "%s \"%s\" (%u bytes%s)", row->key + strlen("Control\\"), row->name,
                                 row->size, row->understood ? "" : ", not understood");
                put_line(page, i ? "" : "Stored rows", &line);
        }
}

static void put_adapter(struct report_page *page, const ow_network *network, const ow_adapter *a, bool details)
{
        put_title(page, a);
        put_driver(page, a, details);
        put_identity(page, a);
        put_mac(page, a);
        put_presence(page, a);
        put_team(page, network, a);
        put_ipv4(page, a, details);
        put_netbios(page, a, details);
        put_ipv6(page, a, details);
        put_texts(page, "Bound to", a->upper);
        if (details) {
                put_texts(page, "NDIS filters", a->filters);
                put_keywords(page, a);
                put_places(page, a);
        }
}

/* ---- the machine ---- */

static void put_names(struct report_page *page, const char *label, const char *now, const char *next)
{
        ow_buffer line = OW_BUFFER_INIT;

        ow_buffer_put_text(&line, now);
        if (next[0] && strcmp(now, next) != 0)
                ow_buffer_printf(&line, "%s%s from the next boot on", now[0] ? ", " : "", next);
        put_line(page, label, &line);
}

static void put_machine(struct report_page *page, const ow_network *n, bool details)
{
        ow_buffer line = OW_BUFFER_INIT;

        report_put(page, "\n");
        put_names(page, "Host name", n->host_name, n->nv_host_name);
        put_names(page, "Primary suffix", n->domain, n->nv_domain);
        put_texts(page, "Search list", n->search_list);
        put_addresses(page, "DNS for all", n->dns);
        if (n->disabled_components.set) {
                ow_buffer_printf(&line, "0x%x", n->disabled_components.value);
                put_line(page, "IPv6 disabled", &line);
        }
        for (size_t i = 0; i < n->duid_size; i++)
                ow_buffer_printf(&line, "%s%02x", i ? "-" : "", n->duid[i]);
        put_line(page, "DHCPv6 DUID", &line);
        for (size_t i = 0; i < n->tcpip.count && details; i++)
                ow_buffer_printf(&line, "%s%s=%s", i ? ", " : "", n->tcpip.items[i].name, n->tcpip.items[i].text);
        put_line(page, "TCP/IP settings", &line);
        for (size_t i = 0; i < n->netbt.count && details; i++)
                ow_buffer_printf(&line, "%s%s=%s", i ? ", " : "", n->netbt.items[i].name, n->netbt.items[i].text);
        put_line(page, "NetBIOS settings", &line);
}

/* only: those of one adapter, or NULL. */
static void put_routes(struct report_page *page, const ow_network *n, const ow_adapter *only)
{
        size_t shown = 0;

        for (size_t i = 0; i < n->n_routes && shown < MAX_SHOWN; i++) {
                const ow_route *route = &n->routes[i];
                ow_buffer line = OW_BUFFER_INIT;

                if (only && (route->adapter == OW_NO_ADAPTER || &n->adapters[route->adapter] != only))
                        continue;
                if (shown++ == 0) {
                        report_put(page, "\n");
                        report_put_styled(page, REPORT_BOLD, "Persistent routes");
                        report_put(page, "\n");
                }
                address_list_put_prefixes(&line, &route->destination, 1);
                ow_buffer_put_text(&line, " by ");
                address_list_put(&line, &route->gateway, 1);
                if (route->metric != OW_METRIC_AUTOMATIC)
                        ow_buffer_printf(&line, " metric %" PRId64, route->metric);
                if (route->adapter != OW_NO_ADAPTER)
                        ow_buffer_printf(&line, ", %s", called(&n->adapters[route->adapter]));
                ow_buffer_put_text(&line, !route->in_store        ? ", not in the network store"
                                          : !route->in_parameters ? ", only in the network store"
                                                                  : "");
                report_put_spaces(page, INDENT);
                report_put_line(page, INDENT, &line);
        }
}

static int put_setting(void *state, const char *word, uint8_t family, const char *text, ow_error *err)
{
        ow_buffer *line = state;

        (void)family, (void)err;
        ow_buffer_printf(line, "%s%s %s", line->len ? ", " : "", word, text);
        return 0;
}

/* What the first boot gives it; a damaged file is told instead. */
static void put_waiting(struct report_page *page, ow_guest *guest, const ow_adapter *a)
{
        ow_buffer line = OW_BUFFER_INIT;
        ow_error why = OW_ERROR_INIT;
        ow_addressing waiting;
        int r = ow_addressing_waiting(guest, a->guid, &waiting, &why);

        if (r < 0)
                ow_buffer_put_text(&line, why.text);
        if (r > 0) {
                page->text.failed |= ow_addressing_each(&waiting, put_setting, &line, NULL) < 0;
                ow_addressing_done(&waiting);
        }
        put_line(page, "At first boot", &line);
}

static void put_strays(struct report_page *page, const ow_network *n)
{
        for (size_t i = 0; i < n->n_strays && i < MAX_SHOWN; i++) {
                const ow_nsi_row *row = &n->strays[i];
                char prefix[OW_PREFIX_TEXT];

                if (i == 0) {
                        report_put(page, "\n");
                        report_put_styled(page, REPORT_BOLD, "Rows of the network store that are no adapter's");
                        report_put(page, "\n");
                }
                report_put_spaces(page, INDENT);
                report_put_wrapped(page, INDENT, row->key + strlen("Control\\"));
                report_put_spaces(page, 2 * INDENT);
                if (row->understood) {
                        ow_prefix_format(&row->prefix, prefix);
                        report_printf(page, "%s  ", prefix);
                }
                report_put_wrapped(page, 2 * INDENT, row->name);
        }
}

static void put_problems(struct report_page *page, ow_guest *guest)
{
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++) {
                if (i == 0)
                        report_put(page, "\n");
                report_put_style(page, REPORT_WARN);
                report_put(page, "! ");
                report_put_style(page, REPORT_PLAIN);
                report_put_wrapped(page, 2, ow_guest_problem(guest, i));
        }
}

/* Not hidden, or of use all the same. */
static bool is_shown(const ow_adapter *a)
{
        return a->hardware_device || a->kind == OW_ADAPTER_TEAM || a->kind == OW_ADAPTER_BRIDGE ||
               a->ipv4.addresses.count || a->ipv6.addresses.count ||
               (!a->hidden && (a->class_number[0] || a->guid[0] == '\0') && a->kind != OW_ADAPTER_WAN);
}

static size_t put_group(struct report_page *page, const ow_network *network, bool ghosts, bool all)
{
        size_t left_out = 0;

        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];

                if ((a->verdict.presence == OW_PRESENCE_GHOST) != ghosts)
                        continue;
                if (all || is_shown(a))
                        put_adapter(page, network, a, all);
                else
                        left_out++;
        }
        return left_out;
}

int report_network_text(ow_guest *guest, const ow_network *network, const ow_adapter *only, bool all,
                        const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        size_t left_out;

        report_put_heading(&page, guest);
        if (only) {
                put_adapter(&page, network, only, true);
                put_waiting(&page, guest, only);
                put_routes(&page, network, only);
                return report_page_take(&page, ret, err);
        }
        put_machine(&page, network, all);
        left_out = put_group(&page, network, false, all);
        left_out += put_group(&page, network, true, all);
        put_routes(&page, network, NULL);
        if (all)
                put_strays(&page, network);
        if (left_out) {
                report_printf(&page, "\nLeft out: %zu tunnels, miniports and leftovers; --all shows them.\n",
                              left_out);
        }
        if (all)
                put_problems(&page, guest);
        return report_page_take(&page, ret, err);
}
