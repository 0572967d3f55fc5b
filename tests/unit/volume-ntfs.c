/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NTFS on volumes that mkntfs made, with ntfs-3g's own tools to check what came of it. */
#include "volume-image.h"

enum { MIB = 1 << 20 };

static void make(struct image *image, unsigned mib, const char *options)
{
        image_need("mkntfs");
        image_new(image);
        image_must(image, "truncate -s %uM %s && mkntfs -F -Q -L 'Täst' %s %s", mib, image->path, options,
                   image->path);
}

/* ntfs-3g's tools find a clean volume. */
static void expect_clean(struct image *image)
{
        image_save(image);
        image_must(image, "ntfsfix -n %s", image->out);
        image_must(image, "ntfsinfo -m %s", image->out);
        image_must(image, "ntfsls -R -s %s", image->out);
}

static void opening_writes_nothing(void **state)
{
        struct image image;

        make(&image, 16, "");
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(ow_volume_flush(image.volume, &err));
        ow_volume_close(image.volume);
        image.volume = NULL;
        assert_int_equal(image_changed(&image), 0);
        image_done(&image);
}

static void info_says_what_mkntfs_made(void **state)
{
        ow_volume_info info;
        struct image image;
        uint64_t bytes;
        char want[64];

        make(&image, 16, "-c 4096");
        assert_ok(image_open_volume(&image, 0, &err));
        assert_ok(ow_volume_info_get(image.volume, &info, &err));
        assert_int_equal(info.kind, OW_VOLUME_NTFS);
        assert_string_equal(info.kind_name, "NTFS");
        assert_string_equal(info.label, "Täst");
        assert_int_equal(info.cluster_size, 4096);
        assert_int_equal(info.size, 16 * MIB - 4096);
        assert_int_equal(info.free, 0);
        assert_false(info.hibernated || info.unclean_journal || info.dirty);
        assert_ok(ow_volume_free_space(image.volume, &bytes, &err));
        image_must(&image, "ntfsinfo -m %s", image.path);
        (void)snprintf(want, sizeof want, "Free Clusters: %u ", (unsigned)(bytes / 4096));
        assert_true(image_said(&image, want));
        assert_ok(ow_volume_info_get(image.volume, &info, &err));
        assert_int_equal(info.free, bytes);
        image_done(&image);
}

/* What each volume geometry has to get through. */
static void live_on(struct image *image)
{
        uint8_t *big = malloc(3 * MIB), small[300];
        ow_stat st;

        image_pattern(big, 3 * MIB, 1);
        image_pattern(small, sizeof small, 2);
        assert_ok(ow_volume_create_folder(image->volume, "Windows", &err));
        assert_ok(ow_volume_create_folder(image->volume, "\\windows\\SYSTEM32", &err));
        image_put(image, "WINDOWS/system32/Big.dll", big, 3 * MIB);
        image_put(image, "windows\\small.ini", small, sizeof small);
        image_expect(image, "Windows\\System32\\BIG.DLL", big, 3 * MIB);
        image_expect(image, "Windows\\SMALL.INI", small, sizeof small);
        assert_int_equal(ow_volume_stat(image->volume, "windows\\system32\\big.dll", &st, NULL), 1);
        assert_int_equal(st.size, 3 * MIB);
        assert_int_equal(st.attributes, OW_ATTR_ARCHIVE);
        assert_ok(ow_volume_flush(image->volume, &err));
        expect_clean(image);
        image_host_file(image, "big", big, 3 * MIB);
        image_host_file(image, "small", small, sizeof small);
        image_must(image, "ntfscat %s Windows/SYSTEM32/Big.dll | cmp - %s/big", image->out, image->folder);
        image_must(image, "ntfscat %s Windows/small.ini | cmp - %s/small", image->out, image->folder);
        assert_ok(ow_volume_remove(image->volume, "windows\\system32\\big.dll", &err));
        assert_ok(ow_volume_remove(image->volume, "windows\\system32", &err));
        assert_int_equal(ow_volume_stat(image->volume, "windows\\system32", &st, NULL), 0);
        assert_ok(ow_volume_flush(image->volume, &err));
        expect_clean(image);
        free(big);
}

