/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Raw files on a real file system: locks, journals beside the image, what is refused. */
#include "test.h"

#include "base/macros.h"
#include "disk-temp.h"

enum { SIZE = 3 * 1024 * 1024 + 77 };

static uint8_t image[SIZE], got[SIZE];

static void make_image(const char *name)
{
        for (size_t i = 0; i < SIZE; i++)
                image[i] = (uint8_t)(i * 13 + i / 4096);
        temp_write(name, 0, image, SIZE);
}

static void read_file(const char *name)
{
        struct stat st;
        FILE *f = fopen(temp_path(name), "rb");

        assert_non_null(f);
        assert_int_equal(fstat(fileno(f), &st), 0);
        assert_int_equal(st.st_size, SIZE);
        assert_int_equal(fread(got, 1, SIZE, f), SIZE);
        (void)fclose(f);
}

static void what_cannot_be_a_disk_is_refused(void **state)
{
        ow_disk *disk;

        assert_fails(OW_E_ABSENT, temp_open("nothing", false, NULL, &disk, &err));
        assert_fails(OW_E_ABSENT, temp_open("nothing", true, NULL, &disk, &err));
        assert_int_equal(temp_count(), 0);
        assert_fails(OW_E_INVAL, temp_open(".", false, NULL, &disk, &err));
        assert_int_equal(mkfifo(temp_path("pipe"), 0600), 0);
        assert_fails(OW_E_INVAL, temp_open("pipe", false, NULL, &disk, &err));
        assert_fails(OW_E_INVAL, ow_disk_open("/dev/null", NULL, &disk, &err));
        if (geteuid() != 0) {
                make_image("disk.raw");
                assert_int_equal(chmod(temp_path("disk.raw"), 0400), 0);
                assert_fails(OW_E_READONLY, temp_open("disk.raw", true, NULL, &disk, &err));
        }
}

static void a_commit_changes_its_bytes_and_undo_gives_them_back(void **state)
{
        ow_commit_result result;
        ow_undo_record *records;
        ow_disk *disk;
        size_t n;

        make_image("disk.raw");
        assert_ok(temp_open("disk.raw", true, NULL, &disk, &err));
        assert_ok(ow_disk_write(disk, 1000, "hello", 5, &err));
        assert_ok(ow_disk_write(disk, SIZE - 3, "end", 3, &err));
        assert_ok(ow_transaction_commit(&disk, 1, "two\nplaces", &result, &err));
        assert_int_equal(result.extents, 2);
        assert_string_equal(result.journal, temp_path("disk.raw.offwin-0001.journal"));
        ow_commit_result_done(&result);
        assert_int_equal(temp_count(), 2);
        memcpy(image + 1000, "hello", 5);
        memcpy(image + SIZE - 3, "end", 3);
        read_file("disk.raw");
        assert_memory_equal(got, image, SIZE);
        ow_disk_close(disk);

        assert_ok(temp_open("disk.raw", false, NULL, &disk, &err));
        assert_ok(ow_undo_list(disk, &records, &n, &err));
        assert_int_equal(n, 1);
        assert_string_equal(records[0].title, "two places");
        assert_true(records[0].time > 0);
        ow_undo_list_free(records, n);
        assert_fails(OW_E_READONLY, ow_transaction_undo(&disk, 1, NULL, &err));
        ow_disk_close(disk);

        assert_ok(temp_open("disk.raw", true, NULL, &disk, &err));
        assert_ok(ow_transaction_undo(&disk, 1, NULL, &err));
        ow_disk_close(disk);
        read_file("disk.raw");
        make_image("other");
        assert_memory_equal(got, image, SIZE);
        assert_int_equal(temp_count(), 2);              /* the two images */
}

static void several_commits_are_undone_in_reverse(void **state)
{
        ow_undo_record *records;
        ow_disk *disk;
        size_t n;

        make_image("disk.raw");
        assert_ok(temp_open("disk.raw", true, NULL, &disk, &err));
        for (unsigned i = 0; i < 3; i++) {
                assert_ok(ow_disk_write(disk, 4096 * 5 + i, &"abc"[i], 1, &err));
                assert_ok(ow_transaction_commit(&disk, 1, &"abc"[i], NULL, &err));
        }
        assert_ok(ow_undo_list(disk, &records, &n, &err));
        assert_int_equal(n, 3);
        assert_int_equal(records[0].sequence, 3);
        assert_string_equal(records[0].title, "c");
        ow_undo_list_free(records, n);
        for (unsigned i = 0; i < 3; i++)
                assert_ok(ow_transaction_undo(&disk, 1, NULL, &err));
        assert_fails(OW_E_ABSENT, ow_transaction_undo(&disk, 1, NULL, &err));
        ow_disk_close(disk);
        read_file("disk.raw");
        assert_memory_equal(got, image, SIZE);
}

