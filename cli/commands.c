/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"

#include <string.h>

enum {
        EVERY = OPTION_HELP | OPTION_JSON | OPTION_QUIET | OPTION_VERBOSE | OPTION_NO_COLOUR,
        MACHINE = OPTION_JOURNAL_DIR | OPTION_ROOT | OPTION_ACCEPT_DIRTY | OPTION_ALLOW_OUTSIDE,
        WRITING = OPTION_DRY_RUN | OPTION_YES,
};

const struct command commands[] = {
        {
                .name = "inspect",
                .operands = "DISK...",
                .summary = "show what is in an image: Windows, drives, profiles, adapters",
                .about = "Reads only. Disks without Windows are shown too. Several DISKs are the disks of one machine.",
                .examples = "offwin inspect server.vhdx\n"
                            "offwin inspect --json disk0.img disk1.img\n",
                .options = MACHINE,
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
                .flags = COMMAND_READS | COMMAND_NEEDS_GUEST | COMMAND_BOUNDED,
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
                            "offwin fix server.vhdx ncsi-active-off\n",
                .options = MACHINE | WRITING | OPTION_FIX_DIR | OPTION_SET | OPTION_ALL | OPTION_LIST | OPTION_CHECK,
                .flags = COMMAND_WRITES | COMMAND_NEEDS_GUEST | COMMAND_BOUNDED,
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
                .options = OPTION_JOURNAL_DIR | OPTION_ALLOW_OUTSIDE | WRITING | OPTION_LIST,
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
                .options = MACHINE | WRITING | OPTION_CHECK,
                .flags = COMMAND_WRITES | COMMAND_NEEDS_GUEST | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_settle,
        },
        {
                .name = "reg ls",
                .operands = "DISK PATH",
                .summary = "list a registry key: its values and subkeys",
                .about = "PATH is written as in Windows: HKLM\\SYSTEM\\..., HKU\\<SID or user>\\..., HKCU\\... (every "
                         "profile).",
                .examples = "offwin reg ls server.vhdx 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion'\n"
                            "offwin reg ls -R server.vhdx 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip'\n",
                .options = MACHINE | OPTION_DISK | OPTION_RECURSIVE,
                .flags = COMMAND_READS | COMMAND_NEEDS_GUEST,
                .min_operands = 2,
                .max_operands = 2,
                .run = run_reg_ls,
        },
        {
                .name = "reg get",
                .operands = "DISK PATH [NAME]",
                .summary = "print one registry value, or all values of a key",
                .about = "With NAME only the data is printed: strings as they are, one per line, numbers in decimal, "
                         "anything else in hex; --raw gives the bytes exactly as stored. @ is the default value.",
                .examples = "offwin reg get server.vhdx 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion' "
                            "ProductName\n",
                .options = MACHINE | OPTION_DISK | OPTION_RAW,
                .flags = COMMAND_READS | COMMAND_NEEDS_GUEST,
                .min_operands = 2,
                .max_operands = 3,
                .run = run_reg_get,
        },
        {
                .name = "reg set",
                .operands = "DISK PATH NAME TYPE DATA...",
                .summary = "set one registry value",
                .about = "TYPE is sz, expand_sz, multi_sz (one DATA per string), dword, qword, binary (hex digits) or "
                         "none. Numbers are decimal or 0x. Missing keys are made. CurrentControlSet stands for every "
                         "control set that the next boot may use, HKCU for every profile. @ is the default value.",
                .examples = "offwin reg set server.vhdx 'HKLM\\SYSTEM\\CurrentControlSet\\Control\\CrashControl' "
                            "AutoReboot dword 0\n",
                .options = MACHINE | WRITING | OPTION_DISK,
                .flags = COMMAND_WRITES | COMMAND_NEEDS_GUEST,
                .min_operands = 4,
                .max_operands = 4096,
                .run = run_reg_set,
        },
        {
                .name = "file ls",
                .operands = "DISK [PATH]",
                .summary = "list a folder of the guest, or its drives",
                .about = "PATH is a Windows path with the guest's own drive letters. The letters in front are: folder, "
                         "archive, read-only, hidden, system, compressed, link.",
                .examples = "offwin file ls server.vhdx\n"
                            "offwin file ls server.vhdx 'C:\\Windows\\System32\\drivers'\n",
                .options = MACHINE | OPTION_DISK,
                .flags = COMMAND_READS | COMMAND_NEEDS_GUEST,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_file_ls,
        },
        {
                .name = "file cat",
                .operands = "DISK PATH",
                .summary = "write a file of the guest to standard output",
                .about = "The bytes as they are. With --json: in hex, for files up to 64 MiB.",
                .examples = "offwin file cat server.vhdx 'C:\\Windows\\setupact.log' | less\n",
                .options = MACHINE | OPTION_DISK,
                .flags = COMMAND_READS | COMMAND_NEEDS_GUEST,
                .min_operands = 2,
                .max_operands = 2,
                .run = run_file_cat,
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
const size_t n_commands = sizeof commands / sizeof commands[0];

const struct command *command_find(char *const *words, size_t n_words, size_t *ret_used)
{
        for (size_t i = 0; i < n_commands; i++) {
                const char *space = strchr(commands[i].name, ' ');
                size_t first = space ? (size_t)(space - commands[i].name) : strlen(commands[i].name);

                if (n_words < 1 || strlen(words[0]) != first || strncmp(words[0], commands[i].name, first) != 0)
                        continue;
                if (!space) {
                        *ret_used = 1;
                        return &commands[i];
                }
                if (n_words >= 2 && strcmp(words[1], space + 1) == 0) {
                        *ret_used = 2;
                        return &commands[i];
                }
        }
        return NULL;
}

unsigned command_options(const struct command *command)
{
        return command->options | EVERY;
}
