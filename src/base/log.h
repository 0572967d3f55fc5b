/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling the caller's log, from anywhere in the library. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <offwin/io.h>

/* log may be NULL. Cuts at 500 bytes. */
void ow_log_printf(const ow_log *log, enum ow_log_level level, const char *fmt, ...) OW_PRINTF(3, 4);

#endif