static size_t size_of(const char *name)
{
        struct stat st;

        assert_int_equal(stat(temp_path(name), &st), 0);
        return (size_t)st.st_size;
}

static void a_file_changes_its_size_and_gets_it_back(void **state)
{
        static const size_t wanted[] = { SIZE, SIZE + 3 * 4096, SIZE / 2 + 77, 0, 5000 };
        ow_undo_record *records;
        ow_disk *disk;
        size_t n;

        make_image("hive");
        assert_ok(temp_open("hive", true, NULL, &disk, &err));
        for (size_t i = 0; i < OW_COUNT(wanted); i++) {
                ow_commit_result result;
                size_t before = size_of("hive");

                assert_ok(ow_disk_set_size(disk, wanted[i], &err));
                if (wanted[i])
                        assert_ok(ow_disk_write(disk, wanted[i] - 50, "fifty bytes before the end", 26, &err));
                assert_int_equal(size_of("hive"), before);
                assert_ok(ow_transaction_commit(&disk, 1, "size", &result, &err));
                ow_commit_result_done(&result);
                assert_int_equal(size_of("hive"), wanted[i]);
                assert_int_equal(ow_disk_size(disk), wanted[i]);
        }
        assert_ok(ow_undo_list(disk, &records, &n, &err));
        assert_int_equal(n, OW_COUNT(wanted));
        ow_undo_list_free(records, n);
        for (size_t i = OW_COUNT(wanted); i-- > 0;) {
                ow_disk_close(disk);
                assert_ok(temp_open("hive", true, NULL, &disk, &err));
                assert_int_equal(size_of("hive"), wanted[i]);
                assert_ok(ow_transaction_undo(&disk, 1, NULL, &err));
        }
        ow_disk_close(disk);
        assert_int_equal(size_of("hive"), SIZE);
        read_file("hive");
        assert_memory_equal(got, image, SIZE);
        assert_int_equal(temp_count(), 1);
}

static void a_file_that_somebody_else_made_longer_is_not_cut(void **state)
{
        ow_disk *disk;

        make_image("hive");
        assert_ok(temp_open("hive", true, NULL, &disk, &err));
        assert_ok(ow_disk_set_size(disk, SIZE + 4096, &err));
        assert_ok(ow_transaction_commit(&disk, 1, "longer", NULL, &err));
        ow_disk_close(disk);
        temp_truncate("hive", SIZE + 8192);
        assert_ok(temp_open("hive", true, NULL, &disk, &err));
        assert_fails(OW_E_CONFLICT, ow_transaction_undo(&disk, 1, NULL, &err));
        assert_int_equal(size_of("hive"), SIZE + 8192);
        ow_disk_close(disk);
}

static void a_dry_run_writes_nothing(void **state)
{
        uint64_t offset = 0, size = 0;
        ow_disk *disk;

        make_image("disk.raw");
        assert_ok(temp_open("disk.raw", false, NULL, &disk, &err));
        assert_ok(ow_disk_write(disk, 5000, "x", 1, &err));
        assert_int_equal(ow_disk_next_change(disk, &offset, &size, NULL), 1);
        assert_int_equal(offset, 4608);
        assert_fails(OW_E_READONLY, ow_transaction_commit(&disk, 1, "no", NULL, &err));
        ow_disk_close(disk);
        read_file("disk.raw");
        assert_memory_equal(got, image, SIZE);
        assert_int_equal(temp_count(), 1);
}

