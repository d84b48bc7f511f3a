#!/usr/bin/env python3
"""Runs the jq cases: tests/jq/cases/*.txt against stored expectations, and against the reference where it is installed.

A case is a line "FILTER @@ INPUT @@ OPTIONS" (the last two may be missing: null, -c). What the reference said (npm package
jq-wasm 3.0.0-jq-1.8.2) stands in expected.jsonl; `--record` asks it anew (JQ_WASM: the folder that has node_modules).
Cases in own.jsonl have hand-checked expectations: there the reference's build is another one than its manual describes.
"""
import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODES = {
    "default": [],
    "interpreter": ["--jit=off"],
    "baseline-at-once": ["--jit=baseline", "--jit-threshold=1"],
    "optimizing-at-once": ["--jit=optimizing", "--jit-threshold=1", "--jit-optimize-at-once"],
    "gc-stress": ["--gc-stress=move", "--jit=off"],
}
DRIVER = """
import {loadJq} from 'jq-wasm'; import fs from 'fs';
const jq = await loadJq();
for (const line of fs.readFileSync(0, 'utf8').split('\\n')) { if (!line) continue;
  const [q, i, f] = JSON.parse(line); let r;
  try { r = jq.raw(i, q, f); } catch (e) { r = {stdout: e.stdout || '', stderr: e.stderr || e.message, exitCode: e.exitCode}; }
  console.log(JSON.stringify([r.stdout, r.stderr, r.exitCode])); }
"""


def cases():
    found = []
    for path in sorted((HERE / "cases").glob("*.txt")):
        for line in path.read_text().splitlines():
            if line.strip() and not line.startswith("## "):
                parts = line.split(" @@ ")
                found.append((parts[0], parts[1] if len(parts) > 1 else "null", parts[2].split() if len(parts) > 2 else ["-c"]))
    return found


def ask_reference(todo):
    folder = os.environ.get("JQ_WASM")
    driver = Path(folder) / "driver.mjs"
    driver.write_text(DRIVER)
    out = subprocess.run(["node", str(driver)], input="\n".join(json.dumps(c) for c in todo), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in out.stdout.splitlines()]


def place_free(text):
    """Messages without where the input came from, which is the driver's business; without line ends at the end."""
    return text.replace("(at /dev/stdin:", "(at <stdin>:").rstrip("\n")


def run(vm, options, case):
    query, text, flags = case
    try:
        p = subprocess.run([vm, "jq", *options, *flags, query], input=text.encode("utf-8", "surrogatepass"), capture_output=True, timeout=120)
    except subprocess.TimeoutExpired:
        return ["", "timeout", -1]
    return [p.stdout.decode("utf-8", "replace"), p.stderr.decode("utf-8", "replace"), p.returncode]


def same(got, wanted):
    return got[0].rstrip("\n") == wanted[0].rstrip("\n") and place_free(got[1]) == place_free(wanted[1]) and got[2] == wanted[2]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--vm", required=True)
    parser.add_argument("--mode", choices=MODES, default="default")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--filter", default="")
    parser.add_argument("--jobs", type=int, default=2)
    a = parser.parse_args()
    store, own = HERE / "expected.jsonl", HERE / "own.jsonl"
    todo = cases()
    if a.record:
        store.write_text("".join(json.dumps([*c, *r], ensure_ascii=False) + "\n" for c, r in zip(todo, ask_reference(todo))))
    wanted = {}
    for path in (store, own):
        for line in path.read_text().splitlines() if path.exists() else []:
            query, text, flags, *result = json.loads(line)
            wanted[(query, text, tuple(flags))] = result
    todo = [c for c in todo if a.filter in c[0]]
    for path in (own,):
        for line in path.read_text().splitlines() if path.exists() else []:
            query, text, flags, *_ = json.loads(line)
            if (query, text, flags) not in todo and a.filter in query:
                todo.append((query, text, flags))
    failed = 0
    with ThreadPoolExecutor(a.jobs) as pool:
        for case, got in zip(todo, pool.map(lambda c: run(a.vm, MODES[a.mode], c), todo)):
            want = wanted.get((case[0], case[1], tuple(case[2])))
            if want is None or not same(got, want):
                failed += 1
                print(f"FAILED {case[0]!r} on {case[1][:80]!r} {case[2]}\n  got    {got}\n  wanted {want}")
    print(f"{len(todo) - failed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
