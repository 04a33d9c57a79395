#!/usr/bin/python3
"""Train an eMamba network in floating point.

    tools/train.py TRAIN VALIDATION TEST -o OUTPUT [--shape P=7 D=32 ...] [--epochs 30] [--seed 1]
        [--mirror] [--shift 1] [--teacher FLOAT]

The three are labelled frames files (see tools/frames.py): classes, trained by cross entropy, or
values, by the mean square. The network is trained on TRAIN; VALIDATION is only looked at, TEST once
at the end. On the CPU, one thread. OUTPUT holds F32 tensors under their contract names and feeds
tools/quantise.py. With --epochs 0 its weights are random. Exit status: 0 done, 2 bad usage or bad
input.
"""

import argparse
import shlex
import sys
from pathlib import Path

import torch

from emamba_tools import checkpoint, datasets, fitting, scores, shapes
from emamba_tools.model import NORMS, Model, Shape

PEAK_RATE, WARM_UP, DECAY, SMOOTHING, TEACHER_SHARE = 6e-3, 0.15, 0.02, 0.05, 0.7


def load_teacher(path: Path, shape: Shape) -> Model:
    """An earlier OUTPUT for the same frames and classes. Raises ValueError, OSError."""
    teacher, _ = checkpoint.load(path)
    for key in ("H", "W", "C", "outputs"):
        theirs, ours = getattr(teacher.shape, key), getattr(shape, key)
        if theirs != ours:
            raise ValueError(f"{path}: {key} is {theirs}; the network to train has {ours}")
    return teacher


def work(options: argparse.Namespace) -> None:
    """From frames to the trained network. Raises ValueError, OSError."""
    fitting.settle()
    fitting.check_options(options.epochs, options.shift, options.rate)
    parts = [datasets.load(path) for path in (options.train, options.validation, options.test)]
    shape = shapes.of_frames(shapes.parse(options.shape), parts)
    train, validation, test = parts
    teacher = load_teacher(options.teacher, shape) if options.teacher else None
    if teacher and train.labels.ndim != 1:
        raise ValueError(f"--teacher {options.teacher}: teaches classes; the labels are values")

    model = Model(shape, torch.Generator().manual_seed(options.seed), options.norm)

    def score(part: datasets.Frames) -> scores.Score:
        values = fitting.outputs(model, fitting.to_values(part.codes, part.exponent)).numpy()
        return scores.score(values, part.labels, part.label_unit)

    loss = fitting.goal(train.labels, shape.outputs, SMOOTHING)
    if teacher:
        loss = fitting.distilled(loss, teacher, TEACHER_SHARE)
    fitting.fit(model, fitting.to_values(train.codes, train.exponent), loss,
                lambda: f"validation {score(validation).text}", seed=options.seed,
                epochs=options.epochs, rate=options.rate, warm_up=WARM_UP, decay=DECAY,
                mirror=options.mirror, shift=options.shift)  # fmt: skip

    reached = {"validation": score(validation).text, "test": score(test).text}
    print(f"float: validation {reached['validation']}, test {reached['test']}")
    command = shlex.join(["tools/train.py", *sys.argv[1:]])
    made = {"command": command, "seed": options.seed, "epochs": options.epochs, "reached": reached}
    checkpoint.save(options.output, model, train.exponent, made)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("validation", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--shape", nargs="+", default=[], metavar="KEY=VALUE",
                        help=f"any of {shapes.DEFAULTS}")  # fmt: skip
    parser.add_argument("--norm", choices=NORMS, default="range",
                        help="layer: for comparison only, cannot be quantised")  # fmt: skip
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="peak learning rate")
    parser.add_argument("--mirror", action="store_true", help="mirror half of the frames")
    parser.add_argument("--shift", type=int, default=0, help="move frames by up to so many pixels")
    parser.add_argument("--teacher", type=Path, metavar="FLOAT",
                        help="learn from an earlier OUTPUT, too (distillation)")  # fmt: skip
    options = parser.parse_args()
    try:
        work(options)
    except (ValueError, OSError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
