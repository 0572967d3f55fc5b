/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Damaged NTFS: bytes of the metadata are changed at random places, and everything is tried on the result, reading
 * and writing. Nothing may crash or hang, and every failure has its code and its sentence. Rounds are numbered by
 * their seed; arguments "first count" run others than the built-in ones.
 */
#include "volume-image.h"

#include "memory-store.h"

enum { SIZE = 8 << 20, BUDGET = 300 };

struct volume_bytes {
        uint8_t *good;
        uint8_t *bytes;
        size_t used[SIZE / 1024];       /* pieces of 1 KiB that hold metadata */
        size_t n_used;
        size_t changed[16];             /* where the last damage is */
        size_t n_changed;
};

/*
 * libntfs-3g leaks on some kinds of damage (ntfs_delete() when it cannot close the folder); what we leak is looked for
 * by every other test.
 */
OW_VISIBLE const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
        return "leak:libntfs-3g";
}

static struct volume_bytes fixture;
static unsigned long first_seed = 1, n_rounds = 150;

static int make_fixture(void **state)
{
        struct image image;
        char name[60];
        uint8_t *text = malloc(200000);

        if (system("PATH=$PATH:/usr/sbin:/sbin command -v mkntfs >/dev/null 2>&1") != 0)
                return 0;
        image_new(&image);
        image_must(&image, "truncate -s 8M %s && mkntfs -F -Q -c 1024 %s", image.path, image.path);
        assert_ok(image_open_volume(&image, OW_VOLUME_WRITABLE, &err));
        image_pattern(text, 200000, 1);
        assert_ok(ow_volume_create_folder(image.volume, "Windows", &err));
        assert_ok(ow_volume_create_folder(image.volume, "Windows\\System32", &err));
        for (unsigned i = 0; i < 120; i++) {
                (void)snprintf(name, sizeof name, "Windows\\System32\\a file with number %u.dll", i);
                image_put(&image, name, text, i * 50);
        }
        image_put(&image, "Windows\\System32\\SYSTEM", text, 200000);
        assert_ok(ow_volume_flush(image.volume, &err));
        fixture.good = malloc(SIZE);
        fixture.bytes = malloc(SIZE);
        assert_ok(ow_disk_read(image.disk, 0, fixture.good, SIZE, &err));
        memcpy(fixture.bytes, fixture.good, SIZE);
        for (size_t at = 0; at < SIZE; at += 1024) {
                const uint8_t *p = fixture.good + at;

                if (at == 0 || memcmp(p, "FILE", 4) == 0 || memcmp(p, "INDX", 4) == 0)
                        fixture.used[fixture.n_used++] = at;
        }
        image_done(&image);
        free(text);
        return 0;
}

static int free_fixture(void **state)
{
        free(fixture.good);
        free(fixture.bytes);
        return 0;
}

static uint32_t next_random(uint32_t *seed)
{
        *seed ^= *seed << 13;
        *seed ^= *seed >> 17;
        *seed ^= *seed << 5;
        return *seed;
}

/* Changes a few bytes of records and index blocks, mostly of the first ones. */
static void damage(uint32_t *seed)
{
        static const uint8_t values[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, 0xfe, 0x10, 0x40 };
        size_t n = 1 + next_random(seed) % OW_COUNT(fixture.changed);

        for (size_t i = 0; i < fixture.n_changed; i++)
                fixture.bytes[fixture.changed[i]] = fixture.good[fixture.changed[i]];
        for (size_t i = 0; i < n; i++) {
                size_t at = fixture.used[next_random(seed) % (next_random(seed) & 1 ? 24 : fixture.n_used)];

                at += next_random(seed) % (next_random(seed) & 1 ? 1024 : 400);
                fixture.bytes[at] = next_random(seed) & 1 ? values[next_random(seed) % OW_COUNT(values)] :
                                                            (uint8_t)next_random(seed);
                fixture.changed[i] = at;
        }
        fixture.n_changed = n;
}

struct crawl {
        ow_volume *volume;
        char path[2000];
        unsigned budget;
        unsigned depth;
};

/* A call on damage: a success, or a failure that says so. */
static void expect_sane(int r, const ow_error *err)
{
        if (r >= 0)
                return;
        assert_int_equal(err->code, r);
        assert_true(err->text[0] != '\0');
}

