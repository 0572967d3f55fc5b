/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices removed: nothing names them afterwards, and nothing of others is touched; what has to stay stays; hostile
 * lists, rows and bitmaps; lists of what a kind of machine has.
 */
#include "fix-fixture.h"

#include <offwin/device-plan.h>
#include <offwin/network.h>

#include "fix/device-list.h"

#define KEY(path)  "[HKEY_LOCAL_MACHINE\\ControlSet001\\" path "]\n"
#define NET        "{4d36e972-e325-11ce-bfc1-08002be10318}"
#define CONTROLLER "{4d36e97b-e325-11ce-bfc1-08002be10318}"
#define GONE       "{11111111-AAAA-4BBB-8CCC-DDDDDDDDDDDD}"
#define STAYS      "{22222222-AAAA-4BBB-8CCC-DDDDDDDDDDDD}"
#define OLD_CARD   "PCI\\VEN_8086&DEV_105E&SUBSYS_7044103C\\4&1&0&0038"
#define NEW_CARD   "PCI\\VEN_1AF4&DEV_1000&SUBSYS_00011AF4\\3&2&0&18"
#define OLD_IN_SZ  "PCI\\\\VEN_8086&DEV_105E&SUBSYS_7044103C\\\\4&1&0&0038"
#define OLD_HASH   "PCI#VEN_8086&DEV_105E&SUBSYS_7044103C#4&1&0&0038"
#define RAID       "PCI\\VEN_103C&DEV_323A\\4&3&0&0028"
#define OLD_RAID   "PCI\\VEN_1000&DEV_0054\\4&4&0&0028"
#define DATED                                                                                                        \
        "\\Properties\\{83da6326-97a6-4088-9453-a1923f573b29}\\0066]\n"                                              \
        "@=hex(ffff0010):00,00,00,00,14,c6,d3,01\n"
#define CONNECTION "Control\\Network\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\"
#define TCPIP      "Services\\Tcpip\\Parameters\\"
#define LIST(name) "\"" name "\"=multi:"

