#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds recipes and has foreign tools read what came out: fdisk and sgdisk the partition tables, ntfsfix, ntfsls and
# fsck.fat the volumes, hivexregedit every key and value of every hive, reglookup some. Speaks TAP.
# usage: check-recipes.sh MKMACHINE [RECIPE...]
set -u
here=$(cd "$(dirname "$0")" && pwd)
mkmachine=$(realpath "$1")
shift
# bench.recipe is the demo machine with 76 MB of filler; reading that takes the foreign tools a minute. Name it to check it.
if [ $# -eq 0 ]; then
        for recipe in "$here"/*.recipe; do
                [ "$(basename "$recipe")" = bench.recipe ] || set -- "$@" "$recipe"
        done
fi
export PATH=$PATH:/usr/sbin:/sbin

for tool in mkntfs mkfs.fat fdisk sgdisk ntfsfix ntfsls ntfscat fsck.fat mcopy hivexregedit reglookup python3; do
        command -v "$tool" >/dev/null || { echo "1..0 # skip $tool is not installed"; exit 0; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

problem() {
        echo "#   $*"
        bad=1
}

check_table() { # image
        fdisk -l "$1" >"$work/fdisk" 2>&1 || problem "fdisk does not read the partition table"
        grep -qiE 'corrupt|overlap|invalid|bad' "$work/fdisk" && problem "fdisk: $(grep -iE 'corrupt|overlap|invalid|bad' "$work/fdisk")"
        if grep -q 'Disklabel type: gpt' "$work/fdisk"; then
                sgdisk -v "$1" >"$work/sgdisk" 2>&1
                grep -q '^No problems found' "$work/sgdisk" || problem "sgdisk: $(cat "$work/sgdisk")"
        fi
}

check_volumes() { # image
        local start sectors
        while read -r start sectors; do
                "$here/cut-out" "$1" $((start * 512)) $((sectors * 512)) "$work/volume"
                case $(dd if="$work/volume" bs=1 skip=3 count=8 status=none | tr -d '\0') in
                NTFS*)
                        ntfsfix -n "$work/volume" >"$work/log" 2>&1 || problem "ntfsfix: $(tail -n 3 "$work/log")"
                        ntfsls -f -R -p / "$work/volume" >"$work/names" 2>"$work/log" || problem "ntfsls: $(cat "$work/log")"
                        volumes=$((volumes + 1)) ;;
                mkfs.fat*)
                        fsck.fat -n "$work/volume" >"$work/log" 2>&1 || problem "fsck.fat: $(cat "$work/log")"
                        volumes=$((volumes + 1)) ;;
                esac
        done < <(sfdisk -d "$1" 2>/dev/null | sed -n 's/.*start= *\([0-9]*\), size= *\([0-9]*\),.*/\1 \2/p')
}

fetch_hive() { # image, start, size, path, file
        local path=${4//\\//}
        if [ "$1@$2" != "$cut" ]; then
                "$here/cut-out" "$1" "$2" "$3" "$work/volume"
                cut=$1@$2
        fi
        if [ "$(dd if="$work/volume" bs=1 skip=3 count=4 status=none)" = NTFS ]; then
                ntfscat -f "$work/volume" "$path" >"$5" 2>"$work/log"
        else
                rm -f "$5"
                mcopy -n -i "$work/volume" "::$path" "$5" 2>"$work/log"
        fi || problem "cannot read $4: $(cat "$work/log")"
}

check_hives() { # folder of texts
        local image start size path prefix how names
        cut=
        # The last line for a path counts: a recipe may replace a hive of one that it includes.
        tac "$1/index" | awk -F'\t' '!seen[$1 FS $2 FS tolower($4)]++' |
        sort -t"$(printf '\t')" -k1,1 -k2,2n >"$work/index"
        while IFS=$'\t' read -r image start size path prefix how names; do
                fetch_hive "$image" "$start" "$size" "$path" "$work/hive"
                hives=$((hives + 1))
                if [ "$how" = given ]; then
                        xz -dc "$OFFWIN_DATA/$names" | cmp -s - "$work/hive" || problem "$path is not $names"
                        continue
                fi
                # shellcheck disable=SC2086
                set -- "$1" $(printf "$1/%s " ${names//,/ })
                if hivexregedit --export --prefix "$prefix" "$work/hive" '\' >"$work/export" 2>"$work/log"; then
                        "$here/compare-reg" "$how" "$prefix" "$work/export" "${@:2}" >"$work/log" ||
                                problem "$path: $(cat "$work/log")"
                else
                        problem "hivexregedit does not read $path: $(cat "$work/log")"
                fi
                reglookup "$work/hive" >/dev/null 2>"$work/log" || problem "reglookup on $path: $(cat "$work/log")"
        done <"$work/index"
}

check_recipe() { # name, recipe
        local image=$work/$1.img second=$work/$1-2.img
        bad=0 volumes=0 hives=0
        rm -rf "$work/texts"
        mkdir "$work/texts"
        "$mkmachine" --disk2 "$second" --texts "$work/texts" ${OFFWIN_DATA:+--data "$OFFWIN_DATA"} "$2" "$image" \
                2>"$work/error"
        case $? in
        0) ;;
        77) echo "ok $number - $1 # skip $(cat "$work/error")"; return ;;
        *) problem "$(cat "$work/error")"; echo "not ok $number - $1"; return ;;
        esac
        for disk in "$image" "$second"; do
                [ -f "$disk" ] || continue
                check_table "$disk"
                check_volumes "$disk"
        done
        [ ! -f "$work/texts/index" ] || check_hives "$work/texts"
        [ "$volumes" -gt 0 ] || problem "no volume was checked"
        [ "$bad" -eq 0 ] && echo "ok $number - $1: $volumes volumes, $hives hives" || echo "not ok $number - $1"
        rm -f "$image" "$second" "$work/volume"
}

