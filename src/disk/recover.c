/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a cut-off commit or undo left behind, dealt with when a disk is opened. A journal that is complete is rolled
 * forward, because its images may be half written; one that is not never touched an image. A read-only disk only looks.
 * Source: docs/formats/journal.md 4.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "disk/entry.h"
#include "disk/patched.h"

struct crew {
        struct store *stores[JOURNAL_MAX_DISKS];        /* as the journal's disks */
        bool ours[JOURNAL_MAX_DISKS];                   /* opened here, so closed here */
};

static void crew_done(struct crew *crew)
{
        for (unsigned i = 0; i < JOURNAL_MAX_DISKS; i++)
                if (crew->ours[i])
                        store_close(crew->stores[i]);
}

static const char *last_part(const char *path)
{
        const char *slash = strrchr(path, '/');

        return slash ? slash + 1 : path;
}

static bool same_folder(const char *a, const char *b)
{
        size_t size = (size_t)(last_part(a) - a);

        return size > 0 && size == (size_t)(last_part(b) - b) && memcmp(a, b, size) == 0;
}

/*
 * Where the other disk is, if it may be written to at all: a journal comes with an image that a stranger may have made,
 * so it must not send us to files that the user has nothing to do with.
 */
static char *locate(const ow_disk *disk, const struct entry *entry, uint32_t other, const ow_disk_options *options)
{
        const char *mine = entry->journal.disks[entry->index].path;
        const char *path = entry->journal.disks[other].path;

        if (path[0] == '/' && same_folder(mine, path))
                return ow_asprintf("%.*s%s", (int)(last_part(disk->path) - disk->path), disk->path, last_part(path));
        /* By the last part only: what was a path then may be written in another way now. The size is checked too. */
        for (size_t i = 0; options && i < options->n_companions; i++) {
                char real[PATH_MAX];

                if (strcmp(last_part(options->companions[i]), last_part(path)) == 0)
                        return ow_strdup(realpath(options->companions[i], real) ? real : options->companions[i]);
        }
        return ow_strdup("");
}

static int open_other(const ow_disk *disk, const struct entry *entry, uint32_t other, const ow_disk_options *options,
                      struct store **ret, ow_error *err)
{
        const struct journal_disk *described = &entry->journal.disks[other];
        OW_AUTO_FREE char *path = locate(disk, entry, other, options);
        OW_AUTO(disk_store) store = NULL;
        const char *format;
        int r;

        if (!path)
                return ow_fail_nomem(err);
        if (!*path)
                return ow_fail(err, OW_E_DIRTY, OW_NOWHERE, "it is in another folder: name both disks together");
        r = disk->host->open_image(disk->host, path, &disk->log, &store, &format, err);
        if (r < 0)
                return r;
        if (!journal_disk_had(described, store->size_bytes) || strcmp(format, described->format) != 0)
                return ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s' is not the image that it was", path);
        *ret = OW_TAKE(store);
        return 0;
}

static int gather(const ow_disk *disk, const struct entry *entry, const ow_disk_options *options, struct crew *crew,
                  ow_error *err)
{
        for (uint32_t i = 0; i < entry->journal.n_disks; i++) {
                int r;

                if (i == entry->index) {
                        crew->stores[i] = disk->store;
                        continue;
                }
                r = open_other(disk, entry, i, options, &crew->stores[i], err);
                if (r < 0) {
                        (void)ow_wrap(err, r, "'%s' has an unfinished change together with '%s'", disk->name,
                                      entry->journal.disks[i].path);
                        if (err)
                                err->code = OW_E_DIRTY;
                        return OW_E_DIRTY;
                }
                crew->ours[i] = true;
        }
        return 0;
}

/* Writes what is missing to all disks of the journal, then retires or renames it. */
static int finish(const ow_disk *disk, struct entry *entry, const ow_disk_options *options, ow_error *err)
{
        bool undoing = entry->record.state == RECORD_UNDOING;
        struct crew crew = { .ours = { false } };
        int r = gather(disk, entry, options, &crew, err);

        if (r == 0) {
                r = journal_verify(&entry->journal, crew.stores, true, err);
                if (r == OW_E_CONFLICT)
                        r = ow_wrap(err, r, "the change '%s' was cut off and cannot be finished ('offwin undo "
                                    "--forget' keeps the image as it is now)", entry->journal.title);
        }
        if (r == 0)
                r = journal_apply(&entry->journal, crew.stores, undoing ? JOURNAL_BEFORE : JOURNAL_AFTER, err);
        crew_done(&crew);
        if (r < 0)
                return r;
        ow_log_printf(&disk->log, OW_LOG_WARNING, "'%s': finished %s '%s', which was cut off", disk->name,
                      undoing ? "the undo of" : "the change", entry->journal.title);
        if (undoing)
                return record_remove(entry->folder, entry->base, entry->record, true, err);
        return record_change(entry->folder, entry->base, &entry->record, RECORD_DONE, true, err);
}

static int pass_on(ow_error *err, const ow_error *why)
{
        if (err)
                *err = *why;
        return why->code;
}

