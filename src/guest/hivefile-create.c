/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A new hive file. There is nothing to journal: the hive is written under a name of its own, flushed, and renamed to
 * its place, which fails when somebody has put a file there. So the file is there whole, or not at all.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "guest/hivefile.h"

struct new_file {
        int fd;
        const char *path;
};

static int write_all(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        const struct new_file *file = state;
        const uint8_t *p = buf;

        while (size > 0) {
                ssize_t n = pwrite(file->fd, p, size, (off_t)offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return ow_fail_sys(err, n < 0 ? errno : EIO, "write '%s'", file->path);
                p += n;
                size -= (size_t)n;
                offset += (uint64_t)n;
        }
        return 0;
}

static int set_size(void *state, uint64_t size, ow_error *err)
{
        const struct new_file *file = state;

        return ftruncate(file->fd, (off_t)size) == 0 ? 0 : ow_fail_sys(err, errno, "make '%s' %llu bytes long",
                                                                       file->path, (unsigned long long)size);
}

static int flush_folder(const char *path, ow_error *err)
{
        const char *slash = strrchr(path, '/');
        OW_AUTO_FREE char *folder = !slash ? ow_strdup(".") : ow_strndup(path, (size_t)(slash - path) + 1);
        OW_AUTO_FD fd = -1;

        if (!folder)
                return ow_fail_nomem(err);
        fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) != 0)
                return ow_fail_sys(err, errno, "flush the folder of '%s'", path);
        return 0;
}

/* Written and flushed under part; then its name changes to path. */
static int write_part(const char *part, const char *path, ow_hive *hive, uint64_t now, ow_error *err)
{
        OW_AUTO_FD fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
        struct new_file file = { fd, path };
        ow_sink sink = { &file, write_all, set_size };
        int r;

        if (fd < 0)
                return ow_fail_sys(err, errno, "make '%s'", part);
        r = ow_hive_save(hive, now, &sink, err);
        if (r == 0 && fsync(fd) != 0)
                r = ow_fail_sys(err, errno, "flush '%s'", path);
        if (r == 0 && renameat2(AT_FDCWD, part, AT_FDCWD, path, RENAME_NOREPLACE) != 0)
                r = errno == EEXIST ? ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is there already", path)
                                    : ow_fail_sys(err, errno, "make '%s'", path);
        if (r < 0)
                (void)unlink(part);
        return r;
}

int ow_hivefile_create(const char *path, ow_hive *hive, uint64_t now, ow_error *err)
{
        OW_AUTO_FREE char *part = ow_asprintf("%s.offwin-new-%ld", path, (long)getpid());
        int r;

        if (!part)
                return ow_fail_nomem(err);
        if (access(path, F_OK) == 0)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is there already", path);
        r = write_part(part, path, hive, now, err);
        return r < 0 ? r : flush_folder(path, err);
}
