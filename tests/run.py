#!/usr/bin/env python3
"""Runs the Lua programs of tests/lua under the reference and under DevVM and compares.

Every program runs once under lua5.4 (its output is cached under build/testcache) and once
under devvm in each mode asked for; standard output, standard error and the exit status must
be the same. tests/lua/README.md describes the layout and the header comments.
"""

import argparse
import concurrent.futures
import difflib
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = [ROOT / "tests" / "lua", ROOT / "tests" / "library"]
CACHE = ROOT / "build" / "testcache"
REFERENCE = "lua5.4"
TIMEOUT = 60.0  # seconds, for one program, before any factor
DIFF_LINES = 20
CACHE_FORMAT = 3  # raise when the environment below or the normalising changes

# A mode is a way to run the same program. `timeout` multiplies the time limit.
Mode = namedtuple("Mode", "arguments timeout meaning")
MODES = {
    "default": Mode([], 1, "default options: all compilers"),
    "interpreter": Mode(["--jit=off"], 1, "the interpreter"),
    "switch": Mode(["--jit=off", "--dispatch=switch"], 2, "its portable dispatcher"),
    "baseline": Mode(["--jit=baseline"], 1, "the baseline compiler at its default thresholds"),
    "baseline-warm": Mode(["--jit=baseline", "--jit-threshold=4"], 2,
                          "everything goes through profiled slices, and is compiled soon after"),
    "baseline-at-once": Mode(["--jit=baseline", "--jit-threshold=1"], 2, "everything compiled at its first call"),
    "baseline-stress": Mode(["--jit=baseline", "--jit-threshold=1", "--gc-stress=move:20"], 20,
                            "the same while everything moves at every 20th allocation"),
    "jit-osr": Mode(["--jit=on", "--jit-threshold=1", "--jit-stress=osr:7"], 10,
                    "machine code is left and entered again at every 7th unit of work"),
    "jit-reclaim": Mode(["--jit=on", "--jit-threshold=1", "--jit-stress=reclaim:13"], 10,
                        "the same at every 13th, and machine code to which no frame returns is discarded"),
    "jit-slices": Mode(["--jit=on", "--jit-threshold=1", "--jit-stress=slices:11"], 10,
                       "functions in machine code go through profiled slices again and again"),
    "optimizing": Mode(["--jit=optimizing"], 1, "the optimizing compiler at its default thresholds"),
    "optimizing-at-once": Mode(["--jit=optimizing", "--jit-threshold=6", "--jit-optimize-at-once"], 1,
                               "functions are optimized as soon as they have baseline code, with what was seen by then"),
    "optimizing-cold": Mode(["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once"], 1,
                            "the same at the second call: almost nothing was seen"),
    "optimizing-colouring": Mode(["--jit=optimizing", "--jit-threshold=6", "--jit-optimize-at-once",
                                  "--jit-allocator=colouring"], 1, "and registers are found by graph colouring"),
    "optimizing-sse2": Mode(["--jit=optimizing", "--jit-threshold=6", "--jit-optimize-at-once", "--jit-cpu=sse2"], 1,
                            "and the code is for the oldest processors"),
    "optimizing-background": Mode(["--jit=optimizing", "--jit-threshold=6", "--jit-optimize-at-once",
                                   "--jit-background=on"], 2, "and the optimizing compiler has a thread of its own"),
    "optimizing-deopt": Mode(["--jit=optimizing", "--jit-threshold=6", "--jit-optimize-at-once",
                              "--jit-stress=deopt:7"], 10, "the same, and every 7th guard fails"),
    "baseline-refused": Mode(["--jit=baseline", "--jit-threshold=1", "--jit-refuse"], 1,
                             "the system refuses executable memory"),
    "optimizing-stress": Mode(["--jit=optimizing", "--jit-threshold=6", "--jit-optimize-at-once",
                               "--gc-stress=move:20", "--jit-stress=deopt:50"], 20,
                              "the same at every 50th, while everything moves at every 20th allocation"),
    "gc-stress": Mode(["--jit=off", "--gc-stress=move:20"], 20, "everything moves at every 20th allocation"),
    "gc-mark": Mode(["--jit=off", "--gc-stress=mark", "--gc-verify"], 20, "the old generation is marked in small slices all the time"),
    "optimizing-mark": Mode(["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once", "--gc-stress=mark"], 20,
                            "the same, with everything optimized at once"),
    "gc-stress-full": Mode(["--jit=off", "--gc-stress=move"], 60, "everything moves at every allocation (slow)"),
    "study-marksweep": Mode(["--gc=study-marksweep"], 4, "interpreted, with the collector for study that moves nothing"),
    "study-marksweep-verify": Mode(["--gc=study-marksweep", "--gc-verify"], 10, "the same, with the heap verifier"),
    "study-semispace": Mode(["--gc=study-semispace"], 4, "interpreted, with the collector for study that copies"),
    "study-semispace-stress": Mode(["--gc=study-semispace", "--gc-stress=move:50"], 30,
                                   "the same, and it copies at every 50th allocation"),
    "study-markcompact": Mode(["--gc=study-markcompact"], 4, "interpreted, with the collector for study that slides"),
    "study-markcompact-stress": Mode(["--gc=study-markcompact", "--gc-stress=move:50"], 30,
                                     "the same, and it slides at every 50th allocation"),
    "gc-verify": Mode(["--jit=off", "--gc-verify"], 10, "the heap verifier runs around collections"),
    "optimizing-verify": Mode(["--jit=optimizing", "--jit-threshold=2", "--jit-optimize-at-once", "--gc-verify",
                               "--nursery=256k"], 10, "the same, with everything optimized at once"),
    "fuel": Mode(["--jit=off", "--fuel=1000000000000"], 2, "fuel accounting on, never exhausted"),
    "memory-limit": Mode(["--jit=off", "--memory-limit=4G"], 2, "memory accounting on, never exhausted"),
}
DEFAULT_MODES = ["interpreter"]

