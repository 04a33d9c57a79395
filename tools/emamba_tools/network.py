"""One quantised network: its file, its shape, its exponents, and the limits of the hardware.

Source: "One network", "Names" and "Network" of the project's integer contract and file formats.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from . import safetensors

FORMAT = "emamba-network-1"
SIZES = ("H", "W", "C", "P", "L", "D", "ED", "N", "R", "K", "M", "outputs")
HEADS = ("flatten", "mean", "none", "token")
PER_TOKEN = ("none", "token")  # heads with a result a token
SEGMENTS = range(1, 33)  # of a table; between two more regions, which clamp
A_BAR_EXPONENT = -7


class NetworkError(ValueError):
    """The network breaks the format or a limit; the message says what, and what is allowed."""


@dataclass(frozen=True)
class Pwl:
    """A piecewise-linear table; see `contract.pwl`."""

    thresholds: np.ndarray  # int64 [regions-1], nondecreasing, -256..255
    slopes: np.ndarray  # int64 [regions], INT16
    intercepts: np.ndarray  # int64 [regions], INT32
    shift: int  # 0..31

    @property
    def segments(self) -> int:
        """Regions between the first and the last threshold."""
        return len(self.thresholds) - 1

    def metadata(self) -> dict[str, Any]:
        """The table as a network file holds it."""
        lists = {key: getattr(self, key).tolist() for key in ("thresholds", "slopes", "intercepts")}
        return {**lists, "shift": self.shift}


@dataclass(frozen=True)
class Network:
    """A network that satisfies `check`. Codes are INT8, held as int64 so that sums are exact."""

    shape: dict[str, Any]
    exponents: dict[str, int]  # by tensor and node: value = code * 2^exponent
    pwl: dict[str, Pwl]  # by the node the table produces
    tensors: dict[str, np.ndarray]  # int64
    origin: str = ""

    @property
    def parameters(self) -> int:
        return sum(tensor.size for tensor in self.tensors.values())


def load(path: str | Path) -> Network:
    """Read and check a network file. Raises NetworkError, safetensors.FormatError, OSError."""
    tensors, metadata = safetensors.load(path)
    try:
        if metadata.get("format") != FORMAT:
            raise NetworkError(f"format is {metadata.get('format')!r}; must be {FORMAT!r}")
        for key in ("shape", "exponents", "pwl"):
            if not isinstance(metadata.get(key), dict):
                raise NetworkError(f"metadata {key} must be a JSON object")
        for name, tensor in tensors.items():
            if tensor.dtype != np.int8:
                raise NetworkError(f"{name} is {tensor.dtype}; must be I8")
        tables = {name: _table(name, value) for name, value in metadata["pwl"].items()}
        wide = {name: tensor.astype(np.int64) for name, tensor in tensors.items()}
        origin = str(metadata.get("origin", ""))
        network = Network(metadata["shape"], metadata["exponents"], tables, wide, origin)
        check(network)
    except NetworkError as error:
        raise NetworkError(f"{path}: {error}") from None
    return network


def save(path: str | Path, network: Network) -> None:
    """Check and write a network file. Raises NetworkError, OSError."""
    check(network)
    metadata = {
        "format": FORMAT,
        "shape": network.shape,
        "exponents": network.exponents,
        "pwl": {name: table.metadata() for name, table in network.pwl.items()},
        "origin": network.origin,
    }
    codes = {name: network.tensors[name].astype(np.int8) for name in tensor_shapes(network.shape)}
    safetensors.save(path, codes, metadata)


def tensor_shapes(shape: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Every tensor a network of this shape has, in file order, and its dimensions."""
    L, D, ED, N, R, K = (shape[key] for key in ("L", "D", "ED", "N", "R", "K"))
    hidden, outputs = shape["head_hidden"], shape["outputs"]
    patch = shape["P"] * shape["P"] * shape["C"]
    shapes: dict[str, tuple[int, ...]] = {"embed.weight": (D, patch), "embed.bias": (D,)}
    for block in range(shape["M"]):
        shapes |= {
            f"blocks.{block}.{name}": size
            for name, size in {
                "norm.gamma": (D,),
                "norm.beta": (D,),
                "in_proj.weight": (2 * ED, D),
                "conv.weight": (ED, K),
                "conv.bias": (ED,),
                "param_proj.weight": (R + 2 * N, ED),
                "delta_proj.weight": (ED, R),
                "delta_proj.bias": (ED,),
                "A": (ED, N),
                "D": (ED,),
                "output_proj.weight": (D, ED),
            }.items()
        }
    features = {"flatten": [L * D], "mean": [D], "none": [], "token": [D]}[shape["head"]]
    widths = features + [hidden] * (hidden > 0) + [outputs]
    for index in range(len(widths) - 1 if features else 0):
        shapes[f"head.{index}.weight"] = (widths[index + 1], widths[index])
        shapes[f"head.{index}.bias"] = (widths[index + 1],)
    return shapes


