"""A text for an imported checkpoint, and a design that is as fast as asked."""

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .model import Shape

TECHNOLOGY = Path(__file__).resolve().parents[2] / "configs" / "technology" / "gf22.yaml"
BYTES = 256
MOST_LANES = 4_096


def ids_of(path: Path, units: int, length: int, count: int) -> Tensor:
    """`count` texts of `length` units and the one that follows, [count,length+1]. Raises
    ValueError, OSError."""
    data = path.read_bytes()
    if units <= BYTES:
        ids = np.frombuffer(data, np.uint8).astype(np.int64)
    else:
        try:
            ids = np.array(data.split(), np.int64)
        except (ValueError, OverflowError):
            raise ValueError(f"{path}: must be ids of units, integers between blanks") from None
    wanted = count * length + 1
    if len(ids) < wanted:
        raise ValueError(f"{path}: {len(ids)} units; {count} texts of {length} need {wanted}")
    if ids.min() < 0 or ids.max() >= units:
        raise ValueError(f"{path}: unit {max(ids.max(), -ids.min())}; the vocabulary has {units}")
    starts = np.arange(count)[:, None] * length
    return torch.from_numpy(ids[starts + np.arange(length + 1)])


def host_path(path: Path) -> Path:
    """Where what the host needs is, for the network at `path`."""
    return path.with_suffix(".host")


def _divisors(n: int) -> list[int]:
    return [d for d in range(1, min(n, MOST_LANES) + 1) if n % d == 0]


def _lanes(rows: int, columns: int, cycles: int) -> tuple[int, int]:
    """The fewest multipliers, in_lanes of `columns` times out_lanes of `rows`, that take at most
    `cycles` steps; the squarest of those."""
    pairs = [(i, o) for i in _divisors(columns) for o in _divisors(rows)]
    enough = [(i, o) for i, o in pairs if columns // i * (rows // o) <= cycles] or [pairs[-1]]
    return min(enough, key=lambda pair: (pair[0] * pair[1], abs(pair[0] - pair[1])))


def _least(groups: int, cycles: int, each: int) -> int:
    """The fewest units with which `groups` of `each` cycles take at most `cycles`."""
    return next((u for u in _divisors(groups) if groups // u * each <= cycles), groups)


def text(name: str, s: Shape, cycles: int) -> str:
    """A design file for the shape of a network with head none."""
    parameters = s.R + 2 * s.N
    linear = {
        "patch_embed": (s.D, s.C), "in_proj": (2 * s.ED, s.D), "param_proj": (parameters, s.ED),
        "delta_proj": (s.ED, s.R), "out_proj": (s.D, s.ED),
    }  # fmt: skip
    lanes = {key: _lanes(*size, cycles) for key, size in linear.items()}
    states = next((l for l in _divisors(s.N) if s.ED * s.N // l <= cycles), None)
    states = states or s.N * _least(s.ED, cycles, 1)
    out = max(d for d in _divisors(s.D) if d <= 64)
    lines = [
        f"name: {name}\ntechnology: {os.path.abspath(TECHNOLOGY)}",
        "clock_mhz: 100\nvdd_mv: 800\ntemperature_c: 25\nclock_gating: true",
        f"shape: {{H: {s.H}, W: 1, C: {s.C}, P: 1, L: {s.H}, D: {s.D}, ED: {s.ED}, N: {s.N}, "
        f"R: {s.R}, K: {s.K}, M: {s.M}, conv_silu: true, head: none, head_hidden: 0, "
        f"outputs: {s.D}}}",
        f"stream: {{in_bytes: {out}, out_bytes: {out}}}",
        "engines:",
        *(f"  {key}: {{in_lanes: {i}, out_lanes: {o}}}" for key, (i, o) in lanes.items()),
        f"  norm: {{units: {_least(s.D, cycles, 10)}}}",
        f"  conv: {{lanes: {_least(s.ED, cycles, 2)}}}",
        f"  ssm: {{lanes: {states}}}",
        "depth_tokens: {frame: 1, tok: 7, u: 2, sz: 2, x: 4, g: 4, p: 4, delta: 2, q: 2, store: 2}",
    ]
    return "\n".join(lines) + "\n"
