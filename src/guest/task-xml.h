/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few settings of a scheduled task that people look for, out of its XML (Microsoft: Task Scheduler Schema). */
#ifndef GUEST_TASK_XML_H
#define GUEST_TASK_XML_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/system.h>

#include "base/view.h"

enum { TASK_PROGRAMS_MAX = 32 }; /* Windows takes no more actions than that */

struct task_xml {
        bool disabled;
        unsigned triggers; /* OW_TRIGGER_*, of those that are enabled */
        struct {
                char *command, *arguments; /* ow_free; NULL: not there */
        } programs[TASK_PROGRAMS_MAX];
        size_t n_programs;
};

/* bytes: UTF-16LE or UTF-8, of an image. 0; OW_E_CORRUPT; OW_E_NOMEM. task_xml_done() in any case. */
int task_xml_read(ow_view bytes, struct task_xml *ret, ow_error *err);
void task_xml_done(struct task_xml *task);

#endif
