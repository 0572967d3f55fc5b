/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores behind the NBD protocol: a server somewhere, or qemu-nbd as our child for the formats that qemu knows. */
#ifndef DISK_NBD_H
#define DISK_NBD_H

#include "disk/store.h"

/* "nbd://...", "nbd+unix://..." and their like. */
bool nbd_is_uri(const char *name);

int nbd_open_uri(const char *uri, bool writable, const ow_log *log, struct store **ret, ow_error *err);

struct nbd_files {
        char **paths;                   /* real ones */
        size_t count;
};

/* What scratch is called in opts. */
#define NBD_SCRATCH "/proc/self/fd/4"

/* qemu-nbd can open the files that are listed here, and no others; it can write to top only. */
struct nbd_image {
        const char *path;               /* for messages */
        const char *opts;               /* qemu's --image-opts */
        struct nbd_files top;           /* the image, and the files that hold parts of it */
        struct nbd_files below;         /* what it is a snapshot of */
        int scratch;                    /* -1, or a descriptor for what qemu must write although the image stays */
        uint64_t scratch_size;          /* bytes to its user; it becomes an empty qcow2 */
};

/*
 * Starts qemu-nbd on image. OW_E_DIRTY: somebody else has the image; OW_E_UNSUPPORTED: qemu cannot, or qemu-nbd is
 * not installed; OW_E_CORRUPT: what qemu says.
 */
int nbd_open_qemu(const struct nbd_image *image, bool writable, const ow_log *log, struct store **ret, ow_error *err);

#endif
