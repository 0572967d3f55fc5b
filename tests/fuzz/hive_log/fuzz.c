/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A dirty hive and its logs, from the guest. Input: two bytes for the failing allocation, then three sizes of two
 * bytes in units of 512 (hive, first log, second log), then the files. Checksums and hashes are put right before
 * loading, so that what lies behind them is reached. Cap: 64 MiB of bins, in memory that is only reserved.
 */
#include "../hive-common.h"
#include "base/le.h"
#include "hive/base-block.h"
#include "hive/replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void seal_base(struct bytes *b)
{
        if (b->size >= HIVE_BASE_HEAD)
                ow_le32_put(b->p + 508, hive_base_checksum(b->p));
}

static void seal_log(struct bytes *b)
{
        size_t at = HIVE_BASE_HEAD;

        seal_base(b);
        while (at + 40 <= b->size && memcmp(b->p + at, "HvLE", 4) == 0) {
                size_t size = ow_le32_at(b->p + at + 4);

                if (size < 512 || size % 512 || size > b->size - at)
                        return;
                ow_le64_put(b->p + at + 24, hive_marvin32(b->p + at + 40, size - 40));
                ow_le64_put(b->p + at + 32, hive_marvin32(b->p + at, 32));
                at += size;
        }
}

static struct bytes cut(const uint8_t **data, size_t *size, size_t wanted)
{
        struct bytes b = { NULL, 0 };

        if (wanted > *size)
                wanted = *size;
        (void)bytes_set_size(&b, wanted, NULL);
        memcpy(b.p, *data, wanted);
        *data += wanted;
        *size -= wanted;
        return b;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct bytes files[3];
        size_t wanted[3], nth;
        ow_source sources[3];
        ow_sink sink;
        ow_hive *h;

        if (size < 8)
                return 0;
        nth = ow_le16_at(data);
        for (size_t i = 0; i < 3; i++)
                wanted[i] = 512 * (size_t)ow_le16_at(data + 2 + 2 * i);
        data += 8;
        size -= 8;
        for (size_t i = 0; i < 3; i++) {
                files[i] = cut(&data, &size, wanted[i]);
                if (i > 0)
                        seal_log(&files[i]);
                sources[i] = bytes_source(&files[i]);
        }
        sink = bytes_sink(&files[0]);
        ow_alloc_fail_from(nth);
        if (ow_hive_load(&sources[0], sources + 1, 2, 0, &h, NULL) == 0) {
                (void)walk_all(h);
                (void)!ow_hive_save(h, 1, &sink, NULL);
                ow_hive_close(h);
        }
        ow_alloc_fail_from(0);
        for (size_t i = 0; i < 3; i++)
                free(files[i].p);
        return 0;
}
