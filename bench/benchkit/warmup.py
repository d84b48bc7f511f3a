"""How long programs take to become fast.

Started with a second argument, the programs chosen for this (those with "warmup" in suite.json) write a line after each round
of equal work. The lines are timed here, outside of the process, so that the clock, the start of the process and everything it
does on the way count alike for all peers.
"""

import math
import os
import select
import signal
import statistics
import subprocess
import time
from dataclasses import asdict, dataclass

from . import measure, report

MARK = b".\n"
WINDOW_SECONDS = 0.010  # rounds are looked at together until they take about so long
WARM = 0.9  # of the steady speed


@dataclass
class Warmup:
    """What the times of one process say, in seconds.

    `warm` is when the first round ended of the first window that was at least WARM times as fast as the steady ones, `lost`
    what of that time the rounds would not have needed at steady speed, `steady` the time of a round.
    """

    warm: float
    lost: float
    steady: float

    @classmethod
    def of(cls, times):
        """From the times since the start of the process at which each round ended."""
        ends = [0.0, *times]
        rounds = len(times)
        first_steady = rounds * 2 // 3
        typical = (ends[rounds] - ends[first_steady]) / (rounds - first_steady)
        width = max(1, math.ceil(WINDOW_SECONDS / max(typical, 1e-9)))
        if width * 3 > rounds - first_steady:
            raise measure.Failure("short", "too few rounds to tell the steady speed")

        def window(start):
            return ends[start + width] - ends[start]

        steady = statistics.median(window(i) for i in range(first_steady, rounds - width + 1))
        warm = next(i for i in range(rounds - width + 1) if window(i) * WARM <= steady)
        return cls(ends[warm + 1], ends[warm + 1] - (warm + 1) * steady / width, steady / width)


def run_timed(command, timeout):
    """Runs the command; returns the seconds at which its marks came, and its other output."""
    times, output = [], b""
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          start_new_session=True) as process:
        pipe = process.stdout.fileno()
        pending = b""
        try:
            while True:
                left = timeout - (time.perf_counter() - start)
                if left <= 0 or not select.select([pipe], [], [], left)[0]:
                    raise measure.Failure("timeout", f"still running after {timeout} s")
                data = os.read(pipe, 65536)
                now = time.perf_counter() - start
                if not data:
                    break
                *lines, pending = (pending + data).split(b"\n")
                for line in lines:
                    if line + b"\n" == MARK:
                        times.append(now)
                    else:
                        output += line + b"\n"
            errors = process.stderr.read()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0:
        lines = errors.decode(errors="replace").strip().splitlines()
        raise measure.Failure("failed", f"exit status {process.returncode}" + (f": {lines[0][:300]}" if lines else ""))
    return times, (output + pending).decode(errors="replace")


class Result:
    """The runs of one program under one peer; in the form that outputs are compared in."""

    def __init__(self):
        self.runs, self.output, self.failure = [], None, None

    def __bool__(self):
        return self.failure is None and bool(self.runs)

    def median(self, name):
        return statistics.median(getattr(run, name) for run in self.runs)

    def as_json(self):
        if self.failure:
            return {"failure": self.failure.label, "message": str(self.failure)}
        return {"runs": [asdict(run) for run in self.runs],
                "median": {name: self.median(name) for name in ("warm", "lost", "steady")}}


def run(program, chosen, rounds, timeout, show):
    """A Result by peer, from processes that take turns."""
    results = {peer.key: Result() for peer in chosen}
    size = str(program.warmup)
    for number in range(rounds):
        shift = number % len(chosen)
        for peer in chosen[shift:] + chosen[:shift]:
            result = results[peer.key]
            if result.failure:
                continue
            show(f"{program.name}, round {number + 1} of {rounds}: {peer.key}")
            try:
                times, output = run_timed([*peer.prepare(program.folder, program.name), size, "mark"], timeout)
                if len(times) != program.warmup:
                    raise measure.Failure("wrong", f"marks {len(times)} rounds of {size}")
                result.runs.append(Warmup.of(times))
                result.output = output
            except measure.Failure as failure:
                result.failure = failure
    return results


def table(suite, results, keys):
    """The text, and the geometric means of the milliseconds to WARM of the steady speed, by group and peer."""
    header = ["program"]
    for key in keys:
        header += [f"{key} warm", "lost", "a round"]
    rows = report.Table(header)
    means = {}
    for group, programs in suite.by_group(results):
        values = {key: [] for key in keys}
        for program in programs:
            cells = []
            for key in keys:
                result = results[program.name][key]
                if not result:
                    cells += [report.failure_cell(result), "", ""]
                    continue
                values[key].append(result.median("warm"))
                cells += [f"{1e3 * result.median('warm'):.0f}", f"{1e3 * result.median('lost'):.0f}",
                          report.figure(1e3 * result.median("steady"))]
            rows.add("  " + program.name, *cells)
        means[group] = {key: report.geometric_mean(list_) for key, list_ in values.items() if list_}
        cells = []
        for key in keys:
            cells += [f"{1e3 * means[group][key]:.0f}" if key in means[group] else "-", "", ""]
        rows.add(f"{group}: geometric mean", *cells)
        rows.rule()
    return rows.text(), means
