/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `offwin inspect` for people: the disks with their volumes, then each Windows. */
#include "report/reports.h"

#include <stdio.h>
#include <string.h>

#include <offwin/network.h>

#include "base/address-list.h"
#include "base/filetime.h"

#include "report/facts.h"
#include "report/system.h"
#include "report/text.h"

enum { INDENT = 2, LABEL = 14, MAX_LISTED_DRIVES = 26, MAX_LISTED_USERS = 50, MAX_LISTED_ADAPTERS = 50 };

static void put_section(struct report_page *page, const char *title)
{
        report_put_spaces(page, INDENT);
        report_put_style(page, REPORT_DIM);
        report_put(page, title);
        report_put_style(page, REPORT_PLAIN);
        report_put(page, "\n");
}

static void put_field(struct report_page *page, const char *label, ow_buffer *line)
{
        report_put_field_line(page, INDENT, LABEL, label, line);
}

/* ---- disks ---- */

/* " C: D:" for every letter that any of the guests gives to this volume. */
static void put_letters(struct report_page *page, ow_guest *const *guests, size_t n_guests, size_t volume)
{
        char letters[MAX_LISTED_DRIVES * 2 + 1] = "";
        size_t used = 0;

        for (size_t g = 0; g < n_guests; g++)
                for (size_t i = 0; i < ow_guest_drive_count(guests[g]); i++) {
                        const ow_drive *drive = ow_guest_drive(guests[g], i);
                        char one[3] = { drive->letter, ':', '\0' };

                        if (drive->volume != volume || strstr(letters, one) || used + 3 > sizeof letters)
                                continue;
                        memcpy(letters + used, one, sizeof one);
                        used += 2;
                }
        report_put_padded(page, letters, 4);
}

static void put_volume(struct report_page *page, ow_machine *machine, ow_guest *const *guests, size_t n_guests,
                       size_t index)
{
        const ow_machine_volume *volume = ow_machine_volume_get(machine, index);
        const ow_partition_table *table = ow_machine_partition_table(machine, volume->disk);
        const ow_partition *partition = volume->partition;
        char size[REPORT_NUMBER_TEXT], number[REPORT_NUMBER_TEXT], type[REPORT_PARTITION_TEXT];
        ow_volume_info info = { 0 };
        ow_error ignored = OW_ERROR_INIT;

        report_format_size(partition->size, size);
        snprintf(number, sizeof number, "%u", partition->number);
        report_partition_type(table, partition, type);
        if (volume->volume && ow_volume_info_get(volume->volume, &info, &ignored) < 0)
                memset(&info, 0, sizeof info);

        report_put_spaces(page, INDENT);
        report_put_right(page, number, 3);
        report_put_right(page, size, 11);
        report_put_spaces(page, 2);
        report_put_padded(page, info.kind_name[0] ? info.kind_name
                                : volume->kind == OW_VOLUME_RESERVED ? "" : ow_volume_kind_name(volume->kind), 10);
        put_letters(page, guests, n_guests, index);
        report_put_spaces(page, 1);
        report_put_padded(page, type, 4);
        if (partition->active)
                report_put(page, " active");
        if (info.label[0]) {
                report_put(page, "  \"");
                report_put_guest(page, info.label);
                report_put(page, "\"");
        }
        report_put(page, "\n");

        if (volume->why_not.code < 0 && volume->kind != OW_VOLUME_RESERVED) {
                report_put_spaces(page, INDENT + 4);
                report_put_style(page, REPORT_WARN);
                report_put(page, "! ");
                report_put_style(page, REPORT_PLAIN);
                report_put_wrapped(page, INDENT + 6, volume->why_not.text);
        }
}

