/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes from one value to the whole job, through the public interface only. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <offwin/fix.h>
#include <offwin/hive.h>
#include <offwin/machine.h>
#include <offwin/registry.h>

#include "acts.h"

typedef int (*guest_act)(ow_machine *machine, ow_guest *guest, ow_error *err);

static int on_machine(const char *const *paths, size_t n, guest_act act, ow_error *err)
{
        ow_machine_options options = { .writable = true };
        ow_machine *machine = NULL;
        ow_guest *guest = NULL;
        int r = ow_machine_open(paths, n, &options, &machine, err);

        if (r == 0)
                r = ow_guest_open(machine, 0, &guest, err);
        if (r == 0)
                r = act(machine, guest, err);
        if (r == 0)
                r = ow_machine_commit(machine, "crash test", NULL, err);
        ow_machine_close(machine);
        return r;
}

static int set_value(ow_guest *guest, const char *path, const char *name, size_t size, ow_error *err)
{
        uint8_t *bytes = malloc(size);
        ow_regkey at;
        int r = ow_registry_create(guest, path, &at, err);

        if (!bytes)
                abort();
        for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(i * 31 + i / 4096);
        if (r == 0)
                r = ow_hive_set_value(at.hive, at.key, name, 3 /* REG_BINARY */, bytes, size, err);
        free(bytes);
        return r;
}

static int set_one_value(ow_machine *machine, ow_guest *guest, ow_error *err)
{
        (void)machine;
        return set_value(guest, "HKLM\\SYSTEM\\Setup", "OffwinCrashTest", 4, err);
}

static int grow_a_hive(ow_machine *machine, ow_guest *guest, ow_error *err)
{
        int r = 0;

        (void)machine;
        for (int i = 0; i < 12 && r == 0; i++) {
                char name[20];

                (void)snprintf(name, sizeof name, "value %d", i);
                r = set_value(guest, "HKLM\\SOFTWARE\\OffwinCrashTest", name, 15000, err);
        }
        return r;
}

static int fix_all(ow_machine *machine, ow_guest *guest, ow_error *err)
{
        const char *dirs[] = { getenv("FIXES") };
        ow_fix_set *set = NULL;
        ow_plan *plan = NULL;
        int r = ow_fix_set_load(dirs, dirs[0] ? 1 : 0, &set, err);

        (void)machine;
        if (r == 0)
                r = ow_plan_make(guest, set, NULL, 0, NULL, 0, &plan, err);
        if (r == 0)
                r = ow_plan_apply(plan, guest, err);
        ow_plan_free(plan);
        ow_fix_set_free(set);
        return r;
}

static int put_file(ow_volume *volume, const char *path, size_t size, ow_error *err)
{
        uint8_t *bytes = malloc(size);
        ow_file *file = NULL;
        int r = ow_file_open(volume, path, OW_FILE_WRITE | OW_FILE_CREATE, &file, err);

        if (!bytes)
                abort();
        for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)(i * 7 + size);
        if (r == 0)
                r = ow_file_write(file, 0, bytes, size, err);
        ow_file_close(file);
        free(bytes);
        return r;
}

static int put_files(ow_volume *volume, ow_error *err)
{
        int r = ow_volume_create_folder(volume, "\\crash", err);

        if (r == 0)
                r = put_file(volume, "\\crash\\small.txt", 200, err);
        if (r == 0)
                r = put_file(volume, "\\crash\\medium.bin", 9000, err);
        return r < 0 ? r : put_file(volume, "\\crash\\large.bin", 300000, err);
}

static int files_on_ntfs(ow_machine *machine, ow_guest *guest, ow_error *err)
{
        (void)guest;
        return put_files(ow_machine_volume_get(machine, ow_machine_guest_volume(machine, 0))->volume, err);
}

