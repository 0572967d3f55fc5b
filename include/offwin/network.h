/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/network.h - what an installation knows of its network adapters and their addresses: one record per adapter,
 * joined from all the places that hold a part of it, with those places.
 *
 * Strings are the guest's, UTF-8, never NULL, "" when not known. All of it lives as long as the ow_network. Paths of
 * keys lie below the control set ("Services\\Tcpip\\..."), unless they begin with "HKLM\\"; names of keys that differ
 * from machine to machine are spelled as the registry spells them. What is missing, damaged or of an odd type becomes
 * a note (ow_guest_problem()) and a fact less.
 */
#ifndef OFFWIN_NETWORK_H
#define OFFWIN_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/address.h>
#include <offwin/device.h>
#include <offwin/error.h>
#include <offwin/machine.h>
#include <offwin/nsi.h>

OW_BEGIN_DECLS

typedef struct ow_texts {
        const char *const *items;
        size_t count;
} ow_texts;

typedef struct ow_addresses {
        const ow_address *items;
        size_t count;
} ow_addresses;

typedef struct ow_prefixes {
        const ow_prefix *items;
        size_t count;
} ow_prefixes;

enum { OW_METRIC_AUTOMATIC = -1 };

/* A gateway and its metric. */
typedef struct ow_gateway {
        ow_address address;
        int64_t metric; /* OW_METRIC_AUTOMATIC, or what is set */
} ow_gateway;

typedef struct ow_gateways {
        const ow_gateway *items;
        size_t count;
} ow_gateways;

/* A setting that may be absent. */
typedef struct ow_setting {
        bool set;
        uint32_t value;
} ow_setting;

/* A number or text by its name, as stored. */
typedef struct ow_named_value {
        const char *name;
        uint32_t type;    /* OW_REG_* */
        const char *text; /* the text, or the number in decimal, or hex digits */
} ow_named_value;

typedef struct ow_named_values {
        const ow_named_value *items;
        size_t count;
} ow_named_values;

/* What DHCP gave last. */
typedef struct ow_lease {
        ow_prefix address; /* no family: none */
        ow_address server;
        ow_gateways gateways;
        ow_addresses dns;
        const char *domain;
        uint64_t obtained, expires; /* FILETIME or 0 */
        bool automatic;             /* Windows made the address up itself (APIPA) */
        ow_address gateway_checked; /* a gateway whose hardware address Windows remembers, */
        ow_mac gateway_mac;         /* and that address */
} ow_lease;

/* IPv4 lists that cannot be read whole: something in one is none of its kind, or it is no list. Notes say what. */
enum ow_damaged {
        OW_DAMAGED_ADDRESSES = 1 << 0, /* or masks */
        OW_DAMAGED_GATEWAYS = 1 << 1,
        OW_DAMAGED_DNS = 1 << 2,
        OW_DAMAGED_WINS = 1 << 3,
};

/* Settings of one family of one adapter: Tcpip or Tcpip6 \Parameters\Interfaces\{GUID}. */
typedef struct ow_ip {
        const char *key;       /* "" when there is none */
        ow_setting dhcp;       /* EnableDHCP */
        ow_prefixes addresses; /* static; IPv4 from its key, IPv6 from the network store */
        ow_gateways gateways;  /* static; IPv6: next hops of default routes in the network store */
        ow_addresses dns;      /* static */
        const char *suffix;    /* DNS suffix of the connection */
        bool single;           /* IPv4: a list is stored as one string (REG_SZ) */
        bool uneven;           /* IPv4: not as many masks as addresses */
        unsigned damaged;      /* OW_DAMAGED_* */
        ow_lease lease;
        ow_setting mtu, metric;                         /* metric 0 is automatic */
        ow_setting register_addresses, register_suffix; /* in DNS: RegistrationEnabled, RegisterAdapterName */
        ow_setting autoconfiguration;                   /* IPAutoconfigurationEnabled */
        ow_address autoconfigured;                      /* what Windows made up for itself once, and kept */
        ow_setting iaid;                                /* IPv6: Dhcpv6Iaid */
        ow_prefixes stored;                             /* what the network store has, in its order */
        bool differs;                                   /* IPv4: stored, and not what the key says */
} ow_ip;

