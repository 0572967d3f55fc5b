#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Help, usage errors, exit codes: everything that needs no image.

load common

@test "without a command: the overview on stderr, exit 2" {
        offwin
        expect 2
        [ -z "$output" ]
        [[ $errors == "usage: offwin COMMAND"* ]]
}

@test "help lists every command, on stdout" {
        offwin help
        expect 0
        for command in inspect doctor fix undo settle "boot storage" "drv inject" "net show" "net winsock" "net nla" "dev list" "dev show" "svc list" "svc show" "svc graph" "drv list" "reg ls" "reg get" "reg set" "net set" "net clean" "net handover" "file ls" "file cat" "file get" "file put" "file rm" "file mkdir" version; do
                has "  $command "
        done
        offwin --help
        expect 0
}

@test "every command has help with usage, options and its manual page" {
        for command in inspect doctor fix undo settle "boot storage" "drv inject" "net show" "net winsock" "net nla" "dev list" "dev show" "svc list" "svc show" "svc graph" "drv list" "reg ls" "reg get" "reg set" "net set" "net clean" "net handover" "file ls" "file cat" "file get" "file put" "file rm" "file mkdir" version; do
                offwin help $command
                expect 0
                has "usage: offwin $command [OPTIONS]"
                has "--json"
                offwin $command --help
                expect 0
                has "usage: offwin $command [OPTIONS]"
                [ "$command" = version ] || [ -e "$MAN/offwin-${command%% *}.1.scd" ]
        done
}

@test "every option in the help of a command is in its manual page or in offwin.1" {
        for command in inspect doctor fix undo settle "boot storage" "drv inject" "net show" "net winsock" "net nla" "dev list" "dev show" "svc list" "svc show" "svc graph" "drv list" "reg ls" "reg get" "reg set" "net set" "net clean" "net handover" "file ls" "file cat"; do
                offwin help $command
                for option in $(grep -o -- '--[a-z-]\+ *' <<<"$output" | sort -u); do
                        grep -q -- "$option" "$MAN/offwin-${command%% *}.1.scd" "$MAN/offwin.1.scd" ||
                                { echo "$command: $option"; return 1; }
                done
        done
}

@test "help fits 80 columns" {
        for command in "" inspect doctor fix undo settle "boot storage" "drv inject" "net show" "net winsock" "net nla" "dev list" "dev show" "svc list" "svc show" "svc graph" "drv list" "reg ls" "net set" "net clean" "net handover" "file ls" "file cat"; do
                offwin help $command
                sed '/^examples:/,$d' <<<"$output" >"$BATS_TEST_TMPDIR/help"
                [ "$(wc -L <"$BATS_TEST_TMPDIR/help")" -le 80 ]
        done
}

@test "help for a group and for nothing known" {
        offwin help reg
        expect 0
        has "offwin reg set [OPTIONS] DISK|HIVE PATH [NAME TYPE DATA...]"
        offwin help nonsense
        expect 2
        one_line "no command 'nonsense'"
}

@test "unknown commands name themselves" {
        offwin nonsense
        expect 2
        one_line "no command 'nonsense'; see \`offwin help\`"
        offwin reg
        expect 2
        one_line "'reg' needs one more word"
        offwin reg frobnicate x
        expect 2
        one_line "no command 'reg frobnicate'"
}

@test "unknown and badly used options, exit 2 with a hint" {
        offwin fix --nonsense x
        expect 2
        one_line "unknown option '--nonsense'; see \`offwin help fix\`"
        offwin inspect --html x
        expect 2
        one_line "unknown option '--html'"
        offwin inspect -Z x
        expect 2
        one_line "unknown option '-Z'"
        offwin inspect --root
        expect 2
        one_line "option '--root' needs a value"
        offwin inspect --json=yes x
        expect 2
        one_line "option '--json' takes no value"
}

@test "operands are counted" {
        offwin inspect
        expect 2
        one_line "too few operands: offwin inspect DISK..."
        offwin reg get disk.img
        expect 2
        one_line "too few operands"
        offwin file cat a b c
        expect 2
        one_line "unexpected 'c'"
}

@test "fix says what is missing" {
        offwin fix
        expect 2
        one_line "no DISK"
        offwin fix disk.img
        expect 2
        one_line "which fixes? name them, or --all"
        offwin fix disk.img no-such-fix
        expect 2
        one_line "'no-such-fix' is neither a file nor a known fix"
        offwin fix --all
        expect 2
        one_line "no DISK"
        offwin fix disk.img --all --set nonsense
        expect 2
        one_line "'--set nonsense' is not NAME=VALUE"
}

@test "fix --list needs no disk" {
        offwin fix --list
        expect 0
        has "ncsi-active-off"
        offwin fix --list --json
        expect 0
        json '.report' fixes
        json '[.fixes[] | select(.name == "windows-update-wsus")][0].parameters[0]' wsus
        json '[.fixes[] | select(.name == "ncsi-active-off")][0].temporary' true
}

@test "a type that is none, and data that does not fit" {
        offwin reg set disk.img 'HKLM\SYSTEM\X' name nonsense 1
        expect 2
        one_line "'nonsense' is not a registry type"
        offwin reg set disk.img 'HKLM\SYSTEM\X' name dword hello
        expect 2
        offwin reg get --raw disk.img 'HKLM\SYSTEM\X'
        expect 2
        one_line "--raw needs a NAME"
}

@test "version, as text and as JSON" {
        offwin --version
        expect 0
        [[ $output =~ ^offwin\ [0-9]+\.[0-9]+ ]]
        offwin version --json
        expect 0
        json '.report' version
}

@test "options end at --" {
        cd "$BATS_TEST_TMPDIR"
        offwin inspect -- --json
        expect 1
        one_line "--json"
}

@test "an escape sequence in an operand does not reach the terminal" {
        offwin inspect $'no\e[2Jfile'
        expect 1
        [[ $errors != *$'\e'* ]]
        [[ $errors == *'no\x1b[2Jfile'* ]]
}

@test "a file with a fix's name is a disk when written with ./" {
        cd "$BATS_TEST_TMPDIR"
        echo "not a disk" >ncsi-active-off
        offwin fix --all ./ncsi-active-off
        expect 1
        offwin fix --all ncsi-active-off
        expect 2
        one_line "no DISK"
}
