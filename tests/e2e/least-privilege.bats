#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-or-later
# While bytes of a guest are read, the process has given up all that it does not need. misbehave.c tries to break out
# at the place where the first NTFS volume is mounted. tests/unit/sandbox-sandbox.c has the single calls.

load common

setup() {
        machine w7
        # Not below the folder of the image, which is where undo records go.
        outside=$BATS_FILE_TMPDIR/outside
        mkdir -p "$outside"
        rm -f "$outside/new"
        echo secret >"$outside/file"
}

# What this kernel and this build have.
has_landlock() { [ "$("$OFFWIN" version -v --json | jq .sandbox.landlock)" -gt 0 ]; }
has_seccomp() { [ "$("$OFFWIN" version -v --json | jq .sandbox.seccomp)" = true ]; }
is_gentle() { [ "$("$OFFWIN" version -v --json | jq .sandbox.gentle)" = true ]; }

breaking_out() {
        ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 OFFWIN_MISBEHAVE=break-out LD_PRELOAD=$MISBEHAVE \
                OUTSIDE_READ=$outside/file OUTSIDE_WRITE=$outside/file OUTSIDE_CREATE=$outside/new offwin "$@"
}

# refused WHAT: every attempt at it failed, and there was one.
refused() {
        grep -q "^$1: E" "$BATS_TEST_TMPDIR/stderr" || { echo "no attempt: $1: $errors"; return 1; }
        ! grep -q "^$1: done" "$BATS_TEST_TMPDIR/stderr" || { echo "worked: $1"; return 1; }
}

@test "version -v says what this kernel has" {
        offwin version -v
        expect 0
        if has_landlock; then has "Landlock (version"; else has "no Landlock"; fi
        if has_seccomp; then has "by seccomp"; else has "no seccomp"; fi
        offwin --version
        expect 0
        [[ $output != *Landlock* ]]
}

@test "writing, making and removing files elsewhere fails, whatever the command" {
        has_landlock || skip "this kernel has no Landlock"
        for command in "inspect" "doctor" "fix --all --dry-run" "fix --all" "file ls"; do
                breaking_out $command "$image"
                expect 0
                refused "write outside"
                refused "create outside"
                refused "remove outside"
                is_gentle || refused "read outside"
        done
        [ "$(cat "$outside/file")" = secret ]
        [ ! -e "$outside/new" ]
        offwin undo "$image"
        expect 0
}

@test "starting programs and opening sockets fails" {
        has_seccomp || skip "this kernel has no seccomp filters"
        breaking_out inspect "$image"
        expect 0
        refused exec
        refused socket
        refused ptrace
        is_gentle && return 0
        refused fork
        refused "executable memory"
}

@test "a report and undo records go where they were asked to go" {
        mkdir "$BATS_TEST_TMPDIR/reports" "$BATS_TEST_TMPDIR/records"
        offwin doctor --html "$BATS_TEST_TMPDIR/reports/r.html" "$image"
        expect 0
        grep -q "</html>" "$BATS_TEST_TMPDIR/reports/r.html"
        before=$(sum "$image")
        offwin fix --all --journal-dir "$BATS_TEST_TMPDIR/records" "$image"
        expect 0
        [ "$(find "$BATS_TEST_TMPDIR/records" -name '*.journal' | wc -l)" -eq 1 ]
        (cd "$BATS_TEST_TMPDIR" && offwin undo --journal-dir records w7.img && expect 0)
        [ "$(sum "$image")" = "$before" ]
}

@test "a relative name, a link to an image, an image in the root of a path" {
        (cd "$BATS_TEST_TMPDIR" && offwin fix --all w7.img && expect 0 && offwin undo ./w7.img && expect 0)
        mkdir "$BATS_TEST_TMPDIR/links"
        ln -s ../w7.img "$BATS_TEST_TMPDIR/links/l.img"
        offwin fix --all "$BATS_TEST_TMPDIR/links/l.img"
        expect 0
        offwin undo "$BATS_TEST_TMPDIR/links/l.img"
        expect 0
}

@test "two disks in two folders" {
        machine twodisks
        mkdir "$BATS_TEST_TMPDIR/a" "$BATS_TEST_TMPDIR/b"
        mv "$image" "$BATS_TEST_TMPDIR/a/1.img"
        mv "$image2" "$BATS_TEST_TMPDIR/b/2.img"
        offwin fix --all "$BATS_TEST_TMPDIR/a/1.img" "$BATS_TEST_TMPDIR/b/2.img"
        expect 0
        offwin undo "$BATS_TEST_TMPDIR/a/1.img" "$BATS_TEST_TMPDIR/b/2.img"
        expect 0
}

@test "qcow2: the whole way, and nothing is left behind in /tmp" {
        command -v qemu-img >/dev/null || skip "no qemu-img"
        command -v qemu-nbd >/dev/null || skip "no qemu-nbd"
        qemu-img convert -O qcow2 "$image" "$BATS_TEST_TMPDIR/t.qcow2"
        before=$(find /tmp -maxdepth 1 -name 'libnbd*' -o -maxdepth 1 -name 'offwin-??????' | sort)
        breaking_out fix --all "$BATS_TEST_TMPDIR/t.qcow2"
        expect 0
        ! has_landlock || refused "write outside"
        offwin undo "$BATS_TEST_TMPDIR/t.qcow2"
        expect 0
        qemu-img compare "$image" "$BATS_TEST_TMPDIR/t.qcow2"
        ASAN_OPTIONS=verify_asan_link_order=0:handle_segv=0 OFFWIN_MISBEHAVE=crash LD_PRELOAD=$MISBEHAVE \
                offwin inspect "$BATS_TEST_TMPDIR/t.qcow2"
        expect 1
        one_line "reading crashed"
        # After a crash too, the image is free again at once.
        qemu-img check -q "$BATS_TEST_TMPDIR/t.qcow2"
        [ "$(find /tmp -maxdepth 1 -name 'libnbd*' -o -maxdepth 1 -name 'offwin-??????' | sort)" = "$before" ]
}

@test "without root" {
        [ "$(id -u)" -eq 0 ] || skip "the other tests run without root already"
        command -v setpriv >/dev/null || skip "no setpriv"
        local as="setpriv --reuid=65534 --regid=65534 --clear-groups"
        home=$(mktemp -d /tmp/offwin-home-XXXXXX)
        mv "$image" "$home/w7.img"
        chown -R 65534:65534 "$home"
        chmod 755 "$home"
        $as test -x "$OFFWIN" || skip "another user cannot reach the program"
        $as test -w "$home/w7.img" || skip "another user cannot reach the image"
        before=$(sum "$home/w7.img")
        for command in "inspect" "doctor" "fix --all" "undo"; do
                status=0
                $as "$OFFWIN" $command "$home/w7.img" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" || status=$?
                errors=$(cat "$BATS_TEST_TMPDIR/stderr") output=
                expect 0
        done
        [ "$(sum "$home/w7.img")" = "$before" ]
}

teardown() {
        [ -z "${home:-}" ] || rm -rf "$home"
}
