"""The shipped fit against measured designs and runs: a table, bounds, and TAP lines."""

from itertools import combinations

import numpy as np

from emamba_tools import fit_file
from emamba_tools.cost_fit import Errors, Measured, Sample, wholes

# Bounds in percent: mean error of a kind's parts, and of whole designs or runs.
PART_BOUNDS = {"gates": 8.0, "flops": 8.0, "switching": 12.0, "depth": 15.0}
WHOLE_BOUNDS = {"gates": 3.0, "flops": 5.0, "switching": 7.0, "depth": 15.0}
# Bounded a part at a time are the engines' energies; memories, buffers and streams only within the whole run.
UNBOUNDED = {("switching", kind) for kind in ("axis_in", "axis_out", "buffer", "memory", "apb")}
UNBOUNDED |= {("depth", kind) for kind in ("axis_in", "axis_out", "pool")}  # never a design's deepest
SHORT_WHOLE_BOUND = 10.0  # of the energy of three runs of one design
# Runs of one design, and of two, whose energies a cycle differ by this much have an order.
RANKED_APART, RANKED_APART_DESIGNS = 0.05, 0.10
RANK_DEFICIT = 0.03  # a rank correlation of 0.97


class _Verdict:
    def __init__(self, tap: bool):
        self.tap, self.broken = tap, 0

    def line(self, text: str, value: float, bound: float | None, unit: str = "%") -> None:
        good = bound is None or value <= bound
        self.broken += not good
        limit = "" if bound is None else f" (bound {bound:g} {unit})"
        if self.tap and bound is not None:
            print(f"{'ok' if good else 'not ok'} - {text}: {value:.2f} {unit}{limit}")
        else:
            print(f"{'# ' if self.tap else ''}{text}: {value:.2f} {unit}{limit}{'' if good else '  BROKEN'}")


def _clock(measured: Measured, model: fit_file.Model, flop_clock_mac: float) -> dict[str, tuple[float, float]]:
    """Energy of all clock pins of every run, never gated: of the model, and measured."""
    flops = wholes(measured.samples["flops"], "flops", model["flops"])
    cycles = {sample.group: sample.cycles for sample in measured.samples["switching"]}
    return {
        run: tuple(flop * count * flop_clock_mac for flop in flops[run.split("/")[0]]) for run, count in cycles.items()
    }


def _ranking(pairs: dict[str, tuple[float, float]], cycles: dict[str, int]) -> tuple[int, int]:
    """Pairs of runs that differ, by energy a cycle, and how many the model orders wrongly."""
    compared = wrong = 0
    for one, other in combinations(pairs, 2):
        model, real = (np.array([pairs[run][i] / cycles[run] for run in (one, other)]) for i in (0, 1))
        same = one.split("/")[0] == other.split("/")[0]
        if abs(real[0] / real[1] - 1) > (RANKED_APART if same else RANKED_APART_DESIGNS):
            compared += 1
            wrong += (model[0] > model[1]) != (real[0] > real[1])
    return compared, wrong


def _rank_deficit(pairs: dict[str, tuple[float, float]], cycles: dict[str, int]) -> float:
    """1 - Spearman's rank correlation of energy a cycle, model and measured."""
    ranks = [np.argsort(np.argsort([pairs[run][i] / cycles[run] for run in pairs])) for i in (0, 1)]
    return 1 - float(np.corrcoef(*ranks)[0, 1])


def _whole(verdict: _Verdict, name: str, pairs: dict[str, tuple[float, float]], bound: float) -> None:
    errors = {group: 100 * (model / real - 1) for group, (model, real) in pairs.items()}
    for group, error in errors.items():
        verdict.line(f"{name} of {group}, model over measured", error, None)
    verdict.line(f"{name} of whole {'runs' if '/' in next(iter(pairs)) else 'designs'}, mean error",
                 float(np.mean(np.abs(list(errors.values())))), bound)  # fmt: skip


def _moving_and_still(quantity: str, samples: list[Sample]) -> list[tuple[str, list[Sample]]]:
    """Runs whose operands stand still say how far the model is from such data; they are bounded as whole runs only."""
    still = [sample for sample in samples if quantity == "switching" and sample.group.endswith("/still")]
    moving = [sample for sample in samples if sample not in still]
    return [("", moving), (", operands standing still", still)]


def report(measured: Measured, flop_clock_mac: float, short: bool, tap: bool) -> int:
    """Prints the comparison; 1 when a bound is broken. With `short`, energy is bounded as a whole."""
    model, verdict = fit_file.read(fit_file.OUTPUT), _Verdict(tap)
    for quantity in model:
        for kind in measured.kinds():
            bounded = (quantity, kind) not in UNBOUNDED and not (short and quantity == "switching")
            for name, samples in _moving_and_still(quantity, measured.of(quantity, kind)):
                errors = Errors.of(samples, model[quantity].get(kind, {}))
                if errors.samples == 0:
                    continue
                text = f"{quantity} of {kind}{name}, {errors.samples} parts, mean error (worst {errors.max:.1f} %, {errors.worst})"
                verdict.line(text, errors.mean, PART_BOUNDS[quantity] if bounded and not name else None)
        bound = SHORT_WHOLE_BOUND if short and quantity == "switching" else WHOLE_BOUNDS[quantity]
        _whole(verdict, quantity, wholes(measured.samples[quantity], quantity, model[quantity]), bound)
    switching = wholes(measured.samples["switching"], "switching", model["switching"])
    clock = _clock(measured, model, flop_clock_mac)
    both = {run: tuple(a + b for a, b in zip(switching[run], clock[run])) for run in switching}
    _whole(verdict, "switching and clock", both, SHORT_WHOLE_BOUND if short else WHOLE_BOUNDS["switching"])
    cycles = {sample.group: sample.cycles for sample in measured.samples["switching"]}
    for name, pairs in (("switching", switching), ("switching and clock", both)):
        compared, wrong = _ranking(pairs, cycles)
        verdict.line(f"{name}: pairs of runs in the wrong order, of {compared}", wrong, None, "pairs")
        verdict.line(f"{name}: what the rank correlation of runs lacks to 1", _rank_deficit(pairs, cycles), None if short else RANK_DEFICIT, "")
    return int(verdict.broken > 0)
