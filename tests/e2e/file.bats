#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offwin file get, put, rm and mkdir: plans of files with dry run and undo, and copies out that stay where they are sent.

load common

setup() {
        cd "$BATS_TEST_TMPDIR" || exit 1
        mkdir -p tree/sub/empty
        echo one >tree/one.txt
        head -c 300000 /dev/urandom >tree/sub/big.bin
        : >tree/sub/nothing
}

# small FS: $image with a Windows 7 of hardly any files, quick to compare and to hand to tools that are not ours.
small() {
        cat >system.reg <<'REG'
Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\Select]
"Current"=dword:00000001
"Default"=dword:00000001

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Control\ComputerName\ComputerName]
"ComputerName"="SMALL"
REG
        bare_machine <<RECIPE
[set]
time = 2014-03-12 17:45:00

[disk]
scheme = mbr
size = 100M
signature = 0x11223344

[partition]
type = $1
fs = $1
size = 96M

[hive]
path = \Windows\System32\config\SYSTEM
source = system.reg

[file]
path = \Users\bob\notes.txt
text = hello
RECIPE
}

# volume: the partition as a file of its own.
volume() {
        local start size
        read -r start size < <(sfdisk -J "$image" | jq -r '.partitiontable.partitions[0] | "\(.start) \(.size)"')
        dd if="$image" of=volume bs=512 skip="$start" count="$size" conv=sparse status=none
}

