/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registry paths inside the room: what makes one well-formed, and how one lies below another. */
#ifndef REG_PATH_H
#define REG_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/error.h>
#include <offwin/reg.h>

enum {
        REG_PATH_MAX_DEPTH = 512,                       /* levels of keys in a hive; the limit of Windows */
        REG_PATH_MAX_NAMES = REG_PATH_MAX_DEPTH + 8,    /* with the root, and the names of where the hive is shown */
};

/* Names with one '\' between them, no line break, no '-' first. OW_E_INVAL (the text says why), OW_E_LIMIT depth. */
int reg_path_check(const char *path, size_t size, ow_error *err);

/* The size of path without one '\\' at its end, with which many write it. */
size_t reg_path_trim(const char *path, size_t size);

/* Its first name is a root of the registry, in any spelling of ow_reg_path_parse(). */
bool reg_path_has_root(const char *path, size_t size);

/* What is left of path below prefix, name by name, case-blind; NULL when it is not below. "" is prefix itself. */
const char *reg_path_below(const char *path, const char *prefix);

#endif
