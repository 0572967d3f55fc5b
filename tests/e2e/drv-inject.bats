#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offwin drv inject: a folder of drivers of our own making (driver-tree) into machines and real SYSTEM hives.

load common

setup() {
        tree=$BATS_TEST_TMPDIR/tree
        "$BATS_TEST_DIRNAME/driver-tree" "$tree"
}

# hive_value HIVE KEY NAME: by hivex, from a hive of $image as it was when first asked for; "absent": not there.
hive_value() {
        local hive=$BATS_TEST_TMPDIR/$1.hive

        command -v hivexget >/dev/null || skip "no hivexget"
        [ -e "$hive" ] || "$OFFWIN" file cat "$image" "C:\\Windows\\System32\\config\\$1" >"$hive"
        hivexget "$hive" "$2" "$3" 2>/dev/null || echo absent
}

# same_file WINDOWS-PATH FILE: the guest's file is this one.
same_file() {
        "$OFFWIN" file cat "$image" "$1" | cmp - "$2"
}

@test "Windows 10: the nearest of each driver, for boot and for Plug and Play" {
        machine w10
        before=$(sum "$image")
        offwin drv inject --dry-run "$image" "$tree"
        expect 0
        has "Bring in Test viostor controller 100.91.104.100 of 2022-01-02, from"
        has "viostor/w10/amd64/viostor.inf"
        has "autorun.inf: no [Version] section: not an INF"
        has "balloon/balloon.inf: its file balloon.sys is not in the folder"
        has "viosock/viosock.inf: not for this Windows, but for"
        offwin drv inject --check --quiet "$image" "$tree"
        expect 3
        [ "$(sum "$image")" = "$before" ]

        offwin drv inject "$image" "$tree"
        expect 0
        has "written and read back"
        same_file 'C:\Windows\System32\drivers\viostor.sys' "$tree/viostor/w10/amd64/viostor.sys"
        same_file 'C:\Windows\System32\drivers\vioscsi.sys' "$tree/vioscsi/w10/amd64/vioscsi.sys"
        same_file 'C:\Windows\Drivers\offwin\netkvm\netkvm.sys' "$tree/NetKVM/w10/amd64/NETKVM.SYS"
        same_file 'C:\Windows\Drivers\offwin\netkvm\help\readme.txt' "$tree/NetKVM/w10/amd64/help/readme.txt"
        same_file 'C:\Windows\System32\CatRoot\{F750E6C3-38EE-11D1-85E5-00C04FC295EE}\offwin-viostor.cat' \
                "$tree/viostor/w10/amd64/viostor.cat"
        offwin boot storage --json "$image"
        json '.targets[] | select(.target == "virtio-blk") | .verdict' ready
        json '.targets[] | select(.target == "virtio-scsi") | .verdict' ready
        offwin drv inject --check "$image" "$tree"
        expect 0
        has "Nothing to change."
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "a foreign reader sees the entries: Windows 8 and newer" {
        machine w10
        offwin drv inject --quiet "$image" "$tree"
        expect 0
        [ "$(hive_value SYSTEM 'ControlSet001\Services\vioscsi' Start)" = 0 ]
        [ "$(hive_value SYSTEM 'ControlSet001\Services\vioscsi' ImagePath)" = 'system32\drivers\vioscsi.sys' ]
        [ "$(hive_value SYSTEM 'ControlSet001\Services\vioscsi' Group)" = 'SCSI miniport' ]
        [ "$(hive_value SYSTEM 'ControlSet001\Services\vioscsi\Parameters' BusType)" = 10 ]
        [ "$(hive_value SYSTEM 'ControlSet001\Services\viostor\Parameters' BusType)" = 1 ]
        [ "$(hive_value SYSTEM 'DriverDatabase\DriverInfFiles\offwin-viostor.inf' Active)" = offwin-viostor.inf_amd64_0000000000000000 ]
        [ "$(hive_value SYSTEM 'DriverDatabase\DriverPackages\offwin-viostor.inf_amd64_0000000000000000\Configurations\viostor_conf' Service)" = viostor ]
        [ "$(hive_value SYSTEM 'DriverDatabase\DriverPackages\offwin-viostor.inf_amd64_0000000000000000\Descriptors\PCI\VEN_1AF4&DEV_1042' Configuration)" = viostor_conf ]
        [ "$(hive_value SYSTEM 'DriverDatabase\DriverPackages\offwin-viostor.inf_amd64_0000000000000000' Version | od -An -tx1 | tr -d ' \n')" = \
                00ff0900000000007be9364d25e3ce11bfc108002be10318000000000000000000000000000000000000000000000000 ]
        [ "$(hive_value SYSTEM 'DriverDatabase\DeviceIds\PCI\VEN_1AF4&DEV_1001&SUBSYS_00021AF4&REV_00' offwin-viostor.inf | od -An -tx1 | tr -d ' \n')" = 01ff0000 ]
        [ "$(hive_value SYSTEM 'ControlSet001\Control\CriticalDeviceDatabase\PCI#VEN_1AF4&DEV_1001' Service)" = absent ]
        [ "$(hive_value SOFTWARE 'Microsoft\Windows\CurrentVersion' DevicePath)" = \
                '%SystemRoot%\inf;%SystemRoot%\Drivers\offwin\netkvm;%SystemRoot%\Drivers\offwin\vioscsi;%SystemRoot%\Drivers\offwin\viostor' ]
}

@test "a foreign reader sees the entries: Windows 7" {
        machine w7
        offwin drv inject --quiet "$image" "$tree"
        expect 0
        same_file 'C:\Windows\System32\drivers\viostor.sys' "$tree/viostor/w7/amd64/viostor.sys"
        [ "$(hive_value SYSTEM 'ControlSet001\Services\viostor' Start)" = 0 ]
        for id in '1001' '1001&SUBSYS_00021AF4&REV_00' '1042' '1042&SUBSYS_11001AF4&REV_01'; do
                [ "$(hive_value SYSTEM "ControlSet001\\Control\\CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_$id" Service)" = viostor ]
                [ "$(hive_value SYSTEM "ControlSet001\\Control\\CriticalDeviceDatabase\\PCI#VEN_1AF4&DEV_$id" ClassGUID)" = '{4D36E97B-E325-11CE-BFC1-08002BE10318}' ]
        done
        [ "$(hive_value SYSTEM 'DriverDatabase\DriverInfFiles\offwin-viostor.inf' Active)" = absent ]
}

@test "Windows XP gets the driver that was built for it" {
        machine xp
        offwin drv inject --quiet "$image" "$tree"
        expect 0
        same_file 'C:\WINDOWS\System32\drivers\viostor.sys' "$tree/viostor/xp/x86/viostor.sys"
        offwin boot storage --target virtio-blk "$image"
        expect 0
        has "Nothing to change."
}

@test "real Windows 7, 32 bits: without a SOFTWARE hive the disk's drivers go in, and that is told" {
        machine real-win7-vmware
        before=$(sum "$image")
        offwin drv inject "$image" "$tree"
        expect 0
        has "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion is not there:"
        same_file 'C:\Windows\System32\drivers\viostor.sys' "$tree/viostor/w7/x86/viostor.sys"
        [ "$(hive_value SYSTEM 'ControlSet001\Services\viostor' Start)" = 0 ]
        [ "$(hive_value SYSTEM 'ControlSet001\Control\CriticalDeviceDatabase\PCI#VEN_1AF4&DEV_1001' Service)" = viostor ]
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "real Windows 10: the driver database takes them, and undo takes them back" {
        machine real-win10-laptop
        before=$(sum "$image")
        offwin drv inject --quiet "$image" "$tree"
        expect 0
        offwin boot storage --json "$image"
        json '.targets[] | select(.target == "virtio-scsi") | .verdict' ready
        [ "$(hive_value SYSTEM 'DriverDatabase\DriverPackages\offwin-vioscsi.inf_amd64_0000000000000000\Configurations\vioscsi_conf' Service)" = vioscsi ]
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "--verbose says why one was chosen and the others were not" {
        machine w10
        offwin drv inject --dry-run --verbose "$image" "$tree"
        expect 0
        text=$(tr -s ' \n' ' ' <<<"$output")
        [[ $text == *"viostor/w10/amd64/viostor.inf says [Models.NTamd64], its driver is built for Windows 10.0."* ]]
        [[ $text == *"viostor/w8.1/amd64/viostor.inf: farther or older: [Models.NTamd64]."* ]]
        [[ $text == *"viostor/w7/x86/viostor.inf: not for this Windows, but for NTx86."* ]]
}

@test "JSON: changes and what was left out" {
        machine w10
        offwin drv inject --dry-run --json "$image" "$tree"
        expect 0
        json .report changes
        json '[.changes[].fix] | unique | join(" ")' "device-path netkvm vioscsi viostor"
        json '.skipped[] | select(.fix == "viosock") | .status' not-for-this
}

@test "one driver by itself" {
        machine w10
        offwin drv inject --quiet "$image" "$tree/vioscsi/w10/amd64"
        expect 0
        offwin boot storage --json "$image"
        json '.targets[] | select(.target == "virtio-scsi") | .verdict' ready
        json '.targets[] | select(.target == "virtio-blk") | .verdict' no-driver
}

@test "links out of the folder are not followed" {
        machine w10
        rm "$tree/viostor/w10/amd64/viostor.sys"
        ln -s /etc/passwd "$tree/viostor/w10/amd64/viostor.sys"
        offwin drv inject "$image" "$tree/viostor/w10"
        expect 1
        one_line "its file viostor.sys is not in the folder"
}

@test "nothing for this Windows, no drivers, no folder" {
        machine w10
        before=$(sum "$image")
        offwin drv inject "$image" "$tree/viostor/w11"
        expect 1
        one_line "is for this Windows (10.0.19045, amd64)"
        offwin drv inject "$image" "$tree/guest-agent"
        expect 1
        one_line "no driver (*.inf) in"
        offwin drv inject "$image" "$tree/nowhere"
        expect 1
        offwin drv inject "$image" "$tree/autorun.inf"
        expect 1
        offwin drv inject "$image"
        expect 2
        [ "$(sum "$image")" = "$before" ]
}

@test "an INF that asks for memory without end is left out" {
        machine w10
        mkdir "$tree/bomb"
        {
                printf '[Version]\nSignature="$CHICAGO$"\n[Strings]\nb='
                head -c 3000 /dev/zero | tr '\0' x
                printf '\n[S]\n'
                yes '%b%' | head -n 20000
        } >"$tree/bomb/bomb.inf"
        offwin drv inject --dry-run "$image" "$tree"
        expect 0
        has "bomb/bomb.inf: line "
}

@test "the drivers of a virtio-win tree, where there is one (VIRTIO_WIN)" {
        [ -d "${VIRTIO_WIN:-}" ] || skip "VIRTIO_WIN names no folder"
        for name in w7 w10 s2019; do
                machine $name
                offwin drv inject --quiet "$image" "$VIRTIO_WIN"
                expect 0
                offwin boot storage --json "$image"
                json '.targets[] | select(.target == "virtio-blk") | .verdict' ready
                json '.targets[] | select(.target == "virtio-scsi") | .verdict' ready
        done
}
