/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The few settings of a scheduled task that people look for, out of its file: XML since Vista (Microsoft: Task
 * Scheduler Schema), a .job file before (MS-TSCH 2.4).
 */
#ifndef GUEST_TASK_SETTINGS_H
#define GUEST_TASK_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/system.h>

#include "base/view.h"

enum { TASK_PROGRAMS_MAX = 32 }; /* Windows takes no more actions than that */

struct task_settings {
        bool disabled;
        unsigned triggers; /* OW_TRIGGER_*, of those that are enabled */
        struct {
                char *command, *arguments; /* ow_free; NULL: not there */
        } programs[TASK_PROGRAMS_MAX];
        size_t n_programs;
};

/* bytes are of an image; XML: UTF-16LE or UTF-8. 0; OW_E_CORRUPT; OW_E_NOMEM. task_settings_done() in any case. */
int task_xml_read(ow_view bytes, struct task_settings *ret, ow_error *err);
int task_job_read(ow_view bytes, struct task_settings *ret, ow_error *err);
void task_settings_done(struct task_settings *task);

#endif
