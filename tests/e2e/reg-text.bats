#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offwin reg import, export and diff: .reg text of every kind onto hive files.

load common

setup() {
        hive=$BATS_TEST_TMPDIR/SOFTWARE
        text=$BATS_TEST_TMPDIR/text.reg
        "$OFFWIN" reg new "$hive" >/dev/null
        before=$(sha256sum <"$hive")
}

unchanged() {
        [ "$(sha256sum <"$hive")" = "$before" ] && [ -z "$(find "$BATS_TEST_TMPDIR" -name '*.offwin-*')" ]
}

v5() {
        printf 'Windows Registry Editor Version 5.00\r\n\r\n'
        sed 's/$/\r/'
}

@test "import: UTF-16LE, UTF-8 with and without a mark, LF and CRLF" {
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\Grüße\日本]
"Ключ"="значение €"
@=dword:000000ff
"multi"=hex(7):61,00,00,00,\
  62,00,00,00,00,00
; a comment
EOF
        cp "$text" "$BATS_TEST_TMPDIR/utf8.reg"
        tr -d '\r' <"$text" >"$BATS_TEST_TMPDIR/lf.reg"
        { printf '\xef\xbb\xbf' && cat "$text"; } >"$BATS_TEST_TMPDIR/utf8-mark.reg"
        { printf '\xff\xfe' && iconv -t UTF-16LE "$text"; } >"$BATS_TEST_TMPDIR/utf16.reg"
        for kind in utf8 lf utf8-mark utf16; do
                offwin reg import "$hive" "$BATS_TEST_TMPDIR/$kind.reg"
                expect 0
                offwin reg get "$hive" 'grüße\日本' ключ
                [ "$output" = "значение €" ]
                offwin reg get "$hive" 'Grüße\日本' multi
                [ "$output" = "a
b" ]
                offwin undo "$hive"
                expect 0
                unchanged
        done
}

@test "import: REGEDIT4 in a code page" {
        printf 'REGEDIT4\n\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\K]\n"name"="gr\xfc\xdfe \x80"\n' >"$text"
        offwin reg import "$hive" "$text"
        expect 2
        one_line "line 4"
        unchanged
        offwin reg import --codepage 1252 "$hive" "$text"
        expect 0
        offwin reg get "$hive" K name
        [ "$output" = "grüße €" ]
        offwin reg import --codepage nonsense "$hive" "$text"
        expect 2
        one_line "nonsense"
}

@test "import: a bad line stops it with its number, and nothing is written" {
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
"good"="value"
"bad"=dword:xyz
EOF
        offwin reg import "$hive" "$text"
        expect 2
        one_line "line 5"
        [[ $errors == *"$text"* ]]
        unchanged
        # The second of two files: the first is not written either.
        v5 >"$BATS_TEST_TMPDIR/good.reg" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
"good"="value"
EOF
        offwin reg import "$hive" "$BATS_TEST_TMPDIR/good.reg" "$text"
        expect 2
        unchanged
        offwin reg import "$hive" "$BATS_TEST_TMPDIR/nosuch.reg"
        expect 1
        echo hello >"$text"
        offwin reg import "$hive" "$text"
        expect 2
        one_line "$text"
        unchanged
}

@test "import: every fault of a text ends with exit code 2, and its reason is told" {
        long=$(printf 'v%.0s' {1..16384})
        v5 >"$text" <<<"[HKEY_LOCAL_MACHINE\SOFTWARE]"$'\n'"\"$long\"=dword:1"
        offwin reg import "$hive" "$text"
        expect 2
        one_line "limit 16383"
        offwin reg new "$BATS_TEST_TMPDIR/new" --prefix 'HKLM\SOFTWARE' "$text"
        expect 2
        one_line "limit 16383"
        v5 >"$text" <<<"[HKEY_LOCAL_MACHINE\SOFTWARE$(printf '\\k%.0s' {1..512})]"
        offwin reg import "$hive" "$text"
        expect 2
        one_line "513 levels deep"
        printf '\xfe\xff\0W' >"$text"
        offwin reg import "$hive" "$text"
        expect 2
        one_line "big-endian"
        unchanged
}

