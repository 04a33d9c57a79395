"""The eMamba network in floating point, with a tap on every node of the integer contract.

`Model.forward` reads like the contract: every value that the contract gives an exponent of its own
passes through `self.node(name, value)`, every tensor through `self.tensor(name)`. In training both
are the identity; calibration makes them record, and fine-tuning makes them round (see
`quantisation.py`). Source: eMamba (arXiv 2508.10370): range normalisation, ReLU for softplus, and a
selective scan.
"""

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Shape:
    """The sizes of a network, under the names a network file's `shape` has."""

    H: int = 28
    W: int = 28
    C: int = 1
    P: int = 7
    D: int = 24
    ED: int = 48
    N: int = 8
    R: int = 2
    K: int = 4
    M: int = 2
    head_hidden: int = 32
    outputs: int = 10

    @property
    def L(self) -> int:
        return (self.H // self.P) * (self.W // self.P)

    def metadata(self) -> dict:
        """The `shape` value of a network file."""
        return {**asdict(self), "L": self.L, "conv_silu": True, "head": "flatten"}


class Numerics:
    """Floating-point numerics: taps are identities and functions exact. See `quantisation.py`."""

    def tensor(self, name: str, value: Tensor) -> Tensor:
        return value

    def node(self, name: str, value: Tensor) -> Tensor:
        return value

    def state(self, name: str, value: Tensor) -> tuple[Tensor, Tensor]:
        """The computed state (read by y) and the stored state (read by the next token)."""
        return value, value

    def silu(self, value: Tensor) -> Tensor:
        return functional.silu(value)

    def exp(self, value: Tensor) -> Tensor:
        return torch.exp(value)


def initial_tensors(shape: Shape, generator: torch.Generator) -> dict[str, Tensor]:
    """Every tensor of the contract, by name. Uniform fan-in; A = -(1..N) and delta as in Mamba."""

    def uniform(*size: int, bound: float) -> Tensor:
        return (torch.rand(*size, generator=generator) * 2 - 1) * bound

    def linear(rows: int, columns: int) -> Tensor:
        return uniform(rows, columns, bound=math.sqrt(3 / columns))

    s = shape
    tensors = {
        "embed.weight": linear(s.D, s.P * s.P * s.C),
        "embed.bias": torch.zeros(s.D),
        "head.0.weight": linear(s.head_hidden, s.L * s.D),
        "head.0.bias": torch.zeros(s.head_hidden),
        "head.1.weight": linear(s.outputs, s.head_hidden),
        "head.1.bias": torch.zeros(s.outputs),
    }
    for block in range(s.M):
        tensors |= {
            f"blocks.{block}.{name}": value
            for name, value in {
                "norm.gamma": torch.full((s.D,), 2.0),
                "norm.beta": torch.zeros(s.D),
                "in_proj.weight": linear(2 * s.ED, s.D),
                "conv.weight": uniform(s.ED, s.K, bound=1 / math.sqrt(s.K)),
                "conv.bias": torch.zeros(s.ED),
                "param_proj.weight": linear(s.R + 2 * s.N, s.ED),
                "delta_proj.weight": uniform(s.ED, s.R, bound=s.R**-0.5),
                # ReLU keeps a channel alive only where its bias starts positive: 0.05 .. 0.5
                "delta_proj.bias": 0.05 * 10 ** torch.rand(s.ED, generator=generator),
                # A = -exp(A): the logarithm is what is trained, so A stays negative
                "A": torch.log(torch.arange(1.0, s.N + 1)).repeat(s.ED, 1),
                "D": torch.ones(s.ED),
                "output_proj.weight": linear(s.D, s.ED) * 0.5,
            }.items()
        }
    return tensors


class Model(nn.Module):
    """The network; parameters are stored under their contract names, A as log(-A)."""

    def __init__(self, shape: Shape, generator: torch.Generator):
        super().__init__()
        self.shape = shape
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
        """The inverse of `value`, for every tensor."""
        with torch.no_grad():
            for name in self.names():
                raw = torch.log(-values[name]) if name.endswith(".A") else values[name]
                self.raw[name.replace(".", "/")].copy_(raw)

    def tensor(self, name: str) -> Tensor:
        return self.numerics.tensor(name, self.value(name))

    def forward(self, frames: Tensor) -> Tensor:
        """frames [n,H,W,C] in -1..1 -> output [n,outputs] (logits)."""
        s, node = self.shape, self.numerics.node
        patches = frames.reshape(-1, s.H // s.P, s.P, s.W // s.P, s.P, s.C)
        patches = patches.permute(0, 1, 3, 2, 4, 5).reshape(-1, s.L, s.P * s.P * s.C)
        u = self.linear("embed", node("patches", node("input", patches)), bias=True)
        for block in range(s.M):
            u = self.block(f"blocks.{block}.", u)
        flat = node("head.in", u.flatten(1))
        hidden = node("head.hidden", self.product("head.0", flat, bias=True))
        return node("output", self.product("head.1", node("head.act", hidden.relu()), bias=True))

    def product(self, name: str, x: Tensor, bias: bool = False) -> Tensor:
        """x [...,I] times the tensor `name`.weight [O,I] -> [...,O].

        As a 1x1 convolution: that goes through oneDNN, six times as fast as the reference BLAS
        behind `functional.linear` in Debian's torch.
        """
        weight = self.tensor(f"{name}.weight")
        offset = self.tensor(f"{name}.bias") if bias else None
        y = functional.conv2d(x.reshape(-1, x.shape[-1], 1, 1), weight[:, :, None, None], offset)
        return y.reshape(*x.shape[:-1], -1)

    def linear(self, name: str, x: Tensor, bias: bool = False) -> Tensor:
        return self.numerics.node(name, self.product(name, x, bias))

    def block(self, b: str, u: Tensor) -> Tensor:
        """One block on the tokens u [n,L,D]; `b` is its name's prefix."""
        s, node, silu = self.shape, self.numerics.node, self.numerics.silu
        p = self.linear(f"{b}in_proj", self.range_norm(b, u))
        path, gate = p.split(s.ED, dim=-1)
        g = node(f"{b}gate", silu(node(f"{b}gate.in", gate)))
        x = node(f"{b}x", silu(self.conv(b, node(f"{b}conv.in", path))))

        q = node(f"{b}params", self.product(f"{b}param_proj", x))
        delta_in, B, C = q.split([s.R, s.N, s.N], dim=-1)
        delta = self.linear(f"{b}delta_proj", node(f"{b}delta_in", delta_in), bias=True)
        delta = node(f"{b}delta", delta.relu())
        y = self.ssm(b, x, delta, node(f"{b}B", B), node(f"{b}C", C))
        o = self.linear(f"{b}output_proj", node(f"{b}gated", y * g))
        return node(f"{b}output", u + o)

    def range_norm(self, b: str, u: Tensor) -> Tensor:
        span = (u.amax(-1, keepdim=True) - u.amin(-1, keepdim=True)).clamp(min=2.0**-7)
        centred = (u - u.mean(-1, keepdim=True)) / span
        y = self.tensor(f"{b}norm.gamma") * centred + self.tensor(f"{b}norm.beta")
        return self.numerics.node(f"{b}norm", y)

    def conv(self, b: str, path: Tensor) -> Tensor:
        s = self.shape
        padded = functional.pad(path, (0, 0, s.K - 1, 0))
        weight = self.tensor(f"{b}conv.weight")
        y = self.tensor(f"{b}conv.bias")
        for tap in range(s.K):
            y = y + weight[:, tap] * padded[:, tap : tap + s.L]
        return self.numerics.node(f"{b}conv", y)

    def ssm(self, b: str, x: Tensor, delta: Tensor, B: Tensor, C: Tensor) -> Tensor:
        """Selective scan. x, delta [n,L,ED]; B, C [n,L,N] -> y [n,L,ED].

        One token at a time, so that a batch's slice stays in the cache.
        """
        A = self.tensor(f"{b}A")
        node, exp = self.numerics.node, self.numerics.exp
        stored, sums = None, []
        # unbind, not x[:, t]: the gradient of a slice is a whole tensor of zeros, L times over
        for xt, dt, Bt, Ct in zip(*(v.unsqueeze(-1).unbind(1) for v in (x, delta, B, C))):
            B_bar = node(f"{b}B_bar", dt * Bt.transpose(1, 2))
            state = B_bar * xt
            if stored is not None:
                state = state + node(f"{b}A_bar", exp(node(f"{b}exp_in", dt * A))) * stored
            computed, stored = self.numerics.state(f"{b}state", state)
            sums.append((computed @ Ct).squeeze(-1))
        y = torch.stack(sums, dim=1) + self.tensor(f"{b}D") * x
        return self.numerics.node(f"{b}y", y)
