#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offwin reg on hive files by themselves: reading, editing, undoing.

load common

# hive NAME [REG-TEXT]: $hive is a new hive file of that name, from the text on stdin when there is one.
hive() {
        hive=$BATS_TEST_TMPDIR/$1
        offwin reg new "$hive"
        expect 0
        [ $# -lt 2 ] || offwin_in "$2" reg import "$hive" -
        expect 0
        rm -f "$hive".offwin-*
}

# offwin_in TEXT WORDS...: with text on its standard input.
offwin_in() {
        local text=$1 out=$BATS_TEST_TMPDIR/stdout err=$BATS_TEST_TMPDIR/stderr
        shift
        status=0
        "$OFFWIN" "$@" >"$out" 2>"$err" <<<"$text" || status=$?
        output=$(cat "$out")
        errors=$(cat "$err")
}

system_text='Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\Select]
"Current"=dword:00000001
"Default"=dword:00000003

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet001\Control]
"Which"="one"

[HKEY_LOCAL_MACHINE\SYSTEM\ControlSet003\Control]
"Which"="three"'

bytes() {
        sha256sum <"$1"
}

@test "reg new: an empty hive, which other programs read too" {
        hive NTUSER.DAT
        offwin reg info --json "$hive"
        expect 0
        json '.hives[0].place' HKEY_CURRENT_USER
        json '.hives[0].version' 1.5
        json '.hives[0].clean' true
        json '.hives[0].keys' 1
        offwin reg new "$hive"
        expect 1
        one_line "is there already"
        offwin reg new --hive-version 1.3 "$BATS_TEST_TMPDIR/old"
        expect 0
        has "1.3"
        offwin reg new --hive-version 2.0 "$BATS_TEST_TMPDIR/odd"
        expect 2
        [ ! -e "$BATS_TEST_TMPDIR/odd" ]
        if command -v hivexml >/dev/null; then
                hivexml "$hive" >/dev/null
        fi
}

@test "paths: with a root, below the root, through Select" {
        hive SYSTEM "$system_text"
        for path in 'HKLM\SYSTEM\Select' 'HKEY_LOCAL_MACHINE\SYSTEM\Select' 'hklm\system\select\' 'Select' '\Select' \
                'Select\' 'Computer\HKEY_LOCAL_MACHINE\SYSTEM\Select'; do
                offwin reg get "$hive" "$path" Current
                expect 0
                [ "$output" = 1 ]
        done
        offwin reg get "$hive" 'HKLM\SYSTEM\CurrentControlSet\Control' Which
        [ "$output" = one ]
        offwin reg get "$hive" 'CurrentControlSet\Control' Which
        [ "$output" = one ]
        offwin reg ls "$hive"
        expect 0
        has '[\]'
        has '  Select\'
        offwin reg ls -l "$hive" Select
        has "  Written  2"
        has "  Current  REG_DWORD            4  1 (0x00000001)"
        offwin reg get "$hive" 'Select\No' x
        expect 1
        one_line "(there is 'Select')"
        offwin reg get "$hive" 'No' x
        expect 1
        one_line 'HKEY_LOCAL_MACHINE\SYSTEM'
        for path in 'HKLM\SOFTWARE\Vendor' 'HKLM\Setup' 'HKCR\.txt' 'HKCU\Console'; do
                offwin reg set "$hive" "$path" x dword 1
                expect 2
                one_line 'HKEY_LOCAL_MACHINE\SYSTEM'
        done
        offwin reg get --prefix 'HKLM\OFFLINE' "$hive" 'hklm\offline\select' Current
        expect 0
        offwin reg ls --root 1 "$hive"
        expect 2
        one_line "--root"
}

