/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One adapter of one control set, being written to: what the files that set, strip and hand over share. Keys are the
 * places that the network record names (offwin/network.h), or those that Windows would make.
 */
#ifndef FIX_NET_H
#define FIX_NET_H

#include <offwin/addressing.h>
#include <offwin/guest.h>

#include "fix/action.h"
#include "fix/addressing.h"

/* How far the network store (Control\Nsi) of this Windows is known to hold addresses; docs/formats/nsi.md. */
enum net_store {
        NET_STORE_NONE,  /* it does not, or nobody has seen how: rows only go, none come */
        NET_STORE_KNOWN, /* 7 and 2008 R2: seen on real machines */
        NET_STORE_TOLD,  /* Vista, 2008; and later, where this machine's own rows have a known form */
};

struct net_job {
        struct fix_job *job;
        unsigned control_set;
        const ow_network *network; /* of this control set */
        size_t index;              /* the adapter in it */
        const ow_adapter *adapter;
        uint32_t major, minor; /* of Windows */
        enum net_store store;
};

/* What messages call an adapter. */
static inline const char *net_shown(const ow_adapter *a)
{
        return a->name[0] ? a->name : a->description[0] ? a->description : a->guid;
}

/* Fills in the rest of a job whose job, control_set, network and index are set. */
void net_job_init(struct net_job *nj);

/* Calls fn for the network of each control set that the next boot may use. */
typedef int (*net_network_fn)(struct fix_job *job, const ow_network *network, void *state, ow_error *err);
int net_each_network(struct fix_job *job, net_network_fn fn, void *state, ow_error *err);

/* Calls fn for adapter in each control set that the next boot may use and that knows it. */
typedef int (*net_job_fn)(struct net_job *nj, void *state, ow_error *err);
int net_each_set(struct fix_job *job, const ow_adapter *adapter, net_job_fn fn, void *state, ow_error *err);

/* The adapter of network that is the one told by adapter of another control set's; false: it has none. */
bool net_counterpart(const ow_network *network, const ow_adapter *adapter, size_t *ret_index);

/* "HKLM\SYSTEM\ControlSet001\<path>", the caller's (ow_free), or NULL. A path that begins with HKLM stays. */
char *net_path(const struct net_job *nj, const char *fmt, ...) OW_PRINTF(2, 3);

/* ---- values: where is a whole path ---- */

int net_put_text(struct net_job *nj, const char *where, const char *name, const char *text, ow_error *err);
/* texts: each with its NUL. An empty list is not written where there is none. */
int net_put_list(struct net_job *nj, const char *where, const char *name, const ow_buffer *texts, ow_error *err);
/* As net_put_text(), but "" is not written where there is nothing. */
int net_put_text_if(struct net_job *nj, const char *where, const char *name, const char *text, ow_error *err);
int net_put_number(struct net_job *nj, const char *where, const char *name, uint32_t number, ow_error *err);
int net_drop(struct net_job *nj, const char *where, const char *name, ow_error *err);
int net_drop_all(struct net_job *nj, const char *where, const char *const *names, size_t n, ow_error *err);

/* ---- parts ---- */

/* Interfaces, the service key of 2000 to 2003, NetBT, Tcpip6. */
int net_write_parameters(struct net_job *nj, const ow_addressing *want, ow_error *err);

/* An adapter's addresses and servers out of the same places. Leases stay. */
int net_strip_parameters(struct net_job *nj, ow_error *err);

/* Rows of the network store and persistent routes: what want asks for comes, what is of the adapter and not asked for
 * goes. gateways and networks of others are left alone: users tells them. */
struct net_users {
        const ow_addressing *keep; /* what other adapters will have by the same plan */
        size_t n_keep;
        const bool *going; /* by index in ow_guest_network(): stripped too, so no user; or NULL */
        const bool *changing; /* by index: the plan sets it too, so that what it has now does not count; or NULL */
        bool replaced; /* the adapter gets others: a route that is its own goes, whoever else could use it */
        const ow_addressing *beside; /* but not a route that is among these, which the plan gives too; or NULL */
        size_t n_beside;
};
int net_write_store(struct net_job *nj, const ow_addressing *want, const struct net_users *users, ow_error *err);

/* Only the persistent routes over the adapter that nobody else can use. */
int net_drop_routes(struct net_job *nj, const struct net_users *users, ow_error *err);

/* The connection's name, in each place that has it. */
int net_rename(struct net_job *nj, const char *name, ow_error *err);

/* ---- what takes effect how ---- */

/* For a setting by its word (ow_addressing_word) on an adapter of this Windows. */
enum ow_effect net_effect(const struct net_job *nj, const char *word, uint8_t family);

/* Adds a row to the plan's settings. */
int net_setting_add(ow_plan *plan, const char *adapter, const char *word, const char *text, enum ow_effect effect,
                    ow_error *err);

void net_settings_done(ow_plan *plan);

/* ---- strip ---- */

/* Adapter index of ow_guest_network(), in all control sets. */
int net_strip(struct fix_job *job, size_t index, const struct net_users *users, ow_error *err);

/* Whether it has anything that net_strip() takes. */
bool net_has_addresses(const ow_network *network, size_t index);

/* Every ghost that has something to take, and what the network store has of cards that are not known any more. */
int net_strip_ghosts(struct fix_job *job, size_t *ret_count, ow_error *err);
/* The latter alone. */
int net_plan_strays(ow_plan *plan, ow_guest *guest, ow_error *err);

/* ---- one address, one adapter ---- */

/* Remembers what an adapter (or a new card) gets by this plan. OW_E_INVAL when another one gets an address of it. */
int net_give(ow_plan *plan, const char *who, const ow_addressing *want, ow_error *err);
void net_given_done(ow_plan *plan);

/* ---- the first boot ---- */

/* An entry of C:\Windows\offwin\network.json, which ow_plan_finish() writes. guid: of the adapter, or NULL for a card
 * that is not known yet; from: whose identity it is, or NULL. */
int net_first_boot_add(ow_plan *plan, const ow_addressing *want, const char *guid, const char *from, ow_error *err);

/* What an earlier change left there for this adapter would undo a newer one: it becomes want, or goes (NULL). */
int net_first_boot_renew(ow_plan *plan, const ow_addressing *want, const char *guid, ow_error *err);

/*
 * OW_E_INVAL when an address of want waits in the guest for another card. guid: of the adapter that gets it, or whose
 * identity it is; what waits for that one, for want's MAC, or for an adapter that users says to be changing, is no
 * other.
 */
int net_first_boot_check(ow_guest *guest, const ow_addressing *want, const char *guid, const struct net_users *users,
                         ow_error *err);

/*
 * 1 when addresses wait in the guest already for the card of this MAC (NULL: for whichever card comes): *ret_want
 * (ow_addressing_done()) and the GUID of whose identity they are (ow_free(); NULL not told). 0, < 0.
 */
int net_first_boot_waits(ow_guest *guest, const ow_mac *mac, ow_addressing *ret_want, char **ret_from, ow_error *err);

#endif
