/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Volumes that Windows and others made, from the data folder: every file is read like ntfscat reads it, and after
 * some writing ntfs-3g's tools still find everything.
 */
#include "volume-image.h"

static const struct real { const char *name; uint64_t offset; bool qcow2; } images[] = {
        { "dfvfs-windows_volume.qcow2", 0, true },
        { "dfvfs-vsstest.qcow2", 0, true },
        { "grr-ntfs_img.dd", 63 * 512, false },
        { "ntfs-testfs1", 0, false },
        { "go-ntfs-charlie.dd", 0, false },
};

static void make(struct image *image, const struct real *real)
{
        const char *data = getenv("OFFWIN_DATA");
        char path[500];

        (void)snprintf(path, sizeof path, "%s/images/%s.xz", data ? data : "", real->name);
        if (!data || access(path, R_OK) != 0) {
                print_message("skipped: no %s\n", real->name);
                skip();
        }
        image_need("ntfscat");
        image_need("xz");
        if (real->qcow2)
                image_need("qemu-img");
        image_new(image);
        print_message("%s\n", real->name);
        image->offset = real->offset;
        if (real->qcow2)
                image_must(image, "xz -dc %s >%s/q && qemu-img convert -O raw %s/q %s && rm %s/q", path, image->folder,
                           image->folder, image->path, image->folder);
        else
                image_must(image, "xz -dc %s >%s", path, image->path);
}

/* The volume of an image as a file of its own. */
static void extract(struct image *image, const char *from, const char *to)
{
        if (image->offset)
                image_must(image, "tail -c +%llu %s >%s/%s", (unsigned long long)image->offset + 1, from, image->folder,
                           to);
        else
                image_must(image, "ln -f %s %s/%s", from, image->folder, to);
}

struct walk {
        struct image *image;
        char path[600];
        size_t files, folders, budget;
};

/* The same bytes by ntfscat, which needs the volume in a file of its own. */
static void compare_file(struct walk *w, const ow_stat *st)
{
        ow_blob blob = { NULL, 0 };

        assert_ok(ow_volume_read_file(w->image->volume, w->path, 64 << 20, &blob, &err));
        assert_int_equal(blob.size, st->size);
        image_host_file(w->image, "ours", blob.p, blob.size);
        image_must(w->image, "ntfscat -f %s/v '%s' | cmp - %s/ours", w->image->folder, w->path, w->image->folder);
        ow_blob_done(&blob);
}

static int visit(void *state, const char *name, const ow_stat *st, ow_error *err)
{
        struct walk *w = state;
        size_t used = strlen(w->path);
        ow_stat own;
        int r = 0;

        (void)snprintf(w->path + used, sizeof w->path - used, "/%s", name);
        assert_int_equal(ow_volume_stat(w->image->volume, w->path, &own, NULL), 1);
        assert_int_equal(own.id, st->id);
        assert_int_equal(own.attributes & OW_ATTR_DIRECTORY, st->attributes & OW_ATTR_DIRECTORY);
        if (st->attributes & OW_ATTR_DIRECTORY) {
                w->folders++;
                r = ow_volume_list(w->image->volume, w->path, visit, w, err);
        } else if (w->files++ < w->budget && own.size < 64 << 20) {
                compare_file(w, &own);
        }
        w->path[used] = '\0';
        return r;
}

static void every_file_reads_as_ntfscat_reads_it(void **state)
{
        for (size_t i = 0; i < OW_COUNT(images); i++) {
                struct walk w = { .budget = 30 };
                struct image image;

                make(&image, &images[i]);
                extract(&image, image.path, "v");
                assert_ok(image_open_volume(&image, 0, &err));
                w.image = &image;
                assert_ok(ow_volume_list(image.volume, "", visit, &w, &err));
                assert_true(w.files + w.folders > 0);
                print_message("%zu files, %zu folders\n", w.files, w.folders);
                image_done(&image);
        }
}

static void volumes_of_windows_can_be_written(void **state)
{
        for (size_t i = 0; i < OW_COUNT(images); i++) {
                uint8_t bytes[50000];
                ow_volume_info info;
                struct image image;

                make(&image, &images[i]);
                image_pattern(bytes, sizeof bytes, 3);
                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                assert_ok(ow_volume_flush(image.volume, &err));
                assert_int_equal(image_changed(&image), 0);
                assert_ok(ow_volume_create_folder(image.volume, "offwin", &err));
                image_put(&image, "offwin\\one", bytes, sizeof bytes);
                image_put(&image, "offwin\\two", bytes, 100);
                assert_ok(ow_volume_rename(image.volume, "offwin\\two", "three", &err));
                assert_ok(ow_volume_flush(image.volume, &err));
                assert_ok(ow_volume_info_get(image.volume, &info, &err));
                image_save(&image);
                /* One has had a bad backup boot sector from the start, so ntfsfix must say what it said before. */
                extract(&image, image.path, "old");
                extract(&image, image.out, "v");
                image_must(&image, "cd %s; ntfsfix -n old >1; ntfsfix -n v >2; sed -i 's/ old / v /' 1; cmp 1 2",
                           image.folder);
                image_must(&image, "ntfsls -R %s/v && ntfsinfo -m %s/v && ntfsinfo -F offwin/one %s/v", image.folder,
                           image.folder, image.folder);
                /* The same security descriptor as the folder's; volumes without a table of them print no number. */
                image_must(&image, "cd %s; ntfsinfo -i 5 v | grep 'Security ID' >a; ntfsinfo -F offwin/one v | "
                           "grep 'Security ID' >b; cmp a b", image.folder);
                image_host_file(&image, "bytes", bytes, sizeof bytes);
                image_must(&image, "ntfscat %s/v offwin/one | cmp - %s/bytes", image.folder, image.folder);
                assert_ok(ow_volume_remove(image.volume, "offwin\\one", &err));
                assert_ok(ow_volume_remove(image.volume, "offwin", &err));
                assert_ok(ow_volume_remove(image.volume, "three", &err));
                image_done(&image);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_file_reads_as_ntfscat_reads_it),
                cmocka_unit_test(volumes_of_windows_can_be_written),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
