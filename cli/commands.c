/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "commands.h"

#include <string.h>

#define EVERY   (OPTION_HELP | OPTION_JSON | OPTION_QUIET | OPTION_VERBOSE | OPTION_NO_COLOUR)
#define MACHINE (OPTION_JOURNAL_DIR | OPTION_ROOT | OPTION_ACCEPT_DIRTY | OPTION_ALLOW_OUTSIDE)
#define TARGET  (MACHINE | OPTION_DISK) /* a DISK or a hive file */
#define WRITING (OPTION_DRY_RUN | OPTION_YES)
#define CHOOSING (OPTION_START | OPTION_SERVICE_TYPE | OPTION_VENDOR | OPTION_MISSING | OPTION_NON_MICROSOFT | \
                  OPTION_NETWORK | OPTION_DETAILS | OPTION_CONTROL_SET)
#define CHANGING (WRITING | OPTION_DISCARD_HIBERNATION)
#define TARGETED (MACHINE | CHANGING | OPTION_CHECK | OPTION_DISK)

const struct command commands[] = {
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
                .name = "boot storage",
                .operands = "DISK...",
                .summary = "say on which controllers Windows finds its disk; make one ready",
                .about = "Without --target it reads only, and says for each controller which drivers it needs and what "
                         "keeps them from starting: their service, StartOverride, file, and entry in the database of "
                         "boot devices. With --target those of this Windows' own drivers are made to start at boot. "
                         "NAME is one of: qemu-ide, qemu-ahci, virtio-blk, virtio-scsi, nvme, vmware-lsi, "
                         "vmware-lsisas, vmware-pvscsi, hyperv, xen. A driver that is not there is refused and named: "
                         "`offwin drv inject` brings it in.",
                .examples = "offwin boot storage server.vhdx\n"
                            "offwin boot storage --target qemu-ahci --dry-run server.vhdx\n",
                .options = MACHINE | CHANGING | OPTION_TARGET | OPTION_CHECK,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_boot_storage,
        },
        {
                .name = "drv inject",
                .operands = "DISK FOLDER",
                .summary = "bring drivers from a folder into Windows, those of disks for boot",
                .about = "FOLDER holds driver packages (INF, SYS, CAT): a virtio-win tree, what was on a CD, or one "
                         "driver. The INFs tell which are for this Windows and processor; of several INFs of one name "
                         "the nearest is taken, and --verbose says why. Packages go to Windows\\Drivers\\offwin, where "
                         "Plug and Play looks at the first boot; drivers of disk controllers also become boot drivers. "
                         "Links in FOLDER are not followed.",
                .examples = "offwin drv inject --dry-run server.vhdx /mnt/virtio-win\n"
                            "offwin drv inject server.vhdx ~/viostor && offwin boot storage server.vhdx\n",
                .options = MACHINE | CHANGING | OPTION_DISK | OPTION_CHECK,
                .flags = COMMAND_WRITES,
                .min_operands = 2,
                .max_operands = 2,
                .run = run_drv_inject,
        },
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
                         "binary or none (hex digits), link, or any number. Numbers are decimal or 0x. Missing keys are "
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
                         "Windows. TO is the key's new path and must not be there.",
                .examples = "offwin reg mv SOFTWARE 'Vendor\\Old name' 'Vendor\\New name'\n",
                .options = TARGET | OPTION_PREFIX | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 3,
                .max_operands = 3,
                .run = run_reg_mv,
        },
        {
                .name = "reg cp",
                .operands = "DISK|HIVE FROM TO",
                .summary = "copy a key with all below it",
                .about = "Values, classes, permissions and times are copied too. TO is the path of the copy and must "
                         "not be there.",
                .examples = "offwin reg cp pc.vhdx 'HKLM\\SYSTEM\\ControlSet001' 'HKLM\\SYSTEM\\ControlSet003'\n",
                .options = TARGET | OPTION_PREFIX | CHANGING,
                .flags = COMMAND_WRITES | COMMAND_HIVES | COMMAND_BOUNDED,
                .min_operands = 3,
                .max_operands = 3,
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
                         "exit code is 3 when a hive was not closed and no log completes it.",
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
        {
                .name = "net set",
                .operands = "DISK ADAPTER",
                .summary = "give a network adapter addresses, servers and routes",
                .about = "ADAPTER is a connection name, GUID, MAC or address (see `offwin inspect`). What is not named "
                         "stays as it is. IPv4 and IPv6 stand in the same lists; a list takes the place of the old "
                         "one of each family that it names, and `none` empties it. Written is everything that this "
                         "Windows version keeps, in every control set that the next boot may use; where it is not "
                         "certain that it takes a setting from there, the first boot gets it too, and the report "
                         "says so.",
                .examples = "offwin net set server.vhdx 'Local Area Connection 2' --dhcp\n"
                            "offwin net set server.vhdx LAN --address 10.0.0.5/24,fd00::5/64 \\\n"
                            "    --gateway 10.0.0.1 --dns 10.0.0.2,10.0.0.3 --suffix corp.example\n"
                            "offwin net set server.vhdx 10.3.58.5 --route 10.9.0.0/16=10.3.58.254\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_DISK | OPTION_ADDRESSING,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 2,
                .run = run_net_set,
        },
        {
                .name = "net clean",
                .operands = "DISK...",
                .summary = "take the addresses away from network adapters that are gone",
                .about = "Ghosts, adapters whose hardware was not there when Windows last ran, lose their static "
                         "addresses, servers and routes, so that no address is \"already assigned to another "
                         "adapter\". Routes that another adapter can use stay. With --adapter only those named, ghosts "
                         "or not: an address that nothing takes over is lost (see `offwin net handover`).",
                .examples = "offwin net clean --dry-run server.vhdx\n"
                            "offwin net clean --adapter 'Local Area Connection 3' server.vhdx\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_ADAPTER,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_net_clean,
        },
        {
                .name = "net handover",
                .operands = "DISK...",
                .summary = "hand an old adapter's whole identity to the new machine's card",
                .about = "--nic MAC=OLD: the card with this MAC gets name, addresses, servers and routes of adapter "
                         "OLD (connection name, MAC, GUID, address, or auto: the one with the default gateway, which "
                         "is also what --nic MAC means; `any` stands for whichever card comes next). A member of a team "
                         "stands for the team. A card that Windows knows already is set in the registry, for another "
                         "one the first boot does it; the old adapter loses its addresses in the same change. --re-ip "
                         "moves them into another network on the way, gateways and servers too.",
                .examples = "offwin net handover server.vhdx --nic 52:54:00:12:34:56\n"
                            "offwin net handover server.vhdx --nic 52:54:00:12:34:56=LAN-Team \\\n"
                            "    --re-ip 10.3.58.0/24=10.9.8.0/24\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_NIC | OPTION_RE_IP,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_net_handover,
        },
        {
                .name = "svc list",
                .operands = "DISK...",
                .summary = "list services: start, file, what waits for the network",
                .about = "The filters can be combined. The start shown is what happens at the next boot on this "
                         "hardware; a stored one that differs stands behind it. With -l the files themselves are "
                         "read: version, company, display names. --network parkable lists what a first boot "
                         "without network may hold back.",
                .examples = "offwin svc list server.vhdx\n"
                            "offwin svc list --start auto --non-microsoft server.vhdx\n"
                            "offwin svc list -l --vendor hewlett server.vhdx\n"
                            "offwin svc list --network parkable server.vhdx\n",
                .options = MACHINE | CHOOSING,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_services_list,
        },
        {
                .name = "svc show",
                .operands = "DISK... NAME",
                .summary = "show all of one service",
                .about = "Who depends on it, what starts it, what happens when it fails, safe mode, filter lists, its "
                         "file, and whether it waits for the network and why.",
                .examples = "offwin svc show server.vhdx LanmanWorkstation\n",
                .options = MACHINE | OPTION_CONTROL_SET,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 65,
                .run = run_services_show,
        },
        {
                .name = "svc graph",
                .operands = "DISK...",
                .summary = "show which service or driver needs which",
                .about = "Services and drivers, groups, circles and what is missing. --order shows the order in "
                         "which a boot loads them; --dot is for Graphviz.",
                .examples = "offwin svc graph server.vhdx\n"
                            "offwin svc graph --dot server.vhdx | dot -Tsvg >services.svg\n"
                            "offwin svc graph --order server.vhdx\n",
                .options = MACHINE | OPTION_DOT | OPTION_ORDER | OPTION_CONTROL_SET,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_services_graph,
        },
        {
                .name = "drv list",
                .operands = "DISK...",
                .summary = "list drivers: start and file",
                .about = "As `svc list`, for kernel and file system drivers.",
                .examples = "offwin drv list --start boot server.vhdx\n"
                            "offwin drv list --missing server.vhdx\n",
                .options = MACHINE | CHOOSING,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_services_list,
        },
        {
                .name = "drv show",
                .operands = "DISK... NAME",
                .summary = "show all of one driver",
                .about = "As `svc show`; filter lists are those of device classes, devices and network adapters.",
                .examples = "offwin drv show server.vhdx partmgr\n",
                .options = MACHINE | OPTION_CONTROL_SET,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 65,
                .run = run_services_show,
        },
        {
                .name = "drv graph",
                .operands = "DISK...",
                .summary = "the same as `svc graph`",
                .about = "Services and drivers need each other, so it is one graph.",
                .examples = "offwin drv graph --order server.vhdx\n",
                .options = MACHINE | OPTION_DOT | OPTION_ORDER | OPTION_CONTROL_SET,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_services_graph,
        },
#include "commands-look.h"
#include "commands-vendor.h"
        {
                .name = "net export",
                .operands = "DISK...",
                .summary = "write a machine's addresses as a plan file, to be edited and given back",
                .about = "Reads only. YAML as in docs/plan.md, one entry for each adapter that carries addresses, and "
                         "the name of the machine, which keeps the file from being used on another one.",
                .examples = "offwin net export server.vhdx -o server.yaml\n"
                            "offwin fix server.vhdx --plan server.yaml --dry-run\n",
                .options = MACHINE | OPTION_OUTPUT,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_net_export,
        },
#include "commands-start.h"
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

option_set command_options(const struct command *command)
{
        return command->options | EVERY;
}
