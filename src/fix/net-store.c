/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses and routes outside an adapter's own keys: the network store (Control\Nsi) of Vista and newer, and the
 * persistent routes of Tcpip\Parameters, which name no adapter.
 *
 * Rows that are there and still hold stay as they are, whoever wrote them.
 */
#include "fix/net.h"

#include <stdio.h>
#include <string.h>

#include "base/upcase.h"

/* ---- network store ---- */

static ow_static_route default_route(const ow_gateway *gateway)
{
        ow_static_route route = { .gateway = gateway->address, .metric = gateway->metric };

        route.destination.address.family = gateway->address.family;
        return route;
}

/* All routes of an addressing, the default ones first. */
static size_t route_count(const ow_addressing *a)
{
        return a->n_gateways + a->n_routes;
}

static ow_static_route route_at(const ow_addressing *a, size_t i)
{
        return i < a->n_gateways ? default_route(&a->gateways[i]) : a->routes[i - a->n_gateways];
}

static uint32_t store_metric(int64_t metric)
{
        return metric > 0 ? (uint32_t)metric : OW_NSI_UNSET;
}

static bool route_holds(const ow_addressing *want, const ow_nsi_row *row)
{
        for (size_t i = 0; i < route_count(want); i++) {
                ow_static_route route = route_at(want, i);

                if (ow_prefix_equal(&route.destination, &row->prefix) &&
                    ow_address_equal(&route.gateway, &row->next_hop) && store_metric(route.metric) == row->metric)
                        return true;
        }
        return false;
}

static bool row_holds(const ow_addressing *want, const ow_nsi_row *row)
{
        if (!row->understood)
                return false;
        if (row->kind == OW_NSI_ROW_ROUTE)
                return route_holds(want, row);
        for (size_t i = 0; i < want->n_addresses; i++)
                if (ow_prefix_equal(&want->addresses[i], &row->prefix))
                        return true;
        return false;
}

static bool row_to_write(const ow_addressing *want, const ow_nsi_row *row)
{
        for (size_t i = 0; i < want->n_addresses && row->kind == OW_NSI_ROW_UNICAST; i++)
                if (ow_address_equal(&want->addresses[i].address, &row->prefix.address))
                        return true;
        for (size_t i = 0; i < route_count(want) && row->kind == OW_NSI_ROW_ROUTE; i++) {
                ow_static_route route = route_at(want, i);

                if (ow_prefix_equal(&route.destination, &row->prefix) &&
                    ow_address_equal(&route.gateway, &row->next_hop))
                        return true;
        }
        return false;
}

/* A row of a form that is not known stays beside others, and goes with all of them. */
static int leave_row(struct net_job *nj, const ow_nsi_row *row, ow_error *err)
{
        if (nj->network->control_set != ow_guest_control_sets(nj->job->guest)->current)
                return 0;
        return plan_skip(nj->job->plan, nj->job->fix, OW_FIX_NOT_FOR_THIS, err,
                         "'%s': row %s of its network store is of a form that is not known, and left alone",
                         net_shown(nj->adapter), row->name);
}

/* Rows of the adapter that no longer hold. One that is written anew under its name is left to that. */
static int drop_rows(struct net_job *nj, const ow_addressing *want, ow_error *err)
{
        bool all = want->n_addresses + route_count(want) == 0;
        const ow_adapter *a = nj->adapter;
        int r = 0;

        for (size_t i = 0; i < a->n_rows && r == 0; i++) {
                const ow_nsi_row *row = &a->rows[i];
                OW_AUTO_FREE char *where = NULL;

                if ((row->kind != OW_NSI_ROW_UNICAST && row->kind != OW_NSI_ROW_ROUTE) || row_holds(want, row) ||
                    (nj->store != NET_STORE_NONE && row->understood && row_to_write(want, row)))
                        continue;
                if (!row->understood && !all) {
                        r = leave_row(nj, row, err);
                        continue;
                }
                where = net_path(nj, "%s", row->key);
                r = where ? net_drop(nj, where, row->name, err) : ow_fail_nomem(err);
        }
        return r;
}

static bool have_row(const struct net_job *nj, enum ow_nsi_kind kind, const ow_prefix *prefix, const ow_address *hop,
                     uint32_t metric)
{
        for (size_t i = 0; i < nj->adapter->n_rows; i++) {
                const ow_nsi_row *row = &nj->adapter->rows[i];

                if (row->kind == kind && row->understood && ow_prefix_equal(&row->prefix, prefix) &&
                    (!hop || (ow_address_equal(&row->next_hop, hop) && row->metric == metric)))
                        return true;
        }
        return false;
}