static void writers_keep_each_other_out(void **state)
{
        struct temp_log log = { 0, "" };
        ow_disk *first, *second;

        make_image("disk.raw");
        assert_ok(temp_open("disk.raw", true, &log, &first, &err));
        assert_fails(OW_E_DIRTY, temp_open("disk.raw", true, NULL, &second, &err));
        assert_int_equal(log.warnings, 0);
        assert_ok(temp_open("disk.raw", false, &log, &second, &err));
        assert_int_equal(log.warnings, 1);
        assert_non_null(strstr(log.last, "written to by another program"));
        ow_disk_close(second);
        ow_disk_close(first);
        /* A reader holds nothing that would keep a writer out. */
        assert_ok(temp_open("disk.raw", false, &log, &second, &err));
        assert_ok(temp_open("disk.raw", true, &log, &first, &err));
        ow_disk_close(first);
        ow_disk_close(second);
}

/* The locks of a running VM, byte by byte: what it uses from 100 on, what it denies to others from 200 on. */
static void a_running_vm_is_seen(void **state)
{
        static const struct { off_t byte; int want; } locks[] = {
                { 100, 0 }, { 101, OW_E_DIRTY }, { 102, 0 }, { 103, OW_E_DIRTY },
                { 200, OW_E_DIRTY }, { 201, OW_E_DIRTY }, { 203, 0 }, { 300, 0 },
        };

        make_image("disk.raw");
        for (size_t i = 0; i < OW_COUNT(locks); i++) {
                struct flock lock = { .l_type = F_RDLCK, .l_start = locks[i].byte, .l_len = 1 };
                int fd = open(temp_path("disk.raw"), O_RDWR | O_CLOEXEC);
                ow_error err = OW_ERROR_INIT;
                ow_disk *disk = NULL;
                int r;

                assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
                r = temp_open("disk.raw", true, NULL, &disk, &err);
                if (r != locks[i].want)
                        fail_msg("lock on byte %ld: %s", (long)locks[i].byte, ow_error_name(r));
                ow_disk_close(disk);
                (void)close(fd);
        }
}

static void a_change_by_somebody_else_stops_the_commit(void **state)
{
        struct timespec times[2] = { { 1000, 0 }, { 1000, 0 } };
        ow_disk *disk;

        make_image("disk.raw");
        assert_ok(temp_open("disk.raw", true, NULL, &disk, &err));
        assert_ok(ow_disk_write(disk, 0, "x", 1, &err));
        temp_write("disk.raw", 9999, "y", 1);
        assert_int_equal(utimensat(AT_FDCWD, temp_path("disk.raw"), times, 0), 0);      /* a clock may be coarse */
        assert_fails(OW_E_CONFLICT, ow_transaction_commit(&disk, 1, "x", NULL, &err));
        assert_int_equal(temp_count(), 1);
        ow_disk_close(disk);
}

static void the_journal_goes_where_it_is_told(void **state)
{
        ow_disk_options options = { .flags = OW_DISK_WRITABLE };
        char name[2][PATH_MAX], folder[PATH_MAX];
        ow_disk *disks[2];
        ow_undo_record *records;
        size_t n;

        assert_int_equal(mkdir(temp_path("a"), 0700) | mkdir(temp_path("b"), 0700) | mkdir(temp_path("j"), 0700), 0);
        make_image("a/disk.raw");
        make_image("b/disk.raw");
        (void)snprintf(folder, sizeof folder, "%s", temp_path("j"));
        options.journal_dir = folder;
        for (unsigned i = 0; i < 2; i++) {
                (void)snprintf(name[i], sizeof name[i], "%s", temp_path(i ? "b/disk.raw" : "a/disk.raw"));
                assert_ok(ow_disk_open(name[i], &options, &disks[i], &err));
                assert_ok(ow_disk_write(disks[i], 0, &"AB"[i], 1, &err));
        }
        /* Two images of one name and size: each has its own records, also in a common folder. */
        assert_ok(ow_transaction_commit(disks, 1, "on a", NULL, &err));
        assert_ok(ow_undo_list(disks[1], &records, &n, &err));
        assert_int_equal(n, 0);
        ow_undo_list_free(records, n);
        assert_fails(OW_E_INVAL, ow_transaction_undo(disks + 1, 1, NULL, &err));        /* uncommitted bytes */
        ow_disk_discard(disks[1]);
        assert_fails(OW_E_ABSENT, ow_transaction_undo(disks + 1, 1, NULL, &err));
        assert_ok(ow_transaction_undo(disks, 1, NULL, &err));
        ow_disk_close(disks[0]);
        ow_disk_close(disks[1]);
        assert_int_equal(rmdir(folder), 0);
}