@test "reg set: shown, every control set, undone to the byte" {
        hive SYSTEM "$system_text"
        local before
        before=$(bytes "$hive")
        offwin reg set --dry-run "$hive" 'CurrentControlSet\Control' Which sz both
        expect 0
        has "Nothing was written: this was a dry run."
        [ "$(bytes "$hive")" = "$before" ]
        [ "$(find "$BATS_TEST_TMPDIR" -name '*.offwin-*' | wc -l)" -eq 0 ]

        offwin reg set "$hive" 'HKLM\SYSTEM\CurrentControlSet\Control' Which sz both
        expect 0
        has '    [ControlSet001\Control]'
        has '  - "Which"="one"'
        has '    [ControlSet003\Control]'
        has '  - "Which"="three"'
        has '  + "Which"="both"'
        has "2 changes, written and read back"
        has "offwin undo $hive"
        offwin reg get "$hive" 'ControlSet003\Control' Which
        [ "$output" = both ]
        offwin reg set "$hive" 'CurrentControlSet\Control' Which sz both
        expect 0
        has "Nothing to change."
        offwin undo "$hive"
        expect 0
        has "is as it was before."
        [ "$(bytes "$hive")" = "$before" ]
        offwin undo "$hive"
        expect 1
}

@test "reg set: every type, and keys alone" {
        hive SOFTWARE
        local h=$hive
        set_one() {
                local name=$1
                shift
                offwin reg set "$h" Types "$name" "$@"
                expect 0
        }
        set_one sz sz 'a "quoted" \ text'
        set_one expand expand_sz '%SystemRoot%\x'
        set_one multi multi_sz one 'two words'
        set_one none none
        set_one dword dword 0xffffffff
        set_one big dword_big_endian 1
        set_one qword qword 18446744073709551615
        set_one binary binary '00,ff 10'
        set_one link link '\Registry\Machine\X'
        set_one odd 0x1234 beef
        set_one REG_FULL REG_SZ full
        set_one holes multi_sz a '' b ''
        set_one seven 7 41000000
        set_one one 1 '41 00'
        set_one four 0x4 010203
        set_one nine REG_TYPE_9 99
        offwin reg get --json "$h" Types big
        json .hex 00000001
        offwin reg get "$h" Types multi
        [ "$output" = "one
two words" ]
        offwin reg get "$h" Types dword
        [ "$output" = 4294967295 ]
        offwin reg get "$h" Types binary
        [ "$output" = 00ff10 ]
        offwin reg get --json "$h" Types odd
        json .type_number 4660
        offwin reg get --json "$h" Types holes
        json '.value | join("|")' 'a||b|'
        for bytes in seven:7:41000000 one:1:4100 four:4:010203 nine:9:99; do
                offwin reg get --json "$h" Types "${bytes%%:*}"
                json '"\(.type_number):\(.hex)"' "${bytes#*:}"
        done
        offwin reg ls "$h" Types
        has 'REG_TYPE_9'
        offwin reg set "$h" Types seven 7 text
        expect 2
        [ "$("$OFFWIN" reg get --raw "$h" Types sz | iconv -f UTF-16LE)" = "$(printf 'a "quoted" \\ text\0' | tr -d '\0')" ] ||
                [ "$("$OFFWIN" reg get --raw "$h" Types sz | wc -c)" -eq 36 ]
        offwin reg set --dry-run --json "$h" 'A\B\C'
        json '.changes | map(.kind + " " + .where) | join(", ")' 'key-create A, key-create A\B, key-create A\B\C'
        offwin reg set "$h" 'A\B\C'
        expect 0
        has '  + [A]'
        has '  + [A\B]'
        has '  + [A\B\C]'
        offwin reg ls "$h" 'A\B'
        has '  C\'
        offwin reg set "$h" Types x nosuchtype 1
        expect 2
        offwin reg set "$h" Types x
        expect 2
        offwin reg set "$h" Types x dword 4294967296
        expect 2
        if command -v hivexget >/dev/null; then
                [ "$(hivexget "$h" '\Types' expand)" = '%SystemRoot%\x' ]
                [ "$(hivexget "$h" '\Types' dword)" = 4294967295 ] || [ "$(hivexget "$h" '\Types' dword)" = -1 ]
        fi
}

@test "reg rm: values, keys, trees" {
        hive SOFTWARE 'Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\A]
@="default"
"v"="w"

[HKEY_LOCAL_MACHINE\SOFTWARE\A\B\C]
"deep"=dword:7'
        local before
        before=$(bytes "$hive")
        offwin reg rm "$hive" A v
        expect 0
        has '  - "v"="w"'
        offwin reg rm "$hive" A @
        expect 0
        has '  - @="default"'
        offwin reg rm "$hive" A v
        expect 1
        one_line "no value 'v'"
        offwin reg rm "$hive" A
        expect 4
        one_line "-r removes them too"
        offwin reg rm -r "$hive" A
        expect 0
        has '  - [A]'
        has '  - [A\B\C]'
        has '  - "deep"=dword:00000007'
        offwin reg rm -r "$hive" A
        expect 1
        offwin reg rm -r "$hive" '\'
        [ "$status" -ne 0 ]
        offwin undo "$hive" && offwin undo "$hive" && offwin undo "$hive"
        expect 0
        [ "$(bytes "$hive")" = "$before" ]
}

@test "reg mv and cp: all below goes along" {
        hive SOFTWARE 'Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\A\B]
"x"="y"'
        local before
        offwin reg cp "$hive" A 'New\Copy'
        expect 0
        offwin reg get "$hive" 'New\Copy\B' x
        [ "$output" = y ]
        offwin reg cp "$hive" A 'New\Copy'
        expect 1
        one_line "already"
        offwin reg mv "$hive" A Z
        expect 0
        offwin reg get "$hive" 'Z\B' x
        [ "$output" = y ]
        offwin reg ls "$hive" A
        expect 1
        offwin reg mv "$hive" Z z
        expect 0
        offwin reg ls "$hive"
        has '  z\'
        before=$(bytes "$hive")
        offwin reg mv "$hive" Z z
        expect 0
        has "Nothing to change."
        offwin reg mv "$hive" 'Z\B' 'z\B'
        expect 0
        has "Nothing to change."
        [ "$(bytes "$hive")" = "$before" ]
        offwin reg mv "$hive" NoSuch Y
        expect 1
        offwin reg check "$hive"
        expect 0
}

@test "reg cp: out of another hive or disk, which stays as it is" {
        hive from 'Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\from\Tool\Sub]
"x"=dword:00000001'
        from=$hive before=$(bytes "$hive")
        hive to
        offwin reg cp "$hive" Tool New "$from"
        expect 0
        has '+ [New\Sub]'
        offwin reg get "$hive" 'New\Sub' x
        [ "$output" = 1 ]
        [ "$(bytes "$from")" = "$before" ]
        offwin reg cp "$hive" Nothing Other "$from"
        expect 1
        one_line "no key 'Nothing'"
        offwin reg cp "$hive" Tool New "$from"
        expect 1
        one_line "there is a key 'New' already"
        machine xp
        offwin reg cp "$hive" 'HKLM\SYSTEM\Select' Select "$image"
        expect 0
        offwin reg get "$hive" Select Current
        [ "$output" = 1 ]
        offwin reg cp "$image" Tool 'HKLM\SOFTWARE\Tool' "$from" --dry-run
        expect 0
        has '+ [HKLM\SOFTWARE\Tool\Sub]'
        offwin undo "$hive"
        offwin undo "$hive"
        expect 0
        offwin reg ls "$hive"
        [[ $output != *New* ]]
}

@test "reg mv and cp: through CurrentControlSet in every control set that the next boot may use" {
        hive SYSTEM "$system_text"
        local control='HKLM\SYSTEM\CurrentControlSet\Control' copy=CurrentControlSet\\Copy
        offwin reg cp "$hive" "$control" "$copy"
        expect 0
        has '+ [ControlSet001\Copy]'
        has '+ [ControlSet003\Copy]'
        offwin reg get "$hive" 'ControlSet001\Copy' Which
        [ "$output" = one ]
        offwin reg get "$hive" 'ControlSet003\Copy' Which
        [ "$output" = three ]
        offwin reg mv "$hive" "$copy" 'CurrentControlSet\Services\Moved'
        expect 0
        offwin reg mv "$hive" 'CurrentControlSet\Services\Moved' 'CurrentControlSet\Services\Renamed'
        expect 0
        offwin reg get "$hive" 'ControlSet003\Services\Renamed' Which
        [ "$output" = three ]
        offwin reg ls "$hive" 'ControlSet003\Copy'
        expect 1
        # One key into each set, and out of all of them.
        offwin reg cp "$hive" Select 'CurrentControlSet\Copy'
        expect 0
        offwin reg get "$hive" 'ControlSet003\Copy' Default
        [ "$output" = 3 ]
        offwin reg mv "$hive" 'CurrentControlSet\Copy' Copy
        expect 0
        has '- [ControlSet003\Copy]'
        offwin reg ls "$hive" 'ControlSet003\Copy'
        expect 1
        offwin reg check "$hive"
        expect 0
}

@test "reg mv through CurrentControlSet: what only the current set has, and what cannot be" {
        hive SYSTEM "$system_text"
        local before
        offwin reg set "$hive" 'ControlSet001\Only' && offwin reg set "$hive" 'ControlSet003\Other'
        expect 0
        before=$(bytes "$hive")
        offwin reg mv "$hive" 'CurrentControlSet\Other' 'CurrentControlSet\X'
        expect 1
        one_line "ControlSet001"
        offwin reg mv "$hive" 'CurrentControlSet\Control' 'ControlSet003\Control\Below'
        expect 2
        one_line "lies below"
        [ "$(bytes "$hive")" = "$before" ]
        offwin reg mv "$hive" 'CurrentControlSet\Only' 'CurrentControlSet\X'
        expect 0
        offwin reg ls "$hive" 'ControlSet001\X'
        expect 0
        offwin reg ls "$hive" 'ControlSet003\X'
        expect 1
}

@test "growing and undo: the same bytes and the same length" {
        hive SOFTWARE
        local before size
        before=$(bytes "$hive")
        size=$(stat -c %s "$hive")
        {
                printf 'REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\Big]\n"blob"=hex:00'
                head -c 50000 /dev/zero | sed 's/\x0/,aa/g'
        } >"$BATS_TEST_TMPDIR/big.reg"
        offwin reg import "$hive" "$BATS_TEST_TMPDIR/big.reg"
        expect 0
        [ "$(stat -c %s "$hive")" -gt "$size" ]
        offwin undo --dry-run "$hive"
        expect 0
        offwin undo "$hive"
        expect 0
        [ "$(bytes "$hive")" = "$before" ]
}

@test "a hive is told from a disk by its content" {
        hive disk.img
        offwin reg ls "$hive"
        expect 0
        head -c 100000 /dev/zero >"$BATS_TEST_TMPDIR/SYSTEM"
        offwin reg ls "$BATS_TEST_TMPDIR/SYSTEM" Select
        expect 1
        one_line "neither"
        offwin reg ls "$BATS_TEST_TMPDIR/none" Select
        expect 1
        : >"$BATS_TEST_TMPDIR/empty"
        offwin reg ls "$BATS_TEST_TMPDIR/empty"
        [ "$status" -ne 0 ]
}

@test "somebody else writes to the file: refused" {
        hive SOFTWARE
        command -v python3 >/dev/null || skip "no python3 to hold the lock"
        local before
        before=$(bytes "$hive")
        # The lock that a writer of offwin or qemu holds (docs/formats/journal.md 6).
        python3 - "$hive" "$OFFWIN" <<'EOF' >"$BATS_TEST_TMPDIR/out" 2>&1
import fcntl, struct, subprocess, sys
f = open(sys.argv[1], "r+b")
for byte in (101, 201):
    fcntl.fcntl(f, 37, struct.pack("hhqqi4x", fcntl.F_RDLCK, 0, byte, 1, 0))
sys.exit(subprocess.call([sys.argv[2], "reg", "set", sys.argv[1], "A", "b", "dword", "1"]) != 4)
EOF
        [ "$(bytes "$hive")" = "$before" ]
}

@test "--journal-dir: nothing beside the hive" {
        hive SOFTWARE
        local before
        before=$(bytes "$hive")
        mkdir "$BATS_TEST_TMPDIR/j"
        offwin reg set --journal-dir "$BATS_TEST_TMPDIR/j" "$hive" A b dword 1
        expect 0
        has "--journal-dir"
        [ "$(find "$BATS_TEST_TMPDIR" -maxdepth 1 -name '*.offwin-*' | wc -l)" -eq 0 ]
        offwin undo --journal-dir "$BATS_TEST_TMPDIR/j" "$hive"
        expect 0
        [ "$(bytes "$hive")" = "$before" ]
}

@test "a commit that was cut off is finished, for readers and for writers" {
        hive SOFTWARE
        local old=$BATS_TEST_TMPDIR/old
        cp "$hive" "$old"
        offwin reg set "$hive" A b sz new
        expect 0
        # As a kill after the journal was complete leaves it: the old bytes, and the journal pending.
        mv "$hive.offwin-0001.journal" "$hive.offwin-0001.pending"
        cp "$old" "$hive"
        offwin reg get "$hive" A b
        expect 0
        [ "$output" = new ]
        cmp "$old" "$hive"
        offwin reg set "$hive" A c sz more
        expect 0
        offwin reg get "$hive" A b
        [ "$output" = new ]
        offwin reg check "$hive"
        expect 0
}

@test "a NUL in names: shown, found, set, renamed, removed; no .reg text holds it" {
        local real=${OFFWIN_DATA:-/nonexistent}/corner/hivex-special.xz hive=$BATS_TEST_TMPDIR/special before
        local key=$'zero\xc0\x80key' value=$'zero\xc0\x80val'
        [ -e "$real" ] || skip "the real hives are not here"
        xz -dc "$real" >"$hive"
        before=$(bytes "$hive")
        offwin reg ls -R "$hive"
        expect 0
        has '  zero\x00key\'
        has '  zero\x00val  REG_DWORD     0 (0x00000000)'
        offwin reg get "$hive" "$key" "$value"
        expect 0
        [ "$output" = 0 ]
        offwin reg get "$hive" zero
        expect 1
        offwin reg ls --json "$hive" "$key"
        expect 0
        json '.values[0].name | explode | .[4]' 0
        offwin reg set -y "$hive" "$key" $'new\xc0\x80val' sz text
        expect 0
        offwin reg mv -y "$hive" "$key" $'other\xc0\x80key'
        expect 0
        [ "$(perl -MWin::Hivex -e '$h = Win::Hivex->open($ARGV[0]);
                $k = $h->node_get_child($h->root, "other\0key"); print $h->value_string($h->node_get_value($k, "new\0val"))' \
                "$hive")" = text ]
        offwin reg export "$hive"
        expect 1
        one_line 'a key has a NUL in its name, which .reg text cannot hold'
        offwin reg rm -y -r "$hive" $'other\xc0\x80key'
        expect 0
        offwin reg ls "$hive"
        [[ $output != *x00* ]]
        for i in 3 2 1; do
                offwin undo -y "$hive"
                expect 0
        done
        [ "$(bytes "$hive")" = "$before" ]
}

@test "reg find: names, data, types, expressions" {
        hive SOFTWARE 'Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\Vendor\Tool]
"Path"="C:\\Tools"
"Number"=dword:0000002a
"Blob"=hex:de,ad,be,ef

[HKEY_LOCAL_MACHINE\SOFTWARE\Other]
"Tool"="no"'
        offwin reg find "$hive" tool
        expect 0
        has '[HKEY_LOCAL_MACHINE\SOFTWARE\Vendor\Tool]'
        has '  Path  REG_SZ  "C:\Tools"'
        has '  Tool  REG_SZ  "no"'
        offwin reg find --keys --json "$hive" tool
        json length 1
        offwin reg find --names --json "$hive" tool
        json '.[0].name' Tool
        offwin reg find --data "$hive" 42
        has Number
        offwin reg find "$hive" 'adbe'
        has Blob
        offwin reg find -E "$hive" '^C:.T.*s$'
        has Path
        offwin reg find -t dword "$hive"
        has Number
        offwin reg find "$hive" Vendor 0x2a
        has Number
        offwin reg find "$hive" nothinglikeit
        expect 1
        [ -z "$output$errors" ]
        offwin reg find --json "$hive" nothinglikeit
        [ "$output" = "[]" ]
        offwin reg find -E "$hive" '('
        expect 2
        offwin reg find "$hive"
        expect 2
        offwin reg find --max 1 --json "$hive" tool
        json length 1
        for max in 0 -1 +1 x 18446744073709551616; do
                offwin reg find --max "$max" "$hive" tool
                expect 2
        done
}

@test "reg find: an expression knows letters beyond ASCII, with all files closed off" {
        hive SOFTWARE
        offwin reg set "$hive" A n sz 'Grüße'
        expect 0
        for pattern in 'GRÜ' 'gr.ß' '^.{5}$'; do
                offwin reg find --data -E "$hive" "$pattern"
                expect 0
                has 'Grüße'
        done
        offwin reg find --data -E "$hive" '^.{7}$'
        expect 1
}

@test "a pipe does not give way to a file" {
        hive SOFTWARE
        mkfifo "$BATS_TEST_TMPDIR/pipe"
        offwin reg export -y -o "$BATS_TEST_TMPDIR/pipe" "$hive"
        expect 2
        one_line "no regular file"
        [ -p "$BATS_TEST_TMPDIR/pipe" ]
}

@test "a hive whose file was cut off is not edited, exit 4" {
        local before
        hive SOFTWARE
        offwin reg set "$hive" A data binary "$(head -c 20000 /dev/zero | xxd -p | tr -d '\n')"
        expect 0
        truncate -s 8192 "$hive"
        before=$(bytes "$hive")
        offwin reg set "$hive" A n dword 1
        expect 4
        one_line "not edited"
        [ "$(bytes "$hive")" = "$before" ]
}

@test "links: what Windows opens in their stead is not edited behind its back" {
        hive SOFTWARE
        offwin reg set "$hive" AnAlias SymbolicLinkValue link '\Registry\Machine\SOFTWARE\Real'
        expect 0
        # The name lies 0x4c bytes behind "nk", the flags 2.
        local name
        name=$(grep -abo AnAlias "$hive" | cut -d: -f1)
        printf '\x30' | dd of="$hive" bs=1 seek=$((name - 0x4c + 2)) conv=notrunc status=none
        offwin reg ls -l "$hive" AnAlias
        has '\Registry\Machine\SOFTWARE\Real'
        local before
        before=$(bytes "$hive")
        for words in "set $hive AnAlias x dword 1" "set $hive AnAlias\\Below x dword 1" "set $hive AnAlias\\Below" \
                "rm $hive AnAlias SymbolicLinkValue"; do
                # shellcheck disable=SC2086
                offwin reg $words
                expect 4
                one_line '\Registry\Machine\SOFTWARE\Real'
        done
        offwin reg set -n "$hive" Other
        expect 0
        offwin_in 'Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SOFTWARE\AnAlias]
"x"="y"' reg import "$hive" -
        expect 4
        one_line 'line 4'
        [ "$(bytes "$hive")" = "$before" ]
}

@test "classes of a person belong into UsrClass.dat" {
        hive NTUSER.DAT
        offwin reg set "$hive" 'Software\Classes\.txt' @ sz x
        expect 4
        one_line UsrClass.dat
        offwin reg set --prefix 'HKU\S-1-5-19' "$hive" 'HKU\S-1-5-19\Software\Classes\.txt' @ sz x
        expect 0
        offwin reg get "$hive" 'Software\Classes\.txt' @
        expect 0
        hive UsrClass.dat
        offwin reg set "$hive" 'HKCU\Software\Classes\.txt' @ sz x
        expect 0
}

@test "reg new --prefix: the hive is known by it later" {
        offwin reg new --prefix 'HKLM\SOFTWARE' "$BATS_TEST_TMPDIR/SW"
        expect 0
        offwin reg info --json "$BATS_TEST_TMPDIR/SW"
        json '.hives[0].place' 'HKEY_LOCAL_MACHINE\SOFTWARE'
}