static void every_geometry_works(void **state)
{
        static const char *const options[] = {
                "-c 512", "-c 1024", "-c 2048", "-c 4096", "-c 8192", "-c 65536", "-c 131072", "-s 4096 -c 4096",
                "-s 4096 -c 65536",
        };

        for (size_t i = 0; i < OW_COUNT(options); i++) {
                struct image image;

                print_message("%s\n", options[i]);
                make(&image, 48, options[i]);
                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                live_on(&image);
                image_done(&image);
        }
}

static void writes_in_place_touch_only_the_file(void **state)
{
        uint8_t *bytes = malloc(MIB);
        struct image image;
        ow_file *file = NULL;
        ow_stat before, after;

        make(&image, 16, "-c 4096");
        image_pattern(bytes, MIB, 3);
        image_host_file(&image, "hive", bytes, MIB);
        image_must(&image, "ntfscp %s %s/hive SYSTEM", image.path, image.folder);
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_int_equal(ow_volume_stat(image.volume, "system", &before, NULL), 1);
        assert_ok(ow_file_open(image.volume, "system", OW_FILE_WRITE, &file, &err));
        assert_ok(ow_file_write(file, 500000, "hello", 5, &err));
        assert_int_equal(ow_file_size(file), MIB);
        ow_file_close(file);
        assert_ok(ow_volume_flush(image.volume, &err));
        /* A sector of data, the file's record, and a block of the root's index with a fixup in each sector. */
        print_message("%u bytes changed\n", (unsigned)image_changed(&image));
        assert_true(image_changed(&image) <= 12 * 512);
        memcpy(bytes + 500000, "hello", 5);
        image_expect(&image, "SYSTEM", bytes, MIB);
        assert_int_equal(ow_volume_stat(image.volume, "system", &after, NULL), 1);
        assert_true(after.modified >= before.modified);
        assert_int_equal(after.id, before.id);
        expect_clean(&image);
        image_done(&image);
        free(bytes);
}

static void sizes_change_both_ways(void **state)
{
        static const uint64_t sizes[] = { 100, 700, 5000, 4096, 300000, 299999, 8, 0, 65536, 1 };
        uint8_t *bytes = calloc(1, MIB), one = 'x';
        struct image image;
        ow_file *file = NULL;
        ow_stat st;

        make(&image, 16, "");
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(ow_file_open(image.volume, "f", OW_FILE_CREATE | OW_FILE_EXCLUSIVE, &file, &err));
        for (size_t i = 0; i < OW_COUNT(sizes); i++) {
                assert_ok(ow_file_set_size(file, sizes[i], &err));
                assert_int_equal(ow_file_size(file), sizes[i]);
                if (sizes[i])
                        assert_ok(ow_file_write(file, sizes[i] - 1, &one, 1, &err));
        }
        /* What lies between an old end and a new one reads as zeros. */
        assert_ok(ow_file_set_size(file, 0, &err));
        assert_ok(ow_file_write(file, 200000, "end", 3, &err));
        memcpy(bytes + 200000, "end", 3);
        image_expect(&image, "f", bytes, 200003);
        assert_ok(ow_file_set_attributes(file, OW_ATTR_HIDDEN | OW_ATTR_SYSTEM | OW_ATTR_DIRECTORY, &err));
        assert_fails(OW_E_INVAL, ow_file_read(file, 200000, bytes, 4, &err));
        ow_file_close(file);
        assert_int_equal(ow_volume_stat(image.volume, "F", &st, NULL), 1);
        assert_int_equal(st.attributes, OW_ATTR_HIDDEN | OW_ATTR_SYSTEM);
        assert_ok(ow_volume_flush(image.volume, &err));
        expect_clean(&image);
        image_must(&image, "ntfsinfo -F f %s", image.out);
        assert_false(image_said(&image, "SPARSE"));
        image_done(&image);
        free(bytes);
}

static void a_full_volume_says_so(void **state)
{
        uint8_t *bytes = malloc(MIB);
        struct image image;
        ow_file *file = NULL;
        uint64_t left, size;

        make(&image, 8, "-c 4096");
        image_pattern(bytes, MIB, 4);
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        image_put(&image, "hive", bytes, MIB);
        assert_ok(ow_volume_free_space(image.volume, &left, &err));
        assert_ok(ow_file_open(image.volume, "hive", OW_FILE_WRITE, &file, &err));
        size = MIB + left + 4096;
        assert_fails(OW_E_NOSPACE, ow_file_set_size(file, size, &err));
        assert_fails(OW_E_NOSPACE, ow_file_write(file, size, "x", 1, &err));
        assert_fails(OW_E_NOSPACE, ow_file_set_size(file, UINT64_C(1) << 50, &err));
        assert_int_equal(ow_file_size(file), MIB);
        image_expect(&image, "hive", bytes, MIB);
        assert_ok(ow_file_set_size(file, MIB + left / 2, &err));
        ow_file_close(file);
        assert_ok(ow_volume_flush(image.volume, &err));
        expect_clean(&image);
        image_done(&image);
        free(bytes);
}

