"""From a floating-point `Model` to a `Network`: calibration, rounding in training, and export.

Every node and tensor gets the power-of-two scale with the least squared error over what
calibration saw; the SSM state gets one with a bit to spare. `Rounding` then lets the model compute
as the hardware will, with gradients that pass straight through every rounding and stop at every
saturation.
"""

import math
from collections import defaultdict

import numpy as np
import torch
from torch import Tensor

from . import pwl
from .model import Model, Numerics
from .network import A_BAR_EXPONENT, Network, alignments

INPUT_EXPONENT = -7
STATE_BITS = 17
SAMPLES = 20_000  # values kept of each call of a node


class Observer(Numerics):
    """Floating-point numerics that remember what every node held."""

    def __init__(self):
        self.samples: dict[str, list[Tensor]] = defaultdict(list)
        self.peaks: dict[str, float] = defaultdict(float)

    def node(self, name: str, value: Tensor) -> Tensor:
        flat = value.detach().flatten()
        self.samples[name].append(flat[:: max(1, len(flat) // SAMPLES)])
        self.peaks[name] = max(self.peaks[name], flat.abs().max().item())
        return value

    def state(self, name: str, value: Tensor) -> tuple[Tensor, Tensor]:
        self.node(name, value)
        return value, value


def least_error_exponent(values: Tensor) -> int:
    """The exponent whose INT8 codes are nearest to `values` in the mean square."""
    peak = values.abs().max().item()
    if peak == 0:
        return -8
    widest = math.ceil(math.log2(peak / 127))  # nothing saturates
    return min(
        (widest, widest - 1, widest - 2), key=lambda e: (fake(values, e) - values).square().sum()
    )


def fake(values: Tensor, exponent: int, bits: int = 8) -> Tensor:
    """Round to codes and back: nearest, ties to even, saturating; straight-through gradients."""
    most = 2 ** (bits - 1)
    return torch.fake_quantize_per_tensor_affine(values, 2.0**exponent, 0, -most, most - 1)


@torch.no_grad()
def calibrate(model: Model, frames: Tensor) -> dict[str, int]:
    """An exponent for every tensor and node, within the hardware's limits. frames [n,H,W,C]."""
    exact, model.numerics = model.numerics, Observer()
    for part in frames.split(250):
        model(part)
    seen, model.numerics = model.numerics, exact

    exponents = {name: least_error_exponent(model.value(name)) for name in model.names()}
    for name, parts in seen.samples.items():
        if name.endswith(".state"):  # twice the largest state seen still fits
            most = 2 ** (STATE_BITS - 1)
            exponents[name] = math.ceil(math.log2(2 * seen.peaks[name] / most))
        elif name.endswith(".A_bar"):
            exponents[name] = A_BAR_EXPONENT
        else:
            exponents[name] = least_error_exponent(torch.cat(parts))
    exponents["input"] = INPUT_EXPONENT
    return within_limits(model.shape.metadata(), exponents)


def within_limits(shape: dict, exponents: dict[str, int]) -> dict[str, int]:
    """The exponents moved as little as brings every alignment into the hardware's range."""
    moved = dict(exponents)
    for index in range(len(alignments(shape, moved))):
        a = alignments(shape, moved)[index]  # anew: an earlier move may have changed it
        moved[a.moves] += a.way * (max(a.least, min(a.most, a.shift)) - a.shift)
    return moved


class Secant:
    """A `pwl.Secants` on tensors, with its gradient."""

    def __init__(self, function: pwl.Secants):
        self.knots = torch.tensor(function.knots)
        self.slopes = torch.tensor([float(line.slope) for line in function.lines])
        self.intercepts = torch.tensor([float(line.intercept) for line in function.lines])

    def __call__(self, x: Tensor) -> Tensor:
        region = torch.bucketize(x.detach(), self.knots, right=True)
        return self.slopes[region] * x + self.intercepts[region]


class Rounding(Numerics):
    """The contract's numerics in floating point: every tensor and node on its INT8 grid."""

    silu = Secant(pwl.SILU)
    exp = Secant(pwl.EXP)

    def __init__(self, exponents: dict[str, int]):
        self.exponents = exponents

    def tensor(self, name: str, value: Tensor) -> Tensor:
        return fake(value, self.exponents[name])

    def node(self, name: str, value: Tensor) -> Tensor:
        return fake(value, self.exponents[name])

    def state(self, name: str, value: Tensor) -> tuple[Tensor, Tensor]:
        # the computed state has 7 bits below the stored one; half a step less a little makes floor
        step = 2.0 ** self.exponents[name]
        return value, fake(value - step * (0.5 - 2**-8), self.exponents[name], STATE_BITS)


@torch.no_grad()
def export(model: Model, exponents: dict[str, int], origin: str) -> tuple[Network, int]:
    """The model as a network, and for how many inputs its PWL tables are off the rounded secant."""
    tensors = {
        name: (fake(model.value(name), exponents[name]) / 2.0 ** exponents[name])
        .round()
        .numpy()
        .astype(np.int64)
        for name in model.names()
    }
    tables, off = {}, 0
    for block in range(model.shape.M):
        for function, source, node in (
            (pwl.SILU, "conv", "x"),
            (pwl.SILU, "gate.in", "gate"),
            (pwl.EXP, "exp_in", "A_bar"),
        ):
            e_in, e_out = (exponents[f"blocks.{block}.{name}"] for name in (source, node))
            tables[f"blocks.{block}.{node}"], wrong = pwl.fit(function, e_in, e_out)
            off += wrong
    return Network(model.shape.metadata(), exponents, tables, tensors, origin), off
