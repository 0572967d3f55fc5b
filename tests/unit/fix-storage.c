/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which controllers a Windows starts from, and making it start from one. */
#include "fix-fixture.h"

#include <offwin/storage.h>

#define CS2     "HKLM\\SYSTEM\\ControlSet002\\"
#define SERVICE "[HKEY_LOCAL_MACHINE\\ControlSet001\\Services\\"
#define CDD     "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\CriticalDeviceDatabase\\"
#define DB      "[HKEY_LOCAL_MACHINE\\DriverDatabase\\"
#define DRIVERS "Windows\\System32\\drivers\\"

/* Control set 1 is current, 2 the default: the next boot may use either. */
static const char select_both[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n"
        "\"Current\"=dword:1\n\"Default\"=dword:2\n\"Failed\"=dword:0\n\"LastKnownGood\"=dword:2\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Session Manager\\Environment]\n"
        "\"PROCESSOR_ARCHITECTURE\"=\"AMD64\"\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet002\\Control]\n";

static const char select_one[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n"
        "\"Current\"=dword:1\n\"Default\"=dword:1\n\"Failed\"=dword:0\n\"LastKnownGood\"=dword:1\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Session Manager\\Environment]\n"
        "\"PROCESSOR_ARCHITECTURE\"=\"AMD64\"\n";

static const char ahci_7[] =
        SERVICE "msahci]\n\"Type\"=dword:1\n\"Start\"=dword:3\n\"ErrorControl\"=dword:3\n" SERVICE
                "atapi]\n\"Type\"=dword:1\n\"Start\"=dword:0\n\"ErrorControl\"=dword:3\n"
                "[HKEY_LOCAL_MACHINE\\ControlSet002\\Services\\msahci]\n\"Type\"=dword:1\n\"Start\"=dword:0\n"
                "[HKEY_LOCAL_MACHINE\\ControlSet002\\Services\\atapi]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" CDD
                "PCI#CC_010601]\n\"Service\"=\"msahci\"\n" CDD "Internal_IDE_Channel]\n\"Service\"=\"atapi\"\n"
                "[HKEY_LOCAL_MACHINE\\ControlSet002\\Control\\CriticalDeviceDatabase\\PCI#CC_010601]\n\"Service\"="
                "\"MSAHCI\"\n";

/* A database of boot devices with one way to each of storahci (whole) and stornvme (its package is not there). */
static const char database_10[] = SERVICE
        "storahci]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" SERVICE
        "storahci\\StartOverride]\n\"0\"=dword:3\n\"5\"=dword:0\n\"odd\"=\"text\"\n" SERVICE
        "stornvme]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" SERVICE "pvscsi]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" DB
        "DeviceIds\\PCI\\CC_010601]\n\"none.inf\"=hex:01,ff,00,00\n\"mshdc.inf\"=hex:01,ff,00,00\n" DB
        "DeviceIds\\PCI\\CC_010802]\n\"stornvme.inf\"=hex:01,ff,00,00\n" DB
        "DriverInfFiles\\mshdc.inf]\n\"Active\"=\"mshdc.inf_amd64_1\"\n" DB
        "DriverInfFiles\\stornvme.inf]\n\"Active\"=\"..\\\\..\\\\stornvme\"\n" DB
        "DriverPackages\\mshdc.inf_amd64_1\\Descriptors\\PCI\\CC_010601]\n\"Configuration\"=\"ahci_Inst\"\n" DB
        "DriverPackages\\mshdc.inf_amd64_1\\Configurations\\ahci_Inst]\n\"Service\"=\"storahci\"\n";

/* A driver whose only section ends a byte after the file. */
static void put_cut_off(struct rig *rig, const char *path)
{
        uint8_t image[512] = { 'M', 'Z' };

        ow_le32_put(image + 0x3c, 64);
        memcpy(image + 64, "PE\0\0", 4);
        ow_le16_put(image + 68, 0x8664);
        ow_le16_put(image + 70, 1);
        ow_le16_put(image + 84, 240);
        ow_le16_put(image + 88, 0x20b);
        ow_le32_put(image + 328 + 0x10, 113);
        ow_le32_put(image + 328 + 0x14, 400);
        rig_put(rig, path, image, sizeof image);
}

/* files: in System32\drivers; '!' before a name: cut off. */
static void machine_make(struct rig *rig, const char *version, const char *build, const char *const *system,
                         const char *const *files)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        OW_AUTO_BUFFER software = OW_BUFFER_INIT;

        ow_buffer_printf(
                &software,
                "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n"
                "\"CurrentVersion\"=\"%s\"\n\"CurrentBuildNumber\"=\"%s\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n%s",
                version, build,
                strcmp(version, "6.3") == 0 ? "\"CurrentMajorVersionNumber\"=dword:a\n"
                                              "\"CurrentMinorVersionNumber\"=dword:0\n"
                                            : "");
        ow_buffer_put_byte(&software, 0);
        for (; *system; system++)
                ow_buffer_put_text(&text, *system);
        ow_buffer_put_byte(&text, 0);
        assert_false(ow_buffer_failed(&text) || ow_buffer_failed(&software));
        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", (char *)text.p);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE", (char *)software.p);
        rig_put(rig, "Windows\\System32\\cmd.exe", "MZ", 2);
        for (; *files; files++) {
                char path[100];

                bool cut = **files == '!';

                (void)snprintf(path, sizeof path, DRIVERS "%s", *files + cut);
                if (cut)
                        put_cut_off(rig, path);
                else
                        rig_put(rig, path, "MZ", 2);
        }
        rig_end(rig);
}

