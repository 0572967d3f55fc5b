/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <offwin/hivefile.h>
#include <offwin/registry.h>

#include "base/alloc.h"
#include "base/le.h"

/* A folder with one hive in it; calls may be made to fail on any allocation. */
struct rig {
        char dir[40];
        char path[100];
};

static void put_value(ow_hive *hive, const char *path, const char *name, uint32_t number)
{
        ow_le32 data = ow_le32_of(number);
        ow_key key;

        assert_int_equal(ow_hive_create_key(hive, ow_hive_root(hive), path, &key, NULL, NULL), 0);
        assert_int_equal(ow_hive_set_value(hive, key, name, OW_REG_DWORD, &data, sizeof data, NULL), 0);
}

static void make_hive(struct rig *rig, const char *name, const char *inside)
{
        ow_error err = OW_ERROR_INIT;
        ow_hive *hive;

        (void)snprintf(rig->path, sizeof rig->path, "%s/%s", rig->dir, name);
        assert_int_equal(ow_hive_new(5, inside, NULL, 0, &hive, &err), 0);
        put_value(hive, "Select", "Current", 1);
        put_value(hive, "Select", "Default", 2);
        put_value(hive, "ControlSet001\\Control", "n", 1);
        put_value(hive, "ControlSet002\\Control", "n", 2);
        assert_int_equal(ow_hivefile_create(rig->path, hive, 1, &err), 0);
        ow_hive_close(hive);
}

static int set_up(void **state)
{
        struct rig *rig = calloc(1, sizeof *rig);

        (void)snprintf(rig->dir, sizeof rig->dir, "/tmp/offwin-hivefile-XXXXXX");
        assert_non_null(mkdtemp(rig->dir));
        make_hive(rig, "SYSTEM", "SYSTEM");
        *state = rig;
        return 0;
}

static int tear_down(void **state)
{
        struct rig *rig = *state;
        char command[120];

        ow_alloc_fail_from(0);
        (void)snprintf(command, sizeof command, "rm -rf '%s'", rig->dir);
        assert_int_equal(system(command), 0);
        free(rig);
        return 0;
}

static void write_file(const char *path, const void *bytes, size_t size)
{
        FILE *file = fopen(path, "wb");

        assert_non_null(file);
        assert_int_equal(fwrite(bytes, 1, size, file), size);
        assert_int_equal(fclose(file), 0);
}

static void *read_file(const char *path, size_t *ret_size)
{
        FILE *file = fopen(path, "rb");
        void *bytes;

        assert_non_null(file);
        assert_int_equal(fseek(file, 0, SEEK_END), 0);
        *ret_size = (size_t)ftell(file);
        rewind(file);
        bytes = malloc(*ret_size + 1);
        assert_int_equal(fread(bytes, 1, *ret_size, file), *ret_size);
        (void)fclose(file);
        return bytes;
}

/* Windows keeps the last part of the path from which it loaded the hive; ow_hive_new() takes only a name. */
static void rename_inside(const struct rig *rig, const char *inside)
{
        enum { NAME_AT = 0x30, NAME_UNITS = 32, SUM_AT = 508 };
        size_t size;
        uint8_t *bytes = read_file(rig->path, &size);
        uint32_t sum = 0;

        memset(bytes + NAME_AT, 0, 2 * NAME_UNITS);
        for (size_t i = 0; inside[i] && i < NAME_UNITS - 1; i++)
                bytes[NAME_AT + 2 * i] = (uint8_t)inside[i];
        for (size_t i = 0; i < SUM_AT; i += 4)
                sum ^= ow_le32_at(bytes + i);
        ow_le32_put(bytes + SUM_AT, sum);
        write_file(rig->path, bytes, size);
        free(bytes);
}

static void detect_goes_by_content(void **state)
{
        struct rig *rig = *state;
        uint8_t bytes[8192] = { 0 };
        char path[120], log[140];

        assert_int_equal(ow_hivefile_detect(rig->path, NULL), 1);
        assert_int_equal(ow_hivefile_detect("/dev/null", NULL), 0);
        assert_int_equal(ow_hivefile_detect("nbd://host/disk", NULL), 0);
        (void)snprintf(path, sizeof path, "%s/x", rig->dir);
        (void)snprintf(log, sizeof log, "%s.log1", path);
        write_file(path, bytes, sizeof bytes);
        assert_int_equal(ow_hivefile_detect(path, NULL), 0);
        memcpy(bytes, "regf", 4);
        write_file(path, bytes, sizeof bytes);
        assert_int_equal(ow_hivefile_detect(path, NULL), 1);
        bytes[510] = 0x55;              /* a boot sector that begins with these letters */
        bytes[511] = 0xaa;
        write_file(path, bytes, sizeof bytes);
        assert_int_equal(ow_hivefile_detect(path, NULL), 0);
        memset(bytes, 0, sizeof bytes); /* a lost base block: only a log makes it a hive */
        memcpy(bytes + 4096, "hbin", 4);
        write_file(path, bytes, sizeof bytes);
        assert_int_equal(ow_hivefile_detect(path, NULL), 0);
        memset(bytes, 0, sizeof bytes);
        memcpy(bytes, "regf", 4);
        bytes[0x1c] = 6;
        write_file(log, bytes, 512);
        assert_int_equal(ow_hivefile_detect(path, NULL), 1);
}

