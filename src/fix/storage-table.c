/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Storage controllers of virtual machines and who drives them, by version of Windows. docs/boot-storage.md has the
 * sources. Versions are major << 8 | minor: 0x0601 is Windows 7 and Server 2008 R2, 0x0a00 Windows 10 and newer.
 */
#include <string.h>

#include "fix/storage.h"

#define W2000 0x0500
#define XP    0x0501
#define W2003 0x0502
#define VISTA 0x0600
#define W7    0x0601
#define W8    0x0602
#define W81   0x0603
#define ANY   0xffff

/* PIIX3 of QEMU, PIIX4 of VMware, VirtualBox and Hyper-V. Up to Server 2003 the library is installed with the driver.
 */
static const struct storage_driver ide[] = {
        { .service = "intelide",
          .file = "intelide.sys,pciidex.sys",
          .from = W2000,
          .to = W2003,
          .in_box_from = W2000,
          .in_box_to = W2003,
          .group = "System Bus Extender",
          .class_guid = STORAGE_CLASS_HDC,
          .ids = { "PCI\\VEN_8086&DEV_7010", "PCI\\VEN_8086&DEV_7111" },
          .missing = { "PCI\\VEN_8086&DEV_7010", "PCI\\VEN_8086&DEV_7111" } },
        { .service = "intelide",
          .file = "intelide.sys",
          .from = VISTA,
          .to = ANY,
          .in_box_from = VISTA,
          .in_box_to = ANY,
          .group = "System Bus Extender",
          .class_guid = STORAGE_CLASS_HDC,
          .ids = { "PCI\\VEN_8086&DEV_7010", "PCI\\VEN_8086&DEV_7111" },
          .missing = { "PCI\\VEN_8086&DEV_7010", "PCI\\VEN_8086&DEV_7111" } },
        { .service = "pciide",
          .file = "pciide.sys",
          .from = W2000,
          .to = ANY,
          .in_box_from = W2000,
          .in_box_to = ANY,
          .helps = true,
          .group = "System Bus Extender",
          .class_guid = STORAGE_CLASS_HDC,
          .ids = { "PCI\\CC_0101" },
          .missing = { "PCI\\CC_0101" } },
        { .service = "atapi",
          .file = "atapi.sys",
          .from = 0,
          .to = ANY,
          .in_box_from = 0x0400,
          .in_box_to = ANY,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_HDC,
          .ids = { "Primary_IDE_Channel" },
          .missing = { "Primary_IDE_Channel", "Secondary_IDE_Channel" } },
        { 0 },
};

/* ICH9 and others; what counts is the class of the controller. msahci's channels are atapi's. */
static const struct storage_driver ahci[] = {
        { .service = "msahci",
          .file = "msahci.sys",
          .from = W2000,
          .to = W7,
          .in_box_from = VISTA,
          .in_box_to = W7,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_HDC,
          .ids = { "PCI\\VEN_8086&DEV_2922&CC_010601", "PCI\\VEN_8086&DEV_2922&CC_0106", "PCI\\VEN_8086&DEV_2922",
                   "PCI\\CC_010601" },
          .missing = { "PCI\\CC_010601" } },
        { .service = "atapi",
          .file = "atapi.sys",
          .from = VISTA,
          .to = W7,
          .in_box_from = VISTA,
          .in_box_to = W7,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_HDC,
          .ids = { "Internal_IDE_Channel" },
          .missing = { "Internal_IDE_Channel" } },
        { .service = "storahci",
          .file = "storahci.sys",
          .from = W8,
          .to = ANY,
          .in_box_from = W8,
          .in_box_to = ANY,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_HDC,
          .ids = { "PCI\\VEN_8086&DEV_2922&CC_010601", "PCI\\VEN_8086&DEV_2922&CC_0106", "PCI\\VEN_8086&DEV_2922",
                   "PCI\\CC_010601" } },
        { 0 },
};

