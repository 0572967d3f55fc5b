/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin/error.h - how every call of the library reports failure.
 *
 * Functions return 0 (or 1 for "found") or a negative OW_E_* code, and describe the failure in an ow_error that
 * the caller owns. Nothing is allocated for it, so it also works when memory has run out; it may be NULL.
 */
#ifndef OFFWIN_ERROR_H
#define OFFWIN_ERROR_H

#include <stdarg.h>
#include <stdint.h>

#include <offwin/api.h>

OW_BEGIN_DECLS

/* Codes are chosen by what a caller would do next. */
enum ow_error_code {
        OW_E_FORMAT = -1,       /* not this kind of thing: try another reader */
        OW_E_CORRUPT = -2,      /* it is this kind of thing, and it is broken */
        OW_E_UNSUPPORTED = -3,  /* healthy, but beyond us */
        OW_E_LIMIT = -4,        /* legal, but larger than we accept */
        OW_E_DIRTY = -5,        /* unreplayed log, hibernated, or in use by somebody else */
        OW_E_READONLY = -6,     /* opened or stored read-only */
        OW_E_CONFLICT = -7,     /* not what the plan or the journal saw */
        OW_E_EXISTS = -8,       /* already there */
        OW_E_ABSENT = -9,       /* a thing the caller named is not there */
        OW_E_REFUSED = -10,     /* possible, but unsafe; the text says which option or step gets past it */
        OW_E_IO = -11,          /* a system call failed; see ow_error.sys */
        OW_E_NOSPACE = -12,     /* the host's disk is full (then ow_error.sys says so), or the guest's volume */
        OW_E_NOMEM = -13,       /* out of memory */
        OW_E_INVAL = -14,       /* the caller's mistake: bad argument, bad text in a file of the user's */
        OW_E_CANCELLED = -15,   /* a callback asked to stop */
};

#define OW_NOWHERE UINT64_MAX

typedef struct ow_error {
        int code;               /* OW_E_*, same as the return value */
        int sys;                /* errno of the failed call, or 0 */
        uint64_t where;         /* byte offset (or line) in the object that text names, or OW_NOWHERE */
        char text[480];         /* one UTF-8 line, outermost context first, no newline */
} ow_error;

#define OW_ERROR_INIT { 0, 0, OW_NOWHERE, { 0 } }

/**
 * ow_fail - fill @err once, at the place that knows, and return @code
 * @err:   may be NULL
 * @code:  OW_E_*
 * @where: byte offset or line in the thing that the text names, or OW_NOWHERE
 * @fmt:   lower case, no full stop, names in single quotes, value and limit both shown
 *
 * err->sys becomes 0; use ow_fail_sys() for a failed system call.
 * Return: @code.
 */
OW_APIV int ow_fail(ow_error *err, int code, uint64_t where, const char *fmt, ...) OW_PRINTF(4, 5);

/** ow_vfail - like ow_fail(), with the arguments of @fmt in @ap. */
OW_APIV int ow_vfail(ow_error *err, int code, uint64_t where, const char *fmt, va_list ap) OW_PRINTF(4, 0);

/**
 * ow_fail_sys - like ow_fail() for a failed system call: appends strerror(@sys) and keeps @sys
 *
 * Return: OW_E_NOMEM for ENOMEM, OW_E_NOSPACE for ENOSPC and EDQUOT, OW_E_READONLY for EROFS, OW_E_ABSENT for
 *         ENOENT, else OW_E_IO.
 */
OW_APIV int ow_fail_sys(ow_error *err, int sys, const char *fmt, ...) OW_PRINTF(3, 4);

/** ow_fail_nomem - OW_E_NOMEM with its standard text. */
OW_APIV int ow_fail_nomem(ow_error *err);

/**
 * ow_wrap - put context before the text already in @err ("context: text"), shortened when both do not fit
 * @r: the code of the failed call
 *
 * Return: @r, so that "return ow_wrap(err, r, ...)" reads well.
 */
OW_APIV int ow_wrap(ow_error *err, int r, const char *fmt, ...) OW_PRINTF(3, 4);

/** ow_error_name - "corrupt", "dirty", ... for a code; "ok" for >= 0. Static storage. */
OW_APIV const char *ow_error_name(int code);

OW_END_DECLS

#endif
