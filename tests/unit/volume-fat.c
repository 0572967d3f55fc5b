/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FAT on volumes that mkfs.fat made, with mtools and fsck.fat to check what came of it. */
#include "volume-image.h"

#include "base/filetime.h"

enum { MIB = 1 << 20 };

static const struct geometry { const char *options; unsigned kib; const char *kind; } geometries[] = {
        { "-F 12", 1440, "FAT12" },             { "-F 12 -f 1 -s 8", 8192, "FAT12" },
        { "-F 16", 32768, "FAT16" },            { "-F 16 -S 4096 -s 1", 65536, "FAT16" },
        { "-F 32", 65536, "FAT32" },            { "-F 32 -S 4096 -s 1", 400 << 10, "FAT32" },
        { "-F 32 -s 1 -f 1", 40 << 10, "FAT32" }, { "-F 32 -s 16", 600 << 10, "FAT32" },
};

static void make(struct image *image, const struct geometry *g)
{
        image_need("mkfs.fat");
        image_need("mcopy");
        image_need("fsck.fat");
        image_new(image);
        print_message("%s\n", g->options);
        image_must(image, "truncate -s %uK %s && mkfs.fat -n LABEL %s %s", g->kib, image->path, g->options,
                   image->path);
}

/* fsck.fat finds nothing to say. */
static void expect_clean(struct image *image)
{
        image_save(image);
        image_must(image, "fsck.fat -n -V %s", image->out);
        image_must(image, "minfo -i %s ::", image->out);
}

static void live_on(struct image *image)
{
        size_t big_size = 400000;
        uint8_t *big = malloc(big_size), small[300];
        ow_stat st;

        image_pattern(big, big_size, 1);
        image_pattern(small, sizeof small, 2);
        image_host_file(image, "big", big, big_size);
        image_host_file(image, "small", small, sizeof small);
        assert_ok(ow_volume_create_folder(image->volume, "Windows", &err));
        assert_ok(ow_volume_create_folder(image->volume, "\\windows\\SYSTEM32", &err));
        image_put(image, "WINDOWS/system32/A rather long name, with dots.and.more.dll", big, big_size);
        image_put(image, "BOOT.INI", small, sizeof small);
        image_expect(image, "Windows\\System32\\ARATHE~1.DLL", big, big_size);
        image_expect(image, "boot.ini", small, sizeof small);
        assert_int_equal(ow_volume_stat(image->volume, "boot.INI", &st, NULL), 1);
        assert_int_equal(st.size, sizeof small);
        assert_int_equal(st.attributes, OW_ATTR_ARCHIVE);
        assert_true(st.modified <= ow_filetime_now() && st.modified + 50000000 > ow_filetime_now());
        assert_ok(ow_volume_flush(image->volume, &err));
        expect_clean(image);
        image_must(image, "mtype -i %s '::Windows/SYSTEM32/A rather long name, with dots.and.more.dll' | cmp - %s/big",
                   image->out, image->folder);
        image_must(image, "mtype -i %s ::boot.ini | cmp - %s/small", image->out, image->folder);
        assert_ok(ow_volume_remove(image->volume, "windows\\system32\\A RATHER LONG NAME, WITH DOTS.AND.MORE.DLL",
                                   &err));
        assert_ok(ow_volume_remove(image->volume, "windows\\system32", &err));
        assert_int_equal(ow_volume_stat(image->volume, "windows\\system32", &st, NULL), 0);
        assert_ok(ow_volume_flush(image->volume, &err));
        expect_clean(image);
        free(big);
}

static void every_geometry_works(void **state)
{
        for (size_t i = 0; i < OW_COUNT(geometries); i++) {
                ow_volume_info info;
                struct image image;

                make(&image, &geometries[i]);
                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                assert_ok(ow_volume_info_get(image.volume, &info, &err));
                assert_string_equal(info.kind_name, geometries[i].kind);
                assert_string_equal(info.label, "LABEL");
                assert_false(info.dirty || info.hibernated);
                assert_in_range(info.size, (geometries[i].kib - 64) << 10, geometries[i].kib << 10);
                assert_ok(ow_volume_flush(image.volume, &err));
                assert_int_equal(image_changed(&image), 0);
                live_on(&image);
                image_done(&image);
        }
}

