/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "host-files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct host_file {
        struct host_files *files;
        char *path;
        int flags; /* O_NOFOLLOW or 0 */
        struct stat found;
};

void host_files_done(struct host_files *files)
{
        if (files->open)
                (void)close(files->fd);
        for (size_t i = 0; i < files->count; i++) {
                free(files->items[i]->path);
                free(files->items[i]);
        }
        free(files->items);
        *files = (struct host_files){ 0 };
}

static bool same_file(const struct stat *a, const struct stat *b)
{
        return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
               a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* Not a FIFO either, which would wait for somebody: what is no regular file is told by its stat alone. */
static int open_file(struct host_file *file, ow_error *err)
{
        struct host_files *files = file->files;
        struct stat now;

        if (files->open == file)
                return 0;
        if (files->open)
                (void)close(files->fd);
        files->open = NULL;
        files->fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | file->flags);
        if (files->fd < 0)
                return ow_fail_sys(err, errno, "read '%s'", file->path);
        files->open = file;
        if (fstat(files->fd, &now) != 0)
                return ow_fail_sys(err, errno, "read '%s'", file->path);
        return same_file(&now, &file->found) ? 0
                                             : ow_fail(err, OW_E_CONFLICT, OW_NOWHERE,
                                                       "'%s' changed while it was "
                                                       "copied; nothing was written",
                                                       file->path);
}

static int read_file(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        struct host_file *file = state;
        char *p = buf;
        int r = open_file(file, err);

        while (r == 0 && size > 0) {
                ssize_t n = pread(file->files->fd, p, size, (off_t)offset);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return ow_fail_sys(err, errno, "read '%s'", file->path);
                if (n == 0)
                        return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s' became shorter while it was copied",
                                       file->path);
                p += n;
                offset += (uint64_t)n;
                size -= (size_t)n;
        }
        return r;
}

static struct host_file *new_file(struct host_files *files, const char *path)
{
        struct host_file *file = calloc(1, sizeof *file);

        if (files->count == files->cap) {
                size_t cap = files->cap ? files->cap * 2 : 64;
                struct host_file **grown = realloc(files->items, cap * sizeof *grown);

                if (!grown) {
                        free(file);
                        return NULL;
                }
                files->items = grown;
                files->cap = cap;
        }
        if (file)
                file->path = strdup(path);
        if (!file || !file->path) {
                free(file);
                return NULL;
        }
        file->files = files;
        return files->items[files->count++] = file;
}

int host_files_add(struct host_files *files, const char *path, bool follow, ow_source *ret, ow_error *err)
{
        struct host_file *file = new_file(files, path);

        if (!file)
                return ow_fail_nomem(err);
        file->flags = follow ? 0 : O_NOFOLLOW;
        if (fstatat(AT_FDCWD, path, &file->found, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
                return ow_fail_sys(err, errno, "read '%s'", path);
        if (!S_ISREG(file->found.st_mode))
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is %s: only files and folders are copied",
                               path,
                               S_ISLNK(file->found.st_mode) ? "a symbolic link, which is not followed inside a folder"
                                                            : "neither a file nor a folder");
        *ret = (ow_source){ .size = (uint64_t)file->found.st_size, .state = file, .read = read_file };
        return 0;
}

int host_is_folder(const char *path, bool follow, ow_error *err)
{
        struct stat st;

        if (fstatat(AT_FDCWD, path, &st, follow ? 0 : AT_SYMLINK_NOFOLLOW) != 0)
                return ow_fail_sys(err, errno, "read '%s'", path);
        return S_ISDIR(st.st_mode) ? 1 : 0;
}

static int no_dots(const struct dirent *entry)
{
        return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
        return strcmp((*a)->d_name, (*b)->d_name);
}

int host_names(const char *path, char ***ret, ow_error *err)
{
        struct dirent **entries = NULL;
        int n = scandir(path, &entries, no_dots, by_name);
        char **names;
        bool ok;

        if (n < 0)
                return ow_fail_sys(err, errno, "list '%s'", path);
        names = calloc((size_t)n + 1, sizeof *names);
        ok = names;
        for (int i = 0; i < n; i++) {
                if (ok) {
                        names[i] = strdup(entries[i]->d_name);
                        ok = names[i];
                }
                free(entries[i]);
        }
        free(entries);
        if (!ok) {
                host_names_free(names);
                return ow_fail_nomem(err);
        }
        *ret = names;
        return 0;
}

void host_names_free(char **names)
{
        for (char **name = names; name && *name; name++)
                free(*name);
        free(names);
}
