/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The base block; docs/formats/regf.md 1. */
#include <assert.h>
#include <string.h>

#include "base/le.h"
#include "base/utf16.h"
#include "hive/base-block.h"

enum { NAME_UNITS = 32, CHECKED_WORDS = 127 };

struct base_disk {
        uint8_t magic[4];       /* 0x000 "regf" */
        ow_le32 sequence1;      /* 0x004 raised before a write */
        ow_le32 sequence2;      /* 0x008 made equal after it */
        ow_le64 written;        /* 0x00c FILETIME; not kept since Windows 8.1 */
        ow_le32 major;          /* 0x014 */
        ow_le32 minor;          /* 0x018 */
        ow_le32 type;           /* 0x01c enum hive_file_type */
        ow_le32 format;         /* 0x020 1 */
        ow_le32 root;           /* 0x024 cell */
        ow_le32 bins_size;      /* 0x028 bytes */
        ow_le32 cluster;        /* 0x02c 1 */
        uint8_t name[64];       /* 0x030 UTF-16LE, end of the path */
        uint8_t guids[32];      /* 0x070 RmId, LogId */
        ow_le32 flags;          /* 0x090 */
        uint8_t rest[360];      /* 0x094 TmId, "rmtm", reorganization, or leftovers */
        ow_le32 checksum;       /* 0x1fc of all before it */
};
static_assert(sizeof(struct base_disk) == HIVE_BASE_HEAD, "regf base block");
static_assert(offsetof(struct base_disk, flags) == 0x90, "regf base block");
static_assert(offsetof(struct base_disk, checksum) == 0x1fc, "regf base block");

uint32_t hive_base_checksum(const uint8_t head[HIVE_BASE_HEAD])
{
        uint32_t sum = 0;

        for (size_t i = 0; i < CHECKED_WORDS; i++)
                sum ^= ow_le32_at(head + 4 * i);
        if (sum == 0xffffffffu)
                return 0xfffffffeu;
        return sum ? sum : 1;
}

int hive_base_decode(ow_view block, struct hive_base *ret, ow_error *err)
{
        struct base_disk d;

        if (!ow_view_copy(block, 0, &d, sizeof d))
                return ow_fail(err, OW_E_FORMAT, 0, "not a registry hive: %zu bytes, a base block needs %zu",
                               block.len, sizeof d);
        memset(ret, 0, sizeof *ret);
        memcpy(ret->raw, block.p, block.len < sizeof ret->raw ? block.len : sizeof ret->raw);
        ret->written = ow_le64_get(d.written);
        if (memcmp(d.magic, "regf", sizeof d.magic) != 0)
                return ow_fail(err, OW_E_FORMAT, 0, "not a registry hive: it starts with %02x%02x%02x%02x",
                               d.magic[0], d.magic[1], d.magic[2], d.magic[3]);

        ret->sequence1 = ow_le32_get(d.sequence1);
        ret->sequence2 = ow_le32_get(d.sequence2);
        ret->major = ow_le32_get(d.major);
        ret->minor = ow_le32_get(d.minor);
        ret->type = ow_le32_get(d.type);
        ret->format = ow_le32_get(d.format);
        ret->root = ow_le32_get(d.root);
        ret->bins_size = ow_le32_get(d.bins_size);
        ret->flags = ow_le32_get(d.flags);
        ret->checksum_ok = ow_le32_get(d.checksum) == hive_base_checksum(block.p);
        return 0;
}

int hive_base_check(const struct hive_base *base, ow_error *err)
{
        if (base->major != 1 || base->minor < 3 || base->minor > 6)
                return ow_fail(err, OW_E_UNSUPPORTED, 0x14, "hive version %u.%u; versions 1.3 to 1.6 are known",
                               base->major, base->minor);
        if (base->format != 1)
                return ow_fail(err, OW_E_UNSUPPORTED, 0x20, "hive format %u; only 1 is known", base->format);
        if (base->bins_size == 0 || base->bins_size % HIVE_PAGE)
                return ow_fail(err, OW_E_CORRUPT, 0x28, "size of the bins is %u, not a multiple of %u",
                               base->bins_size, (unsigned)HIVE_PAGE);
        if (base->bins_size > HIVE_MAX_BINS)
                return ow_fail(err, OW_E_LIMIT, 0x28, "size of the bins is %u, limit %u", base->bins_size,
                               HIVE_MAX_BINS);
        return 0;
}

void hive_base_encode(struct hive_base *base)
{
        struct base_disk d;

        memcpy(&d, base->raw, sizeof d);
        memcpy(d.magic, "regf", sizeof d.magic);
        d.sequence1 = ow_le32_of(base->sequence1);
        d.sequence2 = ow_le32_of(base->sequence2);
        d.written = ow_le64_of(base->written);
        d.major = ow_le32_of(base->major);
        d.minor = ow_le32_of(base->minor);
        d.type = ow_le32_of(base->type);
        d.format = ow_le32_of(base->format);
        d.root = ow_le32_of(base->root);
        d.bins_size = ow_le32_of(base->bins_size);
        d.flags = ow_le32_of(base->flags);
        if (ow_le32_get(d.cluster) == 0)
                d.cluster = ow_le32_of(1);
        memcpy(base->raw, &d, sizeof d);
        d.checksum = ow_le32_of(hive_base_checksum(base->raw));
        memcpy(base->raw, &d, sizeof d);
        base->checksum_ok = true;
}

void hive_base_name(const struct hive_base *base, char *text, size_t size)
{
        OW_AUTO_BUFFER out = OW_BUFFER_INIT;
        struct base_disk d;
        size_t units = 0;

        text[0] = '\0';
        memcpy(&d, base->raw, sizeof d);
        while (units < NAME_UNITS && ow_le16_at(d.name + 2 * units) != 0)
                units++;
        ow_utf16_to_utf8((ow_view){ d.name, 2 * units }, &out);
        if (ow_buffer_failed(&out) || out.len >= size)
                return;
        if (out.len)
                memcpy(text, out.p, out.len);
        text[out.len] = '\0';
}

void hive_base_set_name(struct hive_base *base, const uint16_t *units, size_t n)
{
        struct base_disk d;

        memcpy(&d, base->raw, sizeof d);
        memset(d.name, 0, sizeof d.name);
        for (size_t i = 0; i < n && i < NAME_UNITS - 1; i++)
                ow_le16_put(d.name + 2 * i, units[i]);
        memcpy(base->raw, &d, sizeof d);
}
