#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole job on every format that qemu writes, and what is refused.

load common

setup_file() {
        command -v qemu-img >/dev/null || skip "no qemu-img"
        [ -n "${MKMACHINE:-}" ] || skip "no mkmachine"
        # Some formats have every block: a small disk keeps them quick.
        export SMALL=$BATS_FILE_TMPDIR/xp.img
        "$MKMACHINE" --size 300M "$MACHINES/xp.recipe" "$SMALL"
}

setup() {
        image=$BATS_TEST_TMPDIR/xp.img
        cp --sparse=always "$SMALL" "$image"
}

# whole_job FILE FORMAT: looked at, fixed, undone; qemu says that the disk is what it was, and that it is sound.
whole_job() {
        local before
        offwin doctor "$1"
        expect 0
        offwin inspect --json "$1"
        expect 0
        json '.disks[0].format' "$2"
        before=$(sum "$1")
        offwin fix --all --dry-run "$1"
        expect 0
        [ "$(sum "$1")" = "$before" ]
        offwin fix --all "$1"
        expect 0
        has "written and read back"
        ! qemu-img compare -q -f "$2" -F raw "$1" "$image"
        offwin fix --all --check "$1"
        expect 0
        offwin undo "$1"
        expect 0
        qemu-img compare -q -f "$2" -F raw "$1" "$image"
}

# converted NAME OPTIONS...: $image as another format, beside it.
converted() {
        local name=$1
        shift
        disk=$BATS_TEST_TMPDIR/$name
        qemu-img convert -q -f raw "$@" "$image" "$disk"
}

@test "qcow2: version 2, version 3, small clusters, zstd, compressed clusters" {
        converted two.qcow2 -O qcow2 -o compat=0.10
        whole_job "$disk" qcow2
        converted small.qcow2 -O qcow2 -o cluster_size=4k,lazy_refcounts=on
        whole_job "$disk" qcow2
        converted zipped.qcow2 -c -O qcow2
        whole_job "$disk" qcow2
        qemu-img check -q "$disk"
        converted zstd.qcow2 -c -O qcow2 -o compression_type=zstd || skip "this qemu has no zstd"
        whole_job "$disk" qcow2
        qemu-img check -q "$disk"
}

@test "qcow2: internal snapshots keep what they hold" {
        converted snap.qcow2 -O qcow2
        qemu-img snapshot -c before "$disk"
        whole_job "$disk" qcow2
        offwin fix --all "$disk"
        expect 0
        qemu-img check -q "$disk"
        qemu-img snapshot -a before "$disk"
        qemu-img compare -q -f qcow2 -F raw "$disk" "$image"
}

@test "a chain of snapshots: what lies below is never touched" {
        converted base.vmdk -O vmdk
        (cd "$BATS_TEST_TMPDIR"
         qemu-img create -q -f qcow2 -b base.vmdk -F vmdk middle.qcow2
         qemu-img create -q -f qcow2 -b middle.qcow2 -F qcow2 top.qcow2)
        local base middle
        base=$(sum "$disk")
        middle=$(sum "$BATS_TEST_TMPDIR/middle.qcow2")
        whole_job "$BATS_TEST_TMPDIR/top.qcow2" qcow2
        offwin fix --all "$BATS_TEST_TMPDIR/top.qcow2"
        expect 0
        [ "$(sum "$disk")" = "$base" ]
        [ "$(sum "$BATS_TEST_TMPDIR/middle.qcow2")" = "$middle" ]
}

@test "a backing file in another folder: refused, exit 4, until --allow-outside" {
        mkdir "$BATS_TEST_TMPDIR/elsewhere"
        converted elsewhere/base.qcow2 -O qcow2
        local top=$BATS_TEST_TMPDIR/top.qcow2
        qemu-img create -q -f qcow2 -b elsewhere/base.qcow2 -F qcow2 "$top"
        offwin doctor "$top"
        expect 4
        one_line "--allow-outside"
        offwin doctor --allow-outside "$top"
        expect 0
        offwin fix --all --allow-outside "$top"
        expect 0
        qemu-img compare -q -f qcow2 -F raw "$disk" "$image"
}

@test "VHD: dynamic and fixed" {
        converted dynamic.vhd -O vpc -o subformat=dynamic,force_size=on
        whole_job "$disk" vpc
        converted fixed.vhd -O vpc -o subformat=fixed,force_size=on
        whole_job "$disk" vpc
}

