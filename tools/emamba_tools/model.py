"""The eMamba network in floating point, with a tap on every node of the integer contract.

`Model.forward` reads like the contract: every value that the contract gives an exponent of its own
passes through `node(name, value)`, every tensor through `tensor(name)`. In training both are the
identity; calibration makes them record, and fine-tuning makes them round (see `rounding.py`).
Source: eMamba (arXiv 2508.10370): range normalisation, ReLU for softplus, and a selective scan.
"""

import math
from dataclasses import asdict, dataclass
from typing import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from . import kernels
from .network import tensor_shapes

NORMS = ("range", "layer")
LAYER_NORM_EPSILON = 1e-5


@dataclass(frozen=True)
class Shape:
    """The sizes of a network, under the names a network file's `shape` has."""

    H: int
    W: int
    C: int
    P: int
    D: int
    ED: int
    N: int
    R: int
    K: int
    M: int
    conv_silu: bool
    head: str
    head_hidden: int
    outputs: int

    @property
    def L(self) -> int:
        return (self.H // self.P) * (self.W // self.P)

    def metadata(self) -> dict:
        """The `shape` value of a network file."""
        return {**asdict(self), "L": self.L}


class Numerics:
    """Floating-point numerics: taps are identities and functions exact."""

    def tensor(self, name: str, value: Tensor) -> Tensor:
        return value

    def node(self, name: str, value: Tensor) -> Tensor:
        return value

    def wide(self, value: Tensor) -> Tensor:
        """`value` in a type in which what is made of it before the next node is exact enough."""
        return value

    def least_span(self, name: str) -> float:
        """What range norm divides by at least, on node `name`: one code of it."""
        return 2.0**-7

    def drive(self, b: str, value: Tensor) -> Tensor:
        """B_bar * x of block `b`, as it enters the state."""
        return value

    def state(self, name: str, value: Tensor) -> tuple[Tensor, Tensor]:
        """The computed state (read by y) and the stored state (read by the next token)."""
        return value, value

    def scan(self, b: str) -> Callable | None:
        """The scan of block `b` as one operation; None: token by token, through every node."""
        return kernels.scan(None)

    def silu(self, name: str, value: Tensor) -> Tensor:
        """SiLU, as it makes node `name`."""
        return functional.silu(value)

    def exp(self, name: str, value: Tensor) -> Tensor:
        """exp, as it makes node `name`."""
        return torch.exp(value)


def initial_tensors(shape: Shape, generator: torch.Generator) -> dict[str, Tensor]:
    """Every tensor of the contract, by name. Uniform fan-in; A = -(1..N) and delta as in Mamba."""

    def initial(name: str, size: tuple[int, ...]) -> Tensor:
        match name.split(".", 2)[-1] if name.startswith("blocks.") else name:
            case "norm.gamma":
                return torch.full(size, 2.0)
            case "D":
                return torch.ones(size)
            case "A":  # A = -exp(A): the logarithm is what is trained, so A stays negative
                return torch.log(torch.arange(1.0, shape.N + 1)).repeat(shape.ED, 1)
            case "delta_proj.bias":
                # ReLU keeps a channel alive only where its bias starts positive: 0.05 .. 0.5
                return 0.05 * 10 ** torch.rand(size, generator=generator)
            case "conv.weight" | "delta_proj.weight":
                bound = size[1] ** -0.5
            case "output_proj.weight":
                bound = 0.5 * math.sqrt(3 / size[1])
            case _ if len(size) == 2:
                bound = math.sqrt(3 / size[1])
            case _:  # norm.beta and the other biases
                return torch.zeros(size)
        return (torch.rand(size, generator=generator) * 2 - 1) * bound

    return {name: initial(name, size) for name, size in tensor_shapes(shape.metadata()).items()}


class Model(nn.Module):
    """The network; parameters are stored under their contract names, A as log(-A).

    With norm "layer" every range norm is a layer norm: for comparison, no hardware has it.
    """

    def __init__(self, shape: Shape, generator: torch.Generator, norm: str = "range"):
        super().__init__()
        self.shape = shape
        self.norm = norm
        self.numerics = Numerics()
        self.raw = nn.ParameterDict(
            {name.replace(".", "/"): nn.Parameter(value)
             for name, value in initial_tensors(shape, generator).items()}
        )

    def names(self) -> list[str]:
        return [name.replace("/", ".") for name in self.raw]

    def value(self, name: str) -> Tensor:
        """A tensor of the contract, in floating point."""
        raw = self.raw[name.replace(".", "/")]
        return -torch.exp(raw) if name.endswith(".A") else raw

    def load_values(self, values: dict[str, Tensor]) -> None:
        """The inverse of `value`, for every tensor. Raises KeyError, RuntimeError."""
        with torch.no_grad():
            for name in self.names():
                raw = torch.log(-values[name]) if name.endswith(".A") else values[name]
                self.raw[name.replace(".", "/")].copy_(raw)

    def start_at(self, outputs: Tensor) -> None:
        """Make the untrained head say `outputs` [outputs] and little else: from far away, hidden
        units that cannot help yet would die before they could."""
        last = f"head/{int(self.shape.head_hidden > 0)}"
        with torch.no_grad():
            self.raw[f"{last}/weight"].mul_(0.1)
            self.raw[f"{last}/bias"].copy_(outputs)

    def tensor(self, name: str) -> Tensor:
        return self.numerics.tensor(name, self.value(name))

    def forward(self, frames: Tensor) -> Tensor:
        """frames [n,H,W,C], real values -> output [n,outputs]; with head none or token
        [n,L*outputs]."""
        s, node = self.shape, self.numerics.node
        patches = frames.reshape(-1, s.H // s.P, s.P, s.W // s.P, s.P, s.C)
        patches = patches.permute(0, 1, 3, 2, 4, 5).reshape(-1, s.L, s.P * s.P * s.C)
        tok, name = self.linear("embed", node("patches", node("input", patches)), bias=True), "embed"
        for block in range(s.M):
            tok, name = self.block(f"blocks.{block}.", tok, name), f"blocks.{block}.output"
        return self.head(tok)

    def head(self, tok: Tensor) -> Tensor:
        s, node = self.shape, self.numerics.node
        if s.head == "none":
            return node("output", tok).flatten(1)
        whole = {"flatten": lambda: tok.flatten(1), "mean": lambda: tok.sum(1) / s.L,
                 "token": lambda: tok}  # fmt: skip
        return self.linear_head(node("head.in", whole[s.head]())).flatten(1)

    def linear_head(self, x: Tensor) -> Tensor:
        s, node = self.shape, self.numerics.node
        if s.head_hidden:
            hidden = node("head.hidden", self.product("head.0", x, bias=True))
            x = node("head.act", hidden.relu())
            return node("output", self.product("head.1", x, bias=True))
        return node("output", self.product("head.0", x, bias=True))

    def product(self, name: str, x: Tensor, bias: bool = False) -> Tensor:
        """x [...,I] times the tensor `name`.weight [O,I] -> [...,O].

        As a 1x1 convolution: that goes through oneDNN, six times as fast as the reference BLAS
        behind `functional.linear` in Debian's torch.
        """
        weight = self.tensor(f"{name}.weight")
        offset = self.tensor(f"{name}.bias") if bias else None
        if kernels.library():
            return kernels.Product.apply(x, weight, offset)
        y = functional.conv2d(x.reshape(-1, x.shape[-1], 1, 1), weight[:, :, None, None], offset)
        return y.reshape(*x.shape[:-1], -1)

    def linear(self, name: str, x: Tensor, bias: bool = False) -> Tensor:
        return self.numerics.node(name, self.product(name, x, bias))

    def block(self, b: str, tok: Tensor, tok_name: str) -> Tensor:
        """One block on the tokens tok [n,L,D] of node `tok_name`; `b` is its name's prefix."""
        s, node, silu = self.shape, self.numerics.node, self.numerics.silu
        sz = self.linear(f"{b}in_proj", self.normalised(b, tok, tok_name))
        path, gate = sz.split(s.ED, dim=-1)
        g = node(f"{b}gate", silu(f"{b}gate", node(f"{b}gate.in", gate)))
        w = self.conv(b, node(f"{b}conv.in", path))
        x = node(f"{b}x", silu(f"{b}x", w) if s.conv_silu else w)

        p = node(f"{b}params", self.product(f"{b}param_proj", x))
        delta_in, B, C = p.split([s.R, s.N, s.N], dim=-1)
        delta = self.linear(f"{b}delta_proj", node(f"{b}delta_in", delta_in), bias=True)
        delta = node(f"{b}delta", self.step_width(delta))
        y = self.ssm(b, x, delta, node(f"{b}B", B), node(f"{b}C", C))
        o = self.linear(f"{b}output_proj", node(f"{b}gated", y * g))
        return node(f"{b}output", tok + o)

    def step_width(self, delta: Tensor) -> Tensor:
        return delta.relu()

    def normalised(self, b: str, tok: Tensor, tok_name: str) -> Tensor:
        """gamma (tok - mean) / range + beta: one division, as in the contract."""
        gamma, beta = self.tensor(f"{b}norm.gamma"), self.tensor(f"{b}norm.beta")
        if self.norm == "layer":
            y = functional.layer_norm(tok, tok.shape[-1:], gamma, beta, LAYER_NORM_EPSILON)
            return self.numerics.node(f"{b}norm", y)
        tok = self.numerics.wide(tok)
        span = tok.amax(-1, keepdim=True) - tok.amin(-1, keepdim=True)
        scale = self.shape.D * span.clamp(min=self.numerics.least_span(tok_name))
        centred = self.shape.D * tok - tok.sum(-1, keepdim=True)
        return self.numerics.node(f"{b}norm", (gamma * centred + beta * scale) / scale)

    def conv(self, b: str, path: Tensor) -> Tensor:
        s = self.shape
        weight, bias = self.tensor(f"{b}conv.weight"), self.tensor(f"{b}conv.bias")
        if kernels.library():
            return self.numerics.node(f"{b}conv", kernels.Convolution.apply(path, weight.t(), bias))
        padded, y = functional.pad(path, (0, 0, s.K - 1, 0)), bias
        for tap in range(s.K):
            y = y + weight[:, tap] * padded[:, tap : tap + s.L]
        return self.numerics.node(f"{b}conv", y)

    def ssm(self, b: str, x: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
        """Selective scan. x, delta [n,L,ED]; B, C [n,L,N] -> y [n,L,ED]; the state is [n,N,ED].

        One token at a time, so that a batch's slice stays in the cache.
        """
        A, D = self.tensor(f"{b}A").t(), self.tensor(f"{b}D")
        numerics, node, wide = self.numerics, self.numerics.node, self.numerics.wide
        if fused := numerics.scan(b):
            return node(f"{b}y", fused(x, delta, B, C, A, D))
        stored, sums = None, []
        # unbind, not x[:, t]: the gradient of a slice is a whole tensor of zeros, L times over
        across = (v.unsqueeze(2).unbind(1) for v in (x, delta, C))
        for xt, dt, Ct, Bt in zip(*across, B.unsqueeze(-1).unbind(1)):
            state = numerics.drive(b, node(f"{b}B_bar", dt * Bt) * xt)
            if stored is not None:
                A_bar = node(f"{b}A_bar", numerics.exp(f"{b}A_bar", node(f"{b}exp_in", dt * A)))
                state = state + A_bar * stored
            computed, stored = numerics.state(f"{b}state", state)
            sums.append((wide(Ct) @ wide(computed)).squeeze(1))
        y = torch.stack(sums, dim=1) + D * x
        return node(f"{b}y", y)
