/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addressing as the services' Parameters keep it: Tcpip and Tcpip6 \Parameters\Interfaces, on 2000 to 2003 again in
 * the adapter's own service key, WINS and NetBIOS in NetBT. What a lease left goes when an address becomes static.
 */
#include "fix/net.h"

#include <string.h>

static const char *const lease_values[] = {
        "DhcpIPAddress",
        "DhcpSubnetMask",
        "DhcpServer",
        "DhcpNameServer",
        "DhcpDomain",
        "DhcpDefaultGateway",
        "DhcpSubnetMaskOpt",
        "DhcpInterfaceOptions",
        "DhcpGatewayHardware",
        "DhcpGatewayHardwareCount",
        "DhcpNetworkHint",
        "Lease",
        "LeaseObtainedTime",
        "T1",
        "T2",
        "LeaseTerminatesTime",
        "IPAutoconfigurationAddress",
        "IPAutoconfigurationMask",
        "IPAutoconfigurationSeed",
};
static const char *const static_values[] = { "IPAddress", "SubnetMask", "DefaultGateway", "DefaultGatewayMetric" };
static const char *const netbt_lease_values[] = { "DhcpNameServerList", "DhcpNetbiosOptions" };

/* ---- IPv4 ---- */

static void put_line(ow_buffer *list, const char *text)
{
        ow_buffer_put(list, text, strlen(text) + 1);
}

static int write_addresses(struct net_job *nj, const char *where, const ow_addressing *want, ow_error *err)
{
        OW_AUTO_BUFFER addresses = OW_BUFFER_INIT;
        OW_AUTO_BUFFER masks = OW_BUFFER_INIT;
        char text[OW_ADDRESS_TEXT];
        int r;

        for (size_t i = 0; i < want->n_addresses; i++) {
                const ow_prefix *address = &want->addresses[i];
                ow_address mask = ow_mask_of(address->bits);

                if (address->address.family != OW_FAMILY_IPV4)
                        continue;
                ow_address_format(&address->address, text);
                put_line(&addresses, text);
                ow_address_format(&mask, text);
                put_line(&masks, text);
        }
        r = net_put_list(nj, where, "IPAddress", &addresses, err);
        return r == 0 ? net_put_list(nj, where, "SubnetMask", &masks, err) : r;
}

/* Metric 0 is automatic. */
static int write_gateways(struct net_job *nj, const char *where, const ow_addressing *want, bool metrics,
                          ow_error *err)
{
        OW_AUTO_BUFFER gateways = OW_BUFFER_INIT;
        OW_AUTO_BUFFER numbers = OW_BUFFER_INIT;
        char text[OW_ADDRESS_TEXT];
        int r;

        for (size_t i = 0; i < want->n_gateways; i++) {
                const ow_gateway *gateway = &want->gateways[i];

                if (gateway->address.family != OW_FAMILY_IPV4)
                        continue;
                ow_address_format(&gateway->address, text);
                put_line(&gateways, text);
                ow_buffer_printf(&numbers, "%u", gateway->metric > 0 ? (unsigned)gateway->metric : 0);
                ow_buffer_put_byte(&numbers, 0);
        }
        r = net_put_list(nj, where, "DefaultGateway", &gateways, err);
        return r == 0 && metrics ? net_put_list(nj, where, "DefaultGatewayMetric", &numbers, err) : r;
}

/* 2000 to 2003, and NT 4, keep 0.0.0.0 for "none"; later ones keep nothing. */
static int write_no_addresses(struct net_job *nj, const char *where, ow_error *err)
{
        OW_AUTO_BUFFER zero = OW_BUFFER_INIT;
        OW_AUTO_BUFFER none = OW_BUFFER_INIT;
        ow_datum now = { false, 0, { NULL, 0 } };
        int r;

        if (nj->major >= 6)
                return net_drop_all(nj, where, static_values, OW_COUNT(static_values), err);
        r = plan_now(nj->job->plan, nj->job->guest, where, "IPAddress", &now, err);
        if (r < 0)
                return r;
        ow_blob_done(&now.data);
        put_line(&zero, "0.0.0.0");
        if (now.present)
                r = net_put_list(nj, where, "IPAddress", &zero, err);
        if (r == 0 && now.present)
                r = net_put_list(nj, where, "SubnetMask", &zero, err);
        if (r == 0)
                r = net_put_list(nj, where, "DefaultGateway", &none, err);
        return r == 0 ? net_put_list(nj, where, "DefaultGatewayMetric", &none, err) : r;
}

