#!/usr/bin/python3
"""Runs the benchmarks under devvm and its peers, interleaved, and prints ratios.

  bench/run.py                            all programs, small size, all peers
  bench/run.py --size full --only nbody,json --runs 5
  bench/run.py --peers devvm,lua5.4 --json result.json
  bench/run.py --memory                   also a table of peak memory
  bench/run.py --limits                   devvm without and with fuel and memory limits
  bench/run.py --startup                  time to start, print a line and end
  bench/run.py --micro                    nanoseconds of single operations
  bench/run.py --warmup                   time until programs are fast, from their rounds
  bench/run.py --hostile                  programs that defeat speculation, beside the baseline compiler
  bench/run.py --compile                  speed of both compilers, and size of their code
"""

import argparse
import datetime
import json
import os
import platform
import re
import shlex
import sys

sys.dont_write_bytecode = True

from benchkit import compile_speed, measure, optimizer_speed, peers, report, warmup  # noqa: E402
from benchkit.suite import SIZES, Suite  # noqa: E402

OPTIMIZER_ROUNDS = 3
DEFAULT_PEERS = ["devvm", "lua5.4", "luajit", "node", "c"]
HOSTILE_PEERS = ["devvm", "devvm-baseline", "lua5.4"]
WARMUP_PEERS = ["devvm", "luajit", "node"]
MICRO_LINE = re.compile(r"^(.+): (\d+\.\d+) ns$")
MICRO_SMALLEST_NS = 0.3


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    known = ", ".join(peers.all_peers("devvm", []))
    parser.add_argument("--size", choices=SIZES, default="interp",
                        help="interp: 1 to 2 s under lua5.4; full: at least 1 s under the slower "
                             "of C and node (default: interp)")
    parser.add_argument("--only", metavar="A,B", help="these programs only")
    parser.add_argument("--runs", type=int, metavar="N",
                        help="rounds (default: 3; 1 for --micro, 100 for --startup and --compile)")
    parser.add_argument("--peers", metavar="A,B", help=f"out of {known}; ratios are to the first")
    parser.add_argument("--devvm", metavar="FILE", default=os.path.join(
        peers.ROOT, "build", "release", "devvm"), help="the program to measure")
    parser.add_argument("--devvm-args", metavar="ARGS", default="",
                        help="more options for `devvm run`, in one quoted argument")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall",
                        help="compare elapsed time or processor time (default: wall)")
    parser.add_argument("--timeout", type=int, default=300, metavar="S",
                        help="stop a run after so many seconds (default: 300)")
    parser.add_argument("--json", metavar="FILE", help="write all figures as JSON")
    parser.add_argument("--memory", action="store_true", help="also print peak memory")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--startup", action="store_true", help="measure starting instead")
    mode.add_argument("--limits", action="store_true",
                      help="compare devvm with and without " + " ".join(peers.LIMIT_ARGS))
    mode.add_argument("--micro", action="store_true", help="measure single operations instead")
    mode.add_argument("--compile", action="store_true",
                      help="how fast the compilers are, and how much code they make")
    mode.add_argument("--warmup", action="store_true",
                      help="measure how long programs take to become fast instead")
    mode.add_argument("--hostile", action="store_true",
                      help="measure programs that defeat speculation instead")
    mode.add_argument("--list", action="store_true", help="list the programs and their sizes")
    arguments = parser.parse_args()

    suite = Suite.load()
    if arguments.only is not None:
        if arguments.startup or arguments.micro or arguments.hostile:
            parser.error("--only chooses programs of the suite")
        try:
            suite = suite.select(arguments.only.split(","))
        except KeyError as error:
            parser.error(f"no program named {error}; --list shows them")
    if arguments.warmup:
        suite = suite.with_marks()
        if not suite.programs:
            parser.error("none of these programs marks its rounds; \"warmup\" in suite.json says which do")
    if arguments.runs is not None and arguments.runs < 1:
        parser.error("--runs must be at least 1")
    if arguments.timeout < 1:
        parser.error("--timeout must be at least 1")
    arguments.keys = choose_keys(parser, arguments, known.split(", "))
    arguments.devvm_args = shlex.split(arguments.devvm_args)
    return arguments, suite


