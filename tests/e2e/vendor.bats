#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Vendor software on whole machines: exactly what a recipe installed, nothing on a clean one, both ways to be rid of it.

load common

# installed NAMES: just these packs are present on $image, and none is possible.
installed() {
        offwin vendor list --json "$image"
        expect 0
        json '[.packs[] | select(.state == "present") | .name] | join(" ")' "$1"
        json '[.packs[] | select(.state == "possible") | .name] | join(" ")' "${2:-}"
}

@test "each machine has just what its recipe installed" {
        machine dl380g7
        installed "backup-exec-agent hp-network-teaming hp-support-pack"
        machine s2019
        installed "dell-openmanage"
        machine vmware
        installed "acronis symantec-endpoint vmware-tools"
}

@test "nothing on a clean machine" {
        local name
        for name in w7 w10 xp dc; do
                machine $name
                installed ""
        done
}

@test "real machines: the tools of the hypervisor that each ran on, and a virus scanner" {
        machine real-win7-vmware
        installed "mcafee vmware-tools"
        machine real-win81-virtualbox
        installed "virtualbox-guest-additions"
        machine real-xp-virtualpc
        installed "virtual-pc-additions"
        machine real-win10-laptop
        installed ""
        machine real-nt4-server
        installed ""
}

@test "list says how each was recognised, and with --all what was looked for" {
        machine dl380g7
        offwin vendor list "$image"
        expect 0
        has "HP Insight Foundation Agents; auto"
        has "part of \`fix --all\`"
        [ "$(wc -L <"$BATS_TEST_TMPDIR/stdout")" -le 80 ]
        offwin vendor list --all --json "$image"
        json '[.packs[] | select(.name == "emc-powerpath")][0].state' absent
        json '[.packs[] | select(.name == "hp-support-pack")][0].looked_for | index("[Service CIMnotify]")' 0
        json '[.packs[] | select(.name == "hp-support-pack")][0].signs[] | select(.name == "HpCISSs2") | .kept' true
        json '[.packs[].signs[] | select(.name == "HP ProLiant Integrated Management Log Viewer")][0].uninstall' \
                'msiexec.exe /x {914EDEAA-8D6F-4F9B-C271-E6FBAC1D3808} /qn /norestart REBOOT=ReallySuppress'
}