static const ow_storage_state *state_of(const ow_storage_report *report, const char *target)
{
        for (size_t i = 0; i < report->n_states; i++)
                if (strcmp(report->states[i].target->name, target) == 0)
                        return &report->states[i];
        fail_msg("no target %s", target);
        return NULL;
}

/* Plans target, applies it, commits, and opens the guest anew. */
static ow_guest *made_ready(struct rig *rig, const char *target, size_t *ret_rows)
{
        ow_guest *guest = rig_open(rig, true);
        ow_commit_result result;
        ow_plan *plan = NULL;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_boot_storage(plan, guest, ow_storage_target_find(target), &err));
        assert_ok(ow_plan_finish(plan, guest, &err));
        *ret_rows = ow_plan_change_count(plan);
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_machine_commit(rig->machine, "test", &result, &err));
        ow_commit_result_done(&result);
        rig_close(rig);
        guest = rig_open(rig, false);
        assert_ok(ow_plan_verify(plan, guest, &err));
        ow_plan_free(plan);
        return guest;
}

static void assert_verdict(ow_guest *guest, const char *target, enum ow_storage_verdict want, const char *reason)
{
        ow_storage_report report;

        assert_ok(ow_storage_look(guest, &report, &err));
        print_message("# %s: %s\n", target, state_of(&report, target)->reason);
        assert_int_equal(state_of(&report, target)->verdict, want);
        assert_non_null(strstr(state_of(&report, target)->reason, reason));
        ow_storage_report_done(&report);
}

static void windows_7_starts_from_ahci_in_both_control_sets(void **state)
{
        static const char *const system[] = { select_both, ahci_7, NULL };
        static const char *const files[] = { "msahci.sys", "atapi.sys", NULL };
        struct rig *rig = rig_get(state);
        size_t rows;
        ow_guest *guest;

        machine_make(rig, "6.1", "7601", system, files);
        assert_verdict(rig_open(rig, false), "qemu-ahci", OW_STORAGE_FIXABLE, "msahci starts later");
        rig_close(rig);
        guest = made_ready(rig, "qemu-ahci", &rows);
        /* Start in set 1; the channel's entry: its class in set 1, a key with two values in set 2, which has none. */
        assert_int_equal(rows, 5);
        assert_int_equal(dword(guest, CS1 "Services\\msahci", "Start"), 0);
        assert_int_equal(dword(guest, CS2 "Services\\msahci", "Start"), 0);
        assert_true(key_there(guest, CS2 "Control\\CriticalDeviceDatabase\\Internal_IDE_Channel"));
        assert_verdict(guest, "qemu-ahci", OW_STORAGE_READY, "msahci, atapi at boot");
        rig_close(rig);
        rig_close(rig);
        (void)made_ready(rig, "qemu-ahci", &rows);
        assert_int_equal(rows, 0);
}

