/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the services of the network are bound to: Services\<name>\Linkage holds Bind (the devices below), Export (the
 * devices that it makes of them) and Route (the way down, by GUIDs).
 *
 * From Vista on the three are parallel: the third text of each is one binding, and goes and comes as one. On XP and
 * 2003 one text of Route can stand for several of the others (NdisWanIp): lists of different lengths are each edited
 * by what their own texts name. Bindings that are switched off stand in Linkage\Disabled, in the same lists.
 */
#ifndef FIX_NET_LINKAGE_H
#define FIX_NET_LINKAGE_H

#include "fix/text-list.h"

enum { NET_BIND, NET_EXPORT, NET_ROUTE, NET_LINKAGE_LISTS };

struct net_linkage {
        char *where;   /* HKLM\SYSTEM\ControlSet001\Services\Tcpip\Linkage */
        char *service; /* as its key is spelled */
        bool disabled; /* Linkage\Disabled */
        struct text_list lists[NET_LINKAGE_LISTS];
        bool present[NET_LINKAGE_LISTS];
        bool parallel; /* one text in each list for each binding; also when there is none */
        char *fault;   /* why these lists cannot be edited safely, or NULL */
        bool changed;
};

void net_linkage_done(struct net_linkage *linkage);

/*
 * The lists of service below control set set ("HKLM\SYSTEM\ControlSet001"), as the plan has made them so far. 1; 0 it
 * has none. OW_E_LIMIT. *ret: net_linkage_done(), also after an error.
 */
int net_linkage_read(const struct fix_job *job, const char *set, const char *service, bool disabled,
                     struct net_linkage *ret, ow_error *err);

/* Whether a text of the lists ("\Device\Tcpip_{GUID}") is about the adapter with this GUID. */
bool net_linkage_text_names(const char *text, const char *guid);
bool net_linkage_names(const struct net_linkage *linkage, const char *guid);

/* The bindings go that goes says of, by a text of one of the lists. */
typedef bool (*net_linkage_goes_fn)(const void *state, const char *text);
void net_linkage_drop(struct net_linkage *linkage, net_linkage_goes_fn goes, const void *state);

/* The bindings of the adapter go. */
void net_linkage_drop_adapter(struct net_linkage *linkage, const char *guid);

/* Each binding of adapter from gets one of adapter to behind it, where there is none yet. */
int net_linkage_copy(struct net_linkage *linkage, const char *from, const char *to, ow_error *err);

/* A protocol's binding to a card, last in the lists, unless it is there. */
int net_linkage_bind(struct net_linkage *linkage, const char *guid, ow_error *err);

/*
 * Rows for what has changed. A service that is bound to nothing exports its bare device, as Windows has it.
 * OW_E_REFUSED when the lists have a fault.
 */
int net_linkage_write(struct fix_job *job, struct net_linkage *linkage, ow_error *err);

/* Calls fn for every service of the control set that has such lists, on or off, and writes what it changed. */
typedef int (*net_linkage_fn)(struct fix_job *job, struct net_linkage *linkage, void *state, ow_error *err);
int net_linkage_each(struct fix_job *job, const char *set, net_linkage_fn fn, void *state, ow_error *err);

#endif
