/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: files of the guest. */
#include "commands-table.h"

const struct command file_commands[] = {
        {
                .name = "file ls",
                .operands = "DISK [PATH]",
                .summary = "list a folder of the guest, or its drives",
                .about = "PATH is a Windows path with the guest's own drive letters. The letters in front are: folder, "
                         "archive, read-only, hidden, system, compressed, link.",
                .examples = "offwin file ls server.vhdx\n"
                            "offwin file ls server.vhdx 'C:\\Windows\\System32\\drivers'\n",
                .options = MACHINE | OPTION_DISK,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
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
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 2,
                .run = run_file_cat,
        },
        {
                .name = "file get",
                .operands = "DISK PATH... TO",
                .summary = "copy files of the guest out to this host",
                .about = "TO is a folder of this host, or (for one PATH) the new name. -r copies folders with all "
                         "that is in them. What is there already is kept, unless -y. What cannot be copied out of "
                         "a folder (a link, a file that Windows compresses or encrypts) is told, the rest is "
                         "copied, and the exit code is 1.",
                .examples = "offwin file get server.vhdx 'C:\\Windows\\setupact.log' .\n"
                            "offwin file get -r server.vhdx 'C:\\Windows\\System32\\winevt\\Logs' evidence/\n",
                .options = MACHINE | OPTION_DISK | OPTION_TREE | OPTION_YES,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 3,
                .max_operands = 4096,
                .run = run_file_get,
        },
        {
                .name = "file put",
                .operands = "DISK FILE... PATH",
                .summary = "copy files of this host into the guest",
                .about = "PATH is a folder of the guest, or (for one FILE) the new name; one that ends in \\ is a "
                         "folder. Folders that are missing are made. -r copies folders with all that is in them. A "
                         "file that is there is replaced and keeps its attributes and permissions; a new one has "
                         "the permissions of its folder. `offwin undo` takes it all back.",
                .examples = "offwin file put server.vhdx netkvm.sys 'C:\\Windows\\System32\\drivers'\n"
                            "offwin file put -n -r server.vhdx virtio 'C:\\Drivers\\'\n",
                .options = MACHINE | OPTION_DISK | OPTION_TREE | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 3,
                .max_operands = 4096,
                .run = run_file_put,
        },
        {
                .name = "file rm",
                .operands = "DISK PATH...",
                .summary = "remove files of the guest",
                .about = "-r removes folders with all that is in them; of a link in them, only the link. Registry "
                         "hives and what Windows does not start without are refused. `offwin undo` takes it all "
                         "back.",
                .examples = "offwin file rm server.vhdx 'C:\\pagefile.sys'\n"
                            "offwin file rm -n -r server.vhdx 'C:\\Program Files\\HP'\n",
                .options = MACHINE | OPTION_DISK | OPTION_TREE | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 4096,
                .run = run_file_rm,
        },
        {
                .name = "file mkdir",
                .operands = "DISK PATH...",
                .summary = "make folders in the guest",
                .about = "Missing folders above them are made too; one that is there is no error.",
                .examples = "offwin file mkdir server.vhdx 'C:\\Drivers\\virtio'\n",
                .options = MACHINE | OPTION_DISK | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 4096,
                .run = run_file_mkdir,
        },
};
const size_t n_file_commands = sizeof file_commands / sizeof file_commands[0];
