/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A folder that holds journals, and the host that opens folders and images by path. Tests put a simulated host here
 * that loses power. A file of a folder is a store (disk/store.h); one being written grows as it is written to.
 */
#ifndef DISK_FOLDER_H
#define DISK_FOLDER_H

#include "disk/store.h"

struct folder;

struct folder_ops {
        /* Calls each() for every name until it returns < 0, and returns that. */
        int (*list)(struct folder *folder, int (*each)(void *state, const char *name, ow_error *err), void *state,
                    ow_error *err);
        /* create: the file must not exist yet (OW_E_EXISTS) and is opened for writing; else for reading. */
        int (*open)(struct folder *folder, const char *name, bool create, struct store **ret, ow_error *err);
        /* Neither is sure to survive a power cut before sync(). rename() does not replace: OW_E_EXISTS. */
        int (*rename)(struct folder *folder, const char *from, const char *to, ow_error *err);
        int (*remove)(struct folder *folder, const char *name, ow_error *err);
        int (*sync)(struct folder *folder, ow_error *err);
        void (*close)(struct folder *folder);
};

struct folder {
        const struct folder_ops *ops;
        char *path;
};

static inline void folder_close(struct folder *folder)
{
        if (folder)
                folder->ops->close(folder);
}

typedef struct folder disk_folder;
OW_DEFINE_AUTO(disk_folder, folder_close);

struct host {
        void *state;
        int (*open_folder)(const struct host *host, const char *path, struct folder **ret, ow_error *err);
        /* For writing, with the writer's lock. *ret_format: as ow_disk_format() tells it. */
        int (*open_image)(const struct host *host, const char *path, const ow_log *log, struct store **ret,
                          const char **ret_format, ow_error *err);
};

/* The real one for folders. OW_E_ABSENT; OW_E_IO. */
int folder_open(const char *path, struct folder **ret, ow_error *err);

#endif