@test "import: paths that do not fit say which prefix does" {
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\OFFLINE\K]
"v"=dword:1
EOF
        offwin reg import "$hive" "$text"
        expect 2
        one_line "--prefix 'HKEY_LOCAL_MACHINE\\OFFLINE'"
        unchanged
        offwin reg import --prefix 'HKLM\OFFLINE' "$hive" "$text"
        expect 0
        offwin reg get "$hive" K v
        [ "$output" = 1 ]
        offwin reg import --prefix nonsense "$hive" "$text"
        expect 2
}

@test "import: a key without a root of the registry is refused with its line; hivexregedit's form is taken" {
        local path
        for path in 'HKEY_LOCAL_MACHNE\SOFTWARE\q' ' HKEY_LOCAL_MACHINE\SOFTWARE\ sp ' 'HKEY_DYN_DATA\foo' foo; do
                v5 >"$text" <<<"[$path]"
                offwin reg import "$hive" "$text"
                expect 2
                one_line "line 3"
                one_line "$path"
                offwin reg new "$BATS_TEST_TMPDIR/new" --prefix 'HKLM\SOFTWARE' "$text"
                expect 2
        done
        v5 >"$text" <<'EOF'
[\]
"at the root"=dword:1
[\K]
"v"=dword:2
EOF
        unchanged
        offwin reg import "$hive" "$text"
        expect 0
        offwin reg get "$hive" '\' 'at the root'
        [ "$output" = 1 ]
        offwin reg get "$hive" K v
        [ "$output" = 2 ]
        offwin reg diff "$hive" "$text"
        expect 0
}

@test "import: deletions, dry run, JSON, nothing to do" {
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
"a"="1"
"b"="2"
[HKEY_LOCAL_MACHINE\SOFTWARE\Gone\Below]
"c"="3"
EOF
        offwin reg import "$hive" "$text"
        expect 0
        offwin reg import "$hive" "$text"
        expect 0
        has "Nothing to change."
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
"a"=-
"b"="two"
[-HKEY_LOCAL_MACHINE\SOFTWARE\Gone]
[-HKEY_LOCAL_MACHINE\SOFTWARE\Never]
EOF
        offwin reg import --dry-run --json "$hive" "$text"
        expect 0
        json .outcome dry-run
        json '.hive_file.prefix' 'HKEY_LOCAL_MACHINE\SOFTWARE'
        json '[.changes[].kind] | join(" ")' "value value key-delete key-delete value"
        offwin reg diff "$hive" "$text"
        expect 3
        has '  - "a"="1"'
        has '  + "b"="two"'
        offwin reg import "$hive" "$text"
        expect 0
        has '  - [Gone\Below]'
        offwin reg get "$hive" K b
        [ "$output" = two ]
        offwin reg diff "$hive" "$text"
        expect 0
        has "No difference."
}

@test "diff and import: what a text takes away and puts back is no change" {
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
"x"="y"
"z"="1"
[HKEY_LOCAL_MACHINE\SOFTWARE\K\Below]
EOF
        offwin reg import "$hive" "$text"
        expect 0
        v5 >"$text" <<'EOF'
[-HKEY_LOCAL_MACHINE\SOFTWARE\K]
[HKEY_LOCAL_MACHINE\SOFTWARE\k]
"x"="1"
"X"="y"
"new"="1"
"new"=-
EOF
        offwin reg diff --json "$hive" "$text"
        expect 3
        json '[.changes[] | .kind + " " + .where + " " + (.name // "")] | sort | join("|")' \
                'key-delete K\Below |value K z'
        offwin reg import "$hive" "$text"
        expect 0
        has "2 changes, written and read back"
        offwin reg diff "$hive" "$text"
        expect 0
        has "No difference."
        before=$(sha256sum <"$hive")
        offwin reg import "$hive" "$text"
        expect 0
        has "Nothing to change."
        [ "$(sha256sum <"$hive")" = "$before" ]
}

