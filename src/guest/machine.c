/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine: disks opened, their partition tables read, every volume opened as far as it lets us. A volume that must
 * not be written to is still read; why it must not is kept, and told when somebody wants its Windows for writing.
 */
#include <stdio.h>
#include <string.h>

#include "base/filetime.h"
#include "guest/internal.h"

enum {
        MAX_DISKS = 64,                 /* more than any machine that is converted has */
        MAX_VOLUMES = 1024,
};

static int open_table(ow_machine *machine, struct machine_disk *d, ow_error *err)
{
        const char *name = ow_disk_name(d->disk);
        ow_error why = OW_ERROR_INIT;
        int r = ow_partition_table_read(d->disk, &d->table, &why);

        if (r >= 0)
                return 0;
        if (r != OW_E_FORMAT || machine->n_disks == 1) {
                if (err)
                        *err = why;
                return ow_wrap(err, r, "disk '%s'", name);
        }
        /* One of several: an empty data disk is nothing to fail for. */
        d->table = (ow_partition_table){ .scheme = OW_SCHEME_NONE, .sector_size = 512 };
        guest_copy(d->table.warning, sizeof d->table.warning, why.text);
        return 0;
}

static int open_disks(ow_machine *machine, const char *const *names, size_t n_names, ow_error *err)
{
        const ow_disk_options options = {
                .flags = (machine->writable ? OW_DISK_WRITABLE : 0u) |
                         (machine->allow_outside ? OW_DISK_ALLOW_OUTSIDE : 0u),
                .journal_dir = machine->journal_dir,
                .log = machine->log,
                .companions = names,
                .n_companions = n_names,
        };

        machine->disks = ow_calloc(n_names, sizeof *machine->disks);
        if (!machine->disks)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < n_names; i++) {
                int r = ow_disk_open(names[i], &options, &machine->disks[i].disk, err);

                if (r < 0)
                        return r;
                machine->n_disks = i + 1;
        }
        return 0;
}

/* Opens what is on one partition; that it cannot be opened is kept in v->why_not, and only lack of memory fails. */
static int open_volume(ow_machine *machine, ow_machine_volume *v, ow_error *err)
{
        struct machine_disk *d = &machine->disks[v->disk];
        ow_error why = OW_ERROR_INIT;
        int r;

        r = ow_volume_probe(d->disk, &d->table, v->partition, &v->kind, &why);
        if (r >= 0 && machine->writable) {
                r = ow_volume_open(d->disk, &d->table, v->partition, OW_VOLUME_WRITABLE |
                                   (machine->discard_hibernation ? OW_VOLUME_DISCARD_HIBERNATION : 0u), &machine->log,
                                   &v->volume, &v->why_not);
                if (r < 0 && r != OW_E_NOMEM)
                        r = ow_volume_open(d->disk, &d->table, v->partition, 0, &machine->log, &v->volume, &why);
        } else if (r >= 0) {
                r = ow_volume_open(d->disk, &d->table, v->partition, 0, &machine->log, &v->volume, &why);
        }
        if (r >= 0)
                return 0;
        v->volume = NULL;
        if (why.code < 0)
                v->why_not = why;
        return r == OW_E_NOMEM ? ow_fail_nomem(err) : 0;
}

static int open_volumes(ow_machine *machine, ow_error *err)
{
        for (size_t i = 0; i < machine->n_disks; i++) {
                const ow_partition_table *table = &machine->disks[i].table;

                for (size_t k = 0; k < table->n_partitions; k++) {
                        ow_machine_volume *grown;
                        int r;

                        if (machine->n_volumes == MAX_VOLUMES)
                                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "more than %d partitions",
                                               MAX_VOLUMES);
                        grown = ow_grow(machine->volumes, machine->n_volumes, &machine->cap_volumes, sizeof *grown);
                        if (!grown)
                                return ow_fail_nomem(err);
                        machine->volumes = grown;
                        grown[machine->n_volumes] = (ow_machine_volume){
                                .disk = i,
                                .partition = &table->partitions[k],
                                .why_not = OW_ERROR_INIT,
                        };
                        r = open_volume(machine, &grown[machine->n_volumes++], err);
                        if (r < 0)
                                return r;
                }
        }
        return 0;
}

/* Partition tables, volumes, installations: all that is read from the disks. */
static int look(ow_machine *machine, ow_error *err)
{
        int r;

        for (size_t i = 0; i < machine->n_disks; i++) {
                r = open_table(machine, &machine->disks[i], err);
                if (r < 0)
                        return r;
        }
        r = open_volumes(machine, err);
        if (r < 0)
                return r;
        return machine_find_installations(machine, err);
}