def node_names(shape: dict[str, Any]) -> list[str]:
    """Every activation node a network of this shape has, in dataflow order."""
    inner = (
        "norm in_proj conv.in gate.in conv x gate params delta_in B C delta_proj delta exp_in "
        "A_bar B_bar state y gated output_proj output"
    )
    names = ["input", "patches", "embed"]
    names += [f"blocks.{block}.{name}" for block in range(shape["M"]) for name in inner.split()]
    names += ["head.in"] * (shape["head"] != "none")
    names += ["head.hidden", "head.act"] * (shape["head_hidden"] > 0)
    return names + ["output"]


def pwl_names(shape: dict[str, Any]) -> list[str]:
    """Every node that a piecewise-linear table of a network of this shape produces."""
    each = ["x", "gate", "A_bar"] if shape["conv_silu"] else ["gate", "A_bar"]
    return [f"blocks.{block}.{name}" for block in range(shape["M"]) for name in each]


class Alignment(NamedTuple):
    """A left shift (negative: a rounded right shift) that the hardware bounds."""

    what: str
    shift: int  # bits
    least: int
    most: int
    moves: str  # the exponent to change when the shift is out of range
    way: int  # +1: the shift grows with that exponent; -1: it falls


def alignments(shape: dict[str, Any], e: dict[str, int]) -> list[Alignment]:
    """Every bounded alignment of a network with exponents `e`."""
    found = []

    def bound(moves: str, over: str, shift: int, least: int, most: int, way: int = 1) -> None:
        found.append(Alignment(f"{moves} {over}", shift, least, most, moves, way))

    def bias(name: str, x: str) -> None:
        above = e[f"{name}.bias"] - (e[f"{name}.weight"] + e[x])
        bound(f"{name}.bias", "above its accumulator", above, -7, 15)

    bias("embed", "patches")
    tok = "embed"
    for block in range(shape["M"]):
        b = f"blocks.{block}."
        norm = (f"{b}norm.gamma", f"{b}norm.beta", f"{b}norm")
        top = max(e[name] for name in norm)
        for name in norm:
            bound(name, "below the norm's greatest", top - e[name], 0, 15, way=-1)
        bias(f"{b}conv", f"{b}conv.in")
        bias(f"{b}delta_proj", f"{b}delta_in")
        current = e[f"{b}state"] + A_BAR_EXPONENT
        drive = e[f"{b}B_bar"] + e[f"{b}x"] - current
        bound(f"{b}state", "(computed) below B_bar*x", drive, -16, 15, way=-1)
        direct = e[f"{b}D"] + e[f"{b}x"] - (e[f"{b}C"] + current)
        bound(f"{b}D", "times x above C times state", direct, -7, 31)
        bound(f"{b}output_proj", f"above {tok}", e[f"{b}output_proj"] - e[tok], -15, 15)
        tok = f"{b}output"
    if shape["head"] != "none":
        bias("head.0", "head.in")
        if shape["head_hidden"]:
            bias("head.1", "head.act")
    if shape["head"] == "mean":
        bound("head.in", f"above {tok}", e["head.in"] - e[tok], -15, 15)
    return found