static void windows_7_gets_entries_and_a_service_that_are_missing(void **state)
{
        static const char *const system[] = { select_one, NULL };
        static const char *const files[] = { "lsi_sas.sys", NULL };
        struct rig *rig = rig_get(state);
        size_t rows;
        ow_guest *guest;

        machine_make(rig, "6.1", "7601", system, files);
        assert_verdict(rig_open(rig, false), "vmware-lsisas", OW_STORAGE_FIXABLE, "service LSI_SAS is not there");
        rig_close(rig);
        guest = made_ready(rig, "vmware-lsisas", &rows);
        assert_int_equal(dword(guest, CS1 "Services\\LSI_SAS", "Type"), 1);
        assert_int_equal(dword(guest, CS1 "Services\\LSI_SAS", "ErrorControl"), 1);
        assert_true(key_there(guest, CS1 "Control\\CriticalDeviceDatabase\\PCI#VEN_1000&DEV_0054"));
        assert_false(key_there(guest, "HKLM\\SYSTEM\\DriverDatabase"));
        assert_verdict(guest, "vmware-lsisas", OW_STORAGE_READY, "LSI_SAS at boot");
}

static void windows_10_loses_its_start_override(void **state)
{
        static const char *const system[] = { select_one, database_10, NULL };
        static const char *const files[] = { "storahci.sys", "stornvme.sys", NULL };
        struct rig *rig = rig_get(state);
        size_t rows;
        ow_guest *guest;

        machine_make(rig, "6.3", "19045", system, files);
        guest = rig_open(rig, false);
        assert_verdict(guest, "qemu-ahci", OW_STORAGE_FIXABLE, "StartOverride keeps storahci");
        /* Of Windows' own drivers an entry may be missing from this part of the database. */
        assert_verdict(guest, "nvme", OW_STORAGE_READY, "does not name stornvme for PCI\\CC_010802");
        rig_close(rig);
        guest = made_ready(rig, "qemu-ahci", &rows);
        assert_int_equal(rows, 1);
        assert_false(key_there(guest, CS1 "Services\\storahci\\StartOverride"));
        assert_false(key_there(guest, CS1 "Control\\CriticalDeviceDatabase"));
        assert_verdict(guest, "qemu-ahci", OW_STORAGE_READY, "storahci at boot");
}

static void what_is_not_there_is_refused_by_name(void **state)
{
        static const char *const system[] = { select_one, database_10, NULL };
        static const char *const files[] = { "pvscsi.sys", NULL };
        static const struct {
                const char *target, *part;
        } cases[] = { { "virtio-blk", "viostor.sys is not in System32\\drivers; bring a driver in first" },
                      { "qemu-ahci", "storahci.sys is not in System32\\drivers; repair this Windows' own driver" },
                      /* the file and the service are there, but nothing leads to them */
                      { "vmware-pvscsi", "does not lead from PCI\\VEN_15AD&DEV_07C0 to pvscsi; bring" } };
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        machine_make(rig, "6.3", "19045", system, files);
        guest = rig_open(rig, false);
        for (size_t i = 0; i < OW_COUNT(cases); i++) {
                ow_error why = OW_ERROR_INIT;
                ow_plan *plan = NULL;

                assert_ok(ow_plan_begin(&plan, &err));
                assert_int_equal(ow_plan_boot_storage(plan, guest, ow_storage_target_find(cases[i].target), &why),
                                 OW_E_REFUSED);
                print_message("# %s\n", why.text);
                assert_non_null(strstr(why.text, cases[i].part));
                assert_int_equal(ow_plan_change_count(plan), 0);
                ow_plan_free(plan);
        }
}

