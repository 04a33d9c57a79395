"""The integer state of the selective scan against float64, over sequences far longer than a frame.

The tokens of many frames, as a trained block sees them, follow one another without a reset. Two
references run beside the contract's integers, both in float64:
- `same`: the same codes for A_bar, B_bar and x, no rounding of the state. What differs is the
  state's own width: each token adds less than one code (floor) and half of 1/128 (B_bar x,
  aligned), and what was there shrinks by A_bar, so no error exceeds (1 + 1/256) / (1 - max A_bar).
- `exact`: A_bar = exp(delta A) and B_bar = delta B of the same delta, B and x, unrounded. What
  differs is everything inside the scan; above all, A_bar = 127/128 is the slowest decay that INT8
  has: a state which should last longer than about 128 tokens fades. No bound is claimed for it.
"""

from typing import NamedTuple

import numpy as np

from . import contract, plot
from .network import Network

LENGTHS = (10, 50, 100, 1_000, 10_000)
STATE_BITS = 17
FULL_SCALE = 2 ** (STATE_BITS - 1)  # codes of the stored state


class Scan(NamedTuple):
    """One block; per token [tokens]."""

    block: int
    same: np.ndarray  # the largest error against `same`, in codes of the stored state
    bound: float  # what it cannot exceed
    squares: dict[str, tuple[np.ndarray, np.ndarray]]  # by reference: of the errors, of the states
    peak: np.ndarray  # the largest state, in codes
    saturated: np.ndarray  # how many states saturated

    def percent(self, reference: str, tokens: int) -> float:
        """RMS error over RMS state of the first tokens."""
        errors, states = (values[:tokens].sum() for values in self.squares[reference])
        return float(np.sqrt(errors / states)) * 100 if states else 0.0


def run(network: Network, frames: np.ndarray, block: int, tokens: int,
        bits: int = STATE_BITS) -> Scan:  # fmt: skip
    """The scan of `block` over `tokens` tokens of `frames`, one sequence; the state is stored in
    `bits` of the same range as the contract's.

    Raises ValueError when there are too few frames.
    """
    L, b, e = network.shape["L"], f"blocks.{block}.", network.exponents
    needed = -(-tokens // L)
    if len(frames) < needed:
        raise ValueError(f"{len(frames)} frames of {L} tokens; {tokens} tokens need {needed}")
    nodes: dict[str, np.ndarray] = {}
    contract.forward(network, frames[:needed], nodes)
    x, delta, B = (nodes[f"{b}{name}"].reshape(needed * L, -1) for name in ("x", "delta", "B"))
    A, table = network.tensors[f"{b}A"], network.pwl[f"{b}A_bar"]
    e_delta_A, e_delta_B = e[f"{b}delta"] + e[f"{b}A"], e[f"{b}delta"] + e[f"{b}B"]
    e_state = e[f"{b}state"] + STATE_BITS - bits
    e_drive, e_current = e[f"{b}B_bar"] + e[f"{b}x"], e_state - 7
    to_codes = 2.0**-e_state
    h = np.zeros(A.shape, np.int64)
    same, exact = np.zeros(A.shape), np.zeros(A.shape)
    rows, slowest = [], 0
    for t in range(tokens):
        dt, xt = delta[t, :, None], x[t, :, None]
        A_bar = contract.pwl(contract.requant(dt * A, e_delta_A, e[f"{b}exp_in"]), table)
        B_bar = contract.requant(dt * B[t], e_delta_B, e[f"{b}B_bar"])
        current = A_bar * h + contract.align(B_bar * xt, e_drive, e_current)
        kept = contract.sat(current, bits + 7)
        h = kept >> 7
        same = A_bar / 128 * same + B_bar * xt * (2.0**e_drive * to_codes)
        decay = np.exp(dt * A * 2.0**e_delta_A)
        exact = decay * exact + dt * B[t] * xt * (2.0 ** (e_delta_B + e[f"{b}x"]) * to_codes)
        slowest = max(slowest, int(A_bar.max()))
        rows.append((np.abs(h - same).max(), np.abs(h).max(), (kept != current).sum(),
                     *(v for true in (same, exact)
                       for v in (((h - true) ** 2).sum(), (true**2).sum()))))  # fmt: skip
    largest, peak, saturated, *squares = (np.array(column) for column in zip(*rows))
    bound = (1 + 1 / 256) / (1 - slowest / 128)
    pairs = {"same": (squares[0], squares[1]), "exact": (squares[2], squares[3])}
    return Scan(block, largest, bound, pairs, peak, saturated)


def report(scans: list[Scan]) -> tuple[bool, list[str]]:
    """The verdict and its lines."""
    lines = [f"{'block':>5}{'tokens':>8}{'saturated':>11}{'largest state':>15}{'error, codes':>14}"
             f"{'bound':>8}{'% of INT17':>12}{'RMS %':>8}{'RMS %, exact':>14}"]  # fmt: skip
    passed = True
    for scan in scans:
        for length in LENGTHS:
            largest, saturated = scan.same[:length].max(), int(scan.saturated[:length].sum())
            passed &= bool(largest <= scan.bound) and not saturated
            lines.append(f"{scan.block:5}{length:8}{saturated:11}{int(scan.peak[:length].max()):15}"
                         f"{largest:14.2f}{scan.bound:8.1f}{largest / FULL_SCALE * 100:12.3f}"
                         f"{scan.percent('same', length):8.2f}"
                         f"{scan.percent('exact', length):14.2f}")  # fmt: skip
    verdict = "pass" if passed else "FAIL"
    lines.append(f"ssm: {verdict}: no state may saturate, and none may be farther from float64 "
                 "than the bound, whatever the length")  # fmt: skip
    return passed, lines


def picture(scans: list[Scan]) -> tuple[int, int, str]:
    """Width, height and script: the largest and the RMS error over the tokens, a column a block."""
    script = f"set multiplot layout 2,{len(scans)}\nset logscale x\nset xlabel 'tokens'\n"
    script += "set xrange [1:*]\nset yrange [0:*]\nset key top left\n"
    ends = sorted({round(float(v)) for v in np.geomspace(1, len(scans[0].same), 200)})
    for scan in scans:
        rows = (
            (n, scan.same[:n].max(), scan.percent("same", n), scan.percent("exact", n))
            for n in ends
        )
        script += plot.block(f"scan{scan.block}", rows)
    for scan in scans:
        script += f"""
set title 'block {scan.block}: largest error of the state, codes of INT17'
plot $scan{scan.block} using 1:2 with lines linewidth 2 linecolor '#2060a0' notitle, \\
     {scan.bound} title 'bound' dashtype 2 linecolor '#c02020'
"""
    for scan in scans:
        script += f"""
set title 'block {scan.block}: RMS error, % of the RMS state'
plot $scan{scan.block} using 1:3 with lines linewidth 2 linecolor '#2060a0' title 'same codes', \\
     $scan{scan.block} using 1:4 with lines linewidth 2 linecolor '#c06020' title 'exact scan'
"""
    return 480 * len(scans), 620, script