@test "disable: shown, checked, done, seen by a foreign reader, done already, undone" {
        machine vmware
        local before
        before=$(sum "$image")
        offwin vendor disable --dry-run "$image" acronis
        expect 0
        has "Nothing was written: this was a dry run."
        offwin vendor disable --check --quiet "$image" acronis
        expect 3
        [ "$(sum "$image")" = "$before" ]

        offwin vendor disable "$image" acronis vmware-tools
        expect 0
        has "written and read back"
        if command -v hivexget >/dev/null; then
                offwin file cat "$image" 'C:\Windows\System32\config\SYSTEM'
                cp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/SYSTEM"
                [ "$(hivexget "$BATS_TEST_TMPDIR/SYSTEM" 'ControlSet001\Services\snapman380' Start)" = 4 ]
                [ "$(hivexget "$BATS_TEST_TMPDIR/SYSTEM" 'ControlSet001\Services\VMTools' Start)" = 4 ]
                [ "$(hivexget "$BATS_TEST_TMPDIR/SYSTEM" 'ControlSet001\Services\pvscsi' Start)" = 0 ]
                ! hivexget "$BATS_TEST_TMPDIR/SYSTEM" \
                        'ControlSet001\Control\Class\{4D36E967-E325-11CE-BFC1-08002BE10318}' | grep -i 'tdrpman\|timounter'
        fi
        offwin vendor disable "$image" acronis vmware-tools
        expect 0
        has "Nothing to change."
        installed "acronis symantec-endpoint vmware-tools"

        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "enable gives back what disabling a pack stopped, until nothing differs" {
        machine dl380g7
        local system='C:\Windows\System32\config\SYSTEM' services=() drivers=()
        "$OFFWIN" file cat "$image" "$system" >"$BATS_TEST_TMPDIR/before"
        offwin vendor disable --yes --json "$image" hp-support-pack
        expect 0
        jq -r '.changes[] | select(.fix != null) | .where' <<<"$output" |
                sed -n 's/.*\\Services\\\([^\]*\).*/\1/p' | sort -u >"$BATS_TEST_TMPDIR/names"
        "$OFFWIN" drv list --json "$image" | jq -r '.. | objects | select(has("start")) | .name' | sort \
                >"$BATS_TEST_TMPDIR/drivers"
        mapfile -t drivers < <(comm -12 "$BATS_TEST_TMPDIR/names" "$BATS_TEST_TMPDIR/drivers")
        mapfile -t services < <(comm -23 "$BATS_TEST_TMPDIR/names" "$BATS_TEST_TMPDIR/drivers")
        [ "${#services[@]}" -gt 5 ] && [ "${#drivers[@]}" -gt 2 ]
        offwin svc enable --yes "$image" "${services[@]}"
        expect 0
        offwin drv enable --yes "$image" "${drivers[@]}"
        expect 0
        "$OFFWIN" file cat "$image" "$system" >"$BATS_TEST_TMPDIR/after"
        offwin reg diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
        expect 0
        offwin reg ls "$image" 'HKLM\SOFTWARE\offwin'
        expect 1
}

@test "remove: registry and files, but no storage driver and no folder of Windows" {
        machine dl380g7
        local before
        offwin vendor disable "$image" hp-network-teaming
        expect 4
        one_line "net unteam"
        offwin net unteam "$image" --drop-address --quiet
        expect 0
        before=$(sum "$image")
        offwin vendor remove --files "$image" hp-support-pack hp-network-teaming
        expect 0
        has "written and read back"
        offwin vendor list --json "$image"
        json '[.packs[] | select(.name == "hp-support-pack")][0].signs | map(.name) | index("HpCISSs2") != null' true
        json '[.packs[] | select(.name == "hp-support-pack")][0].signs | map(.kind) | index("service")' null
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\HpCISSs2' Start
        has 0
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\cpqteam' Start
        has 4
        offwin file ls "$image" 'C:\hp\hpsmh'
        expect 1
        offwin file ls "$image" 'C:\Windows\System32\CpqMgmt'
        expect 1
        offwin file ls "$image" 'C:\cpqsystem'
        expect 0
        offwin file ls "$image" 'C:\Windows\System32\config'
        expect 0
        offwin undo "$image"
        [ "$(sum "$image")" = "$before" ]
}

@test "uninstall commands are valid JSON in the guest, of every pack asked for" {
        machine vmware
        offwin vendor disable --uninstall --quiet "$image" vmware-tools
        expect 0
        offwin vendor disable --uninstall --quiet "$image" symantec-endpoint
        expect 0
        offwin file cat "$image" 'C:\Windows\offwin\uninstall.json'
        expect 0
        json 'map(.pack) | join(" ")' "vmware-tools symantec-endpoint"
        json '.[0].command' 'msiexec.exe /x {FE2F6A2C-196E-4210-9C04-2B1BC21F07EF} /qn /norestart REBOOT=ReallySuppress'
        json '.[0].quiet' true
}

@test "what is refused, and how a wrong name is told" {
        machine s2019
        offwin vendor disable "$image" hp-support-pack
        expect 0
        has "nothing of it is installed"
        offwin vendor disable "$image" lenovo-xclarity
        expect 4
        one_line "only reported"
        offwin vendor disable "$image" no-such-pack
        expect 2
        offwin vendor disable "$image"
        expect 2
        offwin vendor disable hp-support-pack
        expect 2
}

@test "fix --all disables agents of the old server and nothing else; doctor tells of each" {
        machine dl380g7
        offwin doctor --json "$image"
        json '[.findings[] | select(.id == "hp-support-pack")][0].status' needed
        json '[.findings[] | select(.id == "backup-exec-agent")][0].in_all' false
        offwin fix --all --quiet "$image"
        expect 0
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\CqMgHost' Start
        has 4
        # Parked until settle, as every service that waits for the network, but not disabled.
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\BackupExecAgentAccelerator' Start
        has 3
        offwin settle --quiet "$image"
        expect 0
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\BackupExecAgentAccelerator' Start
        has 2
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\CqMgHost' Start
        has 4
}