static void another_driver_in_the_way_is_named(void **state)
{
        static const char other[] = CDD "PCI#VEN_8086&DEV_2922]\n\"Service\"=\"iaStor\"\n";
        static const char *const system[] = { select_one, ahci_7, other, NULL };
        static const char *const files[] = { "msahci.sys", "atapi.sys", NULL };
        struct rig *rig = rig_get(state);

        machine_make(rig, "6.1", "7601", system, files);
        assert_verdict(rig_open(rig, false), "qemu-ahci", OW_STORAGE_FIXABLE,
                       "iaStor takes the controller before msahci");
}

static void odd_services_are_told(void **state)
{
        static const char odd[] =
                SERVICE "msahci]\n\"Type\"=dword:1\n\"Start\"=\"zero\"\n" SERVICE "atapi]\n\"Start\"=dword:4\n";
        static const char *const system[] = { select_one, odd, NULL };
        static const char *const files[] = { "msahci.sys", "atapi.sys", "intelide.sys", NULL };
        struct rig *rig = rig_get(state);
        ow_guest *guest;

        machine_make(rig, "6.1", "7601", system, files);
        guest = rig_open(rig, false);
        assert_verdict(guest, "qemu-ahci", OW_STORAGE_FIXABLE, "msahci has no start type");
        assert_verdict(guest, "qemu-ide", OW_STORAGE_FIXABLE, "intelide");
}

static void an_image_path_that_leads_elsewhere_is_told_and_set_right(void **state)
{
        static const char paths[] = SERVICE
                "msahci]\n\"Type\"=dword:1\n\"Start\"=dword:0\n"
                "\"ImagePath\"=expand:\"\\\\SystemRoot\\\\System32\\\\drivers\\\\other.sys\"\n" SERVICE
                "atapi]\n\"Type\"=dword:1\n\"Start\"=dword:0\n"
                "\"ImagePath\"=expand:\"system32\\\\drivers\\\\store\\\\ATAPI.sys\"\n" CDD
                "PCI#CC_010601]\n\"Service\"=\"msahci\"\n" CDD "Internal_IDE_Channel]\n\"Service\"=\"atapi\"\n";
        static const char *const system[] = { select_one, paths, NULL };
        static const char *const files[] = { "msahci.sys", "atapi.sys", "other.sys", "store\\atapi.sys", NULL };
        struct rig *rig = rig_get(state);
        size_t rows;
        ow_guest *guest;

        machine_make(rig, "6.1", "7601", system, files);
        assert_verdict(rig_open(rig, false), "qemu-ahci", OW_STORAGE_FIXABLE,
                       "msahci runs C:\\Windows\\System32\\drivers\\other.sys, not msahci.sys");
        rig_close(rig);
        guest = made_ready(rig, "qemu-ahci", &rows);
        assert_int_equal(rows, 1); /* atapi's is another place, and there */
        assert_verdict(guest, "qemu-ahci", OW_STORAGE_READY, "msahci, atapi at boot");
}

static void a_file_that_is_cut_off_is_no_driver(void **state)
{
        static const char *const system[] = { select_one, ahci_7, NULL };
        static const char *const files[] = { "!msahci.sys", "atapi.sys", NULL };
        struct rig *rig = rig_get(state);

        machine_make(rig, "6.1", "7601", system, files);
        assert_verdict(rig_open(rig, false), "qemu-ahci", OW_STORAGE_NO_DRIVER,
                       "msahci.sys in System32\\drivers is cut off");
}

