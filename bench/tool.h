/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the small programs of the bench share: a message on failure, a file to write to, a clock. */
#ifndef BENCH_TOOL_H
#define BENCH_TOOL_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <offwin/hive.h>

/* Any time; the same every run. 2026-01-01 as FILETIME. */
#define TOOL_NOW 134116992000000000u

static inline void require(int r, const ow_error *err)
{
        if (r < 0) {
                fprintf(stderr, "%s\n", err->text);
                exit(1);
        }
}

static inline int tool_write(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        const char *p = buf;

        while (size > 0) {
                ssize_t n = pwrite(*(int *)state, p, size, (off_t)offset);

                if (n <= 0)
                        return ow_fail_sys(err, n < 0 ? errno : ENOSPC, "write");
                p += n;
                size -= (size_t)n;
                offset += (uint64_t)n;
        }
        return 0;
}

static inline int tool_set_size(void *state, uint64_t size, ow_error *err)
{
        return ftruncate(*(int *)state, (off_t)size) < 0 ? ow_fail_sys(err, errno, "set the size") : 0;
}

static inline int tool_read(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        char *p = buf;

        while (size > 0) {
                ssize_t n = pread(*(int *)state, p, size, (off_t)offset);

                if (n <= 0)
                        return ow_fail_sys(err, n < 0 ? errno : EIO, "read");
                p += n;
                size -= (size_t)n;
                offset += (uint64_t)n;
        }
        return 0;
}

static inline int tool_open(const char *path, int flags)
{
        int fd = open(path, flags | O_CLOEXEC, 0666);

        if (fd < 0) {
                perror(path);
                exit(1);
        }
        return fd;
}

/* The hive in a file, as the engine alone has it: no lock, no journal. *fd must live as long. */
static inline ow_hive *tool_load(int *fd, unsigned flags)
{
        const ow_source source = { (uint64_t)lseek(*fd, 0, SEEK_END), fd, tool_read };
        ow_error err = OW_ERROR_INIT;
        ow_hive *hive = NULL;

        require(ow_hive_load(&source, NULL, 0, flags, &hive, &err), &err);
        return hive;
}

static inline void tool_save(ow_hive *hive, int *fd)
{
        const ow_sink sink = { fd, tool_write, tool_set_size };
        ow_error err = OW_ERROR_INIT;

        require(ow_hive_save(hive, TOOL_NOW, &sink, &err), &err);
}

static inline double tool_ms(void)
{
        struct timespec t;

        (void)clock_gettime(CLOCK_MONOTONIC, &t);
        return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

#endif
