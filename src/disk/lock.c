/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The byte numbers are those of qemu's raw file driver, so that a running VM and offwin see each other. Open file
 * description locks, because a POSIX lock would be lost when any descriptor of the file is closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "disk/lock.h"

enum {
        LOCK_USES = 100,        /* first byte: permissions in use */
        LOCK_DENIES = 200,      /* first byte: permissions denied to others */
        PERM_READ = 0,
        PERM_WRITE = 1,
        PERM_RESIZE = 3,
};

static int set_lock(int fd, short type, off_t byte)
{
        struct flock lock = { .l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

        return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? 0 : errno;
}

static bool others_hold(int fd, off_t byte)
{
        struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1 };

        return fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

bool lock_has_writer(int fd)
{
        return others_hold(fd, LOCK_USES + PERM_WRITE);
}

static bool is_refused(int fd)
{
        return others_hold(fd, LOCK_DENIES + PERM_READ) || others_hold(fd, LOCK_DENIES + PERM_WRITE) ||
               others_hold(fd, LOCK_USES + PERM_WRITE) || others_hold(fd, LOCK_USES + PERM_RESIZE);
}

static int fail_in_use(const char *path, ow_error *err)
{
        return ow_fail(err, OW_E_DIRTY, OW_NOWHERE,
                       "'%s' is in use by another program (a running VM or another offwin): stop it first", path);
}

int lock_take_writer(int fd, const char *path, const ow_log *log, ow_error *err)
{
        static const off_t mine[] = {
                LOCK_USES + PERM_READ, LOCK_USES + PERM_WRITE, LOCK_DENIES + PERM_WRITE, LOCK_DENIES + PERM_RESIZE,
        };

        /* Lock first and look afterwards: of two that start together at least one sees the other. */
        for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++) {
                int sys = set_lock(fd, F_RDLCK, mine[i]);

                if (sys == EAGAIN || sys == EACCES)
                        return fail_in_use(path, err);
                if (sys) {
                        ow_log_printf(log, OW_LOG_WARNING, "'%s' cannot be locked (%s): make sure that no VM uses it",
                                      path, strerror(sys));
                        return 0;
                }
        }
        if (!is_refused(fd))
                return 0;
        for (size_t i = 0; i < sizeof mine / sizeof mine[0]; i++)
                (void)set_lock(fd, F_UNLCK, mine[i]);
        return fail_in_use(path, err);
}