static const struct storage_driver virtio_blk[] = {
        { .service = "viostor",
          .file = "viostor.sys",
          .from = W2000,
          .to = ANY,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_SCSI,
          .ids = { "PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00", "PCI\\VEN_1AF4&DEV_1001&SUBSYS_00021AF4",
                   "PCI\\VEN_1AF4&DEV_1001&REV_00", "PCI\\VEN_1AF4&DEV_1001",
                   "PCI\\VEN_1AF4&DEV_1042&SUBSYS_11001AF4&REV_01", "PCI\\VEN_1AF4&DEV_1042&SUBSYS_11001AF4",
                   "PCI\\VEN_1AF4&DEV_1042&REV_01", "PCI\\VEN_1AF4&DEV_1042" },
          .missing = { "PCI\\VEN_1AF4&DEV_1001", "PCI\\VEN_1AF4&DEV_1042" } },
        { 0 },
};

static const struct storage_driver virtio_scsi[] = {
        { .service = "vioscsi",
          .file = "vioscsi.sys",
          .from = W2000,
          .to = ANY,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_SCSI,
          .ids = { "PCI\\VEN_1AF4&DEV_1004&SUBSYS_00081AF4&REV_00", "PCI\\VEN_1AF4&DEV_1004&SUBSYS_00081AF4",
                   "PCI\\VEN_1AF4&DEV_1004&REV_00", "PCI\\VEN_1AF4&DEV_1004",
                   "PCI\\VEN_1AF4&DEV_1048&SUBSYS_11001AF4&REV_01", "PCI\\VEN_1AF4&DEV_1048&SUBSYS_11001AF4",
                   "PCI\\VEN_1AF4&DEV_1048&REV_01", "PCI\\VEN_1AF4&DEV_1048" },
          .missing = { "PCI\\VEN_1AF4&DEV_1004", "PCI\\VEN_1AF4&DEV_1048" } },
        { 0 },
};

/* Windows 7 and Server 2008 R2 got it by KB2990941: there when the service is. */
static const struct storage_driver nvme[] = {
        { .service = "stornvme",
          .file = "stornvme.sys",
          .from = W2000,
          .to = ANY,
          .in_box_from = W81,
          .in_box_to = ANY,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_SCSI,
          .ids = { "PCI\\VEN_1B36&DEV_0010", "PCI\\CC_010802" },
          .missing = { "PCI\\CC_010802" } },
        { 0 },
};

static const struct storage_driver vmware_lsi[] = {
        { .service = "symmpi",
          .file = "symmpi.sys",
          .from = W2000,
          .to = W2003,
          .in_box_from = XP,
          .in_box_to = W2003,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_SCSI,
          .ids = { "PCI\\VEN_1000&DEV_0030" },
          .missing = { "PCI\\VEN_1000&DEV_0030" } },
        { .service = "LSI_SCSI",
          .file = "lsi_scsi.sys",
          .from = VISTA,
          .to = ANY,
          .in_box_from = VISTA,
          .in_box_to = W7,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_SCSI,
          .ids = { "PCI\\VEN_1000&DEV_0030" },
          .missing = { "PCI\\VEN_1000&DEV_0030" } },
        { 0 },
};

static const struct storage_driver vmware_lsisas[] = {
        { .service = "LSI_SAS",
          .file = "lsi_sas.sys",
          .from = W2000,
          .to = ANY,
          .in_box_from = VISTA,
          .in_box_to = ANY,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_SCSI,
          .ids = { "PCI\\VEN_1000&DEV_0054&SUBSYS_197615AD&REV_01", "PCI\\VEN_1000&DEV_0054&SUBSYS_197615AD",
                   "PCI\\VEN_1000&DEV_0054" },
          .missing = { "PCI\\VEN_1000&DEV_0054" } },
        { 0 },
};

static const struct storage_driver vmware_pvscsi[] = {
        { .service = "pvscsi",
          .file = "pvscsi.sys",
          .from = W2000,
          .to = ANY,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_SCSI,
          .ids = { "PCI\\VEN_15AD&DEV_07C0" },
          .missing = { "PCI\\VEN_15AD&DEV_07C0" } },
        { 0 },
};

