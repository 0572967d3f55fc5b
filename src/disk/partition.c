/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Decides which of the three a disk has: GPT, MBR, or a file system right at its start; and checks what all share:
 * no two partitions overlap, and those past the end are told. Source: docs/formats/partitions.md 4.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/le.h"
#include "disk/disk.h"
#include "disk/partition.h"

enum { HEAD_BYTES = 8192 };     /* sector 0, and sector 1 for either sector size */

void partition_warn(ow_partition_table *table, const char *fmt, ...)
{
        size_t used = strlen(table->warning);
        va_list ap;

        if (used > 0 && used + 2 < sizeof table->warning) {
                memcpy(table->warning + used, "; ", 3);
                used += 2;
        }
        va_start(ap, fmt);
        (void)vsnprintf(table->warning + used, sizeof table->warning - used, fmt, ap);
        va_end(ap);
}

int partition_add(ow_partition_table *table, const ow_partition *partition, ow_error *err)
{
        size_t n = table->n_partitions;

        /* A power of two: the array is full. There is no field for its capacity in the public struct. */
        if ((n & (n - 1)) == 0) {
                ow_partition *more = ow_realloc_array(table->partitions, n ? n * 2 : 1, sizeof *more);

                if (!more)
                        return ow_fail_nomem(err);
                table->partitions = more;
        }
        table->partitions[n] = *partition;
        table->n_partitions = n + 1;
        return 0;
}

static int by_offset(const void *a, const void *b)
{
        const ow_partition *x = a, *y = b;

        return x->offset < y->offset ? -1 : x->offset > y->offset;
}

static int by_number(const void *a, const void *b)
{
        const ow_partition *x = a, *y = b;

        return x->number < y->number ? -1 : x->number > y->number;
}

/* Leaves the partitions ordered by number. */
static int check(const ow_disk *disk, ow_partition_table *table, ow_error *err)
{
        ow_partition *p = table->partitions;

        if (table->n_partitions == 0)
                return 0;
        qsort(p, table->n_partitions, sizeof *p, by_offset);
        for (size_t i = 0; i < table->n_partitions; i++) {
                uint64_t end = p[i].offset + p[i].size;

                if (i + 1 < table->n_partitions && end > p[i + 1].offset)
                        return ow_fail(err, OW_E_CORRUPT, p[i + 1].offset, "partitions %u and %u overlap at byte %llu",
                                       p[i].number, p[i + 1].number, (unsigned long long)p[i + 1].offset);
                if (end > ow_disk_size(disk))
                        partition_warn(table, "partition %u ends at byte %llu, the disk at %llu", p[i].number,
                                       (unsigned long long)end, (unsigned long long)ow_disk_size(disk));
        }
        qsort(p, table->n_partitions, sizeof *p, by_number);
        return 0;
}

static bool has_vbr_at(ow_disk *disk, uint64_t offset)
{
        uint8_t sector[MBR_BYTES];
        struct vbr vbr;

        return offset < ow_disk_size(disk) && ow_disk_size(disk) - offset >= sizeof sector &&
               ow_disk_read(disk, offset, sector, sizeof sector, NULL) == 0 &&
               vbr_decode((ow_view){ sector, sizeof sector }, &vbr);
}

/* An MBR does not say how large its sectors are; the first file system that it points at does. */
static uint32_t mbr_sector_size(ow_disk *disk, const struct mbr *mbr)
{
        if (disk->store->sector_bytes == 4096)
                return 4096;
        for (unsigned i = 0; i < MBR_ENTRIES && disk->store->sector_bytes == 0; i++) {
                uint64_t lba = mbr->entries[i].lba;

                if (mbr->entries[i].type == 0 || mbr_is_extended(mbr->entries[i].type))
                        continue;
                if (has_vbr_at(disk, lba * 512))
                        return 512;
                if (has_vbr_at(disk, lba * 4096))
                        return 4096;
        }
        return 512;
}

static bool has_gpt_magic(ow_view head, size_t sector_size)
{
        ow_view magic;

        return ow_view_sub(head, sector_size, 8, &magic) && memcmp(magic.p, "EFI PART", 8) == 0;
}

static uint32_t gpt_sector_size(const ow_disk *disk, ow_view head)
{
        if (has_gpt_magic(head, 512))
                return 512;
        if (has_gpt_magic(head, 4096) || disk->store->sector_bytes == 4096)
                return 4096;
        return 512;
}

