/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devices.c - the device table: one line per device instance,
 *
 *   instance | class | number | service | description | manufacturer | inf | extras
 *
 * gives the Enum key, the software key in Control\Class, the interface in Control\DeviceClasses, and for network
 * cards (extras guid=...) the connection and its bindings: windows.md-style layouts of XP, 7 and 10 told apart by
 * the variable "family" (5, 6, 10).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "regtext.h"

#define SET      "HKEY_LOCAL_MACHINE\\SYSTEM\\ControlSet001"
#define NET      "{4D36E972-E325-11CE-BFC1-08002BE10318}"
#define NETCLASS "{4d36e972-e325-11ce-bfc1-08002be10318}"

enum { INSTANCE, CLASS, NUMBER, SERVICE, DESCRIPTION, MAKER, INF, EXTRAS };

static const struct class {
        const char *name, *registry_name, *guid, *device_interface;
} classes[] = {
        { "net", "Net", "{4d36e972-e325-11ce-bfc1-08002be10318}", "{ad498944-762f-11d0-8dca-00c04fc3358c}" },
        { "system", "System", "{4d36e97d-e325-11ce-bfc1-08002be10318}", NULL },
        { "scsi", "SCSIAdapter", "{4d36e97b-e325-11ce-bfc1-08002be10318}", "{2accfe60-c130-11d2-b082-00a0c91efb8b}" },
        { "hdc", "hdc", "{4d36e96a-e325-11ce-bfc1-08002be10318}", NULL },
        { "disk", "DiskDrive", "{4d36e967-e325-11ce-bfc1-08002be10318}", "{53f56307-b6bf-11d0-94f2-00a0c91efb8b}" },
        { "cdrom", "CDROM", "{4d36e965-e325-11ce-bfc1-08002be10318}", "{53f56308-b6bf-11d0-94f2-00a0c91efb8b}" },
        { "volume", "Volume", "{71a27cdd-812a-11d0-bec7-08002be2092f}", "{53f5630d-b6bf-11d0-94f2-00a0c91efb8b}" },
        { "display", "Display", "{4d36e968-e325-11ce-bfc1-08002be10318}", "{5b45201d-f2f2-4f3b-85bb-30ff1f953599}" },
        { "monitor", "Monitor", "{4d36e96e-e325-11ce-bfc1-08002be10318}", "{e6f07b5f-ee97-4a90-b076-33f57bf4eaa7}" },
        { "usb", "USB", "{36fc9e60-c465-11cf-8056-444553540000}", "{3abf6f2d-71c4-462a-8a92-1e6861e6af27}" },
        { "hid", "HIDClass", "{745a17a0-74d3-11d0-b6fe-00a0c90f57da}", "{4d1e55b2-f16f-11cf-88cb-001111000030}" },
        { "keyboard", "Keyboard", "{4d36e96b-e325-11ce-bfc1-08002be10318}", "{884b96c3-56ef-11d1-bc8c-00a0c91405dd}" },
        { "mouse", "Mouse", "{4d36e96f-e325-11ce-bfc1-08002be10318}", "{378de44c-56ef-11d1-bc8c-00a0c91405dd}" },
        { "processor", "Processor", "{50127dc3-0f36-415e-a6cc-4cb3be910b65}", NULL },
        { "computer", "Computer", "{4d36e966-e325-11ce-bfc1-08002be10318}", NULL },
        { "ports", "Ports", "{4d36e978-e325-11ce-bfc1-08002be10318}", "{86e0d1e0-8089-11d0-9ce4-08003e301f73}" },
        { "media", "MEDIA", "{4d36e96c-e325-11ce-bfc1-08002be10318}", "{6994ad04-93ef-11d0-a3cc-00a0c9223196}" },
        { "bluetooth", "Bluetooth", "{e0cbf06c-cd8b-4647-bb8a-263b43f0f974}", NULL },
        { "battery", "Battery", "{72631e54-78a4-11d0-bcf7-00aa00b7b32a}", NULL },
        { "snapshot", "VolumeSnapshot", "{533c5b84-ec70-11d2-9505-00c04f79deaf}", NULL },
        { "tape", "TapeDrive", "{6d807884-7d21-11cf-801c-08002be10318}", NULL },
        { "legacy", "LegacyDriver", "{8ecc055d-047f-11d1-a537-0000f8753ed1}", NULL },
        { "firmware", "Firmware", "{f2e7dd72-6468-4e36-b6f1-6488f42c1b52}", NULL },
        { "image", "Image", "{6bdd1fc6-810f-11d0-bec7-08002be2092f}", NULL },
        { "software", "SoftwareDevice", "{62f9c741-b25a-46ce-b54c-9bccce08b6f2}", NULL },
        { "printqueue", "PrintQueue", "{1ed2bbf9-11f0-4084-b21f-ad83a8e6dcdc}", NULL },
};

