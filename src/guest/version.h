/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Between the files that tell the version. */
#ifndef GUEST_VERSION_H
#define GUEST_VERSION_H

#include "guest/internal.h"

/* A key below the current control set. */
bool guest_ccs_key(ow_guest *guest, const char *below, ow_regkey *ret);

/* major, minor and build from what SYSTEM holds; each guess is noted, and what is not known stays 0. */
void guest_infer_version(ow_guest *guest);

/* A name from the version numbers, when Windows itself does not tell one. */
void guest_version_name(ow_windows *windows);

#endif
