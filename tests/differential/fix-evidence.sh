#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The whole job on whole machines, judged by programs that are not ours: sfdisk finds the partitions, ntfs-3g's tools
# and fsck.fat and mtools read them, hivexregedit and reglookup read the hives before and after. What differs must be
# what "fix --json" said, and nothing else. Speaks TAP.
# usage: fix-evidence.sh OFFWIN MKMACHINE [MACHINE...]
# OFFWIN_DATA: folder of given hives, for the machines whose names begin with real-; without it they are skipped.
set -u
here=$(cd "$(dirname "$0")" && pwd)
recipes=$here/../machines
compare=$here/../../scripts/hive-dump-compare
offwin=$(realpath "$1")
mkmachine=$(realpath "$2")
shift 2
[ $# -gt 0 ] || set -- real-win7-vmware real-win10-laptop real-xp-virtualpc real-nt4-server real-win81-virtualbox \
        dl380g7 xp-fat32 dualboot twodisks
export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C.UTF-8

for tool in sfdisk ntfsls ntfscat ntfsfix ntfsinfo ntfsresize fsck.fat mdir mcopy hivexregedit hivexml reglookup \
                jq python3; do
        command -v "$tool" >/dev/null || { echo "1..0 # skip $tool is not installed"; exit 0; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
number=0 bad=0 failed=0
hive_paths='/config/(system|software|sam|security|default)$|/config/system\.log[12]?$|/(ntuser|usrclass)\.dat$|/bcd$'

problem() {
        echo "$*" | sed 's/^/#   /' | head -n 12
        bad=1
}

# One line for the machine and step that end here.
step() { # text
        number=$((number + 1))
        if [ "$bad" -eq 0 ]; then
                echo "ok $number - $machine: $1"
        else
                echo "not ok $number - $machine: $1"
                failed=1
        fi
        bad=0
}

# Runs offwin on the machine's disks; its output is in $work/out and $work/err.
run() { # wanted exit code, command, arguments
        local want=$1 got
        shift
        "$offwin" "$@" "${disks[@]}" >"$work/out" 2>"$work/err"
        got=$?
        [ "$got" -eq "$want" ] || problem "offwin $* exits with $got, not $want: $(tail -n 3 "$work/err")"
        ! grep -q 'runtime error' "$work/err" || problem "offwin $*: $(grep -m 1 'runtime error' "$work/err")"
}

same_image() { # digest, when
        [ "$("$here/image-parts" hash "${disks[@]}")" = "$1" ] || problem "the image differs $2"
}

# ---- volumes, by foreign tools ----

# Sets kind to the file system of a volume; no process, for it is asked hundreds of times.
kind_of() { # volume
        local start=
        LC_ALL=C IFS='' read -r -d '' -n 11 start <"$1"         # no further than the first NUL
        case ${start:3} in
        NTFS*) kind=ntfs ;;
        mkfs.fat*) kind=fat ;;
        *) kind= ;;
        esac
}

# Every partition of every disk as a file of its own: FOLDER/d<disk>p<partition>.
cut_disks() { # folder
        local n=0 disk part
        rm -rf "$1"
        for disk in "${disks[@]}"; do
                n=$((n + 1))
                mkdir -p "$1/now"
                "$here/image-parts" cut "$disk" "$1/now" || problem "cannot cut $disk"
                for part in "$1/now"/p*; do
                        mv "$part" "$1/d$n${part##*/}"
                done
                rmdir "$1/now"
        done
}

# Size, time and path of every file and folder; tells folders from files by their headings.
list_volume() { # volume
        local kind
        kind_of "$1"
        case $kind in
        ntfs) ntfsls -f -R -l -p / "$1" | awk '
                /^\/.*:$/ {
                        folder = $0 == "/:" ? "" : substr($0, 1, length($0) - 1)
                        if (folder != "") print "folder\t" folder
                        next
                }
                NF > 5 {
                        name = $0
                        sub(/^ *[0-9]+ +[^ ]+ +[0-9]+ +[0-9:]+ +[0-9]+ /, "", name)
                        if (name != "." && name != "..") print $1 " " $2 " " $3 " " $4 " " $5 "\t" folder "/" name
                }'
                return "${PIPESTATUS[0]}" ;;
        fat) mdir -/ -a -b -i "$1" :: | sed 's/^::/file\t/' ;;
        esac
}