static void put_disk(struct report_page *page, ow_machine *machine, ow_guest *const *guests, size_t n_guests,
                     size_t index)
{
        const ow_partition_table *table = ow_machine_partition_table(machine, index);
        ow_disk *disk = ow_machine_disk(machine, index);
        char size[REPORT_NUMBER_TEXT];

        report_format_size(ow_disk_size(disk), size);
        report_put_style(page, REPORT_BOLD);
        report_printf(page, "Disk %zu  ", index + 1);
        report_put_guest(page, ow_disk_name(disk));
        report_put_style(page, REPORT_PLAIN);
        report_printf(page, "\n  %s, %s, %s", size, ow_disk_format(disk),
                      table->scheme == OW_SCHEME_NONE ? "no partition table" : report_scheme_name(table->scheme));
        if (table->scheme == OW_SCHEME_MBR)
                report_printf(page, " signature 0x%08x", table->mbr_signature);
        if (table->sector_size != 512)
                report_printf(page, ", sectors of %u bytes", table->sector_size);
        report_put(page, "\n");
        if (table->warning[0]) {
                report_put_style(page, REPORT_WARN);
                report_put(page, "  ! ");
                report_put_style(page, REPORT_PLAIN);
                report_put_wrapped(page, 4, table->warning);
        }
        for (size_t i = 0; i < ow_machine_volume_count(machine); i++)
                if (ow_machine_volume_get(machine, i)->disk == index)
                        put_volume(page, machine, guests, n_guests, i);
        report_put(page, "\n");
}

/* ---- one Windows ---- */

static void put_identity(struct report_page *page, ow_guest *guest)
{
        const ow_windows *w = ow_guest_windows(guest);
        char time[OW_FILETIME_TEXT];
        ow_buffer line = OW_BUFFER_INIT;

        report_windows_name(w, &line);
        put_field(page, "Windows", &line);

        report_windows_version(w, &line);
        if (ow_guest_firmware(guest) != OW_FIRMWARE_UNKNOWN)
                ow_buffer_printf(&line, ", boots by %s", ow_firmware_name(ow_guest_firmware(guest)));
        if (w->from_fallback)
                ow_buffer_put_text(&line, " (told by the SYSTEM hive alone)");
        put_field(page, "Version", &line);

        ow_buffer_put_text(&line, w->computer_name[0] ? w->computer_name : "(no name)");
        if (w->domain_member)
                ow_buffer_printf(&line, ", member of the domain %s", w->domain[0] ? w->domain : "(name not known)");
        put_field(page, "Computer", &line);

        if (w->installed) {
                ow_filetime_format(w->installed, time);
                report_put_field(page, INDENT, LABEL, "Installed", time);
        }
        if (w->last_shutdown) {
                ow_filetime_format(w->last_shutdown, time);
                report_put_field(page, INDENT, LABEL, "Last shutdown", time);
        }
}

static void put_state(struct report_page *page, ow_guest *guest)
{
        const ow_guest_state *s = ow_guest_state_get(guest);
        const struct { bool set; const char *text; } states[] = {
                { s->setup_in_progress, "setup is not finished" },
                { s->oobe_in_progress, "first-use questions not answered" },
                { s->sysprep_generalized, "generalized by sysprep" },
                { s->pending_renames, "file renames wait for a reboot" },
                { s->pending_cbs, "servicing waits for a reboot" },
                { s->pending_update, "Windows Update waits for a reboot" },
                { s->fast_startup, "fast startup is on" },
                { s->hibernated, "hibernated" },
                { s->volume_dirty, "chkdsk will run" },
                { s->unclean_journal, "NTFS journal not closed" },
        };
        ow_buffer line = OW_BUFFER_INIT;

        for (size_t i = 0; i < OW_COUNT(states); i++)
                if (states[i].set)
                        ow_buffer_printf(&line, "%s%s", line.len ? "; " : "", states[i].text);
        if (!line.len)
                ow_buffer_put_text(&line, "nothing pending");
        put_field(page, "State", &line);
}

static void put_control_sets(struct report_page *page, ow_guest *guest)
{
        const ow_control_sets *sets = ow_guest_control_sets(guest);
        ow_buffer line = OW_BUFFER_INIT;

        if (!sets->current)
                return;
        ow_buffer_printf(&line, "current %u, default %u, failed %u, last known good %u", sets->current,
                         sets->default_, sets->failed, sets->last_known_good);
        put_field(page, "Control sets", &line);
}

