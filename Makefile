# SPDX-License-Identifier: GPL-2.0-or-later
# A short front for Meson. Each target prints the commands it runs.
MESON_CHECK = -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false

.PHONY: all demo check check-sanitized quick crash fault hostile fuzz coverage bench bench-hives lint fmt install clean

# The program, the library and the tests, in build/release.
all: build/release/build.ninja
	ninja -C build/release

build/release/build.ninja:
	scripts/setup build
	meson setup build/release --buildtype=release

build/check/build.ninja:
	scripts/setup test
	meson setup build/check $(MESON_CHECK)

# The whole main job on a machine image made for the purpose.
demo: all
	scripts/demo build/release

# Everything that must pass before a change is good; ends with "N passed, N failed".
check:
	scripts/setup test
	scripts/check

# Every test on the build with sanitizers, also those that `make check` runs without; takes about twice as long.
check-sanitized: build/check/build.ninja
	ninja -C build/check
	meson test -C build/check --no-rebuild --no-suite bench --timeout-multiplier 4

# Unit tests and corpus replay only.
quick: build/check/build.ninja
	ninja -C build/check
	meson test -C build/check --no-rebuild --suite unit --suite fuzz

# The power cut at every step of commits, undos and recoveries, simulated: CASES states of the images and journals.
CASES = 24000
crash: all
	FIXES=fixes tests/crash/run.sh build/release/tests/crash/crash build/release/tests/machines/mkmachine $(CASES)

# Real kills and failing system calls, ROUNDS of them.
ROUNDS = 400
fault: all
	tests/fault/run.sh build/release/cli/offwin build/release/tests/machines/mkmachine \
		build/release/tests/fault/libfaulty.so build/release/tests/machines/libfixedtime.so $(ROUNDS)

# COUNT machines with damaged NTFS structures (default 200) through inspect, doctor, fix and undo.
hostile: all
	tests/e2e/hostile build/release/cli/offwin build/release/tests/machines/mkmachine tests/machines $(or $(COUNT),200)

# FUZZ_SECONDS for each target (default 60); ENGINE=afl for AFL++.
fuzz:
	scripts/setup fuzz
	scripts/fuzz

# The lines that the fuzz corpora reach, room by room.
coverage:
	scripts/setup fuzz
	scripts/fuzz --coverage

# Times and memory beside peers: the hives, then the main job on whole images.
bench: bench-hives
	bench/run build/release

# The registry engine beside its peers.
bench-hives: all
	scripts/setup bench
	meson setup --reconfigure build/release >/dev/null
	ninja -C build/release bench-programs
	bench/hives build/release

# House rules: rooms, lengths, comments of public functions, fix files.
lint:
	scripts/lint

fmt:
	git ls-files '*.c' '*.h' | grep -v upcase-table | xargs clang-format -i

install: all
	meson install -C build/release

clean:
	rm -rf build demo
