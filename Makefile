# SPDX-License-Identifier: GPL-2.0-or-later
# A short front for Meson. Each target prints the commands it runs.
MESON_CHECK = -Dwerror=true -Db_sanitize=address,undefined -Db_lundef=false

.PHONY: all demo check quick fuzz bench lint fmt install clean

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

# Unit tests and corpus replay only.
quick: build/check/build.ninja
	ninja -C build/check
	meson test -C build/check --no-rebuild --suite unit --suite fuzz

# FUZZ_SECONDS for each target (default 60).
fuzz:
	scripts/setup fuzz
	scripts/fuzz

bench: all
	scripts/setup bench
	bench/run build/release

lint:
	scripts/lint

fmt:
	git ls-files '*.c' '*.h' | grep -v upcase-table | xargs clang-format -i

install: all
	meson install -C build/release

clean:
	rm -rf build demo
