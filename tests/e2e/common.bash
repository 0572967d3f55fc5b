# SPDX-License-Identifier: GPL-2.0-or-later
# What every .bats file loads. Meson gives OFFWIN (the program), MKMACHINE and MACHINES (builder and recipes).

# `run` also merges stderr into $output; `offwin` keeps them apart: $output, $errors, $status.
offwin() {
        local out=$BATS_TEST_TMPDIR/stdout err=$BATS_TEST_TMPDIR/stderr
        status=0
        "$OFFWIN" "$@" >"$out" 2>"$err" </dev/null || status=$?
        output=$(cat "$out")
        errors=$(cat "$err")
}

# expect CODE: the last offwin ended so; otherwise show what it said.
expect() {
        [ "$status" -eq "$1" ] && return 0
        echo "exit code $status, want $1"
        echo "stdout: $output"
        echo "stderr: $errors"
        return 1
}

# one_line TEXT: stderr is exactly one line, which contains TEXT.
one_line() {
        [ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" -eq 1 ] && [[ $errors == *"$1"* ]] && return 0
        echo "want one line with '$1', got: $errors"
        return 1
}

# has TEXT: stdout contains it.
has() {
        [[ $output == *"$1"* ]] && return 0
        echo "want '$1' in: $output"
        return 1
}

# json FILTER WANT: jq on stdout.
json() {
        local got
        got=$(jq -r "$1" <<<"$output") || return 1
        [ "$got" = "$2" ] && return 0
        echo "jq '$1' gives '$got', want '$2'"
        return 1
}

# machine RECIPE [IMAGE]: builds the machine of tests/machines once per run and gives a copy of its own.
machine() {
        local recipe=$1 image=${2:-$BATS_TEST_TMPDIR/$1.img}
        local cache=${BATS_RUN_TMPDIR:-$BATS_FILE_TMPDIR}/machines

        [ -n "${MKMACHINE:-}" ] && [ -e "$MACHINES/$recipe.recipe" ] || skip "no recipe $recipe"
        mkdir -p "$cache"
        [ -e "$cache/$recipe.img" ] || "$MKMACHINE" "$MACHINES/$recipe.recipe" "$cache/$recipe.img"
        cp --sparse=always "$cache/$recipe.img" "$image"
        echo "$image"
}

sum() {
        sha256sum "$1" | cut -d' ' -f1
}