static void prefixes_come_from_the_name_inside_then_from_the_file(void **state)
{
        static const struct { const char *inside, *file, *want; } names[] = {
                { "\\SystemRoot\\Config\\SOFTWARE", "x1", "HKEY_LOCAL_MACHINE\\SOFTWARE" },
                { "\\??\\C:\\Users\\x\\ntuser.dat", "x2", "HKEY_CURRENT_USER" },
                { "\\Windows\\UsrClass.dat", "x3", "HKEY_CURRENT_USER\\Software\\Classes" },
                { "\\config\\DEFAULT", "x4", "HKEY_USERS\\.DEFAULT" },
                { "unknown", "SECURITY", "HKEY_LOCAL_MACHINE\\SECURITY" },
                { "\\Programs\\Amcache.hve", "x5", "HKEY_LOCAL_MACHINE\\Amcache.hve" },
        };
        struct rig *rig = *state;

        for (size_t i = 0; i < OW_COUNT(names); i++) {
                ow_hivefile *file;

                make_hive(rig, names[i].file, "x");
                rename_inside(rig, names[i].inside);
                assert_int_equal(ow_hivefile_open(rig->path, NULL, &file, NULL), 0);
                assert_string_equal(ow_hivefile_prefix(file), names[i].want);
                ow_hivefile_close(file);
        }
}

/* Exported text begins with it, and regedit knows no short names there. */
static void a_prefix_is_kept_with_the_full_name_of_its_root(void **state)
{
        static const struct { const char *prefix, *want; } prefixes[] = {
                { "HKLM\\X", "HKEY_LOCAL_MACHINE\\X" },
                { "Computer\\hkey_users\\Q", "HKEY_USERS\\Q" },
                { "HKCU:\\", "HKEY_CURRENT_USER" },
                { "HKCR\\.txt", "HKEY_LOCAL_MACHINE\\SOFTWARE\\Classes\\.txt" },
        };
        struct rig *rig = *state;
        ow_hivefile *file;

        assert_int_equal(ow_hivefile_open(rig->path, NULL, &file, NULL), 0);
        for (size_t i = 0; i < OW_COUNT(prefixes); i++) {
                assert_int_equal(ow_hivefile_set_prefix(file, prefixes[i].prefix, NULL), 0);
                assert_string_equal(ow_hivefile_prefix(file), prefixes[i].want);
        }
        ow_hivefile_close(file);
}

static void paths_are_found_in_every_spelling(void **state)
{
        static const struct { const char *path, *want; } paths[] = {
                { "", "" },
                { "\\", "" },
                { "Select", "Select" },
                { "\\Select", "Select" },
                { "HKLM\\SYSTEM", "" },
                { "HKEY_LOCAL_MACHINE\\system\\Select", "Select" },
                { "Select\\", "Select" },
                { "HKLM\\SYSTEM\\Select\\", "Select" },
                { "CurrentControlSet", "ControlSet001" },
                { "HKLM\\SYSTEM\\currentcontrolset\\Control", "ControlSet001\\Control" },
                { "ControlSet002\\Control", "ControlSet002\\Control" },
        };
        struct rig *rig = *state;
        ow_error err = OW_ERROR_INIT;
        ow_hivefile *file;
        char *path, **several;
        size_t n;

        assert_int_equal(ow_hivefile_open(rig->path, NULL, &file, NULL), 0);
        for (size_t i = 0; i < OW_COUNT(paths); i++) {
                print_message("%s\n", paths[i].path);
                assert_int_equal(ow_hivefile_resolve(file, paths[i].path, &path, NULL), 0);
                assert_string_equal(path, paths[i].want);
                ow_text_free(path);
        }
        assert_int_equal(ow_hivefile_resolve(file, "a\\\\b", &path, &err), OW_E_INVAL);
        assert_non_null(strstr(err.text, "'a\\\\b'"));
        assert_int_equal(ow_hivefile_expand(file, "HKLM\\SYSTEM\\CurrentControlSet\\X", &several, &n, NULL), 0);
        assert_int_equal(n, 2);
        assert_string_equal(several[0], "ControlSet001\\X");
        assert_string_equal(several[1], "ControlSet002\\X");
        ow_registry_paths_free(several, n);
        assert_int_equal(ow_hivefile_fits(file, "HKLM\\SYSTEM\\A", NULL), 1);
        assert_int_equal(ow_hivefile_fits(file, "HKLM\\OFFLINE\\A", NULL), 0);
        assert_int_equal(ow_hivefile_fits(file, "\\A", NULL), 1);
        assert_int_equal(ow_hivefile_fits(file, "A", &err), OW_E_INVAL);
        assert_int_equal(ow_hivefile_set_prefix(file, "nonsense", &err), OW_E_INVAL);
        assert_int_equal(ow_hivefile_set_prefix(file, "HKLM\\OFFLINE", &err), 0);
        assert_int_equal(ow_hivefile_fits(file, "HKEY_LOCAL_MACHINE\\offline\\A", NULL), 1);
        ow_hivefile_close(file);
}

