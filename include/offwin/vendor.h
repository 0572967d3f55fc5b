/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/vendor.h - software of a vendor's hardware or hypervisor in a guest: what is installed and how it was
 * recognised.
 *
 * A vendor pack is a fix file with a [Vendor] section (docs/fixes.md): it names services, drivers, filters, Run
 * values, scheduled tasks, uninstall entries, folders and registry keys of one product. Each that is in the guest is
 * a sign; the pack counts as present from a number of signs on that the file gives.
 */
#ifndef OFFWIN_VENDOR_H
#define OFFWIN_VENDOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/guest.h>

OW_BEGIN_DECLS

/* What a section of a pack looks for, in the order in which signs are listed. */
enum ow_vendor_kind {
        OW_VENDOR_SERVICE,
        OW_VENDOR_DRIVER,
        OW_VENDOR_FILTER,  /* a name in UpperFilters or LowerFilters of a device class */
        OW_VENDOR_RUN,     /* a value of a Run key */
        OW_VENDOR_TASK,    /* a scheduled task */
        OW_VENDOR_PROGRAM, /* an uninstall entry */
        OW_VENDOR_FOLDER,
        OW_VENDOR_KEY, /* a registry key of its own */
};

/* "service", "driver", ... Static storage. */
OW_APIV const char *ow_vendor_kind_name(enum ow_vendor_kind kind);

/* ---- packs ---- */

/* What the software is for. */
enum ow_vendor_role {
        OW_VENDOR_HARDWARE, /* agents and drivers of a physical server */
        OW_VENDOR_NETWORK,  /* teams of network cards and their tools */
        OW_VENDOR_MULTIPATH,
        OW_VENDOR_HYPERVISOR, /* guest tools */
        OW_VENDOR_BACKUP,
        OW_VENDOR_ANTIVIRUS,
        OW_VENDOR_MANAGEMENT, /* software distribution, inventory */
};

/* "hardware", "network", ... Static storage. */
OW_APIV const char *ow_vendor_role_name(enum ow_vendor_role role);

/* True for a fix with a [Vendor] section; the others below are for such a fix only. */
OW_APIV bool ow_fix_is_pack(const ow_fix *fix);
OW_APIV const char *ow_fix_pack_name(const ow_fix *fix); /* "HP ProLiant Support Pack" */
OW_APIV enum ow_vendor_role ow_fix_pack_role(const ow_fix *fix);
OW_APIV bool ow_fix_pack_report_only(const ow_fix *fix); /* never acted on */

/* What a pack looks for: the sections as written, "[Service CqMg*]". Index below the count. */
OW_APIV size_t ow_fix_pack_section_count(const ow_fix *fix);
OW_APIV const char *ow_fix_pack_section(const ow_fix *fix, size_t index);

/* ---- what is installed ---- */

enum ow_vendor_state {
        OW_VENDOR_ABSENT,   /* nothing of it was seen that counts */
        OW_VENDOR_POSSIBLE, /* fewer signs than the pack asks for: told, not acted on */
        OW_VENDOR_PRESENT,
};

typedef struct ow_vendor_sign {
        enum ow_vendor_kind kind;
        size_t section; /* index for ow_fix_pack_section() */
        char *name;     /* "CqMgHost" */
        char *where;    /* registry path or file path */
        char *detail;   /* what it says of itself: display name, command, publisher; or "" */
        bool counts;    /* towards the number that the pack asks for */
        bool keep;      /* shown, never changed */
        uint32_t start; /* of a service or driver: 0-4; else UINT32_MAX */
        char *command;  /* of a program: uninstalls it, or ""; of anything else "" */
        bool quiet;     /* command asks nothing: made for Windows Installer, or said to be so */
} ow_vendor_sign;

typedef struct ow_vendor_pack {
        const ow_fix *fix;
        enum ow_vendor_state state;
        size_t seen, needed; /* signs that count; how many the pack asks for */
        ow_vendor_sign *signs;
        size_t n_signs;
} ow_vendor_pack;

typedef struct ow_vendor_packs {
        ow_vendor_pack *items; /* one for each pack of the set, by name */
        size_t count;
} ow_vendor_packs;

/**
 * ow_vendor_find - looks for every pack of set in guest; reads only
 * @ret: the caller's: ow_vendor_packs_done()
 *
 * Return: 0; OW_E_LIMIT; OW_E_NOMEM. What cannot be read (a missing or damaged hive) gives no signs, and
 *         ow_guest_problem() tells of it.
 */
OW_API int ow_vendor_find(ow_guest *guest, const ow_fix_set *set, ow_vendor_packs *ret, ow_error *err);
OW_APIV void ow_vendor_packs_done(ow_vendor_packs *packs);

/* ---- disabling and removing ---- */

enum ow_vendor_flags {
        OW_VENDOR_REMOVE = 1 << 0, /* services, tasks, Run values, uninstall entries and keys go; else disabled */
        OW_VENDOR_FILES = 1 << 1,  /* with REMOVE: folders too */
        OW_VENDOR_UNINSTALL =
                1 << 2,           /* keeps uninstall entries, and their commands in the guest for the first boot */
        OW_VENDOR_FORCE = 1 << 3, /* a pack that is only possible; past the guards of services */
};

/**
 * ow_plan_vendor - rows that disable or remove what is installed of vendor packs
 * @names: of packs of @set
 * @flags: OW_VENDOR_*
 *
 * A driver of storage, network or boot, and whatever a filter list names, is only ever disabled, and taken out of the
 * lists in the same plan. What a pack keeps (Keep=yes) stays as it is. Starts and Run values are kept in the ledger
 * (docs/ledger.md): `svc enable` gives a start back. A pack of which nothing is installed adds nothing.
 *
 * Return: 0; OW_E_INVAL no such pack; OW_E_REFUSED a pack that is only reported, or too few of whose signs were seen,
 *         or a guard (see ow_plan_set_services(), ow_plan_remove()); OW_E_CORRUPT; OW_E_CONFLICT; OW_E_LIMIT.
 */
OW_API int ow_plan_vendor(ow_plan *plan, ow_guest *guest, const ow_fix_set *set, const char *const *names,
                          size_t n_names, unsigned flags, ow_error *err);

OW_END_DECLS

#endif
