/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small world that can lose power: images and two folders of files, each with what a reader sees now and what would
 * survive. Every change costs one step; when the steps are used up, this and all later calls fail, and world_crash()
 * decides what of the unflushed rest is kept.
 */
#ifndef TESTS_UNIT_DISK_WORLD_H
#define TESTS_UNIT_DISK_WORLD_H

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/macros.h"
#include "disk/disk.h"

enum { WORLD_FILES = 40, WORLD_NAMES = 16, WORLD_HISTORY = 64, WORLD_IMAGES = 3 };

enum world_loss { WORLD_DROP, WORLD_KEEP, WORLD_MIX, WORLD_LOSSES };

struct world_file {
        uint8_t *now, *safe;
        size_t now_size, safe_size;
};

struct world_names {
        struct { char name[80]; struct world_file *file; } at[WORLD_NAMES];
};

struct world_folder {
        const char *path;
        struct world_names history[WORLD_HISTORY];      /* [0] is safe, the last one is now */
        size_t n_history;
};

struct world {
        struct world_file files[WORLD_FILES];
        size_t n_files;
        struct world_folder folders[2]; /* /w and /v */
        struct { const char *path; struct world_file *file; bool locked; } images[WORLD_IMAGES];
        size_t steps;                   /* changes made so far */
        size_t fail_at;                 /* this step fails; 0: none */
        bool fail_once;                 /* a failing device instead of a power cut */
        bool off;
        int fail_code;
        uint32_t seed;
        struct host host;
};

struct world_store {
        struct store store;
        struct world *world;
        struct world_file *file;
        bool *locked;
        bool may_grow;
};

static inline int world_step(struct world *w, ow_error *err)
{
        w->steps++;
        if (w->off || w->steps == w->fail_at) {
                w->off = !w->fail_once;
                return ow_fail(err, w->fail_code, OW_NOWHERE, w->fail_once ? "the device failed" : "power is off");
        }
        return 0;
}

static inline void world_resize(uint8_t **bytes, size_t *size, size_t wanted)
{
        if (wanted > *size) {
                *bytes = realloc(*bytes, wanted);
                if (!*bytes)
                        abort();
                memset(*bytes + *size, 0, wanted - *size);
        }
        *size = wanted;
}

static inline int world_read(struct store *store, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        const struct world_store *s = (struct world_store *)store;

        if (s->world->off)
                return ow_fail(err, OW_E_IO, offset, "power is off");
        if (offset > s->file->now_size || size > s->file->now_size - offset)
                return ow_fail(err, OW_E_IO, offset, "past the end of the file");
        memcpy(buf, s->file->now + offset, size);
        return 0;
}

/* A large write costs a step for each half, so that a cut can fall into its middle. */
static inline int world_write(struct store *store, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        struct world_store *s = (struct world_store *)store;
        const uint8_t *p = buf;

        if (!s->may_grow && offset + size > s->file->now_size)
                abort();
        while (size > 0) {
                size_t n = size > 1024 ? size / 2 / 512 * 512 : size;
                int r = world_step(s->world, err);

                if (r < 0)
                        return r;
                if (offset + n > s->file->now_size)
                        world_resize(&s->file->now, &s->file->now_size, offset + n);
                memcpy(s->file->now + offset, p, n);
                p += n;
                offset += n;
                size -= n;
        }
        return 0;
}

static inline int world_flush(struct store *store, ow_error *err)
{
        struct world_store *s = (struct world_store *)store;
        int r = world_step(s->world, err);

        if (r < 0)
                return r;
        world_resize(&s->file->safe, &s->file->safe_size, s->file->now_size);
        memcpy(s->file->safe, s->file->now, s->file->now_size);
        return 0;
}

static inline int world_set_size(struct store *store, uint64_t size_bytes, ow_error *err)
{
        struct world_store *s = (struct world_store *)store;
        int r = world_step(s->world, err);

        if (r == 0)
                world_resize(&s->file->now, &s->file->now_size, (size_t)size_bytes);
        return r;
}

static inline void world_close(struct store *store)
{
        struct world_store *s = (struct world_store *)store;

        if (s->locked)
                *s->locked = false;
        free(s);
}

static inline struct store *world_store(struct world *w, struct world_file *file, bool *locked, bool may_grow)
{
        static const struct store_ops ops = {
                .read = world_read, .write = world_write, .flush = world_flush, .close = world_close,
                .resize = world_set_size,
        };
        struct world_store *s = calloc(1, sizeof *s);

        if (!s)
                abort();
        *s = (struct world_store){ { &ops, file->now_size, 0 }, w, file, locked, may_grow };
        return &s->store;
}

/* What a struct folder of this world is, behind its public part. */
struct world_handle {
        struct folder folder;
        struct world *world;
        struct world_folder *names;
};