/* What belongs into another hive must not end up in this one. */
static void paths_of_other_hives_are_refused_where_the_place_is_known(void **state)
{
        static const struct {
                const char *prefix, *path, *want;
        } paths[] = {
                { NULL, "HKLM\\SOFTWARE\\Vendor", NULL },
                { NULL, "HKLM\\Setup", NULL },
                { NULL, "HKCR\\.txt", NULL },
                { NULL, "HKCU\\Console", NULL },
                { "HKLM\\OFFLINE", "HKLM\\SYSTEM\\Select", NULL },
                { "HKLM\\OFFLINE", "HKLM\\offline\\Select", "Select" },
                { "HKLM\\SOFTWARE", "HKCR\\.txt", "Classes\\.txt" },
        };
        struct rig *rig = *state;
        ow_hivefile *file;
        char *path;

        for (size_t i = 0; i < OW_COUNT(paths); i++) {
                ow_error err = OW_ERROR_INIT;

                print_message("%s\n", paths[i].path);
                assert_int_equal(ow_hivefile_open(rig->path, NULL, &file, NULL), 0);
                if (paths[i].prefix)
                        assert_int_equal(ow_hivefile_set_prefix(file, paths[i].prefix, NULL), 0);
                assert_int_equal(ow_hivefile_resolve(file, paths[i].path, &path, &err),
                                 paths[i].want ? 0 : OW_E_INVAL);
                if (paths[i].want) {
                        assert_string_equal(path, paths[i].want);
                        ow_text_free(path);
                } else {
                        assert_non_null(strstr(err.text, ow_hivefile_prefix(file)));
                }
                ow_hivefile_close(file);
        }
}

static void a_hive_of_an_unknown_place_is_found_under_any_root(void **state)
{
        static const struct {
                const char *path, *want;
        } paths[] = {
                { "HKLM\\OFFLINE\\Select\\x", "Select\\x" },
                { "HKU\\.DEFAULT\\Console", "Console" },
                { "HKCU\\Console", "Console" },
        };
        struct rig *rig = *state;
        ow_hivefile *file;
        char *path;

        make_hive(rig, "mounted", "mounted");
        assert_int_equal(ow_hivefile_open(rig->path, NULL, &file, NULL), 0);
        for (size_t i = 0; i < OW_COUNT(paths); i++) {
                assert_int_equal(ow_hivefile_resolve(file, paths[i].path, &path, NULL), 0);
                assert_string_equal(path, paths[i].want);
                ow_text_free(path);
        }
        ow_hivefile_close(file);
}

