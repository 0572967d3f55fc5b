/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Rows of files and folders at work: is a place as a row says, and making it so. Contents pass in pieces, so that a
 * large file costs no memory of its own.
 */
#include <string.h>

#include <offwin/fix.h>
#include <offwin/guest.h>

#include "fix/plan.h"

enum { PIECE = 256 << 10 }; /* bytes */

static void file_close(ow_file **file)
{
        ow_file_close(*file);
}
#define AUTO_FILE __attribute__((cleanup(file_close))) ow_file *

bool plan_is_file_row(const ow_change *change)
{
        return change->kind == OW_CHANGE_FILE || change->kind == OW_CHANGE_FOLDER_CREATE ||
               change->kind == OW_CHANGE_FOLDER_DELETE;
}

static int memory_read(void *state, uint64_t offset, void *buf, size_t size, ow_error *err)
{
        memcpy(buf, (const uint8_t *)state + offset, size);
        return 0;
}

ow_source plan_memory_source(const uint8_t *bytes, size_t size)
{
        return (ow_source){ .size = size, .state = (void *)(uintptr_t)bytes, .read = memory_read };
}

/* ---- comparing ---- */

static int same_bytes(ow_file *file, const ow_source *content, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bytes = ow_malloc(2 * PIECE);

        if (!bytes)
                return ow_fail_nomem(err);
        for (uint64_t at = 0; at < content->size;) {
                size_t n = content->size - at < PIECE ? (size_t)(content->size - at) : PIECE;
                int r = ow_file_read(file, at, bytes, n, err);

                if (r == 0)
                        r = content->read(content->state, at, bytes + PIECE, n, err);
                if (r < 0)
                        return r;
                if (memcmp(bytes, bytes + PIECE, n) != 0)
                        return 0;
                at += n;
        }
        return 1;
}

int plan_file_equals(ow_volume *volume, const char *inside, const ow_source *content, ow_error *err)
{
        AUTO_FILE file = NULL;
        int r = ow_file_open(volume, inside, 0, &file, err);

        if (r < 0)
                return r;
        return ow_file_size(file) == content->size ? same_bytes(file, content, err) : 0;
}

/* 1 the place is as the plan saw it. */
static bool as_before(const ow_change *change, bool there, const ow_stat *stat)
{
        bool folder = there && stat->attributes & OW_ATTR_DIRECTORY;

        if (change->kind == OW_CHANGE_FOLDER_CREATE)
                return !there;
        if (change->kind == OW_CHANGE_FOLDER_DELETE)
                return folder;
        if (!change->before.present)
                return !there;
        return there && !folder && stat->size == change->size_before && stat->modified == change->modified_before;
}

static int as_after(const ow_change *change, bool there, const ow_stat *stat, ow_volume *volume, const char *inside,
                    ow_error *err)
{
        bool folder = there && stat->attributes & OW_ATTR_DIRECTORY;

        if (change->kind == OW_CHANGE_FOLDER_CREATE)
                return folder;
        if (change->kind == OW_CHANGE_FOLDER_DELETE || !change->after.present)
                return !there;
        return there && !folder ? plan_file_equals(volume, inside, &change->content, err) : 0;
}

int plan_file_check(ow_guest *guest, const ow_change *change, bool before, const char *what, ow_error *err)
{
        OW_AUTO_FREE char *inside = NULL;
        ow_stat stat = { .size = 0 };
        ow_volume *volume;
        int r;

        r = ow_guest_resolve_path(guest, change->where, &volume, &inside, err);
        if (r == 0)
                r = ow_volume_stat(volume, inside, &stat, err);
        if (r < 0)
                return r;
        if (before)
                r = as_before(change, r > 0, &stat);
        else
                r = as_after(change, r > 0, &stat, volume, inside, err);
        if (r < 0)
                return ow_wrap(err, r, "'%s'", change->where);
        return r ? 0 : ow_fail(err, OW_E_CONFLICT, OW_NOWHERE, "'%s' is not what %s", change->where, what);
}

/* ---- writing ---- */

static int write_content(ow_file *file, const ow_source *content, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bytes = ow_malloc(PIECE);
        int r = bytes ? ow_file_set_size(file, content->size, err) : ow_fail_nomem(err);

        for (uint64_t at = 0; r == 0 && at < content->size;) {
                size_t n = content->size - at < PIECE ? (size_t)(content->size - at) : PIECE;

                r = content->read(content->state, at, bytes, n, err);
                if (r == 0)
                        r = ow_file_write(file, at, bytes, n, err);
                at += n;
        }
        return r;
}

static int file_write(ow_volume *volume, const char *inside, const ow_change *change, ow_error *err)
{
        AUTO_FILE file = NULL;
        int r;

        if (!change->after.present)
                return ow_volume_remove(volume, inside, err);
        r = ow_file_open(volume, inside, OW_FILE_WRITE | OW_FILE_CREATE, &file, err);
        return r < 0 ? r : write_content(file, &change->content, err);
}

int plan_file_apply(ow_guest *guest, const ow_change *change, ow_error *err)
{
        OW_AUTO_FREE char *inside = NULL;
        ow_volume *volume;
        int r = ow_guest_resolve_path(guest, change->where, &volume, &inside, err);

        if (r < 0)
                return r;
        if (change->kind == OW_CHANGE_FOLDER_CREATE)
                return ow_volume_create_folder(volume, inside, err);
        if (change->kind == OW_CHANGE_FOLDER_DELETE)
                return ow_volume_remove(volume, inside, err);
        return file_write(volume, inside, change, err);
}
