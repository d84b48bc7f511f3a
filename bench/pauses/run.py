#!/usr/bin/python3
"""Pauses of collectors with a large live heap and steady allocation: devvm, node, and Java with G1 and with ZGC.

  bench/pauses/run.py                          1 GiB live (5,500,000 records), 20 s, five runs
  bench/pauses/run.py --records 700000 --seconds 5 --runs 1 --peers devvm,node

The same program in three languages keeps a store of records and replaces them for some time; only pauses of that time count.
What a pause is, each peer's own log says: devvm --gc-log, java -Xlog:safepoint (time to the safepoint included), node --trace-gc
(steps of incremental marking included as far as they are told: their largest). In the same run a thread that only sleeps
half a millisecond at a time tells how long the machine itself keeps somebody waiting.

DevVM and the peers run one after the other, interleaved; figures are medians of the runs.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RECORDS_OF_A_GIBIBYTE = 5_500_000


class Control:
    """The longest time that a thread which only sleeps is kept waiting beyond its sleep, in a process of its own."""

    PROGRAM = """
import sys, time
longest = 0.0
sys.stdout.write("ready\\n"); sys.stdout.flush()
last = time.perf_counter()
try:
    while True:
        time.sleep(0.0005)
        now = time.perf_counter()
        longest = max(longest, now - last - 0.0005)
        last = now
except KeyboardInterrupt:
    print(longest)
"""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c", self.PROGRAM], stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()
        return self

    def __exit__(self, *unused):
        self.process.send_signal(2)
        self.longest = float(self.process.communicate()[0])


class Peer:
    def __init__(self, name, command, log):
        self.name, self.command, self.log = name, command, log  # log: where it says what (a file's text to pauses)


def devvm_pauses(text):
    for line in text.splitlines():
        r = json.loads(line)
        yield r["beginNanos"] / 1e9, r["pauseNanos"] / 1e9


def java_pauses(text):
    for m in re.finditer(r"\[([\d.]+)s\].*Total: (\d+) ns", text):
        seconds = int(m[2]) / 1e9
        yield float(m[1]) - seconds, seconds


def node_pauses(text):
    for m in re.finditer(r"\] +(\d+) ms: .*?MB, ([\d.]+) / [\d.]+ ms +(?:\(\+ [\d.]+ ms in \d+ steps since start of marking, "
                         r"biggest step ([\d.]+) ms)?", text):
        at = float(m[1]) / 1e3
        yield at - float(m[2]) / 1e3, float(m[2]) / 1e3
        if m[3]:
            yield at, float(m[3]) / 1e3


def peers(devvm, devvm_args, folder, heap_mib):
    log = os.path.join(folder, "log")
    java = ["java", f"-Xmx{heap_mib}m", "-Xms256m", f"-Xlog:safepoint:file={log}:uptime", "-cp", folder]
    return {
        "devvm": Peer("devvm", [devvm, "run", f"--gc-log={log}", *devvm_args, os.path.join(HERE, "pauses.lua")], devvm_pauses),
        "g1": Peer("java G1", [*java[:1], "-XX:+UseG1GC", *java[1:], "Pauses"], java_pauses),
        "zgc": Peer("java ZGC", [*java[:1], "-XX:+UseZGC", *java[1:], "Pauses"], java_pauses),
        "node": Peer("node", ["node", "--trace-gc", f"--max-old-space-size={heap_mib}", os.path.join(HERE, "pauses.js")],
                     node_pauses),
    }, log


def peak_mib(pid):
    try:
        with open(f"/proc/{pid}/status") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) / 1024
    except (OSError, TypeError):
        return 0.0


def run_once(peer, log, records, seconds):
    if os.path.exists(log):
        os.remove(log)
    start = time.perf_counter()
    process = subprocess.Popen([*peer.command, str(records), str(seconds)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True)
    errors = []
    reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
    reader.start()
    output, live, peak = [], None, 0.0
    with Control() as control:
        for line in process.stdout:
            if line == "live\n":
                live = time.perf_counter() - start
            output.append(line)
            if line.startswith("replaced"):
                peak = peak_mib(process.pid)
        process.wait()
    reader.join()
    if process.returncode != 0 or live is None:
        raise SystemExit(f"{peer.name} failed: {''.join(output)[-500:]}{errors[0][-500:]}")
    text = "".join(output)
    if os.path.exists(log):
        with open(log) as file:
            text = file.read()
    pauses = sorted(p for begin, p in peer.log(text) if begin >= live)
    if not pauses:
        pauses = [0.0]
    replaced = int(re.search(r"replaced (\d+)", "".join(output))[1])
    return {
        "pauses": len(pauses),
        "median": statistics.median(pauses),
        "p99": pauses[max(-(-99 * len(pauses) // 100), 1) - 1],
        "longest": pauses[-1],
        "total": sum(pauses),
        "replaced_per_second": replaced / seconds,
        "peak_mib": peak,
        "control": control.longest,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--devvm", default=os.path.join(ROOT, "build", "release", "devvm"))
    parser.add_argument("--devvm-args", default="", help="more options for `devvm run`")
    parser.add_argument("--records", type=int, default=RECORDS_OF_A_GIBIBYTE)
    parser.add_argument("--seconds", type=int, default=20, help="of replacing (default 20)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--peers", default="devvm,g1,zgc,node")
    parser.add_argument("--heap", type=int, default=4096, metavar="MIB", help="limit for the peers (default 4096)")
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["javac", "-d", folder, os.path.join(HERE, "Pauses.java")], check=True)
        known, log = peers(arguments.devvm, arguments.devvm_args.split(), folder, arguments.heap)
        chosen = arguments.peers.split(",")
        for name in chosen:
            if name not in known:
                parser.error(f"no peer named '{name}'; there are {', '.join(known)}")
        results = {name: [] for name in chosen}
        for number in range(arguments.runs):
            for name in chosen:
                if sys.stderr.isatty():
                    print(f"\r\033[Krun {number + 1} of {arguments.runs}: {name}", end="", file=sys.stderr, flush=True)
                results[name].append(run_once(known[name], log, arguments.records, arguments.seconds))
        if sys.stderr.isatty():
            print("\r\033[K", end="", file=sys.stderr)
    print(f"{arguments.records:,} records, {arguments.seconds} s, medians of {arguments.runs} runs; times in ms\n")
    print(f"{'':10}{'pauses':>8}{'median':>9}{'p99':>9}{'longest':>9}{'total':>9}{'control':>9}{'records/s':>12}{'peak MiB':>10}")
    for name in chosen:
        def figure(key, rows=results[name]):
            return statistics.median(r[key] for r in rows)
        times = "".join(f"{figure(key) * 1e3:9.2f}" for key in ("median", "p99", "longest", "total", "control"))
        print(f"{known[name].name:10}{figure('pauses'):8.0f}{times}{figure('replaced_per_second'):12,.0f}{figure('peak_mib'):10.0f}")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump({"records": arguments.records, "seconds": arguments.seconds, "results": results}, file, indent=1)


if __name__ == "__main__":
    main()
