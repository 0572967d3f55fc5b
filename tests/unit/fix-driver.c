/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which drivers of a folder are chosen, and what they become in a guest. The folder is of our own making. */
#include "fix-fixture.h"

#include <sys/stat.h>

#include <offwin/driver.h>

#include "fix/driver.h"

static const ow_inf_target win7 = { 6, 1, 7601, OW_INF_AMD64, 3, 0 };
static const ow_inf_target win10 = { 10, 0, 19045, OW_INF_AMD64, 1, 0 };

static const char disk_inf[] =
        "[Version]\nSignature=\"$Windows NT$\"\nClass=SCSIAdapter\n"
        "ClassGUID={4D36E97B-E325-11CE-BFC1-08002BE10318}\nDriverVer=%s\nCatalogFile=disk.cat\n"
        "[Manufacturer]\nTests=Models,%s\n"
        "[Models.%s]\nTest disk=inst,PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4,PCI\\VEN_1AF4&DEV_1001,odd id,a\\b\\c\n"
        "[inst]\nCopyFiles=files\n[files]\ndisk.sys\n"
        "[inst.Services]\nAddService=diskdrv,2,service\n"
        "[service]\nServiceType=1\nStartType=0\nErrorControl=3\nServiceBinary=%%12%%\\disk.sys\n"
        "LoadOrderGroup=SCSI miniport\nAddReg=values\n"
        "[values]\nHKR,Parameters,BusType,0x00010001,0x0A\nHKLM,SOFTWARE\\Elsewhere,No,0x00010001,1\n"
        "[SourceDisksNames]\n1=x\n[SourceDisksFiles]\ndisk.sys=1\n..\\up.txt=1\nextra.txt=1,sub\n"
        "[DestinationDirs]\nDefaultDestDir=12\n";

struct tree {
        char path[128];
        ow_driver_folder *folder;
};

static void tree_make(struct rig *rig, struct tree *tree)
{
        (void)snprintf(tree->path, sizeof tree->path, "%s/drivers", rig->dir);
        assert_int_equal(mkdir(tree->path, 0700), 0);
        tree->folder = NULL;
}

static void tree_put(const struct tree *tree, const char *name, const void *data, size_t size)
{
        char path[256];
        FILE *f;

        (void)snprintf(path, sizeof path, "%s/%s", tree->path, name);
        for (char *slash = path + strlen(tree->path) + 1; (slash = strchr(slash, '/')); *slash++ = '/') {
                *slash = '\0';
                (void)mkdir(path, 0700);
        }
        f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(data, 1, size, f), size);
        assert_int_equal(fclose(f), 0);
}

/* The headers of a native image for x64 and this Windows; mark makes it differ from others. */
static void sys_make(uint8_t image[512], uint16_t major, uint16_t minor)
{
        memset(image, 0, 512);
        memcpy(image, "MZ", 2);
        ow_le32_put(image + 0x3c, 64);
        memcpy(image + 64, "PE\0\0", 4);
        ow_le16_put(image + 68, 0x8664);
        ow_le16_put(image + 84, 240);
        ow_le16_put(image + 88, 0x20b);
        ow_le16_put(image + 88 + 48, major);
        ow_le16_put(image + 88 + 50, minor);
}

static void tree_put_sys(const struct tree *tree, const char *name, uint16_t major, uint16_t minor, uint8_t mark)
{
        uint8_t image[512];

        sys_make(image, major, minor);
        image[500] = mark;
        tree_put(tree, name, image, sizeof image);
}

/* With one section that ends there; the file has 512 bytes. */
static void tree_put_sys_with_section(const struct tree *tree, const char *name, uint32_t end)
{
        uint8_t image[512];

        sys_make(image, 6, 1);
        ow_le16_put(image + 70, 1);
        ow_le32_put(image + 328 + 0x10, end - 400);
        ow_le32_put(image + 328 + 0x14, 400);
        tree_put(tree, name, image, sizeof image);
}

static void tree_put_inf(const struct tree *tree, const char *name, const char *version, const char *decoration)
{
        char text[2000];
        int n = snprintf(text, sizeof text, disk_inf, version, decoration, decoration);

        tree_put(tree, name, text, (size_t)n);
}

