#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job from end to end: inspect, doctor, fix, undo and settle on whole machine images.

load common

# whole_way: everything, on $image; leaves it as it was.
whole_way() {
        local before
        before=$(sum "$image")

        offwin inspect "$image"
        expect 0
        offwin doctor "$image"
        expect 0
        has "Modelled first-boot delay: "
        offwin doctor --check --quiet "$image"
        expect 3
        offwin fix --all --dry-run "$image"
        expect 0
        has "Nothing was written: this was a dry run."
        offwin fix --all --check --quiet "$image"
        expect 3
        [ "$(sum "$image")" = "$before" ]

        offwin fix --all "$image"
        expect 0
        has "written and read back"
        has "offwin undo $image"
        [ "$(sum "$image")" != "$before" ]
        offwin fix --all "$image"
        expect 0
        has "Nothing to change."
        offwin doctor --check --quiet "$image"
        expect 0

        offwin undo "$image"
        expect 0
        has "is as it was before."
        [ "$(sum "$image")" = "$before" ]
        offwin undo "$image"
        expect 1
        one_line "no undo record"
}

@test "dl380g7: a server with a team, the whole way" {
        machine dl380g7
        whole_way
}

@test "w7, the whole way" {
        machine w7
        whole_way
}

@test "w10 on GPT, the whole way" {
        machine w10
        whole_way
}

@test "s2019, the whole way" {
        machine s2019
        whole_way
}

@test "xp, the whole way" {
        machine xp
        whole_way
}

@test "xp on FAT32, the whole way" {
        machine xp-fat32
        whole_way
}

@test "dc: a domain controller, the whole way" {
        machine dc
        whole_way
}

@test "real hives: Windows 7 on VMware, the whole way" {
        machine real-win7-vmware
        whole_way
}

@test "real hives: a Windows 10 laptop with its last edits in the logs, the whole way" {
        machine real-win10-laptop
        whole_way
}

@test "real hives: Windows XP on Virtual PC, the whole way" {
        machine real-xp-virtualpc
        whole_way
}

@test "real hives: Windows NT 4.0 Server, the whole way" {
        machine real-nt4-server
        whole_way
}

