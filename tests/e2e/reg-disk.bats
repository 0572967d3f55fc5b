#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offwin reg on whole machines: what touches several hives in one transaction.

load common

@test "import: several hives, all profiles, every control set, one transaction" {
        machine dl380g7
        local before
        before=$(sum "$image")
        cat >"$BATS_TEST_TMPDIR/x.reg" <<'EOF'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\CrashControl]
"AutoReboot"=dword:0

[HKEY_CURRENT_USER\Software\Vendor]
"x"="y"

[HKEY_LOCAL_MACHINE\SOFTWARE\Vendor]
@="v"
EOF
        offwin reg import --dry-run "$image" "$BATS_TEST_TMPDIR/x.reg"
        expect 0
        [ "$(sum "$image")" = "$before" ]
        offwin reg diff "$image" "$BATS_TEST_TMPDIR/x.reg"
        expect 3
        offwin reg import "$image" "$BATS_TEST_TMPDIR/x.reg"
        expect 0
        has '[HKLM\SYSTEM\ControlSet001\Control\CrashControl]'
        has '+ [HKU\.DEFAULT\Software\Vendor]'
        has "written and read back"
        offwin reg diff "$image" "$BATS_TEST_TMPDIR/x.reg"
        expect 0
        offwin reg get --json "$image" 'HKCU\Software\Vendor' x
        json '[.[].value] | unique | join(",")' y
        offwin reg check "$image"
        expect 0
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "import: a line for a hive that is not there, or a bad one: nothing is written" {
        machine dl380g7
        local before
        before=$(sum "$image")
        printf 'REGEDIT4\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\A]\n"b"="c"\n[HKEY_LOCAL_MACHINE\\NOSUCH\\A]\n' \
                >"$BATS_TEST_TMPDIR/x.reg"
        offwin reg import "$image" "$BATS_TEST_TMPDIR/x.reg"
        expect 1
        one_line "line 4"
        [ "$(sum "$image")" = "$before" ]
        sed 's/HKEY_LOCAL_MACHINE.SOFTWARE/HKEY_LOCAL_MACHNE\\SOFTWARE/' "$BATS_TEST_TMPDIR/x.reg" >"$BATS_TEST_TMPDIR/y.reg"
        offwin reg import "$image" "$BATS_TEST_TMPDIR/y.reg"
        expect 2
        one_line "line 2"
        offwin reg import --prefix 'HKLM\X' "$image" "$BATS_TEST_TMPDIR/x.reg"
        expect 2
}

@test "export and find by Windows paths" {
        machine dl380g7
        "$OFFWIN" reg export --utf8 "$image" 'HKLM\SYSTEM\CurrentControlSet\Control\CrashControl' | tr -d '\r' |
                grep -Fx '[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\CrashControl]'
        offwin reg export "$image" 'HKCU\Software' -o "$BATS_TEST_TMPDIR/x.reg"
        expect 2
        one_line "name one of them"
        offwin reg export "$image"
        expect 2
        offwin reg find "$image" 'HKLM\SYSTEM\CurrentControlSet\Services' --keys --whole tcpip
        expect 0
        has '[HKLM\SYSTEM\CurrentControlSet\Services\Tcpip]'
        offwin reg find --max 5 --json "$image" AutoReboot
        json 'length >= 1' true
}

@test "rm, mv and cp across hives" {
        machine dl380g7
        local before
        before=$(sum "$image")
        offwin reg cp "$image" 'HKLM\SYSTEM\CurrentControlSet\Control\CrashControl' 'HKLM\SOFTWARE\Kept\CrashControl'
        expect 0
        offwin reg get "$image" 'HKLM\SOFTWARE\Kept\CrashControl' AutoReboot
        [ "$output" = 1 ]
        offwin reg mv "$image" 'HKLM\SOFTWARE\Kept' 'HKLM\SOFTWARE\Moved'
        expect 0
        offwin reg rm -r "$image" 'HKLM\SOFTWARE\Moved'
        expect 0
        offwin reg rm "$image" 'HKLM\SYSTEM\CurrentControlSet\Control\CrashControl' AutoReboot
        expect 0
        offwin reg rm -r "$image" 'HKLM\SYSTEM'
        [ "$status" -ne 0 ]
        offwin undo "$image" && offwin undo "$image" && offwin undo "$image" && offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "info, check and compact of all hives" {
        machine dl380g7
        local before
        before=$(sum "$image")
        offwin reg info --json "$image"
        expect 0
        json '[.hives[].place] | index("HKLM\\SOFTWARE") != null' true
        json '[.hives[] | select(.clean | not)] | length' 0
        offwin reg check --json "$image"
        expect 0
        json '[.hives[].faults] | add' 0
        offwin reg info "$image" 'HKLM\SYSTEM'
        expect 0
        [ "$(grep -c '^HK' <<<"$output")" -eq 1 ]
        offwin reg compact "$image" 'HKLM\SYSTEM'
        expect 0
        has "bytes become"
        offwin reg check "$image" 'HKLM\SYSTEM'
        expect 0
        offwin inspect "$image"
        expect 0
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "recover: dirty hives of a real machine are brought up to date on disk" {
        machine real-win10-laptop
        local before
        before=$(sum "$image")
        offwin reg recover "$image" --dry-run
        expect 0
        has "24 log entries"
        [ "$(sum "$image")" = "$before" ]
        offwin reg recover "$image"
        expect 0
        offwin reg info --json "$image" 'HKLM\SYSTEM'
        json '.hives[0].clean' true
        offwin reg recover "$image"
        expect 0
        has "Nothing to recover"
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "a hive from the disk, as a file: the same" {
        machine dl380g7
        "$OFFWIN" file cat "$image" 'C:\Windows\System32\config\SOFTWARE' >"$BATS_TEST_TMPDIR/SOFTWARE"
        offwin reg diff "$image" "$BATS_TEST_TMPDIR/SOFTWARE" 'HKLM\SOFTWARE'
        expect 0
        offwin reg set "$BATS_TEST_TMPDIR/SOFTWARE" 'Vendor\X' a dword 1
        offwin reg diff "$image" "$BATS_TEST_TMPDIR/SOFTWARE" 'HKLM\SOFTWARE'
        expect 3
        has '  + [HKEY_LOCAL_MACHINE\SOFTWARE\Vendor\X]'
        offwin reg diff --utf8 -o "$BATS_TEST_TMPDIR/x.reg" "$image" "$BATS_TEST_TMPDIR/SOFTWARE" 'HKLM\SOFTWARE'
        expect 3
        grep -q '^\[HKEY_LOCAL_MACHINE\\SOFTWARE\\Vendor\\X\]' "$BATS_TEST_TMPDIR/x.reg"
}
