"""What a design takes of an FPGA: cells a part and the longest path of yosys's netlist for UltraScale+.

Counts are those of the mapped netlist. Delays are assumed, a low and a high each: neither yosys nor nextpnr knows
the speed of a Xilinx part. docs/fpga.md says what follows.
"""

import gzip
import hashlib
import json
import os
from collections import Counter, deque
from pathlib import Path

from . import synthesis

CACHE = synthesis.ROOT / "build" / "fpga"
# Of the XCZU9EG on the ZCU102: AMD DS891, table of the EG devices.
ZCU102 = {"LUT": 274080, "FF": 548160, "DSP": 2520, "BRAM36": 912}
RECIPE = """
read_verilog -sv {package} {sources}
hierarchy -check -top em_top
synth_xilinx -family xcup -nowidelut -top em_top -noiopad -noclkbuf
flatten
opt_clean -purge
write_json {json}
"""
LUTRAM = {"RAM32M16": 8, "RAM64M8": 8, "RAM32X1D": 2, "RAM64X1D": 2, "RAM32M": 4, "RAM64M": 4}
BRAM36 = {"RAMB36E2": 1.0, "RAMB18E2": 0.5}
# ns, low and high, of a cell with the net behind it; assumed. DSPs have no registers inside here.
DELAYS = {"LUT": (0.3, 0.7), "CARRY4": (0.05, 0.1), "DSP48E2": (1.5, 3.0), "LUTRAM": (0.4, 0.9), "MUXF": (0.1, 0.2)}
START = {"FD": (0.3, 0.8), "RAMB": (0.9, 1.8)}  # clock to output, net and the setup at the end


def resource(cell: str) -> tuple[str, float] | None:
    """What a cell takes, and how much of it; None: nothing that is counted."""
    if cell in LUTRAM:
        return "LUTRAM", LUTRAM[cell]
    if cell in BRAM36:
        return "BRAM36", BRAM36[cell]
    for start, name in (("LUT", "LUT"), ("FD", "FF"), ("DSP48E2", "DSP"), ("CARRY4", "CARRY4")):
        if cell.startswith(start):
            return name, 1
    return None


def plain_path(name: str) -> str:
    """yosys's name of a flattened cell as the path of instances that it came from."""
    return name.removeprefix("$flatten").replace("\\", "")


def part_of(path: str, scopes: dict[str, str]) -> str:
    """The innermost part whose scope holds the cell; `scopes` name parts by paths without the top."""
    while path and path not in scopes:
        path = path.rpartition(".")[0]
    return scopes.get(path, "wiring")


def count(cells: dict, scopes: dict[str, str]) -> dict[str, Counter]:
    """Resources of every part that has any."""
    found: dict[str, Counter] = {}
    for name, cell in cells.items():
        taken = resource(cell["type"])
        if taken:
            part = part_of(plain_path(name), scopes)
            found.setdefault(part, Counter())[taken[0]] += taken[1]
    return found


def _delay(cell: str) -> tuple[float, float]:
    kind = "LUTRAM" if cell in LUTRAM else next((k for k in DELAYS if cell.startswith(k)), "")
    return DELAYS.get(kind, (0.0, 0.0))


def _reads(cell: dict) -> list:
    """The bits that a cell's outputs depend on within the cycle: all inputs, or a LUTRAM's read addresses."""
    inputs = [pin for pin, way in cell["port_directions"].items() if way == "input"]
    if cell["type"] in LUTRAM:
        inputs = [pin for pin in inputs if pin.startswith(("ADDR", "DPRA")) and pin != "ADDRH"]
    return [bit for pin in inputs for bit in cell["connections"][pin]]


def longest_path(cells: dict, corner: int) -> float:
    """ns of the longest path from register to register; corner 0: low, 1: high. ValueError: a loop."""
    combinational = {name for name, cell in cells.items() if not cell["type"].startswith(tuple(START))}
    outputs = {name: {bit for pin, way in cell["port_directions"].items() if way == "output"
                      for bit in cell["connections"][pin]} for name, cell in cells.items()}  # fmt: skip
    driver = {bit: name for name, bits in outputs.items() for bit in bits}
    before = {name: {driver[bit] for bit in _reads(cells[name]) if bit in driver} for name in combinational}
    after: dict[str, list[str]] = {}
    for name, sources in before.items():
        for source in sources & combinational:
            after.setdefault(source, []).append(name)
    waits = {name: len(sources & combinational) for name, sources in before.items()}
    arrival = {name: START["FD" if cell["type"].startswith("FD") else "RAMB"][corner]
               for name, cell in cells.items() if name not in combinational}  # fmt: skip
    ready = deque(sorted(name for name, left in waits.items() if not left))
    while ready:
        name = ready.popleft()
        begin = max((arrival[source] for source in before[name]), default=0.0)
        arrival[name] = begin + _delay(cells[name]["type"])[corner]
        for reader in after.get(name, []):
            waits[reader] -= 1
            if not waits[reader]:
                ready.append(reader)
    if len(arrival) != len(cells):
        raise ValueError(f"{len(cells) - len(arrival)} cells stand in combinational loops")
    return max(arrival.values(), default=0.0)


def _key(package: Path) -> str:
    digest = hashlib.sha256((synthesis.version() + RECIPE).encode())
    for path in [package, *synthesis.sources()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def netlist(package: Path, folder: Path = CACHE) -> dict:
    """The flat netlist's cells by name; kept in `folder` by the contents of package, RTL and recipe."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"{_key(package)}.json.gz"
    if not kept.exists():
        made = folder / f"{kept.name}.{os.getpid()}"
        sources = " ".join(map(str, synthesis.sources()))
        script = RECIPE.format(package=package, sources=sources, json=made)
        synthesis.yosys(script, folder / f"{kept.name}.log", timeout=7200)
        cells = json.loads(made.read_text())["modules"]["em_top"]["cells"]
        made.write_bytes(gzip.compress(json.dumps(
            {n: {k: c[k] for k in ("type", "port_directions", "connections")} for n, c in cells.items()}).encode(), mtime=0))  # fmt: skip
        os.replace(made, kept)
    return json.loads(gzip.decompress(kept.read_bytes()))