def check(network: Network) -> None:
    """Raise NetworkError unless every name is there once and every limit holds."""
    shape, exponents = network.shape, network.exponents
    _check_shape(shape)
    blocks, tensors = shape["M"], len(network.tensors)  # before names are made for every block
    _require(blocks <= tensors, "shape M", blocks, f"at most the {tensors} tensors")
    wanted = tensor_shapes(shape)
    _same_names("tensors", network.tensors, wanted)
    _same_names("exponents", exponents, [*wanted, *node_names(shape)])
    _same_names("pwl", network.pwl, pwl_names(shape))

    for name, size in wanted.items():
        _require(network.tensors[name].shape == size, name, network.tensors[name].shape, f"{size}")
        _within(name, network.tensors[name], -128, 127)
    for name, value in exponents.items():
        _require(type(value) is int and -64 <= value <= 63, f"exponents {name}", value, "-64..63")
        if name.endswith(".A_bar"):
            _require(value == A_BAR_EXPONENT, f"exponents {name}", value, f"{A_BAR_EXPONENT}")
    for a in alignments(shape, exponents):
        legal = a.least <= a.shift <= a.most
        _require(legal, f"exponent {a.what}", a.shift, f"{a.least}..{a.most}")
    for name, table in network.pwl.items():
        count, regions = table.segments, table.segments + 2
        allowed = f"{SEGMENTS[0]}..{SEGMENTS[-1]}"
        _require(count in SEGMENTS, f"pwl {name} segments", count, allowed)
        sizes = (len(table.slopes), len(table.intercepts))
        _require(sizes == (regions, regions), f"pwl {name} sizes", sizes, f"{regions} regions")
        _within(f"pwl {name} thresholds", table.thresholds, -256, 255)
        rising = bool((np.diff(table.thresholds) >= 0).all())
        _require(rising, f"pwl {name} thresholds", table.thresholds.tolist(), "nondecreasing")
        _within(f"pwl {name} slopes", table.slopes, -(2**15), 2**15 - 1)
        _within(f"pwl {name} intercepts", table.intercepts, -(2**31), 2**31 - 1)
        _require(0 <= table.shift <= 31, f"pwl {name} shift", table.shift, "0..31")


def _check_shape(shape: dict[str, Any]) -> None:
    _same_names("shape", shape, [*SIZES, "conv_silu", "head", "head_hidden"])
    for key in SIZES:
        _require(type(shape[key]) is int and shape[key] >= 1, f"shape {key}", shape[key], ">= 1")
    hidden, head, L, P = shape["head_hidden"], shape["head"], shape["L"], shape["P"]
    _require(isinstance(shape["conv_silu"], bool), "shape conv_silu", shape["conv_silu"], "a bool")
    _require(head in HEADS, "shape head", head, f"one of {HEADS}")
    _require(type(hidden) is int and hidden >= 0, "shape head_hidden", hidden, ">= 0")
    tiles = shape["H"] % P == 0 and shape["W"] % P == 0
    _require(tiles, "shape P", P, f"a divisor of H {shape['H']} and W {shape['W']}")
    tokens = (shape["H"] // P) * (shape["W"] // P)
    _require(L == tokens, "shape L", L, f"the number of patches, {tokens}")
    if head == "none":
        outputs = shape["outputs"]
        _require(hidden == 0, "shape head_hidden", hidden, "0 with head none")
        _require(outputs == shape["D"], "shape outputs", outputs, "D with head none")


def _table(name: str, value: Any) -> Pwl:
    keys = ("thresholds", "slopes", "intercepts")
    if not isinstance(value, dict) or set(value) != {*keys, "shift"}:
        raise NetworkError(f"pwl {name} must have exactly {', '.join(keys)} and shift")
    for key in keys:
        integers = isinstance(value[key], list) and all(
            type(v) is int and abs(v) < 2**32 for v in value[key]
        )
        _require(integers, f"pwl {name} {key}", value[key], "a list of integers of 32 bits")
    _require(type(value["shift"]) is int, f"pwl {name} shift", value["shift"], "0..31")
    return Pwl(*(np.array(value[key], np.int64) for key in keys), value["shift"])


def _same_names(what: str, have: Any, want: Any) -> None:
    missing, unknown = sorted(set(want) - set(have)), sorted(set(have) - set(want))
    if missing or unknown:
        raise NetworkError(f"{what}: missing {missing or 'none'}, unknown {unknown or 'none'}")


def _within(what: str, values: np.ndarray, least: int, most: int) -> None:
    outside = values[(values < least) | (values > most)]
    _require(outside.size == 0, what, outside.flat[0] if outside.size else 0, f"{least}..{most}")


def _require(holds: bool, what: str, value: Any, allowed: str) -> None:
    if not holds:
        raise NetworkError(f"{what} is {value}; allowed: {allowed}")
