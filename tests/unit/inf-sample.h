/* SPDX-License-Identifier: GPL-2.0-or-later */
/* INF texts of our own, and how they are parsed in tests. */
#ifndef TESTS_UNIT_INF_SAMPLE_H
#define TESTS_UNIT_INF_SAMPLE_H

#include "test.h"

#include <offwin/inf.h>

#include "base/macros.h"

#define INF_HEAD "[Version]\nSignature=\"$Windows NT$\"\n"

/* The shape of a storage driver's INF as the virtio drivers have it: tokens for numbers, %12%, two ids a model. */
static const char inf_storage[] =
        "; a disk driver that drives nothing\r\n"
        "[Version]\r\n"
        "Signature = \"$WINDOWS NT$\"\r\n"
        "Class     = SCSIAdapter\r\n"
        "ClassGUID = {4D36E97B-E325-11CE-BFC1-08002BE10318}\r\n"
        "Provider  = %Maker%\r\n"
        "DriverVer = 07/18/2022,62.91.104.22400 ; built by hand\r\n"
        "CatalogFile = plain.cat\r\n"
        "CatalogFile.NTamd64 = wide.cat\r\n"
        "\r\n"
        "[SourceDisksNames]\r\n"
        "1 = %Disk%,,,\"\"\r\n"
        "[SourceDisksNames.amd64]\r\n"
        "2 = %Disk%,,,\"\\wide\\\"\r\n"
        "[SourceDisksFiles]\r\n"
        "teststor.sys = 1,,\r\n"
        "[SourceDisksFiles.amd64]\r\n"
        "teststor.sys = 2,\\sys\r\n"
        "testhelp.dll = 2\r\n"
        "[DestinationDirs]\r\n"
        "DefaultDestDir = 11\r\n"
        "driver_files = 12\r\n"
        "helper_files = 10,Test\\Help\r\n"
        "[Manufacturer]\r\n"
        "%Maker% = Models,NTx86.6.1,NTamd64.6.1,NTamd64.10.0\r\n"
        "[Models.NTx86.6.1]\r\n"
        "%Desc% = disk_inst, PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00, PCI\\VEN_1AF4&DEV_1001\r\n"
        "[Models.NTamd64.6.1]\r\n"
        "%Desc% = disk_inst, PCI\\VEN_1AF4&DEV_1001\r\n"
        "[Models.NTamd64.10.0]\r\n"
        "%Desc% = disk_inst, PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00, PCI\\VEN_1AF4&DEV_1001\r\n"
        "%Desc% = disk_inst, PCI\\VEN_1AF4&DEV_1042&SUBSYS_11001AF4&REV_01, PCI\\VEN_1AF4&DEV_1042\r\n"
        "[disk_inst]\r\n"
        "CopyFiles = driver_files, helper_files\r\n"
        "CopyFiles = @single.txt\r\n"
        "[driver_files]\r\n"
        "teststor.sys,,,2\r\n"
        "[helper_files]\r\n"
        "helper.dll,testhelp.dll\r\n"
        "[disk_inst.Services]\r\n"
        "AddService = teststor, 0x00000002, service_inst, event_inst\r\n"
        "AddService = , 2\r\n"
        "[service_inst]\r\n"
        "DisplayName    = %Desc%\r\n"
        "ServiceType    = %KERNEL_DRIVER%\r\n"
        "StartType      = %BOOT_START%\r\n"
        "ErrorControl   = 1\r\n"
        "ServiceBinary  = %12%\\teststor.sys\r\n"
        "LoadOrderGroup = SCSI miniport\r\n"
        "AddReg         = values\r\n"
        "[values]\r\n"
        "HKR, \"Parameters\\PnpInterface\", \"5\", %REG_DWORD%, 0x00000001\r\n"
        "HKR, Parameters, BusType, %REG_DWORD%, 0x0000000A\r\n"
        "HKR,, Path, 0x00020000, \"%%SystemRoot%%\\x.dll\"\r\n"
        "HKR,, List, 0x00010000, one, , two\r\n"
        "HKR,, Bytes, 1, 01, fF, 0x10\r\n"
        "HKR,, Odd, 0x00380001, 1,2\r\n"
        "HKR, Empty\r\n"
        "HKR,, Gone, 4\r\n"
        "HKR,, Bad, 0x00010001, twelve\r\n"
        "[Strings]\r\n"
        "Maker = \"Nobody; Inc.\"\r\n"
        "Disk = \"a disk\"\r\n"
        "Desc = \"A \"\"Test\"\" Controller\"\r\n"
        "KERNEL_DRIVER = 1\r\n"
        "BOOT_START = 0\r\n"
        "REG_DWORD = 0x00010001\r\n"
        "[strings.0407]\r\n"
        "Maker = Niemand\r\n";

static const ow_inf_target inf_7_x86 = { 6, 1, 7601, OW_INF_X86, 1, 0 };
static const ow_inf_target inf_7_x64 = { 6, 1, 7601, OW_INF_AMD64, 1, 0 };
static const ow_inf_target inf_10_x64 = { 10, 0, 19045, OW_INF_AMD64, 1, 0 };
static const ow_inf_target inf_2019 = { 10, 0, 17763, OW_INF_AMD64, 3, 0 };

static inline ow_inf *inf_parsed(const char *text, uint16_t language)
{
        ow_inf *inf = NULL;

        assert_ok(ow_inf_parse(text, strlen(text), language, &inf, &err));
        return inf;
}

/* Field index of the first line of section with key; what a test about one value needs. */
static inline const char *inf_get(const ow_inf *inf, const char *section, const char *key, uint32_t index)
{
        ow_inf_section found;
        uint32_t line;

        if (!ow_inf_find(inf, section, &found) || !ow_inf_line_find(inf, &found, key, &line))
                return "(absent)";
        return ow_inf_field(inf, line, index);
}

#endif