@test "put a file, replace it, and undo both" {
        small ntfs
        before=$(sum "$image")
        offwin file put -n "$image" tree/one.txt 'C:\Windows\offwin\net\'
        expect 0
        has '  + C:\Windows\offwin\'
        has '  + C:\Windows\offwin\net\one.txt (4 bytes)'
        has "3 changes. Nothing was written"
        [ "$(sum "$image")" = "$before" ]

        offwin file put "$image" tree/one.txt 'C:\Windows\offwin\net\'
        expect 0
        has "written and read back"
        [ "$("$OFFWIN" file cat "$image" 'c:\windows\OFFWIN\net\one.txt')" = one ]
        offwin file put "$image" tree/one.txt 'C:/Windows/offwin/net'
        expect 0
        has "Nothing to change."

        middle=$(sum "$image")
        offwin file put --json "$image" tree/sub/big.bin 'C:\Windows\offwin\net\one.txt'
        expect 0
        json '.changes[0].kind' file
        json '.changes[0].before.size' 4
        json '.changes[0].after.size' 300000
        json '.outcome' applied
        volume
        ntfscat volume Windows/offwin/net/one.txt | cmp - tree/sub/big.bin
        ntfsfix -n volume
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$middle" ]
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "a tree goes in, comes out the same, and goes" {
        for fs in ntfs fat16; do
                small $fs
                before=$(sum "$image")
                offwin file put "$image" tree 'C:\Drivers'
                expect 2
                one_line "-r copies it"
                offwin file put -r "$image" tree 'C:\Drivers'
                expect 0
                offwin file put -r "$image" tree 'C:\Drivers'
                expect 0
                has '+ C:\Drivers\tree\sub\empty\'
                rm -rf out
                mkdir out
                offwin file get -r "$image" 'C:\Drivers\tree' out
                expect 0
                has "3 files and 3 folders (293.0 KiB) copied to out"
                diff -r tree out/tree
                offwin file get --json -r "$image" 'C:\Drivers\tree\sub' out/new
                expect 0
                json '.report' copied
                json '.files' 2
                diff -r tree/sub out/new

                offwin file rm "$image" 'C:\Drivers'
                expect 2
                one_line "is a folder that is not empty"
                offwin file rm -r "$image" 'C:\Drivers'
                expect 0
                has '  - C:\Drivers\tree\sub\big.bin (293.0 KiB)'
                offwin file ls "$image" 'C:\Drivers'
                expect 1
                volume
                if [ $fs = ntfs ]; then
                        ntfsfix -n volume
                else
                        fsck.fat -n volume
                fi
                for _ in 1 2 3; do
                        offwin undo "$image"
                        expect 0
                done
                [ "$(sum "$image")" = "$before" ]
        done
}

@test "mkdir makes what is missing and nothing twice" {
        small ntfs
        offwin file mkdir "$image" 'C:\a\b' 'C:\a\c' 'c:\A\B'
        expect 0
        has "3 changes, written and read back"
        offwin file mkdir "$image" 'C:\a\b'
        expect 0
        has "Nothing to change."
        offwin file mkdir "$image" 'C:\Windows\System32\config\SYSTEM\x'
        expect 1
        one_line "is a file, and a folder is wanted there"
}

@test "what must not be done is refused, and nothing is written" {
        small ntfs
        before=$(sum "$image")
        refused() {
                offwin "$@"
                expect 4
                [ "$(sum "$image")" = "$before" ]
        }
        refused file put "$image" tree/one.txt 'C:\Windows\System32\config\SOFTWARE'
        one_line "belongs to a registry hive"
        refused file rm -r "$image" 'C:\Windows'
        one_line "does not start without"
        refused file rm -r "$image" 'C:\'
        one_line "a whole drive"
        refused file put "$image" tree/one.txt tree/../tree/one.txt 'C:\'
        one_line "two different things"
        for name in 'C:\a|b' 'C:\nul' 'C:\com1.txt' 'C:\trailing.'; do
                offwin file put -n "$image" tree/one.txt "$name"
                expect 2
        done
        offwin file put "$image" tree/one.txt tree/sub/big.bin 'C:\no-such-folder'
        expect 1
        one_line "is not there; 'C:\\no-such-folder\\' makes it"
        mkfifo tree/fifo
        offwin file put -r "$image" tree 'C:\x'
        expect 1
        one_line "neither a file nor a folder"
        rm tree/fifo
        ln -s /etc tree/etc
        offwin file put -r "$image" tree 'C:\x'
        expect 1
        one_line "a symbolic link"
        [ "$(sum "$image")" = "$before" ]
}

@test "get keeps what is there, and follows no link of the host" {
        small ntfs
        "$OFFWIN" file put -y -q -r "$image" tree 'C:\tree'
        mkdir out elsewhere
        echo mine >out/one.txt
        offwin file get "$image" 'C:\tree\one.txt' out
        expect 1
        one_line "is there already; -y overwrites it"
        [ "$(cat out/one.txt)" = mine ]
        offwin file get -y "$image" 'C:\tree\one.txt' out
        expect 0
        [ "$(cat out/one.txt)" = one ]

        mkdir -p trap/tree
        ln -s ../../elsewhere trap/tree/sub
        offwin file get -r "$image" 'C:\tree' trap
        expect 1
        has "'sub' is there already, and is no folder"
        [ -z "$(ls elsewhere)" ]
        [ "$(cat trap/tree/one.txt)" = one ]
        ln -s "$PWD/elsewhere/victim" out/link
        offwin file get -y "$image" 'C:\tree\one.txt' out/link
        expect 0
        [ ! -e elsewhere/victim ]
        [ ! -L out/link ]
}

@test "hostile names of the guest stay inside of the folder they are sent to" {
        small ntfs
        mkdir evil
        for i in 1 2 3; do
                echo "$i" >evil/HOSTILE$i
        done
        echo good >evil/good
        "$OFFWIN" file put -y -q -r "$image" evil 'C:\evil'
        python3 - "$image" <<'PATCH'
import sys
path = sys.argv[1]
data = bytearray(open(path, "rb").read())
for old, new in (("HOSTILE1", "../../x1"), ("HOSTILE2", "a\x1b[2J\nb2"), ("HOSTILE3", "..\\..\\x3")):
    old, new = old.encode("utf-16-le"), new.encode("utf-16-le")
    assert len(old) == len(new)
    at = data.find(old)
    assert at >= 0
    while at >= 0:
        data[at:at + len(old)] = new
        at = data.find(old, at + 1)
open(path, "wb").write(data)
PATCH
        mkdir -p deep/deeper/out
        offwin file get -r "$image" 'C:\evil' deep/deeper/out
        expect 1
        has "has a name that no file of the host is to have"
        [ "$(cd deep && find . -type f)" = ./deeper/out/evil/good ]
        [ -z "$(find . -name 'x[13]')" ]
        [[ $output != *$'\x1b'* ]]
}

# full TEXT...: the last put was refused for want of room: one line with each TEXT, and nothing is written.
full() {
        local text
        expect 4
        for text in "$@"; do
                one_line "$text"
        done
        [ "$(sum "$image")" = "$before" ]
        [ "$(find . -name '*.journal' | wc -l)" -eq "$journals" ]
}

@test "a volume that is full: refused with what to do, and nothing is written" {
        for fs in ntfs fat16; do
                small $fs
                rm -f ./*.journal
                journals=0
                before=$(sum "$image")
                truncate -s 99M huge
                offwin file put -y "$image" huge 'C:\'
                full "the volume is full" "offwin file rm"
                [ $fs = fat16 ] || one_line "bytes more, and "
        done
}

@test "FAT: a root folder that is full" {
        small fat16
        journals=0
        before=$(sum "$image")
        mkdir many
        touch many/{1..600}
        offwin file put -y "$image" many/* 'C:\'
        full "the root folder is full: it has room for 512 entries" "put the new ones into a folder"
        # Below the root there is room.
        offwin file put -y -q -r "$image" many 'C:\'
        expect 0
}

@test "NTFS: an \$MFT that is full" {
        small ntfs
        truncate -s 92M most
        until offwin file put -y -q "$image" most 'C:\'; [ "$status" -eq 0 ]; do
                truncate -s -200K most
        done
        rm -f ./*.journal
        # What is left goes to clusters of files, until only $MFT could give room to one more.
        journals=0
        before=$(sum "$image")
        mkdir many
        touch many/{1..900}
        offwin file put -y -r "$image" many 'C:\'
        full "is full" "offwin file rm"
}
