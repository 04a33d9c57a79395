"""Piecewise-linear tables: from real knots to the integers that the hardware holds.

Between two knots the function is its secant; below the first knot it is 0, and above the last it is
the identity (SiLU) or e (exp). The secant's value at each of the 256 input codes, rounded once to
an INT8 code (ties to even, saturating), is what a table should give; `fit` finds integers that do.
Source: the operator `pwl` of the project's integer contract; the segment counts are eMamba's.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Callable, Sequence

import numpy as np

from .network import Pwl

CODES = range(-128, 128)
SLOPE_MAX, INTERCEPT_MAX, SHIFT_MAX = 2**15 - 1, 2**31 - 1, 31
EVEN_SHARE = 0.1  # of the weight that moves knots, for inputs that calibration did not see
SEARCH = 100  # slopes tried on either side of the secant's own


@dataclass(frozen=True)
class Line:
    """y = slope * x + intercept, exactly."""

    slope: Fraction
    intercept: Fraction


@dataclass(frozen=True)
class Secants:
    """A real function as the contract approximates it: `lines` has one more entry than `knots`."""

    knots: tuple[float, ...]
    lines: tuple[Line, ...]


def secants(knots: Sequence[float], values: Sequence[float], above: Line) -> Secants:
    """0 below the first knot, the secants through (knot, value), `above` from the last knot on."""
    lines = [Line(Fraction(0), Fraction(0))]
    points = [(Fraction(k), Fraction(v)) for k, v in zip(knots, values)]
    for (x0, y0), (x1, y1) in zip(points, points[1:]):
        slope = (y1 - y0) / (x1 - x0)
        lines.append(Line(slope, y0 - slope * x0))
    return Secants(tuple(knots), (*lines, above))


def silu(x: float) -> float:
    return x / (1 + math.exp(-x))


@dataclass(frozen=True)
class Exact:
    """A function, how it goes on above the last knot, and eMamba's knots for it."""

    value: Callable[[float], float]
    above: Line
    knots: tuple[float, ...]

    def secants(self, knots: Sequence[float] | None = None) -> Secants:
        """The secants between `knots`; between eMamba's without."""
        knots = self.knots if knots is None else knots
        return secants(knots, [self.value(k) for k in knots], self.above)


SILU = Exact(
    silu,
    Line(Fraction(1), Fraction(0)),
    (-7, -5, -4, -3, -2, -1.5, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 4, 5, 6, 7),
)
EXP = Exact(
    math.exp,
    Line(Fraction(0), Fraction(math.e)),
    (-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.25, 0.5, 1),
)


def moved(exact: Exact, e_in: int, e_out: int, counts: np.ndarray,
          segments: int | None = None) -> tuple[float, ...]:  # fmt: skip
    """The knots with the least mean square error over the input codes: those of `segments`, or as
    many as `exact` has.

    Where nothing was seen the error is that of saturated outputs: where both saturate there is
    none.

    `counts` [256] says how often each code -128..127 was seen; every code counts at least as much
    as EVEN_SHARE of all inputs spread evenly. Knots are codes, so that the thresholds of a table
    tell them. By dynamic programming: `best[j]` is the least error of the codes below j when a knot
    is at code j, first with one knot, then with one more at a time.
    """
    weights = counts / max(counts.sum(), 1) + EVEN_SHARE / 256
    x = np.arange(-128, 129) * 2.0**e_in  # 128: above every code, may hold the last knot
    f = np.array([exact.value(v) for v in x])
    places = len(x)
    low, high = (np.where(counts > 0, end * np.inf, end * 2.0**e_out) for end in (-128, 127))
    goal = f[:-1].clip(low, high)

    def error(y: np.ndarray, codes: slice) -> np.ndarray:
        return weights[codes] * (y.clip(low[codes], high[codes]) - goal[codes]) ** 2

    cost = np.full((places, places), np.inf)  # of the secant from knot i to knot j, on i..j-1
    for i in range(places - 1):
        slopes = (f[i + 1 :] - f[i]) / (x[i + 1 :] - x[i])
        lines = f[i] + slopes[:, None] * (x[i:-1] - x[i])  # a row a knot j, a column a code
        cost[i, i + 1 :] = np.tril(error(lines, slice(i, None))).sum(1)
    every = slice(None)
    beyond = float(exact.above.slope) * x[:-1] + float(exact.above.intercept)
    below = np.concatenate([[0.0], error(np.zeros(256), every).cumsum()])
    above = np.concatenate([error(beyond, every)[::-1].cumsum()[::-1], [0.0]])
    best, before = below, []
    for _ in range(segments or len(exact.knots) - 1):
        total = best[:, None] + cost
        before.append(total.argmin(0))
        best = total.min(0)
    knot = int((best + above).argmin())
    knots = [knot]
    for choice in reversed(before):
        knot = int(choice[knot])
        knots.append(knot)
    return tuple(float(x[k]) for k in reversed(knots))


