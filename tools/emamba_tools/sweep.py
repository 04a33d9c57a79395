"""Designs to fit to and designs to validate on: small, one block, lanes from 1 to those of the shipped designs."""

import os
import random
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from emamba_tools.synthesis import CACHE, ROOT

TRAINING = 22
EMAMBA = ROOT / "build" / "emamba"
RANDOM_CASE = ROOT / "build" / "tests" / "random_case"
GF22 = ROOT / "configs" / "technology" / "gf22.yaml"


@dataclass
class Design:
    """A design of the sweep; `folder` holds design.yaml, package.sv and features.json."""

    name: str
    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "design.yaml"

    @property
    def package(self) -> Path:
        return self.folder / "package.sv"

    @property
    def features(self) -> Path:
        return self.folder / "features.json"


def technology(macro_bits: int) -> Path:
    """A technology file whose memories are macros from `macro_bits` on: small ones synthesise faster."""
    path = CACHE / f"macro-{macro_bits}.yaml"
    text = re.sub(
        r"sram_macro_min_bits:\n    \{value: \d+, low: \d+, high: \d+",
        f"sram_macro_min_bits:\n    {{value: {macro_bits}, low: 1, high: 16777216",
        GF22.read_text(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}")
    part.write_text(text)
    part.rename(path)  # others may read it
    return path


def _divisor(draw: random.Random, n: int, limit: int) -> int:
    return draw.choice([i for i in range(1, n + 1) if n % i == 0 and i <= limit])


def _lanes(draw: random.Random, inputs: int, outputs: int, products: int) -> str:
    """In and out lanes with at most so many products."""
    first = _divisor(draw, inputs, products)
    return f"{{in_lanes: {first}, out_lanes: {_divisor(draw, outputs, max(1, products // first))}}}"


def draw_design(seed: int) -> str:
    """The text of a small legal design; the same seed gives the same."""
    draw = random.Random(seed)
    p, c, down, across = draw.choice([1, 2, 3]), draw.choice([1, 2, 3]), draw.choice([1, 2, 3]), draw.choice([1, 2, 4])
    d = draw.choice([4, 6, 8, 12, 16, 20, 24])
    ed, n, r, k = d * draw.choice([1, 2]), draw.choice([2, 4, 6, 8, 8]), draw.choice([1, 2, 3]), draw.choice([2, 3, 4, 4])
    tokens, head = down * across, draw.choice(["flatten", "flatten", "mean", "mean", "none"])
    hidden = draw.choice([0, 6, 12, 20]) if head != "none" else 0
    outputs = draw.choice([4, 6, 10]) if head != "none" else d
    frame = p * p * c * tokens
    ssm = _divisor(draw, n, n) if draw.random() < 0.6 else n * _divisor(draw, ed, max(1, 16 // n))
    depth = {key: draw.choice([1, 2, 2, 3, 4, 7]) for key in "tok u sz x g p delta q".split()}
    depth |= {"frame": draw.choice([1, 2]), "store": draw.choice([2, 3, 8])}
    lines = [
        f"name: sweep_{seed}",
        f"technology: {technology(draw.choice([384, 512, 768, 1024, 2048]))}",
        "clock_mhz: 100\nvdd_mv: 800\ntemperature_c: 25",
        "shape:",
        f"  H: {down * p}\n  W: {across * p}\n  C: {c}\n  P: {p}\n  L: {tokens}\n  D: {d}\n  ED: {ed}",
        f"  N: {n}\n  R: {r}\n  K: {k}\n  M: 1\n  conv_silu: {'true' if draw.random() < 0.7 else 'false'}",
        f"  head: {head}\n  head_hidden: {hidden}\n  outputs: {outputs}",
        f"stream:\n  in_bytes: {_divisor(draw, frame, 8)}\n  out_bytes: {_divisor(draw, outputs, 4)}",
        "engines:",
        f"  patch_embed: {_lanes(draw, p * c, d, 12)}",
        f"  norm: {{units: {_divisor(draw, d, 6)}}}",
        f"  in_proj: {_lanes(draw, d, 2 * ed, 32)}",
        f"  conv: {{lanes: {_divisor(draw, ed, 4)}}}",
        f"  param_proj: {_lanes(draw, ed, r + 2 * n, 20)}",
        f"  delta_proj: {_lanes(draw, r, ed, 6)}",
        f"  ssm: {{lanes: {ssm}}}",
        f"  out_proj: {_lanes(draw, ed, d, 20)}",
    ]
    if head == "flatten":
        depth["store"] = tokens * draw.choice([1, 2])
    if head == "mean":
        lines.append(f"  pool: {{lanes: {_divisor(draw, d, 4)}}}")
        depth["pooled"] = draw.choice([1, 2])
    if head != "none":
        lines.append(f"  head_0: {_lanes(draw, d, hidden or outputs, 16)}")
        depth["out"] = draw.choice([1, 2])
    if hidden:
        lines.append(f"  head_1: {_lanes(draw, hidden, outputs, 8)}")
        depth["hidden"] = draw.choice([1, 2])
    lines += ["depth_tokens:", *(f"  {key}: {value}" for key, value in depth.items())]
    segments = (17, 11) if draw.random() < 0.7 else (draw.choice([5, 9, 13]), draw.choice([5, 8, 15]))
    lines.append(f"pwl:\n  silu_segments: {segments[0]}\n  exp_segments: {segments[1]}")
    return "\n".join(lines) + "\n"


def _one_block(text: str, macro_bits: int | None) -> str:
    """The design with one block, its technology by absolute path."""
    text = re.sub(r"^  M: \d+", "  M: 1", text, flags=re.M)
    path = technology(macro_bits) if macro_bits else GF22
    return re.sub(r"^technology: .*", f"technology: {path}", text, flags=re.M)


def _emamba(*arguments: str | Path) -> None:
    done = subprocess.run([EMAMBA, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())


def _make(name: str, text: str) -> Design:
    """Writes the design and what the program says of it."""
    design = Design(name, CACHE / "sweep" / name)
    design.folder.mkdir(parents=True, exist_ok=True)
    design.path.write_text(text)
    _emamba("check", design.path, "--package", design.package, "--features", design.features)
    return design


def sampled(seed: int) -> Design:
    return _make(f"sweep-{seed}", draw_design(seed))


def _text(name: str) -> str:
    """A design's file; of those that are chosen by the fit's own prices the one balanced by hand."""
    by_hand = ROOT / "configs" / "spaces" / f"{name}-by-hand.yaml"
    return (by_hand if by_hand.exists() else ROOT / "configs" / "designs" / f"{name}.yaml").read_text()


def shipped(name: str) -> Design:
    """A design that ships with one block."""
    return _make(name, _one_block(_text(name), None))


def whole(name: str) -> Design:
    """A design that ships as it is."""
    text = re.sub(r"^technology: .*", f"technology: {GF22}", _text(name), flags=re.M)
    return _make(f"{name}-whole", text)


def by_test_generator(seed: int) -> Design:
    """A design of the tests' generator, which knows nothing of this file, with one block."""
    folder = CACHE / "sweep" / f"random-{seed}"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([RANDOM_CASE, str(seed), folder], check=True, cwd=ROOT)
    return _make(f"random-{seed}", _one_block((folder / "design.yaml").read_text(), 1024))


def smallest() -> Design:
    """Every kind of part but the pool, in a design that synthesises in about half a minute."""
    lines = [
        "name: smallest",
        f"technology: {technology(160)}",
        "clock_mhz: 100\nvdd_mv: 800\ntemperature_c: 25",
        "shape:\n  H: 2\n  W: 4\n  C: 1\n  P: 2\n  L: 2\n  D: 6\n  ED: 6\n  N: 3\n  R: 1\n  K: 2\n  M: 1",
        "  conv_silu: true\n  head: flatten\n  head_hidden: 0\n  outputs: 3",
        "stream:\n  in_bytes: 2\n  out_bytes: 1",
        "engines:\n  patch_embed: {in_lanes: 2, out_lanes: 1}\n  norm: {units: 1}",
        "  in_proj: {in_lanes: 2, out_lanes: 3}\n  conv: {lanes: 1}\n  param_proj: {in_lanes: 3, out_lanes: 1}",
        "  delta_proj: {in_lanes: 1, out_lanes: 1}\n  ssm: {lanes: 1}\n  out_proj: {in_lanes: 2, out_lanes: 2}",
        "  head_0: {in_lanes: 2, out_lanes: 1}",
        "depth_tokens: {frame: 1, tok: 2, u: 1, sz: 2, x: 2, g: 2, p: 2, delta: 1, q: 2, store: 4, out: 1}",
        "pwl: {silu_segments: 5, exp_segments: 5}",
    ]
    return _make("smallest", "\n".join(lines) + "\n")


def training() -> list[Design]:
    """Small designs, and one whose memories are as large as those of the shipped designs."""
    return [sampled(seed) for seed in range(1, TRAINING)] + [shipped("mars")]


# Drawn from the system's random numbers on 2026-11-25, when the features were final.
DRAWN = (43510, 29148, 8083, 61122, 48704, 48613, 31291, 57220)


def held_out() -> list[Design]:
    """None of these takes part in the fit; the last eight were drawn when the features were final."""
    designs = [by_test_generator(seed) for seed in (1, 2)]
    designs += [sampled(seed) for seed in range(1001, 1007)]
    designs += [shipped("tiny"), whole("fmnist"), sampled(1007), sampled(1008), by_test_generator(3)]
    return designs + [sampled(seed) for seed in DRAWN]
