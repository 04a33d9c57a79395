#!/usr/bin/python3
"""Fit the cost model to synthesis and gate-level simulation, or compare the shipped fit with both.

    tools/calibrate.py                      write configs/technology/calibration.yaml (an hour the first time)
    tools/calibrate.py --validate [--tap]   held-out designs and runs against the shipped file
    tools/calibrate.py --validate --short   one very small design only; synthesises in half a minute
    tools/calibrate.py --clock-gates        its clock gates against a netlist with gates; a minute

Everything measured is kept in build/calibrate/ until the RTL or the recipe changes. Exit status: 0 done, 1 a bound is
broken, 2 bad usage. Method: docs/calibration.md.
"""

import argparse
import sys

from emamba_tools import clock_gates, command_line, mac_unit, stimuli, sweep, validation
from emamba_tools.cost_fit import Bench, Measured
from emamba_tools.fit_file import OUTPUT, replacing, write


def measure_training(bench: Bench, mac_fj: float) -> Measured:
    measured = Measured()
    for number, design in enumerate(sweep.training()):
        runs = stimuli.training(design, number + 1)
        measured.add(bench, design, runs, mac_fj)
        print(f"measured {design.name}: {measured.last(design)}", flush=True)
    return measured


def measure_held_out(bench: Bench, mac_fj: float) -> Measured:
    measured = Measured()
    for number, design in enumerate(sweep.held_out()):
        runs = stimuli.real() if design.name == "fmnist-whole" else stimuli.held_out(design, number + 1001)
        measured.add(bench, design, runs, mac_fj)
        print(f"measured {design.name}: {measured.last(design)}", flush=True)
    return measured


def measure_short(bench: Bench, mac_fj: float) -> Measured:
    measured, design = Measured(), sweep.smallest()
    measured.add(bench, design, stimuli.held_out(design, 2001), mac_fj)
    return measured


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--validate", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--tap", action="store_true")
    parser.add_argument("--clock-gates", action="store_true")
    options = parser.parse_args()
    if options.clock_gates:
        return clock_gates.report(sweep.smallest())
    bench = Bench()
    mac_fj = mac_unit.energy_fj(bench.modules, bench.library)
    if options.validate:
        measured = (measure_short if options.short else measure_held_out)(bench, mac_fj)
        return validation.report(measured, bench.library.flop_clock_fj / mac_fj, options.short, options.tap)
    with replacing(OUTPUT):
        fitted, seen = measure_training(bench, mac_fj), measure_held_out(bench, mac_fj)
        write(OUTPUT, fitted, seen, bench.library.flop_clock_fj / mac_fj)
    print(f"wrote {OUTPUT}")
    return validation.report(seen, bench.library.flop_clock_fj / mac_fj, False, False)


if __name__ == "__main__":
    command_line.run(main)
