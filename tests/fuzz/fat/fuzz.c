/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A FAT volume of a stranger's image, read and written. Caps: FAT_MAX_FOLDER, FAT_MAX_RUNS, the number of clusters,
 * and here the size of the volume and the number of names visited. Input: which allocation fails (0: none), whether
 * the volume is padded with zeros to PADDED bytes (odd: yes; FAT16 needs more clusters than a seed should have), the
 * volume.
 */
#include <offwin/volume.h>

#include "../../unit/memory-store.h"
#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PADDED = 3 << 20, MAX_INPUT = 1 << 20, BUDGET = 60, MAX_DEPTH = 5 };

struct crawl {
        ow_volume *volume;
        char path[2000];
        unsigned budget;
        unsigned depth;
};

/* A call that failed has its code and its sentence. */
static void expect_sane(int r, const ow_error *err)
{
        if (r < 0 && (err->code != r || err->text[0] == '\0'))
                abort();
}

static int crawl_name(void *state, const char *name, const ow_stat *st, ow_error *err)
{
        struct crawl *c = state;
        size_t used = strlen(c->path);
        ow_error inner = OW_ERROR_INIT;
        ow_blob blob = { NULL, 0 };

        if (c->budget == 0 || used + strlen(name) + 2 > sizeof c->path)
                return 1;
        c->budget--;
        memcpy(c->path + used, "\\", 1);
        memcpy(c->path + used + 1, name, strlen(name) + 1);
        if (!(st->attributes & OW_ATTR_DIRECTORY)) {
                expect_sane(ow_volume_read_file(c->volume, c->path, 1 << 20, &blob, &inner), &inner);
                ow_blob_done(&blob);
        } else if (c->depth < MAX_DEPTH) {
                c->depth++;
                expect_sane(ow_volume_list(c->volume, c->path, crawl_name, c, &inner), &inner);
                c->depth--;
        }
        c->path[used] = '\0';
        return 0;
}

static void change_things(ow_volume *volume)
{
        static const char *const paths[] = { "FILE.TXT", "a long name.text", "DIR\\NEW" };
        uint8_t bytes[1500] = { 1 };
        ow_error err = OW_ERROR_INIT;

        for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
                ow_file *file = NULL;

                expect_sane(ow_file_open(volume, paths[i], OW_FILE_CREATE, &file, &err), &err);
                if (!file)
                        continue;
                expect_sane(ow_file_write(file, 100, bytes, sizeof bytes, &err), &err);
                expect_sane(ow_file_set_size(file, ow_file_size(file) / 2 + 3000, &err), &err);
                expect_sane(ow_file_set_attributes(file, OW_ATTR_HIDDEN, &err), &err);
                expect_sane(ow_file_set_size(file, 10, &err), &err);
                ow_file_close(file);
        }
        expect_sane(ow_volume_create_folder(volume, "another folder", &err), &err);
        expect_sane(ow_volume_rename(volume, paths[1], "another folder\\moved", &err), &err);
        expect_sane(ow_volume_rename(volume, "dir", "another folder\\dir", &err), &err);
        expect_sane(ow_volume_remove(volume, paths[0], &err), &err);
        expect_sane(ow_volume_remove(volume, "another folder", &err), &err);
        expect_sane(ow_volume_flush(volume, &err), &err);
}

static void try_all(ow_disk *disk, unsigned flags)
{
        ow_partition partition = { .size = ow_disk_size(disk) };
        struct crawl c = { .budget = BUDGET };
        ow_error err = OW_ERROR_INIT;
        ow_volume_info info;
        uint64_t bytes;
        int r = ow_volume_open(disk, NULL, &partition, flags, NULL, &c.volume, &err);

        expect_sane(r, &err);
        if (r < 0)
                return;
        expect_sane(ow_volume_info_get(c.volume, &info, &err), &err);
        expect_sane(ow_volume_free_space(c.volume, &bytes, &err), &err);
        expect_sane(ow_volume_list(c.volume, "", crawl_name, &c, &err), &err);
        if (flags)
                change_things(c.volume);
        ow_volume_close(c.volume);
}

/* NTFS is a matter of libntfs-3g, with a test of its own. */
static int is_ntfs(const uint8_t *bytes, size_t size)
{
        return size >= 11 && memcmp(bytes + 3, "NTFS    ", 8) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        size_t disk_size;
        uint8_t *bytes;
        ow_disk *disk;

        if (size < 514 || size > MAX_INPUT || is_ntfs(data + 2, size - 2))
                return 0;
        disk_size = data[1] & 1 ? PADDED : size - 2;
        bytes = calloc(1, disk_size);
        if (!bytes)
                return 0;
        memcpy(bytes, data + 2, size - 2);
        disk = memory_disk(bytes, disk_size);
        ow_alloc_fail_from(data[0]);
        try_all(disk, 0);
        try_all(disk, OW_VOLUME_WRITABLE);
        ow_alloc_fail_from(0);
        ow_disk_close(disk);
        free(bytes);
        return 0;
}