static int put_row(struct net_job *nj, uint8_t family, const char *table, const char *name, const void *data,
                   size_t size, ow_error *err)
{
        OW_AUTO_FREE char *where =
                net_path(nj, "%s\\%s", family == OW_FAMILY_IPV6 ? OW_NSI_IPV6 : OW_NSI_IPV4, table);

        for (size_t i = 0; i < nj->adapter->n_rows; i++) {
                const ow_nsi_row *row = &nj->adapter->rows[i];

                if (!row->understood && row->kind != OW_NSI_ROW_OTHER && ow_name_compare(row->name, name) == 0)
                        return ow_fail(
                                err, OW_E_REFUSED, OW_NOWHERE,
                                "'%s': row %s of its network store is of a form that is not known, and would be "
                                "overwritten; `offwin net clean --adapter` takes all its rows away",
                                net_shown(nj->adapter), name);
        }
        return where ? fix_job_value(nj->job, where, name, OW_REG_BINARY, data, size, err) : ow_fail_nomem(err);
}

static int add_unicast(struct net_job *nj, const ow_prefix *address, ow_error *err)
{
        ow_nsi_unicast row = ow_nsi_unicast_manual(&nj->adapter->luid, address);
        uint8_t data[OW_NSI_UNICAST_SIZE];
        char name[OW_NSI_NAME];
        int r;

        if (have_row(nj, OW_NSI_ROW_UNICAST, address, NULL, 0))
                return 0;
        r = ow_nsi_unicast_encode(&row, name, data, err);
        return r < 0 ? r : put_row(nj, address->address.family, OW_NSI_TABLE_UNICAST, name, data, sizeof data, err);
}

static int add_route(struct net_job *nj, const ow_static_route *route, ow_error *err)
{
        ow_nsi_route row = {
                .luid = nj->adapter->luid,
                .destination = route->destination,
                .next_hop = route->gateway,
                .metric = store_metric(route->metric),
                .size = nj->minor == 0 ? 48 : OW_NSI_ROUTE_SIZE, /* Vista has the shorter one */
        };
        uint8_t data[OW_NSI_ROUTE_SIZE];
        char name[OW_NSI_NAME];
        int r;

        if (have_row(nj, OW_NSI_ROW_ROUTE, &route->destination, &route->gateway, row.metric))
                return 0;
        r = ow_nsi_route_encode(&row, name, data, err);
        return r < 0 ? r : put_row(nj, route->gateway.family, OW_NSI_TABLE_ROUTE, name, data, row.size, err);
}

static int add_rows(struct net_job *nj, const ow_addressing *want, ow_error *err)
{
        int r = 0;

        if (nj->store == NET_STORE_NONE)
                return 0;
        for (size_t i = 0; i < want->n_addresses && r == 0; i++)
                r = add_unicast(nj, &want->addresses[i], err);
        for (size_t i = 0; i < route_count(want) && r == 0; i++) {
                ow_static_route route = route_at(want, i);

                r = add_route(nj, &route, err);
        }
        return r;
}

/* ---- persistent routes ---- */

/* The default routes of 7 are there too; those of XP and of 10 are seen in Interfaces only. */
static bool in_parameters(const struct net_job *nj, const ow_static_route *route)
{
        return route->gateway.family == OW_FAMILY_IPV4 && (route->destination.bits > 0 || nj->major == 6);
}

static bool same_route(const ow_static_route *route, const ow_route *there)
{
        int64_t metric = there->metric > 0 ? there->metric : OW_METRIC_AUTOMATIC;

        return ow_prefix_equal(&route->destination, &there->destination) &&
               ow_address_equal(&route->gateway, &there->gateway) && route->metric == metric;
}

static bool wanted(const ow_addressing *want, const ow_route *there)
{
        for (size_t i = 0; i < route_count(want); i++) {
                ow_static_route route = route_at(want, i);

                if (same_route(&route, there))
                        return true;
        }
        return false;
}

static bool adapter_reaches(const ow_adapter *a, const ow_address *hop)
{
        ow_prefixes addresses = ow_ip_addresses_in_use(&a->ipv4);

        for (size_t i = 0; i < addresses.count; i++)
                if (ow_prefix_contains(&addresses.items[i], hop))
                        return true;
        for (size_t i = 0; i < a->ipv4.gateways.count; i++)
                if (ow_address_equal(&a->ipv4.gateways.items[i].address, hop))
                        return true;
        return false;
}

