/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a disk is not what its newest commit left there: for people who wonder why an undo is refused. */
#include <string.h>

#include "base/alloc.h"
#include "disk/entry.h"

enum { MAX_DIFFERENCES = 1000 };

struct list {
        ow_undo_difference *items;
        size_t count;
        size_t cap;
};

/* Neighbours become one. */
static int add(struct list *list, uint64_t offset, uint64_t size, ow_error *err)
{
        ow_undo_difference *last = list->count ? &list->items[list->count - 1] : NULL;
        ow_undo_difference *items;

        if (last && last->offset + last->size == offset) {
                last->size += size;
                return 0;
        }
        if (list->count == MAX_DIFFERENCES)
                return 0;
        items = ow_grow(list->items, list->count, &list->cap, sizeof *items);
        if (!items)
                return ow_fail_nomem(err);
        list->items = items;
        items[list->count++] = (ow_undo_difference){ .offset = offset, .size = size };
        return 0;
}

static int compare_extent(ow_disk *disk, const struct journal *journal, const struct journal_extent *extent,
                          uint8_t *buf, struct list *list, ow_error *err)
{
        uint8_t *now = buf, *after = buf + journal->largest;
        int r = store_read_padded(disk->store, extent->offset, now, extent->size, err);

        if (r == 0)
                r = journal_read(journal, extent, JOURNAL_AFTER, after, err);
        for (uint32_t at = 0; r == 0 && at < extent->size; at += JOURNAL_SECTOR) {
                uint32_t n = extent->size - at < JOURNAL_SECTOR ? extent->size - at : JOURNAL_SECTOR;

                if (memcmp(now + at, after + at, n) != 0)
                        r = add(list, extent->offset + at, n, err);
        }
        return r;
}

static int compare(ow_disk *disk, const struct entry *entry, struct list *list, ow_error *err)
{
        const struct journal *journal = &entry->journal;
        uint64_t is = disk->store->size_bytes, was = journal_size(journal, entry->index, JOURNAL_AFTER);
        OW_AUTO_FREE uint8_t *buf = ow_malloc(2 * (size_t)journal->largest);
        int r = 0;

        if (!buf)
                return ow_fail_nomem(err);
        for (size_t i = 0; r == 0 && i < journal->n_extents; i++)
                if (journal->extents[i].disk == entry->index)
                        r = compare_extent(disk, journal, &journal->extents[i], buf, list, err);
        if (r == 0 && is != was)
                r = add(list, is < was ? is : was, is < was ? was - is : is - was, err);
        return r;
}

/* A disk whose table cannot be read still has offsets. */
static void name_partitions(ow_disk *disk, struct list *list)
{
        ow_partition_table table;

        if (list->count == 0 || ow_partition_table_read(disk, &table, NULL) < 0)
                return;
        for (size_t i = 0; i < list->count; i++) {
                ow_undo_difference *d = &list->items[i];

                for (size_t k = 0; k < table.n_partitions; k++) {
                        const ow_partition *p = &table.partitions[k];

                        if (d->offset < p->offset || d->offset - p->offset >= p->size)
                                continue;
                        d->partition = p->number;
                        d->partition_offset = d->offset - p->offset;
                }
        }
        ow_partition_table_done(&table);
}

static int open_newest(ow_disk *disk, struct folder *folder, struct entry *ret, ow_error *err)
{
        OW_AUTO_FREE struct record *records = NULL;
        size_t n = 0;
        int r = record_list(folder, disk->base, &records, &n, err);

        while (r == 0 && n-- > 0)
                r = entry_open(disk, folder, records[n], ENTRY_ANY_SIZE, ret, err);
        if (r == 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "'%s' has no undo record", disk->name);
        return r < 0 ? r : 0;
}

int ow_undo_differences(ow_disk *disk, ow_undo_difference **ret, size_t *ret_count, ow_error *err)
{
        OW_AUTO(disk_folder) folder = NULL;
        struct entry entry = { .folder = NULL };
        struct list list = { NULL, 0, 0 };
        int r = disk_open_folder(disk, &folder, err);

        if (r == 0)
                r = open_newest(disk, folder, &entry, err);
        if (r < 0)
                return r;
        r = compare(disk, &entry, &list, err);
        entry_done(&entry);
        if (r < 0) {
                ow_free(list.items);
                return r;
        }
        name_partitions(disk, &list);
        *ret = list.items;
        *ret_count = list.count;
        return 0;
}

void ow_undo_differences_free(ow_undo_difference *differences)
{
        ow_free(differences);
}
