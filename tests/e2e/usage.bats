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

@test "help lists the commands, on stdout" {
        offwin help
        expect 0
        for command in inspect doctor fix undo settle "boot storage" "net show" "svc park" "reg get" "file put" version; do
                has "  $command "
        done
        offwin --help
        has "usage: offwin COMMAND"
        offwin help fix
        cp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/help"
        offwin fix --help
        expect 0
        cmp "$BATS_TEST_TMPDIR/stdout" "$BATS_TEST_TMPDIR/help"
}

@test "each command has help that fits 80 columns, and its options in a manual page" {
        offwin help
        sed -n 's/^  \([a-z][a-z ]\{1,13\}\) [a-z].*/\1/p' <<<"$output" | sed 's/ *$//' >"$BATS_TEST_TMPDIR/commands"
        [ "$(wc -l <"$BATS_TEST_TMPDIR/commands")" -ge 50 ]
        echo "net winsock repair" >>"$BATS_TEST_TMPDIR/commands"
        while read -r command; do
                pages=("$MAN/offwin.1.scd" "$MAN"/offwin-"${command%% *}"*.1.scd)
                [ "$command" = version ] || [ -e "${pages[1]}" ]
                case $command in        # drivers are set as services are
                drv*) pages+=("$MAN/offwin-svc.1.scd" "$MAN/offwin-svc-set.1.scd") ;;
                esac
                # shellcheck disable=SC2086
                offwin help $command
                expect 0
                has "usage: offwin $command [OPTIONS]"
                has "--json"
                missing=$(comm -23 <(grep -o -- '--[a-z0-9-]\+' <<<"$output" | sort -u) \
                        <(grep -ohs -- '--[a-z0-9-]\+' "${pages[@]}" | sort -u))
                [ -z "$missing" ] || { echo "$command: $missing in no manual"; return 1; }
                sed '/^examples:/,$d' <<<"$output" >"$BATS_TEST_TMPDIR/help"
                [ "$(wc -L <"$BATS_TEST_TMPDIR/help")" -le 80 ] || { echo "$command: wider than 80 columns"; return 1; }
        done <"$BATS_TEST_TMPDIR/commands"
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
