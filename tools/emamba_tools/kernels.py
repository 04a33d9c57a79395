"""Operations of torch in C, for fast training: tools/kernels/, built when first needed.

The selective scan is many times as fast as the model's own loop over tokens, which remains where
every node is looked at. In floating point the operations are the model's up to rounding; on codes,
the scan with `Rounds`, the same bit for bit.
"""

import ctypes
import functools
import hashlib
import os
import subprocess
from pathlib import Path
from typing import Callable, NamedTuple

import torch
from torch import Tensor
from torch.autograd import Function
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("lanes.h", "scan.c", "conv.c", "product.c", "surprise.c")
SOURCES = [ROOT / "tools" / "kernels" / name for name in NAMES]
COMPILE = ["gcc", "-std=c11", "-O3", "-march=native", "-ffp-contract=fast", "-fno-math-errno",
           "-shared", "-fPIC"]  # fmt: skip


class Rounds(NamedTuple):
    """The contract inside a scan: the value of one code of each, and A_bar by code of exp_in."""

    exp_in: float
    B_bar: float
    current: float
    drive: bool  # B_bar x is finer than the state, and rounded
    table: Tensor  # float32 [256]
    slopes: Tensor


_FLOATS = ctypes.c_void_p


class _Rounds(ctypes.Structure):
    _fields_ = [(name, ctypes.c_float) for name in ("exp_in", "B_bar", "current", "drive")]
    _fields_ += [(name, _FLOATS) for name in ("table", "slopes")]


class _Inputs(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("frames", "L", "ED", "N")]
    _fields_ += [(name, _FLOATS) for name in ("x", "delta", "B", "C", "A", "D")]
    _fields_ += [("rounds", ctypes.POINTER(_Rounds))]


class _Gradients(ctypes.Structure):
    _fields_ = [(name, _FLOATS) for name in ("x", "delta", "B", "C", "A", "D")]


class _Convolution(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("frames", "L", "ED", "K")]
    _fields_ += [(name, _FLOATS) for name in ("x", "weight", "bias")]


