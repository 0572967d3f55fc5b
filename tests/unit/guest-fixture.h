/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Disk images for the tests of src/guest: raw files partitioned by sfdisk, formatted by mkntfs and mkfs.fat, filled
 * through our own volumes, with hives made from .reg text or taken from real machines. Each test has its own folder.
 */
#ifndef TESTS_UNIT_GUEST_FIXTURE_H
#define TESTS_UNIT_GUEST_FIXTURE_H

#include "test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <offwin/disk.h>
#include <offwin/guest.h>
#include <offwin/hive.h>
#include <offwin/machine.h>
#include <offwin/network.h>
#include <offwin/reg.h>
#include <offwin/registry.h>
#include <offwin/volume.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "base/utf16.h"

#define MAYBE_UNUSED __attribute__((unused))

enum { MIB = 1 << 20 };

struct rig {
        char dir[64];
        char image[4][96];              /* disk1.raw, ... */
        ow_disk *disk;                  /* open for filling, with its table and volume */
        ow_partition_table table;
        ow_volume *volume;
        ow_machine *machine;
        ow_guest *guest;
};

static int run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

static int run(const char *fmt, ...)
{
        char command[1200];
        va_list ap;

        va_start(ap, fmt);
        (void)vsnprintf(command, sizeof command, fmt, ap);
        va_end(ap);
        return system(command);
}

static MAYBE_UNUSED int rig_setup(void **state)
{
        struct rig *rig = calloc(1, sizeof *rig);

        if (run("command -v sfdisk mkntfs mkfs.fat >/dev/null 2>&1") != 0) {
                print_message("skipped: needs sfdisk, mkntfs and mkfs.fat\n");
                free(rig);
                *state = NULL;
                return 0;
        }
        assert_non_null(rig);
        (void)snprintf(rig->dir, sizeof rig->dir, "/tmp/offwin-guest-XXXXXX");
        assert_non_null(mkdtemp(rig->dir));
        for (int i = 0; i < 4; i++)
                (void)snprintf(rig->image[i], sizeof rig->image[i], "%s/disk%d.raw", rig->dir, i + 1);
        *state = rig;
        return 0;
}

static MAYBE_UNUSED int rig_teardown(void **state)
{
        struct rig *rig = *state;

        if (!rig)
                return 0;
        ow_machine_close(rig->machine);         /* and its guest */
        ow_volume_close(rig->volume);
        ow_partition_table_done(&rig->table);
        ow_disk_close(rig->disk);
        (void)run("rm -rf '%s'", rig->dir);
        free(rig);
        return 0;
}

/* The rig of a test, or the test is skipped. */
static MAYBE_UNUSED struct rig *rig_get(void **state)
{
        if (!*state)
                skip();
        return *state;
}

/*
 * Makes disk (from 0) of size_mib with sfdisk's script text (";"-separated lines; NULL: no table) and formats it:
 * formats lists per partition "ntfs" or "fat", starts and sizes are in MiB.
 */
struct part { const char *fs; unsigned start_mib, size_mib; };

static MAYBE_UNUSED void rig_disk(struct rig *rig, int disk, unsigned size_mib, const char *script,
                                  const struct part *parts, size_t n)
{
        assert_int_equal(run("truncate -s %uM '%s'", size_mib, rig->image[disk]), 0);
        if (script)
                assert_int_equal(run("printf '%s' | tr ';' '\\n' | sfdisk -q '%s' >/dev/null 2>&1", script,
                                     rig->image[disk]), 0);
        for (size_t i = 0; i < n; i++) {
                char part[120];

                (void)snprintf(part, sizeof part, "%s/part.raw", rig->dir);
                assert_int_equal(run("truncate -s %uM '%s'", parts[i].size_mib, part), 0);
                if (strcmp(parts[i].fs, "ntfs") == 0)
                        assert_int_equal(run("mkntfs -F -q -Q -s 512 -p %u '%s' >/dev/null 2>&1",
                                             parts[i].start_mib * 2048, part), 0);
                else
                        assert_int_equal(run("mkfs.fat '%s' >/dev/null", part), 0);
                assert_int_equal(run("dd if='%s' of='%s' bs=1M seek=%u conv=notrunc,sparse status=none && rm '%s'",
                                     part, rig->image[disk], parts[i].start_mib, part), 0);
        }
}

/* One NTFS partition at 1 MiB on an MBR disk with this signature; enough for most tests. */
static MAYBE_UNUSED void rig_plain_disk(struct rig *rig, int disk, unsigned size_mib, const char *signature)
{
        char script[200];

        (void)snprintf(script, sizeof script, "label: dos;label-id: 0x%s;start=2048, size=%uMiB, type=7, bootable;",
                       signature, size_mib - 2);
        rig_disk(rig, disk, size_mib, script, &(struct part){ "ntfs", 1, size_mib - 2 }, 1);
}

/* ---- filling ---- */

