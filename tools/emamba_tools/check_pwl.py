"""How far a network's piecewise-linear functions are from the exact ones, and what they see."""

from typing import NamedTuple

import numpy as np

from . import contract, plot
from .network import Network, pwl_names
from .pwl import CODES

LIMIT_PERCENT = 3.0  # of full scale
SOURCES = {"x": "conv", "gate": "gate.in", "A_bar": "exp_in"}


class Errors(NamedTuple):
    """One table over all 256 inputs of its calibrated range."""

    node: str
    x: np.ndarray  # [256] the inputs
    line: np.ndarray  # [256] error of the segments, before their one rounding
    code: np.ndarray  # [256] error of the INT8 outputs
    full_scale: float  # the exact function's largest magnitude over the range
    counts: np.ndarray  # [regions] how many inputs of the frames fell into each
    weights: np.ndarray  # [256] the share of the frames' inputs on each code

    def percent(self, error: np.ndarray) -> float:
        return float(np.abs(error).max() / self.full_scale * 100)


def exact(node: str, x: np.ndarray) -> np.ndarray:
    if node.endswith("A_bar"):
        return np.exp(np.minimum(x, 700))
    return x / (1 + np.exp(-np.maximum(x, -700)))


def measure(network: Network, frames: np.ndarray) -> list[Errors]:
    """Every table of `network`, and what it sees on `frames`.

    Beyond what the output's INT8 codes hold the exact function saturates too: the choice of the
    range is calibration's, not the table's.
    """
    nodes: dict[str, np.ndarray] = {}
    contract.forward(network, frames, nodes)
    codes, found = np.array(CODES), []
    for node in pwl_names(network.shape):
        stem, _, kind = node.rpartition(".")
        source, table, step = f"{stem}.{SOURCES[kind]}", network.pwl[node], network.exponents[node]
        low, high = -128 * 2.0**step, 127 * 2.0**step
        x = codes * 2.0 ** network.exponents[source]
        wanted = exact(node, x).clip(low, high)
        region = np.searchsorted(table.thresholds, codes, side="right")
        line = table.slopes[region] * codes + table.intercepts[region]
        line = line * 2.0 ** (step - table.shift)
        seen = np.bincount(nodes[source].ravel() + 128, minlength=256)
        found.append(Errors(
            node, x, line.clip(low, high) - wanted, contract.pwl(codes, table) * 2.0**step - wanted,
            float(np.abs(wanted).max()),
            np.bincount(region, seen, len(table.slopes)).astype(np.int64), seen / seen.sum(),
        ))  # fmt: skip
    return found


def report(found: list[Errors]) -> tuple[bool, list[str]]:
    """The verdict and its lines."""
    lines = [f"{'table':16}{'full scale':>11}{'max error':>11}{'%':>7}{'mean':>11}{'%':>7}"
             f"{'mean seen':>11}{'INT8 max %':>12}"]  # fmt: skip
    for e in found:
        error = np.abs(e.line)
        seen = float(error @ e.weights)
        lines.append(f"{e.node:16}{e.full_scale:11.5f}{error.max():11.5f}{e.percent(e.line):7.2f}"
                     f"{error.mean():11.5f}{error.mean() / e.full_scale * 100:7.2f}{seen:11.5f}"
                     f"{e.percent(e.code):12.2f}")  # fmt: skip
    worst = max(found, key=lambda e: e.percent(e.line))
    passed = worst.percent(worst.line) < LIMIT_PERCENT
    verdict = "pass" if passed else "FAIL"
    lines.append(f"pwl: {verdict}: largest error {worst.percent(worst.line):.2f} % of full scale "
                 f"({worst.node}); limit {LIMIT_PERCENT:g} %")  # fmt: skip
    return passed, lines


def picture(found: list[Errors]) -> tuple[int, int, str]:
    """Width, height and script: a row a table, its error and the histogram of its inputs."""
    script = f"set multiplot layout {len(found)},2\nunset key\n"
    for index, e in enumerate(found):
        percent = e.line / e.full_scale * 100
        script += plot.block(f"error{index}", zip(e.x, percent, e.code / e.full_scale * 100))
        share = e.counts / e.counts.sum() * 100
        script += plot.block(f"share{index}", enumerate(share))
        script += f"""
set title '{e.node}: error, % of full scale ({e.full_scale:.3f})' noenhanced
set xlabel 'input'; set xrange [{e.x[0]}:{e.x[-1]}]; set yrange [-3.5:3.5]
plot $error{index} using 1:3 with steps linecolor '#f0b070', \\
     $error{index} using 1:2 with lines linewidth 2 linecolor '#2060a0', \\
     3 dashtype 2 linecolor '#c02020', -3 dashtype 2 linecolor '#c02020'
set title 'inputs seen, % by region (0: below the first knot)'
set xlabel 'region'; set xrange [-1:{len(share)}]; set yrange [0:*]
plot $share{index} using 1:2:(0.8) with boxes linecolor '#2060a0'
"""
    return 900, 230 * len(found), script
