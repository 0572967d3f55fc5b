/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holding services back for the first boot. */
#ifndef FIX_SERVICE_PARK_H
#define FIX_SERVICE_PARK_H

#include "fix/service-edit.h"

#define PARK_FIX "park-network-services"

/* What a domain controller needs instead of having its services stopped. */
extern const char service_dc_advice[];

/* 1 when at is what makes this Windows a domain controller, 0 not, < 0. */
int service_is_dc_role(struct fix_job *job, const struct service_at *at, ow_error *err);

/* What TriggerInfo of the service at where can start: 0 nothing, 1 it, 2 it and not all could be given back; < 0. */
int service_triggers_check(ow_guest *guest, const char *where, ow_error *err);

/* Rows that remove its triggers, unless they only stop it. */
int service_triggers_still(struct fix_job *job, const char *where, ow_error *err);

#endif
