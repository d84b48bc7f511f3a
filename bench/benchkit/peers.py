"""The programs that are compared: where they are, their versions, and how each runs a benchmark."""

import os
import shutil
import subprocess
import sys

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(BENCH)
BUILD = os.path.join(ROOT, "build", "bench")

C_FLAGS = ["-O2", "-std=gnu17", "-Wall", "-Wextra", "-ffp-contract=off"]
CXX_FLAGS = ["-O2", "-std=c++20", "-Wall", "-Wextra", "-ffp-contract=off"]

LIMIT_ARGS = ["--fuel", "1000000000000", "--memory-limit", "8G"]


class BenchError(Exception):
    """Something that the user has to hear about; ends the run with status 1."""


def compile_native(source, output, libraries=("-lm",)):
    """Compiles a C or C++ file unless the output is newer."""
    if os.path.exists(output) and os.path.getmtime(output) >= os.path.getmtime(source):
        return output
    cxx = source.endswith(".cpp")
    compiler = "g++" if cxx else "gcc"
    if not shutil.which(compiler):
        raise BenchError(f"{compiler} is not installed; it compiles {os.path.relpath(source)}")
    os.makedirs(os.path.dirname(output), exist_ok=True)
    command = [compiler, *(CXX_FLAGS if cxx else C_FLAGS), "-o", output, source, *libraries]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"cannot compile {os.path.relpath(source)}:\n{done.stderr.strip()}")
    return output


def first_line(command):
    """The first line that a command prints, on either output; empty if it cannot run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (done.stdout + done.stderr).strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""


class Peer:
    """One way to run benchmarks. `key` is its name in options, tables and JSON."""

    def __init__(self, key, executable, prefix=(), version_args=("--version",)):
        self.key = key
        self.executable = executable
        self.prefix = list(prefix)
        self.version_args = list(version_args)

    def missing(self):
        """Why the peer cannot run, or None."""
        return None if shutil.which(self.executable) else f"{self.executable} is not installed"

    def version(self):
        return first_line([self.executable, *self.version_args]) or "version unknown"

    def source(self, folder, name):
        return os.path.join(folder, name + ".lua")

    def prepare(self, folder, name):
        """Compiles what needs compiling and returns the command without the size."""
        return [self.executable, *self.prefix, self.source(folder, name)]


class DevVM(Peer):
    def __init__(self, key, executable, args):
        super().__init__(key, executable, ["run", *args])

    def missing(self):
        if os.access(self.executable, os.X_OK):
            return None
        return f"{os.path.relpath(self.executable)} does not exist; ./dev build makes it"


class LuaJIT(Peer):
    def source(self, folder, name):
        twin = os.path.join(folder, name + ".luajit.lua")
        return twin if os.path.exists(twin) else super().source(folder, name)


class Node(Peer):
    def source(self, folder, name):
        return os.path.join(folder, name + ".js")

    def version(self):
        return "node " + super().version()


class Native(Peer):
    def prepare(self, folder, name):
        for extension in (".c", ".cpp"):
            source = os.path.join(folder, name + extension)
            if os.path.exists(source):
                return [compile_native(source, os.path.join(BUILD, name))]
        raise BenchError(f"{name} has neither a C nor a C++ twin in {os.path.relpath(folder)}")


def all_peers(devvm, devvm_args):
    """Every peer by its key, in the order of the tables."""
    peers = [
        DevVM("devvm", devvm, devvm_args),
        DevVM("devvm-interpreter", devvm, [*devvm_args, "--jit=off"]),
        DevVM("devvm-limits", devvm, [*devvm_args, *LIMIT_ARGS]),
        DevVM("devvm-baseline", devvm, [*devvm_args, "--jit=baseline"]),
        DevVM("devvm-optimizing", devvm, [*devvm_args, "--jit=optimizing"]),
        DevVM("devvm-background", devvm, [*devvm_args, "--jit=optimizing", "--jit-background=on"]),
        *(DevVM(f"devvm-O{level}", devvm, [*devvm_args, "--jit=optimizing", f"--jit-level={level}"])
          for level in (1, 2, 3)),
        Peer("lua5.4", "lua5.4", version_args=["-v"]),
        LuaJIT("luajit", "luajit", version_args=["-v"]),
        LuaJIT("luajit-joff", "luajit", ["-joff"], version_args=["-v"]),
        Node("node", "node"),
        Native("c", "gcc"),
    ]
    return {peer.key: peer for peer in peers}


def select_peers(keys, devvm, devvm_args, required):
    """The named peers that can run. One that cannot is an error if `required`, else left out."""
    known = all_peers(devvm, devvm_args)
    chosen = []
    for key in keys:
        peer = known[key]
        problem = peer.missing()
        if problem and required:
            raise BenchError(f"{key}: {problem}")
        if problem:
            print(f"bench: without {key}: {problem}", file=sys.stderr)
        else:
            chosen.append(peer)
    if not chosen:
        raise BenchError("no peer can run")
    return chosen
