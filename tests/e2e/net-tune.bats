#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Settings of network drivers on whole images: shown, set, sound hives after it, and the way back.

load common

CLASS='HKLM\SYSTEM\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}'

faults() {
        "$OFFWIN" reg check "$image" | grep '^  ! ' || true
}

@test "net tune: shows, sets what suits a VM, and undo gives every byte back" {
        machine real-win10-laptop
        before=$(sum "$image") faulty=$(faults)

        offwin net tune "$image"
        expect 0
        has 'Interrupt Moderation Rate: Adaptive'
        has 'autotuning     not read offline; receive window'
        offwin net tune "$image" Ethernet --set jumbo=9014 --set speed=100-full --check --quiet
        expect 3
        [ "$(sum "$image")" = "$before" ]
        offwin net tune "$image" Ethernet --set jumbo=9014 --set speed=100-full --set mac=none --json
        expect 0
        json '.changes | length' 2
        json '[.settings[] | .name + "=" + .value + " " + .effect] | sort | join(" ")' '*JumboPacket=9014 offline *SpeedDuplex=4 offline'
        [ "$(faults)" = "$faulty" ]
        offwin reg get "$image" "$CLASS\\0001" '*JumboPacket'
        [ "$output" = 9014 ]
        offwin net tune "$image" --json
        json '.adapters[] | select(.name == "Ethernet") | [.keywords[] | select(.safe) | .name + "=" + .safe] | sort | join(" ")' '*JumboPacket=1514 *SpeedDuplex=0'
        offwin net tune "$image" --safe --dry-run
        expect 0
        has '2 changes. Nothing was written'
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
        offwin net tune "$image" --safe --check
        expect 0
}

@test "net tune: what is refused changes nothing" {
        machine real-win10-laptop
        before=$(sum "$image")
        offwin net tune "$image" Ethernet --set jumbo=4000
        expect 2
        one_line '1514 (Disabled), 4088 (4088 Bytes), 9014 (9014 Bytes)'
        offwin net tune "$image" --tcp netdma=off
        expect 1
        one_line 'this Windows has no netdma'
        offwin net tune "$image" --set NetCfgInstanceId=x --force
        expect 4
        one_line 'is no setting'
        offwin net tune "$image" Ethernet --tcp task-offload=off
        expect 2
        offwin net tune "$image" --dry-run
        expect 2
        one_line 'what is to be set?'
        [ "$(sum "$image")" = "$before" ]
}

@test "net tune --tcp: what Windows keeps in an unknown form is left for the first boot, and taken back" {
        machine real-win10-laptop
        before=$(sum "$image")
        offwin net tune "$image" --tcp autotuning=off --tcp task-offload=off --json
        expect 0
        json '[.settings[] | .adapter + " " + .name + "=" + .value + " " + .effect] | join(", ")' \
                'TCP/IP autotuning=off first boot, TCP/IP task-offload=off offline'
        offwin file cat "$image" 'C:\Windows\offwin\firstboot\0000-tcp-autotuning.cmd'
        has '@netsh interface tcp set global autotuninglevel=disabled'
        offwin net tune "$image"
        has 'autotuning     off at the first boot; receive window'
        offwin net tune "$image" --tcp autotuning=off --check --quiet
        expect 0
        offwin net tune "$image" --tcp autotuning=default -q
        expect 0
        offwin net tune "$image" --json
        json '.tcp[] | select(.name == "autotuning") | .waiting' on
        json '.tcp[] | select(.name == "ecn") | .waiting' null
        offwin undo "$image" && offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}
