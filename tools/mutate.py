#!/usr/bin/python3
"""Mutants of the RTL against lock-step: how many small faults does a run of model and RTL see?

    tools/mutate.py [--mutants 1500] [--seed 1] [--of em_requant.sv ...] [-o build/mutants/report.tsv]

Draws mutants over every file of rtl/, builds them by hundreds into one model, and runs each in
lock-step on random networks and frames of DESIGN until one run ends in a difference (killed) or none
does (alive). A kill is in its first visible cycle when an oracle that knows no model, which compares
the mutant with the true RTL, first sees it in the same cycle. Mutants that tests/mutants/equivalents
lists change nothing that can be seen, for the reason that stands there. The report has a line a
mutant; what it has already is not run again, so an interrupted run goes on where it was. Exit status:
0 done, 1 a model does not match or fewer than --least percent are killed, 2 bad usage.
"""

import argparse
import os
import random
import re
import subprocess
import sys
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from emamba_tools import command_line, mutants
from emamba_tools.mutants import Mutant

ROOT = Path(__file__).resolve().parents[1]
EQUIVALENTS = ROOT / "tests" / "mutants" / "equivalents.txt"
FATES = ("killed", "killed late", "killed while loading", "equivalent", "alive")


def run(command: list[str], number: int, seconds: int) -> tuple[int, str]:
    """Exit status (124 after so many seconds) and output with mutant `number` chosen."""
    settings = {"EMAMBA_RTL_OPT": "-O0", "EMAMBA_RTL_VERILATE": "-O0", "EMAMBA_MUTANT": str(number)}
    try:
        done = subprocess.run(command, cwd=ROOT, env=os.environ | settings, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return 124, ""
    return done.returncode, done.stdout + done.stderr


class Bench:
    """Cases of a design, and the RTL with a chunk of mutants."""

    def __init__(self, folder: Path, design: str, seeds: list[int], copy: Path):
        self.copy = copy
        self.cases = []
        for seed in seeds:
            case = folder / f"case{seed}"
            case.mkdir(parents=True, exist_ok=True)
            if run(["build/tests/random_case", str(seed), str(case), design], 0, 60)[0] != 0:
                raise ValueError(f"{design}: no random network for it")
            stalls = ["--stall-in", "0.2", "--stall-out", "0.3"] if seed % 2 else []
            self.cases.append([str(case / "design.yaml"), "-n", str(case / "network.safetensors"), "-i", str(case / "frames.safetensors"),
                               "-q", "--frames", "3", "--seed", str(seed), *stalls, "--rtl", str(copy)])  # fmt: skip

    def cosim(self, case: list[str], number: int, seconds: int = 60) -> tuple[int, str]:
        return run(["build/emamba", "cosim", *case, "--no-bundle"], number, seconds)

    def fate(self, number: int) -> tuple[str, int]:
        """Of a mutant: one of FATES, and the cycle of the kill (-1 without one)."""
        for case in self.cases:
            status, text = self.cosim(case, number)
            if status == 0:
                continue
            found = re.search(r"first divergence: cycle (\d+)", text)
            if not found:
                return "killed while loading" if status != 124 else "killed late", -1
            _, seen = run(["build/tests/first_difference", *case], number, 60)
            first = re.search(r"first difference: cycle (\d+)", seen)
            late = first is not None and int(first[1]) < int(found[1])  # the oracle reads no counters
            return "killed late" if late else "killed", int(found[1])
        return "alive", -1


def draw(everything: list[Mutant], count: int, seed: int) -> list[Mutant]:
    """As many of every file as its share, at least one."""
    generator = random.Random(seed)
    files = defaultdict(list)
    for one in everything:
        files[one.file].append(one)
    drawn = []
    for found in files.values():
        share = max(1, round(count * len(found) / len(everything)))
        drawn += generator.sample(found, min(share, len(found)))
    generator.shuffle(drawn)
    return drawn


def equivalents() -> dict[str, str]:
    """Key of a mutant, and the reason why nothing can see it."""
    reasons, reason = {}, ""
    for line in EQUIVALENTS.read_text().splitlines():
        if line.startswith("#"):
            reason = line[1:].strip()
        elif line.strip():
            reasons[line.strip()] = reason
    return reasons


def read_report(path: Path) -> dict[str, tuple[str, int]]:
    if not path.exists():
        return {}
    rows = [line.split("\t") for line in path.read_text().splitlines()]
    return {row[2]: (row[0], int(row[1])) for row in rows if len(row) == 3}


def table(title: str, rows: dict[str, Counter]) -> list[str]:
    """Killed of those that could be."""
    lines = [f"{title:24} mutants  killed  in its cycle  loading  equivalent  alive  percent"]
    for name, fates in sorted(rows.items()):
        killed = fates["killed"] + fates["killed late"] + fates["killed while loading"]
        able = sum(fates.values()) - fates["equivalent"]
        lines.append(f"{name:24} {sum(fates.values()):7} {killed:7} {fates['killed']:13} {fates['killed while loading']:8} "
                     f"{fates['equivalent']:11} {fates['alive']:6} {100 * killed / max(able, 1):8.1f}")  # fmt: skip
    return lines


def tell(results: list[tuple[Mutant, str]]) -> float:
    """Prints the tables and the survivors; returns the percentage killed."""
    by_file, by_class, total = defaultdict(Counter), defaultdict(Counter), Counter()
    for one, fate in results:
        by_file[one.file][fate] += 1
        by_class[one.what][fate] += 1
        total[fate] += 1
    print("\n".join([*table("file", by_file), "", *table("class", by_class), "", *table("", {"all": total})]))
    for one, fate in sorted(results, key=lambda result: (result[0].file, result[0].line)):
        if fate == "alive":
            print(f"alive: {one.file}:{one.line}: {one.what}: {one.old}  ->  {one.new}")
    killed = len(results) - total["alive"] - total["equivalent"]
    return 100 * killed / max(len(results) - total["equivalent"], 1)


def work(options: argparse.Namespace) -> int:
    folder = options.output.absolute().parent  # of the copies and cases too: one run a folder
    everything = mutants.all_of(ROOT / "rtl")
    if options.of:
        everything = [one for one in everything if one.file in options.of]
        if not everything:
            raise ValueError(f"--of {options.of[0]}: no file of rtl/ that has statements")
    wanted = draw(everything, options.mutants, options.seed)
    known, reasons = read_report(options.output), equivalents()
    todo = [one for one in wanted if one.key() not in known and one.key() not in reasons]
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(todo), options.chunk):
        copy = folder / "rtl"
        numbered = mutants.write_copy(ROOT / "rtl", copy, set(todo[start : start + options.chunk]))
        bench = Bench(folder, options.design, options.cases, copy)
        status, text = bench.cosim(bench.cases[0], 0, 1800)
        if status != 0:
            print(f"mutate.py: the true RTL among its mutants does not match:\n{text}", file=sys.stderr)
            return 1
        with ThreadPoolExecutor(2) as pool, options.output.open("a") as report:
            for one, (fate, cycle) in zip(numbered, pool.map(bench.fate, range(1, len(numbered) + 1)), strict=True):
                known[one.key()] = fate, cycle
                print(f"{fate}\t{cycle}\t{one.key()}", file=report, flush=True)
        if not options.quiet:
            print(f"{min(start + options.chunk, len(todo))} of {len(todo)} run", file=sys.stderr)
    results = [(one, "equivalent" if one.key() in reasons else known[one.key()][0]) for one in wanted]
    percent = tell(results)
    return 0 if percent >= options.least else 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=1500, help="how many (default 1500)")
    parser.add_argument("--seed", type=int, default=1, help="which (default 1)")
    parser.add_argument("--of", action="append", metavar="FILE", help="only of this file of rtl/; may be given again")
    parser.add_argument("--design", default="tests/mutants/design.yaml")
    parser.add_argument("--cases", type=int, nargs="+", default=[7, 8], help="seeds of networks and stalls; an even one runs freely")
    parser.add_argument("--chunk", type=int, default=250, help="mutants of a model (default 250)")
    parser.add_argument("--least", type=float, default=0, help="percent that must be killed")
    parser.add_argument("-o", dest="output", type=Path, default=ROOT / "build" / "mutants" / "report.tsv")
    parser.add_argument("-q", dest="quiet", action="store_true")
    options = parser.parse_args()
    if options.mutants < 1 or options.chunk < 1:
        parser.error("--mutants and --chunk are at least 1")
    return work(options)


if __name__ == "__main__":
    command_line.run(main)
