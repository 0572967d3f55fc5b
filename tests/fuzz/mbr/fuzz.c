/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The start of a disk image that a stranger gave us: MBR, logical chain, boot sectors. The image is the input; chains
 * are capped by MBR_MAX_LOGICAL. Seeds:
 * tests/fuzz/gpt/seeds.py.
 */
#include "../../unit/memory-store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        ow_partition_table table = { .scheme = OW_SCHEME_NONE };
        uint8_t *copy = malloc(size + 1);
        ow_disk *disk;

        if (!copy)
                return 0;
        if (size)
                memcpy(copy, data, size);
        disk = memory_disk(copy, size);
        if (ow_partition_table_read(disk, &table, NULL) == 0) {
                for (size_t i = 0; i < table.n_partitions; i++) {
                        if (table.partitions[i].size == 0 && table.scheme != OW_SCHEME_NONE)
                                abort();
                        if (i > 0 && table.partitions[i].number <= table.partitions[i - 1].number)
                                abort();
                }
        }
        ow_partition_table_done(&table);
        ow_disk_close(disk);
        free(copy);
        return 0;
}
