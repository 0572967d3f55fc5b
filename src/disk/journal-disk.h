/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bytes of a journal, for the file that writes them and the one that reads them. docs/formats/journal.md 2. */
#ifndef DISK_JOURNAL_DISK_H
#define DISK_JOURNAL_DISK_H

#include <assert.h>
#include <stddef.h>

#include "base/le.h"
#include "base/view.h"
#include "disk/journal.h"

#define JOURNAL_MAGIC "OFFWINJL"
enum {
        JOURNAL_VERSION = 2,
        JOURNAL_MAX_TABLE = 1 << 25,    /* bytes: JOURNAL_MAX_EXTENTS extents and the texts */
};

struct journal_header_disk {
        uint8_t magic[8];               /* 0x00 */
        ow_le32 version;                /* 0x08 */
        ow_le32 n_disks;                /* 0x0c */
        ow_le64 n_extents;              /* 0x10 */
        ow_le64 time;                   /* 0x18 FILETIME */
        uint8_t id[JOURNAL_ID];         /* 0x20 random */
        ow_le64 table_offset;           /* 0x30 */
        ow_le64 table_bytes;            /* 0x38 */
        ow_le32 table_crc;              /* 0x40 */
        ow_le32 header_crc;             /* 0x44 of the whole header, with this field zero */
        uint8_t zero[0x1b8];            /* 0x48 */
};
static_assert(sizeof(struct journal_header_disk) == 512, "journal header");

/*
 * The table: title; for each disk its size before and after (8 bytes each) and the texts format, base,
 * path; then the extents.
 */
struct journal_extent_disk {
        ow_le32 disk;                   /* 0x00 */
        ow_le32 size;                   /* 0x04 */
        ow_le64 offset;                 /* 0x08 */
        ow_le32 before_crc;             /* 0x10 */
        ow_le32 after_crc;              /* 0x14 */
};
static_assert(sizeof(struct journal_extent_disk) == 24, "journal extent");

#endif
