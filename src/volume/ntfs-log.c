/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way into libntfs-3g and what comes back out of it. Its log handler belongs to the whole process and gets no
 * state of ours, so the volume of the running call is kept per thread, for the time of that call only: what other
 * users of libntfs-3g in the process would log while no call of ours runs is dropped, never printed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <ntfs-3g/logging.h>

#include "base/log.h"
#include "volume/ntfs.h"

/* Reads of the device that one call may need at most; the largest folder of a million names takes a tenth. */
#define NT_MAX_READS (UINT64_C(1) << 20)

static _Thread_local struct nt_fs *current;

static int take_message(const char *function, const char *file, int line, u32 level, void *data, const char *format,
                        va_list args) __attribute__((format(printf, 6, 0)));

static int take_message(const char *function, const char *file, int line, u32 level, void *data, const char *format,
                        va_list args)
{
        struct nt_fs *fs = current;
        char text[sizeof fs->said];
        size_t used;
        int saved = errno;      /* libntfs-3g logs before it looks at errno */

        if (!fs)
                return 0;
        (void)vsnprintf(text, sizeof text, format, args);
        used = strlen(text);
        while (used && (text[used - 1] == '\n' || text[used - 1] == '.'))
                text[--used] = '\0';
        if (level & (NTFS_LOG_LEVEL_ERROR | NTFS_LOG_LEVEL_PERROR | NTFS_LOG_LEVEL_CRITICAL)) {
                /* The first complaint is nearest to the cause. */
                if (!fs->said[0])
                        memcpy(fs->said, text, used + 1);
        }
        ow_log_printf(&fs->log, OW_LOG_DEBUG, "libntfs-3g: %s", text);
        errno = saved;
        return (int)used;
}

struct nt_call nt_call_begin(struct nt_fs *fs)
{
        struct nt_call call = { .fs = fs, .outer = current, .outer_reads_left = fs->device.reads_left };

        ntfs_log_set_handler(take_message);
        current = fs;
        fs->said[0] = '\0';
        fs->device.reads_left = NT_MAX_READS;
        fs->device.error.code = 0;
        return call;
}

void nt_call_end(struct nt_call *call)
{
        call->fs->device.reads_left = call->outer_reads_left;
        current = call->outer;
}

static int code_of_errno(int sys, const char **ret_reason)
{
        switch (sys) {
        case ENOENT:
                *ret_reason = "not found";
                return OW_E_ABSENT;
        case EEXIST:
                *ret_reason = "already there";
                return OW_E_EXISTS;
        case ENOTEMPTY:
                *ret_reason = "the folder is not empty";
                return OW_E_REFUSED;
        case ENOMEM:
                *ret_reason = "out of memory";
                return OW_E_NOMEM;
        case EFBIG:
                *ret_reason = "too large for this volume";
                return OW_E_LIMIT;
        case EROFS:
                *ret_reason = "the volume is read-only";
                return OW_E_READONLY;
        case EOPNOTSUPP:
        case EACCES:
                *ret_reason = "libntfs-3g cannot do this";
                return OW_E_UNSUPPORTED;
        default:
                *ret_reason = "the file system is damaged here";
                return OW_E_CORRUPT;
        }
}

int nt_fail(struct nt_fs *fs, ow_error *err, int sys, const char *fmt, ...)
{
        const char *reason;
        char context[300];
        va_list ap;
        int code;

        va_start(ap, fmt);
        (void)vsnprintf(context, sizeof context, fmt, ap);
        va_end(ap);
        if (fs->device.error.code) {
                if (err)
                        *err = fs->device.error;
                return ow_wrap(err, fs->device.error.code, "%s", context);
        }
        if (sys == ENOSPC)
                return nt_fail_full(fs, err, 0, context);
        code = code_of_errno(sys, &reason);
        if (fs->said[0] && code == OW_E_CORRUPT)
                return ow_fail(err, code, OW_NOWHERE, "%s: %s (%s)", context, reason, fs->said);
        return ow_fail(err, code, OW_NOWHERE, "%s: %s", context, reason);
}
