/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Entries of the table of commands, which includes this file in itself: network and devices, as they are looked at. */
        {
                .name = "net show",
                .operands = "DISK [ADAPTER]",
                .summary = "show network adapters, addresses and routes",
                .about = "Adapters that were there when Windows last ran come first, then ghosts, then persistent "
                         "routes, with the words of ipconfig /all. ADAPTER is a connection name, MAC, IP address, GUID "
                         "or class number, or auto: the one with the default gateway; it is shown with everything.",
                .examples = "offwin net show server.vhdx\n"
                            "offwin net show server.vhdx 'Local Area Connection 2'\n",
                .options = MACHINE | OPTION_DISK | OPTION_EVERYTHING,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_net_show,
        },
        {
                .name = "net winsock",
                .operands = "DISK",
                .summary = "show Winsock providers that are not Windows' own",
                .about = "Layered providers (LSP) and those whose library neither Windows nor a hypervisor's tools "
                         "bring, of 32-bit and of 64-bit programs. --verbose shows all providers.",
                .examples = "offwin net winsock server.vhdx\n",
                .options = MACHINE | OPTION_DISK,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 1,
                .run = run_net_winsock,
        },
        {
                .name = "net nla",
                .operands = "DISK",
                .summary = "show remembered networks and Internet probes",
                .about = "Which networks Windows knows, by which gateway it knows them again, what becomes of one that "
                         "it does not know, and how it probes the Internet.",
                .examples = "offwin net nla server.vhdx\n",
                .options = MACHINE | OPTION_DISK,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 1,
                .run = run_net_nla,
        },
        {
                .name = "dev list",
                .operands = "DISK [PATTERN]",
                .summary = "list devices, and which of them are ghosts",
                .about = "PATTERN is looked for in instance, hardware ids and description; with * or ? in it, it has "
                         "to fit all of one of them.",
                .examples = "offwin dev list --ghosts server.vhdx\n"
                            "offwin dev list --class Net server.vhdx\n"
                            "offwin dev list server.vhdx 'PCI\\VEN_8086*'\n",
                .options = MACHINE | OPTION_DISK | OPTION_CLASS | OPTION_BUS | OPTION_DRIVER | OPTION_GHOSTS,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 2,
                .run = run_dev_list,
        },
        {
                .name = "dev show",
                .operands = "DISK PATTERN",
                .summary = "show everything that is known of a device",
                .about = "PATTERN is looked for as by dev list.",
                .examples = "offwin dev show server.vhdx 'PCI\\VEN_8086&DEV_100F*'\n",
                .options = MACHINE | OPTION_DISK | OPTION_CLASS | OPTION_BUS | OPTION_DRIVER | OPTION_GHOSTS,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 2,
                .run = run_dev_show,
        },