static int put_services(struct report_page *page, ow_guest *guest, ow_error *err)
{
        enum { DRIVER_TYPES = 0x0b, AUTOMATIC = 2 }; /* kernel, file system, recognizer; Start */
        const ow_service *services;
        size_t count, n_drivers = 0, n_automatic = 0;
        ow_buffer line = OW_BUFFER_INIT;
        int r;

        r = ow_guest_services(guest, &services, &count, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < count; i++) {
                bool driver = (services[i].type & DRIVER_TYPES) != 0;

                n_drivers += driver;
                n_automatic += !driver && services[i].start == AUTOMATIC;
        }
        if (count == 0)
                return 0;
        ow_buffer_printf(&line, "%zu (%zu automatic), and %zu driver%s", count - n_drivers, n_automatic, n_drivers,
                         n_drivers == 1 ? "" : "s");
        put_field(page, "Services", &line);
        return 0;
}

static void put_drives(struct report_page *page, ow_guest *guest)
{
        size_t count = ow_guest_drive_count(guest);

        if (count == 0)
                return;
        report_put(page, "\n");
        put_section(page, "Drives");
        for (size_t i = 0; i < count && i < MAX_LISTED_DRIVES; i++) {
                const ow_drive *drive = ow_guest_drive(guest, i);

                report_put_spaces(page, 2 * INDENT);
                report_printf(page, "%c:  ", drive->letter);
                report_put_wrapped(page, 2 * INDENT + 4, drive->what);
        }
}

static void put_users(struct report_page *page, ow_guest *guest)
{
        size_t count = ow_guest_user_count(guest);
        size_t width = 0;

        if (count == 0)
                return;
        report_put(page, "\n");
        put_section(page, "Profiles");
        for (size_t i = 0; i < count; i++) {
                size_t w = report_width(ow_guest_user(guest, i)->name);

                width = w > width && w <= 24 ? w : width;
        }
        for (size_t i = 0; i < count && i < MAX_LISTED_USERS; i++) {
                const ow_user *user = ow_guest_user(guest, i);

                report_put_spaces(page, 2 * INDENT);
                report_put_padded(page, user->name, width);
                report_put_spaces(page, 2);
                report_put_padded(page, report_user_kind_name(user->kind), 9);
                report_put_guest(page, user->profile);
                /* The system's own profile keeps its settings in the DEFAULT hive. */
                if (!user->hive_present && user->kind != OW_USER_SYSTEM)
                        report_put(page, "  (no NTUSER.DAT here)");
                report_put(page, "\n");
        }
        if (count > MAX_LISTED_USERS)
                report_printf(page, "    and %zu more\n", count - MAX_LISTED_USERS);
}

static void put_adapter(struct report_page *page, const ow_adapter *a)
{
        bool ghost = a->verdict.presence == OW_PRESENCE_GHOST;
        bool dhcp = a->ipv4.dhcp.set && a->ipv4.dhcp.value;
        ow_prefixes addresses = ow_ip_addresses_in_use(&a->ipv4);
        ow_gateways gateways = ow_ip_gateways_in_use(&a->ipv4);
        ow_addresses dns = ow_ip_dns_in_use(&a->ipv4);
        ow_buffer line = OW_BUFFER_INIT;
        size_t indent = 2 * INDENT;
        char mac[OW_MAC_TEXT] = "";

        if (a->mac_source != OW_MAC_NONE)
                ow_mac_format(&a->mac, mac);
        report_put_spaces(page, indent);
        report_put_guest(page, a->name[0] ? a->name : a->guid);
        report_put(page, "\n");
        ow_buffer_printf(&line, "%s%s%s%s", a->description, a->kind == OW_ADAPTER_TEAM ? " (team)" : "",
                         mac[0] ? ", " : "", mac);
        put_field(page, "    Card", &line);
        ow_buffer_put_text(&line, dhcp ? "DHCP" : addresses.count ? "static" : "none");
        if (addresses.count)
                ow_buffer_put_text(&line, dhcp ? ", last " : " ");
        address_list_put_prefixes(&line, addresses.items, addresses.count);
        for (size_t i = 0; i < gateways.count; i++) {
                ow_buffer_put_text(&line, i ? ", " : "; gateway ");
                address_list_put(&line, &gateways.items[i].address, 1);
        }
        if (dns.count)
                ow_buffer_put_text(&line, "; DNS ");
        address_list_put(&line, dns.items, dns.count);
        put_field(page, "    Address", &line);
        report_put_field(page, INDENT, LABEL, "    Gone?", ghost ? a->verdict.reason : a->stays_behind);
}

