#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Volumes that are not safe to write to, or not ours to read: each has its own sentence with the way on, and exit code 4.

load common

# refused CODE TEXT...: fix --all ends so with one line that has every TEXT, and nothing is written.
refused() {
        local code=$1 before text
        shift
        before=$(sum "$image")
        offwin fix --all "$image"
        expect "$code"
        for text in "$@"; do
                one_line "$text"
        done
        [ "$(sum "$image")" = "$before" ]
        [ "$(find "$BATS_TEST_TMPDIR" -name '*.offwin-*' | wc -l)" -eq 0 ]
}

# Byte offset of the partition with Windows.
windows_at() {
        "$OFFWIN" inspect --json "$image" | jq '[.disks[0].partitions[] | select(.volume.label != "System Reserved" and
                .volume.kind == "NTFS")][0].offset'
}

patch_windows() {
        "$BATS_TEST_DIRNAME/ntfs-patch" "$image" "$(windows_at)" "$@"
}

# a_disk TYPE [SCHEME]: a small FAT partition that holds nothing, and a large one of TYPE that no tool of ours formats.
a_disk() {
        bare_machine <<RECIPE
[disk]
scheme = ${2:-gpt}
size = 64M

[partition]
type = fat16
size = 16M

[partition]
type = $1
fs = none
RECIPE
}

# hidden KIND TEXT...: inspect names what is on partition 2, reading finds no Windows, writing is refused.
hidden() {
        local kind=$1
        shift
        offwin inspect "$image"
        expect 0
        has "$kind"
        offwin doctor "$image"
        expect 1
        one_line "no Windows found; disk 1 partition 2 cannot be read"
        refused 4 "no Windows found; disk 1 partition 2 cannot be read" "$@"
}

# poke OFFSET HEX: into the second partition.
poke_second() {
        local at
        at=$("$OFFWIN" inspect --json "$image" | jq '.disks[0].partitions[1].offset')
        python3 -c 'import sys; f = open(sys.argv[1], "r+b"); f.seek(int(sys.argv[2])); f.write(bytes.fromhex(sys.argv[3]))' \
                "$image" "$((at + $1))" "$2"
}

@test "BitLocker" {
        a_disk ntfs
        poke_second 3 2d4656452d46532d           # -FVE-FS-
        hidden BitLocker "manage-bde -off"
}

@test "BitLocker on the larger of two partitions that cannot be read" {
        bare_machine <<'RECIPE'
[disk]
scheme = gpt
size = 64M

[partition]
type = ntfs
fs = none
size = 4M

[partition]
type = ntfs
fs = none
RECIPE
        poke_second 3 2d4656452d46532d
        poke_second $((-4 * 1048576 + 3)) 4558464154202020      # EXFAT
        hidden BitLocker "manage-bde -off"
}

@test "ReFS" {
        a_disk ntfs
        poke_second 3 5265465300000000           # ReFS
        hidden ReFS "ReFS is recognised, but not read" "a volume with NTFS"
}

@test "a dynamic disk (LDM), GPT and MBR" {
        a_disk ldm
        hidden "dynamic disk" "dynamic disk (LDM)" "ldmtool create all"
        a_disk ldm mbr
        hidden "dynamic disk" "dynamic disk (LDM)" "ldmtool create all"
}

@test "Storage Spaces" {
        a_disk spaces
        hidden "Storage Spaces" "belongs to Storage Spaces" "copy the volume to a plain disk"
}

@test "a volume with its dirty flag set: written to, with a warning that chkdsk will run" {
        machine w7
        patch_windows dirty
        local before
        before=$(sum "$image")
        offwin inspect "$image"
        expect 0
        has "chkdsk will run"
        [[ $errors != *chkdsk* ]]
        offwin doctor "$image"
        expect 0
        has "marked for a check"
        offwin fix --all "$image"
        expect 0
        [[ $errors == *"warning: partition 2: its dirty flag is set"*chkdsk* ]]
        offwin inspect --json "$image"
        json '[.disks[0].partitions[].volume.dirty] | any' true
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "an unclean journal: refused; ntfsfix is one of the ways on that the message names" {
        machine w7
        patch_windows unclean
        offwin inspect "$image"
        expect 0
        has "NTFS journal not closed"
        offwin doctor "$image"
        expect 0
        has "its NTFS journal is open"
        refused 4 "boot it once and shut it down fully" "ntfsrecover" "ntfsfix" "losetup -fP" "qemu-nbd -c"
        [ "$(fold -w 120 "$BATS_TEST_TMPDIR/stderr" | wc -l)" -le 3 ]
        command -v ntfsfix >/dev/null || skip "no ntfsfix"
        # What losetup and a partition device would be, without the right to make one.
        local at part=$BATS_TEST_TMPDIR/partition
        at=$(windows_at)
        dd if="$image" of="$part" bs=1M skip=$((at / 1048576)) conv=sparse status=none
        ntfsfix "$part" >"$BATS_TEST_TMPDIR/ntfsfix" 2>&1
        dd if="$part" of="$image" bs=1M seek=$((at / 1048576)) conv=notrunc,sparse status=none
        offwin fix --all "$image"
        cat "$BATS_TEST_TMPDIR/ntfsfix"
        expect 0
        [[ $errors == *chkdsk* ]]                # which ntfsfix asks for
}

# Windows keeps no hive so by itself; a person who compresses or encrypts the whole folder gets it.
@test "a SYSTEM hive that WOF compressed, deduplication took, EFS encrypted" {
        machine w7
        cp --sparse=always "$image" "$BATS_TEST_TMPDIR/whole"
        while read -r words; do
                local want=${words#*|}
                cp --sparse=always "$BATS_TEST_TMPDIR/whole" "$image"
                # shellcheck disable=SC2086
                patch_windows ${words%|*}
                offwin inspect "$image"
                expect 0
                has "${want% *}"
                refused 4 "config\\SYSTEM" "${want% *}" "${want##* }"
                offwin fix --all --dry-run "$image"
                expect 1
                one_line "${want% *}"
        done <<'CASES'
reparse SYSTEM 0x80000017|compressed by WOF compact
reparse SYSTEM 0x80000013|deduplicated Expand-DedupFile
encrypt SYSTEM|encrypted (EFS) cipher
CASES
}