static int put_servers(struct net_job *nj, const char *where, const ow_addressing *want, uint8_t family,
                       ow_error *err)
{
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        OW_AUTO_FREE char *text = NULL;
        char one[OW_ADDRESS_TEXT];

        for (size_t i = 0; i < want->n_dns; i++) {
                if (want->dns[i].family != family)
                        continue;
                ow_address_format(&want->dns[i], one);
                ow_buffer_printf(&list, "%s%s", list.len ? "," : "", one);
        }
        text = ow_buffer_take_text(&list);
        return text ? net_put_text_if(nj, where, "NameServer", text, err) : ow_fail_nomem(err);
}

static int write_lease(struct net_job *nj, const char *where, const ow_ip *now, const ow_addressing *want,
                       ow_error *err)
{
        bool was_dhcp = !now->dhcp.set || now->dhcp.value != 0;
        ow_datum type = { false, 0, { NULL, 0 } };
        int r;

        if (want->dhcp && was_dhcp)
                return 0;
        r = net_drop_all(nj, where, lease_values, OW_COUNT(lease_values), err);
        if (r == 0)
                r = plan_now(nj->job->plan, nj->job->guest, where, "AddressType", &type, err);
        if (r < 0)
                return r;
        ow_blob_done(&type.data);
        return type.present ? net_put_number(nj, where, "AddressType", 0, err) : 0;
}

/* What Interfaces and the service key have in common. */
static int write_ipv4_addresses(struct net_job *nj, const char *where, const ow_ip *now, const ow_addressing *want,
                                bool metrics, ow_error *err)
{
        int r;

        r = net_put_number(nj, where, "EnableDHCP", want->dhcp, err);
        if (r < 0)
                return r;
        if (want->dhcp && !(now->dhcp.set && now->dhcp.value == 0) && now->addresses.count == 0)
                return 0;
        if (want->dhcp) {
                r = write_no_addresses(nj, where, err);
        } else {
                r = write_addresses(nj, where, want, err);
                if (r == 0)
                        r = write_gateways(nj, where, want, metrics, err);
        }
        return r == 0 ? write_lease(nj, where, now, want, err) : r;
}

static int put_setting(struct net_job *nj, const char *where, const char *name, const ow_setting *setting,
                       ow_error *err)
{
        return setting->set ? net_put_number(nj, where, name, setting->value, err) : net_drop(nj, where, name, err);
}

static char *ipv4_path(const struct net_job *nj)
{
        const ow_adapter *a = nj->adapter;
        const char *place = ow_adapter_place(a, OW_PLACE_TCPIP);

        return place ? net_path(nj, "%s", place)
                     : net_path(nj, "Services\\Tcpip\\Parameters\\Interfaces\\%s", a->guid);
}

static int write_ipv4(struct net_job *nj, const ow_addressing *want, ow_error *err)
{
        OW_AUTO_FREE char *where = ipv4_path(nj);
        int r;

        if (!where)
                return ow_fail_nomem(err);
        r = write_ipv4_addresses(nj, where, &nj->adapter->ipv4, want, true, err);
        if (r == 0)
                r = put_servers(nj, where, want, OW_FAMILY_IPV4, err);
        if (r == 0)
                r = net_put_text_if(nj, where, "Domain", want->suffix ? want->suffix : "", err);
        if (r == 0)
                r = put_setting(nj, where, "RegistrationEnabled", &want->register_addresses, err);
        if (r == 0)
                r = put_setting(nj, where, "RegisterAdapterName", &want->register_suffix, err);
        if (r == 0)
                r = put_setting(nj, where, "MTU", &want->mtu, err);
        return r == 0 ? put_setting(nj, where, "InterfaceMetric", &want->metric, err) : r;
}

static int write_service(struct net_job *nj, const ow_addressing *want, ow_error *err)
{
        const char *place = ow_adapter_place(nj->adapter, OW_PLACE_SERVICE);
        OW_AUTO_FREE char *where = NULL;

        if (!place || nj->major != 5)
                return 0;
        where = net_path(nj, "%s\\Parameters\\Tcpip", place);
        return where ? write_ipv4_addresses(nj, where, &nj->adapter->service_ipv4, want, false, err)
                     : ow_fail_nomem(err);
}

/* ---- IPv6 ---- */