static void current_config_is_the_profile_of_each_control_set(void **state)
{
        struct rig *rig = *state;
        ow_hivefile_options options = { .writable = true };
        ow_error err = OW_ERROR_INIT;
        ow_hivefile *file;
        char *path, **several;
        size_t n;

        assert_int_equal(ow_hivefile_open(rig->path, &options, &file, NULL), 0);
        assert_int_equal(ow_hivefile_resolve(file, "HKCC\\X", &path, &err), OW_E_ABSENT);
        assert_int_equal(ow_hivefile_expand(file, "HKCC\\X", &several, &n, &err), OW_E_REFUSED);
        put_value(ow_hivefile_hive(file), "ControlSet001\\Control\\IDConfigDB", "CurrentConfig", 1);
        put_value(ow_hivefile_hive(file), "ControlSet002\\Control\\IDConfigDB", "CurrentConfig", 10000);
        assert_int_equal(ow_hivefile_resolve(file, "HKCC\\X", &path, NULL), 0);
        assert_string_equal(path, "ControlSet001\\Hardware Profiles\\0001\\X");
        ow_text_free(path);
        assert_int_equal(ow_hivefile_expand(file, "HKCC\\X", &several, &n, &err), OW_E_REFUSED);
        assert_non_null(strstr(err.text, "ControlSet002\\Control\\IDConfigDB"));
        put_value(ow_hivefile_hive(file), "ControlSet002\\Control\\IDConfigDB", "CurrentConfig", 0);
        assert_int_equal(ow_hivefile_expand(file, "HKCC", &several, &n, NULL), 0);
        assert_int_equal(n, 2);
        assert_string_equal(several[1], "ControlSet002\\Hardware Profiles\\0000");
        ow_registry_paths_free(several, n);
        /* One that is there all the same can be seen, and removed. */
        put_value(ow_hivefile_hive(file), "ControlSet002\\Hardware Profiles\\Current", "x", 1);
        assert_int_equal(ow_hivefile_resolve(file, "ControlSet002\\Hardware Profiles\\Current", &path, NULL), 0);
        assert_string_equal(path, "ControlSet002\\Hardware Profiles\\Current");
        ow_text_free(path);
        ow_hivefile_close(file);
}

static void classes_of_a_person_do_not_last_in_ntuser_dat(void **state)
{
        static const struct { const char *prefix, *path; int want; } places[] = {
                { "HKCU", "Software\\Classes", OW_E_REFUSED },
                { "HKCU", "SOFTWARE\\classes\\.txt", OW_E_REFUSED },
                { "HKU\\S-1-5-21-1-2-3-1001", "Software\\Classes\\.txt", OW_E_REFUSED },
                { "HKU\\S-1-5-21-1-2-3-1001_Classes", "Software\\Classes\\.txt", 0 },
                { "HKCU", "Software\\Classes2", 0 },
                { "HKCU", "Software", 0 },
                { "HKU\\S-1-5-19", "Software\\Classes\\.txt", 0 },
                { "HKU\\.DEFAULT", "Software\\Classes\\.txt", 0 },
                { "HKCU\\Software\\Classes", "Software\\Classes\\.txt", 0 },
        };
        struct rig *rig = *state;
        ow_error err = OW_ERROR_INIT;
        ow_hivefile *file;

        assert_int_equal(ow_hivefile_open(rig->path, NULL, &file, NULL), 0);
        for (size_t i = 0; i < OW_COUNT(places); i++) {
                print_message("%s %s\n", places[i].prefix, places[i].path);
                assert_int_equal(ow_hivefile_set_prefix(file, places[i].prefix, NULL), 0);
                assert_int_equal(ow_hivefile_lasts(file, places[i].path, &err), places[i].want);
        }
        assert_non_null(strstr(err.text, "UsrClass.dat"));
        ow_hivefile_close(file);
}

static void a_commit_is_read_back_and_undone(void **state)
{
        ow_hivefile_options options = { .writable = true };
        struct rig *rig = *state;
        ow_commit_result result;
        ow_error err = OW_ERROR_INIT;
        size_t before_size, after_size, n;
        void *before = read_file(rig->path, &before_size), *after;
        ow_disk *const *disks;
        ow_hivefile *file;
        uint8_t *big = calloc(1, 300000);

        assert_int_equal(ow_hivefile_open(rig->path, &options, &file, &err), 0);
        put_value(ow_hivefile_hive(file), "New", "n", 7);
        assert_int_equal(ow_hive_set_value(ow_hivefile_hive(file), ow_hive_root(ow_hivefile_hive(file)), "big",
                                           OW_REG_BINARY, big, 300000, &err), 0);
        assert_int_equal(ow_hivefile_commit(file, "test", 1, &result, &err), 0);
        assert_non_null(result.journal);
        ow_commit_result_done(&result);
        assert_true(ow_hivefile_size(file) > before_size);
        assert_int_equal(ow_hivefile_reload(file, &err), 0);
        assert_false(ow_hive_changed(ow_hivefile_hive(file)));
        disks = ow_hivefile_disks(file, &n);
        assert_int_equal(n, 1);
        assert_int_equal(ow_transaction_undo(disks, n, NULL, &err), 0);
        ow_hivefile_close(file);
        after = read_file(rig->path, &after_size);
        assert_int_equal(after_size, before_size);
        assert_memory_equal(after, before, before_size);
        free(before);
        free(after);
        free(big);
}