def choose_keys(parser, arguments, known):
    if arguments.compile:
        if arguments.peers:
            parser.error("--compile measures devvm; leave out --peers")
        return ["devvm"]
    if arguments.limits:
        if arguments.peers:
            parser.error("--limits compares devvm with itself; leave out --peers")
        return ["devvm", "devvm-limits"]
    if arguments.peers:
        keys = arguments.peers.split(",")
        for key in keys:
            if key not in known:
                parser.error(f"no peer named '{key}'; there are {', '.join(known)}")
            if key in ("c", "node") and arguments.hostile:
                parser.error("the hostile programs are Lua programs")
            if key == "c" and arguments.warmup:
                parser.error("C programs are fast from the start and mark no rounds")
        return list(dict.fromkeys(keys))
    if arguments.hostile:
        return HOSTILE_PEERS
    return WARMUP_PEERS if arguments.warmup else DEFAULT_PEERS


# Header ---------------------------------------------------------------------------------------


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.machine()


def describe(chosen, arguments, rounds):
    """What the figures depend on, for the header and the JSON."""
    return {
        "date": datetime.datetime.now().astimezone().isoformat(timespec="seconds"),
        "command": shlex.join(["bench/run.py", *sys.argv[1:]]),
        "processor": processor(),
        "cores": os.cpu_count(),
        "kernel": f"{platform.system()} {platform.release()}",
        "load": os.getloadavg()[0],
        "size": arguments.size,
        "rounds": rounds,
        "clock": arguments.clock,
        "versions": {peer.key: peer.version() for peer in chosen},
    }


def print_header(facts):
    print(facts["command"])
    print(f"{facts['date']}; {facts['processor']}, {facts['cores']} cores, {facts['kernel']}, "
          f"load {facts['load']:.1f}")
    for key, version in facts["versions"].items():
        print(f"  {key:<12} {version}")
    print()


class Progress:
    """One line on standard error that is overwritten, if that is a terminal."""

    def __init__(self):
        self.terminal = sys.stderr.isatty()

    def show(self, text):
        if self.terminal:
            print("\r\033[K" + text, end="", file=sys.stderr, flush=True)

    def clear(self):
        self.show("")


# Modes ----------------------------------------------------------------------------------------


def compare_outputs(name, row, problems):
    """Fails results whose output differs from lua5.4's, or from most where that did not run."""
    outputs = [result.output for result in row.values() if result]
    if outputs:
        reference = row.get("lua5.4")
        right = reference.output if reference else max(outputs, key=outputs.count)
    for key, result in row.items():
        if result and result.output != right:
            result.failure = measure.Failure(
                "wrong", f"prints {result.output.strip()!r}, others {right.strip()!r}")
    for key, result in row.items():
        if result.failure:
            problems.append(f"{name} under {key}: {result.failure}")


def run_suite(launcher, suite, chosen, arguments, rounds, problems):
    """Results by program and peer; after an interrupt, of the programs that were finished."""
    progress = Progress()
    results = {}
    count = len(suite.programs)
    for place, program in enumerate(suite.programs, 1):
        size = str(program.sizes[arguments.size])
        commands = {}
        for peer in chosen:
            commands[peer.key] = [*peer.prepare(program.folder, program.name), size]
        try:
            results[program.name] = measure.run_interleaved(
                launcher, commands, rounds,
                lambda number, key: progress.show(
                    f"{place}/{count} {program.name}, round {number + 1} of {rounds}: {key}"))
        except KeyboardInterrupt:
            problems.append(f"interrupted in {program.name}; the tables show what was done")
            break
        compare_outputs(program.name, results[program.name], problems)
    progress.clear()
    return results


