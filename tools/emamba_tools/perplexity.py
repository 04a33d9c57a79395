"""Perplexity against length, for every arithmetic: the table and the picture of tools/language.py.

INT8 is the C model, on the frames that the host makes of the text; its codes are compared with the
integer contract in Python on one text of every length.
"""

import subprocess
import tempfile
from pathlib import Path
from typing import Iterator, NamedTuple

import numpy as np
import torch

from . import ablation, contract, datasets, language, language_quantising, network, plot
from . import quantisation, safetensors
from .language_quantising import Units
from .model import Model, Numerics, Shape
from .rounding import Rounding, Secants

LAST = 512  # units at the end of the longest texts that are looked at alone


class Figure(NamedTuple):
    """Perplexity of all units, and of the LAST of each of the longest texts: the same units in
    every length, after much of their text or little."""

    whole: float
    last: float


def figure(nats: np.ndarray, longest: int) -> Figure:
    ends = nats.reshape(-1, longest)[:, -LAST:]
    return Figure(language.perplexity(nats), language.perplexity(ends))


class Chip(NamedTuple):
    """A quantised language model and what runs it."""

    program: Path
    design: Path
    network: network.Network
    units: Units


def by_the_c_model(chip: Chip, ids: np.ndarray, length: int) -> np.ndarray:
    """The logits' codes of whole texts, int8 [texts,length,units]. Raises ValueError, OSError."""
    frames = chip.units.frames(ids, length)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent)
        net, inputs, out = (folder / name for name in ("network", "frames", "outputs"))
        network.save(net, language_quantising.of_length(chip.network, length))
        datasets.save(inputs, datasets.Frames(frames, None, chip.units.exponent))
        command = [chip.program, "run", chip.design, "-n", net, "-i", inputs, "-o", out, "-q",
                   "--set", f"shape.H={length}", "--set", f"shape.L={length}"]  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError((done.stderr or done.stdout).strip().splitlines()[-1])
        codes = safetensors.load(out)[0]["outputs"].reshape(*frames.shape[:2], -1)
    made = language_quantising.of_length(chip.network, length)
    if not np.array_equal(contract.forward(made, frames[:1]), codes[:1].reshape(1, -1)):
        raise ValueError(f"length {length}: the C model and the contract in Python differ")
    return codes


def of_codes(codes: np.ndarray, exponent: int, ids: np.ndarray) -> np.ndarray:
    """The surprises [texts,length] of the logits' codes."""
    logits = torch.from_numpy(codes).float() * 2.0**exponent
    return language.surprises(logits, language.texts(ids, codes.shape[1])[: len(codes)]).numpy()


def in_floating_point(path: Path, ids: np.ndarray, length: int,
                      longest: int) -> Iterator[tuple[str, Figure]]:  # fmt: skip
    """A network of tools/language.py with exact functions and, with range norm, with PWL ones."""
    found, _, _ = language.load(path)
    nats = language.measured(found, Numerics(), ids, length)
    yield f"float, {found.model.norm} norm", figure(nats, longest)
    if found.model.norm == "range":
        nodes = dict.fromkeys(network.pwl_names(found.model.shape.metadata()), 0)
        secants = Secants(quantisation.functions(found.model.shape, nodes))
        nats = language.measured(found, secants, ids, length)
        yield "PWL float, range norm", figure(nats, longest)


