#!/usr/bin/env python3
"""Runs the graphs under tests/jit (*.ir) through `devvm opt` and compares what comes out with their comments.

    ; opt: OPTIONS        options of `devvm opt` (none: the graph is only read, checked and printed); may repeat
    ; CHECK: ...          what must be in the output: FileCheck's language, with all its kinds of CHECK
    ; reject: TEXT        reading or checking the graph fails with this text instead

What is printed must read again to the same text. Usage: run.py [--devvm PATH] [--filecheck PATH] [FILE or FOLDER]...
"""

import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT = 60


def run(command, text=""):
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=TIMEOUT, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def judge(devvm, filecheck, path):
    """What is wrong with a test; empty if nothing is."""
    text = path.read_text(encoding="utf-8")
    options = [word for line in re.findall(r"^; opt:(.*)$", text, re.M) for word in shlex.split(line)]
    reject = re.search(r"^; reject: *(.*)$", text, re.M)
    status, output, errors = run([devvm, "opt", *options, str(path)])
    if reject:
        if status != 1:
            return f"status {status}, expected 1"
        wanted = reject.group(1).rstrip()
        return "" if wanted in errors else f"the error output does not contain {wanted!r}: {errors.strip()!r}"
    if status != 0:
        return f"status {status}: {errors.strip()}"
    status, again, errors = run([devvm, "opt", "-"], output)
    if status != 0:
        return f"its output is not read again: {errors.strip()}"
    if not any(word.startswith("--print") for word in options) and again != output:
        return f"its output reads as another graph:\n{output}---\n{again}"
    if "CHECK" not in text:
        return "it checks nothing"
    status, _, errors = run([filecheck, "--allow-unused-prefixes=false", str(path)], output)
    return "" if status == 0 else errors + "---- output:\n" + output


def main():
    parser = argparse.ArgumentParser(description="Runs the tests of the optimizing compiler's graph and passes.")
    parser.add_argument("--devvm", default=os.environ.get("DEVVM", str(HERE.parents[1] / "build/release/devvm")))
    parser.add_argument("--filecheck", default=shutil.which("FileCheck-19") or shutil.which("FileCheck"))
    parser.add_argument("paths", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.filecheck is None:
        print("FileCheck is missing: apt-get install llvm-19-tools")
        return 1
    files = []
    for path in arguments.paths or [HERE]:
        files += sorted(path.rglob("*.ir")) if path.is_dir() else [path]
    failed = 0
    for path in files:
        wrong = judge(arguments.devvm, arguments.filecheck, path)
        if wrong:
            failed += 1
            print(f"FAILED {path}: {wrong}")
    print(f"{len(files) - failed} passed, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