static int crawl_name(void *state, const char *name, const ow_stat *st, ow_error *err)
{
        struct crawl *c = state;
        size_t used = strlen(c->path);
        ow_error inner = OW_ERROR_INIT;
        ow_blob blob = { NULL, 0 };
        ow_stat own;

        if (c->budget == 0 || used + strlen(name) + 2 > sizeof c->path)
                return 1;
        c->budget--;
        (void)snprintf(c->path + used, sizeof c->path - used, "\\%s", name);
        expect_sane(ow_volume_stat(c->volume, c->path, &own, &inner), &inner);
        if (!(st->attributes & OW_ATTR_DIRECTORY)) {
                expect_sane(ow_volume_read_file(c->volume, c->path, 1 << 20, &blob, &inner), &inner);
                ow_blob_done(&blob);
        } else if (c->depth < 10) {
                c->depth++;
                expect_sane(ow_volume_list(c->volume, c->path, crawl_name, c, &inner), &inner);
                c->depth--;
        }
        c->path[used] = '\0';
        return 0;
}

static void change_things(ow_volume *volume)
{
        static const char *const paths[] = { "Windows\\System32\\SYSTEM", "Windows\\System32\\a file with number 7.dll",
                                             "Windows\\System32\\new" };
        uint8_t bytes[3000] = { 1 };
        ow_error err = OW_ERROR_INIT;

        for (size_t i = 0; i < OW_COUNT(paths); i++) {
                ow_file *file = NULL;

                expect_sane(ow_file_open(volume, paths[i], OW_FILE_CREATE, &file, &err), &err);
                if (!file)
                        continue;
                expect_sane(ow_file_write(file, 100, bytes, sizeof bytes, &err), &err);
                expect_sane(ow_file_set_size(file, ow_file_size(file) + 70000, &err), &err);
                expect_sane(ow_file_set_attributes(file, OW_ATTR_HIDDEN, &err), &err);
                expect_sane(ow_file_set_size(file, 10, &err), &err);
                ow_file_close(file);
        }
        expect_sane(ow_volume_create_folder(volume, "Windows\\folder", &err), &err);
        expect_sane(ow_volume_rename(volume, paths[1], "Windows\\folder\\moved", &err), &err);
        expect_sane(ow_volume_remove(volume, paths[0], &err), &err);
        expect_sane(ow_volume_remove(volume, "Windows\\folder", &err), &err);
        expect_sane(ow_volume_flush(volume, &err), &err);
}

/* Opens, looks at everything, and changes things when writable. Returns whether it opened. */
static bool try_all(ow_disk *disk, unsigned flags)
{
        ow_partition partition = { .size = SIZE };
        struct crawl c = { .budget = BUDGET };
        ow_error err = OW_ERROR_INIT;
        ow_volume_info info;
        uint64_t bytes;
        int r = ow_volume_open(disk, NULL, &partition, flags, NULL, &c.volume, &err);

        expect_sane(r, &err);
        if (r < 0)
                return false;
        expect_sane(ow_volume_info_get(c.volume, &info, &err), &err);
        expect_sane(ow_volume_free_space(c.volume, &bytes, &err), &err);
        expect_sane(ow_volume_list(c.volume, "", crawl_name, &c, &err), &err);
        if (flags)
                change_things(c.volume);
        ow_volume_close(c.volume);
        return true;
}

static void nothing_breaks_on_damage(void **state)
{
        unsigned opened = 0;

        if (!fixture.good) {
                print_message("skipped: mkntfs is not installed\n");
                skip();
        }
        for (unsigned long i = 0; i < n_rounds; i++) {
                uint32_t seed = (uint32_t)((first_seed + i) * 2654435761u) | 1;
                ow_disk *disk;

                damage(&seed);
                disk = memory_disk(fixture.bytes, SIZE);
                opened += try_all(disk, 0);
                (void)try_all(disk, OW_VOLUME_WRITABLE);
                ow_disk_close(disk);
        }
        print_message("%u of %lu opened\n", opened, n_rounds);
        assert_true(n_rounds < 10 || (opened > 0 && opened < n_rounds));
}

int main(int argc, char **argv)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_breaks_on_damage),
        };

        if (argc == 3) {
                first_seed = strtoul(argv[1], NULL, 0);
                n_rounds = strtoul(argv[2], NULL, 0);
        }
        return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
