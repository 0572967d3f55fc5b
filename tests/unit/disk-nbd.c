/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Images of every format that qemu makes: written through a transaction, read back by a fresh open, undone. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "test.h"

#include "base/confine.h"
#include "base/macros.h"
#include "disk/nbd.h"
#include "disk-temp.h"

#define SIZE_TEXT "48M"
enum { PIECE = 3000 };

static bool run(const char *fmt, ...) OW_PRINTF(1, 2);

static bool run(const char *fmt, ...)
{
        char command[2000];
        va_list ap;

        va_start(ap, fmt);
        (void)vsnprintf(command, sizeof command, fmt, ap);
        va_end(ap);
        return system(command) == 0;
}

static void need_qemu(void)
{
        if (!run("command -v qemu-img >/dev/null && command -v qemu-nbd >/dev/null")) {
                print_message("skipped: qemu-img or qemu-nbd is not installed\n");
                skip();
        }
}

static const struct { const char *name, *create, *format; } formats[] = {
        { "a.qcow2", "-f qcow2", "qcow2" },
        { "old.qcow2", "-f qcow2 -o compat=0.10", "qcow2" },
        { "a.vhdx", "-f vhdx", "vhdx" },
        { "a.vhd", "-f vpc", "vpc" },
        { "fixed.vhd", "-f vpc -o subformat=fixed,force_size=on", "vpc" },
        { "a.vmdk", "-f vmdk", "vmdk" },
        { "flat.vmdk", "-f vmdk -o subformat=monolithicFlat", "vmdk" },
        { "split.vmdk", "-f vmdk -o subformat=twoGbMaxExtentSparse", "vmdk" },
        { "a.vdi", "-f vdi", "vdi" },
        { "comma,name=x.qcow2", "-f qcow2", "qcow2" },
        { "colon:name.qcow2", "-f qcow2", "qcow2" },
};

static void fill(uint8_t piece[PIECE], unsigned seed)
{
        for (size_t i = 0; i < PIECE; i++)
                piece[i] = (uint8_t)(seed + i * 3);
}

static void write_everywhere(ow_disk *disk)
{
        uint8_t piece[PIECE];
        unsigned seed = 1;

        for (uint64_t at = 0; at + PIECE <= ow_disk_size(disk); at += 1234567) {
                fill(piece, seed++);
                assert_ok(ow_disk_write(disk, at, piece, PIECE, &err));
        }
}

static void check_everywhere(ow_disk *disk, bool written)
{
        uint8_t piece[PIECE], got[PIECE];
        unsigned seed = 1;

        for (uint64_t at = 0; at + PIECE <= ow_disk_size(disk); at += 1234567) {
                fill(piece, seed++);
                if (!written)
                        memset(piece, 0, PIECE);
                assert_ok(ow_disk_read(disk, at, got, PIECE, &err));
                assert_memory_equal(got, piece, PIECE);
        }
}

static void every_format_is_written_read_back_and_undone(void **state)
{
        need_qemu();
        for (size_t i = 0; i < OW_COUNT(formats); i++) {
                ow_disk *disk;

                print_message("# %s\n", formats[i].name);
                assert_true(run("cd '%s' && qemu-img create -q %s './%s' " SIZE_TEXT, temp, formats[i].create,
                                formats[i].name));
                assert_ok(temp_open(formats[i].name, true, NULL, &disk, &err));
                assert_string_equal(ow_disk_format(disk), formats[i].format);
                assert_true(ow_disk_size(disk) >= 48 << 20);
                write_everywhere(disk);
                assert_ok(ow_transaction_commit(&disk, 1, formats[i].name, NULL, &err));
                check_everywhere(disk, true);
                ow_disk_close(disk);

                assert_ok(temp_open(formats[i].name, false, NULL, &disk, &err));
                check_everywhere(disk, true);
                ow_disk_close(disk);

                assert_ok(temp_open(formats[i].name, true, NULL, &disk, &err));
                assert_ok(ow_transaction_undo(&disk, 1, NULL, &err));
                check_everywhere(disk, false);
                ow_disk_close(disk);

                assert_ok(temp_open(formats[i].name, false, NULL, &disk, &err));
                check_everywhere(disk, false);
                ow_disk_close(disk);
        }
        /* What qemu itself makes of it. */
        assert_true(run("cd '%s' && qemu-img create -q -f qcow2 empty.qcow2 " SIZE_TEXT
                        " && qemu-img compare -q a.qcow2 empty.qcow2 && qemu-img check -q a.qcow2", temp));
}