@test "diff: a dirty hive is only read" {
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
"x"="y"
EOF
        printf '\x09' | dd of="$hive" bs=1 seek=4 conv=notrunc status=none
        printf '\x00' | dd of="$hive" bs=1 seek=508 conv=notrunc status=none
        before=$(sha256sum <"$hive")
        offwin reg import "$hive" "$text"
        expect 4
        offwin reg diff "$hive" "$text"
        expect 3
        has '  + "x"="y"'
        unchanged
        "$OFFWIN" reg diff "$hive" - <"$text" >/dev/null && return 1
        [ $? -eq 3 ]
        offwin reg recover "$hive"
        expect 4
        offwin reg recover -n "$hive"
        expect 4
        offwin reg compact -o "$BATS_TEST_TMPDIR/small" "$hive"
        expect 4
        [ ! -e "$BATS_TEST_TMPDIR/small" ]
        offwin reg compact --accept-dirty -o "$BATS_TEST_TMPDIR/small" "$hive"
        expect 0
        unchanged
}

@test "import from standard input, and far more than anybody wants to see" {
        offwin reg import "$hive" - </dev/null
        expect 2
        {
                printf 'REGEDIT4\n'
                for i in $(seq 300); do
                        printf '\n[HKEY_LOCAL_MACHINE\\SOFTWARE\\All\\Key %d]\n' "$i"
                        for j in $(seq 60); do
                                printf '"value %d"="the text of a value that is there to take up room, number %d"\n' \
                                        "$j" "$i"
                        done
                done
        } >"$text"
        [ "$(stat -c %s "$text")" -gt 1048576 ]
        offwin reg import "$hive" "$text"
        expect 0
        [ "$(wc -l <<<"$output")" -lt 12 ]
        has "300 keys and 18000 values set"
        offwin reg import "$hive" "$text"
        expect 0
        has "Nothing to change."
        offwin reg get "$hive" 'All\Key 300' 'value 60'
        [ "$output" = "the text of a value that is there to take up room, number 300" ]
        offwin reg check "$hive"
        expect 0
        # More than is listed is counted all the same.
        offwin reg rm -n -r "$hive" All
        expect 0
        has "... and 13301 changes more; --verbose lists all."
        offwin reg rm -n --json -r "$hive" All
        json '.changes | length' 5000
        json .changes_left_out 13301
        offwin reg rm -r "$hive" All
        expect 0
        has "18301 changes, written and read back"
        offwin undo "$hive"
        expect 0
        offwin undo "$hive"
        expect 0
        unchanged
}

@test "export: as regedit writes it, and back to an equal hive" {
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
@="default"
"quote\"d"="back\\slash"
"long"=hex:00,01,02,03,04,05,06,07,08,09,0a,0b,0c,0d,0e,0f,10,11,12,13,14,15,16,17,18,19,1a,1b,1c
"e"=hex(2):25,00,41,00,25,00,00,00
[HKEY_LOCAL_MACHINE\SOFTWARE\K\Below]
EOF
        offwin reg import "$hive" "$text"
        expect 0
        local out=$BATS_TEST_TMPDIR/out.reg again=$BATS_TEST_TMPDIR/again
        offwin reg export "$hive" -o "$out"
        expect 0
        has "3 keys and 4 values"
        [ "$(head -c 2 "$out" | od -An -tx1)" = " ff fe" ]
        [ "$(iconv -f UTF-16 "$out" | tail -n +3 | head -1)" = $'[HKEY_LOCAL_MACHINE\\SOFTWARE]\r' ]
        [ "$(iconv -f UTF-16 "$out" | awk '{ if (length > 81) print }' | wc -l)" -eq 0 ]
        "$OFFWIN" reg new --prefix 'HKLM\SOFTWARE' "$again" "$out"
        offwin reg diff "$hive" "$again"
        expect 0
        # Onto standard output, a key alone, UTF-8.
        "$OFFWIN" reg export --utf8 "$hive" 'K\Below' | tr -d '\r' | grep -Fx '[HKEY_LOCAL_MACHINE\SOFTWARE\K\Below]'
        offwin reg export "$hive" -o "$out"
        expect 1
        one_line "-y overwrites"
        offwin reg export -y "$hive" -o "$out"
        expect 0
        offwin reg export -y "$hive" -o "$hive"
        expect 2
        offwin reg export -y "$hive" -o "$BATS_TEST_TMPDIR/"
        expect 2
        one_line "is a folder"
        offwin reg export "$hive" NoSuch -o "$BATS_TEST_TMPDIR/none.reg"
        expect 1
        [ ! -e "$BATS_TEST_TMPDIR/none.reg" ]
        offwin reg export --json "$hive" -o "$BATS_TEST_TMPDIR/json.reg"
        json .values 4
        offwin reg export --json "$hive"
        expect 2
}

