/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stores behind the NBD protocol: a server somewhere, or qemu-nbd as our child for the formats that qemu knows. */
#ifndef DISK_NBD_H
#define DISK_NBD_H

#include "disk/store.h"

/* "nbd://...", "nbd+unix://..." and their like. */
bool nbd_is_uri(const char *name);

int nbd_open_uri(const char *uri, bool writable, const ow_log *log, struct store **ret, ow_error *err);

/* A file of ours for what qemu must write although the image stays as it is: size bytes long to its user. */
struct nbd_scratch {
        const char *path;               /* becomes an empty qcow2 */
        uint64_t size;
};

/*
 * Starts qemu-nbd on what image_opts describes (qemu's --image-opts), path being for messages; scratch may be NULL. OW_E_DIRTY: somebody
 * else has the image; OW_E_UNSUPPORTED: qemu cannot, or qemu-nbd is not installed; OW_E_CORRUPT: what qemu says.
 */
int nbd_open_qemu(const char *image_opts, const char *path, const struct nbd_scratch *scratch, bool writable,
                  const ow_log *log, struct store **ret, ow_error *err);

#endif