static void forget(ow_machine *machine)
{
        while (machine->open_guests)
                ow_guest_close(machine->open_guests);
        for (size_t i = 0; i < machine->n_guests; i++) {
                ow_free(machine->guests[i].root);
                ow_free(machine->guests[i].id);
        }
        machine->n_guests = 0;
        for (size_t i = 0; i < machine->n_volumes; i++)
                ow_volume_close(machine->volumes[i].volume);
        machine->n_volumes = 0;
        for (size_t i = 0; i < machine->n_disks; i++) {
                ow_disk_discard(machine->disks[i].disk);
                ow_partition_table_done(&machine->disks[i].table);
        }
}

int ow_machine_open(const char *const *names, size_t n_names, const ow_machine_options *options,
                    ow_machine **ret_machine, ow_error *err)
{
        OW_AUTO(ow_machine) machine = NULL;
        int r;

        if (n_names == 0)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "no disk given");
        if (n_names > MAX_DISKS)
                return ow_fail(err, OW_E_LIMIT, OW_NOWHERE, "%zu disks given, limit %d", n_names, MAX_DISKS);
        machine = ow_calloc(1, sizeof *machine);
        if (!machine)
                return ow_fail_nomem(err);
        if (options) {
                machine->writable = options->writable;
                machine->accept_dirty = options->accept_dirty;
                machine->discard_hibernation = options->discard_hibernation;
                machine->allow_outside = options->allow_outside;
                machine->log = options->log;
        }
        if (options && options->journal_dir) {
                machine->journal_dir = ow_strdup(options->journal_dir);
                if (!machine->journal_dir)
                        return ow_fail_nomem(err);
        }
        r = open_disks(machine, names, n_names, err);
        if (r >= 0 && options && options->opened)
                r = options->opened(options->opened_state, err);
        if (r >= 0)
                r = look(machine, err);
        if (r < 0)
                return r;

        *ret_machine = OW_TAKE(machine);
        return 0;
}

void ow_machine_close(ow_machine *machine)
{
        if (!machine)
                return;
        forget(machine);
        ow_free(machine->guests);
        ow_free(machine->volumes);
        for (size_t i = 0; i < machine->n_disks; i++)
                ow_disk_close(machine->disks[i].disk);
        ow_free(machine->disks);
        ow_free(machine->journal_dir);
        ow_free(machine);
}

int ow_machine_reload(ow_machine *machine, ow_error *err)
{
        forget(machine);
        machine->writable = false;
        return look(machine, err);
}

size_t ow_machine_disk_count(const ow_machine *machine)
{
        return machine->n_disks;
}

ow_disk *ow_machine_disk(ow_machine *machine, size_t index)
{
        return index < machine->n_disks ? machine->disks[index].disk : NULL;
}

const ow_partition_table *ow_machine_partition_table(const ow_machine *machine, size_t disk)
{
        return disk < machine->n_disks ? &machine->disks[disk].table : NULL;
}

size_t ow_machine_volume_count(const ow_machine *machine)
{
        return machine->n_volumes;
}

const ow_machine_volume *ow_machine_volume_get(const ow_machine *machine, size_t index)
{
        return index < machine->n_volumes ? &machine->volumes[index] : NULL;
}

void machine_volume_text(const ow_machine *machine, size_t volume, char *buf, size_t size)
{
        const ow_machine_volume *v = &machine->volumes[volume];

        if (v->partition->number)
                (void)snprintf(buf, size, "disk %zu partition %u", v->disk + 1, v->partition->number);
        else
                (void)snprintf(buf, size, "disk %zu", v->disk + 1);
}

static int flush_volumes(ow_machine *machine, ow_error *err)
{
        for (size_t i = 0; i < machine->n_volumes; i++) {
                char name[64];
                int r;

                if (!machine->volumes[i].volume || machine->volumes[i].why_not.code < 0)
                        continue;
                r = ow_volume_flush(machine->volumes[i].volume, err);
                if (r < 0) {
                        machine_volume_text(machine, i, name, sizeof name);
                        return ow_wrap(err, r, "%s", name);
                }
        }
        return 0;
}

int ow_machine_commit(ow_machine *machine, const char *title, ow_commit_result *ret, ow_error *err)
{
        OW_AUTO_FREE ow_disk **disks = NULL;
        uint64_t now = ow_filetime_now();
        int r;

        if (!machine->writable)
                return ow_fail(err, OW_E_READONLY, OW_NOWHERE, "the disks were opened read-only");
        for (ow_guest *guest = machine->open_guests; guest; guest = guest->next) {
                r = ow_registry_save(guest, now, err);
                if (r < 0)
                        return r;
        }
        r = flush_volumes(machine, err);
        if (r < 0)
                return r;
        disks = ow_calloc(machine->n_disks, sizeof(*disks));
        if (!disks)
                return ow_fail_nomem(err);
        for (size_t i = 0; i < machine->n_disks; i++)
                disks[i] = machine->disks[i].disk;
        return ow_transaction_commit(disks, machine->n_disks, title, ret, err);
}
