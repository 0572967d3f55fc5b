/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Headers of qcow2, VHD, VHDX and VDI. Source: docs/formats/images.md 2. */
#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/checked.h"
#include "base/le.h"
#include "disk/sniff.h"

enum {
        HEAD = 4096,
        QCOW2_HEADER = 104,
        QCOW2_V2_HEADER = 72,
        QCOW2_EXTERNAL_DATA = 1 << 2,   /* incompatible feature */
        QCOW2_MAX_NAME = 1023,
        QCOW2_MAX_EXTENSIONS = 64,
        VHD_FOOTER = 512,
        VHD_FIXED = 2,
        VHD_DIFFERENCING = 4,
        VHDX_SEQUENCE = 8,              /* in a header: u64, the higher one is in force */
        VHDX_LOG_GUID = 48,             /* zero: the log is empty */
};

void sniff_done(struct sniff *sniff)
{
        ow_free(sniff->backing);
        ow_free(sniff->backing_format);
        for (size_t i = 0; i < sniff->n_files; i++)
                ow_free(sniff->files[i]);
        *sniff = (struct sniff){ .format = NULL };
}

static uint32_t be32_at(const uint8_t *p)
{
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64_at(const uint8_t *p)
{
        return (uint64_t)be32_at(p) << 32 | be32_at(p + 4);
}

static int load_text(struct store *file, uint64_t offset, uint32_t size, char **ret, ow_error *err)
{
        OW_AUTO_FREE char *text = NULL;
        int r;

        if (size > QCOW2_MAX_NAME || !ow_fits_u64(offset, size, file->size_bytes))
                return ow_fail(err, OW_E_CORRUPT, offset, "a name of %u bytes in the qcow2 header, limit %d", size,
                               QCOW2_MAX_NAME);
        text = ow_calloc(1, size + 1u);
        if (!text)
                return ow_fail_nomem(err);
        r = store_read(file, offset, text, size, err);
        if (r < 0)
                return r;
        if (strlen(text) != size)
                return ow_fail(err, OW_E_CORRUPT, offset, "a name in the qcow2 header holds a NUL");
        ow_free(*ret);
        *ret = OW_TAKE(text);
        return 0;
}

/* Each: type, length (both big-endian), bytes padded to 8. Type 0 ends them. */
static int qcow2_extensions(struct store *file, uint64_t at, struct sniff *sniff, ow_error *err)
{
        enum { END = 0, BACKING_FORMAT = 0xe2792aca, DATA_FILE = 0x44415441 };
        uint8_t field[8];

        for (unsigned i = 0; i < QCOW2_MAX_EXTENSIONS && ow_fits_u64(at, sizeof field, file->size_bytes); i++) {
                uint32_t type, size;
                int r = store_read(file, at, field, sizeof field, err);

                if (r < 0)
                        return r;
                type = be32_at(field);
                size = be32_at(field + 4);
                at += sizeof field;
                if (type == END)
                        return 0;
                if (type == BACKING_FORMAT)
                        r = load_text(file, at, size, &sniff->backing_format, err);
                else if (type == DATA_FILE && sniff->n_files == 0)
                        r = load_text(file, at, size, &sniff->files[sniff->n_files++], err);
                if (r < 0)
                        return r;
                at += ((uint64_t)size + 7) / 8 * 8;
        }
        return 0;
}

/* 1 it is, 0 it is not. */
static int sniff_qcow2(struct store *file, ow_view head, struct sniff *sniff, ow_error *err)
{
        const uint8_t *h = head.p;
        uint32_t version, cluster_bits, header_bytes = QCOW2_V2_HEADER;
        uint64_t backing;
        int r;

        if (head.len < QCOW2_HEADER || memcmp(h, "QFI\xfb", 4) != 0)
                return 0;
        version = be32_at(h + 4);
        cluster_bits = be32_at(h + 20);
        if (version < 2 || version > 3 || cluster_bits < 9 || cluster_bits > 21)
                return 0;
        sniff->format = "qcow2";
        sniff->encrypted = be32_at(h + 32) != 0;
        if (version == 3) {
                header_bytes = be32_at(h + 100);
                if (be64_at(h + 72) & QCOW2_EXTERNAL_DATA) {
                        sniff->files[0] = ow_strdup("");        /* named by an extension, or nobody */
                        if (!sniff->files[0])
                                return ow_fail_nomem(err);
                        sniff->n_files = 1;
                }
        }
        backing = be64_at(h + 8);
        if (backing != 0) {
                r = load_text(file, backing, be32_at(h + 16), &sniff->backing, err);
                if (r < 0)
                        return r;
        }
        r = qcow2_extensions(file, header_bytes, sniff, err);
        return r < 0 ? r : 1;
}

static bool vhd_footer_is_sound(const uint8_t *footer)
{
        uint32_t sum = 0;

        if (memcmp(footer, "conectix", 8) != 0)
                return false;
        for (unsigned i = 0; i < VHD_FOOTER; i++)
                if (i < 64 || i >= 68)          /* the checksum itself, at 0x40 */
                        sum += footer[i];
        return ~sum == be32_at(footer + 0x40);
}

static int sniff_vhd(struct store *file, ow_view head, struct sniff *sniff, ow_error *err)
{
        uint8_t footer[VHD_FOOTER];
        uint64_t disk_bytes;
        int r;

        if (file->size_bytes < 2 * VHD_FOOTER)
                return 0;
        if (head.len >= VHD_FOOTER && vhd_footer_is_sound(head.p) && be32_at(head.p + 0x3c) != VHD_FIXED) {
                sniff->format = "vpc";
                sniff->no_parent = be32_at(head.p + 0x3c) == VHD_DIFFERENCING;
                return 1;
        }
        r = store_read(file, file->size_bytes - VHD_FOOTER, footer, sizeof footer, err);
        if (r < 0)
                return r;
        disk_bytes = be64_at(footer + 0x30);    /* current size */
        if (!vhd_footer_is_sound(footer) || be32_at(footer + 0x3c) != VHD_FIXED || disk_bytes == 0 ||
            disk_bytes > file->size_bytes - VHD_FOOTER)
                return 0;
        sniff->format = "vpc";
        sniff->fixed_bytes = disk_bytes;
        return 1;
}

static int sniff_vhdx(struct store *file, ow_view head, struct sniff *sniff, ow_error *err)
{
        static const uint64_t headers[] = { 64 << 10, 128 << 10 };
        static const uint8_t no_guid[16];
        uint8_t header[VHDX_LOG_GUID + sizeof no_guid];
        uint64_t newest = 0, sequence;
        bool found = false;

        if (head.len < 8 || memcmp(head.p, "vhdxfile", 8) != 0)
                return 0;
        for (size_t i = 0; i < OW_COUNT(headers) && ow_fits_u64(headers[i], sizeof header, file->size_bytes); i++) {
                int r = store_read(file, headers[i], header, sizeof header, err);

                if (r < 0)
                        return r;
                if (memcmp(header, "head", 4) != 0)
                        continue;
                sequence = ow_le64_at(header + VHDX_SEQUENCE);
                if (found && sequence <= newest)
                        continue;
                found = true;
                newest = sequence;
                sniff->format = "vhdx";
                sniff->log_pending = memcmp(header + VHDX_LOG_GUID, no_guid, sizeof no_guid) != 0;
        }
        return found;
}

static int sniff_vdi(struct store *file, ow_view head, struct sniff *sniff, ow_error *err)
{
        if (head.len < 0x200 || ow_le32_at(head.p + 0x40) != 0xbeda107f || ow_le32_at(head.p + 0x44) >> 16 != 1)
                return 0;
        sniff->format = "vdi";
        return 1;
}

int sniff_image(struct store *file, struct sniff *ret, ow_error *err)
{
        static int (*const sniffers[])(struct store *file, ow_view head, struct sniff *sniff, ow_error *err) = {
                sniff_qcow2, vmdk_sniff, sniff_vhdx, sniff_vdi, sniff_vhd,
        };
        struct sniff sniff = { .format = "raw" };
        uint8_t bytes[HEAD];
        ow_view head = { bytes, file->size_bytes < HEAD ? (size_t)file->size_bytes : HEAD };
        int r = store_read(file, 0, bytes, head.len, err);

        for (size_t i = 0; r == 0 && i < OW_COUNT(sniffers); i++)
                r = sniffers[i](file, head, &sniff, err);
        if (r < 0)
                sniff_done(&sniff);
        else
                *ret = sniff;
        return r < 0 ? r : 0;
}

bool sniff_has_boot_record(struct store *file)
{
        uint8_t magic[2];

        return file->size_bytes >= 512 && store_read(file, 510, magic, sizeof magic, NULL) == 0 && magic[0] == 0x55 &&
               magic[1] == 0xaa;
}
