#!/usr/bin/env python3
"""Writes a stream of JSON records, one a line, the same for the same arguments: generate.py MEGABYTES > records.json"""
import json
import random
import sys

random.seed(1)
written, limit, i = 0, float(sys.argv[1]) * 1e6, 0
while written < limit:
    record = {"id": i, "name": f"user{i % 5000}", "city": random.choice(["Oslo", "Rome", "Lima", "Cairo", "Delhi"]),
              "score": round(random.random() * 100, 2), "tags": random.sample(["a", "b", "c", "d", "e"], 2),
              "address": {"street": f"Street {i % 97}", "zip": 10000 + i % 9000}, "active": i % 3 == 0, "note": None}
    written += sys.stdout.write(json.dumps(record) + "\n")
    i += 1
