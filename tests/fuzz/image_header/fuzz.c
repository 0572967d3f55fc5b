/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The header of a stranger's qcow2, VHD, VHDX, VMDK or VDI. Names are capped at 1023 bytes (qcow2) or 64 KiB of
 * description (VMDK), files at SNIFF_MAX_FILES. Seeds: seeds.py beside this.
 */
#include <stdlib.h>
#include <string.h>

#include "disk/sniff.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
        struct store store;
        const uint8_t *bytes;
};

static int memory_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        if (offset > store->size_bytes || size > store->size_bytes - offset)
                abort();        /* the layer above has to check */
        memcpy(buf, ((struct memory *)store)->bytes + offset, size);
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static const struct store_ops ops = { .read = memory_read };
        struct memory memory = { { &ops, size, 0 }, data };
        struct sniff sniff = { .format = NULL };

        if (sniff_image(&memory.store, &sniff, NULL) < 0)
                return 0;
        if (!sniff.format || sniff.n_files > SNIFF_MAX_FILES || sniff.fixed_bytes > size)
                abort();
        for (size_t i = 0; i < sniff.n_files; i++)
                if (!sniff.files[i])
                        abort();
        sniff_done(&sniff);
        return 0;
}
