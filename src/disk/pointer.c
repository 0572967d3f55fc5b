/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small file beside each further disk of a commit that tells where the journal is. Source: docs/formats/journal.md
 * section 3.
 */
#include <assert.h>
#include <string.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/le.h"
#include "disk/record.h"

#define POINTER_MAGIC "OFFWINPT"
enum {
        POINTER_VERSION = 1,
        POINTER_TEXTS = 3,
        POINTER_MAX = 3 * JOURNAL_MAX_TEXT + 512,
};

struct pointer_disk {
        uint8_t magic[8];               /* 0x00 */
        ow_le32 version;                /* 0x08 */
        ow_le32 crc;                    /* 0x0c of the whole file, with this field zero */
        uint8_t id[JOURNAL_ID];         /* 0x10 */
        ow_le32 sequence;               /* 0x20 */
        ow_le32 lengths[POINTER_TEXTS]; /* 0x24 base, folder, own folder: these follow without a NUL */
};
static_assert(sizeof(struct pointer_disk) == 0x30, "pointer to a journal");

void pointer_done(struct pointer *pointer)
{
        ow_free(pointer->base);
        ow_free(pointer->folder);
        ow_free(pointer->own_folder);
        *pointer = (struct pointer){ .sequence = 0 };
}

static int write_file(struct store *file, const struct pointer *pointer, ow_error *err)
{
        const char *const texts[POINTER_TEXTS] = { pointer->base, pointer->folder, pointer->own_folder };
        struct pointer_disk d = { .version = ow_le32_of(POINTER_VERSION), .sequence = ow_le32_of(pointer->sequence) };
        OW_AUTO_BUFFER bytes = OW_BUFFER_INIT;
        int r;

        memcpy(d.magic, POINTER_MAGIC, sizeof d.magic);
        memcpy(d.id, pointer->id, sizeof d.id);
        for (unsigned i = 0; i < POINTER_TEXTS; i++)
                d.lengths[i] = ow_le32_of((uint32_t)strlen(texts[i]));
        ow_buffer_put(&bytes, &d, sizeof d);
        for (unsigned i = 0; i < POINTER_TEXTS; i++)
                ow_buffer_put_text(&bytes, texts[i]);
        if (ow_buffer_failed(&bytes))
                return ow_fail_nomem(err);
        ow_le32_put(bytes.p + offsetof(struct pointer_disk, crc), (uint32_t)crc32(0, bytes.p, (uInt)bytes.len));
        r = store_write(file, 0, bytes.p, bytes.len, err);
        return r < 0 ? r : store_flush(file, err);
}

int pointer_write(struct folder *folder, const char *name, const struct pointer *pointer, ow_error *err)
{
        OW_AUTO(disk_store) file = NULL;
        int r = folder->ops->open(folder, name, true, &file, err);

        if (r < 0)
                return r;
        r = write_file(file, pointer, err);
        if (r < 0)
                (void)folder->ops->remove(folder, name, NULL);
        return r;
}

static int pointer_decode(uint8_t *bytes, size_t size, struct pointer *ret, ow_error *err)
{
        OW_AUTO_FREE char *base = NULL;
        OW_AUTO_FREE char *folder = NULL;
        OW_AUTO_FREE char *own = NULL;
        ow_view file = { bytes, size };
        size_t at = sizeof(struct pointer_disk);
        struct pointer_disk d;
        ow_view text[POINTER_TEXTS];

        if (!ow_view_copy(file, 0, &d, sizeof d) || memcmp(d.magic, POINTER_MAGIC, sizeof d.magic) != 0)
                return ow_fail(err, OW_E_CORRUPT, 0, "this is not a pointer to a journal");
        ow_le32_put(bytes + offsetof(struct pointer_disk, crc), 0);
        if (crc32(0, bytes, (uInt)size) != ow_le32_get(d.crc))
                return ow_fail(err, OW_E_CORRUPT, 0x0c, "pointer to a journal has a wrong checksum");
        if (ow_le32_get(d.version) != POINTER_VERSION)
                return ow_fail(err, OW_E_UNSUPPORTED, 0x08, "pointer version is %u, this offwin knows %d",
                               ow_le32_get(d.version), POINTER_VERSION);
        for (unsigned i = 0; i < POINTER_TEXTS; i++) {
                if (ow_le32_get(d.lengths[i]) > JOURNAL_MAX_TEXT ||
                    !ow_view_sub(file, at, ow_le32_get(d.lengths[i]), &text[i]))
                        return ow_fail(err, OW_E_CORRUPT, at, "a text of the pointer leaves its file");
                if (memchr(text[i].p, 0, text[i].len) || (i == 0 && memchr(text[i].p, '/', text[i].len)))
                        return ow_fail(err, OW_E_CORRUPT, at, "a name in the pointer cannot be right");
                at += text[i].len;
        }
        base = ow_strndup((const char *)text[0].p, text[0].len);
        folder = ow_strndup((const char *)text[1].p, text[1].len);
        own = ow_strndup((const char *)text[2].p, text[2].len);
        if (!base || !folder || !own)
                return ow_fail_nomem(err);
        *ret = (struct pointer){ .sequence = ow_le32_get(d.sequence), .base = OW_TAKE(base),
                                 .folder = OW_TAKE(folder), .own_folder = OW_TAKE(own) };
        memcpy(ret->id, d.id, sizeof ret->id);
        return 0;
}

int pointer_load(struct folder *folder, const char *name, struct pointer *ret, ow_error *err)
{
        OW_AUTO_FREE uint8_t *bytes = NULL;
        OW_AUTO(disk_store) file = NULL;
        int r = folder->ops->open(folder, name, false, &file, err);

        if (r < 0)
                return r;
        if (file->size_bytes > POINTER_MAX)
                return ow_fail(err, OW_E_CORRUPT, OW_NOWHERE, "'%s' is too large for a pointer", name);
        bytes = ow_malloc((size_t)file->size_bytes);
        if (!bytes)
                return ow_fail_nomem(err);
        r = store_read(file, 0, bytes, (size_t)file->size_bytes, err);
        if (r < 0)
                return r;
        r = pointer_decode(bytes, (size_t)file->size_bytes, ret, err);
        return r < 0 ? ow_wrap(err, r, "'%s/%s'", folder->path, name) : 0;
}