struct devices {
        struct bytes *out;
        unsigned family;                /* 5: 2000 to 2003; 6: Vista to 8.1; 10 */
        const char *set_up;             /* when the system was installed */
};

static void put_text(struct bytes *out, const char *name, const char *text)
{
        if (text == NULL || *text == '\0')
                return;
        bytes_printf(out, "\"%s\"=", name);
        put_quoted(out, text);
        bytes_text(out, "\n");
}

/* Vista and newer keep texts as a reference into the inf with the text behind it. */
static void put_inf_text(struct bytes *out, const struct devices *d, const char *name, const char *inf,
                         const char *token, const char *text)
{
        AUTO_TEXT reference = need_printf("@%s,%%%s%%;%s", inf, token, text);

        put_text(out, name, d->family >= 6 && *inf ? reference : text);
}

/* PCI\VEN_8086&DEV_10D3&SUBSYS_...&REV_00 and class code cc -> what the PCI bus driver reports. */
static void put_pci_ids(struct bytes *out, const char *hardware, const char *cc)
{
        char id[3][16] = { { 0 } }, rev[8] = { 0 };

        if (sscanf(hardware, "PCI\\VEN_%4[0-9A-F]&DEV_%4[0-9A-F]&SUBSYS_%8[0-9A-F]&REV_%2[0-9A-F]", id[0], id[1], id[2],
                   rev) != 4)
                return;
        bytes_printf(out, "\"HardwareID\"=multi:\"PCI\\\\VEN_%s&DEV_%s&SUBSYS_%s&REV_%s\","
                     "\"PCI\\\\VEN_%s&DEV_%s&SUBSYS_%s\",\"PCI\\\\VEN_%s&DEV_%s&CC_%s\",\"PCI\\\\VEN_%s&DEV_%s&CC_%.4s\"\n",
                     id[0], id[1], id[2], rev, id[0], id[1], id[2], id[0], id[1], cc, id[0], id[1], cc);
        bytes_printf(out, "\"CompatibleIDs\"=multi:\"PCI\\\\VEN_%s&DEV_%s&REV_%s\",\"PCI\\\\VEN_%s&DEV_%s\","
                     "\"PCI\\\\VEN_%s&CC_%s\",\"PCI\\\\VEN_%s&CC_%.4s\",\"PCI\\\\VEN_%s\",\"PCI\\\\CC_%s\",\"PCI\\\\CC_%.4s\"\n",
                     id[0], id[1], rev, id[0], id[1], id[0], cc, id[0], cc, id[0], cc, cc);
}

