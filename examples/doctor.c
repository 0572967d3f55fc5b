/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Opens a disk image and prints what will hurt the first boot of the Windows in it. Writes nothing.
 *
 *   doctor server.qcow2 /usr/share/offwin/fixes
 *
 * Build: cc doctor.c $(pkg-config --cflags --libs offwin)
 *        pkg-config --variable=fixesdir offwin names the folder with the fixes.
 */
#include <stdio.h>

#include <offwin/fix.h>
#include <offwin/guest.h>
#include <offwin/machine.h>

static int print_findings(ow_guest *guest, const ow_fix_set *fixes, ow_error *err)
{
        const ow_windows *windows = ow_guest_windows(guest);
        ow_diagnosis diagnosis;
        int r = ow_diagnose(guest, fixes, NULL, 0, &diagnosis, err);

        if (r < 0)
                return r;
        printf("%s: %s\n", windows->computer_name, windows->name);
        for (size_t i = 0; i < diagnosis.n_findings; i++) {
                const ow_finding *finding = &diagnosis.findings[i];

                if (finding->status == OW_FIX_NEEDED)
                        printf("  %-32s %s\n", finding->id, finding->title);
        }
        printf("Modelled delay of the first boot: %u s, %u s with all fixes\n", diagnosis.before_s, diagnosis.after_s);
        ow_diagnosis_done(&diagnosis);
        return 0;
}

/* A machine may hold several installations; each is a guest. */
static int examine(ow_machine *machine, const ow_fix_set *fixes, ow_error *err)
{
        for (size_t i = 0; i < ow_machine_guest_count(machine); i++) {
                ow_guest *guest;
                int r = ow_guest_open(machine, i, &guest, err);

                if (r < 0)
                        return r;
                r = print_findings(guest, fixes, err);
                ow_guest_close(guest);
                if (r < 0)
                        return r;
        }
        return 0;
}

int main(int argc, char **argv)
{
        ow_error err = OW_ERROR_INIT;
        ow_machine *machine = NULL;
        ow_fix_set *fixes = NULL;
        const char *image, *folder;
        int r;

        if (argc != 3) {
                fprintf(stderr, "usage: doctor IMAGE FOLDER-WITH-FIXES\n");
                return 2;
        }
        image = argv[1];
        folder = argv[2];
        r = ow_fix_set_load(&folder, 1, &fixes, &err);
        if (r >= 0)
                r = ow_machine_open(&image, 1, NULL, &machine, &err);
        if (r >= 0)
                r = examine(machine, fixes, &err);
        if (r < 0)
                fprintf(stderr, "doctor: %s (%s)\n", err.text, ow_error_name(err.code));
        ow_machine_close(machine);      /* NULL is fine for both */
        ow_fix_set_free(fixes);
        return r < 0;
}