static int read_gpt(ow_disk *disk, ow_view head, ow_partition_table *table, ow_error *err)
{
        uint32_t sector_size = gpt_sector_size(disk, head);
        int r = gpt_read_partitions(disk, sector_size, table, err);

        /* With the primary wiped, only the place of the backup tells a file with 4096-byte sectors. */
        if (r == OW_E_FORMAT && sector_size == 512)
                r = gpt_read_partitions(disk, 4096, table, NULL) == 0 ? 0 : r;
        return r;
}

static int read_bare(ow_disk *disk, const struct vbr *vbr, ow_partition_table *table, ow_error *err)
{
        ow_partition whole = { .number = 0, .offset = 0, .size = ow_disk_size(disk) };

        table->scheme = OW_SCHEME_NONE;
        table->sector_size = vbr->sector_bytes == 4096 ? 4096 : 512;
        return partition_add(table, &whole, err);
}

static bool only_protective(const struct mbr *mbr)
{
        for (unsigned i = 0; i < MBR_ENTRIES; i++)
                if (mbr->entries[i].type != 0 && mbr->entries[i].type != MBR_TYPE_PROTECTIVE)
                        return false;
        return true;
}

static int read_mbr(ow_disk *disk, struct mbr *mbr, ow_view head, ow_partition_table *table, ow_error *err)
{
        bool protective = false;
        int r;

        table->mbr_signature = mbr->signature;
        for (unsigned i = 0; i < MBR_ENTRIES; i++)
                protective |= mbr->entries[i].type == MBR_TYPE_PROTECTIVE;
        if (protective) {
                ow_error cause = OW_ERROR_INIT;

                r = read_gpt(disk, head, table, &cause);
                if (r == 0)
                        return 0;
                if (only_protective(mbr))
                        return ow_fail(err, r == OW_E_FORMAT ? OW_E_CORRUPT : r, cause.where,
                                       "the disk should have a GPT: %s", cause.text);
                partition_warn(table, "%s: the MBR is used", cause.text);
                for (unsigned i = 0; i < MBR_ENTRIES; i++)
                        if (mbr->entries[i].type == MBR_TYPE_PROTECTIVE)
                                mbr->entries[i].type = 0;
        }
        table->scheme = OW_SCHEME_MBR;
        table->sector_size = mbr_sector_size(disk, mbr);
        return mbr_read_partitions(disk, mbr, table, err);
}

static int read_any(ow_disk *disk, ow_view head, ow_partition_table *table, ow_error *err)
{
        struct vbr vbr;
        struct mbr mbr;
        int r;

        if (vbr_decode(head, &vbr))
                return read_bare(disk, &vbr, table, err);
        r = mbr_decode(head, &mbr, err);
        if (r == 0)
                return read_mbr(disk, &mbr, head, table, err);
        if (has_gpt_magic(head, 512) || has_gpt_magic(head, 4096)) {
                partition_warn(table, "the protective MBR is missing");
                return read_gpt(disk, head, table, err);
        }
        return ow_fail(err, OW_E_FORMAT, 0, "'%s' holds neither a partition table nor a file system of Windows",
                       ow_disk_name(disk));
}

int ow_partition_table_read(ow_disk *disk, ow_partition_table *ret, ow_error *err)
{
        ow_partition_table table = { .scheme = OW_SCHEME_NONE };
        uint8_t head[HEAD_BYTES];
        size_t size = ow_disk_size(disk) < sizeof head ? (size_t)ow_disk_size(disk) : sizeof head;
        int r;

        if (size < MBR_BYTES)
                return ow_fail(err, OW_E_FORMAT, 0, "'%s' has %zu bytes: too small for a disk", ow_disk_name(disk),
                               size);
        r = ow_disk_read(disk, 0, head, size, err);
        if (r < 0)
                return r;
        r = read_any(disk, (ow_view){ head, size }, &table, err);
        if (r == 0)
                r = check(disk, &table, err);
        if (r < 0) {
                ow_partition_table_done(&table);
                return r;
        }
        *ret = table;
        return 0;
}

void ow_partition_table_done(ow_partition_table *table)
{
        ow_free(table->partitions);
        *table = (ow_partition_table){ .scheme = OW_SCHEME_NONE };
}
