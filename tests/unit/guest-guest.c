/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Real machines, put into images: what the library says of each was checked against other readers of the same
 * hives (reglookup, hivexregedit; for the logs of win10-laptop a separate replay of the 24 entries).
 */
#include "guest-fixture.h"

static const ow_service *find_service(ow_guest *guest, const char *name)
{
        const ow_service *services;
        size_t n;

        assert_ok(ow_guest_services(guest, &services, &n, &err));
        for (size_t i = 0; i < n; i++)
                if (strcmp(services[i].name, name) == 0)
                        return &services[i];
        return NULL;
}

static size_t count_services(ow_guest *guest)
{
        const ow_service *services;
        size_t n;

        assert_ok(ow_guest_services(guest, &services, &n, &err));
        return n;
}

static ow_guest *open_system(struct rig *rig, unsigned size_mib, const char *signature, const char *root,
                             const char *data)
{
        char path[80];

        rig_plain_disk(rig, 0, size_mib, signature);
        rig_begin(rig, 0, 0);
        (void)snprintf(path, sizeof path, "%s\\System32\\config\\SYSTEM", root);
        rig_put_data(rig, path, data);
        rig_end(rig);
        return rig_open(rig, false);
}

static void win7_with_two_static_cards(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_system(rig, 24, "5cbea03e", "Windows", "machines/win7-vmware/SYSTEM");
        const ow_windows *w = ow_guest_windows(guest);
        const ow_adapter *a;
        const ow_service *s;

        show_problems(guest);
        assert_int_equal(w->major, 6);
        assert_int_equal(w->minor, 1);
        assert_int_equal(w->build, 7601);
        assert_int_equal(w->service_pack, 1);
        assert_true(w->from_fallback);
        assert_int_equal(w->product, OW_PRODUCT_CLIENT);
        assert_int_equal(w->arch, OW_ARCH_X86);
        assert_string_equal(w->name, "Windows 7");
        assert_string_equal(w->computer_name, "WKS-WIN732BITA");
        assert_string_equal(w->domain, "shieldbase.local");
        assert_true(w->domain_member);
        assert_int_equal(ow_guest_control_sets(guest)->current, 1);
        assert_int_equal(ow_guest_control_sets(guest)->last_known_good, 2);
        assert_int_equal(ow_guest_control_sets(guest)->n_edit, 1);

        /* The image has the signature and the offset that this machine had, so C: is really found. */
        assert_int_equal(ow_guest_system_drive(guest), 'C');
        assert_int_equal(ow_guest_drive_count(guest), 4);
        assert_int_equal(ow_guest_drive(guest, 1)->letter, 'C');
        assert_int_equal(ow_guest_drive(guest, 1)->volume, 0);
        assert_string_equal(ow_guest_drive(guest, 1)->what, "disk 1 partition 1");
        assert_true(ow_guest_drive(guest, 2)->volume == SIZE_MAX);
        assert_non_null(strstr(ow_guest_drive(guest, 2)->what, "IDE#CdRomNECVMWar"));
        assert_int_equal(ow_guest_firmware(guest), OW_FIRMWARE_BIOS);

        a = find_adapter(guest, "{698E50A9-4F58-4D86-B61D-F42E58DCACF6}");
        assert_non_null(a);
        assert_string_equal(a->name, "Local Area Connection 2");
        assert_string_equal(a->description, "Intel(R) PRO/1000 MT Network Connection");
        assert_string_equal(a->service, "E1G60");
        assert_string_equal(addresses_of(a), "10.3.58.5/24");
        assert_string_equal(gateways_of(a), "10.3.58.1");
        assert_string_equal(dns_of(a), "10.3.58.4");
        assert_false(uses_dhcp(a));
        assert_true(a->hardware_device);
        assert_string_equal(ghost_of(a), "");
        a = find_adapter(guest, "{6AAFC9A9-0542-4DB2-8760-CCFFA953737C}");
        assert_non_null(a);
        assert_string_equal(addresses_of(a), "192.168.1.123/24");
        assert_string_equal(gateways_of(a), "192.168.1.1");
        /* Its device key has no volatile subkey, those of 40 other PCI devices have. */
        assert_string_equal(ghost_of(a), "it was not there when Windows last ran");
        a = find_adapter(guest, "{E28D896F-9EA8-433A-9C10-66C97C19A921}");
        assert_non_null(a);
        assert_string_equal(a->description, "WAN Miniport (SSTP)");
        assert_false(a->hardware_device);
        /* 13 class keys, and what three tunnels left with Tcpip6. */
        assert_int_equal(network_of(guest)->n_adapters, 16);

        assert_int_equal(count_services(guest), 417);
        s = find_service(guest, "Dhcp");
        assert_non_null(s);
        assert_int_equal(s->start, 2);
        assert_int_equal(s->type, 0x20);
        assert_string_equal(s->group, "TDI");
        assert_string_equal(s->depends_on[0], "NSI");
        assert_string_equal(s->depends_on[2], "Afd");
        assert_null(s->depends_on[3]);
        s = find_service(guest, "wuauserv");
        assert_non_null(s);
        assert_true(s->delayed);
        assert_false(s->trigger_start);
        assert_true(find_service(guest, "AppIDSvc")->trigger_start);
}