/* A place of the registry that belongs to one adapter. */
enum ow_net_place_kind {
        OW_PLACE_CLASS,      /* Control\Class\{4d36e972-...}\NNNN */
        OW_PLACE_ENUM,       /* Enum\<bus>\<hardware>\<instance> */
        OW_PLACE_CONNECTION, /* Control\Network\{4D36E972-...}\{GUID} */
        OW_PLACE_TCPIP,      /* Services\Tcpip\Parameters\Interfaces\{GUID}; NT 4: the card's own key */
        OW_PLACE_TCPIP6,
        OW_PLACE_TCPIP_ADAPTER,  /* Services\Tcpip\Parameters\Adapters\{GUID} */
        OW_PLACE_DNS_REGISTERED, /* Services\Tcpip\Parameters\DNSRegisteredAdapters\{GUID} */
        OW_PLACE_NETBT,          /* Services\NetBT\Parameters\Interfaces\Tcpip_{GUID} */
        OW_PLACE_NETBT6,
        OW_PLACE_SERVICE,       /* Services\{GUID}, 2000 to 2003: the same settings again in Parameters\Tcpip */
        OW_PLACE_FILTER,        /* Services\<filter>\Parameters\Adapters or NdisAdapters\{GUID} */
        OW_PLACE_NETWORK_SETUP, /* Control\NetworkSetup2\Interfaces\{GUID} */
        OW_PLACE_NETWORK_CARD,  /* HKLM\SOFTWARE\...\NetworkCards\N */
};

typedef struct ow_net_place {
        enum ow_net_place_kind kind;
        const char *path;
} ow_net_place;

/* "class", "enum", ... */
OW_APIV const char *ow_net_place_name(enum ow_net_place_kind kind);

enum ow_nsi_kind { OW_NSI_ROW_UNICAST, OW_NSI_ROW_ROUTE, OW_NSI_ROW_INTERFACE, OW_NSI_ROW_IFINFO, OW_NSI_ROW_OTHER };

/* A row of the network store that carries the adapter's LUID. */
typedef struct ow_nsi_row {
        enum ow_nsi_kind kind;
        uint8_t family;      /* enum ow_family; OW_FAMILY_NONE for NDIS */
        bool understood;     /* of a length that is known */
        const char *key;     /* below the control set: "Control\\Nsi\\{...}\\10" */
        const char *name;    /* of the value */
        uint32_t size;       /* bytes of its data */
        ow_prefix prefix;    /* the address, or the destination of a route */
        ow_address next_hop; /* of a route */
        uint32_t metric;     /* of a route; OW_NSI_UNSET: automatic */
        ow_luid luid;
} ow_nsi_row;

enum ow_adapter_kind {
        OW_ADAPTER_UNKNOWN,
        OW_ADAPTER_ETHERNET, /* a card; also one that a virtual machine emulates */
        OW_ADAPTER_WIRELESS,
        OW_ADAPTER_BLUETOOTH,
        OW_ADAPTER_TEAM,
        OW_ADAPTER_BRIDGE,
        OW_ADAPTER_SWITCH,  /* port of a Hyper-V switch that this Windows was host of */
        OW_ADAPTER_TUNNEL,  /* ISATAP, Teredo, 6to4 */
        OW_ADAPTER_WAN,     /* WAN miniports, RAS */
        OW_ADAPTER_DIAL_UP, /* settings that dial-up connections share */
        OW_ADAPTER_LOOPBACK,
        OW_ADAPTER_KERNEL_DEBUG,
        OW_ADAPTER_SOFTWARE, /* any other one without hardware */
        OW_ADAPTER_SETTINGS, /* only address settings are left */
};

