/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A hive file and its logs as the disks of one transaction. The files are looked at as raw bytes: no partition table,
 * no image format. What a commit wrote is read back from the files and compared by checksum.
 */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "guest/hivefile.h"
#include "guest/internal.h"


/* ---- opening ---- */

static int read_disk(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        return ow_disk_read(state, offset, buf, size, err);
}

static ow_source source_of(ow_disk *disk)
{
        return (ow_source){ .size = ow_disk_size(disk), .state = disk, .read = read_disk };
}

/* companions: all the files, so that a commit that was cut off is finished on all of them. */
static int open_disk(ow_hivefile *file, const char *path, const ow_hivefile_options *options,
                     const char *const *companions, size_t n_companions, ow_error *err)
{
        ow_disk_options disk = { .flags = options->writable ? OW_DISK_WRITABLE : 0,
                                 .journal_dir = options->journal_dir,
                                 .log = options->log,
                                 .companions = companions,
                                 .n_companions = n_companions };
        int r = ow_disk_open(path, &disk, &file->disks[file->n_disks], err);

        if (r < 0)
                return r;
        if (strcmp(ow_disk_format(file->disks[file->n_disks++]), "raw") != 0)
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' starts like a hive and ends like a disk image (%s)",
                               path, ow_disk_format(file->disks[file->n_disks - 1]));
        return 0;
}

/* Empty files cannot be logs, nor can they have been part of a commit. */
static bool is_empty(const char *path)
{
        struct stat st;

        return stat(path, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0;
}

static int open_disks(ow_hivefile *file, const char *path, const ow_hivefile_options *options,
                      const char *const *logs, size_t n_logs, ow_error *err)
{
        const char *all[1 + HIVEFILE_MAX_LOGS] = { path };
        int r;

        if (n_logs > HIVEFILE_MAX_LOGS)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "%zu logs, a hive has at most %d", n_logs,
                               HIVEFILE_MAX_LOGS);
        for (size_t i = 0; i < n_logs; i++)
                all[1 + i] = logs[i];
        r = open_disk(file, path, options, all, 1 + n_logs, err);
        for (size_t i = 0; r >= 0 && i < n_logs; i++)
                if (!is_empty(logs[i]))
                        r = open_disk(file, logs[i], options, all, 1 + n_logs, err);
        return r;
}

static int find_and_open(ow_hivefile *file, const char *path, const ow_hivefile_options *options, ow_error *err)
{
        char *logs[HIVEFILE_MAX_LOGS] = { NULL };
        size_t n_logs = 0;
        int r;

        if (is_empty(path))
                return ow_fail(err, OW_E_FORMAT, 0, "'%s' is empty, not a registry hive", path);
        if (options->logs)
                return open_disks(file, path, options, options->logs, options->n_logs, err);
        r = hivefile_find_logs(path, logs, &n_logs, err);
        if (r == 0)
                r = open_disks(file, path, options, (const char *const *)logs, n_logs, err);
        for (size_t i = 0; i < n_logs; i++)
                ow_free(logs[i]);
        return r;
}

static int not_closed(const ow_hivefile *file, ow_error *err)
{
        return ow_fail(err, OW_E_DIRTY, OW_NOWHERE,
                       "hive '%s' was not closed and no log beside it completes it: bring its .LOG1 and .LOG2 files, "
                       "or accept it as it lies with --accept-dirty", file->name);
}

static int load(ow_hivefile *file, bool writable, ow_error *err)
{
        unsigned lenient = OW_HIVE_ACCEPT_DIRTY | (file->accept_dirty ? 0u : OW_HIVE_READONLY);
        size_t n_logs = file->ignore_logs ? 0 : file->n_disks - 1;
        ow_source logs[HIVEFILE_MAX_LOGS];
        ow_hive_info info;
        int r;

        file->source = source_of(file->disks[0]);
        for (size_t i = 0; i < n_logs; i++)
                logs[i] = source_of(file->disks[1 + i]);
        r = ow_hive_load(&file->source, logs, n_logs, 0, &file->hive, err);
        if (r == OW_E_DIRTY && writable && !file->accept_dirty)
                return not_closed(file, err);
        if (r == OW_E_DIRTY)
                r = ow_hive_load(&file->source, logs, n_logs, lenient, &file->hive, err);
        if (r < 0)
                return ow_wrap(err, r, "hive '%s'", file->name);
        ow_hive_info_get(file->hive, &info);
        file->stale = info.replay == OW_REPLAY_NO_LOGS;
        return 0;
}

int ow_hivefile_open(const char *path, const ow_hivefile_options *options, ow_hivefile **ret_file, ow_error *err)
{
        static const ow_hivefile_options plain;
        OW_AUTO(ow_hivefile) file = ow_calloc(1, sizeof *file);
        int r;

        if (!options)
                options = &plain;
        if (file)
                file->name = ow_strdup(path);
        if (!file || !file->name)
                return ow_fail_nomem(err);
        if (options->writable && options->ignore_logs)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "a hive is not edited beside its logs");
        file->accept_dirty = options->accept_dirty;
        file->ignore_logs = options->ignore_logs;
        r = find_and_open(file, path, options, err);
        if (r == 0 && options->opened)
                r = options->opened(options->opened_state, err);
        if (r == 0 && !options->disks_only) {
                r = load(file, options->writable, err);
                if (r == 0)
                        r = hivefile_guess_prefix(file->name, file->hive, &file->prefix, &file->placed, err);
        }
        if (r < 0)
                return r;
        *ret_file = OW_TAKE(file);
        return 0;
}

