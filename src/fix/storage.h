/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot storage: the table of controllers, what the database of boot devices says, and entries for it. */
#ifndef FIX_STORAGE_H
#define FIX_STORAGE_H

#include <offwin/storage.h>

#include "fix/action.h"

#define STORAGE_SET "HKLM\\SYSTEM\\CurrentControlSet\\"

#define STORAGE_CLASS_HDC    "{4D36E96A-E325-11CE-BFC1-08002BE10318}"
#define STORAGE_CLASS_SCSI   "{4D36E97B-E325-11CE-BFC1-08002BE10318}"
#define STORAGE_CLASS_SYSTEM "{4D36E97D-E325-11CE-BFC1-08002BE10318}"

enum { STORAGE_IDS_MAX = 8 };

/* One driver of a controller. The first driver whose versions hold the guest's counts, of those with the same slot.
 */
struct storage_driver {
        const char *service; /* NULL ends the list */
        const char *file;    /* in System32\drivers; more than one, with commas: libraries that it loads */
        uint16_t from, to;   /* Windows, major << 8 | minor: needed or of help in these */
        uint16_t in_box_from, in_box_to; /* Windows that bring it along; 0, 0: none does */
        bool helps;                      /* not needed: another driver does the same */
        const char *group;
        const char *class_guid;
        const char *ids[STORAGE_IDS_MAX]; /* what the device calls itself, most special first; NULL ends them */
        const char
                *missing[STORAGE_IDS_MAX]; /* the ids to enter when the database knows none of them (to Windows 7) */
};

/* What every disk's way to a volume leads through, whatever the controller: no ids. Ends as a target's drivers do. */
enum { STORAGE_STACK_MAX = 6 };
extern const struct storage_driver storage_stack[STORAGE_STACK_MAX + 1];

static inline uint16_t storage_version(const ow_windows *windows)
{
        return (uint16_t)((windows->major > 255 ? 255 : windows->major) << 8 |
                          (windows->minor > 255 ? 255 : windows->minor));
}

/* True when driver is about this Windows. */
static inline bool storage_applies(const struct storage_driver *driver, const ow_windows *windows)
{
        uint16_t version = storage_version(windows);

        return version >= driver->from && version <= driver->to;
}

/* Windows keeps boot devices in SYSTEM\DriverDatabase (8 and newer), else in the CriticalDeviceDatabase. 1, 0, < 0.
 */
int storage_has_driver_database(ow_guest *guest, ow_error *err);

/*
 * The service that the boot device id leads to, in control set set (HKLM\SYSTEM\ControlSet001). 1 found, 0 not.
 * *ret_service is the caller's.
 */
int storage_id_find(ow_guest *guest, const char *set, const char *id, char **ret_service, ow_error *err);

/* Boot, error control normal, group and image path, as Windows has it for a driver of a disk's controller. */
struct storage_entry {
        const char *service;
        const char *file; /* "viostor.sys" in System32\drivers */
        const char *class_guid;
        const char *group;
        const char *const *ids; /* n_ids of them */
        size_t n_ids;
};

/*
 * Rows that make service a boot driver: Start, StartOverride, an image path that does not lead to the file, and the
 * other values of a key that is not there.
 */
int storage_plan_service(struct fix_job *job, const struct storage_entry *entry, ow_error *err);

/* Rows that lead from ids to service in the CriticalDeviceDatabase of every control set. */
int storage_plan_critical(struct fix_job *job, const struct storage_entry *entry, ow_error *err);

/* Rows that do the same in SYSTEM\DriverDatabase; inf names the entry ("offwin-viostor.inf"). */
int storage_plan_database(struct fix_job *job, const struct storage_entry *entry, const char *inf, ow_error *err);

/* A text value as rows take it. */
int storage_plan_text(struct fix_job *job, const char *where, const char *name, uint32_t type, const char *text,
                      ow_error *err);

/*
 * What the image path of service leads to instead of file in System32\drivers (or a file of that name elsewhere that
 * is there), or "". set: a path in the control set. *ret is the caller's.
 */
int storage_image_other(ow_guest *guest, const char *set, const char *service, const char *file, char **ret,
                        ow_error *err);

/* Fills filters and warnings. */
int storage_look_filters(ow_guest *guest, ow_storage_report *report, ow_error *err);

/* Whether a service can be loaded at boot: "" or why not. *ret is the caller's. */
int storage_service_problem(ow_guest *guest, const char *set, const char *service, char **ret, ow_error *err);

#endif
