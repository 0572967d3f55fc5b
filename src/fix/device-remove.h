/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between the files that remove devices: which ones (device-choose.c, device-stay.c), their keys (device-remove.c),
 * what else there is of a network adapter (device-network.c), and lists that name it beside others
 * (device-bindings.c).
 */
#ifndef FIX_DEVICE_REMOVE_H
#define FIX_DEVICE_REMOVE_H

#include <offwin/device-plan.h>
#include <offwin/network.h>

#include "fix/action.h"

/* What goes. Devices and network are the guest's, of its current control set. */
struct removal {
        ow_plan *plan;
        ow_guest *guest;
        const ow_device **devices; /* by instance, as removal_order() sorts them */
        size_t n_devices;
        const ow_network *network;
        const ow_device_list *not_in; /* or NULL */
        bool *going;                  /* by index of network's adapters */
        size_t heads;                 /* of the plan before: numbers of ours follow */
        const char **shared;          /* software keys that devices which stay have too */
        size_t n_shared;
};
void removal_done(struct removal *removal);

/* A key of an interface that a device that goes offers. */
struct removal_interface {
        const ow_device *device;
        char *where;
};

/* One control set of it. */
struct removal_set {
        const struct removal *removal;
        unsigned number;
        char path[40];             /* HKLM\SYSTEM\ControlSet001 */
        const ow_network *network; /* of this one */
        ow_network *loaded;        /* the same, when it is not the guest's */
        bool *going;               /* by index of its adapters */
        struct removal_interface *interfaces;
        size_t n_interfaces, cap_interfaces;
};

/* Orders devices by instance, whatever the case; for qsort(). */
int removal_order(const void *a, const void *b);

/* True when a device that stays has this software key too. */
bool removal_shared(const struct removal *removal, const char *driver);

/* The device of this instance among those that go, or NULL. */
const ow_device *removal_find(const struct removal *removal, const char *instance);

/* Whether the GUID of an adapter that goes stands in text. */
bool removal_named(const struct removal_set *set, const char *text);

/* Fills in devices and going as choice says. OW_E_ABSENT, OW_E_REFUSED. */
int removal_choose(struct removal *removal, const ow_device_choice *choice, ow_error *err);

/* Begins the job of one device, or of what is left of an adapter (device NULL): fix_action_done(). */
int removal_job(const struct removal *removal, const ow_device *device, const ow_adapter *adapter,
                struct fix_job *job, ow_error *err);

/* Of all of them: lists, and places that no one device owns. */
int removal_job_shared(const struct removal *removal, struct fix_job *job, ow_error *err);

/* Calls fn for each subkey of where, if there is such a key. name is its own. */
typedef int (*removal_key_fn)(struct removal_set *set, struct fix_job *job, const char *where, const char *name,
                              ow_error *err);
int removal_each(struct removal_set *set, struct fix_job *job, const char *where, removal_key_fn fn, ow_error *err);

/* ---- parts ---- */

/* All places of adapter index of set->network, but its device. */
int removal_adapter(struct removal_set *set, struct fix_job *job, size_t index, ow_error *err);

/* Lists of bindings, and keys that name an adapter in a value. */
int removal_bindings(struct removal_set *set, struct fix_job *job, ow_error *err);

/* Says what will still name adapters that go. */
int removal_leftovers(struct removal_set *set, ow_error *err);

#endif
