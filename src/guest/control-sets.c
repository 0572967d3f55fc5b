/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which control sets count. SYSTEM\Select says; what it says is believed only when the set is there. Current is the
 * set of the last boot, Default that of the next one: an edit must reach both (windows.md 2.2).
 */
#include <stdio.h>

#include "guest/internal.h"

enum { MAX_SETS = 999 };                /* names are ControlSet001 to ControlSet999 */

/* A damaged list of keys is noted when Select is looked for, not again for each set. */
static bool set_there(ow_regkey system, uint32_t number)
{
        ow_error err = OW_ERROR_INIT;
        char name[32];
        ow_key key;

        if (number == 0 || number > MAX_SETS)
                return false;
        (void)snprintf(name, sizeof name, "ControlSet%03u", number);
        return ow_hive_find(system.hive, system.key, name, &key, &err) > 0;
}

static void read_select(ow_guest *guest, ow_regkey system)
{
        ow_control_sets *sets = &guest->control_sets;
        ow_regkey select;

        if (!guest_subkey(guest, system, "Select", &select)) {
                guest_note(guest, "SYSTEM has no Select key: the control set is guessed");
                return;
        }
        (void)guest_dword(guest, select, "Current", &sets->current);
        (void)guest_dword(guest, select, "Default", &sets->default_);
        (void)guest_dword(guest, select, "Failed", &sets->failed);
        (void)guest_dword(guest, select, "LastKnownGood", &sets->last_known_good);
}

static uint32_t first_set(ow_regkey system)
{
        for (uint32_t n = 1; n <= 9; n++)
                if (set_there(system, n))
                        return n;
        return 0;
}

static void choose(ow_guest *guest, ow_regkey system)
{
        ow_control_sets *sets = &guest->control_sets;
        bool current = set_there(system, sets->current);
        bool default_ = set_there(system, sets->default_);

        if (!current) {
                uint32_t said = sets->current;

                sets->current = default_ ? sets->default_ :
                                set_there(system, sets->last_known_good) ? sets->last_known_good :
                                first_set(system);
                if (!sets->current) {
                        guest_note(guest, "SYSTEM has no control set");
                        return;
                }
                guest_note(guest, "Select names control set %u as current, which is not there: %u is used", said,
                           sets->current);
        }
        sets->edit[sets->n_edit++] = sets->current;
        if (default_ && sets->default_ != sets->current)
                sets->edit[sets->n_edit++] = sets->default_;
}

void guest_load_control_sets(ow_guest *guest)
{
        ow_error err = OW_ERROR_INIT;
        struct guest_hive *hive;
        ow_regkey system;
        int r = guest_hive_get(guest, OW_ROOT_HKLM, "SYSTEM", 6, &hive, &err);

        if (r == 0)
                guest_note(guest, "hive SYSTEM is missing");
        else if (r < 0 && err.code == OW_E_NOMEM)
                guest->out_of_memory = true;
        if (r <= 0)
                return;
        system = (ow_regkey){ hive->hive, ow_hive_root(hive->hive) };
        read_select(guest, system);
        choose(guest, system);
}
