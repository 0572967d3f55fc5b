/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine, a guest and fixes made of plain fields, in place of the rooms below, so that a report's text can be
 * compared without any disk image. Included by exactly one file of a test program. Its words are hostile on purpose
 * in HOSTILE.
 */
#ifndef TESTS_UNIT_REPORT_FAKE_H
#define TESTS_UNIT_REPORT_FAKE_H

#include <offwin/addressing.h>
#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/machine.h>
#include <offwin/network.h>
#include <offwin/software.h>
#include <offwin/system.h>
#include <offwin/volume.h>

#include "base/macros.h"

/* Terminal escape, C1 control, direction override, lone surrogate, a byte that is no UTF-8, markup. */
#define HOSTILE "a\033[2Jb\xc2\x9b" "31mc\xe2\x80\xae" "d\xed\xa0\xbd" "e\xff" "f<b>&\"'"

struct ow_disk {
        const char *name;
};
struct ow_volume {
        ow_volume_info info;
};
struct ow_machine {
        ow_disk disks[2];
        size_t n_disks;
        ow_partition_table tables[2];
        ow_machine_volume volumes[4];
        size_t n_volumes;
        size_t n_guests;
};
struct ow_guest {
        ow_machine *machine;
        const char *id, *root;
        ow_windows windows;
        ow_control_sets sets;
        ow_drive drives[2];
        size_t n_drives;
        ow_user users[2];
        size_t n_users;
        ow_guest_state state;
        ow_adapter adapters[3];
        ow_network network;
        const char *problems[2];
        size_t n_problems;
};
struct ow_fix {
        const char *name, *area, *title, *why, *source, *windows;
        bool temporary, by_name_only, in_no_set;
        const char *const *parameters;
};
struct ow_fix_set {
        const ow_fix *fixes;
        size_t count;
};
struct ow_plan {
        const ow_change *changes;
        size_t n_changes;
        const ow_skipped *skipped;
        size_t n_skipped;
        const ow_plan_setting *settings;
        size_t n_settings;
};

/* ---- disks, volumes, machine ---- */

const char *ow_disk_name(const ow_disk *disk) { return disk->name; }
const char *ow_disk_format(const ow_disk *disk) { return "raw"; }
uint64_t ow_disk_size(const ow_disk *disk) { return 20ull << 30; }

const char *ow_volume_kind_name(enum ow_volume_kind kind)
{
        return kind == OW_VOLUME_NTFS ? "NTFS" : kind == OW_VOLUME_BITLOCKER ? "BitLocker" : "unknown";
}

int ow_volume_info_get(ow_volume *volume, ow_volume_info *ret, ow_error *err)
{
        *ret = volume->info;
        return 0;
}

size_t ow_machine_disk_count(const ow_machine *machine) { return machine->n_disks; }
ow_disk *ow_machine_disk(ow_machine *machine, size_t index) { return &machine->disks[index]; }
const ow_partition_table *ow_machine_partition_table(const ow_machine *machine, size_t disk)
{
        return &machine->tables[disk];
}
size_t ow_machine_volume_count(const ow_machine *machine) { return machine->n_volumes; }
const ow_machine_volume *ow_machine_volume_get(const ow_machine *machine, size_t index)
{
        return &machine->volumes[index];
}
size_t ow_machine_guest_count(const ow_machine *machine) { return machine->n_guests; }

/* ---- guest ---- */

ow_machine *ow_guest_machine(const ow_guest *guest) { return guest->machine; }
const char *ow_guest_id(const ow_guest *guest) { return guest->id; }
const char *ow_guest_root(const ow_guest *guest) { return guest->root; }
const ow_windows *ow_guest_windows(const ow_guest *guest) { return &guest->windows; }
const ow_control_sets *ow_guest_control_sets(const ow_guest *guest) { return &guest->sets; }
size_t ow_guest_drive_count(const ow_guest *guest) { return guest->n_drives; }
const ow_drive *ow_guest_drive(const ow_guest *guest, size_t index) { return &guest->drives[index]; }
size_t ow_guest_user_count(const ow_guest *guest) { return guest->n_users; }
const ow_user *ow_guest_user(const ow_guest *guest, size_t index) { return &guest->users[index]; }
const ow_guest_state *ow_guest_state_get(const ow_guest *guest) { return &guest->state; }
enum ow_firmware ow_guest_firmware(const ow_guest *guest) { return OW_FIRMWARE_BIOS; }
const char *ow_firmware_name(enum ow_firmware firmware) { return "BIOS"; }
const char *ow_product_type_name(enum ow_product_type product) { return "server"; }
const char *ow_arch_name(enum ow_arch arch) { return "x64"; }

int ow_guest_network(ow_guest *guest, const ow_network **ret, ow_error *err)
{
        guest->network.adapters = guest->adapters;
        *ret = &guest->network;
        return 0;
}

ow_prefixes ow_ip_addresses_in_use(const ow_ip *ip) { return ip->addresses; }
ow_gateways ow_ip_gateways_in_use(const ow_ip *ip) { return ip->gateways; }
ow_addresses ow_ip_dns_in_use(const ow_ip *ip) { return ip->dns; }

size_t ow_guest_problem_count(const ow_guest *guest) { return guest->n_problems; }
const char *ow_guest_problem(const ow_guest *guest, size_t index) { return guest->problems[index]; }

