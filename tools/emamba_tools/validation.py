"""The shipped fit against measured designs and runs: a table, bounds, and TAP lines."""

from itertools import combinations

import numpy as np

from emamba_tools import fit_file
from emamba_tools.cost_fit import Errors, Measured, totals

# Bounds in percent: mean error of a kind's parts, and of whole designs or runs.
PART_BOUNDS = {"gates": 8.0, "flops": 8.0, "switching": 10.0}
WHOLE_BOUNDS = {"gates": 5.0, "flops": 5.0, "switching": 7.0}
# Bounded a part at a time are the engines' energies; memories, buffers and streams only within the whole run.
UNBOUNDED = {("switching", kind) for kind in ("axis_in", "axis_out", "buffer", "memory", "apb")}
SHORT_WHOLE_BOUND = 10.0  # of the energy of three runs of one design
# Runs of one design, and of two, whose energies a cycle differ by this much have an order.
RANKED_APART, RANKED_APART_DESIGNS = 0.05, 0.10


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
    flops = totals(measured.samples["flops"], model["flops"])
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


def _whole(verdict: _Verdict, name: str, pairs: dict[str, tuple[float, float]], bound: float) -> None:
    errors = {group: 100 * (model / real - 1) for group, (model, real) in pairs.items()}
    for group, error in errors.items():
        verdict.line(f"{name} of {group}, model over measured", error, None)
    verdict.line(f"{name} of whole {'runs' if '/' in next(iter(pairs)) else 'designs'}, mean error",
                 float(np.mean(np.abs(list(errors.values())))), bound)  # fmt: skip


def report(measured: Measured, flop_clock_mac: float, short: bool, tap: bool) -> int:
    """Prints the comparison; 1 when a bound is broken. With `short`, energy is bounded as a whole."""
    model, verdict = fit_file.read(fit_file.OUTPUT), _Verdict(tap)
    for quantity in model:
        for kind in measured.kinds():
            errors = Errors.of(measured.of(quantity, kind), model[quantity][kind])
            bounded = (quantity, kind) not in UNBOUNDED and not (short and quantity == "switching")
            text = f"{quantity} of {kind}, {errors.samples} parts, mean error (worst {errors.max:.1f} %, {errors.worst})"
            verdict.line(text, errors.mean, PART_BOUNDS[quantity] if bounded else None)
        bound = SHORT_WHOLE_BOUND if short and quantity == "switching" else WHOLE_BOUNDS[quantity]
        _whole(verdict, quantity, totals(measured.samples[quantity], model[quantity]), bound)
    switching = totals(measured.samples["switching"], model["switching"])
    clock = _clock(measured, model, flop_clock_mac)
    both = {run: tuple(a + b for a, b in zip(switching[run], clock[run])) for run in switching}
    _whole(verdict, "switching and clock", both, SHORT_WHOLE_BOUND if short else WHOLE_BOUNDS["switching"])
    cycles = {sample.group: sample.cycles for sample in measured.samples["switching"]}
    for name, pairs in (("switching", switching), ("switching and clock", both)):
        compared, wrong = _ranking(pairs, cycles)
        verdict.line(f"{name}: pairs of runs in the wrong order, of {compared}", wrong, 0, "pairs")
    return int(verdict.broken > 0)