static const struct storage_driver hyperv[] = {
        { .service = "vmbus",
          .file = "vmbus.sys",
          .from = W2000,
          .to = ANY,
          .in_box_from = W7,
          .in_box_to = ANY,
          .group = "System Bus Extender",
          .class_guid = STORAGE_CLASS_SYSTEM,
          .ids = { "ACPI\\VMBus" },
          .missing = { "ACPI\\VMBus" } },
        { .service = "storvsc",
          .file = "storvsc.sys",
          .from = W2000,
          .to = ANY,
          .in_box_from = W7,
          .in_box_to = ANY,
          .group = "Base",
          .class_guid = STORAGE_CLASS_SCSI,
          .ids = { "VMBUS\\{ba6163d9-04a1-4d29-b605-72e2ffb1dc7f}" },
          .missing = { "VMBUS\\{ba6163d9-04a1-4d29-b605-72e2ffb1dc7f}" } },
        { .service = "storflt",
          .file = "vmstorfl.sys",
          .from = W2000,
          .to = ANY,
          .in_box_from = W7,
          .in_box_to = ANY,
          .helps = true,
          .group = "Extended Base",
          .class_guid = STORAGE_CLASS_SYSTEM },
        { 0 },
};

static const struct storage_driver xen[] = {
        { .service = "xenbus",
          .file = "xenbus.sys",
          .from = W2000,
          .to = ANY,
          .group = "System Bus Extender",
          .class_guid = STORAGE_CLASS_SYSTEM,
          .ids = { "PCI\\VEN_5853&DEV_C000", "PCI\\VEN_5853&DEV_0002", "PCI\\VEN_5853&DEV_0001" } },
        { .service = "xenfilt",
          .file = "xenfilt.sys",
          .from = W2000,
          .to = ANY,
          .helps = true,
          .group = "System Bus Extender",
          .class_guid = STORAGE_CLASS_SYSTEM },
        { .service = "xenvbd",
          .file = "xenvbd.sys",
          .from = W2000,
          .to = ANY,
          .group = "SCSI miniport",
          .class_guid = STORAGE_CLASS_SCSI },
        { 0 },
};

#define STACK(name, file_name, since, until)                                                                         \
        {                                                                                                            \
                .service = name, .file = file_name, .from = since, .to = until, .in_box_from = since,                \
                .in_box_to = until, .group = "System Bus Extender", .class_guid = STORAGE_CLASS_SYSTEM               \
        }

const struct storage_driver storage_stack[] = {
        STACK("disk", "disk.sys", 0x0400, ANY),
        STACK("partmgr", "partmgr.sys", W2000, ANY),
        STACK("mountmgr", "mountmgr.sys", W2000, ANY),
        STACK("ftdisk", "ftdisk.sys", W2000, W2003),
        STACK("volmgr", "volmgr.sys", VISTA, ANY),
        STACK("volsnap", "volsnap.sys", XP, ANY),
        { 0 },
};

static const ow_storage_target targets[] = {
        { "qemu-ide", "IDE of QEMU (i440fx), VMware, VirtualBox, Hyper-V generation 1", "", ide },
        { "qemu-ahci", "AHCI (SATA) of QEMU (q35), VMware, VirtualBox", "", ahci },
        { "virtio-blk", "virtio disk of QEMU/KVM", "", virtio_blk },
        { "virtio-scsi", "virtio SCSI controller of QEMU/KVM", "", virtio_scsi },
        { "nvme", "NVMe of QEMU, VMware, VirtualBox", "", nvme },
        { "vmware-lsi", "LSI Logic parallel of VMware, VirtualBox, QEMU", "", vmware_lsi },
        { "vmware-lsisas", "LSI Logic SAS of VMware, VirtualBox", "", vmware_lsisas },
        { "vmware-pvscsi", "paravirtual SCSI of VMware, QEMU",
          "Windows Server 2022 and Windows 11 are said to bring this driver along; what counts is what this one has",
          vmware_pvscsi },
        { "hyperv", "synthetic SCSI and IDE of Hyper-V",
          "generation 1 starts from IDE (qemu-ide) also without it; generation 2 needs it", hyperv },
        { "xen", "paravirtual disk of Xen", "a Xen HVM guest also starts from its emulated IDE (qemu-ide)", xen },
};

size_t ow_storage_target_count(void)
{
        return OW_COUNT(targets);
}

const ow_storage_target *ow_storage_target_get(size_t index)
{
        return index < OW_COUNT(targets) ? &targets[index] : NULL;
}

const ow_storage_target *ow_storage_target_find(const char *name)
{
        for (size_t i = 0; i < OW_COUNT(targets); i++)
                if (strcmp(targets[i].name, name) == 0)
                        return &targets[i];
        return NULL;
}
