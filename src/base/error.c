/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Errors as values: no allocation, no thread-local state, text is cut rather than lost. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <offwin/error.h>

/* Bytes that stay of a context that does not fit before its cause: it holds a long name. */
enum { LONG_CONTEXT = 120 };

/* Takes away the character at the end of text when only a part of it is there. */
static void drop_part(char *text)
{
        size_t size = strlen(text), lead = size;

        while (lead > 0 && size - lead < 3 && ((unsigned char)text[lead - 1] & 0xc0) == 0x80)
                lead--;
        if (lead > 0) {
                unsigned char c = (unsigned char)text[--lead];

                if (size - lead < (c >= 0xf0 ? 4U : c >= 0xe0 ? 3U : c >= 0xc0 ? 2U : 1U))
                        text[lead] = '\0';
        }
}

OW_PRINTF(3, 0)
static void put(char *to, size_t size, const char *fmt, va_list ap)
{
        if (vsnprintf(to, size, fmt, ap) >= (int)size)
                drop_part(to);
}

/* To most bytes, with dots at the end. What it takes then. */
static size_t shorten(char *text, size_t most)
{
        if (strlen(text) > most) {
                text[most - 3] = '\0';
                drop_part(text);
                strcat(text, "...");
        }
        return strlen(text);
}

int ow_vfail(ow_error *err, int code, uint64_t where, const char *fmt, va_list ap)
{
        if (err) {
                err->code = code;
                err->sys = 0;
                err->where = where;
                put(err->text, sizeof err->text, fmt, ap);
        }
        return code;
}

int ow_fail(ow_error *err, int code, uint64_t where, const char *fmt, ...)
{
        va_list ap;

        va_start(ap, fmt);
        (void)ow_vfail(err, code, where, fmt, ap);
        va_end(ap);
        return code;
}

static int code_of_errno(int sys)
{
        switch (sys) {
        case ENOMEM:
                return OW_E_NOMEM;
        case ENOSPC:
        case EDQUOT:
                return OW_E_NOSPACE;
        case EROFS:
                return OW_E_READONLY;
        case ENOENT:
                return OW_E_ABSENT;
        default:
                return OW_E_IO;
        }
}

int ow_fail_sys(ow_error *err, int sys, const char *fmt, ...)
{
        int code = code_of_errno(sys);
        size_t used;
        va_list ap;

        if (err) {
                err->code = code;
                err->sys = sys;
                err->where = OW_NOWHERE;
                va_start(ap, fmt);
                put(err->text, sizeof err->text, fmt, ap);
                va_end(ap);
                used = shorten(err->text, sizeof err->text - LONG_CONTEXT);
                (void)snprintf(err->text + used, sizeof err->text - used, ": %s", strerror(sys));
        }
        return code;
}

int ow_fail_nomem(ow_error *err)
{
        return ow_fail(err, OW_E_NOMEM, OW_NOWHERE, "out of memory");
}

int ow_wrap(ow_error *err, int r, const char *fmt, ...)
{
        char lower[sizeof err->text];
        size_t used;
        va_list ap;

        if (err) {
                memcpy(lower, err->text, sizeof lower);
                lower[sizeof lower - 1] = '\0';
                va_start(ap, fmt);
                put(err->text, sizeof err->text, fmt, ap);
                va_end(ap);
                used = strlen(err->text);
                /* Context comes first and the cause last; what still does not fit is cut from the cause's end. */
                if (used + 2 + strlen(lower) >= sizeof err->text)
                        used = shorten(err->text, LONG_CONTEXT);
                if (snprintf(err->text + used, sizeof err->text - used, ": %s", lower) >=
                    (int)(sizeof err->text - used))
                        drop_part(err->text);
        }
        return r;
}

const char *ow_error_name(int code)
{
        static const char *const names[] = {
                "ok",     "format", "corrupt", "unsupported", "limit",    "dirty",     "read-only", "conflict",
                "exists", "absent", "refused", "io",          "no-space", "no-memory", "invalid",   "cancelled",
        };

        if (code >= 0)
                return names[0];
        if (code < OW_E_CANCELLED)
                return "unknown";
        return names[-code];
}
