/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * offwin file get: files and folders of the guest, out to a folder of the host. Names come from the guest and are
 * hostile: each is made below a folder that is open, links on the way are not followed, and nothing that is there is
 * replaced unless the person said so. What cannot be copied out of a folder is told, and the rest goes on.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <offwin/volume.h>

#include "commands.h"
#include "host-output.h"
#include "output.h"
#include "privileges.h"
#include "session.h"
#include "supervise.h"

enum {
        CHUNK = 256 * 1024,
        MAX_DEPTH = 128,        /* folders in each other */
        MAX_ENTRIES = 1 << 22,  /* files and folders of one command; a damaged index may lead in circles */
        VOLUMES = 4,            /* bytes of one command, in sizes of the volume: hard links count anew */
        MAX_NAME = 255,         /* bytes of a name that Linux takes */
        TREE_BYTES = 128 << 20, /* what a tree of many files is worth in time, beside their contents */
};

struct copying {
        const struct arguments *arguments;
        ow_volume *volume;
        uint64_t volume_size;
        uint64_t entries;
        ow_report_copied done;
        size_t cap_skipped;
};

/* A folder of the guest whose entries go to an open folder of the host. */
struct place {
        struct copying *copying;
        const char *from; /* on the volume */
        int to;
        unsigned depth;
};

static void copied_done(ow_report_copied *copied)
{
        for (size_t i = 0; i < copied->n_skipped; i++)
                free(copied->skipped[i].reason);
        free(copied->skipped);
}

/* why is told at the end, and the copying goes on. */
static int skip(struct copying *copying, const ow_error *why, ow_error *err)
{
        ow_report_copied *done = &copying->done;
        char *reason = strdup(why->text);

        if (reason && done->n_skipped == copying->cap_skipped) {
                size_t cap = copying->cap_skipped ? copying->cap_skipped * 2 : 16;
                ow_not_copied *grown = realloc(done->skipped, cap * sizeof *grown);

                if (!grown) {
                        free(reason);
                        return ow_fail_nomem(err);
                }
                done->skipped = grown;
                copying->cap_skipped = cap;
        }
        if (!reason)
                return ow_fail_nomem(err);
        done->skipped[done->n_skipped++] = (ow_not_copied){ reason };
        return 0;
}

/* ---- one file ---- */

/* 100 ns since 1601 to what the host keeps. A time before 1970 is left out. */
static void set_time(int fd, uint64_t filetime)
{
        const uint64_t epoch = UINT64_C(116444736000000000);
        struct timespec times[2] = { { .tv_nsec = UTIME_OMIT }, { .tv_nsec = UTIME_OMIT } };

        if (filetime < epoch)
                return;
        times[1].tv_sec = (time_t)((filetime - epoch) / 10000000);
        times[1].tv_nsec = (long)((filetime - epoch) % 10000000 * 100);
        (void)futimens(fd, times);
}

/* A sparse file can claim any size, and a damaged folder can hold one file many times: the host's disk is not for
 * that. */
static int check_size(struct copying *copying, const char *from, uint64_t size, ow_error *err)
{
        uint64_t limit = copying->volume_size;

        if (size > limit)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                               "'%s' claims %llu bytes, more than its volume has (%llu)", from,
                               (unsigned long long)size, (unsigned long long)limit);
        if (size > limit * VOLUMES - copying->done.bytes)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE,
                               "at '%s' more than %d times as much as the volume holds has been "
                               "copied: its folders must be damaged",
                               from, VOLUMES);
        supervise_expect(size);
        return 0;
}

static int copy_bytes(struct copying *copying, ow_file *file, struct host_output *out, ow_error *err)
{
        uint64_t size = ow_file_size(file);
        char *chunk = malloc(CHUNK);
        int r = chunk ? 0 : ow_fail_nomem(err);

        for (uint64_t at = 0; r == 0 && at < size;) {
                size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

                r = ow_file_read(file, at, chunk, n, err);
                if (r == 0)
                        r = host_output_write(out, chunk, n, err);
                at += n;
        }
        free(chunk);
        if (r == 0)
                copying->done.bytes += size;
        return r;
}

