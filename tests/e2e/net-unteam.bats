#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The HP team of the demo machine taken apart: by fix --all with its address handed over, and by hand without.

load common

PORT1='{D2C1A3B4-6B0F-4C47-9A35-3E0B6C2F1A01}'
PORT2='{3B7E9C52-0D44-4E6A-8F21-5C1D7B3E2A02}'
TEAM='{7A5D10C6-92E8-4B31-B6FD-0E4F8A9C3B03}'
OLD='{91E4F7D8-55B2-4A0C-8C6E-B2A1D0F94C04}'

# foreign KEY NAME: how a reader that is not ours prints the value; lists as lines.
foreign() {
        hivexget "$BATS_TEST_TMPDIR/SYSTEM" "ControlSet001\\$1" "$2" | grep .
}

@test "fix --all hands the team's address over and takes the team apart; undo gives every byte back" {
        command -v hivexget reglookup >/dev/null || skip "no hivexget, reglookup"
        machine dl380g7
        before=$(sum "$image")

        offwin fix --all "$image" --nic 52:54:00:12:34:56=LAN-Team --json
        expect 0
        json '[.changes[] | select(.fix == "network-unteam")] | length > 20' true
        "$OFFWIN" reg check "$image" >/dev/null
        "$OFFWIN" file cat "$image" 'C:\Windows\System32\config\SYSTEM' >"$BATS_TEST_TMPDIR/SYSTEM"
        [ "$(foreign 'Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}\0007\Linkage' UpperBind | tr '\n' ' ')" = \
                "Ndisuio RasPppoe rspndr lltdio Tcpip Tcpip6 " ]
        [ "$(foreign 'Services\Tcpip\Linkage' Bind | tr '\n' ' ')" = \
                "\\Device\\$PORT1 \\Device\\$PORT2 \\Device\\$OLD \\Device\\NdisWanIp " ]
        [ "$(foreign 'Services\NetBT\Linkage' Export | head -n 1)" = "\\Device\\NetBT_Tcpip_$PORT1" ]
        [ "$(foreign 'Services\cpqteam' Start)" = 4 ]
        [ "$(foreign 'Services\cpqteam\Linkage' Export)" = '\Device\cpqteam' ]
        [ "$(foreign 'Enum\CQ_CPQTEAMMP\MP\0000' ConfigFlags)" = 1 ]
        # no list of bindings names the team any more; the other reader agrees
        reglookup -p /ControlSet001/services "$BATS_TEST_TMPDIR/SYSTEM" >"$BATS_TEST_TMPDIR/all" 2>/dev/null
        grep -q "Linkage/Route,MULTI_SZ,.*$PORT2" "$BATS_TEST_TMPDIR/all"
        if grep 'Linkage/\(Bind\|Export\|Route\),' "$BATS_TEST_TMPDIR/all" | grep -q "$TEAM"; then return 1; fi

        offwin net unteam "$image" --check --quiet
        expect 0
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]

        # an address is not lost by accident
        offwin net unteam "$image"
        expect 4
        one_line "--drop-address"
        offwin net unteam "$image" 'Local Area Connection' --drop-address
        expect 2
        one_line "is no team"
        offwin fix --all "$image" --nic "52:54:00:12:34:56=Local Area Connection 3" --dry-run
        expect 0
        has "team 'LAN-Team' stays"
        offwin net unteam "$image" LAN-Team --drop-address --check --quiet
        expect 3
        [ "$(sum "$image")" = "$before" ]
}
