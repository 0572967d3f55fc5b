/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Commit. Everything that can fail for want of space or permission happens before the first byte of an image changes:
 * the journal and the pointers to it are complete and flushed. Renaming the journal to "pending" is the one step that
 * decides; after it a crash leads to the new state, before it to the old one. Source: docs/formats/journal.md 4.
 */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "base/alloc.h"
#include "base/filetime.h"
#include "base/log.h"
#include "disk/entry.h"

enum { MAX_DISKS = JOURNAL_MAX_DISKS };

struct member {
        ow_disk *disk;
        struct folder *folder;
        struct record record;           /* its journal (the first member's) or pointer */
        bool made;                      /* the record exists now */
};

struct commit {
        struct member members[MAX_DISKS];       /* disks with changes, in the caller's order */
        struct store *stores[MAX_DISKS];
        uint32_t n;
        struct journal journal;
};

static void commit_done(struct commit *commit)
{
        for (uint32_t i = 0; i < commit->n; i++)
                folder_close(commit->members[i].folder);
        journal_done(&commit->journal);
}

static int check_arguments(ow_disk *const *disks, size_t n_disks, const char *title, ow_error *err)
{
        if (!disks || n_disks == 0 || n_disks > MAX_DISKS || !title)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%zu disks to commit, limit %d", n_disks, MAX_DISKS);
        for (size_t i = 0; i < n_disks; i++) {
                if (!disks[i]->writable)
                        return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "'%s' was opened for reading only",
                                       disks[i]->name);
                for (size_t k = 0; k < i; k++)
                        if (disks[k] == disks[i])
                                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is named twice", disks[i]->name);
                if (disks[i]->stamp != store_stamp(disks[i]->store))
                        return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE,
                                       "'%s' was changed by another program since it was opened: nothing was written; "
                                       "when that program is done, try again", disks[i]->name);
        }
        return 0;
}

/* The next free sequence number of the member's image. */
static int number_record(struct member *member, ow_error *err)
{
        OW_AUTO_FREE struct record *records = NULL;
        size_t n = 0;
        int r = record_list(member->folder, member->disk->base, &records, &n, err);

        if (r < 0)
                return r;
        member->record.sequence = n ? records[n - 1].sequence + 1 : 1;
        return 0;
}

static int join(struct commit *commit, ow_disk *disk, ow_error *err)
{
        struct member *member = &commit->members[commit->n];
        int r;

        *member = (struct member){ .disk = disk };
        r = disk_open_folder(disk, &member->folder, err);
        if (r < 0)
                return ow_wrap(err, r, "folder for the journal of '%s'", disk->name);
        commit->stores[commit->n++] = disk->store;
        return number_record(member, err);
}

static int describe(struct journal_disk *ret, const ow_disk *disk, ow_error *err)
{
        ret->sizes[JOURNAL_BEFORE] = disk->store->size_bytes;
        ret->sizes[JOURNAL_AFTER] = ow_disk_size(disk);
        ret->format = ow_strdup(disk->format);
        ret->base = ow_strdup(disk->base);
        ret->path = ow_strdup(disk->path);
        return ret->format && ret->base && ret->path ? 0 : ow_fail_nomem(err);
}

/* One line, whatever the caller gave. */
static char *title_line(const char *title)
{
        char *line = ow_strndup(title, strnlen(title, JOURNAL_MAX_TEXT));

        for (char *p = line; p && *p; p++)
                if ((unsigned char)*p < ' ')
                        *p = ' ';
        return line;
}

static int prepare(struct commit *commit, const char *title, ow_error *err)
{
        struct journal *journal = &commit->journal;

        if (getrandom(journal->id, sizeof journal->id, 0) != (ssize_t)sizeof journal->id)
                return ow_fail_sys(err, errno, "random number for the journal");
        journal->time = ow_filetime_now();
        journal->title = title_line(title);
        journal->disks = ow_calloc(commit->n, sizeof *journal->disks);
        if (!journal->title || !journal->disks)
                return ow_fail_nomem(err);
        journal->n_disks = commit->n;
        for (uint32_t i = 0; i < commit->n; i++) {
                int r = describe(&journal->disks[i], commit->members[i].disk, err);

                if (r < 0)
                        return r;
        }
        return 0;
}