static void put_ids(struct bytes *out, const char *hardware, const char *extras)
{
        AUTO_TEXT hw = extra_get(extras, "hw");
        AUTO_TEXT compatible = extra_get(extras, "compat");
        AUTO_TEXT cc = extra_get(extras, "cc");

        if (strncmp(hardware, "PCI\\", 4) == 0 && hw == NULL) {
                put_pci_ids(out, hardware, cc ? cc : "000000");
                return;
        }
        bytes_text(out, "\"HardwareID\"=multi:");
        put_quoted_list(out, hw ? hw : hardware);
        bytes_text(out, "\n");
        if (compatible != NULL) {
                bytes_text(out, "\"CompatibleIDs\"=multi:");
                put_quoted_list(out, compatible);
                bytes_text(out, "\n");
        }
}

/* Vista and newer keep the place on a PCI bus as a message of the bus driver with its arguments. */
static void put_location(struct bytes *out, const struct devices *d, const char *location)
{
        unsigned bus, device, function;

        if (location == NULL || d->family < 6 ||
            sscanf(location, "PCI bus %u, device %u, function %u", &bus, &device, &function) != 3) {
                put_text(out, "LocationInformation", location);
                return;
        }
        bytes_printf(out, "\"LocationInformation\"=\"@system32\\\\drivers\\\\pci.sys,#65536;PCI bus %%1, device %%2, "
                     "function %%3;(%u,%u,%u)\"\n", bus, device, function);
}

static void put_enum(const struct devices *d, const struct row *row, const struct class *class, const char *hardware)
{
        char *const *c = row->columns;
        AUTO_TEXT location = extra_get(c[EXTRAS], "loc");
        AUTO_TEXT capabilities = extra_get(c[EXTRAS], "caps");
        AUTO_TEXT friendly = extra_get(c[EXTRAS], "friendly");
        AUTO_TEXT flags = extra_get(c[EXTRAS], "flags");
        AUTO_TEXT upper = extra_get(c[EXTRAS], "upper");
        AUTO_TEXT lower = extra_get(c[EXTRAS], "lower");
        AUTO_TEXT prefix = extra_get(c[EXTRAS], "prefix");
        AUTO_TEXT token = need_printf("%s.desc", strncmp(hardware, "PCI\\", 4) == 0 ? "device" : c[SERVICE]);
        struct bytes *out = d->out;

        bytes_printf(out, "\n[" SET "\\Enum\\%s]\n", c[INSTANCE]);
        put_inf_text(out, d, "DeviceDesc", c[INF], token, c[DESCRIPTION]);
        put_inf_text(out, d, "Mfg", c[INF], "mfg", c[MAKER]);
        put_location(out, d, location);
        bytes_printf(out, "\"Capabilities\"=dword:%08lx\n\"ConfigFlags\"=dword:%08lx\n",
                     capabilities ? strtoul(capabilities, NULL, 0) : 0, flags ? strtoul(flags, NULL, 0) : 0);
        put_ids(out, hardware, c[EXTRAS]);
        if (d->family >= 6)
                put_text(out, "ContainerID", "{00000000-0000-0000-ffff-ffffffffffff}");
        put_text(out, "ClassGUID", class->guid);
        if (d->family < 10)
                put_text(out, "Class", class->registry_name);
        if (*c[NUMBER]) {
                AUTO_TEXT driver = need_printf("%s\\%s", class->guid, c[NUMBER]);

                put_text(out, "Driver", driver);
        }
        put_text(out, "Service", c[SERVICE]);
        put_text(out, "FriendlyName", friendly);
        put_text(out, "ParentIdPrefix", prefix);
        if (upper != NULL) {
                bytes_text(out, "\"UpperFilters\"=multi:");
                put_quoted_list(out, upper);
                bytes_text(out, "\n");
        }
        if (lower != NULL) {
                bytes_text(out, "\"LowerFilters\"=multi:");
                put_quoted_list(out, lower);
                bytes_text(out, "\n");
        }
        bytes_printf(out, "\n[" SET "\\Enum\\%s\\Device Parameters]\n", c[INSTANCE]);
        bytes_printf(out, "\n[" SET "\\Enum\\%s\\LogConf]\n", c[INSTANCE]);
        if (d->family == 6) {
                bytes_printf(out, "\n[" SET "\\Enum\\%s\\Properties\\{83da6326-97a6-4088-9453-a1923f573b29}\\00000065\\"
                             "00000000]\n\"Type\"=bytes:u32 16\n\"Data\"=bytes:filetime %s\n", c[INSTANCE], d->set_up);
        } else if (d->family == 10) {
                bytes_printf(out, "\n[" SET "\\Enum\\%s\\Properties\\{83da6326-97a6-4088-9453-a1923f573b29}\\0065]\n"
                             "@=bytes(ffff0010):filetime %s\n", c[INSTANCE], d->set_up);
                bytes_printf(out, "\n[" SET "\\Enum\\%s\\Properties\\{83da6326-97a6-4088-9453-a1923f573b29}\\0066]\n"
                             "@=bytes(ffff0010):filetime %s\n", c[INSTANCE], d->set_up);
        }
}