static int put_adapters(struct report_page *page, ow_guest *guest, ow_error *err)
{
        size_t shown = 0, hidden = 0;
        const ow_network *network;
        int r;

        r = ow_guest_network(guest, &network, err);
        if (r < 0)
                return r;
        for (size_t i = 0; i < network->n_adapters; i++) {
                const ow_adapter *a = &network->adapters[i];

                if (a->kind == OW_ADAPTER_SETTINGS && !a->ipv4.key[0])
                        continue;       /* what tunnels leave behind */
                if ((!a->hardware_device && a->kind != OW_ADAPTER_TEAM &&
                     !ow_ip_addresses_in_use(&a->ipv4).count) || shown == MAX_LISTED_ADAPTERS) {
                        hidden++;
                        continue;
                }
                if (shown++ == 0) {
                        report_put(page, "\n");
                        put_section(page, "Network adapters");
                }
                put_adapter(page, a);
        }
        if (hidden)
                report_printf(page, "    and %zu software adapter%s\n", hidden, hidden == 1 ? "" : "s");
        return 0;
}

static void put_problems(struct report_page *page, ow_guest *guest)
{
        if (ow_guest_problem_count(guest) == 0)
                return;
        report_put(page, "\n");
        put_section(page, "Problems");
        for (size_t i = 0; i < ow_guest_problem_count(guest); i++) {
                report_put_style(page, REPORT_WARN);
                report_put(page, "    ! ");
                report_put_style(page, REPORT_PLAIN);
                report_put_wrapped(page, 6, ow_guest_problem(guest, i));
        }
}

static int put_guest(struct report_page *page, ow_guest *guest, ow_error *err)
{
        int r;

        report_put_style(page, REPORT_BOLD);
        report_put(page, "Windows  ");
        report_put_guest(page, ow_guest_id(guest));
        report_put_style(page, REPORT_PLAIN);
        report_put(page, "\n");
        put_identity(page, guest);
        put_control_sets(page, guest);
        put_state(page, guest);
        r = put_services(page, guest, err);
        if (r < 0)
                return r;
        put_drives(page, guest);
        put_users(page, guest);
        r = put_adapters(page, guest, err);
        if (r == 0 && page->full)
                r = report_put_system(page, guest, err);
        if (r < 0)
                return r;
        put_problems(page, guest);
        report_put(page, "\n");
        return 0;
}

int report_inspect_text(ow_machine *machine, ow_guest *const *guests, size_t n_guests,
                        const ow_report_options *options, char **ret, ow_error *err)
{
        REPORT_AUTO_PAGE page = report_page_new(options);
        OW_AUTO_BUFFER next = OW_BUFFER_INIT;
        int r;

        for (size_t i = 0; i < ow_machine_disk_count(machine); i++)
                put_disk(&page, machine, guests, n_guests, i);
        for (size_t i = 0; i < n_guests; i++) {
                r = put_guest(&page, guests[i], err);
                if (r < 0)
                        return r;
        }
        if (n_guests == 0) {
                report_put(&page, "No Windows was found on it.\n");
                return report_page_take(&page, ret, err);
        }
        report_put_disk_words(&next, machine, guests[0]);
        ow_buffer_put_byte(&next, '\0');
        if (ow_buffer_failed(&next))
                return ow_fail_nomem(err);
        report_put(&page, "Next: offwin doctor");
        report_put_guest(&page, (const char *)next.p);
        report_put(&page, "\n");
        return report_page_take(&page, ret, err);
}
