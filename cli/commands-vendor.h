/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rows of commands.c: software of other vendors. Included there, inside the table, and nowhere else. */
        {
                .name = "vendor list",
                .operands = "DISK...",
                .summary = "list vendor software that is installed, and how it was recognised",
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
                         "drivers of the pack are disabled, names in filter lists and Run values go. It lasts: settle "
                         "leaves it, `offwin undo` takes it back, and the ledger in the guest keeps how each service "
                         "started. With --uninstall the commands that uninstall the product are kept in the guest for "
                         "the first boot. --force acts on a pack that is only possible, and past the guards of boot "
                         "drivers.",
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
                .about = "As vendor disable, and services, scheduled tasks, uninstall entries and registry keys go. "
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
