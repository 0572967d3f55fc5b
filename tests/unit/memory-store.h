/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A disk in memory, for tests and fuzz targets of the disk room. */
#ifndef TESTS_UNIT_MEMORY_STORE_H
#define TESTS_UNIT_MEMORY_STORE_H

#include <stdlib.h>
#include <string.h>

#include "disk/disk.h"

struct memory_store {
        struct store store;
        uint8_t *bytes;
};

static inline int memory_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        if (offset > store->size_bytes || size > store->size_bytes - offset)
                abort();        /* the layer above has to check */
        memcpy(buf, ((struct memory_store *)store)->bytes + offset, size);
        return 0;
}

static inline int memory_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        abort();                /* nothing but a commit may write, and these disks are never committed to */
}

static inline int memory_flush(struct store *store, ow_error *err)
{
        return 0;
}

static inline int memory_resize(struct store *store, uint64_t size_bytes, ow_error *err)
{
        abort();                /* likewise */
}

static inline void memory_close(struct store *store)
{
        free(store);
}

/* bytes stay the caller's and outlive the disk. */
static inline ow_disk *memory_disk(uint8_t *bytes, size_t size)
{
        static const struct store_ops ops = {
                .read = memory_read, .write = memory_write, .flush = memory_flush, .close = memory_close,
                .resize = memory_resize,
        };
        static const struct disk_place place = { .name = "memory", .format = "raw" };
        struct memory_store *memory = calloc(1, sizeof *memory);
        ow_disk *disk = NULL;

        if (!memory)
                abort();
        *memory = (struct memory_store){ { &ops, size, 0 }, bytes };
        if (disk_open_store(&memory->store, &place, NULL, &disk, NULL) < 0)
                abort();
        return disk;
}

#endif