static const char ahci_ready[] = SERVICE
        "msahci]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" SERVICE "atapi]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" CDD
        "PCI#CC_010601]\n\"Service\"=\"msahci\"\n" CDD "Internal_IDE_Channel]\n\"Service\"=\"atapi\"\n" SERVICE
        "disk]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" SERVICE
        "ftdisk]\n\"Type\"=dword:1\n\"Start\"=dword:4\n" SERVICE "partmgr]\n\"Type\"=dword:1\n\"Start\"=dword:0\n";

static void what_every_disk_needs_is_needed_by_each(void **state)
{
        static const char off[] = SERVICE "volmgr]\n\"Type\"=dword:1\n\"Start\"=dword:4\n";
        static const char *const system[] = { select_one, ahci_ready, off, NULL };
        static const char *const files[] = {
                "msahci.sys", "atapi.sys", "disk.sys", "volmgr.sys", "partmgr.sys", NULL
        };
        struct rig *rig = rig_get(state);
        size_t rows;
        ow_guest *guest;

        machine_make(rig, "6.1", "7601", system, files);
        assert_verdict(rig_open(rig, false), "qemu-ahci", OW_STORAGE_FIXABLE, "volmgr starts never");
        rig_close(rig);
        guest = made_ready(rig, "qemu-ahci", &rows);
        assert_int_equal(rows, 1);
        assert_int_equal(dword(guest, CS1 "Services\\volmgr", "Start"), 0);
        assert_int_equal(dword(guest, CS1 "Services\\ftdisk", "Start"), 4); /* of older Windows */
        assert_verdict(guest, "qemu-ahci", OW_STORAGE_READY, "msahci, atapi at boot");
}

static void a_missing_file_of_the_stack_counts_where_others_are(void **state)
{
        static const char *const system[] = { select_one, ahci_ready, NULL };
        static const char *const some[] = { "msahci.sys", "atapi.sys", "disk.sys", NULL };
        static const char *const none[] = { "msahci.sys", "atapi.sys", NULL };
        struct rig *rig = rig_get(state);

        machine_make(rig, "6.1", "7601", system, some);
        assert_verdict(rig_open(rig, false), "qemu-ahci", OW_STORAGE_NO_DRIVER,
                       "partmgr.sys is not in System32\\drivers");
        rig_close(rig);
        machine_make(rig, "6.1", "7601", system, none);
        assert_verdict(rig_open(rig, false), "qemu-ahci", OW_STORAGE_READY, "msahci, atapi at boot");
}

static void a_plan_tells_filters_too(void **state)
{
        static const char filters[] =
                "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}]\n"
                "\"UpperFilters\"=multi:\"PartMgr\",\"gone\"\n";
        static const char *const system[] = { select_one, ahci_ready, filters, NULL };
        static const char *const files[] = { "msahci.sys", "atapi.sys", "disk.sys", "partmgr.sys", NULL };
        struct rig *rig = rig_get(state);
        const ow_skipped *last;
        ow_guest *guest;
        ow_plan *plan = NULL;

        machine_make(rig, "6.1", "7601", system, files);
        guest = rig_open(rig, true);
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_boot_storage(plan, guest, ow_storage_target_find("qemu-ahci"), &err));
        assert_int_equal(ow_plan_skipped_count(plan), 2); /* ready, and the filter */
        last = ow_plan_skipped(plan, 1);
        assert_int_equal(last->status, OW_FIX_NOT_FOR_THIS);
        assert_non_null(strstr(last->reason, "names the filter driver gone, and it has no service"));
        ow_plan_free(plan);
}

