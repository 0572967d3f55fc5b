/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: the whole machine: what is wrong, fixing it, going back. */
#include "commands-table.h"

const struct command main_commands[] = {
        {
                .name = "inspect",
                .operands = "DISK...",
                .summary = "show what is in an image: Windows, drives, profiles, adapters",
                .about = "Reads only. Disks without Windows are shown too. Several DISKs are the disks of one machine.",
                .examples = "offwin inspect server.vhdx\n"
                            "offwin inspect --full server.vhdx\n"
                            "offwin inspect --json disk0.img disk1.img\n",
                .options = MACHINE | OPTION_FULL,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_inspect,
        },
        {
                .name = "doctor",
                .operands = "DISK...",
                .summary = "say what will hurt the first boot, why, and the modelled delay",
                .about = "Reads only. The delays are a model computed from the settings found, not a measurement; "
                         "see offwin-doctor(1). With --check the exit code is 3 when `fix --all` would change "
                         "something.",
                .examples = "offwin doctor server.vhdx\n"
                            "offwin doctor --html report.html server.vhdx\n"
                            "offwin doctor --check --quiet server.vhdx || echo not ready\n",
                .options = MACHINE | OPTION_FIX_DIR | OPTION_SET | OPTION_HTML | OPTION_CHECK,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_doctor,
        },
        {
                .name = "fix",
                .operands = "DISK... [FIX...]",
                .summary = "apply fixes, and show exactly what changes",
                .about = "An operand that is the name of a known fix is that fix; every other one is a DISK (a disk "
                         "file with a fix's name is written ./NAME). --all takes every fix that is safe for any "
                         "machine; fixes named beside it are added. The changes are shown first; on a terminal you "
                         "are asked, in a script they are made at once. All of them reach the image or none does, "
                         "and `offwin undo` takes them back.",
                .examples = "offwin fix --list\n"
                            "offwin fix --all --dry-run server.vhdx\n"
                            "offwin fix --all --yes server.vhdx\n"
                            "offwin fix --all server.vhdx --nic 52:54:00:12:34:56=LAN-Team\n"
                            "offwin fix server.vhdx --plan server.yaml\n"
                            "offwin fix server.vhdx ncsi-active-off\n",
                .options = MACHINE | CHANGING | OPTION_FIX_DIR | OPTION_SET | OPTION_ALL | OPTION_LIST | OPTION_CHECK |
                           OPTION_NIC | OPTION_RE_IP | OPTION_PLAN,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 0,
                .max_operands = 256,
                .run = run_fix,
        },
        {
                .name = "undo",
                .operands = "DISK...",
                .summary = "put back what the last change to the image replaced",
                .about = "Refused when the image was changed by anything else since, for example because the machine "
                         "was started. Give the same DISKs as for the change.",
                .examples = "offwin undo --list server.vhdx\n"
                            "offwin undo server.vhdx\n",
                .options = OPTION_JOURNAL_DIR | OPTION_ALLOW_OUTSIDE | WRITING | OPTION_LIST | OPTION_FORGET,
                .flags = COMMAND_WRITES,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_undo,
        },
        {
                .name = "settle",
                .operands = "DISK...",
                .summary = "give back what was only changed for the first boot",
                .about = "Some fixes are temporary: what they replaced is kept in the guest's own ledger. A setting "
                         "that somebody changed since is left alone and named.",
                .examples = "offwin settle --dry-run server.vhdx\n",
                .options = MACHINE | CHANGING | OPTION_CHECK,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_settle,
        },
        {
                .name = "version",
                .operands = "",
                .summary = "print the version",
                .about = "",
                .examples = "",
                .run = run_version,
        },
};
const size_t n_main_commands = sizeof main_commands / sizeof main_commands[0];