static void names_are_found_as_windows_finds_them(void **state)
{
        struct image image;
        ow_stat st;

        make(&image, 16, "");
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        image_put(&image, "Überprüfung ΑΒΓ.txt", "u", 1);
        image_put(&image, "\xf0\x9f\x98\x80", "e", 1);
        assert_int_equal(ow_volume_stat(image.volume, "ÜBERPRÜFUNG αβγ.TXT", &st, NULL), 1);
        assert_int_equal(ow_volume_stat(image.volume, "/./\xf0\x9f\x98\x80", &st, NULL), 1);
        assert_int_equal(image_list(&image, "", "Überprüfung ΑΒΓ.txt").found, 1);
        assert_int_equal(image_list(&image, "", NULL).n, 2);
        assert_int_equal(ow_volume_stat(image.volume, "ss", &st, NULL), 0);
        assert_int_equal(ow_volume_stat(image.volume, "no\\such\\folder", &st, NULL), 0);
        assert_int_equal(ow_volume_stat(image.volume, "\xf0\x9f\x98\x80\\below a file", &st, NULL), 0);
        assert_fails(OW_E_INVAL, ow_volume_stat(image.volume, "a\\..\\b", &st, &err));
        assert_fails(OW_E_INVAL, ow_volume_stat(image.volume, "a\xff", &st, &err));
        assert_fails(OW_E_ABSENT, ow_volume_list(image.volume, "nowhere", image_count, NULL, &err));
        assert_fails(OW_E_ABSENT, ow_volume_list(image.volume, "\xf0\x9f\x98\x80", image_count, NULL, &err));
        assert_fails(OW_E_INVAL, ow_volume_create_folder(image.volume, "a:b", &err));
        assert_fails(OW_E_INVAL, ow_volume_create_folder(image.volume, "dot.", &err));
        assert_fails(OW_E_ABSENT, ow_volume_create_folder(image.volume, "no\\such", &err));
        image_done(&image);
}

static void renaming_keeps_the_file(void **state)
{
        struct image image;
        ow_file *file = NULL;

        make(&image, 16, "");
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(ow_volume_create_folder(image.volume, "a", &err));
        assert_ok(ow_volume_create_folder(image.volume, "b", &err));
        image_put(&image, "a\\one", "1", 1);
        image_put(&image, "a\\two", "2", 1);
        assert_fails(OW_E_EXISTS, ow_volume_rename(image.volume, "a\\one", "a\\TWO", &err));
        assert_fails(OW_E_ABSENT, ow_volume_rename(image.volume, "a\\none", "a\\x", &err));
        assert_fails(OW_E_ABSENT, ow_volume_rename(image.volume, "a\\one", "c\\x", &err));
        assert_fails(OW_E_INVAL, ow_volume_rename(image.volume, "a", "a\\below", &err));
        assert_ok(ow_volume_rename(image.volume, "A\\ONE", "a\\One", &err));
        assert_int_equal(image_list(&image, "a", "One").found, 1);
        assert_int_equal(image_list(&image, "a", NULL).n, 2);
        assert_ok(ow_volume_rename(image.volume, "a\\ONE", "b\\three", &err));
        assert_ok(ow_volume_rename(image.volume, "a", "b\\moved", &err));
        image_expect(&image, "b\\THREE", "1", 1);
        image_expect(&image, "b\\moved\\two", "2", 1);
        assert_int_equal(image_list(&image, "", NULL).n, 1);
        assert_fails(OW_E_REFUSED, ow_volume_remove(image.volume, "b\\moved", &err));
        assert_ok(ow_file_open(image.volume, "b\\three", 0, &file, &err));
        assert_fails(OW_E_INVAL, ow_volume_remove(image.volume, "b\\three", &err));
        assert_fails(OW_E_INVAL, ow_volume_rename(image.volume, "b\\three", "four", &err));
        ow_file_close(file);
        assert_ok(ow_volume_flush(image.volume, &err));
        expect_clean(&image);
        image_done(&image);
}

