/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first 4096 bytes of a hive, and the first 512 of a log. docs/formats/regf.md 1. */
#ifndef HIVE_BASE_BLOCK_H
#define HIVE_BASE_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include <offwin/error.h>

#include "base/view.h"

enum {
        HIVE_BASE_BYTES = 4096,         /* the block; bins follow */
        HIVE_BASE_HEAD = 512,           /* the part that matters and that a log repeats */
        HIVE_SECTOR = 512,
        HIVE_PAGE = 4096,               /* every bin is a multiple of it */
};
#define HIVE_MAX_BINS 0x7fff0000u       /* bytes; Windows stops at 2 GB */

enum hive_file_type { HIVE_FILE_PRIMARY = 0, HIVE_FILE_DIRT = 1, HIVE_FILE_DIRT_OLD = 2, HIVE_FILE_HVLE = 6 };

struct hive_base {
        uint32_t sequence1, sequence2;
        uint64_t written;               /* FILETIME */
        uint32_t major, minor, type, format;
        uint32_t root;
        uint32_t bins_size;
        uint32_t flags;
        bool checksum_ok;
        uint8_t raw[HIVE_BASE_BYTES];   /* as found; what we do not know is written back bit for bit */
};

/*
 * block: 512 bytes of a log or 4096 of a primary. A wrong checksum is no error here: see checksum_ok. After OW_E_FORMAT
 * *ret has the time that stands there, by which a log of the old kind is known, and the bytes as found.
 */
int hive_base_decode(ow_view block, struct hive_base *ret, ow_error *err);

/* Version, format and sizes are ones that we read. */
int hive_base_check(const struct hive_base *base, ow_error *err);

/* Puts the host values back into raw, with a fresh checksum. */
void hive_base_encode(struct hive_base *base);

uint32_t hive_base_checksum(const uint8_t head[HIVE_BASE_HEAD]);

/* The file name kept inside, as UTF-8. */
void hive_base_name(const struct hive_base *base, char *text, size_t size);
void hive_base_set_name(struct hive_base *base, const uint16_t *units, size_t n);

#endif
