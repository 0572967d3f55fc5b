/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `offwin net show --json`: everything, also what the text leaves out. Keys are a promise: offwin-json(5). */
#include "report/network.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

#include "report/json.h"

static void put_address(struct report_json *json, json_t *object, const char *key, const ow_address *address)
{
        char text[OW_ADDRESS_TEXT];

        ow_address_format(address, text);
        if (text[0])
                report_json_text(json, object, key, text);
        else
                report_json_null(json, object, key);
}

static void put_addresses(struct report_json *json, json_t *object, const char *key, ow_addresses list)
{
        json_t *array = report_json_array(json, object, key);
        char text[OW_ADDRESS_TEXT];

        for (size_t i = 0; i < list.count; i++) {
                ow_address_format(&list.items[i], text);
                report_json_add_text(json, array, text);
        }
}

static void put_prefixes(struct report_json *json, json_t *object, const char *key, ow_prefixes list)
{
        json_t *array = report_json_array(json, object, key);
        char text[OW_PREFIX_TEXT];

        for (size_t i = 0; i < list.count; i++) {
                ow_prefix_format(&list.items[i], text);
                report_json_add_text(json, array, text);
        }
}

void report_json_texts(struct report_json *json, json_t *object, const char *key, ow_texts list)
{
        json_t *array = report_json_array(json, object, key);

        for (size_t i = 0; i < list.count; i++)
                report_json_add_text(json, array, list.items[i]);
}

void report_json_setting(struct report_json *json, json_t *object, const char *key, ow_setting setting)
{
        if (setting.set)
                report_json_number(json, object, key, setting.value);
        else
                report_json_null(json, object, key);
}

static void put_metric(struct report_json *json, json_t *object, int64_t metric)
{
        if (metric == OW_METRIC_AUTOMATIC)
                report_json_null(json, object, "metric");
        else
                report_json_number(json, object, "metric", (uint64_t)metric);
}

static void put_gateways(struct report_json *json, json_t *object, const char *key, ow_gateways list)
{
        json_t *array = report_json_array(json, object, key);

        for (size_t i = 0; i < list.count; i++) {
                json_t *o = report_json_add_object(json, array);

                put_address(json, o, "address", &list.items[i].address);
                put_metric(json, o, list.items[i].metric);
        }
}

void report_json_named(struct report_json *json, json_t *object, const char *key, ow_named_values list)
{
        json_t *values = report_json_array(json, object, key);

        for (size_t i = 0; i < list.count; i++) {
                json_t *o = report_json_add_object(json, values);

                report_json_text(json, o, "name", list.items[i].name);
                report_json_text(json, o, "value", list.items[i].text);
        }
}

void report_json_mac(struct report_json *json, json_t *object, const char *key, bool known, const ow_mac *mac)
{
        char text[OW_MAC_TEXT];

        ow_mac_format(mac, text);
        if (known)
                report_json_text(json, object, key, text);
        else
                report_json_null(json, object, key);
}

/* ---- addresses ---- */

static void put_lease(struct report_json *json, json_t *object, const ow_lease *lease)
{
        json_t *o = report_json_object(json, object, "lease");
        char text[OW_PREFIX_TEXT];

        ow_prefix_format(&lease->address, text);
        report_json_text(json, o, "address", text);
        put_address(json, o, "server", &lease->server);
        put_gateways(json, o, "gateways", lease->gateways);
        put_addresses(json, o, "dns", lease->dns);
        report_json_text(json, o, "domain", lease->domain);
        report_json_time(json, o, "obtained", lease->obtained);
        report_json_time(json, o, "expires", lease->expires);
        report_json_bool(json, o, "automatic", lease->automatic);
        put_address(json, o, "gateway_checked", &lease->gateway_checked);
        report_json_mac(json, o, "gateway_mac", lease->gateway_checked.family != 0, &lease->gateway_mac);
}

