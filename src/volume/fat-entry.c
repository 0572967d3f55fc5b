/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Folder entries of 32 bytes: short ones, and the pieces of a long name (VFAT) that stand before their short entry in
 * reverse order and carry its checksum. FAT keeps local time without saying which; it is taken for UTC both ways.
 */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "volume/fat.h"

struct short_disk {
        uint8_t name[11];               /* 0x00 0x00: the end, 0xe5: free, 0x05 stands for a real 0xe5 */
        uint8_t attributes;             /* 0x0b */
        uint8_t nt_case;                /* 0x0c Windows NT: lower case of base (0x08) and extension (0x10) */
        uint8_t created_tenths;         /* 0x0d 10 ms units, 0 to 199 */
        ow_le16 created_time;           /* 0x0e */
        ow_le16 created_date;           /* 0x10 */
        ow_le16 accessed_date;          /* 0x12 */
        ow_le16 cluster_high;           /* 0x14 FAT32 */
        ow_le16 modified_time;          /* 0x16 */
        ow_le16 modified_date;          /* 0x18 */
        ow_le16 cluster_low;            /* 0x1a */
        ow_le32 size;                   /* 0x1c bytes; 0 for folders */
};
static_assert(sizeof(struct short_disk) == FAT_ENTRY, "FAT short entry");
static_assert(offsetof(struct short_disk, size) == 0x1c, "FAT short entry");

struct long_disk {
        uint8_t order;                  /* 0x00 1, 2, ...; the last piece, which comes first, has 0x40 added */
        uint8_t units_1[10];            /* 0x01 */
        uint8_t attributes;             /* 0x0b 0x0f */
        uint8_t type;                   /* 0x0c 0 */
        uint8_t checksum;               /* 0x0d of the short name */
        uint8_t units_2[12];            /* 0x0e */
        ow_le16 cluster;                /* 0x1a 0 */
        uint8_t units_3[4];             /* 0x1c */
};
static_assert(sizeof(struct long_disk) == FAT_ENTRY, "VFAT long entry");
static_assert(offsetof(struct long_disk, units_3) == 0x1c, "VFAT long entry");

enum {
        LONG_UNITS = 13,                /* of one piece */
        LONG_LAST = 0x40,
        LONG_MAX = 20,                  /* pieces: 20 * 13 >= 255 */
        SETTABLE = 0x27,                /* attributes that mean the same as ours */
        ATTR_FOLDER = 0x10,
};

static uint8_t checksum(const uint8_t name[11])
{
        uint8_t sum = 0;

        for (size_t i = 0; i < 11; i++)
                sum = (uint8_t)(((sum & 1) << 7) + (sum >> 1) + name[i]);
        return sum;
}

/* Days from 1601-01-01 to a date of the Gregorian calendar. */
static uint64_t days_of(uint32_t year, uint32_t month, uint32_t day)
{
        static const uint16_t before[12] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
        uint32_t y = year - 1601;
        uint64_t days = 365 * (uint64_t)y + y / 4 - y / 100 + y / 400 + before[month - 1] + day - 1;

        return days + (month > 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0));
}

#define FILETIME_SECOND UINT64_C(10000000)
#define FILETIME_DAY (86400 * FILETIME_SECOND)

uint64_t fat_time_decode(uint16_t date, uint16_t time, uint8_t tenths)
{
        uint32_t year = 1980 + (date >> 9), month = date >> 5 & 15, day = date & 31;
        uint32_t seconds = (time >> 11) * 3600u + (time >> 5 & 63) * 60u + (time & 31) * 2u;

        if (month < 1 || month > 12 || day < 1 || seconds >= 86400)
                return 0;
        return days_of(year, month, day) * FILETIME_DAY + seconds * FILETIME_SECOND +
               (tenths < 200 ? tenths * (FILETIME_SECOND / 100) : 0);
}

