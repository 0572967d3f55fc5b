/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The files below a folder of the host. What is in it was downloaded by somebody: nothing but plain files and folders
 * counts, no link is followed, and every name is opened from the folder's own descriptor.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/upcase.h"
#include "base/utf16.h"
#include "fix/driver.h"

static void close_folder(DIR **folder)
{
        if (*folder)
                (void)closedir(*folder);
}

static bool is_utf8(const char *name)
{
        size_t size = strlen(name), at = 0;
        uint32_t c;

        while (at < size)
                if (!ow_utf8_next(name, size, &at, &c) || c < 0x20)
                        return false;
        return true;
}

static int file_add(ow_driver_folder *folder, char *path, uint64_t size, ow_error *err)
{
        void *grown;

        if (folder->n == DRIVER_FILES_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' holds more than %d files", folder->path,
                               DRIVER_FILES_MAX);
        grown = ow_grow(folder->files, folder->n, &folder->cap, sizeof *folder->files);
        if (!grown)
                return ow_fail_nomem(err);
        folder->files = grown;
        folder->files[folder->n++] = (struct driver_file){ folder, path, size };
        return 0;
}

static int folder_list(ow_driver_folder *folder, int fd, const char *prefix, unsigned depth, size_t *looked,
                       ow_error *err);

/* One name of the folder fd. */
static int entry_look(ow_driver_folder *folder, int fd, const char *prefix, const char *name, unsigned depth,
                      size_t *looked, ow_error *err)
{
        OW_AUTO_FREE char *path = ow_asprintf("%s%s%s", prefix, *prefix ? "/" : "", name);
        struct stat st;
        int r;

        if (!path)
                return ow_fail_nomem(err);
        if (++*looked > DRIVER_FILES_MAX)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s' holds more than %d names", folder->path,
                               DRIVER_FILES_MAX);
        if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
                return ow_fail_sys(err, errno, "look at '%s/%s'", folder->path, path);
        folder->n_links += S_ISLNK(st.st_mode);
        if (!is_utf8(name) || strchr(name, '\\') || strlen(path) > DRIVER_PATH_MAX)
                return 0;
        if (S_ISDIR(st.st_mode) && depth < DRIVER_DEPTH_MAX) {
                OW_AUTO_FD below = openat(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

                if (below < 0)
                        return ow_fail_sys(err, errno, "open '%s/%s'", folder->path, path);
                return folder_list(folder, below, path, depth + 1, looked, err);
        }
        if (!S_ISREG(st.st_mode))
                return 0;
        r = file_add(folder, path, (uint64_t)st.st_size, err);
        if (r == 0)
                path = NULL;
        return r;
}

static int folder_list(ow_driver_folder *folder, int fd, const char *prefix, unsigned depth, size_t *looked,
                       ow_error *err)
{
        __attribute__((cleanup(close_folder))) DIR *listing = NULL;
        int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        struct dirent *entry;
        int r = 0;

        listing = copy >= 0 ? fdopendir(copy) : NULL;
        if (!listing) {
                int sys = errno;

                if (copy >= 0)
                        (void)close(copy);
                return ow_fail_sys(err, sys, "read folder '%s/%s'", folder->path, prefix);
        }
        while (r == 0 && (errno = 0, entry = readdir(listing)))
                if (entry->d_name[0] != '.')
                        r = entry_look(folder, fd, prefix, entry->d_name, depth, looked, err);
        if (r == 0 && errno)
                return ow_fail_sys(err, errno, "read folder '%s/%s'", folder->path, prefix);
        return r;
}

static int by_path(const void *a, const void *b)
{
        const struct driver_file *left = a, *right = b;
        int order = ow_name_compare(left->path, right->path);

        return order ? order : strcmp(left->path, right->path);
}

void ow_driver_folder_close(ow_driver_folder *folder)
{
        if (!folder)
                return;
        for (size_t i = 0; i < folder->n; i++)
                ow_free(folder->files[i].path);
        ow_free(folder->files);
        ow_free(folder->path);
        if (folder->fd >= 0)
                (void)close(folder->fd);
        ow_free(folder);
}

static bool is_inf(const struct driver_file *file)
{
        size_t n = strlen(file->path);

        return n > 4 && ow_name_compare(file->path + n - 4, ".inf") == 0;
}

