/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/addressing.h - everything that one network adapter may be given, checking it, and making it part of a plan:
 * set on an adapter that the registry has, handed over to the card of the new machine, taken away from an old card.
 *
 * IPv4 and IPv6 stand side by side in the same lists. Lists and texts are the struct's own; change lists through
 * the calls below only.
 */
#ifndef OFFWIN_ADDRESSING_H
#define OFFWIN_ADDRESSING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/address.h>
#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/network.h>

OW_BEGIN_DECLS

/* NetbiosOptions as stored. */
enum ow_netbios { OW_NETBIOS_DEFAULT = 0, OW_NETBIOS_ON = 1, OW_NETBIOS_OFF = 2 };

typedef struct ow_static_route {
        ow_prefix destination; /* a network: bits behind its length are 0 */
        ow_address gateway;
        int64_t metric; /* OW_METRIC_AUTOMATIC */
} ow_static_route;

enum { OW_ADDRESSING_LIST_MAX = 256 }; /* entries of one list */

typedef struct ow_addressing {
        char *name; /* connection name; NULL: the adapter keeps its own */
        bool has_mac;
        ow_mac mac;           /* of the card that this is for */
        bool dhcp;            /* IPv4 by DHCP: no IPv4 addresses and gateways then */
        ow_prefix *addresses; /* hosts with their prefixes; of each family, the first is the main one */
        size_t n_addresses;
        ow_gateway *gateways; /* next hops of the default routes; no 0.0.0.0/0 or ::/0 in routes */
        size_t n_gateways;
        ow_address *dns; /* in the order in which they are asked, by family */
        size_t n_dns;
        ow_address *wins; /* IPv4 */
        size_t n_wins;
        ow_static_route *routes; /* persistent */
        size_t n_routes;
        bool routes_named;             /* somebody gave them: also routes that are nobody's for certain go for them */
        char *suffix;                  /* DNS suffix of the connection; NULL and "": none */
        ow_setting register_addresses; /* in DNS; 0 or 1 */
        ow_setting register_suffix;    /* ... with the connection's suffix; 0 or 1 */
        ow_setting netbios;            /* enum ow_netbios */
        ow_setting mtu;                /* bytes; not set: the driver's */
        ow_setting metric;             /* of the interface, 1 to 9999; not set: automatic */
        unsigned damaged;              /* OW_DAMAGED_*: lists that come from an adapter, and could not be read whole */
} ow_addressing;

/* DHCP and nothing else. */
OW_APIV void ow_addressing_init(ow_addressing *addressing);
OW_APIV void ow_addressing_done(ow_addressing *addressing);
/* *ret is overwritten, and the caller's: ow_addressing_done(). OW_E_NOMEM. */
OW_API int ow_addressing_copy(const ow_addressing *from, ow_addressing *ret, ow_error *err);

/* One more at the end of a list. A first IPv4 address ends dhcp. OW_E_LIMIT, OW_E_NOMEM. */
OW_API int ow_addressing_add_address(ow_addressing *addressing, const ow_prefix *address, ow_error *err);
OW_API int ow_addressing_add_gateway(ow_addressing *addressing, const ow_gateway *gateway, ow_error *err);
OW_API int ow_addressing_add_dns(ow_addressing *addressing, const ow_address *server, ow_error *err);
OW_API int ow_addressing_add_wins(ow_addressing *addressing, const ow_address *server, ow_error *err);
OW_API int ow_addressing_add_route(ow_addressing *addressing, const ow_static_route *route, ow_error *err);
/* NULL takes it away. */
OW_API int ow_addressing_set_name(ow_addressing *addressing, const char *name, ow_error *err);
OW_API int ow_addressing_set_suffix(ow_addressing *addressing, const char *suffix, ow_error *err);
/* DHCP for IPv4: its static addresses and gateways go. */
OW_APIV void ow_addressing_use_dhcp(ow_addressing *addressing);

/* ---- settings by name, as they are typed ---- */

typedef struct ow_addressing_word {
        const char *name;  /* "address" */
        const char *takes; /* "ADDRESS/PREFIX,..." */
        const char *meaning;
} ow_addressing_word;

/* What ow_addressing_set() knows; index below the count; static storage. */
OW_APIV size_t ow_addressing_word_count(void);
OW_APIV const ow_addressing_word *ow_addressing_word_get(size_t index);