/* "ethernet", "wireless", ... */
OW_APIV const char *ow_adapter_kind_name(enum ow_adapter_kind kind);

enum ow_mac_source {
        OW_MAC_NONE,
        OW_MAC_DRIVER,   /* the card said so, and Windows or its driver kept it */
        OW_MAC_INSTANCE, /* the serial number in its device instance */
        OW_MAC_DUID,     /* the machine's DHCPv6 identity, whose vendor part fits this adapter alone */
        OW_MAC_FORCED,   /* only the one that was set by hand is known */
};

/* "driver", "instance", "duid", "forced", "none" */
OW_APIV const char *ow_mac_source_name(enum ow_mac_source source);

enum ow_team_kind {
        OW_TEAM_NONE,
        OW_TEAM_HP,       /* HP Network Configuration Utility: CPQTEAM */
        OW_TEAM_BROADCOM, /* Broadcom Advanced Server Program: BLFM, BLFP */
        OW_TEAM_INTEL,    /* Intel Advanced Network Services */
        OW_TEAM_LBFO,     /* Windows Server 2012 and newer */
        OW_TEAM_OTHER,
};

/* "HP Network Configuration Utility", ... "" */
OW_APIV const char *ow_team_kind_name(enum ow_team_kind kind);

/* The protocols that cards in such a team are bound to, by the names of their services. None for OW_TEAM_OTHER. */
OW_API ow_texts ow_team_protocols(enum ow_team_kind kind);

enum { OW_NO_ADAPTER = -1 };

typedef struct ow_adapter {
        /* who it is */
        const char *guid;         /* "{...}" upper case; NT 4: "" */
        const char *name;         /* connection name, "Local Area Connection 2" */
        const char *description;  /* DriverDesc */
        const char *class_number; /* "0007"; "" when it has no class key */
        const char *component;    /* ComponentId: "pci\\ven_8086&dev_100f", "ms_ndiswanip" */
        const char *hardware;     /* MatchingDeviceId, or the first hardware id */
        const char *instance;     /* "PCI\\VEN_...\\..." as its keys are spelled */
        const char *service;      /* of its driver; NT 4: its own service */
        const char *provider;     /* of its driver */
        const char *driver_version, *driver_date, *inf;
        uint32_t characteristics; /* NCF_*, see windows-facts; 0 when not told */
        bool has_luid;
        ow_luid luid;
        ow_mac mac; /* see mac_source */
        enum ow_mac_source mac_source;
        bool has_forced_mac;
        ow_mac forced_mac; /* NetworkAddress */

        /* what it is */
        enum ow_adapter_kind kind;
        bool hardware_device;     /* there is, or was, a card; also an emulated one */
        bool hidden;              /* Windows does not list it among the connections */
        bool virtual_machine;     /* a card that only virtual machines have */
        bool virtual_connect;     /* its MAC is of the pools that HP Virtual Connect gives to blades */
        ow_verdict verdict;       /* was it there when Windows last ran? */
        ow_setting dns_stale;     /* StaleAdapter: 0: the DNS client registered it last, 1: it was gone then */
        const char *stays_behind; /* why it will not be there in a new virtual machine; "" otherwise */

        /* teams and bridges */
        enum ow_team_kind team; /* of a team's own adapter, and of its members */
        int team_adapter;       /* of a member: index of its team's adapter, or OW_NO_ADAPTER */
        const int *members;     /* of a team or bridge: indices of the adapters in it */
        size_t n_members;
        const char *team_name; /* as the team's software calls it */

        /* bindings */
        ow_texts upper;   /* UpperBind: services, "Tcpip" */
        ow_texts filters; /* FilterList, as stored: "{GUID}-{filter}-0000" */

        /* addresses */
        ow_ip ipv4, ipv6;
        ow_addresses wins;
        ow_addresses dhcp_wins;
        ow_setting netbios; /* NetbiosOptions: 0 as DHCP says, 1 on, 2 off */
        ow_setting dhcp_netbios;
        ow_ip service_ipv4; /* 2000 to 2003: Services\{GUID}\Parameters\Tcpip; key "" when there is none */

        ow_named_values keywords; /* values of the class key that tune the driver; "*" begins standard ones */

        /* where all that was found */
        const ow_net_place *places;
        size_t n_places;
        const ow_nsi_row *rows;
        size_t n_rows;
} ow_adapter;

