/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A journal that came with a stranger's image: loaded, then verified and played onto disks in memory. Sizes are capped
 * by JOURNAL_MAX_*; disks that the journal wants larger than 1 MiB are not made. Seeds: seeds.py beside this.
 */
#include <stdlib.h>
#include <string.h>

#include "disk/journal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct memory {
        struct store store;
        uint8_t *bytes;
};

static int memory_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        if (offset > store->size_bytes || size > store->size_bytes - offset)
                return ow_fail(err, OW_E_IO, offset, "past the end");
        memcpy(buf, ((struct memory *)store)->bytes + offset, size);
        return 0;
}

static int memory_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        if (offset > store->size_bytes || size > store->size_bytes - offset)
                abort();        /* an extent outside its disk has to be found while loading */
        memcpy(((struct memory *)store)->bytes + offset, buf, size);
        return 0;
}

static int memory_flush(struct store *store, ow_error *err)
{
        return 0;
}

static int memory_resize(struct store *store, uint64_t size_bytes, ow_error *err)
{
        struct memory *memory = (struct memory *)store;

        memory->bytes = realloc(memory->bytes, (size_t)size_bytes + 1);
        if (!memory->bytes)
                abort();
        if (size_bytes > store->size_bytes)
                memset(memory->bytes + store->size_bytes, 0, (size_t)(size_bytes - store->size_bytes));
        return 0;
}

static void memory_close(struct store *store)
{
        free(((struct memory *)store)->bytes);
        free(store);
}

static struct store *make(const uint8_t *bytes, size_t size)
{
        static const struct store_ops ops = {
                .read = memory_read, .write = memory_write, .flush = memory_flush, .close = memory_close,
                .resize = memory_resize,
        };
        struct memory *memory = calloc(1, sizeof *memory);

        if (!memory)
                abort();
        *memory = (struct memory){ { &ops, size, 0 }, calloc(1, size + 1) };
        if (!memory->bytes)
                abort();
        if (bytes)
                memcpy(memory->bytes, bytes, size);
        return &memory->store;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct store *stores[JOURNAL_MAX_DISKS] = { NULL };
        struct journal journal;
        uint64_t total = 0;

        if (size == 0 || journal_load(make(data, size), &journal, NULL) < 0)
                return 0;
        for (uint32_t i = 0; i < journal.n_disks; i++)
                for (unsigned k = 0; k < JOURNAL_IMAGES; k++)
                        total += journal.disks[i].sizes[k] > 1 << 20 ? 8 << 20 : journal.disks[i].sizes[k];
        if (total <= 4 << 20) {
                for (uint32_t i = 0; i < journal.n_disks; i++)
                        stores[i] = make(NULL, (size_t)journal.disks[i].sizes[JOURNAL_BEFORE]);
                (void)!journal_verify(&journal, stores, true, NULL);
                if (journal_apply(&journal, stores, JOURNAL_AFTER, NULL) == 0 &&
                    journal_verify(&journal, stores, false, NULL) < 0)
                        abort();        /* what was played has to be there */
                if (journal_apply(&journal, stores, JOURNAL_BEFORE, NULL) == 0 &&
                    journal_verify(&journal, stores, true, NULL) < 0)
                        abort();
                for (uint32_t i = 0; i < journal.n_disks; i++)
                        store_close(stores[i]);
        }
        journal_done(&journal);
        return 0;
}
