/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The NTFS boot sector. */
#ifndef VOLUME_NTFS_BOOT_H
#define VOLUME_NTFS_BOOT_H

#include <stdint.h>

#include <offwin/error.h>

#include "base/view.h"

struct ntfs_boot {
        uint32_t sector_size;           /* bytes, 512 to 4096 */
        uint32_t cluster_size;          /* bytes, up to 2 MiB */
        uint32_t record_size;           /* bytes of one MFT record, 512 to 4096 */
        uint64_t n_sectors;             /* without the backup boot sector behind them */
        uint64_t mft_offset;            /* bytes from the start of the partition */
        uint64_t mirror_offset;
        uint64_t serial;
};

/* OW_E_FORMAT: not NTFS at all; OW_E_CORRUPT: NTFS, with a field that cannot be (err->where: its offset). */
int ntfs_boot_decode(ow_view sector, struct ntfs_boot *ret, ow_error *err);

#endif
