#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Builds the machines that the crash test needs, in memory where that is possible, and runs it.
# usage: run.sh CRASH MKMACHINE CASES
set -eu
crash=$(realpath "$1") mkmachine=$(realpath "$2") cases=$3
recipes=$(cd "$(dirname "$0")/../machines" && pwd)
parent=${TMPDIR:-/tmp}
[ -w /dev/shm ] && parent=/dev/shm
work=$(mktemp -d "$parent/offwin-crash-machines-XXXXXX")
trap 'rm -rf "$work"' EXIT

export PATH=$PATH:/usr/sbin:/sbin
for tool in mkntfs mkfs.fat; do
        command -v "$tool" >/dev/null || { echo "1..0 # SKIP $tool is not installed"; exit 0; }
done
for recipe in w7 w10 xp-fat32 dualboot twodisks; do
        "$mkmachine" --disk2 "$work/$recipe.second.img" "$recipes/$recipe.recipe" "$work/$recipe.img" >&2
done
"$crash" "$work" "$cases"