files_of() { # listing of NTFS
        awk -F'\t' 'NR == FNR { if ($1 == "folder") is[$2] = 1; next } $1 != "folder" && !($2 in is) { print $2 }' "$1" "$1"
}

take_file() { # volume, path, file
        mkdir -p "${3%/*}"
        ntfscat -f "$1" "$2" >"$3" 2>"$work/log" || problem "ntfscat $2: $(cat "$work/log")"
}

# Lists each volume and takes its hives out, with their logs, or with how=all every file; FAT gives all its files.
take_files() { # folder of volumes, folder to fill, how
        local volume name path kind
        rm -rf "$2"
        for volume in "$1"/*; do
                name=${volume##*/}
                kind_of "$volume"
                mkdir -p "$2/$name"
                list_volume "$volume" >"$2/$name.list"
                if [ "$kind" = fat ]; then
                        mcopy -s -n -m -i "$volume" '::/*' "$2/$name/" 2>"$work/log" ||
                                problem "mcopy: $(cat "$work/log")"
                        continue
                fi
                while read -r path; do
                        take_file "$volume" "$path" "$2/$name$path"
                done < <(files_of "$2/$name.list" | if [ "$3" = all ]; then cat; else grep -iE "$hive_paths"; fi)
        done
}

# Each volume must be clean for the tools of its file system.
check_volumes() { # folder of volumes
        local volume path kind count=0
        for volume in "$1"/*; do
                kind_of "$volume"
                case $kind in
                ntfs)
                        ntfsfix -n "$volume" >"$work/log" 2>&1 || problem "ntfsfix: $(tail -n 3 "$work/log")"
                        ntfsinfo -m "$volume" >"$work/log" 2>&1 || problem "ntfsinfo: $(tail -n 3 "$work/log")"
                        grep -q 'Volume Flags: 0x0000' "$work/log" ||
                                problem "ntfsinfo: $(grep 'Volume Flags' "$work/log")"
                        ntfsresize -i -f "$volume" >"$work/log" 2>&1 </dev/null ||
                                problem "ntfsresize: $(tail -n 3 "$work/log")"
                        list_volume "$volume" >"$work/list" 2>"$work/log" || problem "ntfsls: $(cat "$work/log")"
                        path=$(files_of "$work/list" | grep -iE '/(cmd\.exe|bootmgr|config/system)$' | head -n 1)
                        [ -z "$path" ] || take_file "$volume" "$path" "$work/file" ;;
                fat)
                        fsck.fat -n "$volume" >"$work/log" 2>&1 || problem "fsck.fat: $(cat "$work/log")" ;;
                *) continue ;;
                esac
                count=$((count + 1))
        done
        [ "$count" -gt 0 ] || problem "no volume was checked"
}

# ---- hives, by foreign readers ----

# The hives of a tree of files, without their logs.
hives_of() { # folder
        local file magic
        (cd "$1" && find . -type f ! -iname '*.log*' ! -name '*.list') | while read -r file; do
                magic=
                LC_ALL=C IFS='' read -r -N 4 magic <"$1/$file"  # no process: there are hundreds of files
                [ "$magic" != regf ] || echo "${file#./}"
        done
}

# Foreign readers do not replay logs, so what they compare with has to be replayed first, by our other opinion.
replay_hives() { # folder
        local hive differ
        while read -r hive; do
                [ "$(od -An -tu4 -j4 -N8 "$1/$hive" | awk '{ print $1 == $2 }')" = 1 ] && continue
                [ -s "$1/$hive.LOG1" ] || { echo "# $machine: $hive is dirty and has no logs"; continue; }
                "$here/replay-hvle" "$1/$hive" "$1/$hive.LOG1" "$1/$hive.LOG2" "$work/replayed" >"$work/log" 2>&1 ||
                        problem "replay-hvle: $(cat "$work/log")"
                differ=$("$compare" --second none "$1/$hive" "$work/replayed" 2>/dev/null | wc -l)
                echo "# $machine: $hive replayed: $(cat "$work/log"), $differ differences"
                ! cmp -s "$1/$hive" "$work/replayed" || problem "the logs of $hive hold nothing"
                mv "$work/replayed" "$1/$hive"
        done < <(hives_of "$1")
}

# Between two trees the lists of expect-changes, and only they, must have come true.
check_registry() { # before, after, folder of lists, readers
        local hive want told=0 place path list
        : >"$work/none"
        hives_of "$1" >"$work/hives"
        [ -s "$work/hives" ] || problem "no hive was found"
        hives_of "$2" | cmp -s - "$work/hives" || problem "hives came or went"
        while read -r hive; do
                want=$work/none
                while IFS=$'\t' read -r disk part path list; do
                        place=d${disk}p$part/$path
                        [ "${place,,}" != "${hive,,}" ] || { want=$3/$list; told=$((told + 1)); }
                done <"$3/index"
                [ "$want" = "$work/none" ] && cmp -s "$1/$hive" "$2/$hive" && continue
                "$here/hive-structure" "$2/$hive" "$1/$hive" >"$work/log" || problem "$hive: $(cat "$work/log")"
                # shellcheck disable=SC2086
                "$compare" $4 --expect "$want" "$1/$hive" "$2/$hive" >/dev/null 2>"$work/log" ||
                        problem "$hive: $(grep -v '^[0-9a-z]*: WARN' "$work/log")"
                case $4 in
                *none*) ;;
                *) grep -q 'checked with' "$work/log" || problem "$hive: one reader only: $(cat "$work/log")" ;;
                esac
        done <"$work/hives"
        [ "$told" -eq "$(wc -l <"$3/index")" ] || problem "a hive that was to change is not there: $(cat "$3/index")"
}

# Apart from the hives that changed and their logs nothing may differ: neither a size nor a time, nor a byte of what
# was taken.
check_rest() { # before, after, folder of lists
        local list name but
        but=$(awk -F'\t' '{
                gsub(/[][().*+?{}|^$\\]/, "\\\\&", $3)
                printf "%sd%sp%s/%s(\\.log[12]?)?$", bar, $1, $2, $3
                bar = "|"
        }' "$3/index")
        for list in "$1"/*.list; do
                name=${list##*/}
                name=${name%.list}
                diff <(sed "s|\t|\t$name|" "$list" | grep -viE "$but") \
                        <(sed "s|\t|\t$name|" "$2/$name.list" | grep -viE "$but") >"$work/log" ||
                        problem "files: $(cat "$work/log")"
        done
        diff -rq "$1" "$2" | grep -v '\.list differ$' | sed "s|^Files $1/\(.*\) and $2/.* differ$|\1|" | grep -viE "$but" \
                >"$work/log" && problem "files with other bytes: $(cat "$work/log")"
        return 0
}

