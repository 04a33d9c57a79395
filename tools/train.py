#!/usr/bin/python3
"""Train an eMamba network in floating point.

    tools/train.py TRAIN VALIDATION TEST -o OUTPUT [--shape P=7 D=32 ...] [--epochs 30] [--seed 1]
        [--mirror] [--shift 1] [--drop 0.1] [--teacher FLOAT] [--resume]

The three are labelled frames files (see tools/frames.py): classes, trained by cross entropy, or
values, by the mean over the outputs of their RMS errors. The network is trained on TRAIN;
VALIDATION is only looked at, TEST once at the end. On the CPU, one thread. OUTPUT holds F32 tensors
under their contract names and feeds tools/quantise.py. With --epochs 0 its weights are random.
OUTPUT.unfinished is where a training is after each epoch; --resume goes on from there and ends
where it would have ended. Exit status: 0 done, 2 bad usage or bad input.
"""

import argparse
import shlex
import sys
from pathlib import Path

from emamba_tools import command_line

NORMS = ("range", "layer")
PEAK_RATE, WARM_UP, DECAY, SMOOTHING, TEACHER_SHARE = 6e-3, 0.15, 0.02, 0.05, 0.7


def work(options: argparse.Namespace, command: str) -> None:
    """From frames to the trained network. Raises ValueError, OSError."""
    import torch  # here: --help needs none

    from emamba_tools import checkpoint, datasets, fitting, scores, shapes
    from emamba_tools.model import Model

    fitting.settle()
    plan = fitting.Plan(options.seed, options.epochs, options.rate, WARM_UP, DECAY, options.batch,
                        options.mirror, options.shift, options.drop)  # fmt: skip
    fitting.check(plan)
    parts = [datasets.load(path) for path in (options.train, options.validation, options.test)]
    shape = shapes.of_frames(shapes.parse(options.shape), parts)
    train, validation, test = parts
    classes = train.labels.ndim == 1
    teacher = checkpoint.load_teacher(options.teacher, shape) if options.teacher else None

    model = Model(shape, torch.Generator().manual_seed(options.seed), options.norm)
    if options.epochs and not classes and shape.head != "none":
        model.start_at(torch.from_numpy(train.labels.mean(0)))

    def score(part: datasets.Frames) -> scores.Score:
        values = fitting.outputs(model, fitting.to_values(part.codes, part.exponent)).numpy()
        return scores.score(values, part.labels, part.label_unit)

    loss = fitting.goal(train.labels, shape.outputs, SMOOTHING)
    if teacher:
        loss = fitting.distilled(loss, teacher, TEACHER_SHARE, classes)
    keeper = fitting.Keeper(options.output, command, options.resume)
    fitting.fit(model, fitting.to_values(train.codes, train.exponent), loss,
                lambda: f"validation {score(validation).text}", plan, keeper)  # fmt: skip

    reached = {"validation": score(validation).text, "test": score(test).text}
    print(f"float: validation {reached['validation']}, test {reached['test']}")
    made = {"command": command, "seed": options.seed, "epochs": options.epochs, "reached": reached}
    checkpoint.save(options.output, model, train.exponent, made)
    keeper.finish()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("validation", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--shape", nargs="+", default=[], metavar="KEY=VALUE",
                        help="P, D, ED, N, R, K, M, conv_silu, head, head_hidden")  # fmt: skip
    parser.add_argument("--norm", choices=NORMS, default="range",
                        help="layer: for comparison only, cannot be quantised")  # fmt: skip
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="peak learning rate")
    parser.add_argument("--batch", type=int, default=256, help="frames a step")
    parser.add_argument("--mirror", action="store_true", help="mirror half of the frames")
    parser.add_argument("--shift", type=int, default=0, help="move frames by up to so many pixels")
    parser.add_argument("--drop", type=float, default=0.0, metavar="SHARE",
                        help="of the points of a cloud to leave out, on average")  # fmt: skip
    parser.add_argument("--teacher", type=Path, metavar="FLOAT",
                        help="learn from an earlier OUTPUT, too (distillation)")  # fmt: skip
    parser.add_argument("--resume", action="store_true", help="go on from OUTPUT.unfinished")
    options = parser.parse_args()
    arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
    try:
        command_line.check_output(options)
        work(options, shlex.join(["tools/train.py", *arguments]))
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    command_line.run(main)
