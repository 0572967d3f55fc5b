#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offwin boot storage: what it says of machines and of real SYSTEM hives, and making a controller ready. What was written
# is read back with a foreign reader (hivexget).

load common

# real_machine RECIPE DRIVERS...: a machine of real hives, with small files as these drivers.
real_machine() {
        local recipe=$BATS_TEST_TMPDIR/real.recipe code=0

        [ -n "${MKMACHINE:-}" ] || skip "no mkmachine"
        {
                echo "[machine]"
                echo "[include]"
                echo "recipe = $MACHINES/$1.recipe"
                shift
                for driver; do
                        echo "[file]"
                        echo "path = \\Windows\\System32\\drivers\\$driver.sys"
                        echo "binary = x64"
                done
        } >"$recipe"
        image=$BATS_TEST_TMPDIR/real.img
        "$MKMACHINE" ${OFFWIN_DATA:+--data "$OFFWIN_DATA"} "$recipe" "$image" || code=$?
        [ "$code" -ne 77 ] || skip "the real hives are not here"
        [ "$code" -eq 0 ]
}

# verdict TARGET WANT: of the report on stdout.
verdict() {
        json ".targets[] | select(.target == \"$1\") | .verdict" "$2"
}

# hive_value KEY NAME: by hivex, from the SYSTEM hive of $image as it was when first asked for; "absent": not there.
hive_value() {
        local hive=$BATS_TEST_TMPDIR/SYSTEM.hive

        command -v hivexget >/dev/null || skip "no hivexget"
        [ -e "$hive" ] || "$OFFWIN" file cat "$image" 'C:\Windows\System32\config\SYSTEM' >"$hive"
        hivexget "$hive" "$1" "$2" 2>/dev/null || echo absent
}