static void big_folders_grow_and_shrink(void **state)
{
        struct image image;
        char name[40];
        ow_stat st;

        make(&image, 32, "");
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(ow_volume_create_folder(image.volume, "many", &err));
        for (unsigned i = 0; i < 2000; i++) {
                (void)snprintf(name, sizeof name, "many\\File number %u.txt", i * 7919 % 2000);
                image_put(&image, name, name, strlen(name));
        }
        assert_int_equal(image_list(&image, "MANY", "File number 1234.txt").found, 1);
        assert_int_equal(image_list(&image, "many", NULL).n, 2000);
        assert_ok(ow_volume_flush(image.volume, &err));
        expect_clean(&image);
        for (unsigned i = 0; i < 2000; i++) {
                (void)snprintf(name, sizeof name, "many\\FILE NUMBER %u.TXT", i);
                assert_int_equal(ow_volume_stat(image.volume, name, &st, NULL), 1);
                assert_ok(ow_volume_remove(image.volume, name, &err));
        }
        assert_int_equal(image_list(&image, "many", NULL).n, 0);
        assert_ok(ow_volume_remove(image.volume, "many", &err));
        assert_ok(ow_volume_flush(image.volume, &err));
        expect_clean(&image);
        image_done(&image);
}

static void handles_on_one_file_agree(void **state)
{
        struct image image;
        ow_file *a = NULL, *b = NULL;
        ow_stat st;
        char c;

        make(&image, 16, "");
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(ow_file_open(image.volume, "f", OW_FILE_CREATE, &a, &err));
        assert_ok(ow_file_open(image.volume, "F", 0, &b, &err));
        assert_ok(ow_file_write(a, 5000, "x", 1, &err));
        assert_int_equal(ow_file_size(b), 5001);
        assert_ok(ow_file_read(b, 5000, &c, 1, &err));
        assert_int_equal(c, 'x');
        assert_fails(OW_E_READONLY, ow_file_write(b, 0, "y", 1, &err));
        assert_int_equal(ow_volume_stat(image.volume, "f", &st, NULL), 1);
        assert_int_equal(st.size, 5001);
        assert_int_equal(image_list(&image, "", "f").stat.size, 5001);
        ow_file_close(a);
        ow_file_close(b);
        assert_fails(OW_E_EXISTS, ow_file_open(image.volume, "f", OW_FILE_CREATE | OW_FILE_EXCLUSIVE, &a, &err));
        assert_fails(OW_E_INVAL, ow_file_open(image.volume, "", 0, &a, &err));
        image_done(&image);
}

static void metafiles_and_readers_are_safe_from_writes(void **state)
{
        struct image image;
        ow_file *file = NULL;

        make(&image, 16, "");
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_fails(OW_E_REFUSED, ow_volume_remove(image.volume, "$MFT", &err));
        assert_fails(OW_E_REFUSED, ow_file_open(image.volume, "$Bitmap", OW_FILE_WRITE, &file, &err));
        assert_fails(OW_E_REFUSED, ow_volume_create_folder(image.volume, "$Extend\\x", &err));
        assert_ok(ow_file_open(image.volume, "$MFT", 0, &file, &err));
        ow_file_close(file);
        ow_volume_close(image.volume);
        image.volume = NULL;
        assert_int_equal(image_changed(&image), 0);
        assert_ok(image_open_volume(&image, 0, &err));
        assert_fails(OW_E_READONLY, ow_volume_create_folder(image.volume, "x", &err));
        assert_fails(OW_E_READONLY, ow_file_open(image.volume, "x", OW_FILE_CREATE, &file, &err));
        assert_fails(OW_E_READONLY, ow_volume_remove(image.volume, "x", &err));
        assert_fails(OW_E_READONLY, ow_volume_rename(image.volume, "x", "y", &err));
        image_done(&image);
}

