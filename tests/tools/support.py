"""What the tests share: where things are, and random networks of any shape."""

import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
NETWORKS = sorted((ROOT / "configs" / "networks").glob("*.safetensors"))
NETWORK = ROOT / "configs" / "networks" / "fmnist.safetensors"
sys.path.insert(0, str(TOOLS))

from emamba_tools import network, pwl  # noqa: E402

SMALL = {
    "H": 4, "W": 6, "C": 2, "P": 2, "L": 6, "D": 5, "ED": 7, "N": 3, "R": 2, "K": 4, "M": 2,
    "conv_silu": True, "head": "flatten", "head_hidden": 4, "outputs": 3,
}  # fmt: skip


def run(*arguments, program: str | Path = sys.executable) -> subprocess.CompletedProcess:
    """`program`, by default this Python with the tools in reach, with `arguments`."""
    environment = {**os.environ, "PYTHONPATH": str(TOOLS)}
    command = [str(program), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def exact_requant(code: int, e_from: int, e_to: int) -> int:
    """The contract's requant, by exact rationals."""
    return max(-128, min(127, round(code * Fraction(2) ** (e_from - e_to))))


def random_network(seed: int, **changes) -> network.Network:
    """A legal network of shape SMALL with `changes`: random codes, exponents that suit."""
    shape = {**SMALL, **changes}
    rng = np.random.default_rng(seed)
    tensors = {
        name: rng.integers(-128, 128, size) for name, size in network.tensor_shapes(shape).items()
    }
    for name in tensors:
        if name.endswith(".A"):
            tensors[name] = -np.abs(tensors[name])
    exponents = {name: int(rng.integers(-8, -5)) for name in tensors}
    exponents |= {name: int(rng.integers(-9, -6)) for name in network.node_names(shape)}
    for name in exponents:
        if name.endswith("A_bar"):
            exponents[name] = -7
        elif name.endswith("state"):
            # from where y sees the state's last bits to where both saturations are common
            exponents[name] = int(rng.integers(-22, -2))
    tables = {}
    for name in network.pwl_names(shape):
        stem, node = name.rsplit(".", 1)
        source = {"x": "conv", "gate": "gate.in", "A_bar": "exp_in"}[node]
        function = pwl.EXP if node == "A_bar" else pwl.SILU
        e_in, e_out = exponents[f"{stem}.{source}"], exponents[name]
        tables[name], _ = pwl.fit(function.secants(), e_in, e_out)
    made = network.Network(shape, exponents, tables, tensors, "random")
    network.check(made)
    return made


def random_frames(seed: int, shape: dict, count: int = 3) -> np.ndarray:
    """INT8 frames; the first is all -128, the second all 127."""
    rng = np.random.default_rng(seed)
    size = (count, shape["H"], shape["W"], shape["C"])
    frames = rng.integers(-128, 128, size).astype(np.int8)
    frames[0], frames[1] = -128, 127
    return frames