static inline struct world *world_of(struct folder *folder)
{
        return ((struct world_handle *)folder)->world;
}

static inline struct world_folder *world_names_of(struct folder *folder)
{
        return ((struct world_handle *)folder)->names;
}

static inline struct world_names *world_now(struct world_folder *f)
{
        return &f->history[f->n_history - 1];
}

/* A copy of the names to change; the old state stays in the history until the folder is flushed. */
static inline struct world_names *world_change(struct world_folder *f)
{
        if (f->n_history == WORLD_HISTORY)
                abort();
        f->history[f->n_history] = f->history[f->n_history - 1];
        return &f->history[f->n_history++];
}

static inline int world_find(const struct world_names *names, const char *name)
{
        for (int i = 0; i < WORLD_NAMES; i++)
                if (names->at[i].file && strcmp(names->at[i].name, name) == 0)
                        return i;
        return -1;
}

static inline int world_list(struct folder *folder, int (*each)(void *state, const char *name, ow_error *err),
                             void *state, ow_error *err)
{
        const struct world_names *names = world_now(world_names_of(folder));

        for (int i = 0; i < WORLD_NAMES; i++) {
                int r = names->at[i].file ? each(state, names->at[i].name, err) : 0;

                if (r < 0)
                        return r;
        }
        return 0;
}

static inline int world_create(struct folder *folder, const char *name, struct store **ret, ow_error *err)
{
        struct world_folder *f = world_names_of(folder);
        struct world *w = world_of(folder);
        struct world_names *names;
        int r, i;

        if (world_find(world_now(f), name) >= 0)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' exists", name);
        r = world_step(w, err);
        if (r < 0)
                return r;
        names = world_change(f);
        for (i = 0; names->at[i].file; i++)
                if (i + 1 == WORLD_NAMES)
                        abort();
        if (w->n_files == WORLD_FILES || strlen(name) >= sizeof names->at[i].name)
                abort();
        names->at[i].file = &w->files[w->n_files++];
        memcpy(names->at[i].name, name, strlen(name) + 1);
        *ret = world_store(w, names->at[i].file, NULL, true);
        return 0;
}