static bool is_going(struct net_job *nj, const ow_adapter *a, const struct net_users *users)
{
        const ow_network *current;
        size_t index;

        if (!users->going || ow_guest_network(nj->job->guest, &current, NULL) < 0)
                return false;
        return net_counterpart(current, a, &index) && users->going[index];
}

/* The plan gives the same route to another adapter. */
static bool given_to_others(const struct net_users *users, const ow_route *there)
{
        for (size_t i = 0; i < users->n_keep; i++)
                if (wanted(&users->keep[i], there))
                        return true;
        for (size_t i = 0; i < users->n_beside; i++)
                if (wanted(&users->beside[i], there))
                        return true;
        return false;
}

/* Only the adapter's that is being set: by what the registry's reader found, or since somebody gave it other routes.
 * Of default routes, others may have the same. */
static bool own_to_replace(struct net_job *nj, const ow_route *there, const ow_addressing *want,
                           const struct net_users *users)
{
        if (!users->replaced || there->destination.bits == 0)
                return false;
        return there->adapter == (int)nj->index || (there->adapter == OW_NO_ADAPTER && want->routes_named);
}

/* Somebody but the adapter can use a route over this hop. */
static bool used_by_others(struct net_job *nj, const ow_route *there, const struct net_users *users)
{
        for (size_t i = 0; i < users->n_keep; i++)
                if (addressing_reaches(&users->keep[i], &there->gateway))
                        return true;
        for (size_t i = 0; i < nj->network->n_adapters; i++)
                if (i != nj->index && adapter_reaches(&nj->network->adapters[i], &there->gateway) &&
                    !is_going(nj, &nj->network->adapters[i], users))
                        return true;
        return false;
}

static int drop_routes(struct net_job *nj, const char *where, const ow_addressing *want,
                       const struct net_users *users, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; i < nj->network->n_routes && r == 0; i++) {
                const ow_route *there = &nj->network->routes[i];

                if (!there->in_parameters || !adapter_reaches(nj->adapter, &there->gateway) || wanted(want, there) ||
                    given_to_others(users, there))
                        continue;
                if (!own_to_replace(nj, there, want, users) && used_by_others(nj, there, users))
                        continue;
                r = net_drop(nj, where, there->parameters_name, err);
        }
        return r;
}

static bool have_route(const struct net_job *nj, const ow_static_route *route)
{
        for (size_t i = 0; i < nj->network->n_routes; i++)
                if (nj->network->routes[i].in_parameters && same_route(route, &nj->network->routes[i]))
                        return true;
        return false;
}

/* Name: destination, mask, gateway, metric; the data is empty, without even a NUL. -1 is automatic. */
static int put_route(struct net_job *nj, const char *where, const ow_static_route *route, ow_error *err)
{
        char destination[OW_ADDRESS_TEXT], mask_text[OW_ADDRESS_TEXT], hop[OW_ADDRESS_TEXT], name[200];
        ow_address mask = ow_mask_of(route->destination.bits);

        ow_address_format(&route->destination.address, destination);
        ow_address_format(&mask, mask_text);
        ow_address_format(&route->gateway, hop);
        (void)snprintf(name, sizeof name, "%s,%s,%s,%d", destination, mask_text, hop,
                       route->metric > 0 ? (int)route->metric : -1);
        return fix_job_value(nj->job, where, name, OW_REG_SZ, "", 0, err);
}

static int write_routes(struct net_job *nj, const ow_addressing *want, const struct net_users *users, ow_error *err)
{
        OW_AUTO_FREE char *where = net_path(nj, "Services\\Tcpip\\Parameters\\PersistentRoutes");
        int r;

        if (!where)
                return ow_fail_nomem(err);
        r = drop_routes(nj, where, want, users, err);
        for (size_t i = 0; i < route_count(want) && r == 0; i++) {
                ow_static_route route = route_at(want, i);

                if (in_parameters(nj, &route) && !have_route(nj, &route))
                        r = put_route(nj, where, &route, err);
        }
        return r;
}

int net_drop_routes(struct net_job *nj, const struct net_users *users, ow_error *err)
{
        static const ow_addressing nothing = { .dhcp = true };

        return write_routes(nj, &nothing, users, err);
}

int net_write_store(struct net_job *nj, const ow_addressing *want, const struct net_users *users, ow_error *err)
{
        int r;

        r = drop_rows(nj, want, err);
        if (r == 0)
                r = add_rows(nj, want, err);
        return r == 0 ? write_routes(nj, want, users, err) : r;
}
