/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A GPT of a stranger's image with one sector size chosen by the first input byte. The table is capped at
 * GPT_MAX_TABLE bytes; checksums are not looked at in a fuzzing build.
 */
#include "../../unit/memory-store.h"
#include "disk/partition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ow_partition_table table = { .scheme = OW_SCHEME_NONE };
        uint32_t sector = size && data[0] & 1 ? 4096 : 512;
        uint8_t *copy;
        ow_disk *disk;

        if (size < 1 + 2 * (size_t)sector)
                return 0;
        copy = malloc(size - 1);
        if (!copy)
                return 0;
        memcpy(copy, data + 1, size - 1);
        disk = memory_disk(copy, size - 1);
        if (gpt_read_partitions(disk, sector, &table, NULL) == 0)
                for (size_t i = 0; i < table.n_partitions; i++)
                        if (table.partitions[i].size == 0 || strlen(table.partitions[i].name) > 108)
                                abort();
        ow_partition_table_done(&table);
        ow_disk_close(disk);
        free(copy);
        return 0;
}
