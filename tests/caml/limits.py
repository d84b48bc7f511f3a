#!/usr/bin/env python3
"""Hostile Caml texts: each ends, within limits, with the status and a part of the message given here."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

CASES = {
    "parentheses": (b"let x = " + b"(" * 200000 + b"1" + b")" * 200000, 2, "nested too deeply"),
    "lists": (b"let x = " + b"[" * 20000 + b"1" + b"]" * 20000, 2, ""),
    "long sum": (b"let x = " + b" + ".join([b"1"] * 20000) + b"\nlet () = exit (x / 20000)", 1, ""),
    "long list": (b"let x = [" + b";".join([b"1"] * 100000) + b"]\nlet () = exit (List.length x / 100000)", 1, ""),
    "lets": (b"let f () = " + b"".join(b"let x%d = %d in " % (i, i) for i in range(3000)) + b"x5\nlet () = exit (f ())", 5, ""),
    "exponential type": (b"let f0 x = (x,x)\n" + b"".join(b"let f%d x = f%d (f%d x)\n" % (i + 1, i, i) for i in range(14)), None, ""),
    "cyclic type": (b"type t = t", 2, "is cyclic"),
    "cyclic types": (b"type a = b and b = a", 2, "is cyclic"),
    "growing type": (b"type 'a t = 'a t list\nlet x : int t = []", 2, "is cyclic"),
    "bytes": (bytes(range(256)), 2, "Illegal character"),
    "comment": (b'(* "abc', 2, "unterminated string"),
    "string": (b'let x = "abc', 2, "String literal not terminated"),
    "literal": (b"let x = 99999999999999999999", 2, "exceeds the range"),
    "empty": (b"", 0, ""),
    "stack": (b"let rec f x = 1 + f x\nlet () = print_int (f 1)", 2, "Stack overflow during evaluation"),
    "stack caught": (b"let rec f x = 1 + f x\nlet () = try print_int (f 1) with Stack_overflow -> exit 3", 3, ""),
}


def main():
    vm = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "build" / "release" / "devvm")
    failures = 0
    for name, (text, status, message) in CASES.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "x.ml"
            file.write_bytes(text)
            done = subprocess.run([vm, "run", str(file)], capture_output=True, timeout=120)
        said = done.stderr.decode("latin-1")
        if done.returncode < 0 or (status is not None and done.returncode != status) or message not in said:
            failures += 1
            print(f"FAILED {name}: status {done.returncode}, {said[-300:]!r}")
    print(f"caml limits: {len(CASES)} texts, {failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