static void put_ip(struct report_json *json, json_t *object, const char *key, const ow_ip *ip)
{
        json_t *o = report_json_object(json, object, key);

        report_json_text(json, o, "key", ip->key);
        report_json_setting(json, o, "dhcp", ip->dhcp);
        put_prefixes(json, o, "addresses", ip->addresses);
        report_json_bool(json, o, "single", ip->single);
        report_json_bool(json, o, "uneven", ip->uneven);
        report_json_bool(json, o, "damaged", ip->damaged != 0);
        put_gateways(json, o, "gateways", ip->gateways);
        put_addresses(json, o, "dns", ip->dns);
        report_json_text(json, o, "suffix", ip->suffix);
        put_lease(json, o, &ip->lease);
        report_json_setting(json, o, "mtu", ip->mtu);
        report_json_setting(json, o, "metric", ip->metric);
        report_json_setting(json, o, "register", ip->register_addresses);
        report_json_setting(json, o, "register_suffix", ip->register_suffix);
        report_json_setting(json, o, "autoconfiguration", ip->autoconfiguration);
        put_address(json, o, "autoconfigured", &ip->autoconfigured);
        report_json_setting(json, o, "iaid", ip->iaid);
        put_prefixes(json, o, "stored", ip->stored);
        report_json_bool(json, o, "store_differs", ip->differs);
}

/* ---- adapters ---- */

static void put_row(struct report_json *json, json_t *array, const ow_nsi_row *row)
{
        json_t *o = report_json_add_object(json, array);
        char prefix[OW_PREFIX_TEXT];

        report_json_text(json, o, "key", row->key);
        report_json_text(json, o, "name", row->name);
        report_json_number(json, o, "size", row->size);
        report_json_bool(json, o, "understood", row->understood);
        ow_prefix_format(&row->prefix, prefix);
        report_json_text(json, o, "prefix", prefix);
        put_address(json, o, "next_hop", &row->next_hop);
}

static void put_identity(struct report_json *json, json_t *o, const ow_adapter *a)
{
        char luid[OW_LUID_TEXT] = "";

        report_json_text(json, o, "guid", a->guid);
        report_json_text(json, o, "name", a->name);
        report_json_text(json, o, "description", a->description);
        report_json_text(json, o, "kind", ow_adapter_kind_name(a->kind));
        report_json_bool(json, o, "hidden", a->hidden);
        report_json_bool(json, o, "hardware_device", a->hardware_device);
        report_json_bool(json, o, "virtual_machine", a->virtual_machine);
        report_json_bool(json, o, "virtual_connect", a->virtual_connect);
        report_json_text(json, o, "class_number", a->class_number);
        report_json_text(json, o, "component", a->component);
        report_json_text(json, o, "hardware", a->hardware);
        report_json_text(json, o, "instance", a->instance);
        report_json_text(json, o, "service", a->service);
        report_json_text(json, o, "provider", a->provider);
        report_json_text(json, o, "driver_version", a->driver_version);
        report_json_text(json, o, "driver_date", a->driver_date);
        report_json_text(json, o, "inf", a->inf);
        report_json_number(json, o, "characteristics", a->characteristics);
        if (a->has_luid)
                ow_luid_format(&a->luid, luid);
        report_json_text(json, o, "luid", luid);
        report_json_mac(json, o, "mac", a->mac_source != OW_MAC_NONE, &a->mac);
        report_json_text(json, o, "mac_source", ow_mac_source_name(a->mac_source));
        report_json_mac(json, o, "forced_mac", a->has_forced_mac, &a->forced_mac);
        report_json_text(json, o, "presence", ow_presence_name(a->verdict.presence));
        report_json_text(json, o, "confidence", ow_confidence_name(a->verdict.confidence));
        report_json_text(json, o, "reason", a->verdict.reason);
        report_json_text(json, o, "stays_behind", a->stays_behind);
        report_json_setting(json, o, "dns_stale", a->dns_stale);
}

static void put_team(struct report_json *json, json_t *o, const ow_network *network, const ow_adapter *a)
{
        json_t *members;

        report_json_text(json, o, "team", ow_team_kind_name(a->team));
        report_json_text(json, o, "team_name", a->team_name);
        if (a->team_adapter == OW_NO_ADAPTER)
                report_json_null(json, o, "member_of");
        else
                report_json_text(json, o, "member_of", network->adapters[a->team_adapter].guid);
        members = report_json_array(json, o, "members");
        for (size_t i = 0; i < a->n_members; i++)
                report_json_add_text(json, members, network->adapters[a->members[i]].guid);
}

