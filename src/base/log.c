/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"

void ow_log_printf(const ow_log *log, enum ow_log_level level, const char *fmt, ...)
{
        char text[500];
        va_list ap;

        if (!log || !log->fn)
                return;
        va_start(ap, fmt);
        (void)vsnprintf(text, sizeof text, fmt, ap);
        va_end(ap);
        log->fn(log->state, level, text);
}