static void driver_put(const struct tree *tree, const char *folder, const char *version, const char *decoration,
                       uint16_t major, uint16_t minor)
{
        char name[100];

        (void)snprintf(name, sizeof name, "%s/disk.inf", folder);
        tree_put_inf(tree, name, version, decoration);
        (void)snprintf(name, sizeof name, "%s/DISK.SYS", folder);
        tree_put_sys(tree, name, major, minor, (uint8_t)minor);
        (void)snprintf(name, sizeof name, "%s/disk.cat", folder);
        tree_put(tree, name, "catalog", 7);
}

/* The path that is chosen for target, or NULL. */
static void assert_chosen(const struct tree *tree, const ow_inf_target *target, const char *want)
{
        struct driver_candidates list;
        ow_driver_folder *folder = NULL;

        assert_ok(ow_driver_folder_open(tree->path, &folder, &err));
        assert_ok(driver_candidates_get(folder, target, &list, &err));
        assert_true(list.n > 0);
        print_message("# %s: %s\n", list.items[0].file->path, list.items[0].why);
        assert_int_equal(list.items[0].fits, want != NULL);
        if (want)
                assert_string_equal(list.items[0].file->path, want);
        driver_candidates_done(&list);
        ow_driver_folder_close(folder);
}

static void a_version_in_the_decoration_decides(void **state)
{
        struct rig *rig = rig_get(state);
        struct tree tree;

        tree_make(rig, &tree);
        driver_put(&tree, "newer-date", "01/01/2023,1.0.0.0", "NTamd64.6.1", 6, 1);
        driver_put(&tree, "older-date", "01/01/2020,1.0.0.0", "NTamd64.10.0", 6, 1);
        assert_chosen(&tree, &win10, "older-date/disk.inf");
        assert_chosen(&tree, &win7, "newer-date/disk.inf");
}

static void then_what_the_image_is_built_for(void **state)
{
        struct rig *rig = rig_get(state);
        struct tree tree;

        tree_make(rig, &tree);
        driver_put(&tree, "a", "01/01/2023,61.0.0.0", "NTamd64", 6, 1);
        driver_put(&tree, "b", "01/01/2020,100.0.0.0", "NTamd64", 10, 0);
        driver_put(&tree, "c", "01/01/2024,63.0.0.0", "NTamd64", 6, 3);
        assert_chosen(&tree, &win10, "b/disk.inf");
        assert_chosen(&tree, &win7, "a/disk.inf");
}

static void then_date_and_version(void **state)
{
        struct rig *rig = rig_get(state);
        struct tree tree;

        tree_make(rig, &tree);
        driver_put(&tree, "a", "01/01/2020,9.0.0.0", "NTamd64", 6, 1);
        driver_put(&tree, "b", "01/02/2020,1.0.0.9", "NTamd64", 6, 1);
        driver_put(&tree, "c", "01/02/2020,1.0.0.10", "NTamd64", 6, 1);
        assert_chosen(&tree, &win10, "c/disk.inf");
}

static void what_does_not_suit_is_left(void **state)
{
        static const uint8_t no_image[] = "not a program";
        struct rig *rig = rig_get(state);
        struct tree tree;

        tree_make(rig, &tree);
        tree_put_inf(&tree, "a/disk.inf", "01/01/2024,1", "NTamd64"); /* no file beside it */
        assert_chosen(&tree, &win10, NULL);
        tree_put(&tree, "a/disk.sys", no_image, sizeof no_image);
        assert_chosen(&tree, &win10, NULL);
        tree_put_sys_with_section(&tree, "a/disk.sys", 512);
        assert_chosen(&tree, &win10, "a/disk.inf");
        tree_put_sys_with_section(&tree, "a/disk.sys", 513); /* cut off */
        assert_chosen(&tree, &win10, NULL);
        driver_put(&tree, "a", "01/01/2024,1", "NTarm64", 10, 0);
        assert_chosen(&tree, &win10, NULL);
        driver_put(&tree, "a", "01/01/2024,1", "NTamd64.10.0...19046", 10, 0);
        assert_chosen(&tree, &win10, NULL);
        tree_put(&tree, "a/disk.inf", "MZ\0\0", 4);
        assert_chosen(&tree, &win10, NULL);
}