static void files_of_mtools_are_read(void **state)
{
        uint8_t *bytes = malloc(MIB);
        struct counted c;
        struct image image;

        make(&image, &geometries[2]);
        image_pattern(bytes, MIB, 5);
        image_host_file(&image, "hive", bytes, MIB);
        image_must(&image, "mmd -i %s ::Windows ::Windows/System32 && mcopy -i %s %s/hive ::Windows/System32/SYSTEM && "
                   "mcopy -i %s %s/hive '::Windows/Ein langer Name.txt' && mcopy -i %s %s/hive ::lower.txt && "
                   "mattrib -i %s +r +h ::lower.txt", image.path, image.path, image.folder, image.path, image.folder,
                   image.path, image.folder, image.path);
        assert_ok(image_open_volume(&image, 0, &err));
        image_expect(&image, "windows\\system32\\system", bytes, MIB);
        image_expect(&image, "windows\\EIN LANGER NAME.TXT", bytes, MIB);
        image_expect(&image, "windows\\einlan~1.txt", bytes, MIB);
        c = image_list(&image, "windows", "Ein langer Name.txt");
        assert_int_equal(c.n, 2);
        assert_int_equal(c.found, 1);
        c = image_list(&image, "", "lower.txt");
        assert_int_equal(c.found, 1);
        assert_int_equal(c.stat.attributes, OW_ATTR_READONLY | OW_ATTR_HIDDEN | OW_ATTR_ARCHIVE);
        image_done(&image);
        free(bytes);
}

static void sizes_change_both_ways(void **state)
{
        static const uint64_t sizes[] = { 100, 700, 5000, 4096, 300000, 299999, 8, 0, 65536, 1 };
        uint8_t *bytes = calloc(1, MIB), one = 'x';

        for (size_t i = 0; i < OW_COUNT(geometries); i++) {
                struct image image;
                ow_file *file = NULL;

                make(&image, &geometries[i]);
                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                assert_ok(ow_file_open(image.volume, "f", OW_FILE_CREATE | OW_FILE_EXCLUSIVE, &file, &err));
                for (size_t k = 0; k < OW_COUNT(sizes); k++) {
                        assert_ok(ow_file_set_size(file, sizes[k], &err));
                        assert_int_equal(ow_file_size(file), sizes[k]);
                        if (sizes[k])
                                assert_ok(ow_file_write(file, sizes[k] - 1, &one, 1, &err));
                }
                assert_ok(ow_file_set_size(file, 0, &err));
                assert_ok(ow_file_write(file, 200000, "end", 3, &err));
                memcpy(bytes + 200000, "end", 3);
                image_expect(&image, "f", bytes, 200003);
                assert_fails(OW_E_LIMIT, ow_file_set_size(file, UINT64_C(1) << 32, &err));
                ow_file_close(file);
                assert_ok(ow_volume_flush(image.volume, &err));
                expect_clean(&image);
                image_done(&image);
        }
        free(bytes);
}

static void a_full_volume_says_so(void **state)
{
        for (size_t i = 0; i < OW_COUNT(geometries); i++) {
                ow_volume_info info;
                struct image image;
                ow_file *file = NULL;
                uint64_t left, now;

                if (geometries[i].kib > 100 << 10)
                        continue;
                make(&image, &geometries[i]);
                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                image_put(&image, "hive", "regf", 4);
                assert_ok(ow_volume_free_space(image.volume, &left, &err));
                assert_ok(ow_volume_info_get(image.volume, &info, &err));
                assert_ok(ow_file_open(image.volume, "hive", OW_FILE_WRITE, &file, &err));
                assert_fails(OW_E_NOSPACE, ow_file_set_size(file, left + info.cluster_size + 1, &err));
                assert_int_equal(ow_file_size(file), 4);
                assert_ok(ow_volume_free_space(image.volume, &now, &err));
                assert_int_equal(now, left);
                assert_ok(ow_file_set_size(file, left + info.cluster_size, &err));
                assert_ok(ow_volume_free_space(image.volume, &now, &err));
                assert_int_equal(now, 0);
                assert_fails(OW_E_NOSPACE, ow_volume_create_folder(image.volume, "folder", &err));
                ow_file_close(file);
                assert_ok(ow_volume_flush(image.volume, &err));
                expect_clean(&image);
                image_done(&image);
        }
}

