#!/usr/bin/env python3
"""Feeds Lox programs that were damaged at random, and random text, to devvm: whatever comes, it must end with status 0, 65 or
70 and no sanitizer's report, and tiers must agree.

Usage: fuzz.py [--vm PATH] [--seconds N] [--seed N]
"""

import argparse
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TOKEN = re.compile(rb'//[^\n]*|"[^"]*"|[A-Za-z_]\w*|\d+(?:\.\d+)?|[<>=!]=|\s+|.', re.S)
MODES = [["--jit=off"], ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once"]]
LIMITS = ["--fuel=3000000", "--memory-limit=256M"]


def damage(tokens, pool, rng):
    """Tokens removed, doubled, exchanged, taken from other programs."""
    tokens = list(tokens)
    for _ in range(rng.choice([1, 1, 2, 3, 8])):
        if not tokens:
            break
        i, what = rng.randrange(len(tokens)), rng.randrange(6)
        if what == 0:
            del tokens[i]
        elif what == 1:
            tokens.insert(i, tokens[rng.randrange(len(tokens))])
        elif what == 2:
            j = rng.randrange(len(tokens))
            tokens[i], tokens[j] = tokens[j], tokens[i]
        elif what == 3:
            tokens[i] = rng.choice(pool)
        elif what == 4:
            tokens[i] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 4)))
        else:
            other = rng.choice(pool)
            tokens[i:i + rng.randrange(4)] = [other, b" ", rng.choice(pool)]
    return b"".join(tokens)


def run(vm, options, path):
    done = subprocess.run([vm, "run", *options, *LIMITS, path], stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=60, check=False)
    return done.returncode, done.stdout, done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vm", default=str(ROOT / "build/release/devvm"))
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    programs = [p.read_bytes() for p in sorted(HERE.rglob("*.lox"))]
    split = [TOKEN.findall(p) for p in programs]
    pool = [t for tokens in split for t in tokens]
    end, count, wrong = time.time() + arguments.seconds, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = str(pathlib.Path(folder) / "damaged.lox")
        while time.time() < end and wrong < 5:
            text = damage(rng.choice(split), pool, rng)
            if text.startswith(b"\x1b"):  # a module, by its first byte
                continue
            pathlib.Path(path).write_bytes(text)
            count += 1
            try:
                results = [run(arguments.vm, mode, path) for mode in MODES]
            except subprocess.TimeoutExpired:
                results = [("a run that does not end", b"", b"")]
            # Depth of the stack when it overflows, and fuel's end, are not the same places in all tiers' reports.
            fuel = any(b"fuel exhausted" in r[2] or b"not enough memory" in r[2] for r in results)
            bad = [r for r in results if r[0] not in (0, 65, 70) and not fuel]
            clocks = b"clock" in text
            differ = len({(r[0], r[1], r[2]) for r in results}) > 1 and not fuel and not clocks
            if bad or differ:
                wrong += 1
                kept = pathlib.Path(tempfile.gettempdir()) / f"lox-fuzz-{arguments.seed}-{count}.lox"
                kept.write_bytes(text)
                print(f"{kept}: {[(r[0], r[1][-200:], r[2][-200:]) for r in results]}")
    print(f"seed {arguments.seed}: {count} programs")
    print(f"{count - wrong} passed, {wrong} failed")
    sys.exit(wrong != 0)


if __name__ == "__main__":
    main()