static void a_snapshot_reads_through_to_its_base(void **state)
{
        uint8_t piece[PIECE];
        ow_disk *disk;

        need_qemu();
        assert_true(run("cd '%s' && qemu-img create -q -f qcow2 base.qcow2 4M && "
                        "qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 top.qcow2", temp));
        assert_ok(temp_open("base.qcow2", true, NULL, &disk, &err));
        assert_ok(ow_disk_write(disk, 70000, "below", 5, &err));
        assert_ok(ow_transaction_commit(&disk, 1, "base", NULL, &err));
        ow_disk_close(disk);
        assert_ok(temp_open("top.qcow2", true, NULL, &disk, &err));
        assert_ok(ow_disk_read(disk, 70000, piece, 5, &err));
        assert_memory_equal(piece, "below", 5);
        assert_ok(ow_disk_write(disk, 70000, "above", 5, &err));
        assert_ok(ow_transaction_commit(&disk, 1, "top", NULL, &err));
        ow_disk_close(disk);
        assert_ok(temp_open("base.qcow2", false, NULL, &disk, &err));
        assert_ok(ow_disk_read(disk, 70000, piece, 5, &err));
        assert_memory_equal(piece, "below", 5);
        ow_disk_close(disk);
}

static void stream_optimized_is_for_reading(void **state)
{
        ow_disk *disk;

        need_qemu();
        assert_true(run("cd '%s' && qemu-img create -q -f qcow2 a.qcow2 4M && "
                        "qemu-img convert -f qcow2 -O vmdk -o subformat=streamOptimized a.qcow2 s.vmdk", temp));
        assert_fails(OW_E_UNSUPPORTED, temp_open("s.vmdk", true, NULL, &disk, &err));
        assert_ok(temp_open("s.vmdk", false, NULL, &disk, &err));
        ow_disk_close(disk);
}

static void somebody_else_has_it(void **state)
{
        ow_error why = OW_ERROR_INIT;
        struct temp_log log = { 0, "" };
        ow_disk *first, *second;

        need_qemu();
        assert_true(run("cd '%s' && qemu-img create -q -f qcow2 a.qcow2 4M", temp));
        assert_ok(temp_open("a.qcow2", true, NULL, &first, &err));
        assert_int_equal(temp_open("a.qcow2", true, NULL, &second, &why), OW_E_DIRTY);
        assert_non_null(strstr(why.text, "in use by another program"));
        assert_ok(temp_open("a.qcow2", false, &log, &second, &err));
        assert_int_equal(log.warnings, 1);
        ow_disk_close(second);
        ow_disk_close(first);
}

static void a_damaged_header_is_told_in_qemus_words(void **state)
{
        ow_error why = OW_ERROR_INIT;
        ow_disk *disk;

        need_qemu();
        assert_true(run("cd '%s' && qemu-img create -q -f qcow2 a.qcow2 4M", temp));
        temp_write("a.qcow2", 40, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);       /* where the first table is */
        assert_int_equal(temp_open("a.qcow2", false, NULL, &disk, &why), OW_E_CORRUPT);
        assert_non_null(strstr(why.text, "L1 table"));
}

/* The pid of the only child that this process has; 0: none. */
static pid_t find_child(void)
{
        char path[80];
        long pid = 0;
        FILE *f;

        (void)snprintf(path, sizeof path, "/proc/self/task/%ld/children", (long)getpid());
        f = fopen(path, "r");
        if (!f)
                return 0;
        if (fscanf(f, "%ld", &pid) != 1)
                pid = 0;
        (void)fclose(f);
        return (pid_t)pid;
}

static void a_dead_server_is_an_error(void **state)
{
        ow_disk *disk;
        uint8_t b[512];
        pid_t child;

        need_qemu();
        assert_true(run("cd '%s' && qemu-img create -q -f qcow2 a.qcow2 4M", temp));
        assert_ok(temp_open("a.qcow2", true, NULL, &disk, &err));
        assert_ok(ow_disk_write(disk, 0, "x", 1, &err));
        child = find_child();
        if (child == 0) {
                ow_disk_close(disk);
                print_message("skipped: this kernel does not list children\n");
                skip();
        }
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_fails(OW_E_IO, ow_disk_read(disk, 1 << 20, b, sizeof b, &err));
        assert_fails(OW_E_IO, ow_transaction_commit(&disk, 1, "x", NULL, &err));
        ow_disk_close(disk);
        /* How far the commit came nobody knows; its journal stays, and the next open finishes it. */
        for (unsigned writable = 0; writable < 2; writable++) {
                assert_ok(temp_open("a.qcow2", writable, NULL, &disk, &err));
                assert_ok(ow_disk_read(disk, 0, b, 1, &err));
                assert_int_equal(b[0], 'x');
                ow_disk_close(disk);
        }
        assert_int_equal(temp_count(), 2);
}

