"""./dev soak: what it runs, and that it tells when something is wrong."""
import pathlib
import sys
import unittest

from support import MIB, VM, ProgramTest

SOAK = pathlib.Path(__file__).resolve().parent.parent / "soak" / "soak.py"
sys.path.insert(0, str(SOAK.parent))
import soak  # noqa: E402


class Soak(ProgramTest):
    def soak(self, vm, *arguments):
        return self.command([sys.executable, str(SOAK), "--vm", vm, "--seed", "5", *arguments], seconds=120)

    def fake(self, script):
        """A program that takes the place of the virtual machine."""
        self.write("fake", "#!/bin/sh\n" + script)
        (self.folder / "fake").chmod(0o755)
        return str(self.folder / "fake")

    def test_a_short_run_is_sound(self):
        result = self.soak(VM, "--seconds", "6", "--modes", "default,gc-mark,gc-pause-target")
        self.expect(result, 0, err="")
        lines = result.out.splitlines()
        self.assertEqual([line.split()[0] for line in lines[2:]], ["default", "gc-mark", "gc-pause-target"], result)
        for line in lines[2:]:
            self.assertTrue(line.endswith("sound"), line)
            self.assertGreater(int(line.split()[3]), 10000, "checks")

    def test_what_is_lost_fails(self):
        result = self.soak(self.fake("echo 'soak rounds=1 checks=2'; echo 'lost: a record'; exit 1\n"), "--seconds", "1",
                           "--modes", "default")
        self.expect(result, 1)
        self.assertIn("lost: a record", result.out)

    def test_an_early_end_fails(self):
        result = self.soak(self.fake("exit 0\n"), "--seconds", "1", "--modes", "default")
        self.expect(result, 1)
        self.assertIn("ended with status 0", result.out)

    def test_growing_memory_fails(self):
        def judge(first, second, most):
            return soak.growth(soak.Run("default", 48 * MIB, "", {}, [most * MIB] * 4, [first * MIB, second * MIB]))
        self.assertEqual(judge(80, 87, 100), "")
        self.assertIn("resident memory grows: 80.0 MiB in the first half, 89.0 in the second", judge(80, 89, 100))
        self.assertIn("under a limit of 48", judge(80, 80, 150))

    def test_rare_peaks_are_not_usual(self):
        self.assertEqual(soak.usual([7] * 39 + [9]), 7)
        self.assertEqual(soak.usual([7] * 30 + [9] * 10), 9)
        self.assertEqual(soak.usual([7]), 7)

    def test_unknown_mode(self):
        self.expect(self.soak(VM, "--modes", "nonsense"), 2, err="unknown mode nonsense")


if __name__ == "__main__":
    unittest.main()
