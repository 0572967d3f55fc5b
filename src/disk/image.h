/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An image by path, in whichever format it is. */
#ifndef DISK_IMAGE_H
#define DISK_IMAGE_H

#include <offwin/disk.h>

#include "disk/store.h"

/* flags: OW_DISK_*. *ret_format is static text as ow_disk_format() tells it. */
int image_open(const char *path, unsigned flags, const ow_log *log, struct store **ret, const char **ret_format,
               ow_error *err);

#endif