/* What the journal does not take of it, because the disk has ended by then, is of no interest. */
static int read_after(ow_disk *disk, uint64_t offset, uint8_t *buf, size_t size, ow_error *err)
{
        uint64_t end = ow_disk_size(disk);

        if (offset >= end)
                return 0;
        return ow_disk_read(disk, offset, buf, size < end - offset ? size : (size_t)(end - offset), err);
}

static int add_disk(struct journal_writer *writer, uint32_t index, ow_disk *disk, uint8_t *buf, ow_error *err)
{
        uint64_t offset = 0, size = 0;
        int r;

        while ((r = ow_disk_next_change(disk, &offset, &size, err)) == 1) {
                for (uint64_t end = offset + size; offset < end; offset += size) {
                        uint8_t *before = buf, *after = buf + JOURNAL_MAX_EXTENT;

                        size = end - offset < JOURNAL_MAX_EXTENT ? end - offset : JOURNAL_MAX_EXTENT;
                        r = store_read_padded(disk->store, offset, before, (size_t)size, err);
                        if (r == 0)
                                r = read_after(disk, offset, after, (size_t)size, err);
                        if (r == 0)
                                r = journal_writer_add(writer, index, offset, before, after, (uint32_t)size, err);
                        if (r < 0)
                                return r;
                }
        }
        return r;
}

static int write_images(struct commit *commit, struct store *file, ow_error *err)
{
        OW_AUTO_FREE uint8_t *buf = ow_malloc(2 * JOURNAL_MAX_EXTENT);
        struct journal_writer writer;
        int r;

        if (!buf)
                return ow_fail_nomem(err);
        r = journal_writer_open(file, &commit->journal, &writer, err);
        for (uint32_t i = 0; r == 0 && i < commit->n; i++)
                r = add_disk(&writer, i, commit->members[i].disk, buf, err);
        if (r == 0)
                r = journal_writer_finish(&writer, err);
        journal_writer_done(&writer);
        return r;
}

/* The journal under its "partial" name, complete and flushed, and read back into commit->journal. */
static int write_journal(struct commit *commit, ow_error *err)
{
        struct member *first = &commit->members[0];
        OW_AUTO_FREE char *name = NULL;
        struct store *file;
        int r;

        first->record.state = RECORD_PARTIAL;
        name = record_name(first->disk->base, first->record);
        if (!name)
                return ow_fail_nomem(err);
        r = first->folder->ops->open(first->folder, name, true, &file, err);
        if (r < 0)
                return r;
        first->made = true;
        r = write_images(commit, file, err);
        store_close(file);
        if (r < 0)
                return r;
        journal_done(&commit->journal);
        r = first->folder->ops->open(first->folder, name, false, &file, err);
        return r < 0 ? r : journal_load(file, &commit->journal, err);
}

