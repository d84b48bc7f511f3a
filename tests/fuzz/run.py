#!/usr/bin/env python3
"""Runs a libFuzzer target for some seconds, starting from programs of this repository.

The first inputs are made anew each time (Lua texts, assembly texts, compiled modules); what the fuzzer finds interesting
is kept in build/fuzz/corpus/TARGET for the next run. An input that crashes stays in build/fuzz as crash-TARGET-...; giving
its path to the target alone repeats the crash.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
KEEP = ROOT / "build" / "fuzz"
FOLDERS = {"module": "tests/bytecode", "assembler": "tests/bytecode"}  # of the build; else tests/fuzz

PATTERNS = ["%a+", "(%w+)=(%w*)", "^%s*(.-)%s*$", "%b()", "%f[%w]%w+%f[%W]", "[^%d,;]*", "(a*(.)%w(%s*))", "()x()", "[]%]]-",
            "%1", "(.)%1", "[a-", "%", "(", "^$", ".-b*.?", "[%z\1-\x7f]"]
FORMATS = ["<i4", ">I2s1", "!8bhilj", "zs4", "=dfn", "<i16>I16", "Xd!4i3", "s0", "i17", "c5Bx", "!", "j" * 20, " < > = ! "]


def lua_texts():
    for folder in ("tests/lua", "tests/library", "examples/lua"):
        for path in sorted((ROOT / folder).rglob("*.lua")):
            if path.stat().st_size < 6000:
                yield path.read_bytes()


def lox_texts():
    for path in sorted((ROOT / "tests" / "lox").rglob("*.lox")):
        if path.stat().st_size < 6000:
            yield path.read_bytes()


def assembly_texts():
    for path in sorted((ROOT / "tests" / "asm").rglob("*.dvs")):
        yield path.read_bytes()


def modules(vm):
    """Assembly programs and small Lua programs as binary modules."""
    with tempfile.TemporaryDirectory(prefix="devvm-fuzz-") as folder:
        output = Path(folder) / "module"
        for path in sorted((ROOT / "tests").rglob("*")):
            command = {".dvs": "asm", ".lua": "compile"}.get(path.suffix)
            if command is None or path.stat().st_size > 3000:
                continue
            done = subprocess.run([vm, command, "-o", output, path], capture_output=True, check=False)
            if done.returncode == 0:
                yield output.read_bytes()


def with_length(texts, subject):
    """First byte: where the text ends and its subject begins."""
    for text in texts:
        data = text.encode("latin-1")
        yield bytes([len(data)]) + data + subject


def first_inputs(target, vm):
    if target == "lua_parser":
        return lua_texts()
    if target == "lox_parser":
        return lox_texts()
    if target == "assembler":
        return assembly_texts()
    if target in ("module", "load_module", "verifier"):
        return modules(vm)
    if target == "pattern":
        return with_length(PATTERNS, b"key = value, (a(b)c) THE (quick) fox aabb 12,34;x")
    return with_length(FORMATS, bytes(range(64)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/fuzzers", help="the build folder with the targets")
    parser.add_argument("--vm", default=str(ROOT / "build/release/devvm"), help="makes the first modules")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of libFuzzer (default: random)")
    parser.add_argument("target", help="lua_parser, lox_parser, load_module, verifier, pattern, unpack, module or assembler")
    options = parser.parse_args()

    program = Path(options.build).resolve() / FOLDERS.get(options.target, "tests/fuzz") / f"fuzz_{options.target}"
    if not program.exists():
        print(f"no program {program}", file=sys.stderr)
        return 2
    corpus = KEEP / "corpus" / options.target
    corpus.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="devvm-fuzz-") as folder:
        for number, data in enumerate(first_inputs(options.target, options.vm)):
            (Path(folder) / str(number)).write_bytes(data)
        command = [program, f"-max_total_time={options.seconds}", f"-seed={options.seed}", "-timeout=25", "-rss_limit_mb=2048",
                   "-max_len=8192", "-print_final_stats=1", "-close_fd_mask=1", "-detect_leaks=0",
                   f"-artifact_prefix={KEEP}/crash-{options.target}-", corpus, folder]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=folder, check=False)
    report = done.stderr.decode("utf-8", "replace")
    runs = re.search(r"number_of_executed_units: (\d+)", report)
    coverage = re.findall(r"cov: (\d+)", report)
    print(f"{options.target}: {runs.group(1) if runs else '?'} runs, coverage {coverage[-1] if coverage else '?'}, "
          + ("nothing found" if done.returncode == 0 else f"status {done.returncode}"))
    if done.returncode != 0:
        print("\n".join(report.splitlines()[-60:]))
    return 1 if done.returncode != 0 else 0


if __name__ == "__main__":
    sys.exit(main())