static void renaming_keeps_the_file(void **state)
{
        struct image image;

        make(&image, &geometries[4]);
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(ow_volume_create_folder(image.volume, "a", &err));
        assert_ok(ow_volume_create_folder(image.volume, "b", &err));
        image_put(&image, "a\\one", "1", 1);
        image_put(&image, "a\\two is longer", "2", 1);
        assert_fails(OW_E_EXISTS, ow_volume_rename(image.volume, "a\\one", "a\\TWO IS longer", &err));
        assert_fails(OW_E_EXISTS, ow_volume_create_folder(image.volume, "a\\TWOISL~1", &err));
        assert_fails(OW_E_ABSENT, ow_volume_rename(image.volume, "a\\none", "a\\x", &err));
        assert_fails(OW_E_ABSENT, ow_volume_rename(image.volume, "a\\one", "c\\x", &err));
        assert_fails(OW_E_INVAL, ow_volume_rename(image.volume, "a", "a\\below", &err));
        assert_fails(OW_E_INVAL, ow_volume_rename(image.volume, "a", "a\\..\\c", &err));
        assert_ok(ow_volume_rename(image.volume, "A\\ONE", "a\\One", &err));
        assert_int_equal(image_list(&image, "a", "One").found, 1);
        assert_int_equal(image_list(&image, "a", NULL).n, 2);
        assert_ok(ow_volume_rename(image.volume, "a\\ONE", "b\\three", &err));
        assert_ok(ow_volume_rename(image.volume, "a", "b\\moved", &err));
        image_expect(&image, "b\\THREE", "1", 1);
        image_expect(&image, "b\\moved\\two is longer", "2", 1);
        assert_int_equal(image_list(&image, "", NULL).n, 1);
        assert_fails(OW_E_REFUSED, ow_volume_remove(image.volume, "b\\moved", &err));
        assert_ok(ow_volume_rename(image.volume, "b\\moved", "back", &err));
        assert_ok(ow_volume_flush(image.volume, &err));
        expect_clean(&image);
        image_done(&image);
}

static void many_files_get_names_of_their_own(void **state)
{
        struct image image;
        char name[60];

        make(&image, &geometries[4]);
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(ow_volume_create_folder(image.volume, "many", &err));
        for (unsigned i = 0; i < 300; i++) {
                (void)snprintf(name, sizeof name, "many\\File number %u.txt", i * 7919 % 300);
                image_put(&image, name, name, strlen(name));
        }
        assert_int_equal(image_list(&image, "MANY", "File number 123.txt").found, 1);
        assert_int_equal(image_list(&image, "many", NULL).n, 300);
        assert_ok(ow_volume_flush(image.volume, &err));
        expect_clean(&image);
        for (unsigned i = 0; i < 300; i++) {
                (void)snprintf(name, sizeof name, "many\\File number %u.txt", i);
                image_expect(&image, name, name, strlen(name));
                assert_ok(ow_volume_remove(image.volume, name, &err));
        }
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

        make(&image, &geometries[0]);
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        assert_ok(ow_file_open(image.volume, "f", OW_FILE_CREATE, &a, &err));
        assert_ok(ow_file_open(image.volume, "F", 0, &b, &err));
        assert_ok(ow_file_write(a, 5000, "x", 1, &err));
        assert_int_equal(ow_file_size(b), 5001);
        assert_ok(ow_file_read(b, 5000, &c, 1, &err));
        assert_int_equal(c, 'x');
        assert_fails(OW_E_READONLY, ow_file_write(b, 0, "y", 1, &err));
        assert_fails(OW_E_INVAL, ow_volume_remove(image.volume, "f", &err));
        assert_int_equal(ow_volume_stat(image.volume, "f", &st, NULL), 1);
        assert_int_equal(st.size, 5001);
        assert_ok(ow_file_set_attributes(a, OW_ATTR_READONLY | OW_ATTR_SYSTEM, &err));
        assert_int_equal(ow_volume_stat(image.volume, "f", &st, NULL), 1);
        assert_int_equal(st.attributes, OW_ATTR_READONLY | OW_ATTR_SYSTEM);
        ow_file_close(a);
        ow_file_close(b);
        image_done(&image);
}