/* clang-format off */
static const char machine_text[] =
        "[HKEY_LOCAL_MACHINE\\Select]\n"
        "\"Current\"=dword:1\n\"Default\"=dword:1\n\"Failed\"=dword:0\n\"LastKnownGood\"=dword:2\n"
        KEY("Enum\\" OLD_CARD) "\"ClassGUID\"=\"" NET "\"\n\"Driver\"=\"" NET "\\\\0007\"\n\"Service\"=\"e1000\"\n"
        "\"ConfigFlags\"=dword:2\n\"HardwareID\"=multi:\"PCI\\\\VEN_8086&DEV_105E\"\n"
        "\"ContainerID\"=\"{00000000-0000-0000-ffff-ffffffffffff}\"\n\"FriendlyName\"=\"Old card\"\n"
        KEY("Enum\\" OLD_CARD "\\Device Parameters") "\"x\"=dword:1\n"
        KEY("Enum\\" NEW_CARD) "\"ClassGUID\"=\"" NET "\"\n\"Driver\"=\"" NET "\\\\0008\"\n\"Service\"=\"netkvm\"\n"
        "\"HardwareID\"=multi:\"PCI\\\\VEN_1AF4&DEV_1000\"\n\"FriendlyName\"=\"New card\"\n"
        "[HKEY_LOCAL_MACHINE\\ControlSet001\\Enum\\" NEW_CARD DATED
        KEY("Enum\\" RAID) "\"ClassGUID\"=\"" CONTROLLER "\"\n\"Service\"=\"HpCISSs2\"\n"
        KEY("Enum\\" OLD_RAID) "\"ClassGUID\"=\"" CONTROLLER "\"\n\"Service\"=\"LSI_SAS\"\n"
        "\"ConfigFlags\"=dword:2\n\"HardwareID\"=multi:\"PCI\\\\VEN_1000&DEV_0054\"\n"
        KEY("Enum\\PCI\\VEN_9005&DEV_0285\\4&5") "\"ClassGUID\"=\"" CONTROLLER "\"\n\"ConfigFlags\"=dword:2\n"
        KEY("Enum\\ROOT\\NET\\0000") "\"ConfigFlags\"=dword:2\n\"DeviceDesc\"=\"Loopback\"\n"
        KEY("Enum\\{5d624f94-8850-40c3-a3fa-a4fd2080baf3}\\vwifi\\1") "\"ConfigFlags\"=dword:2\n"
        KEY("Control\\Class\\" NET "\\0007") "\"NetCfgInstanceId\"=\"" GONE "\"\n\"DriverDesc\"=\"Old card\"\n"
        "\"Characteristics\"=dword:84\n\"DeviceInstanceID\"=\"" OLD_IN_SZ "\"\n"
        "\"NetLuidIndex\"=dword:6\n\"*IfType\"=dword:6\n"
        KEY("Control\\Class\\" NET "\\0008") "\"NetCfgInstanceId\"=\"" STAYS "\"\n\"DriverDesc\"=\"New card\"\n"
        "\"Characteristics\"=dword:84\n\"NetLuidIndex\"=dword:7\n\"*IfType\"=dword:6\n"
        KEY(CONNECTION GONE "\\Connection") "\"Name\"=\"LAN\"\n\"PnpInstanceID\"=\"" OLD_IN_SZ "\"\n"
        KEY(CONNECTION STAYS "\\Connection") "\"Name\"=\"LAN 2\"\n"
        "\"PnpInstanceID\"=\"PCI\\\\VEN_1AF4&DEV_1000&SUBSYS_00011AF4\\\\3&2&0&18\"\n"
        KEY("Control\\DeviceClasses\\{aaaa}\\##?#" OLD_HASH "#{aaaa}") "\"DeviceInstance\"=\"" OLD_IN_SZ "\"\n"
        KEY("Control\\DeviceClasses\\{aaaa}\\##?#" OLD_HASH "#{aaaa}\\#" GONE) "\"SymbolicLink\"=\"x\"\n"
        KEY("Control\\DeviceClasses\\{bbbb}\\other") "\"DeviceInstance\"=\"ROOT\\\\NET\\\\0000\"\n"
        KEY("Control\\DeviceContainers\\{00000000-0000-0000-FFFF-FFFFFFFFFFFF}\\BaseContainers\\"
            "{00000000-0000-0000-FFFF-FFFFFFFFFFFF}") "\"" OLD_IN_SZ "\"=hex(0):\n\"other\"=hex(0):\n"
        KEY("Hardware Profiles\\0001\\System\\CurrentControlSet\\Enum\\" OLD_CARD) "\"CSConfigFlags\"=dword:0\n"
        KEY("Control\\NetworkSetup2\\Interfaces\\" GONE "\\Kernel") "\"IfAlias\"=\"LAN\"\n"
        KEY("Control\\NetworkSetup2\\BindPaths\\tcpip-" GONE)
        KEY(TCPIP "Interfaces\\" GONE) "\"EnableDHCP\"=dword:0\n\"IPAddress\"=multi:\"10.0.0.5\"\n"
        "\"SubnetMask\"=multi:\"255.255.255.0\"\n\"DefaultGateway\"=multi:\"10.0.0.1\"\n"
        KEY(TCPIP "Interfaces\\" STAYS) "\"EnableDHCP\"=dword:1\n"
        KEY(TCPIP "Adapters\\" GONE) "\"LLInterface\"=\"\"\n"
        KEY(TCPIP "DNSRegisteredAdapters\\" GONE) "\"StaleAdapter\"=dword:1\n"
        KEY(TCPIP "PersistentRoutes") "\"0.0.0.0,0.0.0.0,10.0.0.1,-1\"=\"\"\n"
        KEY("Services\\Tcpip6\\Parameters\\Interfaces\\{11111111-aaaa-4bbb-8ccc-dddddddddddd}")
        "\"EnableDHCP\"=dword:1\n"
        KEY("Services\\NetBT\\Parameters\\Interfaces\\Tcpip_" GONE) "\"NetbiosOptions\"=dword:0\n"
        KEY("Services\\Psched\\Parameters\\Adapters\\" GONE)
        KEY("Services\\vwififlt\\Parameters\\VWiFiSettings\\" GONE) "\"SerialNo3\"=dword:1\n"
        KEY("Services\\" GONE "\\Parameters\\Tcpip") "\"IPAddress\"=multi:\"10.0.0.5\"\n"
        KEY("Services\\Dhcp\\Parameters") "\"" GONE "\"=hex:01\n"
        KEY("Services\\RemoteAccess\\Interfaces\\2") "\"InterfaceName\"=\"" GONE "\"\n"
        KEY("Services\\RemoteAccess\\Interfaces\\3") "\"InterfaceName\"=\"" STAYS "\"\n"
        KEY("Services\\lltdio\\Linkage") LIST("Bind") "\"a-" STAYS "\",\"b-" GONE "\",\"c\"\n"
        LIST("Export") "\"a-" STAYS "\",\"b-" GONE "\",\"c\"\n"
        LIST("Route") "\"\\\"" STAYS "\\\"\",\"\\\"" GONE "\\\"\",\"x " GONE "\"\n"
        KEY("Services\\odd\\Linkage") LIST("Bind") "\"" GONE "\",\"c\"\n" LIST("Export") "\"c\"\n"
        LIST("Route") "\"x\",\"y\",\"" GONE "\"\n"
        KEY("Services\\odd2\\Linkage\\Disabled") "\"Bind\"=\"" GONE "\"\n" LIST("Route") "\"" GONE "\"\n"
        KEY("Control\\Nsi\\{eb004a00-9b1a-11d4-9123-0050047759bc}\\7") "\"0000000600000600\"=hex:01,02\n"
        "\"0000000700000600\"=hex:01,02\n\"00000006\"=hex:09\n"
        KEY("Control\\Nsi\\{eb004a00-9b1a-11d4-9123-0050047759bc}\\10")
        "\"00000006000006000a00000500000000\"=hex:01\n"
        KEY("Services\\NDIS\\IfTypes\\6") "\"IfUsedNetLuidIndices\"=hex:d3,01\n"
        KEY("Services\\WinSock2\\Parameters") "\"Catalog\"=\"[" GONE "]\"\n";