@test "what is written, hivexregedit reads the same" {
        command -v hivexregedit >/dev/null || skip "no hivexregedit"
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
"a"="text"
"d"=dword:0000002a
"b"=hex:de,ad
[HKEY_LOCAL_MACHINE\SOFTWARE\K\Below]
"m"=hex(7):61,00,00,00,62,00,00,00,00,00
EOF
        offwin reg import "$hive" "$text"
        expect 0
        hivexregedit --export --prefix 'HKEY_LOCAL_MACHINE\SOFTWARE' "$hive" '\' >"$BATS_TEST_TMPDIR/foreign.reg"
        offwin reg diff "$hive" "$BATS_TEST_TMPDIR/foreign.reg"
        expect 0
        hivexregedit --export "$hive" '\' >"$BATS_TEST_TMPDIR/foreign.reg"
        offwin reg diff "$hive" "$BATS_TEST_TMPDIR/foreign.reg"
        expect 0
}

@test "diff: two hives, and the difference as text makes them equal" {
        local other=$BATS_TEST_TMPDIR/other
        v5 >"$text" <<'EOF'
[HKEY_LOCAL_MACHINE\SOFTWARE\K]
"a"="1"
[HKEY_LOCAL_MACHINE\SOFTWARE\Old]
EOF
        offwin reg import "$hive" "$text"
        cp "$hive" "$other"
        offwin reg diff "$hive" "$other"
        expect 0
        offwin reg set "$other" K a sz 2
        offwin reg set "$other" New b dword 1
        offwin reg rm "$other" Old
        expect 0
        offwin reg diff "$hive" "$other"
        expect 3
        has '  - "a"="1"'
        has '  + [HKEY_LOCAL_MACHINE\SOFTWARE\New]'
        has '  - [HKEY_LOCAL_MACHINE\SOFTWARE\Old]'
        offwin reg diff --json "$hive" "$other"
        expect 3
        json .equal false
        # What is in one only is a difference too, and its text makes both alike.
        offwin reg diff "$hive" "$other" New
        expect 3
        has '  + [HKEY_LOCAL_MACHINE\SOFTWARE\New]'
        has '  + "b"=dword:00000001'
        offwin reg diff "$other" "$hive" New
        expect 3
        has '  - [HKEY_LOCAL_MACHINE\SOFTWARE\New]'
        offwin reg diff -o "$BATS_TEST_TMPDIR/new.reg" "$other" "$hive" New
        expect 3
        iconv -f UTF-16 "$BATS_TEST_TMPDIR/new.reg" | grep -F '[-HKEY_LOCAL_MACHINE\SOFTWARE\New]'
        offwin reg diff "$hive" "$other" Nowhere
        expect 1
        one_line "neither '$hive' nor '$other' has it"
        offwin reg diff -o "$BATS_TEST_TMPDIR/diff.reg" "$hive" "$other"
        expect 3
        offwin reg import "$hive" "$BATS_TEST_TMPDIR/diff.reg"
        expect 0
        offwin reg diff "$hive" "$other"
        expect 0
        offwin reg diff "$text" "$hive"
        expect 2
}

@test "new: from several files, or not at all" {
        v5 >"$text" <<'EOF'
[HKEY_CURRENT_USER\Software\V]
"a"="1"
EOF
        offwin reg new "$BATS_TEST_TMPDIR/NTUSER.DAT" "$text" "$text"
        expect 0
        offwin reg get "$BATS_TEST_TMPDIR/NTUSER.DAT" 'HKCU\Software\V' a
        [ "$output" = 1 ]
        offwin reg new "$BATS_TEST_TMPDIR/SYSTEM" "$text"
        expect 2
        one_line "--prefix"
        [ ! -e "$BATS_TEST_TMPDIR/SYSTEM" ]
}
