#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# offwin reg info, check, recover and compact: hives that were not closed, damaged ones, wasteful ones.

load common

# real FOLDER: $folder holds the decompressed files of a folder of real hives; else skips.
real() {
        local file
        [ -d "${OFFWIN_DATA:-}/$1" ] || skip "no real hives here"
        folder=$BATS_TEST_TMPDIR/real
        mkdir -p "$folder"
        for file in "$OFFWIN_DATA/$1"/*.xz; do
                xz -dc "$file" >"$folder/$(basename "${file%.xz}")"
        done
}

sums() {
        (cd "$folder" && find . -type f | sort | xargs sha256sum)
}

# same_bins A B MOST: at most that many bytes of bins differ, beside the time of saving in the first bin (0x14-0x1b).
same_bins() {
        [ "$(stat -c %s "$1")" -eq "$(stat -c %s "$2")" ]
        [ "$(cmp -l -i 4096 "$1" "$2" | awk '$1 < 21 || $1 > 28' | wc -l)" -le "$3" ]
}

# recovers FOLDER HIVE ENTRIES: told, done, undone to the byte, in the hive and in its logs.
recovers() {
        local before
        real "$1"
        before=$(sums)
        offwin reg info --json "$folder/$2"
        expect 0
        json '.hives[0].replayed_entries' "$3"
        offwin reg export --utf8 "$folder/$2" -o "$BATS_TEST_TMPDIR/before.reg"
        expect 0
        offwin reg recover --dry-run "$folder/$2"
        expect 0
        has "$3 log entr"
        [ "$(sums)" = "$before" ]
        offwin reg recover "$folder/$2"
        expect 0
        has "Written and read back"
        offwin reg recover "$folder/$2"
        expect 0
        has "Nothing to recover"
        offwin reg info --json "$folder/$2"
        json '.hives[0].clean' true
        cp "$folder/$2" "$BATS_TEST_TMPDIR/recovered"
        # Without its logs it says the same.
        offwin reg export --utf8 "$BATS_TEST_TMPDIR/recovered" -o "$BATS_TEST_TMPDIR/after.reg"
        cmp "$BATS_TEST_TMPDIR/before.reg" "$BATS_TEST_TMPDIR/after.reg"
        offwin undo "$folder/$2"
        expect 0
        [ "$(sums)" = "$before" ]
        rm -r "$folder" "$BATS_TEST_TMPDIR"/*.reg
}

@test "recover: one log of two applies" {
        recovers dirty/ntuser-hvle NTUSER.DAT 23
}

@test "recover: two logs, one after the other" {
        recovers dirty/amcache-server2022 Amcache.hve 7
        recovers dirty/amcache-win10-b Amcache.hve 6
}

@test "recover: a stale entry ends it" {
        recovers dirty/amcache-win10-a Amcache.hve 4
}

@test "recover: as Windows 10 did it, bin for bin" {
        real dirty/yarp-new
        offwin reg recover "$folder/NewDirtyHive"
        expect 0
        same_bins "$folder/NewDirtyHive" "$folder/RecoveredHive_Windows10" 0
}

@test "recover: an old log, and a base block made from it" {
        real dirty/yarp-OldDirtyHive
        offwin reg recover "$folder/OldDirtyHive"
        expect 0
        cp "$folder/OldDirtyHive" "$BATS_TEST_TMPDIR/by-offwin"
        same_bins "$BATS_TEST_TMPDIR/by-offwin" "$folder/RecoveredHive_Windows7" 6
        rm -r "$folder"
        real dirty/yarp-BadBaseBlockHive
        offwin reg recover "$folder/BadBaseBlockHive"
        expect 0
        has "base block rebuilt"
        same_bins "$folder/BadBaseBlockHive" "$BATS_TEST_TMPDIR/by-offwin" 0
}

@test "recover: nothing to do beside logs that are older" {
        local before
        real dirty/amcache-2012r2-clean
        before=$(sums)
        offwin reg recover "$folder/Amcache.hve"
        expect 0
        has "Nothing to recover"
        [ "$(sums)" = "$before" ]
}

@test "a dirty hive without a usable log: read with a warning, edited only on demand" {
        local before
        real dirty/yarp-BadLogHive1
        before=$(sums)
        offwin reg ls "$folder/BadLogHive"
        expect 0
        [[ $errors == *"its last changes are missing"* ]]
        offwin reg check "$folder/BadLogHive"
        expect 3
        has "--repair --accept-dirty mends 1"
        offwin reg check --repair "$folder/BadLogHive"
        expect 4
        offwin reg set "$folder/BadLogHive" A b dword 1
        expect 4
        one_line "--accept-dirty"
        offwin reg set --dry-run "$folder/BadLogHive" A b dword 1
        expect 4
        offwin reg recover "$folder/BadLogHive"
        expect 4
        [ "$(sums)" = "$before" ]
        offwin reg set --accept-dirty "$folder/BadLogHive" A b dword 1
        expect 0
        offwin reg get "$folder/BadLogHive" A b
        expect 0
        [ "$output" = 1 ]
        offwin undo "$folder/BadLogHive"
        expect 0
        [ "$(sums)" = "$before" ]
}

@test "an edit of a dirty hive keeps what its logs hold, and the logs no longer count" {
        real dirty/amcache-server2022
        offwin reg set "$folder/Amcache.hve" New v sz w
        expect 0
        offwin reg info --json "$folder/Amcache.hve"
        json '.hives[0].clean' true
        json '.hives[0].replayed_entries' 0
        [ "$(head -c 512 "$folder/Amcache.hve.LOG1" | tr -d '\0' | wc -c)" -eq 0 ]
        offwin reg get "$folder/Amcache.hve" New v
        [ "$output" = w ]
}

@test "a link leads to the hive and to its logs" {
        real dirty/ntuser-hvle
        mkdir "$folder/elsewhere"
        ln -s ../NTUSER.DAT "$folder/elsewhere/user.dat"
        offwin reg info --json "$folder/elsewhere/user.dat"
        expect 0
        json '.hives[0].replayed_entries' 23
        offwin reg set "$folder/elsewhere/user.dat" New v sz w
        expect 0
        [ "$(head -c 512 "$folder/NTUSER.DAT.LOG1" | tr -d '\0' | wc -c)" -eq 0 ]
        offwin reg info --json "$folder/NTUSER.DAT"
        json '.hives[0].clean' true
        offwin reg get "$folder/NTUSER.DAT" New v
        [ "$output" = w ]
        # where the file itself has none, those beside the link are its logs
        real dirty/ntuser-hvle
        mv "$folder/NTUSER.DAT" "$folder/elsewhere/stored"
        ln -s elsewhere/stored "$folder/NTUSER.DAT"
        offwin reg info --json "$folder/NTUSER.DAT"
        json '.hives[0].replayed_entries' 23
}

@test "check: no faults, with the exit code of it" {
        offwin reg new "$BATS_TEST_TMPDIR/SOFTWARE"
        offwin reg check "$BATS_TEST_TMPDIR/SOFTWARE"
        expect 0
        has "no faults"
        offwin reg check --dry-run "$BATS_TEST_TMPDIR/SOFTWARE"
        expect 2
        offwin reg check "$BATS_TEST_TMPDIR/SOFTWARE" 'HKLM\X'
        expect 2
}

@test "check --repair: mends what has one right answer, and undo brings the faults back" {
        local before
        real corner
        local hive=$folder/yarp-HealedHive
        before=$(sums)
        offwin reg check --json "$hive"
        expect 3
        json '.hives[0].faults' 3
        json '.hives[0].fault_list[0] | .offset > 4096 and .mendable' true
        offwin reg check --repair --dry-run "$hive"
        expect 0
        has "3 to mend, 0 left"
        [ "$(sums)" = "$before" ]
        offwin reg check --repair "$hive"
        expect 0
        has "3 mended, 0 left"
        offwin reg check "$hive"
        expect 0
        offwin undo "$hive"
        expect 0
        [ "$(sums)" = "$before" ]
}

@test "ls shows the class and who may do what" {
        real machines/xp-virtualpc
        offwin reg ls -l "$folder/SYSTEM" 'ControlSet001\Control\Lsa\JD'
        expect 0
        has "Class    $(jq -r .class <<<"$("$OFFWIN" reg ls --json "$folder/SYSTEM" 'ControlSet001\Control\Lsa\JD')")"
        has "Security O:BAG:"
        offwin reg ls --json "$folder/SYSTEM" 'ControlSet001\Control\Lsa\JD'
        expect 0
        [ "$(jq -r '.class | length' <<<"$output")" -gt 0 ]
        [[ "$(jq -r .security.sddl <<<"$output")" == O:*D:* ]]
        [[ "$(jq -r .security.hex <<<"$output")" == 0100* ]]
}

@test "check --repair: leaves what it cannot know, and says so" {
        local before
        real corner
        before=$(sums)
        offwin reg check --repair "$folder/artemis-NTUSER_Bad.DAT"
        expect 3
        has "--repair mends 0"
        has 'Console\Console'
        [ "$(sums)" = "$before" ]
        offwin reg check "$folder/ez-NotAHive"
        expect 1
        offwin reg export --utf8 "$folder/ez-SAMBadHBinHeader" -o "$BATS_TEST_TMPDIR/x.reg"
        expect 1
        one_line "--skip-damaged"
        [ ! -e "$BATS_TEST_TMPDIR/x.reg" ]
        offwin reg export --utf8 --skip-damaged "$folder/ez-SAMBadHBinHeader" -o "$BATS_TEST_TMPDIR/x.reg"
        expect 3
        [[ $errors == *"left out in"* ]]
        grep -q '^\[HKEY_LOCAL_MACHINE\\SAM' "$BATS_TEST_TMPDIR/x.reg"
}

@test "every real hive is looked at and none brings the program down" {
        real corner
        local hive
        for hive in "$folder"/*; do
                case $hive in *.offwin-*) continue ;; esac
                offwin reg check "$hive"
                [ "$status" -le 4 ]
                offwin reg info "$hive"
                [ "$status" -le 4 ]
                offwin reg ls -R "$hive"
                [ "$status" -le 4 ]
        done
}

@test "compact: smaller, equal, undone to the byte" {
        local before
        real corner
        local hive=$folder/winreg-kb-UsrClass.dat
        before=$(sums)
        cp "$hive" "$BATS_TEST_TMPDIR/old"
        offwin reg compact --dry-run "$hive"
        expect 0
        has "bytes become"
        [ "$(sums)" = "$before" ]
        offwin reg compact -o "$BATS_TEST_TMPDIR/small" "$hive"
        expect 0
        offwin reg diff "$hive" "$BATS_TEST_TMPDIR/small"
        expect 0
        offwin reg compact --dry-run -o "$BATS_TEST_TMPDIR/none" "$hive"
        expect 2
        [ ! -e "$BATS_TEST_TMPDIR/none" ]
        offwin reg compact "$hive"
        expect 0
        [ "$(stat -c %s "$hive")" -lt "$(stat -c %s "$BATS_TEST_TMPDIR/old")" ]
        offwin reg diff "$BATS_TEST_TMPDIR/old" "$hive"
        expect 0
        offwin reg check "$hive"
        expect 0
        offwin reg compact "$hive"
        expect 0
        has "Nothing to gain"
        offwin undo "$hive"
        expect 0
        [ "$(sums)" = "$before" ]
        offwin reg compact "$folder/artemis-NTUSER_Bad.DAT"
        expect 1
        one_line "without loss"
}
