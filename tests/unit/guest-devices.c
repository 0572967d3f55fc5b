/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Devices: both layouts of their dates, texts with a reference into an inf, verdicts, filters; real hives. */
#include "guest-fixture.h"

#include <offwin/device.h>
#include <offwin/winsock.h>

#define CCS   "[HKEY_LOCAL_MACHINE\\ControlSet001\\"
#define DATES "\\Properties\\{83da6326-97a6-4088-9453-a1923f573b29}\\"
#define NEW   "PCI\\VEN_8086&DEV_100E\\3&1"
#define OLD   "PCI\\VEN_8086&DEV_100F\\3&2"

static ow_guest *open_with(struct rig *rig, const char *text)
{
        rig_plain_disk(rig, 0, 12, "11111111");
        rig_begin(rig, 0, 0);
        rig_put_hive(rig, "Windows\\System32\\config\\SYSTEM", text);
        rig_end(rig);
        return rig_open(rig, false);
}

static const ow_device *find_device(ow_guest *guest, const char *instance)
{
        const ow_device *devices = NULL;
        size_t n = 0;

        assert_ok(ow_guest_devices(guest, &devices, &n, &err));
        for (size_t i = 0; i < n; i++)
                if (strcmp(devices[i].instance, instance) == 0)
                        return &devices[i];
        return NULL;
}

static size_t count(ow_guest *guest, const ow_device_filter *filter)
{
        const ow_device *devices = NULL;
        size_t n = 0, fit = 0;

        assert_ok(ow_guest_devices(guest, &devices, &n, &err));
        for (size_t i = 0; i < n; i++)
                fit += ow_device_fits(&devices[i], filter);
        return fit;
}

static void both_layouts_are_read(void **state)
{
        static const char text[] =
                "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n" CCS
                "Control\\Class\\{4d36e972-e325-11ce-bfc1-08002be10318}]\n\"Class\"=\"Net\"\n" CCS "Enum\\" NEW
                "]\n\"ClassGUID\"=\"{4d36e972-e325-11ce-bfc1-08002be10318}\"\n\"Service\"=\"E1G60\"\n"
                "\"DeviceDesc\"=\"@nete1g32.inf,%x%;Intel "
                "card\"\n\"HardwareID\"=multi:\"PCI\\\\VEN_8086\",\"second\"\n"
                "\"LocationInformation\"=\"@System32\\\\drivers\\\\pci.sys,#65536;PCI bus %1, device %2, function %3;"
                "(2,1,0)\"\n\"ConfigFlags\"=dword:00000001\n" CCS "Enum\\" NEW DATES
                "0064]\n@=hex(ffff0010):01,00,00,00,00,00,00,00\n" CCS "Enum\\" NEW DATES
                "0066]\n@=hex(ffff0010):00,00,00,00,14,c6,d3,01\n" CCS "Enum\\" NEW DATES
                "0067]\n@=hex(ffff0010):00,00,00,00,15,c6,d3,01\n" CCS "Enum\\" NEW
                "\\Device Parameters\\Deep\\Deeper]\n\"Service\"=\"not this\"\n" CCS "Enum\\" OLD
                "]\n\"Class\"=\"Net\"\n\"Service\"=\"e1000\"\n\"HardwareID\"=dword:00000001\n" CCS "Enum\\" OLD DATES
                "00000064\\00000000]\n\"Type\"=hex:10,00,00,00\n\"Data\"=hex:02,00,00,00,00,00,00,00\n" CCS
                "Enum\\" OLD DATES "00000065\\00000000]\n\"Data\"=hex:03,00\n" CCS
                "Enum\\ROOT\\KDNIC\\0000]\n\"Class\"=\"Net\"\n";
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_with(rig, text);
        const ow_device *d = find_device(guest, NEW);

        assert_non_null(d);
        assert_string_equal(d->bus, "PCI");
        assert_string_equal(d->class_name, "Net");
        assert_string_equal(d->description, "Intel card");
        assert_string_equal(d->location, "PCI bus 2, device 1, function 0");
        assert_string_equal(d->hardware_ids[1], "second");
        assert_null(d->hardware_ids[2]);
        assert_string_equal(d->service, "E1G60");
        assert_int_equal(d->config_flags, 1);
        assert_int_equal(d->installed, 1);
        assert_true(d->last_removal > d->last_arrival);
        assert_int_equal(d->verdict.presence, OW_PRESENCE_GHOST);
        assert_int_equal(d->verdict.confidence, OW_CONFIDENCE_HIGH);
        assert_string_equal(d->verdict.reason, "it was taken out on 2018-03-27");
        d = find_device(guest, OLD);
        assert_int_equal(d->installed, 2);
        assert_int_equal(d->first_installed, 0);
        assert_null(d->hardware_ids[0]);
        assert_int_equal(d->verdict.presence, OW_PRESENCE_UNKNOWN);
        d = find_device(guest, "ROOT\\KDNIC\\0000");
        assert_true(d->software);
        assert_int_equal(d->verdict.presence, OW_PRESENCE_UNKNOWN);
        assert_int_equal(count(guest, &(ow_device_filter){ .ghosts = true }), 1);
        assert_int_equal(count(guest, &(ow_device_filter){ .class_name = "net" }), 3);
        assert_int_equal(count(guest, &(ow_device_filter){ .bus = "pci", .service = "E1000" }), 1);
        assert_int_equal(count(guest, &(ow_device_filter){ .pattern = "pci\\ven_8086&dev_100?\\*" }), 2);
        assert_int_equal(count(guest, &(ow_device_filter){ .pattern = "intel" }), 1);
        assert_int_equal(count(guest, &(ow_device_filter){ .pattern = "second" }), 1);
        assert_int_equal(count(guest, &(ow_device_filter){ .pattern = "intel*x" }), 0);
}

