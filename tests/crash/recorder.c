/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program's own pwrite() and friends stand before those of libc. Only calls that the disk room makes are here. */
#undef _FORTIFY_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "recorder.h"

static struct ops *current;
static dev_t folder_device;
static ino_t folder_inode;

void record_start(const char *folder, struct ops *ops)
{
        struct stat st;

        if (stat(folder, &st) != 0)
                abort();
        folder_device = st.st_dev;
        folder_inode = st.st_ino;
        current = ops;
}

void record_stop(void)
{
        current = NULL;
}

void ops_done(struct ops *ops)
{
        for (size_t i = 0; i < ops->count; i++) {
                free(ops->items[i].bytes);
                free(ops->items[i].from);
                free(ops->items[i].name);
        }
        free(ops->items);
        *ops = (struct ops){ NULL, 0, 0 };
}

static struct op *add(enum op_kind kind)
{
        struct ops *ops = current;

        if (ops->count == ops->room) {
                ops->room = ops->room ? ops->room * 2 : 256;
                ops->items = realloc(ops->items, ops->room * sizeof *ops->items);
                if (!ops->items)
                        abort();
        }
        ops->items[ops->count] = (struct op){ .kind = kind };
        return &ops->items[ops->count++];
}

static bool is_folder(int fd)
{
        struct stat st;

        return current && fstat(fd, &st) == 0 && st.st_dev == folder_device && st.st_ino == folder_inode;
}

/* A file on the folder's device; everything that the tests make there is in the folder. */
static bool is_file(int fd, struct stat *st)
{
        return current && fstat(fd, st) == 0 && st->st_dev == folder_device && S_ISREG(st->st_mode);
}

int openat(int dir, const char *name, int flags, ...)
{
        struct stat st;
        mode_t mode;
        va_list list;
        int fd;

        va_start(list, flags);
        mode = flags & O_CREAT ? (mode_t)va_arg(list, int) : 0;
        va_end(list);
        fd = (int)syscall(SYS_openat, dir, name, flags, mode);
        if (fd >= 0 && flags & O_CREAT && is_folder(dir) && is_file(fd, &st)) {
                struct op *op = add(OP_CREATE);

                op->file = st.st_ino;
                op->name = strdup(name);
        }
        return fd;
}

ssize_t pwrite(int fd, const void *buf, size_t size, off_t offset)
{
        ssize_t n = syscall(SYS_pwrite64, fd, buf, size, offset);
        struct stat st;

        if (n > 0 && is_file(fd, &st)) {
                struct op *op = add(OP_WRITE);

                op->file = st.st_ino;
                op->offset = (uint64_t)offset;
                op->size = (size_t)n;
                op->bytes = malloc(op->size);
                if (!op->bytes)
                        abort();
                memcpy(op->bytes, buf, op->size);
        }
        return n;
}

int ftruncate(int fd, off_t size)
{
        int r = (int)syscall(SYS_ftruncate, fd, size);
        struct stat st;

        if (r == 0 && is_file(fd, &st)) {
                struct op *op = add(OP_SIZE);

                op->file = st.st_ino;
                op->offset = (uint64_t)size;
        }
        return r;
}

static int flush(int fd)
{
        struct stat st;

        if (is_folder(fd))
                (void)add(OP_SYNC_FOLDER);
        else if (is_file(fd, &st))
                add(OP_FLUSH)->file = st.st_ino;
        return 0;
}

int fsync(int fd)
{
        return flush(fd);
}

int fdatasync(int fd)
{
        return flush(fd);
}

int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags)
{
        int r = (int)syscall(SYS_renameat2, from_dir, from, to_dir, to, flags);

        if (r == 0 && is_folder(to_dir)) {
                struct op *op = add(OP_RENAME);

                op->from = strdup(from);
                op->name = strdup(to);
        }
        return r;
}

int unlinkat(int dir, const char *name, int flags)
{
        int r = (int)syscall(SYS_unlinkat, dir, name, flags);

        if (r == 0 && is_folder(dir))
                add(OP_REMOVE)->from = strdup(name);
        return r;
}

/* The same run twice is the same run: neither the time nor luck comes in. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
        if (clock != CLOCK_REALTIME)
                return (int)syscall(SYS_clock_gettime, clock, now);
        *now = (struct timespec){ .tv_sec = 1700000000 };
        return 0;
}

ssize_t getrandom(void *buf, size_t size, unsigned flags)
{
        static uint32_t seed;

        (void)flags;
        for (size_t i = 0; i < size; i++) {
                seed = seed * 1664525u + 1013904223u;
                ((uint8_t *)buf)[i] = (uint8_t)(seed >> 24);
        }
        return (ssize_t)size;
}
