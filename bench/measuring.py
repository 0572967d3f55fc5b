# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs commands under bench/stopwatch and prints rows of a table; for bench/run and bench/hives."""
import os
import statistics
import subprocess
import sys
from collections import namedtuple

Figures = namedtuple("Figures", "runs ms least most cpu peak_mb read written output")

MAX_SECONDS = 90        # a command that takes longer is ended and shown as such
PATIENCE = 12           # seconds: slow commands are run less often than fast ones


class TooLong(Exception):
    pass


class Stopwatch:
    def __init__(self, build, work, runs):
        self.program = os.path.join(build, "bench", "stopwatch")
        self.output = os.path.join(work, "output")
        self.runs = runs

    def _time(self, runs, command, prepare, good):
        lines = subprocess.run([self.program, str(runs), str(MAX_SECONDS), prepare, self.output, *command], check=True,
                               stdout=subprocess.PIPE, text=True).stdout.split("\n")[:-1]
        for line in lines:
            status = int(line.split()[5])
            if status == 124:
                raise TooLong
            if status not in good:
                with open(self.output, errors="replace") as f:
                    sys.exit("bench: exit %d: %s\n%s" % (status, " ".join(command), f.read()[:2000]))
        return [[float(figure) for figure in line.split()] for line in lines]

    def measure(self, command, prepare="", good=(0,), once=False):
        """One run that is not counted, then as many as patience allows. prepare is a shell command."""
        warm = self._time(1, command, prepare, good)
        runs = min(self.runs, max(1, int(PATIENCE * 1000 / (warm[0][0] + 1))))
        rows = warm if once else self._time(runs, command, prepare, good)
        walls = [row[0] for row in rows]
        with open(self.output, errors="replace") as f:
            output = f.read(10000)
        return Figures(len(rows), statistics.median(walls), min(walls), max(walls),
                       statistics.median(row[1] for row in rows), max(row[2] for row in rows) / 1024,
                       statistics.median(row[3] for row in rows), statistics.median(row[4] for row in rows), output)


def amount(size):
    return "%.0f KB" % (size / 1000) if size < 1e6 else "%.1f MB" % (size / 1e6)


def heading(text):
    print("%-50s %9s %19s %3s %8s %7s %8s %8s %8s" % (
        text, "median ms", "min-max", "n", "CPU ms", "peak MB", "read", "written", "ratio"))


def row(what, f, base=None):
    """base: figures that this row is shown as a multiple of."""
    print("%-50s %9.1f %9.1f-%-9.1f %3d %8.1f %7.1f %8s %8s %8s" % (
        what, f.ms, f.least, f.most, f.runs, f.cpu, f.peak_mb, amount(f.read), amount(f.written),
        "%.1f x" % (f.ms / base.ms) if base else ""), flush=True)
    return f


def note(what, text):
    print("%-50s %s" % (what, text), flush=True)


def quiet(*command, **options):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **options)
