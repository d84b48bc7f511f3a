"""How fast the baseline compiler is, and how much code it makes: every function of the programs is compiled, none runs."""

import json
import statistics
import subprocess

from . import peers, report


class Figures:
    """What one program, or all of them, came to. Times are nanoseconds of the processor for all its functions."""

    def __init__(self, instructions=0, bytecode=0, machine=0, first=0, median=0, least=0, refused=0):
        self.instructions, self.bytecode, self.machine = instructions, bytecode, machine
        self.first, self.median, self.least, self.refused = first, median, least, refused

    def __add__(self, other):
        return Figures(*(a + b for a, b in zip(vars(self).values(), vars(other).values())))

    def rate(self, nanos):
        return 1000 * self.instructions / nanos

    def cells(self):
        return [self.instructions, self.bytecode, self.machine,
                f"{self.machine / self.instructions:.1f}", f"{self.machine / self.bytecode:.1f}",
                f"{self.first / 1e6:.3f}", f"{self.median / 1e6:.3f}",
                report.figure(self.rate(self.first)), report.figure(self.rate(self.median)),
                report.figure(self.rate(self.least))]

    def as_json(self):
        return {"instructions": self.instructions, "bytecode_bytes": self.bytecode,
                "machine_bytes": self.machine, "refused": self.refused,
                "nanos": {"first": self.first, "median": self.median, "least": self.least},
                "million_instructions_per_second": self.rate(self.median)}


def measure_program(devvm, options, source, rounds, timeout):
    command = [devvm, "jit", *options, "--compile-all", f"--rounds={rounds}", "--json", "--output=-",
               source]
    done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise peers.BenchError(f"{' '.join(command)}: {done.stderr.strip()}")
    facts = json.loads(done.stdout)
    totals, times = facts["totals"], facts["processorNanos"]
    return Figures(totals["instructions"], totals["bytecodeBytes"], totals["machineBytes"], times[0],
                   statistics.median(times), min(times), totals["refused"])


HEADER = ["program", "instr.", "bytecode", "machine", "per instr.", "per byte", "first ms",
          "median ms", "M/s first", "M/s median", "M/s best"]


def run(devvm, options, suite, rounds, timeout, show):
    """The table, and the figures by program with "total"."""
    figures = {}
    for program in suite.programs:
        show(program.name)
        source = f"{program.folder}/{program.name}.lua"
        figures[program.name] = measure_program(devvm, options, source, rounds, timeout)
    table = report.Table(HEADER)
    for name, row in figures.items():
        table.add(name, *row.cells())
    table.rule()
    total = sum(figures.values(), Figures())
    table.add("all", *total.cells())
    return table.text(), {**figures, "total": total}