void ow_hivefile_close(ow_hivefile *file)
{
        if (!file)
                return;
        ow_hive_close(file->hive);
        for (size_t i = 0; i < file->n_disks; i++)
                ow_disk_close(file->disks[i]);
        ow_free(file->prefix);
        ow_free(file->name);
        ow_free(file);
}

ow_hive *ow_hivefile_hive(ow_hivefile *file)
{
        return file->hive;
}

const char *ow_hivefile_name(const ow_hivefile *file)
{
        return file->name;
}

uint64_t ow_hivefile_size(const ow_hivefile *file)
{
        return ow_disk_size(file->disks[0]);
}

bool ow_hivefile_stale(const ow_hivefile *file)
{
        return file->stale;
}

int ow_hivefile_editable(const ow_hivefile *file, ow_error *err)
{
        return file->stale && !file->accept_dirty ? not_closed(file, err) : 0;
}

ow_disk *const *ow_hivefile_disks(ow_hivefile *file, size_t *ret_count)
{
        *ret_count = file->n_disks;
        return file->disks;
}

/* ---- writing ---- */

/* Runs handed to the disk, with a checksum each. */
struct written {
        ow_disk *disk;
        struct run { uint64_t offset; size_t size; uint64_t sum; } *runs;
        size_t n, cap;
};

static void written_done(struct written *w)
{
        ow_free(w->runs);
}

/* For finding our own mistakes and a host's: fast, not cryptographic. */
static uint64_t sum_of(const uint8_t *p, size_t size)
{
        uint64_t sum = size;

        for (; size >= 8; p += 8, size -= 8) {
                uint64_t word;

                memcpy(&word, p, 8);
                sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
                sum ^= sum >> 29;
        }
        for (; size > 0; size--)
                sum = (sum ^ *p++) * UINT64_C(0x100000001b3);
        return sum;
}

static int write_disk(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct written *w = state;
        struct run *runs = ow_grow(w->runs, w->n, &w->cap, sizeof *runs);

        if (!runs)
                return ow_fail_nomem(err);
        w->runs = runs;
        runs[w->n++] = (struct run){ offset, size, sum_of(buf, size) };
        return ow_disk_write(w->disk, offset, buf, size, err);
}

static int write_log(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        return ow_disk_write(state, offset, buf, size, err);
}

static int set_disk_size(void *state, uint64_t size, ow_error *err)
{
        struct written *w = state;

        return ow_disk_set_size(w->disk, size, err);
}

static int read_back(const struct written *w, ow_error *err)
{
        OW_AUTO_FREE uint8_t *buf = NULL;
        size_t cap = 0;

        for (size_t i = 0; i < w->n; i++) {
                const struct run *run = &w->runs[i];
                int r;

                if (run->size > cap) {
                        ow_free(buf);
                        cap = run->size;
                        buf = ow_malloc(cap);
                        if (!buf)
                                return ow_fail_nomem(err);
                }
                r = ow_disk_read(w->disk, run->offset, buf, run->size, err);
                if (r < 0)
                        return r;
                if (sum_of(buf, run->size) != run->sum)
                        return ow_fail(err, OW_E_IO, run->offset, "the change is written, but '%s' reads back "
                                       "differently at byte %llu", ow_disk_name(w->disk),
                                       (unsigned long long)run->offset);
        }
        return 0;
}

int ow_hivefile_commit(ow_hivefile *file, const char *title, uint64_t now, ow_commit_result *ret, ow_error *err)
{
        __attribute__((cleanup(written_done))) struct written w = { .disk = file->disks[0] };
        ow_sink sink = { &w, write_disk, set_disk_size };
        int r;

        r = ow_hivefile_editable(file, err);
        if (r == 0)
                r = ow_hive_save(file->hive, now, &sink, err);
        for (size_t i = 1; r == 0 && i < file->n_disks; i++) {
                sink = (ow_sink){ file->disks[i], write_log, NULL };
                r = guest_log_invalidate(&sink, ow_disk_size(file->disks[i]), err);
        }
        if (r == 0)
                r = ow_transaction_commit(file->disks, file->n_disks, title, ret, err);
        if (r < 0)
                return r;
        r = read_back(&w, err);
        if (r < 0 && ret)
                ow_commit_result_done(ret);
        return r;
}

int ow_hivefile_reload(ow_hivefile *file, ow_error *err)
{
        ow_hive_close(file->hive);
        file->hive = NULL;
        return load(file, false, err);
}

void ow_hivefile_replace(ow_hivefile *file, ow_hive *hive)
{
        ow_hive_close(file->hive);
        file->hive = hive;
}