# ---- one machine ----

make_machine() { # size
        local image=$work/$machine.img second=$work/$machine-2.img
        "$mkmachine" ${1:+--size "$1"} --disk2 "$second" ${OFFWIN_DATA:+--data "$OFFWIN_DATA"} \
                "$recipes/$machine.recipe" "$image" 2>"$work/err"
        case $? in
        0) ;;
        77) number=$((number + 1)); echo "ok $number - $machine # skip $(tail -n 1 "$work/err")"; return 1 ;;
        *) problem "$(cat "$work/err")"; step "build"; return 1 ;;
        esac
        disks=("$image")
        [ ! -f "$second" ] || disks+=("$second")
}

read_only() { # options
        run 0 inspect
        run 0 inspect --json
        cp "$work/out" "$work/inspect"
        run 0 doctor "$@"
        grep -q . "$work/out" || problem "doctor says nothing"
        run 0 doctor --json "$@"
        needed=$(jq .to_fix "$work/out") || problem "doctor --json is not JSON"
        run 3 fix --all --check "$@"
        same_image "$original" "after inspect, doctor and fix --check"
        step "inspect, doctor and fix --check succeed and write nothing; $needed to fix"
}

fix_once() { # options
        local told
        run 0 fix --all --json --yes "$@"
        cp "$work/out" "$work/changes"
        [ "$(jq -r .outcome "$work/changes")" = applied ] || problem "outcome is $(jq .outcome "$work/changes")"
        fixed=$("$here/image-parts" hash "${disks[@]}")
        [ "$fixed" != "$original" ] || problem "fix changed nothing"
        rm -rf "$work/lists"
        mkdir "$work/lists"
        changes=$("$here/expect-changes" ${root:+--root "$root"} "$work/inspect" "$work/changes" "$work/lists" \
                2>"$work/log") || problem "expect-changes: $(tail -n 1 "$work/log")"
        told=$(jq -r '"\(.commit.bytes_changed) bytes in \(.commit.extents) extents"' "$work/changes")
        step "fix --all: $changes changes, $told"
}

