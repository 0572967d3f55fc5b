/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding the journal behind a record, and making sure that it is of this disk. */
#include <string.h>

#include "base/alloc.h"
#include "disk/entry.h"

void entry_done(struct entry *entry)
{
        journal_done(&entry->journal);
        folder_close(entry->folder);
        ow_free(entry->base);
        *entry = (struct entry){ .folder = NULL };
}

bool entry_is_disk(const ow_disk *disk, const struct journal_disk *described)
{
        /* Beside the image, image and journal may be moved together; in a shared folder only the path tells. */
        return strcmp(described->format, disk->format) == 0 && strcmp(described->base, disk->base) == 0 &&
               (!disk->shared_folder || strcmp(described->path, disk->path) == 0);
}

/* A commit that is not done may have left any size between the two. */
static bool size_fits(const ow_disk *disk, const struct entry *entry, uint64_t size_bytes,
                      const struct journal_disk *described)
{
        if (entry->record.state != RECORD_DONE)
                return journal_disk_had(described, disk->store->size_bytes);
        return size_bytes == ENTRY_ANY_SIZE || described->sizes[JOURNAL_AFTER] == size_bytes;
}

/* Opens record of base in entry->folder. 0 when it is not there. */
static int load(struct entry *entry, ow_error *err)
{
        OW_AUTO_FREE char *name = record_name(entry->base, entry->record);
        struct store *file;
        int r;

        if (!name)
                return ow_fail_nomem(err);
        r = entry->folder->ops->open(entry->folder, name, false, &file, err);
        if (r == OW_E_ABSENT)
                return 0;
        if (r == 0)
                r = journal_load(file, &entry->journal, err);
        return r < 0 ? ow_wrap(err, r, "'%s/%s'", entry->folder->path, name) : 1;
}

/* The journal that a pointer names, in whichever state it is now. */
static int follow(const ow_disk *disk, const struct pointer *pointer, struct entry *entry, ow_error *err)
{
        static const enum record_state states[] = { RECORD_PENDING, RECORD_DONE, RECORD_UNDOING };
        /* Image and records moved together to another folder: the journal is still beside the pointer. */
        bool here = strcmp(pointer->folder, pointer->own_folder) == 0;
        int r = disk->host->open_folder(disk->host, here ? disk->folder : pointer->folder, &entry->folder, err);

        if (r < 0)
                return r;
        for (size_t i = 0; i < OW_COUNT(states); i++) {
                entry->record = (struct record){ pointer->sequence, states[i] };
                r = load(entry, err);
                if (r < 0)
                        return r;
                if (r == 1 && memcmp(entry->journal.id, pointer->id, JOURNAL_ID) == 0)
                        return 1;
                journal_done(&entry->journal);
        }
        return 0;
}

static int open_pointer(const ow_disk *disk, struct folder *folder, struct record record, struct entry *entry,
                        ow_error *err)
{
        OW_AUTO_FREE char *name = record_name(disk->base, record);
        struct pointer pointer;
        int r;

        if (!name)
                return ow_fail_nomem(err);
        r = pointer_load(folder, name, &pointer, err);
        if (r < 0)
                return r;
        entry->base = ow_strdup(pointer.base);
        r = entry->base ? follow(disk, &pointer, entry, err) : ow_fail_nomem(err);
        pointer_done(&pointer);
        return r;
}

static int open_own(const ow_disk *disk, struct record record, struct entry *entry, ow_error *err)
{
        int r = disk_open_folder(disk, &entry->folder, err);

        if (r < 0)
                return r;
        entry->record = record;
        entry->base = ow_strdup(disk->base);
        return entry->base ? load(entry, err) : ow_fail_nomem(err);
}

/*
 * Which disk of the journal this one is. The journal lies beside its first disk; of the others two may have the same
 * name, in folders that have been renamed since: then we do not guess.
 */
static int find_self(const ow_disk *disk, bool pointer, uint64_t size_bytes, struct entry *entry, ow_error *err)
{
        const struct journal *journal = &entry->journal;
        uint32_t found = 0, matches = 0, sized = 0;

        for (uint32_t i = pointer; i < (pointer ? journal->n_disks : 1); i++) {
                if (!entry_is_disk(disk, &journal->disks[i]))
                        continue;
                if (!size_fits(disk, entry, size_bytes, &journal->disks[i])) {
                        sized++;
                        continue;
                }
                found = i;
                matches++;
                if (disk->path && strcmp(journal->disks[i].path, disk->path) == 0) {
                        matches = 1;
                        break;
                }
        }
        if (matches != 1)
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE,
                               "a journal in '%s' bears the name of '%s', but was made for another image%s",
                               entry->folder->path, disk->base, sized ? ", one of another size" : "");
        entry->index = found;
        return 1;
}

int entry_open(const ow_disk *disk, struct folder *folder, struct record record, uint64_t size_bytes, struct entry *ret,
               ow_error *err)
{
        bool pointer = record.state == RECORD_POINTER || record.state == RECORD_POINTER_PENDING;
        struct entry entry = { .folder = NULL };
        int r;

        if (record.state == RECORD_PARTIAL || record.state == RECORD_FORGOTTEN)
                return 0;
        r = pointer ? open_pointer(disk, folder, record, &entry, err) : open_own(disk, record, &entry, err);
        if (r == 1)
                r = find_self(disk, pointer, size_bytes, &entry, err);
        if (r == 1)
                *ret = entry;
        else
                entry_done(&entry);
        return r;
}
