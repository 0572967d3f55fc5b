/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "volume/ops.h"

int volume_fat_open(const struct volume_window *window, uint64_t partition_size, unsigned flags, const ow_log *log,
                    ow_volume **ret, ow_error *err)
{
        return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "FAT is recognised, but not read yet");
}
