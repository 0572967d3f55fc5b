/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Preloaded into offwin and its children: system calls that change files on the file system of $FAULT_FOLDER are
 * counted, and go wrong as $FAULT says:
 *   kill:N     half of the Nth is done, then the process group is killed
 *   eio:N      the Nth fails, once           eio-on:N       the Nth and all after it fail
 *   enospc:N   likewise; only for what takes space           enospc-on:N
 *   short:N    every write does at most N bytes              eintr:N   every Nth is interrupted first
 * $FAULT_LOG gets a byte for each that went wrong. With $FAULT_IN only the program of that name has faults: of an image
 * that qemu-nbd serves, "offwin" writes the journal and nothing else.
 */
#undef _FORTIFY_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))

enum fault { NONE, KILL, FAIL, FAIL_ON, SHORT, INTERRUPT };
enum what { WRITE, SIZE, FLUSH, NAME };        /* FLUSH and NAME take no space on what is there */

static enum fault fault;
static int fault_errno;
static unsigned long limit, calls;
static dev_t device;
static int log_fd = -1;

__attribute__((constructor)) static void set_up(void)
{
        static const struct { const char *name; enum fault fault; int sys; } faults[] = {
                { "kill", KILL, 0 }, { "eio", FAIL, EIO }, { "eio-on", FAIL_ON, EIO }, { "enospc", FAIL, ENOSPC },
                { "enospc-on", FAIL_ON, ENOSPC }, { "short", SHORT, 0 }, { "eintr", INTERRUPT, EINTR },
        };
        const char *folder = getenv("FAULT_FOLDER"), *text = getenv("FAULT"), *log = getenv("FAULT_LOG");
        const char *colon = text ? strchr(text, ':') : NULL, *in = getenv("FAULT_IN");
        struct stat st;

        if (in && strcmp(in, program_invocation_short_name) != 0)
                return;
        if (!folder || !colon || stat(folder, &st) != 0)
                return;
        device = st.st_dev;
        limit = strtoul(colon + 1, NULL, 10);
        for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
                if (strlen(faults[i].name) != (size_t)(colon - text) ||
                    strncmp(faults[i].name, text, (size_t)(colon - text)) != 0)
                        continue;
                fault = faults[i].fault;
                fault_errno = faults[i].sys;
        }
        if (log)
                log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int concerns(int fd)
{
        struct stat st;

        return fault != NONE && fstat(fd, &st) == 0 && st.st_dev == device &&
               (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode));
}

static void note(void)
{
        if (log_fd >= 0)
                (void)!write(log_fd, "x", 1);
}

/* True when this call goes wrong: errno is set, or (KILL) the caller does half of it and calls die(). */
static int goes_wrong(int fd, enum what what)
{
        if (!concerns(fd))
                return 0;
        calls++;
        if (fault_errno == ENOSPC && what == FLUSH)
                return 0;
        if ((fault == FAIL && calls == limit) || (fault == FAIL_ON && calls >= limit) ||
            (fault == INTERRUPT && limit && calls % limit == 0 && what != NAME)) {
                note();
                errno = fault_errno;
                return 1;
        }
        return fault == KILL && calls == limit;
}

/* qemu-nbd has a process group of its own, and the offwin that it serves goes first. */
static void die(void)
{
        note();
        if (strcmp(program_invocation_short_name, "qemu-nbd") == 0)
                (void)kill(getppid(), SIGKILL);
        (void)kill(0, SIGKILL);
        abort();
}

/* Under Landlock, qemu-nbd could load no library that is not installed: to offwin this kernel has none. */
VISIBLE long syscall(long number, ...)
{
        enum { CREATE_RULESET = 444 };
        static long (*real)(long, ...);
        long a[6];
        va_list list;

        va_start(list, number);
        for (int i = 0; i < 6; i++)
                a[i] = va_arg(list, long);
        va_end(list);
        if (!real)
                *(void **)&real = dlsym(RTLD_NEXT, "syscall");
        if (!real || number == CREATE_RULESET) {
                errno = ENOSYS;
                return -1;
        }
        return real(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

VISIBLE ssize_t pwrite(int fd, const void *buf, size_t size, off_t offset)
{
        if (goes_wrong(fd, WRITE)) {
                if (fault != KILL)
                        return -1;
                (void)syscall(SYS_pwrite64, fd, buf, size / 2 / 512 * 512, offset);     /* sectors are whole */
                die();
        }
        if (fault == SHORT && size > limit && concerns(fd)) {
                note();
                size = limit;
        }
        return syscall(SYS_pwrite64, fd, buf, size, offset);
}

#ifdef __LP64__
VISIBLE ssize_t pwritev(int fd, const struct iovec *vectors, int count, off_t offset)
{
        if (goes_wrong(fd, WRITE)) {
                if (fault != KILL)
                        return -1;
                (void)syscall(SYS_pwritev, fd, vectors, count > 1 ? count / 2 : 1, offset, 0L);
                die();
        }
        if (fault == SHORT && count > 0 && vectors[0].iov_len > 0 && concerns(fd)) {
                note();
                return syscall(SYS_pwrite64, fd, vectors[0].iov_base,
                               vectors[0].iov_len < limit ? vectors[0].iov_len : limit, offset);
        }
        return syscall(SYS_pwritev, fd, vectors, count, offset, 0L);
}
#endif

VISIBLE int ftruncate(int fd, off_t size)
{
        if (goes_wrong(fd, SIZE)) {
                if (fault != KILL)
                        return -1;
                die();
        }
        return (int)syscall(SYS_ftruncate, fd, size);
}

VISIBLE int fallocate(int fd, int mode, off_t offset, off_t size)
{
        if (goes_wrong(fd, SIZE)) {
                if (fault != KILL)
                        return -1;
                die();
        }
        return (int)syscall(SYS_fallocate, fd, mode, offset, size);
}

VISIBLE int fsync(int fd)
{
        if (goes_wrong(fd, FLUSH)) {
                if (fault != KILL)
                        return -1;
                die();
        }
        return 0;               /* what a flush is worth is the crash test's business; here it only costs time */
}

VISIBLE int fdatasync(int fd)
{
        return fsync(fd);
}

VISIBLE int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
        if (goes_wrong(to_dir, NAME)) {
                if (fault != KILL)
                        return -1;
                die();
        }
        return (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);
}

VISIBLE int unlinkat(int dir, const char *name, int flags)
{
        if (dir >= 0 && goes_wrong(dir, NAME)) {
                if (fault != KILL && fault_errno != ENOSPC)
                        return -1;
                if (fault == KILL)
                        die();
        }
        return (int)syscall(SYS_unlinkat, dir, name, flags);
}

VISIBLE int openat(int dir, const char *name, int flags, ...)
{
        mode_t mode = 0;

        if (flags & (O_CREAT | __O_TMPFILE)) {
                va_list list;

                va_start(list, flags);
                mode = (mode_t)va_arg(list, int);
                va_end(list);
        }
        if (flags & O_CREAT && dir >= 0 && goes_wrong(dir, NAME)) {
                if (fault != KILL)
                        return -1;
                die();
        }
        return (int)syscall(SYS_openat, dir, name, flags, mode);
}
