"""From a floating-point `Model` to a `Network`: calibration, tables and export.

Every node and tensor gets a power-of-two scale by one of three rules over what calibration saw; the
SSM state gets one with a bit to spare.
"""

import math
from collections import defaultdict
from typing import Callable

import numpy as np
import torch
from torch import Tensor

from . import pwl
from .model import Model, Numerics, Shape
from .network import A_BAR_EXPONENT, Network, alignments, pwl_names
from .rounding import Rounding, Table, fake

STATE_BITS = 17
SAMPLES = 20_000  # values kept of each call of a node
PERCENTILE = 99.9
UNUSED = -8  # the exponent of what is 0 everywhere


class Observer(Numerics):
    """Floating-point numerics that remember what every node held."""

    def __init__(self, most: int = SAMPLES):
        self.most = most
        self.samples: dict[str, list[Tensor]] = defaultdict(list)
        self.peaks: dict[str, float] = defaultdict(float)

    def node(self, name: str, value: Tensor) -> Tensor:
        flat = value.detach().flatten()
        self.samples[name].append(flat[:: max(1, len(flat) // self.most)].clone())
        self.peaks[name] = max(self.peaks[name], flat.abs().max().item())
        return value

    def state(self, name: str, value: Tensor) -> tuple[Tensor, Tensor]:
        self.node(name, value)
        return value, value

    def scan(self, b: str) -> None:
        return None  # token by token: every node is looked at


@torch.no_grad()
def observe(model: Model, frames: Tensor, batch: int = 250, most: int = SAMPLES) -> Observer:
    """What every node of `model` holds on frames [n,H,W,C], `batch` at a time; of every call of a
    node about `most` values are kept."""
    before, model.numerics = model.numerics, Observer(most)
    for part in frames.split(batch):
        model(part)
    seen, model.numerics = model.numerics, before
    return seen


def holding(peak: float) -> int:
    """The least exponent at which no value up to `peak` saturates."""
    return math.ceil(math.log2(peak / 127)) if peak else UNUSED


def by_maximum(values: Tensor) -> int:
    """Nothing that was seen saturates."""
    return holding(values.abs().max().item())


def by_percentile(values: Tensor) -> int:
    """PERCENTILE of the values do not saturate."""
    magnitudes = values.abs().flatten()
    rank = max(1, math.ceil(len(magnitudes) * PERCENTILE / 100))
    return holding(magnitudes.kthvalue(rank).values.item())


def by_least_squares(values: Tensor) -> int:
    """The codes are nearest to the values in the mean square."""
    widest = by_maximum(values)
    return min(
        (widest, widest - 1, widest - 2), key=lambda e: (fake(values, e) - values).square().sum()
    )


RULES: dict[str, Callable[[Tensor], int]] = {
    "maximum": by_maximum,
    "percentile": by_percentile,
    "least-squares": by_least_squares,
}


@torch.no_grad()
def calibrate(model: Model, seen: Observer, rule: str, input_exponent: int) -> dict[str, int]:
    """An exponent for every tensor and node, within the hardware's limits."""
    choose = RULES[rule]
    exponents = {name: choose(model.value(name)) for name in model.names()}
    for name, parts in seen.samples.items():
        if name.endswith(".state"):  # twice the largest state seen still fits
            most = 2 ** (STATE_BITS - 1)
            peak = seen.peaks[name]
            exponents[name] = math.ceil(math.log2(2 * peak / most)) if peak else UNUSED
        elif name.endswith(".A_bar"):
            exponents[name] = A_BAR_EXPONENT
        else:
            exponents[name] = choose(torch.cat(parts))
    exponents["input"] = input_exponent
    return within_limits(model.shape.metadata(), exponents)


def within_limits(shape: dict, exponents: dict[str, int]) -> dict[str, int]:
    """The exponents moved as little as brings every alignment into the hardware's range."""
    moved = dict(exponents)
    for index in range(len(alignments(shape, moved))):
        a = alignments(shape, moved)[index]  # anew: an earlier move may have changed it
        moved[a.moves] += a.way * (max(a.least, min(a.most, a.shift)) - a.shift)
    return moved


def source(node: str) -> tuple[str, pwl.Exact]:
    """The node that the table which makes `node` reads, and the function it stands for."""
    stem, _, kind = node.rpartition(".")
    return {
        "x": (f"{stem}.conv", pwl.SILU),
        "gate": (f"{stem}.gate.in", pwl.SILU),
        "A_bar": (f"{stem}.exp_in", pwl.EXP),
    }[kind]


def functions(shape: Shape, exponents: dict[str, int],
              seen: Observer | None = None,
              segments: int | None = None) -> dict[str, pwl.Secants]:  # fmt: skip
    """The piecewise-linear function of every table, by the node it makes.

    With eMamba's knots, or with knots moved to where `seen` says that the inputs are, of eMamba's
    number of segments or of another.
    """
    made = {}
    for node in pwl_names(shape.metadata()):
        name, exact = source(node)
        knots = None
        if seen:
            e_in = exponents[name]
            codes = (torch.cat(seen.samples[name]) / 2.0**e_in).round().clamp(-128, 127)
            counts = torch.histc(codes, 256, -128.5, 127.5).numpy()
            knots = pwl.moved(exact, e_in, exponents[node], counts, segments)
        made[node] = exact.secants(knots)
    return made


def tables(made: dict[str, pwl.Secants], exponents: dict[str, int]) -> tuple[dict, int]:
    """The integer tables, and for how many inputs they are off the rounded secant."""
    fits = {
        node: pwl.fit(function, exponents[source(node)[0]], exponents[node])
        for node, function in made.items()
    }
    return {node: table for node, (table, _) in fits.items()}, sum(off for _, off in fits.values())


def rounding(made: dict[str, pwl.Secants], fitted: dict, exponents: dict[str, int]) -> Rounding:
    """The numerics that compute what the exported network will."""
    lookups = {
        node: Table(fitted[node], function, exponents[source(node)[0]], exponents[node])
        for node, function in made.items()
    }
    return Rounding(exponents, lookups)


@torch.no_grad()
def export(model: Model, exponents: dict[str, int], fitted: dict, origin: str) -> Network:
    """The model as a network with the integer tables `fitted`."""
    tensors = {
        name: (fake(model.value(name), exponents[name]) / 2.0 ** exponents[name])
        .round()
        .numpy()
        .astype(np.int64)
        for name in model.names()
    }
    return Network(model.shape.metadata(), exponents, fitted, tensors, origin)
