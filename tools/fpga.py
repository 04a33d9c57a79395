#!/usr/bin/python3
"""What a design takes of a ZCU102, and how fast it would be there: an estimate by yosys.

    tools/fpga.py DESIGN [--json FILE]

LUTs, flip-flops, DSPs and block RAM of every part; a clock from the longest path with assumed
delays; latency and throughput at that clock. docs/fpga.md says what the figures are worth. Exit
status: 0 done, 2 bad input.
"""

import argparse
import json
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

from emamba_tools import command_line, fpga, netlist, synthesis

COLUMNS = ("LUT", "LUTRAM", "FF", "CARRY4", "DSP", "BRAM36")
PROGRAM = synthesis.ROOT / "build" / "emamba"


def described(design: Path, folder: Path) -> tuple[Path, dict, dict]:
    """The design's package, scopes of its parts and its times. Raises ValueError."""
    if not PROGRAM.exists():
        raise ValueError(f"{PROGRAM}: not built; `make` builds it")
    files = {name: folder / name for name in ("package", "features", "json")}
    options = [text for name, path in files.items() for text in (f"--{name}", str(path))]
    done = subprocess.run([PROGRAM, "check", design, *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.strip().splitlines()[-1])
    scopes = {part["scope"].partition(".")[2]: part["name"] for part in netlist.load_parts(files["features"])}
    return files["package"], scopes, json.loads(files["json"].read_text())["time"]


def estimate(design: Path) -> dict:
    """Everything that is printed, of one design."""
    with tempfile.TemporaryDirectory() as folder:
        package, scopes, time = described(design, Path(folder))
        cells = fpga.netlist(package)
    parts = fpga.count(cells, scopes)
    mhz = [1000 / fpga.longest_path(cells, corner) for corner in (1, 0)]
    return {"format": "emamba-fpga-1", "parts": {n: dict(c) for n, c in sorted(parts.items())},
            "total": dict(sum(parts.values(), Counter())), "device": fpga.ZCU102,
            "fmax_mhz": mhz, "latency_us": sorted(time["latency_cycles"] / f for f in mhz),
            "frames_per_second": [1e6 * f / time["interval_cycles"] for f in mhz]}  # fmt: skip


def show(found: dict) -> None:
    print(f"{'part':28}" + "".join(f"{c:>9}" for c in COLUMNS))
    for name, counts in [*found["parts"].items(), ("total", found["total"])]:
        print(f"{name:28}" + "".join(f"{counts.get(c, 0):9g}" for c in COLUMNS))
    total = Counter(found["total"])
    total["LUT"] += total["LUTRAM"]
    shares = ", ".join(f"{100 * total[c] / n:.2f} % {c}" for c, n in found["device"].items())
    print(f"of a ZCU102: {shares} (LUT with LUTRAM)")
    for key, unit in (("fmax_mhz", "MHz"), ("latency_us", "us"), ("frames_per_second", "frames/s")):
        low, high = found[key]
        print(f"{key}, estimated: {low:.4g} .. {high:.4g} {unit}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("design", type=Path)
    parser.add_argument("--json", type=Path, dest="output", help="write it as JSON, too")
    options = parser.parse_args()
    if options.output:
        command_line.check_output(options)
    found = estimate(options.design)
    show(found)
    if options.output:
        options.output.write_text(json.dumps(found, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    command_line.run(main)