static MAYBE_UNUSED void rig_begin(struct rig *rig, int disk, size_t partition)
{
        const ow_disk_options options = { .flags = OW_DISK_WRITABLE, .journal_dir = rig->dir };

        assert_ok(ow_disk_open(rig->image[disk], &options, &rig->disk, &err));
        assert_ok(ow_partition_table_read(rig->disk, &rig->table, &err));
        assert_true(partition < rig->table.n_partitions);
        assert_ok(ow_volume_open(rig->disk, &rig->table, &rig->table.partitions[partition], OW_VOLUME_WRITABLE, NULL,
                                 &rig->volume, &err));
}

static MAYBE_UNUSED void rig_end(struct rig *rig)
{
        assert_ok(ow_volume_flush(rig->volume, &err));
        ow_volume_close(rig->volume);
        rig->volume = NULL;
        assert_ok(ow_transaction_commit(&rig->disk, 1, "fill", NULL, &err));
        ow_partition_table_done(&rig->table);
        ow_disk_close(rig->disk);
        rig->disk = NULL;
        (void)run("rm -f '%s'/*journal* '%s'/*.undo", rig->dir, rig->dir);
}

static MAYBE_UNUSED void rig_put(struct rig *rig, const char *path, const void *data, size_t size)
{
        char folder[300];
        ow_file *file = NULL;

        for (const char *at = strchr(path, '\\'); at; at = strchr(at + 1, '\\')) {
                ow_error err = OW_ERROR_INIT;
                int r;

                (void)snprintf(folder, sizeof folder, "%.*s", (int)(at - path), path);
                r = ow_volume_create_folder(rig->volume, folder, &err);
                if (r < 0 && r != OW_E_EXISTS)
                        fail_msg("create '%s': %s", folder, err.text);
        }
        assert_ok(ow_file_open(rig->volume, path, OW_FILE_WRITE | OW_FILE_CREATE, &file, &err));
        if (size)
                assert_ok(ow_file_write(file, 0, data, size, &err));
        ow_file_close(file);
}

/* A file of shared/data, decompressed; false when that folder is not there. */
static MAYBE_UNUSED bool rig_data(const char *name, ow_blob *ret)
{
        const char *data = getenv("OFFWIN_DATA");
        OW_AUTO_BUFFER bytes = OW_BUFFER_INIT;
        char command[400];
        uint8_t chunk[65536];
        size_t n;
        FILE *pipe;

        (void)snprintf(command, sizeof command, "%s/%s.xz", data ? data : "", name);
        if (!data || access(command, R_OK) != 0) {
                print_message("skipped: no %s in the folder that OFFWIN_DATA names\n", name);
                return false;
        }
        (void)snprintf(command, sizeof command, "xz -dc '%s/%s.xz'", data, name);
        pipe = popen(command, "r");
        assert_non_null(pipe);
        while ((n = fread(chunk, 1, sizeof chunk, pipe)) > 0)
                ow_buffer_put(&bytes, chunk, n);
        assert_int_equal(pclose(pipe), 0);
        assert_false(bytes.failed);
        *ret = (ow_blob){ bytes.p, bytes.len };
        bytes.p = NULL;
        bytes.len = bytes.cap = 0;
        return true;
}

static MAYBE_UNUSED void rig_put_data(struct rig *rig, const char *path, const char *name)
{
        ow_blob blob = { 0 };

        if (!rig_data(name, &blob))
                skip();
        rig_put(rig, path, blob.p, blob.size);
        ow_blob_done(&blob);
}

/* ---- hives from .reg text ---- */

static int memory_write(void *state, uint64_t offset, const void *buf, size_t size, ow_error *err)
{
        ow_blob *blob = state;

        if (offset + size > blob->size) {
                uint8_t *grown = ow_realloc(blob->p, (size_t)offset + size);

                assert_non_null(grown);
                memset(grown + blob->size, 0, (size_t)offset + size - blob->size);
                *blob = (ow_blob){ grown, (size_t)offset + size };
        }
        memcpy(blob->p + offset, buf, size);
        return 0;
}

static int memory_set_size(void *state, uint64_t size_bytes, ow_error *err)
{
        ow_blob *blob = state;

        if (size_bytes > blob->size)
                return memory_write(state, size_bytes - 1, "", 1, err);
        blob->size = (size_t)size_bytes;
        return 0;
}

/* text: .reg lines with the extended syntax, e.g. "[HKEY_LOCAL_MACHINE\\Select]"; that root is the hive. */
static MAYBE_UNUSED void rig_put_hive(struct rig *rig, const char *path, const char *text)
{
        ow_reg_document document = { 0 };
        ow_blob bytes = { 0 };
        ow_sink sink = { &bytes, memory_write, memory_set_size };
        ow_hive *hive = NULL;

        assert_ok(ow_reg_parse(text, strlen(text), OW_REG_NO_HEADER | OW_REG_EXTENDED, &document, &err));
        assert_ok(ow_hive_new(5, "test", NULL, 0, &hive, &err));
        assert_ok(ow_reg_import(hive, ow_hive_root(hive), "HKEY_LOCAL_MACHINE", &document, &err));
        assert_ok(ow_hive_save(hive, 1, &sink, &err));
        rig_put(rig, path, bytes.p, bytes.size);
        ow_hive_close(hive);
        ow_reg_document_done(&document);
        ow_blob_done(&bytes);
}

