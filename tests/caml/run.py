#!/usr/bin/env python3
"""Runs the Caml programs of tests/caml under the reference (`ocaml FILE`) and under DevVM and compares.

Standard output, standard error and the exit status must be the same, in each mode asked for. Programs in `errors` have an
error in their first phrase or at least print nothing before it: the reference runs phrase by phrase.
"""

import argparse
import concurrent.futures
import difflib
import hashlib
import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
HERE = Path(__file__).resolve().parent
CACHE = ROOT / "build" / "testcache"
TIMEOUT = 120
MODES = {
    "interpreter": ["--jit=off"],
    "switch": ["--jit=off", "--dispatch=switch"],
    "default": [],
    "baseline-at-once": ["--jit=baseline", "--jit-threshold=1"],
    "optimizing-at-once": ["--jit=optimizing", "--jit-threshold=6", "--jit-optimize-at-once"],
    "optimizing-cold": ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once"],
    "optimizing": ["--jit=optimizing"],
    "optimizing-deopt": ["--jit=optimizing", "--jit-threshold=6", "--jit-optimize-at-once", "--jit-stress=deopt:7"],
    "optimizing-stress": ["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once", "--gc-stress=move:20"],
    "gc-stress": ["--jit=off", "--gc-stress=move:20"],
    "gc-verify": ["--jit=off", "--gc-verify"],
    "baseline-stress": ["--jit=baseline", "--jit-threshold=1", "--gc-stress=move:20"],
}


def execute(command, program):
    stdin = program.with_suffix(".in")
    text = stdin.read_bytes() if stdin.exists() else b""
    try:
        done = subprocess.run(command, input=text, capture_output=True, timeout=TIMEOUT, cwd=program.parent)
    except subprocess.TimeoutExpired:
        return {"out": "", "err": "timeout", "status": -1}
    return {"out": done.stdout.decode("latin-1"), "err": done.stderr.decode("latin-1"), "status": done.returncode}


def reference(program):
    key = hashlib.sha256(program.read_bytes() + str(program.name).encode()).hexdigest()
    file = CACHE / f"caml-{key}.json"
    if file.exists():
        return json.loads(file.read_text())
    result = execute(["ocaml", str(program)], program)
    CACHE.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(result))
    return result


def check(program, mode, vm):
    expected = reference(program)
    got = execute([vm, "run", *MODES[mode], str(program)], program)
    if got == expected:
        return None
    lines = []
    for part in ("out", "err"):
        lines += difflib.unified_diff(expected[part].splitlines(), got[part].splitlines(), f"ocaml {part}", f"devvm {part}", lineterm="")
    if expected["status"] != got["status"]:
        lines.append(f"status {expected['status']} expected, {got['status']} found")
    return lines[:30]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vm", default=str(ROOT / "build" / "release" / "devvm"))
    parser.add_argument("--mode", action="append", choices=list(MODES))
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    vm = str(Path(arguments.vm).resolve())
    programs = [p for p in sorted(HERE.rglob("*.ml")) if arguments.filter in str(p.relative_to(HERE))]
    if not programs:
        sys.exit("no such program")
    failed = 0
    modes = arguments.mode or ["interpreter"]
    for mode in modes:
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for program, problem in zip(programs, pool.map(lambda p: check(p, mode, vm), programs)):
                if problem is not None:
                    failed += 1
                    print(f"FAILED {program.relative_to(HERE)} ({mode})", *problem, sep="\n  ")
    print(f"{len(programs) * len(modes) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
