#!/usr/bin/python3
"""Quantise a network of tools/train.py to INT8 codes and write it as a network file.

    tools/quantise.py FLOAT TRAIN VALIDATION TEST -o OUTPUT [--rule best] [--knots eMamba]
        [--epochs 3] [--seed 1] [--mirror] [--shift 1]

The three are the frames files of tools/train.py. Exponents are calibrated on the first frames of
TRAIN by each rule (largest value, percentile, least squares); the rule that does best on VALIDATION
stays. Then `--epochs` of fine-tuning (0: none) with the integer contract in the forward pass, bit
for bit; it stays if it does better on VALIDATION. Prints what the network reaches on VALIDATION and
TEST in floating point, in floating point with piecewise-linear functions, in INT8 as rounded, in
INT8 after fine-tuning, and in the INT8 that is written. Exit status: 0 done, 2 bad usage or bad
input.
"""

import argparse
import copy
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from emamba_tools import (
    checkpoint, contract, datasets, fitting, network, pwl, quantisation, scores, shapes,
)  # fmt: skip
from emamba_tools.model import Model, Numerics
from emamba_tools.rounding import Rounding, Secants

CALIBRATION_FRAMES = 2_000
PEAK_RATE, WARM_UP, DECAY, SMOOTHING = 2e-4, 0.1, 0.02, 0.05


def score(model: Model, numerics: Numerics, part: datasets.Frames) -> scores.Score:
    """How well `model` with `numerics` meets the labels of `part`."""
    before, model.numerics = model.numerics, numerics
    values = fitting.outputs(model, fitting.to_values(part.codes, part.exponent)).numpy()
    model.numerics = before
    return scores.score(values, part.labels, part.label_unit)


class Trial(NamedTuple):
    """What one calibration rule gives, before fine-tuning."""

    rule: str
    reached: scores.Score  # on the validation frames
    exponents: dict[str, int]
    functions: dict[str, pwl.Secants]
    tables: dict[str, network.Pwl]
    off: int  # PWL inputs whose output is not the correctly rounded secant
    numerics: Rounding


def calibrated(model: Model, seen: quantisation.Observer, rule: str, move_knots: bool,
               validation: datasets.Frames) -> Trial:  # fmt: skip
    """`model` with the exponents that `rule` makes of what calibration saw."""
    exponents = quantisation.calibrate(model, seen, rule, validation.exponent)
    functions = quantisation.functions(model.shape, exponents, seen if move_knots else None)
    tables, off = quantisation.tables(functions, exponents)
    numerics = quantisation.rounding(functions, tables, exponents)
    reached = score(model, numerics, validation)
    print(f"calibrated by {rule}: validation {reached.text}", flush=True)
    return Trial(rule, reached, exponents, functions, tables, off, numerics)


def origin(metadata: dict, parts: list[datasets.Frames], command: str, seed: int,
           reached: dict[str, tuple[str, str]]) -> str:  # fmt: skip
    """What a network file says about itself: data, commands, and (validation, test) by numerics."""
    data = "; ".join(dict.fromkeys(part.origin for part in parts))
    commands = f"{data}; {metadata['command']}, seed {metadata['seed']}; {command}, seed {seed}"
    if not metadata["epochs"]:
        return f"UNTRAINED: random weights, exponents calibrated on the frames. {commands}"
    table = "; ".join(f"{name}: test {on_test}, validation {on_validation}"
                      for name, (on_validation, on_test) in reached.items())  # fmt: skip
    return f"{commands}. {table}"


def work(options: argparse.Namespace) -> None:
    """From the float network to the network file. Raises ValueError, OSError."""
    fitting.settle()
    fitting.check_options(options.epochs, options.shift)
    model, metadata = checkpoint.load(options.model)
    if model.norm != "range":
        raise ValueError(f"{options.model}: has a {model.norm} norm; only range norm has INT8")
    parts = [datasets.load(path) for path in (options.train, options.validation, options.test)]
    shapes.check(model.shape, metadata["exponent"], parts)
    train, validation, test = parts

    frames = fitting.to_values(train.codes, train.exponent)
    seen = quantisation.observe(model, frames[:CALIBRATION_FRAMES])
    rules = quantisation.RULES if options.rule == "best" else [options.rule]
    trials = [calibrated(model, seen, rule, options.knots == "moved", validation) for rule in rules]
    best = scores.best([trial.reached for trial in trials])
    rule, rounded, exponents, functions, tables, off, numerics = trials[best]
    reached = {
        name: (score(model, by, validation).text, score(model, by, test).text)
        for name, by in (("float", Numerics()), ("PWL float", Secants(functions)))
    }
    reached[f"INT8 rounded by {rule}"] = (rounded.text, score(model, numerics, test).text)
    if options.epochs:
        before = copy.deepcopy(model.state_dict())
        model.numerics = numerics
        fitting.fit(model, frames, fitting.goal(train.labels, model.shape.outputs, SMOOTHING),
                    lambda: f"validation {score(model, numerics, validation).text}",
                    seed=options.seed, epochs=options.epochs, rate=PEAK_RATE, warm_up=WARM_UP,
                    decay=DECAY, mirror=options.mirror, shift=options.shift)  # fmt: skip
        tuned = score(model, numerics, validation)
        reached["INT8 fine-tuned"] = (tuned.text, score(model, numerics, test).text)
        if scores.best([rounded, tuned]) == 0:
            model.load_state_dict(before)
    command = shlex.join(["tools/quantise.py", *sys.argv[1:]])
    exported = quantisation.export(model, exponents, tables, "")
    codes = contract.forward(exported, test.codes)
    exact = scores.score(codes * 2.0 ** exponents["output"], test.labels, test.label_unit)
    reached["INT8"] = (score(model, numerics, validation).text, exact.text)
    text = origin(metadata, parts, command, options.seed, reached)
    network.save(options.output, replace(exported, origin=text))
    for name, (on_validation, on_test) in reached.items():
        print(f"{name}: validation {on_validation}, test {on_test}")
    print(f"{exported.parameters} parameters; PWL inputs off the rounded secant: {off}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("validation", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--rule", choices=["best", *quantisation.RULES], default="best")
    parser.add_argument("--knots", choices=["eMamba", "moved"], default="eMamba",
                        help="moved: to where the inputs of each table are")  # fmt: skip
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mirror", action="store_true", help="mirror half of the frames")
    parser.add_argument("--shift", type=int, default=0, help="move frames by up to so many pixels")
    options = parser.parse_args()
    try:
        work(options)
    except (ValueError, OSError) as error:
        print(f"quantise.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
