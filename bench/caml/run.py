#!/usr/bin/env python3
"""Measures the Caml programs of this folder: devvm beside ocamlopt's native code and the reference's bytecode.

Each program has a function `run`. It is called --calls times in a process; the steady time is the fastest call, of
processor time, and the whole time that of a process that calls it once. Ratios: devvm's time in those of the peers.
"""

import argparse
import math
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def driver(calls):
    return f"""
let () =
  let best = ref infinity and result = ref 0 in
  for _ = 1 to {calls} do
    let t = Sys.time () in
    result := run ();
    best := min !best (Sys.time () -. t)
  done;
  Printf.printf "%d %.6f\\n" !result !best
"""


def run(command):
    began = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    result, best = done.stdout.split()
    return result, float(best), time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devvm", default=str(ROOT / "build" / "release" / "devvm"))
    parser.add_argument("--only", default="", help="names, separated by commas")
    parser.add_argument("--calls", type=int, default=12, help="of `run` for the steady time")
    parser.add_argument("--rounds", type=int, default=2, help="processes of each peer; the fastest counts")
    parser.add_argument("--option", action="append", default=[], help="for devvm run")
    arguments = parser.parse_args()
    for tool in ("ocamlopt", "ocamlc", "ocamlrun"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is wanted (package ocaml)")
    wanted = [n for n in arguments.only.split(",") if n]
    programs = [p for p in sorted(HERE.glob("*.ml")) if not wanted or p.stem in wanted]
    print(f"{'program':14} {'devvm':>9} {'ocamlopt':>9} {'bytecode':>9}   of native  times bytecode   whole: devvm  native")
    logs = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for program in programs:
            times = {}
            for calls in (arguments.calls, 1):
                source = folder / f"{program.stem}_{calls}.ml"
                source.write_text(program.read_text() + driver(calls))
                native, bytecode = source.with_suffix(".opt"), source.with_suffix(".byte")
                subprocess.run(["ocamlopt", "-o", native, source], check=True)
                subprocess.run(["ocamlc", "-o", bytecode, source], check=True)
                commands = {
                    "devvm": [arguments.devvm, "run", *arguments.option, str(source)],
                    "native": [native],
                    "bytecode": ["ocamlrun", bytecode],
                }
                results = set()
                for _ in range(arguments.rounds):
                    for peer, command in commands.items():
                        result, best, whole = run(command)
                        results.add(result)
                        value = best if calls > 1 else whole
                        key = (peer, calls)
                        times[key] = min(times.get(key, math.inf), value)
                if len(results) != 1:
                    sys.exit(f"{program.stem}: results differ: {results}")
            steady = {peer: times[peer, arguments.calls] for peer in ("devvm", "native", "bytecode")}
            native_ratio = steady["devvm"] / max(steady["native"], 1e-6)
            bytecode_ratio = steady["bytecode"] / max(steady["devvm"], 1e-6)
            logs[0] += math.log(native_ratio)
            logs[1] += math.log(bytecode_ratio)
            print(f"{program.stem:14} {steady['devvm'] * 1000:7.1f}ms {steady['native'] * 1000:7.1f}ms "
                  f"{steady['bytecode'] * 1000:7.1f}ms   {native_ratio:9.2f} {bytecode_ratio:15.2f}   "
                  f"{times['devvm', 1]:10.2f}s {times['native', 1]:6.2f}s", flush=True)
    if len(programs) > 1:
        n = len(programs)
        print(f"{'geometric mean':44}   {math.exp(logs[0] / n):9.2f} {math.exp(logs[1] / n):15.2f}")


if __name__ == "__main__":
    main()
