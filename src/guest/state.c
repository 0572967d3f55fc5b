/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Windows was in the middle of: set-up, first sign-in, sysprep, pending restarts, hibernation (windows.md 2.5). */
#include "guest/version.h"

static bool flag(ow_guest *guest, ow_regkey key, const char *name)
{
        uint32_t value;

        return guest_dword(guest, key, name, &value) && value != 0;
}

static void read_setup(ow_guest *guest)
{
        ow_guest_state *state = &guest->state;
        ow_regkey key;

        if (!guest_key(guest, "HKLM\\SYSTEM\\Setup", &key))
                return;
        state->setup_in_progress = flag(guest, key, "SystemSetupInProgress") || flag(guest, key, "SetupType");
        state->oobe_in_progress = flag(guest, key, "OOBEInProgress");
        state->sysprep_generalized = flag(guest, key, "MiniSetupInProgress");   /* 2000 to 2003 */
}

/* Vista and newer. SysprepStatus of SYSTEM is left set on every installed machine and says nothing. */
static void read_image_state(ow_guest *guest)
{
        char text[64];
        ow_regkey key;

        if (guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Setup\\State", &key) &&
            guest_text(guest, key, "ImageState", text, sizeof text) &&
            guest_text_begins(text, "IMAGE_STATE_GENERALIZE"))
                guest->state.sysprep_generalized = true;
}

static bool has_value(ow_guest *guest, ow_regkey key, const char *name)
{
        OW_AUTO_BLOB blob = { 0 };
        uint32_t type;

        return guest_blob(guest, key, name, &type, &blob) && blob.size > 2;     /* more than an empty string */
}

static void read_pending(ow_guest *guest)
{
        ow_guest_state *state = &guest->state;
        ow_regkey key;

        if (guest_ccs_key(guest, "Control\\Session Manager", &key))
                state->pending_renames = has_value(guest, key, "PendingFileRenameOperations") ||
                                         has_value(guest, key, "PendingFileRenameOperations2");
        state->pending_cbs = guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
                                              "Component Based Servicing\\RebootPending", &key);
        state->pending_update = guest_key(guest, "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\"
                                                 "WindowsUpdate\\Auto Update\\RebootRequired", &key);
        if (guest_ccs_key(guest, "Control\\Session Manager\\Power", &key))
                state->fast_startup = flag(guest, key, "HiberbootEnabled");
}

static void read_volume(ow_guest *guest)
{
        ow_error err = OW_ERROR_INIT;
        ow_volume_info info;

        if (ow_volume_info_get(guest->machine->volumes[guest->volume].volume, &info, &err) < 0) {
                guest_note_error(guest, &err, "state of the system volume");
                return;
        }
        guest->state.hibernated = info.hibernated;
        guest->state.volume_dirty = info.dirty;
        guest->state.unclean_journal = info.unclean_journal;
}

void guest_load_state(ow_guest *guest)
{
        read_setup(guest);
        read_image_state(guest);
        read_pending(guest);
        read_volume(guest);
}