# whole_way TARGET: dry run, apply, again, undo; $image ends as it was.
whole_way() {
        local before
        before=$(sum "$image")

        offwin boot storage --target "$1" --dry-run "$image"
        expect 0
        has "Nothing was written: this was a dry run."
        offwin boot storage --target "$1" --check --quiet "$image"
        expect 3
        [ "$(sum "$image")" = "$before" ]
        offwin boot storage --target "$1" "$image"
        expect 0
        has "written and read back"
        offwin boot storage --json "$image"
        expect 0
        verdict "$1" ready
        offwin boot storage --target "$1" "$image"
        expect 0
        has "Nothing to change."
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "it says for every controller whether the disk is found, and why" {
        machine dl380g7
        before=$(sum "$image")
        offwin boot storage "$image"
        expect 0
        has "qemu-ide       ready      intelide, atapi at boot"
        has "qemu-ahci      fixable    msahci starts later, not at boot"
        has "virtio-blk     no driver  viostor.sys is not in System32\\drivers"
        has "offwin boot storage --target NAME $image"
        has "offwin drv inject $image FOLDER"
        offwin boot storage --verbose "$image"
        expect 0
        has "msahci, in box: Start 3,"
        has "PCI\\CC_010601 leads to it"
        [ "$(sum "$image")" = "$before" ]
}

@test "JSON: every target with its drivers" {
        machine w7
        offwin boot storage --json "$image"
        expect 0
        json .report boot-storage
        json '.targets | length' 10
        verdict qemu-ahci ready
        verdict vmware-lsisas fixable
        verdict virtio-scsi no-driver
        json '.targets[] | select(.target == "qemu-ahci") | .drivers[0].service' msahci
        json '.targets[] | select(.target == "qemu-ahci") | .drivers[0].start' 0
        json '.targets[] | select(.target == "qemu-ahci") | .drivers[0].start_override' null
}

@test "Windows 7: a driver that starts later starts at boot, with its entry" {
        machine w7
        whole_way vmware-lsisas
        offwin boot storage --target vmware-lsisas --quiet "$image"
        expect 0
        [ "$(hive_value 'ControlSet001\Services\LSI_SAS' Start)" = 0 ]
        [ "$(hive_value 'ControlSet001\Control\CriticalDeviceDatabase\PCI#VEN_1000&DEV_0054' Service)" = LSI_SAS ]
}

@test "Windows 10: StartOverride goes" {
        machine w10
        whole_way qemu-ahci
        whole_way hyperv
        offwin boot storage --target hyperv --quiet "$image"
        expect 0
        for service in vmbus storvsc; do
                [ "$(hive_value "ControlSet001\\Services\\$service" Start)" = 0 ]
                [ "$(hive_value "ControlSet001\\Services\\$service\\StartOverride" 0)" = absent ]
        done
        [ "$(hive_value 'ControlSet001\Services\storahci\StartOverride' 0)" = 3 ]
}

@test "a filter that cannot load is told with the controllers" {
        machine w7
        offwin boot storage "$image"
        expect 0
        [[ $output != *"Filter drivers"* ]]
        offwin reg set --quiet "$image" \
                'HKLM\SYSTEM\CurrentControlSet\Control\Class\{4d36e967-e325-11ce-bfc1-08002be10318}' UpperFilters \
                multi_sz PartMgr snapman
        expect 0
        offwin boot storage "$image"
        expect 0
        has "Filter drivers on the way to the disk"
        has "snapman        it has no service"
}

@test "XP: another IDE controller gets its entry, and what XP has no driver for is refused" {
        machine xp
        offwin boot storage "$image"
        expect 0
        has "qemu-ide       fixable    the critical device database does not lead from"
        has "qemu-ahci      no driver"
        offwin boot storage --target qemu-ahci "$image"
        expect 4
        one_line "msahci.sys is not in System32\\drivers; bring a driver in first (offwin drv inject DISK FOLDER)"
        whole_way qemu-ide
        offwin boot storage --target qemu-ide --quiet "$image"
        expect 0
        [ "$(hive_value 'ControlSet001\Control\CriticalDeviceDatabase\PCI#VEN_8086&DEV_7010' Service)" = intelide ]
}

@test "a driver that is not there is refused, and nothing is written" {
        machine s2019
        before=$(sum "$image")
        offwin boot storage --target virtio-blk "$image"
        expect 4
        one_line "offwin drv inject"
        [ "$(sum "$image")" = "$before" ]
}

@test "real Windows 7: every controller that its drivers serve" {
        real_machine real-win7-vmware intelide pciide atapi msahci lsi_scsi lsi_sas vmbus storvsc vmstorfl
        offwin boot storage --json "$image"
        expect 0
        verdict qemu-ide ready
        verdict qemu-ahci fixable
        verdict vmware-lsi ready
        verdict vmware-lsisas ready
        verdict hyperv fixable
        verdict nvme no-driver
        verdict virtio-blk no-driver
        json '[.targets[].drivers[] | select(.in_box) | .id_known] | all' true
        whole_way qemu-ahci
        whole_way hyperv
        offwin boot storage --target qemu-ahci --quiet "$image"
        expect 0
        [ "$(hive_value 'ControlSet001\Services\msahci' Start)" = 0 ]
}

@test "real Windows 8.1: the driver database leads from every id to its driver" {
        real_machine real-win81-virtualbox intelide pciide atapi storahci stornvme lsi_sas vmbus storvsc vmstorfl
        offwin boot storage --accept-dirty --json "$image"
        expect 0
        verdict qemu-ahci ready
        for target in qemu-ide nvme vmware-lsisas hyperv; do
                verdict $target fixable
        done
        json '[.targets[].drivers[] | select(.in_box) | .id_known] | all' true
}

@test "real Windows 10: the way there and back" {
        real_machine real-win10-laptop intelide pciide atapi storahci stornvme lsi_sas vmbus storvsc vmstorfl
        offwin boot storage --json "$image"
        expect 0
        json '[.targets[].drivers[] | select(.in_box) | .id_known] | all' true
        for target in qemu-ide qemu-ahci nvme vmware-lsisas hyperv; do
                verdict $target fixable
        done
        whole_way qemu-ide
        whole_way hyperv
        offwin boot storage --target nvme --quiet "$image"
        expect 0
        [ "$(hive_value 'ControlSet001\Services\stornvme\StartOverride' 0)" = absent ]
        [ "$(hive_value 'ControlSet001\Services\storahci\StartOverride' 0)" = 3 ]
}

@test "real XP and NT 4: what they have, and no more" {
        real_machine real-xp-virtualpc
        offwin boot storage --json "$image"
        expect 0
        json '[.targets[] | select(.verdict != "no-driver")] | length' 0
        machine real-nt4-server
        offwin boot storage --json "$image"
        expect 0
        json '[.targets[].drivers | length] | add' 1
}

@test "bad words" {
        offwin boot storage
        expect 2
        offwin boot storage --target floppy nothing.img
        expect 2
        one_line "no controller 'floppy'; there are: qemu-ide qemu-ahci"
        offwin boot storage --check nothing.img
        expect 2
        offwin boot storage nothing.img
        expect 1
}
