#!/usr/bin/python3
"""Search shapes and approximations of a network for accuracy against energy or latency.

    tools/search.py TRAIN VALIDATION TEST -o FOLDER [--cost energy] [--frames-per-s 30000]
        [--candidates 16] [--rounds 3] [--epochs 1] [--brief-frames 20000] [--final-epochs 12]
        [--seeds 2] [--tune 1] [--seed 1] [--mirror] [--shift 1]

The three are labelled frames files of classes (tools/frames.py). Candidates are drawn by seed:
patch side, D, ED, N, M, hidden units, segments of the piecewise-linear functions. The cost of each
is that of the cheapest of all its designs that keep the rate, by `emamba explore`. Rounds of brief
training, each for half as many and twice as long, judge on VALIDATION by INT8 as rounded and keep
those that stand best in accuracy and cost together. The finalists are trained on all frames with
several seeds and fine-tuned with the integer contract in the forward pass; TEST is looked at then
and decides nothing.

FOLDER gets front.json, front.svg, front.html (accuracy against cost with exact functions,
piecewise-linear ones and INT8), every finalist's network and design, and joint.yaml, a space for
`emamba explore`. Everything that is done stays there: the same command goes on where it was. Exit
status: 0 done, 2 bad usage or bad input.
"""

import argparse
from pathlib import Path

from emamba_tools import command_line

PROGRAM = Path(__file__).resolve().parents[1] / "build" / "emamba"
COUNTS = {  # option: default, least
    "candidates": (16, 2), "rounds": (3, 1), "epochs": (1, 1), "brief-frames": (20_000, 256), "final-epochs": (12, 1),
    "seeds": (2, 1), "tune": (1, 1), "seed": (1, 0), "shift": (0, 0), "frames-per-s": (30_000, 1),
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("train", type=Path)
    parser.add_argument("validation", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--cost", choices=["energy", "latency"], default="energy")
    for name, (default, _) in COUNTS.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--mirror", action="store_true", help="mirror half of the frames")
    parser.add_argument("--program", type=Path, default=PROGRAM, help="emamba")
    options = parser.parse_args()
    for name, (_, least) in COUNTS.items():
        value = getattr(options, name.replace("-", "_"))
        if value < least:
            parser.error(f"--{name} is {value}; must be at least {least}")
    if not options.program.exists():
        parser.error(f"{options.program}: not built; `make` builds it")
    from emamba_tools import search  # here: --help needs no torch

    rows = search.work(options, lambda line: print(line, flush=True))
    print(f"{options.output / 'front.html'}: {len(rows)} finalists")
    return 0


if __name__ == "__main__":
    command_line.run(main)
