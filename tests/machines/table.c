/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * table.c - writes partition tables. MBR: four primaries, or up to three and a chain of logical drives. GPT: the
 * protective MBR, both headers and both copies of 128 entries, with their CRCs.
 *
 * Written from the format alone and apart from the library's reader, so that one can tell on the other.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "plan.h"

enum {
        HEADS = 255, SECTORS_PER_TRACK = 63, LAST_CYLINDER = 1023,
        MBR_ENTRIES = 0x1be, MBR_EXTENDED = 0x0f, MBR_PROTECTIVE = 0xee, MBR_PRIMARIES = 4,
        GPT_ENTRY_COUNT = 128, GPT_ENTRY_SIZE = 128, GPT_ENTRY_BYTES = GPT_ENTRY_COUNT * GPT_ENTRY_SIZE,
        GPT_HEADER_SIZE = 92, GPT_NAME_UNITS = 36,
};

static int write_at(int fd, uint64_t offset, const void *p, size_t size, ow_error *err)
{
        ssize_t n = pwrite(fd, p, size, (off_t)offset);

        if (n < 0)
                return ow_fail_sys(err, errno, "write the image");
        return (size_t)n == size ? 0 : ow_fail(err, OW_E_IO, offset, "write the image: cut short");
}

/* ---- MBR ---- */

static void put_chs(uint8_t at[3], uint64_t lba)
{
        uint64_t cylinder = lba / (HEADS * SECTORS_PER_TRACK);
        uint64_t head = lba / SECTORS_PER_TRACK % HEADS, sector = lba % SECTORS_PER_TRACK + 1;

        if (cylinder > LAST_CYLINDER) {
                cylinder = LAST_CYLINDER;
                head = HEADS - 1;
                sector = SECTORS_PER_TRACK;
        }
        at[0] = (uint8_t)head;
        at[1] = (uint8_t)(sector | (cylinder >> 2 & 0xc0));
        at[2] = (uint8_t)cylinder;
}

/* base: what the sector numbers in this table count from, in bytes. */
static void put_mbr_entry(uint8_t *table, uint32_t sector, unsigned slot, uint8_t type, bool active, uint64_t start,
                          uint64_t size, uint64_t base)
{
        uint8_t *e = table + MBR_ENTRIES + slot * 16;
        uint64_t sectors = size / sector;

        e[0] = active ? 0x80 : 0;
        put_chs(e + 1, start / sector);
        e[4] = type;
        put_chs(e + 5, (start + size) / sector - 1);
        put_le(e + 8, (start - base) / sector, 4);
        put_le(e + 12, sectors > UINT32_MAX ? UINT32_MAX : sectors, 4);
}

static void put_signature(uint8_t *sector)
{
        sector[510] = 0x55;
        sector[511] = 0xaa;
}

