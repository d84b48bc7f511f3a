#!/usr/bin/env python3
"""Runs the programs in Tally, and checks that docs/new-language.md quotes its code as it is: every block of C++ in the page
stands in tally.cpp, every program and output in the page is that of a run. Usage: check.py TALLY"""

import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs/new-language.md"


def main():
    tally = str(pathlib.Path(sys.argv[1]).resolve())
    wrong = []
    code = (HERE / "tally.cpp").read_text()
    if len(code.splitlines()) >= 400:
        wrong.append("tally.cpp has 400 lines or more")
    expected = {"sum.tally": 0, "mistakes.tally": 65, "wrong.tally": 70}
    page = PAGE.read_text()
    for name, status in expected.items():
        done = subprocess.run([tally, name], cwd=HERE, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != status:
            wrong.append(f"{name}: status {done.returncode}, expected {status}: {done.stderr}")
        shown = done.stdout + done.stderr
        quoted = "\n".join("    " + line for line in shown.splitlines())
        if quoted not in page:
            wrong.append(f"{name}: docs/new-language.md does not show what it prints:\n{quoted}")
        program = "\n".join("    " + line if line else "" for line in (HERE / name).read_text().splitlines())
        if program not in page:
            wrong.append(f"{name}: docs/new-language.md does not show it")
    blocks = re.findall(r"```cpp\n(.*?)```", page, re.S)
    for block in blocks:
        if block not in code:
            wrong.append("docs/new-language.md has code that is not in tally.cpp:\n" + block)
    if len(blocks) < 5:
        wrong.append("docs/new-language.md quotes little of tally.cpp")
    print("\n".join(wrong))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
