/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder for one test, and files in it. */
#ifndef TESTS_UNIT_DISK_TEMP_H
#define TESTS_UNIT_DISK_TEMP_H

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <offwin/disk.h>

static char temp[64];

static inline int temp_setup(void **state)
{
        /* In memory where that is possible: what a flush costs is not what these tests are about. */
        (void)snprintf(temp, sizeof temp, "%s/offwin-disk-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        return mkdtemp(temp) ? 0 : -1;
}

static inline int temp_remove(const char *path, const struct stat *st, int type, struct FTW *where)
{
        (void)st;
        (void)type;
        (void)where;
        return remove(path);
}

static inline int temp_teardown(void **state)
{
        return nftw(temp, temp_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* Valid until the eighth call from now. */
static inline const char *temp_path(const char *name)
{
        static char paths[8][PATH_MAX];
        static unsigned at;
        char *path = paths[at++ % 8];

        (void)snprintf(path, PATH_MAX, "%s/%s", temp, name);
        return path;
}

static inline void temp_write(const char *name, uint64_t offset, const void *bytes, size_t size)
{
        int fd = open(temp_path(name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);

        assert_true(fd >= 0);
        assert_int_equal(pwrite(fd, bytes, size, (off_t)offset), size);
        (void)close(fd);
}

static inline void temp_truncate(const char *name, uint64_t size)
{
        temp_write(name, 0, "", 0);
        assert_int_equal(truncate(temp_path(name), (off_t)size), 0);
}

/* How many names the folder holds. */
static inline size_t temp_count(void)
{
        char command[160];
        size_t n = 0;
        FILE *pipe;

        (void)snprintf(command, sizeof command, "ls -A '%s' | wc -l", temp);
        pipe = popen(command, "r");
        assert_non_null(pipe);
        assert_int_equal(fscanf(pipe, "%zu", &n), 1);
        (void)pclose(pipe);
        return n;
}

struct temp_log {
        unsigned warnings;
        char last[500];
};

static inline void temp_take_log(void *state, enum ow_log_level level, const char *text)
{
        struct temp_log *log = state;

        log->warnings += level == OW_LOG_WARNING;
        (void)snprintf(log->last, sizeof log->last, "%s", text);
}

static inline int temp_open(const char *name, bool writable, struct temp_log *log, ow_disk **ret, ow_error *err)
{
        ow_disk_options options = { .flags = writable ? OW_DISK_WRITABLE : 0 };

        if (log)
                options.log = (ow_log){ log, temp_take_log };
        return ow_disk_open(temp_path(name), &options, ret, err);
}

#endif