def in_codes(function: Secants, e_in: int, e_out: int) -> tuple[list[int], list[Line]]:
    """The function from input codes to (unrounded) output codes: thresholds and lines.

    A threshold is the least code at or above its knot, kept within -128..128: -128 is below every
    code's region, 128 above.
    """
    scale_in, scale_out = Fraction(2) ** e_in, Fraction(2) ** e_out
    thresholds = [max(-128, min(128, math.ceil(Fraction(k) / scale_in))) for k in function.knots]
    lines = [
        Line(line.slope * scale_in / scale_out, line.intercept / scale_out)
        for line in function.lines
    ]
    return thresholds, lines


def region(thresholds: list[int], x: int) -> int:
    return sum(t <= x for t in thresholds)


def rounded(function: Secants, e_in: int, e_out: int) -> np.ndarray:
    """What the 256 codes -128..127 should give: int64 [256], correctly rounded and saturated."""
    thresholds, lines = in_codes(function, e_in, e_out)
    return np.array([_target(lines[region(thresholds, x)], x) for x in CODES])


def fit(function: Secants, e_in: int, e_out: int) -> tuple[Pwl, int]:
    """The integer table for codes at `e_in` to codes at `e_out`, and for how many inputs it is off.

    The shift is the largest at which every slope and intercept fits, for the finest slopes; smaller
    ones are tried only if some input is off.
    """
    thresholds, lines = in_codes(function, e_in, e_out)
    members = [[x for x in CODES if region(thresholds, x) == r] for r in range(len(lines))]
    used = [line for line, inputs in zip(lines, members) if inputs]
    largest = next((s for s in range(SHIFT_MAX, 0, -1) if all(_fits(l, s) for l in used)), 0)
    best: tuple[Pwl, int] | None = None
    for shift in range(largest, max(largest - 4, -1), -1):
        fits = [_fit_region(line, inputs, shift) for line, inputs in zip(lines, members)]
        slopes, intercepts, off = (np.array(column) for column in zip(*fits))
        table = Pwl(np.array(thresholds), slopes, intercepts, shift)
        if best is None or off.sum() < best[1]:
            best = table, int(off.sum())
        if best[1] == 0:
            break
    return best


def _target(line: Line, x: int) -> int:
    return max(-128, min(127, round(line.slope * x + line.intercept)))


def _fits(line: Line, shift: int) -> bool:
    # half of the intercept's range is left for the search below
    return (
        abs(line.slope) * 2**shift <= SLOPE_MAX - 1
        and abs(line.intercept) * 2**shift <= INTERCEPT_MAX // 2
    )


def _fit_region(line: Line, inputs: list[int], shift: int) -> tuple[int, int, int]:
    """(slope, intercept, inputs that are off) of one region; 0, 0, 0 where no code falls."""
    targets = [_target(line, x) for x in inputs]
    if not inputs:
        return 0, 0, 0
    ideal = round(line.slope * 2**shift)
    best = (0, 0, len(inputs) + 1)
    for distance in range(SEARCH + 1):
        for slope in {ideal - distance, ideal + distance}:
            slope = max(-SLOPE_MAX - 1, min(SLOPE_MAX, slope))
            wish = round(line.intercept * 2**shift)
            intercept, off = _best_intercept(slope, wish, inputs, targets, shift)
            if off < best[2]:
                best = slope, intercept, off
        if best[2] == 0:
            break
    return best


def _best_intercept(slope: int, wish: int, inputs: list[int], targets: list[int], shift: int):
    """The intercept that gives most inputs their target with this slope: (intercept, inputs off).

    Each input allows an interval of intercepts; the answer is where most of them overlap, as near
    to `wish` as that allows.
    """
    edges = []
    for x, target in zip(inputs, targets):
        low, high = _allowed(target, shift)
        low, high = max(low - slope * x, -INTERCEPT_MAX - 1), min(high - slope * x, INTERCEPT_MAX)
        if low <= high:
            edges += [(low, 0), (high, 1)]  # at equal places an interval opens before one closes
    edges.sort()
    depth, deepest, intercept = 0, 0, 0
    for index, (place, closes) in enumerate(edges):
        depth += -1 if closes else 1
        if depth > deepest:
            deepest, intercept = depth, max(place, min(wish, edges[index + 1][0]))
    return intercept, len(inputs) - deepest


def _allowed(target: int, shift: int) -> tuple[int, int]:
    """The numbers n, from least to most, with sat(round(n / 2^shift), 8) = target."""
    ends = INTERCEPT_MAX * 4
    if shift == 0:
        low, high = target, target
    else:
        odd = target & 1  # ties go to the even neighbour
        half = 1 << shift - 1
        low, high = (target << shift) - half + odd, (target << shift) + half - odd
    return (-ends if target == -128 else low), (ends if target == 127 else high)
