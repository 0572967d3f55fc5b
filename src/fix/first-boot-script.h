/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands that only a running Windows can carry out, left for the first boot (docs/firstboot.md). */
#ifndef FIX_FIRST_BOOT_SCRIPT_H
#define FIX_FIRST_BOOT_SCRIPT_H

#include "fix/plan.h"

/* Where scripts lie: those of plan files are numbered from 1, ours have the number 0. */
#define FIRST_BOOT_SCRIPTS "%SystemRoot%\\offwin\\firstboot"

/* The job is to have the script name (as a file name without its end) that runs just command. */
int first_boot_script_put(struct fix_job *job, const char *name, const char *command, ow_error *err);

/* 1 the guest has that script, and it runs just command; 0 not. */
int first_boot_script_waits(ow_guest *guest, const char *name, const char *command, ow_error *err);

#endif