static void links_are_not_followed(void **state)
{
        struct rig *rig = rig_get(state);
        ow_driver_folder *folder = NULL;
        char from[256], to[256];
        struct tree tree;

        tree_make(rig, &tree);
        driver_put(&tree, "real", "01/01/2024,1", "NTamd64", 6, 1);
        (void)snprintf(from, sizeof from, "%s/real", tree.path);
        (void)snprintf(to, sizeof to, "%s/linked", tree.path);
        assert_int_equal(symlink(from, to), 0);
        (void)snprintf(from, sizeof from, "%s/real/DISK.SYS", tree.path);
        assert_int_equal(unlink(from), 0);
        assert_int_equal(symlink("/dev/zero", from), 0);
        assert_chosen(&tree, &win7, NULL);
        assert_ok(ow_driver_folder_open(tree.path, &folder, &err));
        assert_int_equal(folder->n, 2); /* the INF and the catalog */
        assert_int_equal(folder->n_links, 2);
        assert_non_null(driver_folder_find(folder, "REAL/disk.INF"));
        assert_null(driver_folder_find(folder, "linked/disk.inf"));
        ow_driver_folder_close(folder);
        (void)snprintf(from, sizeof from, "%s/real/disk.inf", tree.path);
        assert_int_equal(unlink(from), 0);
        assert_fails(OW_E_ABSENT, ow_driver_folder_open(tree.path, &folder, &err));
        assert_fails(OW_E_ABSENT, ow_driver_folder_open("/nonexistent", &folder, &err));
}

/* ---- into a guest ---- */

static void guest_make(struct rig *rig)
{
        OW_AUTO_BUFFER system = OW_BUFFER_INIT;
        OW_AUTO_BUFFER software = OW_BUFFER_INIT;

        ow_buffer_put_text(&software, server_software);
        ow_buffer_put_text(&software, "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows\\CurrentVersion]\n");
        ow_buffer_put_byte(&software, 0);
        ow_buffer_put_text(&system, server_system);
        ow_buffer_put_text(&system, "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Session Manager\\Environment]\n"
                                    "\"PROCESSOR_ARCHITECTURE\"=\"AMD64\"\n");
        ow_buffer_put_byte(&system, 0);
        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", (char *)system.p);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", (char *)software.p);
        rig_put(rig, "Windows\\System32\\drivers\\null.sys", "MZ", 2);
        rig_end(rig);
}

static size_t inject(struct rig *rig, const struct tree *tree, ow_guest **ret_guest)
{
        ow_guest *guest = rig_open(rig, true);
        ow_driver_folder *folder = NULL;
        ow_commit_result result;
        ow_plan *plan = NULL;
        size_t rows;

        assert_ok(ow_driver_folder_open(tree->path, &folder, &err));
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_inject(plan, guest, folder, &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        rows = ow_plan_change_count(plan);
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_machine_commit(rig->machine, "test", &result, &err));
        ow_commit_result_done(&result);
        rig_close(rig);
        *ret_guest = rig_open(rig, false);
        assert_ok(ow_plan_verify(plan, *ret_guest, &err));
        ow_plan_free(plan);
        ow_driver_folder_close(folder);
        return rows;
}

static bool file_there(ow_guest *guest, const char *path)
{
        OW_AUTO_FREE char *inside = NULL;
        ow_volume *volume;
        ow_stat stat;

        assert_ok(ow_guest_resolve_path(guest, path, &volume, &inside, &err));
        return ow_volume_stat(volume, inside, &stat, NULL) > 0;
}