/* clang-format on */

static ow_guest *open_machine(struct rig *rig, const char *more)
{
        OW_AUTO_FREE char *text = ow_asprintf("%s%s", machine_text, more);

        rig_plain_disk(rig, 0, 24, "11223344");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", text);
        rig_put_hive(rig, "Windows\\System32\\config\\SOFTWARE",
                     "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"6.1\"\n"
                     "\"CurrentBuildNumber\"=\"7601\"\n\"SystemRoot\"=\"C:\\\\Windows\"\n"
                     "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkCards\\8]\n"
                     "\"ServiceName\"=\"" GONE "\"\n"
                     "[HKEY_LOCAL_MACHINE\\Microsoft\\Windows NT\\CurrentVersion\\NetworkCards\\9]\n"
                     "\"ServiceName\"=\"" STAYS "\"\n");
        rig_end(rig);
        return rig_open(rig, true);
}

static int plan_for(ow_guest *guest, const char *pattern, bool force, ow_plan **ret, size_t *ret_count, ow_error *why)
{
        ow_device_choice choice = { .patterns = &pattern, .n_patterns = pattern ? 1 : 0, .force = force };

        choice.filter.ghosts = !pattern;
        assert_ok(ow_plan_begin(ret, &err));
        return ow_plan_remove_devices(*ret, guest, &choice, ret_count, why);
}

static void carry_out(ow_guest *guest, ow_plan *plan)
{
        assert_ok(ow_plan_finish(plan, guest, &err));
        assert_ok(ow_plan_apply(plan, guest, &err));
        assert_ok(ow_plan_verify(plan, guest, &err));
}

static void refused(ow_guest *guest, const char *pattern, bool force, int code, const char *says)
{
        ow_error why = OW_ERROR_INIT;
        ow_plan *plan = NULL;
        int r = plan_for(guest, pattern, force, &plan, NULL, &why);

        if (r != code || !strstr(why.text, says))
                fail_msg("%s: %d '%s' does not say '%s'", pattern, r, why.text, says);
        ow_plan_free(plan);
}

static size_t times(const char *text, const char *what)
{
        size_t n = 0;

        for (const char *at = strcasestr(text, what); at; at = strcasestr(at + 1, what))
                n++;
        return n;
}

