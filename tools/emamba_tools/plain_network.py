"""Networks that behave like trained ones without training: normal weights, exponents that use most of INT8 without
saturating it, tables of SiLU and exp. The tests' generator, whose files these start from, prefers what is rare."""

import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np

from emamba_tools import safetensors

WEIGHT_STD = 40
STILL_CODE = 21  # of operands that do not move


def _table(function: Callable[[float], float], segments: int) -> dict:
    """A piecewise-linear table through `function` of the code at evenly spaced thresholds, flat outside."""
    shift = 8
    knots = [round(-112 + 224 * i / segments) for i in range(segments + 1)]
    slopes, intercepts = [0], [round(function(knots[0])) << shift]
    for left, right in pairwise(knots):
        slope = round((function(right) - function(left)) / (right - left) * (1 << shift))
        slopes.append(slope)
        intercepts.append(round(function(left) * (1 << shift)) - slope * left)
    slopes.append(0)
    intercepts.append(round(function(knots[-1])) << shift)
    return {"thresholds": knots, "slopes": slopes, "intercepts": intercepts, "shift": shift}


def _silu(code: float) -> float:
    return code / (1 + math.exp(-code / 24))


def _decay(code: float) -> float:
    return 127 * math.exp(min(code, 0) / 40)


def _width(terms: int) -> int:
    """log2 of a typical sum of so many products."""
    return 11 + round(math.log2(terms) / 2)


def _exponents(shape: dict, exponents: dict[str, int]) -> dict[str, int]:
    """With all other activations at exponent 0, weights such that results have a standard deviation of about 40 codes."""
    e = dict.fromkeys(exponents, 0)

    def linear(name: str, terms: int) -> None:
        e[f"{name}.weight"] = 6 - _width(terms)
        if f"{name}.bias" in e:
            e[f"{name}.bias"] = -1

    linear("embed", shape["P"] ** 2 * shape["C"])
    e["input"] = e["patches"] = exponents["input"]  # the frames' exponent
    e["embed.weight"] -= e["input"]
    hidden = "head.1.weight" in e
    head_terms = shape["D"] * (shape["L"] if shape["head"] == "flatten" else 1)
    if "head.0.weight" in e:
        linear("head.0", head_terms)
    if hidden:
        linear("head.1", shape["head_hidden"])
    for block in range(shape["M"]):
        name = f"blocks.{block}."
        linear(name + "in_proj", shape["D"])
        linear(name + "conv", shape["K"])
        linear(name + "param_proj", shape["ED"])
        linear(name + "delta_proj", shape["R"])
        linear(name + "output_proj", shape["ED"])
        # docs/contract.md: products of two codes stand 6 above their result; the state's
        # alignment 9 to the left.
        e[name + "norm.gamma"] = 2
        e[name + "A"] = -6
        e[name + "B_bar"] = 7
        current = 7 - 9
        e[name + "state"] = current + 7
        e[name + "D"] = 13 + current
        e[name + "y"] = current + 19
        e[name + "gated"] = e[name + "y"] + 6
        e[name + "output_proj.weight"] -= e[name + "gated"]
    return e


def make(network: Path, seed: int, still: bool = False) -> None:
    """Rewrites a network file in place. `still`: gamma is 0 and beta one code, so that all norms say the same always."""
    draw = np.random.default_rng(seed)
    tensors, metadata = safetensors.load(network)
    for name, codes in tensors.items():
        values = draw.normal(64 if name.endswith("gamma") else 0, WEIGHT_STD, codes.shape)
        values = -np.abs(values) if name.endswith(".A") else values
        tensors[name] = np.clip(np.rint(values), -128, 127).astype(np.int8)
        if still and ".norm." in name:
            tensors[name] = np.full_like(tensors[name], STILL_CODE if name.endswith("beta") else 0)
    for name, table in metadata["pwl"].items():
        function = _decay if name.endswith("A_bar") else _silu
        metadata["pwl"][name] = _table(function, len(table["thresholds"]) - 1)
    a_bar = {name: e for name, e in metadata["exponents"].items() if name.endswith("A_bar")}
    metadata["exponents"] = _exponents(metadata["shape"], metadata["exponents"]) | a_bar
    safetensors.save(network, tensors, metadata)