def suite_mode(launcher, suite, chosen, arguments, problems):
    rounds = arguments.runs or 3
    facts = describe(chosen, arguments, rounds)
    print_header(facts)
    keys = [peer.key for peer in chosen]
    results = run_suite(launcher, suite, chosen, arguments, rounds, problems)
    if not results:
        return {"facts": facts, "programs": {}}
    ratio = measure.Ratio(arguments.clock)
    clock = "elapsed" if arguments.clock == "wall" else "processor"
    means = {}
    if arguments.limits and len(keys) == 2:
        text, means["limits"] = report.limits_table(suite, results, *keys, ratio)
        print(f"size {arguments.size}, {rounds} rounds, {clock} time\n\n{text}")
    else:
        print(f"seconds of {clock} time, size {arguments.size}: least / median ±spread of "
              f"{rounds} rounds\n")
        print(report.times_table(suite, results, keys, arguments.clock))
        if len(keys) > 1:
            text, means["speed"] = report.ratio_table(suite, results, keys[0], keys, ratio)
            print("\n" + text)
    if arguments.memory:
        text, means["memory"] = report.memory_table(suite, results, keys[0], keys)
        print("\n" + text)
    return {
        "facts": facts,
        "programs": {
            program.name: {
                "group": program.group,
                "size": program.sizes[arguments.size],
                "output": next((r.output.strip() for r in results[program.name].values() if r),
                               None),
                "peers": {key: r.as_json() for key, r in results[program.name].items()},
            } for program in suite.programs if program.name in results},
        "geometric_means": means,
    }


def startup_mode(launcher, chosen, arguments, problems):
    rounds = arguments.runs or 100
    facts = describe(chosen, arguments, rounds)
    print_header(facts)
    folder = os.path.join(peers.BENCH, "startup")
    progress = Progress()
    commands = {peer.key: peer.prepare(folder, "hello") for peer in chosen}
    results = measure.run_interleaved(
        launcher, commands, rounds,
        lambda number, key: progress.show(f"round {number + 1} of {rounds}"))
    progress.clear()
    compare_outputs("hello", results, problems)
    base = chosen[0].key
    table = report.Table(["start, ms", "least", "median", f"{base}/peer least", "median", "MiB"])
    for key, result in results.items():
        if not result:
            table.add(key, report.failure_cell(result), "", "", "", "")
            continue
        time = result.time(arguments.clock)
        cells = ["-", "-"]
        if results[base]:
            ours = results[base].time(arguments.clock)
            cells = [report.figure(ours.low / time.low), report.figure(ours.median / time.median)]
        table.add(key, f"{time.low * 1e3:.2f}", f"{time.median * 1e3:.2f}", *cells,
                  f"{result.memory().median:.1f}")
    print(f"{rounds} rounds\n\n" + table.text())
    return {"facts": facts, "startup": {key: r.as_json() for key, r in results.items()}}


def compile_mode(suite, chosen, arguments):
    rounds = arguments.runs or 100
    facts = describe(chosen, arguments, rounds)
    print_header(facts)
    progress = Progress()
    text, figures = compile_speed.run(arguments.devvm, arguments.devvm_args, suite, rounds,
                                      arguments.timeout, progress.show)
    progress.clear()
    print("Baseline compiler, every function\n"
          f"{rounds} compilations of each program; processor time; M/s: million instructions a second\n\n{text}\n")
    rounds = min(rounds, OPTIMIZER_ROUNDS)
    text, optimizer = optimizer_speed.run(arguments.devvm, arguments.devvm_args, suite, rounds,
                                          arguments.timeout, progress.show)
    progress.clear()
    print("Optimizing compiler, every function that it takes in a run of the program\n"
          f"least of {rounds} runs; processor time; instructions with those of functions that were taken in\n\n{text}")
    return {"facts": facts, "compile": {name: row.as_json() for name, row in figures.items()},
            "optimizer": optimizer}


def warmup_mode(suite, chosen, arguments, problems):
    rounds = arguments.runs or 3
    facts = describe(chosen, arguments, rounds)
    print_header(facts)
    progress = Progress()
    results = {}
    for program in suite.programs:
        results[program.name] = warmup.run(program, chosen, rounds, arguments.timeout, progress.show)
        compare_outputs(program.name, results[program.name], problems)
    progress.clear()
    text, means = warmup.table(suite, results, [peer.key for peer in chosen])
    print(f"medians of {rounds} processes, in ms: warm, from the start until {warmup.WARM:.0%} of the steady speed;\n"
          f"lost, of that time, against rounds at steady speed; and a round at steady speed\n\n{text}")
    return {"facts": facts, "geometric_means": means,
            "warmup": {name: {key: r.as_json() for key, r in row.items()} for name, row in results.items()}}