static int copy_file(struct copying *copying, const char *from, const ow_stat *stat, int to, const char *name,
                     ow_error *err)
{
        AUTO_HOST_OUTPUT out = { .fd = -1 };
        ow_file *file = NULL;
        int r = ow_file_open(copying->volume, from, 0, &file, err);

        if (r == 0)
                r = check_size(copying, from, ow_file_size(file), err);
        if (r < 0) {
                ow_file_close(file);
                return r;
        }
        r = host_output_open(to, name, has(copying->arguments, OPTION_YES), &out, err);
        if (r == 0)
                r = copy_bytes(copying, file, &out, err);
        ow_file_close(file);
        if (r == 0) {
                set_time(out.fd, stat->modified);
                r = host_output_finish(&out, err);
        }
        if (r < 0)
                return ow_wrap(err, r, "copy '%s'", from);
        copying->done.files++;
        return 0;
}

/* ---- folders ---- */

/* A folder of ours, new or there already; never what a link leads to. Returns a descriptor or < 0 after an error. */
static int open_folder(int in, const char *name, ow_error *err)
{
        int fd;

        if (mkdirat(in, name, 0777) != 0 && errno != EEXIST)
                return ow_fail_sys(err, errno, "make folder '%s'", name);
        fd = openat(in, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
                return ow_fail(err, OW_E_EXISTS, OW_NOWHERE, "'%s' is there already, and is no folder", name);
        return fd < 0 ? ow_fail_sys(err, errno, "open folder '%s'", name) : fd;
}

/* Names that Windows could not have made do not become names of the host. */
static int check_name(const char *from, const char *name, ow_error *err)
{
        bool odd = !*name || strlen(name) > MAX_NAME || strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
                   strpbrk(name, "/\\");

        for (const char *p = name; *p && !odd; p++)
                odd = (unsigned char)*p < 0x20 || *p == 0x7f;
        return odd ? ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE,
                             "'%s\\%s' has a name that no file of the host is to have", from, name)
                   : 0;
}

static int copy(struct place *in, const char *from, const ow_stat *stat, const char *name, ow_error *err);

/* Of a single entry only: the rest of the folder can be copied all the same. */
static bool is_its_own(int r)
{
        return r == OW_E_UNSUPPORTED || r == OW_E_CORRUPT || r == OW_E_EXISTS || r == OW_E_ABSENT || r == OW_E_INVAL;
}

static int copy_entry(void *state, const char *name, const ow_stat *listed, ow_error *err)
{
        struct place *in = state;
        ow_error why = OW_ERROR_INIT;
        char *from = NULL;
        ow_stat stat = *listed;
        int r;

        if (asprintf(&from, "%s%s%s", in->from, *in->from ? "\\" : "", name) < 0)
                return ow_fail_nomem(err);
        r = check_name(in->from, name, &why);
        if (r == 0)
                r = ow_volume_stat(in->copying->volume, from, &stat, &why);
        if (r == 0 && why.code == 0)
                r = ow_fail(&why, OW_E_ABSENT, OW_NOWHERE, "'%s' is listed, but not found by that name", from);
        if (r > 0)
                r = copy(in, from, &stat, name, &why);
        if (is_its_own(r))
                r = skip(in->copying, &why, err);
        else if (r < 0 && err)
                *err = why;
        free(from);
        return r;
}

static int copy_folder(struct place *in, const char *from, const char *name, ow_error *err)
{
        struct place below = { in->copying, from, -1, in->depth + 1 };
        int r;

        if (below.depth > MAX_DEPTH)
                return ow_fail(err, OW_E_UNSUPPORTED, OW_NOWHERE, "'%s' is more than %d folders deep", from,
                               MAX_DEPTH);
        below.to = open_folder(in->to, name, err);
        if (below.to < 0)
                return below.to;
        r = ow_volume_list(in->copying->volume, from, copy_entry, &below, err);
        (void)close(below.to);
        if (r == 0)
                in->copying->done.folders++;
        return r;
}

static int copy(struct place *in, const char *from, const ow_stat *stat, const char *name, ow_error *err)
{
        if (++in->copying->entries > MAX_ENTRIES)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d files and folders", MAX_ENTRIES);
        if (!(stat->attributes & OW_ATTR_DIRECTORY))
                return copy_file(in->copying, from, stat, in->to, name, err);
        if (!has(in->copying->arguments, OPTION_TREE))
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "'%s' is a folder; -r copies it with all that is in it",
                               from);
        return copy_folder(in, from, name, err);
}

