#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Parking on real SYSTEM hives and on the machines of ours, judged by other people's hive readers: what unpark and
# settle give back is what was there, value by value. And each boot driver whose ErrorControl is critical is guarded,
# by a list that hivexregedit gives. Speaks TAP. usage: service-evidence.sh OFFWIN MKMACHINE [MACHINE...]
set -u
here=$(cd "$(dirname "$0")" && pwd)
compare=$here/../../scripts/hive-dump-compare
offwin=$(realpath "$1")
mkmachine=$(realpath "$2")
shift 2
[ $# -gt 0 ] || set -- real-win7-vmware real-win10-laptop real-xp-virtualpc real-nt4-server real-win81-virtualbox \
        dl380g7 dc s2019
export LC_ALL=C.UTF-8

for tool in hivexregedit hivexml reglookup jq python3; do
        command -v "$tool" >/dev/null || { echo "1..0 # skip $tool is not installed"; exit 0; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0 bad=0 failed=0

problem() {
        echo "$*" | sed 's/^/#   /' | head -n 12
        bad=1
}

step() { # text
        number=$((number + 1))
        [ "$bad" -eq 0 ] && echo "ok $number - $machine: $1" || { echo "not ok $number - $machine: $1"; failed=1; }
        bad=0
}

run() { # wanted exit code, arguments
        local want=$1 got
        shift
        "$offwin" "$@" >"$work/out" 2>"$work/err"
        got=$?
        [ "$got" -eq "$want" ] || problem "offwin $* exits with $got, not $want: $(tail -n 3 "$work/err")"
        ! grep -q 'runtime error' "$work/err" || problem "offwin $*: $(grep -m 1 'runtime error' "$work/err")"
}

take_hive() { # file
        "$offwin" file cat "$image" "$root\\System32\\config\\SYSTEM" >"$1" 2>"$work/err" ||
                problem "file cat: $(cat "$work/err")"
}

same_hive() { # one, other, when
        "$compare" --second none --expect "$work/none" "$1" "$2" >"$work/log" 2>&1 || problem "SYSTEM differs $3: $(cat "$work/log")"
}

# The services of the current control set, as hivexregedit tells them.
services_of() { # hive
        hivexregedit --export "$1" "$(printf 'ControlSet%03d\\Services' "$control_set")" 2>/dev/null
}

# Names of boot drivers with ErrorControl 3.
critical_drivers() { # hive
        services_of "$1" | awk '
                /^\[/ {
                        if (type && start && control) print name
                        type = start = control = 0
                        line = substr($0, 2, length($0) - 2)
                        n = split(line, part, "\\")
                        name = tolower(part[n - 1]) == "services" ? part[n] : ""
                }
                name != "" && /^"Type"=dword:0000000[12]/ { type = 1 }
                name != "" && /^"Start"=dword:00000000/ { start = 1 }
                name != "" && /^"ErrorControl"=dword:00000003/ { control = 1 }
                END { if (type && start && control) print name }'
}

one_machine() {
        local digest n=0 name control_set
        image=$work/$machine.img
        "$mkmachine" ${OFFWIN_DATA:+--data "$OFFWIN_DATA"} "$here/../machines/$machine.recipe" "$image" \
                >"$work/log" 2>&1
        case $? in
        0) ;;
        77) number=$((number + 1)); echo "ok $number - $machine # SKIP its hives are not here"; return ;;
        *) problem "mkmachine: $(cat "$work/log")"; step "is built"; return ;;
        esac
        : >"$work/none"
        IFS=$'\t' read -r root control_set < <("$offwin" inspect --json "$image" |
                jq -r '.installations[0] | "C:\\\(.root)\t\(.control_sets.current)"')
        dirty=()
        [ "$machine" != real-win81-virtualbox ] || dirty=(--accept-dirty)
        # Logs are brought in and the hive is closed by a change that is taken back: what follows compares like with like.
        run 0 reg set --yes "${dirty[@]}" "$image" 'HKLM\SYSTEM\Setup' evidence dword 1
        run 0 reg rm --yes "${dirty[@]}" "$image" 'HKLM\SYSTEM\Setup' evidence
        take_hive "$work/before"
        digest=$("$here/image-parts" hash "$image")

        run 0 svc park --yes --json "${dirty[@]}" "$image"
        changes=$(jq '[.changes[] | select(.fix != null)] | length' "$work/out")
        run 0 svc park --check "${dirty[@]}" "$image"
        take_hive "$work/parked"
        [ "$changes" -eq 0 ] || ! cmp -s <(services_of "$work/before") <(services_of "$work/parked") ||
                problem "nothing is parked in the hive"
        step "$changes changes of parking, and none the second time"

        run 0 svc unpark --yes "${dirty[@]}" "$image"
        take_hive "$work/after"
        same_hive "$work/before" "$work/after" "after unpark"
        step "unpark gives back what was there"

        run 0 svc park --yes "${dirty[@]}" "$image"
        run 0 settle --yes "${dirty[@]}" "$image"
        take_hive "$work/after"
        same_hive "$work/before" "$work/after" "after settle"
        step "settle gives back what was there"

        for _ in $([ "$changes" -eq 0 ] || echo 1 2 3 4); do
                run 0 undo --yes "$image"
        done
        [ "$("$here/image-parts" hash "$image")" = "$digest" ] || problem "undo leaves another image"
        step "undo gives every byte back"

        while read -r name; do
                n=$((n + 1))
                run 4 drv disable --dry-run "${dirty[@]}" "$image" "$name"
        done < <(critical_drivers "$work/before")
        [ "$("$here/image-parts" hash "$image")" = "$digest" ] || problem "a refused change was written"
        step "$n critical boot drivers are guarded"
        rm -f "$image"*
}

for machine in "$@"; do
        one_machine
done
echo "1..$number"
exit "$failed"
