#!/usr/bin/python3
"""Quantise a network of tools/train.py to INT8 codes and write it as a network file.

    tools/quantise.py FLOAT TRAIN VALIDATION TEST -o OUTPUT [--rule best] [--knots eMamba]
        [--epochs 3] [--rate 2e-4] [--seed 1] [--mirror] [--shift 1] [--drop 0.1] [--teacher FLOAT]
        [--resume]

The three are the frames files of tools/train.py. Exponents are calibrated on the first frames of
TRAIN by each rule (largest value, percentile, least squares); the rule that does best on VALIDATION
stays. Then `--epochs` of fine-tuning (0: none) with the integer contract in the forward pass, bit
for bit; it stays if it does better on VALIDATION. Prints what the network reaches on VALIDATION and
TEST in floating point, in floating point with piecewise-linear functions, in INT8 as rounded, in
INT8 after fine-tuning, and in the INT8 that is written. --resume as in tools/train.py. Exit status:
0 done, 2 bad usage or bad input.
"""

import argparse
import shlex
import sys
from pathlib import Path

from emamba_tools import command_line

RULES = ("best", "maximum", "percentile", "least-squares")
PEAK_RATE = 2e-4


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("train", type=Path)
    parser.add_argument("validation", type=Path)
    parser.add_argument("test", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--rule", choices=RULES, default="best")
    parser.add_argument("--knots", choices=["eMamba", "moved"], default="eMamba",
                        help="moved: to where the inputs of each table are")  # fmt: skip
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--rate", type=float, default=PEAK_RATE, help="peak learning rate")
    parser.add_argument("--batch", type=int, default=256, help="frames a step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mirror", action="store_true", help="mirror half of the frames")
    parser.add_argument("--shift", type=int, default=0, help="move frames by up to so many pixels")
    parser.add_argument("--drop", type=float, default=0.0, metavar="SHARE",
                        help="of the points of a cloud to leave out, on average")  # fmt: skip
    parser.add_argument("--teacher", type=Path, metavar="FLOAT",
                        help="learn from a network of tools/train.py, too")  # fmt: skip
    parser.add_argument("--resume", action="store_true", help="go on from OUTPUT.unfinished")
    options = parser.parse_args()
    arguments = [argument for argument in sys.argv[1:] if argument != "--resume"]
    try:
        command_line.check_output(options)
        from emamba_tools import quantising  # here: --help needs no torch

        quantising.work(options, shlex.join(["tools/quantise.py", *arguments]))
    except (ValueError, OSError, ModuleNotFoundError) as error:
        print(f"quantise.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    command_line.run(main)
