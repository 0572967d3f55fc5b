/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Taking drivers out of filter lists, and putting them back. */
#ifndef FIX_SERVICE_FILTER_H
#define FIX_SERVICE_FILTER_H

#include "fix/guard.h"
#include "fix/service-edit.h"

/* Rows that take the driver out of every filter list of its control set. */
int service_unfilter(struct fix_job *job, const struct service_at *at, ow_error *err);

/* Rows that put it back into those lists that the ledger says it was taken out of, where it stood. */
int service_refilter(struct fix_job *job, const struct ledger *ledger, const struct service_at *at, ow_error *err);

#endif
