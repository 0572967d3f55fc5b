#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices removed on whole images: what foreign readers then still find of them, sound hives, and the way back.

load common

setup() {
        command -v reglookup >/dev/null || skip "no reglookup"
}

# remove ARGUMENTS...: offwin on $image, whose sum of before is in $before; its hives are sound then.
remove() {
        before=$(sum "$image")
        "$OFFWIN" "$@" >"$BATS_TEST_TMPDIR/removed"
        if "$OFFWIN" reg check "$image" | grep '^  ! '; then return 1; fi
        output=$(cat "$BATS_TEST_TMPDIR/removed")
}

# leftovers WORD... [-- ALLOWED...]: no key, name or data of the control set that boots, and of SOFTWARE, holds a WORD, as a foreign reader sees it, but in lines with an ALLOWED text. reglookup writes a NUL as %00.
leftovers() {
        local words=() allowed=nothing-at-all hive below
        while [ $# -gt 0 ] && [ "$1" != -- ]; do words+=(-e "$1"); shift; done
        shift || true
        [ $# -eq 0 ] || allowed=$(printf '%s\n' "$@")
        for hive in SYSTEM SOFTWARE; do
                "$OFFWIN" file cat "$image" "${root:-C:\\Windows}\\System32\\config\\$hive" >"$BATS_TEST_TMPDIR/$hive" 2>/dev/null || continue
                [ "$hive" = SYSTEM ] && below=/ControlSet001 || below=/
                reglookup -p "$below" "$BATS_TEST_TMPDIR/$hive" 2>/dev/null | sed 's/%00//g; s/%5C/\\/g' >"$BATS_TEST_TMPDIR/$hive.txt"
                [ "$(wc -l <"$BATS_TEST_TMPDIR/$hive.txt")" -gt 10 ]
                if grep -iF "${words[@]}" "$BATS_TEST_TMPDIR/$hive.txt" | grep -vF "$allowed"; then
                        return 1
                fi
        done
}

# refused TEXT ARGUMENTS...: exit 4 with one line that says TEXT, and nothing written.
refused() {
        local text=$1
        shift
        offwin "$@"
        expect 4
        one_line "$text"
}

way_back() {
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "windows 7: the card that was not there goes, but for what is Windows' own" {
        machine real-win7-vmware
        offwin dev rm "$image" --class Net --ghosts --check --quiet
        expect 3
        refused "it was there when Windows last ran" dev rm "$image" 'PCI\VEN_8086*1888'
        refused "software or the firmware makes it" dev rm --force "$image" 'Root\MS_NDISWAN*'
        remove dev rm "$image" 'PCI\VEN_8086&DEV_100F*' --json
        json .outcome applied
        json '[.changes[] | select(.kind == "key-delete")] | length > 15' true
        json '.skipped[0].reason | contains("1888 stays: it was there")' true
        json '.skipped[1].reason | contains("left to Windows: services\\Winsock")' true
        leftovers 6AAFC9A9-0542-4DB2-8760-CCFFA953737C 'DEV_100F&SUBSYS_075015AD&REV_01\4&b70f118&0&0888' \
                'DEV_100F&SUBSYS_075015AD&REV_01#4&b70f118&0&0888' /0000000600000600 -- \
                /Control/Network/Config /services/Winsock/ /services/WinSock2/
        # Of the other card nothing went.
        [ "$(grep -c '^/ControlSet001.*698E50A9-4F58-4D86-B61D-F42E58DCACF6' "$BATS_TEST_TMPDIR/SYSTEM.txt")" -gt 100 ]
        way_back
}

@test "windows 10: by what qemu has; the last card and the disk's controller stay" {
        machine real-win10-laptop
        remove net clean --remove --not-in qemu "$image" --json
        json '[.changes[].where | ascii_upcase | select(contains("4B0AE068-B350-4BD4-85AB-77E00E581863"))] | length > 5' true
        json '.skipped[0].reason | contains("it is the last network card")' true
        leftovers 'VEN_14E4&DEV_4727&SUBSYS_00151028&REV_01\4&' 4B0AE068-B350-4BD4-85AB-77E00E581863 -- \
                SWD#RADIO SWD/RADIO 'SWD\RADIO' '{78c34fc8-104a-4aca-9ea4-524d52996e57}' /vwifimp_wfd/
        offwin dev rm --not-in qemu "$image" --json --dry-run
        json '[.skipped[].reason | select(contains("DEV_282A") and contains("leads to a disk"))] | length' 1
        way_back
}

@test "dl380g7: a whole server's hardware, told from the lists" {
        machine dl380g7
        remove dev rm --not-in vmware "$image" --force --json
        json '[.changes[].where | select(contains("DEV_323A"))] | length' 0
        leftovers D2C1A3B4-6B0F-4C47-9A35-3E0B6C2F1A01 91E4F7D8-55B2-4A0C-8C6E-B2A1D0F94C04 '4&1A5EC7C9&0&0038' \
                '3&267A616A&0&E0' 'L2ND&PCI_163914E4' 'VEN_1002&DEV_515E' -- DeviceIds
        offwin net show "$image" --json
        json '[.adapters[] | select(.hardware_device)] | length' 0
        way_back
}

@test "xp: the card of the old address, where no trace tells that it is gone" {
        machine xp
        refused "nothing tells that it is gone" net clean --remove "$image" --adapter 'Local Area Connection 2'
        remove net clean --remove "$image" --adapter 'Local Area Connection 2' --force --json
        root='C:\WINDOWS'
        leftovers 6D1C4E80-93A2-4F17-B5C8-E0D1F2A3B409 'VEN_10B7&DEV_9200&SUBSYS_100010B7'
        way_back
}

@test "what cannot be done says what would" {
        machine dl380g7
        offwin dev rm "$image"
        expect 2
        one_line "which devices? PATTERN, --ghosts, --not-in NAME"
        offwin dev rm "$image" --not-in nothing
        expect 2
        one_line "there are lists of hyperv, qemu, virtualbox, vmware, xen"
        offwin net clean "$image" --force
        expect 2
        one_line "go with --remove"
        offwin dev rm "$image" 'no such'
        expect 1
        one_line "no device fits 'no such'"
        refused "nothing tells that it is gone" net clean --remove "$image" --adapter 'Local Area Connection 3'
        offwin dev rm --ghosts "$image"
        expect 0
        has "Nothing to change."
        mkdir "$BATS_TEST_TMPDIR/fixes"
        printf '[Target]\nTitle=x\n' >"$BATS_TEST_TMPDIR/fixes/mine.list"
        offwin dev rm "$image" --not-in mine --fix-dir "$BATS_TEST_TMPDIR/fixes"
        expect 2
        one_line "mine.list: line 2"
}