fix_again() { # options
        run 0 fix --all --json --yes "$@"
        [ "$(jq -c '[.outcome, .changes, .commit]' "$work/out")" = '["nothing-to-do",[],null]' ] ||
                problem "the second fix: $(jq -c '[.outcome, (.changes | length), .commit]' "$work/out")"
        run 0 fix --all --check "$@"
        same_image "$fixed" "after a second fix"
        step "fix --all again plans nothing, --check exits with 0"
}

settle_and_undo() { # options
        run 0 settle --json --yes "$@"
        cut_disks "$work/volumes"
        check_volumes "$work/volumes"
        take_files "$work/volumes" "$work/settled" hives
        rm -rf "$work/lists"
        mkdir "$work/lists"
        stays=$("$here/expect-changes" --settled ${root:+--root "$root"} "$work/inspect" "$work/changes" "$work/lists")
        check_registry "$work/before" "$work/settled" "$work/lists" "--second none"
        step "settle gives all back except $stays lasting changes"
        run 0 undo --yes
        same_image "$fixed" "after undo of settle"
        run 0 undo --yes
        same_image "$original" "after undo of fix"
        cut_disks "$work/volumes"
        check_volumes "$work/volumes"
        step "undo, twice: the image is the original, volumes are clean"
}

# Fix to undo on an image whose volumes and files are already known in $work/before.
job() { # how to take files, readers, options
        local how=$1 readers=$2
        shift 2
        fix_once "$@"
        cut_disks "$work/volumes"
        check_volumes "$work/volumes"
        step "volumes are clean after fix"
        take_files "$work/volumes" "$work/after" "$how"
        check_registry "$work/before" "$work/after" "$work/lists" "$readers"
        step "the registry differs by what fix said (${readers:-two readers})"
        check_rest "$work/before" "$work/after" "$work/lists"
        step "nothing else differs: $(find "$work/after" -type f ! -name '*.list' | wc -l) files read,$(
                ) $(cat "$work/after"/*.list | wc -l) listed"
        fix_again "$@"
        settle_and_undo "$@"
}

start() { # how to take files
        original=$("$here/image-parts" hash "${disks[@]}")
        cut_disks "$work/volumes"
        check_volumes "$work/volumes"
        take_files "$work/volumes" "$work/before" "$1"
        replay_hives "$work/before"
        step "the image is made, its volumes are clean"
}

# A hive whose last changes are lost must not be written to unasked.
refuse_dirty() {
        run 4 fix --all --json --yes
        [ "$(jq -r .error.code "$work/out")" = dirty ] || problem "error is $(cat "$work/out")"
        grep -q -- '--accept-dirty' "$work/err" || problem "the message does not name the way out: $(cat "$work/err")"
        same_image "$original" "after a refused fix"
        [ ! -e "${disks[0]}.offwin-0001.journal" ] || problem "a refused fix leaves a journal"
        step "fix is refused (4) and writes nothing"
}

# The bytes that fix wrote are the guest's as soon as it runs: undo must see that it ran.
refuse_undo() {
        local at last
        cp --sparse=always "${disks[0]}" "$work/original"
        "$offwin" fix --all --yes --quiet "${disks[@]}" >"$work/out" 2>"$work/err" || problem "fix: $(cat "$work/err")"
        at=$("$here/image-parts" changed "$work/original" "${disks[0]}")
        [ -n "$at" ] || { problem "fix changed nothing"; step "undo after the guest wrote"; return; }
        "$here/image-parts" flip "${disks[0]}" "$at"
        last=$("$here/image-parts" hash "${disks[@]}")
        run 4 undo --yes
        same_image "$last" "after a refused undo"
        "$here/image-parts" flip "${disks[0]}" "$at"
        run 0 undo --yes
        [ "$(sha256sum <"$work/original")" = "$(sha256sum <"${disks[0]}")" ] || problem "sha256 differs after undo"
        rm -f "$work/original"
        step "undo is refused (4) when the guest wrote since; put back, it gives the sha256 of before"
}

# The same job on qcow2; qemu-img is who reads it.
job_on_qcow2() {
        local raw=${disks[0]} copy=$work/copy.qcow2
        if ! command -v qemu-img >/dev/null; then
                number=$((number + 1))
                echo "ok $number - $machine: the same on qcow2 # skip qemu-img is not installed"
                return
        fi
        qemu-img convert -f raw -O qcow2 "$raw" "$copy"
        jq -c '[.changes[] | select(.name != "Time")]' "$work/changes" >"$work/wanted"
        disks=("$copy")
        run 0 inspect
        run 3 fix --all --check
        run 0 fix --all --json --yes
        cp "$work/out" "$work/changes"
        jq -c '[.changes[] | select(.name != "Time")]' "$work/out" | cmp -s - "$work/wanted" ||
                problem "other changes than on raw"
        run 0 fix --all --check
        rm -rf "$work/lists"
        mkdir "$work/lists"
        "$here/expect-changes" "$work/inspect" "$work/changes" "$work/lists" >/dev/null || problem "expect-changes"
        qemu-img check -q "$copy" || problem "qemu-img check after fix"
        [ "$bad" -eq 0 ] || { step "the same on qcow2"; disks=("$raw"); return; }
        qemu-img convert -f qcow2 -O raw "$copy" "$work/copy.img"
        disks=("$work/copy.img")
        cut_disks "$work/volumes"
        check_volumes "$work/volumes"
        take_files "$work/volumes" "$work/after" hives
        check_registry "$work/before" "$work/after" "$work/lists" ""
        disks=("$copy")
        run 0 undo --yes
        qemu-img check -q "$copy" || problem "qemu-img check after undo"
        qemu-img compare -q -f raw -F qcow2 "$raw" "$copy" || problem "qemu-img compare: not the original after undo"
        rm -f "$work/copy.img" "$copy"
        disks=("$raw")
        step "the same on qcow2: same changes, same registry, qemu-img compare is content after undo"
}

do_machine() { # name
        local how=hives readers="--second none" root="" size=""
        machine=$1
        case $machine in
        real-xp-virtualpc | real-nt4-server) how=all readers= ;;
        real-*) how=all ;;      # two readers take half a minute for hives of this size
        dl380g7 | xp-fat32) readers= ;;
        esac
        case $machine in
        real-nt4-server) size=256M ;;   # sha256sum and cmp read all of it
        xp-fat32) size=1G ;;            # so does fsck.fat
        esac
        make_machine "$size" || return 0
        start "$how"
        case $machine in
        real-win81-virtualbox)
                refuse_dirty
                read_only
                job "$how" "$readers" --accept-dirty ;;
        dualboot)
                run 2 fix --all --yes
                same_image "$original" "although no installation was chosen"
                step "fix of one of two installations has to be told which"
                for root in disk1:partition1:WINDOWS disk1:partition2:WIN2K3; do
                        read_only --root "$root"
                        job "$how" "$readers" --root "$root"
                done ;;
        *)
                read_only
                job "$how" "$readers" ;;
        esac
        case $machine in
        real-nt4-server)
                refuse_undo
                job_on_qcow2 ;;
        esac
        rm -f "${disks[@]}" "$work/$machine".img.* "$work/$machine"-2.img.*
}

for name in "$@"; do
        do_machine "$name"
done
echo "1..$number"
exit "$failed"
