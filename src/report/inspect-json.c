/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `offwin inspect --json`. Keys are a promise: docs/man/offwin-json.5.scd. */
#include "report/reports.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <offwin/network.h>

#include "base/address-list.h"
#include "base/alloc.h"

#include "report/facts.h"
#include "report/json.h"
#include "report/system.h"

/* ---- disks ---- */

static void put_volume_info(struct report_json *json, json_t *object, const ow_machine_volume *volume)
{
        ow_error err = OW_ERROR_INIT;
        ow_volume_info info;
        char serial[20];

        report_json_text(json, object, "kind", ow_volume_kind_name(volume->kind));
        if (volume->why_not.code < 0)
                report_json_error(json, object, "problem", &volume->why_not);
        if (!volume->volume || ow_volume_info_get(volume->volume, &info, &err) < 0)
                return;
        snprintf(serial, sizeof serial, "%016" PRIx64, info.serial);
        report_json_text(json, object, "file_system", info.kind_name);
        report_json_text(json, object, "label", info.label);
        report_json_text(json, object, "serial", serial);
        report_json_number(json, object, "size", info.size);
        if (info.free)                  /* 0 is "not known": counting it may take a walk over the whole volume */
                report_json_number(json, object, "free", info.free);
        else
                report_json_null(json, object, "free");
        report_json_number(json, object, "cluster_size", info.cluster_size);
        report_json_bool(json, object, "hibernated", info.hibernated);
        report_json_bool(json, object, "unclean_journal", info.unclean_journal);
        report_json_bool(json, object, "dirty", info.dirty);
}

static void put_partition(struct report_json *json, json_t *object, const ow_partition_table *table,
                          const ow_machine_volume *volume)
{
        const ow_partition *partition = volume->partition;
        char type[REPORT_PARTITION_TEXT];

        report_json_number(json, object, "number", partition->number);
        report_json_number(json, object, "offset", partition->offset);
        report_json_number(json, object, "size", partition->size);
        report_partition_type(table, partition, type);
        report_json_text(json, object, "type", type);
        if (table->scheme == OW_SCHEME_MBR)
                report_json_bool(json, object, "active", partition->active);
        if (table->scheme == OW_SCHEME_GPT) {
                report_json_guid(json, object, "id", partition->gpt_id);
                report_json_text(json, object, "name", partition->name);
        }
        put_volume_info(json, report_json_object(json, object, "volume"), volume);
}

static void put_disk(struct report_json *json, json_t *object, ow_machine *machine, size_t index)
{
        const ow_partition_table *table = ow_machine_partition_table(machine, index);
        ow_disk *disk = ow_machine_disk(machine, index);
        char signature[12];
        json_t *partitions;

        report_json_text(json, object, "name", ow_disk_name(disk));
        report_json_text(json, object, "format", ow_disk_format(disk));
        report_json_number(json, object, "size", ow_disk_size(disk));
        report_json_text(json, object, "scheme", report_scheme_name(table->scheme));
        report_json_number(json, object, "sector_size", table->sector_size);
        if (table->scheme == OW_SCHEME_MBR) {
                snprintf(signature, sizeof signature, "0x%08x", table->mbr_signature);
                report_json_text(json, object, "signature", signature);
        }
        if (table->scheme == OW_SCHEME_GPT) {
                report_json_guid(json, object, "id", table->gpt_disk_id);
                report_json_bool(json, object, "from_backup", table->gpt_from_backup);
        }
        report_json_text(json, object, "warning", table->warning);
        partitions = report_json_array(json, object, "partitions");
        for (size_t i = 0; i < ow_machine_volume_count(machine); i++) {
                const ow_machine_volume *volume = ow_machine_volume_get(machine, i);

                if (volume->disk == index)
                        put_partition(json, report_json_add_object(json, partitions), table, volume);
        }
}

/* ---- one Windows ---- */

