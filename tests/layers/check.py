#!/usr/bin/env python3
"""Checks the order of layers and the length of files.

- A file of src/ includes only its own folder and folders that its library links (target_link_libraries in the folder's
  CMakeLists.txt, and what those link in turn); src/events/ is open to all folders above it, as emitting is all in headers.
- A folder's library links only folders above it in DEVVM_LAYERS of the main CMakeLists.txt (docs/map.md).
- src/base and src/heap stand on the C++ library alone; only src/tools and src/embed know the public interface.
- No source file has more than 800 lines, unless its first comment says "longer than 800 lines because ...".

Before it judges the tree it judges small trees that break each rule, so that a silent check cannot pass.
"""

import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT = 800
REASON = "longer than 800 lines because"
SOURCES = {".cpp", ".h", ".inc", ".def", ".hpp", ".c"}
LENGTHY = SOURCES | {".py", ".sh", ".cmake"}
OPEN_TO_HIGHER = "src/events"  # header-only for those who emit
PUBLIC_USERS = {"src/tools", "src/embed"}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"')


def layers_of(root):
    """The folders of src/ from low to high."""
    text = (root / "CMakeLists.txt").read_text()
    return re.search(r"set\(DEVVM_LAYERS ([^)]*)\)", text).group(1).split()


def links_of(root, layers):
    """For each layer the layers that its target links directly."""
    targets, linked = {}, {}
    for layer in layers:
        file = root / layer / "CMakeLists.txt"
        text = file.read_text() if file.exists() else ""
        defined = re.findall(r"add_(?:library|executable)\((\w+)", text)
        if defined:
            targets[defined[0]] = layer
        linked[layer] = [name for group in re.findall(r"target_link_libraries\(\w+ ([^)]*)\)", text)
                         for name in group.split()]
    return {layer: {targets[name] for name in names if name in targets} for layer, names in linked.items()}


def closure(layer, links):
    """The layer and everything that it reaches through links."""
    found, todo = set(), [layer]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += links[one]
    return found


def layer_of(path, layers):
    """The deepest layer that holds a path relative to the root."""
    inside = [layer for layer in layers if path == layer or path.startswith(layer + "/")]
    return max(inside, key=len, default=None)


def include_problems(root, layers, links):
    problems = []
    for layer in layers:
        for lower in links[layer]:
            if layers.index(lower) > layers.index(layer):
                problems.append(f"{layer}/CMakeLists.txt: links {lower}, which is a higher layer")
    for file in sorted((root / "src").rglob("*")):
        if file.suffix not in SOURCES:
            continue
        path = file.relative_to(root).as_posix()
        layer = layer_of(path, layers)
        if layer is None:
            problems.append(f"{path}: its folder is not in DEVVM_LAYERS")
            continue
        allowed = closure(layer, links)
        if layers.index(layer) > layers.index(OPEN_TO_HIGHER):
            allowed.add(OPEN_TO_HIGHER)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = INCLUDE.match(line)
            if not found:
                continue
            name = found.group(1)
            if (root / "src" / name).exists():
                target = layer_of("src/" + name, layers)
            elif (file.parent / name).exists():
                target = layer
            elif name.startswith("devvm/"):
                if layer not in PUBLIC_USERS:
                    problems.append(f"{path}:{number}: {layer} must not know the public interface ({name})")
                continue
            else:
                problems.append(f"{path}:{number}: no file {name}")
                continue
            if target not in allowed:
                problems.append(f"{path}:{number}: {layer} must not include {name}")
    return problems


def first_comment(lines):
    """The text of the comment at the top of a file (of a Python file its documentation string too)."""
    head = []
    for line in lines[:40]:
        if head and not line.strip():
            break
        head.append(line.strip("/#* \""))
    return " ".join(head).lower()


def length_problems(root):
    problems = []
    for top in ("src", "include", "tests", "tools", "bench", "cmake", "examples"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in LENGTHY or not file.is_file():
                continue
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
            if len(lines) > LIMIT and REASON not in first_comment(lines):
                problems.append(f"{file.relative_to(root)}: {len(lines)} lines, and its first comment gives no reason")
    return problems


def problems_of(root):
    layers = layers_of(root)
    return include_problems(root, layers, links_of(root, layers)) + length_problems(root)


def self_test():
    """Trees of three layers, one broken in each way; returns what the check fails to see or sees wrongly."""
    good = {
        "CMakeLists.txt": "set(DEVVM_LAYERS src/base src/events src/heap src/tools)\n",
        "src/base/CMakeLists.txt": "add_library(a_base x.cpp)\n", "src/base/x.h": "",
        "src/events/CMakeLists.txt": "add_library(a_events x.cpp)\n", "src/events/e.h": "",
        "src/heap/CMakeLists.txt": "add_library(a_heap x.cpp)\ntarget_link_libraries(a_heap PUBLIC a_base)\n",
        "src/heap/h.h": '#include "base/x.h"\n#include "events/e.h"\n#include "heap/i.h"\n', "src/heap/i.h": "",
        "src/tools/CMakeLists.txt": "add_executable(tool m.cpp)\ntarget_link_libraries(tool PRIVATE a_heap edit)\n",
        "src/tools/m.cpp": '#include "devvm/devvm.h"\n#include "base/x.h"\n#include "heap/h.h"\n',
    }
    long_file = "// A table.\n" + "int x;\n" * LIMIT
    cases = [
        ("nothing wrong", {}, None),
        ("upward include", {"src/base/x.h": '#include "heap/h.h"\n'}, "src/base/x.h:1"),
        ("include of what is not linked", {"src/events/e.h": '#include "base/x.h"\n'}, "src/events/e.h:1"),
        ("events below", {"src/base/x.h": '#include "events/e.h"\n'}, "src/base/x.h:1"),
        ("public interface below", {"src/heap/i.h": '# include "devvm/devvm.h"\n'}, "src/heap/i.h:1"),
        ("missing file", {"src/heap/i.h": '#include "heap/gone.h"\n'}, "src/heap/i.h:1"),
        ("upward link", {"src/base/CMakeLists.txt": "add_library(a_base x)\ntarget_link_libraries(a_base PUBLIC a_heap)\n"},
         "src/base/CMakeLists.txt"),
        ("unknown folder", {"src/new/x.h": ""}, "src/new/x.h"),
        ("long file", {"src/heap/i.h": long_file}, "src/heap/i.h"),
        ("long file with a reason", {"src/heap/i.h": long_file.replace("A table.", "A table; longer than 800 lines because it is.")},
         None),
    ]
    wrong = []
    for name, changes, expected in cases:
        with tempfile.TemporaryDirectory(prefix="devvm-layers-") as folder:
            root = Path(folder)
            for path, text in {**good, **changes}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text)
            found = problems_of(root)
        if expected is None and found or expected is not None and [expected] != [f[:len(expected)] for f in found]:
            wrong.append(f"self-test '{name}': expected {expected}, found {found}")
    return wrong, len(cases)


def main():
    wrong, cases = self_test()
    found = problems_of(ROOT)
    for line in wrong + found:
        print(line)
    print(f"{cases - len(wrong) + (not found)} passed, {len(wrong) + bool(found)} failed")
    return 1 if wrong or found else 0


if __name__ == "__main__":
    sys.exit(main())
