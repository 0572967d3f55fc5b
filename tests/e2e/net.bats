#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offwin net show|winsock|nla and dev list|show: what is looked at, and never written.

load common

@test "net show: a team, its members, a card that was taken out, routes" {
        machine dl380g7
        before=$(sum "$image")
        offwin net show --json "$image"
        expect 0
        json '.report' network
        json '.adapters[] | select(.name == "LAN-Team") | .kind + " " + .team' "team HP Network Configuration Utility"
        json '[.adapters[] | select(.name == "LAN-Team") | .members[]] | length' 2
        json '.adapters[] | select(.name == "LAN-Team") | .ipv4.addresses[0]' 10.20.30.41/24
        json '.adapters[] | select(.name == "LAN-Team") | .ipv4.store_differs' false
        json '.adapters[] | select(.name == "LAN-Team") | .wins[0]' 10.20.30.12
        json '[.routes[] | select(.destination == "0.0.0.0/0")] | length' 2
        json '.routes[] | select(.destination == "10.99.0.0/16") | .metric' 1
        json '.search_list[0]' corp.example
        [ "$(sum "$image")" = "$before" ]
}

@test "net show ADAPTER: by name, MAC, address, auto; none and several are errors" {
        machine dl380g7
        for what in LAN-Team 10.20.30.41 auto '{7a5d10c6-92e8-4b31-b6fd-0e4f8a9c3b03}' 0011 00-1b-78-a3-c4-1e; do
                offwin net show "$image" "$what"
                expect 0
                has 'LAN-Team  (team, static'
                has 'Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}\0011'
        done
        offwin net show "$image" nobody
        expect 1
        one_line "no adapter is called 'nobody'"
        offwin net show "$image" 'HP NC382i DP Multifunction Gigabit Server Adapter'
        expect 2
        one_line 'means several adapters'
}

@test "net show --all: hidden adapters, settings and places too" {
        machine dl380g7
        offwin net show "$image"
        expect 0
        [[ $output != *ISATAP* ]]
        has '--all shows them'
        offwin net show --all "$image"
        expect 0
        has 'Microsoft ISATAP Adapter'
        has 'Driver settings'
        has 'Stored rows'
}

@test "net show: NT 4, where a card is a service" {
        machine real-nt4-server
        offwin net show "$image"
        expect 0
        has 'AMD PCNET PCI Ethernet Adapter'
        offwin net show --json "$image"
        json '.old_layout' true
        json '.adapters[0].service' AMDPCN1
        offwin net tune "$image"
        expect 0
        has 'Windows NT 4 has no standard settings'
        offwin net tune "$image" --safe
        expect 1
        one_line 'Windows NT 4'
}

@test "net winsock and nla" {
        machine dl380g7
        offwin net winsock "$image"
        expect 0
        offwin net winsock --json "$image"
        json '.report' winsock
        offwin net nla "$image"
        expect 0
        has 'corp.example (domain, of a domain)'
        has 'known by gateway 00:00:0c:07:ac:1e'
        has 'EnableActiveProbing'
        offwin net nla --json "$image"
        json '.profiles | length' 2
        json '.signatures[] | select(.managed) | .gateway_mac' 00:00:0c:07:ac:1e
}

@test "net firewall: rules for programs that are gone, and a card that was taken out" {
        machine real-win7-vmware
        offwin net firewall "$image"
        expect 0
        has '323 rules, 124 of them active'
        has 'Skype.exe: not there'
        [[ $output != *FirewallAPI* ]]
        offwin net firewall -v "$image"
        has '@FirewallAPI.dll'
        offwin net firewall --json "$image"
        json '.report' firewall
        json '[.rules[] | select(.left_over)] | length' 12
        json '.profiles | map(.name) | join(" ")' 'Domain Private Public'
        rules='HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules'
        offwin reg set "$image" "$rules" mine sz \
                'v2.10|Action=Allow|Active=TRUE|Dir=In|IF={99999999-0000-0000-0000-000000000000}|Name=Backup|'
        expect 0
        offwin net firewall "$image"
        has 'only on {99999999-0000-0000-0000-000000000000}: gone'
        offwin doctor "$image"
        has "inbound permission 'Backup'"
        has 'To do: offwin net firewall'
}

@test "net nla: categories set for good, harm refused, and undo gives every byte back" {
        machine dl380g7
        before=$(sum "$image")
        offwin net nla "$image" --category Network=private --unidentified private --check --quiet
        expect 3
        offwin net nla "$image" --expect-dc on
        expect 4
        one_line 'without a time limit'
        offwin net nla "$image" --category corp.example=public
        expect 4
        one_line 'of a domain'
        offwin net nla "$image" --active-probe off
        expect 2
        one_line 'offwin fix ncsi-active-off'
        offwin net nla "$image" --check
        expect 2
        [ "$(sum "$image")" = "$before" ]
        offwin net nla "$image" --category Network=private --unidentified private --dc-retry 0 --json
        expect 0
        json '.outcome' applied
        json '[.changes[] | select(.name == "Category")] | length' 2
        offwin net nla "$image"
        has 'Network (private)'
        has 'Unidentified        private'
        offwin reg check "$image" --quiet
        expect 0
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "dev list and show" {
        machine dl380g7
        offwin dev list "$image"
        expect 0
        has 'Smart Array P410i Controller'
        offwin dev list --class net --service l2nd --json "$image"
        expect 0
        json '.devices | length' 2
        json '.devices[0].bus' B06BDRV
        offwin dev list --ghosts "$image"
        expect 0
        has '0 devices'
        offwin dev show "$image" 'PCI\VEN_103C&DEV_323A*'
        expect 0
        has 'Service         HpCISSs2'
        has 'PCI bus 5, device 0, function 0'
        offwin dev show "$image" 'no such thing'
        expect 1
        one_line "no device fits 'no such thing'"
}

@test "dev list: ghosts of a laptop" {
        machine real-win10-laptop
        offwin dev list --ghosts --json "$image"
        expect 0
        json '[.devices[] | select(.presence != "ghost")] | length' 0
        json '[.devices[] | select(.confidence == "high")] | length > 0' true
}
