"""The integer contract inside a `Model`: the codes of the hardware, with gradients.

`Rounding` makes `Model.forward` compute what the hardware will, bit for bit: every node is on its
grid, tables are looked up as the hardware holds them, the state is saturated and floored. Gradients
pass straight through every rounding, stop at every saturation, and take a table's slope.

Exact because float32 holds integers up to 2^24: products of codes, the accumulators of a linear
layer of up to 1,024 inputs, and an INT24 state. What is larger, the sum over the states and the
numerator of range norm, is float64; a quotient of such numbers that float64 rounds is at a tie of
codes only when the exact one is.
"""

from typing import Callable

import numpy as np
import torch
from torch import Tensor
from torch.autograd import Function

from . import contract, kernels, pwl
from .model import Numerics
from .network import A_BAR_EXPONENT, Pwl


def fake(values: Tensor, exponent: int, bits: int = 8) -> Tensor:
    """Round to codes and back: nearest, ties to even, saturating; straight-through gradients."""
    most = 2 ** (bits - 1)
    return torch.fake_quantize_per_tensor_affine(values, 2.0**exponent, 0, -most, most - 1)


class Lookup(Function):
    """A table of 256 values by code, and its slope as gradient."""

    @staticmethod
    def forward(ctx, x: Tensor, step: float, values: Tensor, slopes: Tensor) -> Tensor:
        index = (x / step + 128).int()  # x is on its grid: exact
        ctx.save_for_backward(index, slopes)
        return values[index.long()]

    @staticmethod
    def backward(ctx, gradient: Tensor):
        index, slopes = ctx.saved_tensors
        return gradient * slopes[index.long()], None, None, None


class State(Function):
    """cur -> (sat(cur, 24), that >> 7), as values; `step` is the value of one code of cur."""

    @staticmethod
    def forward(ctx, current: Tensor, step: float) -> tuple[Tensor, Tensor]:
        codes = current / step
        kept = codes.clamp(-(2**23), 2**23 - 1)
        ctx.save_for_backward(kept == codes)
        return kept * step, (kept / 128).floor() * (128 * step)

    @staticmethod
    def backward(ctx, computed: Tensor, stored: Tensor):
        return (computed + stored) * ctx.saved_tensors[0], None


class Table:
    """An integer table on values, with the gradient of the secants that it stands for."""

    def __init__(self, table: Pwl, function: pwl.Secants, e_in: int, e_out: int):
        codes = contract.pwl(np.array(pwl.CODES), table)
        thresholds, lines = pwl.in_codes(function, e_in, e_out)
        slopes = np.array([float(lines[pwl.region(thresholds, x)].slope) for x in pwl.CODES])
        inside = (codes > -128) & (codes < 127)
        self.step = 2.0**e_in
        self.values = torch.tensor(codes).float() * 2.0**e_out
        self.slopes = torch.tensor(slopes * inside * 2.0 ** (e_out - e_in)).float()

    def __call__(self, x: Tensor) -> Tensor:
        return Lookup.apply(x, self.step, self.values, self.slopes)


class Rounding(Numerics):
    """The contract's numerics: `exponents` as networks have them, `tables` by the node made."""

    def __init__(self, exponents: dict[str, int], tables: dict[str, Table]):
        self.exponents, self.tables = exponents, tables

    def tensor(self, name: str, value: Tensor) -> Tensor:
        return fake(value, self.exponents[name])

    def node(self, name: str, value: Tensor) -> Tensor:
        return fake(value, self.exponents[name]).float()

    def wide(self, value: Tensor) -> Tensor:
        return value.double()

    def least_span(self, name: str) -> float:
        return 2.0 ** self.exponents[name]

    def current(self, b: str) -> int:
        """The exponent of the computed state."""
        return self.exponents[f"{b}state"] + A_BAR_EXPONENT

    def drive(self, b: str, value: Tensor) -> Tensor:
        if self.exponents[f"{b}B_bar"] + self.exponents[f"{b}x"] >= self.current(b):
            return value
        return fake(value, self.current(b), 24)  # finer than the state: rounded; cannot saturate

    def state(self, name: str, value: Tensor) -> tuple[Tensor, Tensor]:
        return State.apply(value, 2.0 ** self.current(name.removesuffix("state")))

    def scan(self, b: str) -> Callable | None:
        e, table = self.exponents, self.tables[f"{b}A_bar"]
        steps = (2.0 ** e[f"{b}exp_in"], 2.0 ** e[f"{b}B_bar"], 2.0 ** self.current(b))
        finer = e[f"{b}B_bar"] + e[f"{b}x"] < self.current(b)
        return kernels.scan(kernels.Rounds(*steps, finer, table.values, table.slopes))

    def silu(self, name: str, value: Tensor) -> Tensor:
        return self.tables[name](value)

    def exp(self, name: str, value: Tensor) -> Tensor:
        return self.tables[name](value)


class Secants(Numerics):
    """Floating point with piecewise-linear functions: `functions` by the node they make."""

    def __init__(self, functions: dict[str, pwl.Secants]):
        self.functions = {
            name: tuple(
                torch.tensor([float(v) for v in values])
                for values in (
                    function.knots,
                    [line.slope for line in function.lines],
                    [line.intercept for line in function.lines],
                )
            )
            for name, function in functions.items()
        }

    def silu(self, name: str, value: Tensor) -> Tensor:
        knots, slopes, intercepts = self.functions[name]
        region = torch.bucketize(value.contiguous(), knots, right=True)
        return slopes[region] * value + intercepts[region]

    exp = silu

    def scan(self, b: str) -> None:
        return None  # the fused scan knows exact functions and tables only
