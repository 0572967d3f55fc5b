/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Telling hive files from disk images, and finding the logs beside them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/le.h"
#include "guest/hivefile.h"

enum {
        BINS_AT = 4096,
        LOG_HEAD = 512,     /* one sector: the base block copy that makes a log valid */
        LOG_TYPE_AT = 0x1c, /* of a base block: 0 a hive, 1, 2 and 6 a log */
        BOOT_SIGNATURE_AT = 510,
};

static const char *const log_tails[HIVEFILE_MAX_LOGS] = { ".LOG", ".LOG1", ".LOG2" };

int guest_log_invalidate(const ow_sink *sink, uint64_t size, ow_error *err)
{
        static const uint8_t zeros[LOG_HEAD];

        return size ? sink->write(sink->state, 0, zeros, size < LOG_HEAD ? (size_t)size : LOG_HEAD, err) : 0;
}

static void close_folder(DIR **folder)
{
        if (*folder)
                (void)closedir(*folder);
}

/* The folder of path ("." when it has none) and, in it, the name. */
static char *split(const char *path, const char **ret_name)
{
        const char *slash = strrchr(path, '/');

        *ret_name = slash ? slash + 1 : path;
        if (!slash)
                return ow_strdup(".");
        return slash == path ? ow_strdup("/") : ow_strndup(path, (size_t)(slash - path));
}

/* Which log of the hive called name the entry is, or -1. */
static int which_log(const char *entry, const char *name)
{
        size_t size = strlen(name);

        if (strncasecmp(entry, name, size) != 0)
                return -1;
        for (int i = 0; i < HIVEFILE_MAX_LOGS; i++)
                if (strcasecmp(entry + size, log_tails[i]) == 0)
                        return i;
        return -1;
}

static void forget(char *logs[HIVEFILE_MAX_LOGS])
{
        for (size_t i = 0; i < HIVEFILE_MAX_LOGS; i++) {
                ow_free(logs[i]);
                logs[i] = NULL;
        }
}

/* Names that differ only in case: the one that is spelled like the hive wins. */
static bool is_better(const char *entry, const char *old, const char *name)
{
        return !old || (strncmp(entry, name, strlen(name)) == 0 && strcmp(entry, old) != 0);
}

/* Those beside path, by its name there. */
static int find_beside(const char *path, char *logs[HIVEFILE_MAX_LOGS], size_t *ret_count, ow_error *err)
{
        __attribute__((cleanup(close_folder))) DIR *folder = NULL;
        char *found[HIVEFILE_MAX_LOGS] = { NULL };
        OW_AUTO_FREE char *where = NULL;
        const struct dirent *entry;
        const char *name;

        where = split(path, &name);
        if (!where)
                return ow_fail_nomem(err);
        folder = opendir(where);
        if (!folder)
                return ow_fail_sys(err, errno, "look for logs in '%s'", where);
        while ((entry = readdir(folder))) {
                int i = which_log(entry->d_name, name);
                char *log;

                if (i < 0 || !is_better(entry->d_name, found[i] ? strrchr(found[i], '/') + 1 : NULL, name))
                        continue;
                log = ow_asprintf("%s/%s", where, entry->d_name);
                if (!log) {
                        forget(found);
                        return ow_fail_nomem(err);
                }
                ow_free(found[i]);
                found[i] = log;
        }
        *ret_count = 0;
        for (size_t i = 0; i < HIVEFILE_MAX_LOGS; i++)
                if (found[i])
                        logs[(*ret_count)++] = found[i];
        return 0;
}

static bool is_link(const char *path)
{
        struct stat st;

        return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

/* Logs lie beside the file itself; where a link leads to a store of files without them, beside the link. */
int hivefile_find_logs(const char *path, char *logs[HIVEFILE_MAX_LOGS], size_t *ret_count, ow_error *err)
{
        char *real = is_link(path) ? realpath(path, NULL) : NULL;
        int r = 0;

        *ret_count = 0;
        if (real)
                r = find_beside(real, logs, ret_count, err);
        free(real); /* libc's */
        return r == 0 && *ret_count == 0 ? find_beside(path, logs, ret_count, err) : r;
}

/* ---- what kind of file it is ---- */

/* The bytes at offset; fewer than size at the end of the file are zero. < 0: cannot be read. */
static int read_at(int fd, off_t offset, void *buf, size_t size)
{
        ssize_t n;

        memset(buf, 0, size);
        do
                n = pread(fd, buf, size, offset);
        while (n < 0 && errno == EINTR);
        return n < 0 ? -1 : 0;
}

static bool is_log(const char *path)
{
        OW_AUTO_FD fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        uint8_t head[512];
        uint32_t type;

        if (fd < 0 || read_at(fd, 0, head, sizeof head) < 0 || memcmp(head, "regf", 4) != 0)
                return false;
        type = ow_le32_at(head + LOG_TYPE_AT);
        return type == 1 || type == 2 || type == 6;
}

static int has_log(const char *path, ow_error *err)
{
        char *logs[HIVEFILE_MAX_LOGS] = { NULL };
        size_t n = 0;
        int r = hivefile_find_logs(path, logs, &n, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++)
                r = r || is_log(logs[i]);
        forget(logs);
        return r;
}

int ow_hivefile_detect(const char *path, ow_error *err)
{
        uint8_t head[512], bins[4];
        bool regf, hbin, boot;
        OW_AUTO_FD fd = -1;
        struct stat st;

        if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
                return 0; /* a URI, a device, or not there: a disk says what it is */
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
        if (fd < 0)
                return ow_fail_sys(err, errno, "open '%s'", path);
        if (read_at(fd, 0, head, sizeof head) < 0 || read_at(fd, BINS_AT, bins, sizeof bins) < 0)
                return ow_fail_sys(err, errno, "read '%s'", path);
        regf = memcmp(head, "regf", 4) == 0;
        hbin = memcmp(bins, "hbin", 4) == 0;
        boot = head[BOOT_SIGNATURE_AT] == 0x55 && head[BOOT_SIGNATURE_AT + 1] == 0xaa;
        if (regf && (hbin || !boot))
                return 1;
        return hbin && !boot ? has_log(path, err) : 0;
}
