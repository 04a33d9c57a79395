"""What the approximations of eMamba cost a trained network as they get coarser or finer.

Networks are rounded, not fine-tuned: what is compared is the approximation, not a training's luck.
"""

from typing import Iterable, NamedTuple

import numpy as np
import torch
from torch import Tensor

from . import check_ssm, plot, quantisation, quantising, scores
from .datasets import Frames
from .model import Model, Numerics
from .rounding import Rounding, Secants

SEGMENTS = (5, 7, 9, 11, 13, 17, 21, 25, 33)
WIDTHS = range(13, 25)  # bits of the stored state; what is computed has seven more
TOKENS = 10_000  # of the longest sequence
BLUE, ORANGE = "#2060a0", "#c06020"


class Subject(NamedTuple):
    """A network to be approximated, and the frames that judge."""

    model: Model
    seen: quantisation.Observer
    trial: quantising.Trial  # the calibration that does best on the validation frames
    test: Frames

    def score(self, numerics: Numerics) -> scores.Score:
        return quantising.score(self.model, numerics, self.test)


def subject(model: Model, parts: list[Frames]) -> Subject:
    """`model` calibrated on the first of `parts` by the rule that is best on the second."""
    train, validation, test = parts
    frames = torch.from_numpy(train.codes[: quantising.CALIBRATION_FRAMES]).float()
    seen = quantisation.observe(model, frames * 2.0**train.exponent)
    trials = [quantising.calibrated(model, seen, rule, False, validation)
              for rule in quantisation.RULES]  # fmt: skip
    best = scores.best([trial.reached for trial in trials])
    return Subject(model, seen, trials[best], test)


class Table(NamedTuple):
    """Lines to print, and a picture: width, height and gnuplot script."""

    lines: list[str]
    picture: tuple[int, int, str]


def unit_of(score: scores.Score) -> str:
    return "top-1 %" if score.classes else "RMSE"


def by_segments(given: Subject) -> Table:
    """PWL segments of every function against accuracy; knots where each table's inputs are."""
    exact, e = given.score(Numerics()), given.trial.exponents
    rows = []
    for segments in SEGMENTS:
        functions = quantisation.functions(given.model.shape, e, given.seen, segments)
        fitted, _ = quantisation.tables(functions, e)
        made = (Secants(functions), quantisation.rounding(functions, fitted, e))
        rows.append((segments, *(given.score(numerics).figure for numerics in made)))
    own = Secants(given.trial.functions), given.trial.numerics
    eMamba = [given.score(numerics).figure for numerics in own]
    lines = [f"exact functions, float: {exact.text}",
             f"{unit_of(exact)} of {len(given.test.codes)} test frames",
             f"{'segments':>10}{'PWL float':>12}{'INT8':>12}"]  # fmt: skip
    lines += [f"{n:10}{floating:12.5g}{codes:12.5g}" for n, floating, codes in rows]
    lines.append(f"{'eMamba':>10}{eMamba[0]:12.5g}{eMamba[1]:12.5g}   (SiLU 17, exp 11, its knots)")
    script = plot.block("rows", rows) + f"""
set title 'segments of SiLU and exp, knots where the inputs are'
set xlabel 'segments'; set ylabel '{unit_of(exact)}'; set key outside bottom center
plot $rows using 1:2 with linespoints linewidth 2 linecolor '{BLUE}' title 'PWL float', \\
     $rows using 1:3 with linespoints linewidth 2 linecolor '{ORANGE}' title 'INT8', \\
     {exact.figure} dashtype 2 linecolor '#808080' title 'float', \\
     {eMamba[1]} dashtype 3 linecolor '{ORANGE}' title 'INT8, knots of eMamba'
"""
    return Table(lines, (560, 420, script))


