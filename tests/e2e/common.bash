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

# machine RECIPE: builds the machine of tests/machines once per run; $image is then a copy of it for this test alone.
# The builder preloads a library into mkntfs, which a program with ASan in it does not like to do unasked.
machine() {
        local cache=${BATS_RUN_TMPDIR:-$BATS_FILE_TMPDIR}/machines

        image=$BATS_TEST_TMPDIR/$1.img
        [ -n "${MKMACHINE:-}" ] && [ -e "$MACHINES/$1.recipe" ] || skip "no mkmachine, or no recipe $1"
        mkdir -p "$cache"
        [ -e "$cache/$1.img" ] ||
                ASAN_OPTIONS=verify_asan_link_order=0 "$MKMACHINE" "$MACHINES/$1.recipe" "$cache/$1.img"
        cp --sparse=always "$cache/$1.img" "$image"
}

sum() {
        "$BATS_TEST_DIRNAME/sparse-sum" "$1"
}
