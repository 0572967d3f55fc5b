#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Bad input: one clear line, the right exit code, and an unchanged image.

load common

# unchanged FILE COMMAND...: the command leaves FILE as it was.
unchanged() {
        local file=$1 before
        shift
        before=$(sum "$file")
        offwin "$@"
        [ "$(sum "$file")" = "$before" ]
}

@test "no such file" {
        offwin inspect "$BATS_TEST_TMPDIR/absent.img"
        expect 1
        one_line "absent.img"
        offwin fix --all "$BATS_TEST_TMPDIR/absent.img"
        expect 1
        one_line "absent.img"
        offwin undo "$BATS_TEST_TMPDIR/absent.img"
        expect 1
        one_line "absent.img"
}

@test "not a disk: a text file, an empty file, zeros, a folder" {
        local t=$BATS_TEST_TMPDIR
        echo "hello" >"$t/text"
        : >"$t/empty"
        truncate -s 1M "$t/zeros"
        for file in text empty zeros; do
                for command in "inspect" "doctor" "fix --all"; do
                        unchanged "$t/$file" $command "$t/$file"
                        expect 1
                        one_line "$file"
                done
        done
        offwin inspect "$t"
        expect 2
        one_line "$t"
}

@test "the same errors as JSON, on stdout" {
        echo "hello" >"$BATS_TEST_TMPDIR/text"
        offwin inspect --json "$BATS_TEST_TMPDIR/text"
        expect 1
        json '.report' error
        json '.error.code | length > 0' true
        json '.error.text | contains("text")' true
        one_line "text"
}

@test "no partition that holds anything known" {
        local t=$BATS_TEST_TMPDIR
        truncate -s 8M "$t/parted"
        echo ',,7,*' | sfdisk -q "$t/parted"
        unchanged "$t/parted" inspect "$t/parted"
        expect 0
        has "No Windows was found"
        unchanged "$t/parted" doctor "$t/parted"
        expect 1
        one_line "Windows"
}

@test "a partition past the end of the disk" {
        local t=$BATS_TEST_TMPDIR
        truncate -s 8M "$t/cut"
        echo ',,7,*' | sfdisk -q "$t/cut"
        truncate -s 4M "$t/cut"
        unchanged "$t/cut" inspect "$t/cut"
        expect 0
        has "!"
}

@test "two partitions that overlap" {
        local t=$BATS_TEST_TMPDIR
        truncate -s 16M "$t/overlap"
        printf '2048,8192,7\n4096,8192,7\n' | sfdisk -q --force "$t/overlap" >/dev/null 2>&1 || true
        # sfdisk may refuse; then the second entry is written by hand: type 7, start 4096, 8192 sectors.
        printf '\x00\x00\x00\x00\x07\x00\x00\x00\x00\x10\x00\x00\x00\x20\x00\x00' |
                dd of="$t/overlap" bs=1 seek=$((0x1ce)) conv=notrunc status=none
        unchanged "$t/overlap" inspect "$t/overlap"
        expect 1
        one_line "overlap"
}

@test "a fix file with an unknown key: the file, the line, exit 1" {
        local t=$BATS_TEST_TMPDIR
        mkdir -p "$t/fixes/network"
        printf '[Fix]\nTitle=A fix\nNonsense=1\n' >"$t/fixes/network/bad.fix"
        offwin fix --list --fix-dir "$t/fixes"
        expect 1
        one_line "bad.fix"
        [[ $errors == *Nonsense* ]]
        [[ $errors == *3* ]]
}

@test "a fix folder that is not there" {
        offwin fix --list --fix-dir "$BATS_TEST_TMPDIR/absent"
        expect 1
        one_line "absent"
}

@test "--discard-hibernation gives the session up, and undo gives it back" {
        machine w10-faststartup
        local before
        before=$(sum "$image")
        offwin fix --all "$image"
        expect 4
        one_line "--discard-hibernation"
        offwin reg set -n "$image" 'HKLM\SOFTWARE\Vendor' x dword 1
        expect 0
        [[ $errors == *"without --dry-run this is refused"*"--discard-hibernation"* ]]
        offwin reg set "$image" 'HKLM\SOFTWARE\Vendor' x dword 1
        expect 4
        offwin fix --all --dry-run --discard-hibernation "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
        offwin fix --all --discard-hibernation "$image"
        expect 0
        [[ $errors == *"not saved in it is lost"* ]]
        offwin inspect --json "$image"
        json '[.windows[]? | .state.hibernated] | any' false
        offwin reg set "$image" 'HKLM\SYSTEM\X' a dword 1
        expect 0
        offwin undo "$image"
        expect 0
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "file systems of other people's test images: read, and left alone" {
        local t=$BATS_TEST_TMPDIR name image found=
        for packed in "${OFFWIN_DATA:-/nonexistent}"/images/*.xz; do
                [ -e "$packed" ] || continue
                name=$(basename "$packed" .xz)
                image=$t/$name
                xz -dc "$packed" >"$image"
                found=1
                unchanged "$image" inspect "$image"
                expect 0
                has "NTFS"
                for command in "doctor" "fix --all" "file ls"; do
                        unchanged "$image" $command "$image"
                        expect 1
                        one_line "no Windows"
                done
                rm "$image"
        done
        [ -n "$found" ] || skip "the images are not here"
}