static void put_software_key(const struct devices *d, const struct row *row, const struct class *class,
                             const char *hardware)
{
        char *const *c = row->columns;
        AUTO_TEXT version = extra_get(c[EXTRAS], "version");
        AUTO_TEXT date = extra_get(c[EXTRAS], "date");
        AUTO_TEXT section = extra_get(c[EXTRAS], "section");
        AUTO_TEXT provider = extra_get(c[EXTRAS], "provider");
        AUTO_TEXT matching = extra_get(c[EXTRAS], "match");
        unsigned year = 2006, month = 6, day = 21;
        struct bytes *out = d->out;

        if (!*c[NUMBER])
                return;
        if (date != NULL)
                (void)sscanf(date, "%u-%u-%u", &year, &month, &day);
        bytes_printf(out, "\n[" SET "\\Control\\Class\\%s\\%s]\n", class->guid, c[NUMBER]);
        put_text(out, "DriverDesc", c[DESCRIPTION]);
        put_text(out, "ProviderName", provider ? provider : "Microsoft");
        put_text(out, "InfPath", c[INF]);
        put_text(out, "InfSection", section ? section : "Install");
        put_text(out, "MatchingDeviceId", matching ? matching : hardware);
        put_text(out, "DriverVersion", version ? version : "6.1.7601.17514");
        bytes_printf(out, "\"DriverDate\"=\"%u-%u-%u\"\n", month, day, year);
        bytes_printf(out, "\"DriverDateData\"=bytes:filetime %04u-%02u-%02u 00:00:00\n", year, month, day);
}

/* Control\DeviceClasses\{interface}\##?#PCI#...#{interface}: the device by its interface. */
static void put_interface(const struct devices *d, const char *instance, const char *interface, const char *reference)
{
        AUTO_TEXT flat = need_copy(instance);
        struct bytes *out = d->out;

        for (char *p = flat; *p; p++)
                if (*p == '\\')
                        *p = '#';
        bytes_printf(out, "\n[" SET "\\Control\\DeviceClasses\\%s\\##?#%s#%s]\n", interface, flat, interface);
        put_text(out, "DeviceInstance", instance);
        AUTO_TEXT link = need_printf("\\\\?\\%s#%s%s%s", flat, interface, *reference ? "\\" : "", reference);
        bytes_printf(out, "\n[" SET "\\Control\\DeviceClasses\\%s\\##?#%s#%s\\#%s]\n", interface, flat, interface,
                     reference);
        put_text(out, "SymbolicLink", link);
}

/* ---- network cards ---- */