static void put_control_sets(struct report_json *json, json_t *object, ow_guest *guest)
{
        const ow_control_sets *sets = ow_guest_control_sets(guest);
        json_t *o = report_json_object(json, object, "control_sets");

        report_json_number(json, o, "current", sets->current);
        report_json_number(json, o, "default", sets->default_);
        report_json_number(json, o, "failed", sets->failed);
        report_json_number(json, o, "last_known_good", sets->last_known_good);
}

static void put_state(struct report_json *json, json_t *object, ow_guest *guest)
{
        const ow_guest_state *s = ow_guest_state_get(guest);
        json_t *o = report_json_object(json, object, "state");

        report_json_bool(json, o, "setup_in_progress", s->setup_in_progress);
        report_json_bool(json, o, "oobe_in_progress", s->oobe_in_progress);
        report_json_bool(json, o, "sysprep_generalized", s->sysprep_generalized);
        report_json_bool(json, o, "pending_renames", s->pending_renames);
        report_json_bool(json, o, "pending_cbs", s->pending_cbs);
        report_json_bool(json, o, "pending_update", s->pending_update);
        report_json_bool(json, o, "fast_startup", s->fast_startup);
        report_json_bool(json, o, "hibernated", s->hibernated);
        report_json_bool(json, o, "volume_dirty", s->volume_dirty);
}

static void put_drives(struct report_json *json, json_t *object, ow_guest *guest)
{
        ow_machine *machine = ow_guest_machine(guest);
        json_t *drives = report_json_array(json, object, "drives");

        for (size_t i = 0; i < ow_guest_drive_count(guest); i++) {
                const ow_drive *drive = ow_guest_drive(guest, i);
                char letter[3] = { drive->letter, ':', '\0' };
                json_t *o = report_json_add_object(json, drives);

                report_json_text(json, o, "letter", letter);
                report_json_text(json, o, "what", drive->what);
                if (drive->volume < ow_machine_volume_count(machine)) {
                        const ow_machine_volume *volume = ow_machine_volume_get(machine, drive->volume);

                        report_json_number(json, o, "disk", volume->disk + 1);
                        report_json_number(json, o, "partition", volume->partition->number);
                }
        }
}

static void put_users(struct report_json *json, json_t *object, ow_guest *guest)
{
        json_t *users = report_json_array(json, object, "profiles");

        for (size_t i = 0; i < ow_guest_user_count(guest); i++) {
                const ow_user *user = ow_guest_user(guest, i);
                json_t *o = report_json_add_object(json, users);

                report_json_text(json, o, "kind", report_user_kind_name(user->kind));
                report_json_text(json, o, "sid", user->sid);
                report_json_text(json, o, "name", user->name);
                report_json_text(json, o, "profile", user->profile);
                report_json_bool(json, o, "hive_present", user->hive_present);
        }
}

/* Ends line as a member of object. */
static void put_line(struct report_json *json, json_t *object, const char *key, ow_buffer *line)
{
        OW_AUTO_FREE char *text = ow_buffer_take_text(line);

        if (text)
                report_json_text(json, object, key, text);
        else
                json->failed = true;
}