static void win10_is_read_with_its_logs(void **state)
{
        struct rig *rig = rig_get(state);
        const char *lease = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters\\Interfaces\\"
                            "{4b0ae068-b350-4bd4-85ab-77e00e581863}";
        ow_blob blob = { 0 };
        const ow_adapter *a;
        uint32_t type;
        ow_guest *guest;

        rig_plain_disk(rig, 0, 32, "76d45981");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, "Windows\\System32\\config\\SYSTEM", "machines/win10-laptop/SYSTEM");
        rig_put_data(rig, "Windows\\System32\\config\\system.log1", "machines/win10-laptop/SYSTEM.LOG1");
        rig_put_data(rig, "Windows\\System32\\config\\SYSTEM.LOG2", "machines/win10-laptop/SYSTEM.LOG2");
        rig_end(rig);
        guest = rig_open(rig, false);
        show_problems(guest);
        assert_false(has_problem(guest, "was not closed"));
        assert_int_equal(ow_guest_windows(guest)->major, 10);
        assert_int_equal(ow_guest_windows(guest)->build, 16299);
        assert_int_equal(ow_guest_windows(guest)->arch, OW_ARCH_X64);
        assert_string_equal(ow_guest_windows(guest)->computer_name, "DESKTOP-PM6C56D");
        assert_true(ow_guest_state_get(guest)->fast_startup);
        assert_true(ow_guest_state_get(guest)->pending_renames);
        assert_false(ow_guest_state_get(guest)->setup_in_progress);

        /* These three are only in the logs. */
        assert_non_null(find_service(guest, "ad_driver"));
        assert_int_equal(ow_registry_get(guest, lease, "LeaseObtainedTime", &type, &blob, NULL), 1);
        assert_int_equal(blob.size, 4);
        assert_memory_equal(blob.p, "\xf4\xab\x0c\x00", 4);
        ow_blob_done(&blob);
        assert_int_equal(ow_guest_drive(guest, ow_guest_drive_count(guest) - 1)->letter, 'F');
        assert_int_equal(ow_guest_drive(guest, ow_guest_drive_count(guest) - 1)->volume, 0);

        a = find_adapter(guest, "{4B0AE068-B350-4BD4-85AB-77E00E581863}");
        assert_non_null(a);
        assert_string_equal(a->name, "Wi-Fi");
        assert_string_equal(mac_of(a), "ec:0e:c4:20:7f:0e");
        assert_true(uses_dhcp(a));
        assert_true(a->hardware_device);
        assert_string_equal(addresses_of(a), "192.168.0.7/24");
        assert_string_equal(gateways_of(a), "192.168.0.1");
        assert_string_equal(dns_of(a), "68.105.28.11, 68.105.29.11, 68.105.28.12");
        assert_true(ghost_of(a)[0] != '\0');
        a = find_adapter(guest, "{1FDCC7D0-4A35-46A8-8898-3CE107735F57}");
        assert_false(a->hardware_device);
        assert_int_equal(network_of(guest)->n_adapters, 15);
}

/* The first edit of a replayed hive puts the replayed state on disk too; after that no log is needed. */
static void a_replayed_hive_is_saved_whole(void **state)
{
        struct rig *rig = rig_get(state);
        const char *path = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\offwin-test";
        ow_hive_info info;
        const char *rest;
        ow_guest *guest;
        ow_regkey key;
        ow_hive *hive;

        rig_plain_disk(rig, 0, 32, "76d45981");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, "Windows\\System32\\config\\SYSTEM", "machines/win10-laptop/SYSTEM");
        rig_put_data(rig, "Windows\\System32\\config\\SYSTEM.LOG1", "machines/win10-laptop/SYSTEM.LOG1");
        rig_put_data(rig, "Windows\\System32\\config\\SYSTEM.LOG2", "machines/win10-laptop/SYSTEM.LOG2");
        rig_end(rig);
        guest = rig_open(rig, true);
        assert_int_equal(ow_registry_hive(guest, "HKLM\\SYSTEM", &hive, &rest, NULL), 1);
        ow_hive_info_get(hive, &info);
        assert_int_equal(info.replay, OW_REPLAY_DONE);
        assert_int_equal(info.replayed_entries, 24);
        assert_ok(ow_registry_create(guest, path, &key, &err));
        assert_ok(ow_hive_set_value(key.hive, key.key, "Type", OW_REG_DWORD, "\1\0\0\0", 4, &err));
        assert_ok(ow_machine_commit(rig->machine, "test", NULL, &err));
        rig_close(rig);

        guest = rig_open(rig, false);
        assert_int_equal(ow_registry_hive(guest, "HKLM\\SYSTEM", &hive, &rest, NULL), 1);
        ow_hive_info_get(hive, &info);
        assert_int_equal(info.replay, OW_REPLAY_NOT_NEEDED);
        assert_non_null(find_service(guest, "ad_driver"));
        assert_non_null(find_service(guest, "offwin-test"));
}