/* How often the hive at root names what, as a name or in text; .reg text shows lists in hex, so those are not seen.
 */
static size_t named(ow_guest *guest, const char *root, const char *what)
{
        OW_AUTO_FREE char *text = hive_text(guest, root);

        return times(text, what);
}

/* The list as text with '|' between its entries; "?" when it is no list. */
static char *list_of(ow_guest *guest, const char *where, const char *name)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        ow_blob data = { NULL, 0 };
        uint32_t type = 0;

        if (ow_registry_get(guest, where, name, &type, &data, NULL) <= 0 || type != OW_REG_MULTI_SZ)
                ow_buffer_put_text(&text, "?");
        for (size_t i = 0; type == OW_REG_MULTI_SZ && i + 4 < data.size; i += 2)
                ow_buffer_put_byte(&text, data.p[i] ? data.p[i] : '|');
        ow_blob_done(&data);
        return ow_buffer_take_text(&text);
}

static void expect_list(ow_guest *guest, const char *service, const char *name, const char *want)
{
        OW_AUTO_FREE char *where = ow_asprintf(CS1 "Services\\%s", service);
        OW_AUTO_FREE char *have = list_of(guest, where, name);

        assert_string_equal(have, want);
}

static void a_card_goes_with_all_that_names_it(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "");
        ow_plan *plan = NULL;
        bool told = false;
        size_t n = 0;

        assert_ok(plan_for(guest, "Old card", false, &plan, &n, &err));
        assert_int_equal(n, 1);
        for (size_t i = 0; i < ow_plan_skipped_count(plan); i++)
                told = told || strstr(ow_plan_skipped(plan, i)->reason,
                                      "in 3 places, which are left to Windows: Services\\odd2\\Linkage\\Disabled, "
                                      "Services\\WinSock2\\Parameters");
        assert_true(told);
        carry_out(guest, plan);
        ow_plan_free(plan);

        assert_int_equal(named(guest, "HKLM\\SYSTEM", "11111111-AAAA-4BBB"), 2); /* Winsock's, and lists with a fault */
        assert_int_equal(named(guest, "HKLM\\SOFTWARE", "11111111-AAAA-4BBB"), 0);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "VEN_8086&DEV_105E"), 0);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "10.0.0.1,-1"), 0);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "LLInterface"), 0);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "\"0000000600000600"), 0);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "00000006000006000a000005"), 0);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "\"IfUsedNetLuidIndices\"=hex:93,01"), 1);

        assert_true(key_there(guest, CS1 "Enum\\PCI"));
        assert_false(key_there(guest, CS1 "Hardware Profiles\\0001\\System\\CurrentControlSet\\Enum\\" OLD_CARD));
        assert_true(key_there(guest, CS1 "Enum\\" NEW_CARD));
        assert_true(key_there(guest, CS1 "Control\\Class\\" NET "\\0008"));
        assert_true(key_there(guest, CS1 "Control\\DeviceClasses\\{bbbb}\\other"));
        assert_true(key_there(guest, CS1 "Services\\RemoteAccess\\Interfaces\\3"));
        assert_true(key_there(guest, CS1 "Services\\Tcpip\\Parameters\\Interfaces\\" STAYS));
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "\"0000000700000600\"=hex:01,02"), 1);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "\"00000006\"=hex:09"), 1);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "\"other\"=hex(0):"), 1);
}

static void lists_of_bindings_stay_parallel(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "");
        ow_plan *plan = NULL;

        assert_ok(plan_for(guest, "Old card", false, &plan, NULL, &err));
        carry_out(guest, plan);
        ow_plan_free(plan);
        expect_list(guest, "lltdio\\Linkage", "Bind", "a-" STAYS);
        expect_list(guest, "lltdio\\Linkage", "Export", "a-" STAYS);
        expect_list(guest, "lltdio\\Linkage", "Route", "\"" STAYS "\"");
        expect_list(guest, "odd\\Linkage", "Bind", "c"); /* of different lengths: each by itself */
        expect_list(guest, "odd\\Linkage", "Export", "c");
        expect_list(guest, "odd\\Linkage", "Route", "x|y");
        expect_list(guest, "odd2\\Linkage\\Disabled", "Bind", "?"); /* no list: none of them is edited */
        expect_list(guest, "odd2\\Linkage\\Disabled", "Route", GONE);
}

