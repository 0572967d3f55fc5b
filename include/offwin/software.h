/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/software.h - what is installed in a Windows besides services: uninstall entries, programs that start with a
 * logon, scheduled tasks.
 *
 * Texts are the guest's, UTF-8, "" when not known; everything handed out lives as long as the guest. Each list is
 * read once, on first use; later edits of the registry are not seen. What cannot be read is told by
 * ow_guest_problem().
 */
#ifndef OFFWIN_SOFTWARE_H
#define OFFWIN_SOFTWARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>
#include <offwin/machine.h>

OW_BEGIN_DECLS

/* An uninstall entry: a subkey of ...\CurrentVersion\Uninstall, of the machine (both views) or of one user. */
typedef struct ow_program {
        char *place; /* its key: "HKLM\\SOFTWARE\\...\\Uninstall\\{...}" */
        char *key;   /* the last part of place: a product code, or a word */
        char *name;  /* DisplayName; an entry without one is not shown by Windows */
        char *version, *publisher;
        char *folder;                      /* InstallLocation */
        char *uninstall, *quiet_uninstall; /* UninstallString, QuietUninstallString */
        bool msi;                          /* of Windows Installer: key is a product code */
        bool wow64;                        /* from the view of 32-bit programs */
        bool system_component;             /* hidden by Windows */
} ow_program;

/* In the order of their keys, the machine first. Return: 0; OW_E_NOMEM. */
OW_API int ow_guest_programs(ow_guest *guest, const ow_program **ret, size_t *ret_count, ow_error *err);

/* A value of a Run key, of the machine (both views) or of one user. */
typedef struct ow_autostart {
        char *place; /* its key */
        char *name;
        char *command; /* as stored */
} ow_autostart;

/* As ow_guest_programs(). */
OW_API int ow_guest_autostarts(ow_guest *guest, const ow_autostart **ret, size_t *ret_count, ow_error *err);

/* A scheduled task. Vista and later keep it in TaskCache and in a file below System32\Tasks; 2000 to 2003 in a file.
 */
typedef struct ow_task {
        char *path;  /* "\\Vendor\\Update"; of a .job file "\\Update" */
        char *place; /* its key below TaskCache\Tree, or "" */
        char *id;    /* "{...}", its key below TaskCache\Tasks, or "" */
        char *file;  /* "C:\\Windows\\System32\\Tasks\\Vendor\\Update": may not be there */
} ow_task;

/* As ow_guest_programs(). */
OW_API int ow_guest_tasks(ow_guest *guest, const ow_task **ret, size_t *ret_count, ow_error *err);

OW_END_DECLS

#endif