# The same recipe must give the same bytes.
check_repeat() { # recipe
        local sum
        for n in 1 2; do
                "$mkmachine" "$1" "$work/$n.img" || echo "#   build $n failed"
        done
        cmp -s "$work/1.img" "$work/2.img" && echo "ok $number - same bytes twice" || echo "not ok $number - same bytes twice"
        rm -f "$work"/[12].img
}

# Each bad recipe is refused with its file and line.
check_refusals() {
        local text line
        while IFS='|' read -r line text; do
                number=$((number + 1))
                printf '%b' "$text" >"$work/bad.recipe"
                "$mkmachine" "$work/bad.recipe" "$work/bad.img" 2>"$work/error"
                if [ $? -eq 1 ] && grep -qF "bad.recipe:$line:" "$work/error"; then
                        echo "ok $number - refused: $(cut -d: -f3- "$work/error" | tail -n 1)"
                else
                        echo "#   $(cat "$work/error")"
                        echo "not ok $number - refuse '$text' at line $line"
                fi
        done <<'END'
1|[disc]\n
2|[disk]\nsice = 1G\n
3|[disk]\nscheme = mbr\nsize = lots\n
1|size = 1G\n
2|[disk]\nno equals sign\n
2|[disk]\nsize = ${nowhere}\n
5|[disk]\nsize = 64M\n[partition]\ntype = ntfs\nsize = 65M\n
4|[disk]\nsize = 64M\n[partition]\ntype = zfs\n
2|[file]\npath = \\\\x\n
5|[disk]\nsize = 64M\n[partition]\n[on]\npartition = 2\n
END
}

# The same for the readable forms in hive texts.
check_bad_values() {
        local value
        printf '[disk]\nsize = 16M\n[partition]\n[hive]\npath = \\SYSTEM\nsource = bad.reg\n' >"$work/bad.recipe"
        while read -r value; do
                number=$((number + 1))
                printf 'Windows Registry Editor Version 5.00\n\n[HKEY_LOCAL_MACHINE\\SYSTEM\\A]\n%s\n' "$value" >"$work/bad.reg"
                "$mkmachine" "$work/bad.recipe" "$work/bad.img" 2>"$work/error"
                if [ $? -eq 1 ] && grep -qF "bad.reg:4:" "$work/error"; then
                        echo "ok $number - refused: $value"
                else
                        echo "#   $(cat "$work/error")"
                        echo "not ok $number - refuse $value"
                fi
        done <<'END'
"a"=multi:"x
"a"=multi:"x"y
"a"=bytes:u32 zz
"a"=bytes:guid {1}
"a"=bytes:utf32 "x"
"a"=unixtime:yesterday
"a"=qword:many
"a"="${nowhere}"
END
}

number=0
for recipe in "$@"; do
        number=$((number + 1))
        check_recipe "$(basename "$recipe" .recipe)" "$recipe"
done
number=$((number + 1))
check_repeat "$here/nowindows.recipe"
check_refusals
check_bad_values
echo "1..$number"