void fat_time_encode(uint64_t filetime, uint16_t *date, uint16_t *time, uint8_t *tenths)
{
        uint64_t days = filetime / FILETIME_DAY, rest = filetime % FILETIME_DAY;
        uint32_t seconds = (uint32_t)(rest / FILETIME_SECOND);
        uint32_t year = 1980, month = 1;

        if (days < days_of(1980, 1, 1)) {
                days = days_of(1980, 1, 1);
                seconds = 0;
        }
        if (days >= days_of(2108, 1, 1)) {
                days = days_of(2107, 12, 31);
                seconds = 86398;
        }
        while (days >= days_of(year + 1, 1, 1))
                year++;
        while (month < 12 && days >= days_of(year, month + 1, 1))
                month++;
        *date = (uint16_t)((year - 1980) << 9 | month << 5 | (uint32_t)(days - days_of(year, month, 1) + 1));
        *time = (uint16_t)((seconds / 3600) << 11 | (seconds / 60 % 60) << 5 | (seconds % 60 / 2));
        *tenths = (uint8_t)(seconds % 2 * 100 + rest % FILETIME_SECOND / (FILETIME_SECOND / 100));
}

/* The 13 units of a piece, in order. */
static uint8_t *unit_at(struct long_disk *d, size_t i)
{
        if (i < 5)
                return d->units_1 + 2 * i;
        return i < 11 ? d->units_2 + 2 * (i - 5) : d->units_3 + 2 * (i - 11);
}

/* A long name in the making. */
struct long_name {
        size_t first;                   /* offset of the piece that came first */
        uint8_t next;                   /* order that the next piece must have; 0: complete */
        uint8_t checksum;
        bool active;
        uint16_t units[LONG_MAX * LONG_UNITS];
        size_t n_pieces;
};

static void take_piece(struct long_name *l, struct long_disk *d, size_t at)
{
        uint8_t order = d->order & 0x3f;

        if (d->order & LONG_LAST) {
                *l = (struct long_name){ .first = at, .next = order, .checksum = d->checksum, .n_pieces = order,
                                         .active = order >= 1 && order <= LONG_MAX };
        }
        if (!l->active || order == 0 || order != l->next || d->checksum != l->checksum) {
                l->active = false;
                return;
        }
        for (size_t i = 0; i < LONG_UNITS; i++)
                l->units[(order - 1u) * LONG_UNITS + i] = ow_le16_at(unit_at(d, i));
        l->next--;
}

/* The name of the pieces, when they are complete and belong to this short name. */
static bool finish_long(const struct long_name *l, const uint8_t short_name[11], struct volume_name *ret)
{
        size_t n = 0;

        if (!l->active || l->next != 0 || l->checksum != checksum(short_name))
                return false;
        while (n < l->n_pieces * LONG_UNITS && l->units[n] != 0)
                n++;
        if (n == 0 || n > VOLUME_MAX_NAME)
                return false;
        memcpy(ret->units, l->units, 2 * n);
        ret->n_units = n;
        return true;
}

static void decode_short(const struct short_disk *d, struct fat_entry *ret)
{
        memcpy(ret->short_name, d->name, sizeof ret->short_name);
        if (ret->short_name[0] == 0x05)
                ret->short_name[0] = 0xe5;
        ret->attributes = d->attributes & (SETTABLE | ATTR_FOLDER);
        ret->cluster = ow_le16_get(d->cluster_low) | (uint32_t)ow_le16_get(d->cluster_high) << 16;
        ret->size = d->attributes & ATTR_FOLDER ? 0 : ow_le32_get(d->size);
        ret->created = fat_time_decode(ow_le16_get(d->created_date), ow_le16_get(d->created_time), d->created_tenths);
        ret->modified = fat_time_decode(ow_le16_get(d->modified_date), ow_le16_get(d->modified_time), 0);
        ret->accessed = fat_time_decode(ow_le16_get(d->accessed_date), 0, 0);
}

