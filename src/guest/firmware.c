/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which firmware starts this Windows, and where its BCD store is: the store's place tells it (windows.md 9.1), the
 * partition scheme decides where both places are filled or neither is.
 */
#include <string.h>

#include "base/guid.h"
#include "guest/internal.h"

static const char efi_store[] = "EFI\\Microsoft\\Boot\\BCD";
static const char bios_store[] = "Boot\\BCD";

enum { MBR_TYPE_EFI = 0xef };

const char *ow_firmware_name(enum ow_firmware firmware)
{
        switch (firmware) {
        case OW_FIRMWARE_BIOS:
                return "BIOS";
        case OW_FIRMWARE_UEFI:
                return "UEFI";
        case OW_FIRMWARE_UNKNOWN:
                break;
        }
        return "unknown";
}

static bool is_efi_partition(const ow_partition_table *table, const ow_partition *partition)
{
        ow_guid efi;

        if (table->scheme == OW_SCHEME_MBR)
                return partition->mbr_type == MBR_TYPE_EFI;
        return table->scheme == OW_SCHEME_GPT && ow_guid_parse("c12a7328-f81f-11d2-ba4b-00a0c93ec93b", &efi) &&
               memcmp(efi.b, partition->gpt_type, sizeof efi.b) == 0;
}

/* The disk with Windows is looked at first, then the others in their order. */
static size_t find_store(ow_guest *guest, bool efi)
{
        const ow_machine *machine = guest->machine;
        size_t home = machine->volumes[guest->volume].disk;

        for (size_t pass = 0; pass < 2; pass++)
                for (size_t i = 0; i < machine->n_volumes; i++) {
                        const ow_machine_volume *v = &machine->volumes[i];
                        const ow_partition_table *table = &machine->disks[v->disk].table;
                        bool fits = efi ? is_efi_partition(table, v->partition) :
                                          table->scheme != OW_SCHEME_GPT;

                        if (v->volume && fits && (v->disk == home) == (pass == 0) &&
                            guest_file_there(guest, i, efi ? efi_store : bios_store))
                                return i;
                }
        return SIZE_MAX;
}

/* NT loader of XP and older, on the active partition or, on a bare file system, beside Windows. */
static bool has_ntldr(ow_guest *guest)
{
        const ow_machine *machine = guest->machine;

        for (size_t i = 0; i < machine->n_volumes; i++) {
                const ow_machine_volume *v = &machine->volumes[i];

                if (v->volume && (v->partition->active || i == guest->volume) && guest_file_there(guest, i, "NTLDR"))
                        return true;
        }
        return false;
}

void guest_load_firmware(ow_guest *guest)
{
        const ow_machine *machine = guest->machine;
        const ow_partition_table *home = &machine->disks[machine->volumes[guest->volume].disk].table;
        size_t efi = find_store(guest, true);
        size_t bios = find_store(guest, false);
        bool uefi = efi != SIZE_MAX && (bios == SIZE_MAX || home->scheme == OW_SCHEME_GPT);

        guest->bcd_volume = uefi ? efi : bios;
        guest->bcd_path = uefi ? efi_store : bios_store;
        if (uefi || (bios == SIZE_MAX && home->scheme == OW_SCHEME_GPT))
                guest->firmware = OW_FIRMWARE_UEFI;     /* Windows starts from GPT by UEFI only */
        else if (bios != SIZE_MAX || home->scheme == OW_SCHEME_MBR || has_ntldr(guest))
                guest->firmware = OW_FIRMWARE_BIOS;
}
