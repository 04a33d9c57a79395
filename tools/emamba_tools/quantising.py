"""From a network of tools/train.py to INT8: the work of tools/quantise.py."""

import argparse
import copy
from dataclasses import replace
from typing import NamedTuple

from . import (
    checkpoint, contract, datasets, fitting, network, pwl, quantisation, scores, shapes,
)  # fmt: skip
from .model import Model, Numerics
from .rounding import Rounding, Secants

CALIBRATION_FRAMES = 2_000
WARM_UP, DECAY, SMOOTHING, TEACHER_SHARE = 0.1, 0.02, 0.05, 0.7


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


def work(options: argparse.Namespace, command: str) -> None:
    """From the float network to the network file. Raises ValueError, OSError."""
    fitting.settle()
    plan = fitting.Plan(options.seed, options.epochs, options.rate, WARM_UP, DECAY, options.batch,
                        options.mirror, options.shift, options.drop)  # fmt: skip
    fitting.check(plan)
    model, metadata = checkpoint.load(options.model)
    if model.norm != "range":
        raise ValueError(f"{options.model}: has a {model.norm} norm; only range norm has INT8")
    parts = [datasets.load(path) for path in (options.train, options.validation, options.test)]
    shapes.check(model.shape, metadata["exponent"], parts)
    train, validation, test = parts
    teacher = checkpoint.load_teacher(options.teacher, model.shape) if options.teacher else None

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
        loss = fitting.goal(train.labels, model.shape.outputs, SMOOTHING)
        if teacher:
            loss = fitting.distilled(loss, teacher, TEACHER_SHARE, train.labels.ndim == 1)
        keeper = fitting.Keeper(options.output, command, options.resume)
        fitting.fit(model, frames, loss,
                    lambda: f"validation {score(model, numerics, validation).text}", plan,
                    keeper)  # fmt: skip
        tuned = score(model, numerics, validation)
        reached["INT8 fine-tuned"] = (tuned.text, score(model, numerics, test).text)
        if scores.best([rounded, tuned]) == 0:
            model.load_state_dict(before)
    exported = quantisation.export(model, exponents, tables, "")
    codes = contract.forward(exported, test.codes)
    exact = scores.score(codes * 2.0 ** exponents["output"], test.labels, test.label_unit)
    reached["INT8"] = (score(model, numerics, validation).text, exact.text)
    text = origin(metadata, parts, command, options.seed, reached)
    network.save(options.output, replace(exported, origin=text))
    for name, (on_validation, on_test) in reached.items():
        print(f"{name}: validation {on_validation}, test {on_test}")
    print(f"{exported.parameters} parameters; PWL inputs off the rounded secant: {off}")
    if options.epochs:
        keeper.finish()