static void a_new_file_never_replaces_one(void **state)
{
        struct rig *rig = *state;
        ow_error err = OW_ERROR_INIT;
        size_t before_size, after_size;
        void *before = read_file(rig->path, &before_size), *after;
        ow_hive *hive;

        assert_int_equal(ow_hive_new(5, "x", NULL, 0, &hive, &err), 0);
        assert_int_equal(ow_hivefile_create(rig->path, hive, 1, &err), OW_E_EXISTS);
        assert_int_equal(ow_hivefile_create("/no/such/folder/x", hive, 1, &err), OW_E_ABSENT);
        ow_hive_close(hive);
        after = read_file(rig->path, &after_size);
        assert_int_equal(after_size, before_size);
        assert_memory_equal(after, before, before_size);
        free(before);
        free(after);
}

/* Sequence numbers that differ and no log: readable, editable only when that is accepted. */
static void a_stale_hive_is_read_and_not_edited(void **state)
{
        ow_hivefile_options options = { .writable = true };
        struct rig *rig = *state;
        ow_error err = OW_ERROR_INIT;
        ow_hivefile *file;
        size_t size;
        uint8_t *bytes = read_file(rig->path, &size);
        uint32_t sum = 0;

        bytes[4]++;
        for (size_t i = 0; i < 508; i += 4)
                sum ^= ow_le32_at(bytes + i);
        ow_le32_put(bytes + 508, sum);
        write_file(rig->path, bytes, size);
        free(bytes);
        assert_int_equal(ow_hivefile_open(rig->path, NULL, &file, &err), 0);
        assert_true(ow_hivefile_stale(file));
        assert_int_equal(ow_hivefile_editable(file, &err), OW_E_DIRTY);
        ow_hivefile_close(file);
        assert_int_equal(ow_hivefile_open(rig->path, &options, &file, &err), OW_E_DIRTY);
        assert_non_null(strstr(err.text, "--accept-dirty"));
        options.accept_dirty = true;
        assert_int_equal(ow_hivefile_open(rig->path, &options, &file, &err), 0);
        assert_int_equal(ow_hivefile_editable(file, &err), 0);
        put_value(ow_hivefile_hive(file), "New", "n", 7);
        assert_int_equal(ow_hivefile_commit(file, "test", 1, NULL, &err), 0);
        assert_int_equal(ow_hivefile_reload(file, &err), 0);
        assert_false(ow_hivefile_stale(file));
        ow_hivefile_close(file);
}

static int open_and_use(const char *path, ow_error *err)
{
        ow_hivefile *file = NULL;
        char **several, *one;
        size_t n;
        int r = ow_hivefile_open(path, NULL, &file, err);

        if (r == 0)
                r = ow_hivefile_set_prefix(file, "HKLM\\X", err);
        if (r == 0)
                r = ow_hivefile_resolve(file, "HKLM\\X\\CurrentControlSet\\A", &one, err);
        if (r == 0) {
                ow_text_free(one);
                r = ow_hivefile_expand(file, "CurrentControlSet\\A", &several, &n, err);
        }
        if (r == 0)
                ow_registry_paths_free(several, n);
        ow_hivefile_close(file);
        return r;
}

static void every_allocation_may_fail(void **state)
{
        struct rig *rig = *state;
        int r = OW_E_NOMEM;

        for (size_t nth = 1; r != 0; nth++) {
                ow_error err = OW_ERROR_INIT;

                assert_true(nth < 10000);
                ow_alloc_fail_from(nth);
                r = open_and_use(rig->path, &err);
                ow_alloc_fail_from(0);
                if (r != 0)
                        assert_int_equal(r, OW_E_NOMEM);
                assert_true(r == 0 || err.text[0]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(detect_goes_by_content, set_up, tear_down),
                cmocka_unit_test_setup_teardown(prefixes_come_from_the_name_inside_then_from_the_file, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(a_prefix_is_kept_with_the_full_name_of_its_root, set_up, tear_down),
                cmocka_unit_test_setup_teardown(paths_are_found_in_every_spelling, set_up, tear_down),
                cmocka_unit_test_setup_teardown(paths_of_other_hives_are_refused_where_the_place_is_known, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(current_config_is_the_profile_of_each_control_set, set_up, tear_down),
                cmocka_unit_test_setup_teardown(classes_of_a_person_do_not_last_in_ntuser_dat, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_hive_of_an_unknown_place_is_found_under_any_root, set_up,
                                                tear_down),
                cmocka_unit_test_setup_teardown(a_commit_is_read_back_and_undone, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_new_file_never_replaces_one, set_up, tear_down),
                cmocka_unit_test_setup_teardown(a_stale_hive_is_read_and_not_edited, set_up, tear_down),
                cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
