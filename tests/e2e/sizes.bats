#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole job on disks and volumes of unusual sizes and shapes.

load common

setup() {
        [ -n "${MKMACHINE:-}" ] || skip "no mkmachine"
        # Few file systems hold files of 64 TiB; the one in memory does.
        space=$BATS_TEST_TMPDIR
        if [ -d /dev/shm ] && [ -w /dev/shm ]; then
                space=$(mktemp -d /dev/shm/offwin-XXXXXX)
        fi
        image=$space/disk.img
        cp -r "$MACHINES/common" "$MACHINES/xp" "$MACHINES/w10" "$BATS_TEST_TMPDIR"
}

teardown() {
        [ "$space" = "$BATS_TEST_TMPDIR" ] || rm -rf "$space"
}

# build RECIPE SED-SCRIPT: $image from a changed copy of a recipe.
build() {
        sed "$2" "$MACHINES/$1.recipe" >"$BATS_TEST_TMPDIR/changed.recipe"
        "$MKMACHINE" "$BATS_TEST_TMPDIR/changed.recipe" "$image" || skip "no file system here holds such a file"
}

whole_job() {
        local before
        before=$(sum "$image")
        offwin doctor "$image"
        expect 0
        offwin fix --all "$image"
        expect 0
        has "written and read back"
        offwin fix --all --check "$image"
        expect 0
        [ "$(sum "$image")" != "$before" ]
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "64 TiB with the volume at its far end" {
        build xp 's/^scheme = mbr/scheme = gpt/; s/^size = 4G/size = 64T/; s/^start = 63s/start = 65535G\nsize = 300M/; /^active/d'
        whole_job
        offwin inspect --json "$image"
        json '.disks[0].partitions[0].offset' $((65535 << 30))
}

@test "MBR: a volume that ends at 2 TiB, and one that goes beyond" {
        build xp 's/^size = 4G/size = 3T/; s/^start = 63s/start = 4294353832s\nsize = 300M/'
        whole_job
        build xp 's/^size = 4G/size = 3T/; s/^start = 63s/start = 4294560000s\nsize = 300M/'
        whole_job
}

@test "4Kn: GPT and MBR in sectors of 4096 bytes" {
        build xp 's/^size = 4G/size = 300M\nsector = 4096/; s/^scheme = mbr/scheme = gpt/; s/^start = 63s/start = 1M/; /^active/d'
        whole_job
        build w10 's/^\[disk\]/[disk]\nsector = 4096/'
        whole_job
}

@test "clusters of 512 bytes to 2 MB, a partition on an odd sector" {
        for cluster in 512 8192 65536 2097152; do
                build xp "s/^start = 63s/start = 77s\ncluster = $cluster/"
                whole_job
        done
}

@test "an NTFS volume larger than its partition is read with a warning and not written to" {
        local before
        build xp 's/^size = 4G/size = 400M/'
        # The partition loses its last 100 MB; the file system does not know.
        python3 - "$image" <<'PYTHON'
import struct, sys
with open(sys.argv[1], 'r+b') as f:
    f.seek(0x1be + 12)
    sectors, = struct.unpack('<I', f.read(4))
    f.seek(0x1be + 12)
    f.write(struct.pack('<I', sectors - (100 << 11)))
PYTHON
        before=$(sum "$image")
        offwin doctor "$image"
        expect 0
        [[ $errors == *"NTFS covers"* ]]
        offwin fix --all "$image"
        expect 4
        [ "$(sum "$image")" = "$before" ]
}