def hostile_mode(launcher, chosen, arguments, problems):
    rounds = arguments.runs or 3
    facts = describe(chosen, arguments, rounds)
    print_header(facts)
    folder = os.path.join(peers.BENCH, "hostile")
    progress = Progress()
    results = {}
    for name in sorted(file[:-4] for file in os.listdir(folder) if file.endswith(".lua")):
        commands = {peer.key: peer.prepare(folder, name) for peer in chosen}
        results[name] = measure.run_interleaved(
            launcher, commands, rounds,
            lambda number, key, name=name: progress.show(f"{name}, round {number + 1} of {rounds}: {key}"))
        compare_outputs(name, results[name], problems)
    progress.clear()
    text, means = report.hostile_table(results, [peer.key for peer in chosen], measure.Ratio(arguments.clock))
    clock = "elapsed" if arguments.clock == "wall" else "processor"
    print(f"seconds of {clock} time: least / median ±spread of {rounds} rounds\n\n{text}")
    return {"facts": facts, "geometric_means": means,
            "hostile": {name: {key: r.as_json() for key, r in row.items()} for name, row in results.items()}}


def micro_mode(launcher, chosen, arguments, problems):
    rounds = arguments.runs or 1
    chosen = [peer for peer in chosen if not isinstance(peer, (peers.Node, peers.Native))]
    if not chosen:
        raise peers.BenchError("the micro-benchmarks are Lua programs; no chosen peer runs Lua")
    facts = describe(chosen, arguments, rounds)
    print_header(facts)
    folder = os.path.join(peers.BENCH, "micro")
    names = sorted(name[:-4] for name in os.listdir(folder)
                   if name.endswith(".lua") and name != "timing.lua")
    progress = Progress()
    figures = {}  # by program, operation and peer
    for name in names:
        operations = figures.setdefault(name, {})
        for number in range(rounds):
            for peer in chosen:
                progress.show(f"{name}, round {number + 1} of {rounds}: {peer.key}")
                try:
                    _, output = launcher.run(peer.prepare(folder, name))
                except measure.Failure as failure:
                    problems.append(f"{name} under {peer.key}: {failure}")
                    continue
                for line in output.splitlines():
                    match = MICRO_LINE.match(line)
                    if match:
                        row = operations.setdefault(match[1], {})
                        value = float(match[2])
                        row[peer.key] = min(value, row.get(peer.key, value))
    progress.clear()
    keys = [peer.key for peer in chosen]
    base, others = keys[0], keys[1:]
    table = report.Table(["ns per operation", *keys, *[f"{key}/{base}" for key in others]])
    for operations in figures.values():
        for operation, row in operations.items():
            cells = [f"{row[key]:.1f}" if key in row else "-" for key in keys]
            for key in others:
                pair = row.get(key, 0), row.get(base, 0)
                cells.append(report.figure(pair[0] / pair[1])
                             if min(pair) >= MICRO_SMALLEST_NS else "-")
            table.add(operation, *cells)
        table.rule()
    print(table.text())
    return {"facts": facts, "micro": figures}


def main():
    arguments, suite = parse_arguments()
    if arguments.list:
        table = report.Table(["program", "group", "interp", "full", ""])
        for program in suite.programs:
            table.add(program.name, program.group, *program.sizes.values(), program.unit)
        print(table.text())
        return 0
    problems = []
    try:
        chosen = peers.select_peers(arguments.keys, arguments.devvm, arguments.devvm_args,
                                    required=bool(arguments.peers) or arguments.limits)
        launcher = measure.Launcher(arguments.timeout)
        if arguments.compile:
            record = compile_mode(suite, chosen, arguments)
        elif arguments.warmup:
            record = warmup_mode(suite, chosen, arguments, problems)
        elif arguments.hostile:
            record = hostile_mode(launcher, chosen, arguments, problems)
        elif arguments.startup:
            record = startup_mode(launcher, chosen, arguments, problems)
        elif arguments.micro:
            record = micro_mode(launcher, chosen, arguments, problems)
        else:
            record = suite_mode(launcher, suite, chosen, arguments, problems)
        if arguments.json:
            try:
                with open(arguments.json, "w") as file:
                    json.dump(record, file, indent=1)
                    file.write("\n")
            except OSError as error:
                message = f"cannot write {arguments.json}: {error.strerror}"
                raise peers.BenchError(message) from error
    except peers.BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    for problem in problems:
        print(f"bench: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