def common(ids: np.ndarray, lengths: list[int]) -> np.ndarray:
    """The ids that all `lengths` predict: as many as the longest text divides. Raises ValueError."""
    longest = max(lengths)
    if len(ids) <= longest or min(lengths) < 1 or any(longest % length for length in lengths):
        raise ValueError(f"--lengths: each must divide the longest, {longest}; the text has {len(ids)}")
    return ids[: (len(ids) - 1) // longest * longest + 1]


def figures(floats: list[Path], chip: Chip | None, ids: np.ndarray,
            lengths: list[int]) -> dict[str, list[Figure]]:  # fmt: skip
    """By arithmetic, a figure a length. All lengths predict the same units: so many of `ids` as
    the longest text divides."""
    ids = common(ids, lengths)
    made: dict[str, list[Figure]] = {}
    for length in lengths:
        for path in floats:
            for name, found in in_floating_point(path, ids, length, max(lengths)):
                made.setdefault(name, []).append(found)
        if chip:
            codes = by_the_c_model(chip, ids, length)
            nats = of_codes(codes, chip.network.exponents["output"], ids)
            made.setdefault("INT8 (C model)", []).append(figure(nats, max(lengths)))
        print(f"length {length}: done", flush=True)
    return made


def table(made: dict[str, list[Figure]], lengths: list[int], predicted: int) -> list[str]:
    lines = [f"test perplexity a unit, {predicted} units predicted, by length of the text",
             f"{'':24s}" + "".join(f"{length:>9}" for length in lengths) + "   spread"]  # fmt: skip
    for part, what in ((0, "all units"), (1, f"the last {LAST} of every {lengths[-1]} units")):
        lines.append(what)
        for name, found in made.items():
            values = [f[part] for f in found]
            spread = 100 * (max(values) / min(values) - 1)
            cells = "".join(f"{value:9.3f}" for value in values)
            lines.append(f"  {name:22s}{cells}{spread:7.1f} %")
    return lines


def picture(made: dict[str, list[Figure]], lengths: list[int]) -> tuple[int, int, str]:
    """Width, height and script: perplexity over length, a line an arithmetic."""
    script = "set logscale x 2\nset xlabel 'length of the text, units'\nset key top right\n"
    script += f"set title 'test perplexity a unit'\nset xrange [{lengths[0] * 0.8}:{lengths[-1] * 1.25}]\n"
    parts = []
    for index, (name, found) in enumerate(made.items()):
        script += plot.block(f"d{index}", [(n, f.whole) for n, f in zip(lengths, found)])
        parts.append(f"$d{index} using 1:2 with linespoints linewidth 2 pointtype 7 title '{name}'")
    return 720, 420, script + "plot " + ", \\\n  ".join(parts) + "\n"


def shipped(path: Path) -> tuple[network.Network, Units]:
    """A network and what its host needs, from the file beside it. Raises ValueError, OSError."""
    made = network.load(path)
    units = language_quantising.load_units(language_quantising.units_path(path))
    if units.codes.shape[1] != made.shape["C"] or made.exponents["input"] != units.exponent:
        raise ValueError(f"{language_quantising.units_path(path)}: is not of this network")
    return made, units



def of_network(made: network.Network, units: Units) -> tuple[language.Language, Rounding]:
    """A quantised network as a model, and the numerics with which it gives the network's codes."""
    shape = {key: value for key, value in made.shape.items() if key != "L"}
    model = Model(Shape(**shape), torch.Generator())
    # the model holds the logarithm of -A: a code of 0 becomes one that rounds to it
    values = {name: torch.from_numpy(np.where(tensor == 0, -0.25, tensor) if name.endswith(".A")
                                     else tensor).float() * 2.0 ** made.exponents[name]
              for name, tensor in made.tensors.items()}  # fmt: skip
    model.load_values(values)
    found = language.Language(model, torch.Generator())
    with torch.no_grad():
        found.embedding.copy_(torch.from_numpy(units.codes).float() * 2.0**units.exponent)
    functions = quantisation.functions(model.shape, made.exponents)
    return found, quantisation.rounding(functions, made.pwl, made.exponents)


def by_width(made: network.Network, units: Units, ids: np.ndarray, lengths: list[int],
             widths: list[int]) -> dict[int, list[Figure]]:  # fmt: skip
    """By bits of the stored state, a figure a length; all lengths predict the same units."""
    ids = common(ids, lengths)
    found, numerics = of_network(made, units)
    figures_: dict[int, list[Figure]] = {}
    for bits in widths:
        width = ablation.Width(numerics, bits)
        figures_[bits] = [figure(language.measured(found, width, ids, length), max(lengths))
                          for length in lengths]  # fmt: skip
        print(f"{bits} bits: done", flush=True)
    return figures_


def width_table(made: dict[int, list[Figure]], lengths: list[int], predicted: int) -> list[str]:
    lines = [f"INT8 test perplexity a unit, {predicted} units predicted, by bits of the stored state",
             f"{'length':>8}" + "".join(f"{bits:>9}" for bits in made)]  # fmt: skip
    return lines + [f"{length:8}" + "".join(f"{made[bits][i].whole:9.3f}" for bits in made)
                    for i, length in enumerate(lengths)]  # fmt: skip


def width_picture(made: dict[int, list[Figure]], lengths: list[int]) -> tuple[int, int, str]:
    """Width, height and script: perplexity over bits, a line a length."""
    rows = [(bits, *(f.whole for f in found)) for bits, found in made.items()]
    lines = ", ".join(f"$rows using 1:{i + 2} with linespoints linewidth 2 title '{length} units'"
                      for i, length in enumerate(lengths))  # fmt: skip
    script = plot.block("rows", rows) + "set xlabel 'bits of the stored state'\n"
    return 560, 420, script + f"set title 'INT8 test perplexity a unit'\nplot {lines}\n"
