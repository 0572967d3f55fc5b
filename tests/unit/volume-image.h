/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Volumes for the tests of this room: made by mkntfs and mkfs.fat in a folder of their own, opened as raw disks, and
 * written out again (without a commit, so only this room and the overlay are under test) for other tools to check.
 */
#ifndef TESTS_UNIT_VOLUME_IMAGE_H
#define TESTS_UNIT_VOLUME_IMAGE_H

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <offwin/volume.h>

#include "base/alloc.h"
#include "base/le.h"
#include "test.h"

struct image {
        char folder[64];
        char path[96];                  /* the image as made */
        char out[96];                   /* the image as written out by image_save() */
        char log[96];                   /* what the last command said */
        ow_disk *disk;
        ow_partition partition;
        ow_volume *volume;
        uint64_t offset;                /* bytes, of the partition */
};

/* Runs a command by the shell; its output goes to image->log. Returns its exit code. */
static inline int image_run(struct image *image, const char *fmt, ...) OW_PRINTF(2, 3);
static inline int image_run(struct image *image, const char *fmt, ...)
{
        char command[1000], whole[1200];
        va_list ap;
        int status;

        va_start(ap, fmt);
        (void)vsnprintf(command, sizeof command, fmt, ap);
        va_end(ap);
        (void)snprintf(whole, sizeof whole, "(%s) >%s 2>&1", command, image->log);
        status = system(whole);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Runs it, and fails the test with its output when it fails. */
#define image_must(image, ...)                                                                          \
        do {                                                                                            \
                if (image_run(image, __VA_ARGS__) != 0) {                                               \
                        char must_said[2000] = "";                                                      \
                        FILE *must_log = fopen((image)->log, "rb");                                     \
                        if (must_log) {                                                                 \
                                must_said[fread(must_said, 1, sizeof must_said - 1, must_log)] = '\0';  \
                                (void)fclose(must_log);                                                 \
                        }                                                                               \
                        fail_msg("%s: %s", #__VA_ARGS__, must_said);                                    \
                }                                                                                       \
        } while (0)

/* The last command's output has this text in it. */
static inline bool image_said(struct image *image, const char *text)
{
        static char said[1 << 16];
        FILE *f = fopen(image->log, "rb");

        assert_non_null(f);
        said[fread(said, 1, sizeof said - 1, f)] = '\0';
        assert_int_equal(fclose(f), 0);
        return strstr(said, text) != NULL;
}

static inline void image_need(const char *tool)
{
        char command[200];

        (void)snprintf(command, sizeof command, "PATH=$PATH:/usr/sbin:/sbin command -v %s >/dev/null 2>&1", tool);
        if (system(command) != 0) {
                print_message("skipped: %s is not installed\n", tool);
                skip();
        }
}

static inline void image_new(struct image *image)
{
        *image = (struct image){ .disk = NULL };
        (void)setenv("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin", 1);
        (void)setenv("MTOOLS_SKIP_CHECK", "1", 1);
        (void)snprintf(image->folder, sizeof image->folder, "%s", "/tmp/offwin-volume-XXXXXX");
        assert_non_null(mkdtemp(image->folder));
        (void)snprintf(image->path, sizeof image->path, "%s/image", image->folder);
        (void)snprintf(image->out, sizeof image->out, "%s/out", image->folder);
        (void)snprintf(image->log, sizeof image->log, "%s/log", image->folder);
}

static inline int image_open_volume(struct image *image, unsigned flags, ow_error *err)
{
        if (!image->disk) {
                int r = ow_disk_open(image->path, NULL, &image->disk, err);

                if (r < 0)
                        return r;
        }
        image->partition = (ow_partition){ .number = 0, .offset = image->offset,
                                           .size = ow_disk_size(image->disk) - image->offset };
        return ow_volume_open(image->disk, NULL, &image->partition, flags, NULL, &image->volume, err);
}

static inline void image_close(struct image *image)
{
        ow_volume_close(image->volume);
        ow_disk_close(image->disk);
        image->volume = NULL;
        image->disk = NULL;
}

/* Bytes that a commit would write. */
static inline uint64_t image_changed(struct image *image)
{
        uint64_t offset = 0, size, total = 0;
        int r;

        for (;; offset += size, total += size) {
                r = ow_disk_next_change(image->disk, &offset, &size, NULL);
                assert_true(r >= 0);
                if (r == 0)
                        return total;
        }
}

/* Writes what the overlay shows to image->out. */
static inline void image_save(struct image *image)
{
        size_t piece = 1 << 20;
        uint8_t *bytes = malloc(piece);
        FILE *out = fopen(image->out, "wb");

        assert_non_null(bytes);
        assert_non_null(out);
        for (uint64_t at = 0; at < ow_disk_size(image->disk); at += piece) {
                uint64_t left = ow_disk_size(image->disk) - at;
                size_t n = left < piece ? (size_t)left : piece;

                assert_ok(ow_disk_read(image->disk, at, bytes, n, &err));
                if (bytes[0] == 0 && memcmp(bytes, bytes + 1, n - 1) == 0)
                        assert_int_equal(fseek(out, (long)n, SEEK_CUR), 0);     /* a hole */
                else
                        assert_int_equal(fwrite(bytes, 1, n, out), n);
        }
        assert_int_equal(fflush(out), 0);
        assert_int_equal(ftruncate(fileno(out), (off_t)ow_disk_size(image->disk)), 0);
        assert_int_equal(fclose(out), 0);
        free(bytes);
}

static inline void image_done(struct image *image)
{
        char command[200];

        image_close(image);
        (void)snprintf(command, sizeof command, "rm -rf %s", image->folder);
        assert_int_equal(system(command), 0);
}

/* Bytes that differ from place to place and file to file. */
static inline void image_pattern(uint8_t *bytes, size_t size, uint32_t seed)
{
        for (size_t i = 0; i < size; i++) {
                seed = seed * 1664525 + 1013904223;
                bytes[i] = (uint8_t)(seed >> 24);
        }
}

static inline void image_put(struct image *image, const char *path, const void *bytes, size_t size)
{
        ow_file *file = NULL;

        assert_ok(ow_file_open(image->volume, path, OW_FILE_CREATE, &file, &err));
        assert_ok(ow_file_set_size(file, 0, &err));
        assert_ok(ow_file_write(file, 0, bytes, size, &err));
        ow_file_close(file);
}

static inline void image_expect(struct image *image, const char *path, const void *bytes, size_t size)
{
        ow_blob blob = { NULL, 0 };

        assert_ok(ow_volume_read_file(image->volume, path, 64 << 20, &blob, &err));
        assert_int_equal(blob.size, size);
        assert_memory_equal(blob.p, bytes, size);
        ow_blob_done(&blob);
}

/* Writes bytes to a file in the image's folder, for tools to compare with. */
static inline void image_host_file(struct image *image, const char *name, const void *bytes, size_t size)
{
        char path[200];
        FILE *f;

        (void)snprintf(path, sizeof path, "%s/%s", image->folder, name);
        f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(bytes, 1, size, f), size);
        assert_int_equal(fclose(f), 0);
}

struct counted {
        size_t n;
        const char *want;               /* a name to look for */
        size_t found;
        ow_stat stat;                   /* of the name that was looked for */
};

static inline int image_count(void *state, const char *name, const ow_stat *st, ow_error *err)
{
        struct counted *c = state;

        c->n++;
        if (c->want && strcmp(name, c->want) == 0) {
                c->found++;
                c->stat = *st;
        }
        return 0;
}

/* Names in a folder; one of them may be looked for. */
static inline struct counted image_list(struct image *image, const char *path, const char *want)
{
        struct counted c = { .want = want };

        assert_ok(ow_volume_list(image->volume, path, image_count, &c, &err));
        return c;
}

enum { IMAGE_RECORD = 1024 };            /* bytes of a record of $MFT, as mkntfs makes them */

/* The last two bytes of each sector of a record: undone (disk to memory) or done (memory to disk). */
static inline void image_fixups(uint8_t record[IMAGE_RECORD], bool undo)
{
        uint8_t *mark = record + ow_le16_at(record + 4);

        for (size_t i = 1; i <= IMAGE_RECORD / 512; i++) {
                uint8_t *end = record + i * 512 - 2;

                if (undo)
                        assert_memory_equal(end, mark, 2);
                else
                        memcpy(mark + 2 * i, end, 2);
                memcpy(end, undo ? mark + 2 * i : mark, 2);
        }
}

#endif