/* Beside every other disk, so that it cannot be opened alone without the journal being found. */
static int write_pointers(struct commit *commit, ow_error *err)
{
        const struct member *first = &commit->members[0];

        for (uint32_t i = 1; i < commit->n; i++) {
                struct member *member = &commit->members[i];
                struct pointer pointer = { .sequence = first->record.sequence, .base = first->disk->base,
                                           .folder = first->folder->path, .own_folder = member->folder->path };
                OW_AUTO_FREE char *name = NULL;
                int r;

                memcpy(pointer.id, commit->journal.id, sizeof pointer.id);
                member->record.state = RECORD_PARTIAL;
                name = record_name(member->disk->base, member->record);
                if (!name)
                        return ow_fail_nomem(err);
                r = pointer_write(member->folder, name, &pointer, err);
                if (r < 0)
                        return r;
                member->made = true;
                r = record_change(member->folder, member->disk->base, &member->record, RECORD_POINTER_PENDING, true,
                                  err);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* The journal first: pointers without a journal are harmless, a pending journal without pointers is not. */
static int remove_records(struct commit *commit, ow_error *err)
{
        int r = 0;

        for (uint32_t i = 0; i < commit->n; i++) {
                struct member *member = &commit->members[i];

                if (!member->made)
                        continue;
                r = record_remove(member->folder, member->disk->base, member->record, true, err);
                if (r < 0)
                        return r;
        }
        return r;
}

/* The images could not be written: back to what they were. */
static int write_back(struct commit *commit, int r, ow_error *err)
{
        ow_error why = OW_ERROR_INIT;
        int back = journal_apply(&commit->journal, commit->stores, JOURNAL_BEFORE, &why);

        if (back == 0)
                back = remove_records(commit, &why);
        if (back == 0)
                return ow_wrap(err, r, "nothing was changed, the images are as they were");
        return ow_wrap(err, r, "the change was cut off half way and cannot be taken back now (%s); it will be finished "
                       "when '%s' is opened for writing again", why.text, commit->members[0].disk->name);
}

/* From here on the work is done; what fails now only leaves more for the next open to do. */
static void mark_done(struct commit *commit)
{
        struct member *first = &commit->members[0];
        ow_error why = OW_ERROR_INIT;
        int r = record_change(first->folder, first->disk->base, &first->record, RECORD_DONE, true, &why);

        for (uint32_t i = 1; r == 0 && i < commit->n; i++) {
                struct member *member = &commit->members[i];

                r = record_change(member->folder, member->disk->base, &member->record, RECORD_POINTER, false, &why);
        }
        if (r < 0)
                ow_log_printf(&first->disk->log, OW_LOG_WARNING, "the change is complete, but its journal is not "
                              "marked so: %s", why.text);
}

static int journal_and_apply(struct commit *commit, ow_error *err)
{
        struct member *first = &commit->members[0];
        int r = write_journal(commit, err);

        if (r == 0)
                r = write_pointers(commit, err);
        if (r == 0)
                r = record_change(first->folder, first->disk->base, &first->record, RECORD_PENDING, true, err);
        if (r < 0) {
                (void)remove_records(commit, NULL);
                return ow_wrap(err, r, "write the journal (the images are untouched)");
        }
        r = journal_apply(&commit->journal, commit->stores, JOURNAL_AFTER, err);
        if (r < 0)
                return write_back(commit, r, err);
        mark_done(commit);
        return 0;
}

static char *journal_path(const struct commit *commit)
{
        const struct member *first = &commit->members[0];
        OW_AUTO_FREE char *name = record_name(first->disk->base, first->record);

        return name ? ow_asprintf("%s/%s", first->folder->path, name) : NULL;
}

static int commit_changes(struct commit *commit, ow_disk *const *disks, size_t n_disks, const char *title,
                          ow_commit_result *ret, ow_error *err)
{
        int r = 0;

        for (size_t i = 0; r >= 0 && i < n_disks; i++) {
                uint64_t offset = 0, size = 0;

                r = ow_disk_next_change(disks[i], &offset, &size, err);
                if (r == 1)
                        r = join(commit, disks[i], err);
        }
        if (r < 0 || commit->n == 0)
                return r;
        r = prepare(commit, title, err);
        if (r == 0)
                r = journal_and_apply(commit, err);
        if (r == 0)
                *ret = (ow_commit_result){ commit->journal.bytes_changed, commit->journal.n_extents,
                                           journal_path(commit) };
        return r;
}

int ow_transaction_commit(ow_disk *const *disks, size_t n_disks, const char *title, ow_commit_result *ret,
                          ow_error *err)
{
        ow_commit_result result = { 0, 0, NULL };
        struct commit commit = { .n = 0 };
        int r = check_arguments(disks, n_disks, title, err);

        if (r < 0)
                return r;
        r = commit_changes(&commit, disks, n_disks, title, &result, err);
        for (size_t i = 0; i < n_disks; i++) {
                if (r == 0)
                        ow_disk_discard(disks[i]);
                disks[i]->stamp = store_stamp(disks[i]->store);
        }
        commit_done(&commit);
        if (r < 0)
                return r;
        if (ret)
                *ret = result;
        else
                ow_commit_result_done(&result);
        return 0;
}

void ow_commit_result_done(ow_commit_result *result)
{
        ow_free(result->journal);
        *result = (ow_commit_result){ 0, 0, NULL };
}
