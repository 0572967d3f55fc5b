/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commands: network and devices. */
#include "commands-table.h"

const struct command net_commands[] = {
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
                .summary = "take addresses from adapters that are gone, or remove them",
                .about = "Ghosts, adapters whose hardware was not there when Windows last ran, lose their static "
                         "addresses, servers and routes, so that no address is \"already assigned to another "
                         "adapter\". Routes that another adapter can use stay. With --adapter only those named, ghosts "
                         "or not: an address that nothing takes over is lost (see `offwin net handover`).\n\n"
                         "--remove takes the whole adapter out, as `offwin dev rm` does: device, driver settings, name, "
                         "bindings. The hive of a Windows that was shut down cleanly does not tell what was there; "
                         "--not-in qemu (hyperv, virtualbox, vmware, xen) goes by the machine to come instead, --force "
                         "takes the named adapters as they are.",
                .examples = "offwin net clean --dry-run server.vhdx\n"
                            "offwin net clean --adapter 'Local Area Connection 3' server.vhdx\n"
                            "offwin net clean --remove --not-in qemu server.vhdx\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_ADAPTER | OPTION_REMOVE | OPTION_NOT_IN |
                           OPTION_FORCE | OPTION_FIX_DIR,
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
                .name = "net tune",
                .operands = "DISK [ADAPTER...]",
                .summary = "show and set what the drivers of network cards do",
                .about = "Speed, large frames, offloads, queues, a hardware address set by hand: what each card has, "
                         "what its driver offers, and what --safe would make of it. NAME is a setting as the driver calls it "
                         "(*JumboPacket) or a word: speed, jumbo, checksum, lso, rsc, rss, vmq, sr-iov, "
                         "interrupt-moderation, flow-control, vlan, mac, ...; VALUE a number, a word (off, on, auto, "
                         "default), or what the driver calls it. Only what the driver has or declares is written, in "
                         "every control set that the next boot may use; a card reads it when it starts. Without ADAPTER "
                         "(see net show): every card that is not a ghost. --force: also what the driver does "
                         "not declare. --tcp: task-offload, chimney, rss, netdma, autotuning, heuristics, ecn; what "
                         "this Windows does not read from the registry is left for the first boot, as a command. "
                         "For the first boot alone, `offwin fix tcp-offload-off` turns offloads off and settle gives "
                         "them back.",
                .examples = "offwin net tune server.vhdx\n"
                            "offwin net tune server.vhdx --safe --dry-run\n"
                            "offwin net tune server.vhdx LAN --set jumbo=9014 --set '*RSS=off'\n"
                            "offwin net tune server.vhdx --set speed=auto --set mac=none\n"
                            "offwin net tune server.vhdx --tcp task-offload=off\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_DISK | OPTION_TUNE | OPTION_SAFE | OPTION_TCP |
                           OPTION_FORCE,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_net_tune,
        },
        {
                .name = "net unteam",
                .operands = "DISK [TEAM]...",
                .summary = "take teams of network cards apart",
                .about = "Cards in a team (HP NCU, Broadcom BASP, Intel ANS, Windows 2012 and newer) are bound to its "
                         "protocol instead of TCP/IP. Each gets what the team was bound to, in every list that names "
                         "the team; then the team's protocol and adapter are taken out, and drivers of its software "
                         "that no team is left for are disabled. TEAM is named as for net show; all teams without. "
                         "The team's addresses must be taken care of: by net handover before, by --nic here, or given "
                         "up with --drop-address. Refused when it cannot be told which cards belong to which team.",
                .examples = "offwin net unteam server.vhdx --nic 52:54:00:12:34:56=LAN-Team\n"
                            "offwin net unteam server.vhdx LAN-Team --drop-address --dry-run\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_DISK | OPTION_NIC | OPTION_RE_IP |
                           OPTION_DROP_ADDRESS,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_net_unteam,
        },
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
                .name = "net firewall",
                .operands = "DISK",
                .summary = "show firewall rules for what is gone",
                .about = "Profiles, and active rules of Windows Firewall whose program is not on its volume, or that "
                         "are limited to network adapters of which none is left: such a rule does not let the new "
                         "card through. Rules of Group Policy are among them. --verbose shows all rules. Nothing is "
                         "written; reg rm takes a rule out.",
                .examples = "offwin net firewall server.vhdx\n",
                .options = MACHINE | OPTION_DISK,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 1,
                .run = run_net_firewall,
        },
        {
                .name = "net reset",
                .operands = "DISK...",
                .summary = "set what was tuned in TCP/IP back to Windows' defaults",
                .about = "Documented values of Tcpip\\Parameters that somebody set: time limits, retries, windows, "
                         "path MTU, dead gateways, ARP, automatic addresses. --dry-run lists them. Addresses, servers, routes "
                         "and names stay, unlike with `netsh int ip reset`, which loses static addresses. Offloads and "
                         "queues: net tune. --interfaces: also MTU, TcpAckFrequency, TCPNoDelay and TcpWindowSize of "
                         "each adapter.",
                .examples = "offwin net reset server.vhdx --dry-run\n"
                            "offwin net reset server.vhdx --interfaces\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_INTERFACES,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_net_reset,
        },
        {
                .name = "net winsock repair",
                .operands = "DISK [NAME...]",
                .summary = "take out Winsock providers that do not work",
                .about = "Layered providers (LSP) of virus scanners, proxies and filters stand between programs and "
                         "the network; when the library of one is gone, no program has a network. Those go out of the "
                         "catalogues of 32-bit and 64-bit programs, with every chain through them; a provider whose "
                         "library is there only when NAME (its name or its library, also with *) or --all says so. "
                         "Windows' own stay, in their order. --namespace: the catalogue of name providers too. "
                         "`netsh winsock reset`, which makes a new catalogue, runs in a running Windows only: --reset "
                         "lays it down for the first boot.",
                .examples = "offwin net winsock repair server.vhdx --dry-run\n"
                            "offwin net winsock repair server.vhdx 'nslsp*' --namespace\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_DISK | OPTION_PROVIDERS | OPTION_NAMESPACE |
                           OPTION_RESET,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 64,
                .run = run_net_winsock_repair,
        },
        {
                .name = "net nla",
                .operands = "DISK",
                .summary = "show and set how networks are judged: category, probes, domain",
                .about = "Without options: which networks Windows knows, by which gateway it knows them again, what "
                         "becomes of one that it does not know, and how it probes the Internet. The options change that "
                         "for good, in every control set that the next boot may use. For the first boot alone there are "
                         "fixes, which settle gives back: unidentified-networks-private, ncsi-active-off, "
                         "nla-expect-dc-off, network-prompt-off. The category of a domain's network is decided by a "
                         "domain controller at each connection, and refused here; so is --expect-dc on, with which a "
                         "boot without a domain controller does not end. SECONDS may be `default`.",
                .examples = "offwin net nla server.vhdx\n"
                            "offwin net nla server.vhdx --unidentified private\n"
                            "offwin net nla server.vhdx --category 'Network 2=private' --dns-retry 0 --dc-retry 0\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_DISK | OPTION_NLA,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
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
                .options = MACHINE | OPTION_DISK | OPTION_CLASS | OPTION_BUS | OPTION_DRIVER |
                           OPTION_DEVICE_VENDOR | OPTION_GHOSTS,
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
                .options = MACHINE | OPTION_DISK | OPTION_CLASS | OPTION_BUS | OPTION_DRIVER |
                           OPTION_DEVICE_VENDOR | OPTION_GHOSTS,
                .flags = COMMAND_READS | COMMAND_BOUNDED,
                .min_operands = 2,
                .max_operands = 2,
                .run = run_dev_show,
        },
        {
                .name = "dev rm",
                .operands = "DISK [PATTERN...]",
                .summary = "remove devices that are gone",
                .about = "Takes ghosts out of the registry with every key and list that names them; a network card "
                         "with its addresses, its name and its bindings. PATTERN is looked for as by dev list; without "
                         "one, the options say which: `--ghosts` alone means all.\n\n"
                         "A device that was there, or of which nothing tells, stays. --not-in NAME takes those that a "
                         "virtual machine of that kind (hyperv, qemu, virtualbox, vmware, xen) cannot have, whatever "
                         "the registry says of them; --force takes what was named. What software makes, and what lies "
                         "between Windows and its disk, always stays. The last network card goes with --force only.",
                .examples = "offwin dev rm --ghosts --dry-run server.vhdx\n"
                            "offwin dev rm --not-in qemu server.vhdx\n"
                            "offwin dev rm server.vhdx --class Net --vendor VEN_14E4\n"
                            "offwin dev rm server.vhdx 'USB\\VID_03F0*'\n",
                .options = MACHINE | CHANGING | OPTION_CHECK | OPTION_DISK | OPTION_CLASS | OPTION_BUS |
                           OPTION_DRIVER | OPTION_DEVICE_VENDOR | OPTION_GHOSTS | OPTION_NOT_IN | OPTION_FORCE |
                           OPTION_FIX_DIR,
                .flags = COMMAND_WRITES | COMMAND_BOUNDED,
                .min_operands = 1,
                .max_operands = 256,
                .run = run_dev_rm,
        },
        {
                .name = "net export",
                .operands = "DISK...",
                .summary = "write the addresses as a plan file, to edit and give back",
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
};
const size_t n_net_commands = sizeof net_commands / sizeof net_commands[0];
