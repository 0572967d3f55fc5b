/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How probe.c tells boot sectors apart, for the file systems that read them fully. */
#ifndef VOLUME_PROBE_H
#define VOLUME_PROBE_H

#include <stdbool.h>

#include "base/view.h"
#include "volume/ops.h"

enum { VOLUME_BOOT_BYTES = 512 };       /* of a boot sector that hold its fields, also on 4096-byte sectors */

void volume_window_of(ow_disk *disk, const ow_partition *partition, struct volume_window *ret);

/* By the first 512 bytes alone. */
enum ow_volume_kind volume_boot_kind(ow_view boot);

/* True when the last sector of the partition holds a good copy of an NTFS boot sector for a partition of this size. */
bool volume_ntfs_backup_is_good(const struct volume_window *window, uint64_t partition_size);

#endif