/* ---- operands ---- */

/* Where things go: an open folder, and (not into a folder) the name there. */
struct destination {
        int folder;
        const char *name; /* NULL: each under its own name */
        char *path;       /* of the folder */
};

static void destination_done(struct destination *to)
{
        if (to->folder >= 0)
                (void)close(to->folder);
        free(to->path);
}

static int destination_open(const char *path, size_t n_from, struct destination *ret, ow_error *err)
{
        size_t size = strlen(path);
        const char *slash;
        struct stat st;
        bool into = n_from > 1 || (size && path[size - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));

        *ret = (struct destination){ .folder = -1 };
        slash = into ? NULL : strrchr(path, '/');
        if (!into)
                ret->name = slash ? slash + 1 : path;
        if (into)
                ret->path = strdup(path);
        else
                ret->path = slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path)) : strdup(".");
        if (!ret->path)
                return ow_fail_nomem(err);
        ret->folder = open(ret->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return ret->folder < 0 ? ow_fail_sys(err, errno, "open folder '%s'", ret->path) : 0;
}

static int get_one(struct copying *copying, ow_guest *guest, const char *path, const struct destination *to,
                   ow_error *err)
{
        struct place in = { copying, "", to->folder, 0 };
        ow_volume_info info = { .size = 0 };
        char *inside = NULL;
        const char *name;
        ow_stat stat;
        int r = ow_guest_resolve_path(guest, path, &copying->volume, &inside, err);

        if (r == 0)
                r = ow_volume_info_get(copying->volume, &info, err);
        copying->volume_size = info.size;
        if (r == 0)
                r = ow_volume_stat(copying->volume, inside, &stat, err);
        if (r == 0)
                r = ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "no file or folder '%s'", path);
        if (r > 0) {
                name = strrchr(inside, '\\');
                name = to->name ? to->name : name ? name + 1 : inside;
                r = *name ? 0
                          : ow_fail(err, OW_E_INVAL, OW_NOWHERE,
                                    "'%s' is a whole drive: give it a name that is not "
                                    "there yet",
                                    path);
                if (r == 0 && !to->name)
                        r = check_name(path, name, err);
                if (r == 0)
                        r = copy(&in, inside, &stat, name, err);
        }
        ow_text_free(inside);
        return r;
}

static int get_all(const struct arguments *arguments, struct copying *copying, const struct destination *to,
                   ow_error *err)
{
        struct text_list disk = { arguments->operands.items, 1 };
        AUTO_SESSION session = { 0 };
        int r;

        privileges_make_below(to->path);
        if (has(arguments, OPTION_TREE))
                supervise_expect(TREE_BYTES);
        r = session_open(arguments, &disk, false, &session, err);
        if (r == 0)
                r = session_open_guest(arguments, &session, err);
        for (size_t i = 1; r == 0 && i + 1 < arguments->operands.count; i++)
                r = get_one(copying, session.guest, arguments->operands.items[i], to, err);
        return r;
}

static int tell(const struct arguments *arguments, const struct copying *copying)
{
        ow_report_options options = report_options(arguments);
        ow_error err = OW_ERROR_INIT;
        char *text = NULL;
        int code;

        if (ow_report_copied_files(&copying->done, &options, &text, &err) < 0)
                return fail(arguments, &err);
        code = print_report(arguments, text);
        return code ? code : copying->done.n_skipped ? EXIT_FAILED : EXIT_DONE;
}

int run_file_get(const struct arguments *arguments)
{
        const struct text_list *operands = &arguments->operands;
        const char *path = operands->items[operands->count - 1];
        struct copying copying = { .arguments = arguments, .done = { .to = path } };
        struct destination to;
        ow_error err = OW_ERROR_INIT;
        int r, code;

        r = destination_open(path, operands->count - 2, &to, &err);
        if (r == 0)
                r = get_all(arguments, &copying, &to, &err);
        code = r < 0 ? fail(arguments, &err) : tell(arguments, &copying);
        destination_done(&to);
        copied_done(&copying.done);
        return code;
}
