/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fixes that come with the library because data cannot say all of them. Each is the text of a fix file, read by the
 * same loader, plus a function for the rest.
 */
#ifndef FIX_BUILTIN_H
#define FIX_BUILTIN_H

#include "fix/fix.h"

struct fix_builtin {
        const char *name, *area, *text;
        fix_plan_fn plan;
};

extern const struct fix_builtin fix_builtins[];
extern const size_t fix_n_builtins;

int fix_park_plan(struct fix_job *job, ow_error *err);
int fix_apipa_plan(struct fix_job *job, ow_error *err);
int fix_old_addresses_plan(struct fix_job *job, ow_error *err);
int fix_wpad_plan(struct fix_job *job, ow_error *err);
int fix_proxy_plan(struct fix_job *job, ow_error *err);
int fix_publisher_revocation_plan(struct fix_job *job, ow_error *err);

/* The proxy that a value WinHttpSettings names, cut to fit; false when it names none, or is not as its format says. */
bool fix_proxy_of(const uint8_t *data, size_t size, char *text, size_t text_size);

#endif
