/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: the registry. */
#include "commands-table.h"

const struct command reg_commands[] = {
        {
                .name = "reg ls",
                .operands = "DISK|HIVE [PATH]",
                .summary = "list a registry key: its values and subkeys",
                .about = "HIVE is a registry hive as a file by itself, as NTUSER.DAT; it is told from a DISK by its "
                         "content, and the logs beside it are read with it. PATH is written as in Windows: "
                         "HKLM\\SYSTEM\\..., HKU\\<SID or user>\\..., HKCU\\... (every profile); in a HIVE it may "
                         "also begin at its root.",
                .examples = "offwin reg ls server.vhdx 'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion'\n"
                            "offwin reg ls -l NTUSER.DAT 'Software\\Microsoft'\n"
                            "offwin reg ls -R server.vhdx 'HKLM\\SYSTEM\\CurrentControlSet\\Services\\Tcpip'\n",
                .options = TARGET | OPTION_PREFIX | OPTION_RECURSIVE | OPTION_LONG,
                .flags = COMMAND_READS | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_reg_ls,
        },
        {
                .name = "reg get",
                .operands = "DISK|HIVE PATH [NAME]",
                .summary = "print one registry value, or all values of a key",
                .about = "With NAME only the data is printed: strings as they are, one per line, numbers in decimal, "
                         "anything else in hex; --raw gives the bytes exactly as stored. @ is the default value.",
                .examples = "offwin reg get server.vhdx 'HKLM\\SYSTEM\\Select' Current\n"
                            "offwin reg get SYSTEM 'CurrentControlSet\\Control\\CrashControl' AutoReboot\n",
                .options = TARGET | OPTION_PREFIX | OPTION_RAW,
                .flags = COMMAND_READS | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 3,
                .run = run_reg_get,
        },
        {
                .name = "reg set",
                .operands = "DISK|HIVE PATH [NAME TYPE DATA...]",
                .summary = "set one registry value, or make a key",
                .about = "TYPE is sz, expand_sz, multi_sz (one DATA per string), dword, dword_big_endian, qword, "
                         "link, binary, none, or any number (hex digits). Numbers are decimal or 0x. Missing keys are "
                         "made. CurrentControlSet stands for every control set that the next boot may use, HKCU for "
                         "every profile. @ is the default value. The change is shown, journalled and read back; "
                         "`offwin undo` takes it back.",
                .examples = "offwin reg set server.vhdx 'HKLM\\SOFTWARE\\Vendor\\Agent' Enabled dword 0\n"
                            "offwin reg set -n NTUSER.DAT 'Control Panel\\Desktop' Wallpaper sz ''\n"
                            "offwin reg set SOFTWARE 'Vendor\\Paths' @ multi_sz 'C:\\One' 'C:\\Two'\n",
                .options = TARGET | OPTION_PREFIX | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 4096,
                .run = run_reg_set,
        },
        {
                .name = "reg rm",
                .operands = "DISK|HIVE PATH [NAME]",
                .summary = "remove a registry value or key",
                .about = "With NAME that value, @ being the default value; without it the key, which with -r may have "
                         "subkeys. Everything that goes is shown first.",
                .examples = "offwin reg rm server.vhdx 'HKCU\\Software\\Vendor\\Agent' Updater\n"
                            "offwin reg rm -r SOFTWARE 'Vendor'\n",
                .options = TARGET | OPTION_PREFIX | CHANGING | OPTION_TREE,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 3,
                .run = run_reg_rm,
        },
        {
                .name = "reg mv",
                .operands = "DISK|HIVE FROM TO",
                .summary = "rename a key, or move it with all below it",
                .about = "Values, classes, permissions and times go with it, also into another hive of the same "
                         "Windows. TO is the key's new path and must not be there. Paths through CurrentControlSet "
                         "mean every control set that the next boot may use.",
                .examples = "offwin reg mv SOFTWARE 'Vendor\\Old name' 'Vendor\\New name'\n",
                .options = TARGET | OPTION_PREFIX | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 3,
                .max_operands = 3,
                .run = run_reg_mv,
        },
        {
                .name = "reg cp",
                .operands = "DISK|HIVE FROM TO [OTHER]",
                .summary = "copy a key with all below it",
                .about = "Values, classes, permissions and times are copied too. TO is the path of the copy and must "
                         "not be there; through CurrentControlSet it is a path in every control set that the next "
                         "boot may use. With OTHER, a disk or a hive file, FROM is a key of that.",
                .examples = "offwin reg cp pc.vhdx 'HKLM\\SYSTEM\\ControlSet001' 'HKLM\\SYSTEM\\ControlSet003'\n"
                            "offwin reg cp NTUSER.DAT 'Software\\Tool' 'Software\\Tool' old/NTUSER.DAT\n",
                .options = TARGET | OPTION_PREFIX | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_OTHER | COMMAND_BOUNDED,
                .min_operands = 3,
                .max_operands = 4,
                .run = run_reg_cp,
        },
        {
                .name = "reg find",
                .operands = "DISK|HIVE [PATH] [PATTERN]",
                .summary = "search keys and values by name, data and type",
                .about = "Finds PATTERN anywhere in names and data, whatever the case; PATTERN may be left out with "
                         "--type. Numbers are looked at in decimal and hex, binary as hex digits and as the text it "
                         "may hold. Without PATH all of it is searched. The exit code is 1 when nothing was found.",
                .examples = "offwin reg find server.vhdx 'HKLM\\SYSTEM\\CurrentControlSet\\Services' hpteam\n"
                            "offwin reg find --data -E SOFTWARE '^10\\.[0-9]+'\n"
                            "offwin reg find --type multi_sz SYSTEM\n",
                .options = TARGET | OPTION_PREFIX | OPTION_KEYS | OPTION_NAMES | OPTION_DATA | OPTION_TYPE |
                           OPTION_REGEX | OPTION_CASE | OPTION_WHOLE | OPTION_MAX,
                .flags = COMMAND_READS | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 3,
                .run = run_reg_find,
        },
        {
                .name = "reg export",
                .operands = "DISK|HIVE [PATH]",
                .summary = "write a key and all below it as a .reg file",
                .about = "The text is what regedit writes: UTF-16LE with a byte order mark, or UTF-8 with --utf8. A "
                         "HIVE is shown where Windows has it, which its name tells, or --prefix.",
                .examples = "offwin reg export server.vhdx 'HKLM\\SOFTWARE\\Vendor' -o vendor.reg\n"
                            "offwin reg export --utf8 NTUSER.DAT | grep -i wallpaper\n",
                .options = TARGET | OPTION_PREFIX | OPTION_OUTPUT | OPTION_UTF8 | OPTION_SKIP_DAMAGED | OPTION_YES,
                .flags = COMMAND_READS | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_reg_export,
        },
        {
                .name = "reg import",
                .operands = "DISK|HIVE FILE...",
                .summary = "apply .reg files: all of them, or nothing",
                .about = "Reads UTF-16LE, UTF-8 and REGEDIT4 text (--codepage for one that is neither); - is standard "
                         "input. A bad line stops the import with its number, and nothing is written. The exact "
                         "changes are shown first, unless the text is larger than 1 MiB: --dry-run and --verbose show "
                         "them even so.",
                .examples = "offwin reg import -n server.vhdx vendor.reg\n"
                            "offwin reg import NTUSER.DAT desktop.reg\n"
                            "offwin reg import --prefix 'HKLM\\OFFLINE' SOFTWARE from-winpe.reg\n",
                .options = TARGET | OPTION_PREFIX | CHANGING | OPTION_CODEPAGE,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 4096,
                .run = run_reg_import,
        },
        {
                .name = "reg diff",
                .operands = "DISK|HIVE DISK|HIVE|FILE [PATH]",
                .summary = "compare two registries, or one with a .reg file",
                .about = "The exit code is 3 when they differ. With a .reg FILE: what its import would change. With -o "
                         "the difference is written as a .reg file that makes the first equal to the second.",
                .examples = "offwin reg diff SYSTEM.before SYSTEM\n"
                            "offwin reg diff before.vhdx after.vhdx 'HKLM\\SYSTEM\\ControlSet001\\Services'\n"
                            "offwin reg diff server.vhdx wanted.reg || echo not as wanted\n",
                .options = TARGET | OPTION_PREFIX | OPTION_OUTPUT | OPTION_UTF8 | OPTION_CODEPAGE | OPTION_YES,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 3,
                .run = run_reg_diff,
        },
        {
                .name = "reg info",
                .operands = "DISK|HIVE [PATH]",
                .summary = "say what hives are: version, state, sizes",
                .about = "All hives of a DISK, or the one that PATH lies in.",
                .examples = "offwin reg info NTUSER.DAT\n"
                            "offwin reg info server.vhdx 'HKLM\\SOFTWARE'\n",
                .options = TARGET | OPTION_PREFIX,
                .flags = COMMAND_READS | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_reg_info,
        },
        {
                .name = "reg check",
                .operands = "DISK|HIVE [PATH]",
                .summary = "check hives against every rule of the format",
                .about = "Each fault is shown with its offset in the file and its key. --repair mends what has one "
                         "right answer (counts, hashes, hints, reference counts, free space) and says what it left. "
                         "The exit code is 3 when there are faults, or some are left.",
                .examples = "offwin reg check server.vhdx\n"
                            "offwin reg check --repair --dry-run SYSTEM\n",
                .options = TARGET | OPTION_PREFIX | CHANGING | OPTION_REPAIR,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_reg_check,
        },
        {
                .name = "reg recover",
                .operands = "DISK|HIVE [PATH]",
                .summary = "write into hives what their logs still hold",
                .about = "Windows does it at the next boot. Other commands read such hives as if it were done. The "
                         "exit code is 3 when a hive of a DISK was not closed and no log completes it, for a "
                         "HIVE 4.",
                .examples = "offwin reg recover --dry-run server.vhdx\n"
                            "offwin reg recover NTUSER.DAT\n",
                .options = TARGET | OPTION_PREFIX | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_reg_recover,
        },
        {
                .name = "reg compact",
                .operands = "DISK|HIVE [PATH]",
                .summary = "rewrite hives without gaps, in key order",
                .about = "Nothing is lost: keys, values, classes, permissions and times are compared before anything "
                         "is written. A hive that would not become smaller is left alone. With -o the compacted hive "
                         "goes to a new file.",
                .examples = "offwin reg compact server.vhdx 'HKLM\\SOFTWARE'\n"
                            "offwin reg compact -o SMALL NTUSER.DAT\n",
                .options = TARGET | OPTION_PREFIX | CHANGING | OPTION_OUTPUT,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_reg_compact,
        },
        {
                .name = "reg new",
                .operands = "HIVE [FILE...]",
                .summary = "make a hive file, empty or from .reg files",
                .about = "A file that is there already is left alone.",
                .examples = "offwin reg new NTUSER.DAT\n"
                            "offwin reg new --prefix 'HKLM\\SOFTWARE' SOFTWARE base.reg vendor.reg\n",
                .options = OPTION_PREFIX | OPTION_MINOR | OPTION_CODEPAGE,
                .flags = COMMAND_WRITES | COMMAND_HIVES,
                .min_operands = 1,
                .max_operands = 4096,
                .run = run_reg_new,
        },
};
const size_t n_reg_commands = sizeof reg_commands / sizeof reg_commands[0];
