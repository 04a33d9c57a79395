"""What range norm costs in accuracy against layer norm, and what it saves in the hardware.

Two networks of one shape, trained alike, and the cycles of a norm engine with `units` dividers.
Range norm is docs/microarchitecture.md: T = 10 G + 3, G = D / units. Layer norm is the same engine
with what it needs more, every assumption in its favour:
- the squares are summed in the same pass as the sum (one more multiplier and accumulator a unit);
- D sum(x^2) - (sum x)^2, of 16 + 2 log2 D bits, is there 2 cycles later (multiply, subtract);
- its square root comes from a sequential unit, one result bit (two bits of it) a cycle;
- from there on the same division by a number, 9 cycles a group, although the root needs fraction
  bits that an exact range does not.
"""

import math
import re
import subprocess
from pathlib import Path
from typing import NamedTuple

from . import plot

ACCURACY_LIMIT = 1.0  # points that range norm may lose


def range_cycles(D: int, units: int) -> int:
    return 10 * (D // units) + 3


def root_cycles(D: int) -> int:
    """Cycles from the last element read to the standard deviation."""
    return 2 + math.ceil((16 + 2 * math.ceil(math.log2(D))) / 2)


def layer_cycles(D: int, units: int) -> int:
    return range_cycles(D, units) + root_cycles(D)


def operations(D: int, norm: str) -> dict[str, int]:
    """Operations on one token. Both: sum, D x - S, gamma, beta, division."""
    both = {"add": 3 * D, "multiply": 3 * D, "divide": D, "compare": 0, "square root": 0}
    if norm == "range":  # largest and smallest; D times the range
        return {**both, "multiply": 3 * D + 1, "compare": 2 * D}
    # squares and their sum; the difference of two products; the root
    return {**both, "add": 4 * D + 1, "multiply": 4 * D + 2, "square root": 1}


class Timing(NamedTuple):
    """A design as `emamba check` sees it."""

    latency: int  # cycles
    interval: int  # cycles a frame
    slowest_other: int  # cycles a frame of the busiest engine that is no norm


def timing(program: Path, design: Path) -> Timing:
    """Ask the timing model. Raises ValueError, OSError."""
    done = subprocess.run([program, "check", design], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr.strip())
    total = re.search(r"latency (\d+) cycles.*interval (\d+) cycles", done.stdout)
    engines = re.findall(r"^(\S+) +\d+ +(\d+) +\d+%", done.stdout, re.MULTILINE)
    if not total or not engines:
        raise ValueError(f"{program} check {design}: prints no table of engines")
    other = max(int(busy) for name, busy in engines if not name.endswith(".norm"))
    return Timing(int(total[1]), int(total[2]), other)


class Row(NamedTuple):
    """One choice of `units`: cycles of a token, and of a frame when nothing else waits."""

    units: int
    range_token: int
    layer_token: int
    range_frame: int
    layer_frame: int


def rows(D: int, L: int, slowest_other: int) -> list[Row]:
    """Every number of units that divides D. A frame: L tokens of the slowest engine."""
    found = []
    for units in (u for u in range(1, D + 1) if D % u == 0):
        tokens = range_cycles(D, units), layer_cycles(D, units)
        found.append(Row(units, *tokens, *(max(L * t, slowest_other) for t in tokens)))
    return found


def report(D: int, L: int, reached: dict[str, str], measured: Timing) -> tuple[bool, list[str]]:
    """The verdict and its lines; `reached` is what each norm's network says of the test frames."""
    lines = [f"{norm} norm: test {text}" for norm, text in reached.items()]
    figures = {norm: float(re.search(r"top-1 ([\d.]+)", text)[1]) for norm, text in reached.items()}
    for norm in reached:
        counts = ", ".join(f"{n} {name}" for name, n in operations(D, norm).items())
        lines.append(f"{norm} norm: a token of {D} elements: {counts}")
    lines.append(f"as designed: latency {measured.latency}, interval {measured.interval} cycles, "
                 f"busiest other engine {measured.slowest_other} a frame")  # fmt: skip
    lines.append(f"{'units':>5}{'range, token':>14}{'layer':>7}{'range, frame':>14}{'layer':>7}")
    lines += [f"{r.units:5}{r.range_token:14}{r.layer_token:7}{r.range_frame:14}{r.layer_frame:7}"
              for r in rows(D, L, measured.slowest_other)]  # fmt: skip
    lost = figures["layer"] - figures["range"]
    passed = lost <= ACCURACY_LIMIT
    verdict = "pass" if passed else "FAIL"
    saved = f"saves {root_cycles(D)} cycles a token, the squares and the root"
    lines.append(f"norm: {verdict}: range norm loses {lost:.2f} points (limit {ACCURACY_LIMIT:g}) "
                 f"and {saved}")  # fmt: skip
    return passed, lines


def picture(D: int, L: int, reached: dict[str, str], measured: Timing) -> tuple[int, int, str]:
    """Width, height and script: accuracies; cycles of a token and of a frame over units."""
    table = rows(D, L, measured.slowest_other)
    figures = [(i, norm, float(re.search(r"top-1 ([\d.]+)", text)[1]))
               for i, (norm, text) in enumerate(reached.items())]  # fmt: skip
    script = plot.block("accuracy", figures) + plot.block("cycles", table)
    return 1000, 340, script + f"""
set multiplot layout 1,3
set title 'top-1 on the test frames, %'; unset key; set xrange [-0.7:1.7]; set yrange [0:110]
plot $accuracy using 1:3:(0.6):xtic(2) with boxes linecolor '#2060a0', \\
     $accuracy using 1:3:3 with labels offset 0,0.7
set xrange [*:*]; set yrange [0:*]; set xtics auto
set logscale x 2; set xlabel 'units'; set key top right
set title 'cycles a token, D = {D}'
plot $cycles using 1:2 with linespoints linewidth 2 linecolor '#2060a0' title 'range', \\
     $cycles using 1:3 with linespoints linewidth 2 linecolor '#c06020' title 'layer'
set title 'cycles a frame, the rest as designed'
plot $cycles using 1:4 with linespoints linewidth 2 linecolor '#2060a0' title 'range', \\
     $cycles using 1:5 with linespoints linewidth 2 linecolor '#c06020' title 'layer'
"""
