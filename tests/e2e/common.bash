# SPDX-License-Identifier: GPL-2.0-or-later
# What every .bats file loads. Meson gives OFFWIN (the program), MKMACHINE and MACHINES (builder and recipes), and
# OFFWIN_DATA (real hives; their machines are skipped without).

# `run` also merges stderr into $output; `offwin` keeps them apart: $output, $errors, $status.
offwin() {
        local out=$BATS_TEST_TMPDIR/stdout err=$BATS_TEST_TMPDIR/stderr
        status=0
        "$OFFWIN" "$@" >"$out" 2>"$err" </dev/null || status=$?
        output=$(<"$out")
        errors=$(<"$err")
}

# expect CODE: the last offwin ended so; otherwise show what it said.
expect() {
        [ "$status" -eq "$1" ] && return 0
        echo "exit code $status, want $1"
        echo "stdout: $output"
        echo "stderr: $errors"
        return 1
}

# one_line TEXT: stderr is exactly one line beside warnings, which contains TEXT.
one_line() {
        local line
        line=$(grep -v '^offwin: warning: ' "$BATS_TEST_TMPDIR/stderr" || true)
        [ "$(wc -l <<<"$line")" -eq 1 ] && [[ -n $line && $line == *"$1"* ]] && return 0
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

# machine RECIPE: builds a machine of tests/machines once per run; $image (and $image2) are copies for this test alone.
machine() {
        local cache=${BATS_RUN_TMPDIR:-$BATS_FILE_TMPDIR}/machines code=0

        [ -n "${MKMACHINE:-}" ] || skip "no mkmachine"
        mkdir -p "$cache"
        if [ ! -e "$cache/$1.img" ]; then
                "$MKMACHINE" ${OFFWIN_DATA:+--data "$OFFWIN_DATA"} --disk2 "$cache/$1.second.img" \
                        "$MACHINES/$1.recipe" "$cache/$1.img" || code=$?
                [ "$code" -ne 77 ] || skip "the real hives that recipe $1 wants are not here"
                [ "$code" -eq 0 ]
        fi
        image=$BATS_TEST_TMPDIR/$1.img
        image2=$BATS_TEST_TMPDIR/$1.second.img
        cp --sparse=always "$cache/$1.img" "$image"
        [ ! -e "$cache/$1.second.img" ] || cp --sparse=always "$cache/$1.second.img" "$image2"
}

# bare_machine: $image from the recipe lines on stdin, for what no machine of tests/machines should look like.
bare_machine() {
        [ -n "${MKMACHINE:-}" ] || skip "no mkmachine"
        image=$BATS_TEST_TMPDIR/bare.img
        cat >"$BATS_TEST_TMPDIR/bare.recipe"
        "$MKMACHINE" "$BATS_TEST_TMPDIR/bare.recipe" "$image"
}

sum() {
        "$BATS_TEST_DIRNAME/sparse" sum "$1"
}