/**
 * ow_addressing_set - one setting by its name
 * @name: of a word: "address", "gateway", "dns", "wins", "route", "suffix", "netbios", "mtu", "metric", "register",
 *        "register-suffix", "dhcp", "name"
 * @text: a list is separated by commas and takes the place of the list's entries of each family that it names; "none",
 *        which stands alone or first, empties the list of both. "10.0.0.1@5" is a gateway with its metric,
 *        "10.9.0.0/16=10.0.0.254@5" a route. "default" gives back what Windows takes by itself.
 *
 * Return: 0; OW_E_INVAL, one line that says what is wrong with it; OW_E_LIMIT; OW_E_NOMEM. After an error the
 *         addressing is only good for ow_addressing_done().
 */
OW_API int ow_addressing_set(ow_addressing *addressing, const char *name, const char *text, ow_error *err);

/*
 * Every setting of an addressing, one call for each entry of a list: its word, its family (OW_FAMILY_NONE where that
 * makes no difference), its text. Stops at the first error of fn.
 */
OW_API int ow_addressing_each(const ow_addressing *a,
                              int (*fn)(void *state, const char *word, uint8_t family, const char *text, ow_error *err),
                              void *state, ow_error *err);

/* ---- from an adapter ---- */

/* The adapter that holds the addresses of this one: the team or bridge that it is a member of, or itself. */
OW_APIV size_t ow_network_carrier(const ow_network *network, size_t index);

/*
 * What an adapter has: name, static addresses or DHCP, and all that belongs to it. Not resolved: see
 * ow_network_carrier(). *ret is the caller's: ow_addressing_done(). A name that Windows would not take is left out: the
 * adapter keeps it. An address whose mask is missing or broken has OW_PREFIX_UNKNOWN, and lists that could not be read
 * are marked as damaged until they are replaced: ow_addressing_check() refuses both. OW_E_LIMIT, OW_E_NOMEM.
 */
OW_API int ow_addressing_from_adapter(const ow_network *network, size_t index, ow_addressing *ret, ow_error *err);

/* What the first boot will give an adapter of the registry. 1 and *ret; 0 nothing waits for it. OW_E_CORRUPT. */
OW_API int ow_addressing_waiting(ow_guest *guest, const char *guid, ow_addressing *ret, ow_error *err);

/* What an adapter is to have: what waits for it, and otherwise what it has. Errors of both. */
OW_API int ow_addressing_load(ow_guest *guest, size_t index, ow_addressing *ret, ow_error *err);

/* ---- checking ---- */

/* OW_E_INVAL with one line for what Windows would refuse, or what cannot work; else 0. */
OW_API int ow_addressing_check(const ow_addressing *addressing, ow_error *err);

/* Each, and all against each other: one address on two cards, one MAC or name for two. */
OW_API int ow_addressing_check_all(const ow_addressing *addressings, size_t n, ow_error *err);

/* ---- into another network ---- */

/* Addresses in one network become those with the same host part in another one. */
typedef struct ow_re_ip {
        ow_prefix from, to;
} ow_re_ip;

/* "10.3.58.0/24=10.9.8.0/24". OW_E_INVAL: no networks, two families, or a network that the hosts do not fit in. */
OW_API int ow_re_ip_parse(const char *text, ow_re_ip *ret, ow_error *err);

/*
 * Addresses, gateways, DNS and WINS servers and routes by the first rule whose network they are in; an address
 * takes the prefix of its new network when it had that of the old one. OW_E_INVAL: two rules for one network, or two
 * addresses become one. After an error the addressing is only good for ow_addressing_done().
 */
OW_API int ow_addressing_re_ip(ow_addressing *addressing, const ow_re_ip *rules, size_t n, ow_error *err);

/* ---- plans ---- */

/* The way in which a setting gets into force. */
enum ow_effect {
        OW_EFFECT_OFFLINE,    /* written where Windows keeps it; there is nothing left to do */
        OW_EFFECT_FIRST_BOOT, /* by the first-boot service, from C:\Windows\offwin\network.json */
        OW_EFFECT_BOTH,       /* written, and given to the first boot too: not seen on this Windows version */
};

/* "offline", "first boot", "both" */
OW_APIV const char *ow_effect_name(enum ow_effect effect);

/* One setting that a plan makes. Texts are the plan's. */
typedef struct ow_plan_setting {
        const char *adapter; /* "Local Area Connection 2", or "the card 52:54:00:.." */
        const char *name;    /* "address", as in ow_addressing_word */
        const char *value;   /* "10.0.0.5/24" */
        enum ow_effect effect;
} ow_plan_setting;

