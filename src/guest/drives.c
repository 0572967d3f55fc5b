/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Drive letters. SYSTEM\MountedDevices ties a letter to a disk signature and a byte offset (MBR), to a partition GUID
 * (GPT) or to a device path (windows.md 2.4); here they are tied to the volumes of the disks given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/guid.h"
#include "base/le.h"
#include "base/utf16.h"
#include "guest/internal.h"

static const char gpt_magic[8] = "DMIO:ID:";

enum { MBR_SIZE = 12, GPT_SIZE = 24 };  /* bytes of the two data forms */

static size_t find_mbr(const ow_machine *machine, uint32_t signature, uint64_t offset)
{
        for (size_t i = 0; i < machine->n_volumes; i++) {
                const ow_partition_table *table = &machine->disks[machine->volumes[i].disk].table;

                if (table->scheme == OW_SCHEME_MBR && table->mbr_signature == signature &&
                    machine->volumes[i].partition->offset == offset)
                        return i;
        }
        return SIZE_MAX;
}

static size_t find_gpt(const ow_machine *machine, const uint8_t id[16])
{
        for (size_t i = 0; i < machine->n_volumes; i++) {
                const ow_partition_table *table = &machine->disks[machine->volumes[i].disk].table;

                if (table->scheme == OW_SCHEME_GPT && memcmp(machine->volumes[i].partition->gpt_id, id, 16) == 0)
                        return i;
        }
        return SIZE_MAX;
}

static void describe_device(ow_guest *guest, const ow_blob *data, ow_drive *drive)
{
        OW_AUTO_FREE char *text = ow_utf16_text((ow_view){ data->p, data->size });

        if (!text)
                guest->out_of_memory = true;
        else
                guest_copy(drive->what, sizeof drive->what, text);
}

static void identify(ow_guest *guest, const ow_blob *data, ow_drive *drive)
{
        const ow_machine *machine = guest->machine;

        drive->volume = SIZE_MAX;
        if (data->size == MBR_SIZE) {
                uint32_t signature = ow_le32_at(data->p);
                uint64_t offset = ow_le64_at(data->p + 4);

                drive->volume = find_mbr(machine, signature, offset);
                (void)snprintf(drive->what, sizeof drive->what,
                               "on the disk with signature %08x at byte %llu, which is not among the disks given",
                               signature, (unsigned long long)offset);
        } else if (data->size == GPT_SIZE && memcmp(data->p, gpt_magic, sizeof gpt_magic) == 0) {
                char id[OW_GUID_TEXT];
                ow_guid guid;

                memcpy(guid.b, data->p + sizeof gpt_magic, sizeof guid.b);
                ow_guid_format(&guid, id);
                drive->volume = find_gpt(machine, guid.b);
                (void)snprintf(drive->what, sizeof drive->what,
                               "on the partition %s, which is not on the disks given", id);
        } else if (data->size >= 8 && (data->size & 1) == 0 && data->p[1] == 0) {
                describe_device(guest, data, drive);
        } else {
                (void)snprintf(drive->what, sizeof drive->what, "named by %zu bytes of an unknown form", data->size);
        }
        if (drive->volume != SIZE_MAX)
                machine_volume_text(machine, drive->volume, drive->what, sizeof drive->what);
}

static ow_drive *add_drive(ow_guest *guest, char letter)
{
        ow_drive *grown;

        for (size_t i = 0; i < guest->n_drives; i++)
                if (guest->drives[i].letter == letter)
                        return &guest->drives[i];
        grown = ow_grow(guest->drives, guest->n_drives, &guest->cap_drives, sizeof *grown);
        if (!grown) {
                guest->out_of_memory = true;
                return NULL;
        }
        guest->drives = grown;
        grown += guest->n_drives++;
        *grown = (ow_drive){ .letter = letter, .volume = SIZE_MAX };
        return grown;
}

static void read_mounted(ow_guest *guest)
{
        static const char prefix[] = "\\DosDevices\\";
        const size_t len = sizeof prefix - 1;
        uint32_t index = 0;
        ow_regkey key;
        ow_value value;
        char *name;

        if (!guest_key(guest, "HKLM\\SYSTEM\\MountedDevices", &key))
                return;
        while (guest_next_value(guest, key, &index, &value, &name)) {
                OW_AUTO_FREE char *owned = name;
                OW_AUTO_BLOB data = { 0 };
                ow_error err = OW_ERROR_INIT;
                char letter = (char)(strlen(name) == len + 2 ? name[len] & ~0x20 : 0);
                ow_drive *drive;

                if (!guest_text_begins(owned, prefix) || letter < 'A' || letter > 'Z' || name[len + 1] != ':')
                        continue;
                if (ow_hive_read_value(key.hive, value, NULL, &data, &err) < 0) {
                        guest_note_error(guest, &err, "MountedDevices");
                        continue;
                }
                drive = add_drive(guest, letter);
                if (drive)
                        identify(guest, &data, drive);
        }
}

/* 'C' from "C:\Windows", when the rest is the folder that this Windows was found in. */
static char letter_of_root(ow_guest *guest, ow_regkey key, const char *value)
{
        char text[300];
        char letter;

        if (!guest_text(guest, key, value, text, sizeof text))
                return 0;
        letter = (char)(text[0] & ~0x20);
        if (letter < 'A' || letter > 'Z' || text[1] != ':' || text[2] != '\\')
                return 0;
        return guest_text_equal(text + 3, guest->root) ? letter : 0;
}

static char system_letter(ow_guest *guest)
{
        ow_regkey key;
        char letter = 0;

        if (guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", &key)) {
                letter = letter_of_root(guest, key, "SystemRoot");
                if (!letter)
                        letter = letter_of_root(guest, key, "PathName");
        }
        for (size_t i = 0; i < guest->n_drives && !letter; i++)
                if (guest->drives[i].volume == guest->volume)
                        letter = guest->drives[i].letter;
        return letter ? letter : 'C';
}

/* Windows runs from its own volume; MountedDevices may still name the disk that the image was taken from. */
static void set_system_drive(ow_guest *guest)
{
        ow_drive *drive = add_drive(guest, guest->system_drive);
        char here[64];

        if (!drive || drive->volume == guest->volume)
                return;
        machine_volume_text(guest->machine, guest->volume, here, sizeof here);
        if (drive->what[0])
                guest_note(guest, "drive %c: is %s, but MountedDevices has it %s", guest->system_drive, here,
                           drive->what);
        drive->volume = guest->volume;
        guest_copy(drive->what, sizeof drive->what, here);
}

static int by_letter(const void *a, const void *b)
{
        const ow_drive *x = a, *y = b;

        return x->letter - y->letter;
}

void guest_load_drives(ow_guest *guest)
{
        read_mounted(guest);
        guest->system_drive = system_letter(guest);
        set_system_drive(guest);
        if (guest->n_drives)
                qsort(guest->drives, guest->n_drives, sizeof *guest->drives, by_letter);
}
