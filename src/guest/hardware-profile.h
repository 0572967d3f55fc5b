/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HKEY_CURRENT_CONFIG without a running Windows. */
#ifndef GUEST_HARDWARE_PROFILE_H
#define GUEST_HARDWARE_PROFILE_H

#include <stdbool.h>

#include <offwin/error.h>
#include <offwin/hive.h>

/* Does a path below the root of SYSTEM go through that link? */
bool guest_profile_is_link(const char *path);

/*
 * A path below the root of SYSTEM with "<control set>\Hardware Profiles\Current" led to the profile that
 * Control\IDConfigDB\CurrentConfig of this set names, as the link does that Windows makes at each boot; any other path
 * as it is. *ret_path is the caller's.
 * Return: 0; absent, with the reason, when nothing says which profile it is; OW_E_NOMEM.
 */
int guest_profile_path(ow_hive *system, const char *path, int absent, char **ret_path, ow_error *err);

#endif
