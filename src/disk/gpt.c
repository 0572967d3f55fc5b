/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GUID partition table: header and entries with their checksums, from the copy at the start of the disk or, when that
 * one is damaged, from the copy at its end. Source: docs/formats/partitions.md 2.
 */
#include <assert.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/checked.h"
#include "base/guid.h"
#include "base/le.h"
#include "base/macros.h"
#include "base/utf16.h"
#include "disk/partition.h"

enum {
        GPT_MAX_SECTOR = 4096,
        GPT_MIN_ENTRY = 128,
        GPT_MAX_TABLE = 1 << 20,        /* bytes; Windows writes 16384 */
};

struct gpt_header_disk {
        uint8_t magic[8];               /* 0x00 "EFI PART" */
        ow_le32 revision;               /* 0x08 */
        ow_le32 header_bytes;           /* 0x0c */
        ow_le32 header_crc;             /* 0x10 of header_bytes bytes, with this field zero */
        ow_le32 reserved;               /* 0x14 */
        ow_le64 own_lba;                /* 0x18 */
        ow_le64 other_lba;              /* 0x20 */
        ow_le64 first_usable;           /* 0x28 */
        ow_le64 last_usable;            /* 0x30 */
        uint8_t disk_id[16];            /* 0x38 */
        ow_le64 entries_lba;            /* 0x48 */
        ow_le32 n_entries;              /* 0x50 */
        ow_le32 entry_bytes;            /* 0x54 */
        ow_le32 entries_crc;            /* 0x58 */
};
static_assert(sizeof(struct gpt_header_disk) == 0x5c, "GPT header");

struct gpt_entry_disk {
        uint8_t type[16];               /* 0x00 zero: unused */
        uint8_t id[16];                 /* 0x10 */
        ow_le64 first_lba;              /* 0x20 */
        ow_le64 last_lba;               /* 0x28 inclusive */
        ow_le64 attributes;             /* 0x30 */
        uint8_t name[72];               /* 0x38 UTF-16LE, NUL-padded */
};
static_assert(sizeof(struct gpt_entry_disk) == GPT_MIN_ENTRY, "GPT entry");

struct gpt_header {
        uint64_t own_lba;
        uint64_t other_lba;             /* the backup, seen from the primary */
        uint64_t entries_lba;
        uint32_t n_entries;
        uint32_t entry_bytes;
        uint32_t entries_crc;
        uint8_t disk_id[16];
};

static bool header_crc_fits(ow_view header, struct gpt_header_disk d)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
        return true;
#else
        uint32_t stored = ow_le32_get(d.header_crc);
        uLong crc;

        d.header_crc = ow_le32_of(0);
        crc = crc32(0, (const Bytef *)&d, sizeof d);
        crc = crc32(crc, header.p + sizeof d, (uInt)(header.len - sizeof d));
        return crc == stored;
#endif
}

static bool entries_crc_fits(ow_view entries, uint32_t stored)
{
#ifdef FUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION
        return true;
#else
        return crc32(0, entries.p, (uInt)entries.len) == stored;
#endif
}

/* sector: one whole logical sector. OW_E_FORMAT no header at all; OW_E_CORRUPT; OW_E_LIMIT. */
static int decode_header(ow_view sector, uint64_t lba, struct gpt_header *ret, ow_error *err)
{
        struct gpt_header_disk d;
        uint32_t n, bytes;
        ow_view header;

        if (!ow_view_copy(sector, 0, &d, sizeof d))
                return ow_fail(err, OW_E_FORMAT, 0, "GPT header holds %zu bytes, needs %zu", sector.len, sizeof d);
        if (memcmp(d.magic, "EFI PART", sizeof d.magic) != 0)
                return ow_fail(err, OW_E_FORMAT, 0, "no GPT header in sector %llu", (unsigned long long)lba);
        if (ow_le32_get(d.header_bytes) < sizeof d || !ow_view_sub(sector, 0, ow_le32_get(d.header_bytes), &header))
                return ow_fail(err, OW_E_CORRUPT, 0x0c, "GPT header claims %u bytes, sector holds %zu",
                               ow_le32_get(d.header_bytes), sector.len);
        if (!header_crc_fits(header, d))
                return ow_fail(err, OW_E_CORRUPT, 0x10, "GPT header in sector %llu has a wrong checksum",
                               (unsigned long long)lba);
        if (ow_le64_get(d.own_lba) != lba)
                return ow_fail(err, OW_E_CORRUPT, 0x18, "GPT header in sector %llu says it is in %llu",
                               (unsigned long long)lba, (unsigned long long)ow_le64_get(d.own_lba));
        n = ow_le32_get(d.n_entries);
        bytes = ow_le32_get(d.entry_bytes);
        if (bytes < GPT_MIN_ENTRY || bytes % 8 != 0)
                return ow_fail(err, OW_E_CORRUPT, 0x54, "GPT entry has %u bytes, needs %d", bytes, GPT_MIN_ENTRY);
        if ((uint64_t)n * bytes > GPT_MAX_TABLE)
                return ow_fail(err, OW_E_LIMIT, 0x50, "GPT has %u entries of %u bytes, limit %d bytes", n, bytes,
                               GPT_MAX_TABLE);
        *ret = (struct gpt_header){ .own_lba = lba, .other_lba = ow_le64_get(d.other_lba),
                .entries_lba = ow_le64_get(d.entries_lba), .n_entries = n, .entry_bytes = bytes,
                .entries_crc = ow_le32_get(d.entries_crc) };
        memcpy(ret->disk_id, d.disk_id, sizeof ret->disk_id);
        return 0;
}

