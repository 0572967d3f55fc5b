/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host-output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A device, a pipe: something that must not give way to a file. Through links: /dev/stdout is one. */
static bool is_no_file(int folder, const char *name)
{
        struct stat st;

        return fstatat(folder, name, &st, 0) == 0 && !S_ISREG(st.st_mode);
}

static bool is_there(int folder, const char *name)
{
        struct stat st;

        return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

int host_output_open(int folder, const char *name, bool replace, struct host_output *ret, ow_error *err)
{
        const char *slash = strrchr(name, '/');
        int size = slash ? (int)(slash + 1 - name) : 0;

        *ret = (struct host_output){ .folder = folder, .name = name, .fd = -1, .replace = replace };
        if (is_no_file(folder, name))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is no regular file", name);
        if (!replace && is_there(folder, name))
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is there already; -y overwrites it", name);
        if (asprintf(&ret->part, "%.*s.offwin-new-%ld", size, name, (long)getpid()) < 0) {
                ret->part = NULL;
                return ow_fail_nomem(err);
        }
        ret->fd = openat(folder, ret->part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (ret->fd >= 0)
                return 0;
        (void)ow_fail_sys(err, errno, "write '%s': make '%s'", name, ret->part);
        free(ret->part); /* not ours: it stays */
        ret->part = NULL;
        return err ? err->code : OW_E_IO;
}

int host_output_write(struct host_output *out, const void *bytes, size_t size, ow_error *err)
{
        const char *p = bytes;

        while (size > 0) {
                ssize_t n = write(out->fd, p, size);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return ow_fail_sys(err, n < 0 ? errno : EIO, "write '%s'", out->name);
                p += n;
                size -= (size_t)n;
        }
        return 0;
}

/* Where a file system cannot rename without replacing, the look just before has to do. */
static int put_in_place(const struct host_output *out)
{
        if (out->replace)
                return renameat(out->folder, out->part, out->folder, out->name);
        if (renameat2(out->folder, out->part, out->folder, out->name, RENAME_NOREPLACE) == 0)
                return 0;
        if (errno != EINVAL && errno != ENOSYS)
                return -1;
        if (is_there(out->folder, out->name)) {
                errno = EEXIST;
                return -1;
        }
        return renameat(out->folder, out->part, out->folder, out->name);
}

int host_output_finish(struct host_output *out, ow_error *err)
{
        int failed = close(out->fd);

        out->fd = -1;
        if (failed != 0 || put_in_place(out) != 0)
                return ow_fail_sys(err, errno, "write '%s'", out->name);
        free(out->part);
        out->part = NULL;
        return 0;
}

void host_output_close(struct host_output *out)
{
        if (!out->part)
                return;
        if (out->fd >= 0)
                (void)close(out->fd);
        (void)unlinkat(out->folder, out->part, 0);
        free(out->part);
        out->part = NULL;
}