static void a_hibernated_volume_is_read_but_not_written(void **state)
{
        static const struct { const char *bytes; bool hibernated; } cases[] = {
                { "hibr", true }, { "HIBR", true }, { "wake", false }, { "RSTR", false }, { "\0\0\0", false },
        };

        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                uint8_t header[8192] = { 0 };
                ow_volume_info info;
                struct image image;

                make(&image, 16, "");
                memcpy(header, cases[i].bytes, 4);
                image_host_file(&image, "hiberfil", header, sizeof header);
                image_must(&image, "ntfscp %s %s/hiberfil hiberfil.sys", image.path, image.folder);
                assert_ok(image_open_volume(&image, 0, &err));
                assert_ok(ow_volume_info_get(image.volume, &info, &err));
                assert_int_equal(info.hibernated, cases[i].hibernated);
                ow_volume_close(image.volume);
                image.volume = NULL;
                if (cases[i].hibernated) {
                        assert_fails(OW_E_REFUSED, image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE | OW_VOLUME_DISCARD_HIBERNATION, &err));
                        assert_ok(ow_volume_info_get(image.volume, &info, &err));
                        assert_false(info.hibernated);
                        assert_ok(ow_volume_flush(image.volume, &err));
                        ow_volume_close(image.volume);
                        image.volume = NULL;
                        memset(header, 0, sizeof header);
                        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                        image_expect(&image, "hiberfil.sys", header, sizeof header);
                } else {
                        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                }
                image_done(&image);
        }
}

static void compressed_files_are_read_and_become_plain_when_written(void **state)
{
        size_t size = 1500003;
        uint8_t *bytes = malloc(size);
        struct image image;
        ow_file *file = NULL;
        ow_stat st;

        make(&image, 16, "-C");
        for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)"text that can be made smaller "[i % 30];
        image_pattern(bytes + 400000, 300000, 6);
        memset(bytes + 900000, 0, 400000);
        image_host_file(&image, "text", bytes, size);
        image_must(&image, "ntfscp %s %s/text a.txt && ntfscp %s %s/text b.txt && ntfsinfo -F a.txt %s", image.path,
                   image.folder, image.path, image.folder, image.path);
        assert_true(image_said(&image, "Compressed size:"));
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        image_expect(&image, "a.txt", bytes, size);
        assert_int_equal(ow_volume_stat(image.volume, "a.txt", &st, NULL), 1);
        assert_int_equal(st.attributes, OW_ATTR_ARCHIVE | OW_ATTR_COMPRESSED);
        assert_ok(ow_file_open(image.volume, "a.txt", OW_FILE_WRITE, &file, &err));
        assert_ok(ow_file_write(file, 950000, "hello", 5, &err));
        memcpy(bytes + 950000, "hello", 5);
        ow_file_close(file);
        image_expect(&image, "a.txt", bytes, size);
        assert_ok(ow_file_open(image.volume, "b.txt", OW_FILE_WRITE, &file, &err));
        assert_ok(ow_file_set_size(file, 500000, &err));
        ow_file_close(file);
        image_put(&image, "new.txt", bytes, 100000);
        assert_int_equal(ow_volume_stat(image.volume, "a.txt", &st, NULL), 1);
        assert_int_equal(st.attributes, OW_ATTR_ARCHIVE);
        assert_int_equal(ow_volume_stat(image.volume, "new.txt", &st, NULL), 1);
        assert_int_equal(st.attributes, OW_ATTR_ARCHIVE);
        assert_ok(ow_volume_flush(image.volume, &err));
        expect_clean(&image);
        image_host_file(&image, "text", bytes, size);
        image_must(&image, "ntfscat %s a.txt | cmp - %s/text", image.out, image.folder);
        image_must(&image, "ntfscat %s b.txt | cmp -n 500000 - %s/text", image.out, image.folder);
        image_must(&image, "ntfsinfo -F a.txt %s", image.out);
        assert_false(image_said(&image, "Compressed size:"));
        image_done(&image);
        free(bytes);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(opening_writes_nothing),
                cmocka_unit_test(info_says_what_mkntfs_made),
                cmocka_unit_test(every_geometry_works),
                cmocka_unit_test(writes_in_place_touch_only_the_file),
                cmocka_unit_test(sizes_change_both_ways),
                cmocka_unit_test(a_full_volume_says_so),
                cmocka_unit_test(names_are_found_as_windows_finds_them),
                cmocka_unit_test(renaming_keeps_the_file),
                cmocka_unit_test(big_folders_grow_and_shrink),
                cmocka_unit_test(handles_on_one_file_agree),
                cmocka_unit_test(metafiles_and_readers_are_safe_from_writes),
                cmocka_unit_test(compressed_files_are_read_and_become_plain_when_written),
                cmocka_unit_test(a_hibernated_volume_is_read_but_not_written),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
