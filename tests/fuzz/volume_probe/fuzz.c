/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot sectors of a stranger's partition, and the restart pages of an NTFS journal. Probing reads at most
 * a first and a last sector; a restart page is capped at JOURNAL_MAX_PAGE.
 */
#include <offwin/volume.h>

#include "../../unit/memory-store.h"
#include "volume/fat-boot.h"
#include "volume/journal.h"
#include "volume/ntfs-boot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_boot_sectors(ow_view sector)
{
        struct ntfs_boot ntfs;
        struct fat_boot fat;
        ow_error err = OW_ERROR_INIT;
        int r = ntfs_boot_decode(sector, &ntfs, &err);

        if (r < 0 && err.code != r)
                abort();
        if (r == 0 && (ntfs.mft_offset >= ntfs.n_sectors * ntfs.sector_size || ntfs.record_size > 4096))
                abort();
        r = fat_boot_decode(sector, &fat, &err);
        if (r < 0 && err.code != r)
                abort();
        if (r == 0 && (fat.data_offset + (uint64_t)fat.n_clusters * fat.cluster_size > fat.size ||
                       fat.fat_size * 8 < (fat.n_clusters + UINT64_C(2)) * fat.bits))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ow_partition partition = { .size = size };
        ow_partition_table table = { .scheme = size & 1 ? OW_SCHEME_GPT : OW_SCHEME_MBR };
        struct journal_restart restart;
        enum ow_volume_kind kind;
        uint8_t *copy;
        ow_disk *disk;

        if (size == 0 || size > 1 << 17)
                return 0;
        check_boot_sectors((ow_view){ data, size });
        (void)journal_restart_decode((ow_view){ data, size }, &restart, NULL);
        copy = malloc(size);
        if (!copy)
                return 0;
        memcpy(copy, data, size);
        disk = memory_disk(copy, size);
        if (ow_volume_probe(disk, &table, &partition, &kind, NULL) < 0)
                abort();
        ow_disk_close(disk);
        free(copy);
        return 0;
}
