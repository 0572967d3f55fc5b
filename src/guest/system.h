/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the readers of system information share: lists in the making, in one pool. */
#ifndef GUEST_SYSTEM_H
#define GUEST_SYSTEM_H

#include <offwin/system.h>

#include "guest/extra.h"

struct guest_system {
        struct guest_extra extra;
        ow_system facts;
        struct guest_list parts, page_files, hotfixes, event_logs, autoruns, tasks; /* while they grow */
};

/* A copy of text that lives with the facts; "" when memory runs out. */
const char *system_text(struct guest_system *s, const char *text);

/* A zeroed element at the end of list, or NULL: memory, or the limit. */
void *system_add(struct guest_system *s, struct guest_list *list, size_t size);

/* The program of a command line: C:\\..., and whether it is on the disks given. Both "not known" when it cannot be
 * told. */
enum ow_autorun_file system_program(ow_guest *guest, const char *command, char *buf, size_t size);

void system_read_hardware(ow_guest *guest, struct guest_system *s);
void system_read_settings(ow_guest *guest, struct guest_system *s);
void system_read_hotfixes(ow_guest *guest, struct guest_system *s);
void system_read_event_logs(ow_guest *guest, struct guest_system *s);
void system_read_autoruns(ow_guest *guest, struct guest_system *s);
void system_read_tasks(ow_guest *guest, struct guest_system *s);

#endif