static ow_guest *open_real(struct rig *rig, const char *data)
{
        rig_plain_disk(rig, 0, 24, "5cbea03e");
        rig_begin(rig, 0, 0);
        rig_put_data(rig, "Windows\\System32\\config\\SYSTEM", data);
        rig_end(rig);
        return rig_open(rig, false);
}

static void a_real_windows_7(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_real(rig, "machines/win7-vmware/SYSTEM");
        const ow_device *d = find_device(guest, "PCI\\VEN_8086&DEV_100F&SUBSYS_075015AD&REV_01\\4&b70f118&0&0888");

        assert_non_null(d);
        assert_string_equal(d->class_name, "Net");
        assert_string_equal(d->description, "Intel(R) PRO/1000 MT Network Connection");
        assert_string_equal(d->driver, "{4d36e972-e325-11ce-bfc1-08002be10318}\\0007");
        assert_string_equal(d->location, "PCI bus 2, device 1, function 0");
        assert_int_equal(d->installed, 0x01cb810443d81cc0);
        assert_int_equal(d->verdict.presence, OW_PRESENCE_GHOST);
        assert_int_equal(count(guest, &(ow_device_filter){ .ghosts = true }), 2);
        assert_int_equal(count(guest, &(ow_device_filter){ .pattern = NULL }), 290);
        assert_int_equal(count(guest, &(ow_device_filter){ .bus = "PCI" }), 45);
}

/* No disk, volume or USB device has the mark of having run, nor has the bridge to ISA: they are no ghosts. */
static void a_real_windows_81(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_real(rig, "machines/win81-virtualbox/SYSTEM");
        const ow_device *d = find_device(guest, "PCI\\VEN_8086&DEV_7000&SUBSYS_00000000&REV_00\\3&267a616a&2&08");

        assert_non_null(d);
        assert_int_equal(d->n_volatile, 0);
        assert_int_equal(d->verdict.presence, OW_PRESENCE_PRESENT);
        assert_int_equal(d->verdict.confidence, OW_CONFIDENCE_LOW);
        assert_int_equal(count(guest, &(ow_device_filter){ .bus = "SCSI" }), 2);
        assert_int_equal(count(guest, &(ow_device_filter){ .ghosts = true }), 1); /* a monitor, by its dates */
}

