/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of the host that go into a guest: found once, opened when they are read, and never another file than the one
 * that was found. One is open at a time.
 */
#ifndef CLI_HOST_FILES_H
#define CLI_HOST_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include <offwin/io.h>

struct host_file;

struct host_files {
        struct host_file **items;
        size_t count, cap;
        struct host_file *open; /* whose fd is open, or NULL */
        int fd;
};

void host_files_done(struct host_files *files);

/* The file at path as a source that lives as long as files. Only regular files. follow: path may be a link. */
int host_files_add(struct host_files *files, const char *path, bool follow, ow_source *ret, ow_error *err);

/* 1 path is a folder, 0 it is something else, < 0 it is not there. follow: what a link leads to counts. */
int host_is_folder(const char *path, bool follow, ow_error *err);

/* Names in a folder, in order; NULL-terminated, the caller's: host_names_free(). "." and ".." are left out. */
int host_names(const char *path, char ***ret, ow_error *err);
void host_names_free(char **names);

#endif
