"""check_report.py COSIM RUN: totals equal the sums of their parts; both reports have the same counts."""

import json
import sys

reports = [json.load(open(path)) for path in sys.argv[1:3]]
for report in reports:
    for parts, totals in (("engines", "engine_totals"), ("memories", "memory_totals"), ("nodes", "node_totals")):
        for key, total in report[totals].items():
            assert sum(part[key] for part in report[parts]) == total, (parts, key)
    for engine in report["engines"]:
        states = sum(engine[f"{state}_cycles"] for state in ("busy", "starved", "blocked"))
        assert states == engine["total_cycles"], engine["name"]
for key in ("engines", "engine_totals", "nodes", "node_totals", "memories", "memory_totals", "accuracy", "time"):
    assert reports[0][key] == reports[1][key], key