static void winsock_of_a_real_windows_7(void **state)
{
        struct rig *rig = rig_get(state);
        ow_guest *guest = open_real(rig, "machines/win7-vmware/SYSTEM");
        const ow_winsock *w = NULL;
        const ow_winsock_protocol *p;

        assert_ok(ow_guest_winsock(guest, &w, &err));
        show_problems(guest);
        assert_int_equal(w->n_catalogs, 1);
        assert_int_equal(w->catalogs[0].n_protocols, 24);
        assert_int_equal(w->catalogs[0].protocols_told, 24);
        assert_int_equal(w->catalogs[0].n_namespaces, 6);
        p = &w->catalogs[0].protocols[0];
        assert_true(p->understood && !p->layered && !p->foreign);
        assert_string_equal(p->path, "%SystemRoot%\\system32\\mswsock.dll");
        assert_int_equal(p->chain_length, 1);
        assert_true(p->id >= 1001);
        assert_string_equal(w->catalogs[0].namespaces[0].path, "%SystemRoot%\\system32\\NLAapi.dll");
        assert_int_equal(w->catalogs[0].namespaces[0].name_space, 15);
}

static void a_layered_provider_is_told(void **state)
{
        OW_AUTO_BUFFER text = OW_BUFFER_INIT;
        struct rig *rig = rig_get(state);
        static const char path[] = "C:\\Program Files\\Proxy\\layer.dll";
        uint8_t item[OW_WINSOCK_ITEM_SIZE] = { 0 };
        const ow_winsock *w = NULL;
        ow_guest *guest;
        char *whole;

        memcpy(item, path, sizeof path);
        item[0x128] = 0xe9; /* id 0x3e9 */
        item[0x129] = 3;
        item[0x12c] = 2; /* a chain of two */
        item[0x130] = 0xf0;
        item[0x134] = 0xe8;
        item[0x178] = 'L';
        ow_buffer_put_text(
                &text,
                "[HKEY_LOCAL_MACHINE\\Select]\n\"Current\"=dword:00000001\n" CCS
                "Services\\WinSock2\\Parameters\\Protocol_Catalog9]\n\"Num_Catalog_Entries\"=dword:00000005\n" CCS
                "Services\\WinSock2\\Parameters\\Protocol_Catalog9\\Catalog_Entries\\000000000001]\n"
                "\"PackedCatalogItem\"=hex:");
        for (size_t i = 0; i < sizeof item; i++)
                ow_buffer_printf(&text, "%s%02x", i ? "," : "", item[i]);
        ow_buffer_put_text(
                &text, "\n" CCS "Services\\WinSock2\\Parameters\\Protocol_Catalog9\\Catalog_Entries\\000000000002]\n"
                       "\"PackedCatalogItem\"=hex:01\n" CCS
                       "Services\\WinSock2\\Parameters\\Protocol_Catalog9\\Catalog_Entries\\000000000003]\n");
        whole = ow_buffer_take_text(&text);
        assert_non_null(whole);
        guest = open_with(rig, whole);
        ow_free(whole);
        assert_ok(ow_guest_winsock(guest, &w, &err));
        assert_int_equal(w->catalogs[0].n_protocols, 3);
        assert_true(w->catalogs[0].protocols[0].layered && w->catalogs[0].protocols[0].foreign);
        assert_string_equal(w->catalogs[0].protocols[0].path, path);
        assert_string_equal(w->catalogs[0].protocols[0].name, "L");
        assert_int_equal(w->catalogs[0].protocols[0].id, 0x3e9);
        assert_int_equal(w->catalogs[0].protocols[0].chain[1], 0xe8);
        assert_false(w->catalogs[0].protocols[1].understood || w->catalogs[0].protocols[1].layered);
        assert_true(has_problem(guest, "PackedCatalogItem has 1 bytes"));
        assert_true(has_problem(guest, "no PackedCatalogItem"));
        assert_true(has_problem(guest, "holds 3 entries and says 5"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(both_layouts_are_read),
                TEST(a_real_windows_7),
                TEST(a_real_windows_81),
                TEST(winsock_of_a_real_windows_7),
                TEST(a_layered_provider_is_told),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
