/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opening a disk by name: what its image is called in journals and where these are kept. Source: docs/formats/
 * journal.md 1.
 */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "base/alloc.h"
#include "disk/disk.h"
#include "disk/image.h"
#include "disk/nbd.h"

enum { MAX_BASE = 180 };        /* bytes of a file name that are left for us beside the record's own part */

static int host_open_folder(const struct host *host, const char *path, struct folder **ret, ow_error *err)
{
        return folder_open(path, ret, err);
}

static int host_open_image(const struct host *host, const char *path, const ow_log *log, struct store **ret,
                           const char **ret_format, ow_error *err)
{
        struct stat st;

        /* Journals name real paths; a link there now was put there by somebody else. */
        if (lstat(path, &st) == 0 && S_ISLNK(st.st_mode))
                return ow_fail(err, OW_E_REFUSED, OW_NOWHERE, "'%s' is a symbolic link", path);
        return image_open(path, OW_DISK_WRITABLE, log, ret, ret_format, err);
}

static const struct host real_host = { NULL, host_open_folder, host_open_image };

static uint32_t crc_of(const char *text)
{
        return (uint32_t)crc32(0, (const Bytef *)text, (uInt)strlen(text));
}

/*
 * The last part of path, made safe and short enough to be the start of a file name. distinct: disks of one name but
 * different paths get different bases.
 */
static char *make_base(const char *path, bool distinct)
{
        const char *slash = strrchr(path, '/');
        const char *last = slash && slash[1] ? slash + 1 : path;
        size_t size = strlen(last);
        bool cut = size > MAX_BASE;
        char *base;

        base = distinct || cut ? ow_asprintf("%.*s-%08x", (int)(cut ? MAX_BASE : size), last, crc_of(path))
                               : ow_strdup(last);
        for (char *p = base; p && *p; p++)
                if (*p == '/' || iscntrl((unsigned char)*p))
                        *p = '_';
        return base;
}

struct place_texts {
        char *path;
        char *base;
        char *folder;
};

static void texts_done(struct place_texts *texts)
{
        ow_free(texts->path);
        ow_free(texts->base);
        ow_free(texts->folder);
}

static int locate(const char *name, const char *journal_dir, struct place_texts *texts, ow_error *err)
{
        char real[PATH_MAX], dir[PATH_MAX];
        struct stat st;
        bool beside = !journal_dir;

        if (nbd_is_uri(name)) {
                texts->path = ow_strdup(name);
                beside = false;
        } else {
                if (!realpath(name, real) || stat(real, &st) != 0)
                        return ow_fail_sys(err, errno, "open '%s'", name);
                texts->path = ow_strdup(real);
                if (S_ISBLK(st.st_mode))
                        beside = false; /* /dev does not survive a reboot */
        }
        if (journal_dir)
                texts->folder = ow_strdup(realpath(journal_dir, dir) ? dir : journal_dir);
        else if (beside)
                texts->folder = ow_strndup(real, strrchr(real, '/') == real ? 1 : (size_t)(strrchr(real, '/') - real));
        texts->base = texts->path ? make_base(texts->path, !beside) : NULL;
        if (!texts->path || !texts->base || ((journal_dir || beside) && !texts->folder))
                return ow_fail_nomem(err);
        return 0;
}

static int open_store(const char *name, const struct place_texts *texts, unsigned flags, const ow_log *log,
                      struct store **ret, const char **ret_format, ow_error *err)
{
        if (!nbd_is_uri(name))
                return image_open(texts->path, flags, log, ret, ret_format, err);
        *ret_format = "nbd";
        return nbd_open_uri(name, flags & OW_DISK_WRITABLE, log, ret, err);
}

int ow_disk_open(const char *name, const ow_disk_options *options, ow_disk **ret_disk, ow_error *err)
{
        unsigned flags = options ? options->flags : 0;
        const char *journal_dir = options ? options->journal_dir : NULL;
        struct place_texts texts = { NULL, NULL, NULL };
        struct disk_place place = { .name = name, .shared_folder = journal_dir != NULL, .host = &real_host };
        struct store *store;
        int r;

        if (!name || !ret_disk)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no disk named");
        if (strlen(name) >= PATH_MAX)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "the name of the disk has %zu bytes, limit %d",
                               strlen(name), PATH_MAX - 1);
        r = locate(name, journal_dir, &texts, err);
        if (r == 0)
                r = open_store(name, &texts, flags, options ? &options->log : NULL, &store, &place.format, err);
        if (r == 0) {
                place.path = texts.path;
                place.base = texts.base;
                place.folder = texts.folder;
                r = disk_open_store(store, &place, options, ret_disk, err);
        }
        texts_done(&texts);
        return r;
}
