/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which key of a hive a path of a text means. */
#ifndef REG_IMPORT_H
#define REG_IMPORT_H

#include <offwin/reg.h>

/*
 * What is left of path below prefix, though their roots may be spelled differently (HKLM and HKEY_LOCAL_MACHINE);
 * NULL when it does not lie below. What begins with '\' begins at prefix. It points into path or into holder, which
 * ow_reg_path_done() frees.
 */
int reg_import_below(const char *path, const char *prefix, const char **ret_below, ow_reg_path *holder,
                     ow_error *err);

#endif