static void a_disk_driver_becomes_a_boot_driver(void **state)
{
        struct rig *rig = rig_get(state);
        OW_AUTO_FREE char *path = NULL;
        ow_blob data = { NULL, 0 };
        struct tree tree;
        ow_guest *guest;
        uint32_t type;

        guest_make(rig);
        tree_make(rig, &tree);
        driver_put(&tree, "x", "01/01/2024,1.2.3.4", "NTamd64.6.1", 6, 1);
        tree_put(&tree, "x/sub/Extra.TXT", "extra", 5);
        tree_put(&tree, "up.txt", "must not be taken", 17);
        assert_true(inject(rig, &tree, &guest) > 0);
        assert_int_equal(dword(guest, CS1 "Services\\diskdrv", "Start"), 0);
        assert_int_equal(dword(guest, CS1 "Services\\diskdrv", "Type"), 1);
        assert_int_equal(dword(guest, CS1 "Services\\diskdrv", "ErrorControl"), 3);
        assert_int_equal(dword(guest, CS1 "Services\\diskdrv\\Parameters", "BusType"), 10);
        assert_false(key_there(guest, "HKLM\\SOFTWARE\\Elsewhere"));
        assert_true(key_there(guest, CS1 "Control\\CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_1001"));
        assert_true(key_there(guest, CS1 "Control\\CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_1001&SUBSYS_00021AF4"));
        assert_false(key_there(guest, CS1 "Control\\CriticalDeviceDatabase\\odd id"));
        assert_false(key_there(guest, CS1 "Control\\CriticalDeviceDatabase\\a#b#c"));
        assert_true(file_there(guest, "C:\\Windows\\System32\\drivers\\disk.sys"));
        assert_true(file_there(guest, "C:\\Windows\\System32\\CatRoot\\{F750E6C3-38EE-11D1-85E5-00C04FC295EE}\\"
                                      "offwin-disk.cat"));
        assert_true(file_there(guest, "C:\\Windows\\Drivers\\offwin\\disk\\disk.inf"));
        assert_true(file_there(guest, "C:\\Windows\\Drivers\\offwin\\disk\\disk.sys"));
        assert_true(file_there(guest, "C:\\Windows\\Drivers\\offwin\\disk\\disk.cat"));
        assert_true(file_there(guest, "C:\\Windows\\Drivers\\offwin\\disk\\sub\\extra.txt"));
        assert_false(file_there(guest, "C:\\Windows\\Drivers\\offwin\\up.txt"));
        assert_int_equal(ow_registry_get(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion", "DevicePath",
                                         &type, &data, NULL),
                         1);
        path = ow_utf16_text((ow_view){ data.p, data.size });
        assert_int_equal(type, OW_REG_EXPAND_SZ);
        assert_string_equal(path, "%SystemRoot%\\inf;%SystemRoot%\\Drivers\\offwin\\disk");
        ow_blob_done(&data);
        rig_close(rig);
        assert_int_equal(inject(rig, &tree, &guest), 0); /* the same again: nothing */
}

/* Plans the folder's drivers; the plan is the caller's. */
static int plan_inject(ow_guest *guest, const struct tree *tree, ow_plan **ret, ow_error *why)
{
        ow_driver_folder *folder = NULL;
        int r;

        assert_ok(ow_driver_folder_open(tree->path, &folder, &err));
        assert_ok(ow_plan_begin(ret, &err));
        r = ow_plan_inject(*ret, guest, folder, why);
        ow_driver_folder_close(folder);
        return r;
}

/* An INF as driver_put() makes them, whose service is called so. */
static void tree_put_service(const struct tree *tree, const char *service)
{
        OW_AUTO_FREE char *with = ow_asprintf("AddService=%s,", service);
        char text[2000], *at;
        int n = snprintf(text, sizeof text, disk_inf, "01/01/2024,1", "NTamd64", "NTamd64");
        OW_AUTO_FREE char *changed = NULL;

        assert_true(n > 0 && (size_t)n < sizeof text);
        at = strstr(text, "AddService=diskdrv,");
        assert_non_null(at);
        changed = ow_asprintf("%.*s%s%s", (int)(at - text), text, with, at + strlen("AddService=diskdrv,"));
        assert_non_null(changed);
        tree_put(tree, "x/disk.inf", changed, strlen(changed));
}

static void a_service_that_windows_needs_is_not_taken_over(void **state)
{
        struct rig *rig = rig_get(state);
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        struct tree tree;

        guest_make(rig);
        tree_make(rig, &tree);
        driver_put(&tree, "x", "01/01/2024,1", "NTamd64", 6, 1);
        tree_put_service(&tree, "PartMgr");
        assert_int_equal(plan_inject(rig_open(rig, true), &tree, &plan, &why), OW_E_REFUSED);
        print_message("# %s\n", why.text);
        assert_non_null(strstr(why.text, "x/disk.inf' would have its disk.sys run for the service 'partmgr'"));
        ow_plan_free(plan);
}

static void a_file_that_a_needed_service_runs_is_not_replaced(void **state)
{
        static const char path[] = "s\0y\0s\0t\0e\0m\0"
                                   "3\0"
                                   "2\0\\\0d\0r\0i\0v\0e\0r\0s\0\\\0D\0i\0s\0k\0.\0s\0y\0s\0\0";
        struct rig *rig = rig_get(state);
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        struct tree tree;
        ow_guest *guest;
        ow_regkey key;

        guest_make(rig);
        tree_make(rig, &tree);
        driver_put(&tree, "x", "01/01/2024,1", "NTamd64", 6, 1);
        guest = rig_open(rig, true);
        assert_ok(ow_registry_create(guest, CS1 "Services\\partmgr", &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "ImagePath", OW_REG_EXPAND_SZ, path, sizeof path, &err));
        assert_int_equal(plan_inject(guest, &tree, &plan, &why), OW_E_REFUSED);
        print_message("# %s\n", why.text);
        assert_non_null(strstr(why.text, "would have its disk.sys run for the service 'partmgr'"));
        ow_plan_free(plan);
}