static char *ipv6_path(const struct net_job *nj)
{
        const char *place = ow_adapter_place(nj->adapter, OW_PLACE_TCPIP6);
        char guid[64];
        size_t n = 0;

        if (place)
                return net_path(nj, "%s", place);
        for (; nj->adapter->guid[n] && n + 1 < sizeof guid; n++) { /* Windows spells it in lower case here */
                char c = nj->adapter->guid[n];

                guid[n] = (char)(c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c);
        }
        guid[n] = '\0';
        return net_path(nj, "Services\\Tcpip6\\Parameters\\Interfaces\\%s", guid);
}

static int write_ipv6(struct net_job *nj, const ow_addressing *want, ow_error *err)
{
        OW_AUTO_FREE char *where = NULL;

        if (nj->major < 6) /* IPv6 of XP and 2003 is another service's, and its store is not known */
                return 0;
        where = ipv6_path(nj);
        return where ? put_servers(nj, where, want, OW_FAMILY_IPV6, err) : ow_fail_nomem(err);
}

/* ---- WINS and NetBIOS ---- */

static char *netbt_path(const struct net_job *nj)
{
        const char *place = ow_adapter_place(nj->adapter, OW_PLACE_NETBT);

        return place ? net_path(nj, "%s", place)
                     : net_path(nj, "Services\\NetBT\\Parameters\\Interfaces\\Tcpip_%s", nj->adapter->guid);
}

static int write_wins(struct net_job *nj, const char *where, const ow_addressing *want, ow_error *err)
{
        OW_AUTO_BUFFER list = OW_BUFFER_INIT;
        char text[OW_ADDRESS_TEXT];

        for (size_t i = 0; i < want->n_wins; i++) {
                ow_address_format(&want->wins[i], text);
                put_line(&list, text);
        }
        return net_put_list(nj, where, "NameServerList", &list, err);
}

static int write_netbt(struct net_job *nj, const ow_addressing *want, ow_error *err)
{
        OW_AUTO_FREE char *where = netbt_path(nj);
        int r;

        if (!where)
                return ow_fail_nomem(err);
        r = write_wins(nj, where, want, err);
        if (r == 0 && want->netbios.set)
                r = net_put_number(nj, where, "NetbiosOptions", want->netbios.value, err);
        if (r == 0 && !want->dhcp)
                r = net_drop_all(nj, where, netbt_lease_values, OW_COUNT(netbt_lease_values), err);
        return r;
}

int net_write_parameters(struct net_job *nj, const ow_addressing *want, ow_error *err)
{
        int r;

        r = write_ipv4(nj, want, err);
        if (r == 0)
                r = write_service(nj, want, err);
        if (r == 0)
                r = write_ipv6(nj, want, err);
        return r == 0 ? write_netbt(nj, want, err) : r;
}

/* ---- the same places, emptied ---- */

static int strip_ipv4(struct net_job *nj, const char *where, const ow_ip *now, ow_error *err)
{
        int r = 0;

        if (now->addresses.count || now->gateways.count) {
                r = write_no_addresses(nj, where, err);
                if (r == 0)
                        r = net_put_number(nj, where, "EnableDHCP", 1, err);
        }
        return r == 0 ? net_put_text_if(nj, where, "NameServer", "", err) : r;
}

static int strip_place(struct net_job *nj, const char *place, const char *below, const ow_ip *now, ow_error *err)
{
        OW_AUTO_FREE char *where = place ? net_path(nj, "%s%s", place, below) : NULL;

        if (!place)
                return 0;
        return where ? strip_ipv4(nj, where, now, err) : ow_fail_nomem(err);
}

int net_strip_parameters(struct net_job *nj, ow_error *err)
{
        static const ow_addressing nothing = { .dhcp = true };
        const ow_adapter *a = nj->adapter;
        int r;

        r = strip_place(nj, ow_adapter_place(a, OW_PLACE_TCPIP), "", &a->ipv4, err);
        if (r == 0 && nj->major == 5 && a->service_ipv4.key[0])
                r = strip_place(nj, ow_adapter_place(a, OW_PLACE_SERVICE), "\\Parameters\\Tcpip", &a->service_ipv4,
                                err);
        if (r == 0 && ow_adapter_place(a, OW_PLACE_TCPIP6))
                r = write_ipv6(nj, &nothing, err);
        if (r == 0 && ow_adapter_place(a, OW_PLACE_NETBT)) {
                OW_AUTO_FREE char *where = netbt_path(nj);

                r = where ? write_wins(nj, where, &nothing, err) : ow_fail_nomem(err);
        }
        return r;
}
