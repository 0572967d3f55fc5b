/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a guest keeps of its installed software once it was asked for. */
#ifndef GUEST_SOFTWARE_H
#define GUEST_SOFTWARE_H

#include <offwin/software.h>

#include "guest/internal.h"

struct guest_software {
        ow_program *programs;
        size_t n_programs, cap_programs;
        bool programs_read;
        ow_autostart *autostarts;
        size_t n_autostarts, cap_autostarts;
        bool autostarts_read;
        ow_task *tasks;
        size_t n_tasks, cap_tasks;
        bool tasks_read;
};

int guest_software_get(ow_guest *guest, struct guest_software **ret, ow_error *err);
void guest_tasks_done(struct guest_software *software);

#endif
