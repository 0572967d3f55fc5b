#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The registry and the files of a guest by hand.

load common

@test "reg get: data alone, bytes, whole keys, profiles" {
        machine dl380g7
        offwin reg get "$image" 'HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion' ProductName
        expect 0
        [ "$output" = "Windows Server 2008 R2 Standard" ]
        offwin reg get "$image" 'hklm\software\MICROSOFT\windows nt\currentversion' productname
        expect 0
        offwin reg get --raw "$image" 'HKLM\SYSTEM\Select' Current
        expect 0
        [ "$("$OFFWIN" reg get --raw "$image" 'HKLM\SYSTEM\Select' Current | od -An -tx1)" = " 01 00 00 00" ]
        offwin reg get "$image" 'HKLM\SYSTEM\Select'
        expect 0
        has "  Current        REG_DWORD     1 (0x00000001)"
        offwin reg get --json "$image" 'HKLM\SYSTEM\Select' Current
        expect 0
        json '.value' 1
        offwin reg get --json "$image" \
                'HKCU\Software\Microsoft\Windows\CurrentVersion\WinTrust\Trust Providers\Software Publishing' State
        expect 0
        json 'length > 3' true
}

@test "reg ls -R is one JSON array of keys" {
        machine dl380g7
        offwin reg ls -R --json "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\Tcpip'
        expect 0
        json '.[0].path' 'HKLM\SYSTEM\CurrentControlSet\Services\Tcpip'
        json 'length > 10' true
        json '[.[].report] | unique | join(",")' key
}

@test "reg set: every control set, shown, undone" {
        machine dl380g7
        local before
        before=$(sum "$image")
        offwin reg set "$image" 'HKLM\SYSTEM\CurrentControlSet\Control\CrashControl' AutoReboot dword 0
        expect 0
        has '  - "AutoReboot"=dword:00000001'
        has '  + "AutoReboot"=dword:00000000'
        offwin reg get "$image" 'HKLM\SYSTEM\ControlSet001\Control\CrashControl' AutoReboot
        [ "$output" = 0 ]
        offwin reg set "$image" 'HKLM\SYSTEM\CurrentControlSet\Control\CrashControl' AutoReboot dword 0
        expect 0
        has "Nothing to change."
        offwin reg set "$image" 'HKLM\SOFTWARE\Maker\New' @ multi_sz one 'two words'
        expect 0
        has '  + [HKLM\SOFTWARE\Maker]'
        has '  + [HKLM\SOFTWARE\Maker\New]'
        offwin reg get "$image" 'HKLM\SOFTWARE\Maker\New' @
        [ "$output" = "one
two words" ]
        offwin undo "$image"
        expect 0
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "registry paths and values that do not exist, in one line each" {
        machine dl380g7
        local before
        before=$(sum "$image")
        offwin reg get "$image" 'HKLM\SOFTWARE\Microsoft\No\Such' Name
        expect 1
        one_line "(there is 'HKLM\\SOFTWARE\\Microsoft')"
        offwin reg get "$image" 'HKLM\SYSTEM\Select' NoSuch
        expect 1
        one_line "no value 'NoSuch'"
        offwin reg ls "$image" 'HKLM\NOSUCHHIVE\X'
        expect 1
        one_line "hive"
        offwin reg ls "$image" 'HKXX\SYSTEM'
        expect 2
        one_line "HKLM"
        offwin reg set "$image" 'HKLM\NOSUCHHIVE\X' a dword 1
        expect 1
        one_line "NOSUCHHIVE"
        [ "$(sum "$image")" = "$before" ]
}

@test "file ls and cat by the guest's own paths" {
        machine dl380g7
        offwin file ls "$image"
        expect 0
        has 'C:\'
        offwin file ls "$image" 'c:\WINDOWS\system32\CONFIG'
        expect 0
        has "SYSTEM"
        offwin file ls --json "$image" 'C:\Windows'
        expect 0
        json '[.entries[] | select(.folder)] | length > 3' true
        "$OFFWIN" file cat "$image" 'C:\Windows\System32\config\SYSTEM' >"$BATS_TEST_TMPDIR/SYSTEM"
        [ "$(head -c 4 "$BATS_TEST_TMPDIR/SYSTEM")" = regf ]
        offwin file ls --json "$image" 'C:\Windows\System32\config\SYSTEM'
        json '.entries[0].size' "$(stat -c %s "$BATS_TEST_TMPDIR/SYSTEM")"
        "$OFFWIN" file cat --json "$image" 'C:\Windows\System32\config\SYSTEM' |
                jq -r .hex | xxd -r -p | cmp - "$BATS_TEST_TMPDIR/SYSTEM"
}

@test "files that are not there" {
        machine dl380g7
        offwin file cat "$image" 'C:\No\Such'
        expect 1
        one_line 'C:\No\Such'
        offwin file cat "$image" 'Z:\x'
        expect 1
        one_line "Z:"
        offwin file ls "$image" 'C:\NoSuch'
        expect 1
        one_line 'C:\NoSuch'
        offwin file cat "$image" 'C:\Windows'
        [ "$status" -ne 0 ]
        one_line "folder"
}

@test "a reader that goes away ends the program quietly" {
        machine dl380g7
        run bash -c "\"$OFFWIN\" reg ls -R \"$image\" 'HKLM\\SYSTEM' 2>\"$BATS_TEST_TMPDIR/err\" | head -1"
        [ "$status" -eq 0 ]
        [ ! -s "$BATS_TEST_TMPDIR/err" ]
}