static void a_dirty_hive_is_edited_when_that_is_accepted(void **state)
{
        struct rig *rig = rig_get(state);
        const char *name = rig->image[0];
        const ow_machine_options options = { .writable = true, .accept_dirty = true, .journal_dir = rig->dir };
        ow_regkey key;
        ow_guest *guest;

        (void)open_system(rig, 16, "273e4cfe", "Windows", "machines/win81-virtualbox/SYSTEM");
        rig_close(rig);
        assert_ok(ow_machine_open(&name, 1, &options, &rig->machine, &err));
        assert_ok(ow_guest_open(rig->machine, 0, &guest, &err));
        assert_true(has_problem(guest, "was not closed"));
        assert_ok(ow_registry_create(guest, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\new", &key, &err));
        assert_ok(ow_machine_commit(rig->machine, "test", NULL, &err));
        rig_close(rig);
        guest = rig_open(rig, false);
        assert_false(has_problem(guest, "was not closed"));
        assert_int_equal(ow_registry_find(guest, "HKLM\\SYSTEM\\CurrentControlSet\\Services\\new", &key, NULL), 1);
}

static void win81_without_logs_is_read_but_not_edited(void **state)
{
        struct rig *rig = rig_get(state);
        const char *path = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\Dhcp";
        ow_guest *guest = open_system(rig, 16, "273e4cfe", "Windows", "machines/win81-virtualbox/SYSTEM");
        const ow_adapter *a;
        ow_regkey key;

        show_problems(guest);
        assert_true(has_problem(guest, "was not closed and no log completes it"));
        assert_int_equal(ow_guest_windows(guest)->major, 6);
        assert_int_equal(ow_guest_windows(guest)->minor, 3);
        assert_int_equal(ow_guest_windows(guest)->build, 9600);
        a = find_adapter(guest, "{B0E24C4B-50F2-4B60-BCB3-EF2C3FF3394E}");
        assert_non_null(a);
        assert_string_equal(addresses_of(a), "192.168.56.103/24");
        assert_string_equal(ghost_of(a), "");               /* a VirtualBox card that was started last */
        assert_int_equal(count_services(guest), 423);
        assert_true(ow_guest_state_get(guest)->pending_renames);

        assert_int_equal(ow_registry_find(guest, path, &key, NULL), 1);
        assert_fails(OW_E_DIRTY, ow_registry_editable(guest, path, &err));
        assert_fails(OW_E_DIRTY, ow_registry_create(guest, path, &key, &err));
        assert_fails(OW_E_READONLY, ow_hive_set_value(key.hive, key.key, "Start", OW_REG_DWORD, "\4\0\0\0", 4, &err));
}

static void xp_has_its_second_set_and_no_false_ghosts(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_system(rig, 12, "bc4c42bc", "WINDOWS", "machines/xp-virtualpc/SYSTEM");
        const ow_adapter *a;
        ow_regkey key;

        show_problems(guest);
        assert_int_equal(ow_guest_windows(guest)->major, 5);
        assert_int_equal(ow_guest_windows(guest)->minor, 1);
        assert_int_equal(ow_guest_windows(guest)->service_pack, 3);
        assert_int_equal(ow_guest_control_sets(guest)->current, 1);
        assert_int_equal(ow_guest_control_sets(guest)->last_known_good, 3);
        assert_int_equal(ow_registry_find(guest, "HKLM\\SYSTEM\\ControlSet003\\Services", &key, NULL), 1);
        assert_int_equal(ow_registry_find(guest, "HKLM\\SYSTEM\\ControlSet002\\Services", &key, NULL), 0);
        a = find_adapter(guest, "{02E6ECEC-3B8D-4DB3-AD37-051418F262D0}");
        assert_non_null(a);
        assert_string_equal(a->instance, "PCI\\VEN_1011&DEV_0009&SUBSYS_21140A00&REV_20\\3&267A616A&0&50");
        assert_string_equal(addresses_of(a), "192.168.131.67/24");
        assert_string_equal(gateways_of(a), "192.168.131.254");
        assert_true(uses_dhcp(a));
        assert_true(a->hardware_device);
        /* Two interfaces have no class key: dial-up ones, with 0.0.0.0 for "none". */
        a = find_adapter(guest, "{24B11727-E35C-4821-A1A8-4C693163788B}");
        assert_non_null(a);
        assert_string_equal(addresses_of(a), "");
        assert_string_equal(ghost_of(a), "");
        assert_non_null(strstr(a->description, "NdisWanIp"));
        assert_int_equal(network_of(guest)->n_adapters, 11);
        assert_int_equal(count_services(guest), 246);
}

static void nt4_domain_controller_is_told(void **state)
{
        struct rig *rig = rig_get(state);
        const ow_windows *w;
        const ow_adapter *a;
        ow_guest *guest;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, "WINNT\\system32\\config\\system", "machines/nt4-server/SYSTEM");
        rig_put_data(rig, "WINNT\\system32\\config\\software", "machines/nt4-server/SOFTWARE");
        rig_put_data(rig, "WINNT\\system32\\config\\SECURITY", "machines/nt4-server/SECURITY");
        rig_put(rig, "WINNT\\Profiles\\Administrator\\NTUSER.DAT", "x", 1);
        rig_end(rig);
        guest = rig_open(rig, false);
        show_problems(guest);
        w = ow_guest_windows(guest);
        assert_int_equal(w->major, 4);
        assert_int_equal(w->build, 1381);
        assert_int_equal(w->service_pack, 3);
        assert_int_equal(w->product, OW_PRODUCT_DOMAIN_CONTROLLER);
        assert_true(w->domain_member);
        assert_false(w->from_fallback);
        assert_string_equal(w->name, "Windows NT Server 4.0");
        assert_string_equal(w->computer_name, "SERVER");
        assert_int_equal(ow_guest_system_drive(guest), 'C');
        assert_int_equal(network_of(guest)->n_adapters, 1);
        a = &network_of(guest)->adapters[0];
        assert_string_equal(a->guid, "");
        assert_string_equal(a->service, "AMDPCN1");
        assert_string_equal(a->description, "AMD PCNET PCI Ethernet Adapter");
        assert_true(uses_dhcp(a));
        assert_int_equal(count_services(guest), 134);
}

/* What was opened with less and less memory: all or nothing, and nothing is left behind (the sanitizer looks). */
static void every_failing_allocation_is_survived(void **state)
{
        struct rig *rig = rig_get(state);
        const char *name = rig->image[0];
        size_t n_problems = 0, n = 0;
        bool done = false;

        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, "WINNT\\system32\\config\\system", "machines/nt4-server/SYSTEM");
        rig_put_data(rig, "WINNT\\system32\\config\\software", "machines/nt4-server/SOFTWARE");
        rig_put_data(rig, "WINNT\\Profiles\\Default User\\ntuser.dat", "machines/xp-virtualpc/NTUSER.DAT");
        rig_end(rig);
        n_problems = ow_guest_problem_count(rig_open(rig, false));
        rig_close(rig);
        for (size_t step = 1; !done; n += step, step = n < 400 ? 1 : 37) {
                const ow_service *services;
                ow_machine *machine = NULL;
                ow_error err = OW_ERROR_INIT;
                ow_guest *guest = NULL;
                size_t count = 0;
                int r;

                ow_alloc_fail_from(n + 1);
                r = ow_machine_open(&name, 1, NULL, &machine, &err);
                if (r >= 0)
                        r = ow_guest_open(machine, 0, &guest, &err);
                if (r >= 0)
                        r = ow_guest_services(guest, &services, &count, &err);
                ow_alloc_fail_from(0);
                if (r >= 0) {
                        assert_int_equal(ow_guest_problem_count(guest), n_problems);
                        assert_int_equal(count, 134);
                        done = true;
                } else {
                        assert_int_equal(r, OW_E_NOMEM);
                        assert_int_equal(err.code, OW_E_NOMEM);
                }
                ow_machine_close(machine);
        }
        print_message("%zu allocations\n", n);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(win7_with_two_static_cards),
                TEST(win10_is_read_with_its_logs),
                TEST(a_replayed_hive_is_saved_whole),
                TEST(win81_without_logs_is_read_but_not_edited),
                TEST(a_dirty_hive_is_edited_when_that_is_accepted),
                TEST(xp_has_its_second_set_and_no_false_ghosts),
                TEST(nt4_domain_controller_is_told),
                TEST(every_failing_allocation_is_survived),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