@test "real hives: Windows 8.1, dirty and without logs: read, refused, done with --accept-dirty" {
        local before
        machine real-win81-virtualbox
        before=$(sum "$image")
        offwin doctor "$image"
        expect 0
        has "not closed"
        offwin fix --all "$image"
        expect 4
        one_line "--accept-dirty"
        [ "$(sum "$image")" = "$before" ]
        offwin fix --all --accept-dirty "$image"
        expect 0
        has "written and read back"
        offwin fix --all --quiet "$image"
        expect 0
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "two disks are one machine: drives and profiles of both, one commit, one undo" {
        local before before2
        machine twodisks
        before=$(sum "$image")
        before2=$(sum "$image2")
        offwin inspect --json "$image"
        expect 0
        json '[.installations[0].drives[] | select(.disk == 2)] | length' 0
        offwin inspect --json "$image" "$image2"
        expect 0
        json '[.installations[0].drives[] | select(.disk == 2)] | length > 0' true
        offwin file ls --disk "$image2" "$image" 'D:\'
        expect 0
        offwin fix --all "$image" "$image2"
        expect 0
        has "written and read back"
        offwin fix --all --check --quiet "$image" "$image2"
        expect 0
        [ "$(sum "$image")" != "$before" ]
        offwin undo "$image" "$image2"
        expect 0
        [ "$(sum "$image")" = "$before" ]
        [ "$(sum "$image2")" = "$before2" ]
}

@test "a disk without Windows: shown, and a clear line where one is needed" {
        machine nowindows
        offwin inspect "$image"
        expect 0
        has "No Windows was found"
        for command in doctor "fix --all" settle; do
                offwin $command "$image"
                expect 1
                one_line "no Windows found"
        done
}

@test "dual boot: --root chooses, nothing is guessed" {
        local before
        machine dualboot
        before=$(sum "$image")
        offwin inspect --json "$image"
        expect 0
        json '.installations | length' 2
        for command in doctor "fix --all" settle; do
                offwin $command "$image"
                expect 2
                one_line "--root"
        done
        [ "$(sum "$image")" = "$before" ]
        for root in 1 2 WIN2K3 disk1:partition1:WINDOWS; do
                offwin doctor --root "$root" "$image"
                expect 0
        done
        offwin fix --all --root 2 "$image"
        expect 0
        offwin fix --all --check --quiet --root 2 "$image"
        expect 0
        offwin fix --all --check --quiet --root 1 "$image"
        expect 3
        offwin undo "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "fast startup: readable, refused to write, exit 4, unchanged" {
        local before
        machine w10-faststartup
        before=$(sum "$image")
        offwin doctor "$image"
        expect 0
        for command in "fix --all" "reg set" settle; do
                if [ "$command" = "reg set" ]; then
                        offwin reg set "$image" 'HKLM\SYSTEM\X' a dword 1
                else
                        offwin $command "$image"
                fi
                expect 4
                one_line "hibernated"
                [[ $errors == *"shutdown /s"* ]]
        done
        [ "$(sum "$image")" = "$before" ]
        [ "$(find "$BATS_TEST_TMPDIR" -name '*.journal' | wc -l)" -eq 0 ]
}

@test "settle gives the temporary changes back, and leaves what was changed since" {
        machine dl380g7
        local key='HKLM\SYSTEM\CurrentControlSet\Services\NlaSvc\Parameters\Internet'
        offwin reg get "$image" "$key" EnableActiveProbing
        [ "$output" = 1 ]
        offwin settle --check --quiet "$image"
        expect 0
        offwin fix --all --quiet "$image"
        expect 0
        offwin reg get "$image" "$key" EnableActiveProbing
        [ "$output" = 0 ]
        offwin settle --check --quiet "$image"
        expect 3
        offwin reg set "$image" 'HKLM\SYSTEM\CurrentControlSet\Control\CrashControl' AutoReboot dword 7
        expect 0
        offwin settle --json "$image"
        expect 0
        json '.outcome' applied
        json '.skipped | length' 1
        offwin reg get "$image" "$key" EnableActiveProbing
        [ "$output" = 1 ]
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Control\CrashControl' AutoReboot
        [ "$output" = 7 ]
        # What was disabled for good stays recorded, so that `svc enable` can give it back; nothing temporary does.
        offwin settle --check --quiet "$image"
        expect 0
        offwin svc enable "$image" CqMgHost --quiet
        expect 0
        offwin reg get "$image" 'HKLM\SYSTEM\CurrentControlSet\Services\CqMgHost' Start
        [ "$output" = 2 ]
}

@test "fixes by name, with a value, and beside --all" {
        machine dl380g7
        offwin fix --dry-run "$image" ncsi-active-off
        expect 0
        has "ncsi-active-off  "
        [[ $output != *apipa-off* ]]
        offwin fix --dry-run "$image" windows-update-wsus --set wsus=http://wsus.new.example:8530
        expect 0
        has '+ "WUServer"="http://wsus.new.example:8530"'
        offwin fix --dry-run "$image" windows-update-wsus
        expect 2
        one_line "needs --set wsus="
        offwin fix --all --dry-run "$image"
        expect 0
        has "needs --set wsus="
        offwin fix --dry-run "$image" windows-update-wsus --set nonsense=1
        expect 2
        one_line nonsense
}

@test "everything as JSON" {
        machine dl380g7
        offwin inspect --json "$image"
        expect 0
        json '.installations[0].windows.computer_name' FILESRV01
        json '.disks[0].scheme' MBR
        json '[.installations[0].adapters[] | select(.team)] | length' 1
        offwin doctor --json "$image"
        expect 0
        json '.forecast.before_s > .forecast.after_s' true
        json '[.findings[] | select(.id == "ncsi-active-off")][0].status' needed
        offwin fix --all --dry-run --json "$image"
        expect 0
        json '.outcome' dry-run
        json '.commit' null
        json '[.changes[] | select(.name == "EnableActiveProbing" and .fix)][0] | "\(.before.value) \(.after.value)"' "1 0"
        offwin fix --all --json "$image"
        expect 0
        json '.outcome' applied
        json '.commit.undo_record | endswith(".journal")' true
        offwin undo --list --json "$image"
        expect 0
        json '.records[0].title' "offwin fix --all"
        offwin undo --json "$image"
        expect 0
        json '.outcome' undone
}

@test "undo is refused when the image changed since, exit 4" {
        machine w7
        offwin fix --all --quiet "$image"
        expect 0
        # The machine ran: what stood where the fix wrote is something else now.
        "$OFFWIN" undo --list --json "$image" >/dev/null
        local before at
        at=$(printf offwin | "$BATS_TEST_DIRNAME/sparse" find "$image")         # the ledger's key, as it lies in SOFTWARE
        printf OFFWIN | dd of="$image" bs=1 seek="$at" conv=notrunc status=none
        before=$(sum "$image")
        offwin undo "$image"
        expect 4
        [[ $errors == *"changed"* ]]
        [ "$(sum "$image")" = "$before" ]
}

@test "--journal-dir keeps the record elsewhere" {
        machine xp
        local before
        before=$(sum "$image")
        mkdir "$BATS_TEST_TMPDIR/records"
        offwin fix --all --quiet --journal-dir "$BATS_TEST_TMPDIR/records" "$image"
        expect 0
        [ "$(ls "$BATS_TEST_TMPDIR/records" | wc -l)" -gt 0 ]
        offwin undo "$image"
        expect 1
        offwin undo --journal-dir "$BATS_TEST_TMPDIR/records" "$image"
        expect 0
        [ "$(sum "$image")" = "$before" ]
}

@test "doctor --html writes one file, never over the image" {
        machine xp
        local before
        before=$(sum "$image")
        offwin doctor --html "$BATS_TEST_TMPDIR/report.html" "$image"
        expect 0
        grep -q '^<!DOCTYPE html>' "$BATS_TEST_TMPDIR/report.html"
        grep -q '</html>' "$BATS_TEST_TMPDIR/report.html"
        offwin doctor --html "$image" "$image"
        expect 2
        one_line "is the image itself"
        offwin doctor --html "$BATS_TEST_TMPDIR/absent/report.html" "$image"
        expect 1
        one_line "report.html"
        [ "$(sum "$image")" = "$before" ]
}