bool fat_entry_next(const uint8_t *bytes, size_t size, size_t *at, struct fat_entry *ret)
{
        struct long_name name = { .active = false };
        ow_view folder = { bytes, size };
        struct short_disk d;

        for (; ow_view_copy(folder, *at, &d, sizeof d) && d.name[0] != 0; *at += sizeof d) {
                if (d.name[0] == 0xe5) {
                        name.active = false;
                } else if ((d.attributes & 0x3f) == FAT_ATTR_LONG) {
                        struct long_disk piece;

                        memcpy(&piece, &d, sizeof piece);
                        take_piece(&name, &piece, *at);
                } else if (d.attributes & FAT_ATTR_LABEL) {
                        name.active = false;
                } else {
                        ret->at = *at;
                        ret->first = *at;
                        decode_short(&d, ret);
                        if (finish_long(&name, d.name, &ret->name))
                                ret->first = name.first;
                        else
                                fat_alias_text(ret->short_name, d.nt_case, &ret->name);
                        *at += sizeof d;
                        return true;
                }
        }
        return false;
}

void fat_entry_label(const uint8_t *bytes, size_t size, char label[12])
{
        ow_view folder = { bytes, size };
        struct short_disk d;

        for (size_t at = 0; ow_view_copy(folder, at, &d, sizeof d) && d.name[0] != 0; at += sizeof d) {
                if (d.name[0] == 0xe5 || (d.attributes & 0x3f) == FAT_ATTR_LONG || !(d.attributes & FAT_ATTR_LABEL))
                        continue;
                memcpy(label, d.name, 11);
                label[11] = '\0';
                return;
        }
}

void fat_entry_encode(const struct fat_entry *entry, uint8_t bytes[FAT_ENTRY])
{
        uint16_t date, time, unused_time;
        uint8_t tenths, unused;
        struct short_disk d = { .attributes = (uint8_t)entry->attributes };

        memcpy(d.name, entry->short_name, sizeof d.name);
        if (d.name[0] == 0xe5)
                d.name[0] = 0x05;
        fat_time_encode(entry->created, &date, &time, &tenths);
        d.created_date = ow_le16_of(date);
        d.created_time = ow_le16_of(time);
        d.created_tenths = tenths;
        fat_time_encode(entry->accessed, &date, &unused_time, &unused);
        d.accessed_date = ow_le16_of(date);
        memcpy(bytes, &d, sizeof d);
        fat_entry_put_modified(bytes, entry->modified);
        fat_entry_put_data(bytes, entry->cluster, entry->size);
}

void fat_entry_encode_long(const struct volume_name *name, const uint8_t short_name[11], uint8_t *bytes,
                           size_t n_entries)
{
        for (size_t i = 0; i < n_entries; i++) {
                size_t order = n_entries - i;
                struct long_disk d = { .order = (uint8_t)(order | (i == 0 ? LONG_LAST : 0)),
                                       .attributes = FAT_ATTR_LONG, .checksum = checksum(short_name) };

                for (size_t k = 0; k < LONG_UNITS; k++) {
                        size_t at = (order - 1) * LONG_UNITS + k;

                        /* One NUL ends a name that does not fill its last piece; the rest is 0xffff. */
                        ow_le16_put(unit_at(&d, k), at < name->n_units ? name->units[at] :
                                                    at == name->n_units ? 0 : 0xffff);
                }
                memcpy(bytes + i * FAT_ENTRY, &d, sizeof d);
        }
}

void fat_entry_put_data(uint8_t bytes[FAT_ENTRY], uint32_t cluster, uint32_t size)
{
        ow_le16_put(bytes + offsetof(struct short_disk, cluster_high), (uint16_t)(cluster >> 16));
        ow_le16_put(bytes + offsetof(struct short_disk, cluster_low), (uint16_t)cluster);
        ow_le32_put(bytes + offsetof(struct short_disk, size), size);
}

void fat_entry_put_attributes(uint8_t bytes[FAT_ENTRY], uint32_t attributes)
{
        uint8_t *p = bytes + offsetof(struct short_disk, attributes);

        *p = (uint8_t)((*p & ~(uint32_t)SETTABLE) | (attributes & SETTABLE));
}

void fat_entry_put_modified(uint8_t bytes[FAT_ENTRY], uint64_t filetime)
{
        uint16_t date, time;
        uint8_t tenths;

        fat_time_encode(filetime, &date, &time, &tenths);
        ow_le16_put(bytes + offsetof(struct short_disk, modified_date), date);
        ow_le16_put(bytes + offsetof(struct short_disk, modified_time), time);
}
