#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Nobody writes to an image that somebody else has open: a real VM, or another offwin.

load common

setup() {
        command -v qemu-system-x86_64 >/dev/null || skip "qemu-system-x86_64 is not installed"
}

teardown() {
        stop_vm
}

# start_vm FORMAT [OPTIONS]: a VM that has $image open and stands still before its first instruction.
start_vm() {
        qemu-system-x86_64 -S -nodefaults -display none -machine pc,accel=tcg -m 32 -daemonize \
                -pidfile "$BATS_TEST_TMPDIR/vm" -drive "file=$image,format=$1,if=virtio${2:-}"
}

# Its pid file is there as soon as -daemonize has come back; the lock is gone with the process.
stop_vm() {
        [ -e "$BATS_TEST_TMPDIR/vm" ] || return 0
        local pid
        pid=$(cat "$BATS_TEST_TMPDIR/vm")
        kill "$pid"
        tail --pid="$pid" -f /dev/null
        rm -f "$BATS_TEST_TMPDIR/vm"
}

# refused_while_held: every way of writing is refused, and nothing is left beside the image.
refused_while_held() {
        local before
        before=$(sum "$image")
        for words in "fix --all --yes" "undo --yes" "settle --yes"; do
                # shellcheck disable=SC2086
                offwin $words "$image"
                expect 4
                [[ $errors == *"in use"* || $errors == *"another program"* ]]
        done
        [ "$(sum "$image")" = "$before" ]
        [ "$(find "$BATS_TEST_TMPDIR" -name '*.offwin-*' | wc -l)" -eq 0 ]
}

@test "a VM that runs from a raw image keeps offwin from writing" {
        machine w7
        start_vm raw
        refused_while_held
        offwin inspect "$image"
        expect 0
        [[ $errors == *"being written to by another program"* ]]
        stop_vm
        offwin fix --all --yes "$image"
        expect 0
        # And the other way round: what offwin has changed starts again.
        start_vm raw
        offwin undo --yes "$image"
        expect 4
        stop_vm
        offwin undo --yes "$image"
        expect 0
}

@test "a VM that runs from a qcow2 image keeps offwin from writing" {
        command -v qemu-img >/dev/null || skip "qemu-img is not installed"
        machine w7
        qemu-img convert -O qcow2 "$image" "$BATS_TEST_TMPDIR/w7.qcow2"
        image=$BATS_TEST_TMPDIR/w7.qcow2
        start_vm qcow2
        refused_while_held
        offwin inspect "$image"
        expect 0
        stop_vm
        offwin fix --all --yes "$image"
        expect 0
        offwin undo --yes "$image"
        expect 0
}

@test "a VM that only reads an image does not like it to change either" {
        machine w7
        start_vm raw ",readonly=on"
        offwin fix --all --yes "$image"
        expect 4
}

@test "there is no way to write to an image in use" {
        machine w7
        offwin fix --all --yes --force-share "$image"
        expect 2
}