static void what_has_to_stay_stays(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "");
        ow_plan *plan = NULL;
        size_t n = 0;

        refused(guest, "no such", false, OW_E_ABSENT, "no device fits 'no such'");
        refused(guest, "ROOT\\NET*", true, OW_E_REFUSED, "software or the firmware makes it");
        refused(guest, "{5d624f94*", true, OW_E_REFUSED, "software or the firmware makes it");
        refused(guest, "VEN_103C", true, OW_E_REFUSED, "it leads to a disk");
        refused(guest, "VEN_1000", false, OW_E_REFUSED, "disk controller of virtual machines");
        refused(guest, "VEN_9005", false, OW_E_REFUSED, "told with confidence fair only");
        refused(guest, "New card", false, OW_E_REFUSED, "it was there when Windows last ran");

        /* All ghosts: the old card. */
        assert_ok(plan_for(guest, NULL, false, &plan, &n, &err));
        assert_int_equal(n, 1);
        ow_plan_free(plan);
        assert_ok(plan_for(guest, "VEN_1000", true, &plan, &n, &err));
        assert_int_equal(n, 1);
        ow_plan_free(plan);
        assert_ok(plan_for(guest, "New card", true, &plan, &n, &err));
        assert_int_equal(n, 1);
        ow_plan_free(plan);
}

/* An id that others have too tells nothing: what it stands for is left. */
static void what_is_claimed_twice_is_left(void **state)
{
        /* clang-format off */
        static const char more[] =
                KEY("Enum\\PCI\\VEN_9999\\1") "\"Driver\"=\"" NET "\\\\0007\"\n"
                KEY("Control\\Class\\" NET "\\0009") "\"NetCfgInstanceId\"=\"{33333333-AAAA-4BBB-8CCC-DDDDDDDDDDDD}\"\n"
                "\"NetLuidIndex\"=dword:6\n\"*IfType\"=dword:6\n";
        /* clang-format on */
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, more);
        ow_plan *plan = NULL;

        assert_ok(plan_for(guest, "Old card", false, &plan, NULL, &err));
        carry_out(guest, plan);
        ow_plan_free(plan);
        assert_true(key_there(guest, CS1 "Control\\Class\\" NET "\\0007"));
        assert_false(key_there(guest, CS1 "Enum\\" OLD_CARD));
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "\"0000000600000600"), 2);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "\"IfUsedNetLuidIndices\"=hex:d3,01"), 1);
}

static void bitmaps_and_rows_of_any_size(void **state)
{
        static const char *const bitmaps[] = { "hex:", "hex:00", "dword:000000ff", "\"text\"" };

        for (size_t i = 0; i < OW_COUNT(bitmaps); i++) {
                struct rig *rig = rig_get(state);
                OW_AUTO_FREE char *more =
                        ow_asprintf(KEY("Services\\NDIS\\IfTypes\\6") "\"IfUsedNetLuidIndices\"=%s\n" KEY(
                                            "Control\\Class\\" NET "\\0007") "\"NetLuidIndex\"=dword:%s\n",
                                    bitmaps[i], i ? "00ffffff" : "00000006");
                ow_guest *guest = open_machine(rig, more);
                ow_plan *plan = NULL;

                assert_ok(plan_for(guest, "Old card", false, &plan, NULL, &err));
                carry_out(guest, plan);
                ow_plan_free(plan);
                assert_int_equal(named(guest, "HKLM\\SYSTEM", bitmaps[i]) > 0, true);
                rig_close(rig);
        }
}