/* Each logical drive has its own small table one megabyte before it, which also points to the next one. */
static int write_logical(int fd, const struct disk *disk, size_t first, ow_error *err)
{
        const uint64_t gap = 1 << 20, extended = disk->partitions[first].start - gap;

        for (size_t i = first; i < disk->n_partitions; i++) {
                const struct partition *p = &disk->partitions[i], *next = p + 1;
                uint8_t table[SECTOR] = { 0 };
                int r;

                put_mbr_entry(table, disk->sector, 0, p->mbr_type, p->active, p->start, p->size, p->start - gap);
                if (i + 1 < disk->n_partitions)
                        put_mbr_entry(table, disk->sector, 1, 0x05, false, next->start - gap, next->size + gap,
                                      extended);
                put_signature(table);
                r = write_at(fd, p->start - gap, table, sizeof table, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int write_mbr(int fd, const struct disk *disk, ow_error *err)
{
        uint8_t table[SECTOR] = { 0 };
        size_t first_logical = 0;
        int r;

        put_le(table + 0x1b8, disk->signature, 4);
        while (first_logical < disk->n_partitions && !disk->partitions[first_logical].logical)
                first_logical++;
        if (first_logical > MBR_PRIMARIES - (first_logical < disk->n_partitions))
                return section_fail(disk->section, "scheme", err, "more than four primary partitions");
        for (size_t i = 0; i < first_logical; i++) {
                const struct partition *p = &disk->partitions[i];

                put_mbr_entry(table, disk->sector, (unsigned)i, p->mbr_type, p->active, p->start, p->size, 0);
        }
        if (first_logical < disk->n_partitions) {
                const struct partition *last = &disk->partitions[disk->n_partitions - 1];
                uint64_t start = disk->partitions[first_logical].start - (1 << 20);

                put_mbr_entry(table, disk->sector, (unsigned)first_logical, MBR_EXTENDED, false, start,
                              last->start + last->size - start, 0);
                r = write_logical(fd, disk, first_logical, err);
                if (r < 0)
                        return r;
        }
        put_signature(table);
        return write_at(fd, 0, table, sizeof table, err);
}

/* ---- GPT ---- */

static uint32_t crc32_of(const uint8_t *p, size_t size)
{
        uint32_t crc = UINT32_MAX;

        for (size_t i = 0; i < size; i++) {
                crc ^= p[i];
                for (unsigned bit = 0; bit < 8; bit++)
                        crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
        }
        return ~crc;
}

static int put_gpt_entries(const struct disk *disk, uint8_t *entries, ow_error *err)
{
        for (size_t i = 0; i < disk->n_partitions; i++) {
                const struct partition *p = &disk->partitions[i];
                uint8_t *e = entries + i * GPT_ENTRY_SIZE;
                AUTO_BYTES name = { 0 };

                if (!bytes_utf16(&name, section_get(p->section, "name", "")) || name.len > GPT_NAME_UNITS * 2)
                        return section_fail(p->section, "name", err, "longer than 36 UTF-16 units, or not UTF-8");
                memcpy(e, p->gpt_type, 16);
                memcpy(e + 16, p->gpt_id, 16);
                put_le(e + 32, p->start / disk->sector, 8);
                put_le(e + 40, (p->start + p->size) / disk->sector - 1, 8);
                put_le(e + 48, p->gpt_attributes, 8);
                if (name.len)
                        memcpy(e + 56, name.p, name.len);
        }
        return 0;
}

/* What the entries take, in sectors. */
static uint64_t entry_sectors(const struct disk *disk)
{
        return (GPT_ENTRY_BYTES + disk->sector - 1) / disk->sector;
}

static void put_gpt_header(uint8_t sector[MAX_SECTOR], const struct disk *disk, uint64_t own, uint64_t other,
                           uint64_t entries_lba, uint32_t entries_crc)
{
        const uint64_t last = disk->size / disk->sector - 1;

        memset(sector, 0, disk->sector);
        memcpy(sector, "EFI PART", 8);
        put_le(sector + 8, 0x00010000, 4);
        put_le(sector + 12, GPT_HEADER_SIZE, 4);
        put_le(sector + 24, own, 8);
        put_le(sector + 32, other, 8);
        put_le(sector + 40, 2 + entry_sectors(disk), 8);                /* first usable */
        put_le(sector + 48, last - entry_sectors(disk) - 1, 8);         /* last usable */
        memcpy(sector + 56, disk->gpt_id, 16);
        put_le(sector + 72, entries_lba, 8);
        put_le(sector + 80, GPT_ENTRY_COUNT, 4);
        put_le(sector + 84, GPT_ENTRY_SIZE, 4);
        put_le(sector + 88, entries_crc, 4);
        put_le(sector + 16, crc32_of(sector, GPT_HEADER_SIZE), 4);      /* over itself with this field 0 */
}

static int write_gpt(int fd, const struct disk *disk, ow_error *err)
{
        const uint64_t size = disk->sector, last = disk->size / size - 1, second = last - entry_sectors(disk);
        uint8_t entries[GPT_ENTRY_BYTES] = { 0 }, sector[MAX_SECTOR] = { 0 };
        uint32_t crc;
        int r;

        put_mbr_entry(sector, disk->sector, 0, MBR_PROTECTIVE, false, size, disk->size - size, 0);
        put_signature(sector);
        r = put_gpt_entries(disk, entries, err);
        if (r == 0)
                r = write_at(fd, 0, sector, size, err);
        crc = crc32_of(entries, sizeof entries);
        put_gpt_header(sector, disk, 1, last, 2, crc);
        if (r == 0)
                r = write_at(fd, size, sector, size, err);
        if (r == 0)
                r = write_at(fd, 2 * size, entries, sizeof entries, err);
        put_gpt_header(sector, disk, last, 1, second, crc);
        if (r == 0)
                r = write_at(fd, second * size, entries, sizeof entries, err);
        if (r == 0)
                r = write_at(fd, last * size, sector, size, err);
        return r;
}

int table_write(int fd, const struct disk *disk, ow_error *err)
{
        if (disk->scheme == SCHEME_MBR)
                return write_mbr(fd, disk, err);
        return disk->scheme == SCHEME_GPT ? write_gpt(fd, disk, err) : 0;
}
