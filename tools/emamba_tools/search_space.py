"""Candidates of tools/search.py: shapes and approximations, each with a design of one lane."""

import os
import random
from pathlib import Path
from typing import NamedTuple

from .model import Shape

TECHNOLOGY = Path(__file__).resolve().parents[2] / "configs" / "technology" / "gf22.yaml"
CHOICES = {
    "P": (4, 7, 14), "D": (8, 12, 16, 20, 24, 32, 40), "expansion": (1, 2), "N": (2, 4, 8),
    "M": (1, 2, 3), "head_hidden": (8, 12, 16, 24, 32), "segments": (5, 7, 9, 0),
}  # fmt: skip
EMAMBA = (17, 11)  # SiLU, exp: segments 0


class Candidate(NamedTuple):
    """What a search may choose; `segments` of SiLU and of exp each, 0: eMamba's 17 and 11."""

    P: int
    D: int
    ED: int
    N: int
    M: int
    head_hidden: int
    segments: int

    @property
    def name(self) -> str:
        tables = f"s{self.segments}" if self.segments else "s17-11"
        return f"p{self.P}-d{self.D}-ed{self.ED}-n{self.N}-m{self.M}-h{self.head_hidden}-{tables}"

    def shape(self, frame: tuple[int, int, int], outputs: int) -> Shape:
        H, W, C = frame
        return Shape(H, W, C, self.P, self.D, self.ED, self.N, 2, 4, self.M, True, "flatten",
                     self.head_hidden, outputs)  # fmt: skip


def drawn(count: int, seed: int, frame: tuple[int, int, int]) -> list[Candidate]:
    """`count` different candidates for frames [H,W,C], by seed. Raises ValueError."""
    source = random.Random(seed)
    sides = [P for P in CHOICES["P"] if not frame[0] % P and not frame[1] % P]
    if not sides:
        raise ValueError(f"frames of {frame[0]} x {frame[1]}: none of the patch sides divides them")
    found: dict[str, Candidate] = {}
    for _ in range(100 * count):
        D = source.choice(CHOICES["D"])
        one = Candidate(source.choice(sides), D, D * source.choice(CHOICES["expansion"]),
                        *(source.choice(CHOICES[key]) for key in ("N", "M", "head_hidden", "segments")))  # fmt: skip
        found.setdefault(one.name, one)
        if len(found) == count:
            return list(found.values())
    raise ValueError(f"--candidates is {count}; there are not so many")


def design(name: str, s: Shape, segments: int) -> str:
    """A design file with one lane of everything, for the explorer to start from."""
    silu, exp = (segments, segments) if segments else EMAMBA
    sizes = ", ".join(f"{key}: {getattr(s, key)}" for key in ("H", "W", "C", "P", "L", "D", "ED", "N", "R", "K", "M"))
    linear = ("patch_embed", "in_proj", "param_proj", "delta_proj", "out_proj", "head_0", "head_1")
    return "\n".join([
        f"name: {name}",
        f"technology: {os.path.abspath(TECHNOLOGY)}",
        "clock_mhz: 100\nvdd_mv: 800\ntemperature_c: 25\nclock_gating: true",
        f"shape: {{{sizes}, conv_silu: true, head: flatten, head_hidden: {s.head_hidden}, outputs: {s.outputs}}}",
        "stream: {in_bytes: 1, out_bytes: 1}",
        "engines:",
        *(f"  {engine}: {{in_lanes: 1, out_lanes: 1}}" for engine in linear),
        "  norm: {units: 1}\n  conv: {lanes: 1}\n  ssm: {lanes: 1}",
        f"depth_tokens: {{frame: 2, tok: 7, u: 2, sz: 2, x: 4, g: 4, p: 4, delta: 2, q: 2, store: {2 * s.L}, hidden: 2, out: 2}}",
        f"pwl: {{silu_segments: {silu}, exp_segments: {exp}}}",
        "",
    ])  # fmt: skip