/* On every volume that can be written to, of all disks. */
static int files_everywhere(ow_machine *machine, ow_guest *guest, ow_error *err)
{
        size_t done = 0;

        (void)guest;
        for (size_t i = 0; i < ow_machine_volume_count(machine); i++) {
                const ow_machine_volume *at = ow_machine_volume_get(machine, i);
                int r = at->volume && at->why_not.code == 0 ? put_files(at->volume, err) : 1;

                if (r < 0)
                        return r;
                done += r == 0;
        }
        return done > 1 ? 0 : ow_fail(err, OW_E_ABSENT, OW_NOWHERE, "%zu volumes to write to", done);
}

static int files_and_fixes(ow_machine *machine, ow_guest *guest, ow_error *err)
{
        int r = files_everywhere(machine, guest, err);

        return r < 0 ? r : fix_all(machine, guest, err);
}

static int act_value(const char *const *paths, size_t n, ow_error *err)
{
        return on_machine(paths, n, set_one_value, err);
}

static int act_grow(const char *const *paths, size_t n, ow_error *err)
{
        return on_machine(paths, n, grow_a_hive, err);
}

static int act_fix(const char *const *paths, size_t n, ow_error *err)
{
        return on_machine(paths, n, fix_all, err);
}

static int act_files(const char *const *paths, size_t n, ow_error *err)
{
        return on_machine(paths, n, files_on_ntfs, err);
}

static int act_volumes(const char *const *paths, size_t n, ow_error *err)
{
        return on_machine(paths, n, files_everywhere, err);
}

static int act_both(const char *const *paths, size_t n, ow_error *err)
{
        return on_machine(paths, n, files_and_fixes, err);
}

/* A hive and its log, as files by themselves: edited, and made longer or shorter. */
static int resize(const char *const *paths, size_t n, uint64_t hive_size, ow_error *err)
{
        ow_disk_options options = { .flags = OW_DISK_WRITABLE, .companions = paths, .n_companions = n };
        ow_disk *disks[2] = { NULL, NULL };
        static uint8_t bytes[30000];
        size_t rest = hive_size % 512 ? 0 : 700;        /* new bytes that stay zero */
        int r = 0;

        memset(bytes, 0x3c, sizeof bytes);
        for (size_t i = 0; i < n && r == 0; i++)
                r = ow_disk_open(paths[i], &options, &disks[i], err);
        for (size_t i = 0; i < n && r == 0; i++)
                r = ow_disk_write(disks[i], 0, bytes, 512, err);
        if (r == 0)
                r = ow_disk_write(disks[0], 20000, bytes, 3000, err);
        if (r == 0)
                r = ow_disk_set_size(disks[0], hive_size, err);
        if (r == 0)
                r = ow_disk_write(disks[0], hive_size - sizeof bytes, bytes, sizeof bytes - rest, err);
        if (r == 0)
                r = ow_transaction_commit(disks, n, "size", NULL, err);
        for (size_t i = 0; i < n; i++)
                ow_disk_close(disks[i]);
        return r;
}

static int act_longer(const char *const *paths, size_t n, ow_error *err)
{
        return resize(paths, n, 65536 + 40960, err);
}

static int act_shorter(const char *const *paths, size_t n, ow_error *err)
{
        return resize(paths, n, 36000, err);
}

const struct act acts[] = {
        { "one value", { "w7", NULL }, act_value },
        { "a growing hive", { "w10", NULL }, act_grow },
        { "files on NTFS", { "w7", NULL }, act_files },
        { "fix --all: many hives", { "w10", NULL }, act_fix },
        { "fix --all on FAT32", { "xp-fat32", NULL }, act_fix },
        { "two volumes", { "dualboot", NULL }, act_volumes },
        { "two disks", { "twodisks", "twodisks.second" }, act_both },
        { "a hive file becomes longer", { "=hive", "=log" }, act_longer },
        { "a hive file becomes shorter", { "=hive", "=log" }, act_shorter },
};
const size_t n_acts = sizeof acts / sizeof acts[0];
