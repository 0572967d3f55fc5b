/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Undo: a journal that is done is played backwards, newest first, if nobody touched what it wrote. Renaming it to
 * "undoing" is the step that decides. Source: docs/formats/journal.md 5.
 */
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "disk/entry.h"

enum { MAX_DISKS = JOURNAL_MAX_DISKS };

static int add_to_list(ow_undo_record *list, struct entry *entry, uint32_t sequence, ow_error *err)
{
        OW_AUTO_FREE char *name = record_name(entry->base, entry->record);
        OW_AUTO_FREE char *path = name ? ow_asprintf("%s/%s", entry->folder->path, name) : NULL;

        if (!path)
                return ow_fail_nomem(err);
        *list = (ow_undo_record){ .journal = OW_TAKE(path), .title = OW_TAKE(entry->journal.title),
                                  .time = entry->journal.time, .bytes_changed = entry->journal.bytes_changed,
                                  .sequence = sequence };
        return 0;
}

/* Newest first. A record that cannot be read is told to the log and left out. */
static int fill_list(ow_disk *disk, struct folder *folder, const struct record *records, size_t n,
                     ow_undo_record *list, size_t *count, ow_error *err)
{
        uint64_t size_bytes = disk->store->size_bytes;          /* after the record that is looked at */

        for (size_t i = n; i-- > 0;) {
                struct entry entry = { .folder = NULL };
                ow_error why = OW_ERROR_INIT;
                int r = entry_open(disk, folder, records[i], size_bytes, &entry, &why);

                if (r == OW_E_NOMEM)
                        return ow_fail_nomem(err);
                if (r < 0)
                        ow_log_printf(&disk->log, OW_LOG_WARNING, "undo record left out: %s", why.text);
                if (r < 1)
                        continue;
                r = 0;
                size_bytes = journal_size(&entry.journal, entry.index, JOURNAL_BEFORE);
                if (entry.record.state == RECORD_DONE)
                        r = add_to_list(&list[(*count)++], &entry, records[i].sequence, err);
                entry_done(&entry);
                if (r < 0)
                        return r;
        }
        return 0;
}

int ow_undo_list(ow_disk *disk, ow_undo_record **ret, size_t *ret_count, ow_error *err)
{
        OW_AUTO_FREE struct record *records = NULL;
        OW_AUTO(disk_folder) folder = NULL;
        ow_undo_record *list;
        size_t n = 0, count = 0;
        int r = disk_open_folder(disk, &folder, err);

        if (r == 0)
                r = record_list(folder, disk->base, &records, &n, err);
        if (r < 0 && r != OW_E_ABSENT)
                return r;
        list = ow_calloc(n, sizeof *list);
        if (!list)
                return ow_fail_nomem(err);
        r = fill_list(disk, folder, records, n, list, &count, err);
        if (r < 0) {
                ow_undo_list_free(list, count);
                return r;
        }
        *ret = list;
        *ret_count = count;
        return 0;
}

void ow_undo_list_free(ow_undo_record *records, size_t count)
{
        for (size_t i = 0; i < count; i++) {
                ow_free(records[i].journal);
                ow_free(records[i].title);
        }
        ow_free(records);
}

/* ---- undo ---- */

/* The newest record of one of the disks that were given. */
struct newest {
        ow_disk *disk;
        struct folder *folder;
        struct record record;           /* of the disk */
        struct entry entry;
        bool found;
};

struct undo {
        struct newest newest[MAX_DISKS];
        size_t n;
        struct store *stores[MAX_DISKS];        /* as the journal's disks */
        struct newest *members[MAX_DISKS];      /* as the journal's disks */
};

static void undo_done(struct undo *undo)
{
        for (size_t i = 0; i < undo->n; i++) {
                entry_done(&undo->newest[i].entry);
                folder_close(undo->newest[i].folder);
        }
        ow_free(undo);
}

static int find_newest(struct newest *newest, ow_error *err)
{
        OW_AUTO_FREE struct record *records = NULL;
        size_t n = 0;
        int r = disk_open_folder(newest->disk, &newest->folder, err);

        if (r == 0)
                r = record_list(newest->folder, newest->disk->base, &records, &n, err);
        if (r == OW_E_ABSENT)
                return 0;
        while (r == 0 && n-- > 0) {
                r = entry_open(newest->disk, newest->folder, records[n], newest->disk->store->size_bytes,
                               &newest->entry, err);
                newest->record = records[n];
        }
        newest->found = r == 1;
        return r < 0 ? r : 0;
}

static int check_arguments(ow_disk *const *disks, size_t n_disks, ow_error *err)
{
        if (!disks || n_disks == 0 || n_disks > MAX_DISKS)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%zu disks to undo on, limit %d", n_disks, MAX_DISKS);
        for (size_t i = 0; i < n_disks; i++) {
                uint64_t offset = 0, size = 0;
                int r;

                if (!disks[i]->writable)
                        return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "'%s' was opened for reading only",
                                       disks[i]->name);
                r = ow_disk_next_change(disks[i], &offset, &size, err);
                if (r < 0)
                        return r;
                if (r == 1)
                        return ow_fail(err, OW_E_INVAL, offset, "'%s' has changes that are not committed",
                                       disks[i]->name);
        }
        return 0;
}

/* Which of the newest journals is the newest of all. */
static struct newest *choose(struct undo *undo)
{
        struct newest *best = NULL;

        for (size_t i = 0; i < undo->n; i++) {
                struct newest *candidate = &undo->newest[i];

                if (candidate->found && (!best || candidate->entry.journal.time > best->entry.journal.time))
                        best = candidate;
        }
        return best;
}