static void put_net_class(const struct devices *d, const struct row *row, const char *guid, const char *hardware)
{
        char *const *c = row->columns;
        AUTO_TEXT luid = extra_get(c[EXTRAS], "luid");
        AUTO_TEXT type = extra_get(c[EXTRAS], "iftype");
        AUTO_TEXT characteristics = extra_get(c[EXTRAS], "chars");
        AUTO_TEXT component = extra_get(c[EXTRAS], "component");
        bool card = characteristics == NULL;
        struct bytes *out = d->out;

        bytes_printf(out, "\n[" SET "\\Control\\Class\\" NETCLASS "\\%s]\n", c[NUMBER]);
        put_text(out, "NetCfgInstanceId", guid);
        put_text(out, "ComponentId", component ? component : hardware);
        bytes_printf(out, "\"Characteristics\"=dword:%08lx\n", card ? 0x84 : strtoul(characteristics, NULL, 0));
        bytes_printf(out, "\"InstallTimeStamp\"=bytes:systemtime %s\n", d->set_up);
        if (card)
                bytes_text(out, "\"BusType\"=\"5\"\n");
        if (d->family >= 6) {
                put_text(out, "DeviceInstanceID", hardware);
                bytes_printf(out, "\"NetLuidIndex\"=dword:%08lx\n\"*IfType\"=dword:%08lx\n",
                             luid ? strtoul(luid, NULL, 0) : 0, type ? strtoul(type, NULL, 0) : 6);
                bytes_printf(out, "\"*MediaType\"=dword:00000000\n\"*PhysicalMediaType\"=dword:%08x\n", card ? 14 : 0);
        }
        if (d->family == 6)
                bytes_text(out, "\"NewDeviceInstall\"=dword:00000000\n");
        if (d->family == 10)
                bytes_printf(out, "\"IfTypePreStart\"=dword:00000006\n\"NetworkInterfaceInstallTimestamp\"="
                             "bytes(b):filetime %s\n", d->set_up);
        bytes_printf(out, "\n[" SET "\\Control\\Class\\" NETCLASS "\\%s\\Linkage]\n", c[NUMBER]);
        bytes_printf(out, "\"RootDevice\"=multi:\"%s\"\n\"Export\"=multi:\"\\\\Device\\\\%s\"\n", guid, guid);
        AUTO_TEXT bind = extra_get(c[EXTRAS], "bind");
        const char *usual = d->family == 5 ? "NdisWan,Tcpip,RasPppoe,NdisUio" :
                            d->family == 6 ? "Ndisuio,RasPppoe,rspndr,lltdio,Tcpip,Tcpip6" :
                            "lltdio,MsLldp,Ndisuio,RasPppoe,rspndr,Tcpip,Tcpip6";
        bytes_text(out, "\"UpperBind\"=multi:");
        put_quoted_list(out, bind ? bind : usual);
        bytes_printf(out, "\n\n[" SET "\\Control\\Class\\" NETCLASS "\\%s\\Ndi]\n\"Service\"=\"%s\"\n", c[NUMBER],
                     c[SERVICE]);
        bytes_printf(out, "\n[" SET "\\Control\\Class\\" NETCLASS "\\%s\\Ndi\\Interfaces]\n"
                     "\"UpperRange\"=\"ndis5\"\n\"LowerRange\"=\"ethernet\"\n", c[NUMBER]);
}

static void put_connection(const struct devices *d, const struct row *row, const char *guid)
{
        AUTO_TEXT name = extra_get(row->columns[EXTRAS], "connection");
        AUTO_TEXT hidden = extra_get(row->columns[EXTRAS], "hidden");
        AUTO_TEXT index = extra_get(row->columns[EXTRAS], "index");
        struct bytes *out = d->out;

        if (name == NULL && hidden == NULL)
                return;
        bytes_printf(out, "\n[" SET "\\Control\\Network\\" NET "\\%s\\Connection]\n", guid);
        put_text(out, "Name", name ? name : hidden);
        put_text(out, d->family == 10 ? "PnPInstanceId" : "PnpInstanceID", row->columns[INSTANCE]);
        if (d->family == 5) {
                bytes_text(out, "\"ShowIcon\"=dword:00000000\n\"IpCheckingEnabled\"=dword:00000001\n");
                return;
        }
        bytes_printf(out, "\"DefaultNameResourceId\"=dword:%08x\n\"DefaultNameIndex\"=dword:%08lx\n",
                     name == NULL ? 1801 : d->family == 10 ? 1900 : 1803, index ? strtoul(index, NULL, 10) : 0);
}