int ow_guest_services(ow_guest *guest, const ow_service **ret, size_t *ret_count, ow_error *err)
{
        static char name[] = "Dhcp", driver[] = "Tcpip", display[] = "DHCP Client", nothing[] = "";
        static const ow_service services[] = {
                { .name = name, .display_name = display, .image_path = nothing, .group = nothing, .type = 0x20,
                  .start = 2 },
                { .name = driver, .display_name = nothing, .image_path = nothing, .group = nothing, .type = 1 },
        };

        *ret = services;
        *ret_count = OW_COUNT(services);
        return 0;
}

/* ---- system information ---- */

static ow_system fake_system = { .firmware = { "", "", "", "", "", "", "", 0 }, .dump_file = "" };
static ow_program fake_programs[2];
static size_t fake_n_programs;

int ow_guest_system(ow_guest *guest, const ow_system **ret, ow_error *err)
{
        *ret = &fake_system;
        return 0;
}

const char *ow_crash_dump_name(enum ow_crash_dump dump) { return dump == OW_DUMP_KERNEL ? "kernel" : "none"; }

int ow_guest_programs(ow_guest *guest, const ow_program **ret, size_t *ret_count, ow_error *err)
{
        *ret = fake_programs;
        *ret_count = fake_n_programs;
        return 0;
}

const char *ow_trigger_name(unsigned trigger) { return trigger == OW_TRIGGER_BOOT ? "boot" : "calendar"; }

/* ---- fixes and plans ---- */

const char *ow_fix_name(const ow_fix *fix) { return fix->name; }
const char *ow_fix_area(const ow_fix *fix) { return fix->area; }
const char *ow_fix_title(const ow_fix *fix) { return fix->title; }
const char *ow_fix_why(const ow_fix *fix) { return fix->why; }
const char *ow_fix_source(const ow_fix *fix) { return fix->source; }
const char *ow_fix_windows(const ow_fix *fix) { return fix->windows; }
bool ow_fix_temporary(const ow_fix *fix) { return fix->temporary; }
bool ow_fix_in_all(const ow_fix *fix) { return !fix->by_name_only; }
bool ow_fix_is_action(const ow_fix *fix) { return fix->in_no_set; }
const char *const *ow_fix_parameters(const ow_fix *fix)
{
        static const char *const none[] = { NULL };

        return fix->parameters ? fix->parameters : none;
}
size_t ow_fix_set_count(const ow_fix_set *set) { return set->count; }
const ow_fix *ow_fix_set_get(const ow_fix_set *set, size_t index) { return &set->fixes[index]; }

size_t ow_plan_change_count(const ow_plan *plan) { return plan->n_changes; }
const ow_change *ow_plan_change(const ow_plan *plan, size_t index) { return &plan->changes[index]; }
size_t ow_plan_setting_count(const ow_plan *plan) { return plan->n_settings; }
const ow_plan_setting *ow_plan_setting_get(const ow_plan *plan, size_t index) { return &plan->settings[index]; }
const char *ow_effect_name(enum ow_effect effect)
{
        return effect == OW_EFFECT_OFFLINE ? "offline" : effect == OW_EFFECT_BOTH ? "both" : "first boot";
}
size_t ow_plan_skipped_count(const ow_plan *plan) { return plan->n_skipped; }
const ow_skipped *ow_plan_skipped(const ow_plan *plan, size_t index) { return &plan->skipped[index]; }

/* ---- one server, as most tests want it ---- */

#define UNUSED __attribute__((unused))

UNUSED static const ow_fix fake_ncsi = {
        .name = "ncsi-off",
        .area = "network",
        .title = "Turn off the Internet-connectivity probe (NCSI)",
        .why = "On an unplugged network the probe can only time out.",
        .source = "Microsoft KB4494446",
        .windows = "6.0-",
        .temporary = true,
};
static const char *const wsus_parameters[] = { "wsus", NULL };
UNUSED static const ow_fix fake_wsus = {
        .name = "wsus",
        .area = "update",
        .title = "Point Windows Update at a WSUS server",
        .why = "",
        .source = "",
        .windows = "",
        .by_name_only = true,
        .parameters = wsus_parameters,
};
UNUSED static const ow_fix fake_apipa = {
        .name = "apipa-off",
        .area = "network",
        .title = "No automatic private address",
        .why = "",
        .source = "",
        .windows = "",
};

static ow_volume fake_volume;
static ow_partition fake_partition = { .number = 2, .offset = 1 << 20, .size = 19ull << 30, .mbr_type = 7,
                                       .active = true };

UNUSED static ow_machine fake_machine(void)
{
        return (ow_machine){
                .disks = { { "server.img" } },
                .n_disks = 1,
                .tables = { { .scheme = OW_SCHEME_MBR, .sector_size = 512, .mbr_signature = 0x1a2b3c4d } },
                .volumes = { { .partition = &fake_partition, .kind = OW_VOLUME_NTFS, .volume = &fake_volume } },
                .n_volumes = 1,
                .n_guests = 1,
        };
}

UNUSED static ow_guest fake_guest(ow_machine *machine)
{
        return (ow_guest){
                .machine = machine,
                .id = "disk1:partition2:Windows",
                .root = "Windows",
                .windows = { .major = 6, .minor = 1, .build = 7601, .service_pack = 1,
                             .name = "Windows Server 2008 R2 Standard", .product = OW_PRODUCT_SERVER,
                             .arch = OW_ARCH_X64, .computer_name = "SRV01", .domain = "corp.example",
                             .domain_member = true },
                .sets = { .current = 1, .default_ = 1, .last_known_good = 2 },
                .drives = { { .letter = 'C', .volume = 0, .what = "disk 1 partition 2" } },
                .n_drives = 1,
        };
}

#endif