/* nbdkit writes its pid once it listens. */
static pid_t wait_for_pid(const char *path)
{
        long pid = 0;

        for (unsigned tries = 0; tries < 5000; tries++) {
                FILE *f = fopen(path, "r");
                int n = f ? fscanf(f, "%ld", &pid) : 0;

                if (f)
                        (void)fclose(f);
                if (n == 1)
                        return (pid_t)pid;
                (void)usleep(1000);
        }
        fail_msg("nbdkit does not start");
        return 0;
}

static void a_uri_needs_a_folder_for_its_journal(void **state)
{
        ow_disk_options options = { .flags = OW_DISK_WRITABLE };
        char uri[300], folder[PATH_MAX], pid_file[PATH_MAX];
        ow_error why = OW_ERROR_INIT;
        ow_disk *disk;
        pid_t pid;

        if (!run("command -v nbdkit >/dev/null")) {
                print_message("skipped: nbdkit is not installed\n");
                skip();
        }
        (void)snprintf(pid_file, sizeof pid_file, "%s", temp_path("pid"));
        (void)snprintf(folder, sizeof folder, "%s", temp);
        (void)snprintf(uri, sizeof uri, "nbd+unix:///disk?socket=%s", temp_path("socket"));
        assert_true(run("nbdkit --filter=blocksize-policy -U '%s' -P '%s' memory 4M blocksize-minimum=4096 "
                        "blocksize-error-policy=error 2>/dev/null || nbdkit -U '%s' -P '%s' memory 4M",
                        temp_path("socket"), pid_file, temp_path("socket"), pid_file));
        pid = wait_for_pid(pid_file);

        assert_ok(ow_disk_open(uri, &options, &disk, &err));
        assert_string_equal(ow_disk_format(disk), "nbd");
        assert_int_equal(ow_disk_size(disk), 4 << 20);
        assert_ok(ow_disk_write(disk, 5000, "hello", 5, &err));
        assert_int_equal(ow_transaction_commit(&disk, 1, "x", NULL, &why), OW_E_REFUSED);
        assert_non_null(strstr(why.text, "--journal-dir"));
        ow_disk_close(disk);

        options.journal_dir = folder;
        for (unsigned round = 0; round < 2; round++) {
                char got[5];

                assert_ok(ow_disk_open(uri, &options, &disk, &err));
                assert_ok(ow_disk_read(disk, 5000, got, 5, &err));
                assert_memory_equal(got, round ? "hello" : "\0\0\0\0\0", 5);
                if (round == 0) {
                        assert_ok(ow_disk_write(disk, 5000, "hello", 5, &err));
                        assert_ok(ow_transaction_commit(&disk, 1, "x", NULL, &err));
                } else {
                        assert_ok(ow_transaction_undo(&disk, 1, NULL, &err));
                        assert_ok(ow_disk_read(disk, 5000, got, 5, &err));
                        assert_memory_equal(got, "\0\0\0\0\0", 5);
                }
                ow_disk_close(disk);
        }
        assert_int_equal(kill(pid, SIGTERM), 0);
        assert_fails(OW_E_IO, ow_disk_open("nbd+unix:///?socket=/nonexistent", NULL, &disk, &err));
}

/* Whatever a header makes of it: qemu-nbd cannot open what we did not look at, nor write to what lies below. */
static void the_server_reaches_its_image_only(void **state)
{
        char mine[PATH_MAX], opts[PATH_MAX + 100], *paths[] = { mine };
        struct nbd_image image = { .path = mine, .opts = opts, .top = { paths, 1 }, .scratch = -1 };
        struct store *store = NULL;

        need_qemu();
        if (confine_version() == 0) {
                print_message("skipped: this kernel has no Landlock\n");
                skip();
        }
        temp_truncate("mine", 1 << 20);
        temp_truncate("other", 1 << 20);
        (void)snprintf(mine, sizeof mine, "%s", temp_path("mine"));
        (void)snprintf(opts, sizeof opts, "driver=raw,file.driver=file,file.filename=%s", temp_path("other"));
        assert_fails(OW_E_READONLY, nbd_open_qemu(&image, true, NULL, &store, &err));
        (void)snprintf(opts, sizeof opts, "driver=raw,file.driver=file,file.filename=%s", mine);
        assert_ok(nbd_open_qemu(&image, true, NULL, &store, &err));
        store_close(store);
        image.below = image.top;
        image.top.count = 0;
        assert_fails(OW_E_READONLY, nbd_open_qemu(&image, true, NULL, &store, &err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_setup, temp_teardown)
        const struct CMUnitTest tests[] = {
                TEST(every_format_is_written_read_back_and_undone),
                TEST(a_snapshot_reads_through_to_its_base),
                TEST(stream_optimized_is_for_reading),
                TEST(somebody_else_has_it),
                TEST(a_damaged_header_is_told_in_qemus_words),
                TEST(a_dead_server_is_an_error),
                TEST(a_uri_needs_a_folder_for_its_journal),
                TEST(the_server_reaches_its_image_only),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