/* ---- opening ---- */

static MAYBE_UNUSED void rig_machine(struct rig *rig, size_t n_disks, bool writable)
{
        const char *names[4] = { rig->image[0], rig->image[1], rig->image[2], rig->image[3] };
        const ow_machine_options options = { .writable = writable, .journal_dir = rig->dir };

        assert_ok(ow_machine_open(names, n_disks, &options, &rig->machine, &err));
}

/* Opens disk 1 alone and its only Windows. */
static MAYBE_UNUSED ow_guest *rig_open(struct rig *rig, bool writable)
{
        size_t index = 99;

        rig_machine(rig, 1, writable);
        assert_ok(ow_machine_find_guest(rig->machine, NULL, &index, &err));
        assert_int_equal(index, 0);
        assert_ok(ow_guest_open(rig->machine, index, &rig->guest, &err));
        return rig->guest;
}

static MAYBE_UNUSED void rig_close(struct rig *rig)
{
        ow_machine_close(rig->machine);
        rig->machine = NULL;
        rig->guest = NULL;
}

static MAYBE_UNUSED bool has_problem(const ow_guest *guest, const char *part)
{
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++)
                if (strstr(ow_guest_problem(guest, i), part))
                        return true;
        return false;
}

static MAYBE_UNUSED void show_problems(const ow_guest *guest)
{
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++)
                print_message("problem: %s\n", ow_guest_problem(guest, i));
}

static MAYBE_UNUSED const ow_network *network_of(ow_guest *guest)
{
        const ow_network *network = NULL;

        assert_ok(ow_guest_network(guest, &network, &err));
        return network;
}

static MAYBE_UNUSED const ow_adapter *find_adapter(ow_guest *guest, const char *guid)
{
        const ow_network *network = network_of(guest);

        for (size_t i = 0; i < network->n_adapters; i++)
                if (strcmp(network->adapters[i].guid, guid) == 0)
                        return &network->adapters[i];
        return NULL;
}

/* Of a found adapter, as text in one of four buffers that take turns. */
static MAYBE_UNUSED const char *mac_of(const ow_adapter *a)
{
        static char text[4][OW_MAC_TEXT];
        static unsigned turn;
        char *mac = text[turn++ % 4];

        mac[0] = '\0';
        if (a->mac_source != OW_MAC_NONE)
                ow_mac_format(&a->mac, mac);
        return mac;
}

static MAYBE_UNUSED const char *prefixes_text(ow_prefixes list)
{
        static char text[4][400];
        static unsigned turn;
        char *all = text[turn++ % 4], one[OW_PREFIX_TEXT];

        all[0] = '\0';
        for (size_t i = 0; i < list.count; i++) {
                ow_prefix_format(&list.items[i], one);
                (void)snprintf(all + strlen(all), 400 - strlen(all), "%s%s", i ? ", " : "", one);
        }
        return all;
}

static MAYBE_UNUSED const char *addresses_text(ow_addresses list)
{
        ow_prefix prefixes[64];

        assert_true(list.count <= 64);
        for (size_t i = 0; i < list.count; i++)
                prefixes[i] = (ow_prefix){ list.items[i], OW_PREFIX_UNKNOWN };
        return prefixes_text((ow_prefixes){ prefixes, list.count });
}

static MAYBE_UNUSED const char *gateways_text(ow_gateways list)
{
        ow_prefix prefixes[64];

        assert_true(list.count <= 64);
        for (size_t i = 0; i < list.count; i++)
                prefixes[i] = (ow_prefix){ list.items[i].address, OW_PREFIX_UNKNOWN };
        return prefixes_text((ow_prefixes){ prefixes, list.count });
}

static MAYBE_UNUSED const char *addresses_of(const ow_adapter *a)
{
        return prefixes_text(ow_ip_addresses_in_use(&a->ipv4));
}
static MAYBE_UNUSED const char *gateways_of(const ow_adapter *a)
{
        return gateways_text(ow_ip_gateways_in_use(&a->ipv4));
}
static MAYBE_UNUSED const char *dns_of(const ow_adapter *a)
{
        return addresses_text(ow_ip_dns_in_use(&a->ipv4));
}

/* Why it is a ghost, or will be one; or "". */
static MAYBE_UNUSED const char *ghost_of(const ow_adapter *a)
{
        return a->verdict.presence == OW_PRESENCE_GHOST ? a->verdict.reason : a->stays_behind;
}

static MAYBE_UNUSED bool uses_dhcp(const ow_adapter *a)
{
        return a->ipv4.dhcp.set && a->ipv4.dhcp.value;
}

#endif