static void a_hibernated_volume_is_written_only_when_its_session_is_given_up(void **state)
{
        for (size_t i = 0; i < OW_COUNT(geometries); i++) {
                uint8_t header[8192] = "hibr";
                ow_error said = OW_ERROR_INIT;
                ow_volume_info info;
                struct image image;

                make(&image, &geometries[i]);
                memset(header + 4096, 0x5a, sizeof header - 4096);
                image_host_file(&image, "hiberfil", header, sizeof header);
                image_must(&image, "mcopy -i %s %s/hiberfil ::hiberfil.sys", image.path, image.folder);
                assert_ok(image_open_volume(&image, 0, &err));
                assert_ok(ow_volume_info_get(image.volume, &info, &err));
                assert_true(info.hibernated);
                ow_volume_close(image.volume);
                image.volume = NULL;
                assert_int_equal(image_open_volume(&image, OW_VOLUME_WRITABLE, &said), OW_E_REFUSED);
                assert_non_null(strstr(said.text, "--discard-hibernation"));
                assert_int_equal(image_changed(&image), 0);

                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE | OW_VOLUME_DISCARD_HIBERNATION, &err));
                assert_ok(ow_volume_info_get(image.volume, &info, &err));
                assert_false(info.hibernated);
                assert_ok(ow_volume_flush(image.volume, &err));
                ow_volume_close(image.volume);
                image.volume = NULL;
                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                memset(header, 0, 4096);                /* and not more than that */
                image_expect(&image, "hiberfil.sys", header, sizeof header);
                expect_clean(&image);
                image_done(&image);
        }
}

/* Byte where the first FAT begins, from the boot sector. */
static uint64_t fat_offset(struct image *image)
{
        uint8_t boot[512];

        assert_ok(ow_disk_read(image->disk, 0, boot, sizeof boot, &err));
        return (uint64_t)(boot[0x0b] | boot[0x0c] << 8) * (unsigned)(boot[0x0e] | boot[0x0f] << 8);
}

static void circles_and_wild_links_are_damage(void **state)
{
        static const struct { const char *label; uint8_t entry[2]; int want; } cases[] = {
                { "circle", { 0, 0 }, OW_E_CORRUPT },           /* filled in: the file's own first cluster */
                { "free in the middle", { 0, 0 }, OW_E_CORRUPT },
                { "bad cluster", { 0xf7, 0xff }, OW_E_CORRUPT },
                { "past the end", { 0xf0, 0xf0 }, OW_E_CORRUPT },
                { "ends early", { 0xff, 0xff }, OW_E_CORRUPT },
        };
        uint8_t bytes[100000];

        image_pattern(bytes, sizeof bytes, 9);
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                struct image image;
                uint8_t entry[2];
                ow_file *file = NULL;
                ow_stat st;

                make(&image, &geometries[2]);
                print_message("%s\n", cases[i].label);
                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                image_put(&image, "f", bytes, sizeof bytes);
                assert_int_equal(ow_volume_stat(image.volume, "f", &st, NULL), 1);
                memcpy(entry, cases[i].entry, 2);
                if (i == 0) {
                        entry[0] = (uint8_t)st.id;
                        entry[1] = (uint8_t)(st.id >> 8);
                }
                ow_volume_close(image.volume);
                image.volume = NULL;
                assert_ok(ow_disk_write(image.disk, fat_offset(&image) + 2 * (st.id + 3), entry, 2, &err));
                assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
                assert_fails(cases[i].want, ow_file_open(image.volume, "f", OW_FILE_WRITE, &file, &err));
                assert_ok(ow_volume_remove(image.volume, "f", &err));
                image_done(&image);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_geometry_works),
                cmocka_unit_test(files_of_mtools_are_read),
                cmocka_unit_test(sizes_change_both_ways),
                cmocka_unit_test(a_full_volume_says_so),
                cmocka_unit_test(renaming_keeps_the_file),
                cmocka_unit_test(many_files_get_names_of_their_own),
                cmocka_unit_test(handles_on_one_file_agree),
                cmocka_unit_test(a_hibernated_volume_is_written_only_when_its_session_is_given_up),
                cmocka_unit_test(circles_and_wild_links_are_damage),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
