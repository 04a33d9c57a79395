"""configs/technology/calibration.yaml: written from a fit, read for validation. Its layout: sim/files/fit_file.h."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from emamba_tools import synthesis
from emamba_tools.cost_fit import QUANTITIES, Errors, Measured, Sample, fit, wholes
from emamba_tools.synthesis import ROOT

OUTPUT = ROOT / "configs" / "technology" / "calibration.yaml"
Model = dict[str, dict[str, dict[str, float]]]  # quantity, kind, feature
HEADER = """\
# Gates, flip-flops, switching energy and logic depth of every kind of part, fitted to yosys synthesis and to gate-level
# simulation of rtl/ with delays (docs/calibration.md). Written by tools/calibrate.py: do not edit. Gates are gate
# equivalents (NAND2 areas), switching is in INT8 multiply-accumulates on random data, depth in delays of an inverter
# that drives four; features are those of models/cost/{size,work,depth}_features.c.
"""
EXTRAPOLATION = 0.3  # of gates that larger features than any measured stand for
# The order of em_cost_kind.
KINDS = ("axis_in", "linear", "norm", "conv", "ssm", "pool", "axis_out", "buffer", "memory", "apb")


def fit_all(measured: Measured) -> Model:
    return {q: {kind: fit(measured.samples[q], kind) for kind in KINDS} for q in QUANTITIES}


def residual(measured: Measured, quantity: str, model: Model) -> float:
    """The largest error of a whole design or run, a fraction."""
    pairs = wholes(measured.samples[quantity], quantity, model[quantity]).values()
    return max(abs(predicted / real - 1) for predicted, real in pairs)


def largest(samples: list[Sample], feature: str) -> float:
    """Of all samples, fitted or held out: beyond it nothing was measured."""
    return max(sample.features[feature] for sample in samples)


def _number(value: float) -> str:
    return f"{value:.6g}"


def write(path: Path, fitted: Measured, held_out: Measured, flop_clock_mac: float) -> None:
    model = fit_all(fitted)
    source = (
        f"non-negative least squares on {fitted.designs} designs and {fitted.runs} runs; errors on "
        f"{held_out.designs} other designs and {held_out.runs} other runs"
    )
    lines = [
        HEADER,
        f"library: {synthesis.LIBERTY.stem}",
        f'yosys: "{synthesis.version()}"',
        f'source: "{source}"',
        f"designs: {fitted.designs}",
        f"held_out_designs: {held_out.designs}",
        f"runs: {fitted.runs}",
        f"held_out_runs: {held_out.runs}",
        f"flop_clock_mac: {_number(flop_clock_mac)}  # a flip-flop's clock pin for a cycle, in the same library",
        "residual:  # largest error of a whole held-out design or run",
        *(f"  {q}: {_number(residual(held_out, q, model))}" for q in QUANTITIES),
        f"extrapolation: {EXTRAPOLATION}  # assumed: error of the share of gates that lies beyond all those designs",
        "kinds:",
    ]
    for kind in KINDS:
        lines.append(f"  {kind}:")
        for quantity in QUANTITIES:
            coefficients = model[quantity][kind]
            if not coefficients:  # only engines have a depth
                continue
            seen = Errors.of(fitted.of(quantity, kind), coefficients)
            other = Errors.of(held_out.of(quantity, kind), coefficients)
            lines += [
                f"    {quantity}:",
                f"      samples: {seen.samples}",
                f"      mean_percent: {_number(seen.mean)}",
                f"      max_percent: {_number(seen.max)}",
                f"      held_out_samples: {other.samples}",
                f"      held_out_mean_percent: {_number(other.mean)}",
                f"      held_out_max_percent: {_number(other.max)}",
                "      coefficients:",
                *(f"        {name}: {_number(value)}" for name, value in coefficients.items()),
            ]
            if quantity == "gates":
                samples = fitted.of(quantity, kind) + held_out.of(quantity, kind)
                lines.append("      largest:")
                lines += [f"        {name}: {_number(largest(samples, name))}" for name in coefficients]
    path.write_text("\n".join(lines) + "\n")


@contextmanager
def replacing(path: Path) -> Iterator[None]:
    """Takes the old file away while a new one is made: the program refuses one whose features are not its own. Puts it
    back when none was made."""
    old = path.with_suffix(".old")
    if path.exists():
        path.rename(old)
    try:
        yield
    finally:
        if path.exists():
            old.unlink(missing_ok=True)
        elif old.exists():
            old.rename(path)


def read(path: Path) -> Model:
    """The coefficients; only what `write` writes."""
    model: Model = {quantity: {} for quantity in QUANTITIES}
    place: dict[int, str] = {}
    for line in path.read_text().split("\n"):
        key, _, value = line.split("#")[0].partition(":")
        depth = (len(key) - len(key.lstrip())) // 2
        place[depth] = key.strip()
        if depth == 4 and place[3] == "coefficients":
            model[place[2]].setdefault(place[1], {})[place[4]] = float(value)
    return model