static void a_folder_that_cannot_hold_a_journal_leaves_the_image_alone(void **state)
{
        ow_disk_options options = { .flags = OW_DISK_WRITABLE };
        char folder[PATH_MAX];
        ow_disk *disk;

        make_image("disk.raw");
        (void)snprintf(folder, sizeof folder, "%s", temp_path("missing"));
        options.journal_dir = folder;
        assert_ok(ow_disk_open(temp_path("disk.raw"), &options, &disk, &err));
        assert_ok(ow_disk_write(disk, 0, "x", 1, &err));
        assert_fails(OW_E_ABSENT, ow_transaction_commit(&disk, 1, "x", NULL, &err));
        assert_int_equal(mkdir(folder, 0500), 0);
        if (geteuid() != 0)
                assert_fails(OW_E_IO, ow_transaction_commit(&disk, 1, "x", NULL, &err));
        ow_disk_close(disk);
        read_file("disk.raw");
        assert_memory_equal(got, image, SIZE);
}

static void links_lead_to_the_same_records(void **state)
{
        ow_disk *disk;

        make_image("disk.raw");
        assert_int_equal(mkdir(temp_path("sub"), 0700), 0);
        assert_int_equal(symlink("../disk.raw", temp_path("sub/link.raw")), 0);
        assert_ok(temp_open("sub/link.raw", true, NULL, &disk, &err));
        assert_ok(ow_disk_write(disk, 0, "x", 1, &err));
        assert_ok(ow_transaction_commit(&disk, 1, "through a link", NULL, &err));
        ow_disk_close(disk);
        assert_ok(temp_open("disk.raw", true, NULL, &disk, &err));
        assert_ok(ow_transaction_undo(&disk, 1, NULL, &err));
        ow_disk_close(disk);
}

static void an_image_moved_with_its_journal_is_undone_there(void **state)
{
        ow_disk *disk;

        make_image("disk.raw");
        assert_ok(temp_open("disk.raw", true, NULL, &disk, &err));
        assert_ok(ow_disk_write(disk, 0, "x", 1, &err));
        assert_ok(ow_transaction_commit(&disk, 1, "then moved", NULL, &err));
        ow_disk_close(disk);
        assert_int_equal(mkdir(temp_path("new"), 0700), 0);
        assert_int_equal(rename(temp_path("disk.raw"), temp_path("new/disk.raw")), 0);
        assert_int_equal(rename(temp_path("disk.raw.offwin-0001.journal"),
                                temp_path("new/disk.raw.offwin-0001.journal")), 0);
        assert_ok(temp_open("new/disk.raw", true, NULL, &disk, &err));
        assert_ok(ow_transaction_undo(&disk, 1, NULL, &err));
        ow_disk_close(disk);
        read_file("new/disk.raw");
        assert_memory_equal(got, image, SIZE);
}

static void a_journal_of_another_image_is_told_apart(void **state)
{
        ow_disk *disk;

        make_image("disk.raw");
        assert_ok(temp_open("disk.raw", true, NULL, &disk, &err));
        assert_ok(ow_disk_write(disk, 0, "x", 1, &err));
        assert_ok(ow_transaction_commit(&disk, 1, "x", NULL, &err));
        ow_disk_close(disk);
        temp_truncate("disk.raw", 1 << 20);
        assert_ok(temp_open("disk.raw", true, NULL, &disk, &err));
        assert_fails(OW_E_CONFLICT, ow_transaction_undo(&disk, 1, NULL, &err));
        ow_disk_close(disk);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)
        const struct CMUnitTest tests[] = {
                TEST(what_cannot_be_a_disk_is_refused),
                TEST(a_commit_changes_its_bytes_and_undo_gives_them_back),
                TEST(several_commits_are_undone_in_reverse),
                TEST(a_file_changes_its_size_and_gets_it_back),
                TEST(a_file_that_somebody_else_made_longer_is_not_cut),
                TEST(a_dry_run_writes_nothing),
                TEST(writers_keep_each_other_out),
                TEST(a_running_vm_is_seen),
                TEST(a_change_by_somebody_else_stops_the_commit),
                TEST(the_journal_goes_where_it_is_told),
                TEST(a_folder_that_cannot_hold_a_journal_leaves_the_image_alone),
                TEST(links_lead_to_the_same_records),
                TEST(an_image_moved_with_its_journal_is_undone_there),
                TEST(a_journal_of_another_image_is_told_apart),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