/* 1 a partition, 0 an unused entry. */
static int entry_decode(ow_view entry, uint32_t number, uint32_t sector_size, ow_partition *ret, ow_error *err)
{
        OW_AUTO_FREE char *name = NULL;
        struct gpt_entry_disk d;
        uint64_t first, last, end, offset, size;
        ow_partition p = { .number = number };

        if (!ow_view_copy(entry, 0, &d, sizeof d))
                return ow_fail(err, OW_E_CORRUPT, 0, "GPT entry %u holds %zu bytes", number, entry.len);
        memcpy(p.gpt_type, d.type, sizeof p.gpt_type);
        if (ow_guid_is_zero((const ow_guid *)&p.gpt_type))
                return 0;
        first = ow_le64_get(d.first_lba);
        last = ow_le64_get(d.last_lba);
        if (first == 0 || last < first || !ow_add_u64(last, 1, &end) || !ow_mul_u64(end, sector_size, &end) ||
            !ow_mul_u64(first, sector_size, &offset) || !ow_sub_u64(end, offset, &size))
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "GPT partition %u spans sectors %llu to %llu", number,
                               (unsigned long long)first, (unsigned long long)last);
        name = ow_utf16_text((ow_view){ d.name, sizeof d.name });
        if (!name)
                return ow_fail_nomem(err);
        p.offset = offset;
        p.size = size;
        memcpy(p.gpt_id, d.id, sizeof p.gpt_id);
        (void)strncpy(p.name, name, sizeof p.name - 1);         /* 36 units make at most 108 bytes */
        *ret = p;
        return 1;
}

static int read_entries(ow_disk *disk, const struct gpt_header *header, ow_partition_table *table, ow_error *err)
{
        size_t size = (size_t)header->n_entries * header->entry_bytes;
        OW_AUTO_FREE uint8_t *bytes = NULL;
        ow_view all;
        uint64_t offset;
        int r;

        if (!ow_mul_u64(header->entries_lba, table->sector_size, &offset) ||
            !ow_fits_u64(offset, size, ow_disk_size(disk)))
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "GPT entries at sector %llu are past the end of the disk",
                               (unsigned long long)header->entries_lba);
        bytes = ow_malloc(size);
        if (!bytes)
                return ow_fail_nomem(err);
        r = ow_disk_read(disk, offset, bytes, size, err);
        if (r < 0)
                return r;
        all = (ow_view){ bytes, size };
        if (!entries_crc_fits(all, header->entries_crc))
                return ow_fail(err, OW_E_CORRUPT, offset, "GPT entries have a wrong checksum");
        for (uint32_t i = 0; i < header->n_entries; i++) {
                ow_partition partition;
                ow_view entry;

                if (!ow_view_sub(all, (size_t)i * header->entry_bytes, GPT_MIN_ENTRY, &entry))
                        return ow_fail(err, OW_E_CORRUPT, offset, "GPT entry %u leaves the table", i);
                r = entry_decode(entry, i + 1, table->sector_size, &partition, err);
                if (r < 0)
                        return r;
                if (r == 1) {
                        r = partition_add(table, &partition, err);
                        if (r < 0)
                                return r;
                }
        }
        memcpy(table->gpt_disk_id, header->disk_id, sizeof table->gpt_disk_id);
        return 0;
}

/* Header and entries of the copy whose header is at lba. On failure table holds no partitions. */
static int read_copy(ow_disk *disk, uint64_t lba, ow_partition_table *table, struct gpt_header *ret_header,
                     ow_error *err)
{
        uint8_t sector[GPT_MAX_SECTOR];
        uint64_t offset;
        int r;

        if (!ow_mul_u64(lba, table->sector_size, &offset) ||
            !ow_fits_u64(offset, table->sector_size, ow_disk_size(disk)))
                return ow_fail(err, OW_E_FORMAT, OW_NOWHERE, "no GPT header: sector %llu is past the end of the disk",
                               (unsigned long long)lba);
        r = ow_disk_read(disk, offset, sector, table->sector_size, err);
        if (r < 0)
                return r;
        r = decode_header((ow_view){ sector, table->sector_size }, lba, ret_header, err);
        if (r < 0)
                return r;
        r = read_entries(disk, ret_header, table, err);
        if (r < 0)
                table->n_partitions = 0;
        return r;
}

int gpt_read_partitions(ow_disk *disk, uint32_t sector_size, ow_partition_table *table, ow_error *err)
{
        struct gpt_header header = { .other_lba = 0 };
        ow_error first = OW_ERROR_INIT, second = OW_ERROR_INIT;
        uint64_t last_lba = ow_disk_size(disk) / sector_size - 1;
        int r, r_backup;

        table->scheme = OW_SCHEME_GPT;
        table->sector_size = sector_size;
        r = read_copy(disk, 1, table, &header, &first);
        if (r == 0)
                return 0;
        /* A header that is good but for its entries knows where its backup is; otherwise it is the last sector. */
        r_backup = header.other_lba > 1 ? read_copy(disk, header.other_lba, table, &header, &second) : OW_E_FORMAT;
        if (r_backup < 0)
                r_backup = read_copy(disk, last_lba, table, &header, &second);
        if (r_backup == 0) {
                table->gpt_from_backup = true;
                partition_warn(table, "%s: the backup is used", first.text);
                return 0;
        }
        if (r == OW_E_FORMAT && r_backup != OW_E_FORMAT) {
                r = r_backup;
                first = second;
        }
        return ow_fail(err, r, first.where, "%s, and neither is the backup readable", first.text);
}
