/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Paths inside a volume, split into names. "." is dropped, ".." is refused: no path leaves the volume. */
#ifndef VOLUME_PATH_H
#define VOLUME_PATH_H

#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>

enum {
        VOLUME_MAX_DEPTH = 256,         /* names in one path; Windows stops at 32767 characters in all */
        VOLUME_MAX_NAME = 255,          /* UTF-16 units of one name, on NTFS and in VFAT */
};

struct volume_name {
        uint16_t units[VOLUME_MAX_NAME];        /* host order */
        size_t n_units;
};

struct volume_path {
        const char *text;                       /* as the caller wrote it, for messages; must outlive this */
        size_t depth;                           /* 0 is the root */
        struct {
                const char *p;                  /* into text, not terminated */
                size_t size;
        } names[VOLUME_MAX_DEPTH];
};

/* OW_E_INVAL: NULL, "..", malformed UTF-8, a name or a path that is too long. */
int volume_path_parse(const char *text, struct volume_path *ret, ow_error *err);

/* Name number at of the path as UTF-16. Cannot fail after volume_path_parse(). */
void volume_path_name(const struct volume_path *path, size_t at, struct volume_name *ret);

/* OW_E_INVAL when Windows would not let a person give a file this name: reserved characters, final dot or space. */
int volume_name_check(const struct volume_name *name, const char *path, ow_error *err);

#endif
