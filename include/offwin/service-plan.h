/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/service-plan.h - changing how services and drivers start, as parts of a plan (offwin/fix.h).
 *
 * Every change is made in all control sets that the next boot may use, and recorded with its original in the guest's
 * ledger (docs/ledger.md): for good, which ow_plan_settle() leaves alone and OW_SERVICE_ENABLE finds.
 */
#ifndef OFFWIN_SERVICE_PLAN_H
#define OFFWIN_SERVICE_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/fix.h>

OW_BEGIN_DECLS

enum ow_service_verb {
        OW_SERVICE_SET, /* start becomes what the edit says */
        OW_SERVICE_DISABLE,
        OW_SERVICE_ENABLE, /* a disabled one starts again as it did, by the ledger */
};

typedef struct ow_service_edit {
        const char *name; /* of the service's key, whatever its case */
        enum ow_service_verb verb;
        uint32_t start; /* OW_SERVICE_SET: 0 boot, 1 system, 2 auto, 3 demand, 4 disabled */
        bool delayed;   /* with start 2: some time after the others (Windows Vista and later) */
} ow_service_edit;

/* "boot", "system", "auto", "delayed", "demand", "disabled" into *ret. OW_E_INVAL lists what is allowed. */
OW_API int ow_service_edit_start(ow_service_edit *ret, const char *word, ow_error *err);

enum ow_service_flags {
        OW_SERVICE_FORCE = 1 << 0,    /* past the guards; never past advice that is known to be bad */
        /* Part of a larger plan (vendor packs): a driver that is disabled may be taken out of filter lists, and what no
         * longer starts without a service is not told. */
        OW_SERVICE_UNFILTER = 1 << 1,
        OW_SERVICE_ONLY_SERVICES = 1 << 2, /* a driver is OW_E_INVAL */
        OW_SERVICE_ONLY_DRIVERS = 1 << 3,  /* a service is OW_E_INVAL */
};

/**
 * ow_plan_set_services - rows that change how services start
 * @flags: OW_SERVICE_*
 *
 * A driver that is disabled is first taken out of every filter list that names it, and enabling puts it back at its
 * place there. StartOverride (Windows 8 and later) follows Start. What is as wanted already gives no row.
 *
 * Return: 0; OW_E_ABSENT no such service, or nothing in the ledger to enable it by; OW_E_REFUSED a guard, with its
 *         reason (docs/fixes.md); OW_E_INVAL a start that this kind of service or this Windows does not have, or see
 *         @flags; OW_E_CONFLICT another part of the plan wants something else; OW_E_CORRUPT; OW_E_LIMIT; OW_E_NOMEM.
 */
OW_API int ow_plan_set_services(ow_plan *plan, ow_guest *guest, const ow_service_edit *edits, size_t n_edits,
                                unsigned flags, ow_error *err);

/**
 * ow_plan_park_services - rows that hold back services for the first boot, for ow_plan_settle() to give back
 * @names: NULL with n_names 0: every automatic service that waits for the network and is not Windows' own, as the fix
 *         park-network-services does; those that are left stand among what the plan skips (OW_FIX_LEFT)
 * @flags: OW_SERVICE_FORCE: also services of Windows or of a domain controller that are named
 *
 * They start on demand then, and triggers that would start them are removed.
 * Return: 0; OW_E_ABSENT no such service; OW_E_INVAL a driver; OW_E_REFUSED one of Windows' own, or one that could not
 *         be given back; else as ow_plan_set_services().
 */
OW_API int ow_plan_park_services(ow_plan *plan, ow_guest *guest, const char *const *names, size_t n_names,
                                 unsigned flags, ow_error *err);

/* Rows that give back what is parked: all of it (n_names 0), or these services. OW_E_ABSENT: one is not parked. */
OW_API int ow_plan_unpark_services(ow_plan *plan, ow_guest *guest, const char *const *names, size_t n_names,
                                   ow_error *err);

OW_END_DECLS

#endif
