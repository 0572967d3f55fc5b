#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# What a person sees, word for word, against tests/golden. After a change that is meant: BLESS=1 and look at the diff.

load common

# golden NAME COMMAND...: stdout of the command, run beside the image.
golden() {
        local want=$GOLDEN/$1.txt
        shift
        cd "$BATS_TEST_TMPDIR"
        offwin "$@"
        expect 0
        if [ -n "${BLESS:-}" ]; then
                mkdir -p "$GOLDEN"
                cp stdout "$want"
        fi
        diff -u "$want" stdout
        [ "$(sed 's/\[HK.*//; s/C:\\.*//; s/HKLM\\.*//; s/^ *[D-Z]:  .*//; s/^  Device .*//' stdout | wc -L)" -le 80 ] ||
                { echo "wider than 80 columns"; false; }
}

@test "dl380g7: inspect" {
        machine dl380g7
        golden dl380g7-inspect inspect dl380g7.img
}

@test "dl380g7: doctor" {
        machine dl380g7
        golden dl380g7-doctor doctor dl380g7.img
}

@test "dl380g7: fix --all --dry-run" {
        machine dl380g7
        golden dl380g7-fix fix --all --dry-run dl380g7.img
}

@test "dl380g7: net show" {
        machine dl380g7
        golden dl380g7-net net show dl380g7.img
}

@test "real-win7-vmware: net show" {
        machine real-win7-vmware
        golden win7-net net show real-win7-vmware.img
}

@test "real-win10-laptop: net show" {
        machine real-win10-laptop
        golden win10-net net show real-win10-laptop.img
}

@test "real-win81-virtualbox: net show" {
        machine real-win81-virtualbox
        golden win81-net net show real-win81-virtualbox.img
}

@test "real-xp-virtualpc: net show" {
        machine real-xp-virtualpc
        golden xp-net net show real-xp-virtualpc.img
}

@test "w10: doctor" {
        machine w10
        golden w10-doctor doctor w10.img
}

@test "xp: doctor" {
        machine xp
        golden xp-doctor doctor xp.img
}