int ow_driver_folder_open(const char *path, ow_driver_folder **ret, ow_error *err)
{
        OW_AUTO(ow_driver_folder) folder = ow_calloc(1, sizeof *folder);
        size_t looked = 0;
        bool infs = false;
        int r;

        if (!folder)
                return ow_fail_nomem(err);
        folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder->fd < 0)
                return ow_fail_sys(err, errno, "open folder '%s'", path);
        folder->path = ow_strdup(path);
        if (!folder->path)
                return ow_fail_nomem(err);
        r = folder_list(folder, folder->fd, "", 0, &looked, err);
        if (r < 0)
                return r;
        if (folder->n)
                qsort(folder->files, folder->n, sizeof *folder->files, by_path);
        for (size_t i = 0; i < folder->n && !infs; i++)
                infs = is_inf(&folder->files[i]);
        if (!infs)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no driver (*.inf) in '%s'%s", path,
                               folder->n_links ? "; links in it are not followed" : "");
        *ret = OW_TAKE(folder);
        return 0;
}

const struct driver_file *driver_folder_find(const ow_driver_folder *folder, const char *path)
{
        size_t low = 0, high = folder->n;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (ow_name_compare(folder->files[middle].path, path) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        if (low == folder->n || ow_name_compare(folder->files[low].path, path) != 0)
                return NULL;
        return &folder->files[low];
}

/* Opens path name by name, so that a folder that became a link since is not followed. */
static int open_below(const ow_driver_folder *folder, const char *path, ow_error *err)
{
        OW_AUTO_FD at = fcntl(folder->fd, F_DUPFD_CLOEXEC, 0);

        while (at >= 0) {
                size_t size = strcspn(path, "/");
                OW_AUTO_FREE char *name = ow_strndup(path, size);
                bool last = path[size] == '\0';
                int next;

                if (!name)
                        return ow_fail_nomem(err);
                next = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (last ? 0 : O_DIRECTORY));
                if (next < 0 || last)
                        return next < 0 ? ow_fail_sys(err, errno, "open '%s/%s'", folder->path, path) : next;
                (void)close(at);
                at = next;
                path += size + 1;
        }
        return ow_fail_sys(err, errno, "open '%s'", folder->path);
}

static int read_at(int fd, uint64_t offset, uint8_t *bytes, size_t size)
{
        while (size) {
                ssize_t n = pread(fd, bytes, size, (off_t)offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? errno : EIO; /* it became shorter */
                bytes += n;
                offset += (uint64_t)n;
                size -= (size_t)n;
        }
        return 0;
}

int driver_folder_read(const ow_driver_folder *folder, const struct driver_file *file, size_t limit, ow_blob *ret,
                       ow_error *err)
{
        OW_AUTO_FD fd = open_below(folder, file->path, err);
        OW_AUTO_FREE uint8_t *bytes = NULL;
        struct stat st;
        size_t size;
        int sys;

        if (fd < 0)
                return fd;
        if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
                return ow_fail(err, OW_E_IO, OW_NOWHERE, "'%s/%s' is not a plain file", folder->path, file->path);
        if ((uint64_t)st.st_size > limit)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "'%s/%s' holds %lld bytes, limit %zu", folder->path,
                               file->path, (long long)st.st_size, limit);
        size = (size_t)st.st_size;
        bytes = ow_malloc(size + 1);
        if (!bytes)
                return ow_fail_nomem(err);
        sys = read_at(fd, 0, bytes, size);
        if (sys)
                return ow_fail_sys(err, sys, "read '%s/%s'", folder->path, file->path);
        *ret = (ow_blob){ OW_TAKE(bytes), size };
        return 0;
}

static int source_read(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        const struct driver_file *file = state;
        OW_AUTO_FD fd = open_below(file->folder, file->path, err);
        int sys;

        if (fd < 0)
                return fd;
        sys = read_at(fd, offset, buf, size);
        return sys ? ow_fail_sys(err, sys, "read '%s/%s'", file->folder->path, file->path) : 0;
}

ow_source driver_folder_source(const struct driver_file *file)
{
        return (ow_source){ .size = file->size, .state = (void *)(uintptr_t)file, .read = source_read };
}
