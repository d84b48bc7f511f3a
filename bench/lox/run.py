#!/usr/bin/env python3
"""Lox programs beside the same programs in node: least processor time of whole processes, in interleaved runs.

Usage: run.py [--devvm PATH] [--runs N] [--only NAME,NAME]"""

import argparse
import math
import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def measure(command):
    """(processor time in seconds, output)"""
    before = os.times()
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return used, done.stdout.split()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--devvm", default=str(HERE.parent.parent / "build/release/devvm"))
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    only = arguments.only.split(",") if arguments.only else []
    programs = [p for p in sorted(HERE.glob("*.lox")) if not only or p.stem in only]
    hasNode = shutil.which("node") is not None
    ratios, failed = [], False
    print(f"{'program':<18}{'devvm':>9}{'node':>9}{'devvm/node':>12}")
    for p in programs:
        ours, theirs = [], []
        for _ in range(arguments.runs):
            used, output = measure([arguments.devvm, "run", str(p)])
            ours.append(used)
            if hasNode:
                used, expected = measure(["node", str(p.with_suffix(".js"))])
                theirs.append(used)
                if output != expected:
                    print(f"{p.stem}: {output}, node says {expected}")
                    failed = True
        if hasNode:
            ratios.append(min(ours) / min(theirs))
            print(f"{p.stem:<18}{min(ours):>9.3f}{min(theirs):>9.3f}{ratios[-1]:>12.2f}", flush=True)
        else:
            print(f"{p.stem:<18}{min(ours):>9.3f}", flush=True)
    if ratios:
        mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
        print(f"{'geometric mean':<36}{mean:>12.2f}, at most {max(ratios):.2f}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