static void filters_that_will_not_load_are_told(void **state)
{
        static const char filters[] =
                "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Class\\{4d36e967-e325-11ce-bfc1-08002be10318}]\n"
                "\"UpperFilters\"=multi:\"PartMgr\",\"gone\",\"off\"\n"
                /* the last name of this list does not end */
                "\"LowerFilters\"=hex(7):76,00,65,00,6e,00,64,00,6f,00,72,00,00,00,78,00\n"
                "[HKEY_LOCAL_MACHINE\\ControlSet001\\Control\\Class\\{71a27cdd-812a-11d0-bec7-08002be2092f}]\n"
                "\"UpperFilters\"=dword:7\n" SERVICE "partmgr]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" SERVICE
                "vendor]\n\"Type\"=dword:1\n\"Start\"=dword:0\n" SERVICE
                "off]\n\"Type\"=dword:1\n\"Start\"=dword:4\n";
        static const char *const system[] = { select_one, filters, NULL };
        static const char *const files[] = { "partmgr.sys", "vendor.sys", NULL };
        static const struct {
                const char *service, *problem;
        } want[] = { { "gone", "it has no service" },
                     { "off", "it is disabled" },
                     { "vendor", "" },
                     { "x", "it has no service" } };
        struct rig *rig = rig_get(state);
        ow_storage_report report;

        machine_make(rig, "6.1", "7601", system, files);
        assert_ok(ow_storage_look(rig_open(rig, false), &report, &err));
        assert_int_equal(report.n_filters, OW_COUNT(want));
        for (size_t i = 0; i < OW_COUNT(want); i++) {
                assert_string_equal(report.filters[i].service, want[i].service);
                assert_string_equal(report.filters[i].problem, want[i].problem);
        }
        ow_storage_report_done(&report);
}

static void running_out_of_memory_is_clean(void **state)
{
        static const char *const system[] = { select_one, ahci_7, NULL };
        static const char *const files[] = { "msahci.sys", "atapi.sys", NULL };
        struct rig *rig = rig_get(state);
        int r = OW_E_NOMEM;
        ow_guest *guest;

        machine_make(rig, "6.1", "7601", system, files);
        guest = rig_open(rig, false);
        for (size_t n = 1; r != 0 && n < 20000; n += 3) {
                ow_storage_report report = { NULL, 0, NULL, 0, NULL, 0 };
                ow_error why = OW_ERROR_INIT;
                ow_plan *plan = NULL;

                ow_alloc_fail_from(n);
                r = ow_storage_look(guest, &report, &why);
                if (r == 0)
                        r = ow_plan_begin(&plan, &why);
                if (r == 0)
                        r = ow_plan_boot_storage(plan, guest, ow_storage_target_find("qemu-ahci"), &why);
                ow_alloc_fail_from(0);
                if (r != 0 && r != OW_E_NOMEM)
                        fail_msg("allocation %zu: %d %s", n, r, why.text);
                ow_storage_report_done(&report);
                ow_plan_free(plan);
        }
        assert_int_equal(r, 0);
}

static void targets_have_names(void **state)
{
        assert_null(ow_storage_target_find("floppy"));
        assert_null(ow_storage_target_get(ow_storage_target_count()));
        for (size_t i = 0; i < ow_storage_target_count(); i++)
                assert_ptr_equal(ow_storage_target_find(ow_storage_target_get(i)->name), ow_storage_target_get(i));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(windows_7_starts_from_ahci_in_both_control_sets),
                TEST(windows_7_gets_entries_and_a_service_that_are_missing),
                TEST(windows_10_loses_its_start_override),
                TEST(what_is_not_there_is_refused_by_name),
                TEST(another_driver_in_the_way_is_named),
                TEST(odd_services_are_told),
                TEST(an_image_path_that_leads_elsewhere_is_told_and_set_right),
                TEST(a_file_that_is_cut_off_is_no_driver),
                TEST(what_every_disk_needs_is_needed_by_each),
                TEST(a_missing_file_of_the_stack_counts_where_others_are),
                TEST(a_plan_tells_filters_too),
                TEST(filters_that_will_not_load_are_told),
                TEST(running_out_of_memory_is_clean),
                cmocka_unit_test(targets_have_names),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
