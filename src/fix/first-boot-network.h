/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses for the first boot: the file that holds them, as a part of a plan. */
#ifndef FIX_FIRST_BOOT_NETWORK_H
#define FIX_FIRST_BOOT_NETWORK_H

#include <offwin/error.h>
#include <offwin/fix.h>

/* Rows for the file, when the plan has anything for it. */
int first_boot_network_record(ow_plan *plan, ow_guest *guest, ow_error *err);
void first_boot_network_done(ow_plan *plan);

#endif