static inline int world_open(struct folder *folder, const char *name, bool create, struct store **ret, ow_error *err)
{
        struct world_names *now = world_now(world_names_of(folder));
        int i;

        if (create)
                return world_create(folder, name, ret, err);
        i = world_find(now, name);
        if (i < 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no '%s'", name);
        *ret = world_store(world_of(folder), now->at[i].file, NULL, false);
        return 0;
}

static inline int world_rename(struct folder *folder, const char *from, const char *to, ow_error *err)
{
        struct world_folder *f = world_names_of(folder);
        int i = world_find(world_now(f), from), r;

        if (i < 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no '%s'", from);
        if (world_find(world_now(f), to) >= 0)
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' exists", to);
        r = world_step(world_of(folder), err);
        if (r < 0)
                return r;
        memcpy(world_change(f)->at[i].name, to, strlen(to) + 1);
        return 0;
}

static inline int world_remove(struct folder *folder, const char *name, ow_error *err)
{
        struct world_folder *f = world_names_of(folder);
        int i = world_find(world_now(f), name), r;

        if (i < 0)
                return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no '%s'", name);
        r = world_step(world_of(folder), err);
        if (r < 0)
                return r;
        world_change(f)->at[i].file = NULL;
        return 0;
}

static inline int world_sync(struct folder *folder, ow_error *err)
{
        struct world_folder *f = world_names_of(folder);
        int r = world_step(world_of(folder), err);

        if (r < 0)
                return r;
        f->history[0] = *world_now(f);
        f->n_history = 1;
        return 0;
}

static inline void world_close_folder(struct folder *folder)
{
        free(folder->path);
        free(folder);
}

static inline int world_open_folder(const struct host *host, const char *path, struct folder **ret, ow_error *err)
{
        static const struct folder_ops ops = { world_list, world_open, world_rename, world_remove, world_sync,
                                               world_close_folder };
        struct world *w = host->state;
        struct world_handle *handle = calloc(1, sizeof *handle);

        if (!handle)
                abort();
        for (size_t i = 0; i < OW_COUNT(w->folders); i++)
                if (strcmp(w->folders[i].path, path) == 0)
                        *handle = (struct world_handle){ { &ops, strdup(path) }, w, &w->folders[i] };
        if (!handle->world)
                abort();
        *ret = &handle->folder;
        return 0;
}

static inline int world_open_image(const struct host *host, const char *path, const ow_log *log, struct store **ret,
                                   const char **ret_format, ow_error *err)
{
        struct world *w = host->state;

        for (size_t i = 0; i < WORLD_IMAGES; i++) {
                if (!w->images[i].path || strcmp(w->images[i].path, path) != 0)
                        continue;
                if (w->images[i].locked)
                        return ow_fail(err, OW_E_DIRTY, OW_NOWHERE, "'%s' is in use", path);
                w->images[i].locked = true;
                *ret = world_store(w, w->images[i].file, &w->images[i].locked, false);
                *ret_format = "raw";
                return 0;
        }
        return ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no '%s'", path);
}

static inline void world_init(struct world *w)
{
        *w = (struct world){ .fail_code = OW_E_IO, .seed = 1 };
        w->folders[0] = (struct world_folder){ .path = "/w", .n_history = 1 };
        w->folders[1] = (struct world_folder){ .path = "/v", .n_history = 1 };
        w->host = (struct host){ w, world_open_folder, world_open_image };
}

static inline void world_done(struct world *w)
{
        for (size_t i = 0; i < w->n_files; i++) {
                free(w->files[i].now);
                free(w->files[i].safe);
        }
}

/* Image number i, filled from bytes. */
static inline void world_add_image(struct world *w, size_t i, const char *path, const uint8_t *bytes, size_t size)
{
        struct world_file *file = &w->files[w->n_files++];

        world_resize(&file->now, &file->now_size, size);
        world_resize(&file->safe, &file->safe_size, size);
        memcpy(file->now, bytes, size);
        memcpy(file->safe, bytes, size);
        w->images[i].path = path;
        w->images[i].file = file;
}

static inline uint32_t world_random(struct world *w, uint32_t below)
{
        w->seed = w->seed * 1664525u + 1013904223u;
        return (w->seed >> 8) % below;
}

/* The machine comes back: what was not flushed is dropped, kept, or kept sector by sector as luck has it. */
static inline void world_crash(struct world *w, enum world_loss loss)
{
        for (size_t i = 0; i < w->n_files; i++) {
                struct world_file *f = &w->files[i];

                if (loss == WORLD_DROP || (loss == WORLD_MIX && world_random(w, 2) && f->safe_size != f->now_size))
                        world_resize(&f->now, &f->now_size, f->safe_size);
                for (size_t at = 0; at < f->now_size && loss != WORLD_KEEP; at += 512) {
                        size_t n = f->now_size - at < 512 ? f->now_size - at : 512;

                        size_t safe = at >= f->safe_size ? 0 : f->safe_size - at < n ? f->safe_size - at : n;

                        if (loss == WORLD_MIX && world_random(w, 2))
                                continue;
                        if (safe)
                                memcpy(f->now + at, f->safe + at, safe);
                        memset(f->now + at + safe, 0, n - safe);        /* what was never flushed */
                }
                world_resize(&f->safe, &f->safe_size, f->now_size);
                if (f->now_size)
                        memcpy(f->safe, f->now, f->now_size);
        }
        for (size_t i = 0; i < OW_COUNT(w->folders); i++) {
                struct world_folder *f = &w->folders[i];
                size_t keep = loss == WORLD_DROP ? 0 : loss == WORLD_KEEP ? f->n_history - 1
                                                                          : world_random(w, (uint32_t)f->n_history);

                f->history[0] = f->history[keep];
                f->n_history = 1;
        }
        w->off = false;
        w->fail_at = 0;
        w->steps = 0;
}

/* As ow_disk_open() does with the images of this world. */
static inline int world_disk(struct world *w, size_t i, bool writable, const ow_log *log, ow_disk **ret, ow_error *err)
{
        const char *const companions[] = { w->images[0].path, w->images[1].path };
        ow_disk_options options = { .flags = writable ? OW_DISK_WRITABLE : 0, .companions = companions,
                                    .n_companions = w->images[1].path ? 2 : 1 };
        struct disk_place place = { .name = w->images[i].path, .format = "raw", .path = w->images[i].path,
                                    .base = w->images[i].path + 3, .host = &w->host,
                                    .folder = w->images[i].path[1] == 'v' ? "/v" : "/w" };

        if (log)
                options.log = *log;
        if (writable) {
                if (w->images[i].locked)
                        return ow_fail(err, OW_E_DIRTY, OW_NOWHERE, "in use");
                w->images[i].locked = true;
        }
        return disk_open_store(world_store(w, w->images[i].file, writable ? &w->images[i].locked : NULL, false), &place,
                               &options, ret, err);
}

/* Names of both folders whose end is suffix. */
static inline size_t world_count(struct world *w, const char *suffix)
{
        size_t n = 0;

        for (int i = 0; i < 2 * WORLD_NAMES; i++) {
                const struct world_names *now = world_now(&w->folders[i % 2]);
                const char *name = now->at[i / 2].name;
                size_t length = strlen(name), tail = strlen(suffix);

                if (now->at[i / 2].file && length >= tail && strcmp(name + length - tail, suffix) == 0)
                        n++;
        }
        return n;
}

#endif
