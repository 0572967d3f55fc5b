#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Machines that are damaged, full, read-only or cut: one clear line, the right exit code, an unchanged image.

load common

# refused CODE TEXT: fix --all fails so with one line that says TEXT, and the image is untouched.
refused() {
        local before
        before=$(sum "$image")
        offwin fix --all "$image"
        expect "$1"
        one_line "$2"
        [ "$(sum "$image")" = "$before" ]
        [ "$(find "$BATS_TEST_TMPDIR" -name '*.journal' | wc -l)" -eq 0 ]
}

# Byte offset of the partition with Windows.
windows_at() {
        "$OFFWIN" inspect --json "$image" | jq '[.disks[0].partitions[] | select(.volume.label != "System Reserved" and
                .volume.kind == "NTFS")][0].offset'
}

# Byte offset on the image of a hive file's first byte.
hive_at() {
        "$OFFWIN" file cat "$image" "$1" >"$BATS_TEST_TMPDIR/hive"
        head -c 4096 "$BATS_TEST_TMPDIR/hive" | "$BATS_TEST_DIRNAME/sparse" find "$image"
}

# poke OFFSET HEX: writes bytes into the image.
poke() {
        xxd -r -p <<<"$2" | dd of="$image" bs=1 seek="$1" conv=notrunc status=none
}

@test "a truncated image" {
        machine w7
        truncate -s 200M "$image"
        refused 1 ""
        [[ $errors == *"w7.img"* || $errors == *artition* || $errors == *Windows* ]]
}

@test "a damaged NTFS boot sector" {
        machine w7
        poke $(($(windows_at) + 0x0b)) ffff
        refused 1 "Windows"
        offwin inspect "$image"
        expect 0
        has "!"
}

@test "a SYSTEM hive that is no hive any more" {
        machine w7
        poke "$(hive_at 'C:\Windows\System32\config\SYSTEM')" 00000000
        offwin inspect "$image"
        expect 0
        has "not a registry hive"
        offwin fix --all --dry-run "$image"
        expect 1
        one_line "not a registry hive"
        refused 1 "not a registry hive"
}

@test "a SOFTWARE hive that is no hive any more" {
        machine w7
        poke "$(hive_at 'C:\Windows\System32\config\SOFTWARE')" 00000000
        offwin doctor "$image"
        expect 0
        has "not a registry hive"
        refused 1 "not a registry hive"
}

@test "a hive whose root key's subkey list leads to itself: no hang, no crash" {
        machine w7
        local at before
        at=$(hive_at 'C:\Windows\System32\config\SOFTWARE')
        # The root key's cell is at 0x20 of the bins; its subkey list field at 0x1c of the node is made to name the root.
        poke $((at + 0x1000 + 0x20 + 4 + 0x1c)) 20000000
        before=$(sum "$image")
        for command in inspect doctor "fix --all --dry-run" "reg ls -R"; do
                if [ "$command" = "reg ls -R" ]; then
                        offwin reg ls -R "$image" 'HKLM\SOFTWARE'
                else
                        offwin $command "$image"
                fi
                [ "$status" -le 4 ]
                [ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" -le 1 ]
        done
        [ "$(sum "$image")" = "$before" ]
}

@test "a dirty hive without its logs: read, and refused to write until --accept-dirty" {
        machine w7
        local at
        at=$(hive_at 'C:\Windows\System32\config\SYSTEM')
        # Secondary sequence number below the primary one; the checksum is over the first 508 bytes.
        python3 - "$image" "$at" <<'PY'
import struct
import sys
with open(sys.argv[1], "r+b") as f:
    f.seek(int(sys.argv[2]))
    base = bytearray(f.read(512))
    base[4:8] = struct.pack("<I", struct.unpack("<I", base[8:12])[0] + 5)
    total = 0
    for word in struct.unpack("<127I", base[:508]):
        total ^= word
    total = 0xfffffffe if total == 0xffffffff else total or 1
    base[508:512] = struct.pack("<I", total)
    f.seek(int(sys.argv[2]))
    f.write(base)
PY
        offwin inspect "$image"
        expect 0
        has "not closed"
        refused 4 "--accept-dirty"
        offwin fix --all --accept-dirty --quiet "$image"
        expect 0
        offwin undo --quiet "$image"
        expect 0
}

# Three values of a registry, enough to be a Windows; $1: the folder for it.
tiny_registry() {
        cat >"$1/system.reg" <<'REG'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\Select]
"Current"=dword:00000001
"Default"=dword:00000001
"Failed"=dword:00000000
"LastKnownGood"=dword:00000001

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Control\CrashControl]
"AutoReboot"=dword:00000001

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Services\Tcpip\Parameters]
"Hostname"="tiny"
REG
}

