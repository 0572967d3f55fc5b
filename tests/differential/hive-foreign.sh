#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hives that our engine wrote, read by other people's readers: each must see what we say is in them.
# Usage: hive-foreign.sh HIVE-MAKE HIVE-EDIT-RANDOM HIVE-CORPUS. A reader that is not installed is left out; none at all
# skips the test.
set -eu
make=$1
random=$2
corpus=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
readers=0
failed=0

have() {
        command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ]
}

# same LABEL OURS THEIRS
same() {
        if cmp -s "$2" "$3"; then
                echo "ok: $1 ($(wc -l <"$2") lines)"
        else
                echo "DIFFERENT: $1"
                diff "$2" "$3" | cut -c1-160 | head -10
                failed=1
        fi
}

# Values with their whole data, as .reg text in hex, back into our listing.
by_hivexregedit() {
        hivexregedit --export "$1" '\' | awk '
                /^\[/ { path = substr($0, 2, length($0) - 2); if (path == "\\") path = ""; print "K\t" path; next }
                /^(@|")/ {
                        name = ""
                        if ($0 ~ /^"/) { rest = substr($0, 2); i = index(rest, "\"="); name = substr(rest, 1, i - 1); rest = substr(rest, i + 2) }
                        else rest = substr($0, 3)
                        if (rest ~ /^dword:/) {
                                d = substr(rest, 7)
                                type = 4; rest = substr(d, 7, 2) "," substr(d, 5, 2) "," substr(d, 3, 2) "," substr(d, 1, 2)
                        } else {
                                i = index(rest, ")"); type = index("0123456789abcdef", substr(rest, 5, i - 5)) - 1; rest = substr(rest, i + 2)
                        }
                        print "V\t" path "\t" name "\t" type "\t" rest
                }' | LC_ALL=C sort
}

check_new() {
        hive=$work/new-1.$1
        "$make" "$1" "$hive" "$hive.list"
        LC_ALL=C sort "$hive.list" >"$hive.all"
        grep '^K' "$hive.all" | cut -f2 | LC_ALL=C sort >"$hive.keys"
        if have hivexregedit; then
                readers=$((readers + 1))
                by_hivexregedit "$hive" >"$hive.theirs"
                same "1.$1 hivexregedit, keys and data" "$hive.all" "$hive.theirs"
        fi
        if have regfexport; then
                readers=$((readers + 1))
                regfexport "$hive" | sed -n 's/^Key path: ROOT//p' | LC_ALL=C sort >"$hive.theirs"
                same "1.$1 regfexport, keys" "$hive.keys" "$hive.theirs"
        fi
        if have reglookup; then
                readers=$((readers + 1))
                reglookup -t KEY "$hive" | sed -n 's/^\(\/[^,]*\),KEY.*/\1/p' | sed 's/^\/$//; s/%20/ /g' | tr / '\\' |
                        LC_ALL=C sort >"$hive.theirs"
                same "1.$1 reglookup, keys" "$hive.keys" "$hive.theirs"
        fi
        if have reged; then
                readers=$((readers + 1))
                PATH=$PATH:/usr/sbin reged -x "$hive" ROOT '\' "$hive.reg" >/dev/null
                tr -d '\r' <"$hive.reg" | sed -n 's/^\[ROOT\(.*\)\]$/\1/p' | LC_ALL=C sort >"$hive.theirs"
                same "1.$1 reged, keys" "$hive.keys" "$hive.theirs"
        fi
}

# Names of real hives need quoting that differs from tool to tool: count.
check_edited() {
        hive=$work/edited
        xz -dc "$OFFWIN_DATA/$1.xz" >"$work/old"
        "$make" edit "$work/old" "$hive" "$hive.list"
        grep -c '^K' "$hive.list" >"$hive.ours"
        grep -c '^V' "$hive.list" >>"$hive.ours"
        if have hivexml; then
                readers=$((readers + 1))
                hivexml "$hive" | awk '{ keys += gsub(/<node /, ""); values += gsub(/<value /, "") } END { print keys; print values }' \
                        >"$hive.theirs"
                same "$1 hivexml, counts" "$hive.ours" "$hive.theirs"
        fi
        if have regfexport; then
                regfexport "$hive" 2>/dev/null | awk '/^Key: /{ k++ } /^Value: [0-9]+ /{ v++ } END { print k; print v }' >"$hive.theirs"
                same "$1 regfexport, counts" "$hive.ours" "$hive.theirs"
        fi
}

# Random edits of what all readers cope with, as two more of them see what has come of it.
check_plain() {
        label=$1
        hive=$work/plain
        if ! "$random" "$2" "$hive" "$hive.list" 3 2000 plain >"$work/log" 2>&1; then
                echo "FAILED: plain random edits of $label: $(tail -1 "$work/log")"
                failed=1
                return 0
        fi
        status=0
        "$corpus" - --listing "$hive" "$hive.list" reged regtree >"$work/log" || status=$?
        case $status in
        0)      readers=$((readers + 1))
                echo "ok: $label after 2000 plain random edits, reged and regtree ($(wc -l <"$hive.list") lines)" ;;
        77)     return 0 ;;
        *)      cat "$work/log"
                failed=1 ;;
        esac
}

# Random edits, against the model that has seen the same: by hivex byte for byte, by regfexport as far as it shows them.
check_random() {
        label=$1
        start=$2
        for seed in $3; do
                hive=$work/random
                status=0
                "$random" "$start" "$hive" "$hive.list" "$seed" 2000 >"$work/log" 2>&1 || status=$?
                if [ "$status" != 0 ]; then
                        echo "FAILED: random edits of $label, seed $seed: $(tail -1 "$work/log")"
                        failed=1
                        return 0
                fi
                status=0
                "$corpus" - --listing "$hive" "$hive.list" >"$work/log" || status=$?
                case $status in
                0)      readers=$((readers + 1))
                        echo "ok: $label after 2000 random edits, seed $seed ($(wc -l <"$hive.list") lines)" ;;
                77)     return 0 ;;
                *)      cat "$work/log"
                        failed=1 ;;
                esac
                "$structure" "$hive" >"$work/log" || { echo "STRUCTURE: $label, seed $seed"; cat "$work/log"; failed=1; }
        done
}

structure=$(dirname "$corpus")/hive-structure
check_new 3
check_new 5
check_random 'new 1.3' new3 '1 2'
check_random 'new 1.5' new5 '1 2'
check_plain 'new 1.3' new3
check_plain 'new 1.5' new5
for name in machines/nt4-server/SYSTEM machines/xp-virtualpc/SYSTEM bcd/regipy-BCD corner/artemis-NTUSER.DAT; do
        if [ -n "${OFFWIN_DATA:-}" ] && [ -f "$OFFWIN_DATA/$name.xz" ]; then
                check_edited "$name"
        fi
done
for name in machines/nt4-server/SYSTEM machines/nt4-server/SAM bcd/regipy-BCD \
            corner/aiowinreg-win2022_64-SECURITY; do
        if [ -n "${OFFWIN_DATA:-}" ] && [ -f "$OFFWIN_DATA/$name.xz" ]; then
                xz -dc "$OFFWIN_DATA/$name.xz" >"$work/real"
                [ "$name" != bcd/regipy-BCD ] || check_plain "$name" "$work/real"
                check_random "$name" "$work/real" 1
        fi
done
if [ "$readers" = 0 ]; then
        echo "skipped: no other reader of hives is installed"
        exit 77
fi
exit "$failed"