static void adapters_by_index_and_what_is_left_of_them(void **state)
{
        /* clang-format off */
        static const char more[] =
                KEY(TCPIP "Interfaces\\{44444444-AAAA-4BBB-8CCC-DDDDDDDDDDDD}")
                "\"IPAddress\"=multi:\"10.9.9.9\"\n\"SubnetMask\"=multi:\"255.0.0.0\"\n\"EnableDHCP\"=dword:0\n";
        /* clang-format on */
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, more);
        ow_device_choice choice = { .network = true, .filter = { .ghosts = true } };
        const ow_network *network;
        ow_plan *plan = NULL;
        ow_error why = OW_ERROR_INIT;
        size_t index, n = 0;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_remove_devices(plan, guest, &choice, &n, &err));
        assert_int_equal(n, 2);
        carry_out(guest, plan);
        ow_plan_free(plan);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "44444444-AAAA"), 0);

        ow_network_forget(guest);
        assert_ok(ow_guest_network(guest, &network, &err));
        assert_ok(ow_network_find(network, "LAN 2", &index, &err));
        choice = (ow_device_choice){ .network = true, .adapters = &index, .n_adapters = 1 };
        assert_ok(ow_plan_begin(&plan, &err));
        assert_int_equal(ow_plan_remove_devices(plan, guest, &choice, &n, &why), OW_E_REFUSED);
        ow_plan_free(plan);
}

/* text with every ControlSet001 as ControlSet002; the caller's. */
static char *as_second_set(const char *text)
{
        char *copy = ow_strdup(text);

        for (char *at = copy; (at = strstr(at, "ControlSet001")); at++)
                at[12] = '2';
        return copy;
}

static void both_control_sets_that_may_boot_are_cleaned(void **state)
{
        struct rig *rig = rig_get(state);
        OW_AUTO_FREE char *second = as_second_set(machine_text);
        OW_AUTO_FREE char *more = ow_asprintf("%s[HKEY_LOCAL_MACHINE\\Select]\n\"Default\"=dword:2\n"
                                              "[HKEY_LOCAL_MACHINE\\ControlSet003\\Services\\" GONE "]\n",
                                              second);
        ow_guest *guest = open_machine(rig, more);
        ow_plan *plan = NULL;

        assert_int_equal(ow_guest_control_sets(guest)->n_edit, 2);
        assert_ok(plan_for(guest, "Old card", false, &plan, NULL, &err));
        carry_out(guest, plan);
        ow_plan_free(plan);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "VEN_8086&DEV_105E"), 0);
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "11111111-AAAA-4BBB"), 2 * 2 + 1); /* the third is left */
        assert_false(key_there(guest, "HKLM\\SYSTEM\\ControlSet002\\Control\\Class\\" NET "\\0007"));
        assert_int_equal(named(guest, "HKLM\\SYSTEM", "\"IfUsedNetLuidIndices\"=hex:93,01"), 2);
}

/* Wherever memory ends, nothing is lost but the plan. */
static void memory_may_end_anywhere(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "");
        int r = OW_E_NOMEM;
        size_t failed = 0;

        for (size_t n = 1; r == OW_E_NOMEM; n += n < 100 ? 1 : 13) {
                ow_device_choice choice = { .filter = { .ghosts = true } };
                ow_error why = OW_ERROR_INIT;
                ow_plan *plan = NULL;

                assert_ok(ow_plan_begin(&plan, &err));
                ow_alloc_fail_from(n);
                r = ow_plan_remove_devices(plan, guest, &choice, NULL, &why);
                ow_alloc_fail_from(0);
                ow_plan_free(plan);
                failed += r < 0;
        }
        assert_int_equal(r, 0);
        assert_true(failed > 100);
}

/* ---- lists ---- */

static const char good_list[] = "; what it has\n[Target]\nTitle=Test\nSource=nobody\n\n[Bus PCI]\nVEN_1AF4=virtio\n"
                                "VEN_8086&DEV_100E=e1000\r\nDEV_*&CC_01=glob\n[Bus VMBUS]\n";

static ow_device_list *list_parse(const char *text)
{
        ow_device_list *list = NULL;

        assert_ok(device_list_parse("test", "targets/test.list", text, strlen(text), &list, &err));
        return list;
}

static enum ow_device_told tells(const ow_device_list *list, const char *bus, const char *instance, const char *id)
{
        const char *const ids[] = { id, NULL };
        const ow_device device = { .bus = bus, .instance = instance, .hardware_ids = ids };

        return ow_device_list_tells(list, &device);
}