static void put_net(const struct devices *d, const struct row *row, const char *guid, const char *hardware)
{
        AUTO_TEXT name = extra_get(row->columns[EXTRAS], "connection");

        put_net_class(d, row, guid, hardware);
        put_connection(d, row, guid);
        if (name == NULL)                                       /* a miniport: TCP/IP is bound to it only in use */
                return;
        put_interface(d, row->columns[INSTANCE],
                      d->family >= 6 ? "{cac88484-7515-4c03-82e6-71a87abac361}" :
                                       "{ad498944-762f-11d0-8dca-00c04fc3358c}", guid);
        bytes_printf(d->out, "\n[" SET "\\Services\\NetBT\\Parameters\\Interfaces\\Tcpip_%s]\n"
                     "\"NameServerList\"=multi:\n\"NetbiosOptions\"=dword:00000000\n", guid);
        bytes_printf(d->out, "\n[" SET "\\Services\\Tcpip\\Parameters\\Adapters\\%s]\n\"LLInterface\"=\"\"\n"
                     "\"IpConfig\"=multi:\"Tcpip\\\\Parameters\\\\Interfaces\\\\%s\"\n", guid, guid);
        bytes_printf(d->out, "\n[" SET "\\Services\\Tcpip\\Parameters\\Interfaces\\%s]\n", guid);
        if (d->family >= 6) {
                bytes_printf(d->out, "\n[" SET "\\Services\\Tcpip6\\Parameters\\Interfaces\\%s]\n", guid);
                bytes_printf(d->out, "\n[" SET "\\Services\\Psched\\Parameters\\%s\\%s]\n",
                             d->family == 6 ? "NdisAdapters" : "Adapters", guid);
                bytes_printf(d->out, "\n[" SET "\\Services\\%s\\Parameters\\%s\\%s]\n",
                             d->family == 6 ? "WfpLwf" : "WFPLWFS", d->family == 6 ? "NdisAdapters" : "Adapters", guid);
        }
}

static int put_device(void *state, struct row *row, ow_error *err)
{
        struct devices *d = state;
        const char *instance = row->columns[INSTANCE], *last = strrchr(instance, '\\');
        AUTO_TEXT hardware = NULL;
        AUTO_TEXT guid = extra_get(row->columns[EXTRAS], "guid");
        const struct class *class = NULL;

        for (size_t i = 0; i < COUNT(classes); i++)
                if (strcmp(classes[i].name, row->columns[CLASS]) == 0)
                        class = &classes[i];
        if (class == NULL)
                return row_fail(row, err, "no such class of device", row->columns[CLASS]);
        if (last == NULL || strchr(instance, '\\') == last)
                return row_fail(row, err, "an instance path is bus\\hardware id\\instance", instance);
        hardware = need_copy_part(instance, (size_t)(last - instance));
        put_enum(d, row, class, hardware);
        put_software_key(d, row, class, hardware);
        if (class->device_interface != NULL && guid == NULL)
                put_interface(d, instance, class->device_interface, "");
        if (guid != NULL)
                put_net(d, row, guid, hardware);
        return 0;
}

int devices_to_reg(const struct variables *variables, const char *file, char *text, struct bytes *out, ow_error *err)
{
        const char *family = variables_get(variables, "family"), *set_up = variables_get(variables, "installed");
        struct devices d = { .out = out, .family = family ? (unsigned)strtoul(family, NULL, 10) : 6,
                             .set_up = set_up ? set_up : "2010-01-01 00:00:00" };

        bytes_text(out, "Windows Registry Editor Version 5.00\n");
        return table_rows(file, text, put_device, &d, err);
}
