#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# Whatever the work on an image comes to - a crash, a loop, memory without end - is a clear sentence and an exit code,
# and signals reach the process that works. The misbehaviour takes the place of libntfs-3g's mount (misbehave.c).

load common

# misbehaving HOW COMMAND...: offwin, with that happening while it opens the first NTFS volume.
misbehaving() {
        local how=$1
        shift
        export ASAN_OPTIONS=verify_asan_link_order=0:handle_segv=0:handle_abort=0:detect_leaks=0
        OFFWIN_MISBEHAVE=$how LD_PRELOAD=$MISBEHAVE offwin "$@"
        unset ASAN_OPTIONS
}

setup() {
        machine w7
        before=$(sum "$image")
}

untouched() {
        [ "$(sum "$image")" = "$before" ]
        [ "$(find "$BATS_TEST_TMPDIR" -name '*.journal' | wc -l)" -eq 0 ]
}

@test "a crash of libntfs-3g is one clear line and exit code 1" {
        for command in "inspect" "doctor" "fix --all" "file ls"; do
                for how in crash abort; do
                        misbehaving "$how" $command "$image"
                        expect 1
                        one_line "reading crashed"
                        [[ $errors == *"nothing was written"* ]]
                done
        done
        untouched
}

@test "a crash with --json is an error report" {
        misbehaving crash doctor --json "$image"
        expect 1
        json '.report' error
        json '.error.code' corrupt
        untouched
}

@test "a worker that somebody killed" {
        misbehaving killed fix --all "$image"
        expect 1
        one_line "killed"
        untouched
}

@test "a loop ends by the limit of processor time" {
        ulimit -S -t 1
        for command in "doctor" "file ls" "reg ls" "file rm -n"; do
                misbehaving loop $command "$image" $([ "$command" = doctor ] || echo 'C:\x')
                expect 1
                one_line "processor time"
        done
        untouched
}

@test "memory without end ends by the limit of memory" {
        for command in "inspect" "reg ls" "file ls"; do
                misbehaving grow $command "$image"
                expect 1
                one_line "memory"
        done
        untouched
}

# waiting: starts offwin so that its worker waits; $pid is offwin, $worker the worker; $fifo is their stderr.
waiting() {
        fifo=$BATS_TEST_TMPDIR/fifo
        mkfifo "$fifo"
        ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 OFFWIN_MISBEHAVE=wait LD_PRELOAD=$MISBEHAVE \
                "$OFFWIN" fix --all "$image" >/dev/null 2>"$fifo" </dev/null 3>&- &
        pid=$!
        exec 4<"$fifo"
        read -r worker <&4
        [ "$worker" -ne "$pid" ]
}

@test "a signal to offwin reaches the worker, and offwin ends by it" {
        for signal in TERM HUP; do
                waiting
                kill -"$signal" "$pid"
                status=0
                wait "$pid" || status=$?
                [ "$status" -eq $((128 + $(kill -l "$signal"))) ]
                [ ! -e "/proc/$worker" ]
                exec 4<&-
                rm "$fifo"
        done
        untouched
}

@test "offwin killed: the worker dies with it" {
        waiting
        kill -KILL "$pid"
        wait "$pid" || true
        # Ends when nobody holds the pipe open any more.
        cat <&4 >/dev/null
        untouched
        offwin fix --all "$image"
        expect 0
}