@functools.cache
def library() -> ctypes.CDLL | None:
    """The compiled kernels, in build/; None where they cannot be built."""
    text = b"".join(source.read_bytes() for source in SOURCES) + " ".join(COMPILE).encode()
    path = ROOT / "build" / "kernels" / f"{hashlib.sha256(text).hexdigest()[:16]}.so"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}")
        try:
            subprocess.run([*COMPILE, "-o", temporary, *SOURCES[1:]], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        os.replace(temporary, path)
    made = ctypes.CDLL(str(path))
    made.scan_scratch.restype = ctypes.c_ulong
    return made


def _at(tensor: Tensor) -> ctypes.c_void_p:
    return ctypes.c_void_p(tensor.data_ptr())


def _inputs(x, delta, B, C, A, D, rounds: Rounds | None) -> _Inputs:
    inner = None
    if rounds:
        pointers = rounds.table.data_ptr(), rounds.slopes.data_ptr()
        inner = ctypes.pointer(_Rounds(*rounds[:4], *pointers))
    sizes = x.shape[0], x.shape[1], x.shape[2], B.shape[2]
    return _Inputs(*sizes, *(v.data_ptr() for v in (x, delta, B, C, A, D)), inner)


class Scan(Function):
    """x, delta [n,L,ED]; B, C [n,L,N]; A [N,ED]; D [ED] -> y [n,L,ED], float64 with `rounds`."""

    @staticmethod
    def forward(ctx, rounds: Rounds | None, *values: Tensor) -> Tensor:
        values = [value.contiguous() for value in values]
        y = torch.empty(values[0].shape, dtype=torch.float64 if rounds else torch.float32)
        library().scan_forward(ctypes.byref(_inputs(*values, rounds)), _at(y))
        ctx.save_for_backward(*values)
        ctx.rounds = rounds
        return y

    @staticmethod
    def backward(ctx, to_y: Tensor):
        values = ctx.saved_tensors
        inputs = _inputs(*values, ctx.rounds)
        to_y = to_y.float().contiguous()
        made = [*map(torch.empty_like, values[:4]), *map(torch.zeros_like, values[4:])]
        bytes_ = library().scan_scratch(inputs.L, inputs.N)
        scratch = torch.empty(bytes_ + 63, dtype=torch.uint8)
        library().scan_backward(
            ctypes.byref(inputs), _at(to_y),
            ctypes.byref(_Gradients(*(value.data_ptr() for value in made))),
            ctypes.c_void_p(scratch.data_ptr() + 63 & ~63),
        )  # fmt: skip
        return None, *made


def scan(rounds: Rounds | None) -> Callable | None:
    """The scan as a function of x, delta, B, C, A and D; None where it cannot be built."""
    return functools.partial(Scan.apply, rounds) if library() else None


class Convolution(Function):
    """Causal, depthwise: x [n,L,ED], weight [K,ED], bias [ED] -> [n,L,ED]."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
        x, weight, bias = values = [value.contiguous() for value in (x, weight, bias)]
        inputs = _Convolution(*x.shape, len(weight), *(value.data_ptr() for value in values))
        y = torch.empty_like(x)
        library().conv_forward(ctypes.byref(inputs), _at(y))
        ctx.save_for_backward(*values)
        return y

    @staticmethod
    def backward(ctx, to_y: Tensor):
        x, weight, bias = values = ctx.saved_tensors
        inputs = _Convolution(*x.shape, len(weight), *(value.data_ptr() for value in values))
        made = [torch.empty_like(x), torch.zeros_like(weight), torch.zeros_like(bias)]
        library().conv_backward(ctypes.byref(inputs), _at(to_y.contiguous()), *map(_at, made))
        return tuple(made)


class Product(Function):
    """x [...,I], weight [O,I], bias [O] or None -> [...,O]."""

    @staticmethod
    def forward(ctx, x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        x = x.contiguous()
        ctx.save_for_backward(x, weight)
        ctx.biased = bias is not None
        return Product.product(x, weight.t().contiguous(), bias)

    @staticmethod
    def product(x: Tensor, w: Tensor, bias: Tensor | None = None) -> Tensor:
        y = torch.empty(*x.shape[:-1], w.shape[1])
        offset = _at(bias) if bias is not None else None
        library().product_forward(*Product.sizes(x, w), _at(x), _at(w), offset, _at(y))
        return y

    @staticmethod
    def sizes(x: Tensor, w: Tensor) -> tuple:
        return ctypes.c_long(x.numel() // x.shape[-1]), *w.shape

    @staticmethod
    def backward(ctx, to_y: Tensor):
        x, weight = ctx.saved_tensors
        to_y = to_y.contiguous()
        to_w = torch.zeros(weight.shape[::-1])
        to_bias = torch.zeros(len(weight)) if ctx.biased else None
        offset = _at(to_bias) if ctx.biased else None
        library().product_backward(*Product.sizes(x, to_w), _at(x), _at(to_y), _at(to_w), offset)
        to_x = Product.product(to_y, weight.contiguous()) if ctx.needs_input_grad[0] else None
        return to_x, to_w.t(), to_bias


class Surprise(Function):
    """logits [n,classes], wanted [n] -> -log of the probability of what was wanted, nats [n]."""

    @staticmethod
    def forward(ctx, logits: Tensor, wanted: Tensor) -> Tensor:
        logits, wanted = logits.contiguous(), wanted.long().contiguous()
        nats, gradient = torch.empty(len(logits)), torch.empty_like(logits)
        rows, classes = ctypes.c_long(len(logits)), logits.shape[1]
        library().surprise(rows, classes, *map(_at, (logits, wanted, nats, gradient)))
        ctx.save_for_backward(gradient)
        return nats

    @staticmethod
    def backward(ctx, to_nats: Tensor):
        return ctx.saved_tensors[0].mul_(to_nats.unsqueeze(1)), None


def surprise(logits: Tensor, wanted: Tensor) -> Tensor:
    """As `Surprise`; by torch's own operation where the kernels cannot be built."""
    if library():
        return Surprise.apply(logits, wanted)
    return functional.cross_entropy(logits, wanted, reduction="none")
