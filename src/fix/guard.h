/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What must not be disabled, told by the guest's own registry. The list of what no Windows comes up without is in
 * guard.c (fix_guard_value() in fix.h); here is what depends on the machine: its devices, its filters, its safe boot.
 */
#ifndef FIX_GUARD_H
#define FIX_GUARD_H

#include "fix/plan.h"

/* ---- what holds for every Windows: guard.c ---- */

#define GUARD_VITAL_REASON "Windows or its network does not come up without it"

/* True for a service without which no Windows comes up, whatever its stored start. */
bool guard_is_vital(const char *name);

/* True for one without which no logon, domain or management works where it is automatic. It may be disabled itself.
 */
bool guard_is_wanted(const char *name);

/* A DWORD of either byte order. */
bool guard_dword(uint32_t type, const ow_blob *data, uint32_t *ret);

/* ---- what the machine says ---- */

/* A device of Enum. Texts are "" when absent. */
struct guard_device {
        char *path; /* below Enum: "PCI\VEN_8086&DEV_7111&...\2&ebb567f&0&39" */
        char *service, *class_guid;
        char *prefix;  /* ParentIdPrefix: how the instances below it begin */
        bool on_path;  /* on the way from a fixed disk or a volume to the root */
        bool may_lead; /* likewise for every disk controller, when that is not known: of boot drivers only */
};

/* A list of filters: UpperFilters or LowerFilters of a class or device, FilterList of a network adapter. */
struct guard_list {
        char *where;
        const char *name; /* static storage */
};

/* A filter of the network stack: FilterList names it by its GUID. */
struct guard_ndis {
        char *guid, *service;
};

/* What one control set says, as the guest has it; read once for a plan. */
struct guard_map {
        struct guard_map *next;
        char *set; /* "HKLM\SYSTEM\ControlSet001" */
        struct guard_device *devices;
        size_t n_devices, cap_devices;
        struct guard_list *lists;
        size_t n_lists, cap_lists;
        struct guard_ndis *ndis;
        size_t n_ndis, cap_ndis;
        bool has_way; /* Enum tells what is above a fixed disk, or which disk controllers there are */
};

/* Of the control set that where (a path in it) lies in. *ret is the plan's. OW_E_LIMIT: more devices than any PC has.
 */
int guard_map_get(ow_plan *plan, ow_guest *guest, const char *where, const struct guard_map **ret, ow_error *err);
void guard_map_free(struct guard_map *map);

/* guard-storage.c: marks the devices between fixed disks, volumes and the root. */
void guard_storage_mark(struct guard_map *map);

/* True when entry, of list, stands for service: its name, or "{adapter}-{filter}-0000" with the GUID of a filter. */
bool guard_entry_means(const struct guard_map *map, const struct guard_list *list, const char *entry,
                       const char *service);

/*
 * The entries of list that mean service, each with a NUL, as the plan has made the list so far; none when it does not
 * name it, or is no list of names.
 */
int guard_list_entries(ow_plan *plan, ow_guest *guest, const struct guard_map *map, const struct guard_list *list,
                       const char *service, ow_buffer *ret, ow_error *err);

/* ---- what depends on a service: guard-needs.c ---- */

struct service_at;

enum guard_dependent {
        GUARD_NEEDED_DEPENDENT, /* what Windows needs: guard_is_vital(), or guard_is_wanted() and automatic */
        GUARD_NEVER_DISABLED,   /* what may not be disabled even when that is forced */
};

/*
 * 1 when a service of that kind would no longer start if the one at were disabled: *ret_name is the nearest, the
 * guest's. 0 none, < 0. What the plan has disabled or removed already does not count.
 */
int guard_dependent_find(struct fix_job *job, const struct service_at *at, enum guard_dependent kind,
                         const char **ret_name, ow_error *err);

/* Appends "a, b": what starts by itself, and would no longer. */
int guard_left_behind(struct fix_job *job, const struct service_at *at, ow_buffer *ret, ow_error *err);

/* ---- asking ---- */

/* 1 and why this machine needs the service at, to start when it does (disabled: to start at all). 0 it does not. */
int guard_service_reason(struct fix_job *job, const struct service_at *at, bool disabled, ow_buffer *reason,
                         ow_error *err);

/*
 * Asked for every row of a job: OW_E_REFUSED with the reason when where!name is the start of a service that the
 * machine needs, and after makes it start later than it does or not at all. A forced job is asked for one thing only:
 * whether what may never be disabled depends on the service.
 */
int guard_service_value(struct fix_job *job, const char *where, const char *name, const ow_datum *after,
                        ow_error *err);

/* The same for the service at where itself, and advice known to be bad, which a forced job is asked for too. */
int guard_service_start(struct fix_job *job, const char *where, uint32_t start, ow_error *err);

#endif