Case = namedtuple("Case", "path name kind headers")
Result = namedtuple("Result", "stdout stderr status")

HEADER = re.compile(r"^(?:--|#)\s*([a-z-]+):\s*(.*?)\s*$")
KNOWN_HEADERS = {
    "modes", "not-modes", "stderr", "args", "options", "files", "timeout-scale", "status", "fails", "stdin",
    "slow",
}
PROGRAM_NAME = re.compile(rb"^(?:[^\s:]*/)?(?:lua5\.4|devvm|lua): ", re.M)
USAGE = re.compile(rb"^usage: \S*(?:lua5\.4|devvm lua|devvm|lua) \[options\]", re.M)


def read_headers(path):
    """The header comments: the run of comment lines at the top of the file."""
    headers = {}
    with open(path, "rb") as file:
        for number, raw in enumerate(file):
            line = raw.decode("latin-1")
            if number == 0 and line.startswith("#!"):
                continue
            if not line.startswith(("--", "#")):
                break
            match = HEADER.match(line)
            if match and match.group(1) in KNOWN_HEADERS:
                headers[match.group(1)] = match.group(2)
    return headers


def find_cases(filters):
    """Every program below the folders of programs, except helper files in folders called `modules`."""
    cases = []
    for root, path in ((root, path) for root in PROGRAMS for path in sorted(root.rglob("*"))):
        if path.suffix not in (".lua", ".sh") or "modules" in path.parts:
            continue
        name = path.relative_to(root.parent if root is not PROGRAMS[0] else root).as_posix()
        if filters and not any(f in name for f in filters):
            continue
        cases.append(Case(path, name, path.suffix[1:], read_headers(path)))
    return cases


def mode_names(text):
    """The mode names of a header value, without the reason in parentheses."""
    return re.sub(r"\(.*?\)", "", text).replace(",", " ").split()


def runs_in(case, mode):
    if "modes" in case.headers and mode not in mode_names(case.headers["modes"]):
        return False
    return mode not in mode_names(case.headers.get("not-modes", ""))


def helper_files(case):
    return [case.path.parent / name for name in case.headers.get("files", "").split()]


