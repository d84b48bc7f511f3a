"""Running commands, many times and interleaved, and the statistics of what they cost."""

import os
import statistics
import subprocess
import tempfile
from dataclasses import asdict, dataclass
from typing import Optional

from . import peers


@dataclass
class Run:
    """What one execution cost: seconds, and the peak of resident memory in MiB."""

    wall: float
    cpu: float
    memory: float


class Failure(Exception):
    """A benchmark that ended wrongly, with what to show in the table and what to tell."""

    def __init__(self, label, message):
        super().__init__(message)
        self.label = label


class Launcher:
    """Starts commands through the small program measure.c."""

    def __init__(self, timeout):
        source = os.path.join(peers.BENCH, "benchkit", "measure.c")
        self.program = peers.compile_native(source, os.path.join(peers.BUILD, "measure"))
        self.timeout = timeout
        self.folder = tempfile.TemporaryDirectory(prefix="devvm-bench-")

    def run(self, command):
        """Runs the command; returns its Run and its standard output."""
        output = os.path.join(self.folder.name, "out")
        done = subprocess.run(
            [self.program, output, str(self.timeout), *command],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=True)
        wall, user, system, memory, status, timed_out = map(int, done.stdout.split())
        if timed_out:
            raise Failure("timeout", f"still running after {self.timeout} s")
        if status != 0:
            with open(output + ".err", errors="replace") as file:
                lines = file.read().strip().splitlines()
            reason = f": {lines[0][:300]}" if lines else ""
            raise Failure("failed", f"exit status {status}{reason}")
        with open(output, errors="replace") as file:
            text = file.read()
        return Run(wall / 1e9, (user + system) / 1e6, memory / 1024), text


@dataclass
class Summary:
    """Minimum, median and maximum of a list of figures.

    `spread` is half the distance between the extremes, relative to the median; None for a single
    figure.
    """

    low: float
    median: float
    high: float
    spread: Optional[float]

    @classmethod
    def of(cls, figures):
        low, median, high = min(figures), statistics.median(figures), max(figures)
        spread = (high - low) / 2 / median if len(figures) > 1 and median else None
        return cls(low, median, high, spread)


class Result:
    """All runs of one benchmark under one peer, or the failure that ended them."""

    def __init__(self):
        self.runs = []
        self.output = None
        self.failure = None

    def __bool__(self):
        return self.failure is None and bool(self.runs)

    def times(self, clock):
        return [getattr(run, clock) for run in self.runs]

    def time(self, clock):
        return Summary.of(self.times(clock))

    def memory(self):
        return Summary.of([run.memory for run in self.runs])

    def as_json(self):
        if self.failure:
            return {"failure": self.failure.label, "message": str(self.failure)}
        return {
            "runs": [asdict(run) for run in self.runs],
            "wall": asdict(self.time("wall")),
            "cpu": asdict(self.time("cpu")),
            "memory_mib": asdict(self.memory()),
        }


class Ratio:
    """How many times as fast one result is as another, by the chosen clock."""

    def __init__(self, clock):
        self.clock = clock

    def __call__(self, result, base):
        """The ratio of the minima, and its relative spread.

        The spread comes from the ratios within each round, whose runs were close in time.
        """
        value = result.time(self.clock).low / base.time(self.clock).low
        rounds = [a / b for a, b in zip(result.times(self.clock), base.times(self.clock))]
        return value, Summary.of(rounds).spread


def run_interleaved(launcher, commands, rounds, progress=lambda round_number, key: None):
    """Runs commands (a dictionary by key) round after round; returns a Result for each key.

    Each round starts with another command, so that none always follows the same neighbour. After
    a failure the command is not run again.
    """
    results = {key: Result() for key in commands}
    keys = list(commands)
    for number in range(rounds):
        shift = number % len(keys)
        for key in keys[shift:] + keys[:shift]:
            result = results[key]
            if result.failure:
                continue
            progress(number, key)
            try:
                run, output = launcher.run(commands[key])
                if result.output is not None and result.output != output:
                    raise Failure("varies", "the output differs between two runs")
            except Failure as failure:
                result.failure = failure
            else:
                result.output = output
                result.runs.append(run)
    return results
