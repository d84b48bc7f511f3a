"""How long the optimizing compiler takes, for what: programs run, and each of its compilations is profiled."""

import bisect
import json
import subprocess
import tempfile

from . import peers, report

QUANTILES = [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)]
LARGE = 900         # instructions of bytecode, of the function and what it takes in: as large as the mark speaks of
MARK_MILLIS = 10    # for 1,000 of them


class Compilation:
    """Times are nanoseconds of the thread's processor time."""

    def __init__(self, program, facts):
        profile = facts["profile"]
        self.program, self.function, self.line = program, facts["name"], facts["line"]
        self.refusal, self.machine = facts.get("refusal"), facts.get("machineBytes", 0)
        self.instructions, self.nodes = profile["instructions"], profile["nodes"]
        self.nanos, self.steps = profile["nanos"], profile["steps"]

    @property
    def per_instruction(self):
        return self.nanos / max(1, self.instructions)

    def as_json(self):
        return vars(self)


def measure_program(devvm, options, program, rounds, timeout):
    """Of each compilation the fastest of some runs: the same ones come in the same order."""
    best = []
    for _ in range(rounds):
        with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
            command = [devvm, "jit", "--jit=optimizing", *options, "--json", f"--output={file.name}",
                       f"{program.folder}/{program.name}.lua"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
            if done.returncode != 0:
                raise peers.BenchError(f"{' '.join(command)}: {done.stderr.strip()}")
            facts = json.load(file)
        found = [Compilation(program.name, f) for f in facts["functions"] + facts["refused"] if f["tier"] == "optimizing"]
        if not best:
            best = found
        for old, new in zip(best, found):
            if (old.function, old.instructions) == (new.function, new.instructions) and new.nanos < old.nanos:
                old.nanos, old.steps = new.nanos, new.steps
    return best


def quantile(ordered, part):
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def distribution(compilations):
    """Microseconds an instruction."""
    ordered = sorted(c.per_instruction / 1000 for c in compilations)
    return {name: quantile(ordered, part) for name, part in QUANTILES}


def size_table(compilations):
    table = report.Table(["instructions", "compilations", "instr.", "machine", "ms", "us an instr.", *(n for n, _ in QUANTILES)])
    limits = [10, 30, 100, 300, 1000]
    groups = [[] for _ in range(len(limits) + 1)]
    for c in compilations:
        groups[bisect.bisect_left(limits, c.instructions)].append(c)
    names = ["up to 10", *(f"up to {limit:,}" for limit in limits[1:]), "more"]
    for name, group in [*zip(names, groups), ("all", compilations)]:
        if name == "all":
            table.rule()
        if not group:
            continue
        instructions, nanos = sum(c.instructions for c in group), sum(c.nanos for c in group)
        machine = sum(c.machine for c in group)
        table.add(name, len(group), instructions, machine, f"{nanos / 1e6:.1f}", f"{nanos / 1000 / max(1, instructions):.2f}",
                  *(f"{value:.1f}" for value in distribution(group).values()))
    return table.text()


def step_table(compilations):
    totals = {}
    for c in compilations:
        for step, nanos in c.steps.items():
            totals[step] = totals.get(step, 0) + nanos
    everything, instructions = sum(totals.values()), sum(c.instructions for c in compilations)
    table = report.Table(["step", "ms", "part", "us an instr."])
    for step, nanos in sorted(totals.items(), key=lambda item: -item[1]):
        table.add(step, f"{nanos / 1e6:.2f}", f"{nanos / everything:.1%}", f"{nanos / 1000 / instructions:.3f}")
    return table.text(), totals


def large_table(compilations):
    table = report.Table(["large function", "instr.", "nodes", "machine", "ms", "ms for 1,000"])
    large = [c for c in compilations if c.instructions >= LARGE]
    for c in sorted(large, key=lambda c: -c.per_instruction):
        table.add(f"{c.program}: {c.function}", c.instructions, c.nodes, c.machine, f"{c.nanos / 1e6:.2f}",
                  f"{c.per_instruction / 1000:.2f}")
    return table.text(), max((c.per_instruction / 1000 for c in large), default=0)


def run(devvm, options, suite, rounds, timeout, show):
    """The tables as text, and the same for programs."""
    every = []
    for program in suite.programs:
        show(program.name)
        every += measure_program(devvm, options, program, rounds, timeout)
    made = [c for c in every if c.refusal is None]
    if not made:
        return "nothing was optimized", {}
    steps, totals = step_table(made)
    large, slowest = large_table(made)
    text = f"{size_table(made)}\n\n{steps}\n\n{large}\n\n"
    if slowest != 0:
        verdict = "holds" if slowest < MARK_MILLIS else "does not hold"
        text += f"functions of {LARGE} instructions and more: at most {slowest:.2f} ms for 1,000; the mark of {MARK_MILLIS} ms {verdict}\n"
    refusals = {}
    for c in every:
        if c.refusal is not None:
            refusals[c.refusal] = refusals.get(c.refusal, 0) + 1
    for reason, count in sorted(refusals.items()):
        text += f"refused, {count} times: {reason}\n"
    return text.rstrip("\n"), {"distribution": distribution(made), "steps": totals, "slowest_large": slowest,
                               "refusals": refusals, "compilations": [c.as_json() for c in every]}
