#!/usr/bin/env python3
"""Soaks the collector: mixed mutation (soak.lua) in several modes, with a memory limit near the edge, for as long as asked.

The time is divided among the modes. The program checks its own data all the time; this script watches the resident
memory from outside, which must be flat: the second half of the time may not need noticeably more than the first one
did, and no process much more than its limit (judged where a mode has 20 seconds or more). Exit status 1 if anything was lost, failed or grew.
"""

import argparse
import dataclasses
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = Path(__file__).resolve().parent / "soak.lua"
MIB = 1 << 20

# Limits differ so that edges lie at different places of the heap's own steps.
MODES = {
    "default": (48 * MIB, []),
    "interpreter": (40 * MIB, ["--jit=off"]),
    "optimizing-at-once": (48 * MIB, ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once"]),
    "gc-pause-target": (56 * MIB, ["--gc-pause-target=1ms"]),
    "gc-mark": (24 * MIB, ["--gc-stress=mark"]),
    "gc-move": (16 * MIB, ["--gc-stress=move:2000", "--jit=off"]),
    "gc-move-jit": (20 * MIB, ["--gc-stress=move:200"]),
}
SETTLED = 20         # seconds of a mode after which its resident memory says something
PIECE = 0.25         # seconds between looks at the resident memory
GROWTH = 1.10        # how much more the second half may need than the first
OVERHEAD = 48 * MIB  # of a process beyond twice its limit: program, nursery, machine code, holes in blocks


@dataclasses.dataclass
class Run:
    mode: str
    limit: int
    complaint: str
    counts: dict
    quarters: list  # most resident bytes in each quarter
    halves: list    # what all but a few looks in each half found at most


def resident(pid):
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


def counts_of(line):
    return {name: int(value) for name, value in (word.split("=") for word in line.split()[1:])}


def usual(samples):
    """The most of all but one look in twenty: a peak that lasts for milliseconds says little about growth."""
    return sorted(samples)[(len(samples) - 1) * 19 // 20]


def run(vm, mode, seconds, seed):
    limit, options = MODES[mode]
    command = [vm, "run", f"--memory-limit={limit}", f"--seed={seed}", *options, str(PROGRAM), str(seconds), str(seed),
               str(limit // 1024)]
    samples, complaint = [], ""
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        began = time.monotonic()
        while process.poll() is None:
            samples.append(resident(process.pid))
            # The program looks at the time between rounds, and its last check may be a long one.
            if time.monotonic() - began > seconds * 2 + 120:
                process.kill()
                complaint = "does not end"
            time.sleep(PIECE)
        out.seek(0)
        lines = out.read().splitlines()
    counts = {}
    for line in lines:
        if line.startswith("soak "):
            counts = counts_of(line)
        elif line != "sound":
            complaint = complaint or line
    if not complaint and "sound" not in lines:
        complaint = f"ended with status {process.returncode}"
    samples = [s for s in samples if s > 0] or [0]
    size = max(1, len(samples) // 4)
    quarters = [max(samples[i * size:(i + 1) * size] or samples[-1:]) for i in range(4)]
    middle = len(samples) // 2
    halves = [usual(samples[:middle] or samples), usual(samples[middle:])]
    run = Run(mode, limit, complaint, counts, quarters, halves)
    if not run.complaint and seconds >= SETTLED:
        run.complaint = growth(run)
    return run


def growth(run):
    """What is wrong with the resident memory, empty if nothing is."""
    first, second = run.halves
    most = max(run.quarters)
    if second > first * GROWTH:
        return f"resident memory grows: {first / MIB:.1f} MiB in the first half, {second / MIB:.1f} in the second"
    if most > 2 * run.limit + OVERHEAD:
        return f"{most / MIB:.1f} MiB resident under a limit of {run.limit / MIB:.0f}"
    return ""


def main():
    parser = argparse.ArgumentParser(prog="./dev soak", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vm", default=str(PROGRAM.parents[2] / "build" / "release" / "devvm"), help="the program to soak")
    parser.add_argument("--seconds", type=float, default=600, help="of all modes together (default: ten minutes)")
    parser.add_argument("--modes", default=",".join(MODES), help="a list with commas (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=None, help="repeats a run's random choices (default: another each time)")
    arguments = parser.parse_args()
    modes = arguments.modes.split(",")
    unknown = [m for m in modes if m not in MODES]
    if unknown:
        parser.error(f"unknown mode {unknown[0]} ({', '.join(MODES)})")
    seed = arguments.seed if arguments.seed is not None else random.randrange(1 << 30)
    each = max(1, round(arguments.seconds / len(modes)))
    print(f"seed {seed}, {each} seconds a mode", flush=True)
    heading = ("mode", "limit", "rounds", "checks", "errors", "storms", "finalized", "resident at most by quarter, MiB", "")
    form = "{:<20}{:>6}{:>8}{:>12}{:>8}{:>8}{:>11}  {:<34}{}"
    print(form.format(*heading), flush=True)
    failed = False
    for mode in modes:
        r = run(arguments.vm, mode, each, seed)
        c = r.counts
        print(form.format(mode, f"{r.limit // MIB}M", c.get("rounds", 0), c.get("checks", 0), c.get("memory", 0),
                          c.get("storms", 0), c.get("finalized", 0), "  ".join(f"{q / MIB:.1f}" for q in r.quarters),
                          r.complaint or "sound"), flush=True)
        failed |= bool(r.complaint)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