/* Index below the count. */
OW_APIV size_t ow_plan_setting_count(const ow_plan *plan);
OW_APIV const ow_plan_setting *ow_plan_setting_get(const ow_plan *plan, size_t index);

/**
 * ow_plan_set_adapter - gives an adapter of ow_guest_network() exactly this addressing, in every control set that
 * the next boot may use
 * @index: of the adapter
 *
 * Return: 0; OW_E_INVAL (ow_addressing_check(), or another adapter has that name or address and is not a ghost);
 *         OW_E_UNSUPPORTED NT 4, whose layout is another; OW_E_REFUSED an adapter that carries no addresses (a
 *         team's member, a tunnel); OW_E_CONFLICT an earlier part of the plan wants something else.
 */
OW_API int ow_plan_set_adapter(ow_plan *plan, ow_guest *guest, size_t index, const ow_addressing *addressing,
                               ow_error *err);

/**
 * ow_plan_strip_adapter - takes the static addresses, servers and routes of an adapter away and leaves it on DHCP;
 * routes that another adapter can use stay
 *
 * Return: 0, also when it has none; OW_E_CONFLICT.
 */
OW_API int ow_plan_strip_adapter(ow_plan *plan, ow_guest *guest, size_t index, ow_error *err);

/* The same for every adapter that is a ghost. *ret_count: of those that had something to take; may be NULL. */
OW_API int ow_plan_strip_ghosts(ow_plan *plan, ow_guest *guest, size_t *ret_count, ow_error *err);

enum ow_unteam_flags {
        OW_UNTEAM_DROP_ADDRESSES = 1 << 0, /* addresses that a team still has are taken away */
        OW_UNTEAM_ONLY_FREED =
                1 << 1, /* a team that still has addresses stays as it is, and where there is
                         * doubt all do; the plan says so, nothing is refused. @teams is not looked at */
};

/**
 * ow_plan_unteam - takes teams of network cards apart: each card is bound by itself to what the team was bound to
 * @teams: indices of adapters of ow_guest_network(); NULL with n_teams 0: every team
 * @flags: OW_UNTEAM_*
 *
 * A team's adapter loses its bindings, and its device is disabled. Of HP, Broadcom and Intel teams the drivers are
 * disabled too when no team is left, and taken out of every filter list; Windows' own (2012 and newer) stay
 * installed. What an earlier part of the plan takes away from a team (ow_plan_hand_over()) counts as taken care of.
 *
 * Return: 0; OW_E_INVAL one is no team; OW_E_REFUSED a team still has addresses, or it cannot be told which cards are
 *         whose, or what a card by itself is bound to; OW_E_UNSUPPORTED a list of another type; else as
 *         ow_plan_set_services().
 */
OW_API int ow_plan_unteam(ow_plan *plan, ow_guest *guest, const size_t *teams, size_t n_teams, unsigned flags,
                          ow_error *err);

/* One setting as ow_addressing_set() takes it; borrowed. */
typedef struct ow_addressing_edit {
        const char *name, *text;
} ow_addressing_edit;

/* What a card of the new machine takes over: --nic MAC=OLD. */
typedef struct ow_handover {
        bool has_mac; /* false: any card, the next one in order */
        ow_mac mac;
        const char *old;                 /* see ow_network_find(); borrowed */
        const ow_addressing_edit *edits; /* in place of what the old adapter had, after the rules; may be NULL */
        size_t n_edits;
} ow_handover;

/* "MAC", "MAC=OLD", "any=OLD"; without OLD: "auto". *ret points into text. OW_E_INVAL. */
OW_API int ow_handover_parse(const char *text, ow_handover *ret, ow_error *err);

/**
 * ow_plan_hand_over - whole identities of old adapters to the cards of the new machine
 *
 * Into the registry when an adapter with that MAC is there (the machine has booted once as a VM), else into
 * C:\Windows\offwin\network.json for the first boot. The old adapter loses its addresses in the same plan. rules:
 * see ow_addressing_re_ip(); a rule that fits nothing is OW_E_INVAL.
 *
 * Return: 0; OW_E_ABSENT, OW_E_INVAL: no or no single old adapter, one that two cards are to have, two cards of one
 *         MAC; OW_E_UNSUPPORTED NT 4; the errors of the calls above.
 */
OW_API int ow_plan_hand_over(ow_plan *plan, ow_guest *guest, const ow_handover *nics, size_t n_nics,
                             const ow_re_ip *rules, size_t n_rules, ow_error *err);

OW_END_DECLS

#endif
