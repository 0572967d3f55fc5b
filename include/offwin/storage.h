/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/storage.h - will this Windows find its disk on the storage controller of a virtual machine, and making it so
 * with the drivers that it has. Bringing in drivers that it has not: offwin/driver.h. docs/boot-storage.md.
 */
#ifndef OFFWIN_STORAGE_H
#define OFFWIN_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/fix.h>
#include <offwin/guest.h>

OW_BEGIN_DECLS

/* A controller as virtual machines have it. Static storage. */
typedef struct ow_storage_target {
        const char *name;                     /* "qemu-ahci" */
        const char *title;                    /* "AHCI of QEMU (q35), VMware, VirtualBox" */
        const char *note;                     /* "" or what a person should know of it */
        const struct storage_driver *drivers; /* the library's own; ends with an unnamed one */
} ow_storage_target;

/* The controllers that are known, index below the count. */
OW_APIV size_t ow_storage_target_count(void);
OW_APIV const ow_storage_target *ow_storage_target_get(size_t index);      /* NULL past the last */
OW_APIV const ow_storage_target *ow_storage_target_find(const char *name); /* NULL when unknown */

enum ow_storage_verdict {
        OW_STORAGE_READY,     /* everything is as it has to be */
        OW_STORAGE_FIXABLE,   /* the drivers are there, ow_plan_boot_storage() makes them start */
        OW_STORAGE_NO_DRIVER, /* this Windows has no driver, or its file is gone */
};

typedef struct ow_storage_driver {
        const char *service; /* "msahci"; static storage */
        bool needed;         /* else only of help */
        bool in_box;         /* this Windows brings it along */
        bool service_there;  /* in every control set that the next boot may use */
        bool file_there;
        bool file_whole;   /* false: the file ends before it should */
        char *file;        /* "C:\Windows\System32\drivers\msahci.sys" */
        uint32_t start;    /* the latest of those control sets; UINT32_MAX absent or odd */
        uint32_t override; /* StartOverride, likewise; UINT32_MAX none, or one that this Windows ignores */
        const char *id;    /* the device id that the driver is found by, or "" for none; static storage */
        bool id_known;     /* the database of boot devices leads from an id of the controller to it */
        char *id_other;    /* "", or the service that the first id of the controller that is known leads to */
        char *image_other; /* "", or what its image path leads to instead, as "C:\Windows\..." when it is a path */
        char *problem;     /* "" or what keeps it from starting the disk, one sentence */
} ow_storage_driver;

typedef struct ow_storage_state {
        const ow_storage_target *target;
        enum ow_storage_verdict verdict;
        ow_storage_driver *drivers; /* the target's for this Windows, then what every disk needs and has a problem */
        size_t n_drivers;
        char *reason; /* one sentence */
} ow_storage_state;

/* A filter driver of the disks' way that Windows will not be able to load, so that the disk's stack does not start.
 */
typedef struct ow_storage_filter {
        char *where;      /* key of the class, HKLM\SYSTEM\ControlSet001\Control\Class\{...} */
        const char *list; /* "UpperFilters", "LowerFilters"; static storage */
        char *service;
        char *problem; /* "" for one of another vendor that will load */
} ow_storage_filter;

typedef struct ow_storage_report {
        ow_storage_state *states; /* one for each target, in their order */
        size_t n_states;
        ow_storage_filter *filters; /* all but Windows' own that are in order */
        size_t n_filters;
        char **warnings; /* sentences about the whole machine */
        size_t n_warnings;
} ow_storage_report;

/* Reads only. *ret: ow_storage_report_done(). OW_E_CORRUPT, OW_E_NOMEM, ... */
OW_API int ow_storage_look(ow_guest *guest, ow_storage_report *ret, ow_error *err);
OW_APIV void ow_storage_report_done(ow_storage_report *report);

/**
 * ow_plan_boot_storage - adds what makes this Windows find its disk on target, with the drivers that it has
 *
 * Start becomes "boot", StartOverride goes (Windows 8 and newer), entries of the CriticalDeviceDatabase that are
 * missing are made (Windows 7 and older), an image path that leads elsewhere is set right; in every control set that
 * the next boot may use. What the disk's drivers need whatever the controller is done along. Filters and policies that
 * ow_storage_look() warns of are told as what is not done (ow_plan_skipped()).
 * Return: 0; OW_E_REFUSED a needed driver or its file is not there: the text says which, and what to do; OW_E_NOMEM,
 * ...
 */
OW_API int ow_plan_boot_storage(ow_plan *plan, ow_guest *guest, const ow_storage_target *target, ow_error *err);

OW_END_DECLS

#endif