@test "VHDX: dynamic, fixed, and with a log that its last user left behind" {
        converted fixed.vhdx -O vhdx -o subformat=fixed
        whole_job "$disk" vhdx
        converted dynamic.vhdx -O vhdx
        whole_job "$disk" vhdx

        rm -f "$disk".offwin-*
        local before
        "$BATS_TEST_DIRNAME/vhdx-log" "$disk" "$(vhdx_sector)"
        ! qemu-img check -q "$disk"
        before=$(sum "$disk")
        offwin doctor "$disk"
        expect 0
        [[ $errors == *"warning: "*"log"* ]]
        [ "$(sum "$disk")" = "$before" ]
        whole_job "$disk" vhdx
        qemu-img check -q "$disk"
}

# vhdx_sector: where the first sector of $image that is not zero lies in $disk.
vhdx_sector() {
        python3 - "$image" "$disk" <<'PYTHON'
import sys
first = open(sys.argv[1], 'rb').read(4096)
disk = open(sys.argv[2], 'rb').read(64 << 20)
print(disk.index(first))
PYTHON
}

@test "VMDK: sparse, flat, split in parts" {
        for kind in monolithicSparse monolithicFlat twoGbMaxExtentSparse twoGbMaxExtentFlat; do
                converted $kind.vmdk -O vmdk -o subformat=$kind
                whole_job "$disk" vmdk
        done
}

@test "VMDK streamOptimized is read; writing is refused and names the command" {
        converted stream.vmdk -O vmdk -o subformat=streamOptimized
        local before
        before=$(sum "$disk")
        offwin doctor "$disk"
        expect 0
        offwin fix --all "$disk"
        expect 1
        one_line "qemu-img convert"
        [ "$(sum "$disk")" = "$before" ]
}

@test "VDI: dynamic and static" {
        converted dynamic.vdi -O vdi
        whole_job "$disk" vdi
        converted static.vdi -O vdi -o static=on
        whole_job "$disk" vdi
}

# served_job URI: fixed and undone through the server, which then ends; $disk is what it was.
served_job() {
        local server
        server=$(cat "$BATS_TEST_TMPDIR/pid")
        offwin fix --all --journal-dir "$BATS_TEST_TMPDIR" "$1"
        expect 0
        offwin undo --journal-dir "$BATS_TEST_TMPDIR" "$1"
        expect 0
        kill "$server"
        while kill -0 "$server" 2>/dev/null; do :; done
        qemu-img compare -q -f qcow2 -F raw "$disk" "$image"
}

@test "nbd+unix: the journal goes where --journal-dir says" {
        converted served.qcow2 -O qcow2
        local socket=$BATS_TEST_TMPDIR/nbd uri
        uri="nbd+unix:///?socket=$socket"
        qemu-nbd --fork --pid-file "$BATS_TEST_TMPDIR/pid" -t -f qcow2 -k "$socket" "$disk"
        offwin doctor "$uri"
        expect 0
        offwin fix --all "$uri"
        expect 4
        one_line "--journal-dir"
        served_job "$uri"
}

@test "nbd: over TCP, on this machine" {
        converted served.qcow2 -O qcow2
        local port uri
        port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        uri=nbd://127.0.0.1:$port
        qemu-nbd --fork --pid-file "$BATS_TEST_TMPDIR/pid" -t -f qcow2 -b 127.0.0.1 -p "$port" "$disk"
        served_job "$uri"
}

@test "a raw disk on which the guest wrote a qcow2 header opens no other file" {
        local evil=$BATS_TEST_TMPDIR/evil.qcow2
        qemu-img create -q -f qcow2 -u -b /etc/passwd -F raw "$evil" 64M
        dd if="$evil" of="$image" bs=440 count=1 conv=notrunc status=none
        mv "$image" "$BATS_TEST_TMPDIR/disk.img"
        offwin inspect --json "$BATS_TEST_TMPDIR/disk.img"
        expect 0
        json '.disks[0].format' raw
        offwin inspect "$evil"
        expect 4
        one_line "/etc/passwd"
}

@test "a format that qemu cannot write is told with the convert command" {
        # Parallels' and Bochs' images, among others, can only be read by qemu.
        printf 'WithoutFreeSpace' >"$BATS_TEST_TMPDIR/disk.hdd"
        truncate -s 1M "$BATS_TEST_TMPDIR/disk.hdd"
        offwin inspect "$BATS_TEST_TMPDIR/disk.hdd"
        expect 1
        one_line "qemu-img convert"
}