static void a_service_by_an_impossible_name_is_told(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest;
        ow_plan *plan = NULL;
        struct tree tree;

        guest_make(rig);
        tree_make(rig, &tree);
        driver_put(&tree, "x", "01/01/2024,1", "NTamd64", 6, 1);
        tree_put_service(&tree, "..\\partmgr");
        guest = rig_open(rig, true);
        assert_ok(plan_inject(guest, &tree, &plan, &err));
        assert_int_equal(ow_plan_skipped_count(plan), 1);
        assert_string_equal(ow_plan_skipped(plan, 0)->reason,
                            "x/disk.inf: '..\\partmgr' is no name of a service: it is no boot driver");
        ow_plan_free(plan);
}

static void nothing_for_this_windows_says_so(void **state)
{
        struct rig *rig = rig_get(state);
        ow_driver_folder *folder = NULL;
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        struct tree tree;
        ow_guest *guest;

        guest_make(rig);
        tree_make(rig, &tree);
        driver_put(&tree, "x", "01/01/2024,1.2.3.4", "NTamd64.10.0", 10, 0);
        guest = rig_open(rig, false);
        assert_ok(ow_driver_folder_open(tree.path, &folder, &err));
        assert_ok(ow_plan_begin(&plan, &err));
        assert_int_equal(ow_plan_inject(plan, guest, folder, &why), OW_E_ABSENT);
        print_message("# %s\n", why.text);
        assert_non_null(strstr(why.text, "(6.1.7601, amd64)"));
        assert_non_null(strstr(why.text, "NTamd64.10.0"));
        ow_plan_free(plan);
        ow_driver_folder_close(folder);
}

static void running_out_of_memory_is_clean(void **state)
{
        struct rig *rig = rig_get(state);
        struct tree tree;
        ow_guest *guest;
        int r = OW_E_NOMEM;

        guest_make(rig);
        tree_make(rig, &tree);
        driver_put(&tree, "x", "01/01/2024,1.2.3.4", "NTamd64.6.1", 6, 1);
        driver_put(&tree, "y", "01/01/2023,1.2.3.4", "NTamd64", 6, 1);
        guest = rig_open(rig, false);
        for (size_t n = 1; r != 0 && n < 20000; n += 3) {
                ow_driver_folder *folder = NULL;
                ow_error why = OW_ERROR_INIT;
                ow_plan *plan = NULL;

                ow_alloc_fail_from(n);
                r = ow_driver_folder_open(tree.path, &folder, &why);
                if (r == 0)
                        r = ow_plan_begin(&plan, &why);
                if (r == 0)
                        r = ow_plan_inject(plan, guest, folder, &why);
                ow_alloc_fail_from(0);
                if (r != 0 && r != OW_E_NOMEM)
                        fail_msg("allocation %zu: %d %s", n, r, why.text);
                ow_plan_free(plan);
                ow_driver_folder_close(folder);
        }
        assert_int_equal(r, 0);
}

static void names_are_plain(void **state)
{
        static const char *const bad[] = { "", "a\\b", "a/b", "..", "x.", "c:", "a\x01", "a*", "con|", "x " };

        for (size_t i = 0; i < OW_COUNT(bad); i++)
                assert_false(driver_name_ok(bad[i]));
        assert_true(driver_name_ok("viostor.sys"));
        assert_string_equal(driver_base_name("%SystemRoot%\\System32\\drivers\\x.sys"), "x.sys");
        assert_string_equal(driver_base_name("x.sys"), "x.sys");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(a_version_in_the_decoration_decides),
                TEST(then_what_the_image_is_built_for),
                TEST(then_date_and_version),
                TEST(what_does_not_suit_is_left),
                TEST(links_are_not_followed),
                TEST(a_disk_driver_becomes_a_boot_driver),
                TEST(a_service_that_windows_needs_is_not_taken_over),
                TEST(a_file_that_a_needed_service_runs_is_not_replaced),
                TEST(a_service_by_an_impossible_name_is_told),
                TEST(nothing_for_this_windows_says_so),
                TEST(running_out_of_memory_is_clean),
                cmocka_unit_test(names_are_plain),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