def environment(case, folder):
    """A small fixed environment, so that a developer's own settings cannot matter."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LANG": "C",
        "LC_ALL": "C",
        "TZ": "UTC",
        "TERM": "dumb",
        "LUA_PATH": f"./?.lua;./?/init.lua;{case.path.parent}/?.lua;{case.path.parent}/modules/?.lua",
        # Sanitizer builds report on standard error and must never change the exit status quietly.
        "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "detect_leaks=0"),
        "UBSAN_OPTIONS": os.environ.get("UBSAN_OPTIONS", "print_stacktrace=1"),
        **{name: os.environ[name] for name in ("ASAN_SYMBOLIZER_PATH", "TSAN_OPTIONS") if name in os.environ},
    }


def limit_output(data):
    return data if len(data) < 16_000_000 else data[:16_000_000] + b"\n[output cut]\n"


def run_command(command, case, timeout):
    """Runs a command in a fresh folder that holds a copy of the program and of its helpers."""
    folder = Path(tempfile.mkdtemp(prefix="devvm-test-"))
    try:
        shutil.copy(case.path, folder / case.path.name)
        for helper in helper_files(case):
            target = folder / helper.relative_to(case.path.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(helper, target)
        env = environment(case, folder)
        if case.kind == "sh":
            env["LUA"] = " ".join(command)
            del env["LUA_PATH"]
            command = ["/bin/sh", case.path.name]
        else:
            command = command + [case.path.name] + shlex.split(case.headers.get("args", ""))
        text = case.headers.get("stdin")
        process = subprocess.Popen(
            command, cwd=folder, env=env, start_new_session=True,
            stdin=subprocess.PIPE if text is not None else subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            data = text.encode().decode("unicode_escape").encode("latin-1") if text else None
            out, err = process.communicate(input=data, timeout=timeout)
            status = process.returncode
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            out, err = process.communicate()
            status = f"no end after {timeout:g} s"
        return Result(limit_output(out), limit_output(err), status)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def normalise(result, both=False):
    """Makes the program's own name the same under every program; in standard output too for
    shell scripts, which may redirect there."""
    def rename(text):
        return USAGE.sub(b"usage: lua [options]", PROGRAM_NAME.sub(b"lua: ", text))
    return Result(rename(result.stdout) if both else result.stdout, rename(result.stderr), result.status)


class Reference:
    """Runs lua5.4, or fetches what it printed the last time for the same input."""

    def __init__(self, refresh):
        self.refresh = refresh
        out = subprocess.run([REFERENCE, "-v"], capture_output=True, text=True, check=False)
        self.version = out.stdout + out.stderr

    def key(self, case):
        digest = hashlib.sha256()
        parts = [str(CACHE_FORMAT).encode(), self.version.encode(), str(case.path).encode(),
                 case.path.read_bytes()]
        parts += [helper.read_bytes() for helper in helper_files(case)]
        for part in parts:
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()

    def result(self, case, timeout):
        entry = CACHE / (self.key(case) + ".json")
        if not self.refresh and entry.exists():
            data = json.loads(entry.read_text())
            return Result(data["stdout"].encode("latin-1"), data["stderr"].encode("latin-1"),
                          data["status"])
        result = run_command([REFERENCE], case, timeout)
        if isinstance(result.status, int):
            CACHE.mkdir(parents=True, exist_ok=True)
            temporary = entry.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_text(json.dumps({
                "case": case.name, "stdout": result.stdout.decode("latin-1"),
                "stderr": result.stderr.decode("latin-1"), "status": result.status}))
            temporary.replace(entry)
        return result


def expected_result(case, reference, timeout):
    """What the program must print: its `.expected` file, or what the reference prints."""
    file = case.path.with_suffix(".expected")
    if file.exists():
        errors = case.path.with_suffix(".expected-stderr")
        return Result(file.read_bytes(), errors.read_bytes() if errors.exists() else b"",
                      int(case.headers.get("status", "0")))
    return normalise(reference.result(case, timeout), case.kind == "sh")


def vm_command(vm, extra):
    """`devvm lua ...`; a reference binary given as --vm is used as it is."""
    if re.match(r"lua[0-9.]*$", Path(vm).name):
        return [vm]
    return [vm, "lua"] + extra


def difference(expected, actual):
    """The first lines of a diff of the two results; empty when they agree."""
    lines = []
    for name, want, got in (("stdout", expected.stdout, actual.stdout),
                            ("stderr", expected.stderr, actual.stderr)):
        if want != got:
            lines += list(difflib.unified_diff(
                want.decode("latin-1").splitlines(), got.decode("latin-1").splitlines(),
                f"{name} expected", f"{name} of devvm", lineterm="", n=1))[:DIFF_LINES]
            if len(lines) == 0:
                lines.append(f"{name}: only line endings differ")
    if expected.status != actual.status:
        lines.append(f"exit status: expected {expected.status}, got {actual.status}")
    return [ascii(line)[1:-1] if not line.isprintable() and "\t" not in line else line
            for line in lines]


def run_case(case, mode, options, reference):
    """Returns (case, mode, lines of difference, seconds)."""
    scale = float(case.headers.get("timeout-scale", "1"))
    limit = options.timeout * scale
    expected = expected_result(case, reference, limit)
    extra = MODES[mode].arguments + shlex.split(case.headers.get("options", ""))
    start = time.monotonic()
    actual = normalise(run_command(vm_command(options.vm, extra), case,
                                   limit * MODES[mode].timeout), case.kind == "sh")
    return case, mode, difference(expected, actual), time.monotonic() - start


def check_reference(cases, options):
    """Runs the corpus under the reference alone, twice: no accidental error, no chance."""
    reference = Reference(True)
    lines = 0
    bad = 0

    def one(case):
        first = reference.result(case, options.timeout)
        return case, first, reference.result(case, options.timeout)

    cases = [case for case in cases if not case.path.with_suffix(".expected").exists()]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for case, first, second in pool.map(one, cases):
            lines += first.stdout.count(b"\n")
            problems = []
            if first != second:
                problems += ["two runs differ"] + difference(normalise(first), normalise(second))
            may_fail = "fails" in case.headers or "stderr" in case.headers or case.kind == "sh"
            if not may_fail and (first.status != 0 or first.stderr):
                problems += [f"status {first.status}"] + first.stderr.decode("latin-1").splitlines()[:8]
            if b"0x" in first.stdout + first.stderr and re.search(
                    rb"(table|function|thread|userdata|file \(|builtin): ?\(?0x", first.stdout):
                problems.append("prints an address")
            if problems:
                bad += 1
                print(f"SUSPECT {case.name}")
                for line in problems:
                    print("    " + line)
    print(f"{len(cases)} programs, {lines} lines of results, {bad} suspect")
    return 1 if bad else 0


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="examples:\n  tests/run.py --filter strings/\n"
               "  tests/run.py --vm build/asan/devvm --mode interpreter --mode gc-verify\n"
               "modes:\n" + "".join(f"  {n:16} {m.meaning}\n" for n, m in MODES.items()))
    parser.add_argument("--vm", default=str(ROOT / "build" / "release" / "devvm"),
                        help="the devvm program (default build/release/devvm)")
    parser.add_argument("--mode", action="append", metavar="NAME",
                        help="a mode, or `all`; may be repeated (default: interpreter)")
    parser.add_argument("--jobs", type=int, default=2, help="programs run at once (default 2)")
    parser.add_argument("--filter", action="append", default=[], metavar="TEXT",
                        help="only programs whose path contains TEXT; may be repeated")
    parser.add_argument("--timeout", type=float, default=TIMEOUT, metavar="S",
                        help=f"seconds for one program (default {TIMEOUT:g})")
    parser.add_argument("--list", action="store_true", help="name the programs and stop")
    parser.add_argument("--refresh", action="store_true", help="run the reference again")
    parser.add_argument("--slowest", type=int, default=0, metavar="N",
                        help="also name the N slowest programs")
    parser.add_argument("--quiet", action="store_true", help="name failures without their diffs")
    parser.add_argument("--check-reference", action="store_true",
                        help="run only the reference, twice, and report what looks accidental")
    return parser.parse_args()


def main():
    options = parse_arguments()
    cases = find_cases(options.filter)
    if options.list:
        for case in cases:
            print(case.name)
        return 0
    if not cases:
        print("no program matches", file=sys.stderr)
        return 2
    if options.check_reference:
        return check_reference(cases, options)
    modes = options.mode or DEFAULT_MODES
    if "all" in modes:
        modes = list(MODES)
    for mode in modes:
        if mode not in MODES:
            print(f"unknown mode '{mode}' (known: {', '.join(MODES)})", file=sys.stderr)
            return 2
    found = shutil.which(options.vm)
    if not found:
        print(f"no program at {options.vm}", file=sys.stderr)
        return 2
    options.vm = found if found == shutil.which(Path(found).name) else str(Path(found).resolve())
    reference = Reference(options.refresh)
    passed = failed = 0
    timings = []
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        pending = [pool.submit(run_case, case, mode, options, reference)
                   for mode in modes for case in cases if runs_in(case, mode)]
        for future in pending:
            case, mode, lines, seconds = future.result()
            timings.append((seconds, case.name, mode))
            if not lines:
                passed += 1
                continue
            failed += 1
            print(f"FAIL {case.name} [{mode}]", flush=True)
            for line in [] if options.quiet else lines:
                print("    " + line)
    for seconds, name, mode in sorted(timings, reverse=True)[:options.slowest]:
        print(f"{seconds:8.2f} s  {name} [{mode}]")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
