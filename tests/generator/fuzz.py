#!/usr/bin/env python3
"""Compares lua5.4 with devvm on random programs (see generate.py).

A program whose standard output, standard error or exit status differ is kept as
build/fuzz/seed-N.lua, then reduced by removing lines while it still differs; the small one is
build/fuzz/seed-N.reduced.lua, and the command that shows the difference again is printed. The first line of output
gives the seed that repeats the run.
"""

import argparse
import concurrent.futures
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import generate  # noqa: E402
import run as runner  # noqa: E402

KEEP = runner.ROOT / "build" / "fuzz"
TIMEOUT = 10.0


def execute(command, text, timeout):
    """Runs a program text as `fuzz.lua` in an empty folder and normalises what it printed."""
    with tempfile.TemporaryDirectory(prefix="devvm-fuzz-") as folder:
        (Path(folder) / "fuzz.lua").write_text(text)
        process = subprocess.Popen(command + ["fuzz.lua"], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True,
                                   env={"PATH": os.environ.get("PATH", ""), "HOME": folder, "LC_ALL": "C", "TZ": "UTC",
                                        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "detect_leaks=0")})
        try:
            out, err = process.communicate(timeout=timeout)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            status = "timeout"
        return runner.normalise(runner.Result(out, err, status))


class Comparison:
    """The two commands and what counts as a difference."""

    def __init__(self, vm, extra):
        self.reference = [runner.REFERENCE]
        self.vm = runner.vm_command(vm, extra)

    def results(self, text):
        want = execute(self.reference, text, TIMEOUT)
        if want.status == "timeout":
            return want, want
        return want, execute(self.vm, text, TIMEOUT * 3)

    def differs_alike(self, text, like):
        """Whether a smaller program differs as the original did (see `symptom`), the reference being well."""
        want, got = self.results(text)
        return want.status == 0 and want != got and symptom(want, got) == like


def symptom(want, got):
    """What tells one difference from another: how the program ended, and the label of the first line that differs."""
    ended = "well" if got.status in (0, 1) else str(got.status)
    ours = got.stdout.split(b"\n")
    for i, line in enumerate(want.stdout.split(b"\n")):
        if i >= len(ours) or ours[i] != line:
            return ended, b"" if ended != "well" else line.split(b"\t")[0]
    return ended, b""


def indentation(line):
    return len(line) - len(line.lstrip(" "))


def block_end(lines, at):
    """The index behind the block that starts at a line: what is indented deeper, and its closing line."""
    level, end = indentation(lines[at]), at + 1
    while end < len(lines) and lines[end].strip():
        if indentation(lines[end]) < level:
            return at + 1
        if indentation(lines[end]) == level:
            if lines[end].lstrip().startswith(("else", "elseif")):
                end += 1
                continue
            closes = lines[end].lstrip().startswith(("end", "until"))
            return end + 1 if closes and end > at + 1 else at + 1
        end += 1
    return at + 1


def reduce(text, interesting, limit):
    """Removes blocks (outer ones first), then wrappers around blocks, then runs of lines, while the
    program stays `interesting`; stops after `limit` seconds. The helpers at the top are kept."""
    prologue, marker, text = text.partition("-- the program\n")
    prologue += marker
    lines = text.rstrip("\n").split("\n")
    stop = time.monotonic() + limit

    def attempt(shorter):
        nonlocal lines
        if time.monotonic() >= stop or not interesting(prologue + "\n".join(shorter) + "\n"):
            return False
        lines = shorter
        return True

    changed = True
    while changed and time.monotonic() < stop:
        changed = False
        for level in range(0, 13):
            at = 0
            while at < len(lines):
                end = block_end(lines, at)
                if end - at > 1 and indentation(lines[at]) == 2 * level:
                    if attempt(lines[:at] + lines[end:]) or attempt(lines[:at] + lines[at + 1:end - 1] + lines[end:]):
                        changed = True
                        continue
                at += 1
        for size in (8, 3, 1):
            at = 0
            while at < len(lines):
                if attempt(lines[:at] + lines[at + size:]):
                    changed = True
                else:
                    at += size
    return prologue + "\n".join(lines) + "\n"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
                                     epilog="example: tests/generator/fuzz.py --seconds 120 --mode interpreter")
    parser.add_argument("--vm", default=str(runner.ROOT / "build" / "release" / "devvm"))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, help="first seed (default: from the clock, printed)")
    parser.add_argument("--count", type=int, help="stop after this many programs")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="programs at once (default: processors)")
    parser.add_argument("--mode", default="interpreter", help="a mode of tests/run.py")
    parser.add_argument("--size", type=int, default=12, help="parts of a program that stay cold (default 12)")
    parser.add_argument("--hot", type=int, default=3, help="parts of a program that become hot (default 3)")
    parser.add_argument("--names", action="store_true", help="also compare variable names in messages")
    parser.add_argument("--ignore-nan-signs", action="store_true", help="do not compare the sign of NaN")
    parser.add_argument("--reduce-seconds", type=float, default=60, help="time for reducing one program (default 60)")
    parser.add_argument("--failures", type=int, default=5, help="stop after this many differing programs (default 5)")
    return parser.parse_args()


def investigate(seed, text, comparison, options):
    """Keeps a program that differs, reduces it, and says how to see the difference again."""
    KEEP.mkdir(parents=True, exist_ok=True)
    kept = KEEP / f"seed-{seed}.lua"
    kept.write_text(text)
    like = symptom(*comparison.results(text))
    small = reduce(text, lambda t: comparison.differs_alike(t, like), options.reduce_seconds)
    reduced = KEEP / f"seed-{seed}.reduced.lua"
    reduced.write_text(small)
    print(f"DIFFERS seed {seed}: {kept}, reduced to {small.count(chr(10)) + 1} lines in {reduced}")
    for line in runner.difference(*comparison.results(small)):
        print("    " + line)
    again = ["./dev", "fuzz", "--seed", str(seed), "--count", "1", "--mode", options.mode, "--size", str(options.size), "--hot", str(options.hot)]
    again += ["--names"] * options.names + ["--ignore-nan-signs"] * options.ignore_nan_signs
    print("    again: " + " ".join(again), flush=True)


def main():
    options = parse_arguments()
    if options.mode not in runner.MODES:
        print(f"unknown mode '{options.mode}'", file=sys.stderr)
        return 2
    comparison = Comparison(str(Path(options.vm).resolve()), runner.MODES[options.mode].arguments)
    first = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 31)
    print(f"seed {first} (repeat with ./dev fuzz --seed {first})", flush=True)
    stop = time.monotonic() + options.seconds
    seeds = itertools.count(first)
    done = skipped = failures = 0

    def one(seed):
        text = generate.generate(seed, options.size, options.names, not options.ignore_nan_signs, options.hot)
        return seed, text, *comparison.results(text)

    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = set()
        while True:
            while (len(running) < options.jobs and time.monotonic() < stop and failures < options.failures
                   and (options.count is None or done + len(running) < options.count)):
                running.add(pool.submit(one, next(seeds)))
            if not running:
                break
            finished, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for seed, text, want, got in sorted(future.result() for future in finished):
                done += 1
                if want.status == "timeout":
                    skipped += 1
                elif want != got:
                    failures += 1
                    investigate(seed, text, comparison, options)
    print(f"{done} programs, {failures} differ" + (f", {skipped} too slow for the reference" if skipped else ""))
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
