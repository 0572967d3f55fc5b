#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# A provider without its library, put into the catalogue of a real Windows 7 and taken out again; TCP/IP as Windows has it.

load common

CATALOG='HKLM\SYSTEM\CurrentControlSet\Services\WinSock2\Parameters\Protocol_Catalog9'
TCPIP='HKLM\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters'

# catalog: the entries of $image's SYSTEM as a reader that is not ours has them, without the counts.
catalog() {
        "$OFFWIN" file cat "$image" 'C:\Windows\System32\config\SYSTEM' >"$BATS_TEST_TMPDIR/SYSTEM"
        hivexregedit --export --prefix HKLM "$BATS_TEST_TMPDIR/SYSTEM" \
                'ControlSet001\Services\WinSock2\Parameters\Protocol_Catalog9\Catalog_Entries'
}

@test "winsock repair and net reset on a real Windows 7; undo gives every byte back" {
        command -v hivexregedit reglookup xxd >/dev/null || skip "no hivexregedit, reglookup, xxd"
        machine real-win7-vmware
        before=$(catalog)

        # one more entry, whose library is not there, and a count that lies
        one=$BATS_TEST_TMPDIR/one
        "$OFFWIN" reg get "$image" "$CATALOG\\Catalog_Entries\\000000000001" PackedCatalogItem --raw >"$one"
        path='C:\Program Files\Proxy\nslsp.dll'
        "$OFFWIN" reg cp -yq "$image" "$CATALOG\\Catalog_Entries\\000000000024" "$CATALOG\\Catalog_Entries\\000000000025"
        "$OFFWIN" reg set -yq "$image" "$CATALOG\\Catalog_Entries\\000000000025" PackedCatalogItem binary \
                "$({ printf '%s\0' "$path"; tail -c +$((${#path} + 2)) "$one"; } | xxd -p | tr -d '\n')"
        "$OFFWIN" reg set -yq "$image" "$CATALOG" Num_Catalog_Entries dword 99
        "$OFFWIN" reg set -yq "$image" "$TCPIP" KeepAliveTime dword 5000
        spoiled=$(sum "$image")

        offwin net winsock "$image"
        has "Windows' own, and not there"
        offwin net winsock repair "$image" --check --quiet
        expect 3
        offwin net winsock repair "$image" --dry-run
        expect 0
        has "Catalog_Entries\000000000025]"
        offwin net winsock repair "$image" mswsock.dll
        expect 4
        one_line "never taken out"
        [ "$(sum "$image")" = "$spoiled" ]

        offwin net winsock repair "$image" --yes
        expect 0
        [ "$(catalog)" = "$before" ]
        [ "$(reglookup -p /ControlSet001/Services/WinSock2 "$BATS_TEST_TMPDIR/SYSTEM" 2>/dev/null | grep -c '/Catalog_Entries/0.*PackedCatalogItem,')" = 24 ]
        "$OFFWIN" reg check "$image" >/dev/null
        offwin reg get "$image" "$CATALOG" Num_Catalog_Entries
        [ "$output" = 24 ]
        offwin net winsock repair "$image" --all --namespace --check --quiet
        [ "$status" -eq 0 ] || [ "$status" -eq 3 ]

        offwin net winsock repair "$image" --reset --yes
        expect 0
        offwin file cat "$image" 'C:\Windows\offwin\firstboot\0000-winsock-reset.cmd'
        has '@netsh winsock reset'
        offwin net winsock "$image"
        has 'At the first boot: netsh winsock reset'
        offwin undo "$image"
        offwin net winsock "$image"
        [[ $output != *'At the first boot'* ]]

        offwin net reset "$image" --interfaces --yes
        expect 0
        has KeepAliveTime
        offwin reg get "$image" "$TCPIP\\Interfaces\\{698E50A9-4F58-4D86-B61D-F42E58DCACF6}" IPAddress
        expect 0
        "$OFFWIN" reg check "$image" >/dev/null
        offwin net reset "$image" --interfaces --check --quiet
        expect 0
        offwin undo "$image" && offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$spoiled" ]
}
