/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of the host, by descriptor, so that it stays the same one when somebody renames it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "disk/folder.h"
#include "disk/raw.h"

struct host_folder {
        struct folder folder;
        int fd;
};

static int fd_of(struct folder *folder)
{
        return ((struct host_folder *)folder)->fd;
}

static int host_list(struct folder *folder, int (*each)(void *state, const char *name, ow_error *err), void *state,
                     ow_error *err)
{
        OW_AUTO_FD fd = openat(fd_of(folder), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const struct dirent *entry;
        int r = 0;
        DIR *dir;

        if (fd < 0)
                return ow_fail_sys(err, errno, "list folder '%s'", folder->path);
        dir = fdopendir(fd);
        if (!dir)
                return ow_fail_sys(err, errno, "list folder '%s'", folder->path);
        (void)ow_take_fd(&fd);          /* now the stream's */
        while (r >= 0 && (errno = 0, entry = readdir(dir)))
                r = each(state, entry->d_name, err);
        if (r >= 0 && errno != 0)
                r = ow_fail_sys(err, errno, "list folder '%s'", folder->path);
        (void)closedir(dir);
        return r < 0 ? r : 0;
}

static int host_open(struct folder *folder, const char *name, bool create, struct store **ret, ow_error *err)
{
        int flags = create ? O_RDWR | O_CREAT | O_EXCL : O_RDONLY;
        OW_AUTO_FD fd = openat(fd_of(folder), name, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        struct stat st;

        if (fd < 0 && errno == EEXIST)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s/%s' exists already", folder->path, name);
        if (fd < 0)
                return ow_fail_sys(err, errno, "%s '%s/%s'", create ? "create" : "open", folder->path, name);
        if (fstat(fd, &st) != 0)
                return ow_fail_sys(err, errno, "look at '%s/%s'", folder->path, name);
        if (!S_ISREG(st.st_mode))
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "'%s/%s' is not a file", folder->path, name);
        return raw_of_fd(ow_take_fd(&fd), name, (uint64_t)st.st_size, ret, err);
}

static int host_rename(struct folder *folder, const char *from, const char *to, ow_error *err)
{
        int fd = fd_of(folder);

        if (renameat2(fd, from, fd, to, RENAME_NOREPLACE) == 0)
                return 0;
        if (errno == EEXIST)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s/%s' exists already", folder->path, to);
        /* Not every file system knows the flag; two journals of one name are kept apart by O_EXCL anyway. */
        if (errno == EINVAL && renameat(fd, from, fd, to) == 0)
                return 0;
        return ow_fail_sys(err, errno, "rename '%s/%s' to '%s'", folder->path, from, to);
}

static int host_remove(struct folder *folder, const char *name, ow_error *err)
{
        if (unlinkat(fd_of(folder), name, 0) != 0)
                return ow_fail_sys(err, errno, "remove '%s/%s'", folder->path, name);
        return 0;
}

static int host_sync(struct folder *folder, ow_error *err)
{
        while (fsync(fd_of(folder)) != 0) {
                if (errno == EINVAL)
                        return 0;       /* a file system without such a thing */
                if (errno != EINTR)
                        return ow_fail_sys(err, errno, "flush folder '%s'", folder->path);
        }
        return 0;
}

static void host_close(struct folder *folder)
{
        (void)close(fd_of(folder));
        ow_free(folder->path);
        ow_free(folder);
}

int folder_open(const char *path, struct folder **ret, ow_error *err)
{
        static const struct folder_ops ops = { host_list, host_open, host_rename, host_remove, host_sync, host_close };
        OW_AUTO_FD fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        OW_AUTO_FREE struct host_folder *folder = NULL;
        OW_AUTO_FREE char *copy = NULL;

        if (fd < 0)
                return ow_fail_sys(err, errno, "open folder '%s'", path);
        folder = ow_calloc(1, sizeof *folder);
        copy = ow_strdup(path);
        if (!folder || !copy)
                return ow_fail_nomem(err);
        folder->folder = (struct folder){ &ops, OW_TAKE(copy) };
        folder->fd = ow_take_fd(&fd);
        *ret = &folder->folder;
        (void)OW_TAKE(folder);
        return 0;
}
