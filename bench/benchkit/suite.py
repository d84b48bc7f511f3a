"""The table of benchmark programs, suite.json."""

import json
import os
from dataclasses import dataclass
from typing import Optional

from . import peers

SIZES = ("interp", "full")


@dataclass
class Program:
    name: str
    group: str
    sizes: dict
    unit: str
    warmup: Optional[int] = None  # rounds, of programs that mark them

    @property
    def folder(self):
        return os.path.join(peers.BENCH, "programs", self.name)


class Suite:
    def __init__(self, groups, programs):
        self.groups = groups
        self.programs = programs

    @classmethod
    def load(cls):
        with open(os.path.join(peers.BENCH, "suite.json")) as file:
            table = json.load(file)
        programs = [
            Program(entry["name"], entry["group"], {size: entry[size] for size in SIZES},
                    entry["unit"], entry.get("warmup"))
            for entry in table["programs"]]
        return cls(table["groups"], programs)

    def select(self, names):
        """The suite cut to the named programs. Raises KeyError with an unknown name."""
        known = {program.name for program in self.programs}
        for name in names:
            if name not in known:
                raise KeyError(name)
        return Suite(self.groups, [p for p in self.programs if p.name in names])

    def with_marks(self):
        """The suite cut to the programs that mark their rounds."""
        return Suite(self.groups, [p for p in self.programs if p.warmup])

    def by_group(self, names):
        """Pairs of a group and those of its programs whose name is in `names`, in order."""
        for group in self.groups:
            programs = [p for p in self.programs if p.group == group and p.name in names]
            if programs:
                yield group, programs