static void a_list_tells_what_a_machine_has(void **state)
{
        ow_device_list *list = list_parse(good_list);

        assert_string_equal(ow_device_list_title(list), "Test");
        assert_int_equal(tells(list, "PCI", "PCI\\VEN_1AF4&DEV_1000\\3&1", NULL), OW_DEVICE_THERE);
        assert_int_equal(tells(list, "pci", "pci\\ven_8086&dev_100e&subsys_1\\3&1", NULL), OW_DEVICE_THERE);
        assert_int_equal(tells(list, "PCI", "PCI\\VEN_8086&DEV_100EE\\3&1", NULL), OW_DEVICE_NOWHERE);
        assert_int_equal(tells(list, "PCI", "PCI\\X\\3&1", "PCI\\VEN_1AF4"), OW_DEVICE_THERE);
        assert_int_equal(tells(list, "PCI", "PCI\\DEV_7&CC_01\\3&1", NULL), OW_DEVICE_THERE);
        assert_int_equal(tells(list, "PCI", "PCI", "PCI\\"), OW_DEVICE_NOWHERE);
        assert_int_equal(tells(list, "VMBUS", "VMBUS\\{x}\\1", NULL), OW_DEVICE_NOWHERE);
        assert_int_equal(tells(list, "USB", "USB\\VID_1\\1", NULL), OW_DEVICE_NOT_TOLD);
        device_list_free(list);
}

static void bad_lists_are_refused_with_their_line(void **state)
{
        static const struct {
                const char *text, *says;
        } bad[] = {
                { "", "a list needs Title" },
                { "[Target]\nTitle=x\nSource=y\n", "a list needs Title" },
                { "[Bus PCI]\n", "line 1: expected [Target] first" },
                { "[Target]\nTitle=x\nTitle=y\n", "line 3: once" },
                { "[Target]\nName=x\n", "line 2: [Target] takes" },
                { "[Target]\n[Bus pci]\n", "line 2: a bus is written" },
                { "[Target]\n[Bus PCI]\n[Bus PCI]\n", "line 3: a second section" },
                { "[Target]\n[Bus PCI]\nVEN_1\n", "line 3: expected 'id=what it is'" },
                { "[Target]\n[Bus PCI]\nVEN_1=\n", "line 3: say what it is" },
                { "[Target]\n[Bus PCI]\nPCI\\VEN_1=x\n", "line 3: an id is what comes after" },
                { "[Target]\n[Bus PCI]\nVEN_1=x\nven_1=y\n", "line 4: twice" },
                { "[Target]\n[Bus PCI\n", "line 2: expected [Target] first" },
                { "Title=x\n", "line 1: expected" },
                { "[Target]\nTitle=\001\n", "line 2: a control character" },
        };

        for (size_t i = 0; i < OW_COUNT(bad); i++) {
                ow_error why = OW_ERROR_INIT;
                ow_device_list *list = NULL;

                assert_int_equal(device_list_parse("t", "t.list", bad[i].text, strlen(bad[i].text), &list, &why),
                                 OW_E_INVAL);
                if (!strstr(why.text, bad[i].says) || !strstr(why.text, "t.list"))
                        fail_msg("'%s' does not say '%s'", why.text, bad[i].says);
        }
}

static void the_lists_of_this_tree(void **state)
{
        static const char *const names[] = { "hyperv", "qemu", "virtualbox", "vmware", "xen" };
        ow_fix_set *set = fixes_load();

        assert_int_equal(ow_device_list_count(set), OW_COUNT(names));
        for (size_t i = 0; i < OW_COUNT(names); i++) {
                const ow_device_list *list = ow_device_list_find(set, names[i]);

                assert_non_null(list);
                /* A server's RAID controller is nowhere; an e1000 or a legacy card is somewhere. */
                assert_int_equal(tells(list, "PCI", "PCI\\VEN_103C&DEV_323A\\1", NULL), OW_DEVICE_NOWHERE);
                assert_int_equal(tells(list, "VMBUS", "VMBUS\\{f8615163}\\1", NULL),
                                 i == 0 ? OW_DEVICE_THERE : OW_DEVICE_NOWHERE);
                assert_int_equal(tells(list, "USB", "USB\\VID_0627\\1", NULL), OW_DEVICE_NOT_TOLD);
        }
        assert_null(ow_device_list_find(set, "other"));
        ow_fix_set_free(set);
}

