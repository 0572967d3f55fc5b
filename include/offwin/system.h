/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/system.h - what a person looks up in Computer Management: the hardware that Windows last ran on, memory dump
 * and page file settings, hotfixes, event logs, and what starts by itself beside services.
 *
 * Texts are the guest's, UTF-8, never NULL, "" when not known; all of it lives as long as the guest. What cannot be
 * read is told by ow_guest_problem().
 */
#ifndef OFFWIN_SYSTEM_H
#define OFFWIN_SYSTEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/machine.h>

OW_BEGIN_DECLS

/* SMBIOS strings as Windows kept them. */
typedef struct ow_firmware_strings {
        const char *manufacturer, *model, *family;
        const char *bios_vendor, *bios_version, *bios_date;
        const char *board;
        uint64_t last_used; /* FILETIME; 0 when not kept (before Windows 8) */
} ow_firmware_strings;

/* Devices of one kind that are called alike. */
typedef struct ow_hardware_part {
        const char *kind; /* "processor", "disk", "storage controller", "display", "network" */
        const char *name;
        uint32_t count;
} ow_hardware_part;

typedef struct ow_hotfix {
        const char *id;      /* "KB2534111" */
        const char *version; /* of its newest package, "6.1.1.0", or "" */
} ow_hotfix;

typedef struct ow_event_log {
        const char *path; /* C:\Windows\System32\winevt\Logs\System.evtx */
        uint64_t size;
        uint64_t modified; /* FILETIME */
} ow_event_log;

enum ow_autorun_file { OW_AUTORUN_FILE_UNKNOWN, OW_AUTORUN_FILE_THERE, OW_AUTORUN_FILE_MISSING };

/* Something that starts at boot or logon without being a service or a task. */
typedef struct ow_autorun {
        const char *kind;           /* "Run", "RunOnce", "Winlogon", "AppInit", ... */
        const char *place;          /* registry key */
        const char *name;           /* of the value, or of the service */
        const char *command;        /* as stored; of a service, the file that counts */
        const char *file;           /* what it starts: C:\..., or "" when that cannot be told */
        enum ow_autorun_file state; /* is that file on the disks given? */
} ow_autorun;

/* What starts a task; of triggers that are enabled. */
enum {
        OW_TRIGGER_BOOT = 1 << 0,
        OW_TRIGGER_LOGON = 1 << 1,
        OW_TRIGGER_TIME = 1 << 2,
        OW_TRIGGER_CALENDAR = 1 << 3,
        OW_TRIGGER_EVENT = 1 << 4,
        OW_TRIGGER_IDLE = 1 << 5,
        OW_TRIGGER_REGISTRATION = 1 << 6,
        OW_TRIGGER_SESSION = 1 << 7,
        OW_TRIGGER_OTHER = 1 << 8,
        OW_TRIGGER_END = 1 << 9
};

typedef struct ow_task_program {
        const char *command, *arguments; /* as stored */
        const char *file;                /* C:\..., or "" when that cannot be told */
        enum ow_autorun_file state;
} ow_task_program;

typedef struct ow_scheduled_task {
        const char *path; /* "\\Vendor\\Update" */
        const char *file; /* the task's own, below System32\Tasks or Tasks */
        bool known;       /* that file was read; else what follows is empty */
        bool disabled;
        unsigned triggers;               /* OW_TRIGGER_* */
        const ow_task_program *programs; /* what it runs; objects that live in a process of Windows are not told */
        size_t n_programs;
        bool missing; /* a program of it is not on the disks given */
} ow_scheduled_task;

enum ow_crash_dump {
        OW_DUMP_NONE = 0,
        OW_DUMP_COMPLETE = 1,
        OW_DUMP_KERNEL = 2,
        OW_DUMP_SMALL = 3,
        OW_DUMP_AUTOMATIC = 7,
        OW_DUMP_UNKNOWN = -1
};

typedef struct ow_system {
        ow_firmware_strings firmware;
        const ow_hardware_part *parts;
        size_t n_parts;
        const char *const *page_files; /* as stored: "C:\pagefile.sys 0 0", "?:\pagefile.sys" */
        size_t n_page_files;
        enum ow_crash_dump crash_dump;
        const char *dump_file; /* as stored */
        bool auto_restart;     /* after a stop error */
        bool auto_restart_known;
        const ow_hotfix *hotfixes; /* by number */
        size_t n_hotfixes;
        const ow_event_log *event_logs; /* newest first */
        size_t n_event_logs;
        const ow_autorun *autoruns;
        size_t n_autoruns;
        const ow_scheduled_task *tasks; /* those of ow_guest_tasks(), in its order */
        size_t n_tasks;
} ow_system;

/* Read on first use. Return: 0; OW_E_NOMEM. */
OW_API int ow_guest_system(ow_guest *guest, const ow_system **ret, ow_error *err);
/* "none", "complete", "kernel", "small", "automatic", "unknown" */
OW_APIV const char *ow_crash_dump_name(enum ow_crash_dump dump);
/* "boot", "logon", "time", "calendar", "event", "idle", "registration", "session", "other" */
OW_APIV const char *ow_trigger_name(unsigned trigger);

OW_END_DECLS

#endif
