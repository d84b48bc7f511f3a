"""What the tests of the program share."""
import os
import pathlib
import resource
import shutil
import subprocess
import tempfile
import unittest

VM = os.environ["DEVVM"]
SCALE = float(os.environ.get("DEVVM_TEST_SCALE", "1"))
LUA = shutil.which("lua5.4")
MIB = 1 << 20


class Result:
    def __init__(self, status, out, err, seconds=0.0, peak=0):
        self.status, self.out, self.err, self.seconds, self.peak = status, out, err, seconds, peak

    def __repr__(self):
        return f"status {self.status}, {self.seconds:.2f} s\n--- out\n{self.out[-2000:]}\n--- err\n{self.err[-2000:]}"


class ProgramTest(unittest.TestCase):
    """Runs commands in a fresh folder each."""

    maxDiff = 4000

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="devvm-tools-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    def read(self, name):
        return (self.folder / name).read_bytes()

    def names(self):
        return sorted(str(p.relative_to(self.folder)) for p in self.folder.rglob("*"))

    def command(self, arguments, stdin="", env=None, executable=None, seconds=20, stdout=subprocess.PIPE):
        """Runs a command; its own peak memory is in `peak` (bytes)."""
        environment = dict(os.environ, HOME=str(self.folder), TERM="dumb")
        environment.update(env or {})
        data = stdin if isinstance(stdin, bytes) else stdin.encode()
        before = os.times()
        process = subprocess.Popen(arguments, executable=executable, stdin=subprocess.PIPE, stdout=stdout,
                                   stderr=subprocess.PIPE, cwd=self.folder, env=environment)
        try:
            out, err = process.communicate(data, timeout=seconds * SCALE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.fail(f"still running after {seconds * SCALE:.0f} s: {arguments}")
        after = os.times()
        return Result(process.returncode, (out or b"").decode(errors="surrogateescape"),
                      err.decode(errors="surrogateescape"), after.elapsed - before.elapsed)

    def devvm(self, *arguments, **more):
        return self.command([VM, *arguments], **more)

    def program(self, text, *options, **more):
        """Runs a Lua text under `devvm run` with options."""
        return self.devvm("run", *options, self.write("program.lua", text), **more)

    def expect(self, result, status, out=None, err=None):
        """Exact output; `err` is what standard error must contain ("" for nothing at all)."""
        self.assertEqual(result.status, status, result)
        if out is not None:
            self.assertEqual(result.out, out, result)
        if err == "":
            self.assertEqual(result.err, "", result)
        elif err is not None:
            self.assertIn(err, result.err, result)


def memory_of_children():
    """Peak resident bytes of any child so far."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
