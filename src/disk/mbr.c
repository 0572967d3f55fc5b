/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Master boot record and the chain of extended boot records that holds the logical partitions.
 * Source: docs/formats/partitions.md 1.
 */
#include <assert.h>

#include "base/le.h"
#include "base/macros.h"
#include "disk/partition.h"

enum {
        MBR_MAGIC = 0xaa55,
        MBR_ACTIVE = 0x80,
        MBR_MAX_LOGICAL = 128,          /* links of a chain that we follow */
};

struct mbr_entry_disk {
        uint8_t status;                 /* 0x0 0x80: active; 0x00 */
        uint8_t first_chs[3];           /* 0x1 */
        uint8_t type;                   /* 0x4 */
        uint8_t last_chs[3];            /* 0x5 */
        ow_le32 lba;                    /* 0x8 logical sectors from the disk's (or extended partition's) start */
        ow_le32 sectors;                /* 0xc */
};

struct mbr_disk {
        uint8_t code[440];              /* 0x000 */
        ow_le32 signature;              /* 0x1b8 */
        uint8_t reserved[2];            /* 0x1bc */
        struct mbr_entry_disk entries[MBR_ENTRIES];     /* 0x1be */
        ow_le16 magic;                  /* 0x1fe */
};
static_assert(sizeof(struct mbr_disk) == MBR_BYTES, "master boot record");
static_assert(offsetof(struct mbr_disk, entries) == 0x1be, "master boot record");

int mbr_decode(ow_view sector, struct mbr *ret, ow_error *err)
{
        struct mbr_disk d;
        struct mbr mbr;

        if (!ow_view_copy(sector, 0, &d, sizeof d))
                return ow_fail(err, OW_E_FORMAT, 0, "boot record holds %zu bytes, needs %zu", sector.len, sizeof d);
        if (ow_le16_get(d.magic) != MBR_MAGIC)
                return ow_fail(err, OW_E_FORMAT, 0x1fe, "boot record magic is %04x, not %04x", ow_le16_get(d.magic),
                               MBR_MAGIC);
        mbr.signature = ow_le32_get(d.signature);
        for (unsigned i = 0; i < MBR_ENTRIES; i++) {
                const struct mbr_entry_disk *e = &d.entries[i];

                if ((e->status & 0x7f) != 0)
                        return ow_fail(err, OW_E_FORMAT, 0x1be + 16 * i, "partition status is %02x, not 00 or 80",
                                       e->status);
                mbr.entries[i] = (struct mbr_entry){ e->type, e->status == MBR_ACTIVE, ow_le32_get(e->lba),
                                                     ow_le32_get(e->sectors) };
        }
        *ret = mbr;
        return 0;
}

bool mbr_is_extended(uint8_t type)
{
        return type == 0x05 || type == 0x0f || type == 0x85;
}

static bool in_use(const struct mbr_entry *entry)
{
        return entry->type != 0 && entry->sectors != 0;
}

static int add(ow_partition_table *table, uint32_t number, const struct mbr_entry *entry, uint64_t base_lba,
               ow_error *err)
{
        ow_partition partition = {
                .number = number,
                .offset = (base_lba + entry->lba) * table->sector_size,
                .size = (uint64_t)entry->sectors * table->sector_size,
                .mbr_type = entry->type,
                .active = entry->active,
        };

        return partition_add(table, &partition, err);
}

/* One link: the logical partition it describes, and where the next link is (0: none). */
static int read_link(ow_disk *disk, ow_partition_table *table, uint64_t lba, const struct mbr_entry *extended,
                     uint32_t number, uint64_t *ret_next, ow_error *err)
{
        uint8_t sector[MBR_BYTES];
        struct mbr ebr;
        int r;

        *ret_next = 0;
        if (lba * table->sector_size > ow_disk_size(disk) ||
            ow_disk_size(disk) - lba * table->sector_size < sizeof sector) {
                partition_warn(table, "the chain of logical partitions leaves the disk at sector %llu",
                               (unsigned long long)lba);
                return 0;
        }
        r = ow_disk_read(disk, lba * table->sector_size, sector, sizeof sector, err);
        if (r < 0)
                return r;
        if (mbr_decode((ow_view){ sector, sizeof sector }, &ebr, NULL) < 0) {
                partition_warn(table, "the chain of logical partitions is broken at sector %llu",
                               (unsigned long long)lba);
                return 0;
        }
        if (in_use(&ebr.entries[0]) && !mbr_is_extended(ebr.entries[0].type)) {
                r = add(table, number, &ebr.entries[0], lba, err);
                if (r < 0)
                        return r;
        }
        if (in_use(&ebr.entries[1]) && mbr_is_extended(ebr.entries[1].type))
                *ret_next = (uint64_t)extended->lba + ebr.entries[1].lba;
        return 0;
}

static int read_logical(ow_disk *disk, const struct mbr_entry *extended, ow_partition_table *table, ow_error *err)
{
        uint64_t seen[MBR_MAX_LOGICAL];
        uint64_t lba = extended->lba;

        for (uint32_t n = 0; lba != 0; n++) {
                uint64_t next;
                int r;

                if (n == MBR_MAX_LOGICAL)
                        return ow_fail(err, OW_E_LIMIT, lba * table->sector_size,
                                       "more than %d logical partitions", MBR_MAX_LOGICAL);
                for (uint32_t i = 0; i < n; i++)
                        if (seen[i] == lba)
                                return ow_fail(err, OW_E_CORRUPT, lba * table->sector_size,
                                               "the chain of logical partitions runs in a circle");
                seen[n] = lba;
                r = read_link(disk, table, lba, extended, MBR_ENTRIES + 1 + n, &next, err);
                if (r < 0)
                        return r;
                lba = next;
        }
        return 0;
}

int mbr_read_partitions(ow_disk *disk, const struct mbr *mbr, ow_partition_table *table, ow_error *err)
{
        const struct mbr_entry *extended = NULL;

        for (uint32_t i = 0; i < MBR_ENTRIES; i++) {
                const struct mbr_entry *e = &mbr->entries[i];
                int r;

                if (e->type == 0)
                        continue;
                if (e->sectors == 0) {
                        partition_warn(table, "partition %u is empty", i + 1);
                        continue;
                }
                if (e->lba == 0)
                        return ow_fail(err, OW_E_CORRUPT, 0x1be + 16 * i,
                                       "partition %u starts on the partition table itself", i + 1);
                if (mbr_is_extended(e->type)) {
                        if (extended)
                                partition_warn(table, "partition %u is a second extended one: left out", i + 1);
                        else
                                extended = e;
                        continue;
                }
                r = add(table, i + 1, e, 0, err);
                if (r < 0)
                        return r;
        }
        return extended ? read_logical(disk, extended, table, err) : 0;
}