/* A persistent route. */
typedef struct ow_route {
        ow_prefix destination;
        ow_address gateway;
        int64_t metric;                     /* OW_METRIC_AUTOMATIC */
        int adapter;                        /* whose network the gateway is in, or by LUID; OW_NO_ADAPTER */
        bool in_parameters;                 /* Services\Tcpip\Parameters\PersistentRoutes */
        const char *parameters_name;        /* name of its value there */
        bool in_store;                      /* network store */
        const char *store_key, *store_name; /* where, and the name of its value */
} ow_route;

typedef struct ow_network {
        uint32_t control_set; /* number */
        bool old_layout;      /* NT 4: each card is a service, and has no GUID */

        const ow_adapter *adapters;
        size_t n_adapters;
        const ow_route *routes;
        size_t n_routes;

        const char *host_name, *nv_host_name; /* now, and from the next boot on */
        const char *domain, *nv_domain;       /* primary DNS suffix, the same */
        const char *dhcp_domain;
        ow_texts search_list;
        ow_addresses dns; /* for all adapters; nearly always none */
        ow_addresses dhcp_dns;
        ow_setting disabled_components; /* of IPv6 */
        const uint8_t *duid;            /* Dhcpv6DUID, the machine's identity for DHCPv6 */
        size_t duid_size;
        ow_named_values tcpip; /* values of Tcpip\Parameters beside those above */
        ow_named_values tcpip6;
        ow_named_values netbt; /* values of NetBT\Parameters */

        const ow_nsi_row *strays; /* unicast and route rows that no adapter's LUID fits */
        size_t n_strays;
} ow_network;

/* The network of the current control set, read on first use. The guest's, and gone after ow_network_forget(). */
OW_API int ow_guest_network(ow_guest *guest, const ow_network **ret, ow_error *err);

/* Drops what ow_guest_network() read: after an edit, the next call reads anew. */
OW_APIV void ow_network_forget(ow_guest *guest);

/**
 * ow_network_load - the network of any control set
 * @control_set: a number of ow_control_sets
 * @ret:         the caller's: ow_network_free()
 *
 * Return: 0, also when there is nothing; OW_E_ABSENT no such control set; OW_E_NOMEM.
 */
OW_API int ow_network_load(ow_guest *guest, uint32_t control_set, ow_network **ret, ow_error *err);
OW_APIV void ow_network_free(ow_network *network); /* NULL is fine */

/**
 * ow_network_find - the adapter that a person means
 * @what: connection name, MAC, GUID, IP address, class number ("0007"), description, or "auto": the one that carries
 *        the IPv4 default gateway
 *
 * A present adapter wins over ghosts of the same name.
 * Return: 0 and the index; OW_E_ABSENT none; OW_E_INVAL several, the text names them.
 */
OW_API int ow_network_find(const ow_network *network, const char *what, size_t *ret_index, ow_error *err);

/* The first place of this kind, or NULL. */
OW_APIV const char *ow_adapter_place(const ow_adapter *adapter, enum ow_net_place_kind kind);

/* What counts now: the static ones, or those of the lease under DHCP; for gateways and DNS, static ones win. */
OW_APIV ow_prefixes ow_ip_addresses_in_use(const ow_ip *ip);
OW_APIV ow_gateways ow_ip_gateways_in_use(const ow_ip *ip);
OW_APIV ow_addresses ow_ip_dns_in_use(const ow_ip *ip);

OW_END_DECLS

#endif
