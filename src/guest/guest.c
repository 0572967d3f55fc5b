/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A guest: opened, its facts read in the order in which they need each other, and handed out. */
#include <string.h>

#include <offwin/network.h>

#include "guest/devices.h"
#include "guest/extra.h"
#include "guest/internal.h"

static void load_facts(ow_guest *guest)
{
        guest_load_control_sets(guest);
        guest_load_version(guest);
        guest_load_drives(guest);
        guest_load_firmware(guest);
        guest_load_users(guest);
        guest_load_state(guest);
}

int ow_guest_open(ow_machine *machine, size_t index, ow_guest **ret_guest, ow_error *err)
{
        OW_AUTO(ow_guest) guest = NULL;
        const struct machine_guest *g;
        const ow_machine_volume *v;

        if (index >= machine->n_guests)
                return ow_fail(err, OW_E_INVAL, OW_NOWHERE, "there is no Windows installation %zu, only %zu",
                               index + 1, machine->n_guests);
        g = &machine->guests[index];
        v = &machine->volumes[g->volume];
        if (machine->writable && v->why_not.code < 0) {
                if (err)
                        *err = v->why_not;
                return ow_wrap(err, v->why_not.code, "%s", g->id);
        }
        guest = ow_calloc(1, sizeof *guest);
        if (!guest)
                return ow_fail_nomem(err);
        guest->machine = machine;
        guest->volume = g->volume;
        guest->root = g->root;
        guest->id = g->id;
        guest->system_drive = 'C';
        guest->bcd_volume = SIZE_MAX;
        guest->next = machine->open_guests;
        machine->open_guests = guest;
        load_facts(guest);
        if (guest->out_of_memory)
                return ow_fail_nomem(err);

        *ret_guest = OW_TAKE(guest);
        return 0;
}

static void unlink_guest(ow_guest *guest)
{
        ow_guest **at = &guest->machine->open_guests;

        while (*at && *at != guest)
                at = &(*at)->next;
        if (*at)
                *at = guest->next;
}

void ow_guest_close(ow_guest *guest)
{
        if (!guest)
                return;
        unlink_guest(guest);
        for (size_t i = 0; i < guest->n_hives; i++)
                guest_hive_free(guest->hives[i]);
        ow_free(guest->hives);
        for (size_t i = 0; i < guest->n_problems; i++)
                ow_free(guest->problems[i]);
        ow_free(guest->problems);
        guest_services_done(guest);
        guest_software_free(guest->software);
        guest_extra_free(guest->system);
        ow_free(guest->drives);
        ow_free(guest->users);
        ow_network_forget(guest);
        guest_devices_free(guest->devices);
        guest_extra_free(guest->winsock);
        guest_extra_free(guest->firewall);
        guest_extra_free(guest->nla);
        ow_free(guest->rest);
        ow_free(guest);
}

const ow_windows *ow_guest_windows(const ow_guest *guest)
{
        return &guest->windows;
}

const ow_control_sets *ow_guest_control_sets(const ow_guest *guest)
{
        return &guest->control_sets;
}

size_t ow_guest_drive_count(const ow_guest *guest)
{
        return guest->n_drives;
}

const ow_drive *ow_guest_drive(const ow_guest *guest, size_t index)
{
        return index < guest->n_drives ? &guest->drives[index] : NULL;
}

char ow_guest_system_drive(const ow_guest *guest)
{
        return guest->system_drive;
}

size_t ow_guest_user_count(const ow_guest *guest)
{
        return guest->n_users;
}

const ow_user *ow_guest_user(const ow_guest *guest, size_t index)
{
        return index < guest->n_users ? &guest->users[index] : NULL;
}

const ow_guest_state *ow_guest_state_get(const ow_guest *guest)
{
        return &guest->state;
}

enum ow_firmware ow_guest_firmware(const ow_guest *guest)
{
        return guest->firmware;
}

size_t ow_guest_problem_count(const ow_guest *guest)
{
        return guest->n_problems;
}

const char *ow_guest_problem(const ow_guest *guest, size_t index)
{
        return index < guest->n_problems ? guest->problems[index] : NULL;
}

ow_machine *ow_guest_machine(const ow_guest *guest)
{
        return guest->machine;
}

ow_volume *ow_guest_volume(const ow_guest *guest)
{
        return guest->machine->volumes[guest->volume].volume;
}

const char *ow_guest_root(const ow_guest *guest)
{
        return guest->root;
}

const char *ow_guest_id(const ow_guest *guest)
{
        return guest->id;
}
