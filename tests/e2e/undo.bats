#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Undo: in reverse order, refused where the machine wrote since, and the way on when a change was cut off.

load common

# scribble OFFSET: what a running Windows would do.
scribble() {
        printf 'windows was here' | dd of="$image" bs=1 seek="$1" conv=notrunc status=none
}

# first_change: byte on the disk that the newest change wrote to; from its journal (docs/formats/journal.md 2).
first_change() {
        python3 - "$1" <<'END'
import struct, sys
b = open(sys.argv[1], "rb").read()
count, = struct.unpack_from("<Q", b, 0x10)
table, size = struct.unpack_from("<QQ", b, 0x30)
print(struct.unpack_from("<IIQ", b, table + size - 24 * count)[2])
END
}

@test "several fixes are listed, newest first, and undone in reverse order" {
        machine w7
        local first second
        first=$(sum "$image")
        offwin fix ncsi-active-off --yes "$image"
        expect 0
        second=$(sum "$image")
        offwin fix auto-restart-off --yes "$image"
        expect 0
        offwin undo --list --json "$image"
        expect 0
        json '[.. | .title? // empty] | map(select(startswith("offwin fix"))) | .[0]' "offwin fix auto-restart-off"
        offwin undo --yes "$image"
        expect 0
        [ "$(sum "$image")" = "$second" ]
        offwin undo --yes "$image"
        expect 0
        [ "$(sum "$image")" = "$first" ]
        offwin undo --yes "$image"
        expect 1
}

@test "undo is refused where the machine wrote since, and says where" {
        machine w7
        local at
        offwin fix --all --yes "$image"
        expect 0
        at=$(first_change "$image".offwin-0001.journal)
        scribble "$at"
        local before
        before=$(sum "$image")
        offwin undo --yes "$image"
        expect 4
        [[ $errors == *"was the machine started?"* ]]
        [[ $errors == *"differs at byte $at, 512 bytes, in partition "* ]]
        [ "$(sum "$image")" = "$before" ]
}

@test "a journal of another image is refused" {
        machine w7
        offwin fix --all --yes "$image"
        expect 0
        mv "$image".offwin-0001.journal "$BATS_TEST_TMPDIR/kept"
        machine dualboot
        mv "$BATS_TEST_TMPDIR/kept" "$image".offwin-0001.journal
        offwin undo --yes "$image"
        expect 1
        [[ $errors == *"no undo record"* || $errors == *"another image"* ]]
}

@test "a change that was cut off before the machine started is forgotten only when told to" {
        machine w7
        local at before
        offwin fix --all --yes "$image"
        expect 0
        # As if the power had gone before the last rename, and the VM had been started then.
        mv "$image".offwin-0001.journal "$image".offwin-0001.pending
        at=$(first_change "$image".offwin-0001.pending)
        scribble "$at"
        before=$(sum "$image")
        offwin fix --all --yes "$image"
        expect 4
        [[ $errors == *"cannot be finished"*"undo --forget"* ]]
        offwin undo --forget --yes "$image"
        expect 0
        [[ $errors == *"stays as it is"* ]]
        [ -e "$image".offwin-0001.forgotten ]
        [ "$(sum "$image")" = "$before" ]
        offwin undo --forget --yes "$image"
        expect 0
        offwin undo --list "$image"
        expect 0
        offwin undo --yes "$image"
        expect 1
}