static void put_adapter(struct report_json *json, json_t *array, const ow_network *network, const ow_adapter *a)
{
        json_t *o = report_json_add_object(json, array);
        json_t *places, *rows;

        put_identity(json, o, a);
        put_team(json, o, network, a);
        report_json_texts(json, o, "upper", a->upper);
        report_json_texts(json, o, "filters", a->filters);
        put_ip(json, o, "ipv4", &a->ipv4);
        put_ip(json, o, "ipv6", &a->ipv6);
        if (a->service_ipv4.key[0])
                put_ip(json, o, "service_ipv4", &a->service_ipv4);
        put_addresses(json, o, "wins", a->wins);
        put_addresses(json, o, "dhcp_wins", a->dhcp_wins);
        report_json_setting(json, o, "netbios", a->netbios);
        report_json_setting(json, o, "dhcp_netbios", a->dhcp_netbios);
        report_json_named(json, o, "keywords", a->keywords);
        places = report_json_array(json, o, "places");
        for (size_t i = 0; i < a->n_places; i++) {
                json_t *place = report_json_add_object(json, places);

                report_json_text(json, place, "kind", ow_net_place_name(a->places[i].kind));
                report_json_text(json, place, "path", a->places[i].path);
        }
        rows = report_json_array(json, o, "rows");
        for (size_t i = 0; i < a->n_rows; i++)
                put_row(json, rows, &a->rows[i]);
}

/* ---- the machine ---- */

static void put_routes(struct report_json *json, json_t *object, const ow_network *n)
{
        json_t *array = report_json_array(json, object, "routes");

        for (size_t i = 0; i < n->n_routes; i++) {
                const ow_route *route = &n->routes[i];
                json_t *o = report_json_add_object(json, array);
                char text[OW_PREFIX_TEXT];

                ow_prefix_format(&route->destination, text);
                report_json_text(json, o, "destination", text);
                put_address(json, o, "gateway", &route->gateway);
                put_metric(json, o, route->metric);
                if (route->adapter == OW_NO_ADAPTER)
                        report_json_null(json, o, "adapter");
                else
                        report_json_text(json, o, "adapter", n->adapters[route->adapter].guid);
                report_json_text(json, o, "parameters_name", route->parameters_name);
                report_json_text(json, o, "store_name", route->store_name);
        }
}

static void put_machine(struct report_json *json, json_t *root, const ow_network *n)
{
        report_json_number(json, root, "control_set", n->control_set);
        report_json_bool(json, root, "old_layout", n->old_layout);
        report_json_text(json, root, "host_name", n->host_name);
        report_json_text(json, root, "nv_host_name", n->nv_host_name);
        report_json_text(json, root, "domain", n->domain);
        report_json_text(json, root, "nv_domain", n->nv_domain);
        report_json_text(json, root, "dhcp_domain", n->dhcp_domain);
        report_json_texts(json, root, "search_list", n->search_list);
        put_addresses(json, root, "dns", n->dns);
        put_addresses(json, root, "dhcp_dns", n->dhcp_dns);
        report_json_setting(json, root, "disabled_components", n->disabled_components);
        report_json_hex(json, root, "duid", n->duid, n->duid_size);
        report_json_named(json, root, "tcpip", n->tcpip);
        report_json_named(json, root, "tcpip6", n->tcpip6);
        report_json_named(json, root, "netbt", n->netbt);
}

int report_network_json(ow_guest *guest, const ow_network *network, const ow_adapter *only, char **ret, ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("network");
        json_t *adapters, *strays, *problems;

        report_json_installation(&json, json.root, guest);
        put_machine(&json, json.root, network);
        adapters = report_json_array(&json, json.root, "adapters");
        for (size_t i = 0; i < network->n_adapters; i++)
                if (!only || only == &network->adapters[i])
                        put_adapter(&json, adapters, network, &network->adapters[i]);
        put_routes(&json, json.root, network);
        strays = report_json_array(&json, json.root, "strays");
        for (size_t i = 0; i < network->n_strays; i++)
                put_row(&json, strays, &network->strays[i]);
        problems = report_json_array(&json, json.root, "problems");
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++)
                report_json_add_text(&json, problems, ow_guest_problem(guest, i));
        return report_json_take(&json, ret, err);
}
