/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hiberfil.sys, which a Windows on FAT has as well: does it hold a session that would be resumed? */
#ifndef VOLUME_HIBERFIL_H
#define VOLUME_HIBERFIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <offwin/error.h>

enum { HIBERFIL_HEADER = 4096 };        /* bytes to read; a shorter file is taken for a session */

bool hiberfil_is_session(const uint8_t *header, size_t size);

/* OW_E_REFUSED with the way on. */
int hiberfil_fail(ow_error *err);

#endif
