#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Services and drivers by hand: set, disable, enable, park, unpark, and what is refused.

load common

SERVICES='HKLM\SYSTEM\CurrentControlSet\Services'

# start NAME WANT: its Start in the guest.
start() {
        offwin reg get "$image" "$SERVICES\\$1" Start
        expect 0
        [ "$output" = "$2" ] || { echo "$1 starts with $output, not $2"; return 1; }
}

@test "disable and enable: as it was, and settle leaves what was asked for" {
        machine dl380g7
        before=$(sum "$image")
        offwin svc disable --dry-run "$image" CqMgHost
        expect 0
        has '+ "Start"=dword:00000004'
        has "What \`enable\` needs to know later"
        [ "$(sum "$image")" = "$before" ]
        offwin svc disable --check --quiet "$image" cqmghost
        expect 3
        offwin svc disable --yes "$image" cqmghost SysMgmtHp
        expect 0
        start CqMgHost 4
        offwin svc disable --check "$image" cqmghost SysMgmtHp
        expect 0
        offwin settle --yes "$image"
        expect 0
        has "Nothing to change."
        offwin svc enable --yes "$image" CqMgHost SysMgmtHp
        expect 0
        start CqMgHost 2
        offwin reg ls "$image" 'HKLM\SOFTWARE\offwin'
        expect 1
        offwin undo --yes "$image"
        expect 0
        offwin undo --yes "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "set: every word, as JSON too" {
        machine dl380g7
        for word in demand delayed auto; do
                offwin svc set --yes --json "$image" Spooler --start "$word"
                expect 0
        done
        start Spooler 2
        offwin svc set "$image" Spooler --start later
        expect 2
        one_line "allowed: boot, system, auto, delayed, demand, disabled"
        offwin svc set "$image" Spooler
        expect 2
        one_line "--start WORD"
        offwin svc set "$image" Spooler --start boot
        expect 2
        one_line "only drivers start that early"
        offwin svc set "$image" NoSuch --start demand
        expect 1
        one_line "no service or driver is called 'NoSuch'"
        offwin svc enable "$image" Spooler
        expect 0
        has "Nothing to change."
        offwin drv set "$image" Spooler --start demand
        expect 2
        one_line "\`offwin svc\` is for services"
        offwin svc disable "$image" Tcpip
        expect 2
        one_line "\`offwin drv\` is for drivers"
}

@test "what the machine needs is refused with its reason, and nothing is written" {
        machine dl380g7
        before=$(sum "$image")
        for name in disk partmgr Ntfs volmgr pci ACPI; do
                offwin drv disable --yes "$image" "$name"
                expect 4
                one_line "disabling '"
        done
        offwin svc disable --yes "$image" RpcSs
        expect 4
        one_line "does not come up without it; --force does it all the same"
        offwin svc disable --yes --force "$image" Dhcp
        expect 4
        one_line "with static addresses too"
        offwin drv set --yes "$image" partmgr --start demand
        expect 4
        one_line "a later start of 'partmgr' is refused"
        [ "$(sum "$image")" = "$before" ]
        offwin svc disable --dry-run --force "$image" RpcSs
        expect 0
}

@test "park and unpark: what is held back, what is left and why" {
        machine dl380g7
        before=$(sum "$image")
        offwin svc park --dry-run --verbose "$image"
        expect 0
        has "SysMgmtHp"
        has "Not done"
        has "NlaSvc: "
        offwin svc park --yes "$image"
        expect 0
        start SysMgmtHp 3
        start NlaSvc 2
        offwin svc park --check "$image"
        expect 0
        offwin fix --check "$image" park-network-services
        expect 0
        offwin doctor --json "$image"
        expect 0
        json '.findings[] | select(.id == "park-network-services") | .status' done
        offwin svc unpark --yes "$image" sysmgmthp
        expect 0
        start SysMgmtHp 2
        start cpqvcagent 3
        offwin svc unpark --yes "$image" sysmgmthp
        expect 1
        one_line "'sysmgmthp' is not parked"
        offwin svc unpark --yes "$image"
        expect 0
        start cpqvcagent 2
        offwin svc unpark --check "$image"
        expect 0
        offwin svc park --yes "$image" NlaSvc
        expect 4
        one_line "parking 'NlaSvc' is refused"
        for _ in 1 2 3; do
                offwin undo --yes "$image"
                expect 0
        done
        [ "$(sum "$image")" = "$before" ]
}

@test "parking takes its delay away from the forecast" {
        machine dl380g7
        offwin doctor --json "$image"
        expect 0
        json '.forecast.lines[] | select(.what | startswith("Services of other vendors")) | .before_s > .after_s' true
        offwin svc park --yes "$image"
        expect 0
        offwin doctor --json "$image"
        json '.forecast.lines[] | select(.what | startswith("Services of other vendors")) | .before_s == .after_s' true
}

@test "a domain controller keeps its roles, and hears what it needs instead" {
        machine dc
        offwin svc park --dry-run "$image"
        expect 0
        has "this is a domain controller"
        has "dsrepair"
        for name in NTDS DNS Netlogon Kdc; do
                start "$name" 2
                offwin svc park --yes "$image" "$name"
                expect 4
                one_line "parking '"
        done
        for name in DNS Kdc; do
                offwin svc disable --yes "$image" "$name"
                expect 4
                one_line "this is a domain controller"
                offwin svc set --start disabled --yes "$image" "$name"
                expect 4
        done
        offwin svc disable --force --dry-run "$image" DNS
        expect 0
        offwin svc park --yes "$image"
        expect 0
        for name in NTDS DNS Netlogon Kdc; do
                start "$name" 2
        done
}