static void no_list_denies(struct rig *rig, const char *name, const char *machine, const char *root)
{
        const ow_device_list *list;
        const ow_device *all = NULL;
        char data[80], path[80];
        size_t n = 0, there = 0;
        ow_fix_set *set;
        ow_guest *guest;

        (void)snprintf(data, sizeof data, "machines/%s/SYSTEM", machine);
        (void)snprintf(path, sizeof path, "%s\\System32\\config\\SYSTEM", root);
        rig_plain_disk(rig, 0, 32, "5cbea03e");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, path, data);
        rig_end(rig);
        guest = rig_open(rig, false);
        set = fixes_load();
        list = ow_device_list_find(set, name);
        assert_ok(ow_guest_devices(guest, &all, &n, &err));
        for (size_t i = 0; i < n; i++) {
                there += ow_device_list_tells(list, &all[i]) == OW_DEVICE_THERE;
                if (ow_device_list_tells(list, &all[i]) == OW_DEVICE_NOWHERE)
                        fail_msg("%s.list lacks %s", name, all[i].instance);
        }
        assert_true(there >= 5);
        ow_fix_set_free(set);
}

static void a_real_machine_of_vmware_has_what_its_list_has(void **state)
{
        no_list_denies(rig_get(state), "vmware", "win7-vmware", "Windows");
}

static void a_real_machine_of_virtualbox_has_what_its_list_has(void **state)
{
        no_list_denies(rig_get(state), "virtualbox", "win81-virtualbox", "Windows");
}

static void a_real_machine_of_virtual_pc_has_what_the_list_of_its_heir_has(void **state)
{
        no_list_denies(rig_get(state), "hyperv", "xp-virtualpc", "WINDOWS");
}

static void machines_are_gone_by_their_list(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "");
        ow_device_list *list = list_parse(good_list);
        ow_device_choice choice = { .not_in = list };
        ow_plan *plan = NULL;
        size_t n = 0;

        /* Of PCI: the old card and the old controllers go, the RAID controller may hold Windows, the new card is
         * there. */
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_remove_devices(plan, guest, &choice, &n, &err));
        assert_int_equal(n, 3);
        ow_plan_free(plan);
        device_list_free(list);
}

/* The last card that is no ghost goes by force only. */
static void the_last_card_stays(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_machine(rig, "");
        ow_device_list *list =
                list_parse("[Target]\nTitle=x\nSource=y\n[Bus PCI]\nVEN_103C=x\nVEN_1000=x\nVEN_9005=x\n");
        ow_device_choice choice = { .not_in = list };
        ow_plan *plan = NULL;
        size_t n = 0;

        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_remove_devices(plan, guest, &choice, &n, &err));
        assert_int_equal(n, 1);
        assert_non_null(strstr(ow_plan_skipped(plan, 0)->reason, "it is the last network card"));
        ow_plan_free(plan);
        choice.force = true;
        assert_ok(ow_plan_begin(&plan, &err));
        assert_ok(ow_plan_remove_devices(plan, guest, &choice, &n, &err));
        assert_int_equal(n, 2);
        ow_plan_free(plan);
        device_list_free(list);
}

#define RIG_TEST(fn) cmocka_unit_test_setup_teardown(fn, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                RIG_TEST(a_card_goes_with_all_that_names_it),
                RIG_TEST(lists_of_bindings_stay_parallel),
                RIG_TEST(what_has_to_stay_stays),
                RIG_TEST(what_is_claimed_twice_is_left),
                RIG_TEST(bitmaps_and_rows_of_any_size),
                RIG_TEST(adapters_by_index_and_what_is_left_of_them),
                RIG_TEST(machines_are_gone_by_their_list),
                RIG_TEST(the_last_card_stays),
                RIG_TEST(a_real_machine_of_vmware_has_what_its_list_has),
                RIG_TEST(a_real_machine_of_virtualbox_has_what_its_list_has),
                RIG_TEST(a_real_machine_of_virtual_pc_has_what_the_list_of_its_heir_has),
                RIG_TEST(both_control_sets_that_may_boot_are_cleaned),
                RIG_TEST(memory_may_end_anywhere),
                cmocka_unit_test(a_list_tells_what_a_machine_has),
                cmocka_unit_test(bad_lists_are_refused_with_their_line),
                cmocka_unit_test(the_lists_of_this_tree),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
