/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A raw file or a block device as a store. */
#ifndef DISK_RAW_H
#define DISK_RAW_H

#include "disk/store.h"

/*
 * Opens path. A writable store holds the writer's lock (disk/lock.h); a read-only one logs a warning when somebody
 * writes to the file. OW_E_ABSENT, OW_E_DIRTY, OW_E_READONLY, OW_E_INVAL for what cannot be a disk.
 */
int raw_open(const char *path, bool writable, const ow_log *log, struct store **ret, ow_error *err);

/* Takes fd over in any case. path is for messages. size_bytes: what the store shows of the file. */
int raw_of_fd(int fd, const char *path, uint64_t size_bytes, struct store **ret, ow_error *err);

/* store is from raw_open(): is it a block device? */
bool raw_is_device(const struct store *store);

#endif