# tiny_machine: $image, a small volume with a SYSTEM of tiny_registry and nothing else.
tiny_machine() {
        tiny_registry "$BATS_TEST_TMPDIR"
        bare_machine <<'RECIPE'
[disk]
scheme = none
size = 16M

[partition]
type = ntfs

[hive]
path = \Windows\System32\config\SYSTEM
source = system.reg
RECIPE
}

@test "no space left on the guest's volume" {
        command -v ntfscp >/dev/null || skip "no ntfscp"
        tiny_machine
        offwin reg get "$image" 'HKLM\SYSTEM\Select' Current
        expect 0
        for size in 8M 4M 2M 1M 512K 256K 128K 64K 32K 16K 8K 4K; do    # a file that does not fit leaves nothing
                head -c "$size" /dev/urandom >"$BATS_TEST_TMPDIR/filler"
                for n in 1 2; do
                        ntfscp -f "$image" "$BATS_TEST_TMPDIR/filler" "/fill-$size-$n" >/dev/null 2>&1 || true
                done
        done
        local before
        before=$(sum "$image")
        offwin reg set "$image" 'HKLM\SYSTEM\Select' Big sz "$(head -c 120000 /dev/zero | tr '\0' x)"
        expect 4
        one_line "the volume is full"
        [ "$(sum "$image")" = "$before" ]
}

@test "a SYSTEM hive cut anywhere" {
        tiny_machine
        "$OFFWIN" file cat "$image" 'C:\Windows\System32\config\SYSTEM' >"$BATS_TEST_TMPDIR/whole"
        local size
        size=$(stat -c %s "$BATS_TEST_TMPDIR/whole")
        for cut in 1 511 512 4096 4128 $((size / 2)) $((size - 1)); do
                head -c "$cut" "$BATS_TEST_TMPDIR/whole" >"$BATS_TEST_TMPDIR/cut"
                bare_machine <<'RECIPE'
[disk]
scheme = none
size = 16M

[partition]
type = ntfs

[file]
path = \Windows\System32\config\SYSTEM
from = cut
RECIPE
                echo "cut at $cut of $size"
                offwin inspect "$image"
                expect 0
                offwin doctor "$image"
                [ "$status" -le 1 ]
                # Behind the base block, what is left may be enough to say that nothing is to be done.
                if [ "$cut" -gt 4128 ] && "$OFFWIN" fix --all --quiet --check "$image"; then
                        continue
                fi
                # What can be read in part is not edited; what cannot be read at all is an error.
                refused $((cut > 4128 ? 4 : 1)) "SYSTEM"
        done
}

# Runs the program as somebody who may not write; root may write to everything.
as_reader() {
        if [ "$(id -u)" -eq 0 ]; then
                setpriv --reuid 65534 --regid 65534 --clear-groups "$OFFWIN" "$@"
        else
                "$OFFWIN" "$@"
        fi
}

@test "a read-only image: doctor and dry run work, fix says so" {
        machine xp
        local place before
        place=$(mktemp -d "${TMPDIR:-/tmp}/offwin-e2e.XXXXXX")
        mv "$image" "$place/xp.img"
        image=$place/xp.img
        chmod 555 "$place"
        chmod 444 "$image"
        before=$(sum "$image")
        as_reader doctor --quiet "$image"
        as_reader fix --all --dry-run --quiet "$image"
        status=0
        as_reader fix --all "$image" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
        output=
        errors=$(cat "$BATS_TEST_TMPDIR/stderr")
        [ "$(sum "$image")" = "$before" ]
        chmod 755 "$place"
        rm -rf "$place"
        expect 1
        one_line "xp.img"
}

@test "a journal folder that cannot be written to" {
        machine xp
        local before
        before=$(sum "$image")
        offwin fix --all --journal-dir "$BATS_TEST_TMPDIR/absent" "$image"
        expect 1
        one_line "absent"
        : >"$BATS_TEST_TMPDIR/file"
        offwin fix --all --journal-dir "$BATS_TEST_TMPDIR/file" "$image"
        expect 1
        one_line "file"
        [ "$(sum "$image")" = "$before" ]
}

@test "an image that another process has open" {
        machine xp
        command -v qemu-nbd >/dev/null || skip "no qemu-nbd"
        # qemu-nbd holds qemu's own locks, as a running machine does; it forks when it is ready.
        qemu-nbd --fork --pid-file "$BATS_TEST_TMPDIR/pid" -f raw -k "$BATS_TEST_TMPDIR/nbd" -t "$image"
        offwin fix --all "$image"
        kill "$(cat "$BATS_TEST_TMPDIR/pid")"
        expect 4
        one_line "xp.img"
}
