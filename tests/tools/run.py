#!/usr/bin/env python3
"""Tests of the `devvm` program as a person uses it: tests/tools/run.py --vm build/release/devvm [NAME...]

NAME is a file without test_ and .py (commands, lua, prompt, limits, ...), or part of a test's name. Ends with
"N passed, N failed". --scale N multiplies all time limits (sanitizers)."""
import argparse
import os
import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--vm", required=True)
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    os.environ["DEVVM"] = str(pathlib.Path(options.vm).resolve())
    os.environ["DEVVM_TEST_SCALE"] = str(options.scale)
    for name in [n for n in os.environ if n.startswith("LUA_")]:
        del os.environ[name]
    sys.path.insert(0, str(HERE))
    loader = unittest.TestLoader()
    suite = unittest.TestSuite()
    for path in sorted(HERE.glob("test_*.py")):
        short = path.stem.removeprefix("test_")
        tests = loader.loadTestsFromName(path.stem)
        if not options.names or short in options.names:
            suite.addTests(tests)
            continue
        for group in tests:
            for test in group:
                if any(n in test.id() for n in options.names):
                    suite.addTest(test)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    if loader.errors:
        print(loader.errors[0], file=sys.stderr)
    bad = len({str(t) for t, _ in result.failures + result.errors} | {str(t) for t in result.unexpectedSuccesses}) + len(loader.errors)
    print(f"{result.testsRun - len(result.skipped) - len(result.expectedFailures) - bad} passed, {bad} failed")
    sys.exit(1 if bad or result.testsRun == 0 else 0)


if __name__ == "__main__":
    main()
