/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of the table of commands, which includes this file in itself: how services and drivers start. */
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
