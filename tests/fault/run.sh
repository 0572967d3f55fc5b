#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the machines for rounds.py, in memory where that is possible, and runs it.
# usage: run.sh OFFWIN MKMACHINE FAULTY FIXEDTIME ROUNDS [OPTION...]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
offwin=$(realpath "$1") mkmachine=$(realpath "$2") faulty=$(realpath "$3") fixedtime=$(realpath "$4") rounds=$5
shift 5
export PATH=$PATH:/usr/sbin:/sbin
for tool in mkntfs qemu-img qemu-nbd python3; do
        command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
parent=${TMPDIR:-/tmp}
[ -w /dev/shm ] && parent=/dev/shm
work=$(mktemp -d "$parent/offwin-fault-machines-XXXXXX")
trap 'rm -rf "$work"' EXIT
for recipe in w7 twodisks; do
        "$mkmachine" --disk2 "$work/$recipe.second.img" "$here/../machines/$recipe.recipe" "$work/$recipe.img" >&2
done
"$here/rounds.py" --offwin "$offwin" --faulty "$faulty" --fixedtime "$fixedtime" --machines "$work" \
        --rounds "$rounds" "$@"
