#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Addresses set, taken away and handed over on whole images: what foreign readers then see, sound hives, and the way back.

load common

TCPIP='ControlSet001\Services\Tcpip\Parameters'
NSI4='ControlSet001\Control\Nsi\{eb004a00-9b1a-11d4-9123-0050047759bc}'
FIRST='{698E50A9-4F58-4D86-B61D-F42E58DCACF6}'
SECOND='{6AAFC9A9-0542-4DB2-8760-CCFFA953737C}'
ZEROS=000000000000000000000000000000000000000000000000

# faults: what our check says of the hives of $image; "" for sound ones.
faults() {
        "$OFFWIN" reg check "$image" | grep '^  ! ' || true
}

# system_hive FAULTS: the SYSTEM hive of $image in $hive, with no faults but those that were there before.
system_hive() {
        [ "$(faults)" = "$1" ]
        hive=$BATS_TEST_TMPDIR/SYSTEM
        "$OFFWIN" file cat "$image" "${2:-C:\\Windows}\\System32\\config\\SYSTEM" >"$hive"
        [ "$(reglookup -p /Select "$hive" 2>&1 | grep -c Current)" -ge 1 ]
}

# foreign KEY NAME: how hivexget prints the value.
foreign() {
        hivexget "$hive" "$1" "$2"
}

# gone KEY NAME: neither foreign reader has the value.
gone() {
        if hivexget "$hive" "$1" "$2" >/dev/null 2>&1; then return 1; fi
        if reglookup -p "/${1//\\//}" "$hive" 2>/dev/null | grep -qF "/${2//,/%2C},"; then return 1; fi
}

# way_back BEFORE: undo gives every byte back.
way_back() {
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$1" ]
}

@test "windows 7: a static card set anew, in the registry and in the network store" {
        command -v hivexget reglookup >/dev/null || skip "no hivexget, reglookup"
        machine real-win7-vmware
        before=$(sum "$image") faulty=$(faults)

        offwin net set "$image" 10.3.58.5 --address 10.3.58.77/24 --dns 10.3.58.4,10.3.58.6 --check --quiet
        expect 3
        offwin net set "$image" 10.3.58.5 --address 10.3.58.77/24 --dns 10.3.58.4,10.3.58.6 --dry-run
        expect 0
        has "address 10.3.58.77/24  offline"
        [ "$(sum "$image")" = "$before" ]

        offwin net set "$image" 10.3.58.5 --address 10.3.58.77/24 --dns 10.3.58.4,10.3.58.6 --json
        expect 0
        json '.settings | map(select(.name == "address")) | .[0].effect' offline
        json .outcome applied
        system_hive "$faulty"
        [ "$(foreign "$TCPIP\\Interfaces\\$FIRST" IPAddress)" = 10.3.58.77 ]
        [ "$(foreign "$TCPIP\\Interfaces\\$FIRST" NameServer)" = 10.3.58.4,10.3.58.6 ]
        gone "$NSI4\\10" 00000007000006000a033a0500000000
        reglookup -p "/${NSI4//\\//}/10" "$hive" | grep -qF /00000007000006000a033a4d00000000,BINARY
        reglookup -p "/${NSI4//\\//}/10" "$hive" | grep -qF /0000000600000600c0a8017b00000000,BINARY
        offwin net set "$image" 10.3.58.77 --address 10.3.58.77/24 --dns 10.3.58.4,10.3.58.6
        expect 0
        has "Nothing to change."
        way_back "$before"
}

@test "windows 7: a ghost stripped loses exactly its own" {
        command -v hivexget reglookup >/dev/null || skip "no hivexget, reglookup"
        machine real-win7-vmware
        before=$(sum "$image") faulty=$(faults)

        offwin net clean "$image" --adapter 192.168.1.123 --json
        expect 0
        json '.changes | length' 9
        system_hive "$faulty"
        gone "$TCPIP\\Interfaces\\$SECOND" IPAddress
        gone "$TCPIP\\Interfaces\\$SECOND" DefaultGateway
        [ "$(foreign "$TCPIP\\Interfaces\\$FIRST" IPAddress)" = 10.3.58.5 ]
        gone "$NSI4\\10" 0000000600000600c0a8017b00000000
        gone "$NSI4\\16" "${ZEROS}00000006000006000000000600000600c0a8010100000000"
        gone "$TCPIP\\PersistentRoutes" 0.0.0.0,0.0.0.0,192.168.1.1,-1
        foreign "$TCPIP\\PersistentRoutes" 0.0.0.0,0.0.0.0,10.3.58.1,-1
        way_back "$before"
}

