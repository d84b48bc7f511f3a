#!/usr/bin/env python3
"""Runs the Lox programs under tests/lox in all tiers and compares what they do with what their comments say.

    // expect: text                  the next line of standard output
    // expect runtime error: text    the program ends with this error at this line: status 70
    // expect trace: text            a further line of that error's report
    // expect error: text            a line of the report of a program that does not compile: status 65

Usage: run.py [--vm PATH] [--mode NAME]... [--jobs N] [--filter PART] [--quiet]
"""

import argparse
import concurrent.futures
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MARK = re.compile(rb"// expect( runtime error| trace| error)?: ?(.*)$")
TIMEOUT = 120
MODES = {
    "interpreter": ["--jit=off"],
    "switch": ["--jit=off", "--dispatch=switch"],
    "default": [],
    "baseline-at-once": ["--jit=baseline", "--jit-threshold=1"],
    "optimizing-at-once": ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once"],
    "optimizing-deopt": ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once", "--jit-stress=deopt:3"],
    "gc-stress": ["--jit=off", "--gc-stress=move"],
    "baseline-stress": ["--jit=baseline", "--jit-threshold=1", "--gc-stress=move"],
    "optimizing-stress": ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once", "--gc-stress=move"],
}
STANDARD = ["interpreter", "default", "baseline-at-once", "optimizing-at-once", "gc-stress"]


def expectations(path):
    """(status, lines of output, lines of the error output) that the comments ask for."""
    output, errors, status = [], [], 0
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        found = MARK.search(line)
        if not found:
            continue
        kind, text = found.group(1), found.group(2)
        if kind is None:
            output.append(text)
        elif kind == b" error":
            errors.append(text)
            status = 65
        elif kind == b" runtime error":
            errors += [text, b"[line %d] in " % number]
            status = 70
        else:
            errors.append(text)
    return status, output, errors


def judge(path, vm, options):
    """What is wrong with one run of a program; empty if nothing is."""
    status, output, errors = expectations(path)
    try:
        done = subprocess.run([vm, "run", *options, path.name], cwd=path.parent, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return f"still running after {TIMEOUT} seconds"
    if done.returncode != status:
        return f"status {done.returncode}, expected {status}: {done.stderr[:300]!r}"
    lines = done.stdout.split(b"\n")[:-1]
    for i in range(max(len(lines), len(output))):
        got = lines[i] if i < len(lines) else b"(nothing)"
        want = output[i] if i < len(output) else b"(nothing)"
        if got != want:
            return f"output line {i + 1} is {got!r}, expected {want!r}"
    shown = done.stderr.split(b"\n")[:-1]
    if status == 65 and shown != errors:
        return f"reported {shown!r}, expected {errors!r}"
    if status == 70:
        place = 0
        for want in errors:  # in this order; the place of the error is a beginning
            while place < len(shown) and not (shown[place] == want or
                                              (want.endswith(b" in ") and shown[place].startswith(want))):
                place += 1
            if place == len(shown):
                return f"the report {shown[:8]!r} lacks {want!r}"
        if shown[0] != errors[0]:
            return f"the error is {shown[0]!r}, expected {errors[0]!r}"
    if status == 0 and done.stderr:
        return f"unexpected error output {done.stderr[:300]!r}"
    return None


def main():
    parser = argparse.ArgumentParser(description="Runs the Lox programs under tests/lox.")
    parser.add_argument("--vm", default=str(ROOT / "build/release/devvm"))
    parser.add_argument("--mode", action="append", choices=[*MODES, "all"])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--filter", default="")
    parser.add_argument("--quiet", action="store_true")
    arguments = parser.parse_args()
    vm = str(pathlib.Path(arguments.vm).resolve())
    modes = list(MODES) if arguments.mode == ["all"] else arguments.mode or STANDARD
    programs = [p for p in sorted(HERE.rglob("*.lox")) if arguments.filter in str(p.relative_to(HERE))]
    if not programs:
        sys.exit("no such programs")
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = [(mode, p, pool.submit(judge, p, vm, MODES[mode])) for mode in modes for p in programs]
        for mode, program, run in runs:
            wrong = run.result()
            if wrong is None:
                passed += 1
                continue
            failed += 1
            print(f"{mode}: {program.relative_to(HERE)}: {wrong}")
    if not arguments.quiet:
        print(f"{len(programs)} programs, modes {', '.join(modes)}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed != 0)


if __name__ == "__main__":
    main()