/* Nobody knows any more what the image should hold, and the caller wants it as it is. */
static int give_up(const ow_disk *disk, struct folder *folder, const char *base, struct record record,
                   const ow_error *why, ow_error *err)
{
        OW_AUTO_FREE char *name = NULL;
        int r = record_change(folder, base, &record, RECORD_FORGOTTEN, true, err);

        if (r < 0)
                return r;
        name = record_name(base, record);
        ow_log_printf(&disk->log, OW_LOG_WARNING, "'%s' stays as it is, with whatever part of a cut-off change had "
                      "reached it; that change is kept as '%s/%s' (%s)", disk->name, folder->path, name ? name : base,
                      why->text);
        return 0;
}

static bool is_hopeless(int r)
{
        return r == OW_E_CONFLICT || r == OW_E_CORRUPT || r == OW_E_UNSUPPORTED;
}

/* A writable disk: after it, record is done, or gone. */
static int settle(ow_disk *disk, struct folder *folder, struct record record, const ow_disk_options *options,
                  ow_error *err)
{
        bool pointer = record.state == RECORD_POINTER_PENDING;
        bool forget = options && options->flags & OW_DISK_FORGET;
        struct entry entry = { .folder = NULL };
        ow_error why = OW_ERROR_INIT;
        bool gone;
        int r = entry_open(disk, folder, record, ENTRY_ANY_SIZE, &entry, &why);

        if (forget && is_hopeless(r) && !pointer)
                return give_up(disk, folder, disk->base, record, &why, err);
        if (r < 0)
                return pass_on(err, &why);
        gone = r == 0 || entry.record.state == RECORD_UNDOING;
        r = r == 1 && entry.record.state != RECORD_DONE ? finish(disk, &entry, options, &why) : 0;
        if (forget && is_hopeless(r)) {
                const ow_error reason = why;

                gone = true;
                r = give_up(disk, entry.folder, entry.base, entry.record, &reason, &why);
        }
        entry_done(&entry);
        if (r < 0)
                return pass_on(err, &why);
        if (record.state == RECORD_PARTIAL || (pointer && gone))
                return record_remove(folder, disk->base, record, true, err);
        return pointer ? record_change(folder, disk->base, &record, RECORD_POINTER, true, err) : 0;
}

/* OW_E_CONFLICT when somebody else wrote where the journal's changes of this disk belong. */
static int look_for_strangers(const ow_disk *disk, const struct entry *entry, ow_error *err)
{
        struct store *stores[JOURNAL_MAX_DISKS] = { NULL };
        struct journal mine = entry->journal;
        size_t first = 0, count = 0;

        for (size_t i = 0; i < mine.n_extents; i++) {
                if (mine.extents[i].disk != entry->index)
                        continue;
                if (count++ == 0)
                        first = i;
        }
        stores[entry->index] = disk->store;
        mine.extents += first;
        mine.n_extents = count;
        return journal_verify(&mine, stores, true, err);
}

/* A read-only disk: shows what a writable open would make of it. */
static int overlay_record(ow_disk *disk, struct folder *folder, struct record record, ow_error *err)
{
        struct entry entry = { .folder = NULL };
        ow_error why = OW_ERROR_INIT;
        int r = record.state == RECORD_PARTIAL ? 0 : entry_open(disk, folder, record, ENTRY_ANY_SIZE, &entry, &why);

        if (r == OW_E_ABSENT) {
                ow_log_printf(&disk->log, OW_LOG_WARNING, "'%s' may have an unfinished change: %s", disk->name,
                              why.text);
                return 0;
        }
        if (r < 0)
                return ow_fail(err, r, why.where, "%s", why.text);
        if (r == 1 && entry.record.state != RECORD_DONE) {
                r = look_for_strangers(disk, &entry, &why);
                if (r == 0) {
                        r = patched_wrap(&disk->store, &entry.journal, entry.index,
                                         entry.record.state == RECORD_UNDOING ? JOURNAL_BEFORE : JOURNAL_AFTER, err);
                } else if (r == OW_E_CONFLICT) {
                        ow_log_printf(&disk->log, OW_LOG_WARNING, "an unfinished change is left alone: %s", why.text);
                        r = 0;
                } else {
                        r = ow_fail(err, r, why.where, "%s", why.text);
                }
        }
        entry_done(&entry);
        return r < 0 ? r : 0;
}

static bool needs_care(struct record record)
{
        return record.state != RECORD_DONE && record.state != RECORD_POINTER && record.state != RECORD_FORGOTTEN;
}

int disk_recover(ow_disk *disk, const ow_disk_options *options, ow_error *err)
{
        OW_AUTO(disk_folder) folder = NULL;
        OW_AUTO_FREE struct record *records = NULL;
        ow_error why = OW_ERROR_INIT;
        size_t n = 0;
        int r;

        if (!disk->host || !disk->folder)
                return 0;
        r = disk_open_folder(disk, &folder, &why);
        if (r == 0)
                r = record_list(folder, disk->base, &records, &n, &why);
        if (r == OW_E_ABSENT)
                return 0;
        if (r < 0 && !disk->writable) {
                ow_log_printf(&disk->log, OW_LOG_WARNING, "journals cannot be looked for: %s", why.text);
                return 0;
        }
        if (r < 0)
                return ow_fail(err, r, why.where, "%s", why.text);
        for (size_t i = 0; i < n; i++) {
                if (!needs_care(records[i]))
                        continue;
                r = disk->writable ? settle(disk, folder, records[i], options, err)
                                   : overlay_record(disk, folder, records[i], err);
                if (r < 0)
                        return r;
        }
        return 0;
}