class Width(Rounding):
    """The contract with a stored state of `bits` bits, of the same range, in float64."""

    def __init__(self, like: Rounding, bits: int):
        super().__init__(dict(like.exponents), like.tables)
        self.most = 2 ** (bits + 6)  # codes of the computed state
        for name in like.exponents:
            if name.endswith(".state"):
                self.exponents[name] += check_ssm.STATE_BITS - bits

    def scan(self, b: str) -> None:
        return None  # the fused scan has the contract's width

    def drive(self, b: str, value: Tensor) -> Tensor:
        step = 2.0 ** self.current(b)
        return (value.double() / step).round() * step

    def state(self, name: str, value: Tensor) -> tuple[Tensor, Tensor]:
        step = 2.0 ** self.current(name.removesuffix("state"))
        kept = (value / step).clamp(-self.most, self.most - 1)
        return kept * step, (kept / 128).floor() * (128 * step)


def by_width(given: Subject, tokens: int = TOKENS) -> Table:
    """Bits of the stored state against accuracy, and against the state's error over sequences of
    up to `tokens`. Raises ValueError when the test frames do not have so many."""
    lengths = (tokens // 100, tokens // 10, tokens)
    codes = quantisation.export(given.model, given.trial.exponents, given.trial.tables, "")
    rows = []
    for bits in WIDTHS:
        reached = given.score(Width(given.trial.numerics, bits))
        scans = [check_ssm.run(codes, given.test.codes, block, tokens, bits)
                 for block in range(codes.shape["M"])]  # fmt: skip
        errors = [max(scan.percent("same", length) for scan in scans) for length in lengths]
        saturated = sum(int(scan.saturated.sum()) for scan in scans)
        rows.append((bits, reached.figure, *errors, saturated))
    lines = [f"{unit_of(reached)} of {len(given.test.codes)} test frames, INT8; RMS error of the "
             "state against float64, % of the RMS state, worst block, after so many tokens",
             f"{'stored':>8}{'computed':>10}{unit_of(reached):>10}"
             + "".join(f"{n:>10}" for n in lengths) + f"{'saturated':>11}"]  # fmt: skip
    lines += [f"{bits:8}{bits + 7:10}{figure:10.5g}" + "".join(f"{v:10.3f}" for v in errors)
              + f"{saturated:11}" for bits, figure, *errors, saturated in rows]  # fmt: skip
    curves = ", ".join(f"$rows using 1:{3 + i} with linespoints linewidth 2 title '{n} tokens'"
                       for i, n in enumerate(lengths))  # fmt: skip
    script = plot.block("rows", rows) + f"""
set multiplot layout 1,2
set xlabel 'bits of the stored state'; set key outside bottom center
set title '{unit_of(reached)} of the test frames, INT8'; set yrange [0:*]
plot $rows using 1:2 with linespoints linewidth 2 linecolor '{BLUE}' notitle
set title 'RMS error of the state, % of the RMS state'; set yrange [*:*]; set logscale y
plot {curves}
"""
    return Table(lines, (960, 420, script))


def by_norm(of_norm: dict[str, Iterable[Subject]]) -> Table:
    """Norms against accuracy: mean and standard error over the networks of each."""
    lines = [f"{'norm':>8}{'networks':>10}{'float':>12}{'s.e.':>9}{'INT8':>12}{'s.e.':>9}"]
    rows = []
    for norm, subjects in of_norm.items():
        found = np.array([[one.score(by).figure for by in (Numerics(), one.trial.numerics)]
                          for one in subjects])  # fmt: skip
        mean = found.mean(0)
        error = found.std(0, ddof=1) / len(found) ** 0.5
        rows.append((norm, mean[0], error[0], mean[1], error[1]))
        lines.append(f"{norm:>8}{len(found):10}{mean[0]:12.5g}{error[0]:9.2g}"
                     f"{mean[1]:12.5g}{error[1]:9.2g}")  # fmt: skip
    script = plot.block("rows", ((i, *row) for i, row in enumerate(rows))) + f"""
set title 'test frames, mean and standard error'; set key outside bottom center
set xrange [-0.5:1.5]
set style data yerrorbars
plot $rows using ($1-0.1):3:4:xtic(2) linewidth 2 linecolor '{BLUE}' title 'float', \\
     $rows using ($1+0.1):5:6 linewidth 2 linecolor '{ORANGE}' title 'INT8'
"""
    return Table(lines, (480, 420, script))
