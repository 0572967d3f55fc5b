/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: services, drivers, software of other vendors, boot storage. */
#include "commands-table.h"

#define CHOOSING (OPTION_START | OPTION_SERVICE_TYPE | OPTION_VENDOR | OPTION_MISSING | OPTION_NON_MICROSOFT | \
                  OPTION_NETWORK | OPTION_DETAILS | OPTION_CONTROL_SET)

const struct command services_commands[] = {
        {
                .name = "boot storage",
                .operands = "DISK...",
                .summary = "say on which controllers Windows finds its disk",
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
                .summary = "bring drivers from a folder into Windows",
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
        {
                .name = "vendor list",
                .operands = "DISK...",
                .summary = "list vendor software, and how it was recognised",
                .about = "Looks for every vendor pack (docs/fixes.md): services, drivers, filters, Run values, "
                         "scheduled tasks, uninstall entries, folders and registry keys of server agents, guest "
                         "tools, backup, antivirus and multipath software. Reads only. A pack of which fewer signs "
                         "were seen than it asks for is only possible. With --all also what is not installed, and "
                         "what was looked for.",
                .examples = "offwin vendor list server.vhdx\n"
                            "offwin vendor list --all --json server.vhdx\n",
                .options = MACHINE | OPTION_FIX_DIR | OPTION_ALL,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_vendor_list,
        },
        {
                .name = "vendor disable",
                .operands = "DISK... NAME...",
                .summary = "keep vendor software from starting",
                .about = "NAME is a vendor pack (offwin vendor list); every other operand is a DISK. Services and "
                         "drivers of the pack are disabled; names in filter lists, Run values and scheduled tasks go. "
                         "It lasts: settle leaves it, `offwin undo` takes it back, and the ledger in the guest keeps "
                         "how each service started. With --uninstall the commands that uninstall the product are kept "
                         "in the guest for the first boot. --force acts on a pack that is only possible, and past the "
                         "guards of boot drivers.",
                .examples = "offwin vendor disable --dry-run server.vhdx hp-support-pack\n"
                            "offwin vendor disable server.vhdx vmware-tools\n",
                .options = MACHINE | CHANGING | OPTION_FIX_DIR | OPTION_CHECK | OPTION_FORCE | OPTION_UNINSTALL,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 256,
                .run = run_vendor_disable,
        },
        {
                .name = "vendor remove",
                .operands = "DISK... NAME...",
                .summary = "take vendor software out of an installation",
                .about = "As vendor disable, and services, uninstall entries and registry keys go. "
                         "Drivers of storage, network and boot, and whatever a filter list names, are only disabled. "
                         "With --files the product's folders go too; never a folder of Windows or of several vendors. "
                         "With --uninstall the uninstall entries stay, so that the kept commands can work.",
                .examples = "offwin vendor remove --dry-run server.vhdx hp-support-pack\n"
                            "offwin vendor remove --files server.vhdx virtualbox-guest-additions\n",
                .options = MACHINE | CHANGING | OPTION_FIX_DIR | OPTION_CHECK | OPTION_FORCE | OPTION_UNINSTALL |
                           OPTION_FILES,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 256,
                .run = run_vendor_remove,
        },
        {
                .name = "svc set",
                .operands = "DISK NAME...",
                .summary = "set how services start",
                .about = "NAME is the name of the key of the service. Every control set that the next boot may "
                         "use is changed; the ledger inside the guest keeps how it was. What this machine needs "
                         "is refused: critical boot drivers, the way to its disks, safe mode, filters; --force "
                         "gets past that.",
                .examples = "offwin svc set server.vhdx Spooler --start delayed\n",
                .options = TARGETED | OPTION_START | OPTION_FORCE,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 256,
                .run = run_service_set,
        },
        {
                .name = "svc disable",
                .operands = "DISK NAME...",
                .summary = "disable services",
                .about = "As set --start disabled. A driver that filter lists name is refused; with --force it "
                         "leaves the lists first. What Windows does not come up without is refused, too; see "
                         "offwin-svc-set(1).",
                .examples = "offwin svc disable --dry-run server.vhdx Spooler\n",
                .options = TARGETED | OPTION_FORCE,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 256,
                .run = run_service_disable,
        },
        {
                .name = "svc enable",
                .operands = "DISK NAME...",
                .summary = "give disabled services the start back that they had",
                .about = "The start comes from the ledger inside the guest, which keeps what set and disable "
                         "replaced; a filter goes back where it stood in its lists. A service that something "
                         "else disabled needs set.",
                .examples = "offwin svc enable server.vhdx Spooler\n",
                .options = TARGETED,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 256,
                .run = run_service_enable,
        },
        {
                .name = "svc park",
                .operands = "DISK [NAME...]",
                .summary = "hold back services that wait for the network",
                .about = "Automatic services that need the network, and without which Windows comes up, start on"
                         " demand, and their triggers are stilled. The ledger keeps what was: `offwin settle` or"
                         " `svc unpark` give it back. --verbose lists what is left and why. With NAMEs, just "
                         "those.",
                .examples = "offwin svc park --dry-run --verbose server.vhdx\n"
                            "offwin svc park server.vhdx CqMgHost\n",
                .options = TARGETED | OPTION_FORCE,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 256,
                .run = run_svc_park,
        },
        {
                .name = "svc unpark",
                .operands = "DISK [NAME...]",
                .summary = "give back what was parked",
                .about = "All of it, or just the services named. `offwin settle` gives back everything that was "
                         "temporary.",
                .examples = "offwin svc unpark server.vhdx\n",
                .options = TARGETED,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 256,
                .run = run_svc_unpark,
        },
        {
                .name = "drv set",
                .operands = "DISK NAME...",
                .summary = "set how drivers start",
                .about = "NAME is the name of the key of the service. Every control set that the next boot may "
                         "use is changed; the ledger inside the guest keeps how it was. What this machine needs "
                         "is refused: critical boot drivers, the way to its disks, safe mode, filters; --force "
                         "gets past that.",
                .examples = "offwin drv set server.vhdx cpqteammp --start demand\n",
                .options = TARGETED | OPTION_START | OPTION_FORCE,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 256,
                .run = run_service_set,
        },
        {
                .name = "drv disable",
                .operands = "DISK NAME...",
                .summary = "disable drivers",
                .about = "As set --start disabled. A driver that filter lists name is refused; with --force it "
                         "leaves the lists first. What Windows does not come up without is refused, too; see "
                         "offwin-svc-set(1).",
                .examples = "offwin drv disable --dry-run server.vhdx cpqteammp\n",
                .options = TARGETED | OPTION_FORCE,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 256,
                .run = run_service_disable,
        },
        {
                .name = "drv enable",
                .operands = "DISK NAME...",
                .summary = "give disabled drivers the start back that they had",
                .about = "The start comes from the ledger inside the guest, which keeps what set and disable "
                         "replaced; a filter goes back where it stood in its lists. A service that something "
                         "else disabled needs set.",
                .examples = "offwin drv enable server.vhdx cpqteammp\n",
                .options = TARGETED,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 256,
                .run = run_service_enable,
        },
};
const size_t n_services_commands = sizeof services_commands / sizeof services_commands[0];