static void put_adapter(struct report_json *json, json_t *o, const ow_adapter *a)
{
        ow_prefixes addresses = ow_ip_addresses_in_use(&a->ipv4);
        ow_gateways gateways = ow_ip_gateways_in_use(&a->ipv4);
        ow_addresses dns = ow_ip_dns_in_use(&a->ipv4);
        ow_buffer line = OW_BUFFER_INIT;
        char mac[OW_MAC_TEXT] = "";

        if (a->mac_source != OW_MAC_NONE)
                ow_mac_format(&a->mac, mac);
        report_json_text(json, o, "guid", a->guid);
        report_json_text(json, o, "name", a->name);
        report_json_text(json, o, "driver", a->description);
        report_json_text(json, o, "instance", a->instance);
        report_json_text(json, o, "service", a->service);
        report_json_text(json, o, "mac", mac);
        report_json_bool(json, o, "dhcp", a->ipv4.dhcp.set && a->ipv4.dhcp.value);
        report_json_bool(json, o, "physical", a->hardware_device);
        report_json_bool(json, o, "team", a->kind == OW_ADAPTER_TEAM);
        address_list_put_prefixes(&line, addresses.items, addresses.count);
        put_line(json, o, "addresses", &line);
        for (size_t i = 0; i < gateways.count; i++) {
                ow_buffer_put_text(&line, i ? ", " : "");
                address_list_put(&line, &gateways.items[i].address, 1);
        }
        put_line(json, o, "gateways", &line);
        address_list_put(&line, dns.items, dns.count);
        put_line(json, o, "dns", &line);
        report_json_text(json, o, "ghost_reason",
                         a->verdict.presence == OW_PRESENCE_GHOST ? a->verdict.reason : a->stays_behind);
}

static int put_adapters(struct report_json *json, json_t *object, ow_guest *guest, ow_error *err)
{
        json_t *adapters = report_json_array(json, object, "adapters");
        const ow_network *network;
        int r;

        r = ow_guest_network(guest, &network, err);
        for (size_t i = 0; r == 0 && i < network->n_adapters; i++)
                put_adapter(json, report_json_add_object(json, adapters), &network->adapters[i]);
        return r;
}

static int put_services(struct report_json *json, json_t *object, ow_guest *guest, ow_error *err)
{
        const ow_service *services;
        json_t *array;
        size_t count;
        int r;

        r = ow_guest_services(guest, &services, &count, err);
        if (r < 0)
                return r;
        array = report_json_array(json, object, "services");
        for (size_t i = 0; i < count; i++) {
                json_t *o = report_json_add_object(json, array);

                report_json_text(json, o, "name", services[i].name);
                report_json_text(json, o, "display_name", services[i].display_name);
                report_json_text(json, o, "image_path", services[i].image_path);
                report_json_number(json, o, "type", services[i].type);
                if (services[i].start == UINT32_MAX)
                        report_json_null(json, o, "start");
                else
                        report_json_number(json, o, "start", services[i].start);
        }
        return 0;
}

static int put_guest(struct report_json *json, json_t *object, ow_guest *guest, bool full, ow_error *err)
{
        json_t *problems;
        int r;

        report_json_text(json, object, "id", ow_guest_id(guest));
        report_json_text(json, object, "root", ow_guest_root(guest));
        report_json_windows(json, object, ow_guest_windows(guest));
        report_json_text(json, object, "firmware", ow_firmware_name(ow_guest_firmware(guest)));
        put_control_sets(json, object, guest);
        put_state(json, object, guest);
        put_drives(json, object, guest);
        put_users(json, object, guest);
        r = put_adapters(json, object, guest, err);
        if (r == 0)
                r = put_services(json, object, guest, err);
        if (r == 0 && full)
                r = report_json_system(json, object, guest, err);
        if (r < 0)
                return r;
        problems = report_json_array(json, object, "problems");
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++)
                report_json_add_text(json, problems, ow_guest_problem(guest, i));
        return 0;
}

int report_inspect_json(ow_machine *machine, ow_guest *const *guests, size_t n_guests, bool full, char **ret,
                        ow_error *err)
{
        REPORT_AUTO_JSON json = report_json_new("inspect");
        json_t *disks = report_json_array(&json, json.root, "disks");
        json_t *installations = report_json_array(&json, json.root, "installations");
        int r;

        for (size_t i = 0; i < ow_machine_disk_count(machine); i++)
                put_disk(&json, report_json_add_object(&json, disks), machine, i);
        for (size_t i = 0; i < n_guests; i++) {
                r = put_guest(&json, report_json_add_object(&json, installations), guests[i], full, err);
                if (r < 0)
                        return r;
        }
        return report_json_take(&json, ret, err);
}