@test "a team's address goes to the card of the virtual machine, with all fixes, and back" {
        machine dl380g7
        before=$(sum "$image") faulty=$(faults)

        offwin fix --all "$image" --nic 52:54:00:12:34:56=LAN-Team --re-ip 10.20.30.0/24=10.9.8.0/24
        expect 0
        has "address 10.9.8.41/24"
        offwin file cat "$image" 'C:\Windows\offwin\network.json'
        expect 0
        json '.adapters[0].mac' 52:54:00:12:34:56
        json '.adapters[0].name' LAN-Team
        json '.adapters[0].addresses[0]' 10.9.8.41/24
        json '.adapters[0].gateways[0]' 10.9.8.1
        json '.adapters[0].dns | join(",")' 10.9.8.10,10.9.8.11
        json '.adapters[0].wins[0]' 10.9.8.12
        system_hive "$faulty"
        [ "$(foreign "$TCPIP\\Interfaces\\{7A5D10C6-92E8-4B31-B6FD-0E4F8A9C3B03}" EnableDHCP | tail -1)" != 0 ]
        gone "$TCPIP\\Interfaces\\{7A5D10C6-92E8-4B31-B6FD-0E4F8A9C3B03}" IPAddress
        way_back "$before"

        # A member stands for its team.
        offwin net handover "$image" --nic 52:54:00:12:34:56=00:1b:78:a3:c4:20 --dry-run --json
        expect 0
        json '.settings | map(select(.name == "address")) | .[0].value' 10.20.30.41/24
}

@test "windows 10: the logs are kept in mind, and the first boot gets what is not certain" {
        machine real-win10-laptop
        before=$(sum "$image") faulty=$(faults)

        offwin net set "$image" Ethernet --address 10.0.0.5/24,fd00::5/64 --gateway 10.0.0.1 --metric 7 --json
        expect 0
        json '[.settings[] | select(.name == "address") | .effect] | join(",")' "both,first boot"
        offwin file cat "$image" 'C:\Windows\offwin\network.json'
        json '.adapters[0].addresses | join(",")' 10.0.0.5/24,fd00::5/64
        system_hive "$faulty"
        way_back "$before"
}

@test "windows xp and nt 4: the service key keeps step; NT 4 is stripped and never written" {
        machine real-xp-virtualpc
        before=$(sum "$image") faulty=$(faults)
        offwin net set "$image" '{02E6ECEC-3B8D-4DB3-AD37-051418F262D0}' --address 10.0.0.5/8 --gateway 10.0.0.1
        expect 0
        system_hive "$faulty" 'C:\WINDOWS'
        [ "$(foreign 'ControlSet001\Services\{02E6ECEC-3B8D-4DB3-AD37-051418F262D0}\Parameters\Tcpip' IPAddress)" = 10.0.0.5 ]
        offwin net clean "$image" --adapter 10.0.0.5
        expect 0
        system_hive "$faulty" 'C:\WINDOWS'
        [ "$(foreign 'ControlSet001\Services\{02E6ECEC-3B8D-4DB3-AD37-051418F262D0}\Parameters\Tcpip' IPAddress)" = 0.0.0.0 ]
        offwin undo "$image"
        expect 0
        way_back "$before"

        machine real-nt4-server
        before=$(sum "$image") faulty=$(faults)
        offwin net set "$image" 'AMD PCNET PCI Ethernet Adapter' --address 10.0.0.5/8
        [ "$status" -ne 0 ]
        [ "$(sum "$image")" = "$before" ]
}

@test "what cannot work is one line, and nothing is written" {
        machine real-win7-vmware
        before=$(sum "$image") faulty=$(faults)

        refused() {
                local want=$1 code=$2
                shift 2
                offwin "$@"
                expect "$code"
                one_line "$want"
        }
        refused "outside the networks" 2 net set "$image" "$FIRST" --gateway 10.4.0.1
        refused "broadcast address of its network" 2 net set "$image" "$FIRST" --address 10.3.58.255/24
        refused "already belongs to" 2 net set "$image" "$SECOND" --address 10.3.58.5/24 --gateway none
        refused "ADDRESS/PREFIX" 2 net set "$image" "$FIRST" --address ten/24
        refused "it is one or the other" 2 net set "$image" "$FIRST" --dhcp --address 10.3.58.9/24
        refused "given twice" 2 net set "$image" "$FIRST" --dns 10.3.58.4,10.3.58.4
        refused "no adapter is called 'Nobody'" 1 net set "$image" Nobody --dhcp
        refused "no adapter is called 'Nobody'" 1 net clean "$image" --adapter Nobody
        refused "what is to be set" 2 net set "$image" "$FIRST"
        refused "which card" 2 net handover "$image"
        refused "is no MAC of a card" 2 net handover "$image" --nic LAN
        refused "give --nic too" 2 fix --all "$image" --re-ip 10.0.0.0/24=10.1.0.0/24
        refused "mixes IPv4 and IPv6" 2 fix --all "$image" --nic 52:54:00:12:34:56 --re-ip 10.0.0.0/24=fd00::/64
        refused "does not fit" 2 net handover "$image" --nic 52:54:00:12:34:56 --re-ip 10.3.58.0/24=10.9.8.0/30
        refused "two cards would take the identity" 2 net handover "$image" --nic 52:54:00:12:34:56 \
                --nic 52:54:00:12:34:57=10.3.58.5
        [ "$(sum "$image")" = "$before" ]
}
