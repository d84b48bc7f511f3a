#!/usr/bin/env python3
"""Runs the programs under tests/asm and compares what they do with what their comments say.

    ; expect: text           the next line of standard output
    ; expect error: text     the program ends with an error (status 1) whose message contains the text
    ; expect reject: text    the verifier rejects the program with a message that contains the text

Usage: run.py [--devvm PATH] [--mode NAME="OPTIONS"]... [--jobs N] [--list] [FILE or FOLDER]...

A mode is a set of options given to `devvm run`; each program runs once in every mode. Without --mode there
is one, with no options.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
MARK = re.compile(r"; expect( error| reject)?:(?: (.*))?$")
TIMEOUT = 60


class Program:
    """A test program and its expectations."""

    def __init__(self, path):
        self.path = path
        self.output = []
        self.error = None
        self.reject = None
        for line in path.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            found = MARK.search(line)
            if not found:
                continue
            kind, text = found.group(1), (found.group(2) or "").rstrip()
            if kind == " error":
                self.error = text
            elif kind == " reject":
                self.reject = text
            else:
                self.output.append(text)

    def judge(self, status, output, errors):
        """What is wrong with a run; an empty list if nothing is."""
        wrong = []
        lines = [line.rstrip() for line in output.split("\n")]
        if lines and lines[-1] == "":
            lines.pop()
        expected = [] if self.reject is not None else self.output
        if lines != expected:
            place = next((i for i, pair in enumerate(zip(lines, expected)) if pair[0] != pair[1]),
                         min(len(lines), len(expected)))
            found = repr(lines[place]) if place < len(lines) else "the end"
            wanted = repr(expected[place]) if place < len(expected) else "the end"
            wrong.append(f"line {place + 1} of the output is {found}, expected {wanted}")
        message = self.reject if self.reject is not None else self.error
        if message is None:
            if status != 0:
                wrong.append(f"status {status}")
            if errors.strip():
                wrong.append("unexpected error output: " + errors.strip())
        else:
            if status != 1:
                wrong.append(f"status {status}, expected 1")
            if message not in errors:
                wrong.append(f"the error output does not contain {message!r}: {errors.strip()!r}")
        return wrong


def run(devvm, options, program):
    command = [devvm, "run", *options, str(program.path)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return [f"still running after {TIMEOUT} seconds"]
    decode = lambda data: data.decode("utf-8", errors="surrogateescape")
    return program.judge(done.returncode, decode(done.stdout), decode(done.stderr))


def main():
    parser = argparse.ArgumentParser(description="Runs the assembly programs and checks what they do.")
    parser.add_argument("--devvm", default=os.environ.get("DEVVM", str(HERE.parents[1] / "build/release/devvm")))
    parser.add_argument("--mode", action="append", default=[], metavar='NAME="OPTIONS"')
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="print the programs and their number per family")
    parser.add_argument("paths", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()

    files = []
    for path in arguments.paths or [HERE]:
        files += sorted(path.rglob("*.dvs")) if path.is_dir() else [path]
    if not arguments.paths:
        files = [path for path in files if path.parent.name != "bench"]
    programs = [Program(path) for path in files]
    if arguments.list:
        families = {}
        for program in programs:
            families.setdefault(program.path.parent.name, []).append(program)
        for family, members in sorted(families.items()):
            print(f"{family:12} {len(members)}")
        return 0

    modes = []
    for mode in arguments.mode or ["default="]:
        name, _, options = mode.partition("=")
        modes.append((name, shlex.split(options)))
    passed = failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=arguments.jobs) as pool:
        for name, options in modes:
            results = pool.map(lambda program: run(arguments.devvm, options, program), programs)
            for program, wrong in zip(programs, results):
                if not wrong:
                    passed += 1
                    continue
                failed += 1
                shown = os.path.relpath(program.path, HERE)
                print(f"FAILED {shown} (mode {name})")
                for what in wrong:
                    print("    " + what)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
