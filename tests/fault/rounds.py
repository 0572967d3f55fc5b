#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Kills offwin, or lets its system calls fail, in the middle of fixes, undos and recoveries on real images. Whatever
happened: the next command finishes or takes back, and the image holds exactly the old or exactly the new content.

usage: rounds.py --offwin PROGRAM --faulty LIBRARY --fixedtime LIBRARY --machines FOLDER --rounds N  (speaks TAP)
"""
import argparse
import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

BLOCK = 65536
NOTHING = "new-hardware-prompt-off"     # a fix of Windows XP: on the others it opens the disk and changes nothing


def digest_of_raw(path):
    """As tests/e2e/sparse: holes and zeros are the same."""
    total = hashlib.sha256()
    with open(path, "rb") as f:
        size = os.fstat(f.fileno()).st_size
        at = 0
        while at < size:
            try:
                data = os.lseek(f.fileno(), at, os.SEEK_DATA)
            except OSError:
                break
            at = os.lseek(f.fileno(), data, os.SEEK_HOLE)
            start = data // BLOCK * BLOCK
            f.seek(start)
            while start < at:
                block = f.read(BLOCK)
                if block.strip(b"\0"):
                    total.update(b"%d " % start + block)
                start += BLOCK
            at = max(at, start)
    return total.hexdigest()


class Failure(Exception):
    pass


class Rig:
    """One machine's images in a folder, and offwin to be let loose on them."""

    def __init__(self, options, name, sources, form):
        self.options = options
        self.name = name
        self.form = form
        self.folder = tempfile.mkdtemp(prefix="offwin-fault-", dir=options.work)
        self.log = os.path.join(self.folder, "faults")
        self.disks = []
        for i, source in enumerate(sources):
            disk = os.path.join(self.folder, "disk%d.%s" % (i, form))
            subprocess.run(["qemu-img", "convert", "-O", form, source, disk], check=True)
            self.disks.append(disk)
        self.old = self.digest()
        self.expect(0, "fix", "--all", "--yes")
        self.new = self.digest()
        self.expect(0, "undo", "--yes")
        if self.digest() != self.old or self.old == self.new:
            raise Failure("an undisturbed undo does not lead back")

    def close(self):
        shutil.rmtree(self.folder)

    def digest(self):
        total = ""
        for disk in self.disks:
            raw = disk
            if self.form != "raw":
                raw = os.path.join(self.folder, "converted")
                subprocess.run(["qemu-img", "convert", "-O", "raw", disk, raw], check=True)
            total += digest_of_raw(raw)
        return total

    def environment(self, fault):
        """fault: "kind:n", or "kind:n@program" for that program alone."""
        fault, _, program = (fault or "").partition("@")
        result = dict(os.environ, FIXEDTIME="1700000000", FAULT_FOLDER=self.folder, FAULT_LOG=self.log,
                      LD_PRELOAD=self.options.fixedtime + " " + self.options.faulty,
                      ASAN_OPTIONS="verify_asan_link_order=0:detect_leaks=0")
        if fault:
            result["FAULT"] = fault
        if program:
            result["FAULT_IN"] = program
        return result

    def run(self, words, fault=None, kill_after=None, group=True):
        """Exit code (negative: killed) and what it said."""
        words = [self.options.offwin, words[0]] + self.disks + list(words[1:])
        child = subprocess.Popen(words, env=self.environment(fault), start_new_session=True, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        timer = None
        if kill_after is not None:
            timer = threading.Timer(kill_after, self.kill, [child, group])
            timer.start()
        said = child.communicate()[0]
        if timer:
            timer.cancel()
        self.wait_for_holders()
        return child.returncode, said

    @staticmethod
    def kill(child, group):
        try:
            if group:
                os.killpg(child.pid, signal.SIGKILL)
            else:
                child.kill()
        except ProcessLookupError:
            pass

    def held(self):
        """A process that has a file of the folder open, or None."""
        for process in os.listdir("/proc"):
            try:
                for fd in os.listdir("/proc/%s/fd" % process) if process.isdigit() else ():
                    if os.readlink("/proc/%s/fd/%s" % (process, fd)).startswith(self.folder):
                        with open("/proc/%s/cmdline" % process, "rb") as f:
                            return process + ": " + f.read().replace(b"\0", b" ").decode()
            except OSError:     # it is gone
                continue
        return None

    def wait_for_holders(self):
        """qemu-nbd and workers have to go by themselves when offwin is gone."""
        end = time.monotonic() + 20
        while self.held():
            if time.monotonic() > end:
                raise Failure("20 seconds after the end of offwin the images are still open: %s" % self.held())
            time.sleep(0.002)

    def expect(self, code, *words):
        got, said = self.run(words)
        if got != code:
            raise Failure("%s ended with %d: %s" % (" ".join(words), got, said))

    def state(self):
        """After recovery: the old content or the new one, and nothing unfinished beside it."""
        self.expect(0, "fix", NOTHING, "--yes")
        left = [n for n in os.listdir(self.folder) if n.endswith((".partial", ".pending", ".undoing"))]
        if left:
            raise Failure("left behind: %s" % left)
        now = self.digest()
        if now not in (self.old, self.new):
            raise Failure("the content is neither old nor new")
        has = any(n.endswith(".journal") for n in os.listdir(self.folder))
        if has != (now == self.new):
            raise Failure("the undo record and the content do not belong together")
        return now

    def cut_off(self, words):
        """Words are killed while the image is written to; what that leaves is kept."""
        for n in range(8, 400, 3):
            self.run(words, fault="kill:%d" % n)
            if any(name.endswith((".pending", ".undoing")) for name in os.listdir(self.folder)):
                break
            if self.state() != (self.old if words[0] == "fix" else self.new):
                raise Failure("%s was never cut off in the image" % words[0])
        else:
            raise Failure("%s never ended" % words[0])
        kept = os.path.join(os.path.dirname(self.folder), os.path.basename(self.folder) + "-kept")
        subprocess.run(["cp", "-r", "--sparse=always", self.folder, kept], check=True)
        return kept

    def restore(self, kept):
        for name in os.listdir(self.folder):
            os.unlink(os.path.join(self.folder, name))
        subprocess.run(["cp", "-r", "--sparse=always", kept + "/.", self.folder], check=True)

    def recovery_round(self, kept, fault, done):
        """A recovery with failing system calls, then one without. True when there was a fault at all."""
        self.restore(kept)
        before = self.faults_hit()
        code, said = self.run(("fix", NOTHING, "--yes"), fault=fault)
        hit = self.faults_hit() > before
        if code < 0:
            raise Failure("%s: killed by signal %d: %s" % (fault, -code, said))
        left = any(n.endswith((".pending", ".undoing")) for n in os.listdir(self.folder))
        if code == 0 and (left or "which was cut off" not in said):
            raise Failure("%s: said that all is well: %s" % (fault, said))
        if self.step([fault], self.state) != done:
            raise Failure("%s: a change that was decided is gone" % fault)
        return hit

    def faults_hit(self):
        try:
            return os.path.getsize(self.log)
        except FileNotFoundError:
            return 0

    def disturb(self, dice, words):
        """One run of words that does not end well, or does by luck. Returns how it was disturbed."""
        way = dice.choice(["call", "call", "group", "parent"])
        if way == "call":
            fault = "kill:%d" % dice.randint(1, self.calls(words))
            self.run(words, fault=fault)
            return fault
        after = dice.random() * self.duration(words)
        self.run(words, kill_after=after, group=way == "group")
        return "%s killed after %.1f ms" % (way, after * 1000)

    def calls(self, words):
        return {"raw": 70, "qcow2": 160}[self.form] if words[0] != "fix" or words[1] == "--all" else 60

    def duration(self, words):
        return self.options.patience * (2 if self.form != "raw" else 1)

    def kill_round(self, dice):
        told = []
        told.append("fix: " + self.disturb(dice, ("fix", "--all", "--yes")))
        while dice.random() < 0.4:
            told.append("recovery: " + self.disturb(dice, ("fix", NOTHING, "--yes")))
        self.step(told, self.state)
        self.step(told, lambda: self.expect(0, "fix", "--all", "--yes"))
        told.append("undo: " + self.disturb(dice, ("undo", "--yes")))
        while dice.random() < 0.4:
            told.append("recovery: " + self.disturb(dice, ("fix", NOTHING, "--yes")))
        if self.step(told, self.state) == self.new:
            self.step(told, lambda: self.expect(0, "undo", "--yes"))
        if self.step(told, self.state) != self.old:
            raise Failure("%s: undo does not lead to the old content" % told)

    @staticmethod
    def step(told, act):
        try:
            return act()
        except Failure as failure:
            raise Failure("%s: %s" % ("; ".join(told), failure)) from failure

    def fault_round(self, fault):
        """A run with failing system calls says so, or did all of its work. True when there was a fault at all."""
        before = self.faults_hit()
        for words, done in (("fix", "--all", "--yes"), self.new), (("undo", "--yes"), self.old):
            code, said = self.run(words, fault=fault)
            now = self.step([fault, words[0]], self.state)
            if code < 0:
                raise Failure("%s: %s was killed by signal %d: %s" % (fault, words[0], -code, said))
            if code == 0 and now != done:
                raise Failure("%s: %s said that all is well: %s" % (fault, words[0], said))
            if now != done:
                self.step([fault], lambda: self.expect(0, *words))
        return self.faults_hit() > before


def kill_rounds(rig, rounds, seed):
    dice = random.Random(seed)
    for i in range(rounds):
        rig.kill_round(dice)
    return "%d rounds" % rounds


def fault_rounds(rig, kind, step):
    hit, n = 0, 1
    kind, at, program = kind.partition("@")
    while rig.fault_round("%s:%d%s%s" % (kind, n, at, program)):
        hit += 1
        n += step
    if hit < 1:
        raise Failure("only %d faults" % hit)
    return "%d places" % hit


def recovery_rounds(rig, words, faults, step):
    """faults: kinds of which each call gets one, or whole ones."""
    if words[0] == "undo":
        rig.expect(0, "fix", "--all", "--yes")
    kept = rig.cut_off(words)
    places = 0
    try:
        for fault in faults:
            if ":" in fault:
                if not rig.recovery_round(kept, fault, rig.new if words[0] == "fix" else rig.old):
                    raise Failure("%s: no fault" % fault)
                places += 1
                continue
            n = 1
            while rig.recovery_round(kept, "%s:%d" % (fault, n), rig.new if words[0] == "fix" else rig.old):
                places += 1
                n += step
    finally:
        shutil.rmtree(kept)
    return "%d places" % places


def once(rig, fault):
    if not rig.fault_round(fault):
        raise Failure("no fault")
    return "every call"


def full_disk(rig):
    """A real full file system for the journal."""
    script = ('mount -t tmpfs -o size=48k none "$1" && shift && exec "$@"')
    place = os.path.join(rig.folder, "small")
    os.mkdir(place)
    words = ["unshare", "-rm", "sh", "-c", script, "sh", place, rig.options.offwin, "fix", "--all", "--yes",
             "--journal-dir", place] + rig.disks
    ran = subprocess.run(words, text=True, capture_output=True, stdin=subprocess.DEVNULL)
    if ran.returncode == 32 or "unshare:" in ran.stderr or "mount:" in ran.stderr:
        return "SKIP no mounts here: " + ran.stderr.strip()
    if ran.returncode != 1 or "pace" not in ran.stderr:
        raise Failure("exit code %d: %s" % (ran.returncode, ran.stderr))
    if rig.digest() != rig.old:
        raise Failure("the image has changed")
    return ran.stderr.strip()


RECOVERY_FAULTS = ["eio", "eio-on", "enospc", "enospc-on", "short:100", "eintr:2"]


def tests(rounds, step):
    half = max(rounds // 2, 1)
    return [
        ("kills, raw", "w7", "raw", lambda rig: kill_rounds(rig, half, 1)),
        ("kills, qcow2", "w7", "qcow2", lambda rig: kill_rounds(rig, max(rounds * 3 // 10, 1), 2)),
        ("kills, two disks", "twodisks", "raw", lambda rig: kill_rounds(rig, max(rounds // 5, 1), 3)),
        ("EIO once", "w7", "raw", lambda rig: fault_rounds(rig, "eio", step)),
        ("EIO from then on", "w7", "raw", lambda rig: fault_rounds(rig, "eio-on", step)),
        ("ENOSPC once", "w7", "raw", lambda rig: fault_rounds(rig, "enospc", step)),
        ("ENOSPC from then on", "w7", "raw", lambda rig: fault_rounds(rig, "enospc-on", step)),
        ("EIO once, two disks", "twodisks", "raw", lambda rig: fault_rounds(rig, "eio", step)),
        ("EIO once, qcow2", "w7", "qcow2", lambda rig: fault_rounds(rig, "eio", 2 * step)),
        ("EIO from then on, qcow2", "w7", "qcow2", lambda rig: fault_rounds(rig, "eio-on", 3 * step)),
        ("ENOSPC once, qcow2", "w7", "qcow2", lambda rig: fault_rounds(rig, "enospc", 3 * step)),
        ("ENOSPC from then on, qcow2", "w7", "qcow2", lambda rig: fault_rounds(rig, "enospc-on", 2 * step)),
        ("EIO once, journal of a qcow2", "w7", "qcow2", lambda rig: fault_rounds(rig, "eio@offwin", max(step // 4, 1))),
        ("ENOSPC from then on, journal of a qcow2", "w7", "qcow2",
         lambda rig: fault_rounds(rig, "enospc-on@offwin", max(step // 4, 1))),
        ("short writes, qcow2 and its journal", "w7", "qcow2",
         lambda rig: (once(rig, "short:100@offwin"), once(rig, "short:700@qemu-nbd"))[0]),
        ("interrupted calls, qcow2 and its journal", "w7", "qcow2",
         lambda rig: (once(rig, "eintr:2@offwin"), once(rig, "eintr:2@qemu-nbd"))[0]),
        ("recovery of a fix, raw", "w7", "raw",
         lambda rig: recovery_rounds(rig, ("fix", "--all", "--yes"), RECOVERY_FAULTS, step)),
        ("recovery of an undo, raw", "w7", "raw",
         lambda rig: recovery_rounds(rig, ("undo", "--yes"), RECOVERY_FAULTS, 2 * step)),
        ("recovery of a fix, qcow2", "w7", "qcow2",
         lambda rig: recovery_rounds(rig, ("fix", "--all", "--yes"), RECOVERY_FAULTS, 3 * step)),
        ("recovery of a fix, two disks", "twodisks", "raw",
         lambda rig: recovery_rounds(rig, ("fix", "--all", "--yes"), ["eio", "enospc-on"], 2 * step)),
        ("short writes", "w7", "raw", lambda rig: once(rig, "short:100")),
        ("interrupted calls", "w7", "raw", lambda rig: once(rig, "eintr:2")),
        ("a full disk for the journal", "w7", "raw", full_disk),
    ]


def main():
    parser = argparse.ArgumentParser()
    for name in "offwin", "faulty", "fixedtime", "machines":
        parser.add_argument("--" + name, required=True, type=os.path.abspath)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--only", default="", help="tests with this in their names")
    parser.add_argument("--step", type=int, default=1, help="only every nth call fails")
    parser.add_argument("--patience", type=float, default=0.1, help="seconds that a run takes")
    options = parser.parse_args()
    options.work = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    plan = [test for test in tests(options.rounds, options.step) if options.only in test[0]]
    failed = 0
    print("1..%d" % len(plan))
    for i, (name, recipe, form, act) in enumerate(plan, 1):
        sources = [os.path.join(options.machines, recipe + end) for end in (".img", ".second.img")]
        start = time.monotonic()
        rig = None
        try:
            rig = Rig(options, name, [s for s in sources if os.path.exists(s)], form)
            said = act(rig)
            skip = " # " + said if said.startswith("SKIP") else ""
            print("# %s, %.1f s" % (said, time.monotonic() - start))
            print("ok %d - %s%s" % (i, name, skip), flush=True)
        except Failure as failure:
            failed += 1
            print("".join("# %s\n" % line for line in str(failure).splitlines()), end="")
            print("not ok %d - %s" % (i, name), flush=True)
        if rig:
            rig.close()
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
