/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a disk is kept in: a raw file, an NBD connection, or a test's memory. A store has no cache of writes and no
 * notion of transactions; the layers above it bring these.
 */
#ifndef DISK_STORE_H
#define DISK_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <offwin/io.h>

#include "base/macros.h"

struct store;

struct store_ops {
        /* Both move all size bytes or fail. The caller has checked that they lie inside size_bytes. */
        int (*read)(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err);
        int (*write)(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err);
        /* After it returns 0, everything written before survives a power cut. */
        int (*flush)(struct store *store, ow_error *err);
        /* A number that changes when somebody changes the bytes. May be NULL: cannot tell. */
        uint64_t (*stamp)(struct store *store);
        void (*close)(struct store *store);
        /* Zeros appear behind the old end. NULL: the size is fixed. Survives a power cut after the next flush. */
        int (*resize)(struct store *store, uint64_t size_bytes, ow_error *err);
};

struct store {
        const struct store_ops *ops;
        uint64_t size_bytes;
        uint32_t sector_bytes;          /* logical sector of a block device; 0: not known */
};

static inline int store_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        return size == 0 ? 0 : store->ops->read(store, offset, buf, size, err);
}

static inline int store_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        return size == 0 ? 0 : store->ops->write(store, offset, buf, size, err);
}

static inline int store_flush(struct store *store, ow_error *err)
{
        return store->ops->flush(store, err);
}

static inline uint64_t store_stamp(struct store *store)
{
        return store->ops->stamp ? store->ops->stamp(store) : 0;
}

static inline bool store_can_resize(const struct store *store)
{
        return store->ops->resize != NULL;
}

static inline int store_resize(struct store *store, uint64_t size_bytes, ow_error *err)
{
        int r = store->size_bytes == size_bytes ? 0 : store->ops->resize(store, size_bytes, err);

        if (r == 0)
                store->size_bytes = size_bytes;
        return r;
}

/* Like store_read(), for a range that may reach past the end, where zeros are. */
static inline int store_read_padded(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        uint64_t there = offset < store->size_bytes ? store->size_bytes - offset : 0;

        if (there < size) {
                memset((uint8_t *)buf + there, 0, (size_t)(size - there));
                size = (size_t)there;
        }
        return store_read(store, offset, buf, size, err);
}

static inline void store_close(struct store *store)
{
        if (store)
                store->ops->close(store);
}

typedef struct store disk_store;        /* a name of its own, so that variables can be called store */
OW_DEFINE_AUTO(disk_store, store_close);

#endif