static struct newest *member_for(struct undo *undo, const struct journal *journal, uint32_t index)
{
        for (size_t i = 0; i < undo->n; i++) {
                struct newest *newest = &undo->newest[i];

                if (newest->found && newest->entry.index == index &&
                    memcmp(newest->entry.journal.id, journal->id, JOURNAL_ID) == 0)
                        return newest;
        }
        return NULL;
}

/* Every disk of the journal has to be here, and the journal has to be the last word on each of them. */
static int muster(struct undo *undo, const struct newest *chosen, ow_error *err)
{
        const struct journal *journal = &chosen->entry.journal;

        for (uint32_t i = 0; i < journal->n_disks; i++) {
                struct newest *member = member_for(undo, journal, i);

                for (size_t k = 0; k < undo->n && !member; k++)
                        if (entry_is_disk(undo->newest[k].disk, &journal->disks[i]))
                                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE,
                                               "'%s' has a later change, or its record of '%s' is lost",
                                               undo->newest[k].disk->name, journal->title);
                if (!member)
                        return ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                                       "the change '%s' was made on '%s' too: name all its disks", journal->title,
                                       journal->disks[i].path);
                undo->members[i] = member;
                undo->stores[i] = member->disk->store;
        }
        return 0;
}

/* Pointers say "maybe unfinished" before the journal does. */
static int mark_pointers(struct undo *undo, const struct journal *journal, enum record_state state, ow_error *err)
{
        for (uint32_t i = 0; i < journal->n_disks; i++) {
                struct newest *member = undo->members[i];
                int r;

                if (member->record.state != RECORD_POINTER && member->record.state != RECORD_POINTER_PENDING)
                        continue;
                if (member->record.state == state)
                        continue;
                r = record_change(member->folder, member->disk->base, &member->record, state, true, err);
                if (r < 0)
                        return r;
        }
        return 0;
}

static void remove_pointers(struct undo *undo, const struct journal *journal)
{
        for (uint32_t i = 0; i < journal->n_disks; i++) {
                struct newest *member = undo->members[i];

                /* One that stays behind points at nothing, and goes with the next writable open. */
                if (member->record.state == RECORD_POINTER_PENDING)
                        (void)record_remove(member->folder, member->disk->base, member->record, false, NULL);
        }
}

/* The before-images could not be written: the after-images again. */
static int write_back(struct undo *undo, struct entry *entry, int r, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        int back = journal_apply(&entry->journal, undo->stores, JOURNAL_AFTER, &why);

        if (back == 0)
                back = record_change(entry->folder, entry->base, &entry->record, RECORD_DONE, true, &why);
        if (back == 0)
                return ow_wrap(err, r, "nothing was undone, the images are as they were");
        return ow_wrap(err, r, "the undo was cut off half way and cannot be taken back now (%s); it will be finished "
                       "when the image is opened for writing again", why.text);
}

static int play_backwards(struct undo *undo, struct entry *entry, ow_error *err)
{
        int r = journal_verify(&entry->journal, undo->stores, false, err);

        if (r < 0)
                return ow_wrap(err, r, "undo '%s'", entry->journal.title);
        r = mark_pointers(undo, &entry->journal, RECORD_POINTER_PENDING, err);
        if (r == 0)
                r = record_change(entry->folder, entry->base, &entry->record, RECORD_UNDOING, true, err);
        if (r < 0)
                return ow_wrap(err, r, "nothing was undone");
        r = journal_apply(&entry->journal, undo->stores, JOURNAL_BEFORE, err);
        if (r < 0)
                return write_back(undo, entry, r, err);
        r = record_remove(entry->folder, entry->base, entry->record, true, err);
        if (r < 0)
                return ow_wrap(err, r, "the images are as before the change, but its journal cannot be removed");
        remove_pointers(undo, &entry->journal);
        return 0;
}

static int undo_newest(struct undo *undo, ow_commit_result *ret, ow_error *err)
{
        OW_AUTO_FREE char *name = NULL;
        struct newest *chosen;
        struct entry *entry;
        int r = 0;

        for (size_t i = 0; r == 0 && i < undo->n; i++)
                r = find_newest(&undo->newest[i], err);
        if (r < 0)
                return r;
        chosen = choose(undo);
        if (!chosen)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "'%s' has no change of offwin's to undo",
                               undo->newest[0].disk->name);
        r = muster(undo, chosen, err);
        if (r < 0)
                return r;
        entry = &chosen->entry;
        name = record_name(entry->base, entry->record);
        if (!name)
                return ow_fail_nomem(err);
        r = play_backwards(undo, entry, err);
        if (r == 0)
                *ret = (ow_commit_result){ entry->journal.bytes_changed, entry->journal.n_extents,
                                           ow_asprintf("%s/%s", entry->folder->path, name) };
        return r;
}

int ow_transaction_undo(ow_disk *const *disks, size_t n_disks, ow_commit_result *ret, ow_error *err)
{
        ow_commit_result result = { 0, 0, NULL };
        struct undo *undo;
        int r = check_arguments(disks, n_disks, err);

        if (r < 0)
                return r;
        undo = ow_calloc(1, sizeof *undo);
        if (!undo)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n_disks; i++)
                undo->newest[undo->n++].disk = disks[i];
        r = undo_newest(undo, &result, err);
        undo_done(undo);
        for (size_t i = 0; i < n_disks; i++) {
                /* What was written over with the same bytes must not come back as a change now. */
                if (r == 0)
                        ow_disk_discard(disks[i]);
                disks[i]->stamp = store_stamp(disks[i]->store);
        }
        if (r < 0)
                return r;
        if (ret)
                *ret = result;
        else
                ow_commit_result_done(&result);
        return 0;
}
